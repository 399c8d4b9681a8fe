package body

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/render"
)

// A Profile is what a body says of itself. The JSON form is described in
// docs/body.schema.json; members that are also in the body of a Result bear
// the same names. Every field may be empty: see CheckDraft and Check.
type Profile struct {
	Schema         string                     `json:"$schema,omitempty"` // SchemaURI or absent
	ID             string                     `json:"id,omitempty"`      // short name, as in its pages' addresses
	LegalName      assessment.Text            `json:"legalName,omitempty"`
	Identifier     assessment.LegalIdentifier `json:"identifier,omitzero"` // without a country it has that of the body
	Address        string                     `json:"address,omitempty"`   // street and number
	Locality       string                     `json:"locality,omitempty"`  // postal code and town
	Country        string                     `json:"country,omitempty"`   // ISO 3166-1 alpha-2
	Homepage       string                     `json:"homepage,omitempty"`
	Email          string                     `json:"email,omitempty"`
	Support        string                     `json:"support,omitempty"` // one line: how people reach the body; at the foot of certificates
	Languages      []string                   `json:"languages,omitempty"`
	Accreditations []assessment.Accreditation `json:"accreditations,omitempty"`
	Logo           assessment.Picture         `json:"logo,omitempty"`
	LogoPlace      render.LogoPlace           `json:"logoPlace,omitempty"`
	Colours        Colours                    `json:"colours,omitzero"`
	Signatory      Signatory                  `json:"signatory,omitzero"`
	Place          string                     `json:"place,omitempty"` // where certificates are issued, such as "Berlin"
	Mail           Mail                       `json:"mail,omitzero"`
}

// Colours are those of a body, written as "#rrggbb".
type Colours struct {
	Accent string `json:"accent,omitempty"`
	Second string `json:"second,omitempty"`
}

// A Signatory is the person who answers for the body on its certificates.
type Signatory struct {
	Name     string          `json:"name,omitempty"`
	Function assessment.Text `json:"function,omitempty"`
}

// IsZero tells whether there is no signatory.
func (s Signatory) IsZero() bool { return s.Name == "" && len(s.Function) == 0 }

// Mail is how mails of the body present themselves.
type Mail struct {
	Sender  string `json:"sender,omitempty"`  // name before the address
	ReplyTo string `json:"replyTo,omitempty"` // where answers go
}

// SchemaURI names the form of the profile's file.
const SchemaURI = "https://w3id.org/probatum/schemas/body/v1"

// maxProfile bounds the file of a profile; the logo is the largest part of it.
const maxProfile = 1 << 20

// ParseProfile reads the file of a profile strictly. It may be half filled, but
// what is in it is well-formed: the error is a fault.List with every fault.
func ParseProfile(data []byte) (Profile, error) {
	var p Profile
	if err := strictjson.Decode(data, &p, strictjson.MaxBytes(maxProfile), strictjson.DisallowUnknown()); err != nil {
		return Profile{}, unreadable(err)
	}
	if err := p.CheckDraft().Err(); err != nil {
		return Profile{}, err
	}
	return p, nil
}

// unreadable is the one fault of a text that is no profile at all.
func unreadable(err error) error {
	e, ok := errors.AsType[*strictjson.Error](err)
	if !ok {
		return err
	}
	var l fault.List
	if e.Kind == strictjson.TooBig {
		l.Add(e.Path, "result.tooBig", "", "Max", maxProfile>>20)
	} else {
		l.Add(e.Path, "body.malformed", "", "Offset", e.Offset)
	}
	return l
}

// JSON writes the profile as ParseProfile reads it.
func (p Profile) JSON() ([]byte, error) {
	data, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing profile of body %q: %w", p.ID, err)
	}
	return append(data, '\n'), nil
}

// Assessment is the body as Results and credentials name it. A legal name is a
// name: languages that have none of their own take that of the first language.
func (p Profile) Assessment() assessment.Body {
	b := p.raw()
	b.LegalName = p.named(b.LegalName)
	if b.Identifier.Country == "" {
		b.Identifier.Country = b.Country
	}
	for i := range b.Accreditations {
		a := &b.Accreditations[i]
		a.Agent.LegalName = p.named(a.Agent.LegalName)
	}
	return b
}

