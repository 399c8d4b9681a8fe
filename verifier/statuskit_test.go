package verifier_test

import (
	"crypto"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/internal/fetch"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/jose"
	"github.com/probatum/probatum/status"
	"github.com/probatum/probatum/trust"
	"github.com/probatum/probatum/verifier"
)

// A publisher serves status lists at this machine.
type publisher struct {
	server *httptest.Server
	asked  atomic.Int32

	mu    sync.Mutex
	pages map[string]http.HandlerFunc // guarded by mu
}

func newPublisher(t testing.TB) *publisher {
	t.Helper()
	p := &publisher{pages: map[string]http.HandlerFunc{}}
	p.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.asked.Add(1)
		p.mu.Lock()
		page, ok := p.pages[r.URL.Path]
		p.mu.Unlock()
		if !ok {
			http.NotFound(w, r)
			return
		}
		page(w, r)
	}))
	t.Cleanup(p.server.Close)
	return p
}

func (p *publisher) page(path string, h http.HandlerFunc) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pages[path] = h
}

// put serves a list as it is.
func (p *publisher) put(path, kind string, data []byte) {
	tag := status.ETag(data)
	p.page(path, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", tag)
		w.Header().Set("Content-Type", kind)
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = w.Write(data)
	})
}

// A declarer is an issuer of one form of credential, with its lists.
type declarer struct {
	t      testing.TB
	form   string
	lists  *publisher
	trust  *trust.Set
	signer status.Signer
	slots  []status.Slot
	make   func(entries any, edit func(c obj)) []byte // a credential with these status entries
	at     time.Time                                  // the present
}

const place = 94_567 // where all credentials of these tests stand in their lists

var (
	messageSlot    = status.Slot{Kind: status.Bitstring, Purpose: status.Message, Size: 2}
	revocationSlot = status.Slot{Kind: status.Bitstring, Purpose: status.Revocation, Size: 1}
	suspensionSlot = status.Slot{Kind: status.Bitstring, Purpose: status.Suspension, Size: 1}
	tokenSlot      = status.Slot{Kind: status.Token, Size: 2}
)

// declarers are issuers of every form: edc, vc-di, ob3, vc-jwt and sd-jwt.
func declarers(t testing.TB) []*declarer {
	t.Helper()
	w := newWorld(t)
	elm, badge, bearer := newAuthor(t), newAuthorEd25519(t), newAuthor(t)
	by := func(a author) status.Signer { return status.Signer{Key: a.key, DID: a.did, Method: a.method} }
	all := []*declarer{
		{
			form: "edc", trust: w.trust, slots: []status.Slot{messageSlot},
			signer: status.Signer{Key: w.seal.key, Chain: keysOf(w.seal)},
			make: func(entries any, edit func(c obj)) []byte {
				return w.file(t, func(c obj) {
					c["@context"] = statusContext(c)
					c["credentialStatus"] = entries
					edit(c)
				})
			},
		},
		{
			form: "vc-di", trust: trusted(t, elm), slots: []status.Slot{revocationSlot, suspensionSlot}, signer: by(elm),
			make: func(entries any, edit func(c obj)) []byte {
				return elm.sign(t, elm.asELM(t, func(c obj) { c["credentialStatus"] = entries; edit(c) }))
			},
		},
		{
			form: "ob3", trust: trusted(t, badge), slots: []status.Slot{messageSlot}, signer: by(badge),
			make: func(entries any, edit func(c obj)) []byte {
				return badge.sign(t, badge.asBadge(t, func(c obj) { c["credentialStatus"] = entries; edit(c) }))
			},
		},
		{
			form: "vc-jwt", trust: trusted(t, bearer), slots: []status.Slot{revocationSlot, suspensionSlot}, signer: by(bearer),
			make: func(entries any, edit func(c obj)) []byte {
				return bearer.token(t, bearer.asELM(t, func(c obj) { c["credentialStatus"] = entries; edit(c) }))
			},
		},
		{
			form: "sd-jwt", trust: w.trust, slots: []status.Slot{tokenSlot},
			signer: status.Signer{Key: w.seal.key, Chain: keysOf(w.seal)},
			make: func(entries any, edit func(c obj)) []byte {
				return w.wallet(t, nil, func(p obj) { p["status"] = obj{"status_list": entries}; edit(p) })
			},
		},
	}
	for _, d := range all {
		d.t, d.lists, d.at = t, newPublisher(t), now
	}
	return all
}

func listPath(s status.Slot) string          { return "/status/" + string(s.Kind) + "/" + string(s.Purpose) }
func (d *declarer) url(s status.Slot) string { return d.lists.server.URL + listPath(s) }

// entry is what a credential says of its place in one list.
func (d *declarer) entry(s status.Slot, edit ...func(e obj)) obj {
	if s.Kind == status.Token {
		e := obj{"idx": place, "uri": d.url(s)}
		for _, f := range edit {
			f(e)
		}
		return e
	}
	e := obj{
		"id": fmt.Sprintf("%s#%d", d.url(s), place), "type": []any{"BitstringStatusListEntry"}, "statusPurpose": string(s.Purpose),
		"statusListIndex": fmt.Sprint(place), "statusListCredential": d.url(s),
	}
	if s.Size == 2 {
		e["statusSize"] = 2
		e["statusMessage"] = []any{
			obj{"status": "0x0", "message": "valid"}, obj{"status": "0x1", "message": "revoked"},
			obj{"status": "0x2", "message": "suspended"}, obj{"status": "0x3", "message": "unused"},
		}
	}
	if d.form == "edc" {
		e["type"] = []any{"CredentialStatus", "BitstringStatusListEntry"}
	}
	for _, f := range edit {
		f(e)
	}
	return e
}

