package verifier_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/verifier"
)

func TestValid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tsa := newTSA(t, w.ca)
	for name, file := range map[string][]byte{
		"as the product seals":  w.file(t, nil),
		"without intermediates": sealBy(t, w.seal, payload(t, nil)),
		"with a time-stamp":     tsa.stamped(t, w.file(t, nil), signedAt),
		"white space round it":  []byte("\n " + string(w.file(t, nil)) + "\n"),
	} {
		r := w.verify(t, file)
		if !r.Valid() || r.Code() != "" || !r.Issuer.Trusted || r.Claims == nil || r.Form != "edc" {
			t.Errorf("%s: %s", name, show(r))
		}
		checkAnswer(t, r)
		var ids []verifier.CheckID
		for _, c := range r.Checks {
			ids = append(ids, c.ID)
		}
		want := []verifier.CheckID{verifier.Format, verifier.Seal, verifier.Owner, verifier.Validity, verifier.Accreditation, verifier.Schema}
		if !slices.Equal(ids, want) {
			t.Errorf("%s: checks %v", name, ids)
		}
	}
}

func TestSigningTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tsa := newTSA(t, w.ca)
	file := w.file(t, nil)
	at := now.AddDate(0, 0, -2)
	if r := verify(t, w.trust, file, at); !r.SigningTime.Equal(at) || !r.VerifiedAt.Equal(now) {
		t.Errorf("%v, %v", r.SigningTime, r.VerifiedAt)
	}
	if r := verify(t, w.trust, tsa.stamped(t, file, signedAt), at); !r.SigningTime.Equal(signedAt) {
		t.Errorf("%v", r.SigningTime)
	}
	later := item(t, "sigTst", obj{"tstTokens": []any{obj{"val": tsa.stamp(t, []byte(signatureOf(t, file)), signedAt.Add(time.Hour))}}})
	if r := verify(t, w.trust, tsa.stamped(t, file, signedAt, later), at); !r.SigningTime.Equal(signedAt) || len(r.Timestamps) != 2 {
		t.Errorf("two time-stamps: %v", r.SigningTime)
	}
}

func signatureOf(t *testing.T, file []byte) string {
	t.Helper()
	var f obj
	if err := json.Unmarshal(file, &f); err != nil {
		t.Fatal(err)
	}
	return f["signatures"].([]any)[0].(obj)["signature"].(string)
}

func TestVerdict(t *testing.T) {
	t.Parallel()
	check := func(id verifier.CheckID, r verifier.Result, code proof.Code) verifier.Check {
		return verifier.Check{ID: id, Result: r, Code: code}
	}
	for name, tt := range map[string]struct {
		checks  []verifier.Check
		verdict verifier.Verdict
		code    proof.Code
	}{
		"no check":       {nil, verifier.Undetermined, ""},
		"all passed":     {[]verifier.Check{check("a", verifier.Passed, ""), check("b", verifier.Passed, "")}, verifier.Valid, ""},
		"zero check":     {[]verifier.Check{{}}, verifier.Undetermined, ""},
		"odd result":     {[]verifier.Check{check("a", 7, "x")}, verifier.Undetermined, ""},
		"one not done":   {[]verifier.Check{check("a", verifier.Passed, ""), check("b", verifier.NotDone, "status")}, verifier.Undetermined, "status"},
		"first not done": {[]verifier.Check{check("a", verifier.NotDone, "key"), check("b", verifier.NotDone, "trust")}, verifier.Undetermined, "key"},
		"failed later":   {[]verifier.Check{check("a", verifier.NotDone, "trust"), check("b", verifier.Failed, "schema")}, verifier.Invalid, "schema"},
		"first failed":   {[]verifier.Check{check("a", verifier.Failed, "key"), check("b", verifier.Failed, "schema")}, verifier.Invalid, "key"},
		"not reached":    {[]verifier.Check{check("a", verifier.NotDone, ""), check("b", verifier.Failed, "proof")}, verifier.Invalid, "proof"},
	} {
		r := verifier.Report{Checks: tt.checks}
		if r.Verdict() != tt.verdict || r.Code() != tt.code || r.Valid() != (tt.verdict == verifier.Valid) {
			t.Errorf("%s: %s, %q", name, r.Verdict(), r.Code())
		}
	}
}

// Every code has a summary in every language, and no two verdicts share one.
func TestSummaries(t *testing.T) {
	t.Parallel()
	codes := []proof.Code{
		proof.Malformed, proof.Resources, proof.Header, proof.Type, proof.Key, proof.Signature, proof.Proof,
		proof.Context, proof.Schema, proof.Validity, proof.Status, proof.Binding, proof.Trust,
	}
	for _, lang := range i18n.Languages {
		loc := i18n.For(lang)
		valid := verifier.Report{Checks: []verifier.Check{{ID: verifier.Seal, Result: verifier.Passed}}}.Answer(loc)
		for _, code := range codes {
			for _, result := range []verifier.Result{verifier.NotDone, verifier.Failed} {
				a := verifier.Report{Checks: []verifier.Check{{ID: verifier.Seal, Result: result, Code: code, Key: "verify.unreached"}}}.Answer(loc)
				if strings.HasPrefix(a.Summary, "verify.") || a.Summary == valid.Summary || a.Ribbon == valid.Ribbon {
					t.Errorf("%s, %s, %s: %q, %q", lang, code, result, a.Ribbon, a.Summary)
				}
			}
		}
	}
}

