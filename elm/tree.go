package elm

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/probatum/probatum/internal/strictjson"
)

// A node is a JSON value with the text that it was read from. Trees are built
// from text that strictjson let pass, so depth and number are bounded.
type node struct {
	kind    byte // '{', '[', '"', '0', 't', 'n'
	raw     []byte
	text    string // the string, or the literal as written
	members []member
	items   []*node
}

type member struct {
	name  string
	value *node
}

func (n *node) member(name string) *node {
	for i := range n.members {
		if n.members[i].name == name {
			return n.members[i].value
		}
	}
	return nil
}

// values are the values of a property: those of an array, or the one.
func (n *node) values() []*node {
	if n == nil {
		return nil
	}
	if n.kind == '[' {
		return n.items
	}
	return []*node{n}
}

// types are the classes an object names; never nil.
func (n *node) types() Types {
	t := Types{}
	for _, name := range []string{"type", "@type"} {
		for _, v := range n.member(name).values() {
			if v.kind == '"' {
				t = append(t, v.text)
			}
		}
	}
	return t
}

func parseTree(data []byte) (*node, error) {
	if err := strictjson.Check(data); err != nil {
		return nil, err
	}
	p := treeParser{data: data}
	n, err := p.value()
	if err != nil {
		return nil, fmt.Errorf("reading JSON at byte %d: %w", p.at, err)
	}
	return n, nil
}

var errSyntax = errors.New("not JSON")

type treeParser struct {
	data  []byte
	at    int
	depth int
}

func (p *treeParser) peek() byte {
	for p.at < len(p.data) {
		switch c := p.data[p.at]; c {
		case ' ', '\t', '\r', '\n':
			p.at++
		default:
			return c
		}
	}
	return 0
}

func (p *treeParser) value() (*node, error) {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > 1000 {
		return nil, errors.New("too deep")
	}
	c := p.peek()
	start := p.at
	n := &node{kind: c}
	var err error
	switch c {
	case '{':
		err = p.object(n)
	case '[':
		err = p.array(n)
	case '"':
		n.text, err = p.str()
	case 't', 'f':
		n.kind = 't'
		n.text = p.word()
	case 'n':
		n.text = p.word()
	default:
		n.kind = '0'
		n.text = p.word()
	}
	if err == nil && p.at == start {
		err = errSyntax
	}
	n.raw = p.data[start:p.at]
	return n, err
}

func (p *treeParser) word() string {
	start := p.at
	for p.at < len(p.data) {
		switch p.data[p.at] {
		case ',', ']', '}', ' ', '\t', '\r', '\n':
			return string(p.data[start:p.at])
		}
		p.at++
	}
	return string(p.data[start:p.at])
}

func (p *treeParser) str() (string, error) {
	start, plain := p.at, true
	for p.at++; p.at < len(p.data); p.at++ {
		switch p.data[p.at] {
		case '\\':
			plain = false
			p.at++
		case '"':
			p.at++
			if plain {
				return string(p.data[start+1 : p.at-1]), nil
			}
			var s string
			err := json.Unmarshal(p.data[start:p.at], &s)
			return s, err
		}
	}
	return "", errSyntax
}

func (p *treeParser) object(n *node) error {
	p.at++
	if p.peek() == '}' {
		p.at++
		return nil
	}
	for {
		if p.peek() != '"' {
			return errSyntax
		}
		name, err := p.str()
		if err != nil {
			return err
		}
		if p.peek() != ':' {
			return errSyntax
		}
		p.at++
		v, err := p.value()
		if err != nil {
			return err
		}
		n.members = append(n.members, member{name, v})
		more, err := p.next('}')
		if !more {
			return err
		}
	}
}

func (p *treeParser) array(n *node) error {
	p.at++
	if p.peek() == ']' {
		p.at++
		return nil
	}
	for {
		v, err := p.value()
		if err != nil {
			return err
		}
		n.items = append(n.items, v)
		more, err := p.next(']')
		if !more {
			return err
		}
	}
}

func (p *treeParser) next(end byte) (more bool, err error) {
	c := p.peek()
	p.at++
	switch c {
	case ',':
		return true, nil
	case end:
		return false, nil
	}
	return false, errSyntax
}

// A place is where a value stands in the document. It is written out only when
// there is something to say of it: paths of hostile documents are long.
type place struct {
	up    *place
	name  string // of a member
	index int    // of an item; -1 for a member
}

func step(p *place, name string) *place { return &place{p, name, -1} }

func item(p *place, i int) *place { return &place{p, "", i} }

var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]{0,63}$`)

// String writes the place as a JSON path. Odd names are quoted, long ones cut.
func (p *place) String() string {
	var steps []string
	for ; p != nil; p = p.up {
		switch {
		case p.index >= 0:
			steps = append(steps, "["+strconv.Itoa(p.index)+"]")
		case plainName.MatchString(p.name):
			steps = append(steps, "."+p.name)
		default:
			name := []rune(p.name)
			if len(name) > 64 {
				name = append(name[:63], '…')
			}
			steps = append(steps, "["+strconv.Quote(string(name))+"]")
		}
	}
	slices.Reverse(steps)
	return "$" + strings.Join(steps, "")
}
