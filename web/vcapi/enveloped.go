package vcapi

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/credential/vcdm"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/canon"
	"github.com/probatum/probatum/proof/integrity"
)

// envelope tells whether a document is an envelope of that type and nothing
// besides: with any other member it is judged as what it would be without.
func envelope(text []byte, kind string) bool {
	members, err := membersOf(text, len(text))
	if err != nil || len(members) != 3 || members.value("@context") == nil || members.value("id") == nil {
		return false
	}
	types, _ := stringsOf(members.value("type"))
	return slices.Equal(types, []string{kind})
}

// enclosedCredential checks the credential in an envelope by the same rules as
// one that comes without: its signature, the data model, contexts, dates, status.
func (s *server) enclosedCredential(ctx context.Context, in *instance, text []byte, o options, at string, v *verdict) error {
	r := result{Pointer: at, Checked: true, Proofs: []proofResult{}}
	found := len(v.problems)
	defer func() {
		r.Verified = r.Checked && len(v.problems) == found
		v.results = append(v.results, r)
	}()
	e, err := s.unfold(ctx, aCredential, in, text, vcdm.CheckCredential(text, vcdm.Options{}), at, v)
	if e == nil || err != nil {
		return err
	}
	alone := at == ""
	at += "/id" // where the token stands
	var who []signer
	if e.unnamed() {
		r.Checked = false
		unsigned(in, alone, at, v)
	} else {
		one, err := s.signerOf(ctx, aCredential, in, e, o, at, v)
		if one == nil || err != nil {
			return err
		}
		who = []signer{*one}
		r.Proofs = append(r.Proofs, e.told(aCredential, one))
	}
	v.add(at, broken(vcdm.CheckCredential(e.document, vcdm.Options{}))...)
	v.add(at, listProblems(e.document)...)
	if err := s.meaning(ctx, in, aCredential, e, at, v); err != nil {
		return err
	}
	s.valid(e.document, at, v)
	s.current(e, at, v)
	return s.status(ctx, in, e.document, who, o, at, v)
}

// enclosedPresentation checks the presentation in an envelope, and every
// credential in it.
func (s *server) enclosedPresentation(ctx context.Context, in *instance, text []byte, o options, v *verdict) error {
	v.results = append(v.results, result{Checked: true, Proofs: []proofResult{}})
	r := &v.results[0]
	e, err := s.unfold(ctx, aPresentation, in, text, vcdm.CheckPresentation(text, vcdm.Options{}), "", v)
	if e == nil || err != nil {
		return err
	}
	const at = "/id"
	one, err := s.signerOf(ctx, aPresentation, in, e, o, at, v)
	if one == nil || err != nil {
		return err
	}
	r.Proofs = append(r.Proofs, e.told(aPresentation, one))
	v.add(at, broken(vcdm.CheckPresentation(e.document, vcdm.Options{}))...)
	if err := s.meaning(ctx, in, aPresentation, e, at, v); err != nil {
		return err
	}
	s.current(e, at, v)
	r.Verified = len(v.problems) == 0
	return s.inside(ctx, in, e.document, o, at, v)
}

// unfold opens an envelope, of which the data model says what findings are. It
// gives nil where there is a problem. The contexts of one inside a presentation
// are looked at with those of the presentation.
func (s *server) unfold(ctx context.Context, c contents, in *instance, text []byte, findings []vcdm.Finding, at string, v *verdict) (*enclosed, error) {
	if len(findings) > 0 {
		v.add(at, broken(findings)...)
		return nil, nil
	}
	if at == "" {
		switch _, err := s.meant(ctx, text, true); {
		case err != nil && stopped(err):
			return nil, err
		case err != nil:
			v.add(at, s.faulty(err)...)
			return nil, nil
		}
	}
	members, err := membersOf(text, s.cfg.MaxBytes)
	var e *enclosed
	if err == nil {
		id, _ := members.text("id")
		e, err = c.open(id, in.Enveloped >= EnvelopedOutdated)
	}
	if err != nil {
		v.add(at+"/id", s.faulty(err)...)
		return nil, nil
	}
	if e.old {
		v.warn(at+"/id", problem{kind: note, key: "vcapi.note.outdated"})
	}
	return e, nil
}

