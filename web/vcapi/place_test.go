package vcapi_test

import (
	"testing"

	"github.com/probatum/probatum/web/vcapi"
)

// TestPlace: a place is told by names that everybody knows, and by no others.
func TestPlace(t *testing.T) {
	t.Parallel()
	for pointer, want := range map[string]string{
		"":                              "",
		"/issuer/name/0":                "/issuer/name/0",
		"/credentialSubject/finalGrade": "/credentialSubject/*",
		"/<script>/type":                "/*/type",
		"/0/12345678":                   "/0/*",
		"/a~1b/~0":                      "/*/*",
		"/@context/1/ssn 123":           "/@context/1/*",
		"/id/id/id/id/id/id/id/id/id/id/id/id/id/id/id/id/id/id": "/id/id/id/id/id/id/id/id/id/id/id/id/id/id/id/id",
	} {
		if got := vcapi.Place(pointer); got != want {
			t.Errorf("place(%q) = %q, want %q", pointer, got, want)
		}
	}
	for path, want := range map[string]string{
		"$": "", "$.issuer": "/issuer", "$.evidence[1].type": "/evidence/1/type", `$["a.b"]`: `/"a.b"`, "$[0][1]": "/0/1", "$.": "/", "odd": "",
	} {
		if got := vcapi.PointerOf(path); got != want {
			t.Errorf("pointerOf(%q) = %q, want %q", path, got, want)
		}
	}
}

// TestProblemTypes holds the URLs of the types: programs of others compare
// them.
func TestProblemTypes(t *testing.T) {
	t.Parallel()
	got := vcapi.TypeURLs()
	want := []string{
		"about:blank",
		"https://www.w3.org/TR/vc-data-model#PARSING_ERROR",
		"https://www.w3.org/TR/vc-data-model#MALFORMED_VALUE_ERROR",
		"https://www.w3.org/TR/vc-data-model#RANGE_ERROR",
		"https://www.w3.org/TR/vc-data-model#CRYPTOGRAPHIC_SECURITY_ERROR",
		"https://w3id.org/security#PROOF_GENERATION_ERROR",
		"https://w3id.org/security#PROOF_VERIFICATION_ERROR",
		"https://w3id.org/security#PROOF_TRANSFORMATION_ERROR",
		"https://w3id.org/security#INVALID_DOMAIN_ERROR",
		"https://w3id.org/security#INVALID_CHALLENGE_ERROR",
		"https://w3id.org/security#DATA_LOSS_DETECTION_ERROR",
		"https://w3id.org/security#INVALID_VERIFICATION_METHOD",
		"https://www.w3.org/ns/credentials/status-list#STATUS_RETRIEVAL_ERROR",
		"https://www.w3.org/ns/credentials/status-list#STATUS_VERIFICATION_ERROR",
		"https://www.w3.org/ns/credentials/status-list#STATUS_LIST_LENGTH_ERROR",
	}
	if len(got) != len(want) {
		t.Fatalf("%d types, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("type %d is %s, want %s", i, got[i], want[i])
		}
	}
}
