package verifier_test

import (
	"bytes"
	"crypto"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/jose"
	"github.com/probatum/probatum/proof/sdjwt"
	"github.com/probatum/probatum/verifier"
)

// disclosures are those of an SD-JWT, without a KB-JWT.
func disclosures(file []byte) []string {
	parts := strings.Split(string(file), "~")
	return parts[1 : len(parts)-1]
}

// disclosing is an SD-JWT with other disclosures.
func disclosing(file []byte, list ...string) []byte {
	jwt, _, _ := bytes.Cut(file, []byte("~"))
	return []byte(string(jwt) + "~" + strings.Join(append(list, ""), "~"))
}

func TestTV1To3SDJWT(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file := w.wallet(t, newAuthor(t).key.Public(), func(p obj) { p["exp"] = now.AddDate(1, 0, 0).Unix() })
	all := brokenSignatures(t, "sd-jwt", file)
	for name, edit := range map[string]func(p obj){
		"end": func(p obj) { p["exp"] = 4070908800 }, "end removed": func(p obj) { delete(p, "exp") }, "begin": func(p obj) { p["nbf"] = 0 },
		"iat": func(p obj) { p["iat"] = 0 }, "type": func(p obj) { p["vct"] = "urn:x:" + planted }, "issuer": func(p obj) { p["iss"] = "https://" + planted },
		"holder": func(p obj) { delete(p, "cnf") }, "status": func(p obj) { p["status"] = obj{} }, "a claim": func(p obj) { p["title"] = planted },
		"a digest": func(p obj) { p["_sd"] = append(p["_sd"].([]any), b64(make([]byte, 32))) }, "no digests": func(p obj) { p["_sd"] = []any{} },
		"hash": func(p obj) { p["_sd_alg"] = "sha-512" },
	} {
		all = append(all, attack{name, forged(t, file, func(_, p obj) { edit(p) }), verifier.Invalid, proof.Signature})
	}
	all = append(all, attack{"header", forged(t, file, func(h, _ obj) { h["x"] = planted }), verifier.Invalid, proof.Signature})
	attackAll(t, w.trust, all)
}

func TestTV10To16SDJWTHeaders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := authorOf(t, w.seal.key)
	file := w.wallet(t, nil, nil)
	all := badHeaders(t, "sd-jwt", file, a)
	add := func(name string, code proof.Code, edit func(h obj)) {
		all = append(all, attack{name, signedAgain(t, a.key, file, func(h, _ obj) { edit(h) }), verifier.Invalid, code})
	}
	for _, typ := range []any{"JWT", "DC+SD-JWTS", "text/dc+sd-jwt", "sd-jwt", "example+sd-jwt", nil, 1, "vc+jwt", "kb+jwt"} {
		add(fmt.Sprintf("typ %v", typ), proof.Type, func(h obj) { h["typ"] = typ })
	}
	add("a presentation", proof.Type, func(h obj) { h["typ"] = "vp+sd-jwt" })
	for name, edit := range map[string]func(h obj){ // TV-14
		"jwk": func(h obj) { h["jwk"] = obj{"kty": "EC"} }, "jku": func(h obj) { h["jku"] = "https://attacker.example/" + planted },
		"x5u": func(h obj) { h["x5u"] = "https://attacker.example/" + planted },
	} {
		add(name, proof.Key, edit)
		add(name+" alone", proof.Key, func(h obj) { edit(h); delete(h, "x5c"); delete(h, "kid") })
	}
	for name, kid := range map[string]any{ // TV-16
		"path": "../../etc/passwd", "absolute": "/etc/passwd", "SQL": "1' OR '1'='1", "shell": "$(id)", "NUL": "k\x00", "line": "k\r\n",
		"64 kB": strings.Repeat("k", 64<<10), "URL": "https://attacker.example/key", "number": 1, "null": nil, "empty": "", "list": []any{"k"},
	} {
		add("kid "+name, proof.Key, func(h obj) { h["kid"] = kid })
		add("kid "+name+" alone", proof.Key, func(h obj) { h["kid"] = kid; delete(h, "x5c") })
	}
	// TV-15: whoever has no key of the body, but its names.
	forgedCA := certify(t, authority("Test Seal CA"), certify(t, authority("Test Root"), nil))
	imitation, under := certify(t, sealCert(), nil), certify(t, sealCert(), forgedCA)
	elsewhere := certify(t, authority("Elsewhere"), nil)
	foreign := certify(t, sealCert(), elsewhere)
	claims := awardClaims(t, nil, nil)
	all = append(all,
		attack{"names of an issuer", walletOf(t, imitation, claims), verifier.Invalid, proof.Key},
		attack{"before the real chain", walletOf(t, imitation, claims, w.seal, w.ca), verifier.Invalid, proof.Key},
		attack{"under a forged authority", walletOf(t, under, claims, forgedCA), verifier.Invalid, proof.Key},
		attack{"names, by another chain", walletOf(t, foreign, claims, elsewhere), verifier.Invalid, proof.Key},
		attack{"the real one, another key", walletOf(t, &party{w.seal.cert, imitation.key}, claims), verifier.Invalid, proof.Signature})
	listed := folderOf(t, map[string][]byte{"seal.pem": pemOf(w.seal), "ca.pem": pemOf(w.ca)})
	attackSilently(t, listed, all)
}

