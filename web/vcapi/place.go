package vcapi

import (
	"strings"
)

// names are the members that answers may name: those of the data model and of
// proofs. A name that a stranger made up never appears in an answer.
var names = nameSet(`@context @direction @language @type @value
	challenge checks claims controller created credentialSchema credentialStatus credentialSubject
	cryptosuite description digestMultibase digestSRI domain encodedList evidence expirationDate expires
	holder id issuanceDate issuer mediaType name nonce previousProof proof proofPurpose proofValue
	refreshService relatedResource renderMethod statusListCredential statusListIndex statusMessage statusPurpose statusReference statusSize
	termsOfUse type validFrom validUntil verifiableCredential verificationMethod`)

func nameSet(text string) map[string]bool {
	set := map[string]bool{}
	for name := range strings.FieldsSeq(text) {
		set[name] = true
	}
	return set
}

// maxPlace bounds how deep a place is told.
const maxPlace = 16

// place makes a JSON pointer fit to be shown: names of the data model and
// numbers stay, any other name becomes *.
func place(pointer string) string {
	if pointer == "" {
		return ""
	}
	parts := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	var out strings.Builder
	for _, part := range parts[:min(len(parts), maxPlace)] {
		if !names[part] && !isNumber(part) {
			part = "*"
		}
		out.WriteString("/" + part)
	}
	return out.String()
}

func isNumber(s string) bool {
	if s == "" || len(s) > 6 {
		return false
	}
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// pointerOf turns a JSON path such as $.issuer.name[1] into a JSON pointer. Odd
// names, which are quoted in a path, become a name that nobody knows.
func pointerOf(path string) string {
	var out strings.Builder
	rest := strings.TrimPrefix(path, "$")
	for rest != "" {
		var part string
		switch rest[0] {
		case '.':
			end := strings.IndexAny(rest[1:], ".[")
			if end < 0 {
				end = len(rest) - 1
			}
			part, rest = rest[1:end+1], rest[end+1:]
		case '[':
			end := strings.IndexByte(rest, ']')
			if end < 0 {
				return out.String()
			}
			part, rest = strings.ReplaceAll(rest[1:end], "/", "*"), rest[end+1:]
		default:
			return out.String()
		}
		out.WriteString("/" + part)
	}
	return out.String()
}
