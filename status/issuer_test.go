package status_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/integrity"
	"github.com/probatum/probatum/proof/jose"
	"github.com/probatum/probatum/status"
)

// published are the keys of issuers that go by their address.
type published struct {
	resolver

	mu   sync.Mutex
	keys map[string][]keys.JWK // guarded by mu
}

var errWrong = errors.New("wrong")

func (p *published) IssuerKeys(_ context.Context, iss string) ([]keys.JWK, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	list, ok := p.keys[iss]
	switch {
	case !ok:
		return nil, integrity.ErrUnresolved
	case list == nil:
		return nil, errWrong
	}
	return list, nil
}

func (p *published) set(iss string, list ...keys.JWK) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keys[iss] = list
}

const issA, issB = "https://a.example/x", "https://b.example/x"

// named signs a list whose key goes by a name alone.
func (s signer) named(t testing.TB, kid string, claims any) []byte {
	t.Helper()
	return s.jwt(t, "statuslist+jwt", "", claims, func(h *jose.TokenHeader) { h.Certificates, h.KeyID = nil, kid })
}

// A list whose key has a name, and no certificate, is opened with the key that
// the issuer of the credential publishes under that name, and with no other.
func TestOpenByPublishedKey(t *testing.T) {
	t.Parallel()
	a, second, b := newSigner(t, "P-256"), newSigner(t, "Ed25519"), newSigner(t, "P-256")
	of := func(name string, s signer) keys.JWK { return keys.JWK{KeyID: name, Key: s.Key.Public()} }
	did := "did:web:a.example"
	r := &published{keys: map[string][]keys.JWK{
		issA: {of("k", a), of("two", second), {Key: b.Key.Public()}}, issB: {of("k", b)}, "https://wrong.example": nil,
	}, resolver: resolver{}}
	vc := a.with(a.credential("revocation", empty()), obj{"issuer": issA})
	kid := func(h *jose.TokenHeader) { h.Certificates, h.KeyID = nil, "k" }
	for name, tt := range map[string]struct {
		data    []byte
		issuer  string
		problem status.Problem // empty: opened
	}{
		"by name":               {a.named(t, "k", claims()), issA, ""},
		"by another name":       {second.named(t, "two", claims()), issA, ""},
		"with its iss":          {a.named(t, "k", a.with(claims(), obj{"iss": issA})), issA, ""},
		"a credential":          {a.jwt(t, "vc+jwt", "vc", vc, kid), issA, ""},
		"the other's":           {b.named(t, "k", claims()), issB, ""},
		"for the other":         {a.named(t, "k", claims()), issB, status.Verification},
		"key of the other":      {b.named(t, "k", claims()), issA, status.Verification},
		"name of another key":   {a.named(t, "two", claims()), issA, status.Verification},
		"unknown name":          {a.named(t, "K", claims()), issA, status.Verification},
		"key without a name":    {b.named(t, "", claims()), issA, status.Verification},
		"with another iss":      {a.named(t, "k", a.with(claims(), obj{"iss": issB})), issA, status.Verification},
		"with a DID as iss":     {a.named(t, "k", a.with(claims(), obj{"iss": did})), issA, status.Verification},
		"iss with a slash":      {a.named(t, "k", a.with(claims(), obj{"iss": issA + "/"})), issA, status.Verification},
		"another's credential":  {a.jwt(t, "vc+jwt", "vc", a.with(vc, obj{"issuer": issB}), kid), issA, status.Verification},
		"for nobody":            {a.named(t, "k", claims()), "", status.Verification},
		"keys not to be had":    {a.named(t, "k", claims()), "https://c.example", status.Retrieval},
		"keys that are wrong":   {a.named(t, "k", claims()), "https://wrong.example", status.Verification},
		"name of a DID nowhere": {a.named(t, did+"#k", claims()), issA, status.Retrieval},
	} {
		l, err := status.Open(t.Context(), tt.data, status.OpenOptions{URL: listURL, Now: noon, Resolver: r, Issuer: tt.issuer})
		if problem := problem(err); problem != tt.problem {
			t.Errorf("%s: %q, want %q: %v", name, problem, tt.problem, err)
		}
		if err == nil && (l.Signer.Issuer != tt.issuer || l.Signer.DID != "" || l.Signer.Chain.Leaf != nil || l.Signer.Key == nil) {
			t.Errorf("%s: signer %+v", name, l.Signer)
		}
	}
	// A resolver that knows no issuers, and keys that come otherwise.
	if _, err := status.Open(t.Context(), a.named(t, "k", claims()), status.OpenOptions{URL: listURL, Now: noon, Resolver: resolver{}, Issuer: issA}); problem(err) != status.Verification {
		t.Errorf("without a resolver: %v", err)
	}
	l, err := status.Open(t.Context(), b.token(t, claims()), status.OpenOptions{URL: listURL, Now: noon, Resolver: r, Issuer: issA})
	if err != nil || l.Signer.Issuer != "" {
		t.Errorf("by certificate and DID: %v, %v", l, err)
	}
}

