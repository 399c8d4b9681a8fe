package keys

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/probatum/probatum/internal/strictjson"
)

// A JWK is a public JSON Web Key (RFC 7517) to verify signatures with.
type JWK struct {
	KeyID     string // kid; empty if it has none
	Algorithm string // alg as it stands there; empty if it has none. It fits the key
	Key       crypto.PublicKey
}

// The limits of a JSON Web Key and of a set.
const (
	maxJWK     = 64 << 10
	maxJWKName = 1 << 10 // of kid
	maxKeySet  = 64
)

// errKind is in the chain of a refusal of a key that may be all right, but is of
// a kind that is not accepted.
var errKind = errors.New("a kind of key that is not accepted")

// secrets are the members that only the owner of a key may know (RFC 7518,
// 6.2.2, 6.3.2 and 6.4.1; RFC 8037, 2).
var secrets = []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k"}

// ParseJWK reads one public key strictly: Ed25519, P-256, P-384, P-521, or RSA
// from 2048 to 8192 bits (RFC 7518, 6; RFC 8037, 2). It refuses private
// material, a key whose use, key_ops or alg are not for verifying signatures
// with it, and a key that is not in its one spelling.
func ParseJWK(raw []byte) (JWK, error) {
	k, err := parseJWK(raw)
	if err != nil {
		return JWK{}, refuse("proof.key.jwk", fmt.Errorf("reading a JSON Web Key: %w", err))
	}
	return k, nil
}

// ParseJWKS reads a JSON Web Key Set (RFC 7517, 5). A set that could be read in
// two ways, or holds a key that has no place in it, is refused whole: doubled
// kids and doubled keys, private keys, keys of other kinds or for other uses,
// more than 64 keys. P-521 counts as another kind here.
func ParseJWKS(data []byte) ([]JWK, error) { return parseKeySet(data, false) }

// ParseIssuerJWKS is ParseJWKS for the set that an issuer publishes, for whatever
// it needs keys: those of other kinds, for other uses or for other algorithms are
// passed over (RFC 7517, 5), and a key may stand there under two names. Doubled
// names and private keys are refused all the same.
func ParseIssuerJWKS(data []byte) ([]JWK, error) { return parseKeySet(data, true) }

func parseKeySet(data []byte, others bool) ([]JWK, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := strictjson.Decode(data, &set); err != nil {
		return nil, refuseKeySet(err)
	}
	switch n := len(set.Keys); {
	case n == 0:
		return nil, refuseKeySet(errors.New("not a JSON Web Key Set, or an empty one"))
	case n > maxKeySet:
		return nil, refuseKeySet(fmt.Errorf("more than %d keys", maxKeySet))
	}
	named, had := map[string]bool{}, map[string]bool{}
	list := make([]JWK, 0, len(set.Keys))
	for i, raw := range set.Keys {
		k, err := parseJWK(raw)
		if err == nil {
			if alg, unfit := TokenAlgorithm(k.Key); unfit != nil || alg == ES512 {
				err = errKind
			}
		}
		switch {
		case others && (errors.Is(err, errKind) || errors.Is(err, errUse)):
			continue
		case err != nil:
			return nil, refuseKeySet(fmt.Errorf("key %d: %w", i+1, err))
		}
		thumb, err := Thumbprint(k.Key)
		switch {
		case err != nil:
			return nil, refuseKeySet(fmt.Errorf("key %d: %w", i+1, err))
		case had[thumb] && (!others || k.KeyID == ""):
			return nil, refuseKeySet(fmt.Errorf("key %d: it stands twice in the set", i+1))
		case k.KeyID != "" && named[k.KeyID]:
			return nil, refuseKeySet(fmt.Errorf("key %d: its kid stands twice in the set", i+1))
		}
		had[thumb], named[k.KeyID] = true, true
		list = append(list, k)
	}
	return list, nil
}

var errUse = errors.New("not a key to verify signatures with")

// ErrPrivate is in the chain of a refusal of what should be a public key and
// holds what only its owner may know.
var ErrPrivate = errors.New("holds private key material")

