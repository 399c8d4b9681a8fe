package verifier_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"hash"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/verifier"
)

// values are what a signature is replaced by.
func signatures(t testing.TB, token []byte, change func([]byte) []byte) []byte {
	t.Helper()
	p := apart(token)
	p.signature = b64(change(unb64(t, p.signature)))
	return p.join()
}

func brokenSignatures(t testing.TB, form string, token []byte) []attack {
	t.Helper()
	var all []attack
	for name, change := range map[string]func([]byte) []byte{
		"first bit": func(s []byte) []byte { s[0] ^= 0x80; return s }, "middle bit": func(s []byte) []byte { s[len(s)/2] ^= 1; return s },
		"last bit": func(s []byte) []byte { s[len(s)-1] ^= 1; return s }, "empty": func([]byte) []byte { return nil },
		"cut": func(s []byte) []byte { return s[:len(s)-1] }, "one byte": func(s []byte) []byte { return s[:1] },
		"longer": func(s []byte) []byte { return append(s, 0) }, "doubled": func(s []byte) []byte { return append(s, s...) },
		"all zero": func(s []byte) []byte { return make([]byte, len(s)) }, "all 0xff": func(s []byte) []byte { return bytes.Repeat([]byte{0xff}, len(s)) },
		"very long": func([]byte) []byte { return make([]byte, 500_000) },
	} {
		all = append(all, attack{form + ": " + name, signatures(t, token, change), verifier.Invalid, proof.Signature})
	}
	p := apart(token)
	p.signature += "="
	all = append(all, attack{form + ": padded", p.join(), verifier.Invalid, proof.Malformed})
	return all
}

func TestTV1And2VCJWTSignature(t *testing.T) {
	t.Parallel()
	a := newAuthor(t)
	var all []attack
	for form, file := range tokens(t, a) {
		all = append(all, brokenSignatures(t, form, file)...)
	}
	attackAll(t, trusted(t, a), all)
}

func TestTV3VCJWTClaimsChanged(t *testing.T) {
	t.Parallel()
	a := newAuthor(t)
	file := a.token(t, a.asELM(t, func(c obj) { c["validUntil"] = now.AddDate(1, 0, 0).Format(time.RFC3339) }))
	var all []attack
	for name, edit := range map[string]func(c obj){
		"name":           func(c obj) { c["credentialSubject"].(obj)["fullName"] = obj{"en": planted} },
		"grade":          func(c obj) { achievement(c)["provenBy"].(obj)["grade"].(obj)["noteLiteral"] = obj{"en": planted} },
		"title":          func(c obj) { achievement(c)["title"] = obj{"en": planted} },
		"end":            func(c obj) { c["validUntil"] = "2099-01-01T00:00:00Z" },
		"end removed":    func(c obj) { delete(c, "validUntil") },
		"begin":          func(c obj) { c["validFrom"] = "2020-01-01T00:00:00Z" },
		"issuer name":    func(c obj) { c["issuer"].(obj)["legalName"] = obj{"de": planted} },
		"status":         func(c obj) { c["credentialStatus"] = obj{"id": "urn:x:" + planted} },
		"type":           func(c obj) { c["type"] = append(c["type"].([]any), "LearningAchievement") },
		"id":             func(c obj) { c["id"] = "urn:uuid:00000000-0000-4000-8000-000000000000" },
		"a word":         func(c obj) { c["finalGrade"] = planted },
		"iat":            func(c obj) { c["iat"] = 1 },
		"claim left out": func(c obj) { delete(c["credentialSubject"].(obj), "hasClaim") },
	} {
		all = append(all, attack{name, forged(t, file, func(_, p obj) { edit(p) }), verifier.Invalid, proof.Signature})
	}
	for name, edit := range map[string]func(h obj){
		"cty left out": func(h obj) { delete(h, "cty") }, "a name added": func(h obj) { h["x"] = planted },
	} {
		all = append(all, attack{name, forged(t, file, func(h, _ obj) { edit(h) }), verifier.Invalid, proof.Signature})
	}
	attackAll(t, trusted(t, a), all)
}

