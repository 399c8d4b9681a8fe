package issuer_test

import (
	"strings"
	"testing"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/evidence"
)

// From frozen files to the claims and back: who has the credential can check one
// file that the candidate shows, and sees when it was replaced (TI-14). No file
// and no word about one is in the claims.
func TestEvidenceIsProvenByTheCredential(t *testing.T) {
	t.Parallel()
	files := []string{"a rigging plan", "a video", "a statement of a witness"}
	var items []evidence.Item
	for _, f := range files {
		digest, size, err := evidence.Sum(strings.NewReader(f))
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, evidence.Item{
			Digest: digest, Size: size, MediaType: "application/pdf", Kind: "artefact", Title: "Title of " + f, Shows: "What it shows",
		})
	}
	set, err := evidence.Freeze(items, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := sample("lighting")
	r.Methods[0].Evidence = &assessment.Evidence{Root: set.Root(), Items: set.Len()}
	if err := r.Check(now); err != nil {
		t.Fatal(err)
	}
	doc := payload(t, build(t, r))
	c, err := elm.Parse(doc)
	if err != nil {
		t.Fatal(err)
	}
	var roots []evidence.Root
	for _, claim := range c.CredentialSubject.(*elm.Person).HasClaim {
		for _, a := range claim.(*elm.LearningAchievement).ProvenBy {
			for _, id := range a.Identifier {
				if id.SchemeName != evidence.Scheme {
					continue
				}
				root, err := evidence.ParseRoot(id.Notation)
				if err != nil {
					t.Fatal(err)
				}
				roots = append(roots, root)
			}
		}
	}
	if len(roots) != 1 || roots[0] != set.Root() {
		t.Fatalf("the credential has the roots %v, want %s", roots, set.Root())
	}
	for i, f := range files {
		p, err := set.Proof(i)
		if err != nil {
			t.Fatal(err)
		}
		if err := evidence.VerifyFile(roots[0], p, strings.NewReader(f)); err != nil {
			t.Errorf("%s: %v", f, err)
		}
		if err := evidence.VerifyFile(roots[0], p, strings.NewReader(f+" that was replaced")); err == nil {
			t.Errorf("%s: another file passes", f)
		}
		for _, word := range []string{items[i].Digest.String(), items[i].Title, items[i].Shows} {
			if strings.Contains(string(doc), word) {
				t.Errorf("the credential says %q", word)
			}
		}
	}
}
