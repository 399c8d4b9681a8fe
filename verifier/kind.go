package verifier

import (
	"encoding/json"
	"slices"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/credential"
)

// A model is what the claims of a credential are written in.
type model int

const (
	noModel    model = iota // claims that nobody here models
	elmModel                // European Learning Model
	badgeModel              // Open Badges 3.0
)

// A wording is the messages about the claims of one model.
type wording struct{ pass, fail, unreadable string }

func (m model) wording() wording {
	switch m {
	case elmModel:
		return wording{"verify.schema.pass", "verify.schema.fail", "verify.schema.unreadable"}
	case badgeModel:
		return wording{"verify.schema.pass.badge", "verify.schema.fail.badge", "verify.schema.unreadable.badge"}
	default:
		return wording{"verify.schema.pass.plain", "verify.schema.fail.plain", "verify.schema.unreadable.plain"}
	}
}

// A kind is what a list of contexts stands for where the proof is inside the
// document (VC Data Integrity) or the document is a token. A document means something under exactly one
// list.
type kind struct {
	contexts []string
	form     credential.Form
	model    model
	types    []string // of which it must have one beside VerifiableCredential; none: any
	key      string   // message that says what it is
}

// kinds are all that are accepted. The words of any other list are not agreed.
var kinds = [...]kind{
	{
		contexts: []string{contexts.CredentialsV2}, form: credential.VCDI, key: "verify.format.plain",
	},
	{
		contexts: []string{contexts.CredentialsV2, contexts.ELMV1}, form: credential.VCDI, model: elmModel,
		types: []string{europeanCredential}, key: "verify.format.elm",
	},
	{
		contexts: []string{contexts.CredentialsV2, contexts.OpenBadges303}, form: credential.OB3, model: badgeModel,
		types: []string{"OpenBadgeCredential", "AchievementCredential"}, key: "verify.format.badge",
	},
	{
		contexts: []string{contexts.CredentialsV1, contexts.DataIntegrityV2}, form: credential.VCDI, key: "verify.format.plain",
	},
	{
		contexts: []string{contexts.CredentialsV1, contexts.DataIntegrityV1}, form: credential.VCDI, key: "verify.format.plain",
	},
}

// kindOf compares @context member by member with the lists that are known. A
// lone text counts as a list of one.
func kindOf(raw json.RawMessage) (kind, bool) {
	list, ok := texts(raw)
	if !ok {
		return kind{}, false
	}
	for _, k := range kinds {
		if slices.Equal(k.contexts, list) {
			return k, true
		}
	}
	return kind{}, false
}

// kindOfToken is kindOf for what a token is made of: only the VC Data Model 2.0
// has tokens that are the document (Securing Verifiable Credentials using JOSE
// and COSE, 3.1.1).
func kindOfToken(raw json.RawMessage) (kind, bool) {
	k, ok := kindOf(raw)
	return k, ok && k.contexts[0] == contexts.CredentialsV2
}

// texts reads a text, or a list of texts and nothing else.
func texts(raw json.RawMessage) ([]string, bool) {
	if len(raw) > 0 && raw[0] == '"' {
		raw = slices.Concat([]byte("["), raw, []byte("]"))
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil || len(list) == 0 {
		return nil, false
	}
	out := make([]string, len(list))
	for i, e := range list {
		if len(e) == 0 || e[0] != '"' || json.Unmarshal(e, &out[i]) != nil {
			return nil, false
		}
	}
	return out, true
}

// fits tells whether a credential has the types that its contexts are for.
func (k kind) fits(types []string) bool {
	return slices.Contains(types, verifiableCredential) &&
		(len(k.types) == 0 || slices.ContainsFunc(k.types, func(t string) bool { return slices.Contains(types, t) }))
}
