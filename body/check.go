package body

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/render"
)

// The longest texts, in characters.
const (
	maxName  = 200
	maxPlace = 100
	maxLine  = 200
)

// emptiness are the faults of a Body that say only that something is not there
// yet.
var emptiness = []string{"result.empty", "result.missing", "result.list.few", "result.language.missing"}

// CheckDraft holds what is filled in to its form; what is empty is no fault.
func (p Profile) CheckDraft() fault.List {
	c := checker{}
	if p.Schema != "" && p.Schema != SchemaURI {
		c.Add("$.$schema", "result.schema", "", "Want", SchemaURI)
	}
	for _, f := range p.raw().Check() {
		if !slices.Contains(emptiness, f.Key) {
			c.List = append(c.List, f)
		}
	}
	for i, a := range p.Accreditations {
		if !a.Until.IsZero() && a.Until.Before(a.From) {
			c.Add(fmt.Sprintf("$.accreditations[%d].until", i), "result.date.period", "R70", "Earlier", a.Until.Time(), "Later", a.From.Time())
		}
	}
	if !slices.ContainsFunc(c.List, func(f fault.Item) bool { return f.Path == "$.identifier.notation" }) {
		c.identifier("$.identifier.notation", p.Identifier.Notation)
	}
	c.languages(p.Languages)
	c.text("$.support", p.Support, maxLine)
	if p.LogoPlace != "" && !slices.Contains(render.LogoPlaces(), p.LogoPlace) {
		words := make([]string, 0, 3)
		for _, place := range render.LogoPlaces() {
			words = append(words, string(place))
		}
		c.Add("$.logoPlace", "result.choice", "", "Value", printable(string(p.LogoPlace)), "Choices", strings.Join(words, ", "))
	}
	c.colour("$.colours.accent", p.Colours.Accent)
	c.colour("$.colours.second", p.Colours.Second)
	c.text("$.signatory.name", p.Signatory.Name, maxName)
	for _, lang := range p.Signatory.Function.Languages() {
		at := "$.signatory.function." + printable(lang)
		if !slices.Contains(assessment.CertificateLanguages[:], lang) {
			c.Add(at, "result.languages", "R90", "Value", printable(lang))
			continue
		}
		c.text(at, p.Signatory.Function[lang], maxName)
	}
	c.text("$.place", p.Place, maxPlace)
	c.sender(p.Mail)
	return c.List
}

// Check tells whether the profile is whole: what is in it is well-formed, and
// nothing is missing that is needed before sealing. The form of the identifier is
// looked at where it is written; for sealing it must be that of the certificate, to
// the letter, however its authority wrote it.
func (p Profile) Check() fault.List {
	l := slices.DeleteFunc(p.CheckDraft(), func(f fault.Item) bool { return strings.HasPrefix(f.Key, "body.identifier.") })
	for _, m := range p.Missing() {
		if m.Needed {
			l = append(l, fault.Item{Path: m.Path, Key: m.Key, Args: m.Args, Rule: m.Rule})
		}
	}
	if len(l) == 0 { // nothing gets past the rules that Results are held to
		return p.Assessment().Check(p.Languages...)
	}
	return l
}

// A Missing is something that a profile does not have yet.
type Missing struct {
	Path   string         // of the member, as in the faults of Check
	Key    string         // message key: what it is, and what for
	Args   map[string]any // of the message
	Rule   string
	Needed bool // before sealing; else it only makes certificates better
}

