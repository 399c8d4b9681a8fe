package desk

import (
	"context"
	"encoding/base64"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/body"
	"github.com/probatum/probatum/render"
	"github.com/probatum/probatum/web/page"
)

type previewView struct {
	Pictures []drawing
	Text     string
	Faults   []string   // of what was typed: it is left out
	Files    []page.Act // as PDF
}

// A drawing is the first page of a certificate in one language.
type drawing struct {
	Src       template.URL
	Lang      string
	Name, Alt string
	Wanted    bool // the body gives out certificates in this language
	Lazy      bool
}

// asKept shows how certificates look as the profile is kept. The browser fetches
// the pictures when it has shown the form.
func (s *sheet) asKept() *previewView {
	v := &previewView{Text: s.loc.T("desk.setup.preview.kept"), Files: s.files()}
	for _, d := range s.drawings() {
		d.Src = template.URL(s.setup() + "/preview/" + d.Lang + ".png?v=" + s.version[:min(16, len(s.version))]) //nolint:gosec // a path of ours
		d.Lazy = true
		v.Pictures = append(v.Pictures, d)
	}
	return v
}

// drawings are those of all languages, the main one first, without pictures.
func (s *sheet) drawings() []drawing {
	langs := slices.Clone(s.langs())
	for _, l := range assessment.CertificateLanguages {
		if !slices.Contains(langs, l) {
			langs = append(langs, l)
		}
	}
	var all []drawing
	for _, l := range langs {
		if !slices.Contains(assessment.CertificateLanguages[:], l) {
			continue
		}
		name := languageName(s.loc, l)
		all = append(all, drawing{
			Lang: l, Name: name, Alt: s.loc.T("desk.setup.preview.alt", "Language", name), Wanted: slices.Contains(s.langs(), l),
		})
	}
	return all
}

func (s *sheet) files() []page.Act {
	var acts []page.Act
	for _, l := range s.langs() {
		acts = append(acts, page.Act{
			Label: s.loc.T("desk.setup.preview.pdf", "Language", languageName(s.loc, l)), Href: s.setup() + "/preview/" + l + ".pdf", Quiet: true, Small: true,
		})
	}
	return acts
}

// draw draws the first page in every language for a profile in any state. The
// pictures stand in the answer itself: what was typed is kept nowhere.
func (a *Admin) draw(ctx context.Context, s *sheet) (*previewView, error) {
	v := &previewView{Text: s.loc.T("desk.setup.preview.typed"), Pictures: s.drawings()}
	p := sound(s.p, s.kept)
	seal, err := a.state(s.body, s.kept)
	if err != nil {
		return nil, err
	}
	_, err = page.InTurn(ctx, a.turns, func(ctx context.Context) (struct{}, error) {
		for i, d := range v.Pictures {
			if err := ctx.Err(); err != nil {
				return struct{}{}, err
			}
			png, err := body.Preview(p, seal.Demo(), d.Lang, a.c.Now()).QuickPNG()
			if err != nil {
				return struct{}{}, err
			}
			v.Pictures[i].Src = template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(png)) //nolint:gosec // a picture of ours
		}
		return struct{}{}, nil
	})
	return v, err
}

// sound is a profile with what is kept in the place of what is not well-formed: no
// picture or text that would not be taken is drawn either.
func sound(typed, kept body.Profile) body.Profile {
	for _, f := range typed.CheckDraft() {
		at := func(member string) bool { return strings.HasPrefix(f.Path, "$."+member) }
		switch {
		case at("legalName"):
			typed.LegalName = kept.LegalName
		case at("identifier"):
			typed.Identifier = kept.Identifier
		case at("country"):
			typed.Country = kept.Country
		case at("languages"):
			typed.Languages = kept.Languages
		case at("address"):
			typed.Address = kept.Address
		case at("locality"):
			typed.Locality = kept.Locality
		case at("homepage"):
			typed.Homepage = kept.Homepage
		case at("email"):
			typed.Email = kept.Email
		case at("logo"):
			typed.Logo, typed.LogoPlace = kept.Logo, kept.LogoPlace
		case at("colours"):
			typed.Colours = kept.Colours
		case at("signatory"):
			typed.Signatory = kept.Signatory
		case at("place"):
			typed.Place = kept.Place
		case at("support"):
			typed.Support = kept.Support
		case at("accreditations"):
			typed.Accreditations = kept.Accreditations
		}
	}
	return typed
}

// previewStep shows how certificates would look with what was typed: to the script
// of the page as a part, else as the whole page with the form as it was sent.
func (a *Admin) previewStep(st step) page.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		at, err := a.see(r, access.EditBody)
		if err != nil {
			return err
		}
		s, faults, err := a.typed(w, r, at, st)
		if err != nil {
			return err
		}
		drawn, err := a.draw(r.Context(), s)
		if err != nil {
			return err
		}
		if page.IsPart(r) {
			for _, f := range faults {
				drawn.Faults = append(drawn.Faults, at.loc.TMap(f.Key, f.Args))
			}
			return a.c.Site.ShowPart(w, r, "setupstep", "preview", http.StatusOK, drawn)
		}
		v := a.stepView(s, st)
		v.Preview = drawn
		if len(faults) > 0 {
			v.Form.Fail(faults, at.loc)
		}
		return a.step(w, r, s, st, http.StatusOK, v)
	}
}

// shownTo is the profile for somebody who may look at it, and whether what is sealed
// now says DEMO.
func (a *Admin) shownTo(r *http.Request) (at place, p body.Profile, demo bool, err error) {
	if at, err = a.at(r, access.ReadBody); err != nil {
		return at, p, false, err
	}
	if p, _, err = a.c.Bodies.BodyVersion(r.Context(), at.body); err != nil {
		return at, p, false, err
	}
	s, err := a.state(at.body, p)
	return at, p, s.Demo(), err
}

func (a *Admin) previewPNG(w http.ResponseWriter, r *http.Request) error {
	_, p, demo, err := a.shownTo(r)
	if err != nil {
		return err
	}
	png, err := page.InTurn(r.Context(), a.turns, func(context.Context) ([]byte, error) {
		return body.Preview(p, demo, chi.URLParam(r, "lang"), a.c.Now()).QuickPNG()
	})
	if err != nil {
		return err
	}
	page.Write(w, r, http.StatusOK, "image/png", png)
	return nil
}

func (a *Admin) previewPDF(w http.ResponseWriter, r *http.Request) error {
	at, p, demo, err := a.shownTo(r)
	if err != nil {
		return err
	}
	lang := chi.URLParam(r, "lang")
	pdf, err := page.InTurn(r.Context(), a.turns, func(context.Context) ([]byte, error) {
		return body.Preview(p, demo, lang, a.c.Now()).PDF(render.Config{Now: a.c.Now()})
	})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", `attachment; filename="`+string(at.body)+`-preview-`+lang+`.pdf"`)
	page.Write(w, r, http.StatusOK, "application/pdf", pdf)
	return nil
}

// allowDrawn lets a page show pictures that stand in it.
func allowDrawn(w http.ResponseWriter) {
	const name, own = "Content-Security-Policy", "img-src 'self'"
	h := w.Header()
	h.Set(name, strings.Replace(h.Get(name), own, own+" data:", 1))
}