// parseJWK does the work of ParseJWK. Of keys of other kinds it says errKind, of
// those for other uses or algorithms errUse, of private material ErrPrivate, which
// goes before.
func parseJWK(raw []byte) (JWK, error) {
	list, err := strictjson.Members(raw, strictjson.MaxBytes(maxJWK))
	if err != nil {
		return JWK{}, err
	}
	for _, m := range list {
		if slices.Contains(secrets, m.Name) {
			return JWK{}, ErrPrivate
		}
	}
	var w struct {
		Kid *string  `json:"kid"`
		Kty string   `json:"kty"`
		Crv string   `json:"crv"`
		X   string   `json:"x"`
		Y   *string  `json:"y"`
		N   string   `json:"n"`
		E   string   `json:"e"`
		Use *string  `json:"use"`
		Alg *string  `json:"alg"`
		Ops []string `json:"key_ops"`
	}
	if err := strictjson.Decode(raw, &w, strictjson.MaxBytes(maxJWK)); err != nil {
		return JWK{}, err
	}
	for _, m := range list { // encoding/json takes null for absent
		if string(m.Value) == "null" && slices.Contains([]string{"kid", "use", "alg", "key_ops", "y"}, m.Name) {
			return JWK{}, fmt.Errorf("member %s is null", m.Name)
		}
	}
	if w.Use != nil && *w.Use != "sig" || w.Ops != nil && !slices.Contains(w.Ops, "verify") {
		return JWK{}, errUse
	}
	var k JWK
	if w.Kid != nil {
		if k.KeyID = *w.Kid; k.KeyID == "" || len(k.KeyID) > maxJWKName {
			return JWK{}, errors.New("kid is empty or too long")
		}
	}
	switch w.Kty + " " + w.Crv {
	case "OKP Ed25519":
		if w.Y != nil {
			return JWK{}, errors.New("an Ed25519 key has no y")
		}
		k.Key, err = edwards(w.X)
	case "EC P-256":
		k.Key, err = point(elliptic.P256(), w.X, w.Y)
	case "EC P-384":
		k.Key, err = point(elliptic.P384(), w.X, w.Y)
	case "EC P-521":
		k.Key, err = point(elliptic.P521(), w.X, w.Y)
	case "RSA ":
		k.Key, err = modulus(w.N, w.E)
	default:
		err = errKind
	}
	if err != nil {
		return JWK{}, err
	}
	if w.Alg != nil {
		if k.Algorithm = *w.Alg; !Fits(k.Key, k.Algorithm) {
			return JWK{}, fmt.Errorf("%w: alg does not fit the key", errUse)
		}
	}
	return k, nil
}

// Fits tells whether tokens by the key may name the algorithm: it is the one of
// TokenAlgorithm, or Ed25519, as RFC 9864 calls EdDSA with such a key.
func Fits(pub crypto.PublicKey, alg string) bool {
	fits, err := TokenAlgorithm(pub)
	return err == nil && (alg == fits || alg == "Ed25519" && fits == EdDSA)
}

func edwards(x string) (crypto.PublicKey, error) {
	b, err := octets(x, ed25519.PublicKeySize)
	if err != nil {
		return nil, err
	}
	return ed25519.PublicKey(b), checkEd25519(b)
}

func point(curve elliptic.Curve, x string, y *string) (crypto.PublicKey, error) {
	if y == nil {
		return nil, errors.New("a key on a curve without y")
	}
	size := (curve.Params().BitSize + 7) / 8
	bx, err := octets(x, size)
	if err != nil {
		return nil, err
	}
	by, err := octets(*y, size)
	if err != nil {
		return nil, err
	}
	pub, err := ecdsa.ParseUncompressedPublicKey(curve, slices.Concat([]byte{4}, bx, by)) // SEC 1, 2.3.3
	if err != nil {
		return nil, fmt.Errorf("reading a point of %s: %w", curve.Params().Name, err)
	}
	return pub, nil
}

