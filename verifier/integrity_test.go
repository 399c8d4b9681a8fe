package verifier_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/integrity"
	"github.com/probatum/probatum/trust"
	"github.com/probatum/probatum/verifier"
)

// Every accepted kind of document, under every cryptosuite, by an issuer that
// the trust folder knows in each of the three ways.
func TestIntegrityValid(t *testing.T) {
	t.Parallel()
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p256, ed, strong := newAuthor(t), newAuthorEd25519(t), authorOf(t, p384)
	for name, tt := range map[string]struct {
		file []byte
		form string
	}{
		"ELM, P-256":      {p256.sign(t, p256.asELM(t, nil)), "vc-di"},
		"ELM, P-384":      {strong.sign(t, strong.asELM(t, nil)), "vc-di"},
		"ELM, Ed25519":    {ed.sign(t, ed.asELM(t, nil)), "vc-di"},
		"ELM, text":       {ed.sign(t, ed.asELM(t, nil), overText), "vc-di"},
		"ELM, ECDSA text": {p256.sign(t, p256.asELM(t, nil), overText), "vc-di"},
		"two proofs":      {ed.sign(t, ed.sign(t, ed.asELM(t, nil)), later), "vc-di"},
		"badge":           {p256.sign(t, p256.asBadge(t, nil)), "ob3"},
		"badge, other type": {ed.sign(t, ed.asBadge(t, func(c obj) {
			c["type"] = []any{"VerifiableCredential", "AchievementCredential"}
		})), "ob3"},
		"plain":           {ed.sign(t, ed.asPlain(t, nil)), "vc-di"},
		"1.1":             {ed.sign(t, ed.asV1(t, nil)), "vc-di"},
		"1.1, older list": {ed.sign(t, ed.asV1(t, func(c obj) { c["@context"] = []any{contexts.CredentialsV1, contexts.DataIntegrityV1} })), "vc-di"},
		"white space":     {[]byte("\n " + string(ed.sign(t, ed.asELM(t, nil))) + "\n"), "vc-di"},
		"as uploaded":     {[]byte(`{"credential":` + string(ed.sign(t, ed.asELM(t, nil))) + `}`), "vc-di"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := verify(t, trusted(t, p256, ed, strong), tt.file, time.Time{})
			if !r.Valid() || r.Code() != "" || !r.Issuer.Trusted || r.Claims == nil || string(r.Form) != tt.form {
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

			// The same file where nobody knows the issuer.
			r = verify(t, nil, tt.file, time.Time{})
			if r.Verdict() != verifier.Undetermined || r.Code() != proof.Trust || r.Issuer.Trusted {
				t.Errorf("trusting nobody: %s", show(r))
			}
			checkAnswer(t, r)
		})
	}
}

func TestIntegrityAnswer(t *testing.T) {
	t.Parallel()
	a, p := certified(t, sealCert(), nil)
	set := folderOf(t, map[string][]byte{"seal.pem": pemOf(p)})

	r := verify(t, set, a.sign(t, a.asELM(t, nil)), time.Time{}).Answer(i18n.For("de"))
	c := r.Credential
	if c == nil || r.Verdict != "valid" || r.Issuer.Name != body || r.Issuer.Identifier != registered || r.Issuer.Country != "DE" || r.Issuer.ID != a.did ||
		c.Title != "Licht" || c.Subject.Name != "Noor Example" || c.Subject.DateOfBirth != "2001-05-17" || c.AwardingBody != body || len(c.Assessments) != 1 {
		t.Errorf("ELM: %+v, %+v, %+v", r, r.Issuer, c)
	}

	r = verify(t, set, a.sign(t, a.asBadge(t, nil)), time.Time{}).Answer(i18n.For("en"))
	c = r.Credential
	if c == nil || r.Verdict != "valid" || r.Form != "ob3" || c.Title != "Lighting" || c.Achievement != "Lighting for live events" ||
		c.Subject.Name != "Noor Example" || c.AwardingBody != body || c.Level != "EQF level 4" || c.ValidFrom == nil || *c.ValidFrom != "2026-10-26T12:00:00Z" ||
		!slices.Equal(c.Outcomes, []string{"rig automated lights"}) || len(c.Assessments) != 1 || c.Assessments[0].Title != "Portfolio" || c.Assessments[0].Grade != "Completed" {
		t.Errorf("badge: %+v, %+v", r, c)
	}

	r = verify(t, set, a.sign(t, a.asPlain(t, nil)), time.Time{}).Answer(i18n.For("en"))
	c = r.Credential
	if c == nil || r.Verdict != "valid" || c.Title != "Lighting" || c.Description != "For live events." || c.Subject.Name != "Noor Example" ||
		len(c.Notes) != 1 || !strings.Contains(c.Notes[0], "not known here") {
		t.Errorf("plain: %+v, %+v", r, c)
	}

	r = verify(t, set, a.sign(t, a.asV1(t, nil)), time.Time{}).Answer(i18n.For("en"))
	if r.Verdict != "valid" || r.Issuer.Name != body || r.Credential.ValidFrom == nil || r.Credential.ValidUntil != nil {
		t.Errorf("1.1: %+v", r)
	}
}