// faulty gives the problems that an error of checking a token stands for.
func (s *server) faulty(err error) []problem {
	if problems, ok := problemsOf(err, false); ok {
		return problems
	}
	s.cfg.Log.Error("work on a document failed", "err", mistake("verifying a token", err))
	return []problem{{kind: verification, code: proof.Malformed, key: "vcapi.failed"}}
}

// unnamed tells a token of the outdated form for which there is no key to be
// looked for: it names none, and its issuer is no DID.
func (e *enclosed) unnamed() bool { return e.old && e.keyID == "" && e.bare && !keys.IsDID(e.party) }

// unsigned judges a credential whose token is unnamed.
func unsigned(in *instance, alone bool, at string, v *verdict) {
	p := problem{kind: verification, code: proof.Key, key: "vcapi.envelope.unnamed"}
	switch {
	case in.Enveloped < EnvelopedReported, alone && in.Enveloped < EnvelopedAlone:
		v.add(at, p)
	default:
		v.unsigned = alone
		v.warn(at, p)
	}
}

// current checks the times in the claims of a token against now.
func (s *server) current(e *enclosed, at string, v *verdict) {
	if err := e.claims.CheckTimes(s.cfg.Now(), skew); err != nil {
		v.add(at, s.faulty(err)...)
	}
}

// A signer is somebody whose signature holds.
type signer struct {
	did, method string
	key         crypto.PublicKey
}

// told is what an answer says of a token whose signature holds.
func (e *enclosed) told(c contents, who *signer) proofResult {
	return proofResult{Type: e.form, Algorithm: e.algorithm, VerificationMethod: who.method, ProofPurpose: c.purpose}
}

// signerOf finds the key of a token, checks the signature with it, and holds the
// token against the options. It gives nil where the signature is not known to
// hold, and then the problem is told.
func (s *server) signerOf(ctx context.Context, c contents, in *instance, e *enclosed, o options, at string, v *verdict) (*signer, error) {
	m, err := methodOf(ctx, c, e)
	if err != nil {
		v.add(at, s.faulty(err)...)
		return nil, nil
	}
	switch {
	case m.Controller == e.party, e.party == "" && !c.required:
	case in.Binding == integrity.Report:
		v.warn(at, problem{kind: note, key: "proof.integrity.warning.binding"})
	default:
		v.add(at, problem{kind: invalidMethod, code: proof.Key, key: "proof.integrity.key.issuer"})
		return nil, nil
	}
	if err := e.verify(m.Key); err != nil {
		if stopped(err) {
			return nil, err
		}
		v.add(at, s.faulty(err)...)
		return nil, nil
	}
	v.add(at, e.asked(c, o, m.ID)...)
	return &signer{did: m.Controller, method: m.ID, key: m.Key}, nil
}

// asked holds a token against the conditions of the caller. A challenge is its
// nonce, the domains all those that it is for.
func (e *enclosed) asked(c contents, o options, method string) []problem {
	var out []problem
	if o.challenge != "" && e.nonce() != o.challenge {
		out = append(out, problem{kind: invalidChallenge, code: proof.Proof, key: "proof.integrity.challenge"})
	}
	if !o.serves(e.claims.Audience) {
		out = append(out, problem{kind: invalidDomain, code: proof.Proof, key: "proof.integrity.domain"})
	}
	if o.purpose != "" && o.purpose != c.purpose {
		out = append(out, problem{kind: verification, code: proof.Proof, key: "proof.integrity.purpose"})
	}
	if o.method != "" && o.method != method {
		out = append(out, problem{kind: invalidMethod, code: proof.Key, key: "vcapi.method"})
	}
	return out
}

