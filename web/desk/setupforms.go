package desk

import (
	"cmp"
	"encoding/base64"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/body"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/render"
	"github.com/probatum/probatum/web/page"
)

// The step "who": name, identifier, address and languages.

func whoControls(s *sheet) []page.Control {
	t, langs := s.loc.T, s.langs()
	main := langs[0]
	name := s.p.LegalName[main]
	if name == "" && s.in == nil {
		name = cmp.Or(s.p.Name(main), s.called)
	}
	names := []page.Control{&page.Field{
		Name: "legalName", Label: t("desk.setup.legalName"), Hint: t("desk.setup.legalName.hint"), Value: name,
		Autocomplete: "organization", Max: 200,
	}}
	for _, l := range langs[1:] {
		names = append(names, &page.Field{
			Name: "legalName-" + l, Label: t("desk.setup.legalName.in", "Language", languageName(s.loc, l)),
			Hint: t("desk.setup.legalName.in.hint"), Value: s.p.LegalName[l], Optional: true, Max: 200,
		})
	}
	chosen := &page.Choice{Name: "languages", Label: t("desk.setup.languages"), Hint: t("desk.setup.languages.hint"), Many: true}
	first := &page.Select{Name: "main", Label: t("desk.setup.main"), Hint: t("desk.setup.main.hint"), Optional: true}
	for _, l := range assessment.CertificateLanguages {
		label := languageName(s.loc, l)
		chosen.Options = append(chosen.Options, page.Option{Value: l, Label: label, Chosen: slices.Contains(langs, l)})
		first.Options = append(first.Options, page.Option{Value: l, Label: label, Chosen: l == main})
	}
	names = append(names,
		&page.Field{
			Name: "identifier", Label: t("desk.setup.identifier"), Hint: t("desk.setup.identifier.hint"),
			Value: s.p.Identifier.Notation, Autocomplete: "off", Code: true, Max: 100,
		},
		countrySelect(s.loc, "country", t("desk.setup.country"), s.p.Country),
	)
	if s.rename != "" {
		names = append(names, &page.Box{Name: "renaming", Label: t("desk.setup.renaming.box")})
	}
	return []page.Control{
		&page.Group{Label: t("desk.setup.who.name"), Controls: names},
		&page.Group{Label: t("desk.setup.who.languages"), Controls: []page.Control{chosen, first}},
		&page.Group{Label: t("desk.setup.who.reach"), Controls: []page.Control{
			&page.Field{Name: "address", Label: t("desk.setup.street"), Value: s.p.Address, Autocomplete: "street-address", Optional: true, Max: 200},
			&page.Field{Name: "locality", Label: t("desk.setup.locality"), Hint: t("desk.setup.locality.hint"), Value: s.p.Locality, Optional: true, Max: 200},
			&page.Field{Name: "homepage", Label: t("desk.setup.homepage"), Value: s.p.Homepage, Type: "url", Autocomplete: "url", Optional: true},
			&page.Field{Name: "email", Label: t("desk.setup.email"), Value: s.p.Email, Type: "email", Autocomplete: "off", Optional: true, Max: 254},
		}},
	}
}

// legalID is an identifier by one of the schemes of ETSI EN 319 412-1, 5.1.4, as
// people write it.
var legalID = regexp.MustCompile(`^(?i)(VAT|NTR|PSD|LEI|[A-Z]{2}:)\s*([A-Z]{2})[-\s]*(.+)$`)

// identifier writes an identifier as it stands in certificates, where it is clear
// what is meant.
func identifier(s string) string {
	if m := legalID.FindStringSubmatch(s); m != nil {
		kind, number := strings.ToUpper(m[1]), strings.Join(strings.Fields(m[3]), "")
		if kind == "VAT" || kind == "LEI" { // of capitals and digits; what a register writes stays as it is
			number = strings.ToUpper(number)
		}
		return kind + strings.ToUpper(m[2]) + "-" + number
	}
	return s
}

func takeWho(s *sheet, in *page.Input) fault.List {
	var langs []string
	for _, l := range slices.Concat([]string{in.Text("main")}, s.p.Languages, in.All("languages")) {
		if slices.Contains(in.All("languages"), l) && !slices.Contains(langs, l) {
			langs = append(langs, l)
		}
	}
	before, name := s.langs()[0], in.Text("legalName")
	names := maps.Clone(s.p.LegalName)
	if names == nil {
		names = assessment.Text{}
	}
	for _, l := range assessment.CertificateLanguages {
		if in.Has("legalName-" + l) {
			names[l] = in.Text("legalName-" + l)
		}
	}
	delete(names, before)
	s.p.Languages = langs
	first := s.langs()[0]
	if names[first] == "" {
		names[first] = name
	} else { // the first language is another one now, in which there is a name, too
		names[before] = name
	}
	maps.DeleteFunc(names, func(lang, name string) bool {
		return name == "" || slices.Contains(assessment.CertificateLanguages[:], lang) && !slices.Contains(s.langs(), lang)
	})
	s.p.LegalName = names
	s.p.Identifier.Notation, s.p.Country = identifier(in.Text("identifier")), in.Text("country")
	if s.p.Identifier.Country == s.p.Country {
		s.p.Identifier.Country = ""
	}
	s.p.Address, s.p.Locality = in.Text("address"), in.Text("locality")
	s.p.Homepage, s.p.Email = website(in.Text("homepage")), in.Text("email")
	return nil
}

