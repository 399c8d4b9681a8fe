package verifier_test

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/proof/sdjwt"
	"github.com/probatum/probatum/verifier"
)

// A selection is said to be one in the first sentence, and where no name is shown
// that, too.
func TestSelectionIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file := w.wallet(t, nil, nil)
	for _, lang := range i18n.Languages {
		loc := i18n.For(lang)
		for name, tt := range map[string]struct {
			shown             []string
			selection, nobody bool
		}{
			"all":         {nil, false, false},
			"the record":  {[]string{"elm"}, false, false},
			"a title":     {[]string{"title"}, true, true},
			"nothing":     {[]string{nothing}, true, true},
			"a birthday":  {[]string{"date_of_birth"}, true, true},
			"a name":      {[]string{"family_name"}, true, false},
			"name, title": {[]string{"given_name", "title"}, true, false},
		} {
			r := w.verify(t, present(t, file, nil, tt.shown...))
			a := r.Answer(loc)
			want := "verify.summary.valid"
			if tt.selection {
				want += ".selection"
			}
			if !r.Valid() || a.Summary != loc.T(want) {
				t.Errorf("%s, %s: %q", lang, name, a.Summary)
			}
			if got := slices.Contains(a.Credential.Notes, loc.T("verify.credential.nobody")); got != tt.nobody {
				t.Errorf("%s, %s: notes %q", lang, name, a.Credential.Notes)
			}
		}
		// Of a type that is not known here names are not read.
		other := w.wallet(t, nil, func(p obj) { p["vct"] = "urn:x:y"; delete(p, "vct#integrity"); delete(p, "elm") })
		if a := w.verify(t, present(t, other, nil, "title")).Answer(loc); slices.Contains(a.Credential.Notes, loc.T("verify.credential.nobody")) {
			t.Errorf("%s, another type: notes %q", lang, a.Credential.Notes)
		}
	}
	// A copy of a list is the more to be said, and does not hide that.
	r := w.verify(t, present(t, file, nil, "title"))
	r.Checks = append(r.Checks, verifier.Check{
		ID: verifier.Status, Result: verifier.Passed, Key: "verify.status.snapshot", Args: map[string]any{"Date": now, "Time": "12:00"},
	})
	en := i18n.For("en")
	if got := r.Answer(en).Summary; !strings.Contains(got, "stored copy") || !strings.HasSuffix(got, en.T("verify.summary.selection")) {
		t.Errorf("a copy: %q", got)
	}
	r.Selection = false
	if got := r.Answer(en).Summary; strings.Contains(got, en.T("verify.summary.selection")) {
		t.Errorf("a copy, the whole: %q", got)
	}
}

// Nothing that is not there stands in an answer as an empty text, but for the ids,
// which programs look for.
func TestAnswerLeavesOutWhatIsAbsent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file := w.wallet(t, nil, nil)
	for name, tt := range map[string]struct {
		file []byte
		want string
	}{
		"a grade": {present(t, file, nil, "grade"), `"assessments":[{"grade":"passed"}]`},
		"units":   {present(t, file, nil, "units"), `"parts":[{"title":"Lighting"}]`},
		"nothing": {present(t, file, nil, nothing), `"subject":{}`},
		"a file that has all": {
			w.file(t, nil), `"id":"urn:credential:`,
		},
	} {
		text := marshal(t, w.verify(t, tt.file).Answer(i18n.For("en")))
		if bytes.Contains(bytes.ReplaceAll(text, []byte(`"id":""`), nil), []byte(`:""`)) || !strings.Contains(string(text), tt.want) {
			t.Errorf("%s: %s", name, text)
		}
	}
	// An assessment of which nothing is told.
	one := elm.LearningAssessment{Grade: &elm.Note{NoteLiteral: elm.NewText("en", "passed")}}
	r := verifier.Report{Claims: &elm.Credential{CredentialSubject: &elm.Person{HasClaim: elm.Many[elm.Claim]{
		&elm.LearningAchievement{ProvenBy: elm.Many[elm.LearningAssessment]{{}, one, {Grade: &elm.Note{}}}},
	}}}}
	if got := r.Answer(i18n.For("en")).Credential.Assessments; len(got) != 1 || got[0].Grade != "passed" {
		t.Errorf("assessments %+v", got)
	}
}

