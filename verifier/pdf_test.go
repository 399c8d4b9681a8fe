package verifier_test

import (
	"bytes"
	"testing"

	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/render"
	"github.com/probatum/probatum/verifier"
)

// printed is a certificate for people with a file attached.
func printed(t testing.TB, attached []byte) []byte {
	t.Helper()
	pdf, err := render.Certificate{Lang: "en", Holder: "Somebody Else", Unit: "Anything"}.PDF(render.Config{
		Attachment: render.Attachment{Name: "credential.jsonld", Bytes: attached}, Now: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return pdf
}

// The sealed file in a PDF is checked like any other, and what is told comes
// from it. The print around it, which anybody can make, never is confirmed.
func TestPDFIsJudgedByTheFileInIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sealed := w.file(t, nil)

	r := w.verify(t, printed(t, sealed))
	if r.Verdict() != verifier.Undetermined || r.Code() != proof.Proof || r.Form != "pdf" {
		t.Fatalf("a certificate of ours: form %q, %s", r.Form, show(r))
	}
	for _, c := range r.Checks {
		if want := c.ID != verifier.Evidence; (c.Result == verifier.Passed) != want {
			t.Errorf("check %s is %s", c.ID, c.Result)
		}
	}
	if a := r.Answer(i18n.For("en")); a.Credential == nil || a.Credential.Subject.Name != "Noor Example" {
		t.Errorf("the answer tells %+v, not what the sealed file says", a.Credential)
	}

	changed := bytes.Replace(sealed, []byte("Noor"), []byte("Nora"), 1)
	attackAll(t, w.trust, []attack{
		{"a changed file inside", printed(t, changed), verifier.Invalid, proof.Signature},
		{"no file inside", printed(t, nil), verifier.Invalid, proof.Type},
		{"something else inside", printed(t, []byte("hello")), verifier.Invalid, proof.Type},
		{"JSON without a seal inside", printed(t, []byte(`{"a":1}`)), verifier.Invalid, proof.Type},
		{"two files inside", append(printed(t, sealed), printed(t, changed)...), verifier.Invalid, proof.Proof},
		{"a PDF in name only", []byte("%PDF-1.7"), verifier.Invalid, proof.Type},
	})
	if r := verify(t, nil, printed(t, sealed), now); r.Verdict() != verifier.Undetermined || r.Code() != proof.Trust {
		t.Errorf("without a trust list: %s", show(r))
	}
}