// website completes an address as people write it.
func website(s string) string {
	if s != "" && !strings.Contains(s, "://") && strings.Contains(s, ".") && !strings.ContainsAny(s, " @") {
		return "https://" + s
	}
	return s
}

func whoField(s *sheet, path string) string {
	name := strings.TrimPrefix(path, "$.")
	switch lang, ok := strings.CutPrefix(name, "legalName."); {
	case ok && lang != s.langs()[0] && slices.Contains(s.langs(), lang):
		return "legalName-" + lang
	case ok:
		return "legalName"
	case name == "identifier.country":
		return "country"
	case strings.HasPrefix(name, "identifier"):
		return "identifier"
	case strings.HasPrefix(name, "languages"):
		return "languages"
	}
	return name
}

// The step "look": what makes certificates those of this body.

// What a colour field holds as long as the body has chosen none: it cannot be
// empty. They are those that certificates then have.
const (
	houseAccent = "#123444"
	houseSecond = "#c29a4f"
)

func lookControls(s *sheet) []page.Control {
	t := s.loc.T
	logo := []page.Control{&page.File{
		Name: "logo", Label: t("desk.setup.logo"), Hint: t("desk.setup.logo.hint"), Accept: ".png,.jpg,.jpeg,image/png,image/jpeg", Optional: true,
	}}
	if remove := s.in != nil && s.in.Has("logo-remove"); remove || len(s.p.Logo) > 0 {
		logo = append(logo, &page.Box{Name: "logo-remove", Label: t("desk.setup.logo.remove"), Ticked: remove})
	}
	place := &page.Choice{Name: "logoPlace", Label: t("desk.setup.logoPlace")}
	for i, at := range render.LogoPlaces() {
		place.Options = append(place.Options, page.Option{
			Value: string(at), Label: t("desk.setup.logoPlace." + string(at)), Chosen: at == s.p.LogoPlace || s.p.LogoPlace == "" && i == 0,
		})
	}
	signs := []page.Control{&page.Field{
		Name: "signatory", Label: t("desk.setup.signatory"), Hint: t("desk.setup.signatory.hint"), Value: s.p.Signatory.Name,
		Autocomplete: "off", Optional: true, Max: 200,
	}}
	for _, l := range s.langs() {
		label := t("desk.setup.function")
		if len(s.langs()) > 1 {
			label = t("desk.setup.function.in", "Language", languageName(s.loc, l))
		}
		signs = append(signs, &page.Field{Name: "function-" + l, Label: label, Value: s.p.Signatory.Function[l], Autocomplete: "off", Optional: true, Max: 200})
	}
	return []page.Control{
		&page.Group{Label: t("desk.setup.look.logo"), Controls: append(logo, place,
			&page.Field{Name: "accent", Label: t("desk.setup.accent"), Hint: t("desk.setup.accent.hint"), Type: "color", Value: cmp.Or(s.p.Colours.Accent, houseAccent), Short: true},
			&page.Field{Name: "second", Label: t("desk.setup.second"), Hint: t("desk.setup.second.hint"), Type: "color", Value: cmp.Or(s.p.Colours.Second, houseSecond), Short: true},
		)},
		&page.Group{Label: t("desk.setup.look.signs"), Controls: append(signs,
			&page.Field{Name: "place", Label: t("desk.setup.place"), Hint: t("desk.setup.place.hint"), Value: s.p.Place, Autocomplete: "off", Optional: true, Max: 100},
		)},
		&page.Group{Label: t("desk.setup.look.foot"), Controls: []page.Control{
			&page.Field{Name: "support", Label: t("desk.setup.support"), Hint: t("desk.setup.support.hint"), Value: s.p.Support, Autocomplete: "off", Optional: true, Max: 200},
		}},
	}
}

