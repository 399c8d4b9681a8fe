package canon

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// nDegrees is the state of Hash N-Degree Quads. What the standard copies, the
// identifier issuer and the paths, lives on stacks here: each call leaves them
// as it found them, but for the labels that its result issues. Memory is thus
// bounded by the statements along one way through the graph.
type nDegrees struct {
	temporary []int32 // by node: number of its temporary label, or -1
	trail     []int32 // the nodes that have one, in order of issue
	saved     []int32 // what the best permutation so far issued, one call above the other
	related   []relation
	text      []byte
	hashes    map[relatedKey]string
}

// A relation is a blank node that a statement relates to the one looked at.
type relation struct {
	hash  string
	to    int32
	fresh bool // the permutation at hand gave it its label
}

// maxHashes bounds the table of related hashes.
const maxHashes = 1 << 14

func (s *nDegrees) init(nodes int) {
	s.temporary = make([]int32, nodes)
	for i := range s.temporary {
		s.temporary[i] = -1
	}
	s.hashes = make(map[relatedKey]string)
}

// issue gives a node the next temporary label, unless it has one (4.5).
func (s *nDegrees) issue(n int32) {
	if s.temporary[n] < 0 {
		s.temporary[n] = int32(len(s.trail)) //nolint:gosec // G115: at most one for each node
		s.trail = append(s.trail, n)
	}
}

// rollback takes back all temporary labels but the first so many.
func (s *nDegrees) rollback(mark int) {
	for _, n := range s.trail[mark:] {
		s.temporary[n] = -1
	}
	s.trail = s.trail[:mark]
}

// nDegree is Hash N-Degree Quads (4.8). It appends the hash to the text. The
// issuer that the standard returns beside it is the trail as it stands then.
func (c *canonicalizer) nDegree(id int32, level int) error {
	edges := c.nodes[id].edges
	if err := c.spend(1 + len(edges)); err != nil {
		return err
	}
	if level > maxLevels {
		return &Error{Kind: Resources, Key: "proof.canon.work"}
	}
	base, start := len(c.related), len(c.text)
	for i := range edges {
		c.related = append(c.related, relation{hash: c.relatedHash(&edges[i]), to: edges[i].to})
	}
	end := len(c.related)
	slices.SortFunc(c.related[base:end], func(a, b relation) int {
		return cmp.Or(strings.Compare(a.hash, b.hash), cmp.Compare(a.to, b.to))
	})
	for from := base; from < end; {
		to := from + 1
		for to < end && c.related[to].hash == c.related[from].hash {
			to++
		}
		c.text = append(c.text, c.related[from].hash...)
		if err := c.choosePath(from, to, level); err != nil {
			return err
		}
		from = to
	}
	c.related = c.related[:base]
	c.text = c.appendSum(c.text[:start], c.text[start:])
	return nil
}

// choosePath tries the permutations of the nodes related[from:to], which share a
// related hash, appends the least of their paths to the text, and leaves the
// labels issued that belong to it (4.8.3, steps 5.2 to 5.6).
func (c *canonicalizer) choosePath(from, to, level int) error {
	if err := c.afford(c.related[from:to]); err != nil {
		return err
	}
	chosen, mark, saved := len(c.text), len(c.trail), len(c.saved)
	for first := true; ; first = false {
		path := len(c.text)
		if first {
			path = chosen
		}
		better, err := c.walk(from, to, level, chosen, path)
		if err != nil {
			return err
		}
		last := !nextPermutation(c.related[from:to])
		if better {
			n := copy(c.text[chosen:], c.text[path:])
			c.text = c.text[:chosen+n]
			if last { // its labels stand
				c.saved = c.saved[:saved]
				return nil
			}
			c.saved = append(c.saved[:saved], c.trail[mark:]...)
		} else {
			c.text = c.text[:path]
		}
		c.rollback(mark)
		if last {
			break
		}
	}
	for _, n := range c.saved[saved:] {
		c.issue(n)
	}
	c.saved = c.saved[:saved]
	return nil
}

