package verifier_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"slices"
	"testing"
	"time"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/trust"
	"github.com/probatum/probatum/verifier"
)

// Every accepted kind of document, under every algorithm, by an issuer that the
// trust folder knows by its DID document.
func TestVCJWTValid(t *testing.T) {
	t.Parallel()
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p256, ed, strong := newAuthor(t), newAuthorEd25519(t), authorOf(t, p384)
	doc := p256.asELM(t, nil)
	for name, file := range map[string][]byte{
		"ELM, ES256":   p256.token(t, doc),
		"ELM, ES384":   strong.token(t, strong.asELM(t, nil)),
		"ELM, EdDSA":   ed.token(t, ed.asELM(t, nil)),
		"ELM, Ed25519": ed.token(t, ed.asELM(t, nil), func(h obj) { h["alg"] = "Ed25519" }),
		"badge":        p256.token(t, p256.asBadge(t, nil)),
		"plain":        ed.token(t, ed.asPlain(t, nil)),
		"no cty":       p256.token(t, doc, func(h obj) { delete(h, "cty") }),
		"long types":   p256.token(t, doc, func(h obj) { h["typ"], h["cty"] = "application/vc+jwt", "application/vc" }),
		"white space":  slices.Concat([]byte("\n "), p256.token(t, doc), []byte("\r\n")),
		"claims beside it": signedAgain(t, p256.key, p256.token(t, doc), func(_, p obj) {
			p["iss"], p["jti"], p["iat"], p["nbf"], p["exp"] = p256.did, p["id"], signedAt.Unix(), signedAt.Unix(), now.Add(time.Hour).Unix()
			p["sub"], p["cnf"] = p["credentialSubject"].(obj)["id"], obj{"kid": "x"}
		}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := verify(t, trusted(t, p256, ed, strong), file, time.Time{})
			if !r.Valid() || r.Code() != "" || !r.Issuer.Trusted || r.Claims == nil || r.Form != credential.VCJWT || r.Selection {
				t.Errorf("%s", show(r))
			}
			var ids []verifier.CheckID
			for _, c := range r.Checks {
				ids = append(ids, c.ID)
			}
			want := []verifier.CheckID{verifier.Format, verifier.Seal, verifier.Owner, verifier.Validity, verifier.Accreditation, verifier.Schema}
			if !slices.Equal(ids, want) {
				t.Errorf("checks %v", ids)
			}
			checkAnswer(t, r)

			r = verify(t, nil, file, time.Time{})
			if r.Verdict() != verifier.Undetermined || r.Code() != proof.Trust || r.Issuer.Trusted {
				t.Errorf("trusting nobody: %s", show(r))
			}
			checkAnswer(t, r)
		})
	}
}

// A document says the same as a token and with its proof inside.
func TestVCJWTAnswer(t *testing.T) {
	t.Parallel()
	a, p := certified(t, sealCert(), nil)
	set := folderOf(t, map[string][]byte{"seal.pem": pemOf(p)})
	formats := map[string]string{"ELM": "verify.format.elm", "badge": "verify.format.badge", "plain": "verify.format.plain"}
	for name, doc := range map[string][]byte{"ELM": a.asELM(t, rich), "badge": a.asBadge(t, nil), "plain": a.asPlain(t, nil)} {
		one := verify(t, set, a.token(t, doc), time.Time{}).Answer(i18n.For("de"))
		other := verify(t, set, a.sign(t, doc), time.Time{}).Answer(i18n.For("de"))
		one.Form, other.Form = "", ""
		if got, want := string(marshal(t, one)), string(marshal(t, other)); got != want || one.Verdict != "valid" {
			t.Errorf("%s:\n%s\n%s", name, got, want)
		}
		// It is no European digital credential as one of the Commission is, whatever its model.
		if c, _ := verify(t, set, a.token(t, doc), time.Time{}).Check(verifier.Format); c.Key != formats[name] {
			t.Errorf("%s is called %s", name, c.Key)
		}
	}
}