// modulus reads an RSA key (RFC 7518, 6.3.1): both numbers in as few bytes as
// they need.
func modulus(n, e string) (crypto.PublicKey, error) {
	bn, errN := octets(n, 0)
	be, errE := octets(e, 0)
	if err := errors.Join(errN, errE); err != nil {
		return nil, err
	}
	if len(bn) == 0 || bn[0] == 0 || len(be) == 0 || be[0] == 0 || len(be) > 4 {
		return nil, errors.New("a number of an RSA key is empty, too long or begins with zeros")
	}
	pub := &rsa.PublicKey{N: new(big.Int).SetBytes(bn), E: int(new(big.Int).SetBytes(be).Int64())}
	if pub.E < 3 || pub.E%2 == 0 || pub.E > 1<<31-1 || pub.N.Bit(0) == 0 {
		return nil, errors.New("an RSA key with an exponent or a modulus that is not accepted")
	}
	if _, err := Algorithm(pub); err != nil {
		return nil, fmt.Errorf("%w: %w", errKind, err)
	}
	return pub, nil
}

// octets reads base64url in its one spelling; size 0 takes any length.
func octets(s string, size int) ([]byte, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || size > 0 && len(b) != size || strings.ContainsAny(s, "\r\n") {
		return nil, errors.New("a member of the key is missing, or not base64url of the right length")
	}
	return b, nil
}

// A keyText is a public key as a JSON Web Key has it. Members are in the order
// in which they are written.
type keyText struct {
	Kid string `json:"kid,omitempty"`
	Kty string `json:"kty"`
	Use string `json:"use,omitempty"`
	Alg string `json:"alg,omitempty"`
	Crv string `json:"crv,omitempty"`
	X   string `json:"x,omitempty"`
	Y   string `json:"y,omitempty"`
	N   string `json:"n,omitempty"`
	E   string `json:"e,omitempty"`
}

func textOf(pub crypto.PublicKey) (keyText, error) {
	b64 := base64.RawURLEncoding.EncodeToString
	if _, err := TokenAlgorithm(pub); err != nil {
		return keyText{}, err
	}
	switch k := pub.(type) {
	case ed25519.PublicKey:
		return keyText{Kty: "OKP", Crv: "Ed25519", X: b64(k)}, nil
	case *ecdsa.PublicKey:
		b, err := k.Bytes() // uncompressed: 4, x, y; the point is checked
		if err != nil {
			return keyText{}, refuse("proof.key.jwk", fmt.Errorf("writing a key: %w", err))
		}
		half := len(b) / 2
		return keyText{Kty: "EC", Crv: k.Params().Name, X: b64(b[1 : 1+half]), Y: b64(b[1+half:])}, nil
	case *rsa.PublicKey:
		return keyText{Kty: "RSA", N: b64(k.N.Bytes()), E: b64(big.NewInt(int64(k.E)).Bytes())}, nil
	}
	return keyText{}, refuse("proof.key.jwk", fmt.Errorf("key of type %T", pub))
}

// MarshalJWK writes a public key: kid, where it is not empty, then kty and the
// others in an order that does not change.
func MarshalJWK(pub crypto.PublicKey, kid string) (json.RawMessage, error) {
	t, err := textOf(pub)
	if err != nil {
		return nil, err
	}
	t.Kid = kid
	return json.Marshal(t)
}

// Thumbprint gives the name of a key that is made from the key: SHA-256 over its
// required members in the order of their names (RFC 7638, 3; RFC 8037, 2), in
// base64url.
func Thumbprint(pub crypto.PublicKey) (string, error) {
	t, err := textOf(pub)
	if err != nil {
		return "", err
	}
	var text string // nothing in it needs an escape
	switch t.Kty {
	case "EC":
		text = `{"crv":"` + t.Crv + `","kty":"EC","x":"` + t.X + `","y":"` + t.Y + `"}`
	case "RSA":
		text = `{"e":"` + t.E + `","kty":"RSA","n":"` + t.N + `"}`
	default:
		text = `{"crv":"` + t.Crv + `","kty":"` + t.Kty + `","x":"` + t.X + `"}`
	}
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:]), nil
}

func refuseKeySet(err error) error {
	return refuse("proof.key.jwks", fmt.Errorf("reading a JSON Web Key Set: %w", err))
}