// walk builds the path of one permutation at text[path:] and tells whether it is
// less than the chosen one, which stands in text[chosen:path]; none stands there
// for the first. It stops as soon as the path is seen to be greater. The
// standard looks at that only once a path is as long as the chosen one: what
// comes out is the same, since all that follows is appended.
func (c *canonicalizer) walk(from, to, level, chosen, path int) (bool, error) {
	if path > chosen { // the first is paid with the statements
		if err := c.spend(to - from); err != nil {
			return false, err
		}
	}
	for i := from; i < to; i++ {
		r := &c.related[i]
		r.fresh = false
		if n := c.canonical[r.to]; n >= 0 {
			c.text = appendLabel(c.text, canonicalLabel, n)
			continue
		}
		r.fresh = c.temporary[r.to] < 0
		c.issue(r.to)
		c.text = appendLabel(c.text, temporaryLabel, c.temporary[r.to])
	}
	if c.compare(chosen, path) > 0 {
		return false, nil
	}
	for i := from; i < to; i++ {
		if !c.related[i].fresh {
			continue
		}
		n := c.related[i].to
		c.text = append(appendLabel(c.text, temporaryLabel, c.temporary[n]), '<')
		if err := c.nDegree(n, level+1); err != nil {
			return false, err
		}
		c.text = append(c.text, '>')
		if c.compare(chosen, path) > 0 {
			return false, nil
		}
	}
	return path == chosen || bytes.Compare(c.text[path:], c.text[chosen:path]) < 0, nil
}

// compare compares the path as far as it is built with as much of the chosen
// one.
func (c *canonicalizer) compare(chosen, path int) int {
	if path == chosen {
		return 0
	}
	best, built := c.text[chosen:path], c.text[path:]
	if len(built) > len(best) {
		return bytes.Compare(built, best)
	}
	return bytes.Compare(built, best[:len(built)])
}

// afford refuses at once what would go over the budget in the end: each further
// permutation of distinct nodes costs at least one unit a node.
func (c *canonicalizer) afford(r []relation) error {
	cost, run := len(r), 1
	for i := 1; i < len(r); i++ {
		if r[i].to == r[i-1].to {
			run++
		} else {
			run = 1
		}
		cost = cost * (i + 1) / run
		if cost-len(r) > c.left {
			return &Error{Kind: Resources, Key: "proof.canon.work"}
		}
	}
	return nil
}

// nextPermutation puts the nodes in the next order of the lexicographic
// enumeration and tells whether there was one. A node that stands there twice
// does not count as two.
func nextPermutation(r []relation) bool {
	i := len(r) - 2
	for i >= 0 && r[i].to >= r[i+1].to {
		i--
	}
	if i < 0 {
		return false
	}
	j := len(r) - 1
	for r[j].to <= r[i].to {
		j--
	}
	r[i], r[j] = r[j], r[i]
	slices.Reverse(r[i+1:])
	return true
}

// temporaryLabel is what the labels within Hash N-Degree Quads begin with.
const temporaryLabel = "b"

func appendLabel(b []byte, prefix string, n int32) []byte {
	b = append(b, "_:"...)
	b = append(b, prefix...)
	return strconv.AppendInt(b, int64(n), 10)
}

// A relatedKey is all that Hash Related Blank Node looks at.
type relatedKey struct {
	predicate int32
	number    int32
	position  byte
	kind      byte // canonical label, temporary label or first-degree hash
}

// relatedHash is Hash Related Blank Node (4.7). The same few hashes come up
// again and again, so they are kept.
func (c *canonicalizer) relatedHash(e *edge) string {
	key := relatedKey{position: e.position}
	if e.position != 'g' {
		key.predicate = e.predicate
	}
	switch {
	case c.canonical[e.to] >= 0:
		key.kind, key.number = 'c', c.canonical[e.to]
	case c.temporary[e.to] >= 0:
		key.kind, key.number = 'b', c.temporary[e.to]
	default:
		key.kind, key.number = 'h', c.nodes[e.to].class
	}
	if h, ok := c.hashes[key]; ok {
		return h
	}
	input := []byte{e.position}
	if e.position != 'g' {
		input = appendIRI(input, c.predicates[e.predicate])
	}
	switch key.kind {
	case 'c':
		input = appendLabel(input, canonicalLabel, key.number)
	case 'b':
		input = appendLabel(input, temporaryLabel, key.number)
	default:
		input = append(input, c.classes[key.number]...)
	}
	h := string(c.appendSum(nil, input))
	if len(c.hashes) == maxHashes {
		clear(c.hashes)
	}
	c.hashes[key] = h
	return h
}
