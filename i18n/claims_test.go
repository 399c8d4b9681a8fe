package i18n_test

import (
	"regexp"
	"testing"
)

// What no text of ours may claim (docs: what we never claim). Each pattern
// stands for a claim in one language; a text in which each occurrence is
// denied, or which only warns, is let through by denial below.
var claims = map[string][]string{
	"en": {
		`qualified`, `advanced (electronic )?(seal|signature)`, `\bQEAA\b`, `\bofficial(ly)?\b`,
		`(approved|endorsed|certified|backed) by (europass|the eu|the european|the commission|pace-vet|ettec)`, `EUDI[- ](certified|compliant|approved)`,
		`ISO(/IEC)? ?17024[- ](certified|compliant|accredited)`, `(certified|compliant|accredited) (to|with|under|by) ISO`,
		`GDPR[- ]?(compliant|conform)`, `compl(y|ies) with (the )?GDPR`, `PDF/A\b`,
		`recogni[sz]ed (EU|Europe|European Union)[- ]?wide`, `recogni[sz]ed (all over|across|throughout|everywhere in) (the )?(EU|Europe|European Union)`,
		`EU[- ]wide recognition`, `EU[- ](certified|approved|official)`, `forgery[- ]proof`, `tamper[- ]proof`, `100 ?% secure`, `legally binding`,
	},
	"fr": {
		`qualifié`, `(cachet|sceau|signature)s? (électroniques? )?avancé`, `\bQEAA\b`, `\bofficiel`,
		`(approuvé|agréé|certifié|homologué|cautionné)e?s? par (europass|l[’']UE|l[’']Union|la Commission|PACE-VET|ETTEC)`, `certifiée?s? EUDI`, `conformes? (à|au|aux) (EUDI|RGPD|ISO|la norme ISO)`,
		`certifiée?s? (ISO|selon la norme ISO)`, `PDF/A\b`, `reconnue?s? (dans toute|partout dans|à l[’']échelle de) l[’'](UE|Union|Europe)`, `reconnue?s? dans l[’'](UE|Union|Europe) entière`,
		`infalsifiable`, `inviolable`, `juridiquement contraignant`,
	},
	"de": {
		`qualifiziert`, `fortgeschrittene[snm]?\b`, `\bQEAA\b`, `\boffiziell`, `\bamtlich(e[rsnm]?)? (zertifikat|nachweis|siegel|dokument|urkunde|zeugnis|bescheinigung|anerkannt|zugelassen)`,
		`(genehmigt|zugelassen|zertifiziert|anerkannt|gebilligt) (durch|von) (Europass|der EU|der Europäischen|die EU|die Europäische|der Kommission|PACE-VET|ETTEC)`, `EUDI-(zertifiziert|konform)`,
		`ISO(/IEC)?[- ]?17024[- ](zertifiziert|konform)`, `(zertifiziert|konform|akkreditiert) (nach|zu|mit) (der )?(DIN |EN )*ISO`, `(DSGVO|GDPR)[- ]?(konform|gerecht)`,
		`PDF/A\b`, `EU-?weit(e[rsnm]?)? (anerkannt|gültig|Anerkennung|Gültigkeit)`, `europaweit(e[rsnm]?)? (anerkannt|gültig|Anerkennung)`, `in der ganzen EU (anerkannt|gültig)`,
		`fälschungssicher`, `rechtsverbindlich`,
	},
}

// denial is what makes the words honest: they are said not to hold.
var denial = map[string]*regexp.Regexp{
	"en": regexp.MustCompile(`(?i)\b(not?|never|neither|nor|without|unless|whether|cannot)\b`),
	"fr": regexp.MustCompile(`(?i)(\bn[e’']|\bpas\b|\baucune?\b|\bni\b|\bsans\b|\bnon\b|\bsi\b)`),
	"de": regexp.MustCompile(`(?i)\b(nicht|keine?[rsnm]?|nie|weder|noch|ohne|ob)\b`),
}

func TestNoTextClaimsTooMuch(t *testing.T) {
	t.Parallel()
	for lang, patterns := range claims {
		for _, p := range patterns {
			re := regexp.MustCompile(`(?i)` + p)
			for key, m := range catalogue(t, lang) {
				for form, text := range m {
					if re.MatchString(text) && !denial[lang].MatchString(text) {
						t.Errorf("%s: %s (%s) claims %q: %q", lang, key, form, p, text)
					}
				}
			}
		}
	}
}

// TestClaimsAreFound holds the patterns themselves to examples.
func TestClaimsAreFound(t *testing.T) {
	t.Parallel()
	found := func(lang, text string) bool {
		for _, p := range claims[lang] {
			if regexp.MustCompile(`(?i)`+p).MatchString(text) && !denial[lang].MatchString(text) {
				return true
			}
		}
		return false
	}
	for lang, texts := range map[string][]string{
		"en": {"A qualified electronic seal", "This is an official certificate.", "Approved by Europass", "ISO 17024 certified", "It is GDPR-compliant", "a PDF/A file", "recognised EU-wide", "recognised across the EU"},
		"fr": {"un cachet électronique qualifié", "Certificat officiel", "approuvé par Europass", "conforme au RGPD", "un fichier PDF/A", "reconnu dans toute l’UE", "cachet électronique avancé"},
		"de": {"ein qualifiziertes Siegel", "Offizielles Zertifikat", "amtlicher Nachweis", "zertifiziert nach ISO 17024", "DSGVO-konform", "eine PDF/A-Datei", "EU-weit anerkannt", "ein fortgeschrittenes Siegel", "anerkannt durch die Europäische Kommission"},
	} {
		for _, text := range texts {
			if !found(lang, text) {
				t.Errorf("%s: %q was not found", lang, text)
			}
		}
	}
	for lang, text := range map[string]string{
		"en": "The seal is not a qualified one.", "fr": "Le cachet n’est pas qualifié.", "de": "Das Siegel ist kein qualifiziertes.",
	} {
		if found(lang, text) {
			t.Errorf("%s: an honest text was found: %q", lang, text)
		}
	}
}
