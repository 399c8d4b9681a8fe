package keys

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/multiformats/go-multibase"
)

// A multicodec is the prefix that says what kind of key follows, with the
// length of the key (Controlled Identifiers v1.0, 2.2.2, table of Multikey
// headers).
type multicodec struct {
	prefix [2]byte // the unsigned varint of the code
	size   int     // bytes of the key: raw for Ed25519, compressed for the curves
	curve  elliptic.Curve
}

// The kinds of key that a Multikey may hold here. Other kinds, among them
// X25519, secp256k1 and P-521, are refused.
var multicodecs = [...]multicodec{
	{prefix: [2]byte{0xed, 0x01}, size: ed25519.PublicKeySize},
	{prefix: [2]byte{0x80, 0x24}, size: 33, curve: elliptic.P256()},
	{prefix: [2]byte{0x81, 0x24}, size: 49, curve: elliptic.P384()},
}

// maxMultikey bounds the text of a Multikey that is decoded. That of P-384 has 70
// characters; the rest is for telling other kinds apart.
const maxMultikey = 200

// privatePrefix is the second byte of the prefixes of secret keys, whose codes lie
// from 0x1300 to 0x137f.
const privatePrefix = 0x26

// Multikey writes a public key as publicKeyMultibase of a Multikey (Controlled
// Identifiers v1.0, 2.2.2): Ed25519, P-256 or P-384.
func Multikey(pub crypto.PublicKey) (string, error) {
	switch k := pub.(type) {
	case ed25519.PublicKey:
		if err := checkEd25519(k); err != nil {
			return "", refuse("proof.key.multikey", fmt.Errorf("writing a key: %w", err))
		}
		return EncodeMultibase(append(multicodecs[0].prefix[:], k...)), nil
	case *ecdsa.PublicKey:
		for _, c := range multicodecs[1:] {
			if k == nil || k.Curve != c.curve {
				continue
			}
			point, err := k.Bytes() // uncompressed: 4, x, y; the point is checked
			if err != nil {
				return "", refuse("proof.key.multikey", fmt.Errorf("writing a key of %s: %w", c.curve.Params().Name, err))
			}
			sign := 2 + point[len(point)-1]&1 // SEC 1, 2.3.3
			return EncodeMultibase(slices.Concat(c.prefix[:], []byte{sign}, point[1:c.size])), nil
		}
	}
	return "", refuse("proof.key.multikey", fmt.Errorf("key of type %T", pub))
}

// ParseMultikey reads what Multikey writes, and nothing else: one spelling, one
// key. It gives an ed25519.PublicKey or an *ecdsa.PublicKey. A key of another
// kind, or too long for one of these, has errKind in the chain of its refusal.
func ParseMultikey(s string) (crypto.PublicKey, error) {
	if len(s) > maxMultikey && s[0] == 'z' {
		return nil, refuse("proof.key.multikey", fmt.Errorf("a Multikey of %d characters: %w", len(s), errKind))
	}
	data, err := DecodeMultibase(s, maxMultikey)
	if err != nil {
		return nil, refuse("proof.key.multikey", fmt.Errorf("reading a Multikey: %w", err))
	}
	for _, c := range multicodecs {
		key, ok := bytes.CutPrefix(data, c.prefix[:])
		switch {
		case !ok:
			continue
		case len(key) != c.size:
			return nil, refuse("proof.key.multikey", fmt.Errorf("a key of %d bytes where %d are needed", len(key), c.size))
		case c.curve == nil:
			pub := ed25519.PublicKey(key)
			if err := checkEd25519(pub); err != nil {
				return nil, refuse("proof.key.multikey", fmt.Errorf("reading a key: %w", err))
			}
			return pub, nil
		}
		x, y := elliptic.UnmarshalCompressed(c.curve, key)
		if x == nil {
			return nil, refuse("proof.key.multikey", fmt.Errorf("no point of %s", c.curve.Params().Name))
		}
		point := make([]byte, 2*c.size-1)
		point[0] = 4
		x.FillBytes(point[1:c.size])
		y.FillBytes(point[c.size:])
		pub, err := ecdsa.ParseUncompressedPublicKey(c.curve, point)
		if err != nil {
			return nil, refuse("proof.key.multikey", fmt.Errorf("reading a key of %s: %w", c.curve.Params().Name, err))
		}
		return pub, nil
	}
	switch {
	case len(data) < 3: // a prefix of two bytes and no key
		return nil, refuse("proof.key.multikey", errors.New("too short for a key of any kind"))
	case data[1] == privatePrefix:
		return nil, refuse("proof.key.multikey", fmt.Errorf("a secret key: %w", ErrPrivate))
	}
	return nil, refuse("proof.key.multikey", errKind)
}

// smallOrder are the encodings of the Ed25519 points of small order, and of those
// that some readers take for them, without the sign bit. Under such a key one
// signature can fit every message: Go's verification
// does not look at that.
var smallOrder = [...]string{
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0100000000000000000000000000000000000000000000000000000000000000",
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
}

// checkEd25519 refuses keys of the wrong length and of small order.
func checkEd25519(k ed25519.PublicKey) error {
	if len(k) != ed25519.PublicKeySize {
		return fmt.Errorf("an Ed25519 key of %d bytes", len(k))
	}
	unsigned := bytes.Clone(k)
	unsigned[len(k)-1] &= 0x7f
	if slices.Contains(smallOrder[:], hex.EncodeToString(unsigned)) {
		return errors.New("an Ed25519 key of small order")
	}
	return nil
}

// EncodeMultibase writes data in base58btc with the Multibase prefix z
// (Controlled Identifiers v1.0, 2.4).
func EncodeMultibase(data []byte) string {
	text, err := multibase.Encode(multibase.Base58BTC, data)
	if err != nil {
		panic(err) // the base is one that the library knows
	}
	return text
}

// DecodeMultibase reads what EncodeMultibase writes, and nothing else: base58btc
// with the prefix z. Text of more than most characters is refused before any
// work, which grows with the square of the length.
func DecodeMultibase(s string, most int) ([]byte, error) {
	switch {
	case !strings.HasPrefix(s, "z"):
		return nil, errors.New("multibase text without the prefix z")
	case len(s) == 1:
		return nil, errors.New("multibase text without content")
	case len(s) > most:
		return nil, fmt.Errorf("multibase text of more than %d characters", most)
	}
	_, data, err := multibase.Decode(s)
	if err != nil {
		return nil, fmt.Errorf("reading multibase text: %w", err)
	}
	if EncodeMultibase(data) != s {
		return nil, errors.New("multibase text that is not the one way to write its bytes")
	}
	return data, nil
}
