package verifier_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/trust"
	"github.com/probatum/probatum/verifier"
)

// expect holds a Report against a verdict and a code.
func expect(t *testing.T, what string, r verifier.Report, verdict verifier.Verdict, code proof.Code) {
	t.Helper()
	if r.Verdict() != verdict || r.Code() != code {
		t.Errorf("%s: %s, %q; want %s, %q\n%s", what, r.Verdict(), r.Code(), verdict, code, show(r))
	}
	checkAnswer(t, r)
}

func message(r verifier.Report, id verifier.CheckID) string {
	c, _ := r.Check(id)
	return c.Key
}

func TestTV15Forged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	claims := payload(t, nil)

	// A whole hierarchy with the names of the real one and keys of its own.
	fakeRoot := certify(t, authority("Test Root"), nil)
	fakeCA := certify(t, authority("Test Seal CA"), fakeRoot)
	fakeSeal := certify(t, sealCert(), fakeCA)
	selfSigned := certify(t, sealCert(), nil)
	respelt := authority("TEST  seal ca")
	respelt.Subject.Organization = []string{"Test Trust\u200b Service"}
	respelt.Subject.OrganizationalUnit = []string{"Seals"}
	respeltCA := certify(t, respelt, nil)
	stranger := certify(t, authority("Nobody's CA"), nil)
	underStranger := certify(t, authority("Test Seal CA"), stranger)

	otherwise := func(edit func(c *x509.Certificate)) *party {
		c := sealCert()
		edit(c)
		return certify(t, c, stranger)
	}

	issuerItself := trustIn(t, w.seal) // the body's certificate is the anchor
	for name, tt := range map[string]struct {
		file []byte
		set  *trust.Set
	}{
		"CA's name, other key":                       {sealWith(t, fakeSeal, claims, nil, fakeCA), w.trust},
		"CA's name, other key, leaf only":            {sealWith(t, fakeSeal, claims, nil), w.trust},
		"CA's name, whole chain":                     {sealWith(t, fakeSeal, claims, nil, fakeCA, fakeRoot), w.trust},
		"CA's name spelt otherwise":                  {sealWith(t, certify(t, sealCert(), respeltCA), claims, nil, respeltCA), w.trust},
		"CA's name below a stranger":                 {sealWith(t, certify(t, sealCert(), underStranger), claims, nil, underStranger, stranger), w.trust},
		"root's name at the top":                     {sealWith(t, fakeSeal, claims, nil, fakeCA, fakeRoot), trustIn(t, w.root)},
		"issuer's names, self-signed":                {sealWith(t, selfSigned, claims, nil), issuerItself},
		"issuer's names, fake chain":                 {sealWith(t, fakeSeal, claims, nil, fakeCA), issuerItself},
		"issuer's legal name, another common name":   {sealWith(t, otherwise(func(c *x509.Certificate) { c.Subject.CommonName = "Seal 2" }), claims, nil, stranger), issuerItself},
		"issuer's legal name, no common name":        {sealWith(t, otherwise(func(c *x509.Certificate) { c.Subject.CommonName = "" }), claims, nil, stranger), issuerItself},
		"issuer's registration, another name":        {sealWith(t, otherwise(func(c *x509.Certificate) { *c = *sealCertOf("Body", registered, "DE") }), claims, nil, stranger), issuerItself},
		"before the real chain":                      {sealWith(t, selfSigned, claims, nil, w.seal, w.ca), w.trust},
		"before the real chain, leaf from a fake CA": {sealWith(t, fakeSeal, claims, nil, w.ca), w.trust},
		"real chain beside the seal": {withItems(t, sealWith(t, selfSigned, claims, nil),
			item(t, "xVals", []any{obj{"x509Cert": obj{"val": base64.StdEncoding.EncodeToString(w.seal.cert.Raw)}}})), w.trust},
	} {
		r := verify(t, tt.set, tt.file, time.Time{})
		expect(t, name, r, verifier.Invalid, proof.Key)
	}

	// The same without a claim on a known name: intact, and nobody vouches.
	unknownCA := certify(t, authority("Some Other CA"), nil)
	for name, file := range map[string][]byte{
		"self-signed":                 sealWith(t, certify(t, sealCertOf("Ministry of Education", registered, "DE"), nil), claims, nil),
		"self-signed with own name":   sealWith(t, selfSigned, claims, nil),
		"a chain to an authority":     sealWith(t, certify(t, sealCert(), unknownCA), claims, nil, unknownCA),
		"a chain that is not whole":   sealWith(t, certify(t, sealCert(), unknownCA), claims, nil),
		"its authority's legal name":  sealWith(t, certify(t, sealCertOf("Test Trust Service", registered, "DE"), unknownCA), bytes.ReplaceAll(claims, []byte(body), []byte("Test Trust Service")), nil),
		"a leaf that is no authority": sealWith(t, certify(t, sealCert(), w.seal), claims, nil, w.ca),
	} {
		r := verify(t, w.trust, file, time.Time{})
		switch name {
		case "self-signed":
			expect(t, name, r, verifier.Invalid, proof.Key) // the issuer named inside is another
		case "a leaf that is no authority":
			if r.Valid() {
				t.Error(show(r))
			}
		default:
			expect(t, name, r, verifier.Undetermined, proof.Trust)
		}
		if r.Issuer != nil && r.Issuer.Trusted {
			t.Errorf("%s: trusted", name)
		}
	}
}