// Who vouches for a token: the DID document, a certificate for the key, or an
// authority by the certificate that comes with it.
func TestVCJWTVouched(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := authorOf(t, w.seal.key)
	other := newAuthor(t)
	stranger := certify(t, authority("Elsewhere"), nil)
	foreign := certify(t, sealCertOf("Ministry of Education", "VATDE-1", "DE"), stranger)
	f := authorOf(t, foreign.key)
	self := certify(t, sealCertOf("Ministry of Education", "VATDE-1", "DE"), nil)
	unclear := certify(t, &x509.Certificate{KeyUsage: x509.KeyUsageDigitalSignature}, w.ca)
	encrypts := sealCert()
	encrypts.KeyUsage = x509.KeyUsageKeyEncipherment
	enc := certify(t, encrypts, w.ca)
	onlyCA, onlySeal := trustIn(t, w.ca), trustIn(t, w.seal)
	ministry := func(a author) []byte {
		return a.asELM(t, func(c obj) {
			everywhere(c, a.did, func(node obj) {
				node["legalName"], node["eIDASIdentifier"].(obj)["notation"] = obj{"de": "Ministry of Education"}, "VATDE-1"
			})
		})
	}
	undid := func(doc []byte) []byte { return retouched(t, doc, func(c obj) { setIssuer(c, "urn:epass:org:1") }) }
	for name, tt := range map[string]struct {
		set     *trust.Set
		file    []byte
		verdict verifier.Verdict
		code    proof.Code
		check   verifier.CheckID
	}{
		"DID, authority by x5c":           {onlyCA, a.token(t, a.asELM(t, nil), x5c(w.seal, w.ca)), verifier.Valid, "", ""},
		"DID, authority, leaf alone":      {onlyCA, a.token(t, a.asELM(t, nil), x5c(w.seal)), verifier.Valid, "", ""},
		"DID, certificate of the set":     {onlySeal, a.token(t, a.asELM(t, nil)), verifier.Valid, "", ""},
		"DID, and only the DID inside":    {onlyCA, a.token(t, a.asPlain(t, func(c obj) { c["issuer"] = a.did }), x5c(w.seal)), verifier.Valid, "", ""},
		"DID without x5c":                 {onlyCA, a.token(t, a.asELM(t, func(c obj) { setIssuer(c, a.did) })), verifier.Undetermined, proof.Trust, verifier.Accreditation},
		"x5c alone":                       {onlyCA, a.token(t, undid(a.asELM(t, nil)), unnamed, x5c(w.seal, w.ca)), verifier.Valid, "", ""},
		"x5c alone, thumbprint":           {onlyCA, a.token(t, undid(a.asELM(t, nil)), func(h obj) { h["kid"] = "k-1" }, x5c(w.seal)), verifier.Valid, "", ""},
		"x5c alone, certificate":          {onlySeal, a.token(t, undid(a.asELM(t, nil)), unnamed, x5c(w.seal)), verifier.Valid, "", ""},
		"x5c alone, a DID inside":         {onlyCA, a.token(t, a.asELM(t, nil), unnamed, x5c(w.seal)), verifier.Valid, "", ""},
		"x5c alone, a stranger's DID":     {onlyCA, a.token(t, other.asELM(t, nil), unnamed, x5c(w.seal)), verifier.Valid, "", ""},
		"x5c alone, another owner inside": {onlyCA, a.token(t, ministry(a), unnamed, x5c(w.seal)), verifier.Invalid, proof.Key, verifier.Owner},
		"x5c alone, a badge":              {onlyCA, a.token(t, a.asBadge(t, nil), unnamed, x5c(w.seal)), verifier.Invalid, proof.Key, verifier.Owner},
		"DID, another owner inside":       {onlyCA, a.token(t, ministry(a), x5c(w.seal)), verifier.Invalid, proof.Key, verifier.Owner},
		"DID, owner of nobody's":          {onlyCA, f.token(t, ministry(f), x5c(foreign)), verifier.Undetermined, proof.Trust, verifier.Accreditation},
		"nobody's, other owner inside":    {onlyCA, f.token(t, f.asELM(t, nil), x5c(foreign)), verifier.Invalid, proof.Key, verifier.Owner},
		"nobody's authority, alone":       {onlyCA, f.token(t, ministry(f), unnamed, x5c(foreign, stranger)), verifier.Undetermined, proof.Trust, verifier.Accreditation},
		"signed by itself":                {onlyCA, authorOf(t, self.key).token(t, ministry(f), unnamed, x5c(self)), verifier.Undetermined, proof.Trust, verifier.Accreditation},
		"owner not named":                 {onlyCA, authorOf(t, unclear.key).token(t, authorOf(t, unclear.key).asELM(t, nil), x5c(unclear)), verifier.Invalid, proof.Key, verifier.Owner},
		"no key for signatures":           {onlyCA, authorOf(t, enc.key).token(t, authorOf(t, enc.key).asELM(t, nil), x5c(enc)), verifier.Invalid, proof.Key, verifier.Seal},
		"neither":                         {onlyCA, a.token(t, a.asELM(t, nil), unnamed), verifier.Invalid, proof.Key, verifier.Seal},
		"a name without a DID":            {onlySeal, a.token(t, a.asELM(t, nil), func(h obj) { h["kid"] = "k-1" }), verifier.Invalid, proof.Key, verifier.Seal},
		"DID, certificate of another":     {onlyCA, other.token(t, other.asELM(t, nil), x5c(w.seal)), verifier.Invalid, proof.Key, verifier.Seal},
		"a stranger under its name":       {onlySeal, other.token(t, other.asELM(t, nil)), verifier.Invalid, proof.Key, verifier.Seal},
	} {
		r := verify(t, tt.set, tt.file, time.Time{})
		if r.Verdict() != tt.verdict || r.Code() != tt.code {
			t.Errorf("%s: %s", name, show(r))
		}
		if c, ok := r.Check(tt.check); tt.check != "" && (!ok || c.Code != tt.code) {
			t.Errorf("%s: check %s is %+v", name, tt.check, c)
		}
		if an := r.Answer(i18n.For("en")); tt.verdict == verifier.Undetermined && (an.Issuer == nil || an.Issuer.Trusted || an.Issuer.Name == "Ministry of Education") {
			t.Errorf("%s: issuer %+v", name, an.Issuer)
		}
		checkAnswer(t, r)
	}
}

