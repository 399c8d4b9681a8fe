package signin

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/internal/strictjson"
)

// maxAnswer is the size in bytes of what a browser answers; they stay below 4 KB.
const maxAnswer = 32 << 10

// Passkeys makes and checks passkeys.
type Passkeys struct {
	web   *webauthn.WebAuthn
	store Store
	now   func() time.Time
}

// NewPasskeys serves passkeys at an address that PasskeysAt says yes to. name is
// what a device shows as the place that the key is for.
func NewPasskeys(publicURL, name string, s Store, now func() time.Time) (*Passkeys, error) {
	if !PasskeysAt(publicURL) {
		return nil, fmt.Errorf("no passkeys at %q", publicURL)
	}
	u, err := url.Parse(publicURL)
	if err != nil {
		return nil, err
	}
	timeout := webauthn.TimeoutConfig{Enforce: true, Timeout: Within, TimeoutUVD: Within}
	web, err := webauthn.New(&webauthn.Config{
		RPID:                  u.Hostname(),
		RPDisplayName:         name,
		RPOrigins:             []string{u.Scheme + "://" + u.Host},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey:      protocol.ResidentKeyRequirementRequired,
			UserVerification: protocol.VerificationRequired,
		},
		Timeouts: webauthn.TimeoutsConfig{Login: timeout, Registration: timeout},
	})
	if err != nil {
		return nil, fmt.Errorf("passkeys: %w", err)
	}
	if now == nil {
		now = time.Now
	}
	return &Passkeys{web: web, store: s, now: now}, nil
}

// A holder is a person as WebAuthn sees them.
type holder struct {
	id          access.PersonID
	email, name string
	keys        []webauthn.Credential
}

// WebAuthnID is the user handle: the id of the account, which says nothing about
// the person.
func (h holder) WebAuthnID() []byte                         { return []byte(h.id) }
func (h holder) WebAuthnName() string                       { return h.email }
func (h holder) WebAuthnDisplayName() string                { return h.name }
func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

func held(k access.Passkey) (webauthn.Credential, error) {
	var c webauthn.Credential
	if err := json.Unmarshal([]byte(k.Credential), &c); err != nil {
		return c, fmt.Errorf("passkey as it is kept: %w", err)
	}
	c.Authenticator.SignCount = k.SignCount
	return c, nil
}

