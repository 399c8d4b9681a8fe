package main

import (
	"crypto"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/credential/vcdm"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/integrity"
	"github.com/probatum/probatum/proof/jose"
)

// checkRoot refuses a member at the root of a document that no context defines
// by name: @vocab, which credentials/examples/v2 consists of, gives every name a
// meaning and so none. Contexts are those that are embedded; nothing is fetched.
func checkRoot(root *strictjson.Value) error {
	list := root.Member("@context").Values()
	if len(list) == 0 || !list[0].Is(strictjson.String) || list[0].Text != contexts.CredentialsV2 {
		return proof.Refuse(proof.Context, "vcdm.context.first", nil, "URL", contexts.CredentialsV2)
	}
	// Two names that RFC 7519 and OpenID4VP give, and no context.
	defined := map[string]bool{"@context": true, "jti": true, "nonce": true}
	for _, entry := range list {
		definitions := []*strictjson.Value{entry}
		if entry.Is(strictjson.String) {
			data, ok := contexts.Bytes(entry.Text)
			if !ok {
				return proof.Refuse(proof.Context, "proof.canon.context.unknown", nil)
			}
			doc, err := strictjson.Parse(data)
			if err != nil {
				return fmt.Errorf("reading an embedded context: %w", err)
			}
			definitions = doc.Member("@context").Values()
		}
		for _, d := range definitions {
			define(defined, d)
			for _, t := range root.Member("type").Values() { // JSON-LD 1.1, 4.1.8: contexts that a type brings
				for _, scoped := range d.Member(t.Text).Member("@context").Values() {
					define(defined, scoped)
				}
			}
		}
	}
	for _, m := range root.Members {
		if !defined[m.Name] {
			return proof.Refuse(proof.Context, "conformance.member", fmt.Errorf("member %q", m.Name), "Member", shortName(m.Name))
		}
	}
	return nil
}

// define notes the terms of one context.
func define(defined map[string]bool, context *strictjson.Value) {
	if !context.Is(strictjson.Object) {
		return
	}
	for _, m := range context.Members {
		if !strings.HasPrefix(m.Name, "@") && m.Value.Kind != strictjson.Null {
			defined[m.Name] = true
		}
	}
}

// shortName is a name from a document as a message may show it.
func shortName(name string) string {
	const most = 40
	plain := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, name)
	if runes := []rune(plain); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return plain
}

// checkPresentation holds a presentation to the data model, and each credential
// in it to its rules.
func (s *suite) checkPresentation(document []byte, root *strictjson.Value, issuing bool) error {
	if !root.Member("type").Has("VerifiablePresentation") || root.Member("type").Has("EnvelopedVerifiablePresentation") {
		return proof.Refuse(proof.Type, "vcdm.type.want", nil, "Value", "VerifiablePresentation")
	}
	list, err := strictjson.Members(document)
	if err != nil {
		return jose.JSONError("reading the document", err)
	}
	var entries []json.RawMessage
	var rest []strictjson.Member
	for _, m := range list {
		if m.Name != "verifiableCredential" {
			rest = append(rest, m)
			continue
		}
		if m.Value[0] != '[' {
			entries = []json.RawMessage{m.Value}
		} else if err := json.Unmarshal(m.Value, &entries); err != nil {
			return fmt.Errorf("reading the credentials: %w", err)
		}
	}
	shell, err := writeMembers(rest)
	if err != nil {
		return err
	}
	if list := vcdm.CheckPresentation(shell, vcdm.Options{}); len(list) > 0 {
		return findingsError(list)
	}
	// All of them may be hidden in an SD-JWT; otherwise a list has something in it.
	if root.Member("verifiableCredential") != nil && len(entries) == 0 && (issuing || s.mechanism != "sdjwt") {
		return proof.Refuse(proof.Schema, "vcdm.objects", nil, "Member", "verifiableCredential")
	}
	for i, entry := range entries {
		if err := s.checkEnvelope(i+1, entry, issuing); err != nil {
			return withinError{i + 1, err}
		}
	}
	return nil
}

// checkEnvelope refuses a credential that is not in an envelope (Securing
// Verifiable Credentials using JOSE and COSE, 3.1.2). At issue the envelope is
// all that counts: whoever presents need not be able to read what is in it.
func (s *suite) checkEnvelope(number int, entry []byte, issuing bool) error {
	list, err := strictjson.Members(entry)
	if err != nil {
		return proof.Refuse(proof.Proof, "conformance.envelope", err)
	}
	for i, m := range list {
		var id string
		if m.Name != "id" || json.Unmarshal(m.Value, &id) != nil {
			continue
		}
		// Files of the suite have white space in their data: URLs.
		if clean := strings.Join(strings.Fields(id), ""); clean != id {
			s.warn(fault.New(fault.Invalid, "conformance.space", nil).With("Number", number))
			if list[i].Value, err = json.Marshal(clean); err != nil {
				return fmt.Errorf("writing an envelope: %w", err)
			}
		}
	}
	envelope, err := writeMembers(list)
	if err != nil {
		return err
	}
	root, err := strictjson.Parse(envelope)
	if err != nil {
		return jose.JSONError("reading an envelope", err)
	}
	if !root.Member("type").Has("EnvelopedVerifiableCredential") {
		return proof.Refuse(proof.Proof, "conformance.envelope", errors.New("no envelope"))
	}
	id := root.Member("id")
	placeholder := !issuing && id.Is(strictjson.String) && isPlaceholder(id.Text)
	findings := vcdm.CheckCredential(envelope, vcdm.Options{})
	if placeholder { // all else about the envelope must be right
		findings = slices.DeleteFunc(findings, func(f vcdm.Finding) bool { return f.Path == id.Path() })
		s.warn(fault.New(fault.Invalid, "conformance.placeholder", nil).With("Number", number))
	}
	switch {
	case len(findings) > 0:
		return findingsError(findings)
	case issuing, placeholder:
		return nil
	}
	return s.checkEnveloped(number, id.Text)
}

