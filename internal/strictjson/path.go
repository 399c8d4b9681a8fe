package strictjson

import (
	"strconv"
	"strings"
	"unicode"
)

// A step leads from a value to one inside it: a name, or an index.
type step struct {
	name  []byte // nil in an array
	index int
}

// where writes the path of the value that is being read.
func (s *scanner) where() string {
	const most = 12 // steps that are written out
	var b strings.Builder
	b.WriteByte('$')
	for i, st := range s.path {
		if i == most {
			b.WriteString("…")
			break
		}
		switch {
		case st.name == nil:
			b.WriteByte('[')
			b.WriteString(strconv.Itoa(st.index))
			b.WriteByte(']')
		case plain(st.name):
			b.WriteByte('.')
			b.Write(st.name)
		default:
			b.WriteByte('[')
			b.WriteString(quoted(st.name))
			b.WriteByte(']')
		}
	}
	return b.String()
}

const longName = 40

// plain tells whether a name can stand in a path as it is.
func plain(name []byte) bool {
	if len(name) == 0 || len(name) > longName {
		return false
	}
	for _, c := range name {
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '@' || c == '-') {
			return false
		}
	}
	return true
}

// quoted writes a name so that it can do no harm where it is shown: short, and
// with nothing that does not print.
func quoted(name []byte) string {
	var b strings.Builder
	b.WriteByte('"')
	n := 0
	for _, r := range string(name) {
		if n++; n > longName {
			b.WriteString("…")
			break
		}
		if r == '"' || r == '\\' || r == '<' || r == '>' || r == '&' || !unicode.IsPrint(r) {
			r = '?'
		}
		b.WriteRune(r)
	}
	b.WriteByte('"')
	return b.String()
}
