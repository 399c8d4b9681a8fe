package mail

import "time"

// A State is how far a letter is.
type State string

// The states. All but Waiting are final; see Letter in docs/mail.md for what a
// crash between sending and marking does.
const (
	Waiting   State = "waiting"   // to be sent, or tried again later
	Sent      State = "sent"      // the SMTP server took it
	Kept      State = "kept"      // there is no SMTP server: it is read in the outbox alone
	Bounced   State = "bounced"   // refused for good
	GaveUp    State = "gave-up"   // not sent for two days
	Withdrawn State = "withdrawn" // its link was used or ended before it was sent
)

// States are all states.
func States() []State { return []State{Waiting, Sent, Kept, Bounced, GaveUp, Withdrawn} }

// An Entry is a letter as it stands in the outbox.
type Entry struct {
	Letter
	State    State
	Reason   string // message key of what went wrong last; may be empty
	Attempts int
	AgainOf  LetterID // the letter that this one repeats, or empty
	Again    LetterID // the one that repeats this one, or empty
	Created  time.Time
	Tried    time.Time // last attempt; zero: none yet
	Done     time.Time // when it got its final state; zero: waiting
	Purged   bool      // address and Args were taken away because it is old
}

// A Filter says which letters of the outbox are wanted, the newest first. Empty
// fields do not limit.
type Filter struct {
	Body  string // empty with All: every letter, also the server's own
	All   bool
	State State
	Kind  Kind
	// Before and BeforeID name the letter after which the list goes on: its time
	// of creation and id.
	Before   time.Time
	BeforeID LetterID
	Limit    int // 0 means 50; never more than 200
}
