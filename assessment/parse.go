package assessment

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/probatum/probatum/evidence"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/internal/strictjson"
)

// ParseResult reads the file of a decision that was taken elsewhere and holds
// it to the rules. The error is a fault.List with every fault that was found,
// each with its JSON path and, where there is one, the requirement that
// refuses it; what is returned beside an error is of no use.
//
// The rules that look at the clock take now: a decision lies in the past, an
// award has not run out.
func ParseResult(data []byte, now time.Time) (Result, error) {
	if err := strictjson.Check(data); err != nil {
		return Result{}, unreadable(err)
	}
	p := &parser{reader: &reader{}, now: now}
	if o, ok := p.object(data, "$", "R80"); ok {
		p.result(o)
		p.rules()
	}
	if err := inOrder(data, p.faults, p.more).Err(); err != nil {
		return Result{}, err
	}
	return p.res, nil
}

// Check holds a Result that was made in the program to the rules of
// ParseResult.
func (r Result) Check(now time.Time) error {
	data, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = ParseResult(data, now)
	return err
}

// unreadable is the one fault of a text that is no JSON, or that two readers
// could read differently.
func unreadable(err error) error {
	e, ok := errors.AsType[*strictjson.Error](err)
	if !ok {
		return err
	}
	var l fault.List
	if e.Kind == strictjson.TooBig {
		l.Add(e.Path, "result.tooBig", "", "Max", strictjson.DefaultMaxBytes>>20)
	} else {
		l.Add(e.Path, "result.malformed", "", "Offset", e.Offset)
	}
	return l
}

// A parser reads one Result. It remembers where the parts stand in the file,
// for the rules that come after.
type parser struct {
	*reader
	res Result
	now time.Time

	assessorAt, methodAt, outcomeAt []string
	criterionAt                     [][]string
	accreditationAt                 []string

	// Whether these lists could be read: else nothing is said about what they
	// lack. methodsNamed: every method has an id that can be referred to.
	assessorsRead, methodsRead, methodsNamed, outcomesRead bool
}

func (p *parser) result(o *object) {
	r := &p.res
	if s := o.text("$schema", may(""), 100); s != "" && s != SchemaURI {
		p.add(o.at("$schema"), "schema", "", "Want", SchemaURI)
	} else {
		r.Schema = s
	}
	r.ID = ResultID(o.formed("id", must("R80"), formUUID))
	p.languages(o)
	if u, ok := o.object("unit", must("R53")); ok {
		r.Unit = p.embedded(u)
	}
	if b, ok := o.object("body", must("R81")); ok {
		r.Body = p.body(b)
		b.done()
	}
	if c, ok := o.object("candidate", must("R81")); ok {
		r.Candidate = p.candidate(c)
		c.done()
	}
	if x, ok := o.object("participation", must("R81")); ok {
		r.Participation = Participation{
			Mode:    choice(x, "mode", must("R81"), Modes()),
			Setting: choice(x, "setting", must("R81"), Settings()),
			From:    x.date("from", may("R81")),
			Until:   x.date("until", may("R81")),
		}
		x.done()
	}
	p.assessors(o)
	p.methods(o)
	p.outcomes(o)
	p.award(o)
	if d, ok := o.object("decision", must("R79")); ok {
		p.decision(d)
		d.done()
	}
	if v, ok := o.object("validity", must("R85")); ok {
		r.Validity = Validity{From: v.date("from", must("R85")), Until: v.date("until", may("R85"))}
		v.done()
	}
	r.CertificateNumber = o.formed("certificateNumber", may("R81"), formNumber)
	if n, ok := o.object("notes", may("R82")); ok {
		r.Notes = Notes{
			Prerequisites: n.texts("prerequisites", may("R82"), maxText),
			Stackability:  n.texts("stackability", may("R82"), maxText),
		}
		n.done()
	}
	o.done()
}

// languages reads the languages of the certificate. From then on every text
// must have them.
func (p *parser) languages(o *object) {
	path := o.at("languages")
	for i, raw := range o.list("languages", must("R90"), 1, 10) {
		s, ok := p.text(raw, entry(path, i), "R90", 20)
		if !ok {
			continue
		}
		seen := once{}
		for _, l := range p.langs {
			seen[l] = true
		}
		known := false
		for _, l := range CertificateLanguages {
			known = known || l == s
		}
		switch {
		case !known:
			p.add(entry(path, i), "languages", "R90", "Value", printable(s))
		case seen[s]:
			p.add(entry(path, i), "double", "R90", "Value", s)
		default:
			p.langs = append(p.langs, s)
		}
	}
	p.res.Languages = p.langs
}

