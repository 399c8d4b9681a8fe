package vcapi

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"

	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/integrity"
)

// The checks that a caller may ask for by name.
const (
	checkProof  = "proof"
	checkStatus = "credentialStatus"
)

// options are the options of a request that are understood here.
type options struct {
	checks    []string
	challenge string
	domains   []string
	purpose   string   // expectedProofPurpose, proofPurpose
	method    string   // verificationMethod
	mandatory []string // mandatoryPointers; nil: not given
	selective []string // selectivePointers
	created   time.Time
	expires   time.Time
	suite     string          // cryptosuite
	proofType string          // type
	entries   json.RawMessage // credentialStatus: status entries are asked for

	unknown bool // there are others
}

// parseOptions reads options. Their values must have the right type: a
// challenge that is null would turn a condition off.
func parseOptions(text json.RawMessage) (options, error) {
	var o options
	if bytes.Equal(text, []byte("null")) {
		return o, nil
	}
	members, err := strictjson.Members(text)
	if err != nil {
		return o, optionsProblem("vcapi.options.object", "options")
	}
	for _, m := range members {
		ok := true
		switch m.Name {
		case "checks":
			o.checks, ok = stringsOf(m.Value)
			if ok && slices.ContainsFunc(o.checks, func(c string) bool { return c != checkProof && c != checkStatus }) {
				return o, refused(problem{kind: malformedValue, code: proof.Malformed, key: "vcapi.options.check"})
			}
		case "challenge":
			o.challenge, ok = filled(m.Value)
		case "domain":
			o.domains, ok = domainsOf(m.Value)
		case "expectedProofPurpose", "proofPurpose":
			o.purpose, ok = filled(m.Value)
		case "verificationMethod":
			o.method, ok = filled(m.Value)
		case "mandatoryPointers":
			o.mandatory, ok = arrayOf(m.Value)
		case "selectivePointers":
			o.selective, ok = arrayOf(m.Value)
		case "created":
			o.created, ok = timeOf(m.Value)
		case "expires":
			o.expires, ok = timeOf(m.Value)
		case "cryptosuite":
			o.suite, ok = filled(m.Value)
		case "type":
			o.proofType, ok = filled(m.Value)
		case "credentialStatus":
			o.entries, ok = m.Value, isObject(m.Value) || bytes.HasPrefix(m.Value, []byte("["))
		case "returnCredential", "returnPresentation", "returnProblemDetails", "returnResults":
			// Only what is told could change, not what is found.
		default:
			o.unknown = true
		}
		if !ok {
			return o, optionsProblem("vcapi.options.value", m.Name) // a name of the list above
		}
	}
	return o, nil
}

func optionsProblem(key, name string) error {
	return refused(problem{kind: malformedValue, code: proof.Malformed, key: key, args: map[string]any{"Name": name}})
}

// filled gives a string that is not empty.
func filled(text []byte) (string, bool) {
	s, ok := stringOf(text)
	return s, ok && s != ""
}

// maxDomains is how many a proof may name.
const maxDomains = 16

// domainsOf gives one domain or several, each once.
func domainsOf(text []byte) ([]string, bool) {
	list, ok := stringsOf(text)
	slices.Sort(list)
	return list, ok && len(list) > 0 && len(list) <= maxDomains && list[0] != "" && len(slices.Compact(slices.Clone(list))) == len(list)
}

// serves tells whether something was made for the domains that are asked for and
// for no other (VC Data Integrity 1.0, 4.4).
func (o options) serves(domains []string) bool {
	return o.domains == nil || slices.Equal(slices.Sorted(slices.Values(domains)), o.domains)
}

// arrayOf gives an array of strings that is not nil.
func arrayOf(text []byte) ([]string, bool) {
	if !bytes.HasPrefix(text, []byte("[")) {
		return nil, false
	}
	list, ok := stringsOf(text)
	if ok && list == nil {
		list = []string{}
	}
	return list, ok
}

func timeOf(text []byte) (time.Time, bool) {
	s, ok := stringOf(text)
	if !ok {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339, s)
	return t.UTC().Truncate(time.Second), err == nil
}

// understood refuses conditions that nobody here can hold: a verification that
// passed over one would say more than was checked.
func (o options) understood() error {
	if o.unknown || o.entries != nil {
		return refused(problem{kind: malformedValue, code: proof.Malformed, key: "vcapi.options.unknown"})
	}
	return nil
}

// ofProof names an option that only a Data Integrity proof can have.
func (o options) ofProof() string {
	switch {
	case o.proofType != "":
		return "type"
	case o.challenge != "":
		return "challenge"
	case o.domains != nil:
		return "domain"
	case o.mandatory != nil:
		return "mandatoryPointers"
	case !o.created.IsZero():
		return "created"
	case !o.expires.IsZero():
		return "expires"
	}
	return ""
}

// issuable refuses what the instance cannot put into a credential.
func (o options) issuable(in *instance) error {
	wrong := ""
	switch {
	case o.proofType != "" && o.proofType != "DataIntegrityProof":
		wrong = "type"
	case o.suite != "" && o.suite != string(in.Suite):
		wrong = "cryptosuite"
	case o.purpose != "" && o.purpose != integrity.AssertionMethod:
		wrong = "proofPurpose"
	case o.method != "" && o.method != in.method:
		wrong = "verificationMethod"
	case o.entries != nil && in.board == nil:
		wrong = "credentialStatus"
	case in.Token:
		wrong = o.ofProof()
	}
	if wrong != "" {
		return refused(problem{
			kind: generation, code: proof.Proof, key: "vcapi.options.cannot", args: map[string]any{"Name": wrong},
		})
	}
	return nil
}