// Missing says what is still to be filled in, in the order in which the set-up
// asks for it: first what is needed before sealing, then what helps.
func (p Profile) Missing() []Missing {
	var out []Missing
	need := func(missing bool, path, key string) {
		if missing {
			out = append(out, Missing{Path: path, Key: key, Rule: "R81", Needed: true})
		}
	}
	b := p.Assessment()
	need(len(b.LegalName) == 0, "$.legalName", "body.missing.legalName")
	need(p.ID == "", "$.id", "body.missing.id")
	need(b.Identifier.Notation == "", "$.identifier.notation", "body.missing.identifier")
	need(p.Country == "", "$.country", "body.missing.country")
	need(len(p.Languages) == 0, "$.languages", "body.missing.languages")
	need(len(p.Accreditations) == 0, "$.accreditations", "body.missing.accreditations")
	for _, f := range b.Check(p.Languages...) {
		if strings.HasPrefix(f.Path, "$.accreditations[") && slices.Contains(emptiness, f.Key) {
			out = append(out, Missing{f.Path, f.Key, f.Args, f.Rule, true})
		}
	}

	helps := func(missing bool, path, key string) {
		if missing {
			out = append(out, Missing{Path: path, Key: key})
		}
	}
	helps(len(p.Logo) == 0, "$.logo", "body.missing.logo")
	helps(p.Colours.Accent == "", "$.colours.accent", "body.missing.colours")
	helps(p.Signatory.Name == "", "$.signatory.name", "body.missing.signatory")
	if p.Signatory.Name != "" {
		for _, lang := range p.Languages {
			if p.Signatory.Function[lang] == "" {
				out = append(out, Missing{
					Path: "$.signatory.function." + lang, Key: "body.missing.function", Args: map[string]any{"Lang": lang},
				})
			}
		}
	}
	helps(p.Place == "", "$.place", "body.missing.place")
	helps(p.Address == "" && p.Locality == "", "$.locality", "body.missing.address")
	helps(p.Support == "" && p.Homepage == "" && p.Email == "", "$.support", "body.missing.support")
	helps(p.Mail.Sender == "", "$.mail.sender", "body.missing.sender")
	helps(p.Mail.ReplyTo == "", "$.mail.replyTo", "body.missing.replyTo")
	return out
}

// A checker gathers faults.
type checker struct{ fault.List }

func (c *checker) languages(langs []string) {
	for i, lang := range langs {
		at := fmt.Sprintf("$.languages[%d]", i)
		switch {
		case !slices.Contains(assessment.CertificateLanguages[:], lang):
			c.Add(at, "result.languages", "R90", "Value", printable(lang))
		case slices.Contains(langs[:i], lang):
			c.Add(at, "result.double", "R90", "Value", lang)
		}
	}
}

// text holds a line of text to the rules that Results have for theirs.
func (c *checker) text(path, s string, most int) bool {
	switch {
	case unfit(s):
		c.Add(path, "result.characters", "")
	case strings.TrimFunc(s, unicode.IsSpace) != s:
		c.Add(path, "result.blank", "")
	case utf8.RuneCountInString(s) > most:
		c.Add(path, "result.long", "", "Max", most)
	default:
		return true
	}
	return false
}

func (c *checker) colour(path, s string) {
	if s == "" {
		return
	}
	if _, err := render.ParseColour(s); err != nil {
		c.Add(path, "render.colour", "")
	}
}

// sender looks at what will stand in the head of mails: a name in which no
// second address can hide, and one address.
func (c *checker) sender(m Mail) {
	if c.text("$.mail.sender", m.Sender, maxPlace) && strings.ContainsAny(m.Sender, `<>@"\`) {
		c.Add("$.mail.sender", "body.mail.sender", "")
	}
	// One rule for addresses: that of the Body's.
	for _, f := range (Profile{Email: m.ReplyTo}).raw().Check() {
		if f.Path == "$.email" && !slices.Contains(emptiness, f.Key) {
			f.Path = "$.mail.replyTo"
			c.List = append(c.List, f)
		}
	}
}

// unfit tells whether a text holds a character that no name needs and that can
// make a page show something else than what stands there. The joiners of
// Persian, Arabic and Indic scripts are spared.
func unfit(s string) bool {
	for _, r := range s {
		switch {
		case r == '\u200c' || r == '\u200d':
		case r == utf8.RuneError, unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp), r&0xfffe == 0xfffe:
			return true
		}
	}
	return false
}

// printable makes a text from outside fit to be quoted in a message.
func printable(s string) string {
	const most = 100
	var b strings.Builder
	for i, r := range []rune(s) {
		if i == most {
			b.WriteString("…")
			break
		}
		if !unicode.IsPrint(r) || unfit(string(r)) || r == '<' || r == '>' {
			r = '?'
		}
		b.WriteRune(r)
	}
	return b.String()
}
