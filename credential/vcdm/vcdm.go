// Package vcdm holds the rules of the W3C Verifiable Credentials Data Model,
// 2.0 and 1.1, over the JSON of a credential or a presentation: what must be
// there, of which shape, and what contradicts itself.
//
// Start with CheckCredential and CheckPresentation. Both read strict JSON and
// give findings; none means that the data model is kept. Which edition applies is said by the first entry of @context.
//
// What the rules do not say: whether a term is defined, a protected term is
// redefined or an identifier is lost on the way to RDF (package proof/canon),
// and whether anything is signed, valid today or not revoked.
//
// Decisions where the standard leaves room:
//
//   - A URL is an absolute IRI: a scheme, no white space, no character that
//     cannot be seen, well-formed percent signs; http and https name a host, did
//     a method and an identifier.
//   - Times are XML Schema 1.1 dateTimeStamp, also for 1.1: the zone is
//     compulsory and the calendar is asked. 24:00:00 is the end of its day.
//     Second 60 does not exist there and is refused, as are years before 0001
//     or after 9999, in UTC, which no other part of the program could compare
//     or write.
//   - Where 1.1 has two dates for one thing (issuanceDate and validFrom,
//     expirationDate and validUntil) both must be kept.
//   - A refreshService says more than its type: type alone cannot "provide
//     enough information to refresh" (5.4).
//   - A digest of a relatedResource is compared with those pinned for its URL;
//     see Digests. Nothing is fetched. A resource that is not known is a finding
//     of its own kind, Unchecked: an issuer must not sign what it could not
//     compare, and a verifier decides.
package vcdm

import (
	"errors"
	"time"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/internal/strictjson"
)

// A Kind sorts findings by how an answer to a machine names them (VC Data Model
// 2.0, 7.2 Problem Details).
type Kind int

// Malformed is a value that is missing or of the wrong shape; Range a date or
// period that cannot be; Context an @context that is no list of contexts
// beginning with the data model's; Digest a digest that is not right; Unchecked
// one that nobody here could compare; Syntax a text that is no strict JSON
// object.
const (
	Malformed Kind = iota
	Range
	Context
	Digest
	Unchecked
	Syntax
)

// A Finding is one place where a document breaks a rule. Its Rule is the
// edition, the section of the standard and the property, such as
// "vcdm-2.0/4.9/validUntil".
type Finding struct {
	elm.Finding
	Kind Kind
}

// Options choose what is checked.
type Options struct {
	// Issuing is for a credential that is to be issued: its issuer may be
	// missing, or have no id, since the one who issues puts it in.
	Issuing bool

	// Digests are those accepted for related resources; nil means
	// PinnedDigests.
	Digests *Digests
}

// maxFindings bounds a report. More helps nobody.
const maxFindings = 100

// CheckCredential tells where a credential breaks the data model. An
// EnvelopedVerifiableCredential (2.0, 4.13.1) is taken too, but not for
// issuing; what is in the envelope is not looked at.
func CheckCredential(doc []byte, o Options) []Finding {
	return check(doc, o, func(k *checker, root *strictjson.Value) { k.credential(root, o.Issuing) })
}

// CheckPresentation tells where a presentation breaks the data model, with the
// credentials in it. An EnvelopedVerifiablePresentation (2.0, 4.13.2) is taken
// too.
func CheckPresentation(doc []byte, o Options) []Finding {
	return check(doc, o, func(k *checker, root *strictjson.Value) { k.presentation(root) })
}

func check(doc []byte, o Options, rules func(*checker, *strictjson.Value)) []Finding {
	k := &checker{digests: o.Digests}
	if k.digests == nil {
		k.digests = PinnedDigests()
	}
	if root := k.read(doc); root != nil {
		rules(k, root)
	}
	return k.findings
}

