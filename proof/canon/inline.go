package canon

import (
	"strconv"
	"strings"

	"github.com/probatum/probatum/internal/strictjson"
)

// An inlined checks the context objects that a document brings. They may define
// terms and contexts within them, each by an absolute IRI that is written out, with
// @protected, @type and @container; and nothing else. That they do not define a
// protected term anew is checked when they are read.
type inlined struct {
	vocab bool // @vocab may stand in them
	names []*contextDocument
}

// checkInline checks the objects in an @context, which stand after the URLs.
func (c *Contexts) checkInline(value *strictjson.Value, urls []string) error {
	own := &contextDocument{names: map[string]bool{}, folded: map[string]bool{}}
	in := &inlined{vocab: c.cfg.Vocab, names: []*contextDocument{own}}
	for _, url := range urls {
		in.names = append(in.names, c.documents[url])
	}
	own.collect(value)
	for _, l := range value.Items {
		if !l.Is(strictjson.Object) {
			continue
		}
		if inner := l.Member("@context"); inner.Is(strictjson.Object) && len(l.Members) == 1 {
			l = inner
			own.collect(l)
		}
		if err := in.object(l); err != nil {
			return err
		}
	}
	return nil
}

func (in *inlined) object(object *strictjson.Value) error {
	for _, m := range object.Members {
		switch m.Name {
		case "@protected", "@version":
			continue // read as in every context
		case "@vocab":
			if m.Value.Is(strictjson.Null) || in.vocab {
				continue
			}
		}
		if m.Name == "" || m.Name[0] == '@' {
			return &errContext{m.Name, "a keyword that no object in a document may hold"}
		}
		if err := in.term(m.Name, m.Value); err != nil {
			return err
		}
	}
	return nil
}

func (in *inlined) term(name string, v *strictjson.Value) error {
	if v.Is(strictjson.String) {
		return in.iri(name, v)
	}
	if !v.Is(strictjson.Object) {
		return &errContext{name, "neither an IRI nor an object"}
	}
	for _, m := range v.Members {
		switch m.Name {
		case "@id":
			if err := in.iri(name, m.Value); err != nil {
				return err
			}
		case "@type":
			switch m.Value.Text {
			case "@id", "@vocab", "@json", "@none":
				continue
			}
			if !m.Value.Is(strictjson.String) || !in.whole(m.Value.Text) {
				return &errContext{name, "its @type is no absolute IRI"}
			}
		case "@context":
			for _, scope := range m.Value.Values() {
				if !scope.Is(strictjson.Object) {
					return &errContext{name, "a context within it that is no object"}
				}
				if err := in.object(scope); err != nil {
					return err
				}
			}
		case "@protected", "@container":
		default:
			return &errContext{name, "a keyword that no object in a document may hold"}
		}
	}
	if v.Member("@id") == nil && !in.vocab {
		return &errContext{name, "has no IRI"}
	}
	return nil
}

// iri checks what a term means: an absolute IRI, or what id and type always mean.
func (in *inlined) iri(name string, v *strictjson.Value) error {
	if !v.Is(strictjson.String) {
		return &errContext{name, "its IRI is no string"}
	}
	if name == "id" && v.Text == "@id" || name == "type" && v.Text == "@type" || in.whole(v.Text) {
		return nil
	}
	return &errContext{name, "its IRI is no absolute IRI"}
}

// whole tells whether an IRI is absolute and no term could make another of it.
func (in *inlined) whole(iri string) bool {
	scheme, _, _ := strings.Cut(iri, ":")
	for _, d := range in.names {
		if d.names[scheme] {
			return false
		}
	}
	return soundIRI(iri)
}

// spelling writes a value so that two have the same text only if they are the same
// JSON, in whatever order their members stand.
func spelling(v *strictjson.Value) string {
	var b strings.Builder
	spell(&b, v)
	return b.String()
}

func spell(b *strings.Builder, v *strictjson.Value) {
	b.WriteString(strconv.Itoa(int(v.Kind)) + strconv.Quote(v.Text) + "(")
	for _, l := range v.Items {
		spell(b, l)
	}
	for _, m := range sortedMembers(v) {
		b.WriteString(strconv.Quote(m.Name))
		spell(b, m.Value)
	}
	b.WriteByte(')')
}
