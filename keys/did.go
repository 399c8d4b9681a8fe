package keys

import (
	"crypto"
	"errors"
	"fmt"
	"strings"
)

// didKey is the method that carries the key in the identifier itself.
const didKey = "did:key:"

// maxDID bounds an identifier; the longest did:key has 78 characters.
const maxDID = 1000

// DIDKey gives the did:key of a public key (did:key Method v0.9, 3.1). Its one
// verification method has the id did + "#" + the Multikey.
func DIDKey(pub crypto.PublicKey) (string, error) {
	m, err := Multikey(pub)
	if err != nil {
		return "", err
	}
	return didKey + m, nil
}

// ResolveDIDKey gives the DID document of a did:key, which is made from the
// identifier alone. The one method serves assertionMethod and authentication;
// key agreement is not modelled.
func ResolveDIDKey(did string) (DIDDocument, error) {
	text, ok := strings.CutPrefix(did, didKey)
	if !ok {
		return DIDDocument{}, refuse("proof.key.did", errors.New("not a did:key"))
	}
	pub, err := ParseMultikey(text)
	if err != nil {
		return DIDDocument{}, fmt.Errorf("resolving a did:key: %w", err)
	}
	id := did + "#" + text
	return DIDDocument{
		ID:              did,
		Methods:         []VerificationMethod{{ID: id, Controller: did, Key: pub}},
		AssertionMethod: []string{id},
		Authentication:  []string{id},
	}, nil
}

// SplitDIDURL takes a DID URL with a fragment apart: the DID before the # and
// the fragment behind it. Paths and queries are refused: no verification method
// that is accepted here is named with one.
func SplitDIDURL(url string) (did, fragment string, ok bool) {
	did, fragment, ok = strings.Cut(url, "#")
	if !ok || fragment == "" || !IsDID(did) {
		return "", "", false
	}
	for i := range len(fragment) {
		if c := fragment[i]; !idchar(c) && !strings.ContainsRune("~!$&'()*+,;=:@/?", rune(c)) {
			return "", "", false
		}
	}
	return did, fragment, true
}

// IsDID tells whether s is a DID (Decentralized Identifiers v1.0, 3.1): the
// scheme, a method in lower case, and an identifier of letters, digits and few
// other characters.
func IsDID(s string) bool {
	rest, ok := strings.CutPrefix(s, "did:")
	if !ok || len(s) > maxDID {
		return false
	}
	method, id, ok := strings.Cut(rest, ":")
	if !ok || method == "" || id == "" || strings.HasSuffix(id, ":") {
		return false
	}
	for i := range len(method) {
		if c := method[i]; !('a' <= c && c <= 'z' || '0' <= c && c <= '9') {
			return false
		}
	}
	for i := 0; i < len(id); i++ {
		switch c := id[i]; {
		case idchar(c) || c == ':':
		case c == '%' && i+2 < len(id) && hexDigit(id[i+1]) && hexDigit(id[i+2]):
			i += 2
		default:
			return false
		}
	}
	return true
}

func idchar(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '.' || c == '-' || c == '_'
}

func hexDigit(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}
