package status

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// What a list may be at most once it is inflated. A verification may need
// several, and a stranger chooses how well they are compressed.
const (
	maxEntries = 16 << 20
	maxBytes   = 4 << 20
)

// minBytes is the least that a Bitstring list may have: Entries of one bit
// (Bitstring Status List 1.0, 2.2: 16KB).
const minBytes = Entries / 8

// bits are the entries of a list, one behind the other. How wide an entry is,
// a token list says and the entry in the credential repeats for a bitstring.
type bits struct {
	data  []byte
	order order
}

// An order is where in a byte the first entry stands.
type order bool

const (
	leftFirst  order = false // Bitstring Status List 1.0, 2.2
	rightFirst order = true  // Token Status List, 4.1
)

// size tells whether entries may have so many bits: up to eight, so that one
// spans two bytes at most.
func validSize(size int) bool { return size >= 1 && size <= 8 }

// count is how many whole entries there are.
func (b bits) count(size int) int64 { return int64(len(b.data)) * 8 / int64(size) }

// at gives an entry that exists.
func (b bits) at(index int64, size int) uint8 {
	first := index * int64(size)
	var v uint8
	for i := range int64(size) {
		bit := first + i
		if b.order == rightFirst {
			v |= b.data[bit/8] >> (bit % 8) & 1 << i
		} else {
			v = v<<1 | b.data[bit/8]>>(7-bit%8)&1
		}
	}
	return v
}

// set gives an entry that exists a value that fits.
func (b bits) set(index int64, size int, v uint8) {
	first := index * int64(size)
	for i := range int64(size) {
		bit := first + i
		in, of := 7-bit%8, v>>(int64(size)-1-i)&1
		if b.order == rightFirst {
			in, of = bit%8, v>>i&1
		}
		b.data[bit/8] = b.data[bit/8]&^(1<<in) | of<<in
	}
}

func newBits(entries, size int, o order) bits {
	return bits{data: make([]byte, (entries*size+7)/8), order: o}
}

// encode writes entries as a list of a kind has them: for Bitstring the GZIP
// data (RFC 1952) as multibase base64url, for Token the ZLIB data (RFC 1950)
// as base64url, both without padding. The same entries give the same text.
func (b bits) encode(k Kind) (string, error) {
	var out bytes.Buffer
	var w io.WriteCloser
	var err error
	prefix := ""
	if k == Token {
		w, err = zlib.NewWriterLevel(&out, zlib.BestCompression)
	} else {
		prefix = multibaseBase64URL
		w, err = gzip.NewWriterLevel(&out, gzip.BestCompression)
	}
	if err == nil {
		_, err = w.Write(b.data)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return "", fmt.Errorf("compressing a status list: %w", err)
	}
	return prefix + base64.RawURLEncoding.EncodeToString(out.Bytes()), nil
}

// multibaseBase64URL is the prefix of base64url without padding (Controlled
// Identifiers 1.0, 2.4).
const multibaseBase64URL = "u"

var (
	errTrailing = errors.New("something stands behind the compressed list")
	errLarge    = errors.New("the list is larger than any that is read")
)

// gunzip inflates the one member of a GZIP file (RFC 1952).
func gunzip(data []byte, most int) ([]byte, error) {
	in := bytes.NewReader(data)
	r, err := gzip.NewReader(in)
	if err != nil {
		return nil, err
	}
	r.Multistream(false)
	hint := 0
	if len(data) >= 8 {
		// ISIZE, 2.3.1. Nobody has to tell the truth there.
		hint = int(min(int64(binary.LittleEndian.Uint32(data[len(data)-4:])), int64(most)))
	}
	return inflate(r, in, hint, most)
}

// unzlib inflates ZLIB data (RFC 1950).
func unzlib(data []byte, most int) ([]byte, error) {
	in := bytes.NewReader(data)
	r, err := zlib.NewReader(in)
	if err != nil {
		return nil, err
	}
	return inflate(r, in, 0, most)
}

// inflate reads all of r, which must end where in ends. It stops behind most
// bytes, whatever is still to come, and holds about twice as many at most.
func inflate(r io.Reader, in *bytes.Reader, hint, most int) ([]byte, error) {
	const start = 32 << 10
	buf := make([]byte, 0, min(max(hint, start), most)+1) // one more, to meet the end without growing
	for {
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch {
		case len(buf) > most:
			return nil, errLarge
		case errors.Is(err, io.EOF):
			if in.Len() > 0 {
				return nil, errTrailing
			}
			return buf, nil
		case err != nil:
			return nil, err
		case len(buf) == cap(buf):
			grown := make([]byte, len(buf), min(2*cap(buf), most+1))
			copy(grown, buf)
			buf = grown
		}
	}
}
