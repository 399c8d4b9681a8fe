package verifier_test

import (
	"crypto/x509"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/jose"
	"github.com/probatum/probatum/proof/sdjwt"
	"github.com/probatum/probatum/trust"
	"github.com/probatum/probatum/verifier"
)

func TestSDJWTValid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	holder := newAuthor(t)
	whole := w.wallet(t, holder.key.Public(), nil)
	for name, tt := range map[string]struct {
		file      []byte
		selection bool
	}{
		"whole":               {whole, false},
		"for nobody":          {w.wallet(t, nil, nil), false},
		"leaf alone":          {walletOf(t, w.seal, awardClaims(t, nil, nil)), false},
		"record alone":        {present(t, whole, nil, "elm"), false},
		"record left out":     {present(t, whole, nil, "title", "family_name", "awarding_body", "eqf_level", "units", "date_of_award"), true},
		"title alone":         {present(t, whole, nil, "title"), true},
		"nothing shown":       {present(t, whole, nil, nothing), true},
		"white space":         {slices.Concat([]byte(" \n"), whole, []byte("\n")), false},
		"with an end":         {w.wallet(t, nil, func(p obj) { p["exp"] = now.AddDate(1, 0, 0).Unix() }), false},
		"presented elsewhere": {present(t, whole, &sdjwt.KeyBinding{Signer: holder.key, Audience: "https://x.example", Nonce: "n", At: now.AddDate(0, 0, -3)}), false},
		"typ of older drafts": {signedAgain(t, w.seal.key, whole, func(h, _ obj) { h["typ"] = "vc+sd-jwt" }), false},
		"type at an address": {w.wallet(t, nil, func(p obj) {
			p["vct"] = sdjwt.AwardType("https://issuer.example")
			p["vct#integrity"] = sdjwt.Integrity(sdjwt.TypeMetadata(p["vct"].(string)))
		}), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := w.verify(t, tt.file)
			if !r.Valid() || r.Code() != "" || !r.Issuer.Trusted || r.Claims == nil || r.Form != credential.SDJWT || r.Selection != tt.selection || r.Unmodelled {
				t.Errorf("%s", show(r))
			}
			checkAnswer(t, r)
			var ids []verifier.CheckID
			for _, c := range r.Checks {
				ids = append(ids, c.ID)
			}
			want := []verifier.CheckID{verifier.Format, verifier.Seal, verifier.Owner, verifier.Validity, verifier.Accreditation, verifier.Schema}
			if !slices.Equal(ids, want) {
				t.Errorf("checks %v", ids)
			}
			r = verify(t, nil, tt.file, time.Time{})
			if r.Verdict() != verifier.Undetermined || r.Code() != proof.Trust || r.Issuer.Trusted {
				t.Errorf("trusting nobody: %s", show(r))
			}
			checkAnswer(t, r)
		})
	}
}

func TestSDJWTAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file := w.wallet(t, nil, func(p obj) { p["exp"] = now.AddDate(1, 0, 0).Unix() })
	a := w.verify(t, file).Answer(i18n.For("de"))
	c := a.Credential
	if c == nil || a.Issuer.Name != body || a.Issuer.Identifier != registered || c.Title != "Licht" || c.Subject.Name != "Noor Example" || c.AwardingBody != body ||
		c.ID == "" || len(c.Notes) != 0 {
		t.Errorf("record: %+v, %+v", a.Issuer, c)
	}
	a = w.verify(t, present(t, file, nil, "title", "given_name", "family_name", "date_of_birth", "awarding_body", "eqf_level", "national_level", "units",
		"date_of_award", "learning_outcomes", "grade")).Answer(i18n.For("en"))
	c = a.Credential
	if c == nil || c.Title != "Lighting" || c.Subject.Name != "Noor Example" || c.Subject.DateOfBirth != "2001-05-17" || c.AwardingBody != body ||
		c.AwardedOn != "2026-10-26" || c.Level != "EQF level 4, DQR Level 4" && c.Level+c.NationalLevel != "EQF level 4DQR Level 4" || len(c.Outcomes) != 2 || len(c.Assessments) != 1 || c.Assessments[0].Grade != "passed" ||
		len(c.Parts) != 1 || c.Parts[0].Title != "Lighting" || c.ValidUntil == nil || *c.ValidUntil != "2027-11-25T12:00:00Z" ||
		len(c.Notes) != 1 || !strings.Contains(c.Notes[0], "may say more") {
		t.Errorf("flat: %+v", c)
	}
	// An EQF level stands only with the national one.
	for _, alone := range []string{"eqf_level", "national_level"} {
		if c := w.verify(t, present(t, file, nil, "title", alone)).Answer(i18n.For("en")).Credential; c.Level != "" || c.NationalLevel != "" {
			t.Errorf("%s alone: level %q, national level %q", alone, c.Level, c.NationalLevel)
		}
	}
	// What is left out is not told.
	text := string(marshal(t, w.verify(t, present(t, file, nil, "title")).Answer(i18n.For("en"))))
	for _, s := range []string{"Noor", "2001-05-17", "Rigs lamps", "passed", "2026-10-26\""} {
		if strings.Contains(text, s) {
			t.Errorf("%q is told: %s", s, text)
		}
	}
	if got := w.verify(t, present(t, file, nil, nothing)).Answer(i18n.For("de")).Credential.Title; got != "Microcredential" {
		t.Errorf("title where none is shown: %q", got)
	}
}