// embedded reads the unit version of a Result. One that comes with the program
// must be exactly that: nobody types claims into a credential.
func (p *parser) embedded(o *object) Unit {
	ours, known, exact := shipped(o)
	switch {
	case !known:
		p.recorded = recordedESCO()
		u := p.unit(o)
		if u.Prerequisites.Enforced {
			p.add(o.at("prerequisites")+".enforced", "unit.prerequisites", "R82")
		}
		if u.ID != "" && publishes(u.Scheme.ID) {
			p.add(o.at("scheme")+".id", "unit.scheme", "R53", "Unit", printable(u.ID), "Value", u.Scheme.ID)
		}
		return u
	case !exact:
		if _, ok := o.take("version", must("R53")); ok {
			p.add(o.at("version"), "unit.version", "R53", "Unit", ours.ID)
		}
		return Unit{}
	}
	if status := string(o.known["status"]); status == strconv.Quote(string(InPreparation)) && ours.Status != InPreparation {
		// Somebody doubts that the unit is ready: that is told as such, too.
		p.add(o.at("status"), "unit.preparation", "R50", "Unit", ours.ID)
	}
	got, err := json.Marshal(o.known)
	if err != nil {
		p.add(o.path, "malformed", "R53", "Offset", 0)
		return Unit{}
	}
	want, err := json.Marshal(ours)
	if err != nil {
		p.add(o.path, "malformed", "R53", "Offset", 0)
		return Unit{}
	}
	for _, path := range differs(got, want, o.path, 20) {
		p.add(path, "unit.differs", "R53", "Unit", ours.Name())
	}
	return ours.clone()
}

func (p *parser) body(o *object) Body {
	b := Body{
		ID:        o.formed("id", must("R81"), formBody),
		LegalName: o.texts("legalName", must("R81"), maxName),
		Address:   o.text("address", may("R81"), maxName),
		Locality:  o.text("locality", may("R81"), maxName),
		Country:   o.formed("country", must("R81"), formCountry),
		Homepage:  o.formed("homepage", may("R81"), formURL),
		Email:     o.formed("email", may("R81"), formEmail),
		Logo:      p.logo(o),
	}
	if i, ok := o.object("identifier", must("R81")); ok {
		b.Identifier = LegalIdentifier{
			Notation: i.formed("notation", must("R81"), formLegalID),
			Country:  i.formed("country", must("R81"), formCountry),
		}
		i.done()
	}
	o.objects("accreditations", must("R81"), 1, 20, func(item *object) {
		a := Accreditation{
			ID:    item.formed("id", may("R70"), formIRI),
			Type:  choice(item, "type", must("R81"), AccreditationTypes()),
			Title: item.texts("title", must("R81"), maxTitle),
			From:  item.date("from", may("R70")),
			Until: item.date("until", may("R70")),
		}
		if g, ok := item.object("agent", must("R81")); ok {
			a.Agent = Authority{
				LegalName: g.texts("legalName", must("R81"), maxName),
				Country:   g.formed("country", must("R81"), formCountry),
			}
			g.done()
		}
		b.Accreditations = append(b.Accreditations, a)
		p.accreditationAt = append(p.accreditationAt, item.path)
	})
	return b
}

// logo reads the picture of the body.
func (p *parser) logo(o *object) Picture {
	s := o.text("logo", may("R81"), strictjson.DefaultMaxBytes) // bytes are counted below
	if s == "" {
		return nil
	}
	data, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil {
		p.add(o.at("logo"), "logo.base64", "R81")
		return nil
	}
	if key := picture(data); key != "" {
		p.add(o.at("logo"), key, "R81", "Max", maxLogo/1000, "MaxSide", maxSide, "MinSide", minSide)
		return nil
	}
	return data
}

func (p *parser) candidate(o *object) Candidate {
	c := Candidate{
		ID:          o.formed("id", must("R81"), formID),
		GivenName:   o.text("givenName", may("R81"), maxName),
		FamilyName:  o.text("familyName", must("R81"), maxName),
		FullName:    o.text("fullName", may("R81"), maxName),
		DateOfBirth: o.date("dateOfBirth", must("R81")),
	}
	if i, ok := o.object("identifier", may("R81")); ok {
		c.Identifier = &Identifier{Scheme: i.text("scheme", must("R81"), maxName), Value: i.text("value", must("R81"), maxName)}
		i.done()
	}
	return c
}

