package body

import (
	"crypto"
	"errors"
	"os"
	"time"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/keys/private"
)

// A Standing is how it stands with the seal of a body.
type Standing string

// The standings. The zero Standing is none of them and seals nothing.
const (
	NoSeal      Standing = "none"      // nothing was made yet
	Requested   Standing = "requested" // a key waits for the certificate of an authority
	Trial       Standing = "trial"     // a throw-away seal, which proves nothing
	Installed   Standing = "installed" // the seal of an authority
	ExpiresSoon Standing = "expiring"  // installed; its end is near
	Expired     Standing = "expired"   // trial or installed, and over
	DoesNotFit  Standing = "unfit"     // it names another owner than the profile, or is broken
)

// soon is how long before its end a seal is said to expire soon: a new
// certificate takes weeks.
const soon = 45 * 24 * time.Hour

// A State is what is to be told of the seal of a body. It holds nothing secret.
type State struct {
	Standing  Standing
	Trial     bool      // the seal is a trial: what is sealed with it must say so
	Waiting   bool      // a request waits for its certificate, perhaps beside a seal in use
	Asked     time.Time // when that request was made
	Number    int       // of the seal in use
	Owner     keys.Owner
	Authority string // name of the authority that issued the certificate
	Algorithm string
	From      time.Time
	Until     time.Time    // the first end in the chain
	Fault     *fault.Error // why it does not fit
}

// Ready tells whether the seal may seal now.
func (s State) Ready() bool {
	return s.Standing == Trial || s.Standing == Installed || s.Standing == ExpiresSoon
}

// Demo tells whether what is sealed says DEMO: with a trial seal, and with one that
// "probatum demo" or "probatum keys" made, whose owner is called so.
func (s State) Demo() bool { return s.Trial || keys.SaysDemo(s.Owner.LegalName) }

// OfDemo tells whether the seal is one that "probatum demo" made. It seals like a trial,
// but the demo trusts it.
func (s State) OfDemo() bool { return s.Trial && !s.Owner.Trial() }

// Message is the message key, with its arguments, that tells the state and
// what to do.
func (s State) Message() (key string, args map[string]any) {
	until := map[string]any{"Until": s.Until}
	switch s.Standing {
	case Requested:
		return "body.seal.state.requested", nil
	case Trial:
		if s.OfDemo() {
			return "body.seal.state.demo", until
		}
		return "body.seal.state.trial", until
	case Installed:
		return "body.seal.state.installed", until
	case ExpiresSoon:
		return "body.seal.state.expiring", until
	case Expired:
		if s.Trial {
			return "body.seal.state.expired.trial", until
		}
		return "body.seal.state.expired", until
	case DoesNotFit:
		if s.Fault != nil {
			return s.Fault.Public, s.Fault.Args
		}
		return "body.seal.state.unfit", nil
	}
	return "body.seal.state.none", nil
}

// Load gives the key and certificates to seal with. Where the State is not
// Ready there are none: the error says why, in a Conflict, and the State is
// given all the same.
func (k Keys) Load(p Profile) (crypto.Signer, keys.Chain, State, error) {
	signer, chain, s, err := k.look(p)
	if err != nil {
		return nil, keys.Chain{}, State{}, err
	}
	if !s.Ready() {
		key, args := s.Message()
		refused := &fault.Error{Kind: fault.Conflict, Public: key, Args: args}
		if s.Fault != nil {
			refused.Err = s.Fault
		}
		return nil, keys.Chain{}, s, refused
	}
	return signer, chain, s, nil
}

// InUse gives the key and certificates of the seal in use, whether or not they may
// still seal: to take back what was sealed, a certificate that has run out or that
// names an earlier name is no obstacle. Without a seal it is a Conflict.
func (k Keys) InUse() (crypto.Signer, keys.Chain, error) {
	all, err := k.seals()
	if err != nil {
		return nil, keys.Chain{}, err
	}
	use, ok := inUse(all)
	if !ok {
		return nil, keys.Chain{}, fault.New(fault.Conflict, "body.seal.state.none", nil)
	}
	return k.pair(use.n)
}

