package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/body"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/portfolio"
	"github.com/probatum/probatum/render"
	"github.com/probatum/probatum/web/people"
)

// The bodies of the demo: one that is set up, and one that has its set-up before
// it.
const (
	demoBody  access.BodyID = "musterstadt"
	demoBody2 access.BodyID = "nordhafen"
)

// A demoPerson is one that anybody may be in the demo. All of them are invented.
type demoPerson struct {
	name, lang string
	body       access.BodyID
	role       access.Role
}

// email is the address of the account; there is no mailbox behind it.
func (p demoPerson) email() string {
	first, _, _ := strings.Cut(strings.ToLower(p.name), " ")
	return first + "@demo.example"
}

// cast are the people of the demo, one for each role.
var cast = []demoPerson{
	{"Jana Kowalczyk-Brandt", "de", "", access.Candidate}, // the one in the sample Result
	{"Ines Hoffmann", "de", demoBody, access.Administrator},
	{"Pierre Lacombe", "fr", demoBody, access.Officer},
	{"Henrike Sandvoss", "de", demoBody, access.Assessor},
	{"Tomasz Wieczorek", "en", demoBody, access.Assessor},
	{"Aisha Traore", "fr", demoBody, access.Mentor},
	{"Greta Nowak", "en", demoBody, access.Centre},
	{"Marc Dubois", "fr", demoBody, access.Employer},
	{"Elena Petrova", "en", demoBody, access.Authority},
	{"Oskar Lund", "en", demoBody, access.Coordinator},
	{"Birgit Olsen", "en", demoBody, access.Ombudsman},
	{"Ruth Keller", "de", demoBody, access.Complaints},
	{"Luca Ferri", "en", "", access.Candidate},
	{"Sofia Lindqvist", "en", demoBody2, access.Administrator},
}

// seed makes the bodies and the people, where they are not there yet.
func (d *demo) seed(ctx context.Context) error {
	sample := assessment.SampleResult("lighting", d.now()).Body
	for id, name := range map[access.BodyID]string{demoBody: sample.LegalName["en"], demoBody2: "Prüfzentrum Nordhafen (DEMO)"} {
		if err := d.db.MakeBody(ctx, access.NewBody{ID: id, Name: name}); err != nil && fault.KindOf(err) != fault.Conflict {
			return err
		}
	}
	kept, version, err := d.db.BodyVersion(ctx, demoBody)
	if err != nil {
		return err
	}
	if len(kept.Check()) > 0 {
		if err := d.db.KeepProfile(ctx, demoBody, demoProfile(sample), version); err != nil && fault.KindOf(err) != fault.Conflict {
			return err
		}
	}
	d.people = map[access.Role]access.PersonID{}
	for _, p := range cast {
		id, err := d.person(ctx, p)
		if err != nil {
			return fmt.Errorf("making %s of the demo: %w", p.role, err)
		}
		if _, there := d.people[p.role]; !there {
			d.people[p.role] = id
		}
	}
	return nil
}

// demoProfile is how the body of the demo has set itself up.
func demoProfile(b assessment.Body) body.Profile {
	return body.Profile{
		ID: b.ID, LegalName: b.LegalName, Identifier: b.Identifier, Address: b.Address, Locality: b.Locality, Country: b.Country,
		Homepage: b.Homepage, Email: b.Email, Languages: []string{"en", "fr", "de"}, Accreditations: b.Accreditations, Logo: b.Logo,
		LogoPlace: render.LogoLeft, Colours: body.Colours{Accent: "#1f4d5c", Second: "#c8963e"},
		Signatory: body.Signatory{Name: "Dr. Aylin Becker-Roth", Function: assessment.Text{
			"en": "Head of certification", "fr": "Responsable de la certification", "de": "Leiterin der Zertifizierung",
		}},
		Place: "Musterstadt", Mail: body.Mail{Sender: "Prüfstelle Musterstadt (DEMO)", ReplyTo: b.Email},
	}
}

// person finds or makes an account of the demo, with its role.
func (d *demo) person(ctx context.Context, p demoPerson) (access.PersonID, error) {
	have, err := d.db.PersonByEmail(ctx, p.email())
	if err == nil {
		return have.ID, nil
	}
	if fault.KindOf(err) != fault.NotFound {
		return "", err
	}
	now := d.now()
	t := access.Ticket{
		ID: access.NewTicketID(), Purpose: access.Register, Email: p.email(), Lang: p.lang, By: access.Console,
		Created: now, Expires: now.Add(time.Minute),
	}
	if p.body != "" {
		t.Purpose, t.Body, t.Role = access.Invite, p.body, p.role
	}
	if err := d.db.MakeTicket(ctx, t); err != nil {
		return "", err
	}
	made, err := d.accounts.SignUp(ctx, t.Purpose, d.links.Secret(t.Purpose, t.ID), access.NewAccount{
		ID: access.PersonID(uuid.NewString()), Name: p.name, Lang: p.lang,
		Login: access.Login{Identity: &access.Identity{Issuer: people.DemoLogin, Subject: p.email(), Name: "DEMO"}},
	})
	if fault.KindOf(err) == fault.Conflict { // another demo on the same folder was quicker
		have, err := d.db.PersonByEmail(ctx, p.email())
		return have.ID, err
	}
	return made.ID, err
}

