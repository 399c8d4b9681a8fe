package sdjwt

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/probatum/probatum/proof"
)

// A Step leads from an object to a member, or from an array to an element.
type Step struct {
	Name  string // of the member, where Index is negative
	Index int    // of the element; -1 for a member
}

// Member is the step to a member.
func Member(name string) Step { return Step{Name: name, Index: -1} }

// Element is the step to an element of an array.
func Element(i int) Step { return Step{Index: i} }

// A Path leads from the root of a payload to one value in it.
type Path []Step

// maxPath bounds what ParsePath reads.
const maxPath = 4 << 10

// ParsePath reads the text form that Path.String writes and that conformance
// suites use: credentialSubject.firstName, verifiableCredential[0]. A name
// with a dot, a bracket or a quotation mark is written as a JSON string in
// brackets: a["b.c"].
func ParsePath(s string) (Path, error) {
	if len(s) > maxPath {
		return nil, pathError(errors.New("path too long"))
	}
	var p Path
	for rest := s; rest != ""; {
		switch {
		case strings.HasPrefix(rest, `["`):
			var name string
			dec := json.NewDecoder(strings.NewReader(rest[1:]))
			if err := dec.Decode(&name); err != nil {
				return nil, pathError(errors.New("quoted name cannot be read"))
			}
			rest = rest[1+dec.InputOffset():]
			if !strings.HasPrefix(rest, "]") {
				return nil, pathError(errors.New("bracket not closed"))
			}
			p, rest = append(p, Member(name)), rest[1:]
		case rest[0] == '[':
			digits, after, ok := strings.Cut(rest[1:], "]")
			i, err := strconv.Atoi(digits)
			if !ok || err != nil || strconv.Itoa(i) != digits || i < 0 {
				return nil, pathError(errors.New("index cannot be read"))
			}
			p, rest = append(p, Element(i)), after
		default:
			if len(p) > 0 {
				if rest[0] != '.' {
					return nil, pathError(errors.New("neither dot nor bracket"))
				}
				rest = rest[1:]
			}
			end := strings.IndexAny(rest, `.["]`)
			if end < 0 {
				end = len(rest)
			}
			if end == 0 {
				return nil, pathError(errors.New("empty name"))
			}
			p, rest = append(p, Member(rest[:end])), rest[end:]
		}
	}
	if len(p) == 0 {
		return nil, pathError(errors.New("empty path"))
	}
	return p, nil
}

// String writes the path as ParsePath reads it.
func (p Path) String() string {
	var b strings.Builder
	for i, s := range p {
		switch {
		case s.Index >= 0:
			b.WriteString("[" + strconv.Itoa(s.Index) + "]")
		case s.Name == "" || strings.ContainsAny(s.Name, `.["]`):
			b.WriteByte('[')
			b.Write(appendString(nil, s.Name))
			b.WriteByte(']')
		default:
			if i > 0 {
				b.WriteByte('.')
			}
			b.WriteString(s.Name)
		}
	}
	return b.String()
}

// Equal tells whether two paths are one.
func (p Path) Equal(q Path) bool { return slices.Equal(p, q) }

// Within tells whether p is q or leads to something inside it.
func (p Path) Within(q Path) bool { return len(p) >= len(q) && slices.Equal(p[:len(q)], q) }

func pathError(err error) error {
	return proof.Refuse(proof.Malformed, "proof.sdjwt.path", fmt.Errorf("reading path: %w", err))
}
