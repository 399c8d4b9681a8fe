package verifier_test

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/integrity"
	"github.com/probatum/probatum/verifier"
)

// specimens are one signed document of each form, by one issuer.
func specimens(t testing.TB, a author) map[string][]byte {
	t.Helper()
	return map[string][]byte{
		"vc-di":       a.sign(t, a.asELM(t, nil)),
		"vc-di, text": a.sign(t, a.asELM(t, nil), overText),
		"ob3":         a.sign(t, a.asBadge(t, nil)),
		"plain":       a.sign(t, a.asPlain(t, nil)),
	}
}

func TestTV1And2ProofValue(t *testing.T) {
	t.Parallel()
	a := newAuthorEd25519(t)
	var all []attack
	for form, file := range specimens(t, a) {
		value := func(change func(raw []byte) []byte) []byte {
			return retouchedProof(t, file, func(p obj) {
				raw, err := keys.DecodeMultibase(p["proofValue"].(string), 200)
				if err != nil {
					t.Fatal(err)
				}
				p["proofValue"] = keys.EncodeMultibase(change(raw))
			})
		}
		for name, change := range map[string]func([]byte) []byte{
			"first bit":  func(s []byte) []byte { s[0] ^= 1; return s },
			"middle bit": func(s []byte) []byte { s[len(s)/2] ^= 1; return s },
			"last bit":   func(s []byte) []byte { s[len(s)-1] ^= 0x80; return s },
			"cut":        func(s []byte) []byte { return s[:len(s)-1] },
			"one byte":   func(s []byte) []byte { return s[:1] },
			"longer":     func(s []byte) []byte { return append(s, 0) },
			"doubled":    func(s []byte) []byte { return append(s, s...) },
			"all zero":   func(s []byte) []byte { return make([]byte, len(s)) },
			"all 0xff":   func(s []byte) []byte { return bytes.Repeat([]byte{0xff}, len(s)) },
		} {
			all = append(all, attack{form + ": " + name, value(change), verifier.Invalid, proof.Signature})
		}
		for name, text := range map[string]string{"empty": "", "prefix alone": "z", "no base58": "z0OIl", "other base": "u0000", "very long": "z" + strings.Repeat("2", 500_000)} {
			all = append(all, attack{form + ": value " + name, retouchedProof(t, file, func(p obj) { p["proofValue"] = text }), verifier.Invalid, proof.Signature})
		}
	}
	attackAll(t, trusted(t, a), all)
}

func TestTV3DataIntegrityClaimsChanged(t *testing.T) {
	t.Parallel()
	a := newAuthor(t)
	end := func(c obj) { c["validUntil"] = now.AddDate(1, 0, 0).Format(time.RFC3339) }
	elm, badge := a.sign(t, a.asELM(t, end)), a.sign(t, a.asBadge(t, end))
	var all []attack
	for name, edit := range map[string]func(c obj){
		"name":        func(c obj) { c["credentialSubject"].(obj)["fullName"] = obj{"en": planted} },
		"grade":       func(c obj) { achievement(c)["provenBy"].(obj)["grade"].(obj)["noteLiteral"] = obj{"en": planted} },
		"title":       func(c obj) { achievement(c)["title"] = obj{"en": planted} },
		"end":         func(c obj) { c["validUntil"] = "2099-01-01T00:00:00Z" },
		"end removed": func(c obj) { delete(c, "validUntil") },
		"begin":       func(c obj) { c["validFrom"] = "2020-01-01T00:00:00Z" },
		"issuer name": func(c obj) {
			everywhere(c, c["issuer"].(obj)["id"], func(node obj) { node["legalName"] = obj{"de": planted} })
		},
		"status": func(c obj) {
			c["credentialStatus"] = obj{"id": "https://x.example/1", "type": "BitstringStatusListEntry", "statusPurpose": "revocation", "statusListIndex": "1", "statusListCredential": "https://x.example"}
		},
		"type": func(c obj) {
			c["type"] = []any{"VerifiableCredential", "EuropeanDigitalCredential", "LearningAchievement"}
		},
		"id": func(c obj) { c["id"] = "urn:uuid:00000000-0000-4000-8000-000000000000" },
		"claim added": func(c obj) {
			c["credentialSubject"].(obj)["hasClaim"] = []any{achievement(c), obj{"id": "urn:x:y", "type": "LearningAchievement", "title": obj{"en": planted}}}
		},
		"claim left out": func(c obj) { delete(c["credentialSubject"].(obj), "hasClaim") },
	} {
		all = append(all, attack{"vc-di: " + name, retouched(t, elm, edit), verifier.Invalid, proof.Signature})
	}
	subject := func(c obj) obj { return c["credentialSubject"].(obj) }
	for name, edit := range map[string]func(c obj){
		"name":   func(c obj) { subject(c)["identifier"].([]any)[0].(obj)["identityHash"] = planted },
		"title":  func(c obj) { subject(c)["achievement"].(obj)["name"] = planted },
		"grade":  func(c obj) { subject(c)["result"].([]any)[0].(obj)["status"] = "Failed" },
		"issuer": func(c obj) { c["issuer"].(obj)["name"] = planted },
		"type": func(c obj) {
			c["type"] = []any{"VerifiableCredential", "AchievementCredential", "EndorsementCredential"}
		},
		"end": func(c obj) { c["validUntil"] = "2099-01-01T00:00:00Z" },
	} {
		all = append(all, attack{"ob3: " + name, retouched(t, badge, edit), verifier.Invalid, proof.Signature})
	}
	attackAll(t, trusted(t, a), all)
}