// A DID that the header does not tie to the key is not told.
func TestVCJWTTellsNoForeignDID(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, victim := authorOf(t, w.seal.key), newAuthor(t)
	r := verify(t, w.trust, a.token(t, victim.asELM(t, nil), unnamed, x5c(w.seal)), time.Time{})
	if !r.Valid() || r.Issuer.ID != "" || r.Issuer.Name != body {
		t.Errorf("%s", show(r))
	}
}

func TestVCJWTCertificateTime(t *testing.T) {
	t.Parallel()
	root := certify(t, authority("Test Root"), nil)
	ca := certify(t, authority("Test Seal CA"), root)
	dated := func(from, until time.Time) *party {
		tmpl := sealCert()
		tmpl.NotBefore, tmpl.NotAfter = from, until
		return certify(t, tmpl, ca)
	}
	good := dated(now.AddDate(-1, 0, 0), now.AddDate(1, 0, 0))
	over := dated(now.AddDate(-1, 0, 0), now.AddDate(0, 0, -1))
	long := dated(now.AddDate(-3, 0, 0), now.AddDate(-2, 0, 0))
	set := trustIn(t, ca)
	crl, err := x509.ParseRevocationList(revocation(t, ca, now.AddDate(0, 0, -1), good))
	if err != nil {
		t.Fatal(err)
	}
	both := func(p *party) *trust.Set {
		doc, err := keysDocument(authorOf(t, p.key))
		if err != nil {
			t.Fatal(err)
		}
		return folderOf(t, map[string][]byte{"ca.pem": pemOf(ca), "a.did.json": doc})
	}
	for name, tt := range map[string]struct {
		set     *trust.Set
		by      *party
		at      time.Time
		verdict verifier.Verdict
		code    proof.Code
	}{
		"good":                          {set, good, time.Time{}, verifier.Valid, ""},
		"over now":                      {set, over, time.Time{}, verifier.Undetermined, proof.Key},
		"over now, asked for then":      {set, over, now.AddDate(0, 0, -2), verifier.Valid, ""},
		"over before":                   {set, long, time.Time{}, verifier.Invalid, proof.Key},
		"over, nobody's":                {nil, over, time.Time{}, verifier.Undetermined, proof.Key},
		"over, but the DID is trusted":  {both(over), over, time.Time{}, verifier.Valid, ""},
		"over for long, DID is trusted": {both(long), long, time.Time{}, verifier.Valid, ""},
		"revoked":                       {set.WithCRLs(crl), good, time.Time{}, verifier.Invalid, proof.Key},
		"revoked later":                 {set.WithCRLs(crl), good, now.AddDate(0, 0, -2), verifier.Valid, ""},
		"revoked, DID is trusted":       {both(good).WithCRLs(crl), good, time.Time{}, verifier.Invalid, proof.Key},
	} {
		a := authorOf(t, tt.by.key)
		files := map[string][]byte{"DID": a.token(t, a.asELM(t, nil), x5c(tt.by))}
		if tt.set == set { // else the name of the key is what the set knows
			files["alone"] = a.token(t, a.asELM(t, nil), unnamed, x5c(tt.by))
			files["by validFrom"] = a.token(t, a.asPlain(t, nil), x5c(tt.by))
			files["by iat"] = signedAgain(t, a.key, files["by validFrom"], func(_, p obj) { p["iat"] = signedAt.Unix(); delete(p, "validFrom") })
		}
		for form, file := range files {
			r := verify(t, tt.set, file, tt.at)
			if r.Verdict() != tt.verdict || r.Code() != tt.code {
				t.Errorf("%s, %s: %s", name, form, show(r))
			}
			checkAnswer(t, r)
		}
	}
}

