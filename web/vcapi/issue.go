package vcapi

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/credential/vcdm"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/integrity"
	"github.com/probatum/probatum/proof/jose"
	"github.com/probatum/probatum/status"
	"github.com/probatum/probatum/web/page"
)

// A secured is what issue and derive answer.
type secured struct {
	Credential json.RawMessage `json:"verifiableCredential"`
	Warnings   []detail        `json:"warnings,omitempty"`
}

// issue secures a credential with the key and the suite of the instance.
func (s *server) issue(w http.ResponseWriter, r *http.Request, in *instance) error {
	data, err := s.read(w, r)
	if err != nil {
		return err
	}
	var made secured
	err = s.work(r, func(ctx context.Context) error {
		c, err := parse(data, "credential", s.cfg.MaxBytes)
		if err != nil {
			return err
		}
		signed, notes, err := s.secure(ctx, in, c)
		made = secured{Credential: signed, Warnings: told(notes, page.RequestOf(r).Loc)}
		return s.making(ctx, "issuing a credential", err)
	})
	if problems, ok := errors.AsType[refusal](err); ok && problems.lossy() {
		return unprocessable{problems}
	}
	if err != nil {
		return err
	}
	s.write(w, r, http.StatusCreated, "application/json", made)
	return nil
}

// making turns an error of making a proof into problems of the document.
func (s *server) making(ctx context.Context, doing string, err error) error {
	if err == nil || stopped(err) {
		return err
	}
	if fault.KindOf(err) == fault.Unavailable {
		return err
	}
	problems, ok := problemsOf(err, true)
	if !ok {
		s.cfg.Log.ErrorContext(ctx, "work on a document failed", "err", mistake(doing, err))
		return refused(problem{kind: generation, code: proof.Malformed, key: "vcapi.failed"})
	}
	return problems
}

// secure makes the credential that the instance answers for. The notes tell
// what was changed in it.
func (s *server) secure(ctx context.Context, in *instance, c call) ([]byte, []problem, error) {
	if err := c.options.issuable(in); err != nil {
		return nil, nil, err
	}
	members, err := membersOf(c.document, s.cfg.MaxBytes)
	if err != nil {
		return nil, nil, err
	}
	e := edit{document: members}
	doc := []byte(c.document)
	var w wish
	if in.board != nil {
		if err := in.board.others(e.document); err != nil {
			return nil, nil, err
		}
		if w, err = e.wishes(c.options.entries); err != nil {
			return nil, nil, err
		}
		doc = w.without(e.document)
	}
	if found := append(broken(vcdm.CheckCredential(doc, vcdm.Options{Issuing: true})), listProblems(doc)...); len(found) > 0 {
		return nil, nil, refused(found...)
	}
	if c.options.unknown {
		e.note("vcapi.note.options", "")
	}
	if in.Suite == integrity.ECDSASD2023 && c.options.mandatory != nil && hideable(c.document, c.options.mandatory) {
		e.note("vcapi.note.mandatory", "")
	}
	if err := e.issuer(in.did); err != nil {
		return nil, nil, err
	}
	e.context()
	var id string
	var entries []status.Entry
	if in.board != nil {
		if id, entries, err = in.board.grant(&e, w); err != nil {
			return nil, nil, err
		}
	}
	s.proofs(ctx, &e)
	doc = c.document
	if e.changed {
		doc = e.document.bytes()
	}
	sign := s.sign
	if in.Token {
		sign = s.signToken
	}
	signed, err := sign(ctx, in, doc, c.options)
	if err == nil && len(entries) > 0 {
		in.board.record(id, entries)
	}
	return signed, e.notes, err
}

// hideable tells whether a holder could leave out what a verifier needs to judge
// the credential, since the caller's own pointers do not make it mandatory.
func hideable(doc []byte, mandatory []string) bool {
	wanted, err := integrity.MandatoryPointers(doc)
	if err != nil {
		return false // signing tells
	}
	return slices.ContainsFunc(wanted, func(w string) bool {
		return !slices.ContainsFunc(mandatory, func(m string) bool { return w == m || strings.HasPrefix(w, m+"/") })
	})
}

// sign adds the proof, and looks at it as a verifier would before it is handed
// out.
func (s *server) sign(ctx context.Context, in *instance, doc []byte, o options) ([]byte, error) {
	po := integrity.ProofOptions{
		Cryptosuite: in.Suite, VerificationMethod: in.method, Purpose: integrity.AssertionMethod,
		Challenge: o.challenge, Created: o.created, Expires: o.expires,
	}
	if po.Created.IsZero() {
		po.Created = s.cfg.Now()
	}
	po.Domain = o.domains
	if repeated(doc, po) {
		po.Nonce = rand.Text()
	}
	prepared, err := s.engine.Prepare(ctx, doc, po)
	if err != nil {
		return nil, err
	}
	if in.Suite == integrity.ECDSASD2023 { // a base proof is not for verifiers
		mandatory := o.mandatory
		if mandatory == nil {
			if mandatory, err = integrity.MandatoryPointers(doc); err != nil {
				return nil, err
			}
		}
		return s.engine.SignSD(ctx, prepared, in.Key, mandatory)
	}
	signed, err := s.engine.Sign(ctx, prepared, in.Key)
	if err != nil {
		return nil, err
	}
	if _, err := s.engine.Verify(ctx, signed, integrity.VerifyOptions{At: s.cfg.Now()}); err != nil {
		return nil, err
	}
	return signed, nil
}

