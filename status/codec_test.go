package status_test

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"errors"
	"io"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/status"
)

// compressed gives n zero bytes as GZIP or ZLIB data.
func compressed(k status.Kind, n int64) []byte {
	var b bytes.Buffer
	var w io.WriteCloser
	var err error
	if k == status.Bitstring {
		w, err = gzip.NewWriterLevel(&b, gzip.BestSpeed)
	} else {
		w, err = zlib.NewWriterLevel(&b, zlib.BestSpeed)
	}
	if err == nil {
		_, err = io.CopyN(w, zeros{}, n)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic(err)
	}
	return b.Bytes()
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// bomb is GZIP data that goes on for 1 GiB: blocks of 1 MiB that are the same
// in compressed form. Nobody reads to its checksum.
var bomb = sync.OnceValue(func() []byte {
	var block bytes.Buffer
	w, err := flate.NewWriter(&block, flate.BestCompression)
	if err == nil {
		_, err = io.CopyN(w, zeros{}, 1<<20)
	}
	if err == nil {
		err = w.Flush()
	}
	if err != nil {
		panic(err)
	}
	header := []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255}
	return append(append(header, bytes.Repeat(block.Bytes(), 1<<10)...), 1, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0x40)
})

func TestEncode(t *testing.T) {
	t.Parallel()
	by := newSigner(t, "P-256")
	for _, k := range []status.Kind{status.Bitstring, status.Token} {
		for size := 1; size <= 8; size++ {
			if k == status.Token && size&(size-1) != 0 {
				continue
			}
			value := func(i int64) uint8 { return uint8(i*i*7+i/3) & (1<<size - 1) }
			var l *status.List
			var err error
			if k == status.Token {
				l, err = open(t, by.token(t, by.with(claims(), obj{"status_list": obj{"bits": size, "lst": status.Encode(k, size, 200_000, value)}})))
			} else {
				l, err = open(t, by.vc(t, by.with(by.credential("revocation", status.Encode(k, size, 200_000, value)), obj{"credentialSubject.statusSize": size})))
			}
			if err != nil {
				t.Errorf("%s of %d bits: %v", k, size, err)
				continue
			}
			for i := range l.Entries() {
				want := value(i)
				if i >= 200_000 { // what fills up the last byte
					want = 0
				}
				if got, err := l.At(i); err != nil || got != want {
					t.Fatalf("%s of %d bits: entry %d is %d, %v; want %d", k, size, i, got, err, want)
				}
			}
			for _, i := range []int64{-1, l.Entries(), 1 << 40, -1 << 63} {
				_, err := l.At(i)
				isProblem(t, "beyond", err, status.Range)
			}
		}
	}
}

// The order of bits differs between the standards: entry 0 of a byte is the left
// one in a bitstring, and the right one in a token list.
func TestEncodeOrder(t *testing.T) {
	t.Parallel()
	first := func(i int64) uint8 { return uint8(min(i, 1)) ^ 1 }
	for k, want := range map[status.Kind]byte{status.Bitstring: 0x80, status.Token: 0x01} {
		text := strings.TrimPrefix(status.Encode(k, 1, 8, first), "u")
		data, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		inflate := status.Gunzip
		if k == status.Token {
			inflate = status.Unzlib
		}
		if got, err := inflate(data, 100); err != nil || len(got) != 1 || got[0] != want {
			t.Errorf("%s: %x, %v; want %x", k, got, err, want)
		}
	}
}

func TestInflate(t *testing.T) {
	t.Parallel()
	for k, inflate := range map[status.Kind]func([]byte, int) ([]byte, error){status.Bitstring: status.Gunzip, status.Token: status.Unzlib} {
		const most = 1000
		if got, err := inflate(compressed(k, most), most); err != nil || len(got) != most {
			t.Errorf("%s: as large as can be: %d, %v", k, len(got), err)
		}
		good := compressed(k, 500)
		bad := map[string][]byte{
			"nothing": nil, "one byte": good[:1], "a header": good[:10], "one more": compressed(k, most+1), "far more": compressed(k, 1<<20),
			"a byte behind": append(bytes.Clone(good), 0), "twice": append(bytes.Clone(good), good...), "cut": good[:len(good)-1], "no checksum": good[:len(good)-4],
		}
		for i := range good {
			flipped := bytes.Clone(good)
			flipped[i] ^= 0x10
			if got, err := inflate(flipped, most); err == nil && (len(got) != 500 || bytes.Trim(got, "\x00") != nil) {
				t.Errorf("%s: byte %d flipped gave something else", k, i) // GZIP headers have bytes that mean nothing
			}
		}
		for name, data := range bad {
			if got, err := inflate(data, most); err == nil {
				t.Errorf("%s: %s: %d bytes", k, name, len(got))
			}
		}
	}
}

// 1 GiB stops at the limit: at once, and in little memory.
func TestInflateBomb(t *testing.T) {
	data := bomb()
	var before, after runtime.MemStats
	testkit.InTime(t, "1 GiB", func() {
		runtime.ReadMemStats(&before)
		if got, err := status.Gunzip(data, status.MaxBytes); err == nil {
			t.Errorf("%d bytes", len(got))
		}
		runtime.ReadMemStats(&after)
	})
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 3*status.MaxBytes {
		t.Errorf("%d bytes were taken", grown)
	}
}

func TestOpenBounds(t *testing.T) {
	t.Parallel()
	by := newSigner(t, "P-256")
	b64 := base64.RawURLEncoding.EncodeToString
	for name, c := range map[string]struct {
		data []byte
		good bool
	}{
		"largest bitstring":  {by.vc(t, by.credential("revocation", "u"+b64(compressed(status.Bitstring, status.MaxBytes)))), true},
		"larger bitstring":   {by.vc(t, by.credential("revocation", "u"+b64(compressed(status.Bitstring, status.MaxBytes+1)))), false},
		"bomb":               {by.vc(t, by.credential("revocation", "u"+b64(bomb()))), false},
		"largest token":      {by.token(t, by.with(claims(), obj{"status_list.lst": b64(compressed(status.Token, status.MaxEntries/4))})), true},
		"larger token":       {by.token(t, by.with(claims(), obj{"status_list.lst": b64(compressed(status.Token, status.MaxEntries/4+1))})), false},
		"largest token of 1": {by.token(t, by.with(claims(), obj{"status_list": obj{"bits": 1, "lst": b64(compressed(status.Token, status.MaxEntries/8))}})), true},
		"larger token of 1":  {by.token(t, by.with(claims(), obj{"status_list": obj{"bits": 1, "lst": b64(compressed(status.Token, status.MaxEntries/8+1))}})), false},
	} {
		_, err := open(t, c.data)
		if c.good && err != nil {
			t.Errorf("%s: %v", name, err)
		} else if !c.good {
			isProblem(t, name, err, status.Verification)
			if e, ok := errors.AsType[*status.Error](err); ok && e.Refusal.Key != "status.list.large" {
				t.Errorf("%s: %v; want it to be too large", name, err)
			}
		}
	}
	long := by.vc(t, by.with(by.credential("revocation", empty()), obj{"description": strings.Repeat("x", 2<<20)}))
	_, err := open(t, long)
	isProblem(t, "2 MB of text", err, status.Verification)
}

func base64URL(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
