package public

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/probatum/probatum/internal/fault"
)

// maxParts is how many parts a form may have; ours have one.
const maxParts = 8

// A budget bounds the bytes of uploads that are held in memory at one time, so
// that many slow clients cannot fill it.
type budget struct{ left atomic.Int64 }

func newBudget(n int64) *budget {
	b := &budget{}
	b.left.Store(n)
	return b
}

func (b *budget) take(n int64) bool {
	if b.left.Add(-n) < 0 {
		b.left.Add(n)
		return false
	}
	return true
}

// An upload is what somebody asks us to check. It lives in memory only; drop
// gives its room back.
type upload struct {
	file []byte // the body, or the part "file" of a form
	text []byte // the part "text" of a form, white space cut off its ends

	held   *budget
	amount int64
}

func (u *upload) drop() {
	u.held.left.Add(u.amount)
	u.file, u.text, u.amount = nil, nil, 0
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
	kind, params, err := s.open(w, r)
	if err != nil {
		return nil, err
	}
	if kind == "multipart/form-data" {
		return s.readParts(r, params)
	}
	if !fileType(kind) && kind != encodedForm {
		return nil, fault.New(fault.Unsupported, "api.verify.type", nil)
	}
	u := &upload{held: s.held}
	u.file, err = u.read(r.Body)
	if err == nil && kind == encodedForm && !bareFile(u.file) {
		err = fault.New(fault.Unsupported, "api.verify.type", nil)
	}
	return u.checked(err)
}

// encodedForm is what curl --data-binary calls any file unless told otherwise.
const encodedForm = "application/x-www-form-urlencoded"

// bareFile tells a file that is only called a form: an encoded form holds
// neither braces nor a per cent sign before other than two hexadecimal digits.
func bareFile(body []byte) bool {
	text := bytes.TrimSpace(body)
	return bytes.HasPrefix(text, []byte("{")) || bytes.HasPrefix(text, []byte("%PDF-"))
}

// readForm reads the form of the page.
func (s *site) readForm(w http.ResponseWriter, r *http.Request) (*upload, error) {
	kind, params, err := s.open(w, r)
	if err != nil {
		return nil, err
	}
	if kind != "multipart/form-data" {
		return nil, fault.New(fault.Unsupported, "page.error.415.detail", nil)
	}
	return s.readParts(r, params)
}

// open refuses what can be refused without reading, and puts limits of size and
// time on the rest.
func (s *site) open(w http.ResponseWriter, r *http.Request) (string, map[string]string, error) {
	if r.ContentLength > maxBody {
		return "", nil, tooLarge(nil)
	}
	for _, coding := range r.Header.Values("Content-Encoding") {
		if !strings.EqualFold(strings.TrimSpace(coding), "identity") {
			return "", nil, fault.New(fault.Unsupported, "api.verify.encoding", nil)
		}
	}
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return "", nil, fault.New(fault.Unsupported, "api.verify.type", err)
	}
	deadline := time.Now().Add(bodyReadTime)
	if err := http.NewResponseController(w).SetReadDeadline(deadline); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return "", nil, err
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	return kind, params, nil
}

// fileType tells whether a body of this type may be a certificate. Browsers and
// programs name the same file in many ways; a form that is not multipart is
// not a file.
func fileType(kind string) bool {
	switch kind {
	case "application/octet-stream", "application/json", "application/pdf", "application/jose",
		"application/jwt", "text/plain":
		return true
	}
	sub, ok := strings.CutPrefix(kind, "application/")
	return ok && (strings.HasSuffix(sub, "+json") || strings.HasSuffix(sub, "+jwt") || strings.HasSuffix(sub, "+sd-jwt"))
}

// readParts takes a multipart form apart while it arrives. No part touches the
// disk, and raw parts are read so that nothing decodes the file on its way.
func (s *site) readParts(r *http.Request, params map[string]string) (*upload, error) {
	u := &upload{held: s.held}
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
	u.text = bytes.TrimSpace(u.text)
	if err == nil && len(u.data()) == 0 {
		err = fault.New(fault.Invalid, "api.verify.empty", nil)
	}
	if err != nil {
		u.drop()
		return nil, err
	}
	return u, nil
}

// read takes everything in, piece by piece and within the budget. It never
// gives nil without an error.
func (u *upload) read(from io.Reader) ([]byte, error) {
	const piece = 32 << 10
	buf := bytes.NewBuffer([]byte{})
	for {
		if !u.held.take(piece) {
			return nil, fault.New(fault.Unavailable, "", nil)
		}
		u.amount += piece
		n, err := io.CopyN(buf, from, piece)
		if buf.Len() > MaxFile {
			return nil, tooLarge(nil)
		}
		if n < piece && errors.Is(err, io.EOF) {
			return buf.Bytes(), nil
		}
		if err != nil {
			return nil, arrived(err)
		}
	}
}

// arrived names what went wrong while a body was on its way.
func arrived(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return tooLarge(err)
	}
	if ne, ok := errors.AsType[net.Error](err); ok && ne.Timeout() {
		return errSlow
	}
	return fault.New(fault.Invalid, "api.verify.cut", err)
}

func tooLarge(err error) error {
	return fault.New(fault.TooLarge, "page.error.413.detail", err).With("Max", MaxFile>>20)
}
