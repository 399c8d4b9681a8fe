package canon

import (
	"strings"
)

// soundIRI tells whether s is an absolute IRI that comes through every step
// letter by letter: no blank node, no character that N-Quads cannot carry, no
// percent sign without its two digits.
func soundIRI(s string) bool {
	if strings.HasPrefix(s, "_:") || !absoluteIRI(s) {
		return false
	}
	for i := strings.IndexByte(s, '%'); i >= 0; {
		if len(s) < i+3 || !hexDigit(s[i+1]) || !hexDigit(s[i+2]) {
			return false
		}
		next := strings.IndexByte(s[i+3:], '%')
		if next < 0 {
			break
		}
		i += 3 + next
	}
	return true
}

func hexDigit(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}

// soundLanguage tells whether s is a well-formed language tag (RFC 5646, 2.2.9,
// as RDF 1.1 asks) in the one case that comes out of expansion: lower.
func soundLanguage(s string) bool {
	for i, part := range strings.Split(s, "-") {
		if part == "" || len(part) > 8 {
			return false
		}
		for j := range len(part) {
			c := part[j]
			if ('a' > c || c > 'z') && (i == 0 || '0' > c || c > '9') {
				return false
			}
		}
	}
	return true
}
