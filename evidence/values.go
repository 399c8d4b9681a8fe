package evidence

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
)

// Scheme names the roots of this package in a credential: it is the schemeName
// of the identifier that the assessment of the portfolio has there.
const Scheme = "Probatum evidence root"

// A Digest is a SHA-256 value. Its text form is that of sha256sum: 64
// hexadecimal digits in small letters.
type Digest [32]byte

// String gives the text form.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// ParseDigest reads the text form.
func ParseDigest(s string) (Digest, error) {
	b, err := unhex(s)
	return Digest(b), err
}

// A Salt hides an item from those who would guess it. Its text form is as that
// of a Digest, but it does not print itself: it is told with the item alone.
type Salt [32]byte

// String tells nothing.
func (s Salt) String() string { return "(salt)" }

// GoString tells nothing.
func (s Salt) GoString() string { return "(salt)" }

func (s Salt) text() string { return hex.EncodeToString(s[:]) }

var errHex = errors.New("not 64 hexadecimal digits in small letters")

func unhex(s string) (out [32]byte, err error) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(out) || strings.ToLower(s) != s {
		return out, errHex
	}
	return [32]byte(b), nil
}

// A Root stands for a frozen set: these items, in this order and number. Its
// text form is "sha-256:" and the 32 bytes in base64url without padding (RFC
// 4648, 5), 51 characters.
type Root [32]byte

const rootTag = "sha-256:"

// String gives the text form.
func (r Root) String() string { return rootTag + base64.RawURLEncoding.EncodeToString(r[:]) }

// ErrRoot is the error for a text that is no root.
var ErrRoot = errors.New(`not "sha-256:" and 32 bytes in base64url`)

// ParseRoot reads the text form, of which each root has exactly one. The root
// of nothing, 32 zero bytes, is none.
func ParseRoot(s string) (Root, error) {
	b, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(s, rootTag))
	if err != nil || len(b) != len(Root{}) {
		return Root{}, ErrRoot
	}
	if r := Root(b); r.String() == s && r != (Root{}) {
		return r, nil
	}
	return Root{}, ErrRoot
}

// MarshalText gives the text form. The zero Root has none.
func (r Root) MarshalText() ([]byte, error) {
	if r == (Root{}) {
		return nil, ErrRoot
	}
	return []byte(r.String()), nil
}

// UnmarshalText reads the text form.
func (r *Root) UnmarshalText(text []byte) (err error) {
	*r, err = ParseRoot(string(text))
	return err
}
