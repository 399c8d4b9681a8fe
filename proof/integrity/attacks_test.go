package integrity_test

import (
	"bytes"
	"crypto/ecdsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/integrity"
)

// eachWay runs a test over a signed badge of every suite and kind of key.
func eachWay(t *testing.T, test func(t *testing.T, w way, signed []byte)) {
	t.Helper()
	for _, w := range ways(t) {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			signed := signBy(t, product(), badgeOf(w.maker.did), w, nil)
			accepts(t, product(), "untouched", signed, integrity.VerifyOptions{})
			test(t, w, signed)
			accepts(t, product(), "untouched afterwards", signed, integrity.VerifyOptions{})
		})
	}
}

func valueIn(t testing.TB, signed []byte) (text string, sig []byte) {
	t.Helper()
	text, _ = object(t, signed)["proof"].(map[string]any)["proofValue"].(string)
	sig, err := keys.DecodeMultibase(text, 500)
	if err != nil {
		t.Fatal(err)
	}
	return text, sig
}

func replaceValue(t testing.TB, signed []byte, value any) []byte {
	t.Helper()
	old, _ := valueIn(t, signed)
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Replace(signed, []byte(`"`+old+`"`), text, 1)
}

func TestTV01SignatureBits(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, _ way, signed []byte) {
		_, sig := valueIn(t, signed)
		for i := range sig {
			bad := bytes.Clone(sig)
			bad[i] ^= 1 << (i % 8)
			refuses(t, product(), fmt.Sprintf("byte %d", i), replaceValue(t, signed, keys.EncodeMultibase(bad)), integrity.VerifyOptions{}, proof.Signature)
		}
	})
}

func TestTV02SignatureShape(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, w way, signed []byte) {
		text, sig := valueIn(t, signed)
		half := len(sig) / 2
		cases := map[string]string{
			"empty": "", "the prefix alone": "z", "one byte less": keys.EncodeMultibase(sig[1:]), "one byte cut": keys.EncodeMultibase(sig[:len(sig)-1]),
			"half": keys.EncodeMultibase(sig[:half]), "a byte more": keys.EncodeMultibase(append(bytes.Clone(sig), 0)),
			"a zero before": keys.EncodeMultibase(append([]byte{0}, sig...)), "twice": keys.EncodeMultibase(append(bytes.Clone(sig), sig...)),
			"all zero": keys.EncodeMultibase(make([]byte, len(sig))), "all set": keys.EncodeMultibase(bytes.Repeat([]byte{0xff}, len(sig))),
			"no prefix": text[1:], "another prefix": "u" + text[1:], "base64url": "u" + base64.RawURLEncoding.EncodeToString(sig),
			"hexadecimal": "f" + fmt.Sprintf("%x", sig), "a space": text + " ", "a line break": text + "\n", "a zero digit": text[:20] + "0" + text[21:],
			"a NUL": text + "\x00", "very long": "z" + strings.Repeat("2", 100_000), "halves turned": keys.EncodeMultibase(append(bytes.Clone(sig[half:]), sig[:half]...)),
			"first half zero": keys.EncodeMultibase(append(make([]byte, half), sig[half:]...)), "second half zero": keys.EncodeMultibase(append(bytes.Clone(sig[:half]), make([]byte, half)...)),
		}
		if k, ok := w.maker.key.Public().(*ecdsa.PublicKey); ok {
			n := k.Params().N
			over := func(b []byte) []byte {
				return new(big.Int).Add(new(big.Int).SetBytes(b), n).FillBytes(make([]byte, half+1))
			}
			r, s := over(sig[:half]), over(sig[half:])
			cases["r beyond the order"] = keys.EncodeMultibase(append(bytes.Clone(r), sig[half:]...))
			cases["s beyond the order"] = keys.EncodeMultibase(append(bytes.Clone(sig[:half]), s...))
			cases["r is the order"] = keys.EncodeMultibase(append(n.FillBytes(make([]byte, half)), sig[half:]...))
			cases["s is the order"] = keys.EncodeMultibase(append(bytes.Clone(sig[:half]), n.FillBytes(make([]byte, half))...))
		}
		for what, value := range cases {
			refuses(t, product(), what, replaceValue(t, signed, value), integrity.VerifyOptions{}, proof.Signature)
		}
		for what, value := range map[string]any{"null": nil, "a number": 7, "a list": []string{text}, "an object": map[string]string{"@value": text}} {
			refuses(t, product(), what, replaceValue(t, signed, value), integrity.VerifyOptions{}, proof.Proof)
		}
		refuses(t, product(), "none", editProof(t, signed, func(p map[string]any) { delete(p, "proofValue") }), integrity.VerifyOptions{}, proof.Proof)
	})
}