// Of a type that nobody here knows, only its name is told.
func TestSDJWTOtherTypes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, edit := range map[string]func(p obj){
		"other":                    func(p obj) { p["vct"] = "urn:eudi:diploma:1"; delete(p, "vct#integrity") },
		"look-alike":               func(p obj) { p["vct"] = "https://x.example/vct/vet-award-1" },
		"ours without its digest":  func(p obj) { p["vct"] = "https://x.example/vct/vet-award-1"; delete(p, "vct#integrity") },
		"ours with another digest": func(p obj) { p["vct#integrity"] = sdjwt.Integrity([]byte("x")) },
		"later version":            func(p obj) { p["vct"] = "https://w3id.org/probatum/vct/vet-award-2"; delete(p, "vct#integrity") },
	} {
		r := w.verify(t, w.wallet(t, nil, func(p obj) { p["elm"], p["title"] = 1, planted; edit(p) }))
		text := marshal(t, r.Answer(i18n.For("en")))
		if !r.Valid() || !r.Unmodelled || strings.Contains(string(text), planted) || strings.Contains(string(text), "Noor") {
			t.Errorf("%s: %s", name, show(r))
		}
		checkAnswer(t, r)
	}
}

// Who vouches for an SD-JWT VC: the certificate that comes with it, or the keys
// that the issuer publishes at its address.
func TestSDJWTVouched(t *testing.T) {
	t.Parallel()
	const iss = "https://issuer.example/oid4vci/x"
	w := newWorld(t)
	address, err := url.Parse(iss)
	if err != nil {
		t.Fatal(err)
	}
	with := func(edit func(c *x509.Certificate), by *party) *party {
		c := sealCert()
		edit(c)
		return certify(t, c, by)
	}
	uri := with(func(c *x509.Certificate) { c.URIs = []*url.URL{address} }, w.ca)
	dns := with(func(c *x509.Certificate) { c.DNSNames = []string{"issuer.example"} }, w.ca)
	wild := with(func(c *x509.Certificate) { c.DNSNames = []string{"*.example", "issuer.example.org"} }, w.ca)
	enc := with(func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment }, w.ca)
	ministry := certify(t, sealCertOf("Ministry of Education", "VATDE-1", "DE"), nil)
	unclear := certify(t, &x509.Certificate{KeyUsage: x509.KeyUsageDigitalSignature}, w.ca)
	from := func(iss string) func(p obj) { return func(p obj) { p["iss"] = iss } }
	file := func(p *party, edit func(c obj)) []byte { return walletOf(t, p, awardClaims(t, nil, edit)) }
	named := func(edit func(c obj)) func(p obj) {
		return func(p obj) { p["elm"] = json.RawMessage(asRecord(t, edit)) }
	}
	issuer := func(c obj) obj { return c["issuer"].(obj) }
	both := func(p obj) { from(iss)(p); delete(p, "elm"); delete(p, "awarding_body") }
	for name, tt := range map[string]struct {
		file    []byte
		verdict verifier.Verdict
		code    proof.Code
		check   verifier.CheckID
	}{
		"no iss":                 {file(w.seal, nil), verifier.Valid, "", ""},
		"iss, as URI":            {file(uri, from(iss)), verifier.Valid, "", ""},
		"iss, by host":           {file(dns, from(iss)), verifier.Valid, "", ""},
		"iss not certified":      {file(w.seal, from(iss)), verifier.Invalid, proof.Key, verifier.Owner},
		"iss, other path":        {file(uri, from(iss+"/y")), verifier.Invalid, proof.Key, verifier.Owner},
		"iss, other host":        {file(dns, from("https://issuer.example.org/x")), verifier.Invalid, proof.Key, verifier.Owner},
		"iss, with a user":       {file(dns, from("https://x@issuer.example/x")), verifier.Invalid, proof.Key, verifier.Owner},
		"iss, wild card":         {file(wild, from(iss)), verifier.Invalid, proof.Key, verifier.Owner},
		"iss a URN":              {file(dns, from("urn:x:y")), verifier.Invalid, proof.Key, verifier.Owner},
		"iss a file":             {file(dns, from("file://issuer.example/x")), verifier.Invalid, proof.Key, verifier.Owner},
		"iss a DID":              {file(dns, from("did:web:issuer.example")), verifier.Invalid, proof.Key, verifier.Seal},
		"other awarding body":    {file(w.seal, func(p obj) { p["awarding_body"] = "Ministry of Education" }), verifier.Invalid, proof.Key, verifier.Owner},
		"other body, no record":  {file(w.seal, func(p obj) { p["awarding_body"] = "Ministry of Education"; delete(p, "elm") }), verifier.Invalid, proof.Key, verifier.Owner},
		"other issuer in record": {file(w.seal, named(func(c obj) { issuer(c)["legalName"] = obj{"de": "Ministry of Education"} })), verifier.Invalid, proof.Key, verifier.Owner},
		"other registration":     {file(w.seal, named(func(c obj) { issuer(c)["eIDASIdentifier"].(obj)["notation"] = "VATDE-1" })), verifier.Invalid, proof.Key, verifier.Owner},
		"other country":          {file(w.seal, named(func(c obj) { issuer(c)["eIDASIdentifier"].(obj)["spatial"] = country("FRA") })), verifier.Invalid, proof.Key, verifier.Owner},
		"a name in two languages": {file(w.seal, func(p obj) {
			named(func(c obj) { issuer(c)["legalName"] = obj{"de": body, "en": "Body"} })(p)
			p["awarding_body"] = "Body"
		}), verifier.Valid, "", ""},
		"no key for signatures":     {file(enc, nil), verifier.Invalid, proof.Key, verifier.Seal},
		"owner not named":           {file(unclear, nil), verifier.Invalid, proof.Key, verifier.Owner},
		"a made-up issuer (TV-31)":  {file(ministry, func(p obj) { p["awarding_body"] = "Ministry of Education"; delete(p, "elm") }), verifier.Undetermined, proof.Trust, verifier.Accreditation},
		"neither certificate nor k": {issueSD(t, w.seal.key, jose.TokenHeader{}, awardClaims(t, nil, from(iss))), verifier.Invalid, proof.Key, verifier.Seal},
		"neither iss":               {issueSD(t, w.seal.key, jose.TokenHeader{KeyID: "k"}, awardClaims(t, nil, nil)), verifier.Invalid, proof.Key, verifier.Seal},
		"a DID, by kid":             {issueSD(t, w.seal.key, jose.TokenHeader{KeyID: authorOf(t, w.seal.key).method}, awardClaims(t, nil, from(authorOf(t, w.seal.key).did))), verifier.Invalid, proof.Key, verifier.Seal},
		"only what nobody checked":  {file(dns, both), verifier.Valid, "", ""},
	} {
		r := &registry{set: w.trust}
		report := verifyBy(t, r, tt.file, verifier.Options{})
		if report.Verdict() != tt.verdict || report.Code() != tt.code || r.asked.Load() != 0 {
			t.Errorf("%s, asked %d times: %s", name, r.asked.Load(), show(report))
		}
		if c, ok := report.Check(tt.check); tt.check != "" && (!ok || c.Code != tt.code) {
			t.Errorf("%s: check %s is %+v", name, tt.check, c)
		}
		if an := report.Answer(i18n.For("en")); tt.verdict == verifier.Undetermined && (an.Issuer.Trusted || an.Issuer.Name == "Ministry of Education") {
			t.Errorf("%s: issuer %+v", name, an.Issuer)
		}
	}
}

