package credential_test

import (
	"strings"
	"testing"

	"github.com/probatum/probatum/credential"
)

func TestNewIDIsReadBack(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for form, prefix := range map[credential.Form]string{
		credential.EDC: "urn:credential:", credential.VCDI: "urn:uuid:", credential.OB3: "urn:uuid:",
	} {
		for range 100 {
			id, err := credential.NewID(form)
			if err != nil {
				t.Fatalf("NewID(%s): %v", form, err)
			}
			if seen[id.UUID()] {
				t.Fatalf("NewID(%s) gave %s, whose UUID was there before", form, id)
			}
			seen[id.UUID()] = true
			got, err := credential.ParseID(string(id))
			if err != nil || got != id {
				t.Errorf("ParseID(%q) = %q, %v; want the same id", id, got, err)
			}
			if string(id) != prefix+id.UUID() || strings.ContainsAny(id.UUID(), ":/\\") {
				t.Errorf("NewID(%s) gave %s with UUID %q", form, id, id.UUID())
			}
			for _, f := range []credential.Form{credential.EDC, credential.VCDI, credential.OB3, credential.PDF, ""} {
				want := strings.HasPrefix(string(id), "urn:credential:") == (f == credential.EDC) && f != credential.PDF && f != ""
				if id.Fits(f) != want {
					t.Errorf("%s of form %s fits form %q: %v", id, form, f, !want)
				}
			}
		}
	}
}

func TestNewIDRefusesUnknownForms(t *testing.T) {
	t.Parallel()
	for _, f := range []credential.Form{"", "mdoc", "EDC", "VC-DI", credential.PDF} {
		if id, err := credential.NewID(f); err == nil {
			t.Errorf("NewID(%q) = %q; want an error", f, id)
		}
	}
}

func TestParseIDRefusesOtherSpellings(t *testing.T) {
	t.Parallel()
	const uuid = "3ef0ac26-9a1f-41c6-871b-2b82e670907b"
	bad := []string{"", uuid, "urn:uuid:urn:credential:" + uuid, "URN:UUID:" + uuid, "urn:guid:" + uuid}
	for _, prefix := range []string{"urn:credential:", "urn:uuid:"} {
		bad = append(bad, prefix, prefix+strings.ToUpper(uuid), prefix+"{"+uuid+"}", prefix+strings.ReplaceAll(uuid, "-", ""),
			prefix+uuid+"\n", " "+prefix+uuid, prefix+"../"+uuid, prefix+uuid+"#subject")
	}
	for _, s := range bad {
		if id, err := credential.ParseID(s); err == nil {
			t.Errorf("ParseID(%q) = %q; want an error", s, id)
		}
	}
}

// TestFormsAreServed holds that every form has a media type and an ending of
// its own kind.
func TestFormsAreServed(t *testing.T) {
	t.Parallel()
	for form, want := range map[credential.Form][2]string{
		credential.EDC:  {"application/jose+json", ".jsonld"},
		credential.VCDI: {"application/vc", ".json"},
		credential.OB3:  {"application/vc", ".json"},
		credential.PDF:  {"application/pdf", ".pdf"},
		"unheard-of":    {"application/octet-stream", ".bin"},
	} {
		if got := [2]string{form.MediaType(), form.Ending()}; got != want {
			t.Errorf("%s is %v, want %v", form, got, want)
		}
	}
}

func TestDigestIsThatOfTheBytes(t *testing.T) {
	t.Parallel()
	a := credential.Signed{Bytes: []byte("a")}
	b := credential.Signed{Bytes: []byte("b")}
	if a.Digest() == b.Digest() {
		t.Error("two different files have one digest")
	}
}