func TestTV19SDJWTDoubledMembers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file := w.wallet(t, nil, nil)
	p := apart(file)
	head, text := string(unb64(t, p.header)), string(unb64(t, p.payload))
	var all []attack
	add := func(name, head, text string) {
		all = append(all, attack{name, append(signRaw(t, w.seal.key, []byte(head), []byte(text)), p.rest...), verifier.Invalid, proof.Malformed})
	}
	for _, name := range []string{"vct", "iat", "nbf", "_sd", "vct#integrity"} {
		at := strings.Index(text, `"`+name+`":`)
		add(name+" first", head, text[:at]+`"`+name+`":"`+planted+`",`+text[at:])
		add(name+" with an escape", head, text[:at]+fmt.Sprintf(`"\u%04x%s":"%s",`, name[0], name[1:], planted)+text[at:])
	}
	for _, name := range []string{"VCT", "Iss", "EXP", "CNF", "Status", "Title", "ELM"} {
		add(name+" in another case", head, text[:len(text)-1]+`,"`+name+`":1}`)
	}
	for _, name := range []string{"alg", "typ", "kid", "x5c"} {
		add(name+" in the header", head[:len(head)-1]+`,"`+name+`":"none"}`, text)
		add(name+" in other case in the header", head[:len(head)-1]+`,"`+strings.ToUpper(name)+`":"none"}`, text)
	}
	add("text behind it", head, text+"{}")
	add("cut", head, text[:len(text)-1])
	add("no object", head, "["+text+"]")
	for name, bad := range map[string]string{
		"no tilde": string(file[:bytes.IndexByte(file, '~')]), "line break": strings.Replace(string(file), "~", "~\n", 1), "text in front": "x " + string(file),
		"JSON": `{"payload":"` + p.payload + `","signatures":[]}`,
	} {
		all = append(all, attack{name, []byte(bad), verifier.Invalid, proof.Malformed})
	}
	attackAll(t, w.trust, all)
}

func TestTV22SDJWTDates(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	unix := func(d time.Duration) int64 { return now.Add(d).Unix() }
	record := func(field string, value any) func(p obj) {
		return func(p obj) { p["elm"] = json.RawMessage(asRecord(t, func(c obj) { c[field] = value })) }
	}
	var all []attack
	add := func(name string, edit func(p obj)) {
		file := w.wallet(t, nil, nil)
		if !strings.HasPrefix(name, "record") { // Issue would refuse it
			file = signedAgain(t, w.seal.key, file, func(_, p obj) { edit(p) })
		} else {
			file = w.wallet(t, nil, edit)
		}
		all = append(all, attack{name, file, verifier.Invalid, proof.Validity})
	}
	add("exp over", func(p obj) { p["exp"] = unix(-61 * time.Second) })
	add("nbf to come", func(p obj) { p["nbf"] = unix(61 * time.Second) })
	add("iat to come", func(p obj) { p["iat"] = unix(61 * time.Second) })
	add("exp before nbf", func(p obj) { p["exp"], p["nbf"] = unix(-10*time.Second), unix(10*time.Second) })
	for _, field := range []string{"iat", "nbf", "exp"} {
		for _, value := range []any{"1764064800", nil, true, -1, 1e300, []any{1}, obj{}} {
			add(fmt.Sprintf("%s %v", field, value), func(p obj) { p[field] = value })
		}
	}
	add("record over", record("validUntil", now.Add(-61*time.Second).Format(time.RFC3339)))
	add("record to come", record("validFrom", now.Add(61*time.Second).Format(time.RFC3339)))
	add("record without zone", record("validFrom", "2026-10-26T12:00:00"))
	add("record with a number", record("validUntil", 1))
	attackAll(t, w.trust, all)
	if r := w.verify(t, w.wallet(t, nil, func(p obj) { p["exp"], p["nbf"] = unix(-60*time.Second), unix(-time.Hour) })); !r.Valid() {
		t.Errorf("a minute of skew: %s", show(r))
	}
}