func (p *parser) assessors(o *object) {
	p.assessorsRead = o.objects("assessors", must("R56"), 0, 20, func(item *object) {
		p.res.Assessors = append(p.res.Assessors, Assessor{
			ID:          item.formed("id", must("R56"), formID),
			Name:        item.text("name", must("R56"), maxName),
			Certificate: item.formed("certificate", may("R07"), formNumber),
		})
		p.assessorAt = append(p.assessorAt, item.path)
	})
}

func (p *parser) methods(o *object) {
	p.methodsRead = o.objects("methods", must("R57"), 0, 100, func(item *object) {
		m := Method{
			ID:                   item.formed("id", must("R57"), formID),
			Type:                 choice(item, "type", must("R81"), MethodTypes()),
			Title:                item.texts("title", may("R81"), maxTitle),
			Date:                 item.date("date", must("R81")),
			Mode:                 choice(item, "mode", must("R81"), Modes()),
			Assessors:            item.strings("assessors", must("R56"), 1, 20, formID),
			Outcomes:             item.strings("outcomes", must("R57"), 1, 50, formID),
			Grade:                item.texts("grade", must("R82"), maxName),
			IdentityVerification: choice(item, "identityVerification", may("R82"), IdentityVerifications()),
		}
		m.Evidence = p.evidence(item, m.Type)
		p.res.Methods = append(p.res.Methods, m)
		p.methodAt = append(p.methodAt, item.path)
	})
	p.methodsNamed = p.methodsRead && !slices.ContainsFunc(p.res.Methods, func(m Method) bool { return m.ID == "" })
}

// evidence reads what a method of a type says of the evidence that it judged.
func (p *parser) evidence(o *object, t MethodType) *Evidence {
	x, ok := o.object("evidence", may("TI-14"))
	if !ok {
		return nil
	}
	if t != Portfolio && t != "" {
		p.add(x.path, "evidence.portfolio", "R57")
	}
	e := &Evidence{Items: x.integer("items", must("TI-14"), 1, evidence.MaxItems)}
	if s := x.formed("root", must("TI-14"), formRoot); s != "" {
		e.Root, _ = evidence.ParseRoot(s) // it has the form
	}
	x.done()
	return e
}

func (p *parser) outcomes(o *object) {
	p.outcomesRead = o.objects("outcomes", must("R05"), 0, 50, func(item *object) {
		out := OutcomeResult{Outcome: item.formed("outcome", must("R05"), formID)}
		var at []string
		item.objects("criteria", must("R05"), 1, 30, func(c *object) {
			met, set := c.truth("met", must("R05"))
			if set && !met {
				p.add(c.at("met"), "criterion.unmet", "R05")
			}
			out.Criteria = append(out.Criteria, CriterionResult{
				Criterion: c.formed("criterion", must("R05"), formID),
				Met:       met,
				Methods:   c.strings("methods", must("R05"), 1, 100, formID),
			})
			at = append(at, c.path)
		})
		p.res.Outcomes = append(p.res.Outcomes, out)
		p.outcomeAt = append(p.outcomeAt, item.path)
		p.criterionAt = append(p.criterionAt, at)
	})
}

// award reads level and credits.
func (p *parser) award(o *object) {
	if l, ok := o.object("level", must("R81")); ok {
		p.res.Level.EQF = l.integer("eqf", must("R81"), 1, 8)
		if n, ok := l.object("national", may("R51")); ok {
			p.res.Level.National = &NationalLevel{
				ID:    n.formed("id", must("R51"), formNQF),
				Label: n.text("label", must("R51"), maxTitle),
			}
			n.done()
		}
		l.done()
	}
	if c, ok := o.object("credits", may("R81")); ok {
		p.res.Credits = &Credits{
			Framework: choice(c, "framework", must("R81"), CreditFrameworks()),
			Points:    c.halves("points", must("R81"), 300),
		}
		c.done()
	}
}

func (p *parser) decision(o *object) {
	d := &p.res.Decision
	if f, ok := o.object("officer", must("R79")); ok {
		d.Officer = Officer{ID: f.formed("id", must("R79"), formID), Name: f.text("name", must("R79"), maxName)}
		f.done()
	}
	d.Date = o.date("date", must("R81"))
	imported, set := o.truth("imported", must("R79"))
	if set && !imported {
		p.add(o.at("imported"), "imported", "R79")
	}
	d.Imported = imported
}