func TestTV17Certificate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tsa := newTSA(t, w.ca)
	claims := payload(t, nil)
	past := func(from, until int) *x509.Certificate { // in days from now
		c := sealCert()
		c.NotBefore, c.NotAfter = now.AddDate(0, 0, from), now.AddDate(0, 0, until)
		return c
	}
	sign := func(c *x509.Certificate) []byte { return sealWith(t, certify(t, c, w.ca), claims, nil, w.ca) }

	wrongUse := sealCert()
	wrongUse.KeyUsage = x509.KeyUsageKeyEncipherment
	expect(t, "wrong key usage", w.verify(t, sign(wrongUse)), verifier.Invalid, proof.Key)
	anyUse := sealCert()
	anyUse.KeyUsage = 0
	expect(t, "no key usage", w.verify(t, sign(anyUse)), verifier.Valid, "")
	otherUse := sealCert()
	otherUse.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection}
	expect(t, "an extended key usage", w.verify(t, sign(otherUse)), verifier.Valid, "")

	// The claimed signing time is 30 days ago.
	expired := sign(past(-60, -10)) // valid when sealed
	expect(t, "expired since", w.verify(t, expired), verifier.Undetermined, proof.Key)
	expect(t, "expired since, judged for then", verify(t, w.trust, expired, signedAt.Add(time.Hour)), verifier.Valid, "")
	expect(t, "expired since, but stamped", w.verify(t, tsa.stamped(t, expired, signedAt)), verifier.Valid, "")
	expect(t, "stamped after it expired", w.verify(t, tsa.stamped(t, expired, now.AddDate(0, 0, -5))), verifier.Invalid, proof.Key)
	expect(t, "stamped before it was valid", w.verify(t, tsa.stamped(t, expired, now.AddDate(0, 0, -70))), verifier.Invalid, proof.Key)
	expect(t, "expired when sealed", w.verify(t, sign(past(-90, -40))), verifier.Invalid, proof.Key)
	expect(t, "not yet valid", w.verify(t, sign(past(1, 10))), verifier.Invalid, proof.Key)

	// A time-stamp that nobody vouches for, and one over the content, prove
	// no signing time.
	stranger := newTSA(t, certify(t, authority("Nobody's Clock"), nil))
	expect(t, "stamped by a stranger", w.verify(t, stranger.stamped(t, expired, signedAt)), verifier.Undetermined, proof.Key)
	content := sealWith(t, certify(t, past(-60, -10), w.ca), claims, func(h obj) {
		h["adoTst"] = obj{"tstTokens": []any{obj{"val": tsa.stamp(t, claims, signedAt)}}}
		h["crit"] = []any{"b64", "sigT", "adoTst"}
	}, w.ca)
	r := w.verify(t, content)
	expect(t, "content stamped", r, verifier.Undetermined, proof.Key)
	if len(r.Timestamps) != 1 || !r.Timestamps[0].Trusted || r.Timestamps[0].Kind != verifier.ContentTimestamp {
		t.Error(show(r))
	}
	other := tsa.stamped(t, expired, signedAt)
	moved := edited(t, expired, func(_, s obj) { // the time-stamp of another seal
		var f obj
		if err := json.Unmarshal(other, &f); err != nil {
			t.Fatal(err)
		}
		s["header"] = f["signatures"].([]any)[0].(obj)["header"]
		s["signature"] = resignature(t, w, claims)
	})
	if r := w.verify(t, moved); r.Valid() {
		t.Error(show(r))
	}
	tomorrow := tsa.stamped(t, sign(past(-60, 10)), now.AddDate(0, 0, 2))
	if r := w.verify(t, tomorrow); !r.SigningTime.Equal(now) || r.Timestamps[0].Trusted {
		t.Errorf("stamped tomorrow: %s", show(r))
	}

	// An authority below the anchor that is out of date takes its leaves along;
	// the anchor itself is trusted as long as it is listed.
	oldCA := authority("Test Seal CA 2")
	oldCA.NotBefore, oldCA.NotAfter = now.AddDate(-3, 0, 0), now.AddDate(-2, 0, 0)
	old := certify(t, oldCA, w.root)
	under := sealWith(t, certify(t, sealCert(), old), claims, nil, old)
	expect(t, "authority expired", verify(t, trustIn(t, w.root), under, time.Time{}), verifier.Invalid, proof.Key)
	expect(t, "anchor expired", verify(t, trustIn(t, old), under, time.Time{}), verifier.Valid, "")
	leafAnchor := certify(t, past(-60, -10), w.ca)
	expect(t, "anchored itself, but expired", verify(t, trustIn(t, leafAnchor), sealWith(t, leafAnchor, claims, nil), time.Time{}),
		verifier.Undetermined, proof.Key)

	expect(t, "not on the trust list", verify(t, trustIn(t, certify(t, authority("Other"), nil)), w.file(t, nil), time.Time{}),
		verifier.Undetermined, proof.Trust)
	expect(t, "no trust list", verify(t, nil, w.file(t, nil), time.Time{}), verifier.Undetermined, proof.Trust)
	expect(t, "anchored itself", verify(t, trustIn(t, w.seal), w.file(t, nil), time.Time{}), verifier.Valid, "")
	expect(t, "root anchored", verify(t, trustIn(t, w.root), w.file(t, nil), time.Time{}), verifier.Valid, "")
}

