package private

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/keys"
)

// ParseJWK reads one private JSON Web Key strictly: Ed25519, P-256, P-384 or
// P-521 (RFC 7518, 6.2.2; RFC 8037, 2), with its public part, which must belong
// to it. It is for the published keys of test suites, P-521 among them: the keys
// of an issuer are PEM files, which Load reads.
func ParseJWK(raw []byte) (crypto.Signer, keys.JWK, error) {
	s, k, err := parseJWK(raw)
	if err != nil {
		return nil, keys.JWK{}, refuse("proof.key.jwk.secret", fmt.Errorf("reading a private JSON Web Key: %w", err))
	}
	return s, k, nil
}

// parseJWK splits the key: package keys reads the public part, by all its
// rules, and d must give the same.
func parseJWK(raw []byte) (crypto.Signer, keys.JWK, error) {
	list, err := strictjson.Members(raw, strictjson.MaxBytes(maxFile))
	if err != nil {
		return nil, keys.JWK{}, err
	}
	var secret string
	var public bytes.Buffer
	for _, m := range list {
		switch m.Name {
		case "d":
			if err := json.Unmarshal(m.Value, &secret); err != nil {
				return nil, keys.JWK{}, errors.New("d is no string")
			}
			continue
		case "key_ops": // those of the private key, which must sign
			var ops []string
			if err := json.Unmarshal(m.Value, &ops); err != nil || !slices.Contains(ops, "sign") {
				return nil, keys.JWK{}, errors.New("not a key to sign with")
			}
			continue
		}
		name, err := json.Marshal(m.Name)
		if err != nil {
			return nil, keys.JWK{}, errors.New("a name that cannot be written")
		}
		fmt.Fprintf(&public, "%c%s:%s", "{,"[min(1, public.Len())], name, m.Value)
	}
	public.WriteByte('}')
	k, err := keys.ParseJWK(public.Bytes())
	if err != nil {
		return nil, keys.JWK{}, err
	}
	d, err := base64.RawURLEncoding.Strict().DecodeString(secret)
	if err != nil || len(d) == 0 || strings.ContainsAny(secret, "\r\n") {
		return nil, keys.JWK{}, errors.New("d is missing or not base64url")
	}
	defer clear(d)
	s, err := signer(k.Key, d)
	if err != nil {
		return nil, keys.JWK{}, err
	}
	if pub, ok := s.Public().(interface{ Equal(crypto.PublicKey) bool }); !ok || !pub.Equal(k.Key) {
		return nil, keys.JWK{}, errors.New("d belongs to another public key")
	}
	return s, k, nil
}

// signer makes the private key that d is, of the kind of pub. The error says
// nothing of d.
func signer(pub crypto.PublicKey, d []byte) (crypto.Signer, error) {
	switch k := pub.(type) {
	case ed25519.PublicKey:
		if len(d) != ed25519.SeedSize {
			return nil, errors.New("d of the wrong length")
		}
		return ed25519.NewKeyFromSeed(d), nil
	case *ecdsa.PublicKey:
		if !slices.Contains([]elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()}, k.Curve) {
			break
		}
		if len(d) != (k.Curve.Params().BitSize+7)/8 { // RFC 7518, 6.2.2.1
			return nil, errors.New("d of the wrong length")
		}
		s, err := ecdsa.ParseRawPrivateKey(k.Curve, d)
		if err != nil {
			return nil, errors.New("d is no private key of the curve")
		}
		return s, nil
	}
	return nil, errors.New("a kind of key that is not accepted")
}
