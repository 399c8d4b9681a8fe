package store_test

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"math/big"
	"sync"
	"testing"
	"time"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/issuer/storetest"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/keys/private"
	"github.com/probatum/probatum/status"
)

func certificate(t *testing.T) keys.Chain {
	t.Helper()
	d, err := private.NewDemo(private.DemoConfig{
		Name: "Body", OrganizationID: "VATDE-000000000", Country: "DE", Algorithm: keys.ES256, Now: time.Now(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return d.Chain
}

func TestKeyHistory(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db database) {
		s := db.open(t, nil)
		const body = storetest.Body
		if h, err := s.KeyHistory(t.Context(), body); fault.KindOf(err) != fault.NotFound {
			t.Errorf("a body without keys has %+v, %v", h, err)
		}
		_, told, err := reserved(t.Context(), s, credential.VCDI)
		if err != nil {
			t.Fatal(err)
		}
		due := func(want int, what string) {
			t.Helper()
			lists, err := s.DueLists(t.Context(), body, time.Time{}, 10)
			if err != nil || len(lists) != want {
				t.Fatalf("%s: %d lists are due, %v; want %d", what, len(lists), err, want)
			}
			var signed []status.Signed
			for _, c := range lists {
				signed = append(signed, status.Signed{
					ID: c.ID, Kind: c.Kind, Version: c.Version, JWT: []byte("x"), SignedAt: time.Now(), Expires: time.Now().Add(status.Lifetime),
				})
			}
			if err := s.KeepLists(t.Context(), signed); err != nil {
				t.Fatal(err)
			}
		}
		start := time.Date(2026, 11, 25, 12, 0, 0, 500e6, time.UTC)
		first, second := certificate(t), certificate(t)
		due(2, "at first")
		for n := range 3 { // again is nothing new
			if err := s.KeepKey(t.Context(), body, first, start.Add(time.Duration(n)*time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
		due(2, "with the first key")
		if err := s.KeepKey(t.Context(), "other-body", second, start); err != nil {
			t.Fatal(err)
		}
		due(0, "with the key of another body")
		later := start.Add(24 * time.Hour)
		if err := s.KeepKey(t.Context(), body, second, later); err != nil {
			t.Fatal(err)
		}
		due(2, "with the second key")
		want := keys.History{
			{Key: second.Leaf.PublicKey, Chain: second, From: later},
			{Key: first.Leaf.PublicKey, Chain: first, From: start, Until: later.Truncate(time.Second).Add(time.Second)},
		}
		same := func() {
			t.Helper()
			h, err := s.KeyHistory(t.Context(), body)
			if err != nil || len(h) != len(want) {
				t.Fatalf("the history is %+v, %v", h, err)
			}
			for n, k := range h {
				w := want[n]
				if !k.Chain.Leaf.Equal(w.Chain.Leaf) || !bytes.Equal(k.Chain.PEM(), w.Chain.PEM()) ||
					!k.From.Equal(w.From) || !k.Until.Equal(w.Until) || k.Revoked.IsZero() != w.Revoked.IsZero() {
					t.Errorf("key %d is from %v until %v, revoked %v; want %+v", n, k.From, k.Until, k.Revoked, w)
				}
			}
			if _, err := h.DIDDocument("did:web:certificates.example:bodies:" + body); err != nil {
				t.Errorf("DIDDocument: %v", err)
			}
			if _, err := h.JWKS(); err != nil {
				t.Errorf("JWKS: %v", err)
			}
		}
		same()
		if err := s.KeepKey(t.Context(), body, first, later.Add(time.Hour)); fault.KindOf(err) != fault.Conflict {
			t.Errorf("the key that was replaced, again: %v, want a Conflict", err)
		}
		same()

		thumbprint, err := keys.Thumbprint(second.Leaf.PublicKey)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := s.RevokeKey(t.Context(), body, thumbprint); err != nil {
				t.Fatal(err)
			}
		}
		h, err := s.KeyHistory(t.Context(), body)
		if err != nil || h[0].Revoked.IsZero() || !h[1].Revoked.IsZero() {
			t.Errorf("the history is %+v, %v; want the second key revoked", h, err)
		}
		due(2, "after a key was revoked")
		if err := s.KeepKey(t.Context(), body, second, later.Add(time.Hour)); fault.KindOf(err) != fault.Conflict {
			t.Errorf("the key that was revoked, again: %v, want a Conflict", err)
		}
		if err := s.RevokeKey(t.Context(), body, told.Entries[0].List); fault.KindOf(err) != fault.NotFound {
			t.Errorf("RevokeKey of no key: %v", err)
		}
		if err := s.KeepKey(t.Context(), body, certificate(t), later.Add(time.Hour)); err != nil {
			t.Errorf("a third key: %v", err)
		}
	})
}

// TestCertificateIsRenewed gives a key a certificate that lasts longer, and the
// old one again.
func TestCertificateIsRenewed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db database) {
		s := db.open(t, nil)
		d, err := private.NewDemo(private.DemoConfig{
			Name: "Body", OrganizationID: "VATDE-000000000", Country: "DE", Algorithm: keys.ES256, Now: time.Now(),
		})
		if err != nil {
			t.Fatal(err)
		}
		short := d.Chain
		template := *short.Leaf
		template.SerialNumber, template.NotAfter = big.NewInt(4711), short.Leaf.NotAfter.Add(time.Hour)
		der, err := x509.CreateCertificate(rand.Reader, &template, d.Issuing, short.Leaf.PublicKey, d.IssuingKey)
		if err != nil {
			t.Fatal(err)
		}
		leaf, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		long, err := keys.NewChain([]*x509.Certificate{leaf, d.Issuing})
		if err != nil {
			t.Fatal(err)
		}
		for n, c := range []keys.Chain{short, long, short} {
			if err := s.KeepKey(t.Context(), storetest.Body, c, time.Now()); err != nil {
				t.Fatalf("%d: %v", n, err)
			}
		}
		h, err := s.KeyHistory(t.Context(), storetest.Body)
		if err != nil || len(h) != 1 || !h[0].Chain.Leaf.Equal(long.Leaf) || !h[0].Until.IsZero() {
			t.Errorf("the history is %+v, %v", h, err)
		}
	})
}

// TestManyKeepKeysAtOnce holds that one key is in use, whoever comes first.
func TestManyKeepKeysAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, db database) {
		chains := []keys.Chain{certificate(t), certificate(t), certificate(t)}
		var wg sync.WaitGroup
		for n := range 12 {
			s := db.open(t, nil)
			wg.Go(func() {
				err := s.KeepKey(t.Context(), storetest.Body, chains[n%len(chains)], time.Now())
				if err != nil && fault.KindOf(err) != fault.Conflict {
					t.Errorf("KeepKey: %v", err)
				}
			})
		}
		wg.Wait()
		h, err := db.open(t, nil).KeyHistory(t.Context(), storetest.Body)
		if err != nil || len(h) != len(chains) {
			t.Fatalf("the history has %d keys, %v", len(h), err)
		}
		for n, k := range h {
			if k.Until.IsZero() != (n == 0) && k.From.Before(h[0].From) {
				t.Errorf("key %d is from %v until %v", n, k.From, k.Until)
			}
			if _, err := x509.MarshalPKIXPublicKey(k.Key); err != nil {
				t.Error(err)
			}
		}
	})
}
