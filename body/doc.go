// Package body knows a certifying body as it sets itself up here: its Profile,
// which is its name, legal identifier, logo, colours, signatory and languages,
// and its Keys, which are the seal's key and certificates.
//
// Start with ParseProfile, Profile.Check and Profile.Missing, and with KeysIn.
// A Profile may be kept half filled; Check says when it is fit to seal with.
// What a body says of itself in a credential comes from its Profile, never from
// a file that somebody brings: Fits tells whether such a file names this body.
//
// A private key is made where it is used and never leaves: nothing here takes
// one in or gives one out but as a crypto.Signer.
package body