// media are the media types of credentials that can be read here.
var media = map[string]string{
	"application/vc+jwt": "jose", "application/vc+sd-jwt": "sdjwt", "application/vc+cose;base64": "cose",
}

// checkEnveloped reads the credential in a data: URL. Its signature is checked
// with the key that was given, unless it names another one: that must be in a
// did:key or a did:jwk, since nothing is fetched, or the result is indeterminate.
// Of an SD-JWT without its key only the header can be looked at.
func (s *suite) checkEnveloped(number int, id string) error {
	head, data, _ := strings.Cut(id, ",")
	mechanism := media[strings.TrimPrefix(strings.ToLower(head), "data:")]
	if mechanism == "" {
		return proof.Refuse(proof.Type, "vcdm.envelope.media", errors.New("media type without a reader"))
	}
	o, err := s.open([]byte(data), mechanism, false)
	if err != nil {
		return err
	}
	key, err := s.keyOf(o.keyID)
	switch {
	case err != nil:
		return err
	case key != nil:
		if err := o.verify(key); err != nil {
			return err
		}
	default:
		s.unchecked = s.unchecked || !s.sibling(o)
		s.warn(fault.New(fault.Invalid, "conformance.unchecked", nil).With("Number", number))
		if mechanism == "sdjwt" {
			return nil
		}
	}
	document := o.document()
	if mechanism == "cose" {
		if _, _, err := (jose.VCPolicy{LooseIssuedAt: true}).ReadCredential(document); err != nil {
			return err
		}
	}
	return s.checkDocument(document, false, false)
}

// isPlaceholder tells whether the id of an envelope only stands in for a token, as
// in row 31 of the suite, which must succeed: a header that names no key, a
// payload, and nothing but dots from there on. That is not even an unsecured
// token, which has three parts and is refused.
func isPlaceholder(id string) bool {
	text, ok := strings.CutPrefix(id, "data:application/vc+jwt,")
	parts := strings.SplitN(text, ".", 3)
	if !ok || len(parts) != 3 || parts[2] == "" || strings.Trim(parts[2], ".") != "" {
		return false
	}
	header, payload := jsonObject(parts[0]), jsonObject(parts[1])
	for _, name := range []string{"kid", "jwk", "jku", "x5c", "x5u"} {
		if header.Member(name) != nil {
			return false
		}
	}
	return header != nil && payload != nil
}

// jsonObject reads a part of a token; nil if it is no JSON object.
func jsonObject(part string) *strictjson.Value {
	raw, err := jose.DecodeBase64URL(part)
	if err != nil {
		return nil
	}
	v, err := strictjson.Parse(raw)
	if err != nil || !v.Is(strictjson.Object) {
		return nil
	}
	return v
}

// sibling tells whether a credential that could not be checked names, by no more
// than a thumbprint, another key of the one whose key was given. Rows 7 and 22 of
// the suite, presentations, must succeed with such credentials in them.
func (s *suite) sibling(o opened) bool {
	if strings.Contains(o.keyID, ":") {
		return false
	}
	_, party, err := (jose.VCPolicy{LooseIssuedAt: true}).ReadCredential(o.signed)
	return err == nil && party == s.owner
}

// keyOf gives the key that a kid names, or nil where it is not to be had. Without
// a kid it is the one that was given.
func (s *suite) keyOf(kid string) (crypto.PublicKey, error) {
	if kid == "" || slices.Contains(s.names, kid) {
		return s.public, nil
	}
	did, _, _ := strings.Cut(kid, "#")
	var document keys.DIDDocument
	var err error
	switch {
	case strings.HasPrefix(did, "did:key:"):
		document, err = keys.ResolveDIDKey(did)
	case strings.HasPrefix(did, "did:jwk:"):
		document, err = keys.ResolveDIDJWK(did)
	default:
		return nil, nil //nolint:nilnil // said above
	}
	if err != nil {
		return nil, jose.KeyError(err)
	}
	m, ok := document.Method(kid, integrity.AssertionMethod)
	if !ok {
		return nil, proof.Refuse(proof.Key, "proof.integrity.key.other", errors.New("kid names no assertion method of its DID"))
	}
	return m.Key, nil
}

// writeMembers writes an object from its members.
func writeMembers(list []strictjson.Member) ([]byte, error) {
	out := []byte{'{'}
	for i, m := range list {
		name, err := json.Marshal(m.Name)
		if err != nil {
			return nil, fmt.Errorf("writing a member: %w", err)
		}
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(append(out, name...), ':'), m.Value...)
	}
	return append(out, '}'), nil
}
