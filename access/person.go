package access

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/mail"
)

// A Person is an account.
type Person struct {
	ID       PersonID
	Email    string // as ParseEmail gives it; empty once the account is deleted
	Name     string
	Lang     string
	Settings Settings

	// Epoch counts what ends all sessions: a changed role, a recovery, a
	// sign-out everywhere. A session of another epoch is none.
	Epoch int64

	Created   time.Time
	Recovered time.Time // last recovery; zero: never

	// Recovering is when a recovery that somebody has begun lets them in; zero:
	// none runs. Whoever is signed in meanwhile sees it and can stop it.
	Recovering time.Time

	Notices int // that they have not put away
}

// Settings are how a person wants pages to be.
type Settings struct {
	LargeText    bool `json:"largeText,omitempty"`
	HighContrast bool `json:"highContrast,omitempty"`
	CalmMotion   bool `json:"calmMotion,omitempty"`
}

// NewPersonID makes the id of an account.
func NewPersonID() PersonID { return PersonID(uuid.NewString()) }

const maxName = 100

// ParseEmail reads a mail address. Capitals and small letters are the same:
// somebody who writes their address in another way finds their account.
func ParseEmail(s string) (string, error) {
	s, err := mail.ParseAddress(s)
	return strings.ToLower(s), err
}

// ParseName reads the name of a person: 1 to 100 letters and signs in one line,
// without characters that are not seen.
func ParseName(s string) (string, error) {
	s = strings.Join(strings.Fields(s), " ")
	unseen := func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == utf8.RuneError }
	if s == "" || utf8.RuneCountInString(s) > maxName || strings.ContainsFunc(s, unseen) {
		return "", fault.New(fault.Invalid, "access.name.wrong", nil).With("Max", maxName)
	}
	return s, nil
}

// languages are those that a person can choose.
var languages = map[string]bool{"en": true, "fr": true, "de": true}

// lang gives a language that we have; English where we do not have it.
func lang(s string) string {
	if languages[s] {
		return s
	}
	return "en"
}
