package vcapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/web/page"
)

// read takes a body in, piece by piece. What can be refused without reading is
// refused so. Its room is given back when the request has been answered.
func (s *server) read(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	kind, params, err := page.OpenBody(w, r, int64(s.cfg.MaxBytes))
	if kind == "application/vc" || kind == "application/vp" { // JSON, too (VC Data Model 2.0, C.1 and C.2)
		kind += "+json"
	}
	if err == nil && !page.IsJSON(kind, params) {
		err = page.ErrMediaType
	}
	if err != nil {
		return nil, arrived(err)
	}
	data, err := page.ReadBody(r, s.held, s.cfg.MaxBytes)
	return data, arrived(err)
}

// arrived says in the words of this interface what a body has wrong.
func arrived(err error) error {
	switch {
	case errors.Is(err, page.ErrTooLarge):
		return errTooLarge
	case errors.Is(err, page.ErrEncoding):
		return errEncoding
	case errors.Is(err, page.ErrMediaType):
		return errMediaType
	case errors.Is(err, page.ErrFull):
		return errBusy
	case errors.Is(err, page.ErrCut):
		return errCut
	}
	return err
}

// A call is a request taken apart: the document as it stands in the text, and
// the options.
type call struct {
	document json.RawMessage
	options  options
}

// parse reads a body that is an object with the document under its name and,
// maybe, options. Any other member is refused: a misspelt one would silently
// turn a condition off.
func parse(data []byte, name string, maxBytes int) (call, error) {
	var c call
	members, err := strictjson.Members(data, strictjson.MaxBytes(maxBytes), strictjson.MaxDepth(strictjson.DefaultMaxDepth+1))
	if err != nil {
		return c, unreadable(err)
	}
	for _, m := range members {
		switch m.Name {
		case name:
			c.document = m.Value
		case "options":
			if c.options, err = parseOptions(m.Value); err != nil {
				return c, err
			}
		case "warnings":
			// So that the answer to issue is a request to verify.
		default:
			return c, refused(problem{kind: malformedValue, code: proof.Malformed, key: "vcapi.body.unknown"})
		}
	}
	if !isObject(c.document) {
		return c, refused(problem{
			kind: malformedValue, code: proof.Malformed, key: "vcapi.body.document", args: map[string]any{"Name": name},
		})
	}
	return c, nil
}

// unreadable puts an error of strictjson into a problem.
func unreadable(err error) error {
	p := problem{kind: parsing, code: proof.Malformed, key: "vcapi.body.json", err: err}
	if e, ok := errors.AsType[*strictjson.Error](err); ok {
		switch {
		case e.Kind == strictjson.TooBig:
			p.code, p.key = proof.Resources, "vcapi.body.big"
		case e.Ambiguous:
			p.key = "vcapi.body.ambiguous"
		}
	}
	return refused(p)
}

// isObject tells whether a JSON text, known to be sound, is an object.
func isObject(text []byte) bool { return bytes.HasPrefix(text, []byte("{")) }
