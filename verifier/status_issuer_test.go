package verifier_test

import (
	"bytes"
	"compress/zlib"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net/url"
	"testing"
	"time"

	"github.com/probatum/probatum/internal/fetch"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/jose"
	"github.com/probatum/probatum/status"
	"github.com/probatum/probatum/trust"
	"github.com/probatum/probatum/verifier"
)

// An issuer that publishes its keys at its address signs its token list with one
// of them, and names it as it does in its credentials.
func TestTokenListByPublishedKey(t *testing.T) {
	t.Parallel()
	d := declarers(t)[4]
	type issuer struct {
		path, iss string
		keys      map[string]author
	}
	publish := func(i issuer) {
		set := []any{}
		for kid, a := range i.keys {
			jwk, err := keys.MarshalJWK(a.key.Public(), kid)
			if err != nil {
				t.Fatal(err)
			}
			set = append(set, jwk)
		}
		d.lists.put("/.well-known/jwt-vc-issuer"+i.path, "application/json", marshal(t, obj{"issuer": i.iss, "jwks": obj{"keys": set}}))
	}
	newIssuer := func(path string) issuer {
		i := issuer{path: path, iss: d.lists.server.URL + path, keys: map[string]author{"k": newAuthor(t), "second": newAuthor(t)}}
		publish(i)
		return i
	}
	a, b := newIssuer("/a"), newIssuer("/b")
	jwk := func(a author) any {
		raw, err := keys.MarshalJWK(a.key.Public(), "")
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	w := newWorld(t)
	_, ended := certified(t, sealCertOf("Another Body", "VATDE-999", "DE"), w.ca)
	folder := map[string][]byte{
		"known.jwks.json": marshal(t, obj{"keys": []any{jwk(a.keys["k"]), jwk(b.keys["k"])}}),
		"ca.pem":          pemOf(w.ca), "ended.pem": pemOf(ended),
	}
	d.trust = folderOf(t, folder).WithCRLs(crl(t, w.ca, ended))
	client, err := fetch.New(fetch.Config{Hosts: []string{d.lists.server.URL}})
	if err != nil {
		t.Fatal(err)
	}
	fresh := func() *verifier.Verifier {
		r := trust.NewResolver(d.trust, client, d.present)
		v := d.verifier(func(c *status.ListsConfig) { c.Resolver = r })
		v.Resolver = r
		return v
	}
	file := func(i issuer) []byte {
		return issueSD(t, i.keys["k"].key, jose.TokenHeader{KeyID: "k"}, awardClaims(t, nil, func(p obj) {
			p["iss"], p["status"] = i.iss, obj{"status_list": d.entry(tokenSlot)}
			delete(p, "elm")
		}))
	}
	list := func(by author, kid string, state byte, edit func(p obj)) []byte {
		entries := make([]byte, 131_072/4)
		entries[place/4] = state << (place % 4 * 2)
		var packed bytes.Buffer
		z := zlib.NewWriter(&packed)
		_, _ = z.Write(entries)
		_ = z.Close()
		p := obj{
			"sub": d.url(tokenSlot), "iat": d.at.Unix(), "exp": d.at.Add(time.Hour).Unix(), "ttl": 30,
			"status_list": obj{"bits": 2, "lst": b64(packed.Bytes())},
		}
		if edit != nil {
			edit(p)
		}
		return listToken(t, by.key, "statuslist+jwt", kid, marshal(t, p))
	}
	put := func(data []byte) { d.lists.put(listPath(tokenSlot), "application/statuslist+jwt", data) }
	iss := func(s string) func(p obj) { return func(p obj) { p["iss"] = s } }
	const pass, revoked, untrusted = "verify.status.pass", "verify.status.revoked", "verify.status.untrusted"
	for _, tt := range []struct {
		name   string
		list   []byte
		result verifier.Result
		key    string
	}{
		{"its key", list(a.keys["k"], "k", 0, nil), verifier.Passed, pass},
		{"withdrawn", list(a.keys["k"], "k", 1, nil), verifier.Failed, revoked},
		{"another key of its own", list(a.keys["second"], "second", 0, nil), verifier.Passed, pass},
		{"its iss", list(a.keys["k"], "k", 0, iss(a.iss)), verifier.Passed, pass},
		{"iss of another", list(a.keys["k"], "k", 0, iss(b.iss)), verifier.NotDone, untrusted},
		{"key of another", list(b.keys["k"], "k", 0, nil), verifier.NotDone, untrusted},
		{"key and iss of another", list(b.keys["k"], "k", 0, iss(b.iss)), verifier.NotDone, untrusted},
		{"no such key", list(a.keys["k"], "K", 0, nil), verifier.NotDone, untrusted},
		{"no name", list(a.keys["k"], "", 0, nil), verifier.NotDone, untrusted},
	} {
		put(tt.list)
		d.expect(tt.name, d.ask(fresh(), file(a)), tt.result, tt.key)
	}

	// Two credentials of two issuers name one list, in either order.
	put(list(a.keys["k"], "k", 0, nil))
	v := fresh()
	for range 2 {
		d.expect("A's list", d.ask(v, file(a)), verifier.Passed, pass)
		d.expect("A's list for B", d.ask(v, file(b)), verifier.NotDone, untrusted)
	}
	v = fresh()
	d.expect("A's list for B first", d.ask(v, file(b)), verifier.NotDone, untrusted)
	d.expect("A's list, then", d.ask(v, file(a)), verifier.Passed, pass)

	// A key is published no more.
	only := a
	only.keys = map[string]author{"k": a.keys["k"]}
	put(list(a.keys["second"], "second", 0, nil))
	publish(only)
	d.expect("a key that is gone", d.ask(fresh(), file(a)), verifier.NotDone, untrusted)

	// A key is published, but its certificate was revoked.
	only.keys["third"] = author{key: ended.key}
	publish(only)
	put(list(only.keys["third"], "third", 0, nil))
	d.expect("a key whose certificate was revoked", d.ask(fresh(), file(a)), verifier.NotDone, untrusted)

	// The same key has another certificate, which holds.
	renewed := *ended.cert
	renewed.SerialNumber = big.NewInt(987_654)
	der, err := x509.CreateCertificate(rand.Reader, &renewed, w.ca.cert, ended.key.Public(), w.ca.key)
	if err != nil {
		t.Fatal(err)
	}
	folder["renewed.pem"] = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	d.trust = folderOf(t, folder).WithCRLs(crl(t, w.ca, ended))
	d.expect("a key with a certificate that holds beside the revoked one", d.ask(fresh(), file(a)), verifier.Passed, pass)
}

// Where a certificate says whose the key of a credential is, keys that lie at the
// address of the issuer have no say.
func TestTokenListOfCertifiedIssuer(t *testing.T) {
	t.Parallel()
	d, w, other := declarers(t)[4], newWorld(t), newAuthor(t)
	address, err := url.Parse("https://issuer.example/x")
	if err != nil {
		t.Fatal(err)
	}
	c := sealCert()
	c.URIs = []*url.URL{address}
	seal := certify(t, c, w.ca)
	d.trust, d.signer = w.trust, status.Signer{Key: seal.key, Chain: keysOf(seal)}
	file := walletOf(t, seal, awardClaims(t, nil, func(p obj) {
		p["iss"], p["status"] = address.String(), obj{"status_list": d.entries()}
	}), w.ca)
	r := &registry{set: d.trust, issuers: map[string][]keys.JWK{address.String(): {{KeyID: "k", Key: other.key.Public()}}}}
	signed := d.list(tokenSlot, status.Valid)
	d.lists.put(listPath(tokenSlot), signed.MediaType(), signed.JWT)
	ask := func() verifier.Report {
		v := d.verifier(func(c *status.ListsConfig) { c.Resolver = r })
		v.Resolver = r
		return d.ask(v, file)
	}
	d.expect("by certificate", ask(), verifier.Passed, "verify.status.pass")
	payload := unb64(t, apart(signed.JWT).payload)
	d.lists.put(listPath(tokenSlot), signed.MediaType(), listToken(t, other.key, "statuslist+jwt", "k", payload))
	d.expect("by a name", ask(), verifier.NotDone, "verify.status.untrusted")
	if n := r.asked.Load(); n > 0 {
		t.Errorf("asked %d times for keys of an issuer with a certificate", n)
	}
}