func resignature(t *testing.T, w *world, claims []byte) string {
	t.Helper()
	var f obj
	if err := json.Unmarshal(sealWith(t, w.seal, claims, nil, w.ca), &f); err != nil {
		t.Fatal(err)
	}
	return f["signatures"].([]any)[0].(obj)["signature"].(string)
}

func TestTV17Revoked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tsa := newTSA(t, w.ca)
	claims := payload(t, nil)
	seal := certify(t, sealCert(), w.ca)
	file := sealWith(t, seal, claims, nil, w.ca)
	stranger := certify(t, authority("Test Seal CA"), nil)
	b64 := base64.StdEncoding.EncodeToString
	rVals := func(kind string, der []byte) string { return item(t, "rVals", obj{kind: []any{obj{"val": b64(der)}}}) }
	folder := func(crls ...[]byte) *trust.Set {
		dir := t.TempDir()
		writePEM(t, filepath.Join(dir, "ca.crt"), w.ca.cert)
		for i, crl := range crls {
			if err := os.WriteFile(filepath.Join(dir, string(rune('a'+i))+".crl"), crl, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		set, err := trust.Load(dir)
		if err != nil {
			t.Fatal(err)
		}
		return set
	}
	before, after := signedAt.AddDate(0, 0, -1), signedAt.AddDate(0, 0, 1)

	for name, r := range map[string]verifier.Report{
		"list in the folder":      verify(t, folder(revocation(t, w.ca, before, seal)), file, time.Time{}),
		"list in the file":        w.verify(t, withItems(t, file, rVals("crlVals", revocation(t, w.ca, before, seal)))),
		"list in the file, now":   w.verify(t, withItems(t, file, rVals("crlVals", revocation(t, w.ca, after, seal)))),
		"answer in the file":      w.verify(t, withItems(t, file, rVals("ocspVals", ocspAnswer(t, w.ca, w.ca, seal, ocsp.Revoked, before)))),
		"answer of a responder":   w.verify(t, withItems(t, file, rVals("ocspVals", ocspAnswer(t, w.ca, responder(t, w.ca, true), seal, ocsp.Revoked, before)))),
		"stamped after":           w.verify(t, tsa.stamped(t, file, signedAt, rVals("crlVals", revocation(t, w.ca, before, seal)))),
		"authority, by its own":   verify(t, trustIn(t, w.root), withItems(t, file, rVals("crlVals", revocation(t, w.root, before, w.ca))), time.Time{}),
		"seal trusted for itself": verify(t, trustIn(t, seal, w.ca).WithCRLs(crlOf(t, revocation(t, w.ca, before, seal))), file, time.Time{}),
		"authority, by its root":  verify(t, trustIn(t, w.ca, w.root).WithCRLs(crlOf(t, revocation(t, w.root, before, w.ca))), file, time.Time{}),
		"stamped at that instant": w.verify(t, tsa.stamped(t, file, signedAt, rVals("crlVals", revocation(t, w.ca, signedAt, seal)))),
	} {
		expect(t, name, r, verifier.Invalid, proof.Key)
		if key := message(r, verifier.Seal); key != "verify.seal.revoked" {
			t.Errorf("%s: message %s", name, key)
		}
	}
	for name, r := range map[string]verifier.Report{
		"trusted for itself alone":  verify(t, trustIn(t, seal).WithCRLs(crlOf(t, revocation(t, w.ca, before, seal))), file, time.Time{}),
		"another one revoked":       verify(t, folder(revocation(t, w.ca, before, w.seal)), file, time.Time{}),
		"revoked after the stamp":   w.verify(t, tsa.stamped(t, file, signedAt, rVals("crlVals", revocation(t, w.ca, after, seal)))),
		"list by a namesake":        w.verify(t, withItems(t, file, rVals("crlVals", revocation(t, stranger, before, seal)))),
		"list by the root":          verify(t, trustIn(t, w.root), withItems(t, file, rVals("crlVals", revocation(t, w.root, before, seal))), time.Time{}),
		"answer by a stranger":      w.verify(t, withItems(t, file, rVals("ocspVals", ocspAnswer(t, stranger, stranger, seal, ocsp.Revoked, before)))),
		"answer without the right":  w.verify(t, withItems(t, file, rVals("ocspVals", ocspAnswer(t, w.ca, responder(t, w.ca, false), seal, ocsp.Revoked, before)))),
		"good":                      w.verify(t, withItems(t, file, rVals("ocspVals", ocspAnswer(t, w.ca, w.ca, seal, ocsp.Good, before)))),
		"unreadable list":           w.verify(t, withItems(t, file, rVals("crlVals", []byte("x")))),
		"unreadable answer":         w.verify(t, withItems(t, file, rVals("ocspVals", []byte("x")))),
		"a list of nobody's leaves": w.verify(t, withItems(t, file, rVals("crlVals", revocation(t, w.ca, before)))),
	} {
		expect(t, name, r, verifier.Valid, "")
	}

	// A time-stamp authority that was revoked proves nothing.
	revokedTSA := tsa.stamped(t, file, signedAt, rVals("crlVals", revocation(t, w.ca, before, tsa.party)))
	if r := w.verify(t, revokedTSA); len(r.Timestamps) != 1 || r.Timestamps[0].Trusted {
		t.Error(show(r))
	}
}

func crlOf(t *testing.T, der []byte) *x509.RevocationList {
	t.Helper()
	crl, err := x509.ParseRevocationList(der)
	if err != nil {
		t.Fatal(err)
	}
	return crl
}

func responder(t *testing.T, ca *party, right bool) *party {
	t.Helper()
	c := &x509.Certificate{Subject: pkix.Name{CommonName: "Responder"}, KeyUsage: x509.KeyUsageDigitalSignature}
	if right {
		c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageOCSPSigning}
	}
	return certify(t, c, ca)
}