// file is a credential with its entries; edit changes the first of them.
func (d *declarer) file(edit ...func(e obj)) []byte { return d.write(d.entries(edit...)) }

// edited is a credential with its entries that is changed before it is signed.
func (d *declarer) edited(edit func(c obj)) []byte { return d.make(d.entries(), edit) }

// write is a credential with these entries.
func (d *declarer) write(entries any) []byte { return d.make(entries, func(obj) {}) }

func (d *declarer) entries(edit ...func(e obj)) any {
	var entries []any
	for i, s := range d.slots {
		if i == 0 {
			entries = append(entries, d.entry(s, edit...))
		} else {
			entries = append(entries, d.entry(s))
		}
	}
	if len(entries) == 1 {
		return entries[0]
	}
	return entries
}

// list is a signed list of the declarer in which its credentials have a state.
func (d *declarer) list(s status.Slot, state status.State, edit ...func(s *status.Signer)) status.Signed {
	d.t.Helper()
	signer := d.signer
	for _, f := range edit {
		f(&signer)
	}
	signed, err := status.Sign(d.t.Context(), status.Contents{ID: "1", Slot: s, Set: map[int]status.State{place: state}}, signer, d.url(s), d.at)
	if err != nil {
		d.t.Fatal(err)
	}
	return signed
}

// publish puts up all lists of the declarer, and gives them.
func (d *declarer) publish(state status.State, edit ...func(s *status.Signer)) map[string][]byte {
	d.t.Helper()
	out := map[string][]byte{}
	for _, s := range d.slots {
		signed := d.list(s, state, edit...)
		d.lists.put(listPath(s), signed.MediaType(), signed.JWT)
		out[strings.TrimPrefix(strings.ReplaceAll(listPath(s), "/", "-"), "-")] = signed.JWT
	}
	return out
}

// present is the clock of the declarer's tests.
func (d *declarer) present() time.Time { return d.at }

// verifier is one that may ask the publisher, and has the snapshots.
func (d *declarer) verifier(edit ...func(c *status.ListsConfig)) *verifier.Verifier {
	d.t.Helper()
	client, err := fetch.New(fetch.Config{Hosts: []string{d.lists.server.URL}})
	if err != nil {
		d.t.Fatal(err)
	}
	c := status.ListsConfig{Sources: []status.Source{status.HTTP{Client: client}}, Resolver: d.trust, Snapshots: d.trust.Snapshots, Now: d.present}
	for _, f := range edit {
		f(&c)
	}
	return &verifier.Verifier{Trust: d.trust, Now: d.present, Lists: status.NewLists(c)}
}

func offline(c *status.ListsConfig) { c.Offline = true }

// with is the same verifier, and how it came to a verdict on a file.
func (d *declarer) ask(v *verifier.Verifier, file []byte) verifier.Report {
	d.t.Helper()
	start := time.Now()
	r, err := v.Verify(d.t.Context(), file, verifier.Options{})
	if err != nil {
		d.t.Fatal(err)
	}
	if took := time.Since(start); took > patience {
		d.t.Errorf("%s: took %v", d.form, took)
	}
	return r
}

// expect holds a Report to what its status should be: all else has passed.
func (d *declarer) expect(what string, r verifier.Report, result verifier.Result, key string) {
	d.t.Helper()
	c, ok := r.Check(verifier.Status)
	want := map[verifier.Result]verifier.Verdict{verifier.Passed: verifier.Valid, verifier.Failed: verifier.Invalid, verifier.NotDone: verifier.Undetermined}[result]
	if !ok || c.Result != result || c.Key != key || r.Verdict() != want || (c.Code == "status") != (result != verifier.Passed) {
		d.t.Errorf("%s, %s: want %s, %s, %s\n%s", d.form, what, want, result, key, show(r))
	}
	checkAnswer(d.t, r)
}

// listToken signs a payload as a token of a type, whatever it says.
func listToken(t testing.TB, key crypto.Signer, typ, method string, payload []byte) []byte {
	t.Helper()
	alg, err := keys.TokenAlgorithm(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	h := jose.TokenHeader{Algorithm: alg, Type: typ, KeyID: method}
	input, err := jose.TokenInput(h, payload)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := jose.SignToken(key, input)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func keysOf(p *party) keys.Chain { return keys.Chain{Leaf: p.cert} }

// statusContext is the @context of a credential with the terms of status behind.
func statusContext(c obj) []any {
	return append(c["@context"].([]any), json.RawMessage(contexts.StatusTerms))
}

// crl is a list of the authority by which the certificates are revoked since
// yesterday.
func crl(t testing.TB, by *party, revoked ...*party) *x509.RevocationList {
	t.Helper()
	list, err := x509.ParseRevocationList(revocation(t, by, now.AddDate(0, 0, -1), revoked...))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// twoKeys is the document of a DID with the keys of two authors, as "#k" and
// "#two".
func twoKeys(t testing.TB, did string, one, two author) []byte {
	t.Helper()
	second, err := keys.Multikey(two.key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return retouched(t, didDocument(t, did, one), func(d obj) {
		d["assertionMethod"] = append(d["assertionMethod"].([]any), did+"#two")
		d["verificationMethod"] = append(d["verificationMethod"].([]any), obj{
			"id": did + "#two", "type": "Multikey", "controller": did, "publicKeyMultibase": second,
		})
	})
}
