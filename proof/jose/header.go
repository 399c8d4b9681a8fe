package jose

import (
	"crypto"
	"crypto/sha1" //nolint:gosec // x5t of RFC 7515; see readCertificates
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
)

// The limits of a header.
const (
	maxHeader      = 128 << 10
	maxMembers     = 64
	maxKeyID       = 1 << 10
	maxText        = 128 // of alg, typ and cty
	maxCritical    = 16
	maxCertificate = 32 << 10
)

// Ed25519 is the name that RFC 9864, 2.2 gives to EdDSA with such a key.
const Ed25519 = "Ed25519"

// TokenAlgorithms are those that tokens may be signed with.
var TokenAlgorithms = []string{keys.ES256, keys.ES384, keys.EdDSA, Ed25519, keys.RS256}

// sealAlgorithms are those of a Policy that lists none.
var sealAlgorithms = []string{keys.RS256, keys.ES256}

// A Policy says what a kind of signature may have in its protected header.
type Policy struct {
	// Algorithms are the values that alg may have; nil stands for RS256 and
	// ES256, with which seals are made. What cannot be verified here, above all
	// none and what works with secrets, is refused also where it is listed.
	Algorithms []string

	// EmbeddedKey lets the header bring its key along in jwk (RFC 7515, 4.1.3),
	// alone: then neither kid nor x5c may stand beside it. Such a key says
	// nothing of who has it; whoever sets this has another way to know.
	EmbeddedKey bool

	// Types are the values that typ may have, as ShortType writes them; an empty
	// one lets it be absent.
	Types []string

	// Critical are the names that crit may list and that the caller processes.
	// Naming one here is a promise to do so. b64 is processed here and need not
	// be listed.
	Critical []string

	// Known are further names that the caller reads. They, and the critical
	// ones, are guarded against variants in case.
	Known []string

	// Unencoded allows b64:false (RFC 7797).
	Unencoded bool

	// KeyID judges kid where it is present. Without one, kid must be a DID URL,
	// or a token without white space, quotes or anything that makes it a path
	// or a web address.
	KeyID func(kid string) error
}

// A Header is a protected header that a Policy has let pass.
type Header struct {
	Algorithm    string
	Type         string // typ as ShortType writes it; may be empty where the Policy allows it
	ContentType  string // cty, likewise
	KeyID        string // kid; may be empty
	Critical     []string
	Unencoded    bool                // b64:false
	Certificates []*x509.Certificate // x5c, the leaf first; may be empty
	Key          crypto.PublicKey    // jwk; nil where absent. Only where the Policy allows it

	members map[string]json.RawMessage
}

// Member gives the text of a member that the Policy does not read itself.
func (h Header) Member(name string) (json.RawMessage, bool) {
	m, ok := h.members[name]
	return m, ok
}

// names that RFC 7515, 4.1 defines; crit must not list them.
var registered = []string{"alg", "jku", "jwk", "kid", "x5u", "x5c", "x5t", "x5t#S256", "typ", "cty", "crit"}

// foreignKeys are the ways to bring a key along or to have it fetched. The key
// comes from a certificate that somebody vouches for, or from nowhere.
var foreignKeys = []string{"jwk", "jku", "x5u"}

// ParseHeader reads the decoded bytes of a protected header. The order of the
// checks is the order of the codes: malformed, resources, header, key.
func ParseHeader(raw []byte, p Policy) (Header, error) {
	if len(raw) > maxHeader {
		return Header{}, proof.Refuse(proof.Resources, "proof.resources.header", fmt.Errorf("header of %d bytes", len(raw)))
	}
	list, err := strictjson.Members(raw, strictjson.MaxBytes(maxHeader))
	if err != nil {
		return Header{}, JSONError("reading protected header", err)
	}
	if len(list) > maxMembers {
		return Header{}, proof.Refuse(proof.Resources, "proof.resources.header", fmt.Errorf("header of %d members", len(list)))
	}
	h := Header{members: make(map[string]json.RawMessage, len(list))}
	for _, m := range list {
		h.members[m.Name] = m.Value
	}
	if err := checkNames(list, p); err != nil {
		return Header{}, err
	}
	for _, read := range []func(Policy) error{
		h.readAlgorithm, h.readTypes, h.readCritical, h.readUnencoded, h.readForeign, h.readKeyID, h.readCertificates, h.readKey,
	} {
		if err := read(p); err != nil {
			return Header{}, err
		}
	}
	return h, nil
}