// Validity gives the time in which a credential says it is valid: in 2.0 from
// validFrom until validUntil, in 1.1 from issuanceDate until expirationDate. A
// zero time is an end that is open. Dates that cannot be read, and an end before
// the beginning, are findings, and then the times must not be used.
func Validity(doc []byte) (from, until time.Time, findings []Finding) {
	k := &checker{}
	root := k.read(doc)
	if root == nil {
		return time.Time{}, time.Time{}, k.findings
	}
	k.edition = editionOf(root)
	from, until = k.period(root)
	return from, until, k.findings
}

// An edition of the data model.
type edition int

const (
	v20 edition = iota
	v11
)

func (e edition) String() string {
	if e == v11 {
		return "vcdm-1.1"
	}
	return "vcdm-2.0"
}

func (e edition) context() string {
	if e == v11 {
		return contexts.CredentialsV1
	}
	return contexts.CredentialsV2
}

// editionOf goes by the first context; whatever is neither is judged by 2.0.
func editionOf(v *strictjson.Value) edition {
	if list := v.Member("@context").Values(); len(list) > 0 && list[0].Is(strictjson.String) && list[0].Text == contexts.CredentialsV1 {
		return v11
	}
	return v20
}

// A section of the standard, in both editions.
type section struct{ v20, v11 string }

var (
	onSyntax       = section{"6.1", "6.1"}
	onContexts     = section{"4.3", "4.1"}
	onIdentifiers  = section{"4.4", "4.2"}
	onTypes        = section{"4.5", "4.3"}
	onNames        = section{"4.6", "4.6"} // 2.0 alone knows it
	onIssuer       = section{"4.7", "4.5"}
	onSubject      = section{"4.8", "4.4"}
	onValidity     = section{"4.9", "4.6"}
	onStatus       = section{"4.10", "4.9"}
	onSchemas      = section{"4.11", "5.4"}
	onSecuring     = section{"4.12", "4.7"}
	onPresentation = section{"4.13", "4.10"}
	onEnvelope     = section{"4.13.1", "4.13.1"} // 2.0 alone knows it
	onEnvelopedVP  = section{"4.13.2", "4.13.2"}
	onRelated      = section{"5.3", "5.3"}
	onRefreshing   = section{"5.4", "5.5"}
	onTerms        = section{"5.5", "5.6"}
	onEvidence     = section{"5.6", "5.7"}
	onReserved     = section{"5.10", "5.10"}
)

func (s section) in(e edition) string {
	if e == v11 {
		return s.v11
	}
	return s.v20
}

// A checker collects the findings of one document.
type checker struct {
	edition  edition
	digests  *Digests
	findings []Finding
}

// read gives the document, or nil and a finding.
func (k *checker) read(doc []byte) *strictjson.Value {
	root, err := strictjson.Parse(doc)
	if err != nil {
		path := "$"
		if e, ok := errors.AsType[*strictjson.Error](err); ok {
			path = e.Path
		}
		k.findings = append(k.findings, Finding{Kind: Syntax, Finding: elm.Finding{Path: path, Rule: "document/json", Key: "vcdm.json"}})
		return nil
	}
	if !root.Is(strictjson.Object) {
		k.find(root, Syntax, onSyntax, "", "vcdm.object")
		return nil
	}
	return root
}

// find notes a finding at v. The pairs are argument names and values; the
// property is the argument Member, in the words of the standard.
func (k *checker) find(v *strictjson.Value, kind Kind, s section, property, key string, pairs ...string) {
	if len(k.findings) >= maxFindings {
		return
	}
	args := map[string]any{"Member": property}
	for i := 0; i+1 < len(pairs); i += 2 {
		args[pairs[i]] = pairs[i+1]
	}
	rule := k.edition.String() + "/" + s.in(k.edition)
	if property != "" {
		rule += "/" + property
	}
	k.findings = append(k.findings, Finding{Kind: kind, Finding: elm.Finding{Path: v.Path(), Rule: rule, Key: key, Args: args}})
}

// missing notes that a property is not there.
func (k *checker) missing(of *strictjson.Value, s section, property string) {
	k.find(of, Malformed, s, property, "vcdm.missing")
}
