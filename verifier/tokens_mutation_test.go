package verifier_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/proof/sdjwt"
	"github.com/probatum/probatum/verifier"
)

// tokenMutations gives every change of a leaf of a token: in its header, its
// payload and its disclosures.
func tokenMutations(t *testing.T, file []byte) []mutation {
	t.Helper()
	var all []mutation
	// A part is changed within an object, since a disclosure is a list.
	type whole struct {
		Part json.RawMessage `json:"part"`
	}
	add := func(what, part string, put func(part string) []byte) {
		for _, m := range mutations(t, marshal(t, whole{unb64(t, part)})) {
			all = append(all, mutation{what + ": " + m.name, func() []byte {
				changed := m.file()
				if changed == nil {
					return nil
				}
				var w whole
				unmarshal(t, changed, &w)
				if w.Part == nil || b64(w.Part) == part {
					return nil
				}
				return put(b64(w.Part))
			}})
		}
	}
	p := apart(file)
	add("header", p.header, func(part string) []byte { q := p; q.header = part; return q.join() })
	add("payload", p.payload, func(part string) []byte { q := p; q.payload = part; return q.join() })
	if p.rest == "" {
		return all
	}
	list := disclosures(file)
	kb := file[bytes.LastIndexByte(file, '~')+1:]
	for i, d := range list {
		add(fmt.Sprint("disclosure ", i), d, func(part string) []byte {
			changed := append([]string(nil), list...)
			changed[i] = part
			return append(disclosing(file, changed...), kb...)
		})
	}
	if len(kb) > 0 {
		k := apart(kb)
		front := file[:len(file)-len(kb)]
		add("binding header", k.header, func(part string) []byte { q := k; q.header = part; return append(bytes.Clone(front), q.join()...) })
		add("binding", k.payload, func(part string) []byte { q := k; q.payload = part; return append(bytes.Clone(front), q.join()...) })
	}
	return all
}

// Whatever leaf of a token is changed, left out, added or moved: it is not valid
// any more, and nothing that was changed is told.
func TestTokensEveryLeaf(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, ed, holder := newAuthor(t), newAuthorEd25519(t), newAuthorEd25519(t)
	own := newProduct(t, "lighting")
	documents := map[string][]byte{"ca.pem": pemOf(w.ca), "own.pem": pemOf(own.seal)}
	for i, by := range []author{a, ed} {
		doc, err := keysDocument(by)
		if err != nil {
			t.Fatal(err)
		}
		documents[fmt.Sprint(i, ".did.json")] = doc
	}
	set := folderOf(t, documents)
	seal := authorOf(t, w.seal.key)
	wallet := w.wallet(t, holder.key.Public(), func(p obj) { p["exp"] = now.AddDate(1, 0, 0).Unix() })
	for name, file := range map[string][]byte{
		"ELM":           a.token(t, a.asELM(t, rich)),
		"badge":         ed.token(t, ed.asBadge(t, nil)),
		"plain":         a.token(t, a.asPlain(t, nil)),
		"by x5c":        seal.token(t, seal.asELM(t, nil), unnamed, x5c(w.seal, w.ca)),
		"wallet":        wallet,
		"our vc-jwt":    own.forms[credential.VCJWT],
		"our sd-jwt":    own.forms[credential.SDJWT],
		"wallet, parts": present(t, wallet, nil, "title", "units", "eqf_level", "awarding_body"),
		"wallet, bound": present(t, wallet, &sdjwt.KeyBinding{Signer: holder.key, Audience: aud, Nonce: nonce, At: now}, "title", "grade"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// A broken binding leaves what the issuer signed as it is, and so does one
			// that swallows the disclosure before it.
			signed := file[:max(bytes.LastIndexByte(file, '~'), 0)]
			check := func(changed []byte, what string) {
				r := verify(t, set, changed, time.Time{})
				if r.Verdict() != verifier.Invalid {
					t.Errorf("%s: %s", what, show(r))
				}
				if seal, _ := r.Check(verifier.Seal); r.Claims != nil && (seal.Result != verifier.Passed || len(signed) == 0 || !bytes.HasPrefix(changed, signed)) {
					t.Errorf("%s: told, though it was changed", what)
				}
			}
			untouched := func() {
				if r := verify(t, set, file, time.Time{}); !r.Valid() {
					t.Fatalf("untouched: %s", show(r))
				}
			}
			untouched()
			all := tokenMutations(t, file)
			if len(all) < 100 {
				t.Fatalf("%d mutations", len(all))
			}
			step, first := 1, 0
			most := mutationsPerRun / 2
			if testkit.Race {
				most /= 10
			}
			if len(all) > most && !*everyMutation {
				step = len(all)/most + 1
				first = rand.IntN(step)
			}
			t.Logf("%d mutations, one in %d from number %d", len(all), step, first)
			work := make(chan mutation)
			var wg sync.WaitGroup
			for range runtime.GOMAXPROCS(0) {
				wg.Go(func() {
					for m := range work {
						if changed := m.file(); changed != nil {
							check(changed, m.name)
						}
					}
				})
			}
			for i := first; i < len(all); i += step {
				work <- all[i]
			}
			close(work)
			wg.Wait()
			untouched()
			// Single bytes, each in one of its bits or taken away.
			step = 1 + len(file)/300
			if testkit.Race {
				step *= 10
			}
			kb := bytes.LastIndexByte(file, '~') + 1
			for at := rand.IntN(step); at < len(file); at += step {
				what := fmt.Sprint("byte ", at)
				if kb > 0 && at >= kb {
					what = "binding, " + what
				}
				changed := bytes.Clone(file)
				changed[at] ^= 1 << (at % 7)
				check(changed, what)
				if file[at] != '~' || at != len(file)-1 {
					check(append(bytes.Clone(file[:at]), file[at+1:]...), what+" taken away")
				}
			}
			untouched()
		})
	}
}