// methodOf finds the verification method of a token: the one that it names, or
// the only one of the DID that signed.
func methodOf(ctx context.Context, c contents, e *enclosed) (keys.VerificationMethod, error) {
	kid := e.keyID
	if kid != "" && !strings.Contains(kid, ":") && keys.IsDID(e.party) {
		kid = e.party + "#" + strings.TrimPrefix(kid, "#") // a name within the document of who signed
	}
	did, _, named := keys.SplitDIDURL(kid)
	if kid == "" {
		did = e.party
	}
	unresolved := func(err error) error {
		return proof.Refuse(proof.Key, "proof.integrity.key.unresolved", fmt.Errorf("resolving who signed a token: %w", err))
	}
	if did == "" {
		return keys.VerificationMethod{}, unresolved(errors.New("no DID is named"))
	}
	doc, err := ownKeys{}.Resolve(ctx, did)
	if err != nil {
		return keys.VerificationMethod{}, unresolved(err)
	}
	id := kid
	if !named && len(doc.Methods) == 1 {
		id = doc.Methods[0].ID
	}
	m, ok := doc.Method(id, c.purpose)
	if !ok || m.Controller != did {
		return keys.VerificationMethod{}, proof.Refuse(proof.Key, "proof.integrity.key.unknown", errors.New("no such method for this purpose"))
	}
	return m, nil
}

// ownKeys resolves the DIDs that carry their key in themselves.
type ownKeys struct{}

// Resolve gives the document that a did:key or did:jwk stands for.
func (ownKeys) Resolve(ctx context.Context, did string) (keys.DIDDocument, error) {
	if strings.HasPrefix(did, "did:jwk:") {
		return keys.ResolveDIDJWK(did)
	}
	return integrity.DIDKeys{}.Resolve(ctx, did)
}

// meaning holds what a token says to the contexts, as a proof would: everything
// must have a meaning. Proofs that stand inside besides must hold, too.
func (s *server) meaning(ctx context.Context, in *instance, c contents, e *enclosed, at string, v *verdict) error {
	data, err := s.meant(ctx, e.document, e.old)
	switch {
	case err != nil && stopped(err):
		return err
	case err != nil:
		v.add(at, s.faulty(err)...)
		return nil
	}
	for _, w := range data.Warnings {
		v.warn(at, problem{kind: note, key: w.Key, at: w.Pointer})
	}
	members, err := membersOf(e.document, s.cfg.MaxBytes)
	if err != nil || members.value("proof") == nil {
		return nil //nolint:nilerr // it was read before
	}
	_, err = s.proven(ctx, e.document, options{}, integrity.VerifyOptions{Purpose: c.purpose, Binding: in.Binding, At: s.cfg.Now()}, at, v)
	return err
}

// meant gives what a document says under its contexts, the first of which is
// that of VC Data Model 2.0 (Securing Verifiable Credentials using JOSE and COSE,
// 3.1.1). Of registered claims beside it nothing is asked, where they may stand
// there.
func (s *server) meant(ctx context.Context, doc []byte, alone bool) (*canon.Dataset, error) {
	if first, _ := contextOf(doc); first != contexts.CredentialsV2 {
		return nil, refused(problem{kind: malformedValue, code: proof.Context, key: "vcapi.envelope.edition", at: "/@context"})
	}
	if alone {
		return s.canon.Dataset(ctx, doc)
	}
	plain, err := withoutClaims(doc, s.cfg.MaxBytes)
	if err != nil {
		return nil, err
	}
	return s.canon.Dataset(ctx, plain)
}

// contextOf gives the first context of a document, if that is a URL.
func contextOf(doc []byte) (string, bool) {
	members, err := membersOf(doc, len(doc))
	if err != nil {
		return "", false
	}
	list, err := itemsOf(members.value("@context"))
	if err != nil || len(list) == 0 {
		return "", false
	}
	return stringOf(list[0])
}