func TestTV29SDJWTDisclosures(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file := w.wallet(t, nil, nil)
	list := disclosures(file)
	other := disclosures(w.wallet(t, nil, nil))
	if len(list) != 13 {
		t.Fatalf("%d disclosures", len(list))
	}
	var all []attack
	add := func(name string, file []byte) { all = append(all, attack{name, file, verifier.Invalid, proof.Proof}) }
	for i, d := range list {
		with := func(d ...string) []byte { return disclosing(file, slices.Concat(list[:i], d, list[i+1:])...) }
		var parts []any
		unmarshal(t, unb64(t, d), &parts)
		add(fmt.Sprintf("%d changed", i), with(b64(marshal(t, []any{parts[0], parts[1], planted}))))
		add(fmt.Sprintf("%d renamed", i), with(b64(marshal(t, []any{parts[0], planted, parts[2]}))))
		add(fmt.Sprintf("%d with other salt", i), with(b64(marshal(t, []any{planted, parts[1], parts[2]}))))
		add(fmt.Sprintf("%d written another way", i), with(b64(append(unb64(t, d), ' '))))
		add(fmt.Sprintf("%d foreign", i), with(other[i]))
		add(fmt.Sprintf("%d twice", i), with(d, d))
		add(fmt.Sprintf("%d cut", i), with(d[:len(d)-2]))
		add(fmt.Sprintf("%d no JSON", i), with(b64([]byte(planted))))
		add(fmt.Sprintf("%d no list", i), with(b64([]byte(`{"a":1}`))))
		add(fmt.Sprintf("%d an element", i), with(b64(marshal(t, []any{parts[0], parts[2]}))))
		add(fmt.Sprintf("%d and an empty one", i), with(d, ""))
	}
	add("one more", disclosing(file, append(slices.Clone(list), b64(marshal(t, []any{"salt", "x", planted})))...))
	add("no end", bytes.TrimSuffix(file, []byte("~")))
	// What must stay visible comes through a disclosure; rightly signed.
	hide := func(name string, value any) []byte {
		d := b64(marshal(t, []any{"0123456789abcdef", name, value}))
		sum := b64(digest(d))
		return append(signedAgain(t, w.seal.key, disclosing(file, list...), func(_, p obj) {
			list := append(p["_sd"].([]any), sum)
			delete(p, name)
			p["_sd"] = list
		}), d+"~"...)
	}
	for name, value := range map[string]any{
		"vct": sdjwt.AwardType(""), "exp": 1, "nbf": 1, "iss": "https://x.example", "cnf": obj{}, "status": obj{}, "vct#integrity": "x", "aka_vcts": []any{"x"},
		"_sd": []any{}, "...": "x", "title": "twice",
	} {
		add("hidden "+name, hide(name, value))
	}
	attackAll(t, w.trust, all)

	// In another order, and with some left out, it is still good.
	reversed := slices.Clone(list)
	slices.Reverse(reversed)
	for name, good := range map[string][]byte{"reversed": disclosing(file, reversed...), "some": disclosing(file, list[2], list[0])} {
		if r := w.verify(t, good); !r.Valid() {
			t.Errorf("%s: %s", name, show(r))
		}
	}
}

func digest(text string) []byte {
	h := crypto.SHA256.New()
	h.Write([]byte(text))
	return h.Sum(nil)
}

