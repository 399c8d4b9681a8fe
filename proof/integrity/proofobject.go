package integrity

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
)

// proofType is the one type of proof (VC Data Integrity 1.0, 3.1).
const proofType = "DataIntegrityProof"

// Bounds of the texts in a proof object.
const (
	maxText    = 2000 // of an id, a challenge, a domain
	maxDomains = 16
)

// A proofObject is a proof (VC Data Integrity 1.0, 2.1): its text and what it
// says, checked for itself.
type proofObject struct {
	raw  []byte // as it stands in the document
	bare []byte // raw without proofValue: the proof options

	suite    Cryptosuite
	method   string // verificationMethod
	did      string // the DID that method belongs to
	purpose  string
	id       string
	nonce    string
	domain   []string
	previous []string // ids of the proofs that this one covers, too

	challenge    string
	hasChallenge bool

	created, expires time.Time

	context []byte // the text of @context; nil where there is none

	value    string // proofValue
	hasValue bool
}

// parseObject reads a proof object strictly: the members of the standard and no
// others, each of its one JSON type. What depends on more than the object itself
// is left to others.
func parseObject(raw []byte) (*proofObject, error) {
	if len(raw) == 0 || raw[0] != '{' {
		return nil, wrong("proof.integrity.missing", "the proof is no object")
	}
	members, err := strictjson.Members(raw)
	if err != nil {
		return nil, unreadable("reading a proof", err)
	}
	if len(members) == 0 {
		return nil, wrong("proof.integrity.missing", "the proof is empty")
	}
	p := &proofObject{raw: raw}
	var drop []int
	for i, m := range members {
		if err := p.member(m); err != nil {
			return nil, err
		}
		if m.Name == "proofValue" {
			drop = append(drop, i)
		}
	}
	if err := p.complete(members); err != nil {
		return nil, err
	}
	p.bare = without(raw, memberSpans(raw), drop...)
	return p, nil
}

// member reads one member of a proof object.
func (p *proofObject) member(m strictjson.Member) error {
	switch m.Name {
	case "@context":
		p.context = m.Value
		return nil
	case "domain":
		return p.list(m, &p.domain, maxDomains)
	case "previousProof":
		return p.list(m, &p.previous, maxDomains)
	}
	s, isText := text(m.Value)
	switch m.Name {
	case "type":
		if s != proofType {
			return wrong("proof.integrity.type", "the proof is not of type %s", proofType)
		}
	case "cryptosuite":
		if p.suite = Cryptosuite(s); !p.suite.known() {
			return wrong("proof.integrity.suite", "the cryptosuite is not known")
		}
	case "proofPurpose":
		p.purpose = s
	case "verificationMethod":
		return p.setMethod(s, isText, m.Value)
	case "id":
		if p.id = s; !absolute(s) {
			return wrong("proof.integrity.member", "the id of the proof is no absolute URL")
		}
	case "nonce":
		if p.nonce = s; s == "" {
			return wrong("proof.integrity.member", "the nonce is no text")
		}
	case "challenge":
		if p.challenge, p.hasChallenge = s, true; s == "" {
			return wrong("proof.integrity.member", "the challenge is no text")
		}
	case "created":
		return p.time(m.Name, s, &p.created)
	case "expires":
		return p.time(m.Name, s, &p.expires)
	case "proofValue":
		if p.value, p.hasValue = s, true; !isText {
			return wrong("proof.integrity.value", "the proof value is no text")
		}
		return nil
	default:
		return wrong("proof.integrity.member", "the proof has a member that is not known here")
	}
	if len(s) > maxText {
		return wrong("proof.integrity.member", "member %s has more than %d bytes", m.Name, maxText)
	}
	return nil
}

// setMethod keeps the verification method. One that is there, but is not the
// name of a key, is a key brought along or one from elsewhere.
func (p *proofObject) setMethod(s string, isText bool, raw []byte) error {
	if bytes.Equal(raw, []byte("null")) {
		return wrong("proof.integrity.method", "the verification method is null")
	}
	did, _, ok := keys.SplitDIDURL(s)
	if !isText || !ok {
		return refuse(proof.Key, "proof.integrity.method", errNoDIDURL)
	}
	p.method, p.did = s, did
	return nil
}

// complete checks that nothing is missing and that what stands there fits
// together.
func (p *proofObject) complete(members []strictjson.Member) error {
	has := func(name string) bool {
		return slices.ContainsFunc(members, func(m strictjson.Member) bool { return m.Name == name })
	}
	for _, need := range [...]struct{ name, key string }{
		{"type", "proof.integrity.type"},
		{"cryptosuite", "proof.integrity.suite"},
		{"proofPurpose", "proof.integrity.purpose"},
		{"verificationMethod", "proof.integrity.method"},
	} {
		if !has(need.name) {
			return wrong(need.key, "the proof has no %s", need.name)
		}
	}
	if has("created") && has("expires") && !p.expires.After(p.created) {
		return refuse(proof.Validity, "proof.integrity.expired", errNeverValid)
	}
	if p.id != "" && slices.Contains(p.previous, p.id) {
		return wrong("proof.integrity.chain", "the proof names itself as its predecessor")
	}
	return nil
}

// dateTimeStamp is XSD 1.1 dateTimeStamp (3.4.28), whose zone is compulsory,
// with the years of four digits and fractions that a clock gives.
var dateTimeStamp = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-](0\d|1[0-3]):[0-5]\d|[+-]14:00)$`)

func (p *proofObject) time(name, s string, into *time.Time) error {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil || !dateTimeStamp.MatchString(s) {
		return wrong("proof.integrity.time", "member %s is no dateTimeStamp", name)
	}
	*into = t
	return nil
}

// list reads a text or an array of different texts, which are no more than
// most.
func (p *proofObject) list(m strictjson.Member, into *[]string, most int) error {
	bad := func() error {
		return wrong("proof.integrity.member", "member %s is no text and no list of different texts", m.Name)
	}
	var raw []json.RawMessage
	switch m.Value[0] {
	case '"':
		raw = []json.RawMessage{m.Value}
	case '[':
		if err := json.Unmarshal(m.Value, &raw); err != nil {
			return bad()
		}
	}
	if len(raw) == 0 || len(raw) > most {
		return bad()
	}
	for _, r := range raw {
		s, ok := text(r)
		if !ok || s == "" || len(s) > maxText || slices.Contains(*into, s) {
			return bad()
		}
		*into = append(*into, s)
	}
	return nil
}

// text gives the value of a JSON string.
func text(raw []byte) (string, bool) {
	if len(raw) == 0 || raw[0] != '"' {
		return "", false
	}
	var s string
	err := json.Unmarshal(raw, &s)
	return s, err == nil
}

// absolute tells whether s looks like an absolute URL: a scheme (RFC 3986, 3.1),
// a colon and something without spaces and control characters behind it.
func absolute(s string) bool {
	scheme, rest, ok := strings.Cut(s, ":")
	if !ok || rest == "" || scheme == "" || strings.ContainsFunc(rest, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return false
	}
	for i := range len(scheme) {
		c := scheme[i]
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || !('0' <= c && c <= '9' || c == '+' || c == '-' || c == '.')) {
			return false
		}
	}
	return true
}

// names tells whether p names another proof as its predecessor.
func (p *proofObject) names(id string) bool { return slices.Contains(p.previous, id) }
