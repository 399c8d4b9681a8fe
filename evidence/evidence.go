// Package evidence commits to a frozen set of portfolio evidence by one short
// value, the root, so that a credential can say what was judged without
// showing any of it.
//
// Start with Freeze, which gives every item a random salt and makes the root,
// and with VerifyProof, by which somebody who has the root checks one item that
// the candidate chose to show. docs/evidence.md describes the encoding byte by
// byte.
//
// Who has the root, and even proofs of other items, cannot guess an item: 256
// random bits are hashed with each. The root stands for these items in this
// order and number; no other set has it.
package evidence

import (
	"crypto/sha256"
	"io"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/probatum/probatum/internal/fault"
)

// The limits of an item and of a set. Texts are counted in characters.
const (
	MaxItems = 10_000
	MaxTitle = 200
	MaxShows = 2000
	MaxUnit  = 100

	maxSize  = 1<<53 - 1 // bytes of a file: what JSON numbers hold exactly
	maxTexts = 4 << 20   // bytes of all texts of a set

	maxFaults = 100 // after so many, no more are looked for
)

// An Item is what is committed to of one piece of evidence: its file, by
// digest, and what the portfolio says of it. The file itself stays where it is.
type Item struct {
	Digest    Digest // of the bytes of the file
	Size      int64  // bytes of the file
	MediaType string // small letters and no parameters, such as "application/pdf"
	Kind      string // small letters, digits and hyphens, such as "witness-statement"
	Unit      string // what it is evidence for, such as "lighting"; may be empty
	Title     string
	Shows     string // what it shows, in the candidate's words; may be empty and have lines
}

var (
	mediaTypes = regexp.MustCompile(`^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$`) // RFC 6838, 4.2
	kinds      = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$`)
)

// Check tells whether the item can be frozen. The error is a fault.List with
// the JSON path of every member that cannot.
func (it Item) Check() error {
	var l fault.List
	it.check("$", &l)
	return l.Err()
}

func (it Item) check(at string, l *fault.List) {
	if it.Digest == (Digest{}) {
		l.Add(at+".digest", "evidence.digest", "TI-14")
	}
	if it.Size < 1 || it.Size > maxSize {
		l.Add(at+".size", "evidence.size", "TI-14")
	}
	if !mediaTypes.MatchString(it.MediaType) {
		l.Add(at+".mediaType", "evidence.mediaType", "")
	}
	if !kinds.MatchString(it.Kind) {
		l.Add(at+".kind", "evidence.kind", "R21")
	}
	text(at+".unit", it.Unit, MaxUnit, l)
	if it.Title == "" {
		l.Add(at+".title", "evidence.title", "")
	}
	text(at+".title", it.Title, MaxTitle, l)
	text(at+".shows", it.Shows, MaxShows, l)
}

// text holds a text to what is shown alike everywhere. Only what an item shows
// has more than one line.
func text(at, s string, most int, l *fault.List) {
	switch {
	case unfit(s, most == MaxShows):
		l.Add(at, "evidence.characters", "")
	case strings.TrimSpace(s) != s:
		l.Add(at, "evidence.blank", "")
	case utf8.RuneCountInString(s) > most:
		l.Add(at, "evidence.long", "", "Max", most)
	}
}

// unfit tells whether a text holds a character that can make a page show
// something else than what was committed to: control characters, direction
// marks, invisible joints, private characters, broken ones. The joiners of
// Persian, Arabic and Indic scripts are spared.
func unfit(s string, lines bool) bool {
	for _, r := range s {
		switch {
		case r == '\u200c' || r == '\u200d' || r == '\n' && lines:
		case r == utf8.RuneError, r&0xfffe == 0xfffe,
			unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp):
			return true
		}
	}
	return false
}

// Sum reads a file to its end and gives its digest and size, as an Item has
// them.
func Sum(file io.Reader) (Digest, int64, error) {
	h := sha256.New()
	n, err := io.Copy(h, file)
	if err != nil {
		return Digest{}, 0, err
	}
	return Digest(h.Sum(nil)), n, nil
}