// checkNames refuses names that differ only in case from each other or from
// one that somebody reads. Doubled names are refused before.
func checkNames(list []strictjson.Member, p Policy) error {
	known := slices.Concat(registered, []string{"b64"}, p.Critical, p.Known)
	for i, m := range list {
		for _, k := range known {
			if m.Name != k && strings.EqualFold(m.Name, k) {
				return malformedHeader("proof.malformed.twice", errors.New("header name in another case"))
			}
		}
		for _, o := range list[:i] {
			if strings.EqualFold(m.Name, o.Name) {
				return malformedHeader("proof.malformed.twice", errors.New("two header names differ only in case"))
			}
		}
	}
	return nil
}

func (h *Header) readAlgorithm(p Policy) error {
	alg, err := h.text("alg", true)
	if err != nil {
		return headerError("proof.header.alg", err)
	}
	listed := p.Algorithms
	if listed == nil {
		listed = sealAlgorithms
	}
	if !slices.Contains(listed, alg) || !verifiable(alg) {
		return headerError("proof.header.alg", errors.New("alg is not accepted"))
	}
	h.Algorithm = alg
	return nil
}

func (h *Header) readTypes(p Policy) error {
	typ, err := h.text("typ", false)
	if h.Type = ShortType(typ); err == nil && !slices.Contains(p.Types, h.Type) {
		err = errors.New("typ is not accepted")
	}
	if err != nil {
		return headerError("proof.header.typ", err)
	}
	cty, err := h.text("cty", false)
	if err != nil {
		return headerError("proof.header.cty", err)
	}
	h.ContentType = ShortType(cty)
	if _, ok := h.members["enc"]; ok { // only an encrypted object has it (RFC 7516, 4.1.2)
		return headerError("proof.header.typ", errors.New("header of an encrypted object"))
	}
	return nil
}

