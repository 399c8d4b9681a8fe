// Package testkit finds what tests need outside the tree and says in one way
// what happens when it is not there. Only tests import it.
package testkit

import (
	"os"
	"testing"
)

// Required tells whether a lane that cannot run must fail rather than skip:
// PROBATUM_REQUIRE=1, as continuous integration sets it.
func Required() bool { return os.Getenv("PROBATUM_REQUIRE") == "1" }

// Skip ends a test that cannot run here, with the reason; where everything is
// required it fails instead.
func Skip(t testing.TB, reason string) {
	t.Helper()
	if Required() {
		t.Fatalf("required, but %s", reason)
	}
	t.Skip(reason)
}

// Reference gives the folder with the official ELM files and fact tables,
// named by PROBATUM_REFERENCE.
func Reference(t testing.TB) string {
	t.Helper()
	return folder(t, "PROBATUM_REFERENCE", "no reference data")
}

// Vectors gives the folder with the conformance vectors, named by
// PROBATUM_VECTORS.
func Vectors(t testing.TB) string {
	t.Helper()
	return folder(t, "PROBATUM_VECTORS", "no conformance vectors")
}

func folder(t testing.TB, variable, without string) string {
	t.Helper()
	dir := os.Getenv(variable)
	if dir == "" {
		Skip(t, variable+" is not set: "+without)
	}
	if _, err := os.Stat(dir); err != nil {
		t.Fatalf("%s: %v", variable, err)
	}
	return dir
}