// TestECDSATwin holds what the package comment says: the other spelling of an
// ECDSA signature verifies, and nothing else about the document can differ.
func TestECDSATwin(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, w way, signed []byte) {
		k, ok := w.maker.key.Public().(*ecdsa.PublicKey)
		if !ok {
			return
		}
		_, sig := valueIn(t, signed)
		half := len(sig) / 2
		s := new(big.Int).Sub(k.Params().N, new(big.Int).SetBytes(sig[half:]))
		twin := append(bytes.Clone(sig[:half]), s.FillBytes(make([]byte, half))...)
		accepts(t, product(), "the twin", replaceValue(t, signed, keys.EncodeMultibase(twin)), integrity.VerifyOptions{})
	})
}

func TestTV03ClaimsChanged(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, _ way, signed []byte) {
		other := newEd25519(t).did
		for what, c := range map[string]struct {
			change func(m map[string]any)
			code   proof.Code
		}{
			"name":   {func(m map[string]any) { m["name"] = "Sound" }, proof.Signature},
			"grade":  {func(m map[string]any) { path(m, "credentialSubject", "result", "1")["value"] = "failed" }, proof.Signature},
			"title":  {func(m map[string]any) { path(m, "credentialSubject", "achievement")["name"] = "Unit Sound" }, proof.Signature},
			"from":   {func(m map[string]any) { m["validFrom"] = "2020-01-01T00:00:00Z" }, proof.Signature},
			"until":  {func(m map[string]any) { m["validUntil"] = "2099-01-01T00:00:00Z" }, proof.Signature},
			"no end": {func(m map[string]any) { delete(m, "validUntil") }, proof.Signature},
			"id":     {func(m map[string]any) { m["id"] = "urn:uuid:11111111-1111-4111-8111-111111111111" }, proof.Signature},
			"type": {func(m map[string]any) {
				path(m, "credentialSubject", "achievement")["type"] = []any{"Achievement", "Profile"}
			}, proof.Signature},
			"issuer's": {func(m map[string]any) { path(m, "issuer")["name"] = "Ministry of Education" }, proof.Signature},
			"issuer":   {func(m map[string]any) { path(m, "issuer")["id"] = other }, proof.Key},
			"status": {func(m map[string]any) {
				m["credentialStatus"] = map[string]any{"id": "https://a.example/1#2", "type": "BitstringStatusListEntry", "statusPurpose": "revocation", "statusListIndex": "2", "statusListCredential": "https://a.example/1"}
			}, proof.Signature},
			"created": {func(m map[string]any) { path(m, "proof")["created"] = "2020-01-01T00:00:00Z" }, proof.Signature},
			"end":     {func(m map[string]any) { path(m, "proof")["expires"] = "2099-01-01T00:00:00Z" }, proof.Signature},
			"nonce":   {func(m map[string]any) { path(m, "proof")["nonce"] = "n" }, proof.Signature},
		} {
			refuses(t, product(), what, edit(t, signed, c.change), integrity.VerifyOptions{}, c.code)
		}
	})
}

// path walks into a parsed document.
func path(m map[string]any, steps ...string) map[string]any {
	var v any = m
	for _, s := range steps {
		switch x := v.(type) {
		case map[string]any:
			v = x[s]
		case []any:
			v = x[s[0]-'0']
		}
	}
	return v.(map[string]any)
}

func TestTV04UndefinedTerms(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, w way, signed []byte) {
		const text = "Nobel laureate"
		for what, change := range map[string]func(m map[string]any){
			"root":    func(m map[string]any) { m["finalGrade"] = text },
			"subject": func(m map[string]any) { path(m, "credentialSubject")["finalGrade"] = text },
			"deep":    func(m map[string]any) { path(m, "credentialSubject", "achievement", "criteria")["finalGrade"] = text },
		} {
			code := proof.Context
			if strings.Contains(w.name, "-jcs-") {
				code = proof.Signature // JSON is signed as it is
			}
			changed := edit(t, signed, change)
			refuses(t, product(), what, changed, integrity.VerifyOptions{}, code)
			_, err := product().Verify(t.Context(), changed, integrity.VerifyOptions{})
			if strings.Contains(fmt.Sprint(err), text) {
				t.Errorf("%s: the answer repeats the text: %v", what, err)
			}
		}
		refuses(t, product(), "proof", editProof(t, signed, func(p map[string]any) { p["finalGrade"] = text }), integrity.VerifyOptions{}, proof.Proof)
	})
}

