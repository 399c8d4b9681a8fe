package verifier_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/integrity"
	"github.com/probatum/probatum/status"
	"github.com/probatum/probatum/trust"
	"github.com/probatum/probatum/verifier"
)

// A credential is valid, suspended, valid again and withdrawn, as its issuer
// says; each is seen within the promised minute.
func TestStatus(t *testing.T) {
	t.Parallel()
	for _, d := range declarers(t) {
		file, v := d.file(), d.verifier()
		for _, step := range []struct {
			state  status.State
			result verifier.Result
			key    string
		}{
			{status.Valid, verifier.Passed, "verify.status.pass"},
			{status.Suspended, verifier.Failed, "verify.status.suspended"},
			{status.Valid, verifier.Passed, "verify.status.pass"},
			{status.Revoked, verifier.Failed, "verify.status.revoked"},
		} {
			d.publish(step.state)
			r := d.ask(v, file)
			d.expect(step.key, r, step.result, step.key)
			asked := d.lists.asked.Load()
			if again := d.ask(v, file); again.Verdict() != r.Verdict() || d.lists.asked.Load() != asked {
				t.Errorf("%s, %s: a second time %s, asked again", d.form, step.key, again.Verdict())
			}
			d.at = d.at.Add(status.MaxStale)
		}
		// What cannot be asked any more is not known, whatever it said before,
		// but for what was revoked: that is for ever.
		d.lists.server.Close()
		d.expect("server gone", d.ask(v, file), verifier.Failed, "verify.status.revoked")
		d.expect("server gone, asked for the first time", d.ask(d.verifier(), file), verifier.NotDone, "verify.status.unreachable")
		d.expect("nobody to ask", d.ask(&verifier.Verifier{Trust: d.trust, Now: d.present}, file), verifier.NotDone, "verify.status.notdone")
	}
}

func TestStatusTells(t *testing.T) {
	t.Parallel()
	d := declarers(t)[0]
	file := d.file()
	d.at = time.Date(2026, 11, 25, 14, 5, 0, 0, time.UTC)
	d.publish(status.Valid)
	for lang, want := range map[string]string{
		"en": "25 November 2026 at 14:05 UTC", "fr": "25 novembre 2026 à 14:05 UTC", "de": "25. November 2026 um 14:05 Uhr UTC",
	} {
		r := d.ask(d.verifier(), file)
		c, _ := r.Check(verifier.Status)
		a := r.Answer(i18n.For(lang))
		for i := range a.Checks {
			if a.Checks[i].ID == c.ID && !strings.Contains(a.Checks[i].Message, want) {
				t.Errorf("%s: %q", lang, a.Checks[i].Message)
			}
		}
	}
	summaries := map[string]string{}
	take := func(what string, r verifier.Report) {
		s := r.Answer(i18n.For("en")).Summary
		if other, ok := summaries[s]; ok || strings.HasPrefix(s, "verify.") {
			t.Errorf("%s has the summary of %q: %s", what, other, s)
		}
		summaries[s] = what
	}
	take("valid", d.ask(d.verifier(), file))
	d.publish(status.Revoked)
	take("revoked", d.ask(d.verifier(), file))
	d.publish(status.Suspended)
	take("suspended", d.ask(d.verifier(), file))
	take("index", d.ask(d.verifier(), d.file(func(e obj) { e["statusListIndex"] = "-1" })))
	take("offline", d.ask(d.verifier(offline), file))
	// An issuer whom nobody knows is that first of all, whatever it says of
	// lists.
	v := d.verifier(offline)
	v.Trust = nil
	take("made up", d.ask(v, file))
	if r := d.ask(v, file); r.Answer(i18n.For("en")).Summary != i18n.For("en").T("verify.summary.undetermined.trust") {
		t.Error(show(r))
	}
}

