// Package mail writes the letters that the server sends, in the language of
// whom they are for, and hands them to an SMTP server.
//
// A use case makes a Letter and keeps it with the change that asks for it; a
// job sends it. A letter holds no secret: the one-time link in it is made when
// it is sent, from the id of a ticket and a key that is not in the database.
//
// Start with Letter.Check, Composer.Compose and Sender.Send. It promises that no
// text of a letter's data reaches a header line of its own, that a letter looks
// nothing up and reports nothing when it is read, and that no error of Send names
// an address.
package mail

import "time"

// A LetterID names a letter: a UUIDv4 in text form.
type LetterID string

// A Kind is what a letter is about. Its texts are the messages
// mail.{kind}.subject and mail.{kind}.text.
type Kind string

// The kinds of letter.
const (
	Register   Kind = "register"   // link to make an account
	Known      Kind = "known"      // somebody tried to make an account with an address that has one
	Invite     Kind = "invite"     // link to take a role in a body
	Recover    Kind = "recover"    // link to get back into an account
	Unknown    Kind = "unknown"    // somebody asked to recover an address that has no account
	Recovering Kind = "recovering" // notice: recovery has begun, and how to stop it
	Recovered  Kind = "recovered"  // notice: recovery is done
	Address    Kind = "address"    // link to confirm a new address
	Moved      Kind = "moved"      // notice to the old address
	Role       Kind = "role"       // notice: roles in a body changed
	Passkey    Kind = "passkey"    // notice: a passkey was added or taken away
	Award      Kind = "award"      // link to take a credential into one's account
	Revoked    Kind = "revoked"    // notice: a credential was withdrawn, suspended or reinstated
	Deleted    Kind = "deleted"    // notice: the account is gone
	Try        Kind = "try"        // a body tries its mail settings
)

// A Letter is a mail that is to be sent.
type Letter struct {
	ID   LetterID
	Kind Kind
	To   string // one address
	Lang string // "en", "fr", "de"

	// Body is the body that it is sent for, whose name stands as its sender; or
	// empty, for the server's own letters.
	Body string

	// Person is the account that the letter is about, or empty. What the letter
	// says is forgotten with it.
	Person string

	// Args fill the texts. They are shown to people: no secrets. A name that
	// ends in Key holds the key of a message, one that ends in Time a time by
	// RFC 3339; the texts have them in the letter's language, under the name
	// without that ending. Which ones a kind needs: see specs.
	Args map[string]string

	// Purpose and Ticket make the one-time link, where the letter has one, and
	// Until is when it ends.
	Purpose string
	Ticket  string
	Until   time.Time
}
