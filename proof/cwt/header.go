package cwt

import (
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"

	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
)

// The limits of a header.
const (
	maxHeader      = 128 << 10
	maxMembers     = 64
	maxKeyID       = 1 << 10
	maxText        = 128 // of typ and of the content type
	maxCritical    = 16
	maxCertificate = 32 << 10
)

// The labels of header parameters (RFC 9052, 3.1; RFC 9360; RFC 9596; RFC
// 9597; RFC 9528, 10.4).
const (
	labelAlgorithm   = 1
	labelCritical    = 2
	labelContentType = 3
	labelKeyID       = 4
	labelKCWT        = 13
	labelKCCS        = 14
	labelClaims      = 15
	labelType        = 16
	labelX5Bag       = 32
	labelX5Chain     = 33
	labelX5T         = 34
	labelX5U         = 35
)

// foreignKeys are the ways to bring a key along or to have it fetched. The key
// comes from a certificate that somebody vouches for, or from nowhere.
var foreignKeys = []int64{labelKCWT, labelKCCS, labelX5Bag, labelX5U}

// misplaced are parameters that a protected header of COSE_Sign1 cannot have:
// those of encryption, and countersignatures, old and new.
var misplaced = []int64{5, 6, 7, 9, 11, 12}

// A Header is what a message says of itself and has signed. Sign writes one,
// Parse gives one that a Policy has let pass.
type Header struct {
	Algorithm    string              // by the name of package keys
	Type         string              // typ; may be empty where the Policy allows it
	ContentType  string              // may be empty where the Policy allows it
	KeyID        []byte              // kid; may be empty
	Certificates []*x509.Certificate // x5chain, the leaf first; may be empty
	Claims       *Claims             // claims in the header (RFC 9597); may be nil
	Critical     []int64             // read only: what is written has none

	// Hinted says that the kid is one of the unprotected header.
	Hinted bool

	number int64 // of the algorithm
}

// readHeader reads the content of the protected header, and the other one.
func readHeader(protected []byte, unprotected item, p Policy) (Header, error) {
	if len(protected) > maxHeader {
		return Header{}, proof.Refuse(proof.Resources, "proof.resources.header", fmt.Errorf("header of %d bytes", len(protected)))
	}
	if len(protected) == 0 {
		return Header{}, headerError("proof.header.alg", errors.New("protected header is empty"))
	}
	members, err := readItem(protected)
	if err != nil {
		return Header{}, cborError("reading protected header", err)
	}
	if members.major != majorMap {
		return Header{}, malformed("proof.malformed.form", errors.New("protected header is no map"))
	}
	if len(members.items) > 2*maxMembers {
		return Header{}, proof.Refuse(proof.Resources, "proof.resources.header", fmt.Errorf("header of %d members", len(members.items)/2))
	}
	var h Header
	for _, read := range []func(item, Policy) error{h.readAlgorithm, h.readTypes, h.readCritical, h.readClaims} {
		if err := read(members, p); err != nil {
			return Header{}, err
		}
	}
	if err := checkUnprotected(unprotected, p); err != nil {
		return Header{}, err
	}
	if err := h.readKeyID(members, unprotected, p); err != nil {
		return Header{}, err
	}
	if err := h.readCertificates(members); err != nil {
		return Header{}, err
	}
	return h, nil
}

func (h *Header) readAlgorithm(members item, p Policy) error {
	alg, ok := members.member(labelAlgorithm)
	if !ok {
		return headerError("proof.header.alg", errors.New("alg is missing"))
	}
	number, ok := alg.int()
	name := nameOf(number)
	taken := p.Algorithms
	if taken == nil {
		taken = usual
	}
	if !ok || name == "" || !slices.Contains(taken, name) {
		return headerError("proof.header.alg", errors.New("alg is not accepted"))
	}
	h.Algorithm, h.number = name, number
	return nil
}

func (h *Header) readTypes(members item, p Policy) error {
	text := func(label int64, accepted []string) (string, error) {
		v, present := members.member(label)
		if !present {
			if !slices.Contains(accepted, "") {
				return "", fmt.Errorf("parameter %d is missing", label)
			}
			return "", nil
		}
		s, ok := v.printable()
		if !ok || !slices.Contains(accepted, s) {
			return "", fmt.Errorf("parameter %d is not accepted", label)
		}
		return s, nil
	}
	var err error
	if h.Type, err = text(labelType, p.Types); err != nil {
		return headerError("proof.header.typ", err)
	}
	if h.ContentType, err = text(labelContentType, p.ContentTypes); err != nil {
		return headerError("proof.header.cty", err)
	}
	for _, label := range misplaced {
		if _, ok := members.member(label); ok {
			return headerError("proof.header.typ", fmt.Errorf("parameter %d does not belong here", label))
		}
	}
	return nil
}