// TV-31: a made-up issuer with its own good key. Its seal is intact; its name
// is never told as a fact, whatever language it is told in.
func TestTV31MadeUpIssuerByDID(t *testing.T) {
	t.Parallel()
	const ministry = "Ministry of Education"
	a, other := newAuthor(t), newAuthor(t)
	for name, file := range map[string][]byte{
		"ELM": a.sign(t, a.asELM(t, func(c obj) {
			everywhere(c, a.did, func(node obj) { node["legalName"] = obj{"en": ministry} })
		})),
		"badge": a.sign(t, a.asBadge(t, func(c obj) { c["issuer"].(obj)["name"] = ministry })),
		"plain": a.sign(t, a.asPlain(t, func(c obj) { c["issuer"].(obj)["name"] = ministry })),
	} {
		for _, set := range []*trust.Set{nil, trusted(t, other)} {
			r := verify(t, set, file, time.Time{})
			if r.Verdict() != verifier.Undetermined || r.Code() != proof.Trust {
				t.Errorf("%s: %s", name, show(r))
			}
			checkAnswer(t, r)
			for _, lang := range i18n.Languages {
				an := r.Answer(i18n.For(lang))
				if an.Issuer == nil || an.Issuer.Trusted || an.Issuer.Name == ministry || !strings.Contains(an.Issuer.Name, ministry) || an.Issuer.ID != a.did {
					t.Errorf("%s, %s: %+v", name, lang, an.Issuer)
				}
			}
		}
		// The one who trusts this issuer, whatever it calls itself, is told its
		// name as it is.
		if r := verify(t, trusted(t, a), file, time.Time{}); !r.Valid() || r.Answer(i18n.For("en")).Issuer.Name != ministry {
			t.Errorf("%s, trusted: %s", name, show(r))
		}
	}
}