// raw is the body with what the profile has and no more.
func (p Profile) raw() assessment.Body {
	b := assessment.Body{
		ID: p.ID, LegalName: filled(p.LegalName), Identifier: p.Identifier, Address: p.Address, Locality: p.Locality, Country: p.Country,
		Homepage: p.Homepage, Email: p.Email, Logo: p.Logo, Accreditations: []assessment.Accreditation{},
	}
	for _, a := range p.Accreditations {
		a.Title, a.Agent.LegalName = filled(a.Title), filled(a.Agent.LegalName)
		b.Accreditations = append(b.Accreditations, a)
	}
	return b
}

// named gives a name to every language of the body.
func (p Profile) named(t assessment.Text) assessment.Text {
	out := filled(t)
	if len(out) == 0 {
		return out
	}
	first, _ := out.In(p.Languages...)
	for _, lang := range p.Languages {
		if out[lang] == "" {
			out[lang] = first
		}
	}
	return out
}

// filled is a text without the languages in which nothing was written yet.
func filled(t assessment.Text) assessment.Text {
	out := make(assessment.Text, len(t))
	for lang, s := range t {
		if s != "" {
			out[lang] = s
		}
	}
	return out
}

// Name is the legal name in a language, else in the first of the body; empty
// where none was written.
func (p Profile) Name(lang string) string {
	s, _ := filled(p.LegalName).In(append([]string{lang}, p.Languages...)...)
	return s
}

// Look is how certificates of the body look in a language. What is not
// well-formed is left out.
func (p Profile) Look(lang string) render.Look {
	l := render.Look{Logo: p.LogoPlace, Signatory: p.Signatory.Name, Place: p.Place, Footer: p.Support}
	if c, err := render.ParseColour(p.Colours.Accent); err == nil {
		l.Accent = c
	}
	if c, err := render.ParseColour(p.Colours.Second); err == nil {
		l.Second = c
	}
	if p.Signatory.Name != "" {
		l.Function, _ = filled(p.Signatory.Function).In(append([]string{lang}, p.Languages...)...)
	}
	if l.Footer == "" {
		var parts []string
		for _, s := range []string{address(p.Homepage), p.Email} {
			if s != "" {
				parts = append(parts, s)
			}
		}
		l.Footer = strings.Join(parts, "  ·  ")
	}
	return l
}

// address is a web address as people write it.
func address(url string) string {
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(url, "https://"), "http://"), "/")
}

// Fits tells whether the body of a Result is this very body: its short name,
// legal names, identifier and country. The paths are those of the Result. What
// else the file says of the body is not looked at: take Assessment for it.
func (p Profile) Fits(b assessment.Body) fault.List {
	var l fault.List
	own := p.Assessment()
	if b.ID != own.ID {
		l.Add("$.body.id", "body.fits.id", "R81", "Want", own.ID)
	}
	if len(b.LegalName) == 0 {
		l.Add("$.body.legalName", "body.fits.name", "R81", "Want", p.Name(""))
	}
	for _, lang := range b.LegalName.Languages() {
		known := false
		for _, name := range own.LegalName {
			known = known || name == b.LegalName[lang]
		}
		if !known {
			l.Add("$.body.legalName."+lang, "body.fits.name", "R81", "Want", p.Name(lang))
		}
	}
	if b.Identifier.Notation != own.Identifier.Notation {
		l.Add("$.body.identifier.notation", "body.fits.identifier", "R81", "Want", own.Identifier.Notation)
	}
	if b.Identifier.Country != own.Identifier.Country {
		l.Add("$.body.identifier.country", "body.fits.country", "R81", "Want", own.Identifier.Country)
	}
	if b.Country != own.Country {
		l.Add("$.body.country", "body.fits.country", "R81", "Want", own.Country)
	}
	return l
}
