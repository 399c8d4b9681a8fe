package page

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/internal/strictjson"
)

// WriteJSON writes v, or nothing when it cannot be encoded. Nobody is to keep
// the answer.
func WriteJSON(w http.ResponseWriter, r *http.Request, status int, contentType string, v any) error {
	data, err := Encode(v, "  ")
	if err != nil {
		return err
	}
	Write(w, r, status, contentType, data)
	return nil
}

// Encode writes v as JSON, letter for letter: what is signed inside keeps its
// text.
func Encode(v any, indent string) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("encoding the answer: %w", err)
	}
	return buf.Bytes(), nil
}

// Write writes an answer that is whole. Nobody is to keep it.
func Write(w http.ResponseWriter, r *http.Request, status int, contentType string, data []byte) {
	Speak(w, RequestOf(r).Loc)
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(data) // the client may be gone: nothing to do
}

// Speak says in which language an answer is, and that it follows the wish of
// the reader.
func Speak(w http.ResponseWriter, loc i18n.Localizer) {
	w.Header().Set("Content-Language", loc.Lang())
	w.Header().Add("Vary", "Accept-Language")
}

// ReadJSON reads a body of at most so many bytes into v, strictly: a member that
// v does not know, or that stands twice, is refused.
func (s *Site) ReadJSON(w http.ResponseWriter, r *http.Request, most int, v any) error {
	data, err := s.ReadRaw(w, r, most)
	if err != nil {
		return err
	}
	err = strictjson.Decode(data, v, strictjson.MaxBytes(most), strictjson.DisallowUnknown())
	if e, ok := errors.AsType[*strictjson.Error](err); ok {
		return fault.List{{Path: e.Path, Key: "page.body.json"}}
	}
	return err
}

// ReadRaw reads a body of JSON of at most so many bytes as it is.
func (s *Site) ReadRaw(w http.ResponseWriter, r *http.Request, most int) ([]byte, error) {
	kind, params, err := OpenBody(w, r, int64(most))
	if err != nil {
		return nil, err
	}
	if !IsJSON(kind, params) {
		return nil, ErrMediaType
	}
	return ReadBody(r, s.held, most)
}

// IsJSON tells whether a media type is JSON, which is UTF-8 (RFC 8259, 8.1).
func IsJSON(kind string, params map[string]string) bool {
	charset, named := params["charset"]
	return (kind == "application/json" || strings.HasSuffix(kind, "+json")) && (!named || strings.EqualFold(charset, "utf-8"))
}
