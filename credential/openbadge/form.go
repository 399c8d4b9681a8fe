package openbadge

import (
	"regexp"
	"strings"
	"time"
	"unicode"
)

var uriScheme = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9+.-]*$`)

// notInURI finds white space, what does not show, and what no IRI holds.
func notInURI(r rune) bool {
	return unicode.IsSpace(r) || !unicode.IsGraphic(r) || strings.ContainsRune("<>\"{}|\\^`", r)
}

// isURI tells whether a text is an absolute IRI.
func isURI(s string) bool {
	scheme, rest, ok := strings.Cut(s, ":")
	return ok && rest != "" && uriScheme.MatchString(scheme) && !strings.ContainsFunc(s, notInURI)
}

// isTime takes a date with time and zone.
func isTime(s string) bool {
	_, err := time.Parse(time.RFC3339, s)
	return err == nil && !strings.Contains(s, ",")
}

// isDate takes a day of the calendar.
func isDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// isMoment takes a date with time, with a zone or without, as the text of the
// standard wants it, or a date, as its context has it.
func isMoment(s string) bool { return isTime(s) || isTime(s+"Z") || isDate(s) }