// A holder's proof that nobody asked for here shows nothing of who sent it.
func TestSDJWTBindingForAnotherOccasion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	holder := newAuthor(t)
	file := w.wallet(t, holder.key.Public(), nil)
	kb := &sdjwt.KeyBinding{Signer: holder.key, Audience: aud, Nonce: nonce, At: now}
	bound := present(t, file, kb, "title")
	for name, tt := range map[string]struct {
		file []byte
		b    *verifier.Binding
		note bool
	}{
		"not asked for":   {bound, nil, true},
		"asked for":       {bound, &verifier.Binding{Audience: aud, Nonce: nonce}, false},
		"none, not asked": {file, nil, false},
	} {
		r := verifyBy(t, &registry{set: w.trust}, tt.file, verifier.Options{Binding: tt.b})
		for _, lang := range i18n.Languages {
			loc := i18n.For(lang)
			for _, c := range r.Answer(loc).Checks {
				if c.ID == verifier.Owner && (c.Result != "pass" || strings.HasSuffix(c.Message, loc.T("verify.owner.unasked")) != tt.note) {
					t.Errorf("%s, %s: %+v", name, lang, c)
				}
			}
		}
		if !r.Valid() {
			t.Errorf("%s: %s", name, show(r))
		}
	}
}

// What people paste is named for what it is.
func TestPasted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := newAuthor(t)
	vc, wallet := string(a.token(t, a.asPlain(t, nil))), string(w.wallet(t, nil, nil))
	der, err := x509.MarshalPKCS8PrivateKey(a.key)
	if err != nil {
		t.Fatal(err)
	}
	secret := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	for name, tt := range map[string]struct{ file, key string }{
		"quoted":                {`"` + vc + "\"\n", "verify.format.plain"},
		"in other marks":        {"»" + wallet + "«", "verify.format.sdjwt"},
		"with its scheme":       {"Bearer " + vc, "verify.format.plain"},
		"scheme, quotes, case":  {" 'bearer  " + vc + "'", "verify.format.plain"},
		"a wallet's, scheme":    {"Bearer " + wallet, "verify.format.sdjwt"},
		"cut in the header":     {vc[:10], "proof.malformed.token"},
		"cut behind the header": {vc[:strings.IndexByte(vc, '.')], "proof.malformed.token"},
		"cut before the seal":   {vc[:strings.LastIndexByte(vc, '.')], "proof.malformed.token"},
		"a line break":          {vc[:50] + "\n" + vc[50:], "proof.malformed.token"},
		"a space":               {wallet[:50] + " " + wallet[50:], "proof.malformed.token"},
		"two of them":           {vc + "\n" + vc, "proof.malformed.token"},
		"a foreign sign":        {vc[:50] + "=" + vc[50:], "proof.malformed.token"},
		"scheme, cut":           {"Bearer eyJ", "proof.malformed.token"},
		"the scheme alone":      {"Bearer ", "verify.format.unknown"},
		"words":                 {"Hello, here it is", "verify.format.unknown"},
		"words with eyJ":        {"see eyJhbGci", "verify.format.unknown"},
		"a secret key":          {secret, "verify.format.secret"},
		"with text before it":   {"Bag Attributes\n" + secret, "verify.format.secret"},
		"one of OpenSSH":        {"-----BEGIN OPENSSH PRIVATE KEY-----\nAA==\n-----END OPENSSH PRIVATE KEY-----", "verify.format.secret"},
		"as JWK":                {`{"kty":"OKP","crv":"Ed25519","x":"AA","d":"AA"}`, "verify.format.secret"},
		"in a key set":          {`{"keys":[{"kty":"oct","k":"AA"}]}`, "verify.format.secret"},
		"in a DID document":     {`{"id":"did:x:y","verificationMethod":[{"secretKeyMultibase":"z1"}]}`, "verify.format.secret"},
		"a public JWK":          {`{"kty":"OKP","crv":"Ed25519","x":"AA"}`, "verify.format.keys"},
		"a public key":          {"-----BEGIN PUBLIC KEY-----\nAA==\n-----END PUBLIC KEY-----", "verify.format.keys"},
		"a status list":         {b64([]byte(`{"typ":"application/statuslist+jwt"}`)) + ".e30.AA", "verify.format.statuslist"},
		"one in capitals":       {b64([]byte(`{"typ":"StatusList+JWT"}`)) + ".e30.AA", "verify.format.statuslist"},
		"a certificate":         {string(pemOf(w.seal)), "verify.format.unknown"},
	} {
		r := verify(t, w.trust, []byte(tt.file), time.Time{})
		if c, _ := r.Check(verifier.Format); c.Key != tt.key || (c.Result == verifier.Passed) != (c.Code == "") || r.Verdict() == verifier.Valid && !strings.Contains(name, "wallet") && name != "in other marks" {
			t.Errorf("%s: %s", name, show(r))
		}
		checkAnswer(t, r)
	}
}
