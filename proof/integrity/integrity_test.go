package integrity_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/canon"
	"github.com/probatum/probatum/proof/integrity"
)

// TestOnlyTextIsInserted holds the promise of Prepare and Sign: what was there
// stays, byte for byte, and is what Verify hands out.
func TestOnlyTextIsInserted(t *testing.T) {
	t.Parallel()
	for _, w := range ways(t) {
		for what, doc := range map[string][]byte{
			"pretty":    badgeOf(w.maker.did),
			"compact":   edit(t, badgeOf(w.maker.did), func(map[string]any) {}),
			"odd space": []byte("\r\n\t " + strings.ReplaceAll(string(badgeOf(w.maker.did)), ": ", "\t:\n") + " \n"),
			"escapes":   bytes.Replace(badgeOf(w.maker.did), []byte(`"issuer"`), []byte(`"\u0069ssue\u0072"`), 1),
		} {
			prepared, err := product().Prepare(t.Context(), doc, integrity.ProofOptions{Cryptosuite: w.suite, VerificationMethod: w.maker.method, Nonce: "n<&>\u2028"})
			if err != nil {
				t.Fatalf("%s, %s: %v", w.name, what, err)
			}
			signed, err := product().Sign(t.Context(), prepared, w.maker.key)
			if err != nil {
				t.Fatalf("%s, %s: %v", w.name, what, err)
			}
			value, _ := valueIn(t, signed)
			if got := bytes.Replace(signed, []byte(`,"proofValue":"`+value+`"`), nil, 1); !bytes.Equal(got, prepared) {
				t.Errorf("%s, %s: more than the value was inserted:\n%s\n%s", w.name, what, prepared, signed)
			}
			v := accepts(t, product(), what, signed, integrity.VerifyOptions{})
			if !bytes.Equal(v.Unsecured, doc) {
				t.Errorf("%s, %s: the document is\n%s\nwant\n%s", w.name, what, v.Unsecured, doc)
			}
			if len(v.Warnings) > 0 || v.Derived || v.Proofs[0].Nonce != "n<&>\u2028" {
				t.Errorf("%s, %s: %+v", w.name, what, v)
			}
			again := signBy(t, product(), signed, w, nil)
			if v = accepts(t, product(), what, again, integrity.VerifyOptions{}); !bytes.Equal(v.Unsecured, doc) || len(v.Proofs) != 2 {
				t.Errorf("%s, %s: with a second proof the document is\n%s", w.name, what, v.Unsecured)
			}
			if !strings.Contains(string(again), strings.TrimSpace(string(proofText(t, signed)))) {
				t.Errorf("%s, %s: the first proof was changed", w.name, what)
			}
		}
	}
}

func proofText(t testing.TB, signed []byte) []byte {
	t.Helper()
	_, proofs, err := product().Unsecure(signed)
	if err != nil {
		t.Fatal(err)
	}
	return proofs[0]
}

// TestMembersInAndOut takes members out of objects and puts them in, and
// compares with what encoding/json makes of it.
func TestMembersInAndOut(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		space := rapid.StringMatching(`[ \t\r\n]{0,2}`)
		value := rapid.SampledFrom([]string{`1`, `-1.5e+3`, `"a"`, `"\"}],{[\\"`, `{}`, `[]`, `{"a":[1,{"b":"}"}]}`, `[ [ ] , {} ]`, `null`, `true`, "\"\u20ac\""})
		n := rapid.IntRange(0, 6).Draw(t, "members")
		var text strings.Builder
		text.WriteString(space.Draw(t, "s") + "{" + space.Draw(t, "s"))
		want := map[string]json.RawMessage{}
		var places []int
		for i := range n {
			if i > 0 {
				text.WriteString("," + space.Draw(t, "s"))
			}
			v := value.Draw(t, "v")
			name := fmt.Sprintf(`m\"%d`, i)
			text.WriteString(`"` + name + `"` + space.Draw(t, "s") + ":" + space.Draw(t, "s") + v + space.Draw(t, "s"))
			if rapid.Bool().Draw(t, "drop") {
				places = append(places, i)
				continue
			}
			want[fmt.Sprintf(`m"%d`, i)] = json.RawMessage(v)
		}
		text.WriteString("}" + space.Draw(t, "s"))
		got := integrity.With(integrity.Without([]byte(text.String()), places...), []byte(`"new":7`))
		want["new"] = json.RawMessage(`7`)
		var have map[string]json.RawMessage
		if err := json.Unmarshal(got, &have); err != nil {
			t.Fatalf("%s without %v: %s: %v", text.String(), places, got, err)
		}
		if fmt.Sprint(have) != fmt.Sprint(want) {
			t.Fatalf("%s without %v: %s", text.String(), places, got)
		}
	})
}