// Copies in the trust folder stand in for lists where nobody can be asked. Where the
// server of a list is gone, only a copy of just now does, and what any copy says
// was revoked.
func TestStatusSnapshot(t *testing.T) {
	t.Parallel()
	for _, d := range declarers(t) {
		file := d.file()
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, "status"), 0o700); err != nil {
			t.Fatal(err)
		}
		keep := func(when string, lists map[string][]byte) func(c *status.ListsConfig) {
			for name, data := range lists {
				if err := os.WriteFile(filepath.Join(dir, "status", when+name), data, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			set, err := trust.Load(dir)
			if err != nil {
				t.Fatal(err)
			}
			return func(c *status.ListsConfig) { c.Snapshots = set.Snapshots }
		}
		d.expect("offline, no copy", d.ask(d.verifier(offline), file), verifier.NotDone, "verify.status.offline")
		copied := keep("1", d.publish(status.Valid))
		d.at = d.at.Add(23 * time.Hour)
		d.expect("offline", d.ask(d.verifier(copied, offline), file), verifier.Passed, "verify.status.snapshot")
		d.at = d.at.Add(-time.Hour)
		d.publish(status.Suspended)
		d.expect("online", d.ask(d.verifier(copied), file), verifier.Failed, "verify.status.suspended")
		// The copy that was signed last counts.
		newer := keep("0", d.publish(status.Revoked))
		d.expect("offline, a newer copy", d.ask(d.verifier(newer, offline), file), verifier.Failed, "verify.status.revoked")
		d.lists.server.Close()
		d.expect("server gone", d.ask(d.verifier(copied), file), verifier.NotDone, "verify.status.unreachable")
		d.expect("server gone, a copy says it is revoked", d.ask(d.verifier(newer), file), verifier.Failed, "verify.status.revoked")
		d.at = d.at.Add(3 * time.Hour) // the first copy has expired
		d.expect("server gone, copy out of date", d.ask(d.verifier(copied), file), verifier.NotDone, "verify.status.unreachable")
		d.expect("offline, copy out of date", d.ask(d.verifier(copied, offline), file), verifier.NotDone, "verify.status.offline")
		d.expect("offline, newer copy", d.ask(d.verifier(newer, offline), file), verifier.Failed, "verify.status.revoked")
	}
}

// Nobody is asked for a credential that does not hold anyway, nor anybody whom
// the operator has not listed.
func TestStatusAsksForNothingElse(t *testing.T) {
	t.Parallel()
	stranger := newAuthor(t)
	for _, d := range declarers(t) {
		d.publish(status.Valid)
		file, v := d.file(), d.verifier()
		bad := map[string][]byte{}
		over := signedAt.Add(time.Hour)
		switch d.form {
		case "edc":
			bad["changed"] = edited(t, file, func(f, _ obj) { f["payload"] = strings.Replace(f["payload"].(string), "Noor", "Nora", 1) })
			bad["other owner"] = d.edited(func(c obj) { c["issuer"].(obj)["legalName"] = obj{"de": "Andere"} })
			bad["expired"] = d.edited(func(c obj) { c["validUntil"] = over.Format(time.RFC3339) })
		case "vc-jwt":
			bad["changed"] = forged(t, file, func(_, p obj) { p["validUntil"] = now.AddDate(9, 0, 0).Format(time.RFC3339) })
			bad["other owner"] = d.edited(func(c obj) { c["issuer"].(obj)["id"] = stranger.did })
			bad["expired"] = d.edited(func(c obj) { c["validUntil"] = over.Format(time.RFC3339) })
		case "sd-jwt":
			bad["changed"] = forged(t, file, func(_, p obj) { p["exp"] = now.AddDate(9, 0, 0).Unix() })
			bad["expired"] = d.edited(func(p obj) { p["exp"] = over.Unix() })
		default:
			bad["changed"] = retouched(t, file, func(c obj) { c["validFrom"] = "2026-10-01T00:00:00Z" })
			bad["other owner"] = retouched(t, file, func(c obj) { c["issuer"].(obj)["id"] = stranger.did })
			bad["expired"] = d.edited(func(c obj) { c["validUntil"] = over.Format(time.RFC3339) })
		}
		for name, file := range bad {
			r := d.ask(v, file)
			if c, ok := r.Check(verifier.Status); r.Verdict() != verifier.Invalid || ok && (c.Result != verifier.NotDone || c.Code != "" || c.Key != "verify.unreached") {
				t.Errorf("%s, %s: %s", d.form, name, show(r))
			}
		}
		if n := d.lists.asked.Load(); n != 0 {
			t.Errorf("%s: asked %d times", d.form, n)
		}
	}
	for _, d := range declarers(t) {
		for name, url := range map[string]string{
			"not listed": "https://elsewhere.example/list", "other port": "http://127.0.0.1:1/list", "metadata": "https://169.254.169.254/latest",
		} {
			r := d.ask(d.verifier(), d.file(func(e obj) {
				for _, name := range []string{"statusListCredential", "uri"} {
					if _, ok := e[name]; ok {
						e[name] = url
					}
				}
			}))
			if c, _ := r.Check(verifier.Status); c.Key != "verify.status.unreachable" || r.Code() != proof.Status || r.Verdict() != verifier.Undetermined {
				t.Errorf("%s, %s: %s", d.form, name, show(r))
			}
		}
	}
}

