package verifier_test

import (
	"bytes"
	"image"
	"image/png"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/keys/private"
	"github.com/probatum/probatum/verifier"
)

// A product is what the issuer itself writes for one Result, and the author
// whose certificate it stands under.
type product struct {
	author author
	seal   *party
	forms  map[credential.Form][]byte // with their proofs
}

func newProduct(t testing.TB, unit string) product {
	t.Helper()
	d, err := private.NewDemo(private.DemoConfig{
		Name: assessment.SampleBodyName, OrganizationID: "VATDE-000000000", Country: "DE", Algorithm: keys.ES256, Now: now.Add(-time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	pictures := func(*elm.Credential, string) ([]byte, error) {
		var b bytes.Buffer
		err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)))
		return b.Bytes(), err
	}
	draft, err := issuer.BuildDraft(assessment.SampleResult(unit, now), d.Chain, now, pictures)
	if err != nil {
		t.Fatal(err)
	}
	p := product{author: authorOf(t, d.Seal), seal: &party{cert: d.Chain.Leaf}, forms: map[credential.Form][]byte{}}
	for form, write := range map[credential.Form]func(credential.Draft, credential.ID, string) ([]byte, error){
		credential.VCDI: func(d credential.Draft, id credential.ID, did string) ([]byte, error) { return issuer.VCDI(d, id, did) },
		credential.OB3:  func(d credential.Draft, id credential.ID, did string) ([]byte, error) { return issuer.OB3(d, id, did) },
	} {
		id, err := credential.NewID(form)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := write(draft, id, p.author.did)
		if err != nil {
			t.Fatal(err)
		}
		p.forms[form] = p.author.sign(t, doc)
	}
	for _, form := range []credential.Form{credential.VCJWT, credential.SDJWT} {
		i, err := issuer.New(issuer.Config{
			Store: &issuer.FileStore{Out: filepath.Join(t.TempDir(), "copy")}, Key: d.Seal, Chain: d.Chain, Pictures: pictures, Now: func() time.Time { return now },
		})
		if err != nil {
			t.Fatal(err)
		}
		signed, err := i.IssueCopy(t.Context(), assessment.SampleResult(unit, now), issuer.Copy{Form: form})
		if err != nil {
			t.Fatal(err)
		}
		p.forms[form] = signed.Bytes
	}
	return p
}

// What the product writes is valid where its issuer is known, and says the same
// in all forms.
func TestIntegrityOwnForms(t *testing.T) {
	t.Parallel()
	for _, unit := range []string{"lighting", "sound"} {
		p := newProduct(t, unit)
		byCertificate := folderOf(t, map[string][]byte{"seal.pem": pemOf(p.seal)})
		for form, file := range p.forms {
			r := verify(t, byCertificate, file, time.Time{})
			if !r.Valid() || r.Form != form || r.Issuer.Claimed {
				t.Errorf("%s, %s: %s", unit, form, show(r))
			}
			checkAnswer(t, r)
			a := r.Answer(i18n.For("en"))
			c := a.Credential
			if a.Issuer.Name != assessment.SampleBodyName+private.DemoMark && a.Issuer.Name != assessment.SampleBodyName ||
				c == nil || c.Title == "" || c.Subject.Name == "" || c.AwardingBody == "" || c.AwardedOn == "" || c.Level == "" && len(c.Notes) == 0 ||
				len(c.Assessments) < 3 || len(c.Notes) == 0 || len(c.Outcomes) == 0 {
				t.Errorf("%s, %s: %+v, %+v", unit, form, a.Issuer, c)
			}
			if r := verify(t, trusted(t, p.author), file, time.Time{}); form != credential.SDJWT && (!r.Valid() || !r.Issuer.Claimed) {
				t.Errorf("%s, %s, by DID document: %s", unit, form, show(r))
			}
			if r := verify(t, nil, file, time.Time{}); r.Verdict() != verifier.Undetermined {
				t.Errorf("%s, %s, trusting nobody: %s", unit, form, show(r))
			}
		}
		answer := func(form credential.Form) *verifier.CredentialAnswer {
			return verify(t, byCertificate, p.forms[form], time.Time{}).Answer(i18n.For("en")).Credential
		}
		one, other := answer(credential.VCDI), answer(credential.OB3)
		for _, form := range []credential.Form{credential.VCJWT, credential.SDJWT} {
			same := answer(form)
			same.ID, same.Subject.ID = one.ID, one.Subject.ID
			if diff := cmp.Diff(one, same); diff != "" {
				t.Errorf("%s, %s: %s", unit, form, diff)
			}
		}
		// The flat claims say the same as the record.
		flat := verify(t, byCertificate, present(t, p.forms[credential.SDJWT], nil, "title", "given_name", "family_name", "date_of_birth", "awarding_body",
			"eqf_level", "national_level", "units", "date_of_award", "grade", "learning_outcomes"), time.Time{})
		if c := flat.Answer(i18n.For("en")).Credential; !flat.Valid() || c.Subject.Name != one.Subject.Name || c.Subject.DateOfBirth != one.Subject.DateOfBirth ||
			c.AwardingBody != one.AwardingBody || c.AwardedOn != one.AwardedOn || c.Level != one.Level || !slices.Equal(c.Outcomes, one.Outcomes) {
			t.Errorf("%s: %+v\n%+v", unit, c, one)
		}
		if one.Subject.Name != other.Subject.Name || one.AwardingBody != other.AwardingBody || one.AwardedOn != other.AwardedOn || one.Level != other.Level ||
			*one.ValidFrom != *other.ValidFrom || !strings.EqualFold(one.Title, other.Title) {
			t.Errorf("%s: %+v\n%+v", unit, one, other)
		}
	}
}
