// Package status says whether credentials still stand: the lists in which an
// issuer tells that one was revoked or suspended, as Bitstring Status Lists
// (W3C, 1.0) and Token Status Lists (IETF OAuth, draft 21), how they are signed,
// opened and looked up.
//
// An issuer starts with Slots and Sign. A verifier starts with ParseEntries or
// ParseTokenStatus, and asks Lists.Check; Open is for lists that are at hand.
// Whom to believe is not decided here: every List says whose signature it has.
package status

import (
	"github.com/probatum/probatum/credential"
)

// Entries is how many entries every list has: the fewest that a Bitstring
// Status List may have (W3C, 6.1), so that one entry among them tells nothing.
const Entries = 131_072

// A Kind is how a list is written.
type Kind string

// The kinds of lists. Each is the name in the address of a list, too.
const (
	Bitstring Kind = "bitstring" // W3C Bitstring Status List 1.0
	Token     Kind = "token"     // IETF Token Status List
)

// A Purpose is what an entry of a Bitstring list tells (W3C, 2.1). A token list
// has none.
type Purpose string

// The purposes that are known here.
const (
	Revocation Purpose = "revocation" // for ever
	Suspension Purpose = "suspension" // for the time being
	Message    Purpose = "message"    // both, as a State
)

// A State is how it stands with one signed copy of a credential. Its number is
// what lists with two bits an entry say.
type State uint8

// The states.
const (
	Valid     State = 0
	Revoked   State = 1 // never undone
	Suspended State = 2
)

// A Slot is a kind of entry. Copies whose forms have the same Slot share lists.
type Slot struct {
	Kind    Kind
	Purpose Purpose // empty for Token
	Size    int     // bits of one entry
}

// Slots are the entries that a credential of a form carries; none for a form
// that has no status of its own. European digital credentials and Open Badges
// may carry one entry only.
func Slots(f credential.Form) []Slot {
	switch f {
	case credential.EDC, credential.OB3:
		return []Slot{{Bitstring, Message, 2}}
	case credential.VCDI, credential.VCJWT:
		return []Slot{{Bitstring, Revocation, 1}, {Bitstring, Suspension, 1}}
	case credential.SDJWT:
		return []Slot{{Kind: Token, Size: 2}}
	}
	return nil
}

// Says is the value of an entry of the Slot for a copy in a State.
func (s Slot) Says(state State) uint8 {
	switch s.Purpose {
	case Revocation:
		if state == Revoked {
			return 1
		}
	case Suspension:
		if state == Suspended {
			return 1
		}
	default:
		return uint8(state)
	}
	return 0
}

// An Entry is the place of one copy in one list. Nobody else ever gets it.
type Entry struct {
	Slot
	List  string // id of the list: a UUIDv4 in text form
	Index int    // 0 to Entries-1
	URL   string // of the list
}

// URL is the address of a list under a public origin.
func URL(origin string, k Kind, id string) string {
	return origin + "/status/" + string(k) + "/" + id
}
