package body_test

import (
	"bytes"
	"flag"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/body"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/render"
)

// look is for designers: go test ./body -run Preview -look DIR
var look = flag.String("look", "", "folder to write the previews to")

func states() map[string]body.Profile {
	named := body.Profile{LegalName: assessment.Text{"fr": "Organisme d’essai"}, Languages: []string{"fr"}}
	coloured := named
	coloured.Colours.Accent, coloured.Country = "#ffee58", "FR"
	return map[string]body.Profile{"whole": whole(), "real": unmarked(), "empty": {}, "named": named, "coloured": coloured}
}

func TestPreview(t *testing.T) {
	t.Parallel()
	for name, p := range states() {
		for _, lang := range i18n.Languages {
			demo := name == "named"
			c := body.Preview(p, demo, lang, today)
			if !c.Preview || c.Lang != lang || c.Body == "" || c.Holder == "" || len(c.Outcomes) == 0 {
				t.Errorf("%s, %s: %+v", name, lang, c)
			}
			if c.Demo != demo {
				t.Errorf("%s: %q, marked DEMO: %v", name, c.Body, c.Demo)
			}
			b, err := c.QuickPNG()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := png.Decode(bytes.NewReader(b)); err != nil {
				t.Fatal(err)
			}
			pdf, err := c.PDF(render.Config{Now: today, Link: "https://pruefstelle.example/"})
			if err != nil {
				t.Fatal(err)
			}
			if *look != "" {
				for ending, data := range map[string][]byte{".png": b, ".pdf": pdf} {
					if err := os.WriteFile(filepath.Join(*look, "preview-"+name+"-"+lang+ending), data, 0o600); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
}

// TestPreviewIsWhatWillBe: but for the invented person, it is the certificate
// that comes of the claims of a credential.
func TestPreviewIsWhatWillBe(t *testing.T) {
	t.Parallel()
	p := whole()
	r := assessment.SampleResult("lighting", today)
	r.Body = p.Assessment()
	k := keysIn(t, t.TempDir(), today)
	if _, err := k.NewTrialSeal(p); err != nil {
		t.Fatal(err)
	}
	_, chain, seal, err := k.Load(p)
	if err != nil {
		t.Fatal(err)
	}
	draft, err := issuer.BuildDraft(r, chain, today, func(c *elm.Credential, lang string) ([]byte, error) {
		return render.View(c, i18n.For(lang)).PNG()
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range i18n.Languages {
		want := render.View(draft.Claims, i18n.For(lang))
		got := body.Preview(p, seal.Demo(), lang, today)
		got.Preview, got.Look = false, render.Look{}
		got.Holder, got.Number, got.ID, got.Quality, got.Notes = want.Holder, want.Number, want.ID, want.Quality, want.Notes
		for i := range want.Methods {
			got.Methods[i].Kind = want.Methods[i].Kind
		}
		got.Outcomes, got.Skills = want.Outcomes, want.Skills
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(render.Colour{})); diff != "" {
			t.Errorf("%s (-credential +preview):\n%s", lang, diff)
		}
	}
}

func BenchmarkPreview(b *testing.B) {
	p := whole()
	for b.Loop() {
		if _, err := body.Preview(p, false, "fr", today).QuickPNG(); err != nil {
			b.Fatal(err)
		}
	}
}