// acting gives somebody of the demo as who acts, having signed in just now.
func (d *demo) acting(ctx context.Context, r access.Role) (access.Actor, error) {
	p, err := d.db.PersonByID(ctx, d.people[r])
	if err != nil {
		return access.Actor{}, err
	}
	actor, _, err := d.accounts.Session(ctx, p.ID, p.Epoch, d.now())
	return actor, err
}

// evidence uploads what the candidate of the demo has to show, freezes it for the
// unit and hands it in. It gives the set.
func (d *demo) evidence(ctx context.Context, a access.Actor, unit string) (portfolio.SetID, error) {
	items, err := d.portfolio.Items(ctx, a)
	if err != nil {
		return "", err
	}
	if len(items) == 0 {
		for _, piece := range demoPieces(unit, d.now()) {
			got, err := d.portfolio.Receive(ctx, a, piece.name, bytes.NewReader(piece.data))
			if err != nil {
				return "", err
			}
			if _, err := d.portfolio.Add(ctx, a, piece.texts, got); err != nil {
				return "", err
			}
		}
		if items, err = d.portfolio.Items(ctx, a); err != nil {
			return "", err
		}
	}
	var ids []portfolio.ItemID
	for _, i := range items {
		if i.Unit == unit {
			ids = append(ids, i.ID)
		}
	}
	set, err := d.portfolio.Freeze(ctx, a, unit, ids)
	if err != nil {
		return "", err
	}
	_, err = d.portfolio.HandIn(ctx, a, set.ID, demoBody,
		"Anmeldung zur Prüfung der Einheit Licht; die Belege zeige ich bei der Prüfung.", d.now().AddDate(0, 1, 0), true)
	return set.ID, err
}

// A demoPiece is a file of the candidate.
type demoPiece struct {
	name  string
	texts portfolio.Texts
	data  []byte
}

func demoPieces(unit string, now time.Time) []demoPiece {
	day := func(ago int) time.Time { return now.AddDate(0, 0, -ago) }
	return []demoPiece{
		{"lichtplan-freilichtbuehne.png", portfolio.Texts{
			Kind: portfolio.Artefact, Unit: unit, Title: "Lichtplan Freilichtbühne", Own: true, Day: day(60),
			Shows: "Selbst gezeichneter Lichtplan mit 24 Positionen, Filtern und Stromkreisen; so wurde er aufgebaut.",
			Task:  "Für ein Konzert mit Tanz einen Lichtplan entwerfen, der mit dem Material des Hauses auskommt.",
		}, lightCone(color.RGBA{0x1f, 0x4d, 0x5c, 0xff})},
		{"einleuchten.png", portfolio.Texts{
			Kind: portfolio.Images, Unit: unit, Title: "Einleuchten am Abend der Generalprobe", Day: day(58),
			Shows: "Ausrichten und Einleuchten der Zugstangen 2 und 3 nach Plan.", People: "Jana steht links am Pult, Henrike auf der Leiter.",
		}, lightCone(color.RGBA{0xc8, 0x96, 0x3e, 0xff})},
		{"arbeitstagebuch.txt", portfolio.Texts{
			Kind: portfolio.Logbook, Unit: unit, Title: "Arbeitstagebuch September", Day: day(57),
			Shows: "Zwölf Arbeitstage mit Auf- und Abbau, Prüfungen der Leitungen und Lösungen für drei Störungen.",
		}, []byte("Arbeitstagebuch (DEMO)\n\n1. Tag: Aufbau der Traversen, Sichtprüfung der Anschlagmittel.\n2. Tag: Verkabelung, Messung des Schutzleiters, Adressierung.\n3. Tag: Einleuchten, Programmierung der Stimmungen, Generalprobe.\n")},
	}
}

// lightCone is a small picture: a cone of light in one colour.
func lightCone(c color.RGBA) []byte {
	img := image.NewPaletted(image.Rect(0, 0, 320, 200), color.Palette{color.RGBA{0x14, 0x18, 0x1c, 0xff}, c})
	for y := range 200 {
		for x := 160 - y/2; x <= 160+y/2; x++ {
			img.SetColorIndex(x, y, 1)
		}
	}
	var b bytes.Buffer
	_ = png.Encode(&b, img) // a Buffer takes everything
	return b.Bytes()
}

// demoPeople are the people of the demo for the page on which one becomes them.
func (d *demo) demoPeople(ctx context.Context) ([]people.DemoPerson, error) {
	var all []people.DemoPerson
	for _, p := range cast {
		have, err := d.db.PersonByEmail(ctx, p.email())
		if fault.KindOf(err) == fault.NotFound { // a visitor has deleted the account
			continue
		}
		if err != nil {
			return nil, err
		}
		one := people.DemoPerson{ID: have.ID, Name: p.name, Role: p.role}
		if p.body != "" {
			one.Body = d.bodyName(ctx, p.body, p.lang)
		}
		all = append(all, one)
	}
	for _, b := range []access.BodyID{demoBody, demoBody2} { // whom visitors of an earlier run have made
		members, err := d.db.Members(ctx, b, d.now())
		if err != nil {
			return nil, err
		}
		for _, m := range members {
			if !slices.ContainsFunc(all, func(p people.DemoPerson) bool { return p.ID == m.Person }) {
				all = append(all, people.DemoPerson{ID: m.Person, Name: m.Name, Role: m.Role, Body: d.bodyName(ctx, b, "en")})
			}
		}
	}
	return all, nil
}
