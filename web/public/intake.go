package public

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strings"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/internal/room"
	"github.com/probatum/probatum/web/page"
)

// maxParts is how many parts a form may have; ours have one.
const maxParts = 8

// An upload is what somebody asks us to check. It lives in memory only; drop
// gives its room back.
type upload struct {
	file []byte // the body, or the part "file" of a form
	text []byte // the part "text" of a form, white space cut off its ends, and out of a token

	guest *room.Guest
}

func (u *upload) drop() {
	u.guest.Leave()
	u.file, u.text = nil, nil
}

// data is what is to be checked.
func (u *upload) data() []byte {
	if len(u.file) > 0 {
		return u.file
	}
	return u.text
}

// readRaw reads a body that is the file itself, or a form, as POST
// /api/v1/verify takes them.
func (s *site) readRaw(w http.ResponseWriter, r *http.Request) (*upload, error) {
	kind, params, err := open(w, r)
	if err != nil {
		return nil, err
	}
	if kind == "multipart/form-data" {
		return s.readParts(r, params)
	}
	if !fileType(kind) && kind != encodedForm {
		return nil, fault.New(fault.Unsupported, "api.verify.type", nil)
	}
	u := &upload{guest: s.held.Enter()}
	u.file, err = u.read(r.Body)
	if err == nil && kind == encodedForm && !bareFile(u.file) {
		err = fault.New(fault.Unsupported, "api.verify.type", nil)
	}
	return u.checked(err)
}

// encodedForm is what curl --data-binary calls any file unless told otherwise.
const encodedForm = "application/x-www-form-urlencoded"

// bareFile tells a file that is only called a form: an encoded form holds
// neither braces nor a per cent sign before other than two hexadecimal digits,
// and a token holds no sign of equality.
func bareFile(body []byte) bool {
	text := bytes.TrimSpace(body)
	return bytes.HasPrefix(text, []byte("{")) || bytes.HasPrefix(text, []byte("%PDF-")) || compact(text)
}

// compact tells the compact form of a token: parts in base64url, separated by
// full stops and tildes.
func compact(text []byte) bool {
	other := func(r rune) bool {
		return (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && (r < '0' || r > '9') && !strings.ContainsRune("-_.~", r)
	}
	return bytes.Count(text, []byte(".")) >= 2 && !bytes.ContainsFunc(text, other)
}

// unfolded takes out the line breaks that a mail program or a terminal has put
// into a token on its way to the clipboard. Any other text stays as it is.
func unfolded(text []byte) []byte {
	if whole := bytes.Join(bytes.Fields(text), nil); compact(whole) {
		return whole
	}
	return text
}

// readForm reads the form of the page.
func (s *site) readForm(w http.ResponseWriter, r *http.Request) (*upload, error) {
	kind, params, err := open(w, r)
	if err != nil {
		return nil, err
	}
	if kind != "multipart/form-data" {
		return nil, fault.New(fault.Unsupported, "page.error.415.detail", nil)
	}
	return s.readParts(r, params)
}

// open refuses what can be refused without reading, in the words of this place.
func open(w http.ResponseWriter, r *http.Request) (string, map[string]string, error) {
	kind, params, err := page.OpenBody(w, r, maxBody)
	return kind, params, told(err)
}

// fileType tells whether a body of this type may be a certificate. Browsers and
// programs name the same file in many ways; a form that is not multipart is
// not a file.
func fileType(kind string) bool {
	switch kind {
	case "application/octet-stream", "application/json", "application/pdf", "application/jose",
		"application/jwt", "application/sd-jwt", "application/vc", "text/plain": // application/vc: VC Data Model 2.0, 6.2
		return true
	}
	sub, ok := strings.CutPrefix(kind, "application/")
	return ok && (strings.HasSuffix(sub, "+json") || strings.HasSuffix(sub, "+jwt") || strings.HasSuffix(sub, "+sd-jwt"))
}

// readParts takes a multipart form apart while it arrives. No part touches the
// disk, and raw parts are read so that nothing decodes the file on its way.
func (s *site) readParts(r *http.Request, params map[string]string) (*upload, error) {
	u := &upload{guest: s.held.Enter()}
	form := multipart.NewReader(r.Body, params["boundary"])
	for n := 0; ; n++ {
		part, err := form.NextRawPart()
		if errors.Is(err, io.EOF) {
			return u.checked(nil)
		}
		if err != nil {
			return u.checked(arrived(err))
		}
		if n == maxParts {
			return u.checked(fault.New(fault.Invalid, "api.verify.parts", nil))
		}
		var into *[]byte
		switch part.FormName() {
		case "file":
			into = &u.file
		case "text":
			into = &u.text
		default:
			return u.checked(fault.New(fault.Invalid, "api.verify.parts", nil))
		}
		if *into != nil {
			return u.checked(fault.New(fault.Invalid, "api.verify.parts", nil))
		}
		if *into, err = u.read(part); err != nil {
			return u.checked(err)
		}
	}
}

// checked gives the upload, or its room back and the reason.
func (u *upload) checked(err error) (*upload, error) {
	u.text = unfolded(bytes.TrimSpace(u.text))
	if err == nil && len(u.data()) == 0 {
		err = fault.New(fault.Invalid, "api.verify.empty", nil)
	}
	if err != nil {
		u.drop()
		return nil, err
	}
	return u, nil
}

// read takes everything in. It never gives nil without an error.
func (u *upload) read(from io.Reader) ([]byte, error) {
	data, err := u.guest.Read(from, MaxFile)
	if err != nil {
		return nil, arrived(err)
	}
	return data, nil
}

// arrived names what went wrong while a body was on its way.
func arrived(err error) error { return told(page.Arrived(err)) }

// told says in the words of this place what a body has wrong.
func told(err error) error {
	switch {
	case errors.Is(err, page.ErrTooLarge):
		return tooLarge(err)
	case errors.Is(err, page.ErrEncoding):
		return fault.New(fault.Unsupported, "api.verify.encoding", err)
	case errors.Is(err, page.ErrMediaType):
		return fault.New(fault.Unsupported, "api.verify.type", err)
	case errors.Is(err, page.ErrCut):
		return fault.New(fault.Invalid, "api.verify.cut", err)
	}
	return err
}

func tooLarge(err error) error {
	return fault.New(fault.TooLarge, "page.error.413.detail", err).With("Max", MaxFile>>20)
}