// What a certificate of the trust folder says about the issuer's key decides.
func TestIntegrityIssuerKnownByCertificate(t *testing.T) {
	t.Parallel()
	a, seal := certified(t, sealCert(), nil)
	stranger, listed := newAuthor(t), newAuthorEd25519(t)
	set := folderOf(t, map[string][]byte{"seal.pem": pemOf(seal)})
	both := func() *trust.Set {
		doc, err := keysDocument(listed)
		if err != nil {
			t.Fatal(err)
		}
		return folderOf(t, map[string][]byte{"seal.pem": pemOf(seal), "x.did.json": doc})
	}()
	issuer := func(c obj) obj { return c["issuer"].(obj) }
	for name, tt := range map[string]struct {
		set     *trust.Set
		file    []byte
		verdict verifier.Verdict
		code    proof.Code
		check   verifier.CheckID
	}{
		"its own":                            {set, a.sign(t, a.asELM(t, nil)), verifier.Valid, "", ""},
		"its own, nothing said but the DID":  {set, a.sign(t, a.asPlain(t, func(c obj) { c["issuer"] = a.did })), verifier.Valid, "", ""},
		"its own, other name":                {set, a.sign(t, a.asELM(t, func(c obj) { issuer(c)["legalName"] = obj{"de": "Ministry of Education"} })), verifier.Invalid, proof.Key, verifier.Owner},
		"its own, other registration":        {set, a.sign(t, a.asELM(t, func(c obj) { issuer(c)["eIDASIdentifier"].(obj)["notation"] = "VATDE-1" })), verifier.Invalid, proof.Key, verifier.Owner},
		"its own, other country":             {set, a.sign(t, a.asELM(t, func(c obj) { issuer(c)["eIDASIdentifier"].(obj)["spatial"] = country("FRA") })), verifier.Invalid, proof.Key, verifier.Owner},
		"its own badge, other name":          {set, a.sign(t, a.asBadge(t, func(c obj) { issuer(c)["name"] = "Ministry of Education" })), verifier.Invalid, proof.Key, verifier.Owner},
		"a stranger under its name":          {set, stranger.sign(t, stranger.asELM(t, nil)), verifier.Invalid, proof.Key, verifier.Seal},
		"a stranger's badge under its name":  {set, stranger.sign(t, stranger.asBadge(t, nil)), verifier.Invalid, proof.Key, verifier.Seal},
		"a stranger with its registration":   {set, stranger.sign(t, stranger.asELM(t, func(c obj) { issuer(c)["legalName"] = obj{"de": "X"} })), verifier.Invalid, proof.Key, verifier.Seal},
		"another trusted one under its name": {both, listed.sign(t, listed.asELM(t, nil)), verifier.Invalid, proof.Key, verifier.Seal},
		"another trusted one":                {both, listed.sign(t, listed.asBadge(t, func(c obj) { issuer(c)["name"] = "Andere" })), verifier.Valid, "", ""},
		"a stranger under another name":      {set, stranger.sign(t, stranger.asBadge(t, func(c obj) { issuer(c)["name"] = "Andere" })), verifier.Undetermined, proof.Trust, verifier.Accreditation},
	} {
		r := verify(t, tt.set, tt.file, time.Time{})
		if r.Verdict() != tt.verdict || r.Code() != tt.code {
			t.Errorf("%s: %s", name, show(r))
		}
		if c, ok := r.Check(tt.check); tt.check != "" && (!ok || c.Code != tt.code) {
			t.Errorf("%s: check %s is %+v", name, tt.check, c)
		}
		checkAnswer(t, r)
	}
}

// Dates and revocation of the certificate count where it is all that is known
// of the key; revocation counts always.
func TestIntegrityCertificateTime(t *testing.T) {
	t.Parallel()
	ca := certify(t, authority("Test Seal CA"), certify(t, authority("Test Root"), nil))
	dated := func(from, until time.Time) (author, *party) {
		tmpl := sealCert()
		tmpl.NotBefore, tmpl.NotAfter = from, until
		return certified(t, tmpl, ca)
	}
	good, goodCert := dated(now.AddDate(-1, 0, 0), now.AddDate(1, 0, 0))
	late, lateCert := dated(now.AddDate(-1, 0, 0), now.AddDate(0, 0, -1))
	never, neverCert := dated(now.AddDate(-3, 0, 0), now.AddDate(-2, 0, 0))
	crl := revocation(t, ca, now.AddDate(0, 0, -2), goodCert)
	later := revocation(t, ca, now.AddDate(0, 0, 2), goodCert)
	document := func(a author) []byte {
		doc, err := keysDocument(a)
		if err != nil {
			t.Fatal(err)
		}
		return doc
	}
	for name, tt := range map[string]struct {
		by      author
		files   map[string][]byte
		verdict verifier.Verdict
		code    proof.Code
	}{
		"in its time":                 {good, map[string][]byte{"s.pem": pemOf(goodCert)}, verifier.Valid, ""},
		"under its authority alone":   {good, map[string][]byte{"s.pem": pemOf(ca)}, verifier.Undetermined, proof.Trust},
		"over, valid when sealed":     {late, map[string][]byte{"s.pem": pemOf(lateCert)}, verifier.Undetermined, proof.Key},
		"over before it was sealed":   {never, map[string][]byte{"s.pem": pemOf(neverCert)}, verifier.Invalid, proof.Key},
		"over, but in a DID document": {never, map[string][]byte{"s.pem": pemOf(neverCert), "s.did.json": document(never)}, verifier.Valid, ""},
		"revoked":                     {good, map[string][]byte{"s.pem": pemOf(goodCert, ca), "c.crl": crl}, verifier.Invalid, proof.Key},
		"revoked, in a DID document":  {good, map[string][]byte{"s.pem": pemOf(goodCert, ca), "c.crl": crl, "s.did.json": document(good)}, verifier.Invalid, proof.Key},
		"revoked later":               {good, map[string][]byte{"s.pem": pemOf(goodCert, ca), "c.crl": later}, verifier.Valid, ""},
		"list of nobody":              {good, map[string][]byte{"s.pem": pemOf(goodCert), "c.crl": crl}, verifier.Valid, ""},
	} {
		r := verify(t, folderOf(t, tt.files), tt.by.sign(t, tt.by.asELM(t, nil)), time.Time{})
		if r.Verdict() != tt.verdict || r.Code() != tt.code {
			t.Errorf("%s: %s", name, show(r))
		}
		checkAnswer(t, r)
	}
}

