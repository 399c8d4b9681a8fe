package render_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/render"
)

// A sample is one state in which people will see a certificate.
type sample struct {
	name string
	cert render.Certificate
	cfg  render.Config
}

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

const sampleLink = "https://zertifikate.buehnenhaus.example/v/Xy3kP9_qLmN0aBcDeFgHiJ"

var sealed = bytes.Repeat([]byte(`{"payload":"…","signatures":[]}`+"\r\n\x00\xff"), 3000)

func sampleConfig() render.Config {
	return render.Config{
		Link:       sampleLink,
		Now:        day(2026, time.November, 25),
		Attachment: render.Attachment{Name: "lighting-lindqvist.jsonld", Description: "Sealed European digital credential", Bytes: sealed},
	}
}

func english() render.Certificate {
	return render.Certificate{
		Lang: "en", Demo: true,
		Body: "Bühnenhaus Prüfstelle gGmbH", Place: "Hamburg, Germany", Logo: emblem(),
		Holder: "Mara Lindqvist", BirthDate: day(1998, time.March, 14),
		Unit: "Lighting", Level: "EQF level 4 (DQR Level 4)",
		Awarded: day(2026, time.November, 20), ValidFrom: day(2026, time.November, 20), ValidUntil: day(2031, time.November, 19),
		Number: "BHP-2026-00417", ID: "urn:credential:6f0a3c1e-3f0d-4f38-9d0a-5f0e9b3e1c55",
		Workload: "100 hours", Illustrative: true, Participation: "Onsite, non-formal learning",
		Assessors: 2, Accreditation: "recognised by European Stage Examinations Board (DEMO)",
		Quality: "Institutional accreditation: Certifying body for event technicians",
		Methods: []render.Method{
			{Title: "Portfolio review", Date: day(2026, time.November, 3), Grade: "passed"},
			{Title: "Practical task at the workplace", Date: day(2026, time.November, 12), Grade: "passed with distinction"},
			{Title: "Professional interview", Date: day(2026, time.November, 12), Grade: "passed"},
		},
		Outcomes: []render.Outcome{
			{Title: "Read and draw lighting plans", Skills: skills("read lighting plans", "draw up lighting plan")},
			{Title: "Install lighting", Skills: skills("install lighting", "rig lights")},
			{Title: "Set up dimmers and control", Skills: skills("set up light board", "set up dimmers", "distribute control signals")},
			{Title: "Focus", Skills: skills("focus lighting equipment", "focus stage lights")},
			{Title: "Rig automated lights", Skills: skills("rig automated lights")},
			{Title: "Plot lighting states", Skills: skills("plot lighting states", "plot lighting states with automated lights")},
			{Title: "Operate lighting in rehearsal and show", Skills: skills("operate a lighting console", "operate follow spots", "set up follow spots")},
			{Title: "Maintain lighting equipment", Skills: skills("maintain lighting equipment", "maintain dimmer equipment", "maintain automated lighting equipment")},
		},
	}
}

func skills(labels ...string) []render.Skill {
	var out []render.Skill
	for _, l := range labels {
		out = append(out, render.Skill{Label: l, URI: "http://data.europa.eu/esco/skill/a03929b1-c9fd-4c41-be00-a05588930cfc"})
	}
	return out
}

func french() render.Certificate {
	c := english()
	c.Lang = "fr"
	c.Body, c.Place, c.Holder = "Atelier de la Scène – organisme de certification", "Lyon, France", "Éloïse Grandjean-Lefèvre"
	c.Unit, c.Level = "Éclairage", "Niveau 4 du CEC (Niveau 4 du cadre national)"
	c.Awarded, c.ValidFrom, c.ValidUntil = day(2026, time.December, 1), day(2026, time.December, 1), time.Time{}
	c.Workload, c.Participation = "100 heures", "Sur place, apprentissage non formel"
	c.Accreditation, c.Quality = "reconnu par Conseil européen des examens de la scène (DEMO)", "Accréditation institutionnelle"
	c.Methods = []render.Method{
		{Title: "Examen du portfolio", Date: day(2026, time.November, 3), Grade: "réussi"},
		{Title: "Épreuve pratique sur le lieu de travail", Date: day(2026, time.November, 12), Grade: "réussi avec mention"},
		{Title: "Entretien professionnel", Date: day(2026, time.December, 1), Grade: "réussi"},
	}
	c.Outcomes = []render.Outcome{
		{Title: "Lire et dessiner des plans d’éclairage", Skills: skills("lire des plans d'éclairage", "établir un plan d'éclairage")},
		{Title: "Installer l’éclairage", Skills: skills("installer l'éclairage")},
		{Title: "Mettre en service gradateurs et commande", Skills: []render.Skill{{Label: "set up light board", Lang: "en"}}},
		{Title: "Régler les projecteurs"},
		{Title: "Monter des projecteurs automatisés"},
		{Title: "Enregistrer les états lumineux"},
		{Title: "Conduire la lumière en répétition et en représentation"},
		{Title: "Entretenir le matériel d’éclairage"},
	}
	return c
}