// ShortType gives a value of typ or cty in the one spelling that is compared
// here: without application/ in front, which means the same with it and without,
// and in small letters, but for JWT (RFC 7515, 4.1.9 and 4.1.10; RFC 7519, 5.1).
func ShortType(typ string) string {
	typ = strings.Map(func(r rune) rune { // ASCII alone: other letters have no case in a media type
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, typ)
	if short, ok := strings.CutPrefix(typ, "application/"); ok && short != "" && !strings.Contains(short, "/") {
		typ = short
	}
	if typ == "jwt" {
		return "JWT"
	}
	return typ
}

// readCritical holds RFC 7515, 4.1.11 to the letter.
func (h *Header) readCritical(p Policy) error {
	raw, ok := h.members["crit"]
	if !ok {
		return nil
	}
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil || len(list) == 0 || len(list) > maxCritical {
		return headerError("proof.header.crit", errors.New("crit is no list, empty or too long"))
	}
	for _, item := range list {
		name, ok := jsonString(item)
		switch {
		case !ok:
			return headerError("proof.header.crit", errors.New("crit lists something that is no name"))
		case slices.Contains(registered, name):
			return headerError("proof.header.crit", errors.New("crit lists a registered name"))
		case slices.Contains(h.Critical, name):
			return headerError("proof.header.crit", errors.New("crit lists a name twice"))
		case name != "b64" && !slices.Contains(p.Critical, name):
			return headerError("proof.header.crit.unknown", errors.New("crit lists a name that is not processed"))
		}
		if _, ok := h.members[name]; !ok {
			return headerError("proof.header.crit", fmt.Errorf("crit lists %s, which is absent", name))
		}
		h.Critical = append(h.Critical, name)
	}
	return nil
}

// readUnencoded holds RFC 7797, 6: b64:false counts only when crit lists it.
func (h *Header) readUnencoded(p Policy) error {
	raw, ok := h.members["b64"]
	if !ok {
		return nil
	}
	switch string(raw) {
	case "true":
		return nil
	case "false":
		h.Unencoded = true
	default:
		return headerError("proof.header.b64", errors.New("b64 is neither true nor false"))
	}
	switch {
	case !p.Unencoded:
		return headerError("proof.header.b64", errors.New("b64 is false where the payload must be encoded"))
	case !slices.Contains(h.Critical, "b64"):
		return headerError("proof.header.b64", errors.New("b64 is false, but crit does not list it"))
	}
	return nil
}

func (h *Header) readForeign(p Policy) error {
	for _, name := range foreignKeys {
		if _, ok := h.members[name]; ok && (name != "jwk" || !p.EmbeddedKey) {
			return keyRefusal("proof.key.brought", fmt.Errorf("header has %s", name))
		}
	}
	return nil
}

// readKey reads the key that a Policy lets a header bring along.
func (h *Header) readKey(Policy) error {
	raw, ok := h.members["jwk"]
	if !ok {
		return nil
	}
	if h.KeyID != "" || len(h.Certificates) > 0 {
		return keyRefusal("proof.key.several", errors.New("header has jwk beside kid or x5c"))
	}
	k, err := keys.ParseJWK(raw)
	if err != nil {
		return KeyError(err)
	}
	if !keys.Fits(k.Key, h.Algorithm) {
		return headerError("proof.header.alg.key", fmt.Errorf("alg is %s, jwk is for another", h.Algorithm))
	}
	h.Key = k.Key
	return nil
}

func (h *Header) readKeyID(p Policy) error {
	raw, ok := h.members["kid"]
	if !ok {
		return nil
	}
	kid, ok := jsonString(raw)
	if !ok || kid == "" || len(kid) > maxKeyID {
		return keyRefusal("proof.key.kid", errors.New("kid is no string, empty or too long"))
	}
	check := p.KeyID
	if check == nil {
		check = CheckKeyID
	}
	if err := check(kid); err != nil {
		return keyRefusal("proof.key.kid", err)
	}
	h.KeyID = kid
	return nil
}

// CheckKeyID lets pass what names a key and nothing else: base64, thumbprints,
// DIDs and DID URLs with a fragment. Percent-encoded are the colon before a port
// and what keys.DIDWebURL takes.
func CheckKeyID(kid string) error {
	name := kid
	if strings.HasPrefix(kid, "did:") {
		did, fragment, ok := strings.Cut(kid, "#")
		encoded := strings.Contains(strings.ReplaceAll(did, "%3A", ""), "%")
		if encoded {
			_, err := keys.DIDWebURL(did)
			encoded = err != nil
		}
		if !keys.IsDID(did) || encoded || strings.Contains(did, "..") || ok && fragment == "" {
			return errors.New("kid is no DID URL")
		}
		if name = fragment; !ok {
			return nil
		}
	}
	for _, c := range []byte(name) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-._~+/=:#", c) >= 0:
		default:
			return errors.New("kid has a character that no key name has")
		}
	}
	if strings.HasPrefix(name, "/") || strings.HasPrefix(name, "~") || strings.Contains(name, "..") || strings.Contains(name, "//") {
		return errors.New("kid is a path or an address")
	}
	return nil
}

// CheckKeyAddress lets pass what CheckKeyID does, and the https address of a
// verification method, as an issuer has it who is named by a web address. It is
// a name here and is never fetched.
func CheckKeyAddress(kid string) error {
	rest, ok := strings.CutPrefix(kid, "https://")
	if !ok {
		return CheckKeyID(kid)
	}
	for _, c := range []byte(rest) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-._~/:#", c) >= 0:
		default:
			return errors.New("kid has a character that no name of a key has")
		}
	}
	if rest == "" || rest[0] == '/' || strings.Contains(rest, "..") || strings.Contains(rest, "//") {
		return errors.New("kid is no address of a key")
	}
	return nil
}