func TestTV05Contexts(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, _ way, signed []byte) {
		for what, change := range map[string]func(m map[string]any, list []any){
			"inline": func(m map[string]any, list []any) {
				m["@context"] = append(list, map[string]any{"finalGrade": "https://a.example/g"})
			},
			"remote":    func(m map[string]any, list []any) { m["@context"] = append(list, "https://a.example/context") },
			"reversed":  func(m map[string]any, list []any) { m["@context"] = []any{list[1], list[0]} },
			"missing":   func(m map[string]any, list []any) { m["@context"] = list[:1] },
			"doubled":   func(m map[string]any, list []any) { m["@context"] = append(list, list[1]) },
			"none":      func(m map[string]any, _ []any) { delete(m, "@context") },
			"null":      func(m map[string]any, _ []any) { m["@context"] = nil },
			"nested":    func(m map[string]any, list []any) { path(m, "credentialSubject")["@context"] = list },
			"lookalike": func(m map[string]any, list []any) { m["@context"] = []any{list[0].(string) + "/", list[1]} },
		} {
			// The badge vanishes from under its own context too: what is left is refused by its types or terms.
			refuses(t, product(), what, edit(t, signed, func(m map[string]any) { change(m, m["@context"].([]any)) }), integrity.VerifyOptions{},
				proof.Context, proof.Proof)
		}
	})
}

func TestTV07ProofRemoved(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, w way, signed []byte) {
		for what, change := range map[string]func(m map[string]any){
			"removed": func(m map[string]any) { delete(m, "proof") },
			"null":    func(m map[string]any) { m["proof"] = nil },
			"object":  func(m map[string]any) { m["proof"] = map[string]any{} },
			"list":    func(m map[string]any) { m["proof"] = []any{} },
			"text":    func(m map[string]any) { m["proof"] = "proof" },
			"list of null": func(m map[string]any) {
				m["proof"] = []any{nil}
			},
			"list of lists": func(m map[string]any) { m["proof"] = []any{[]any{m["proof"]}} },
			"renamed":       func(m map[string]any) { m["Proof"] = m["proof"]; delete(m, "proof") },
		} {
			refuses(t, product(), what, edit(t, signed, change), integrity.VerifyOptions{}, proof.Proof)
		}
		for what, change := range map[string]func(p map[string]any){
			"unknown type":         func(p map[string]any) { p["type"] = "JsonWebSignature2020" },
			"older type":           func(p map[string]any) { p["type"] = "Ed25519Signature2020" },
			"list of types":        func(p map[string]any) { p["type"] = []any{"DataIntegrityProof"} },
			"no type":              func(p map[string]any) { delete(p, "type") },
			"type null":            func(p map[string]any) { p["type"] = nil },
			"unknown suite":        func(p map[string]any) { p["cryptosuite"] = "eddsa-2022" },
			"suite none":           func(p map[string]any) { p["cryptosuite"] = "none" },
			"suite in capitals":    func(p map[string]any) { p["cryptosuite"] = strings.ToUpper(string(w.suite)) },
			"no suite":             func(p map[string]any) { delete(p, "cryptosuite") },
			"suite null":           func(p map[string]any) { p["cryptosuite"] = nil },
			"other purpose":        func(p map[string]any) { p["proofPurpose"] = "authentication" },
			"unknown purpose":      func(p map[string]any) { p["proofPurpose"] = "world domination" },
			"purpose as IRI":       func(p map[string]any) { p["proofPurpose"] = "https://w3id.org/security#assertionMethod" },
			"no purpose":           func(p map[string]any) { delete(p, "proofPurpose") },
			"no method":            func(p map[string]any) { delete(p, "verificationMethod") },
			"method null":          func(p map[string]any) { p["verificationMethod"] = nil },
			"created without zone": func(p map[string]any) { p["created"] = "2026-01-01T00:00:00" },
			"created a date":       func(p map[string]any) { p["created"] = "2026-01-01" },
			"created a number":     func(p map[string]any) { p["created"] = 7 },
			"created null":         func(p map[string]any) { p["created"] = nil },
			"created impossible":   func(p map[string]any) { p["created"] = "2026-02-30T00:00:00Z" },
			"created with comma":   func(p map[string]any) { p["created"] = "2026-01-01T00:00:00,5Z" },
			"expires broken":       func(p map[string]any) { p["expires"] = "soon" },
			"domain empty":         func(p map[string]any) { p["domain"] = []any{} },
			"domain a number":      func(p map[string]any) { p["domain"] = 7 },
			"domain twice":         func(p map[string]any) { p["domain"] = []any{"a", "a"} },
			"challenge empty":      func(p map[string]any) { p["challenge"] = "" },
			"challenge a list":     func(p map[string]any) { p["challenge"] = []any{"c"} },
			"id relative":          func(p map[string]any) { p["id"] = "proof-1" },
			"predecessor":          func(p map[string]any) { p["previousProof"] = "urn:uuid:none" },
			"signature of old":     func(p map[string]any) { p["jws"] = "a..b" },
		} {
			refuses(t, product(), what, editProof(t, signed, change), integrity.VerifyOptions{}, proof.Proof)
		}
		// Another suite of ours: its kind of key may or may not fit.
		for _, suite := range []integrity.Cryptosuite{integrity.EdDSARDFC2022, integrity.EdDSAJCS2022, integrity.ECDSARDFC2019, integrity.ECDSAJCS2019, integrity.ECDSASD2023} {
			if suite != w.suite {
				refuses(t, product(), string(suite), editProof(t, signed, func(p map[string]any) { p["cryptosuite"] = suite }), integrity.VerifyOptions{},
					proof.Key, proof.Signature, proof.Proof)
			}
		}
	})
}