func german() render.Certificate {
	c := english()
	c.Lang = "de"
	c.Place = "Hamburg, Deutschland"
	c.Unit, c.Level = "Licht", "EQR-Niveau 4 (DQR Level 4)"
	c.Workload, c.Participation = "100 Stunden", "vor Ort, nicht formales Lernen"
	c.Accreditation, c.Quality = "anerkannt durch Europäischer Prüfungsrat Bühne (DEMO)", "Institutionelle Akkreditierung"
	c.Methods = []render.Method{
		{Title: "Begutachtung der Nachweismappe", Date: day(2026, time.November, 3), Grade: "bestanden"},
		{Title: "Praktische Aufgabe am Arbeitsplatz", Date: day(2026, time.November, 12), Grade: "mit Auszeichnung bestanden"},
		{Title: "Fachgespräch", Date: day(2026, time.November, 12), Grade: "bestanden"},
	}
	c.Outcomes = []render.Outcome{
		{Title: "Beleuchtungspläne lesen und zeichnen", Skills: skills("Beleuchtungspläne lesen", "Beleuchtungsplan erstellen")},
		{Title: "Beleuchtungsanlagen installieren", Skills: skills("Beleuchtungsanlagen installieren")},
		{Title: "Dimmer und Lichtsteuerung einrichten", Skills: []render.Skill{{Label: "set up light board", Lang: "en"}, {Label: "Dimmer aufbauen"}}},
		{Title: "Scheinwerfer einleuchten"},
		{Title: "Automatisierte Scheinwerfer (Moving Lights) einhängen und anschließen"},
		{Title: "Lichtstimmungen programmieren"},
		{Title: "Licht in Probe und Vorstellung fahren"},
		{Title: "Veranstaltungsbeleuchtungsanlagen instand halten"},
	}
	return c
}

// samples are the states that every test of the pictures and documents runs
// over.
func samples() []sample {
	longest := german()
	longest.Demo = false
	longest.Holder = strings.Repeat("Maximiliana-Henriette Freifrau von und zu Wolkenstein-Trostburg ", 3) + "Prinz"
	longest.Body = "Gemeinnützige Zertifizierungsgesellschaft für Veranstaltungstechnik, Bühnenbeleuchtung und Tonmeisterausbildung Mecklenburgische Seenplatte mbH"
	longest.Unit = "Veranstaltungsbeleuchtungsanlagensicherheitsüberprüfung und Lichtsteuerungsnetzwerkinbetriebnahme bei Freilichtgroßveranstaltungen"
	longest.Signatory = "Dr.-Ing. Friederike Amalie Hohenlohe-Langenburg, Leiterin der Zertifizierungsstelle"
	longest.Credits = "4 (European Credit system for Vocational Education and Training)"
	for i := range 6 {
		longest.Outcomes = append(longest.Outcomes, render.Outcome{Title: strings.Repeat("Donaudampfschifffahrtsbeleuchtungsanlageninbetriebnahmeprotokolle prüfen und ", i+1) + "führen", Illustrative: true})
	}
	longest.Methods = append(longest.Methods, render.Method{
		Title: "Strukturiertes Fachgespräch über Arbeitssicherheitsunterweisungen und Gefährdungsbeurteilungen im Veranstaltungsbetrieb",
		Kind:  "mündliche Prüfung", Date: day(2026, time.November, 12), Grade: "mit sehr gutem Erfolg und besonderer Anerkennung der Prüfungskommission bestanden",
	})
	longest.Notes = []string{strings.Repeat("Vorausgesetzt wird die Einheit Arbeitsorganisation; sie wird empfohlen, aber nicht verlangt. ", 6)}

	plain := english()
	plain.Logo, plain.Demo = nil, false
	plain.Level = "No level claimed (described with level 4 descriptors)"

	signed := english()
	signed.Demo = false
	signed.Signatory = "Jonas Hartmann, Head of Certification"
	signed.SealedBy = "Northern Seal Service"

	greek := english()
	greek.Holder, greek.Body, greek.Place = "Αλέξανδρος Παπαδόπουλος", "Θέατρο Φωτός – Φορέας Πιστοποίησης", "Θεσσαλονίκη, Greece"
	cyrillic := english()
	cyrillic.Holder, cyrillic.Body, cyrillic.Place = "Светлана Димитрова-Георгиева", "Сценична техника – сертифициращ орган", "Пловдив, Bulgaria"

	strange := english()
	strange.Holder = "Zoë 😀 نور אור \u202eevil\u202c 𝔐ax Ãx́̂\u0336"

	bare := sampleConfig()
	bare.Attachment, bare.Link = render.Attachment{}, ""

	return []sample{
		{"english", english(), sampleConfig()},
		{"french", french(), sampleConfig()},
		{"german", german(), sampleConfig()},
		{"longest", longest, sampleConfig()},
		{"no national level, no logo", plain, sampleConfig()},
		{"signatory and mandate", signed, sampleConfig()},
		{"greek", greek, sampleConfig()},
		{"cyrillic", cyrillic, sampleConfig()},
		{"strange letters", strange, sampleConfig()},
		{"only names", render.Certificate{Lang: "en", Body: "Bühnenhaus", Holder: "Mara Lindqvist", Unit: "Lighting"}, sampleConfig()},
		{"empty", render.Certificate{}, bare},
	}
}

// look is for designers: go test ./render -run 'Samples|Built' -look DIR
var look = flag.String("look", "", "folder to write the samples to")

// show writes a sample where somebody wants to look at it.
func show(t *testing.T, s sample) {
	t.Helper()
	if *look == "" {
		return
	}
	picture, err := s.cert.PNG()
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(*look, strings.NewReplacer(" ", "-", ",", "").Replace(s.name))
	for ending, data := range map[string][]byte{".pdf": mustPDF(t, s), ".png": picture} {
		if err := os.WriteFile(name+ending, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSamples(t *testing.T) {
	t.Parallel()
	names := make(map[string]bool)
	for _, s := range samples() {
		if names[s.name] {
			t.Errorf("two samples are called %q", s.name)
		}
		names[s.name] = true
		show(t, s)
	}
}
