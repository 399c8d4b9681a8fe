package cwt

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/probatum/probatum/proof"
)

// The limits of what is read, beside the size that a Policy sets.
const (
	maxDepth = 16
	maxItems = 10_000
)

// The major types of CBOR (RFC 8949, 3.1).
const (
	majorUint = iota
	majorNegative
	majorBytes
	majorText
	majorArray
	majorMap
	majorTag
	majorSimple
)

// An item is one data item of CBOR. Heads are in their shortest form and
// lengths are definite, so that equal labels have equal bytes.
type item struct {
	major byte
	arg   uint64 // of the head
	text  []byte // of a byte or text string
	items []item // of an array; of a map, keys and values by turns
	raw   []byte
}

// errBig is what costs too much to read.
var errBig = errors.New("too many or too deeply nested items")

// errTwice is a map with a key that stands twice.
var errTwice = errors.New("a key stands twice in a map")

// readItem reads data, which must be one item with nothing behind it.
func readItem(data []byte) (item, error) {
	r := reader{rest: data}
	it, err := r.item(0)
	if err != nil {
		return item{}, err
	}
	if len(r.rest) > 0 {
		return item{}, fmt.Errorf("%d bytes behind the end", len(r.rest))
	}
	return it, nil
}

// cborError gives an error of readItem its code.
func cborError(doing string, err error) error {
	err2 := fmt.Errorf("%s: %w", doing, err)
	switch {
	case errors.Is(err, errBig):
		return proof.Refuse(proof.Resources, "proof.resources.json", err2)
	case errors.Is(err, errTwice):
		return proof.Refuse(proof.Malformed, "proof.malformed.twice", err2)
	}
	return proof.Refuse(proof.Malformed, "proof.malformed.cbor", err2)
}

// A reader walks over a text once.
type reader struct {
	rest  []byte
	count int
}

var errShort = errors.New("the text ends inside an item")

// head reads the head of an item (RFC 8949, 3) in its shortest form (4.2.1).
func (r *reader) head() (major byte, arg uint64, err error) {
	if len(r.rest) == 0 {
		return 0, 0, errShort
	}
	first := r.rest[0]
	r.rest = r.rest[1:]
	major, info := first>>5, first&0x1f
	if info < 24 {
		return major, uint64(info), nil
	}
	if info > 27 {
		return 0, 0, errors.New("indefinite length, or a head that is reserved")
	}
	n := 1 << (info - 24)
	if len(r.rest) < n {
		return 0, 0, errShort
	}
	for _, b := range r.rest[:n] {
		arg = arg<<8 | uint64(b)
	}
	r.rest = r.rest[n:]
	least := uint64(24)
	if n > 1 {
		least = 1 << (4 * n) // the first that does not fit into half of it
	}
	if arg < least && major != majorSimple { // there the argument is a float
		return 0, 0, errors.New("a head longer than it need be")
	}
	if major == majorSimple && n == 1 {
		return 0, 0, errors.New("a simple value that is not assigned")
	}
	if major == majorSimple {
		arg = 1 << 32 // a float, whose value nobody asks for
	}
	return major, arg, nil
}

// item reads one item and what stands in it.
func (r *reader) item(depth int) (item, error) {
	if r.count++; r.count > maxItems || depth > maxDepth {
		return item{}, errBig
	}
	start := r.rest
	major, arg, err := r.head()
	if err != nil {
		return item{}, err
	}
	it := item{major: major, arg: arg}
	switch major {
	case majorBytes, majorText:
		err = r.string(&it)
	case majorArray:
		err = r.list(&it, arg, depth)
	case majorMap:
		err = r.mapping(&it, arg, depth)
	case majorTag:
		err = errors.New("a tag where none is needed")
	case majorSimple:
		if arg < 20 || arg == 23 { // false, true and null are left
			err = errors.New("a simple value that is not assigned, or undefined")
		}
	}
	if err != nil {
		return item{}, err
	}
	it.raw = start[:len(start)-len(r.rest)]
	return it, nil
}

func (r *reader) string(it *item) error {
	if it.arg > uint64(len(r.rest)) {
		return errShort
	}
	it.text, r.rest = r.rest[:it.arg], r.rest[it.arg:]
	if it.major == majorText && !utf8.Valid(it.text) {
		return errors.New("a text that is no UTF-8")
	}
	return nil
}

// list reads n items. Each takes a byte at least: a length that promises more
// than there is reserves nothing.
func (r *reader) list(it *item, n uint64, depth int) error {
	if n > uint64(len(r.rest)) {
		return errShort
	}
	for range n {
		inner, err := r.item(depth + 1)
		if err != nil {
			return err
		}
		it.items = append(it.items, inner)
	}
	return nil
}

// mapping reads n pairs. Keys are numbers or texts, as those of headers and of
// claims are (RFC 9052, 1.5; RFC 8392, 1.1), and each stands there once.
func (r *reader) mapping(it *item, n uint64, depth int) error {
	if n > uint64(len(r.rest))/2 {
		return errShort
	}
	if err := r.list(it, 2*n, depth); err != nil {
		return err
	}
	seen := make(map[string]bool, n)
	for i := 0; i < len(it.items); i += 2 {
		key := it.items[i]
		if key.major != majorUint && key.major != majorNegative && key.major != majorText {
			return errors.New("a key that is neither a number nor a text")
		}
		if seen[string(key.raw)] {
			return errTwice
		}
		seen[string(key.raw)] = true
	}
	return nil
}

// int gives a whole number.
func (it item) int() (int64, bool) {
	const most = 1<<63 - 1
	switch {
	case it.major == majorUint && it.arg <= most:
		return int64(it.arg), true
	case it.major == majorNegative && it.arg <= most:
		return -1 - int64(it.arg), true
	}
	return 0, false
}

// member gives the value behind a number in a map.
func (it item) member(label int64) (item, bool) {
	for i := 0; i+1 < len(it.items); i += 2 {
		if n, ok := it.items[i].int(); ok && n == label {
			return it.items[i+1], true
		}
	}
	return item{}, false
}

// printable gives a text of printable ASCII that is neither empty nor long.
func (it item) printable() (string, bool) {
	if it.major != majorText || len(it.text) == 0 || len(it.text) > maxText {
		return "", false
	}
	outside := func(c rune) bool { return c <= ' ' || c > '~' }
	return string(it.text), !bytes.ContainsFunc(it.text, outside)
}