func ocspAnswer(t *testing.T, issuer, by, about *party, status int, at time.Time) []byte {
	t.Helper()
	tmpl := ocsp.Response{Status: status, SerialNumber: about.cert.SerialNumber, ThisUpdate: at, NextUpdate: at.AddDate(1, 0, 0), RevokedAt: at}
	if by != issuer {
		tmpl.Certificate = by.cert
	}
	der, err := ocsp.CreateResponse(issuer.cert, by.cert, tmpl, by.key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// TV-18: the unprotected header may be taken away or broken without hurting
// the seal; it must not then be relied on.
func TestTV18Unprotected(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tsa := newTSA(t, w.ca)
	stamped := tsa.stamped(t, w.file(t, nil), signedAt, item(t, "xVals", []any{}), item(t, "rVals", obj{}))
	if r := w.verify(t, stamped); !r.Valid() || !r.Timestamps[0].Trusted {
		t.Fatal(show(r))
	}
	for name, edit := range map[string]func(s obj, items []any){
		"removed":      func(s obj, _ []any) { delete(s, "header") },
		"emptied":      func(s obj, _ []any) { s["header"] = obj{"etsiU": []any{}} },
		"no list":      func(s obj, _ []any) { s["header"] = obj{"etsiU": "x"} },
		"reversed":     func(_ obj, items []any) { slices.Reverse(items) },
		"damaged":      func(_ obj, items []any) { items[0] = items[0].(string)[:200] },
		"damaged last": func(_ obj, items []any) { items[2] = "!" },
		"no text":      func(_ obj, items []any) { items[1] = 1 },
		"other stamp": func(_ obj, items []any) {
			items[0] = item(t, "sigTst", obj{"tstTokens": []any{obj{"val": tsa.stamp(t, []byte("x"), signedAt)}}})
		},
	} {
		r := w.verify(t, edited(t, stamped, func(_, s obj) { edit(s, s["header"].(obj)["etsiU"].([]any)) }))
		expect(t, name, r, verifier.Valid, "")
		if !r.SigningTime.Equal(now) {
			t.Errorf("%s: signing time %v is claimed", name, r.SigningTime)
		}
		for _, ts := range r.Timestamps {
			if ts.Intact || ts.Trusted || !strings.HasSuffix(ts.Key, ".broken") {
				t.Errorf("%s: time-stamp %+v", name, ts)
			}
		}
	}
}

// TV-31: a made-up issuer with a good key of its own.
func TestTV31MadeUpIssuer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const name = "Ministry of Education"
	ministry := certify(t, sealCertOf(name, registered, "DE"), nil)
	file := sealWith(t, ministry, payload(t, func(c obj) { c["issuer"].(obj)["legalName"] = obj{"en": name} }), nil)
	r := w.verify(t, file)
	expect(t, name, r, verifier.Undetermined, proof.Trust)
	if r.Issuer == nil || r.Issuer.Trusted || r.Issuer.Name != name {
		t.Fatal(show(r))
	}
	genuine := w.verify(t, w.file(t, nil))
	for _, lang := range i18n.Languages {
		loc := i18n.For(lang)
		a, good := r.Answer(loc), genuine.Answer(loc)
		if a.Summary == good.Summary || a.Ribbon == good.Ribbon || a.Verdict == good.Verdict {
			t.Errorf("%s: said like a success: %s", lang, a.Summary)
		}
		if a.Ribbon != map[string]string{"en": "Partially Verified", "fr": "Partiellement vérifié", "de": "Teilweise verifiziert"}[lang] {
			t.Errorf("%s: ribbon %q", lang, a.Ribbon)
		}
	}
}

func TestWeakKeys(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := sealCert()
	tmpl.SerialNumber, tmpl.NotBefore, tmpl.NotAfter = w.seal.cert.SerialNumber, now.AddDate(-1, 0, 0), now.AddDate(1, 0, 0)
	der, err := x509.CreateCertificate(rand.Reader, tmpl, w.ca.cert, key.Public(), w.ca.key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	file := sealWith(t, &party{cert, w.seal.key}, payload(t, nil), func(h obj) { h["alg"] = "RS256" }, w.ca)
	expect(t, "RSA of 1024 bits", w.verify(t, file), verifier.Invalid, proof.Key)
	if _, err := trust.New(cert); err == nil {
		t.Error("a weak key became a trust anchor")
	}
}