// everywhere changes a node wherever it is described.
func everywhere(v, id any, edit func(node obj)) {
	switch v := v.(type) {
	case obj:
		if v["id"] == id && len(v) > 1 {
			edit(v)
		}
		for _, e := range v {
			everywhere(e, id, edit)
		}
	case []any:
		for _, e := range v {
			everywhere(e, id, edit)
		}
	}
}

func TestTV4UndefinedWords(t *testing.T) {
	t.Parallel()
	a := newAuthor(t)
	var all []attack
	for form, file := range specimens(t, a) {
		for name, edit := range map[string]func(c obj){
			"at the top":          func(c obj) { c["finalGrade"] = planted },
			"in the subject":      func(c obj) { c["credentialSubject"].(obj)["finalGrade"] = planted },
			"in the issuer":       func(c obj) { c["issuer"].(obj)["motto"] = planted },
			"as an object":        func(c obj) { c["finalGrade"] = obj{"name": planted} },
			"as a list":           func(c obj) { c["finalGrade"] = []any{planted} },
			"as null":             func(c obj) { c["finalGrade"] = nil },
			"a type":              func(c obj) { c["type"] = append(c["type"].([]any), planted) },
			"a type further down": func(c obj) { c["credentialSubject"].(obj)["type"] = []any{planted} },
			"a keyword":           func(c obj) { c["@graph"] = []any{obj{"name": planted}} },
			"an included node":    func(c obj) { c["@included"] = []any{obj{"name": planted}} },
			"a known word, null":  func(c obj) { c["evidence"] = nil },
			"named like a seal":   func(c obj) { c["signature"] = planted },
			"named like payload":  func(c obj) { c["payload"] = planted },
			"an empty object":     func(c obj) { c["evidence"] = obj{} },
			"an empty list":       func(c obj) { c["evidence"] = []any{} },
			"a language":          func(c obj) { c["description"] = obj{"@value": planted, "@language": "no such language"} },
		} {
			all = append(all, attack{form + ": " + name, retouched(t, file, edit), verifier.Invalid, proof.Context})
		}
	}
	attackAll(t, trusted(t, a), all)
}

func TestTV5DataIntegrityContexts(t *testing.T) {
	t.Parallel()
	a := newAuthor(t)
	var all []attack
	for form, file := range specimens(t, a) {
		for name, edit := range map[string]func(c obj, list []any) any{
			"inline one":      func(_ obj, l []any) any { return append(l, obj{"finalGrade": "https://x.example/" + planted}) },
			"vocabulary":      func(_ obj, l []any) any { return append(l, obj{"@vocab": "https://x.example/" + planted}) },
			"remote one":      func(_ obj, l []any) any { return append(l, "https://x.example/"+planted) },
			"a further known": func(_ obj, l []any) any { return append(l, contexts.BitstringStatusList) },
			"doubled":         func(_ obj, l []any) any { return append(l, l[0]) },
			"one missing":     func(_ obj, l []any) any { return l[1:] },
			"look-alike": func(_ obj, l []any) any {
				return append([]any{"http" + strings.TrimPrefix(l[0].(string), "https")}, l[1:]...)
			},
			"trailing slash": func(_ obj, l []any) any { return append([]any{l[0].(string) + "/"}, l[1:]...) },
			"homoglyph": func(_ obj, l []any) any {
				return append([]any{strings.Replace(l[0].(string), "o", "\u043e", 1)}, l[1:]...)
			},
			"nested list":        func(_ obj, l []any) any { return []any{l} },
			"null":               func(obj, []any) any { return nil },
			"null within":        func(_ obj, l []any) any { return append(l, nil) },
			"an empty list":      func(obj, []any) any { return []any{} },
			"an object":          func(_ obj, l []any) any { return obj{"@import": l[0]} },
			"a number":           func(obj, []any) any { return 1 },
			"examples":           func(_ obj, l []any) any { return append(l, contexts.CredentialsExamplesV2) },
			"that of EDC":        func(obj, []any) any { return []any{contexts.CredentialsV1, contexts.EDCAP} },
			"reversed":           func(_ obj, l []any) any { l = slices.Clone(l); slices.Reverse(l); return append(l, contexts.DIDV1) },
			"nested, in subject": func(c obj, l []any) any { c["credentialSubject"].(obj)["@context"] = l; return l },
			"nested, in issuer":  func(c obj, l []any) any { c["issuer"].(obj)["@context"] = obj{"name": planted}; return l },
			"nested, null":       func(c obj, l []any) any { c["issuer"].(obj)["@context"] = nil; return l },
		} {
			changed := retouched(t, file, func(c obj) {
				list := slices.Clone(c["@context"].([]any))
				c["@context"] = edit(c, list[:len(list):len(list)])
			})
			all = append(all, attack{form + ": " + name, changed, verifier.Invalid, proof.Context})
		}
		all = append(all, attack{form + ": none", retouched(t, file, func(c obj) { delete(c, "@context") }), verifier.Invalid, proof.Context})
	}
	attackAll(t, trusted(t, a), all)
}

