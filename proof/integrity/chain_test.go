package integrity_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/integrity"
)

const (
	first  = "urn:uuid:00000000-0000-4000-8000-000000000001"
	second = "urn:uuid:00000000-0000-4000-8000-000000000002"
	third  = "urn:uuid:00000000-0000-4000-8000-000000000003"
)

// chain signs a badge three times: two proofs side by side, and one that covers
// both.
func chain(t testing.TB, w way) []byte {
	t.Helper()
	doc := badgeOf(w.maker.did)
	for _, link := range []struct {
		id       string
		previous []string
	}{{first, nil}, {second, nil}, {third, []string{second, first}}} {
		doc = signBy(t, product(), doc, w, func(o *integrity.ProofOptions) { o.ID, o.PreviousProof = link.id, link.previous })
	}
	return doc
}

func TestChain(t *testing.T) {
	t.Parallel()
	for _, w := range ways(t) {
		signed := chain(t, w)
		v := accepts(t, product(), w.name, signed, integrity.VerifyOptions{})
		if len(v.Proofs) != 3 || !bytes.Equal(v.Unsecured, badgeOf(w.maker.did)) {
			t.Errorf("%s: %d proofs over\n%s", w.name, len(v.Proofs), v.Unsecured)
		}
		longer := signBy(t, product(), signed, w, func(o *integrity.ProofOptions) { o.PreviousProof = []string{third} })
		accepts(t, product(), w.name+", one more", longer, integrity.VerifyOptions{})
		proofs := func(m map[string]any, i int) map[string]any { return m["proof"].([]any)[i].(map[string]any) }
		for what, change := range map[string]func(m map[string]any){
			"names nobody":       func(m map[string]any) { proofs(m, 2)["previousProof"] = "urn:uuid:none" },
			"names also nobody":  func(m map[string]any) { proofs(m, 2)["previousProof"] = []any{first, "urn:uuid:none"} },
			"names itself":       func(m map[string]any) { proofs(m, 2)["previousProof"] = third },
			"names one twice":    func(m map[string]any) { proofs(m, 2)["previousProof"] = []any{first, first} },
			"names none":         func(m map[string]any) { proofs(m, 2)["previousProof"] = []any{} },
			"names null":         func(m map[string]any) { proofs(m, 2)["previousProof"] = nil },
			"names a number":     func(m map[string]any) { proofs(m, 2)["previousProof"] = []any{1} },
			"circle of two":      func(m map[string]any) { proofs(m, 1)["previousProof"] = third },
			"circle of three":    func(m map[string]any) { proofs(m, 0)["previousProof"] = third; proofs(m, 3)["previousProof"] = first },
			"two of one name":    func(m map[string]any) { proofs(m, 1)["id"] = first },
			"no name any more":   func(m map[string]any) { delete(proofs(m, 0), "id") },
			"covered proof gone": func(m map[string]any) { m["proof"] = m["proof"].([]any)[1:] },
			"another name":       func(m map[string]any) { proofs(m, 2)["previousProof"] = []any{second} },
			"no names any more":  func(m map[string]any) { delete(proofs(m, 2), "previousProof") },
		} {
			refuses(t, product(), w.name+" "+what, edit(t, longer, change), integrity.VerifyOptions{}, proof.Proof)
		}
		// The order in which the names stand is free in RDF; the order of the
		// proofs is free everywhere.
		accepts(t, product(), "proofs turned", edit(t, signed, func(m map[string]any) {
			list := m["proof"].([]any)
			list[0], list[2] = list[2], list[0]
		}), integrity.VerifyOptions{})
	}
}

func TestChainAcrossSuites(t *testing.T) {
	t.Parallel()
	var all []way
	doc := badge
	list := ways(t)
	// One issuer with a key for each suite does not exist with did:key: the
	// keys are those of others, and are reported.
	doc = strings.Replace(doc, "ISSUER", list[0].maker.did, 1)
	signed := []byte(doc)
	for i, w := range list {
		all = append(all, w)
		signed = signBy(t, product(), signed, w, func(o *integrity.ProofOptions) {
			o.ID = fmt.Sprintf("urn:uuid:00000000-0000-4000-8000-00000000000%d", i)
			if i > 0 {
				o.PreviousProof = []string{fmt.Sprintf("urn:uuid:00000000-0000-4000-8000-00000000000%d", i-1)}
			}
		})
	}
	v := accepts(t, product(), "a chain across suites", signed, report)
	if len(v.Proofs) != len(all) || !bytes.Equal(v.Unsecured, []byte(doc)) {
		t.Errorf("%d proofs, want %d", len(v.Proofs), len(all))
	}
	refuses(t, product(), "strictly", signed, integrity.VerifyOptions{}, proof.Proof)
}

func TestManyProofs(t *testing.T) {
	t.Parallel()
	w := ways(t)[0]
	signed := badgeOf(w.maker.did)
	for i := range integrity.DefaultMaxProofs {
		signed = signBy(t, product(), signed, w, func(o *integrity.ProofOptions) { o.Created = noon.Add(time.Duration(i) * time.Second) })
	}
	accepts(t, product(), "as many as allowed", signed, integrity.VerifyOptions{})
	_, err := product().Prepare(t.Context(), signed, integrity.ProofOptions{Cryptosuite: w.suite, VerificationMethod: w.maker.method})
	refusal(t, "preparing one more", err, proof.Resources)
	twice := signBy(t, product(), badgeOf(w.maker.did), w, nil)
	refuses(t, product(), "the same proof twice", edit(t, twice, func(m map[string]any) { m["proof"] = []any{m["proof"], m["proof"]} }), integrity.VerifyOptions{}, proof.Proof)
	more := edit(t, signed, func(m map[string]any) { m["proof"] = append(m["proof"].([]any), m["proof"].([]any)[0]) })
	refuses(t, product(), "one more", more, integrity.VerifyOptions{}, proof.Resources)
}