// A DID whose document the trust folder does not have is neither good nor bad,
// and nothing of the credential is shown.
func TestIntegrityUnresolved(t *testing.T) {
	t.Parallel()
	a := newAuthor(t)
	const web = "did:web:body.example"
	rename := func(o *integrity.ProofOptions) { o.VerificationMethod = web + "#k" }
	file := a.sign(t, a.asELM(t, func(c obj) { c["issuer"].(obj)["id"] = web }), rename)
	r := verify(t, trusted(t, a), file, time.Time{})
	seal, _ := r.Check(verifier.Seal)
	if r.Verdict() != verifier.Undetermined || r.Code() != proof.Key || seal.Result != verifier.NotDone || r.Claims != nil || r.Issuer != nil {
		t.Errorf("%s", show(r))
	}
	if a := r.Answer(i18n.For("en")); !strings.Contains(a.Summary, "not known here") {
		t.Errorf("summary %q", a.Summary)
	}
	doc := didDocument(t, web, a)
	r = verify(t, folderOf(t, map[string][]byte{"b.did.json": doc}), file, time.Time{})
	if !r.Valid() || r.Issuer.ID != web {
		t.Errorf("with the document: %s", show(r))
	}
	r = verify(t, folderOf(t, map[string][]byte{"b.did.json": didDocument(t, web, newAuthor(t))}), file, time.Time{})
	if r.Verdict() != verifier.Invalid || r.Code() != proof.Signature {
		t.Errorf("with another key: %s", show(r))
	}
}

func TestIntegrityStatusIsNotPassedOver(t *testing.T) {
	t.Parallel()
	a := newAuthor(t)
	status := obj{
		"id": "https://status.example/1#7", "type": "BitstringStatusListEntry", "statusPurpose": "revocation", "statusListIndex": "7",
		"statusListCredential": "https://status.example/1",
	}
	for name, file := range map[string][]byte{
		"ELM":   a.sign(t, a.asPlain(t, func(c obj) { c["credentialStatus"] = status })),
		"badge": a.sign(t, a.asBadge(t, func(c obj) { c["credentialStatus"] = status })),
	} {
		r := verify(t, trusted(t, a), file, time.Time{})
		if r.Verdict() != verifier.Undetermined || r.Code() != proof.Status {
			t.Errorf("%s: %s", name, show(r))
		}
	}
}

// A holder of ecdsa-sd-2023 shows a part: it is checked as what it is. The base
// that it was made from is for the holder alone.
func TestIntegritySelection(t *testing.T) {
	t.Parallel()
	a := newAuthor(t)
	doc := a.asELM(t, nil)
	e := engine(new(trust.Set))
	prepared, err := e.Prepare(t.Context(), doc, integrity.ProofOptions{
		Cryptosuite: integrity.ECDSASD2023, VerificationMethod: a.method, Purpose: integrity.AssertionMethod, Created: signedAt,
	})
	if err != nil {
		t.Fatal(err)
	}
	mandatory, err := integrity.MandatoryPointers(doc)
	if err != nil {
		t.Fatal(err)
	}
	base, err := e.SignSD(t.Context(), prepared, a.key, mandatory)
	if err != nil {
		t.Fatal(err)
	}
	derived, err := e.Derive(t.Context(), base, []string{"/credentialSubject/fullName", "/displayParameter/title"})
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(derived, []byte("2001-05-17")) {
		t.Fatal("nothing was left out")
	}
	r := verify(t, trusted(t, a), derived, time.Time{})
	if !r.Valid() || !r.Selection || r.Claims == nil {
		t.Errorf("%s", show(r))
	}
	an := r.Answer(i18n.For("en"))
	if an.Credential.Title != "Lighting" || an.Credential.Subject.Name != "Noor Example" || len(an.Credential.Notes) == 0 {
		t.Errorf("%+v", an.Credential)
	}
	checkAnswer(t, r)
	r = verify(t, trusted(t, a), retouched(t, derived, func(c obj) { c["credentialSubject"].(obj)["fullName"] = obj{"en": planted} }), time.Time{})
	if r.Verdict() != verifier.Invalid || r.Code() != proof.Signature && r.Code() != proof.Proof {
		t.Errorf("changed: %s", show(r))
	}
	checkAnswer(t, r)
	r = verify(t, trusted(t, a), base, time.Time{})
	if r.Verdict() != verifier.Invalid || r.Code() != proof.Proof || r.Claims != nil {
		t.Errorf("base: %s", show(r))
	}
	checkAnswer(t, r)
}