// TV-30: whether a holder must show possession is for the verifier to say; what
// was shown must hold in any case.
func TestTV30KeyBinding(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	holder, thief := newAuthorEd25519(t), newAuthorEd25519(t)
	file := w.wallet(t, holder.key.Public(), nil)
	kb := func(edit func(k *sdjwt.KeyBinding)) *sdjwt.KeyBinding {
		k := &sdjwt.KeyBinding{Signer: holder.key, Audience: aud, Nonce: nonce, At: now}
		if edit != nil {
			edit(k)
		}
		return k
	}
	good := present(t, file, kb(nil), "title", "awarding_body")
	// A KB-JWT that the product would not make.
	made := func(by author, edit func(h, p obj)) []byte {
		shown := present(t, file, nil, "title")
		h, p := obj{"alg": "EdDSA", "typ": "kb+jwt"}, obj{"iat": now.Unix(), "aud": aud, "nonce": nonce, "sd_hash": b64(digest(string(shown)))}
		edit(h, p)
		return append(shown, signRaw(t, by.key, marshal(t, h), marshal(t, p))...)
	}
	nobodys := w.wallet(t, nil, nil)
	last := bytes.LastIndexByte(good, '~')
	unsigned := made(holder, func(h, _ obj) { h["alg"] = "none" })
	for name, tt := range map[string]struct {
		file   []byte
		asked  bool // must be refused where it is asked for
		always bool // must be refused in any case
	}{
		"good":                       {good, false, false},
		"good, by hand":              {made(holder, func(_, _ obj) {}), false, false},
		"none":                       {file, true, false},
		"none, credential unbound":   {nobodys, true, false},
		"cut off":                    {good[:last+1], true, false},
		"for another":                {present(t, file, kb(func(k *sdjwt.KeyBinding) { k.Audience = "https://x.example" })), true, false},
		"in answer to another":       {present(t, file, kb(func(k *sdjwt.KeyBinding) { k.Nonce = "x" })), true, false},
		"old":                        {present(t, file, kb(func(k *sdjwt.KeyBinding) { k.At = now.Add(-6 * time.Minute) })), true, false},
		"to come":                    {present(t, file, kb(func(k *sdjwt.KeyBinding) { k.At = now.Add(6 * time.Minute) })), true, true},
		"by another key":             {made(thief, func(_, _ obj) {}), true, true},
		"by the issuer":              {made(authorOf(t, w.seal.key), func(h, _ obj) { h["alg"] = "ES256" }), true, true},
		"brings its key":             {made(thief, func(h, _ obj) { h["jwk"] = obj{"kty": "OKP"} }), true, true},
		"alg none":                   {unsigned[:bytes.LastIndexByte(unsigned, '.')+1], true, true},
		"alg none, signed":           {unsigned, true, true},
		"HS256":                      {made(holder, func(h, _ obj) { h["alg"] = "HS256" }), true, true},
		"other typ":                  {made(holder, func(h, _ obj) { h["typ"] = "JWT" }), true, true},
		"no typ":                     {made(holder, func(h, _ obj) { delete(h, "typ") }), true, true},
		"wrong sd_hash":              {made(holder, func(_, p obj) { p["sd_hash"] = b64(digest("x")) }), true, true},
		"no sd_hash":                 {made(holder, func(_, p obj) { delete(p, "sd_hash") }), true, true},
		"no aud":                     {made(holder, func(_, p obj) { delete(p, "aud") }), true, true},
		"several aud":                {made(holder, func(_, p obj) { p["aud"] = []any{aud, "x"} }), true, true},
		"no nonce":                   {made(holder, func(_, p obj) { delete(p, "nonce") }), true, true},
		"no iat":                     {made(holder, func(_, p obj) { delete(p, "iat") }), true, true},
		"one claim taken away":       {append(present(t, file, nil, "title"), good[last+1:]...), true, true},
		"one claim added":            {append(bytes.Clone(file), good[last+1:]...), true, true},
		"of another credential":      {append(present(t, w.wallet(t, holder.key.Public(), nil), nil, "title"), good[last+1:]...), true, true},
		"on a credential for no one": {append(bytes.Clone(nobodys), good[last+1:]...), true, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, b := range []*verifier.Binding{nil, {Audience: aud, Nonce: nonce}} {
				r := verifyBy(t, &registry{set: w.trust}, tt.file, verifier.Options{Binding: b})
				refused := tt.always || tt.asked && b != nil
				if r.Valid() == refused || refused && (r.Verdict() != verifier.Invalid || r.Code() != proof.Binding) {
					t.Errorf("asked %v: %s", b != nil, show(r))
				}
				if c, _ := r.Check(verifier.Owner); !refused && (c.Key == "verify.owner.bound") != (b != nil) {
					t.Errorf("asked %v: message %s", b != nil, c.Key)
				}
			}
			// Asking for nothing in particular is no way to ask.
			for _, b := range []*verifier.Binding{{}, {Audience: aud}, {Nonce: nonce}} {
				if r := verifyBy(t, &registry{set: w.trust}, tt.file, verifier.Options{Binding: b}); r.Valid() {
					t.Errorf("asked with %+v: %s", b, show(r))
				}
			}
		})
	}
}

