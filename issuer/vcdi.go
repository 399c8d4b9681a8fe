package issuer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/credential/vcdm"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/status"
)

// vcdiContext is the @context of the form: the data model, then our terms.
var vcdiContext = json.RawMessage(`["` + contexts.CredentialsV2 + `","` + contexts.ELMV1 + `"]`)

// VCDI writes the vc-di form of a draft under an id, without its proof: the same
// claims as EDC under the VC Data Model 2.0. did names the issuer, wherever the
// draft does; see keys.DIDKey. It is pure: the same arguments give the same
// bytes, and the draft is not changed.
//
// validFrom and validUntil stand alone, there is no credentialSchema, since the
// SHACL profiles are made for files of version 1.1, and the credential has a
// name. Of status entries there may be several. A node that occurs several times says the same everywhere, as in an EDC
// file: a proof covers what is said of it, and could not cover where.
func VCDI(d credential.Draft, id credential.ID, did string, entries ...status.Entry) ([]byte, error) {
	doc, err := vcdi(d, id, did, entries)
	if err != nil {
		return nil, fmt.Errorf("writing draft %s as vc-di: %w", d.ID, err)
	}
	return doc, nil
}

func vcdi(d credential.Draft, id credential.ID, did string, entries []status.Entry) ([]byte, error) {
	if err := writable(d, id, credential.VCDI); err != nil {
		return nil, err
	}
	issuer, ok := d.Claims.Issuer.(*elm.Organisation)
	if !ok || issuer.ID == "" || !keys.IsDID(did) {
		return nil, errNoIssuer
	}
	c, err := document20(d, id, map[string]string{issuer.ID: did})
	if err != nil {
		return nil, err
	}
	if c.CredentialStatus, err = credentialStatus(entries); err != nil {
		return nil, err
	}
	return elm.Marshal(c)
}

// document20 makes the document of a draft under the VC Data Model 2.0, without
// status; rename gives ids that read otherwise in it.
func document20(d credential.Draft, id credential.ID, rename map[string]string) (elm.Credential, error) {
	c, err := naming{id: string(id), rename: rename}.credential(d.Claims)
	if err != nil {
		return elm.Credential{}, err
	}
	c.ID = string(id)
	c.IssuanceDate, c.ExpirationDate = "", ""
	c.Context = vcdiContext
	if c.DisplayParameter != nil {
		if c.Name, err = languageValues(c.DisplayParameter.Title); err != nil {
			return elm.Credential{}, err
		}
	}
	return c, nil
}

var errNoIssuer = errors.New("no organisation as issuer, or no DID for it")

// languageValues writes a text in its languages as VC Data Model 2.0, 11.1 wants
// names.
func languageValues(t elm.Text) (json.RawMessage, error) {
	type value struct {
		Value    string `json:"@value"`
		Language string `json:"@language"`
	}
	var all []value
	for _, lang := range t.Languages() {
		for _, s := range t[lang] {
			all = append(all, value{s, lang})
		}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(all); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

// vcdiForm is the vc-di form for the mechanism.
var vcdiForm = securedForm{
	form: credential.VCDI, write: VCDI, check: checkVCDI,
	id: func(doc []byte) (string, error) {
		c, err := elm.Parse(doc)
		if err != nil {
			return "", err
		}
		return c.ID, nil
	},
	owned: func(i *Issuer, doc []byte, did string) bool {
		c, err := elm.Parse(doc)
		return err == nil && i.owns(c.Issuer, did)
	},
}

// checkVCDI holds a document without proof to the rules of the European profile
// and to those of the data model. Nothing in it is without meaning, and no value
// is from a list that does not have it.
func checkVCDI(doc []byte) error {
	if lost := elm.UndefinedTerms(doc); len(lost) > 0 {
		return fmt.Errorf("checking the content: no context gives a meaning to %v", lost)
	}
	findings := append(elm.Check(doc, elm.Options{Model20: true}), elm.UnknownConcepts(doc)...)
	for _, f := range vcdm.CheckCredential(doc, vcdm.Options{Issuing: true}) {
		findings = append(findings, f.Finding)
	}
	return faultsOf(findings)
}