// Words that mean nothing, and contexts that are not agreed, though rightly
// signed.
func TestTV4And5VCJWT(t *testing.T) {
	t.Parallel()
	a := newAuthor(t)
	var all []attack
	for form, file := range tokens(t, a) {
		add := func(name string, edit func(c obj)) {
			all = append(all, attack{form + ": " + name, signedAgain(t, a.key, file, func(_, p obj) { edit(p) }), verifier.Invalid, proof.Context})
		}
		add("at the top", func(c obj) { c["finalGrade"] = planted })
		add("in the subject", func(c obj) { c["credentialSubject"].(obj)["finalGrade"] = planted })
		add("another claim", func(c obj) { c["nonce"] = planted })
		add("in the issuer", func(c obj) { c["issuer"].(obj)["motto"] = planted })
		add("as null", func(c obj) { c["finalGrade"] = nil })
		add("a type", func(c obj) { c["type"] = append(c["type"].([]any), planted) })
		add("a keyword", func(c obj) { c["@graph"] = []any{obj{"name": planted}} })
		add("an empty list", func(c obj) { c["evidence"] = []any{} })
		for name, edit := range map[string]func(c obj, list []any) any{
			"inline one":         func(_ obj, l []any) any { return append(l, obj{"finalGrade": "https://x.example/" + planted}) },
			"vocabulary":         func(_ obj, l []any) any { return append(l, obj{"@vocab": "https://x.example/"}) },
			"remote one":         func(_ obj, l []any) any { return append(l, "https://x.example/"+planted) },
			"doubled":            func(_ obj, l []any) any { return append(l, l[0]) },
			"one missing":        func(_ obj, l []any) any { return l[1:] },
			"null":               func(obj, []any) any { return nil },
			"an empty list":      func(obj, []any) any { return []any{} },
			"that of EDC":        func(obj, []any) any { return []any{contexts.CredentialsV1, contexts.EDCAP} },
			"of version 1.1":     func(obj, []any) any { return []any{contexts.CredentialsV1, contexts.DataIntegrityV2} },
			"reversed":           func(_ obj, l []any) any { slices.Reverse(l); return append(l, contexts.DIDV1) },
			"nested, in subject": func(c obj, l []any) any { c["credentialSubject"].(obj)["@context"] = l; return l },
			"nested, null":       func(c obj, l []any) any { c["issuer"].(obj)["@context"] = nil; return l },
		} {
			add(name, func(c obj) { c["@context"] = edit(c, slices.Clone(c["@context"].([]any))) })
		}
		add("none", func(c obj) { delete(c, "@context") })
		all = append(all,
			attack{form + ": a proof inside", signedAgain(t, a.key, file, func(_, p obj) { p["proof"] = obj{"type": "DataIntegrityProof"} }), verifier.Invalid, proof.Proof},
			attack{form + ": no proof inside", signedAgain(t, a.key, file, func(_, p obj) { p["proof"] = nil }), verifier.Invalid, proof.Proof})
	}
	attackSilently(t, trusted(t, a), all)
}

