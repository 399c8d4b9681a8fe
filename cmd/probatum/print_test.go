package main

import (
	"strings"
	"testing"
)

// However long a label is in a language, the values stand one below the other.
func TestRowsStandInColumns(t *testing.T) {
	t.Parallel()
	var found rows
	found.add("Für", "Licht")
	found.add("Nichts", "")
	found.add("Identifiant de l’attestation", "urn:x")
	var b strings.Builder
	found.write(&b)
	want := "  Für                           Licht\n  Identifiant de l’attestation  urn:x\n"
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}