func TestSDJWTIssuerMetadata(t *testing.T) {
	t.Parallel()
	const iss = "https://issuer.example/oid4vci/x"
	a := newAuthor(t)
	listed := map[string][]keys.JWK{iss: {{KeyID: "old", Key: newAuthor(t).key.Public()}, {KeyID: "k", Key: a.key.Public()}}}
	file := func(name, iss string) []byte {
		return issueSD(t, a.key, jose.TokenHeader{KeyID: name}, awardClaims(t, nil, func(p obj) { p["iss"] = iss; delete(p, "elm") }))
	}
	jwk, err := keys.MarshalJWK(a.key.Public(), "k")
	if err != nil {
		t.Fatal(err)
	}
	known := folderOf(t, map[string][]byte{"x.jwks.json": marshal(t, obj{"keys": []any{jwk}})})
	w := newWorld(t)
	imitated := folderOf(t, map[string][]byte{"seal.pem": pemOf(w.seal)})
	for name, tt := range map[string]struct {
		r       *registry
		file    []byte
		verdict verifier.Verdict
		code    proof.Code
		asked   int32
	}{
		"known":                    {&registry{set: known, issuers: listed}, file("k", iss), verifier.Valid, "", 1},
		"known to nobody":          {&registry{set: &trust.Set{}, issuers: listed}, file("k", iss), verifier.Undetermined, proof.Trust, 1},
		"not to be had":            {&registry{set: known}, file("k", iss), verifier.Undetermined, proof.Key, 1},
		"too slow":                 {&registry{set: known, slow: time.Minute}, file("k", iss), verifier.Undetermined, proof.Key, 1},
		"wrong":                    {&registry{set: known, wrong: true}, file("k", iss), verifier.Invalid, proof.Key, 1},
		"not among them":           {&registry{set: known, issuers: listed}, file("K", iss), verifier.Invalid, proof.Key, 1},
		"the key of another":       {&registry{set: known, issuers: listed}, file("old", iss), verifier.Invalid, proof.Signature, 1},
		"no address":               {&registry{set: known, issuers: listed}, file("k", "urn:x:y"), verifier.Invalid, proof.Key, 0},
		"a name that is known":     {&registry{set: imitated, issuers: listed}, file("k", iss), verifier.Invalid, proof.Key, 1},
		"nobody to ask, no client": {&registry{set: known}, file("k", "https://127.0.0.1/x"), verifier.Undetermined, proof.Key, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := verifyBy(t, tt.r, tt.file, verifier.Options{})
			if r.Verdict() != tt.verdict || r.Code() != tt.code || tt.r.asked.Load() != tt.asked {
				t.Errorf("asked %d times: %s", tt.r.asked.Load(), show(r))
			}
			an := r.Answer(i18n.For("en"))
			if tt.code == "" && (an.Issuer.ID != iss || an.Issuer.Name != body || !r.Issuer.Claimed) || tt.code == proof.Trust && an.Issuer.Name == body {
				t.Errorf("issuer %+v", an.Issuer)
			}
		})
	}
	// Without a resolver nobody is asked, and an address inside a network is no
	// issuer.
	for iss, verdict := range map[string]verifier.Verdict{iss: verifier.Undetermined, "https://10.0.0.1/x": verifier.Invalid, "http://issuer.example/x": verifier.Invalid} {
		if r := verify(t, known, file("k", iss), time.Time{}); r.Verdict() != verdict || r.Code() != proof.Key {
			t.Errorf("%s: %s", iss, show(r))
		}
	}
}

func TestSDJWTCertificateTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dated := func(from, until time.Time) []byte {
		c := sealCert()
		c.NotBefore, c.NotAfter = from, until
		return walletOf(t, certify(t, c, w.ca), awardClaims(t, nil, nil))
	}
	crl, err := x509.ParseRevocationList(revocation(t, w.ca, now.AddDate(0, 0, -1), w.seal))
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		set     *trust.Set
		file    []byte
		at      time.Time
		verdict verifier.Verdict
	}{
		"over now":            {w.trust, dated(now.AddDate(-1, 0, 0), now.AddDate(0, 0, -1)), time.Time{}, verifier.Undetermined},
		"over now, good then": {w.trust, dated(now.AddDate(-1, 0, 0), now.AddDate(0, 0, -1)), now.AddDate(0, 0, -2), verifier.Valid},
		"over before":         {w.trust, dated(now.AddDate(-3, 0, 0), now.AddDate(-2, 0, 0)), time.Time{}, verifier.Invalid},
		"revoked":             {w.trust.WithCRLs(crl), w.wallet(t, nil, nil), time.Time{}, verifier.Invalid},
		"revoked later":       {w.trust.WithCRLs(crl), w.wallet(t, nil, nil), now.AddDate(0, 0, -2), verifier.Valid},
	} {
		r := verify(t, tt.set, tt.file, tt.at)
		if r.Verdict() != tt.verdict || tt.verdict != verifier.Valid && r.Code() != proof.Key {
			t.Errorf("%s: %s", name, show(r))
		}
		checkAnswer(t, r)
	}
}
