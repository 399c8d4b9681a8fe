package issuer_test

import (
	"bytes"
	"context"
	"crypto"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/issuer/storetest"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/keys/private"
	"github.com/probatum/probatum/proof/canon"
	"github.com/probatum/probatum/proof/integrity"
	"github.com/probatum/probatum/proof/jades"
	"github.com/probatum/probatum/status"
)

// checkSealed verifies a sealed file as a stranger would and gives its payload.
func checkSealed(t testing.TB, c credential.Signed, chain keys.Chain) []byte {
	t.Helper()
	f, err := jades.Parse(c.Bytes)
	if err != nil {
		t.Fatalf("Parse: %v", err)
	}
	if err := f.VerifySignature(); err != nil {
		t.Errorf("VerifySignature: %v", err)
	}
	if !f.Certificates[0].Equal(chain.Leaf) {
		t.Error("the file holds another certificate")
	}
	if got := at(t, f.Payload, "id"); got != string(c.ID) {
		t.Errorf("the file is %v, want %s", got, c.ID)
	}
	if got := at(t, f.Payload, "issued"); got != f.SigT.Format(time.RFC3339) {
		t.Errorf("issued %v, signed at %v", got, f.SigT)
	}
	return f.Payload
}

func TestIssue(t *testing.T) {
	t.Parallel()
	for _, algorithm := range []string{keys.RS256, keys.ES256} {
		for _, unit := range []string{"lighting", "sound"} {
			t.Run(algorithm+"/"+unit, func(t *testing.T) {
				t.Parallel()
				s := database(t, t.TempDir(), clock)
				i := newIssuer(t, s, algorithm)
				c, err := i.Issue(t.Context(), sample(unit))
				if err != nil {
					t.Fatalf("Issue: %v", err)
				}
				doc := checkSealed(t, c, demo(t, algorithm).Chain)
				if f := elm.Check(doc, elm.Options{}); len(f) > 0 {
					t.Errorf("Check: %v", f)
				}
				kept, err := s.Sealed(t.Context(), c.ID)
				if err != nil || !bytes.Equal(kept.Bytes, c.Bytes) || kept.Draft != c.Draft || kept.Form != credential.EDC {
					t.Errorf("the store keeps %+v, %v", kept, err)
				}
				again, err := i.Issue(t.Context(), sample(unit))
				if !errors.Is(err, issuer.ErrSealed) || fault.KindOf(err) != fault.Conflict || len(again.Bytes) > 0 {
					t.Errorf("Issue again gave %d bytes, %v; want a Conflict", len(again.Bytes), err)
				}
			})
		}
	}
}

func TestIssueRefusesAResultThatChanged(t *testing.T) {
	t.Parallel()
	i := newIssuer(t, database(t, t.TempDir(), clock), keys.ES256)
	r := sample("lighting")
	if _, err := i.Issue(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	r.Candidate.FamilyName = "Someone Else"
	if _, err := i.Issue(t.Context(), r); fault.KindOf(err) != fault.Conflict {
		t.Errorf("another result under the same id: %v, want a Conflict", err)
	}
}

// TestIssueRefusesBeforeAnythingIsKept holds that what is refused leaves no
// reservation and is not signed.
func TestIssueRefusesBeforeAnythingIsKept(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		now    time.Time
		change func(*assessment.Result)
	}{
		"expired certificate": {now.AddDate(2, 0, 0), nil},
		"early certificate":   {now.AddDate(-1, 0, 0), nil},
		"other body":          {now, func(r *assessment.Result) { r.Body.Identifier.Notation = "VATDE-111111111" }},
		"missing element":     {now, func(r *assessment.Result) { r.Unit.Workload.Hours = 0 }},
		"against the rules":   {now, func(r *assessment.Result) { r.Body.Accreditations[0].Title = nil }},
	} {
		s := database(t, t.TempDir(), func() time.Time { return test.now.AddDate(1, 0, 0) })
		signer := &testSigner{Signer: demo(t, keys.ES256).Seal}
		i := newIssuer(t, s, keys.ES256, func(c *issuer.Config) {
			c.Key, c.Now = signer, func() time.Time { return test.now }
		})
		r := sample("lighting")
		if test.change != nil {
			test.change(&r)
		}
		_, err := i.Issue(t.Context(), r)
		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v, want Invalid", name, err)
		}
		if open, err := s.Overdue(t.Context(), 10); len(open) > 0 || err != nil {
			t.Errorf("%s: %d reservations are kept, %v", name, len(open), err)
		}
		if signer.signed() > 0 {
			t.Errorf("%s: something was signed", name)
		}
	}
}

