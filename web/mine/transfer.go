package mine

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/portfolio"
	"github.com/probatum/probatum/web/page"
)

const (
	maxTexts = 64 << 10         // bytes of all texts of a form with a file
	maxParts = 20               // of such a form
	silence  = 30 * time.Second // how long a file may stand still on its way
	maxAway  = time.Hour        // how long it may be on its way in all
	leastWay = 64 << 10         // bytes that must come in each silence, on the average; the first is free

	// A file that is too large is read on for a while: browsers show an answer
	// only when they have sent all.
	maxDrain = 1 << 30
	drainFor = 5 * time.Minute
)

// A sent is a form with a file, as it came.
type sent struct {
	texts map[string]string
	file  *portfolio.Received // nil where none was sent
	fault error               // of the file: one that is not accepted
}

// text gives a field; a form has each once.
func (s sent) text(name string) string { return s.texts[name] }

// receive takes a form in parts apart while it arrives. The file goes to the spool,
// never into memory, whatever is wrong with the texts: they are kept to be shown
// again. Whoever calls it drops the file.
func (p *Pages) receive(w http.ResponseWriter, r *http.Request, a access.Actor) (sent, error) {
	s := sent{texts: map[string]string{}}
	if err := a.Myself(access.ScopeMineWrite); err != nil {
		return s, err
	}
	kind, params, err := page.OpenBody(w, r, 1<<40) // what counts is counted below
	if err != nil {
		return s, err
	}
	if kind != "multipart/form-data" {
		return s, page.ErrMediaType
	}
	body := newMoving(w, r.Body)
	parts := multipart.NewReader(body, params["boundary"])
	left := maxTexts
	for n := 0; ; n++ {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return s, nil
		}
		if err != nil {
			return s, page.Arrived(err)
		}
		if n == maxParts {
			return s, fault.New(fault.Invalid, "page.form.fields", nil)
		}
		name := part.FormName()
		_, typed := part.Header["Content-Type"]
		if part.FileName() == "" && !typed {
			data, err := io.ReadAll(io.LimitReader(part, int64(left)+1))
			if err != nil {
				return s, page.Arrived(err)
			}
			if left -= len(data); left < 0 {
				return s, page.ErrTooLarge
			}
			s.texts[name] = string(data) // portfolio looks at what it holds
			continue
		}
		if name != "file" || s.file != nil || s.fault != nil {
			return s, fault.New(fault.Invalid, "page.form.fields", nil)
		}
		if part.FileName() == "" { // no file was chosen
			continue
		}
		if err := p.receiveFile(r, a, part, &s, body); err != nil {
			return s, err
		}
	}
}

// receiveFile takes the part that is the file. A file that is not accepted is
// remembered; an error is what ends the request.
func (p *Pages) receiveFile(r *http.Request, a access.Actor, part *multipart.Part, s *sent, body *moving) error {
	file, err := p.cfg.Portfolio.Receive(r.Context(), a, part.FileName(), part)
	if err == nil {
		s.file = file
		return nil
	}
	switch fault.KindOf(err) {
	case fault.Invalid, fault.TooLarge, fault.Unsupported, fault.Conflict, fault.TooMany:
		s.fault = err
		body.end = time.Now().Add(drainFor)
		if _, err := io.Copy(io.Discard, io.LimitReader(part, maxDrain)); err != nil {
			return page.Arrived(err)
		}
		return nil
	case fault.Unreadable:
		return page.Arrived(err)
	}
	return err
}

// moving gives a body as much time as it needs, so long as it comes on, and not by
// drops: each upload has one of few places.
type moving struct {
	r          io.Reader
	control    *http.ResponseController
	begun, end time.Time
	got        int64
}

func newMoving(w http.ResponseWriter, body io.Reader) *moving {
	now := time.Now()
	return &moving{r: body, control: http.NewResponseController(w), begun: now, end: now.Add(maxAway)}
}

func (m *moving) Read(b []byte) (int, error) {
	until := time.Now().Add(silence)
	paid := m.begun.Add(silence * time.Duration(2+m.got/leastWay)) // until when it is fast enough
	for _, t := range []time.Time{paid, m.end} {
		if until.After(t) {
			until = t
		}
	}
	if err := m.control.SetReadDeadline(until); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return 0, err
	}
	n, err := m.r.Read(b)
	m.got += int64(n)
	return n, err
}

// itemFault gives an error of the file a place beside its control.
func itemFault(err error) error {
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Public != "" {
		return fault.List{{Path: "$.file", Key: e.Public, Args: e.Args, Rule: e.Rule}}
	}
	return err
}

// download writes a file so that a browser keeps it and never shows or runs it.
// Nothing is written where the file cannot be had; where it breaks off or is
// damaged, so does the answer.
func (p *Pages) download(w http.ResponseWriter, r *http.Request, disposition, mediaType string, length int64, content io.Reader) error {
	h := w.Header()
	h.Set("Content-Type", mediaType)
	h.Set("Content-Disposition", disposition)
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "private, no-store")
	h.Set("X-Robots-Tag", "noindex, nofollow")
	if length >= 0 {
		h.Set("Content-Length", strconv.FormatInt(length, 10))
	}
	control := http.NewResponseController(w)
	// The connection may carry other answers after this one.
	defer control.SetWriteDeadline(time.Time{}) //nolint:errcheck // as far as it can be set
	buf := make([]byte, 64<<10)
	for wrote := false; ; {
		n, err := content.Read(buf)
		if n > 0 {
			if err := control.SetWriteDeadline(time.Now().Add(silence)); err != nil && !errors.Is(err, http.ErrNotSupported) {
				return err
			}
			if !wrote {
				w.WriteHeader(http.StatusOK)
				wrote = true
			}
			if _, err := w.Write(buf[:n]); err != nil {
				return nil // the client is gone: nothing to do
			}
		}
		switch {
		case err == io.EOF:
			return nil
		case err != nil && !wrote:
			for _, name := range []string{"Content-Disposition", "Content-Length", "Content-Type"} {
				h.Del(name)
			}
			return err
		case err != nil: // half an answer is out: break it off, so that nobody takes it for whole
			p.site.Log().ErrorContext(r.Context(), "a download broke off", "request", page.RequestOf(r).ID, "err", err)
			panic(http.ErrAbortHandler)
		}
	}
}

// attachment is the disposition of a file that we named ourselves.
func attachment(name string) string {
	return `attachment; filename="` + strings.Map(func(r rune) rune {
		if r < 0x20 || r > 0x7e || r == '"' || r == '\\' {
			return '_'
		}
		return r
	}, name) + `"`
}

// withFile adds what is wrong with the file to what is wrong with the texts. A file
// that was refused is no missing one.
func withFile(texts, file error) error {
	l, ok := errors.AsType[fault.List](texts)
	e, bad := errors.AsType[*fault.Error](file)
	if !ok || !bad {
		return texts
	}
	var all fault.List
	for _, it := range l {
		if it.Path != "$.file" {
			all = append(all, it)
		}
	}
	return append(all, fault.Item{Path: "$.file", Key: e.Public, Args: e.Args, Rule: e.Rule})
}
