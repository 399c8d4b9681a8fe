package award

import (
	"context"
	"crypto"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/body"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/render"
)

// Issuers know who the bodies are and with what they seal. Seals are the real
// ones.
type Issuers interface {
	// For gives what seals for a body. One that cannot seal, because its set-up
	// is not done or its key is missing, is a Conflict that says what to do.
	For(ctx context.Context, id access.BodyID) (*Sealer, error)

	// ForLists gives what changes how it stands with credentials of a body, and
	// publishes that. It asks nothing of the set-up, and takes the seal in use even
	// if that may seal no more. It issues nothing.
	ForLists(ctx context.Context, id access.BodyID) (*issuer.Issuer, error)

	// Profile gives a body as it set itself up, as far as it did.
	Profile(ctx context.Context, id access.BodyID) (body.Profile, error)
}

// A Sealer issues for one body as it is set up now.
type Sealer struct {
	Issuer *issuer.Issuer

	config   issuer.Config
	chain    keys.Chain
	look     look
	pictures issuer.Pictures
}

// looking is a Sealer whose certificates look as was kept when sealing began: the
// forms of one credential do not differ in who signs them.
func (s *Sealer) looking(kept []byte) (*Sealer, error) {
	if len(kept) == 0 {
		return s, nil
	}
	l, err := lookOf(kept)
	if err != nil {
		return nil, fmt.Errorf("reading how certificates look: %w", err)
	}
	l.Trial = l.Trial || s.look.Trial
	c := s.config
	c.Pictures = l.pictures()
	i, err := issuer.New(c)
	if err != nil {
		return nil, err
	}
	return &Sealer{Issuer: i, config: c, chain: s.chain, look: l, pictures: c.Pictures}, nil
}

// Profiles keep how bodies set themselves up.
type Profiles interface {
	// BodyProfile gives the profile of a body; an empty one where nothing was
	// set up yet, and NotFound where there is no such body.
	BodyProfile(ctx context.Context, id access.BodyID) (body.Profile, error)
}

// Seals make Sealers from the profiles of bodies and the keys in a data directory.
type Seals struct {
	Profiles  Profiles
	Store     issuer.Store
	Data      string // the keys of a body are in keys/{body} below it
	PublicURL string
	Now       func() time.Time
}

// Profile gives the profile of a body.
func (s Seals) Profile(ctx context.Context, id access.BodyID) (body.Profile, error) {
	p, err := s.Profiles.BodyProfile(ctx, id)
	p.ID = string(id)
	return p, err
}

// For makes what seals for a body.
func (s Seals) For(ctx context.Context, id access.BodyID) (*Sealer, error) {
	p, err := s.Profile(ctx, id)
	if err != nil {
		return nil, err
	}
	if faults := p.Check(); len(faults) > 0 {
		return nil, fault.New(fault.Conflict, "award.body.unready", faults)
	}
	folder, err := body.KeysIn(s.Data, string(id), s.Now)
	if err != nil {
		return nil, err
	}
	key, chain, state, err := folder.Load(p)
	if err != nil {
		return nil, fmt.Errorf("reading the seal of body %s: %w", id, err)
	}
	l := look{Profile: p, Trial: state.Trial}
	c := s.config(id, key, chain)
	c.Pictures = l.pictures()
	i, err := issuer.New(c)
	if err != nil {
		return nil, fmt.Errorf("preparing the seal of body %s: %w", id, err)
	}
	return &Sealer{Issuer: i, config: c, chain: chain, look: l, pictures: c.Pictures}, nil
}

// ForLists makes what publishes status lists for a body.
func (s Seals) ForLists(_ context.Context, id access.BodyID) (*issuer.Issuer, error) {
	folder, err := body.KeysIn(s.Data, string(id), s.Now)
	if err != nil {
		return nil, err
	}
	key, chain, err := folder.InUse()
	if err != nil {
		return nil, fmt.Errorf("reading the seal of body %s: %w", id, err)
	}
	c := s.config(id, key, chain)
	c.Pictures = func(*elm.Credential, string) ([]byte, error) { return nil, errListsOnly }
	i, err := issuer.New(c)
	if err != nil {
		return nil, fmt.Errorf("preparing the status lists of body %s: %w", id, err)
	}
	return i, nil
}

var errListsOnly = errors.New("this issuer only publishes status lists")

func (s Seals) config(id access.BodyID, key crypto.Signer, chain keys.Chain) issuer.Config {
	return issuer.Config{Store: s.Store, Key: key, Chain: chain, Now: s.Now, Body: string(id), PublicURL: s.PublicURL}
}

// A look is how the certificates of a body look.
type look struct {
	Profile body.Profile `json:"profile"`
	Trial   bool         `json:"trial,omitempty"` // the seal is a trial: every page says DEMO
}

// kept is what is kept of a look with an Award, so that its certificates look the
// same, and name the same signatory, ever after.
func (l look) kept() ([]byte, error) {
	l.Profile.Logo, l.Profile.Accreditations = nil, nil // they stand in the credential
	kept, err := json.Marshal(l)
	if err != nil {
		return nil, fmt.Errorf("writing the look of a body: %w", err)
	}
	return kept, nil
}

// lookOf reads what kept wrote. Nothing is the look of the house.
func lookOf(kept []byte) (l look, err error) {
	if len(kept) > 0 {
		err = json.Unmarshal(kept, &l)
	}
	return l, err
}

// draw gives the certificate of claims in one language.
func (l look) draw(claims *elm.Credential, lang string) render.Certificate {
	c := render.View(claims, i18n.For(lang))
	c.Look = l.Profile.Look(lang)
	c.Demo = c.Demo || l.Trial
	return c
}

// pictures gives the pages of certificates to an Issuer. All forms of a Result are
// made from the same claims: what was drawn a moment ago is not drawn again.
func (l look) pictures() issuer.Pictures {
	type key struct {
		claims [sha256.Size]byte
		lang   string
	}
	var mu sync.Mutex
	made := map[key][]byte{} // guarded by mu
	return func(claims *elm.Credential, lang string) ([]byte, error) {
		text, err := json.Marshal(claims)
		if err != nil {
			return nil, fmt.Errorf("drawing a certificate: %w", err)
		}
		k := key{sha256.Sum256(text), lang}
		mu.Lock()
		defer mu.Unlock()
		if png, ok := made[k]; ok {
			return png, nil
		}
		png, err := l.draw(claims, lang).PNG()
		if err != nil {
			return nil, err
		}
		if len(made) >= 30 {
			clear(made)
		}
		made[k] = png
		return png, nil
	}
}