// TV-8, TV-14, TV-16: keys that are not the issuer's, however they are named.
// Nobody is asked for any of them.
func TestTV8VCJWTForeignKeys(t *testing.T) {
	t.Parallel()
	a, b := newAuthor(t), newAuthor(t)
	jwk, err := keys.MarshalJWK(b.key.Public(), "")
	if err != nil {
		t.Fatal(err)
	}
	set := trusted(t, a)
	var all []attack
	for form, doc := range map[string][]byte{"ELM": a.asELM(t, nil), "badge": a.asBadge(t, nil), "plain": a.asPlain(t, nil)} {
		for name, kid := range map[string]any{
			"did:key": b.method, "without the key": a.did, "own did, other fragment": a.did + "#" + strings.TrimPrefix(b.did, "did:key:"),
			"did:web": "did:web:attacker.example#key-1", "did:jwk": "did:jwk:" + b64(jwk) + "#0", "https": "https://attacker.example/key.json",
			"unknown method": "did:example:1#k", "relative": "#key-1", "path": "../../etc/passwd", "absolute path": "/etc/passwd",
			"shell": "$(id)", "SQL": "1' OR '1'='1", "NUL": a.method + "\x00", "line": a.method + "\r\n", "64 kB": a.did + "#" + strings.Repeat("k", 64<<10),
			"null": nil, "number": 1, "list": []any{a.method}, "empty": "", "file": "file:///key", "with a path": a.did + "/x#k", "with a query": a.did + "?x=y#k",
		} {
			all = append(all, attack{form + ": kid " + name, b.token(t, doc, func(h obj) { h["kid"] = kid }), verifier.Invalid, proof.Key})
		}
		for name, edit := range map[string]func(h obj){
			"jwk": func(h obj) { h["jwk"] = obj{"kty": "EC"} }, "jku": func(h obj) { h["jku"] = "https://attacker.example/" + planted },
			"x5u": func(h obj) { h["x5u"] = "https://attacker.example/" + planted },
		} {
			all = append(all, attack{form + ": " + name, b.token(t, doc, func(h obj) { h["kid"] = a.method }, edit), verifier.Invalid, proof.Key},
				attack{form + ": " + name + " alone", b.token(t, doc, unnamed, edit), verifier.Invalid, proof.Key})
		}
		all = append(all, attack{form + ": no kid", b.token(t, doc, unnamed), verifier.Invalid, proof.Key})
		all = append(all, attack{form + ": signed by another", b.token(t, doc, func(h obj) { h["kid"] = a.method }), verifier.Invalid, proof.Signature})
	}
	attackSilently(t, set, all)
}

// algorithms are values of alg that no token may have, or not with a key on P-256.
var algorithms = []any{
	"none", "None", "NONE", "nOnE", "", " ", "none\u0000", "HS256", "HS384", "HS512", "RS256", "RS384", "PS256", "ES384", "ES512", "ES256K",
	"EdDSA", "es256", nil, 1, []any{"ES256"}, obj{}, true, strings.Repeat("A", 10_000),
}

// criticals are values of crit that nobody may send.
var criticals = map[string]any{
	"unknown": []any{planted}, "empty": []any{}, "text": "typ", "number": 1, "object": obj{"typ": true}, "null": nil, "absent": []any{"exp"},
	"registered": []any{"alg"}, "b64 alone": []any{"b64"},
}

// badHeaders are tokens of an issuer whose headers no token may have.
func badHeaders(t testing.TB, form string, token []byte, key author) []attack {
	t.Helper()
	var all []attack
	add := func(name string, edit func(h obj)) {
		all = append(all, attack{form + ": " + name, signedAgain(t, key.key, token, func(h, _ obj) { edit(h) }), verifier.Invalid, proof.Header})
	}
	for _, alg := range algorithms {
		add(fmt.Sprintf("alg %.20v", alg), func(h obj) { h["alg"] = alg })
	}
	add("alg missing", func(h obj) { delete(h, "alg") })
	for name, crit := range criticals {
		add("crit "+name, func(h obj) { h["crit"] = crit })
	}
	add("crit unknown, and there", func(h obj) { h["crit"], h["x"] = []any{"x"}, planted })
	add("b64 false", func(h obj) { h["b64"] = false })
	add("b64 false, critical", func(h obj) { h["b64"], h["crit"] = false, []any{"b64"} })
	add("encrypted", func(h obj) { h["enc"] = "A256GCM" })
	none := apart(forged(t, token, func(h, _ obj) { h["alg"] = "none" }))
	none.signature = ""
	all = append(all, attack{form + ": none, no signature", none.join(), verifier.Invalid, proof.Header})
	spki, err := x509.MarshalPKIXPublicKey(key.key.Public())
	if err != nil {
		t.Fatal(err)
	}
	for name, secret := range map[string][]byte{"DER": spki, "PEM": pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: spki})} { // TV-11
		for alg, h := range map[string]func() hash.Hash{"HS256": sha256.New, "HS512": sha512.New} {
			p := apart(forged(t, token, func(h, _ obj) { h["alg"] = alg }))
			mac := hmac.New(h, secret)
			mac.Write([]byte(p.header + "." + p.payload))
			p.signature = b64(mac.Sum(nil))
			all = append(all, attack{form + ": " + alg + " " + name, p.join(), verifier.Invalid, proof.Header})
		}
	}
	return all
}

