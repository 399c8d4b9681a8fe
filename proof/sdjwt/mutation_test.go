package sdjwt_test

import (
	"bytes"
	"crypto"
	"encoding/json"
	"strings"
	"testing"

	"github.com/probatum/probatum/proof/sdjwt"
)

// mutants gives texts that differ from a JSON text in one leaf or one name:
// changed, removed, or with another beside it.
func mutants(t *testing.T, raw string) []string {
	t.Helper()
	var out []string
	var root any
	dec := json.NewDecoder(strings.NewReader(raw))
	dec.UseNumber()
	if err := dec.Decode(&root); err != nil {
		t.Fatal(err)
	}
	emit := func() {
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(root); err != nil {
			t.Fatal(err)
		}
		out = append(out, strings.TrimSpace(b.String()))
	}
	// try puts values in place of one, and the old one back.
	try := func(set func(any), old any, values ...any) {
		for _, v := range values {
			set(v)
			emit()
		}
		set(old)
	}
	var walk func(v any, set func(any))
	walk = func(v any, set func(any)) {
		switch x := v.(type) {
		case map[string]any:
			try(set, v, map[string]any{}, nil)
			names := make([]string, 0, len(x))
			for name := range x {
				names = append(names, name)
			}
			for _, name := range names {
				old := x[name]
				delete(x, name)
				emit()
				x[name+"x"] = old
				emit()
				delete(x, name+"x")
				x[name] = old
				walk(old, func(n any) { x[name] = n })
			}
			x["added"] = true
			emit()
			delete(x, "added")
		case []any:
			try(set, v, []any{}, append(append([]any{}, x...), "added"))
			for i, item := range x {
				walk(item, func(n any) { x[i] = n })
			}
		case string:
			try(set, v, x+"x", "", strings.ToUpper(x)+"X", nil)
		case json.Number:
			try(set, v, json.Number(x.String()+"0"), json.Number("0"), x.String(), nil)
		case bool:
			try(set, v, !x, nil)
		case nil:
			try(set, v, "x", false)
		}
	}
	walk(root, func(n any) { root = n })
	return out
}

// TestLeafMutation changes each leaf of the header, the payload and every
// disclosure in turn, in every form, without signing again. None verifies.
func TestLeafMutation(t *testing.T) {
	t.Parallel()
	p, q, e := p256(t), p384(t), ed(t)
	w3c := `{"@context":["https://www.w3.org/ns/credentials/v2"],"type":["VerifiableCredential"],"issuer":"https://a.example",
		"validFrom":"2026-01-01T00:00:00Z","credentialSubject":{"id":"did:a:b","name":"Ana","degrees":[{"n":1},{"n":2}]},"x":null,"y":true}`
	for _, c := range []struct {
		name   string
		signer crypto.Signer
		data   string
		kind   sdjwt.Kind
	}{
		{"SD-JWT VC", p, issue(t, p, sdjwt.TypeVC, award(t, p256(t)), append(awardPaths, "units[0]", "elm.credentialSubject.fullName")...), sdjwt.VC},
		{"W3C credential", q, issue(t, q, sdjwt.TypeW3C, w3c, "credentialSubject.name", "credentialSubject.degrees", "credentialSubject.degrees[1]", "x"), sdjwt.Credential},
		{"W3C presentation", e, issue(t, e, sdjwt.TypePresentation, `{"@context":"c","type":"VerifiablePresentation","holder":"did:a:b","verifiableCredential":[{"a":1}]}`, "holder", "verifiableCredential[0]"), sdjwt.Presentation},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			policy := sdjwt.PolicyOf(c.kind)
			before := accepted(t, c.data, policy, c.signer.Public())
			parts := strings.Split(c.data, "~")
			jwt := strings.Split(parts[0], ".")
			tried := 0
			try := func(data string) {
				tried++
				s, err := verify(data, policy, c.signer.Public())
				if err == nil {
					t.Errorf("verifies after a change: %s", data)
				}
				if s != nil && s.Payload() != nil {
					t.Error("shows what does not verify")
				}
			}
			for i := range 2 {
				for _, m := range mutants(t, decoded(t, jwt[i])) {
					changed := append([]string{}, jwt...)
					if changed[i] = enc(m); changed[i] == jwt[i] {
						continue
					}
					try(strings.Replace(c.data, parts[0], strings.Join(changed, "."), 1))
				}
			}
			for _, d := range parts[1 : len(parts)-1] {
				for _, m := range mutants(t, decoded(t, d)) {
					if enc(m) != d {
						try(strings.Replace(c.data, d, enc(m), 1))
					}
				}
			}
			for i := range len(c.data) { // every byte
				if i%7 == 0 || c.data[i] == '~' || c.data[i] == '.' {
					try(c.data[:i] + flip(c.data[i:]) + c.data[i+1:])
					try(c.data[:i] + c.data[i+1:])
				}
			}
			if tried < 200 {
				t.Errorf("only %d changes", tried)
			}
			sameJSON(t, accepted(t, c.data, policy, c.signer.Public()).Payload(), before.Payload())
		})
	}
}
