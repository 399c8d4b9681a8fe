package verifier

import (
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/sdjwt"
	"github.com/probatum/probatum/status"
	"github.com/probatum/probatum/trust"
)

// FetchTime is how long all that one verification asks for outside may take
// together.
const FetchTime = 1500 * time.Millisecond

// outside gives the context of a question that is asked outside: FetchTime begins
// with the first of them.
func (r *run) outside(ctx context.Context) context.Context {
	if r.askUntil.IsZero() {
		r.askUntil = time.Now().Add(FetchTime)
	}
	ctx, cancel := context.WithDeadline(ctx, r.askUntil)
	r.asked = append(r.asked, cancel)
	return ctx
}

// endAsking ends what is still being asked for.
func (r *run) endAsking() {
	for _, cancel := range r.asked {
		cancel()
	}
}

// resolve is the resolver of a run, within FetchTime.
type resolve struct{ *run }

// Resolve asks the resolver of the Verifier.
func (r resolve) Resolve(ctx context.Context, did string) (keys.DIDDocument, error) {
	ctx = r.outside(ctx)
	doc, err := r.resolver.Resolve(ctx, did)
	return doc, givenUp(ctx, err)
}

// A prover is who proved a credential. Only they, and those who are known to be
// the same, may say that it was withdrawn.
type prover struct {
	did          string // empty where the issuer goes by something else
	address      string // of the issuer, where the key was found among those that it publishes there
	keys         []crypto.PublicKey
	certificates []*x509.Certificate // of the keys, as far as the trust set vouches for them
}

// status looks up whether the issuer has withdrawn the credential. What it says
// now counts, whatever moment the file is judged for. Nothing is asked for a
// credential that has failed already.
func (r *run) status(ctx context.Context) {
	entries, declared, err := r.entries()
	if !declared {
		return
	}
	for _, c := range r.found {
		if c.Result == Failed {
			r.notDone(Status, "", "verify.unreached")
			return
		}
	}
	switch {
	case err != nil:
		r.fail(Status, proof.Status, entryKey(err), nil)
		return
	case r.path == nil && !r.answered:
		// Whoever makes up an issuer does not choose whom we ask. That nobody
		// vouches for it is the reason that counts.
		r.notDone(Status, "", "verify.status.stranger")
		return
	case r.lists == nil:
		r.notDone(Status, proof.Status, "verify.status.notdone")
		return
	}
	r.found[Status] = r.lookUp(ctx, entries)
}

// entries reads what the credential says of where its status stands: a token in
// its status claim, and everything else in credentialStatus, also the document
// that a token has inside.
func (r *run) entries() (entries []status.Reference, declared bool, err error) {
	root := r.document.root
	if r.report.Form == credential.SDJWT {
		if raw, ok := root["status"]; ok {
			ref, err := status.ParseTokenStatus(raw)
			if err != nil {
				return nil, true, err
			}
			entries = append(entries, ref)
		}
		// A W3C entry has no place beside it, but where there is one it counts.
		if raw, ok := root["credentialStatus"]; ok {
			more, err := status.ParseEntries(raw)
			if err != nil {
				return nil, true, err
			}
			entries = append(entries, more...)
		}
		inside := root[sdjwt.ClaimELM]
		if len(inside) == 0 || inside[0] != '{' {
			return entries, len(entries) > 0, nil // it discloses none
		}
		list, err := strictjson.Members(inside)
		if err != nil {
			return nil, true, err
		}
		root = object(list)
	}
	raw, ok := root["credentialStatus"]
	if !ok || string(raw) == "null" { // JSON-LD: null is nothing
		return entries, len(entries) > 0, nil
	}
	more, err := status.ParseEntries(raw)
	return append(entries, more...), true, err
}

// lookUp asks for the lists of all entries and makes one check of them: the worst
// entry decides.
func (r *run) lookUp(ctx context.Context, entries []status.Reference) Check {
	by := r.mechanism.prover()
	for i := range entries {
		entries[i].Issuer = by.address
	}
	var mu sync.Mutex
	var believed []*status.List // guarded by mu
	f := r.lists.Check(r.outside(ctx), entries, func(_ context.Context, l *status.List) error {
		if !r.speaks(l.Signer, by) {
			return errSigner
		}
		mu.Lock()
		defer mu.Unlock()
		believed = append(believed, l)
		return nil
	})
	c := Check{ID: Status, Code: proof.Status}
	switch {
	case f.Valid():
		return stands(believed)
	case f.Bad() && f.Err != nil:
		c.Result, c.Key = Failed, entryKey(f.Err)
	case f.Bad() && f.State == status.Suspended:
		c.Result, c.Key = Failed, "verify.status.suspended"
	case f.Bad():
		c.Result, c.Key = Failed, "verify.status.revoked"
	default:
		c.Key = listKey(f.Err)
	}
	return c
}

