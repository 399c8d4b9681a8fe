package integrity

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/probatum/probatum/proof"
)

// A pointer is a JSON pointer (RFC 6901): the names and indexes that lead from
// the document to one value in it. None of them leads to the whole document.
type pointer []string

// errPointer is wrapped by what parsePointer returns.
var errPointer = errors.New("no JSON pointer")

// parsePointer reads the text of a JSON pointer.
func parsePointer(text string) (pointer, error) {
	if text == "" {
		return nil, nil
	}
	if len(text) > sdMaxPointer || !utf8.ValidString(text) {
		return nil, fmt.Errorf("reading a pointer: %w", errPointer)
	}
	rest, ok := strings.CutPrefix(text, "/")
	if !ok {
		return nil, fmt.Errorf("reading a pointer: %w: it does not begin with /", errPointer)
	}
	p := pointer(strings.Split(rest, "/"))
	for i, step := range p {
		// RFC 6901, 4: ~1 first, so that ~01 becomes ~1 and not /.
		plain := strings.ReplaceAll(step, "~1", "/")
		if strings.Count(step, "~") != strings.Count(step, "~0")+strings.Count(step, "~1") {
			return nil, fmt.Errorf("reading a pointer: %w: a ~ escapes nothing", errPointer)
		}
		p[i] = strings.ReplaceAll(plain, "~0", "~")
	}
	return p, nil
}

// String writes the pointer.
func (p pointer) String() string {
	var b strings.Builder
	for _, step := range p {
		b.WriteByte('/')
		b.WriteString(escapeStep(step))
	}
	return b.String()
}

func escapeStep(step string) string {
	return strings.ReplaceAll(strings.ReplaceAll(step, "~", "~0"), "/", "~1")
}

// arrayIndex reads a step as an index of an array with n elements: digits
// without a zero before them.
func arrayIndex(step string, n int) (int, bool) {
	if step == "" || len(step) > 9 || len(step) > 1 && step[0] == '0' {
		return 0, false
	}
	for _, c := range []byte(step) {
		if c < '0' || c > '9' {
			return 0, false
		}
	}
	i, err := strconv.Atoi(step)
	return i, err == nil && i < n
}

// parsePointers reads a list of pointers. The error names the one at fault.
func parsePointers(texts []string) ([]pointer, error) {
	if len(texts) > sdMaxPointers {
		return nil, proof.Refuse(proof.Resources, "proof.integrity.sd.pointers", nil, "Most", sdMaxPointers)
	}
	pointers := make([]pointer, len(texts))
	for i, text := range texts {
		p, err := parsePointer(text)
		if err != nil {
			return nil, proof.Refuse(proof.Proof, "proof.integrity.sd.pointer.form", err, "Number", i+1)
		}
		pointers[i] = p
	}
	return pointers, nil
}