// The names in the answer are what other people's programs call.
func TestAnswerJSON(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.verify(t, w.file(t, func(c obj) {
		achievement(c)["specifiedBy"] = obj{
			"id": "urn:epass:qualification:1", "type": "Qualification", "title": obj{"en": "Lighting"},
			"volumeOfLearning": "PT60H",
			"eqfLevel":         concept("http://data.europa.eu/snb/eqf/4", "http://data.europa.eu/snb/eqf/25831c2", "Level 4"),
			"learningOutcome": obj{
				"id": "urn:epass:learningOutcome:1", "type": "LearningOutcome", "title": obj{"en": "Rigs lamps", "de": "Hängt Lampen"},
			},
		}
	}))
	text, err := json.Marshal(r.Answer(i18n.For("de")))
	if err != nil {
		t.Fatal(err)
	}
	var got obj
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	delete(got, "summary")
	for _, c := range got["checks"].([]any) {
		delete(c.(obj), "message")
	}
	const check, ok = "http://data.europa.eu/snb/verification/", "http://data.europa.eu/snb/verification-status/9895008394"
	passed := func(id, concept string) obj {
		return obj{"id": id, "result": "pass", "edc": obj{"type": check + concept, "status": ok}}
	}
	want := obj{
		"verdict": "valid", "form": "edc", "ribbon": "Verifiziert", "verifiedAt": "2026-11-25T12:00:00Z",
		"checks": []any{
			passed("format", "2f5b89b96f"), passed("seal", "f9c2016fe9"), passed("owner", "1faf8d450f"), passed("validity", "94d828f160"),
			passed("accreditation", "e2bbc86a28"), passed("schema", "2f5b89b96f"),
		},
		"issuer": obj{"name": body, "id": "urn:epass:org:1", "identifier": registered, "country": "DE", "trusted": true, "accreditation": nil},
		"credential": obj{
			"id": "urn:credential:5a2c4a39-6c0b-4a53-b1d9-0d3f4be3b6f4", "title": "Licht", "achievement": "Lighting",
			"subject": obj{
				"id": "urn:epass:person:9", "name": "Noor Example", "givenName": "Noor", "familyName": "Example", "dateOfBirth": "2001-05-17",
			},
			"issued": "2026-10-26T12:00:00Z", "validFrom": "2026-10-26T12:00:00Z", "validUntil": nil,
			"awardingBody": body, "awardedOn": "2026-10-26", "level": "EQR-Niveau 4", "workload": "60 Stunden",
			"outcomes": []any{"Hängt Lampen"}, "assessments": []any{obj{"title": "Portfolio", "grade": "passed"}},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAnswerConcepts(t *testing.T) {
	t.Parallel()
	const base = "http://data.europa.eu/snb/"
	for id, concept := range map[verifier.CheckID]string{
		verifier.Format: "2f5b89b96f", verifier.Schema: "2f5b89b96f", verifier.Seal: "f9c2016fe9", verifier.Owner: "1faf8d450f",
		verifier.Status: "271aef9eb4", verifier.Accreditation: "e2bbc86a28", verifier.Validity: "94d828f160", verifier.Evidence: "c_50990fe3",
	} {
		for result, status := range map[verifier.Result]string{
			verifier.Passed: "9895008394", verifier.Failed: "9d26eb9a37", verifier.NotDone: "641f0c5e5d",
		} {
			a := verifier.Report{Checks: []verifier.Check{{ID: id, Result: result}}}.Answer(i18n.For("en"))
			want := verifier.EDC{Type: base + "verification/" + concept, Status: base + "verification-status/" + status}
			if a.Checks[0].EDC != want {
				t.Errorf("%s, %s: %+v", id, result, a.Checks[0].EDC)
			}
		}
	}
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (&verifier.Verifier{Trust: w.trust}).Verify(ctx, w.file(t, nil), verifier.Options{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func BenchmarkVerify(b *testing.B) {
	file := sample(b)
	v := verifier.Verifier{Trust: sampleCA(b, file)}
	b.ReportAllocs()
	for b.Loop() {
		r, err := v.Verify(b.Context(), file, verifier.Options{At: time.Date(2023, 10, 1, 0, 0, 0, 0, time.UTC)})
		if err != nil || !r.Valid() {
			b.Fatal(err, show(r))
		}
	}
}
