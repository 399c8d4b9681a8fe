package public_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/sdjwt"
	"github.com/probatum/probatum/status"
	"github.com/probatum/probatum/web/public"
)

// published has two lists and one body with two keys.
type published struct {
	history keys.History
	token   status.Signed
	bits    status.Signed
}

var errGone = errors.New("database is gone")

func (p *published) StatusList(_ context.Context, kind status.Kind, id string) (status.Signed, error) {
	for _, l := range []status.Signed{p.token, p.bits} {
		if l.Kind == kind && l.ID == id {
			return l, nil
		}
	}
	if id == "broken" {
		return status.Signed{}, errGone
	}
	return status.Signed{}, fault.New(fault.NotFound, "", nil)
}

func (p *published) KeyHistory(_ context.Context, body string) (keys.History, error) {
	if body != "demo-body" {
		return nil, fault.New(fault.NotFound, "", nil)
	}
	return p.history, nil
}

func newPublished(t *testing.T) *published {
	t.Helper()
	now := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	key := func() *ecdsa.PrivateKey {
		k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	signing, old := key(), key()
	did, err := keys.DIDKey(signing.Public())
	if err != nil {
		t.Fatal(err)
	}
	document, err := keys.ResolveDIDKey(did)
	if err != nil {
		t.Fatal(err)
	}
	p := &published{history: keys.History{
		{Key: signing.Public(), From: now}, {Key: old.Public(), From: now.AddDate(-1, 0, 0), Until: now},
	}}
	signer := status.Signer{Key: signing, DID: did, Method: document.AssertionMethod[0]}
	for kind, into := range map[status.Kind]*status.Signed{status.Token: &p.token, status.Bitstring: &p.bits} {
		c := status.Contents{ID: string(kind) + "-1", Body: "demo-body", Version: 1, Set: map[int]status.State{7: status.Revoked}}
		c.Slot = status.Slot{Kind: status.Token, Size: 2}
		if kind == status.Bitstring {
			c.Slot = status.Slot{Kind: kind, Purpose: status.Revocation, Size: 1}
		}
		if *into, err = status.Sign(t.Context(), c, signer, status.URL(origin, kind, c.ID), now); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// Status lists are there for anybody, as they were signed, to be kept no longer
// than they say; a client that has one is told so.
func TestStatusLists(t *testing.T) {
	t.Parallel()
	p := newPublished(t)
	h := handler(t, func(c *public.Config) { c.Published = p })
	const bits, token = "/status/bitstring/bitstring-1", "/status/token/token-1"
	for _, tt := range []struct {
		path, accept, mediaType string
		want                    []byte
	}{
		{bits, "", "application/vc+jwt", p.bits.JWT},
		{bits, "*/*", "application/vc+jwt", p.bits.JWT},
		{bits, "application/vc", "application/vc", p.bits.DI},
		{bits, "application/ld+json, application/json;q=0.9, */*", "application/vc", p.bits.DI},
		{bits, "application/vc+jwt, application/vc;q=0.5", "application/vc+jwt", p.bits.JWT},
		{token, "application/statuslist+jwt", "application/statuslist+jwt", p.token.JWT},
		{token, "application/vc", "application/statuslist+jwt", p.token.JWT},
	} {
		w := do(h, http.MethodGet, tt.path, nil, "Accept", tt.accept)
		if w.Code != http.StatusOK || !bytes.Equal(w.Body.Bytes(), tt.want) || w.Header().Get("Content-Type") != tt.mediaType {
			t.Errorf("%s for %q: status %d, %s, %d bytes", tt.path, tt.accept, w.Code, w.Header().Get("Content-Type"), w.Body.Len())
			continue
		}
		if got := w.Header().Get("Cache-Control"); got != "public, max-age=30" || status.TTL != 30*time.Second {
			t.Errorf("%s: Cache-Control %q, the list says %s", tt.path, got, status.TTL)
		}
		if w.Header().Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %v", tt.path, w.Header())
		}
		if strings.HasPrefix(tt.path, bits) && w.Header().Get("Vary") == "" {
			t.Errorf("%s: caches are not told what the answer depends on", tt.path)
		}
		again := do(h, http.MethodGet, tt.path, nil, "Accept", tt.accept, "If-None-Match", w.Header().Get("ETag"))
		if again.Code != http.StatusNotModified || again.Body.Len() != 0 {
			t.Errorf("%s again: status %d, %d bytes", tt.path, again.Code, again.Body.Len())
		}
		other := do(h, http.MethodGet, tt.path, nil, "Accept", tt.accept, "If-None-Match", `"another"`)
		if other.Code != http.StatusOK {
			t.Errorf("%s with another tag: status %d", tt.path, other.Code)
		}
	}
	if w := get(h, token+"?time=1700000000"); w.Code != http.StatusNotImplemented {
		t.Errorf("a list of the past: status %d", w.Code)
	}
	for path, want := range map[string]int{
		"/status/token/bitstring-1": 404, "/status/bitstring/token-1": 404, "/status/other/token-1": 404,
		"/status/token/": 404, "/status/token/token-1/x": 404, "/status/token/broken": 500,
	} {
		w := get(h, path)
		if w.Code != want || strings.Contains(w.Body.String(), errGone.Error()) || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: status %d, %v, %s", path, w.Code, w.Header(), w.Body)
		}
	}
	if w := get(handler(t), token); w.Code != http.StatusNotFound {
		t.Errorf("a server that issues nothing: status %d", w.Code)
	}
}

// The documents of a body name it by this server's address and list its keys,
// also those that it no longer signs with.
func TestDocumentsOfABody(t *testing.T) {
	t.Parallel()
	p := newPublished(t)
	h := handler(t, func(c *public.Config) { c.Published = p })

	w := get(h, "/bodies/demo-body/did.json")
	doc, err := keys.ParseDIDDocument(w.Body.Bytes())
	if w.Code != http.StatusOK || err != nil {
		t.Fatalf("status %d, %v", w.Code, err)
	}
	if address, err := keys.DIDWebURL(doc.ID); err != nil || address != origin+"/bodies/demo-body/did.json" {
		t.Errorf("%s is found at %s, %v", doc.ID, address, err)
	}
	old := 0
	for _, m := range doc.Methods {
		if !m.Expires.IsZero() {
			old++
		}
	}
	if len(doc.Methods) != 4 || old != 2 {
		t.Errorf("%d methods, %d of them of the key before", len(doc.Methods), old)
	}

	var metadata struct {
		Issuer string
		JWKS   json.RawMessage
	}
	w = get(h, "/.well-known/jwt-vc-issuer/oid4vci/demo-body")
	if err := json.Unmarshal(w.Body.Bytes(), &metadata); err != nil || metadata.Issuer != origin+"/oid4vci/demo-body" {
		t.Fatalf("status %d, issuer %q, %v", w.Code, metadata.Issuer, err)
	}
	for name, set := range map[string][]byte{
		"in the metadata": metadata.JWKS, "by itself": get(h, "/oid4vci/demo-body/jwks").Body.Bytes(),
	} {
		if list, err := keys.ParseJWKS(set); err != nil || len(list) != 2 {
			t.Errorf("%s: %d keys, %v", name, len(list), err)
		}
	}
	for _, path := range []string{
		"/bodies/other/did.json", "/bodies/demo-body", "/.well-known/jwt-vc-issuer/oid4vci/other",
		"/.well-known/jwt-vc-issuer", "/oid4vci/demo-body/.well-known/jwt-vc-issuer", "/oid4vci/other/jwks",
	} {
		if w := get(h, path); w.Code != http.StatusNotFound {
			t.Errorf("%s: status %d", path, w.Code)
		}
	}
}

// What an SD-JWT VC of ours names as its type is described at that address, for
// ever: credentials carry the digest.
func TestTypeMetadata(t *testing.T) {
	t.Parallel()
	h := handler(t)
	vct := sdjwt.AwardType(origin)
	w := get(h, strings.TrimPrefix(vct, origin))
	var metadata struct{ Vct string }
	if err := json.Unmarshal(w.Body.Bytes(), &metadata); err != nil || metadata.Vct != vct {
		t.Fatalf("status %d, vct %q, %v", w.Code, metadata.Vct, err)
	}
	if !bytes.Equal(w.Body.Bytes(), sdjwt.TypeMetadata(vct)) || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
		t.Errorf("%v", w.Header())
	}
	for _, path := range []string{"/vct/", "/vct/other", "/vct/vet-award-1/x", "/vct/VET-AWARD-1"} {
		if w := get(h, path); w.Code != http.StatusNotFound {
			t.Errorf("%s: status %d", path, w.Code)
		}
	}
}
