// Package credential is the envelope round an ELM subject: the Draft, whose
// claims are settled once, and the Signed forms that are made from it.
//
// A Draft becomes bytes to be signed only through a reservation (package
// issuer), and those bytes become a Signed only through a securing mechanism
// (package proof). What is not a Draft cannot be reserved, what is not
// reserved cannot be signed.
package credential

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/probatum/probatum/elm"
)

// A Form is one way to write and secure a Draft.
type Form string

// EDC is ELM JSON-LD (VC Data Model 1.1) sealed as JAdES general JSON with an
// unencoded payload: what Europass and the EDC viewer take.
const EDC Form = "edc"

// VCDI is the claims under the VC Data Model 2.0 with a Data Integrity proof, for
// W3C verifiers and education wallets.
const VCDI Form = "vc-di"

// OB3 is an Open Badges 3.0 AchievementCredential with a Data Integrity proof,
// for badge backpacks. A badge speaks one language and says less: docs/formats.md.
const OB3 Form = "ob3"

// VCJWT is the document of VCDI, under an id of its own, as a JSON Web Token of
// type vc+jwt (W3C, Securing VCs using JOSE and COSE, 3.1.1).
const VCJWT Form = "vc-jwt"

// SDJWT is an SD-JWT VC (dc+sd-jwt): claims that its holder shows one by one, bound
// to the holder's key, for EUDI-style wallets.
const SDJWT Form = "sd-jwt"

// PDF is a certificate for people with the EDC file attached. It has no id of
// its own: it is made from a sealed EDC file.
const PDF Form = "pdf"

// MediaType is what the bytes of the form are served as. The Commission's
// files are JWS in general JSON serialisation (RFC 7515, 9.2.1), whatever
// their ending says.
func (f Form) MediaType() string {
	switch f {
	case EDC:
		return "application/jose+json"
	case VCDI, OB3:
		return "application/vc" // VC Data Model 2.0, C.1
	case VCJWT:
		return "application/vc+jwt"
	case SDJWT:
		return "application/dc+sd-jwt"
	case PDF:
		return "application/pdf"
	}
	return "application/octet-stream"
}

// Ending is the file name ending of the form, with its dot. EDC files carry
// the ending that the Commission's tools write and expect.
func (f Form) Ending() string {
	switch f {
	case EDC:
		return ".jsonld"
	case VCDI, OB3:
		return ".json"
	case VCJWT:
		return ".jwt"
	case SDJWT:
		return ".sd-jwt"
	case PDF:
		return ".pdf"
	}
	return ".bin"
}

// An ID names one signed form of a Draft: a random UUID after "urn:credential:"
// for an EDC file, as in the Commission's files, and after "urn:uuid:" (RFC 9562,
// 4) for all others.
type ID string

const (
	edcPrefix  = "urn:credential:"
	uuidPrefix = "urn:uuid:"
)

// prefix is what the ids of a form begin with; a form that has no ids has none.
func (f Form) prefix() string {
	switch f {
	case EDC:
		return edcPrefix
	case VCDI, OB3, VCJWT, SDJWT:
		return uuidPrefix
	}
	return ""
}

// NewID takes a random id for a credential of form f.
func NewID(f Form) (ID, error) {
	prefix := f.prefix()
	if prefix == "" {
		return "", fmt.Errorf("credential id: form %q is not known", f)
	}
	u, err := uuid.NewRandom()
	if err != nil {
		return "", fmt.Errorf("credential id: %w", err)
	}
	return ID(prefix + u.String()), nil
}

// ErrID says that a text is no credential id.
var ErrID = errors.New("not a credential id")

// ParseID reads the id of a credential of any form, in exactly the spelling that
// NewID gives.
func ParseID(s string) (ID, error) {
	for _, prefix := range []string{edcPrefix, uuidPrefix} {
		if rest, ok := strings.CutPrefix(s, prefix); ok {
			u, err := uuid.Parse(rest)
			if err != nil || u.String() != rest {
				return "", ErrID
			}
			return ID(s), nil
		}
	}
	return "", ErrID
}

// Fits tells whether the id is one that NewID could give for a form.
func (id ID) Fits(f Form) bool {
	_, err := ParseID(string(id))
	return err == nil && f.prefix() != "" && strings.HasPrefix(string(id), f.prefix())
}

// UUID is the part of the id that makes it unique, fit for a file name.
func (id ID) UUID() string {
	return strings.TrimPrefix(strings.TrimPrefix(string(id), edcPrefix), uuidPrefix)
}

// A DraftID names a Draft: a UUIDv4 in text form.
type DraftID string

// A Draft holds the claims of one credential, settled and checked, unsigned.
// It is never changed after it was made; a correction is a new Draft.
type Draft struct {
	ID         DraftID         `json:"id"`
	Body       string          `json:"body"`   // short name of the body that issues, as in its pages' addresses
	Result     string          `json:"result"` // id of the Result that it was made from
	Claims     *elm.Credential `json:"claims"` // all of the credential but its id; issuer and pictures filled in
	Languages  []string        `json:"languages"`
	Issued     time.Time       `json:"issued"` // when the draft was settled; its forms are signed then or later
	ValidFrom  time.Time       `json:"validFrom"`
	ValidUntil time.Time       `json:"validUntil,omitzero"` // zero: no end
}

// A Signed is the bytes of one form of a Draft, sealed. The bytes are kept and
// handed out as they are; nothing parses them and writes them again.
type Signed struct {
	ID    ID
	Draft DraftID
	Form  Form
	Bytes []byte
}

// Digest is the SHA-256 of the bytes.
func (s Signed) Digest() [sha256.Size]byte { return sha256.Sum256(s.Bytes) }