// The document of a did:web is asked for; what cannot be had is neither good
// nor bad, and a key that was replaced is good for what was made before.
func TestVCJWTResolver(t *testing.T) {
	t.Parallel()
	key := newAuthor(t)
	a := author{key.key, "did:web:issuer.example:bodies:x", "did:web:issuer.example:bodies:x#k"}
	method := keys.VerificationMethod{ID: a.method, Controller: a.did, Key: key.key.Public()}
	doc := func(edit func(d *keys.DIDDocument)) map[string]keys.DIDDocument {
		d := keys.DIDDocument{ID: a.did, Methods: []keys.VerificationMethod{method}, AssertionMethod: []string{a.method}}
		edit(&d)
		return map[string]keys.DIDDocument{a.did: d}
	}
	file := a.token(t, a.asELM(t, nil))
	set := trusted(t, newAuthor(t))
	for name, tt := range map[string]struct {
		r       *registry
		verdict verifier.Verdict
		code    proof.Code
		message string
	}{
		"good":                 {&registry{dids: doc(func(*keys.DIDDocument) {})}, verifier.Undetermined, proof.Trust, ""},
		"not to be had":        {&registry{}, verifier.Undetermined, proof.Key, "verify.seal.unresolved"},
		"too slow":             {&registry{slow: time.Minute}, verifier.Undetermined, proof.Key, "verify.seal.unresolved"},
		"wrong":                {&registry{wrong: true}, verifier.Invalid, proof.Key, ""},
		"of another":           {&registry{dids: doc(func(d *keys.DIDDocument) { d.ID = "did:web:x.example" })}, verifier.Invalid, proof.Key, ""},
		"not for assertions":   {&registry{dids: doc(func(d *keys.DIDDocument) { d.AssertionMethod, d.Authentication = nil, d.AssertionMethod })}, verifier.Invalid, proof.Key, ""},
		"controlled elsewhere": {&registry{dids: doc(func(d *keys.DIDDocument) { d.Methods[0].Controller = "did:web:x.example" })}, verifier.Invalid, proof.Key, ""},
		"another key":          {&registry{dids: doc(func(d *keys.DIDDocument) { d.Methods[0].Key = newAuthor(t).key.Public() })}, verifier.Invalid, proof.Signature, ""},
		"of another kind":      {&registry{dids: doc(func(d *keys.DIDDocument) { d.Methods[0].Key = newAuthorEd25519(t).key.Public() })}, verifier.Invalid, proof.Header, ""},
		"replaced later":       {&registry{dids: doc(func(d *keys.DIDDocument) { d.Methods[0].Expires = signedAt.Add(time.Hour) })}, verifier.Undetermined, proof.Trust, ""},
		"replaced before":      {&registry{dids: doc(func(d *keys.DIDDocument) { d.Methods[0].Expires = signedAt })}, verifier.Invalid, proof.Key, "proof.key.ended"},
		"revoked":              {&registry{dids: doc(func(d *keys.DIDDocument) { d.Methods[0].Revoked = now.AddDate(1, 0, 0) })}, verifier.Invalid, proof.Key, "proof.key.ended"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt.r.set = set
			start := time.Now()
			r := verifyBy(t, tt.r, file, verifier.Options{})
			if r.Verdict() != tt.verdict || r.Code() != tt.code || tt.r.asked.Load() != 1 {
				t.Errorf("asked %d times: %s", tt.r.asked.Load(), show(r))
			}
			if c, _ := r.Check(verifier.Seal); tt.message != "" && c.Key != tt.message {
				t.Errorf("message %s", c.Key)
			}
			if took := time.Since(start); took > patience/2 {
				t.Errorf("took %v", took)
			}
		})
	}
	// The trust folder vouches for the DID: nothing is asked.
	r := &registry{set: folderOf(t, map[string][]byte{"a.did.json": didDocument(t, a.did, key)})}
	if report := verifyBy(t, r, file, verifier.Options{}); !report.Valid() || r.asked.Load() != 0 {
		t.Errorf("asked %d times: %s", r.asked.Load(), show(report))
	}
}

