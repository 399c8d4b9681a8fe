// Package issuer turns a decided assessment into a sealed credential, and lets
// nothing out that was not recorded first.
//
// The way is always the same: BuildDraft settles the claims of a Result, the
// writer of a form (EDC, VCDI, OB3) makes the exact bytes from them, a Store
// reserves id, Draft and bytes in one transaction, the bytes are signed, the own
// output is verified with the public key, the Store seals it, and only then it is
// handed out. A crash at any point leaves a Reservation that is resumed with the
// same bytes and never made anew, and all forms of a Result come from one Draft.
//
// Where the Store keeps status lists, each copy is given its places in them with
// its id, the lists are published before the copy leaves, and Revoke, Suspend and
// Reinstate change how it stands with all copies of a Draft at once.
//
// Start with New and Issuer.IssueAs. FileStore is the Store for issuing without
// a database.
package issuer
