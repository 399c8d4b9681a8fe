package canon

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/probatum/probatum/internal/strictjson"
)

// Config says how a Processor works.
type Config struct {
	Contexts *Contexts // nil is Pinned
	Limits   Limits
}

// A Processor turns JSON-LD into datasets of which nothing is lost. It may be used
// by many at once. Every refusal is an *Error.
type Processor struct {
	contexts *Contexts
	limits   Limits
}

// New makes a Processor.
func New(cfg Config) *Processor {
	if cfg.Contexts == nil {
		cfg.Contexts = Pinned()
	}
	return &Processor{contexts: cfg.Contexts, limits: cfg.Limits.filled()}
}

// Dataset gives the statements of a document. The document brings its @context.
// What is not in the statements is refused, and named.
func (p *Processor) Dataset(ctx context.Context, doc []byte) (*Dataset, error) {
	root, err := parseJSON(doc, p.limits)
	if err != nil {
		return nil, err
	}
	return p.dataset(ctx, root, root.Member("@context"))
}

// Part gives the statements of an object that has no @context of its own, under
// the given one: of the options of a proof, under that of their document.
func (p *Processor) Part(ctx context.Context, doc, jsonContext []byte) (*Dataset, error) {
	root, err := parseJSON(doc, p.limits)
	if err != nil {
		return nil, err
	}
	if root.Member("@context") != nil {
		return nil, &Error{Kind: Context, Pointer: "/@context", Key: "proof.canon.context.place"}
	}
	if len(bytes.TrimSpace(jsonContext)) == 0 {
		return nil, &Error{Kind: Context, Key: "proof.canon.context.missing", Err: errNoContext}
	}
	value, err := parseJSON(jsonContext, p.limits)
	if err != nil {
		return nil, err
	}
	return p.dataset(ctx, root, value)
}

// dataset is the whole way from a parsed document to its statements.
func (p *Processor) dataset(ctx context.Context, root, own *strictjson.Value) (*Dataset, error) {
	if !root.Is(strictjson.Object) {
		return nil, &Error{Kind: Malformed, Key: "proof.canon.root"}
	}
	if err := ctx.Err(); err != nil {
		return nil, &Error{Kind: Resources, Key: "proof.canon.time", Err: err}
	}
	if named := blankNames(root, 0); named > maxBlankNames {
		return nil, &Error{Kind: Resources, Key: "proof.canon.work", Err: fmt.Errorf("%d references to named blank nodes", named)}
	}
	r, err := p.contexts.accept(own)
	if err != nil {
		return nil, &Error{Kind: Context, Pointer: "/@context", Key: keyOfContext(err), Err: err}
	}
	g := &gate{ctx: ctx, contexts: p.contexts, limits: p.limits, reading: r}
	if r.ready == nil {
		g.work.define(r.defines)
	}
	n, err := g.document(root)
	if err != nil {
		return nil, err
	}
	if err := g.work.check(); err != nil {
		return nil, err
	}
	w := newWriter(p.limits)
	w.work = g.work
	if err := w.write(n); err != nil {
		return nil, err
	}
	if w.labels+costCell*w.cells > p.limits.MaxBlanks {
		return nil, tooMany("proof.canon.blanks", p.limits.MaxBlanks)
	}
	if err := w.work.check(); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, &Error{Kind: Resources, Key: "proof.canon.time", Err: err}
	}
	theirs, err := p.contexts.statements(part{root, own, r}, g.parts)
	if err == nil {
		err = agree(w.quads, theirs)
	}
	if err != nil {
		return nil, &Error{Kind: Lost, Key: "proof.canon.library", Err: err}
	}
	return &Dataset{Quads: w.quads, Nodes: w.nodes, Warnings: g.warnings, limits: p.limits}, nil
}

// maxBlankNames is how often a document may name blank nodes before it is told as
// what it is. Names of blank nodes are refused in any case; only by them can JSON
// tie nodes into the graphs that exhaust RDFC-1.0 (RDF Dataset Canonicalization,
// 7.1), four nodes all linked being the first that cost.
const maxBlankNames = 12

// blankNames counts the strings that name a blank node, up to a few more than are
// allowed.
func blankNames(v *strictjson.Value, n int) int {
	if v.Kind == strictjson.String && strings.HasPrefix(v.Text, "_:") {
		n++
	}
	for _, item := range v.Items {
		if n <= maxBlankNames {
			n = blankNames(item, n)
		}
	}
	for _, m := range v.Members {
		if n <= maxBlankNames {
			n = blankNames(m.Value, n)
		}
	}
	return n
}

// parseJSON reads a text strictly: gate, step 1.
func parseJSON(text []byte, l Limits) (*strictjson.Value, error) {
	if len(text) > l.MaxBytes {
		return nil, tooMany("proof.canon.bytes", l.MaxBytes)
	}
	v, err := strictjson.Parse(text, strictjson.MaxBytes(l.MaxBytes), strictjson.MaxDepth(l.MaxDepth))
	if err == nil {
		return v, nil
	}
	refused := &Error{Kind: Malformed, Key: "proof.canon.json", Err: err}
	if e, ok := errors.AsType[*strictjson.Error](err); ok {
		switch {
		case e.Kind == strictjson.TooBig:
			refused.Kind, refused.Key = Resources, "proof.canon.size"
		case e.Ambiguous:
			refused.Key = "proof.canon.ambiguous"
		}
	}
	return nil, refused
}

// JCS gives the canonical form of a document by RFC 8785, for suites that sign
// that. Of the gate it takes the steps that JSON has a need of: strict JSON, known
// contexts and nothing deeper, numbers of one value. A part of a document, such as
// the options of a proof, may have no @context.
func (p *Processor) JCS(doc []byte) ([]byte, error) {
	root, err := parseJSON(doc, p.limits)
	if err != nil {
		return nil, err
	}
	g := &gate{contexts: p.contexts, limits: p.limits}
	if err := g.strictNumbers(root); err != nil {
		return nil, err
	}
	if err := g.plainDocument(root, credential); err != nil {
		return nil, err
	}
	out, err := appendJCS(make([]byte, 0, len(doc)), root)
	if err != nil {
		return nil, &Error{Kind: Lost, Key: "proof.canon.number", Err: err}
	}
	return out, nil
}
