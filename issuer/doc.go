// Package issuer turns a decided assessment into a sealed credential, and lets
// nothing out that was not recorded first.
//
// The way is always the same: BuildDraft settles the claims of a Result, the
// writer of a form (EDC) makes the exact bytes from them, a Store reserves id
// and bytes in one transaction, the bytes are signed, the own output is
// verified with the public key, the Store seals it, and only then it is handed
// out. A crash at any point leaves a Reservation that is resumed with the same
// bytes and never made anew.
//
// Start with New and Issuer.Issue. FileStore is the Store for issuing without a
// database.
package issuer