// stores are the kinds of store that an Issuer works with, each at a place of
// its own.
var stores = map[string]func(t *testing.T, dir string) issuer.Store{
	"database": func(t *testing.T, dir string) issuer.Store { return database(t, dir, clock) },
	"file":     func(_ *testing.T, dir string) issuer.Store { return &issuer.FileStore{Out: dir + "/out.jsonld"} },
}

// TestNothingLeavesWhenAStepFails breaks each step once. Nothing is handed out,
// and the same order again seals the bytes that were recorded first.
func TestNothingLeavesWhenAStepFails(t *testing.T) {
	t.Parallel()
	down := errors.New("the line went dead")
	seal := demo(t, keys.ES256)
	for kind, open := range stores {
		for name, test := range map[string]struct {
			store    failing
			sign     signFunc
			recorded bool // a reservation is there afterwards
			sealed   bool // and was sealed: only the answer was lost
		}{
			"saving":                  {store: failing{at: "save"}},
			"reserving":               {store: failing{at: "reserve"}},
			"the answer to reserving": {store: failing{at: "reserve", after: true}, recorded: true},
			"signing":                 {sign: func(crypto.Signer, io.Reader, []byte, crypto.SignerOpts) ([]byte, error) { return nil, down }, recorded: true},
			"signing, by the wrong key inside": {sign: func(_ crypto.Signer, r io.Reader, d []byte, o crypto.SignerOpts) ([]byte, error) {
				return seal.IssuingKey.Sign(r, d, o)
			}, recorded: true},
			"signing other bytes": {sign: func(s crypto.Signer, r io.Reader, d []byte, o crypto.SignerOpts) ([]byte, error) {
				d = bytes.Clone(d)
				d[0] ^= 1
				return s.Sign(r, d, o)
			}, recorded: true},
			"sealing":               {store: failing{at: "seal"}, recorded: true},
			"the answer to sealing": {store: failing{at: "seal", after: true}, recorded: true, sealed: true},
		} {
			// vc-di takes the way of ob3.
			for _, form := range []credential.Form{credential.EDC, credential.OB3} {
				t.Run(kind+"/"+name+"/"+string(form), func(t *testing.T) {
					t.Parallel()
					watched := &watch{Store: open(t, t.TempDir())}
					broken := test.store
					broken.Store, broken.failed, broken.times = watched, down, 1
					signer := &testSigner{Signer: seal.Seal, sign: test.sign}
					i := newIssuer(t, &broken, keys.ES256, func(c *issuer.Config) { c.Key = signer })
					c, err := i.IssueAs(t.Context(), sample("lighting"), form)
					if err == nil || len(c.Bytes) > 0 || c.ID != "" {
						t.Fatalf("Issue gave %d bytes, %v; want nothing and an error", len(c.Bytes), err)
					}
					if name == "signing" && !errors.Is(err, down) {
						t.Errorf("the cause is lost: %v", err)
					}
					first, sealed := watched.reserved, watched.sealed
					if (first.ID != "") != test.recorded || sealed != test.sealed {
						t.Fatalf("recorded %q, sealed %v; want %v, %v", first.ID, sealed, test.recorded, test.sealed)
					}

					// Later, with all in order.
					i = newIssuer(t, watched, keys.ES256, func(c *issuer.Config) { c.Now = func() time.Time { return now.Add(time.Minute) } })
					c, err = i.IssueAs(t.Context(), sample("lighting"), form)
					if test.sealed {
						if !errors.Is(err, issuer.ErrSealed) {
							t.Errorf("Issue again: %v, want ErrSealed", err)
						}
						return
					}
					if err != nil {
						t.Fatalf("Issue again: %v", err)
					}
					holdsRecorded(t, c, first, test.recorded, seal)
				})
			}
		}
	}
}