// A token of one form is none of the other, whatever type it is given.
func TestTokensAreNotMixed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := authorOf(t, w.seal.key)
	vc, sd := a.token(t, a.asELM(t, nil), x5c(w.seal)), w.wallet(t, nil, nil)
	for name, file := range map[string][]byte{
		"vc as sd":         append(signedAgain(t, a.key, vc, func(h, _ obj) { h["typ"] = "dc+sd-jwt" }), '~'),
		"vc as sd, no end": signedAgain(t, a.key, vc, func(h, _ obj) { h["typ"] = "dc+sd-jwt" }),
		"vc with an end":   append(bytes.Clone(vc), '~'),
		"sd as vc":         signedAgain(t, a.key, sd, func(h, _ obj) { h["typ"] = "vc+jwt" }),
		"sd as vc, no end": bytes.Split(signedAgain(t, a.key, sd, func(h, _ obj) { h["typ"] = "vc+jwt" }), []byte("~"))[0],
		"both":             append(append(bytes.Clone(vc), '~'), sd...),
		"vc as a seal":     signedAgain(t, a.key, vc, func(h, _ obj) { h["typ"] = "jose" }),
		"seal as a token": signedAgain(t, a.key, vc, func(_, p obj) {
			p["@context"] = []any{"https://www.w3.org/2018/credentials/v1", "http://data.europa.eu/snb/model/context/edc-ap"}
		}),
		"a status list":     signedAgain(t, a.key, vc, func(h, _ obj) { h["typ"] = "statuslist+jwt" }),
		"a binding":         signedAgain(t, a.key, vc, func(h, _ obj) { h["typ"] = "kb+jwt" }),
		"a proof of wallet": signedAgain(t, a.key, vc, func(h, _ obj) { h["typ"] = "openid4vci-proof+jwt" }),
	} {
		r := w.verify(t, file)
		if r.Verdict() != verifier.Invalid || r.Claims != nil {
			t.Errorf("%s: %s", name, show(r))
		}
		checkAnswer(t, r)
	}
}