func takeLook(s *sheet, in *page.Input) fault.List {
	if f, ok := in.File("logo"); ok {
		s.p.Logo = f.Data
		s.keepLogo()
	} else if kept, err := base64.StdEncoding.DecodeString(in.Text("logo-kept")); err == nil && len(kept) > 0 {
		s.p.Logo = kept
		s.keepLogo()
	}
	if in.Has("logo-remove") {
		s.p.Logo, s.keep = nil, ""
	}
	s.p.LogoPlace = render.LogoPlace(in.Text("logoPlace"))
	s.p.Colours.Accent = chosenColour(s.p.Colours.Accent, in.Text("accent"), houseAccent)
	s.p.Colours.Second = chosenColour(s.p.Colours.Second, in.Text("second"), houseSecond)
	s.p.Signatory.Name = in.Text("signatory")
	function := maps.Clone(s.p.Signatory.Function)
	if function == nil {
		function = assessment.Text{}
	}
	for _, l := range s.langs() {
		function[l] = in.Text("function-" + l)
	}
	maps.DeleteFunc(function, func(_, text string) bool { return text == "" })
	s.p.Signatory.Function = function
	s.p.Place, s.p.Support = in.Text("place"), in.Text("support")
	return nil
}

// keepLogo keeps a new logo with the form, if it is one: a file cannot be put back
// into the field that it was chosen in.
func (s *sheet) keepLogo() {
	if len(body.Profile{ID: "x-x", Logo: s.p.Logo}.CheckDraft()) == 0 {
		s.keep = base64.StdEncoding.EncodeToString(s.p.Logo)
	}
}

// chosenColour takes the colour of the house for none while none was chosen.
func chosenColour(before, typed, house string) string {
	if before == "" && strings.EqualFold(typed, house) {
		return ""
	}
	return strings.ToLower(typed)
}

func lookField(_ *sheet, path string) string {
	name := strings.TrimPrefix(path, "$.")
	switch lang, ok := strings.CutPrefix(name, "signatory.function."); {
	case ok:
		return "function-" + lang
	case strings.HasPrefix(name, "signatory"):
		return "signatory"
	}
	return strings.TrimPrefix(name, "colours.")
}

// The step "mail": how mails of the body present themselves.

func mailControls(s *sheet) []page.Control {
	t := s.loc.T
	return []page.Control{
		&page.Field{
			Name: "sender", Label: t("desk.setup.sender"), Hint: t("desk.setup.sender.hint", "Name", s.called), Value: s.p.Mail.Sender,
			Autocomplete: "organization", Optional: true, Max: 100,
		},
		&page.Field{
			Name: "replyTo", Label: t("desk.setup.replyTo"), Hint: t("desk.setup.replyTo.hint"), Value: s.p.Mail.ReplyTo,
			Type: "email", Autocomplete: "off", Optional: true, Max: 254,
		},
	}
}

func takeMail(s *sheet, in *page.Input) fault.List {
	s.p.Mail = body.Mail{Sender: in.Text("sender"), ReplyTo: in.Text("replyTo")}
	return nil
}

func mailField(_ *sheet, path string) string { return strings.TrimPrefix(path, "$.mail.") }

// Countries.

// countryCodes are those of all countries that we have a name for.
var countryCodes = sync.OnceValue(func() []string {
	var all []string
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			code := string([]rune{a, b})
			if code == "EL" || code == "UK" { // GR and GB by another name
				continue
			}
			if _, ok := elm.Country(code); ok {
				all = append(all, code)
			}
		}
	}
	return all
})

func countryName(loc i18n.Localizer, code string) string {
	if c, ok := elm.Country(code); ok {
		return c.Label(loc)
	}
	return code
}

// countryOptions are all countries in the order of a language.
var countryOptions = func() map[string]func() []page.Option {
	all := map[string]func() []page.Option{}
	for _, lang := range i18n.Languages {
		all[lang] = sync.OnceValue(func() []page.Option {
			loc, order := i18n.For(lang), collate.New(language.Make(lang))
			var options []page.Option
			for _, code := range countryCodes() {
				options = append(options, page.Option{Value: code, Label: countryName(loc, code)})
			}
			slices.SortFunc(options, func(a, b page.Option) int { return order.CompareString(a.Label, b.Label) })
			return options
		})
	}
	return all
}()

func countrySelect(loc i18n.Localizer, name, label, now string) *page.Select {
	c := &page.Select{Name: name, Label: label, Options: []page.Option{{Label: loc.T("desk.setup.country.choose"), Chosen: now == ""}}}
	known := false
	for _, o := range countryOptions[loc.Lang()]() {
		o.Chosen = o.Value == now
		known = known || o.Chosen
		c.Options = append(c.Options, o)
	}
	if !known && now != "" {
		c.Options = append(c.Options, page.Option{Value: now, Label: now, Chosen: true})
	}
	return c
}