// holdsRecorded verifies a sealed credential and, where a Reservation was
// recorded before, compares it with the bytes that were recorded.
func holdsRecorded(t *testing.T, c credential.Signed, first issuer.Reservation, recorded bool, by *private.Demo) {
	t.Helper()
	var kept bool
	if c.Form == credential.EDC {
		kept = bytes.HasSuffix(first.Input, checkSealed(t, c, by.Chain))
	} else {
		checkSecured(t, c, certified{by.Seal, by.Chain}, integrity.ECDSARDFC2019)
		value := textAt(t, c.Bytes, "proof proofValue")
		kept = bytes.Equal(bytes.Replace(c.Bytes, []byte(`,"proofValue":"`+value+`"`), nil, 1), first.Input)
	}
	if recorded && (c.ID != first.ID || !kept) {
		t.Errorf("sealed %s, want the recorded bytes of %s", c.ID, first.ID)
	}
}

func TestIssueStopsWhenItsContextEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	s := database(t, t.TempDir(), clock)
	i := newIssuer(t, s, keys.ES256, func(c *issuer.Config) {
		c.Key = &testSigner{Signer: c.Key, sign: func(k crypto.Signer, r io.Reader, d []byte, o crypto.SignerOpts) ([]byte, error) {
			cancel()
			return k.Sign(r, d, o)
		}}
	})
	if c, err := i.Issue(ctx, sample("sound")); err == nil || len(c.Bytes) > 0 {
		t.Errorf("Issue gave %d bytes, %v though its context ended", len(c.Bytes), err)
	}
	if c, err := newIssuer(t, s, keys.ES256).Issue(t.Context(), sample("sound")); err != nil {
		t.Errorf("Issue again gave %d bytes, %v", len(c.Bytes), err)
	}
}

func TestFiftyOrdersAtOnceMakeOneCredential(t *testing.T) {
	t.Parallel()
	for kind, open := range stores {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			s := open(t, t.TempDir())
			i := newIssuer(t, s, keys.ES256)
			var wg sync.WaitGroup
			got := make([]credential.Signed, 50)
			errs := make([]error, len(got))
			for n := range got {
				wg.Go(func() { got[n], errs[n] = i.Issue(t.Context(), sample("lighting")) })
			}
			wg.Wait()
			sealed := 0
			for n := range got {
				switch {
				case errs[n] == nil:
					sealed++
					checkSealed(t, got[n], demo(t, keys.ES256).Chain)
				case !errors.Is(errs[n], issuer.ErrSealed):
					t.Errorf("Issue: %v, want ErrSealed", errs[n])
				}
			}
			if sealed != 1 {
				t.Errorf("%d credentials left, want 1", sealed)
			}
		})
	}
}

