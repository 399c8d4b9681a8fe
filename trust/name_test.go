package trust_test

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"testing"

	"github.com/probatum/probatum/trust"
)

// A name that cannot be told from that of an owner whom the set knows is that
// owner's, in whatever letters: the stranger who takes it is refused.
func TestImitatesBySight(t *testing.T) {
	t.Parallel()
	const name = "Prüfstelle Bühne 10 und Illumination (DEMO – not qualified)"
	c := certify(t, "", nil, func(c *x509.Certificate) {
		leaf(c)
		c.Subject = pkix.Name{Country: []string{"DE"}, Organization: []string{name}, ExtraNames: []pkix.AttributeTypeAndValue{
			{Type: []int{2, 5, 4, 97}, Value: "VATDE-101"},
		}}
	})
	s := load(t, map[string][]byte{"seal.pem": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.cert.Raw})})
	stranger := ed(t)
	for what, tt := range map[string]struct {
		name string
		want bool
	}{
		"itself":                     {name, true},
		"capitals":                   {"PRÜFSTELLE BÜHNE 10 UND ILLUMINATION (DEMO – NOT QUALIFIED)", true},
		"other dash":                 {"Prüfstelle Bühne 10 und Illumination (DEMO - not qualified)", true},
		"no brackets":                {"Prüfstelle Bühne 10 und Illumination DEMO not qualified", true},
		"no spaces":                  {"PrüfstelleBühne10undIllumination(DEMO–notqualified)", true},
		"a full stop":                {"Prüfstelle Bühne 10 und Illumination (DEMO – not qualified).", true},
		"marks round it":             {"«Prüfstelle Bühne 10 und Illumination» (DEMO – not qualified)", true},
		"a stroke for an l":          {"Prüfste|le Bühne 10 und Illumination (DEMO – not qualified)", true},
		"Armenian":                   {"Prüfstelle Bühne 10 und Illuminati\u0585n (DEMO – not qualified)", true},
		"phonetic a":                 {"Prüfstelle Bühne 10 und Illumin\u0251tion (DEMO – not qualified)", true},
		"phonetic d":                 {"Prüfstelle Bühne 10 un\u0257 Illumination (DEMO – not qualified)", true},
		"Cherokee capital":           {"\u13e2rüfstelle Bühne 10 und Illumination (DEMO – not qualified)", true},
		"Lisu capital":               {"\ua4d1rüfstelle Bühne 10 und Illumination (DEMO – not qualified)", true},
		"mathematical":               {"Prüfstelle Bühne \U0001d7cf\U0001d7ce und Illumination (DEMO – not qualified)", true},
		"a dot below":                {"Prüfst\u1eb9lle Bühne 10 und Illumination (DEMO – not qualified)", true},
		"no dots":                    {"Prufstelle Buhne 10 und Illumination (DEMO – not qualified)", true},
		"one more letter":            {"Prüfstellen Bühne 10 und Illumination (DEMO – not qualified)", false},
		"another number":             {"Prüfstelle Bühne 11 und Illumination (DEMO – not qualified)", false},
		"a number with a full stop":  {"Prüfstelle Bühne 1.0 und Illumination (DEMO – not qualified)", false},
		"other letters":              {"Prüfstelle Bühne 10 und Elimination (DEMO – not qualified)", false},
		"without what makes it demo": {"Prüfstelle Bühne 10 und Illumination", false},
		"signs alone":                {"(–)", false},
		"nothing":                    {"", false},
	} {
		if got := s.Imitates(trust.Claimant{Names: []string{tt.name}, Countries: []string{"DE"}}, stranger); got != tt.want {
			t.Errorf("%s: %v", what, got)
		}
	}
	for number, want := range map[string]bool{"vatde–101": true, "VATDE 101": true, "VATDE-102": false, "VATDE-1010": false} {
		if got := s.Imitates(trust.Claimant{Registrations: []string{number}}, stranger); got != want {
			t.Errorf("%s: %v", number, got)
		}
	}
}

// An authority whose name cannot be told from that of an anchor is forged, and
// one of another generation is not.
func TestChainNamesBySight(t *testing.T) {
	t.Parallel()
	s := set(t, certify(t, "Seal CA 1", nil, nil))
	for name, want := range map[string]error{
		"Seal CA 1": trust.ErrForged, "Seal-CA 1": trust.ErrForged, "SealCA1": trust.ErrForged, "Seal CA, 1": trust.ErrForged,
		"Seal CA 2": trust.ErrUnknown, "Seal CA 11": trust.ErrUnknown, "Seal CA 1.1": trust.ErrUnknown, "Sea CA 1": trust.ErrUnknown,
	} {
		if _, err := s.Chain(certify(t, name, nil, leaf).cert, nil, now); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
}

// Names as bodies and authorities have them are told apart.
func TestUsualNamesDiffer(t *testing.T) {
	t.Parallel()
	names := []string{
		"Mail", "Mali", "Mall", "CA I", "CA l", "CA 1", "CA 0",
		"Prüfstelle Bühne und Technik Musterstadt", "Prüfstelle Bühne und Technik Musterstadt (DEMO – not qualified)", "Prüfstelle Bühne und Technik",
		"Prüfstelle Veranstaltungstechnik", "Prüfstelle Licht", "Prüfstelle Ton", "IHK Berlin", "IHK Köln", "IHK Koblenz", "IHK Halle-Dessau",
		"Handwerkskammer Berlin", "Handwerkskammer zu Köln", "Handwerkskammer zu Leipzig", "Berufsschule 1", "Berufsschule 2", "Berufsschule 11", "Berufsschule 12",
		"Berufsschule 1.1", "Berufsschule 1/2", "BBS I Mainz", "BBS II Mainz", "BBS III Mainz", "BBS IV Mainz", "TU Wien", "TU Graz", "FH Wien", "FH Wels", "WIFI Wien", "WIFI Tirol",
		"AFPA", "AFPI", "CCI Lille", "CCI Lyon", "CFA de Lille", "CFA de Lyon", "Lycée Voltaire", "Lycée Molière", "Cedefop", "ETF", "VDT", "VPLT", "IGVW",
		"Ministry of Education", "Ministry of Labour", "City & Guilds", "City of London", "Pearson", "Skolverket", "Skolinspektionen", "Εθνικό Κέντρο", "Εθνικό Μουσείο",
		"Министерство образования", "Министерство труда", "शिक्षा मंत्रालय", "श्रम मंत्रालय", "कि", "कु", "厚生労働省", "文部科学省", "か", "が", "وزارة التعليم", "وزارة العمل",
		"D-TRUST Root Class 3 CA 2 2009", "D-TRUST Root Class 3 CA 2 EV 2009", "D-TRUST Root CA 3 2013", "Sectigo Root R46", "Sectigo Root E46",
		"GlobalSign Root R1", "GlobalSign Root R3", "TeleSec GlobalRoot Class 2", "TeleSec GlobalRoot Class 3", "Seal CA 1.1", "Seal CA 11", "Seal CA 1-1-2", "Seal CA 1-12",
		"+", "–", "#1",
	}
	known := map[string]string{}
	for _, name := range names {
		n := trust.Normal(name)
		if other, ok := known[n]; ok {
			t.Errorf("%q and %q are both %q", name, other, n)
		}
		known[n] = name
	}
}