// repeated tells whether a document has a proof of the same moment by the same
// key. A signature of Ed25519 over the same options is the same, and a proof that
// is given twice does not verify: a nonce tells the two apart (VC Data Integrity
// 1.0, 2.1).
func repeated(doc []byte, o integrity.ProofOptions) bool {
	members, err := membersOf(doc, len(doc))
	if err != nil || members.value("proof") == nil {
		return false
	}
	list, err := itemsOf(members.value("proof"))
	return err == nil && slices.ContainsFunc(list, func(text json.RawMessage) bool {
		p, err := membersOf(text, len(text))
		if err != nil {
			return false
		}
		method, _ := p.text("verificationMethod")
		created, ok := timeOf(p.value("created"))
		return ok && method == o.VerificationMethod && created.Equal(o.Created.UTC().Truncate(time.Second))
	})
}

// signToken writes the credential as a token in an envelope, after it was looked
// at as a verifier would.
func (s *server) signToken(ctx context.Context, in *instance, doc []byte, _ options) ([]byte, error) {
	if _, err := s.meant(ctx, doc, false); err != nil {
		return nil, err
	}
	alg, err := keys.TokenAlgorithm(in.Key.Public())
	if err != nil {
		return nil, err
	}
	input, err := jose.SigningInputVC(doc, jose.TokenHeader{Algorithm: alg, KeyID: in.method})
	if err != nil {
		return nil, err
	}
	token, err := jose.SignToken(in.Key, input)
	if err != nil {
		return nil, err
	}
	e, err := aCredential.openJWT(token)
	if err == nil {
		err = e.verify(in.Key.Public())
	}
	if err == nil && e.party != in.did {
		err = errors.New("the token is by another issuer")
	}
	if err != nil {
		return nil, err
	}
	out := []byte(`{"@context":`)
	out = append(out, quote(contexts.CredentialsV2)...)
	out = append(out, `,"id":`...)
	out = append(out, quote("data:"+aCredential.jwt+","+string(token))...)
	out = append(out, `,"type":`...)
	out = append(out, quote(aCredential.envelope)...)
	return append(out, '}'), nil
}

// An edit is a document on its way to be issued, with what was changed in it.
type edit struct {
	document document
	changed  bool
	notes    []problem
}

func (e *edit) note(key, at string) {
	e.notes = append(e.notes, problem{kind: note, key: key, at: at})
}

// issuer names the instance as the issuer, in the form in which the document
// names one. Another issuer would have a proof of a key that is not its own.
func (e *edit) issuer(did string) error {
	missing := refused(problem{kind: malformedValue, code: proof.Schema, key: "vcapi.issuer", at: "/issuer"})
	value := e.document.value("issuer")
	was, ok := stringOf(value)
	set := quote(did)
	if !ok {
		if !isObject(value) {
			return missing
		}
		members, err := membersOf(value, len(value))
		if err != nil {
			return err
		}
		was, _ = members.text("id")
		set = members.with("id", set).bytes()
	}
	switch was {
	case "":
		return missing
	case did:
		return nil
	}
	e.document, e.changed = e.document.with("issuer", set), true
	e.note("vcapi.note.issuer", "/issuer")
	return nil
}

// context adds the context of the proof to a document of VC Data Model 1.1 that
// has none: unlike that of 2.0, its base context does not define the terms.
func (e *edit) context() {
	value := e.document.value("@context")
	list := []json.RawMessage{value}
	if bytes.HasPrefix(value, []byte("[")) {
		list = nil
		if err := json.Unmarshal(value, &list); err != nil {
			return // canon refuses it
		}
	}
	urls := make([]string, len(list))
	for i, part := range list {
		urls[i], _ = stringOf(part)
	}
	if len(urls) == 0 || urls[0] != contexts.CredentialsV1 ||
		slices.Contains(urls, contexts.DataIntegrityV1) || slices.Contains(urls, contexts.DataIntegrityV2) {
		return
	}
	at := len(list)
	for at > 1 && urls[at-1] == "" {
		at-- // objects stand behind all URLs
	}
	joined := bytes.Join(asBytes(slices.Insert(list, at, quote(contexts.DataIntegrityV2))), []byte(","))
	e.document, e.changed = e.document.with("@context", slices.Concat([]byte("["), joined, []byte("]"))), true
	e.note("vcapi.note.context", "/@context")
}

func asBytes(list []json.RawMessage) [][]byte {
	out := make([][]byte, len(list))
	for i, part := range list {
		out[i] = part
	}
	return out
}

// proofs keeps proofs that are there already only if they hold, next to which
// the new one makes a set: one that does not would make the whole credential
// unverifiable.
func (s *server) proofs(ctx context.Context, e *edit) {
	if e.document.value("proof") == nil {
		return
	}
	if _, err := s.engine.Verify(ctx, e.document.bytes(), integrity.VerifyOptions{At: s.cfg.Now()}); err == nil {
		return
	}
	e.document, e.changed = e.document.without("proof"), true
	e.note("vcapi.note.proof", "/proof")
}