// The record in an SD-JWT VC is held to what a document of its own is held to.
func TestTV4And5SDJWTRecord(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var all []attack
	add := func(name string, code proof.Code, edit func(c obj)) {
		all = append(all, attack{name, w.wallet(t, nil, func(p obj) { p["elm"] = json.RawMessage(asRecord(t, edit)) }), verifier.Invalid, code})
	}
	add("a word", proof.Context, func(c obj) { c["finalGrade"] = planted })
	add("a word below", proof.Context, func(c obj) { achievement(c)["finalGrade"] = planted })
	add("an inline context", proof.Context, func(c obj) { c["@context"] = append(c["@context"].([]any), obj{"title": "https://x.example/"}) })
	add("a nested context", proof.Context, func(c obj) { achievement(c)["@context"] = obj{} })
	add("that of a badge", proof.Context, func(c obj) { c["@context"] = []any{contexts.CredentialsV2, contexts.OpenBadges303} })
	add("that of EDC", proof.Context, func(c obj) { c["@context"] = []any{contexts.CredentialsV1, contexts.EDCAP} })
	add("none", proof.Context, func(c obj) { delete(c, "@context") })
	add("a proof", proof.Proof, func(c obj) { c["proof"] = obj{"type": "DataIntegrityProof"} })
	add("another kind", proof.Type, func(c obj) { c["type"] = []any{"VerifiableCredential"} })
	add("a name in capitals", proof.Malformed, func(c obj) { c["Issuer"] = planted })
	add("no subject", proof.Schema, func(c obj) { delete(c, "credentialSubject") })
	for _, value := range []any{1, "x", nil, true, []any{}, obj{}} {
		file := w.wallet(t, nil, func(p obj) { p["elm"] = value })
		code := proof.Malformed
		if _, ok := value.(obj); ok {
			code = proof.Context
		}
		all = append(all, attack{fmt.Sprint(value), file, verifier.Invalid, code})
	}
	for name, value := range map[string]any{ // flat claims of the wrong kind
		"title": 1, "given_name": obj{"en": "x"}, "eqf_level": 9, "units": "Lighting", "date_of_award": "2026-02-30", "learning_outcomes": []any{1}, "grade": "",
	} {
		for _, left := range []bool{false, true} {
			file := w.wallet(t, nil, func(p obj) {
				if p[name] = value; left {
					delete(p, "elm")
				}
			})
			all = append(all, attack{fmt.Sprintf("%s %v, %v", name, value, left), file, verifier.Invalid, proof.Schema})
		}
	}
	attackAll(t, w.trust, all)
}

// The form that the W3C makes is named, and not checked.
func TestSDJWTOfW3CIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file := signedAgain(t, w.seal.key, w.wallet(t, nil, nil), func(h, p obj) {
		h["typ"] = "vc+sd-jwt"
		delete(p, "vct")
		p["@context"], p["issuer"] = []any{contexts.CredentialsV2}, "https://issuer.example"
	})
	r := w.verify(t, file)
	if r.Verdict() != verifier.Invalid || r.Code() != proof.Type || r.Claims != nil {
		t.Errorf("%s", show(r))
	}
	checkAnswer(t, r)
}

func TestTV32SDJWTIsInert(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const evil = "<script>alert(1)</script>\u202e=cmd|' /C calc'!A0"
	for _, edit := range []func(p obj){
		func(p obj) { delete(p, "elm"); p["title"], p["given_name"], p["grade"] = evil, evil, evil },
		func(p obj) { p["vct"] = strings.ReplaceAll(evil, " ", "_"); delete(p, "vct#integrity") },
	} {
		r := w.verify(t, w.wallet(t, nil, edit))
		if text := marshal(t, r.Answer(i18n.For("en"))); !r.Valid() || bytes.Contains(text, []byte("<script>")) || bytes.Contains(text, []byte("\u202e")) {
			t.Errorf("%s", text)
		}
	}
}

// A key that signs elsewhere does not sign here: nobody is asked for it.
func TestTV23SDJWTIssuer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := newAuthor(t)
	var all []attack
	for _, iss := range []any{
		a.did, "did:web:issuer.example", "", 1, nil, []any{"https://issuer.example"}, "file:///etc/passwd", "javascript:alert(1)", "urn:x:y", "issuer.example", "x",
	} {
		edit := func(_, p obj) { p["iss"] = iss }
		all = append(all,
			attack{fmt.Sprintf("certified %v", iss), signedAgain(t, w.seal.key, w.wallet(t, nil, nil), edit), verifier.Invalid, proof.Key},
			attack{fmt.Sprintf("by name %v", iss), signedAgain(t, a.key, issueSD(t, a.key, jose.TokenHeader{KeyID: "k"}, awardClaims(t, nil, nil)), edit), verifier.Invalid, proof.Key})
	}
	jwk, err := keys.MarshalJWK(a.key.Public(), "")
	if err != nil {
		t.Fatal(err)
	}
	all = append(all, attack{"key in cnf", signedAgain(t, a.key, issueSD(t, a.key, jose.TokenHeader{KeyID: "k"}, awardClaims(t, nil, nil)), func(_, p obj) {
		p["cnf"] = obj{"jwk": jwk}
	}), verifier.Invalid, proof.Key})
	attackSilently(t, w.trust, all)
}
