package canon

import (
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Canonical is the canonical form of a dataset.
type Canonical struct {
	// Lines are the statements in canonical N-Quads, in code point order, each
	// with its newline.
	Lines []string

	// Labels gives the canonical label of each blank node by its label in the
	// dataset, both without "_:".
	Labels map[string]string
}

// Text gives the canonical form as one text.
func (c *Canonical) Text() []byte {
	n := 0
	for _, l := range c.Lines {
		n += len(l)
	}
	text := make([]byte, 0, n)
	for _, l := range c.Lines {
		text = append(text, l...)
	}
	return text
}

// Sum hashes the text.
func (c *Canonical) Sum(h crypto.Hash) []byte {
	sum := h.New()
	var buf []byte
	for _, l := range c.Lines {
		buf = append(buf[:0], l...)
		sum.Write(buf)
	}
	return sum.Sum(nil)
}

// Canonicalize gives the canonical form by RDFC-1.0 with SHA-256 or SHA-384 (RDF
// Dataset Canonicalization, 4). The label of a blank node has no influence on
// it. A dataset whose blank nodes cannot be told apart within the limits is
// refused as Resources, and so is one whose ctx ends first: nothing goes on
// after the answer. The canonical form of an empty dataset is empty; whoever
// signs must refuse that.
//
// One weakness is the standard's own: it looks at blank nodes in pairs, without
// the graph. Of like nodes that are linked to each other in several named graphs
// it may know two forms, and which one comes out depends on the input's order.
// Both are the same dataset, so nothing can be forged by it; credentials and
// presentations, which link nodes within one graph each, never do this.
func (d *Dataset) Canonicalize(ctx context.Context, h crypto.Hash) (*Canonical, error) {
	if h != crypto.SHA256 && h != crypto.SHA384 {
		return nil, fmt.Errorf("canonicalising by %v: neither SHA-256 nor SHA-384", h)
	}
	limits := d.limits.filled()
	quads, err := distinct(d.Quads, limits)
	if err != nil {
		return nil, err
	}
	c := &canonicalizer{hash: h, quads: quads, budget: budget{ctx: ctx}}
	if err := c.index(limits.MaxBlanks); err != nil {
		return nil, err
	}
	if err := c.label(limits.Budget); err != nil {
		return nil, err
	}
	return c.result(), nil
}

// distinct gives the statements as a set: checked, without doubles, in the order
// in which they came.
func distinct(quads []Quad, l Limits) ([]Quad, error) {
	if len(quads) > l.MaxQuads {
		return nil, tooMany("proof.canon.quads", l.MaxQuads)
	}
	set := make([]Quad, 0, len(quads))
	seen := make(map[Quad]struct{}, len(quads))
	for i, q := range quads {
		q, err := q.checked()
		if err != nil {
			return nil, &Error{Kind: Malformed, Key: "proof.canon.statement", Err: fmt.Errorf("statement %d: %w", i, err)}
		}
		if _, twice := seen[q]; twice {
			continue
		}
		seen[q] = struct{}{}
		set = append(set, q)
	}
	return set, nil
}

// A canonicalizer holds the canonicalization state (4.3) of one run. Blank nodes
// are numbered in the order in which they come.
type canonicalizer struct {
	budget

	hash  crypto.Hash
	quads []Quad
	in    []places[int32] // by statement: its blank nodes, -1 where there is none
	nodes []node

	predicates []string // that there are
	classes    []string // the first-degree hashes that there are
	canonical  []int32  // by node: number of its canonical label, or -1
	issued     int32    // canonical labels issued so far
	line       []byte   // room to write in

	nDegrees
}

// A node is a blank node.
type node struct {
	label    string
	class    int32 // index of its first-degree hash
	mentions []int32
	edges    []edge
}

// An edge leads from a node to another blank node of a statement that mentions
// both.
type edge struct {
	to        int32
	position  byte // s, o or g: where the other one stands
	predicate int32
}

// index numbers the blank nodes and finds their mentions (4.4.3, step 2).
func (c *canonicalizer) index(maxBlanks int) error {
	numbers, predicates := make(map[string]int32), make(map[string]int32)
	c.in = make([]places[int32], len(c.quads))
	for i := range c.quads {
		q := &c.quads[i]
		predicate, known := predicates[q.Predicate.Value]
		if !known {
			predicate = int32(len(c.predicates)) //nolint:gosec // G115: bounded by MaxQuads
			predicates[q.Predicate.Value] = predicate
			c.predicates = append(c.predicates, q.Predicate.Value)
		}
		in := &c.in[i]
		for j, t := range q.places() {
			in[j] = -1
			if t.Kind != Blank {
				continue
			}
			n, known := numbers[t.Value]
			if !known {
				if len(c.nodes) == maxBlanks {
					return tooMany("proof.canon.blanks", maxBlanks)
				}
				n = int32(len(c.nodes)) //nolint:gosec // G115: bounded by maxBlanks
				numbers[t.Value] = n
				c.nodes = append(c.nodes, node{label: t.Value})
			}
			in[j] = n
		}
		for j, n := range in {
			if n < 0 || slices.Contains(in[:j], n) {
				continue
			}
			c.nodes[n].mentions = append(c.nodes[n].mentions, int32(i))
			for k, to := range in {
				if to >= 0 && to != n {
					c.nodes[n].edges = append(c.nodes[n].edges, edge{to: to, position: "sog"[k], predicate: predicate})
				}
			}
		}
	}
	c.canonical = make([]int32, len(c.nodes))
	for i := range c.canonical {
		c.canonical[i] = -1
	}
	return nil
}

// label issues the canonical labels (4.4.3, steps 3 to 5).
func (c *canonicalizer) label(perNode int) error {
	byHash := make(map[string][]int32, len(c.nodes))
	for n := range c.nodes {
		h, err := c.firstDegree(int32(n))
		if err != nil {
			return err
		}
		byHash[h] = append(byHash[h], int32(n))
	}
	c.classes = make([]string, 0, len(byHash))
	for h := range byHash {
		c.classes = append(c.classes, h)
	}
	slices.Sort(c.classes)
	alike := 0
	for class, h := range c.classes {
		for _, n := range byHash[h] {
			c.nodes[n].class = int32(class)
		}
		if len(byHash[h]) == 1 {
			c.issueCanonical(byHash[h][0])
		} else {
			alike += len(byHash[h])
		}
	}
	if alike == 0 {
		return nil
	}
	c.allow(alike, perNode)
	c.nDegrees.init(len(c.nodes))
	for _, h := range c.classes {
		if nodes := byHash[h]; len(nodes) > 1 {
			if err := c.labelAlike(nodes); err != nil {
				return err
			}
		}
	}
	return nil
}

// labelAlike issues canonical labels to nodes that share a first-degree hash and
// to all that they lead to (4.4.3, step 5).
func (c *canonicalizer) labelAlike(nodes []int32) error {
	type result struct {
		hash   string
		issued []int32
	}
	var results []result
	for _, n := range nodes {
		if c.canonical[n] >= 0 {
			continue
		}
		c.issue(n)
		if err := c.nDegree(n, 0); err != nil {
			return err
		}
		results = append(results, result{string(c.text), slices.Clone(c.trail)})
		c.rollback(0)
		c.text = c.text[:0]
	}
	slices.SortStableFunc(results, func(a, b result) int { return strings.Compare(a.hash, b.hash) })
	for _, r := range results {
		for _, n := range r.issued {
			c.issueCanonical(n)
		}
	}
	return nil
}

// issueCanonical gives a node the next canonical label, unless it has one (4.5).
func (c *canonicalizer) issueCanonical(n int32) {
	if c.canonical[n] < 0 {
		c.canonical[n] = c.issued
		c.issued++
	}
}

// firstDegree is Hash First Degree Quads (4.6): the statements that mention a
// node, itself called a and all other blank nodes z.
func (c *canonicalizer) firstDegree(n int32) (string, error) {
	mentions := c.nodes[n].mentions
	if err := c.tick(len(mentions)); err != nil {
		return "", err
	}
	lines := make([]string, len(mentions))
	for i, m := range mentions {
		var labels places[string]
		for j, at := range c.in[m] {
			labels[j] = "z"
			if at == n {
				labels[j] = "a"
			}
		}
		c.line = c.quads[m].appendLabelled(c.line[:0], labels)
		lines[i] = string(c.line)
	}
	slices.Sort(lines)
	c.line = c.line[:0]
	for _, l := range lines {
		c.line = append(c.line, l...)
	}
	return string(c.appendSum(nil, c.line)), nil
}

// appendSum appends the hash of the data in lower-case hexadecimal digits. The
// data may lie in what is behind b.
func (c *canonicalizer) appendSum(b, data []byte) []byte {
	if c.hash == crypto.SHA384 {
		h := sha512.Sum384(data)
		return hex.AppendEncode(b, h[:])
	}
	h := sha256.Sum256(data)
	return hex.AppendEncode(b, h[:])
}

// canonicalLabel is what canonical labels begin with (4.3).
const canonicalLabel = "c14n"

// result writes the statements with their canonical labels (4.4.3, steps 6, 7).
func (c *canonicalizer) result() *Canonical {
	names := make([]string, len(c.nodes))
	labels := make(map[string]string, len(c.nodes))
	for n := range c.nodes {
		names[n] = canonicalLabel + strconv.Itoa(int(c.canonical[n]))
		labels[c.nodes[n].label] = names[n]
	}
	// All lines share one text: cut, not copied.
	var text []byte
	ends := make([]int, len(c.quads))
	for i := range c.quads {
		var of places[string]
		for j, n := range c.in[i] {
			if n >= 0 {
				of[j] = names[n]
			}
		}
		text = c.quads[i].appendLabelled(text, of)
		ends[i] = len(text)
	}
	whole, from := string(text), 0
	lines := make([]string, len(ends))
	for i, end := range ends {
		lines[i] = whole[from:end]
		from = end
	}
	slices.Sort(lines)
	return &Canonical{Lines: lines, Labels: labels}
}