// errSigner says that a list is signed by somebody who has no say.
var errSigner = errors.New("the list is not signed by the issuer")

// speaks tells whether whoever signed a list may speak for a credential: they
// have its key, its DID or its address, or a certificate that the trust set
// vouches for now and that names the same owner. A key whose certificate was
// revoked has no say any more, unless another certificate of it holds.
func (r *run) speaks(s status.SignerOf, by prover) bool {
	revoked, holds := false, false
	for _, c := range slices.Concat(by.certificates, r.trust.Standing("", "", s.Key).Certificates) {
		switch {
		case !keys.Same(c.PublicKey, s.Key):
		case r.revoked(c):
			revoked = true
		case keys.CheckTime(c, r.now) == nil:
			holds = true
		}
	}
	if revoked && !holds {
		return false
	}
	if slices.ContainsFunc(by.keys, func(k crypto.PublicKey) bool { return keys.Same(k, s.Key) }) ||
		s.DID != "" && s.DID == by.did || s.Issuer != "" && s.Issuer == by.address {
		return true
	}
	leaf := s.Chain.Leaf
	if leaf == nil || keys.CheckSeal(leaf) != nil {
		return false
	}
	path, err := r.trust.Chain(leaf, s.Chain.Intermediates, r.now)
	if err != nil || path.CheckTime(r.now) != nil || r.trust.Revocation(path, r.now, trust.Evidence{}).Revoked != nil {
		return false
	}
	owner, err := keys.OwnerOf(leaf)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(by.certificates, func(c *x509.Certificate) bool {
		o, err := keys.OwnerOf(c)
		return err == nil && o.OrganizationIdentifier == owner.OrganizationIdentifier && o.Country == owner.Country
	})
}

// revoked tells whether the certificate is known to be revoked by now.
func (r *run) revoked(c *x509.Certificate) bool {
	path := trust.Path{c}
	if r.path != nil && r.path.Leaf().Equal(c) {
		path = r.path
	}
	return r.trust.Revocation(path, r.now, trust.Evidence{}).Revoked != nil
}

// stands says that nothing was withdrawn, and as of when: the oldest of the
// lists decides. A copy that does not say how old it is tells nothing.
func stands(lists []*status.List) Check {
	oldest := slices.MinFunc(lists, func(a, b *status.List) int { return a.SignedAt.Compare(b.SignedAt) }).SignedAt
	copied := slices.ContainsFunc(lists, func(l *status.List) bool { return l.From != status.Fresh })
	c := Check{ID: Status, Result: Passed, Key: "verify.status.pass", Args: map[string]any{
		"Date": oldest, "Time": oldest.UTC().Format("15:04"),
	}}
	switch {
	case copied && oldest.IsZero():
		return Check{ID: Status, Code: proof.Status, Key: "verify.status.list"}
	case copied:
		c.Key = "verify.status.snapshot"
	case oldest.IsZero():
		c.Key, c.Args = "verify.status.pass.undated", nil
	}
	return c
}

// entryKey is the message for a credential that names its status wrongly.
func entryKey(err error) string {
	if e, ok := errors.AsType[*status.Error](err); ok && e.Problem == status.Range {
		return "verify.status.index"
	}
	return "verify.status.malformed"
}

// listKey is the message for a list that tells nothing.
func listKey(err *status.Error) string {
	switch {
	case errors.Is(err, errSigner), err.Refusal.Key == "status.list.key", err.Refusal.Key == "status.list.signature":
		return "verify.status.untrusted"
	case err.Refusal.Key == "status.unknown", err.Refusal.Key == "status.value":
		return "verify.status.unknown"
	case err.Refusal.Key == "status.retrieval.offline":
		return "verify.status.offline"
	case err.Problem == status.Retrieval:
		return "verify.status.unreachable"
	}
	return "verify.status.list"
}
