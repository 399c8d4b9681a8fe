package integrity

import (
	"context"
	"crypto"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/canon"
)

// An sdDocument is a whole document as the suite sees it: statements whose
// blank nodes bear labels that tell nothing, in the order of those. VC DI
// ECDSA Cryptosuites 1.0, 3.4 (canonicalizeAndGroup).
//
// The standard gives the nodes provisional identifiers (skolemisation) so that
// a part of the document can be told to speak of the same nodes. Here the
// place of each node in the document does that: nothing is written into the
// document, and no identifier in it can be taken for a provisional one.
type sdDocument struct {
	tree    *tree
	lines   []string          // sorted
	digests map[string][]byte // by the pointer of the node
	blank   map[*tree]bool    // the objects that are those nodes
}

// openSD lays a document open under an HMAC key.
func (e *Engine) openSD(ctx context.Context, unsecured, key []byte) (*sdDocument, error) {
	dataset, err := e.sdDataset(ctx, unsecured)
	if err != nil {
		return nil, err
	}
	canonical, err := dataset.Canonicalize(ctx, crypto.SHA256)
	if err != nil {
		return nil, uncanonical("reading the statements of a document", err)
	}
	t, err := openTree(unsecured)
	if err != nil {
		return nil, unreadable("opening a document", err)
	}
	doc := &sdDocument{tree: t, digests: make(map[string][]byte, len(dataset.Nodes)), blank: make(map[*tree]bool, len(dataset.Nodes))}
	labels := make(map[string]string, len(dataset.Nodes))
	objects := t.objects()
	for place, label := range dataset.Nodes {
		issued, ok := canonical.Labels[label]
		if !ok {
			return nil, wrong("proof.integrity.sd.part", "nothing is said of a node")
		}
		digest := sdDigest(key, issued)
		doc.digests[place] = digest
		doc.blank[objects[place]] = true
		labels[label] = sdLabel(digest)
	}
	doc.lines, err = relabelled(dataset, labels)
	return doc, err
}

// sdDataset gives the statements of a document, no more of them than can be
// signed and checked one by one in the time that an answer may take.
func (e *Engine) sdDataset(ctx context.Context, doc []byte) (*canon.Dataset, error) {
	dataset, err := e.canon.Dataset(ctx, doc)
	if err != nil {
		return nil, uncanonical("reading the statements of a document", err)
	}
	if len(dataset.Quads) > sdMaxStatements {
		return nil, proof.Refuse(proof.Resources, "proof.integrity.sd.limit", nil, "Most", sdMaxStatements)
	}
	return dataset, nil
}

// sdDigest makes what the label of a node is made of. VC DI ECDSA
// Cryptosuites 1.0, 3.4 (createHmacIdLabelMapFunction).
func sdDigest(key []byte, canonicalLabel string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(canonicalLabel))
	return mac.Sum(nil)
}

// sdLabel writes a digest as the label of a blank node: u, since a label may
// not begin with what base64url may begin with.
func sdLabel(digest []byte) string { return "u" + base64.RawURLEncoding.EncodeToString(digest) }

// relabelled gives the statements of a dataset, each once, in the order of their
// lines, after each blank node has got its new label. VC DI ECDSA Cryptosuites
// 1.0, 3.4 (labelReplacementCanonicalizeNQuads).
func relabelled(dataset *canon.Dataset, labels map[string]string) ([]string, error) {
	lines := make([]string, len(dataset.Quads))
	for i, q := range dataset.Quads {
		for _, term := range []*canon.Term{&q.Subject, &q.Predicate, &q.Object, &q.Graph} {
			if term.Kind != canon.Blank {
				continue
			}
			label, ok := labels[term.Value]
			if !ok {
				// A node that no object of the document stands for: a cell of
				// a list. Part of a list is another list.
				return nil, wrong("proof.integrity.sd.list", "a node without an object")
			}
			term.Value = label
		}
		lines[i] = q.String()
	}
	slices.Sort(lines)
	return slices.Compact(lines), nil
}

// An sdPart is what pointers select of a document.
type sdPart struct {
	text    []byte
	dataset *canon.Dataset    // nil where nothing is selected
	digests map[string][]byte // by the label of the node in dataset
	lines   map[string]bool
}

// part selects. Whatever is in the part is in the whole: a pointer into a
// value that means something only as a whole is refused.
func (e *Engine) part(ctx context.Context, doc *sdDocument, pointers []string) (*sdPart, error) {
	selected, err := doc.tree.choose(pointers)
	if err != nil {
		return nil, err
	}
	if selected.empty() {
		return &sdPart{}, nil
	}
	selected.even(func(t *tree) bool { return doc.blank[t] })
	shown := selected.reveal()
	dataset, err := e.sdDataset(ctx, shown.text)
	if err != nil {
		return nil, err
	}
	p := &sdPart{
		text:    shown.text,
		dataset: dataset,
		digests: make(map[string][]byte, len(dataset.Nodes)),
		lines:   make(map[string]bool, len(dataset.Quads)),
	}
	labels := make(map[string]string, len(dataset.Nodes))
	for place, label := range dataset.Nodes {
		digest, ok := doc.digests[shown.from[place]]
		if !ok {
			return nil, wrong("proof.integrity.sd.part", "a node of the part is none of the whole")
		}
		p.digests[label] = digest
		labels[label] = sdLabel(digest)
	}
	lines, err := relabelled(dataset, labels)
	if err != nil {
		return nil, err
	}
	for _, line := range lines {
		if _, ok := slices.BinarySearch(doc.lines, line); !ok {
			return nil, wrong("proof.integrity.sd.part", "a statement of the part is none of the whole")
		}
		p.lines[line] = true
	}
	return p, nil
}

// group divides the statements of the document: those in the part, in their
// order, and the rest.
func (doc *sdDocument) group(part *sdPart) (in, out []string) {
	for _, line := range doc.lines {
		if part.lines[line] {
			in = append(in, line)
		} else {
			out = append(out, line)
		}
	}
	return in, out
}

// labelMap leads from the labels that a verifier of the part will find by its
// own canonicalisation to the digests of those that were signed.
func (p *sdPart) labelMap(ctx context.Context) (map[uint64][]byte, error) {
	canonical, err := p.dataset.Canonicalize(ctx, crypto.SHA256)
	if err != nil {
		return nil, uncanonical("reading the statements of a document", err)
	}
	labels := make(map[uint64][]byte, len(canonical.Labels))
	for label, issued := range canonical.Labels {
		n, err := canonicalNumber(issued)
		if err != nil {
			return nil, err
		}
		labels[n] = p.digests[label]
	}
	return labels, nil
}

// canonicalNumber reads N of c14nN.
func canonicalNumber(label string) (uint64, error) {
	digits, ok := strings.CutPrefix(label, "c14n")
	if !ok {
		return 0, errors.New("a canonical label does not begin with c14n")
	}
	return strconv.ParseUint(digits, 10, 32)
}
