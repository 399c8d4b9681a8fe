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

// lowerLanguage gives a well-formed language tag (RFC 5646, 2.2.9, as RDF 1.1 asks)
// as it comes out of expansion, in lower case. It takes a tag in lower case, and in
// the spelling of RFC 5646, 2.1.1 (de-AT, sr-Latn-RS): both are the same tag. Any
// other mixture would only be another way to write a signed document.
func lowerLanguage(s string) (tag string, ok bool) {
	lower := strings.ToLower(s)
	parts, single := strings.Split(lower, "-"), false
	for i, part := range parts {
		if part == "" || len(part) > 8 {
			return "", false
		}
		for j := range len(part) {
			c := part[j]
			if ('a' > c || c > 'z') && (i == 0 || '0' > c || c > '9') {
				return "", false
			}
		}
		switch {
		case i == 0 || single:
		case len(part) == 2:
			parts[i] = strings.ToUpper(part)
		case len(part) == 4:
			parts[i] = strings.ToUpper(part[:1]) + part[1:]
		}
		single = single || len(part) == 1
	}
	return lower, s == lower || s == strings.Join(parts, "-")
}
