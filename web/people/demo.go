package people

import (
	"net/http"
	"slices"
	"sync"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/web/page"
	"github.com/probatum/probatum/web/session"
)

// A DemoPerson is one that a demonstration lets anybody be, by one click.
type DemoPerson struct {
	ID   access.PersonID
	Name string
	Role access.Role // what they are; Candidate where they have no role in a body
	Body string      // name of the body; may be empty
}

// DemoLogin is the "provider" of the accounts of a demonstration. Nobody can sign in by
// it: it is no address.
const DemoLogin = "urn:probatum:demo"

// A demoCast are the people whom a demonstration lets anybody be: those it began with,
// and whom its visitors have made since.
type demoCast struct {
	mu   sync.Mutex
	made []DemoPerson // guarded by mu
}

// isDemo tells whether anybody may be anybody here.
func (p *Pages) isDemo() bool { return len(p.cfg.DemoPeople) > 0 }

// DemoPeople gives all whom a demonstration lets anybody be; elsewhere there are none.
func (p *Pages) DemoPeople() []DemoPerson {
	p.cast.mu.Lock()
	defer p.cast.mu.Unlock()
	return slices.Concat(p.cfg.DemoPeople, p.cast.made)
}

func (p *Pages) inDemo(id access.PersonID) bool {
	return slices.ContainsFunc(p.DemoPeople(), func(d DemoPerson) bool { return d.ID == id })
}

// signInDemo lets anybody be one of the people of a demonstration.
func (p *Pages) signInDemo(w http.ResponseWriter, r *http.Request) error {
	in, err := p.site.ReadForm(w, r, maxForm)
	if err != nil {
		return err
	}
	id := access.PersonID(in.Text("person"))
	if !p.inDemo(id) {
		return fault.New(fault.NotFound, "", nil)
	}
	return p.letDemo(w, r, id, session.Next(in.Text("next")))
}

// letDemo makes the session that of one of the people of a demonstration. The pages stay
// in the language of the visitor, who is not that person.
func (p *Pages) letDemo(w http.ResponseWriter, r *http.Request, id access.PersonID, next string) error {
	person, err := p.cfg.Accounts.Store.PersonByID(r.Context(), id)
	if err != nil {
		return err
	}
	if err := p.cfg.Sessions.SignIn(r, person, p.cfg.Now()); err != nil {
		return err
	}
	lang := loc(r).Lang()
	p.cfg.Sessions.Speak(r, person, lang)
	p.cfg.Sessions.KeepLook(w, lang, person.Settings)
	page.SeeOther(w, r, next)
	return nil
}

// joinDemo makes an account by a click, where nobody could sign in to it otherwise:
// passkeys do not work at the address of a demonstration.
func (p *Pages) joinDemo(jp joinPath) page.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if !p.isDemo() {
			return fault.New(fault.NotFound, "", nil)
		}
		if err := limited(p.tries.signIn, w, r); err != nil {
			return err
		}
		in, err := p.site.ReadForm(w, r, maxForm)
		if err != nil {
			return err
		}
		secret := chi.URLParam(r, "secret")
		ticket, err := p.cfg.Accounts.Ticket(r.Context(), jp.purpose, secret)
		if err != nil {
			return p.shut(w, r, err)
		}
		j, err := said(jp.purpose, secret, in)
		if err != nil {
			return p.showJoin(w, r, jp, http.StatusBadRequest, j, err, nil)
		}
		person, err := p.cfg.Accounts.SignUp(r.Context(), j.Purpose, j.Secret, access.NewAccount{
			ID: j.Person, Name: j.Name, Email: j.Email, Lang: loc(r).Lang(), Body: j.Body,
			Login: access.Login{Identity: &access.Identity{Issuer: DemoLogin, Subject: string(j.Person), Name: "DEMO"}},
		})
		if err != nil {
			notices, err := trouble(r, err)
			if err != nil {
				return err
			}
			return p.showJoin(w, r, jp, http.StatusConflict, j, nil, notices)
		}
		p.cast.add(p.demoPerson(r, person, ticket, j))
		return p.letDemo(w, r, person.ID, afterJoining(j))
	}
}

// demoPerson is how somebody who has just joined stands in the list.
func (p *Pages) demoPerson(r *http.Request, person access.Person, ticket access.Ticket, j joining) DemoPerson {
	d := DemoPerson{ID: person.ID, Name: person.Name, Role: access.Candidate}
	body := ticket.Body
	switch j.Purpose {
	case access.Invite:
		d.Role = ticket.Role
	case access.SetUp:
		if d.Role = access.Administrator; body == "" {
			body = j.Body.ID
		}
	}
	if body != "" {
		d.Body = p.cfg.BodyName(r.Context(), body, loc(r).Lang())
	}
	return d
}

func (c *demoCast) add(d DemoPerson) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.made = append(c.made, d)
}