func TestTV09OneOfTwoProofsIsBad(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, w way, signed []byte) {
		both := signBy(t, product(), signed, w, func(o *integrity.ProofOptions) { o.Created = noon })
		if v := accepts(t, product(), "two good proofs", both, integrity.VerifyOptions{}); len(v.Proofs) != 2 {
			t.Fatalf("%d proofs hold", len(v.Proofs))
		}
		for i := range 2 {
			for what, change := range map[string]func(p map[string]any){
				"signature": func(p map[string]any) {
					sig, err := keys.DecodeMultibase(p["proofValue"].(string), 500)
					if err != nil {
						t.Fatal(err)
					}
					sig[7] ^= 1
					p["proofValue"] = keys.EncodeMultibase(sig)
				},
				"value empty":  func(p map[string]any) { p["proofValue"] = "" },
				"created":      func(p map[string]any) { p["created"] = "2020-01-01T00:00:00Z" },
				"foreign key":  func(p map[string]any) { p["verificationMethod"] = newEd25519(t).method },
				"other suite":  func(p map[string]any) { p["cryptosuite"] = "unknown" },
				"no type":      func(p map[string]any) { delete(p, "type") },
				"no signature": func(p map[string]any) { delete(p, "proofValue") },
			} {
				bad := edit(t, both, func(m map[string]any) { change(m["proof"].([]any)[i].(map[string]any)) })
				refuses(t, product(), fmt.Sprintf("proof %d, %s", i, what), bad, integrity.VerifyOptions{}, proof.Proof)
			}
		}
		for _, bad := range []any{map[string]any{}, nil, "x"} {
			refuses(t, product(), fmt.Sprintf("with %v", bad), edit(t, both, func(m map[string]any) { m["proof"].([]any)[1] = bad }), integrity.VerifyOptions{}, proof.Proof)
		}
		// What is changed for both of them is the document.
		refuses(t, product(), "the document", edit(t, both, func(m map[string]any) { m["name"] = "Sound" }), integrity.VerifyOptions{}, proof.Signature)
		// A stranger adds a good proof of his own.
		stranger := signBy(t, product(), signed, way{"", integrity.EdDSARDFC2022, newEd25519(t)}, nil)
		refuses(t, product(), "a stranger's proof", stranger, integrity.VerifyOptions{}, proof.Proof)
	})
}

func TestTV19DoubledMembers(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, _ way, signed []byte) {
		for _, old := range []string{`"proof":`, `"credentialSubject":`, `"issuer":`, `"name":`, `"cryptosuite":`, `"proofValue":`, `"value":`} {
			name := strings.Trim(old, `":`)
			for what, insert := range map[string]string{
				"first": `"` + name + `":"x",` + old, "null": `"` + name + `":null,` + old,
				"escaped": fmt.Sprintf(`"\u%04x%s":"x",%s`, name[0], name[1:], old),
			} {
				doubled := strings.Replace(string(signed), old, insert, 1)
				refuses(t, product(), name+" "+what, []byte(doubled), integrity.VerifyOptions{}, proof.Malformed)
			}
		}
	})
}

