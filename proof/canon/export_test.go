package canon

import (
	"context"
	"time"

	"github.com/piprate/json-gold/ld"
)

// The library's time for a document: as it is foretold, and the library itself
// for tests that measure it.

// Foretold gives the work that a document is foretold to be, and a function that
// does it.
func (p *Processor) Foretold(ctx context.Context, doc []byte) (time.Duration, func() error, error) {
	root, err := parseJSON(doc, p.limits)
	if err != nil {
		return 0, nil, err
	}
	own := root.Member("@context")
	r, err := p.contexts.accept(own)
	if err != nil {
		return 0, nil, err
	}
	g := &gate{ctx: ctx, contexts: p.contexts, limits: p.limits, reading: r}
	n, err := g.document(root)
	if err != nil {
		return 0, nil, err
	}
	w := newWriter(p.limits)
	w.work = g.work
	if err := w.write(n); err != nil {
		return 0, nil, err
	}
	return time.Duration(w.work.spent), func() error {
		theirs, err := p.contexts.statements(part{root, own, r}, g.parts)
		if err != nil {
			return err
		}
		return agree(w.quads, theirs)
	}, nil
}

// Plain makes the library read every @context anew, from its list.
func (c *Contexts) Plain() *Contexts {
	plain := *c
	plain.lists = map[string]*reading{}
	for key, r := range c.lists {
		copied := *r
		copied.ready = nil
		plain.lists[key] = &copied
	}
	return &plain
}

// Load asks the loader that the library has.
func (c *Contexts) Load(url string) error {
	_, err := c.options().DocumentLoader.LoadDocument(url)
	return err
}

// MaxWorkload is what one document may be foretold to be.
const MaxWorkload = time.Duration(maxWorkload)

var (
	OneNumber       = oneNumber
	CanonicalDouble = canonicalDouble
	SoundIRI        = soundIRI
	LowerLanguage   = lowerLanguage
)

// Taken stands before words that the library need not look at again.
const Taken = taken

// Kept gives the words that have been held against the library's rule, and whether
// it takes them.
func (c *Contexts) Kept() map[string]bool {
	kept := map[string]bool{}
	c.words.checked.Range(func(word, ok any) bool {
		if s, isText := word.(string); isText {
			kept[s] = ok == true && c.words.words[s]
		}
		return true
	})
	return kept
}

// BothWays gives the statements of a document by the library alone and by way of
// the words, and an error where they differ.
func (p *Processor) BothWays(doc []byte) (int, error) {
	root, err := parseJSON(doc, p.limits)
	if err != nil {
		return 0, err
	}
	own := root.Member("@context")
	r, err := p.contexts.accept(own)
	if err != nil {
		return 0, err
	}
	var read [2][]Quad
	for i, toRDF := range []func(any, *ld.JsonLdOptions) (*ld.RDFDataset, error){
		ld.NewJsonLdApi().ToRDF,
		func(expanded any, o *ld.JsonLdOptions) (*ld.RDFDataset, error) {
			list, _ := expanded.([]any)
			return p.contexts.words.toRDF(list, o)
		},
	} {
		expanded, err := expand(part{root, own, r}, p.contexts.options(), false)
		if err != nil {
			return 0, err
		}
		dataset, err := toRDF(expanded, p.contexts.options())
		if err != nil {
			return 0, err
		}
		for _, q := range dataset.GetQuads("@default") {
			read[i] = append(read[i], Quad{Subject: termOf(q.Subject), Predicate: termOf(q.Predicate), Object: termOf(q.Object)})
		}
	}
	return len(read[0]), agree(read[1], read[0])
}