func problem(err error) status.Problem {
	e, ok := errors.AsType[*status.Error](err)
	if !ok {
		return ""
	}
	return e.Problem
}

// What one issuer's keys have proved says nothing to the credentials of another
// that name the same list: neither that it is good nor which list is the newest.
func TestListsApartByIssuer(t *testing.T) {
	t.Parallel()
	a, b, c, s := newSigner(t, "P-256"), newSigner(t, "P-256"), newClock(), newShelf()
	r := &published{resolver: resolver{}, keys: map[string][]keys.JWK{}}
	r.set(issA, keys.JWK{KeyID: "k", Key: a.Key.Public()})
	r.set(issB, keys.JWK{KeyID: "k", Key: b.Key.Public()})
	l := status.NewLists(status.ListsConfig{Sources: []status.Source{s}, Resolver: r, Now: c.now})
	list := func(by signer, state status.State, at time.Time) []byte {
		p := by.with(claims(), obj{"iat": at.Unix(), "status_list": obj{"bits": 2, "lst": status.Encode(status.Token, 2, 1000, func(i int64) uint8 {
			if i == 5 {
				return uint8(state)
			}
			return 0
		})}})
		return by.named(t, "k", p)
	}
	of := func(iss string) status.Finding {
		ref := status.Reference{Kind: status.Token, URL: listURL, Index: 5, Issuer: iss, Known: true}
		return l.Check(t.Context(), []status.Reference{ref}, func(_ context.Context, l *status.List) error {
			if l.Signer.Issuer != iss {
				return errWrong
			}
			return nil
		})
	}
	expect := func(what, iss string, known bool, state status.State) {
		t.Helper()
		f := of(iss)
		if (f.Err == nil) != known || known && f.State != state {
			t.Errorf("%s, %s: state %d, %v", what, iss, f.State, f.Err)
		}
	}
	s.put(listURL, list(a, status.Revoked, noon))
	expect("A's list", issA, true, status.Revoked)
	expect("A's list", issB, false, 0)
	expect("A's list, again", issA, true, status.Revoked)
	expect("A's list", "", false, 0)

	// B puts up a later list in the same place, by which A's credential stands.
	// It neither counts for A nor makes A's own an old one.
	c.move(time.Minute)
	s.put(listURL, list(b, status.Valid, c.now().Add(time.Second)))
	expect("B's list", issB, true, status.Valid)
	expect("B's list", issA, true, status.Revoked) // what was withdrawn stays so
	c.move(3 * time.Second)
	s.put(listURL, list(a, status.Valid, c.now()))
	expect("A's again", issA, true, status.Valid)
	c.move(time.Minute)
	s.put(listURL, list(a, status.Suspended, c.now()))
	expect("A's later list", issA, true, status.Suspended)
	c.move(time.Minute)
	s.put(listURL, list(a, status.Valid, c.now().Add(-2*time.Minute)))
	expect("an older list of A", issA, true, status.Suspended)

	// A key that its owner publishes no more proves nothing when the list is next
	// asked for, although the list has not changed.
	c.move(time.Minute)
	s.put(listURL, list(a, status.Valid, c.now()))
	expect("before", issA, true, status.Valid)
	r.set(issA, keys.JWK{KeyID: "k2", Key: a.Key.Public()})
	c.move(time.Minute)
	expect("the key is gone", issA, false, 0)
}