func TestTV10To13VCJWTHeaders(t *testing.T) {
	t.Parallel()
	a := newAuthor(t)
	file := a.token(t, a.asELM(t, nil))
	all := badHeaders(t, "vc-jwt", file, a)
	for _, cty := range []any{"VCS", "vp", "application/vp", "text/vc", "json", "", 1, nil} {
		all = append(all, attack{fmt.Sprintf("cty %v", cty), a.token(t, a.asELM(t, nil), func(h obj) { h["cty"] = cty }), verifier.Invalid, proof.Header})
	}
	// A token of another type is another kind of file.
	for _, typ := range []any{"JWT", "VC+JWTS", "text/vc+jwt", "vc+ld+jwt", nil, 1, "kb+jwt", "at+jwt"} {
		all = append(all, attack{fmt.Sprintf("typ %v", typ), a.token(t, a.asELM(t, nil), func(h obj) { h["typ"] = typ }), verifier.Invalid, proof.Header})
	}
	all = append(all, attack{"a presentation", a.token(t, a.asELM(t, nil), func(h obj) { h["typ"] = "vp+jwt" }), verifier.Invalid, proof.Type})
	attackSilently(t, trusted(t, a), all)
}

func TestTV15VCJWTForgedCertificates(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	forgedCA := certify(t, authority("Test Seal CA"), certify(t, authority("Test Root"), nil))
	imitation, under := certify(t, sealCert(), nil), certify(t, sealCert(), forgedCA)
	elsewhere := certify(t, authority("Elsewhere"), nil)
	foreign := certify(t, sealCert(), elsewhere)
	listed := folderOf(t, map[string][]byte{"seal.pem": pemOf(w.seal), "ca.pem": pemOf(w.ca)})
	var all []attack
	for name, tt := range map[string]struct {
		by   *party
		x5c  []*party
		code proof.Code
	}{
		"names of an issuer":         {imitation, []*party{imitation}, proof.Key},
		"before the real chain":      {imitation, []*party{imitation, w.seal, w.ca}, proof.Key},
		"under a forged authority":   {under, []*party{under, forgedCA}, proof.Key},
		"names, by another chain":    {foreign, []*party{foreign, elsewhere}, proof.Key},
		"the real one, another key":  {imitation, []*party{w.seal, w.ca}, proof.Key},
		"the real one, alone, stole": {imitation, []*party{w.seal}, proof.Key},
	} {
		a := authorOf(t, tt.by.key)
		all = append(all, attack{name + ", by DID", a.token(t, a.asELM(t, nil), x5c(tt.x5c...)), verifier.Invalid, proof.Key})
		if tt.by.cert != tt.x5c[0].cert {
			tt.code = proof.Signature
		}
		all = append(all, attack{name + ", alone", a.token(t, a.asELM(t, nil), unnamed, x5c(tt.x5c...)), verifier.Invalid, tt.code})
	}
	for name, list := range map[string]any{"empty": []any{}, "null": nil, "text": "x", "number": []any{1}, "garbage": []any{"AAAA"}, "url": []any{b64(w.seal.cert.Raw) + "_"}} {
		a := authorOf(t, w.seal.key)
		all = append(all, attack{"x5c " + name, a.token(t, a.asELM(t, nil), func(h obj) { h["x5c"] = list }), verifier.Invalid, proof.Key})
	}
	attackSilently(t, listed, all)
}