// An RSA key has no did:key; a certificate or a did:web names it.
func TestVCJWTRSA(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	a := author{key, "did:web:issuer.example", "did:web:issuer.example#k"}
	r := &registry{set: &trust.Set{}, dids: map[string]keys.DIDDocument{a.did: {
		ID: a.did, AssertionMethod: []string{a.method}, Methods: []keys.VerificationMethod{{ID: a.method, Controller: a.did, Key: key.Public()}},
	}}}
	if report := verifyBy(t, r, a.token(t, a.asELM(t, nil)), verifier.Options{}); report.Code() != proof.Trust {
		t.Errorf("%s", show(report))
	}
}

// Nobody can be asked to show more than the form lets them show.
func TestBindingOfFormsWithout(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := newAuthor(t)
	r := &registry{set: w.trust}
	for name, file := range map[string][]byte{"vc-jwt": a.token(t, a.asPlain(t, nil)), "vc-di": a.sign(t, a.asPlain(t, nil)), "edc": w.file(t, nil)} {
		report := verifyBy(t, r, file, verifier.Options{Binding: &verifier.Binding{Audience: aud, Nonce: nonce}})
		if c, _ := report.Check(verifier.Owner); report.Verdict() != verifier.Invalid || c.Code != proof.Binding {
			t.Errorf("%s: %s", name, show(report))
		}
	}
	aimed := signedAgain(t, a.key, a.token(t, a.asPlain(t, nil)), func(_, p obj) { p["aud"] = "https://somebody.example" })
	if report := verify(t, trusted(t, a), aimed, time.Time{}); report.Code() != proof.Binding {
		t.Errorf("for somebody: %s", show(report))
	}
}