// Who may speak for an issuer: whoever has its key or its DID, or a certificate
// of the same owner that the trust set vouches for.
func TestStatusSigner(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	edc := declarers(t)[0]
	edc.trust = w.trust
	edc.signer = status.Signer{Key: w.seal.key, Chain: keysOf(w.seal)}
	file := w.file(t, func(c obj) {
		c["@context"] = statusContext(c)
		c["credentialStatus"] = edc.entry(messageSlot)
	})
	elsewhere := certify(t, authority("Elsewhere"), nil)
	foreign := certify(t, authority("Test Seal CA 2"), elsewhere)
	renewed, other := certify(t, sealCert(), w.ca), certify(t, sealCertOf("Andere Stelle", "VATDE-2", "DE"), w.ca)
	abroad := certify(t, sealCertOf(body, registered, "AT"), w.ca)
	byStranger := certify(t, sealCert(), foreign)
	late := sealCert()
	late.NotBefore, late.NotAfter = now.AddDate(-2, 0, 0), now.AddDate(-1, 0, 0)
	over := certify(t, late, w.ca)
	encrypts := sealCert()
	encrypts.KeyUsage = 1 << 2 // key encipherment
	mayNot := certify(t, encrypts, w.ca)
	for name, tt := range map[string]struct {
		by   *party
		set  *trust.Set
		pass bool
	}{
		"own key":                      {w.seal, w.trust, true},
		"renewed certificate":          {renewed, w.trust, true},
		"renewed certificate, revoked": {renewed, w.trust.WithCRLs(crl(t, w.ca, renewed)), false},
		"another owner":                {other, w.trust, false},
		"same number in another land":  {abroad, w.trust, false},
		"authority that nobody trusts": {byStranger, w.trust, false},
		"certificate that is over":     {over, w.trust, false},
		"certificate for other use":    {mayNot, w.trust, false},
		"the authority itself":         {w.ca, w.trust, false},
	} {
		edc.trust = tt.set
		edc.publish(status.Valid, func(s *status.Signer) { s.Key, s.Chain = tt.by.key, keysOf(tt.by) })
		r := edc.ask(edc.verifier(), file)
		if tt.pass {
			edc.expect(name, r, verifier.Passed, "verify.status.pass")
		} else {
			edc.expect(name, r, verifier.NotDone, "verify.status.untrusted")
		}
	}
	// A key that was revoked after the seal has no say any more; the seal itself
	// stays good where a time-stamp shows when it was made.
	tsa := newTSA(t, w.ca)
	edc.trust = w.trust.WithCRLs(crl(t, w.ca, w.seal))
	edc.publish(status.Valid, func(s *status.Signer) { s.Key, s.Chain = w.seal.key, keysOf(w.seal) })
	edc.expect("revoked key", edc.ask(edc.verifier(), tsa.stamped(t, file, signedAt)), verifier.NotDone, "verify.status.untrusted")
	edc.publish(status.Valid, func(s *status.Signer) { s.Key, s.Chain = renewed.key, keysOf(renewed) })
	edc.expect("renewed after it was revoked", edc.ask(edc.verifier(), tsa.stamped(t, file, signedAt)), verifier.Passed, "verify.status.pass")

	// By DID: another method of the same document speaks, that of another does not.
	const did, elsewhereDID = "did:web:body.example", "did:web:other.example"
	one, two, three := newAuthor(t), newAuthorEd25519(t), newAuthor(t)
	d := declarers(t)[2]
	d.trust = folderOf(t, map[string][]byte{
		"a.did.json": twoKeys(t, did, one, two), "b.did.json": didDocument(t, elsewhereDID, three),
	})
	d.form, d.slots = "vc-di", []status.Slot{revocationSlot}
	file = one.sign(t, one.asPlain(t, func(c obj) {
		c["issuer"].(obj)["id"], c["credentialStatus"] = did, d.entry(revocationSlot)
	}), func(o *integrity.ProofOptions) { o.VerificationMethod = did + "#k" })
	for name, tt := range map[string]struct {
		signer status.Signer
		key    string
	}{
		"same method":            {status.Signer{Key: one.key, DID: did, Method: did + "#k"}, "verify.status.pass"},
		"other method":           {status.Signer{Key: two.key, DID: did, Method: did + "#two"}, "verify.status.pass"},
		"same key by did:key":    {status.Signer{Key: one.key, DID: one.did, Method: one.method}, "verify.status.pass"},
		"another issuer":         {status.Signer{Key: three.key, DID: elsewhereDID, Method: elsewhereDID + "#k"}, "verify.status.untrusted"},
		"method of somebody":     {status.Signer{Key: three.key, DID: did, Method: did + "#two"}, "verify.status.untrusted"},
		"made-up did:key":        {status.Signer{Key: three.key, DID: three.did, Method: three.method}, "verify.status.untrusted"},
		"trusted seal of a body": {status.Signer{Key: w.seal.key, Chain: keysOf(w.seal)}, "verify.status.untrusted"},
	} {
		d.signer = tt.signer
		d.publish(status.Valid)
		result := verifier.NotDone
		if tt.key == "verify.status.pass" {
			result = verifier.Passed
		}
		d.expect(name, d.ask(d.verifier(), file), result, tt.key)
	}
}