// TestAnyChangeIsRefused changes every value of a signed badge and its proof in
// many ways.
func TestAnyChangeIsRefused(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, w way, signed []byte) {
		count := 0
		for what, changed := range changes(t, signed, strings.Contains(w.name, "-jcs-")) {
			if testing.Short() && count%7 != 0 {
				count++
				continue
			}
			count++
			_, err := product().Verify(t.Context(), changed, integrity.VerifyOptions{})
			if err == nil {
				t.Errorf("verifies though changed: %s", what)
				continue
			}
			refusal(t, what, err, proof.Malformed, proof.Resources, proof.Key, proof.Signature, proof.Proof, proof.Context, proof.Validity)
		}
		if count < 500 {
			t.Errorf("only %d changes were tried", count)
		}
		t.Logf("%d changes", count)
	})
}

// TestAnyChangeOfAChainIsRefused does the same for a proof set that a chained
// proof covers: not even a proof can be taken away then.
func TestAnyChangeOfAChainIsRefused(t *testing.T) {
	t.Parallel()
	for _, w := range ways(t) {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			signed := chain(t, w)
			for what, changed := range changes(t, signed, strings.Contains(w.name, "-jcs-")) {
				if !strings.HasPrefix(what, "/proof") {
					continue // as above
				}
				if _, err := product().Verify(t.Context(), changed, integrity.VerifyOptions{}); err == nil {
					t.Errorf("verifies though changed: %s", what)
				}
			}
			for i, drop := range []int{0, 1} {
				refuses(t, product(), fmt.Sprintf("without proof %d", i), edit(t, signed, func(m map[string]any) {
					list := m["proof"].([]any)
					m["proof"] = append(append([]any{}, list[:drop]...), list[drop+1:]...)
				}), integrity.VerifyOptions{}, proof.Proof)
			}
		})
	}
}

// TestTV06WorkIsBounded holds that no document keeps the verifier busy: graphs
// whose nodes all point at each other, large documents, and chains that have a
// document canonicalized anew for every link.
// It measures time, so it does not run beside others.
func TestTV06WorkIsBounded(t *testing.T) {
	w := ways(t)[0]
	links := func(proofs int) string {
		var list []string
		for i := range proofs {
			p := map[string]any{
				"type": "DataIntegrityProof", "id": fmt.Sprintf("urn:x:%d", i), "cryptosuite": w.suite, "created": "2026-01-01T00:00:00Z",
				"verificationMethod": w.maker.method, "proofPurpose": "assertionMethod",
				"proofValue": keys.EncodeMultibase(bytes.Repeat([]byte{byte(i + 1)}, 64)),
			}
			if i > 0 {
				p["previousProof"] = fmt.Sprintf("urn:x:%d", i-1)
			}
			list = append(list, string(bytes.TrimSpace(written(t, p))))
		}
		return `"proof":[` + strings.Join(list, ",") + `]`
	}
	documents := map[string]string{}
	for _, n := range []int{100, 1000, 3000} {
		results := strings.Repeat(`{"type":["Result"],"value":"passed"},`, n) + `{"type":["Result"],"value":"x"}`
		documents[fmt.Sprintf("%d nodes alike", n)] = `"result":[` + results + `]`
		deep := strings.Repeat(`{"type":["Result"],"value":"1"},{"type":["Result"],"value":"2"},`, n) + `{"type":["Result"],"value":"3"}`
		documents[fmt.Sprintf("%d doubled nodes", 2*n)] = `"result":[` + deep + `]`
	}
	for what, member := range documents {
		for _, proofs := range []int{1, integrity.DefaultMaxProofs} {
			doc := strings.TrimSuffix(strings.TrimSpace(string(badgeOf(w.maker.did))), "}")
			doc = strings.Replace(doc, `"type": ["AchievementSubject"],`, `"type": ["AchievementSubject"],`+member+`,`, 1)
			doc = strings.Replace(doc, `"result": [`, `"identifier": [`, 1) + "," + links(proofs) + "}"
			var err error
			spent := testkit.InTime(t, fmt.Sprintf("%s, %d proofs, %d bytes", what, proofs, len(doc)), func() {
				_, err = product().Verify(t.Context(), []byte(doc), integrity.VerifyOptions{})
			})
			if err == nil {
				t.Errorf("%s: verifies", what)
			}
			t.Logf("%s, %d proofs, %d bytes: %s, %v", what, proofs, len(doc), spent, err)
		}
	}
}
