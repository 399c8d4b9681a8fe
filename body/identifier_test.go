package body_test

import (
	"regexp"
	"slices"
	"testing"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/body"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
)

var example = regexp.MustCompile(`(VAT|NTR|LEI|PSD)[A-Z]{2}-`)

func TestRegisteredIdentifiersHaveAKindAndACountry(t *testing.T) {
	t.Parallel()
	for notation, want := range map[string]string{
		"VATIE-000000000": "", "VATDE-123456789": "", "VATEL-123456789": "", "VATXI-123456789": "", "VATES-A00000000": "",
		"VATBE-0949.383.342": "", "VATCH-CHE-221.032.573": "", "VATNL-NL123456789B01": "",
		"NTRDE-HRB12345": "", "NTRFR-552100554": "", "NTRGB-12345678": "", "PSDPL-PFSA-1234567890": "", "LEIXG-5493001KJTIIGC8Y1R12": "", "EI:SE-5567971433": "",
		"12345": "form", "VAT-12345": "form", "VATDE123456789": "form", "vatde-123456789": "form", "HRB12345": "form", "DE123456789": "form", "VATDE-": "form", "XX-1234": "form",
		"VATZZ-123456789": "country", "NTREL-123": "country", "NTRUK-123": "country", "EI:ZZ-1": "country",
		"VATDE-1": "vat", "VATDE-.1": "vat", "VATDE-1-": "vat", "VATIE-1234567t": "vat", "PSDPL-1234567890": "psd",
		"LEIXG-5493001KJTIIGC8Y1R13": "lei", "LEIDE-5493001KJTIIGC8Y1R12": "lei", "LEIXG-123": "lei",
	} {
		p := body.Profile{ID: "nord", Identifier: assessment.LegalIdentifier{Notation: notation}, Country: "DE"}
		faults := p.CheckDraft()
		if want == "" {
			if len(faults) > 0 {
				t.Errorf("%s is refused: %v", notation, faults)
			}
			continue
		}
		if len(faults) != 1 || faults[0].Path != "$.identifier.notation" || faults[0].Key != "body.identifier."+want {
			t.Errorf("%s: %v, want body.identifier.%s at its field", notation, faults, want)
			continue
		}
		if slices.ContainsFunc(p.Check(), func(f fault.Item) bool { return f.Path == "$.identifier.notation" }) {
			t.Errorf("%s: what a certificate may say is held up before sealing", notation)
		}
		for _, lang := range i18n.Languages { // with an example of what is right
			if text := i18n.For(lang).TMap(faults[0].Key, faults[0].Args); !example.MatchString(text) {
				t.Errorf("%s in %s: %q", notation, lang, text)
			}
		}
	}
}