func heldAll(keys []access.Passkey) ([]webauthn.Credential, error) {
	all := make([]webauthn.Credential, len(keys))
	for i, k := range keys {
		var err error
		if all[i], err = held(k); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// keep is what is kept of a credential. The attestation is not: we ask for none,
// and it may tell the model of a device.
func keep(c *webauthn.Credential) (string, error) {
	kept := *c
	kept.Attestation = webauthn.CredentialAttestation{}
	kept.Authenticator.CloneWarning = false
	b, err := json.Marshal(kept)
	return string(b), err
}

// A making is the State of a registration.
type making struct {
	Person  access.PersonID      `json:"person"`
	Session webauthn.SessionData `json:"session"`
}

// BeginMaking asks the browser for a new passkey for a person, who may not have
// an account yet. have are those that they have: a device makes one only.
func (p *Passkeys) BeginMaking(id access.PersonID, email, name string, have []access.Passkey) (options []byte, s State, err error) {
	keys, err := heldAll(have)
	if err != nil {
		return nil, "", err
	}
	h := holder{id: id, email: email, name: name, keys: keys}
	o, session, err := p.web.BeginRegistration(h, webauthn.WithExclusions(webauthn.Credentials(keys).CredentialDescriptors()))
	if err != nil {
		return nil, "", fmt.Errorf("asking for a passkey: %w", err)
	}
	return begun(toMake, o, making{id, *session})
}

// FinishMaking checks the new passkey. It is for the person of BeginMaking.
func (p *Passkeys) FinishMaking(ctx context.Context, s State, answer []byte) (access.Passkey, error) {
	var m making
	if err := read(toMake, s, answer, &m); err != nil {
		return access.Passkey{}, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return access.Passkey{}, refused(detail(err))
	}
	c, err := p.web.CreateCredential(holder{id: m.Person}, m.Session, parsed)
	if err != nil {
		return access.Passkey{}, refused(detail(err))
	}
	kept, err := keep(c)
	if err != nil {
		return access.Passkey{}, err
	}
	if err := p.use(ctx, m.Session); err != nil {
		return access.Passkey{}, err
	}
	return access.Passkey{
		ID: credentialID(c.ID), Person: m.Person, Credential: kept, SignCount: c.Authenticator.SignCount,
	}, nil
}

// Begin asks the browser for a passkey of anybody: the device offers those that
// it has for this place.
func (p *Passkeys) Begin() (options []byte, s State, err error) {
	o, session, err := p.web.BeginDiscoverableLogin()
	if err != nil {
		return nil, "", fmt.Errorf("asking for a passkey: %w", err)
	}
	return begun(toSignIn, o, *session)
}

// Finish tells who signed in.
func (p *Passkeys) Finish(ctx context.Context, s State, answer []byte) (access.PersonID, error) {
	var session webauthn.SessionData
	if err := read(toSignIn, s, answer, &session); err != nil {
		return "", err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return "", refused(detail(err))
	}
	find := func(raw, _ []byte) (webauthn.User, error) {
		k, err := p.store.PasskeyByID(ctx, credentialID(raw))
		if err != nil {
			return nil, err
		}
		c, err := held(k)
		// The library compares the handle with the id.
		return holder{id: k.Person, keys: []webauthn.Credential{c}}, err
	}
	_, c, err := p.web.ValidatePasskeyLogin(find, session, parsed)
	return p.finish(ctx, session, c, err)
}

// BeginConfirm asks the person who is signed in for one of their passkeys.
func (p *Passkeys) BeginConfirm(id access.PersonID, have []access.Passkey) (options []byte, s State, err error) {
	keys, err := heldAll(have)
	if err != nil {
		return nil, "", err
	}
	o, session, err := p.web.BeginLogin(holder{id: id, keys: keys})
	if err != nil {
		return nil, "", fmt.Errorf("asking for a passkey: %w", err)
	}
	return begun(toConfirm, o, *session)
}

// FinishConfirm tells whether the person, and nobody else, answered. have are
// their passkeys.
func (p *Passkeys) FinishConfirm(ctx context.Context, id access.PersonID, have []access.Passkey, s State, answer []byte) error {
	var session webauthn.SessionData
	if err := read(toConfirm, s, answer, &session); err != nil {
		return err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return refused(detail(err))
	}
	keys, err := heldAll(have)
	if err != nil {
		return err
	}
	c, err := p.web.ValidateLogin(holder{id: id, keys: keys}, session, parsed)
	who, err := p.finish(ctx, session, c, err)
	if err == nil && who != id {
		err = refused(errors.New("the passkey of another person"))
	}
	return err
}

// finish uses up the challenge, and keeps the counter, of an answer that was
// found good.
func (p *Passkeys) finish(ctx context.Context, session webauthn.SessionData, c *webauthn.Credential, err error) (access.PersonID, error) {
	if err != nil {
		if fault.KindOf(err) == fault.Unavailable || fault.KindOf(err) == fault.Conflict {
			return "", err // the store could not be asked
		}
		return "", refused(detail(err))
	}
	if c.Authenticator.CloneWarning {
		return "", fault.New(fault.Unauthenticated, "access.login.copied", nil)
	}
	kept, err := keep(c)
	if err != nil {
		return "", err
	}
	if err := p.use(ctx, session); err != nil {
		return "", err
	}
	return p.store.UsedPasskey(ctx, credentialID(c.ID), kept, c.Authenticator.SignCount)
}

// use makes a challenge count once, also for two answers at the same moment.
func (p *Passkeys) use(ctx context.Context, session webauthn.SessionData) error {
	err := p.store.UseOnce(ctx, "passkey "+session.Challenge, p.now().Add(2*Within))
	if fault.KindOf(err) == fault.Conflict {
		return over(err)
	}
	return err
}

// A kind says what a State was begun for. A challenge to make a passkey answers
// no sign-in: what is asked of the device differs.
type kind string

const (
	toMake    kind = "make"
	toSignIn  kind = "sign-in"
	toConfirm kind = "confirm"
)

type stateJSON struct {
	Kind  kind            `json:"kind"`
	State json.RawMessage `json:"state"`
}

// read gives the State of the session, which must be of a kind, and looks at the
// shape of an answer.
func read(k kind, s State, answer []byte, into any) error {
	if s == "" {
		return over(errors.New("nothing was asked for"))
	}
	var held stateJSON
	if err := json.Unmarshal([]byte(s), &held); err != nil {
		return over(err)
	}
	if held.Kind != k {
		return over(errors.New("something else was asked for"))
	}
	if err := json.Unmarshal(held.State, into); err != nil {
		return over(err)
	}
	if err := strictjson.Check(answer, strictjson.MaxBytes(maxAnswer), strictjson.MaxDepth(16)); err != nil {
		return refused(err)
	}
	return nil
}

func begun(k kind, options, state any) ([]byte, State, error) {
	o, err := json.Marshal(options)
	if err != nil {
		return nil, "", err
	}
	inner, err := json.Marshal(state)
	if err != nil {
		return nil, "", err
	}
	s, err := json.Marshal(stateJSON{k, inner})
	return o, State(s), err
}

func credentialID(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

// detail takes the kind of a failure out of an error of the library, whose whole
// text may hold what was sent.
func detail(err error) error {
	if e, ok := errors.AsType[*protocol.Error](err); ok {
		return errors.New(e.Type + ": " + e.Details)
	}
	return fmt.Errorf("%T", err)
}