func TestTV7ProofObjects(t *testing.T) {
	t.Parallel()
	a := newAuthor(t)
	var all []attack
	for form, file := range specimens(t, a) {
		for name, value := range map[string]any{
			"null": nil, "{}": obj{}, "[]": []any{}, "text": "", "a text": planted, "number": 1, "true": true, "[null]": []any{nil}, "[{}]": []any{obj{}},
			"[[]]": []any{[]any{}},
		} {
			all = append(all, attack{form + ": " + name, retouched(t, file, func(c obj) { c["proof"] = value }), verifier.Invalid, proof.Proof})
		}
		all = append(all, attack{form + ": removed", retouched(t, file, func(c obj) { delete(c, "proof") }), verifier.Invalid, proof.Proof})
		for name, edit := range map[string]func(p obj){
			"unknown type":       func(p obj) { p["type"] = planted },
			"no type":            func(p obj) { delete(p, "type") },
			"older type":         func(p obj) { p["type"] = "Ed25519Signature2020" },
			"two types":          func(p obj) { p["type"] = []any{"DataIntegrityProof", "X"} },
			"unknown suite":      func(p obj) { p["cryptosuite"] = planted },
			"no suite":           func(p obj) { delete(p, "cryptosuite") },
			"suite in capitals":  func(p obj) { p["cryptosuite"] = strings.ToUpper(p["cryptosuite"].(string)) },
			"withdrawn suite":    func(p obj) { p["cryptosuite"] = "eddsa-2022" },
			"other purpose":      func(p obj) { p["proofPurpose"] = "authentication" },
			"unknown purpose":    func(p obj) { p["proofPurpose"] = planted },
			"no purpose":         func(p obj) { delete(p, "proofPurpose") },
			"no method":          func(p obj) { delete(p, "verificationMethod") },
			"no value":           func(p obj) { delete(p, "proofValue") },
			"unknown member":     func(p obj) { p["finalGrade"] = planted },
			"lost predecessor":   func(p obj) { p["previousProof"] = "urn:uuid:0d3f4be3-6c0b-4a53-b1d9-5a2c4a39b6f4" },
			"date without zone":  func(p obj) { p["created"] = "2026-10-26T12:00:00" },
			"date that is a day": func(p obj) { p["created"] = "2026-10-26" },
			"a list as purpose":  func(p obj) { p["proofPurpose"] = []any{"assertionMethod", "authentication"} },
		} {
			all = append(all, attack{form + ": " + name, retouchedProof(t, file, edit), verifier.Invalid, proof.Proof})
		}
	}
	attackAll(t, trusted(t, a), all)
}

