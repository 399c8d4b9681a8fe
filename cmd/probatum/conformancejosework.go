package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/probatum/probatum/credential/vcdm"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/cwt"
	"github.com/probatum/probatum/proof/jose"
	"github.com/probatum/probatum/proof/sdjwt"
)

// issue secures a document and reads back what it made before it gives it.
func (s *suite) issue(input []byte, paths []sdjwt.Path) ([]byte, error) {
	if s.secret == nil {
		return nil, fault.New(fault.Invalid, "conformance.key.secret", nil)
	}
	list, err := strictjson.Members(input)
	if err != nil {
		return nil, jose.JSONError("reading the input", err)
	}
	if slices.ContainsFunc(list, func(m strictjson.Member) bool { return m.Name == "proof" }) {
		return nil, proof.Refuse(proof.Proof, "conformance.secured", nil)
	}
	if err := s.checkDocument(input, s.presentation, true); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := json.Compact(&b, input); err != nil {
		return nil, fmt.Errorf("writing the document: %w", err)
	}
	token, err := s.sign(b.Bytes(), paths)
	if err != nil {
		return nil, err
	}
	o, err := s.open(token, s.mechanism, s.presentation)
	if err == nil {
		err = o.verify(s.public)
	}
	if err != nil { // not wrapped: a token that we refuse ourselves is our fault
		return nil, fmt.Errorf("reading what was made: %v", err) //nolint:errorlint // see above
	}
	return token, nil
}

// sign makes the token.
func (s *suite) sign(document []byte, paths []sdjwt.Path) ([]byte, error) {
	content := "vc"
	if s.presentation {
		content = "vp"
	}
	h := jose.TokenHeader{Algorithm: s.algorithm, ContentType: content, KeyID: s.method}
	switch s.mechanism {
	case "jose":
		h.Type = content + "+jwt"
		input, err := jose.TokenInput(h, document)
		if err != nil {
			return nil, err
		}
		return jose.SignToken(s.secret, input)
	case "sdjwt":
		h.Type = content + "+sd-jwt"
		unsigned, err := sdjwt.Issue(document, paths, h, sdjwt.IssueOptions{})
		if err != nil {
			return nil, err
		}
		return sdjwt.Sign(s.secret, unsigned)
	}
	data, err := cwt.Sign(s.secret, cwt.Header{
		Algorithm: s.algorithm, Type: "application/" + content + "+cose", ContentType: "application/" + content, KeyID: []byte(s.method),
	}, document)
	return base64.StdEncoding.AppendEncode(nil, data), err
}

// verify checks a secured document and gives what was secured.
func (s *suite) verify(input []byte) ([]byte, error) {
	o, err := s.open(input, s.mechanism, s.presentation)
	if err != nil {
		return nil, err
	}
	if o.keyID != "" && !slices.Contains(s.names, o.keyID) {
		return nil, proof.Refuse(proof.Key, "proof.integrity.key.other", errors.New("kid is not a name of the key given"))
	}
	if err := o.verify(s.public); err != nil {
		return nil, err
	}
	document := o.document()
	if err := s.checkParty(document, o.party, s.presentation); err != nil {
		return nil, err
	}
	return document, s.checkDocument(document, s.presentation, false)
}

// checkParty holds the claims against the document, COSE included, and warns
// of an iat that is a text, of a token that has run out, and of a key of
// somebody else: the key was given by hand, so that nothing depends on whose it
// is.
func (s *suite) checkParty(document []byte, inHeader string, presentation bool) error {
	read := jose.VCPolicy{LooseIssuedAt: true}.ReadCredential
	if presentation {
		read = jose.VCPolicy{LooseIssuedAt: true}.ReadPresentation
	}
	claims, party, err := read(document)
	if err != nil {
		return err
	}
	if inHeader != "" && inHeader != party {
		return proof.Refuse(proof.Key, "proof.key.iss", errors.New("iss in the header is not the issuer or holder"))
	}
	if _, there := claims.Member("iat"); there && claims.IssuedAt.IsZero() {
		s.warn(fault.New(fault.Invalid, "conformance.iat", nil))
	}
	if claims.CheckTimes(s.now, time.Minute) != nil {
		s.warn(fault.New(fault.Invalid, "conformance.times", nil))
	}
	if party != "" && party != s.owner {
		s.warn(fault.New(fault.Invalid, "conformance.owner", nil))
	}
	return nil
}

// checkDocument holds a document to the data model and to the rules that the
// suite adds. When it is verified, its dates and the credentials in it count
// too.
func (s *suite) checkDocument(document []byte, presentation, issuing bool) error {
	root, err := strictjson.Parse(document)
	if err != nil {
		return jose.JSONError("reading the document", err)
	}
	if err := checkRoot(root); err != nil {
		return err
	}
	if presentation {
		return s.checkPresentation(document, root, issuing)
	}
	if issuing { // what issuers may leave to the service must be there
		if _, _, err := (jose.VCPolicy{}).ReadCredential(document); err != nil {
			return err
		}
	}
	// Issuing is the mode that takes no envelope in place of a credential.
	if list := vcdm.CheckCredential(document, vcdm.Options{Issuing: true}); len(list) > 0 {
		return findingsError(list)
	}
	from, until, list := vcdm.Validity(document)
	switch {
	case len(list) > 0:
		return findingsError(list)
	case issuing:
	case !from.IsZero() && s.now.Before(from):
		return proof.Refuse(proof.Validity, "verify.validity.early", nil, "Date", from)
	case !until.IsZero() && s.now.After(until):
		return proof.Refuse(proof.Validity, "verify.validity.expired", nil, "Date", until)
	}
	return nil
}