func TestTV19VCJWTDoubledMembers(t *testing.T) {
	t.Parallel()
	a := newAuthor(t)
	var all []attack
	for form, file := range tokens(t, a) {
		p := apart(file)
		head, text := string(unb64(t, p.header)), string(unb64(t, p.payload))
		add := func(name, head, text string) {
			all = append(all, attack{form + ": " + name, signRaw(t, a.key, []byte(head), []byte(text)), verifier.Invalid, proof.Malformed})
		}
		for _, name := range []string{"@context", "type", "issuer", "credentialSubject", "validFrom", "id"} {
			at := strings.Index(text, `"`+name+`":`)
			add(name+" first", head, text[:at]+`"`+name+`":"`+planted+`",`+text[at:])
			add(name+" with an escape", head, text[:at]+fmt.Sprintf(`"\u%04x%s":"%s",`, name[0], name[1:], planted)+text[at:])
			add(name+" in other case", head, text[:at]+`"`+swapped(name)+`":"`+planted+`",`+text[at:])
			add(name+" last", head, text[:len(text)-1]+`,"`+name+`":1,"`+name+`":2}`)
		}
		for _, name := range []string{"alg", "typ", "kid", "cty"} {
			add(name+" in the header", head[:len(head)-1]+`,"`+name+`":"none"}`, text)
			add(name+" in other case in the header", head[:len(head)-1]+`,"`+strings.ToUpper(name)+`":"none"}`, text)
		}
		for _, name := range []string{"iss", "exp", "nbf", "iat"} {
			add(name+" twice", head, text[:len(text)-1]+`,"`+name+`":1,"`+name+`":2}`)
			add(name+" in other case", head, text[:len(text)-1]+`,"`+swapped(name)+`":1}`)
		}
		add("text behind it", head, text+"{}")
		add("cut", head, text[:len(text)-1])
		add("no UTF-8", head, strings.Replace(text, "Lighting", "Light\xff", 1))
		add("no object", head, "["+text+"]")
		add("nothing", head, "")
		joined := p.header + "." + p.payload + "."
		for name, bad := range map[string]string{
			"line break inside": p.header + ".\n" + p.payload + "." + p.signature, "four parts": joined + p.signature + ".AAAA",
			"two parts": p.header + "." + p.payload, "padded": joined + p.signature + "==", "text in front": "x " + string(file),
		} {
			all = append(all, attack{form + ": " + name, []byte(bad), verifier.Invalid, proof.Malformed})
		}
	}
	attackAll(t, trusted(t, a), all)
}

func TestTV22VCJWTDates(t *testing.T) {
	t.Parallel()
	a := newAuthor(t)
	at := func(d time.Duration) string { return now.Add(d).Format(time.RFC3339) }
	unix := func(d time.Duration) int64 { return now.Add(d).Unix() }
	var all []attack
	for form, file := range tokens(t, a) {
		add := func(name string, edit func(c obj)) {
			all = append(all, attack{form + ": " + name, signedAgain(t, a.key, file, func(_, p obj) { edit(p) }), verifier.Invalid, proof.Validity})
		}
		add("over", func(c obj) { c["validUntil"] = at(-61 * time.Second) })
		add("end before begin", func(c obj) { c["validUntil"] = signedAt.Add(-time.Hour).Format(time.RFC3339) })
		add("to come", func(c obj) { c["validFrom"] = at(61 * time.Second) })
		add("exp over", func(c obj) { c["exp"] = unix(-61 * time.Second) })
		add("exp over, validUntil not", func(c obj) { c["exp"], c["validUntil"] = unix(-61*time.Second), at(time.Hour) })
		add("validUntil over, exp not", func(c obj) { c["exp"], c["validUntil"] = unix(time.Hour), at(-61*time.Second) })
		add("nbf to come", func(c obj) { c["nbf"] = unix(61 * time.Second) })
		add("iat to come", func(c obj) { c["iat"] = unix(61 * time.Second) })
		add("exp before nbf", func(c obj) { c["exp"], c["nbf"] = unix(-10*time.Second), unix(10*time.Second) })
		add("exp before validFrom", func(c obj) { c["exp"], c["validFrom"] = unix(-10*time.Second), at(10*time.Second) })
		for _, field := range []string{"validFrom", "validUntil"} {
			for _, value := range []any{"", "tomorrow", "2026-11-25", "2026-11-25T10:00:00", "2026-02-30T00:00:00Z", 1764064800, nil, true, []any{}} {
				add(fmt.Sprintf("%s %v", field, value), func(c obj) { c[field] = value })
			}
		}
		for _, field := range []string{"iat", "nbf", "exp"} {
			for _, value := range []any{"1764064800", nil, true, -1, 1e300, []any{1}, obj{}} {
				add(fmt.Sprintf("%s %v", field, value), func(c obj) { c[field] = value })
			}
		}
	}
	attackAll(t, trusted(t, a), all)
	for name, edit := range map[string]func(c obj){
		"a minute of skew at the end":   func(c obj) { c["exp"] = unix(-60 * time.Second) },
		"a minute of skew at the start": func(c obj) { c["nbf"], c["iat"] = unix(60*time.Second), unix(60*time.Second) },
		"half a second":                 func(c obj) { c["iat"] = 1764064800.5 },
	} {
		if r := verify(t, trusted(t, a), signedAgain(t, a.key, a.token(t, a.asELM(t, nil)), func(_, p obj) { edit(p) }), time.Time{}); !r.Valid() {
			t.Errorf("%s: %s", name, show(r))
		}
	}
}