// Whatever addresses a document names, nobody is asked.
func TestIntegrityAsksNobody(t *testing.T) {
	t.Parallel()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	called := make(chan struct{}, 100)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				close(called)
				return
			}
			called <- struct{}{}
			_ = c.Close()
		}
	}()
	here := "http://" + l.Addr().String()
	web := "did:web:" + strings.ReplaceAll(l.Addr().String(), ":", "%3A")
	a := newAuthor(t)
	good := a.sign(t, a.asPlain(t, func(c obj) {
		c["id"] = here + "/credential"
		c["credentialStatus"] = obj{"id": here + "/status", "type": "BitstringStatusListEntry", "statusPurpose": "revocation", "statusListIndex": "7", "statusListCredential": here + "/list"}
		c["credentialSchema"] = obj{"id": here + "/schema", "type": "JsonSchema"}
		c["refreshService"] = obj{"id": here + "/refresh", "type": "VerifiableCredentialRefreshService2021"}
		delete(c, "refreshService")
		c["termsOfUse"] = obj{"id": here + "/terms", "type": "VerifiableCredential"}
		delete(c, "termsOfUse")
	}))
	for _, file := range [][]byte{
		good,
		a.sign(t, a.asPlain(t, func(c obj) { c["issuer"] = web }), func(o *integrity.ProofOptions) { o.VerificationMethod = web + "#k" }),
		a.sign(t, a.asPlain(t, func(c obj) { c["issuer"] = here }), overText),
		retouched(t, good, func(c obj) { c["@context"] = []any{contexts.CredentialsV2, here + "/context"} }),
		retouched(t, good, func(c obj) { c["@context"] = here + "/context" }),
		retouchedProof(t, good, func(p obj) { p["verificationMethod"] = here + "/key" }),
		retouchedProof(t, good, func(p obj) { p["verificationMethod"] = web + "#k" }),
		retouchedProof(t, good, func(p obj) { p["@context"] = here + "/context" }),
	} {
		r := verify(t, trusted(t, a), file, time.Time{})
		if r.Valid() {
			t.Errorf("%s", show(r))
		}
		checkAnswer(t, r)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	for range called {
		t.Error("somebody was asked")
	}
}

// Names with control characters, from beyond the basic plane and from right to
// left are proven as they are, and shown so that they do no harm.
func TestIntegrityOddNames(t *testing.T) {
	t.Parallel()
	a := newAuthor(t)
	const name = "\u202eevil\u0007 \U0001d4d0\U0001f3ad \u05e9\u05dc\u05d5\u05dd\u0000<script>\U000e0041"
	for kind, file := range map[string][]byte{
		"ELM":   a.sign(t, a.asELM(t, func(c obj) { c["credentialSubject"].(obj)["fullName"] = obj{"en": name} })),
		"badge": a.sign(t, a.asBadge(t, func(c obj) { c["credentialSubject"].(obj)["identifier"].([]any)[0].(obj)["identityHash"] = name })),
		"plain": a.sign(t, a.asPlain(t, func(c obj) { c["credentialSubject"].(obj)["name"] = name })),
	} {
		r := verify(t, trusted(t, a), file, time.Time{})
		if !r.Valid() {
			t.Errorf("%s: %s", kind, show(r))
			continue
		}
		const want = "evil  \U0001d4d0\U0001f3ad \u05e9\u05dc\u05d5\u05dd <script>"
		if got := r.Answer(i18n.For("en")).Credential.Subject.Name; got != want {
			t.Errorf("%s: %q", kind, got)
		}
		r = verify(t, trusted(t, a), bytes.Replace(file, []byte("\U0001f3ad"), []byte("\U0001f3ac"), 1), time.Time{})
		if r.Verdict() != verifier.Invalid || r.Code() != proof.Signature {
			t.Errorf("%s, changed: %s", kind, show(r))
		}
	}
}