func TestResume(t *testing.T) {
	t.Parallel()
	at := now
	s := database(t, t.TempDir(), func() time.Time { return at })
	down := errors.New("no power")
	dead := newIssuer(t, s, keys.ES256, func(c *issuer.Config) {
		c.Key = &testSigner{Signer: c.Key, sign: func(crypto.Signer, io.Reader, []byte, crypto.SignerOpts) ([]byte, error) { return nil, down }}
	})
	other := newIssuer(t, s, keys.RS256, func(c *issuer.Config) {
		c.Key = &testSigner{Signer: c.Key, sign: func(crypto.Signer, io.Reader, []byte, crypto.SignerOpts) ([]byte, error) { return nil, down }}
	})
	want := map[string]bool{}
	for n := range 3 {
		r := assessment.SampleResult("lighting", now.Add(time.Duration(n)*time.Second))
		if _, err := dead.Issue(t.Context(), r); !errors.Is(err, down) {
			t.Fatal(err)
		}
		want[string(r.ID)] = true
	}
	if _, err := other.Issue(t.Context(), sample("sound")); !errors.Is(err, down) {
		t.Fatal(err)
	}
	// One that is no credential, as a fault elsewhere might leave it.
	r, d := storetest.NewDraft(now)
	if err := s.SaveResult(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	odd, err := s.Reserve(t.Context(), d, storetest.Key(d), storetest.Build)
	if err != nil {
		t.Fatal(err)
	}

	// What was reserved with a key that was replaced is finished with it. The
	// lists are the business of the new one.
	if n, err := newIssuer(t, s, keys.RS256).Publish(t.Context()); n != 1 || err != nil {
		t.Fatalf("Publish signed %d lists, %v", n, err)
	}
	i := newIssuer(t, s, keys.ES256)
	if n, err := i.Resume(t.Context()); n != 0 || err != nil {
		t.Errorf("Resume within the leases sealed %d, %v", n, err)
	}
	at = at.Add(time.Hour)
	n, err := i.Resume(t.Context())
	if n != 3 || err == nil || !strings.Contains(err.Error(), string(odd.ID)) || !strings.Contains(err.Error(), "issue.reservation.certificate") {
		t.Errorf("Resume sealed %d, %v; want 3, and an error that names the odd one and the one of another certificate", n, err)
	}
	for id := range want {
		c, err := s.Copy(t.Context(), sample("lighting").Body.ID, issuer.CopyKey{Form: credential.EDC, Request: id})
		if err != nil {
			t.Errorf("result %s: %v", id, err)
			continue
		}
		checkSealed(t, c, demo(t, keys.ES256).Chain)
	}
	at = at.Add(time.Hour)
	i = newIssuer(t, s, keys.RS256)
	if n, err := i.Resume(t.Context()); n != 1 || err == nil {
		t.Errorf("Resume with the other certificate sealed %d, %v; want 1 and an error for the odd one", n, err)
	}
	late := newIssuer(t, s, keys.ES256, func(c *issuer.Config) { c.Now = func() time.Time { return now.AddDate(3, 0, 0) } })
	if _, err := late.Resume(t.Context()); fault.KindOf(err) != fault.Invalid {
		t.Errorf("Resume with an expired certificate: %v", err)
	}
	if _, err := newIssuer(t, &issuer.FileStore{Out: t.TempDir() + "/x"}, keys.ES256).Resume(t.Context()); err == nil {
		t.Error("Resume over a store of one copy gave no error")
	}
}

// TestForgedReservationIsNotSigned holds the issuer to its own checks: what a
// store gives is signed only if it is what this issuer would have reserved.
func TestForgedReservationIsNotSigned(t *testing.T) {
	t.Parallel()
	es := demo(t, keys.ES256)
	id := credential.ID("urn:credential:1018d05f-21d5-4555-b7f0-8fabfd22ca75")
	good, err := issuer.EDC(build(t, sample("lighting")), id)
	if err != nil {
		t.Fatal(err)
	}
	input := func(payload []byte, chain keys.Chain) []byte {
		in, err := jades.SigningInput(payload, chain, now)
		if err != nil {
			t.Fatal(err)
		}
		return in
	}
	for name, forged := range map[string]issuer.Reservation{
		"other id":          {ID: "urn:credential:2018d05f-21d5-4555-b7f0-8fabfd22ca75", Form: credential.EDC, Input: input(good, es.Chain)},
		"other form":        {ID: id, Form: "pdf", Input: input(good, es.Chain)},
		"other issuer":      {ID: id, Form: credential.EDC, Input: input(bytes.ReplaceAll(good, []byte("VATDE-000000000"), []byte("VATDE-000000001")), es.Chain)},
		"other name":        {ID: id, Form: credential.EDC, Input: input(bytes.ReplaceAll(good, []byte("Musterstadt (DEMO"), []byte("Anderstadt (DEMO")), es.Chain)},
		"other certificate": {ID: id, Form: credential.EDC, Input: input(good, demo(t, keys.RS256).Chain)},
		"no credential":     {ID: id, Form: credential.EDC, Input: input([]byte(`{"id":"`+string(id)+`"}`), es.Chain)},
		"against the rules": {ID: id, Form: credential.EDC, Input: input(bytes.Replace(good, []byte(`"issued":`), []byte(`"issuedOn":`), 1), es.Chain)},
		"no signing input":  {ID: id, Form: credential.EDC, Input: []byte("sign me")},
		"nothing":           {ID: id, Form: credential.EDC},
	} {
		signer := &testSigner{Signer: es.Seal}
		i := newIssuer(t, giving{forged}, keys.ES256, func(c *issuer.Config) { c.Key = signer })
		if c, err := i.Issue(t.Context(), sample("lighting")); err == nil || len(c.Bytes) > 0 {
			t.Errorf("%s: %d bytes left, %v", name, len(c.Bytes), err)
		}
		if signer.signed() > 0 {
			t.Errorf("%s was signed", name)
		}
	}
}

// TestForgedReservationIsNotSecured is the same for the forms with a proof.
func TestForgedReservationIsNotSecured(t *testing.T) {
	t.Parallel()
	by := securing["ecdsa-rdfc-2019, P-256"](t)
	other := securing["eddsa-rdfc-2022"](t)
	const id = credential.ID("urn:uuid:1018d05f-21d5-4555-b7f0-8fabfd22ca75")
	engine := integrity.New(integrity.Config{Canon: canon.New(canon.Config{Contexts: canon.Pinned()}), Now: clock})
	prepared := func(doc []byte, suite integrity.Cryptosuite, by certified) []byte {
		did := by.did(t)
		in, err := engine.Prepare(t.Context(), doc, integrity.ProofOptions{
			Cryptosuite: suite, VerificationMethod: did + "#" + strings.TrimPrefix(did, "did:key:"), Created: now,
		})
		if err != nil {
			t.Fatal(err)
		}
		return in
	}
	const suite = integrity.ECDSARDFC2019
	draft := build(t, sample("lighting"))
	for form, write := range map[credential.Form]func(credential.Draft, credential.ID, string, ...status.Entry) ([]byte, error){
		credential.VCDI: issuer.VCDI, credential.OB3: issuer.OB3,
	} {
		good, err := write(draft, id, by.did(t))
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := write(draft, id, other.did(t))
		if err != nil {
			t.Fatal(err)
		}
		changed := func(from, to string) []byte {
			doc := bytes.ReplaceAll(good, []byte(from), []byte(to))
			if bytes.Equal(doc, good) {
				t.Fatalf("%s has no %s", form, from)
			}
			return prepared(doc, suite, by)
		}
		whole := prepared(good, suite, by)
		signed, err := engine.Sign(t.Context(), whole, by.key)
		if err != nil {
			t.Fatal(err)
		}
		for name, forged := range map[string]issuer.Reservation{
			"other id":           {ID: "urn:uuid:2018d05f-21d5-4555-b7f0-8fabfd22ca75", Form: form, Input: whole},
			"id of another form": {ID: "urn:credential:1018d05f-21d5-4555-b7f0-8fabfd22ca75", Form: form, Input: whole},
			"other form":         {ID: id, Form: credential.EDC, Input: whole},
			"other issuer":       {ID: id, Form: form, Input: changed("VATDE-000000000", "VATDE-000000001")},
			"other name":         {ID: id, Form: form, Input: changed("Musterstadt (DEMO", "Anderstadt (DEMO")},
			"other key":          {ID: id, Form: form, Input: prepared(theirs, integrity.EdDSARDFC2022, other)},
			"key of another":     {ID: id, Form: form, Input: prepared(theirs, suite, by)},
			"other suite":        {ID: id, Form: form, Input: prepared(good, integrity.ECDSAJCS2019, by)},
			"against the rules":  {ID: id, Form: form, Input: changed(`"validFrom":"2026-`, `"validFrom":"2036-`)},
			"signed already":     {ID: id, Form: form, Input: signed},
			"no proof options":   {ID: id, Form: form, Input: good},
			"no document":        {ID: id, Form: form, Input: []byte("sign me")},
			"nothing":            {ID: id, Form: form},
		} {
			signer := &testSigner{Signer: by.key}
			i := newIssuer(t, giving{forged}, keys.ES256, by.with, func(c *issuer.Config) { c.Key = signer })
			if c, err := i.IssueAs(t.Context(), sample("lighting"), form); err == nil || len(c.Bytes) > 0 {
				t.Errorf("%s, %s: %d bytes left, %v", form, name, len(c.Bytes), err)
			}
			if signer.signed() > 0 {
				t.Errorf("%s, %s was signed", form, name)
			}
		}
	}
}

// giving is a store that gives one reservation, whatever was asked.
type giving struct{ r issuer.Reservation }

func (g giving) SaveResult(context.Context, assessment.Result) error { return nil }
func (g giving) Seal(context.Context, credential.ID, credential.Signed) error {
	return errors.New("sealed")
}
func (g giving) Reserve(context.Context, credential.Draft, issuer.CopyKey, issuer.BuildFunc) (issuer.Reservation, error) {
	return g.r, nil
}

func BenchmarkIssue(b *testing.B) {
	for _, algorithm := range []string{keys.RS256, keys.ES256} {
		for _, form := range issuer.Forms() {
			if algorithm == keys.RS256 && form != credential.EDC {
				continue // such a key cannot
			}
			b.Run(algorithm+"/"+string(form), func(b *testing.B) {
				i := newIssuer(b, database(b, b.TempDir(), clock), algorithm)
				n := 0
				for b.Loop() {
					n++
					if _, err := i.IssueAs(b.Context(), assessment.SampleResult("lighting", now.Add(-time.Duration(n)*time.Second)), form); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
