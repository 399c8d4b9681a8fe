package access

import (
	"context"
	"crypto/subtle"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/probatum/probatum/internal/fault"
)

// MaxTokenLife is how long a token is in force at most.
const MaxTokenLife = 366 * 24 * time.Hour

// maxTokens is how many tokens in force a body or a person may have.
const maxTokens = 50

type tokenStore interface {
	// MakeToken keeps a token. More than the limit in force are a Conflict; a body
	// that does not exist is NotFound.
	MakeToken(ctx context.Context, t Token, limit int) error

	// Tokens gives those of a body, or of a person where the body is empty, that
	// were not revoked, the last made first.
	Tokens(ctx context.Context, b BodyID, p PersonID) ([]Token, error)

	// EndToken revokes a token of a body, or of a person where the body is empty.
	EndToken(ctx context.Context, b BodyID, p PersonID, t TokenID) error

	// TokenByDigest finds a token, in force or not.
	TokenByDigest(ctx context.Context, digest string) (Token, error)

	// UsedToken keeps when a token was last used.
	UsedToken(ctx context.Context, t TokenID, at time.Time) error
}

// A NewToken is what somebody asks for.
type NewToken struct {
	Name    string
	Scopes  []Scope
	Expires time.Time
}

// make checks what is asked for, and makes the token with its secret.
func (n NewToken) make(b BodyID, p PersonID, by string, now time.Time) (Token, string, error) {
	var faults fault.List
	name, err := ParseName(n.Name)
	if err != nil {
		faults.Add("$.name", "access.name.wrong", "", "Max", maxName)
	}
	may := MyScopes()
	if b != "" {
		may = BodyScopes()
	}
	scopes := slices.Clone(n.Scopes)
	slices.Sort(scopes)
	scopes = slices.Compact(scopes)
	if len(scopes) == 0 || slices.ContainsFunc(scopes, func(s Scope) bool { return !slices.Contains(may, s) }) {
		faults.Add("$.scopes", "access.token.scopes", "")
	}
	expires := n.Expires.UTC().Truncate(time.Second)
	if !expires.After(now) || expires.Sub(now) > MaxTokenLife {
		faults.Add("$.expires", "access.token.expires", "")
	}
	if err := faults.Err(); err != nil {
		return Token{}, "", err
	}
	secret := NewSecret()
	return Token{
		ID: TokenID(uuid.NewString()), Name: name, Body: b, Person: p, Scopes: scopes,
		Digest: DigestSecret(secret), Hint: secret[len(secret)-4:], By: by, Created: now, Expires: expires,
	}, secret, nil
}

// CreateToken makes a token of a body, or of the person where the body is empty,
// and gives its secret, which is not kept. A token may do no more than who makes
// it: see Actor.Grants.
func (a *Accounts) CreateToken(ctx context.Context, actor Actor, b BodyID, n NewToken) (Token, string, error) {
	now, p := a.now(), actor.Person
	if b == "" {
		if err := actor.self(); err != nil {
			return Token{}, "", err
		}
		if err := actor.gives(now); err != nil {
			return Token{}, "", err
		}
	} else {
		if err := actor.MayGive(ManageTokens, b, now); err != nil {
			return Token{}, "", err
		}
		p = ""
		may := actor.Grants(b, now)
		for _, s := range n.Scopes {
			if slices.Contains(BodyScopes(), s) && !slices.Contains(may, s) {
				return Token{}, "", fault.New(fault.Forbidden, "access.token.more", nil).With("Scope", string(s))
			}
		}
	}
	return a.createToken(ctx, b, p, actor.By(), n)
}

func (a *Accounts) createToken(ctx context.Context, b BodyID, p PersonID, by string, n NewToken) (Token, string, error) {
	t, secret, err := n.make(b, p, by, a.now())
	if err != nil {
		return Token{}, "", err
	}
	if err := a.Store.MakeToken(ctx, t, maxTokens); err != nil {
		return Token{}, "", wrap("making a token", err)
	}
	return t, secret, nil
}

// mayTokens decides who may look at and revoke tokens.
func (a *Accounts) mayTokens(actor Actor, b BodyID) error {
	if b == "" {
		return actor.selfFresh(a.now())
	}
	return actor.May(ManageTokens, b, a.now())
}

// Tokens gives the tokens of a body, or of the person where the body is empty,
// that were not revoked.
func (a *Accounts) Tokens(ctx context.Context, actor Actor, b BodyID) ([]Token, error) {
	if err := a.mayTokens(actor, b); err != nil && (err != error(ErrStale)) { //nolint:errorlint // the very value: to look needs no new sign-in
		return nil, err
	}
	p := actor.Person
	if b != "" {
		p = ""
	}
	all, err := a.Store.Tokens(ctx, b, p)
	return all, wrap("reading tokens", err)
}

// RevokeToken ends a token at once. It needs no sign-in of a moment ago: to
// close a door must be quick.
func (a *Accounts) RevokeToken(ctx context.Context, actor Actor, b BodyID, t TokenID) error {
	if err := a.mayTokens(actor, b); err != nil && (err != error(ErrStale)) { //nolint:errorlint // the very value
		return err
	}
	p := actor.Person
	if b != "" {
		p = ""
	}
	return wrap("revoking a token", a.Store.EndToken(ctx, b, p, t))
}

// Authenticate gives who acts by a token. A secret that is not one, is unknown,
// revoked or over is Unauthenticated, and all these answer alike.
func (a *Accounts) Authenticate(ctx context.Context, secret string) (Actor, error) {
	none := fault.New(fault.Unauthenticated, "access.token.wrong", nil)
	if !IsSecret(secret) {
		return Actor{}, none
	}
	digest := DigestSecret(secret)
	t, err := a.Store.TokenByDigest(ctx, digest)
	if fault.KindOf(err) == fault.NotFound {
		return Actor{}, none
	}
	if err != nil {
		return Actor{}, wrap("reading a token", err)
	}
	now := a.now()
	if subtle.ConstantTimeCompare([]byte(digest), []byte(t.Digest)) != 1 || !t.Ended.IsZero() || !now.Before(t.Expires) {
		return Actor{}, none
	}
	// To the minute: a use does not cost a write each time. That it could not be kept
	// refuses nobody who only reads; where the store is in trouble, what they do next
	// tells.
	if minute := now.Truncate(time.Minute); t.Used.Before(minute) {
		_ = a.Store.UsedToken(ctx, t.ID, minute)
	}
	return Actor{Person: t.Person, Token: t.ID, Body: t.Body, Scopes: t.Scopes}, nil
}
