package canon

import (
	"context"
	"time"
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
	SoundLanguage   = soundLanguage
)