// Called off is called off: no Report is made of half the work.
func TestIntegrityCancelled(t *testing.T) {
	t.Parallel()
	a := newAuthor(t)
	file := a.sign(t, a.asELM(t, nil))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := new(verifier.Verifier).Verify(ctx, file, verifier.Options{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// The types must be those that the contexts are for, and the signed text
// decides that, not what stands round it.
func TestIntegrityKinds(t *testing.T) {
	t.Parallel()
	a := newAuthor(t)
	for name, tt := range map[string]struct {
		file []byte
		code proof.Code
	}{
		"no European credential": {a.sign(t, a.asELM(t, func(c obj) { c["type"] = []any{"VerifiableCredential"} })), proof.Type},
		"no badge":               {a.sign(t, a.asBadge(t, func(c obj) { c["type"] = []any{"VerifiableCredential"} }), overText), proof.Type},
		"an endorsement": {a.sign(t, a.asBadge(t, func(c obj) {
			c["type"] = []any{"VerifiableCredential", "EndorsementCredential"}
			c["credentialSubject"] = obj{"id": "urn:x:y", "type": []any{"EndorsementSubject"}, "endorsementComment": "good"}
		})), proof.Type},
		"no credential":            {a.sign(t, a.asPlain(t, func(c obj) { c["type"] = []any{"JsonSchema"} }), overText), proof.Context},
		"no credential in 1.1":     {a.sign(t, a.asV1(t, func(c obj) { c["type"] = []any{"VerifiablePresentation"} }), overText), proof.Type},
		"a presentation":           {a.sign(t, a.asPlain(t, func(c obj) { c["type"] = []any{"VerifiablePresentation"} }), overText), proof.Type},
		"both":                     {a.sign(t, a.asPlain(t, func(c obj) { c["type"] = []any{"VerifiableCredential", "VerifiablePresentation"} }), overText), proof.Type},
		"badge without its rules":  {a.sign(t, a.asBadge(t, func(c obj) { delete(c["credentialSubject"].(obj)["achievement"].(obj), "criteria") })), proof.Schema},
		"ELM without its rules":    {a.sign(t, a.asELM(t, func(c obj) { delete(c, "displayParameter") })), proof.Schema},
		"plain without its rules":  {a.sign(t, a.asPlain(t, func(c obj) { delete(c, "credentialSubject") })), proof.Schema},
		"1.1 without its rules":    {a.sign(t, a.asV1(t, func(c obj) { delete(c, "issuanceDate") })), proof.Schema},
		"a word without a meaning": {a.sign(t, a.asPlain(t, func(c obj) { c["grade"] = planted }), overText), proof.Context},
		"a type without a meaning": {a.sign(t, a.asPlain(t, func(c obj) { c["type"] = []any{"VerifiableCredential", "X" + planted} }), overText), proof.Context},
	} {
		r := verify(t, trusted(t, a), tt.file, time.Time{})
		if r.Verdict() != verifier.Invalid || r.Code() != tt.code {
			t.Errorf("%s: %s", name, show(r))
		}
		checkAnswer(t, r)
	}
}

// The answer of a new form has the members of the others.
func TestIntegrityAnswerJSON(t *testing.T) {
	t.Parallel()
	w, a := newWorld(t), newAuthor(t)
	members := func(r verifier.Report) []string {
		text, err := json.Marshal(r.Answer(i18n.For("en")))
		if err != nil {
			t.Fatal(err)
		}
		var got obj
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatal(err)
		}
		var names []string
		for name := range got {
			names = append(names, name)
		}
		for name := range got["issuer"].(obj) {
			names = append(names, "issuer."+name)
		}
		names = slices.DeleteFunc(names, func(s string) bool { return s == "issuer.identifier" || s == "issuer.country" })
		slices.Sort(names)
		return names
	}
	sealed := members(w.verify(t, w.file(t, nil)))
	proven := members(verify(t, trusted(t, a), a.sign(t, a.asELM(t, nil)), time.Time{}))
	if !slices.Equal(sealed, proven) {
		t.Errorf("%v, %v", sealed, proven)
	}
}
