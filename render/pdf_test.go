package render_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/render"
)

// tool runs a program of poppler, qpdf or zbar on files in dir.
func tool(t testing.TB, dir, name string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		testkit.Skip(t, name+" is not installed")
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Dir = dir
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %s: %v\n%s%s", name, strings.Join(args, " "), err, &out, &errs)
	}
	return out.String()
}

func write(t testing.TB, name string, data []byte) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func mustPDF(t testing.TB, s sample) []byte {
	t.Helper()
	b, err := s.cert.PDF(s.cfg)
	if err != nil {
		t.Fatalf("%s: %v", s.name, err)
	}
	return b
}

func TestPDFIsTheSameEveryTime(t *testing.T) {
	t.Parallel()
	for _, s := range samples()[:4] {
		want := mustPDF(t, s)
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				got, err := s.cert.PDF(s.cfg)
				if err != nil {
					t.Errorf("%s: %v", s.name, err)
				} else if !bytes.Equal(got, want) {
					t.Errorf("%s: two runs differ", s.name)
				}
			})
		}
		wg.Wait()
	}
}

func TestPDFIsSound(t *testing.T) {
	t.Parallel()
	for _, s := range samples() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			dir := write(t, "c.pdf", mustPDF(t, s))
			if out := tool(t, dir, "qpdf", "--check", "c.pdf"); !strings.Contains(out, "No syntax or stream encoding errors found") {
				t.Errorf("qpdf: %s", out)
			}
			tool(t, dir, "pdftoppm", "-r", "40", "-png", "c.pdf", "p")
		})
	}
}

func TestPDFCarriesTheFile(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"lighting-lindqvist.jsonld", "Éclairage (copie) – Ζ.jsonld"} {
		s := sample{"attachment", english(), sampleConfig()}
		s.cfg.Attachment.Name = name
		dir := write(t, "c.pdf", mustPDF(t, s))
		if out := tool(t, dir, "pdfdetach", "-list", "c.pdf"); !strings.Contains(out, "1 embedded files") || !strings.Contains(out, name) {
			t.Errorf("pdfdetach -list: %s", out)
		}
		tool(t, dir, "pdfdetach", "-save", "1", "-o", "out", "c.pdf")
		got, err := os.ReadFile(filepath.Join(dir, "out"))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, sealed) {
			t.Errorf("%s comes back with %d bytes, differing from the %d that went in", name, len(got), len(sealed))
		}
	}
}

func TestPDFProperties(t *testing.T) {
	t.Parallel()
	for _, s := range samples()[:3] {
		pdf := mustPDF(t, s)
		out := tool(t, write(t, "c.pdf", pdf), "pdfinfo", "c.pdf")
		for _, want := range []string{
			s.cert.Unit + " – " + s.cert.Holder, "Author:          " + s.cert.Body, "Page size:       595.28 x 841.89 pts (A4)", "Nov 25", "2026",
		} {
			if !strings.Contains(out, want) {
				t.Errorf("%s: pdfinfo does not say %q:\n%s", s.name, want, out)
			}
		}
		if !bytes.Contains(pdf, []byte("/Lang ("+s.cert.Lang+")")) {
			t.Errorf("%s: the catalog does not name the language", s.name)
		}
	}
}