// State tells how it stands with the seal for a profile.
func (k Keys) State(p Profile) (State, error) {
	_, _, s, err := k.look(p)
	return s, err
}

func (k Keys) look(p Profile) (crypto.Signer, keys.Chain, State, error) {
	all, err := k.seals()
	if err != nil {
		return nil, keys.Chain{}, State{}, err
	}
	s := State{Standing: NoSeal}
	if n, ok := waiting(all); ok {
		s.Standing, s.Waiting = Requested, true
		if info, err := os.Stat(k.path("csr", n)); err == nil {
			s.Asked = info.ModTime().UTC().Truncate(time.Second)
		}
	}
	use, ok := inUse(all)
	if !ok {
		return nil, keys.Chain{}, s, nil
	}
	s.Number, s.Trial = use.n, use.issuing
	signer, chain, err := k.pair(use.n)
	if unfit, ok := errors.AsType[*fault.Error](err); ok {
		s.Standing, s.Fault = DoesNotFit, unfit
		return nil, keys.Chain{}, s, nil
	}
	if err != nil {
		return nil, keys.Chain{}, State{}, err
	}
	s.describe(chain)
	now := k.now()
	bad := chain.Check(now)
	if bad == nil {
		bad = owned(chain, p)
	}
	switch {
	case now.After(s.Until):
		s.Standing = Expired
	case bad != nil:
		s.Standing = DoesNotFit
		s.Fault, _ = errors.AsType[*fault.Error](bad)
	case s.Trial:
		s.Standing = Trial
	case now.Add(soon).After(s.Until):
		s.Standing = ExpiresSoon
	default:
		s.Standing = Installed
	}
	return signer, chain, s, nil
}

// waiting is the newest request that has no certificate. A request before the
// newest seal of an authority was overtaken by it.
func waiting(all []seal) (int, bool) {
	for _, s := range all {
		switch {
		case s.chain && !s.issuing:
			return 0, false
		case s.key && s.request && !s.chain:
			return s.n, true
		}
	}
	return 0, false
}

// pair reads a key and its certificates.
func (k Keys) pair(n int) (crypto.Signer, keys.Chain, error) {
	chain, err := k.chain(n)
	if err != nil {
		return nil, keys.Chain{}, err
	}
	signer, err := private.Load(k.path("key", n))
	if err != nil {
		return nil, keys.Chain{}, err
	}
	return signer, chain, private.Matches(signer, chain.Leaf)
}

// describe notes what a chain says.
func (s *State) describe(c keys.Chain) {
	s.Owner, _ = c.Owner()         // without one, Check refuses the chain
	s.Algorithm, _ = c.Algorithm() // likewise
	s.Authority = c.Leaf.Issuer.CommonName
	for i, cert := range c.Certificates() {
		if i == 0 || cert.NotAfter.Before(s.Until) {
			s.Until = cert.NotAfter.UTC()
		}
		if i == 0 || cert.NotBefore.After(s.From) {
			s.From = cert.NotBefore.UTC()
		}
	}
}

// owned says whether the owner that a chain names is the body of the profile,
// as those who check a credential will compare them: legal name, registered
// identifier and its country, letter for letter.
func owned(c keys.Chain, p Profile) error {
	o, err := c.Owner()
	if err != nil {
		return err
	}
	b := p.Assessment()
	named := false
	for _, name := range b.LegalName {
		named = named || name == o.LegalName
	}
	differs := func(key, found, want string) error {
		return fault.New(fault.Invalid, key, nil).With("Found", printable(found)).With("Want", printable(want))
	}
	switch {
	case !named:
		return differs("body.seal.owner.name", o.LegalName, p.Name(""))
	case b.Identifier.Notation != o.OrganizationIdentifier:
		return differs("body.seal.owner.identifier", o.OrganizationIdentifier, b.Identifier.Notation)
	case b.Identifier.Country != o.Country:
		return differs("body.seal.owner.country", o.Country, b.Identifier.Country)
	}
	return nil
}