func TestTV23VCJWTIssuer(t *testing.T) {
	t.Parallel()
	a, b := newAuthor(t), newAuthor(t)
	var all []attack
	for form, file := range tokens(t, a) {
		add := func(name string, edit func(h, p obj)) {
			all = append(all, attack{form + ": " + name, signedAgain(t, a.key, file, edit), verifier.Invalid, proof.Key})
		}
		for name, value := range map[string]any{
			"another": b.did, "a did:web": "did:web:issuer.example", "a list": []any{obj{"id": a.did}, obj{"id": b.did}}, "a list of one": []any{obj{"id": a.did}},
			"no list": []any{}, "null": nil, "number": 1, "no id": obj{"name": planted}, "empty": "", "file:": "file:///etc/passwd",
			"javascript:": "javascript:alert(1)", "IP address": "https://127.0.0.1/x", "DID address": "did:web:127.0.0.1%3A8080:body", "id a list": obj{"id": []any{a.did}},
		} {
			add(name, func(_, p obj) { p["issuer"] = value })
		}
		add("missing", func(_, p obj) { delete(p, "issuer") })
		for name, iss := range map[string]any{"another": b.did, "empty": "", "null": nil, "list": []any{a.did}, "object": obj{"id": a.did}, "address": "https://issuer.example"} {
			add("iss "+name, func(_, p obj) { p["iss"] = iss })
		}
		// The DID that would have to be asked for is that of both, but cannot be.
		for _, did := range []string{"did:web:127.0.0.1", "did:web:[::1]", "did:web:169.254.169.254"} {
			add(did, func(h, p obj) { setIssuer(p, did); h["kid"] = did + "#k" })
		}
	}
	attackSilently(t, trusted(t, a), all)
}

func TestTV31And32VCJWT(t *testing.T) {
	t.Parallel()
	const ministry = "Ministry of Education"
	a, other := newAuthor(t), newAuthor(t)
	file := a.token(t, a.asELM(t, func(c obj) {
		everywhere(c, a.did, func(node obj) { node["legalName"] = obj{"en": ministry} })
		achievement(c)["title"] = obj{"en": "<script>alert(1)</script>\u202e=cmd|' /C calc'!A0"}
	}))
	r := verify(t, trusted(t, other), file, time.Time{})
	if r.Verdict() != verifier.Undetermined || r.Code() != proof.Trust {
		t.Errorf("%s", show(r))
	}
	for _, lang := range i18n.Languages {
		an := r.Answer(i18n.For(lang))
		if an.Issuer == nil || an.Issuer.Trusted || an.Issuer.Name == ministry || !strings.Contains(an.Issuer.Name, ministry) {
			t.Errorf("%s: %+v", lang, an.Issuer)
		}
		if text := marshal(t, an); bytes.Contains(text, []byte("<script>")) || bytes.Contains(text, []byte("\u202e")) {
			t.Errorf("markup or hidden characters: %s", text)
		}
	}
}