func TestTV8ForeignKeys(t *testing.T) {
	t.Parallel()
	a, b := newAuthor(t), newAuthor(t)
	var all []attack
	for _, form := range []struct {
		name string
		doc  []byte
	}{{"vc-di", a.asELM(t, nil)}, {"ob3", a.asBadge(t, nil)}, {"plain", a.asPlain(t, nil)}} {
		// Rightly signed by the attacker, under a document that names a.
		own := a.sign(t, form.doc)
		other := b.sign(t, retouched(t, form.doc, func(c obj) { setIssuer(c, b.did) }))
		jwk := obj{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
		for name, method := range map[string]any{
			"did:key":                 b.method,
			"did:key without the key": b.did,
			"own did, other fragment": a.did + "#" + strings.TrimPrefix(b.did, "did:key:"),
			"did:web":                 "did:web:attacker.example#key-1",
			"https":                   "https://attacker.example/key.json",
			"unknown DID method":      "did:example:1#k",
			"relative":                "#key-1",
			"inline Multikey":         obj{"id": b.method, "type": "Multikey", "controller": a.did, "publicKeyMultibase": strings.TrimPrefix(b.did, "did:key:")},
			"inline JWK":              obj{"id": a.method, "type": "JsonWebKey", "controller": a.did, "publicKeyJwk": jwk},
			"path":                    "../../etc/passwd",
			"shell":                   "$(id)",
			"control characters":      a.method + "\r\n\x00",
			"64 kB":                   a.did + "#" + strings.Repeat("k", 64<<10),
		} {
			all = append(all, attack{form.name + ": " + name, retouchedProof(t, own, func(p obj) { p["verificationMethod"] = method }), verifier.Invalid, proof.Key})
		}
		all = append(all, attack{form.name + ": attacker signed it all", retouched(t, other, func(c obj) { setIssuer(c, a.did) }), verifier.Invalid, proof.Key})
	}
	attackAll(t, trusted(t, a), all)
}

func setIssuer(c obj, did string) {
	if is, ok := c["issuer"].(obj); ok {
		is["id"] = did
		return
	}
	c["issuer"] = did
}

func TestTV9OneOfTwoProofs(t *testing.T) {
	t.Parallel()
	a, b := newAuthor(t), newAuthor(t)
	var all []attack
	for form, file := range specimens(t, a) {
		both := func(edit func(p obj)) func(first bool) []byte {
			return func(first bool) []byte {
				return retouched(t, file, func(c obj) {
					good := c["proof"].(obj)
					bad := maps.Clone(good)
					edit(bad)
					c["proof"] = []any{good, bad}
					if first {
						c["proof"] = []any{bad, good}
					}
				})
			}
		}
		for name, edit := range map[string]func(p obj){
			"other value":   func(p obj) { p["proofValue"] = "z" + strings.Repeat("2", 80) },
			"no value":      func(p obj) { delete(p, "proofValue") },
			"foreign key":   func(p obj) { p["verificationMethod"] = b.method },
			"other purpose": func(p obj) { p["proofPurpose"] = "authentication" },
			"unknown suite": func(p obj) { p["cryptosuite"] = "x" },
			"later date":    func(p obj) { p["created"] = "2026-10-27T12:00:00Z" },
		} {
			for _, first := range []bool{false, true} {
				all = append(all, attack{fmt.Sprintf("%s: %s, first %v", form, name, first), both(edit)(first), verifier.Invalid, proof.Proof})
			}
		}
	}
	attackAll(t, trusted(t, a), all)
}

func TestTV19DoubledMembers(t *testing.T) {
	t.Parallel()
	a := newAuthor(t)
	var all []attack
	for form, file := range specimens(t, a) {
		text := string(file)
		for _, name := range []string{"@context", "type", "issuer", "credentialSubject", "proof", "validFrom", "id", "proofValue", "cryptosuite", "verificationMethod"} {
			at := strings.Index(text, `"`+name+`":`)
			if at < 0 {
				t.Fatalf("%s: no member %s", form, name)
			}
			first := text[:at] + `"` + name + `":"` + planted + `",` + text[at:]
			escaped := text[:at] + fmt.Sprintf(`"\u%04x%s":"%s",`, name[0], name[1:], planted) + text[at:]
			all = append(all,
				attack{form + ": " + name + " first", []byte(first), verifier.Invalid, proof.Malformed},
				attack{form + ": " + name + " with an escape", []byte(escaped), verifier.Invalid, proof.Malformed},
				attack{form + ": " + name + " last", []byte(text[:len(text)-1] + `,"` + name + `":1,"` + name + `":2}`), verifier.Invalid, proof.Malformed},
				attack{form + ": " + name + " in other case", []byte(text[:at] + `"` + swapped(name) + `":"` + planted + `",` + text[at:]), verifier.Invalid, proof.Malformed})
		}
		for name, bad := range map[string]string{
			"text behind it": text + "{}", "cut": text[:len(text)-1], "no UTF-8": strings.Replace(text, "Lighting", "Light\xff", 1),
			"half a surrogate": strings.Replace(text, "Lighting", `\ud800`, 1),
		} {
			all = append(all, attack{form + ": " + name, []byte(bad), verifier.Invalid, proof.Malformed})
		}
	}
	// What only a badge or the proof names is no name of a credential of ours.
	all = slices.DeleteFunc(all, func(a attack) bool {
		return strings.Contains(a.name, "other case") && (strings.Contains(a.name, "proofValue") || strings.Contains(a.name, "cryptosuite") || strings.Contains(a.name, "verificationMethod"))
	})
	attackAll(t, trusted(t, a), all)
}

// swapped changes the case of the last letter.
func swapped(name string) string {
	last := name[len(name)-1:]
	return name[:len(name)-1] + strings.ToUpper(last)
}

func TestTV22DataIntegrityDates(t *testing.T) {
	t.Parallel()
	a := newAuthor(t)
	at := func(d time.Duration) string { return now.Add(d).Format(time.RFC3339) }
	var all []attack
	kinds := map[string]func(testing.TB, func(obj)) []byte{"vc-di": a.asELM, "ob3": a.asBadge, "plain": a.asPlain}
	for form, write := range kinds {
		add := func(name string, edit func(c obj), how ...func(*integrity.ProofOptions)) {
			all = append(all, attack{form + ": " + name, a.sign(t, write(t, edit), how...), verifier.Invalid, proof.Validity})
		}
		add("over", func(c obj) { c["validUntil"] = at(-61 * time.Second) })
		add("end before begin", func(c obj) { c["validUntil"] = signedAt.Add(-time.Hour).Format(time.RFC3339) })
		add("to come", func(c obj) { c["validFrom"] = at(61 * time.Second) })
		add("sealed tomorrow", nil, func(o *integrity.ProofOptions) { o.Created = now.Add(24 * time.Hour) })
		add("the proof is over", nil, func(o *integrity.ProofOptions) { o.Expires = now.Add(-time.Hour) })
		for _, field := range []string{"validFrom", "validUntil"} {
			for _, value := range []any{
				"", "tomorrow", "2026", "2026-11-25", "2026-11-25T10:00:00", "2026-02-30T00:00:00Z", "2026-11-25 10:00:00Z", "2026-11-25T25:00:00Z",
				" 2026-11-25T10:00:00Z", "2026-11-25T10:00:00+14:01",
			} {
				add(fmt.Sprintf("%s %v", field, value), func(c obj) { c[field] = value }, overText)
			}
			for _, value := range []any{1764064800, nil, true, obj{"@value": "2026-11-25T10:00:00Z"}, []any{}, []any{at(0), at(time.Hour)}} {
				add(fmt.Sprintf("%s %v", field, value), func(c obj) { c[field] = value }, overText)
			}
		}
	}
	attackAll(t, trusted(t, a), all)

	for name, edit := range map[string]func(c obj){
		"a minute of skew at the end":   func(c obj) { c["validUntil"] = at(-60 * time.Second) },
		"a minute of skew at the start": func(c obj) { c["validFrom"] = at(60 * time.Second) },
		"with an offset":                func(c obj) { c["validFrom"] = "2026-11-25T13:00:30.5+01:00" },
	} {
		if r := verify(t, trusted(t, a), a.sign(t, a.asELM(t, edit)), time.Time{}); !r.Valid() {
			t.Errorf("%s: %s", name, show(r))
		}
	}
}

func TestTV23DataIntegrityIssuer(t *testing.T) {
	t.Parallel()
	a, b := newAuthor(t), newAuthor(t)
	var all []attack
	for form, write := range map[string]func(testing.TB, func(obj)) []byte{"vc-di": a.asELM, "ob3": a.asBadge, "plain": a.asPlain} {
		signed := a.sign(t, write(t, nil))
		for name, value := range map[string]any{
			"another":       b.did,
			"a list":        []any{obj{"id": a.did}, obj{"id": b.did}},
			"a list of one": []any{obj{"id": a.did}},
			"no list":       []any{},
			"null":          nil,
			"number":        1,
			"no id":         obj{"name": planted},
			"empty":         "",
			"file:":         "file:///etc/passwd",
			"javascript:":   "javascript:alert(1)",
			"IP address":    "https://127.0.0.1/x",
			"DID address":   "did:web:127.0.0.1%3A8080:body",
			"relative":      "x",
			"id no text":    obj{"id": 1},
			"id null":       obj{"id": nil},
			"id a list":     obj{"id": []any{a.did}},
		} {
			all = append(all, attack{form + ": " + name, retouched(t, signed, func(c obj) { c["issuer"] = value }), verifier.Invalid, proof.Key})
		}
		all = append(all, attack{form + ": missing", retouched(t, signed, func(c obj) { delete(c, "issuer") }), verifier.Invalid, proof.Key})
	}
	attackAll(t, trusted(t, a), all)
}
