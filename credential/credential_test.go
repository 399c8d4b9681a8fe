package credential_test

import (
	"strings"
	"testing"

	"github.com/probatum/probatum/credential"
)

func TestNewIDIsReadBack(t *testing.T) {
	t.Parallel()
	seen := map[credential.ID]bool{}
	for range 100 {
		id, err := credential.NewID(credential.EDC)
		if err != nil {
			t.Fatalf("NewID(edc): %v", err)
		}
		if seen[id] {
			t.Fatalf("NewID(edc) gave %s twice", id)
		}
		seen[id] = true
		got, err := credential.ParseID(string(id))
		if err != nil || got != id {
			t.Errorf("ParseID(%q) = %q, %v; want the same id", id, got, err)
		}
		if strings.ContainsAny(id.UUID(), ":/\\") {
			t.Errorf("UUID of %s is %q: not fit for a file name", id, id.UUID())
		}
	}
}

func TestNewIDRefusesUnknownForms(t *testing.T) {
	t.Parallel()
	for _, f := range []credential.Form{"", "mdoc", "EDC", credential.PDF} {
		if id, err := credential.NewID(f); err == nil {
			t.Errorf("NewID(%q) = %q; want an error", f, id)
		}
	}
}

func TestParseIDRefusesOtherSpellings(t *testing.T) {
	t.Parallel()
	const uuid = "3ef0ac26-9a1f-41c6-871b-2b82e670907b"
	for _, s := range []string{
		"", uuid, "urn:uuid:" + uuid, "urn:credential:", "urn:credential:" + strings.ToUpper(uuid),
		"urn:credential:{" + uuid + "}", "urn:credential:" + strings.ReplaceAll(uuid, "-", ""),
		"urn:credential:" + uuid + "\n", " urn:credential:" + uuid, "urn:credential:../" + uuid,
	} {
		if id, err := credential.ParseID(s); err == nil {
			t.Errorf("ParseID(%q) = %q; want an error", s, id)
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
