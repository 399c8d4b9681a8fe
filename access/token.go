package access

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/probatum/probatum/internal/fault"
)

// A TokenID names an API token: a UUIDv4 in text form. It is no secret.
type TokenID string

// A Scope is what a token may be used for.
type Scope string

// The scopes of a body's tokens, and those of a person's own.
const (
	ScopeBody     Scope = "body:read"
	ScopeBodyEdit Scope = "body:write"
	ScopeStaff    Scope = "staff:read"
	ScopeMail     Scope = "mail:read"
	ScopeImport   Scope = "results:write"
	ScopeResults  Scope = "results:read"
	ScopeSeal     Scope = "credentials:seal"
	ScopeRead     Scope = "credentials:read"
	ScopeRevoke   Scope = "credentials:revoke"

	ScopeMine      Scope = "me:read"
	ScopeMineWrite Scope = "me:write"
)

// BodyScopes are the scopes that a body's token can have; MyScopes those of a
// person's.
func BodyScopes() []Scope {
	return []Scope{ScopeBody, ScopeBodyEdit, ScopeStaff, ScopeMail, ScopeImport, ScopeResults, ScopeSeal, ScopeRead, ScopeRevoke}
}

// MyScopes are the scopes that a person's own token can have.
func MyScopes() []Scope { return []Scope{ScopeMine, ScopeMineWrite} }

// scopeOf says which scope lets a token act. What is not here no token may do:
// staff, tokens and seals are for people.
var scopeOf = map[Act]Scope{
	ReadBody: ScopeBody, EditBody: ScopeBodyEdit, ReadStaff: ScopeStaff, ReadMail: ScopeMail,
	ImportResults: ScopeImport, ReadResults: ScopeResults, SealCredentials: ScopeSeal,
	ReadCredentials: ScopeRead, RevokeCredentials: ScopeRevoke,
}

// Grants gives the scopes that a body's token may have where the person makes it:
// those of acts that their roles allow. Else a token would be a way around the
// roles.
func (a Actor) Grants(b BodyID, now time.Time) []Scope {
	return slices.DeleteFunc(BodyScopes(), func(s Scope) bool { return !s.allowedBy(func(act Act) bool { return a.Can(act, b, now) }) })
}

// AllowedBy tells whether the roles together allow what the scope lets do.
func (s Scope) AllowedBy(roles []Role) bool {
	return s.allowedBy(func(act Act) bool {
		return slices.ContainsFunc(roles, func(r Role) bool { return r.Allows(act) })
	})
}

func (s Scope) allowedBy(may func(Act) bool) bool {
	for act, scope := range scopeOf {
		if scope == s {
			return may(act)
		}
	}
	return false
}

func (a Actor) tokenMay(act Act, b BodyID) error {
	if a.Body == "" || a.Body != b {
		return fault.New(fault.NotFound, "", nil)
	}
	scope, ok := scopeOf[act]
	if !ok {
		return fault.New(fault.Forbidden, "access.token.never", nil)
	}
	if !slices.Contains(a.Scopes, scope) {
		return fault.New(fault.Forbidden, "access.scope", nil).With("Scope", string(scope))
	}
	return nil
}

// A Token is an API token as it is kept: never its secret, only its SHA-256.
type Token struct {
	ID      TokenID
	Name    string   // what its owner calls it
	Body    BodyID   // of a body's token; else Person is set
	Person  PersonID // of a person's own token
	Scopes  []Scope
	Digest  string // SHA-256 of the whole secret, hexadecimal
	Hint    string // the last four characters of the secret, to tell tokens apart
	By      string // who made it
	Created time.Time
	Expires time.Time // always set
	Used    time.Time // last use, to the minute; zero: never
	Ended   time.Time // zero: in force
}

// tokenPrefix begins every secret, so that it is found where it should not be.
const tokenPrefix = "prb_"

// NewSecret makes the secret of a token: "prb_" and 256 random bits in
// base64url. It is shown once.
func NewSecret() string {
	var random [32]byte
	rand.Read(random[:]) // never fails: see crypto/rand
	return tokenPrefix + base64.RawURLEncoding.EncodeToString(random[:])
}

// IsSecret tells whether s has the form of a token's secret.
func IsSecret(s string) bool {
	rest, ok := strings.CutPrefix(s, tokenPrefix)
	if !ok || len(rest) != 43 {
		return false
	}
	_, err := base64.RawURLEncoding.Strict().DecodeString(rest)
	return err == nil
}

// DigestSecret is what is kept of a secret. It has 256 random bits, so that a
// plain digest cannot be searched.
func DigestSecret(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