// TestPDFText reads the text as a person copying it from a reader would get
// it, and as it is laid out.
func TestPDFText(t *testing.T) {
	t.Parallel()
	tests := map[string][]string{
		"english": {
			"DEMO – not a real certificate", "Bühnenhaus Prüfstelle gGmbH", "Hamburg, Germany", "Micro-credential certificate", "This certifies that",
			"Mara Lindqvist", "born on 14 March 1998", "has shown, by assessment, the learning outcomes of the unit", "Lighting", "EQF level 4 (DQR Level 4)",
			"Operate lighting in rehearsal and show", "20 November 2026", "19 November 2031", "100 hours (illustrative)", "BHP-2026-00417",
			"Scan to check", "zertifikate.buehnenhaus.example", "Page 1 of 3", "ESCO: read lighting plans · draw up lighting plan",
			"Practical task at the workplace", "passed with distinction", "The decision rests on the judgement of 2 assessors.",
			"The electronic seal is in the attached file; this print is a picture of it.", "lighting-lindqvist.jsonld",
			"This service uses the ESCO classification of the European Commission.", "compare the name with the person’s ID", sampleLink,
		},
		"french": {
			"DEMO – pas un véritable certificat", "Atelier de la Scène – organisme de certification", "Il est certifié que", "Éloïse Grandjean-Lefèvre",
			"date de naissance : 14 mars 1998", "a démontré, par évaluation, les acquis d’apprentissage de l’unité", "Éclairage",
			"1er décembre 2026", "Validité", "sans limite", "ESCO : ", "100 heures (à titre d’exemple)", "Scannez pour vérifier", "Page 2 sur 3", "2 évaluateurs ou évaluatrices",
			"Le cachet électronique se trouve dans le fichier joint ; cette impression en est une image.", "« probatum verify »",
			"Ce service utilise la classification ESCO de la Commission européenne.", "set up light board [en]", sampleLink,
		},
		"german": {
			"DEMO – kein echtes Zertifikat", "Hiermit wird bescheinigt:", "geboren am 14. März 1998", "Licht", "EQR-Niveau 4 (DQR Level 4)",
			"Veranstaltungsbeleuchtungsanlagen instand halten", "20. November 2026", "100 Stunden (beispielhaft)", "Zum Prüfen scannen", "Seite 3 von 3",
			"mit Auszeichnung bestanden", "Das elektronische Siegel steckt in der angehängten Datei; dieser Ausdruck ist ein Abbild davon.",
			"Dieser Dienst nutzt die Klassifikation ESCO der Europäischen Kommission.", "„probatum verify“", sampleLink,
		},
		"greek":                      {"Αλέξανδρος Παπαδόπουλος", "Θέατρο Φωτός – Φορέας Πιστοποίησης"},
		"cyrillic":                   {"Светлана Димитрова-Георгиева", "Сценична техника – сертифициращ орган"},
		"strange letters":            {"Zoë", "evil", "“�” stands for a character that this print cannot show", "Script that is written from right to left"},
		"only names":                 {"Bühnenhaus", "Mara Lindqvist", "Lighting"},
		"no national level, no logo": {"No level claimed (described with level 4 descriptors)"},
	}
	for _, s := range samples() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			dir := write(t, "c.pdf", mustPDF(t, s))
			laidOut := flat(tool(t, dir, "pdftotext", "-layout", "c.pdf", "-"))
			copied := flat(tool(t, dir, "pdftotext", "-raw", "c.pdf", "-"))
			if s.name == "french" && strings.Contains(copied, "\uFFFD") {
				t.Error("the spaces of French punctuation are not printed")
			}
			for _, want := range tests[s.name] {
				if !strings.Contains(copied, want) {
					t.Errorf("the text does not say %q:\n%s", want, copied)
				}
				// In columns, wrapped lines stand beside others.
				for _, word := range strings.Fields(want) {
					if !strings.Contains(laidOut, word) {
						t.Errorf("the layout does not say %q of %q", word, want)
					}
				}
			}
			for i, page := range strings.Split(strings.TrimSuffix(tool(t, dir, "pdftotext", "c.pdf", "-"), "\f"), "\f") {
				if has := strings.Contains(page, "DEMO"); s.cert.Demo && !has {
					t.Errorf("page %d does not say DEMO", i+1)
				}
			}
			if !s.cert.Demo && s.name == "only names" && strings.Contains(copied, "DEMO") {
				t.Error("a certificate that is no demonstration says DEMO")
			}
			for _, bad := range forbidden {
				if strings.Contains(strings.ToLower(copied), bad) {
					t.Errorf("the text says %q", bad)
				}
			}
		})
	}
}

// forbidden is what no certificate of ours may claim, in lower case; the tests
// of package i18n scan the messages themselves more closely.
var forbidden = []string{
	"qualified seal", "qualified electronic seal", "advanced seal", "official", "approved by", "certified by the eu", "recognised eu-wide", "pdf/a", "gdpr",
	"cachet qualifié", "cachet électronique qualifié", "officiel", "reconnu dans toute", "qualifiziertes siegel", "offiziell", "amtlich", "eu-weit", "dsgvo",
}

// flat makes one line of a text.
func flat(s string) string { return strings.Join(strings.Fields(s), " ") }

// TestPDFCode photographs the first page, coarsely, and reads the code.
func TestPDFCode(t *testing.T) {
	t.Parallel()
	for _, s := range samples()[:4] {
		dir := write(t, "c.pdf", mustPDF(t, s))
		for _, dpi := range []int{90, 200} {
			tool(t, dir, "pdftoppm", "-r", fmt.Sprint(dpi), "-f", "1", "-l", "1", "-gray", "-singlefile", "c.pdf", "page")
			if got := strings.TrimSpace(tool(t, dir, "zbarimg", "-q", "--raw", "page.pgm")); got != s.cfg.Link {
				t.Errorf("%s at %d dpi: the code says %q, want %q", s.name, dpi, got, s.cfg.Link)
			}
		}
	}
}

func TestPDFWithoutFileSaysSo(t *testing.T) {
	t.Parallel()
	s := sample{"bare", english(), render.Config{}}
	text := flat(tool(t, write(t, "c.pdf", mustPDF(t, s)), "pdftotext", "-raw", "c.pdf", "-"))
	for _, want := range []string{"No file is attached to this print", "Ask the holder for the sealed file"} {
		if !strings.Contains(text, want) {
			t.Errorf("the text does not say %q", want)
		}
	}
	if strings.Contains(text, "attached file") || strings.Contains(text, "Scan") {
		t.Errorf("the text speaks of what is not there: %s", text)
	}
}

func TestPDFRefusesALinkThatNoCodeHolds(t *testing.T) {
	t.Parallel()
	if _, err := english().PDF(render.Config{Link: "https://a.example/" + strings.Repeat("x", 4000)}); err == nil {
		t.Error("a link of 4000 characters was accepted")
	}
}

// TestPDFOfBadLogos: a logo is foreign bytes.
func TestPDFOfBadLogos(t *testing.T) {
	t.Parallel()
	huge := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x01\x86\xa0\x00\x01\x86\xa0\x08\x06\x00\x00\x00")
	for name, logo := range map[string][]byte{
		"text": []byte("logo"), "cut off": emblem()[:200], "huge": huge, "gif": []byte("GIF89a\x01\x00\x01\x00"), "svg": []byte("<svg/>"),
	} {
		c := english()
		c.Logo = logo
		if _, err := c.PDF(sampleConfig()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := c.PNG(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func BenchmarkPDF(b *testing.B) {
	c, cfg := english(), sampleConfig()
	for b.Loop() {
		if _, err := c.PDF(cfg); err != nil {
			b.Fatal(err)
		}
	}
}