func TestSuiteFor(t *testing.T) {
	t.Parallel()
	for _, w := range ways(t) {
		suite, err := integrity.SuiteFor(w.maker.key.Public())
		if err != nil || strings.Contains(w.name, "rdfc") && suite != w.suite {
			t.Errorf("%s: %s, %v", w.name, suite, err)
		}
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for _, pub := range []crypto.PublicKey{nil, rsaKey.Public(), newECDSAKey(t, elliptic.P521()).Public()} {
		_, err := integrity.SuiteFor(pub)
		refusal(t, fmt.Sprintf("%T", pub), err, proof.Key)
	}
}

func newECDSAKey(t testing.TB, curve elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestExpectations(t *testing.T) {
	t.Parallel()
	w := ways(t)[0]
	doc := badgeOf(w.maker.did)
	for what, c := range map[string]struct {
		change func(*integrity.ProofOptions)
		o      integrity.VerifyOptions
		code   proof.Code // empty where it holds
	}{
		"not expired":             {func(o *integrity.ProofOptions) { o.Expires = noon }, integrity.VerifyOptions{}, ""},
		"expired":                 {func(o *integrity.ProofOptions) { o.Expires = noon.Add(-time.Second) }, integrity.VerifyOptions{}, proof.Validity},
		"expired now, not then":   {func(o *integrity.ProofOptions) { o.Expires = noon.Add(-time.Minute) }, integrity.VerifyOptions{At: noon.Add(-2 * time.Minute)}, ""},
		"expired then":            {func(o *integrity.ProofOptions) { o.Expires = noon.Add(time.Minute) }, integrity.VerifyOptions{At: noon.Add(2 * time.Minute)}, proof.Validity},
		"purpose":                 {func(o *integrity.ProofOptions) { o.Purpose = integrity.Authentication }, integrity.VerifyOptions{Purpose: integrity.Authentication}, ""},
		"other purpose":           {func(o *integrity.ProofOptions) { o.Purpose = integrity.Authentication }, integrity.VerifyOptions{}, proof.Proof},
		"challenge":               {func(o *integrity.ProofOptions) { o.Challenge = "c" }, integrity.VerifyOptions{Challenge: "c"}, ""},
		"challenge not asked for": {func(o *integrity.ProofOptions) { o.Challenge = "c" }, integrity.VerifyOptions{}, ""},
		"other challenge":         {func(o *integrity.ProofOptions) { o.Challenge = "c" }, integrity.VerifyOptions{Challenge: "C"}, proof.Proof},
		"no challenge":            {nil, integrity.VerifyOptions{Challenge: "c"}, proof.Proof},
		"domain":                  {func(o *integrity.ProofOptions) { o.Domain = []string{"a.example"} }, integrity.VerifyOptions{Domain: "a.example"}, ""},
		"other domain":            {func(o *integrity.ProofOptions) { o.Domain = []string{"a.example"} }, integrity.VerifyOptions{Domain: "b.example"}, proof.Proof},
		"two domains":             {func(o *integrity.ProofOptions) { o.Domain = []string{"a.example", "b.example"} }, integrity.VerifyOptions{Domain: "b.example"}, proof.Proof},
		"domains not asked for":   {func(o *integrity.ProofOptions) { o.Domain = []string{"a.example", "b.example"} }, integrity.VerifyOptions{}, ""},
		"no domain":               {nil, integrity.VerifyOptions{Domain: "b.example"}, proof.Proof},
		"owner":                   {nil, integrity.VerifyOptions{Owner: w.maker.did}, ""},
		"other owner":             {nil, integrity.VerifyOptions{Owner: "did:web:a.example"}, proof.Key},
		"other owner, reported":   {nil, integrity.VerifyOptions{Owner: "did:web:a.example", Binding: integrity.Report}, ""},
	} {
		signed := signBy(t, product(), doc, w, c.change)
		if c.code == "" {
			v := accepts(t, product(), what, signed, c.o)
			if want := c.o.Binding == integrity.Report; len(v.Warnings) > 0 != want {
				t.Errorf("%s: warnings %v", what, v.Warnings)
			}
			continue
		}
		refuses(t, product(), what, signed, c.o, c.code)
	}
}

func TestPresentation(t *testing.T) {
	t.Parallel()
	const presentation = `{"@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["VerifiablePresentation"], "holder": "HOLDER"}`
	for _, w := range ways(t) {
		options := integrity.VerifyOptions{Purpose: integrity.Authentication, Challenge: "c", Domain: "d"}
		present := func(doc string) []byte {
			return signBy(t, product(), []byte(doc), w, func(o *integrity.ProofOptions) {
				o.Purpose, o.Challenge, o.Domain = integrity.Authentication, "c", []string{"d"}
			})
		}
		accepts(t, product(), "by its holder", present(strings.Replace(presentation, "HOLDER", w.maker.did, 1)), options)
		accepts(t, product(), "by its holder, an object", present(strings.Replace(presentation, `"HOLDER"`, `{"id":"`+w.maker.did+`"}`, 1)), options)
		accepts(t, product(), "without holder", present(strings.Replace(presentation, `, "holder": "HOLDER"`, "", 1)), options)
		refuses(t, product(), "by another", present(strings.Replace(presentation, "HOLDER", newEd25519(t).did, 1)), options, proof.Key)
		refuses(t, product(), "without holder, of another", present(strings.Replace(presentation, `, "holder": "HOLDER"`, "", 1)),
			integrity.VerifyOptions{Purpose: integrity.Authentication, Owner: newEd25519(t).did}, proof.Key)
		// Whoever names an issuer is judged as issuer, whatever type he claims.
		both := edit(t, badgeOf(newEd25519(t).did), func(m map[string]any) {
			m["type"] = append(m["type"].([]any), "VerifiablePresentation")
			m["holder"] = w.maker.did
		})
		prepared, err := product().Prepare(t.Context(), both, integrity.ProofOptions{Cryptosuite: w.suite, VerificationMethod: w.maker.method})
		if err != nil {
			refusal(t, "credential and presentation", err, proof.Context)
			continue
		}
		signed, err := product().Sign(t.Context(), prepared, w.maker.key)
		if err != nil {
			t.Fatal(err)
		}
		refuses(t, product(), "credential and presentation", signed, integrity.VerifyOptions{}, proof.Key)
	}
}

// TestProofContext holds the rule for a @context inside a proof.
func TestProofContext(t *testing.T) {
	t.Parallel()
	for _, w := range ways(t) {
		signed := signBy(t, product(), badgeOf(w.maker.did), w, nil)
		jcs := strings.Contains(w.name, "-jcs-")
		list := object(t, signed)["@context"]
		if _, has := object(t, signed)["proof"].(map[string]any)["@context"]; has != jcs {
			t.Errorf("%s: has @context in its proof: %v", w.name, has)
		}
		same := editProof(t, signed, func(p map[string]any) { p["@context"] = list })
		if jcs {
			accepts(t, product(), w.name+" with that of the document", same, integrity.VerifyOptions{})
		} else { // no signature covers it
			refuses(t, product(), w.name+" with that of the document", same, integrity.VerifyOptions{}, proof.Proof)
		}
		for what, other := range map[string]any{
			"part": list.([]any)[:1], "text": list.([]any)[0], "null": nil, "turned": []any{list.([]any)[1], list.([]any)[0]}, "empty": []any{},
			"object": map[string]any{"@vocab": "https://a.example/"},
		} {
			code := proof.Proof
			if jcs && (what == "part" || what == "text") { // under which the rest has no meaning
				code = proof.Context
			}
			refuses(t, product(), w.name+" "+what, editProof(t, signed, func(p map[string]any) { p["@context"] = other }), integrity.VerifyOptions{}, code)
		}
		if jcs {
			refuses(t, product(), w.name+" without", editProof(t, signed, func(p map[string]any) { delete(p, "@context") }), integrity.VerifyOptions{}, proof.Signature)
		}
	}
}

func TestPrepareRefuses(t *testing.T) {
	t.Parallel()
	for _, w := range ways(t) {
		good := badgeOf(w.maker.did)
		signed := signBy(t, product(), good, w, func(o *integrity.ProofOptions) { o.ID = first })
		pending, err := product().Prepare(t.Context(), good, integrity.ProofOptions{Cryptosuite: w.suite, VerificationMethod: w.maker.method})
		if err != nil {
			t.Fatal(err)
		}
		set := func(change func(*integrity.ProofOptions)) integrity.ProofOptions {
			o := integrity.ProofOptions{Cryptosuite: w.suite, VerificationMethod: w.maker.method}
			change(&o)
			return o
		}
		for what, c := range map[string]struct {
			doc  []byte
			o    integrity.ProofOptions
			code proof.Code
		}{
			"unknown suite":       {good, set(func(o *integrity.ProofOptions) { o.Cryptosuite = "x" }), proof.Proof},
			"no suite":            {good, set(func(o *integrity.ProofOptions) { o.Cryptosuite = "" }), proof.Proof},
			"no method":           {good, set(func(o *integrity.ProofOptions) { o.VerificationMethod = "" }), proof.Key},
			"no DID URL":          {good, set(func(o *integrity.ProofOptions) { o.VerificationMethod = "https://a.example/#k" }), proof.Key},
			"relative id":         {good, set(func(o *integrity.ProofOptions) { o.ID = "x" }), proof.Proof},
			"never valid":         {good, set(func(o *integrity.ProofOptions) { o.Created, o.Expires = noon, noon }), proof.Validity},
			"same domain twice":   {good, set(func(o *integrity.ProofOptions) { o.Domain = []string{"a", "a"} }), proof.Proof},
			"unknown predecessor": {good, set(func(o *integrity.ProofOptions) { o.PreviousProof = []string{first} }), proof.Proof},
			"own predecessor":     {good, set(func(o *integrity.ProofOptions) { o.ID, o.PreviousProof = second, []string{second} }), proof.Proof},
			"taken id":            {signed, set(func(o *integrity.ProofOptions) { o.ID = first }), proof.Proof},
			"prepared before":     {pending, set(func(*integrity.ProofOptions) {}), proof.Proof},
			"proof null":          {edit(t, good, func(m map[string]any) { m["proof"] = nil }), set(func(*integrity.ProofOptions) {}), proof.Proof},
			"no JSON":             {good[1:], set(func(*integrity.ProofOptions) {}), proof.Malformed},
			"a list":              {[]byte("[]"), set(func(*integrity.ProofOptions) {}), proof.Malformed},
			"twice":               {bytes.Replace(good, []byte(`"name"`), []byte(`"name":"x","name"`), 1), set(func(*integrity.ProofOptions) {}), proof.Malformed},
			"deep":                {[]byte(strings.Repeat(`{"a":`, 100) + "1" + strings.Repeat("}", 100)), set(func(*integrity.ProofOptions) {}), proof.Resources},
			"unknown context":     {edit(t, good, func(m map[string]any) { m["@context"] = "https://a.example" }), set(func(*integrity.ProofOptions) {}), proof.Context},
			"no context":          {edit(t, good, func(m map[string]any) { delete(m, "@context") }), set(func(*integrity.ProofOptions) {}), proof.Context},
		} {
			_, err := product().Prepare(t.Context(), c.doc, c.o)
			refusal(t, w.name+" "+what, err, c.code)
		}
		if strings.Contains(w.name, "rdfc") {
			for what, change := range map[string]func(m map[string]any){
				"undefined term": func(m map[string]any) { m["finalGrade"] = "A" },
				"undefined type": func(m map[string]any) { m["type"] = append(m["type"].([]any), "Unheard") },
				"null":           func(m map[string]any) { m["name"] = nil },
				"relative id":    func(m map[string]any) { path(m, "credentialSubject")["id"] = "me" },
			} {
				_, err := product().Prepare(t.Context(), edit(t, good, change), set(func(*integrity.ProofOptions) {}))
				refusal(t, w.name+" "+what, err, proof.Context)
			}
		}
	}
}

// A liar is a device that signs with another key than it shows, or not at all.
type liar struct {
	crypto.Signer
	sign func(rand io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error)
}

func (l liar) Sign(rand io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return l.sign(rand, digest, opts)
}

func TestSignRefuses(t *testing.T) {
	t.Parallel()
	broken := errors.New("no such device")
	for _, w := range ways(t) {
		good := badgeOf(w.maker.did)
		pending, err := product().Prepare(t.Context(), good, integrity.ProofOptions{Cryptosuite: w.suite, VerificationMethod: w.maker.method})
		if err != nil {
			t.Fatal(err)
		}
		signed := signBy(t, product(), good, w, nil)
		for what, doc := range map[string][]byte{"signed before": signed, "not prepared": good} {
			_, err := product().Sign(t.Context(), doc, w.maker.key)
			refusal(t, w.name+" "+what, err, proof.Proof)
		}
		_, err = product().Sign(t.Context(), pending, newEd25519(t).key)
		refusal(t, w.name+" another key", err, proof.Key)
		_, err = product().Sign(t.Context(), bytes.Replace(pending, []byte(`"name"`), []byte(`"finalGrade"`), 1), w.maker.key)
		if strings.Contains(w.name, "rdfc") {
			refusal(t, w.name+" changed since", err, proof.Context)
		}
		other := crypto.Signer(newECDSAKey(t, elliptic.P256()))
		if _, ok := w.maker.key.(ed25519.PrivateKey); ok {
			other = newEd25519(t).key
		}
		for what, sign := range map[string]func(io.Reader, []byte, crypto.SignerOpts) ([]byte, error){
			"fails":         func(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) { return nil, broken },
			"gives nothing": func(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) { return nil, nil },
			"gives rubbish": func(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) { return []byte("rubbish"), nil },
			"gives zeros":   func(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) { return make([]byte, 64), nil },
			"gives an endless": func(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
				return []byte{0x30, 6, 2, 1, 0, 2, 1, 0}, nil
			},
			"has another key": func(r io.Reader, d []byte, o crypto.SignerOpts) ([]byte, error) { return other.Sign(r, d, o) },
			"signs other bytes": func(r io.Reader, d []byte, o crypto.SignerOpts) ([]byte, error) {
				d = bytes.Clone(d)
				d[0] ^= 1
				return w.maker.key.Sign(r, d, o)
			},
		} {
			if out, err := product().Sign(t.Context(), pending, liar{w.maker.key, sign}); err == nil {
				t.Errorf("%s: a device that %s was believed: %s", w.name, what, out)
			}
		}
	}
}

// A document in a resolver, for other methods than did:key.
type oneDocument keys.DIDDocument

func (d oneDocument) Resolve(_ context.Context, did string) (keys.DIDDocument, error) {
	if did != d.ID {
		return keys.DIDDocument{}, fmt.Errorf("looking for %s: %w", did, integrity.ErrUnresolved)
	}
	return keys.DIDDocument(d), nil
}

func TestResolvedKeys(t *testing.T) {
	t.Parallel()
	const did = "did:web:body.example"
	for _, w := range ways(t) {
		pub := w.maker.key.Public()
		with := func(change func(*keys.DIDDocument)) *integrity.Engine {
			doc := keys.DIDDocument{
				ID: did, Methods: []keys.VerificationMethod{{ID: did + "#1", Controller: did, Key: pub}},
				AssertionMethod: []string{did + "#1"},
			}
			if change != nil {
				change(&doc)
			}
			return integrity.New(integrity.Config{Canon: canon.New(canon.Config{Contexts: canon.Pinned()}), Resolver: oneDocument(doc), Now: func() time.Time { return noon }})
		}
		signed := signBy(t, with(nil), badgeOf(did), way{w.name, w.suite, maker{w.maker.key, did, did + "#1"}}, nil)
		accepts(t, with(nil), "did:web", signed, integrity.VerifyOptions{})

		// A key that was replaced since is good for what it signed before. What
		// does not say when it was signed was signed now.
		replaced := with(func(d *keys.DIDDocument) { d.Methods[0].Expires = noon.Add(-time.Minute) })
		accepts(t, replaced, "replaced since", signed, integrity.VerifyOptions{})
		undated := signBy(t, with(nil), badgeOf(did), way{w.name, w.suite, maker{w.maker.key, did, did + "#1"}}, func(o *integrity.ProofOptions) { o.Created = time.Time{} })
		accepts(t, with(func(d *keys.DIDDocument) { d.Methods[0].Expires = noon.Add(time.Minute) }), "undated, in use", undated, integrity.VerifyOptions{})
		refuses(t, replaced, w.name+" undated, replaced", undated, integrity.VerifyOptions{}, proof.Key)
		for what, change := range map[string]func(*keys.DIDDocument){
			"not listed":         func(d *keys.DIDDocument) { d.AssertionMethod = nil },
			"listed elsewhere":   func(d *keys.DIDDocument) { d.AssertionMethod, d.Authentication = nil, d.AssertionMethod },
			"other controller":   func(d *keys.DIDDocument) { d.Methods[0].Controller = "did:web:other.example" },
			"other method":       func(d *keys.DIDDocument) { d.Methods[0].ID = did + "#2" },
			"other kind of key":  func(d *keys.DIDDocument) { d.Methods[0].Key = &rsa.PublicKey{} },
			"no key":             func(d *keys.DIDDocument) { d.Methods[0].Key = nil },
			"document of others": func(d *keys.DIDDocument) { d.ID = "did:web:other.example" },
			"revoked":            func(d *keys.DIDDocument) { d.Methods[0].Revoked = noon.AddDate(1, 0, 0) },
			"expired before":     func(d *keys.DIDDocument) { d.Methods[0].Expires = noon.Add(-2 * time.Hour) },
			"expired just then":  func(d *keys.DIDDocument) { d.Methods[0].Expires = noon.Add(-time.Hour) },
		} {
			refuses(t, with(change), w.name+" "+what, signed, integrity.VerifyOptions{}, proof.Key)
		}
		refuses(t, with(func(d *keys.DIDDocument) { d.Methods[0].Key = newKeyLike(t, pub) }), w.name+" another key", signed, integrity.VerifyOptions{}, proof.Signature)
		_, err := product().Verify(t.Context(), signed, integrity.VerifyOptions{})
		refusal(t, w.name+" unresolved", err, proof.Key)
		if !errors.Is(err, integrity.ErrUnresolved) {
			t.Errorf("%s: %v is not told apart from a bad key", w.name, err)
		}
	}
}

func newKeyLike(t testing.TB, pub crypto.PublicKey) crypto.PublicKey {
	t.Helper()
	if k, ok := pub.(*ecdsa.PublicKey); ok {
		return newECDSAKey(t, k.Curve).Public()
	}
	return newEd25519(t).key.Public()
}

// TestWorkStops holds that a caller who no longer waits gets an answer that is
// no verdict.
func TestWorkStops(t *testing.T) {
	t.Parallel()
	w := ways(t)[0]
	signed := signBy(t, product(), badgeOf(w.maker.did), w, nil)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if v, err := product().Verify(gone, signed, integrity.VerifyOptions{}); err == nil {
		t.Errorf("verified after the caller was gone: %v", v)
	}
}

func FuzzVerify(f *testing.F) {
	for _, w := range ways(f) {
		f.Add(signBy(f, product(), badgeOf(w.maker.did), w, nil))
		f.Add(chain(f, w))
	}
	f.Add([]byte(`{"proof":[{}]}`))
	f.Add([]byte(`{"@context":"https://www.w3.org/ns/credentials/v2","type":"VerifiablePresentation","proof":{"type":"DataIntegrityProof"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		start := time.Now()
		v, err := product().Verify(t.Context(), data, integrity.VerifyOptions{})
		if spent := time.Since(start); spent > testkit.AnswerTime() {
			t.Errorf("the answer took %s", spent)
		}
		if err != nil {
			if _, ok := errors.AsType[*proof.Error](err); !ok {
				t.Errorf("%v is no refusal", err)
			}
			return
		}
		if len(v.Proofs) == 0 || !json.Valid(v.Unsecured) {
			t.Errorf("verified without proofs: %+v", v)
		}
	})
}
