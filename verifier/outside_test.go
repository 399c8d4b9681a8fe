package verifier_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/probatum/probatum/internal/fetch"
	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/integrity"
	"github.com/probatum/probatum/status"
	"github.com/probatum/probatum/trust"
	"github.com/probatum/probatum/verifier"
)

// An issuer that publishes its key and its lists at its own address, and is
// known to the operator by its key alone.
func TestOutside(t *testing.T) {
	t.Parallel()
	d := declarers(t)[1]
	a := newAuthor(t)
	did, err := keys.DIDWeb(d.lists.server.URL, "body")
	if err != nil {
		t.Fatal(err)
	}
	jwk, err := keys.MarshalJWK(a.key.Public(), "")
	if err != nil {
		t.Fatal(err)
	}
	const document = "/bodies/body/did.json"
	d.lists.put(document, "application/did+json", didDocument(t, did, a))
	d.trust = folderOf(t, map[string][]byte{"a.jwks.json": []byte(`{"keys":[` + string(jwk) + `]}`)})
	client, err := fetch.New(fetch.Config{Hosts: []string{d.lists.server.URL}})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(client *fetch.Client) *verifier.Verifier {
		r := trust.NewResolver(d.trust, client, d.present)
		v := d.verifier(func(c *status.ListsConfig) { c.Resolver = r })
		v.Resolver = r
		return v
	}
	file := a.sign(t, a.asPlain(t, func(c obj) {
		c["issuer"].(obj)["id"], c["credentialStatus"] = did, []any{d.entry(revocationSlot), d.entry(suspensionSlot)}
	}), func(o *integrity.ProofOptions) { o.VerificationMethod = did + "#k" })

	// The same DID signs its lists with another key, which stands in the same
	// document.
	second := newAuthor(t)
	d.lists.put(document, "application/did+json", twoKeys(t, did, a, second))
	d.signer = status.Signer{Key: second.key, DID: did, Method: did + "#two"}
	d.publish(status.Valid)
	d.expect("published", d.ask(ask(client), file), verifier.Passed, "verify.status.pass")
	d.publish(status.Revoked)
	d.expect("withdrawn", d.ask(ask(client), file), verifier.Failed, "verify.status.revoked")

	// Without anybody to ask nothing is known, least of all that it is good.
	asked := d.lists.asked.Load()
	if r := d.ask(ask(nil), file); r.Verdict() != verifier.Undetermined || r.Claims != nil || d.lists.asked.Load() != asked {
		t.Errorf("offline: %s", show(r))
	}

	// Whoever is slow everywhere has the time of one question in all.
	slow := func(path string, wait time.Duration) {
		d.lists.mu.Lock()
		page := d.lists.pages[path]
		d.lists.mu.Unlock()
		d.lists.page(path, func(w http.ResponseWriter, r *http.Request) {
			select {
			case <-time.After(wait):
				page(w, r)
			case <-r.Context().Done():
			}
		})
	}
	slow(document, time.Second)
	for _, s := range d.slots {
		slow(listPath(s), time.Second)
	}
	testkit.InTime(t, "slow everywhere", func() {
		if r := d.ask(ask(client), file); r.Verdict() != verifier.Undetermined {
			t.Errorf("slow: %s", show(r))
		}
	})
}