// readCertificates reads x5c (RFC 7515, 4.1.6) and holds x5t (4.1.7),
// x5t#S256 (4.1.8) and the algorithm against the leaf.
func (h *Header) readCertificates(p Policy) error {
	raw, ok := h.members["x5c"]
	if !ok {
		return nil
	}
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil || len(list) == 0 {
		return keyRefusal("proof.key.x5c", errors.New("x5c is no list or empty"))
	}
	if len(list) > keys.MaxChain {
		return keyRefusal("proof.key.x5c", fmt.Errorf("x5c has %d certificates", len(list)))
	}
	for i, item := range list {
		cert, err := parseCertificate(item)
		if err != nil {
			return keyRefusal("proof.key.x5c", fmt.Errorf("x5c[%d]: %w", i, err))
		}
		h.Certificates = append(h.Certificates, cert)
	}
	leaf := h.Certificates[0]
	if raw, ok := h.members["x5t#S256"]; ok {
		text, _ := jsonString(raw)
		digest, err := DecodeBase64URL(text)
		want := sha256.Sum256(leaf.Raw)
		if err != nil || subtle.ConstantTimeCompare(digest, want[:]) != 1 {
			return keyRefusal("proof.key.x5t", errors.New("x5t#S256 names another certificate"))
		}
	}
	if raw, ok := h.members["x5t"]; ok { // adds nothing to x5c, but must not contradict it
		text, _ := jsonString(raw)
		digest, err := DecodeBase64URL(text)
		want := sha1.Sum(leaf.Raw) //nolint:gosec // RFC 7515, 4.1.7 has no other digest
		if err != nil || subtle.ConstantTimeCompare(digest, want[:]) != 1 {
			return keyRefusal("proof.key.x5t", errors.New("x5t names another certificate"))
		}
	}
	fits := keys.TokenAlgorithm
	if p.Algorithms == nil {
		fits = keys.Algorithm
	}
	alg, err := fits(leaf.PublicKey)
	if err != nil {
		return KeyError(err)
	}
	if !keys.Fits(leaf.PublicKey, h.Algorithm) {
		return headerError("proof.header.alg.key", fmt.Errorf("alg is %s, the certificate's key is for %s", h.Algorithm, alg))
	}
	return nil
}

func parseCertificate(raw json.RawMessage) (*x509.Certificate, error) {
	text, ok := jsonString(raw)
	if !ok {
		return nil, errors.New("not a string")
	}
	der, err := DecodeBase64(text)
	if err != nil {
		return nil, err
	}
	if len(der) > maxCertificate {
		return nil, fmt.Errorf("certificate of %d bytes", len(der))
	}
	return x509.ParseCertificate(der)
}

// text reads a short member that must be a string.
func (h *Header) text(name string, needed bool) (string, error) {
	raw, ok := h.members[name]
	if !ok {
		if needed {
			return "", fmt.Errorf("%s is missing", name)
		}
		return "", nil
	}
	s, ok := jsonString(raw)
	if !ok || s == "" || len(s) > maxText {
		return "", fmt.Errorf("%s is no string, empty or too long", name)
	}
	for _, c := range []byte(s) {
		if c <= ' ' || c > '~' {
			return "", fmt.Errorf("%s has a character out of range", name)
		}
	}
	return s, nil
}

func jsonString(raw json.RawMessage) (string, bool) {
	if len(raw) == 0 || raw[0] != '"' {
		return "", false
	}
	var s string
	err := json.Unmarshal(raw, &s)
	return s, err == nil
}

// JSONError turns a refusal of strictjson into one with code malformed or
// resources.
func JSONError(doing string, err error) error {
	err2 := fmt.Errorf("%s: %w", doing, err)
	if e, ok := errors.AsType[*strictjson.Error](err); ok && e.Kind == strictjson.TooBig {
		return proof.Refuse(proof.Resources, "proof.resources.json", err2)
	}
	return proof.Refuse(proof.Malformed, "proof.malformed.json", err2)
}

func malformedHeader(key string, err error) error { return proof.Refuse(proof.Malformed, key, err) }

func headerError(key string, err error) error { return proof.Refuse(proof.Header, key, err) }

func keyRefusal(key string, err error) error { return proof.Refuse(proof.Key, key, err) }
