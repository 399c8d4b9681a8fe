// Package access knows people, the bodies they act for and what each role may
// do. It is the one place that decides: pages, the API and the commands ask
// Actor.May and do nothing without it.
//
// Start with Actor.May for the decision, and with Accounts for what changes who
// somebody is: sign-up, invitations, roles, tokens, recovery, deletion.
//
// It promises that
//   - a body that somebody has no part in answers as one that does not exist;
//   - every change of a role ends the sessions of that person;
//   - links by mail and tokens are single secrets, kept so that the database
//     alone does not open anything.
package access

import (
	"regexp"
	"slices"
	"time"

	"github.com/probatum/probatum/internal/fault"
)

// A PersonID names an account: a UUIDv4 in text form.
type PersonID string

// A BodyID is the short name of a body, its tenant: [a-z0-9-]{2,40}.
type BodyID string

var bodyID = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])$`)

// ParseBodyID reads the short name of a body: 2 to 40 lower-case letters, digits
// and hyphens, with no hyphen at its ends.
func ParseBodyID(s string) (BodyID, error) {
	if !bodyID.MatchString(s) {
		return "", fault.New(fault.Invalid, "access.body.id", nil)
	}
	return BodyID(s), nil
}

// A Role is what somebody does in a body. Candidate is the role of everybody who
// has an account, in no body.
type Role string

// The roles.
const (
	Candidate     Role = "candidate"
	Administrator Role = "administrator" // sets the body up: profile, seal, staff, tokens, mail
	Officer       Role = "officer"       // decides, seals, revokes
	Assessor      Role = "assessor"
	Mentor        Role = "mentor"
	Centre        Role = "centre"
	Employer      Role = "employer"
	Authority     Role = "authority"
	Coordinator   Role = "coordinator"
	Ombudsman     Role = "ombudsman"
	Complaints    Role = "complaints"
)

// Roles are the roles that somebody can have in a body, in the order in which
// they are shown.
func Roles() []Role {
	return []Role{Administrator, Officer, Assessor, Mentor, Centre, Employer, Authority, Coordinator, Ombudsman, Complaints}
}

// ParseRole reads a role that can be given in a body.
func ParseRole(s string) (Role, error) {
	if !slices.Contains(Roles(), Role(s)) {
		return "", fault.New(fault.Invalid, "access.role.unknown", nil)
	}
	return Role(s), nil
}

// An Act is something that can be done in a body.
type Act string

// The acts. The name before the stop is what is acted on.
const (
	ReadBody          Act = "body.read"   // profile and how far the set-up is
	EditBody          Act = "body.edit"   // profile and looks
	ManageSeal        Act = "seal.manage" // key and certificate
	ReadStaff         Act = "staff.read"
	ManageStaff       Act = "staff.manage" // invite, change roles, end memberships
	ManageTokens      Act = "tokens.manage"
	ReadMail          Act = "mail.read"
	ResendMail        Act = "mail.resend"
	ImportResults     Act = "results.import"
	ReadResults       Act = "results.read"
	SealCredentials   Act = "credentials.seal"
	ReadCredentials   Act = "credentials.read"
	RevokeCredentials Act = "credentials.revoke" // and suspend, reinstate
)

// Acts are all acts.
func Acts() []Act {
	return []Act{
		ReadBody, EditBody, ManageSeal, ReadStaff, ManageStaff, ManageTokens, ReadMail, ResendMail,
		ImportResults, ReadResults, SealCredentials, ReadCredentials, RevokeCredentials,
	}
}

// allowed is the table of what each role may do in its own body.
var allowed = map[Role][]Act{
	Administrator: {ReadBody, EditBody, ManageSeal, ReadStaff, ManageStaff, ManageTokens, ReadMail, ResendMail, ReadResults, ReadCredentials},
	Officer:       {ReadBody, ReadStaff, ReadMail, ResendMail, ImportResults, ReadResults, SealCredentials, ReadCredentials, RevokeCredentials},
	Assessor:      {ReadBody},
	Mentor:        {ReadBody},
	Centre:        {ReadBody, ReadStaff},
	Employer:      {},
	Authority:     {ReadBody},
	Coordinator:   {ReadBody},
	Ombudsman:     {ReadBody},
	Complaints:    {ReadBody},
}

// fresh are the acts for which somebody must have shown a moment ago who they
// are.
var fresh = []Act{EditBody, SealCredentials, RevokeCredentials, ManageSeal, ManageTokens}

// FreshFor is how long a sign-in counts as a moment ago.
const FreshFor = 5 * time.Minute

// rests are the acts that somebody who has just recovered their account must
// wait for: were it somebody else, the true owner has read the letter by then.
var rests = []Act{SealCredentials, RevokeCredentials, ManageSeal}

// RestFor is how long after a recovery nothing is sealed or revoked, no power is
// given to anybody, and the account is not deleted: see MayGive and Delete.
const RestFor = 24 * time.Hour

// powerful are the acts that make an account worth stealing: whoever may do one
// of them does not come back by a letter and patience alone.
var powerful = []Act{SealCredentials, RevokeCredentials, ManageStaff, ManageSeal}

// Powerful tells whether a role may seal, revoke, or decide who may.
func (r Role) Powerful() bool {
	return slices.ContainsFunc(allowed[r], func(a Act) bool { return slices.Contains(powerful, a) })
}

// Allows tells whether a role may do an act in its body.
func (r Role) Allows(act Act) bool { return slices.Contains(allowed[r], act) }

// Key is the message that names the role.
func (r Role) Key() string { return "role." + string(r) }

// NeedsFresh tells whether an act needs a sign-in of a moment ago.
func NeedsFresh(a Act) bool { return slices.Contains(fresh, a) }

// A Membership is a role of a person in a body.
type Membership struct {
	ID     string // UUIDv4
	Person PersonID
	Body   BodyID
	Role   Role
	From   time.Time
	Until  time.Time // zero: until it is ended
	By     string    // the account that gave it, or "console"
}

// An Actor is whoever a request comes from: a signed-in person, a token, or, as
// the zero value, nobody.
type Actor struct {
	Person      PersonID
	Name        string
	Memberships []Membership // in force now

	// SignedIn is when the person last showed who they are; zero for tokens.
	SignedIn time.Time

	// Recovered is when the person last came back into their account by
	// recovery; zero: never. See RestFor.
	Recovered time.Time

	// Token is set where a token acts, for Person or for one body. Scopes are
	// then all that may be done.
	Token  TokenID
	Body   BodyID // of a body's token
	Scopes []Scope
}

// Known tells whether somebody acts at all.
func (a Actor) Known() bool { return a.Person != "" || a.Token != "" }

// By is how the Actor stands in records: the id of the account or the token.
func (a Actor) By() string {
	if a.Token != "" {
		return "token:" + string(a.Token)
	}
	return string(a.Person)
}

// In gives the roles of the person in a body.
func (a Actor) In(b BodyID) []Role {
	var roles []Role
	for _, m := range a.Memberships {
		if m.Body == b {
			roles = append(roles, m.Role)
		}
	}
	return roles
}

// Bodies gives the bodies in which the Actor has a part, each once, in order.
func (a Actor) Bodies() []BodyID {
	var all []BodyID
	if a.Body != "" {
		all = append(all, a.Body)
	}
	for _, m := range a.Memberships {
		all = append(all, m.Body)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// ErrStale says that the act is allowed, but only after showing once more who
// one is: see FreshFor. Its kind is Unauthenticated.
var ErrStale = fault.New(fault.Unauthenticated, "access.stale", nil)

// May decides whether the Actor may act in a body now. The answer is nil, or an
// error of kind
//   - Unauthenticated: nobody acts; or, as ErrStale, the sign-in is too old;
//   - NotFound: the Actor has no part in the body, which may not even exist;
//   - Forbidden: the Actor's roles or scopes there do not allow it.
func (a Actor) May(act Act, b BodyID, now time.Time) error {
	switch {
	case !a.Known():
		return fault.New(fault.Unauthenticated, "access.nobody", nil)
	case a.Token != "":
		return a.tokenMay(act, b)
	}
	roles := a.In(b)
	if len(roles) == 0 {
		return fault.New(fault.NotFound, "", nil)
	}
	if !slices.ContainsFunc(roles, func(r Role) bool { return r.Allows(act) }) {
		return fault.New(fault.Forbidden, "access.role", nil)
	}
	if slices.Contains(rests, act) {
		if err := a.rest(now); err != nil {
			return err
		}
	}
	if NeedsFresh(act) && !a.Fresh(now) {
		return ErrStale
	}
	return nil
}

// rest is Forbidden in the time after a recovery.
func (a Actor) rest(now time.Time) error {
	if a.Recovered.IsZero() || now.Sub(a.Recovered) >= RestFor {
		return nil
	}
	until := a.Recovered.Add(RestFor)
	return fault.New(fault.Forbidden, "access.rest", nil).With("Until", until).With("Time", until.UTC().Format("15:04"))
}

// MayGive is May for what gives power to somebody else or to a program: a role, a
// way back into an account, a token. It always needs a sign-in of a moment ago
// and rests after a recovery, for whoever gets that power could do at once what
// the giver must wait for. To take power away, May is enough.
func (a Actor) MayGive(act Act, b BodyID, now time.Time) error {
	if err := a.May(act, b, now); err != nil && err != error(ErrStale) { //nolint:errorlint // the very value
		return err
	}
	return a.gives(now)
}

// gives is what MayGive asks of the person, in any body and in none, and what is done
// to an account for good.
func (a Actor) gives(now time.Time) error {
	if err := a.rest(now); err != nil {
		return err
	}
	return a.selfFresh(now)
}

// Fresh tells whether the person showed a moment ago who they are.
func (a Actor) Fresh(now time.Time) bool {
	return a.Token == "" && !a.SignedIn.IsZero() && now.Sub(a.SignedIn) <= FreshFor && !a.SignedIn.After(now.Add(time.Minute))
}

// Can tells whether the Actor's role allows an act, whether or not the sign-in
// is of a moment ago: for what a page offers.
func (a Actor) Can(act Act, b BodyID, now time.Time) bool {
	err := a.May(act, b, now)
	return err == nil || err == ErrStale //nolint:errorlint // the very value
}

// Myself decides whether the Actor may act for its own person: a signed-in
// person always, a token of a person within its scopes.
func (a Actor) Myself(s Scope) error {
	switch {
	case a.Person == "":
		return fault.New(fault.Unauthenticated, "access.nobody", nil)
	case a.Token != "" && !slices.Contains(a.Scopes, s):
		return fault.New(fault.Forbidden, "access.scope", nil).With("Scope", string(s))
	}
	return nil
}
