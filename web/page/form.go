package page

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/probatum/probatum/internal/fault"
)

// Limits of one form.
const (
	maxFields    = 300
	maxFiles     = 20
	maxName      = 100 // bytes of the name of a field
	maxFileName  = 200 // bytes
	maxURLValues = 1 << 20
)

// An Input is what somebody sent with a form.
type Input struct {
	values url.Values
	files  map[string][]Upload
}

// An Upload is one file of a form. Name and Type are what the sender says;
// nothing has been looked at.
type Upload struct {
	Name string // without folders; never empty
	Type string
	Data []byte
}

// ReadForm reads a form of at most so many bytes, encoded or in parts, within the
// memory that all forms share. Files stay in memory, until the request has been
// answered. What is no text, or holds control or direction characters, is refused.
func (s *Site) ReadForm(w http.ResponseWriter, r *http.Request, most int64) (*Input, error) {
	kind, params, err := OpenBody(w, r, most)
	if err != nil {
		return nil, err
	}
	in := &Input{values: url.Values{}, files: map[string][]Upload{}}
	switch kind {
	case "application/x-www-form-urlencoded":
		body, err := ReadBody(r, s.held, int(min(most, maxURLValues)))
		if err != nil {
			return nil, err
		}
		return in, in.decode(string(body))
	case "multipart/form-data":
		guest := s.held.Enter()
		atEnd(r, guest.Leave)
		parts := multipart.NewReader(r.Body, params["boundary"])
		read := func(from io.Reader) ([]byte, error) { return guest.Read(from, int(most)) }
		return in, in.take(parts, read)
	}
	return nil, ErrMediaType
}

var (
	errFields = fault.New(fault.Invalid, "page.form.fields", nil)
	errText   = fault.New(fault.Invalid, "page.form.text", nil)
)

func (in *Input) decode(body string) error {
	if strings.Count(body, "&") >= maxFields {
		return errFields
	}
	values, err := url.ParseQuery(body)
	if err != nil {
		return fault.New(fault.Invalid, "page.form.text", err)
	}
	for name, all := range values {
		for _, value := range all {
			if err := in.add(name, value); err != nil {
				return err
			}
		}
	}
	return nil
}

// take takes a form in parts apart while it arrives. No part touches the disk.
func (in *Input) take(parts *multipart.Reader, read func(io.Reader) ([]byte, error)) error {
	files := 0
	for n := 0; ; n++ {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return Arrived(err)
		}
		if n == maxFields {
			return errFields
		}
		data, err := read(part)
		if err != nil {
			return Arrived(err)
		}
		name, file := part.FormName(), part.FileName()
		if _, isFile := part.Header["Content-Type"]; !isFile && file == "" {
			if err := in.add(name, string(data)); err != nil {
				return err
			}
			continue
		}
		if file == "" && len(data) == 0 { // a field for a file that was left empty
			continue
		}
		if files++; files > maxFiles {
			return errFields
		}
		if !goodName(name) {
			return errFields
		}
		in.files[name] = append(in.files[name], Upload{Name: fileName(file), Type: part.Header.Get("Content-Type"), Data: data})
	}
}

func (in *Input) add(name, value string) error {
	if !goodName(name) {
		return errFields
	}
	value = strings.ReplaceAll(value, "\r\n", "\n")
	if !goodText(value) {
		return errText
	}
	in.values.Add(name, strings.TrimSpace(value))
	return nil
}

func goodName(name string) bool {
	return name != "" && len(name) <= maxName && goodText(name) && !strings.ContainsAny(name, "\n\t")
}

// goodText tells text that can be kept and shown: valid, with no control
// characters but tabs and line breaks, and none that turns the direction of what
// follows.
func goodText(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		switch {
		case r == '\n' || r == '\t':
		case unicode.IsControl(r), r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x2028 || r == 0x2029, r == 0xfeff, r >= 0xfff9 && r <= 0xfffb:
			return false
		}
	}
	return true
}

// fileName makes a name of a file fit to be shown: no folders, no control
// characters, not too long.
func fileName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !goodText(string(r)) || r == '\n' || r == '\t' {
			return -1
		}
		return r
	}, name)
	if len(name) > maxFileName { // the ending is kept
		ext := path.Ext(name)
		if len(ext) > 20 {
			ext = ""
		}
		name = strings.ToValidUTF8(name[:maxFileName-len(ext)], "") + ext
	}
	if name = strings.TrimSpace(name); name == "" || name == "." || name == "/" || name == ".." {
		return "file"
	}
	return name
}

// Text gives the first value of a field on one line; empty where there is none.
func (in *Input) Text(name string) string {
	return strings.Join(strings.FieldsFunc(in.values.Get(name), func(r rune) bool { return r == '\n' || r == '\t' }), " ")
}

// Lines gives the first value of a field with its line breaks.
func (in *Input) Lines(name string) string { return in.values.Get(name) }

// All gives every value of a field, as boxes of one name send them.
func (in *Input) All(name string) []string { return in.values[name] }

// Has tells whether a field was sent: a box that is ticked, a button that was
// pressed.
func (in *Input) Has(name string) bool { return in.values.Has(name) }

// File gives the first file of a field.
func (in *Input) File(name string) (Upload, bool) {
	if all := in.files[name]; len(all) > 0 {
		return all[0], true
	}
	return Upload{}, false
}

// Files gives every file of a field.
func (in *Input) Files(name string) []Upload { return in.files[name] }