// A status list is no credential, in whatever form somebody shows it.
func TestStatusListIsNoCredential(t *testing.T) {
	t.Parallel()
	by := newAuthor(t)
	for _, slot := range []status.Slot{{Kind: status.Bitstring, Purpose: status.Revocation, Size: 1}, {Kind: status.Token, Size: 2}} {
		signed, err := status.Sign(t.Context(), status.Contents{ID: "1", Body: "b", Slot: slot, Version: 1}, status.Signer{Key: by.key, DID: by.did},
			status.URL("https://issuer.example", slot.Kind, "1"), signedAt)
		if err != nil {
			t.Fatal(err)
		}
		for name, file := range map[string][]byte{"token": signed.JWT, "document": signed.DI} {
			if file == nil {
				continue
			}
			r, err := (&verifier.Verifier{Now: func() time.Time { return signedAt }}).Verify(t.Context(), file, verifier.Options{})
			if err != nil {
				t.Fatal(err)
			}
			c, _ := r.Check(verifier.Format)
			if r.Verdict() != verifier.Invalid || r.Code() != proof.Type || c.Key != "verify.format.statuslist" || r.Claims != nil {
				t.Errorf("%s list as %s: %s", slot.Kind, name, show(r))
			}
		}
	}
	for name, file := range map[string]string{
		"a DID document": `{"@context":["https://www.w3.org/ns/did/v1"],"id":"did:web:a.example","verificationMethod":[]}`,
		"a key set":      `{"keys":[]}`,
	} {
		r, err := (&verifier.Verifier{}).Verify(t.Context(), []byte(file), verifier.Options{})
		if c, _ := r.Check(verifier.Format); err != nil || c.Key != "verify.format.keys" || r.Verdict() != verifier.Invalid {
			t.Errorf("%s: %s, %v", name, show(r), err)
		}
	}
}

// Nobody is asked at the word of an issuer whom the trust set does not vouch for.
func TestStatusOfAStrangerIsNotAskedFor(t *testing.T) {
	t.Parallel()
	for _, d := range declarers(t) {
		d.publish(status.Revoked)
		v := d.verifier()
		v.Trust = nil
		before := d.lists.asked.Load()
		r := d.ask(v, d.file())
		c, _ := r.Check(verifier.Status)
		if r.Verdict() != verifier.Undetermined || r.Code() != proof.Trust || c.Key != "verify.status.stranger" {
			t.Errorf("%s: %s", d.form, show(r))
		}
		if n := d.lists.asked.Load() - before; n != 0 {
			t.Errorf("%s: %d lists were asked for", d.form, n)
		}
	}
}