// readCritical holds RFC 9052, 3.1: crit is a list of labels that are present,
// not those that everybody must understand, and each is processed.
func (h *Header) readCritical(members item, p Policy) error {
	crit, ok := members.member(labelCritical)
	if !ok {
		return nil
	}
	if crit.major != majorArray || len(crit.items) == 0 || len(crit.items) > maxCritical {
		return headerError("proof.header.crit", errors.New("crit is no list, empty or too long"))
	}
	for _, it := range crit.items {
		label, ok := it.int()
		switch {
		case it.major == majorText:
			return headerError("proof.header.crit.unknown", errors.New("crit lists a name"))
		case !ok:
			return headerError("proof.header.crit", errors.New("crit lists something that is no label"))
		case label >= 0 && label <= 7:
			return headerError("proof.header.crit", fmt.Errorf("crit lists the common label %d", label))
		case slices.Contains(h.Critical, label):
			return headerError("proof.header.crit", errors.New("crit lists a label twice"))
		case !slices.Contains(p.Critical, label):
			return headerError("proof.header.crit.unknown", fmt.Errorf("crit lists %d, which is not processed", label))
		}
		if _, ok := members.member(label); !ok {
			return headerError("proof.header.crit", fmt.Errorf("crit lists %d, which is absent", label))
		}
		h.Critical = append(h.Critical, label)
	}
	return nil
}

func (h *Header) readClaims(members item, _ Policy) error {
	v, ok := members.member(labelClaims)
	if !ok {
		return nil
	}
	c, err := ParseClaims(v.raw)
	if err != nil {
		return err
	}
	h.Claims = &c
	return nil
}

// checkUnprotected lets pass an empty map, or one with kid alone where the
// Policy takes the hint.
func checkUnprotected(unprotected item, p Policy) error {
	n := len(unprotected.items)
	if _, ok := unprotected.member(labelKeyID); ok && p.Hint {
		n -= 2
	}
	if n > 0 {
		return headerError("proof.header.unprotected", errors.New("the unprotected header has what nobody signed"))
	}
	return nil
}

func (h *Header) readKeyID(members, unprotected item, p Policy) error {
	for _, label := range foreignKeys {
		if _, ok := members.member(label); ok {
			return keyRefusal("proof.key.brought", fmt.Errorf("header has parameter %d", label))
		}
	}
	kid, ok := members.member(labelKeyID)
	hint, hinted := unprotected.member(labelKeyID)
	switch {
	case ok && hinted: // RFC 9052, 3: no label in both
		return malformed("proof.malformed.twice", errors.New("kid stands in both headers"))
	case hinted:
		kid, h.Hinted = hint, true
	case !ok:
		return nil
	}
	if kid.major != majorBytes || len(kid.text) == 0 || len(kid.text) > maxKeyID {
		return keyRefusal("proof.key.kid", errors.New("kid is no byte string, empty or too long"))
	}
	if p.KeyID != nil {
		if err := p.KeyID(kid.text); err != nil {
			return keyRefusal("proof.key.kid", err)
		}
	}
	h.KeyID = kid.text
	return nil
}

// readCertificates reads x5chain (RFC 9360, 2) and holds x5t and the algorithm
// against the leaf. One certificate stands alone, several in a list.
func (h *Header) readCertificates(members item) error {
	chain, ok := members.member(labelX5Chain)
	if !ok {
		return nil
	}
	list := []item{chain}
	if chain.major == majorArray {
		list = chain.items
		if len(list) < 2 || len(list) > keys.MaxChain {
			return keyRefusal("proof.key.x5c", fmt.Errorf("x5chain is a list of %d certificates", len(list)))
		}
	}
	for i, it := range list {
		if it.major != majorBytes || len(it.text) > maxCertificate {
			return keyRefusal("proof.key.x5c", fmt.Errorf("x5chain[%d] is no byte string or too long", i))
		}
		cert, err := x509.ParseCertificate(it.text)
		if err != nil {
			return keyRefusal("proof.key.x5c", fmt.Errorf("x5chain[%d]: %w", i, err))
		}
		h.Certificates = append(h.Certificates, cert)
	}
	leaf := h.Certificates[0]
	if x5t, ok := members.member(labelX5T); ok {
		if err := checkThumbprint(x5t, leaf); err != nil {
			return keyRefusal("proof.key.x5t", err)
		}
	}
	fits, err := keys.TokenAlgorithm(leaf.PublicKey)
	if err != nil {
		return keyError(err)
	}
	if fits != h.Algorithm {
		return headerError("proof.header.alg.key", fmt.Errorf("alg is %s, the certificate's key is for %s", h.Algorithm, fits))
	}
	return nil
}

// sha256Number is SHA-256 in the registry of COSE algorithms (RFC 9054, 3.2).
const sha256Number = -16

func checkThumbprint(x5t item, leaf *x509.Certificate) error {
	if x5t.major != majorArray || len(x5t.items) != 2 {
		return errors.New("x5t is no pair")
	}
	if n, ok := x5t.items[0].int(); !ok || n != sha256Number || x5t.items[1].major != majorBytes {
		return errors.New("x5t is no SHA-256 digest")
	}
	want := sha256.Sum256(leaf.Raw)
	if subtle.ConstantTimeCompare(x5t.items[1].text, want[:]) != 1 {
		return errors.New("x5t names another certificate")
	}
	return nil
}
