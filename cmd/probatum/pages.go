package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/access/signin"
	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/internal/fetch"
	"github.com/probatum/probatum/mail"
	"github.com/probatum/probatum/store"
	"github.com/probatum/probatum/trust"
	"github.com/probatum/probatum/verifier"
	"github.com/probatum/probatum/web"
	"github.com/probatum/probatum/web/desk"
	"github.com/probatum/probatum/web/mine"
	"github.com/probatum/probatum/web/page"
	"github.com/probatum/probatum/web/people"
	"github.com/probatum/probatum/web/public"
	"github.com/probatum/probatum/web/session"
)

// A sitePages says what the pages of a server stand on beside the server.
type sitePages struct {
	trust     string             // trust folder; empty: none
	verifier  *verifier.Verifier // in place of that folder
	providers []signin.Provider
	vcapi     bool                // the VC-API is mounted beside
	people    []people.DemoPerson // of a demo: anybody may be them
}

// areas are those of the API document that the server has.
func (c sitePages) areas() []string {
	all := []string{"public", "self-evidence", "self-credentials", "setup", "awards"}
	if c.vcapi {
		all = append(all, "vcapi")
	}
	return all
}

// pages makes the handler of everything that a server serves.
func (s *server) pages(c sitePages) (http.Handler, error) {
	if c.verifier == nil {
		set, err := trust.Load(c.trust) // without a folder nobody is known
		if err != nil {
			return nil, err
		}
		if c.verifier, err = newVerifier(set, false, store.Lists{Store: s.db}); err != nil {
			return nil, err
		}
	}
	openID, err := s.openID(c.providers)
	if err != nil {
		return nil, err
	}
	site, err := web.New(web.Config{
		PublicURL: s.origin, Demo: s.demo, Log: s.log, Now: s.now, Accounts: s.accounts, Sessions: s.db.Sessions(),
		BodyName: s.bodyName, Forms: openID.Origins(),
	})
	if err != nil {
		return nil, err
	}
	me, err := mine.New(mine.Config{
		Page: site.Page(), Actor: site.Actor, Portfolio: s.portfolio, Credentials: s.desk,
		Units: mine.UnitsOf(assessment.Standards()), Bodies: s.db.Bodies, Calls: s.db, Now: s.now,
	})
	if err != nil {
		return nil, err
	}
	ofBody, err := s.deskSite(site)
	if err != nil {
		return nil, err
	}
	admin := desk.NewAdmin(desk.AdminConfig{
		Site: ofBody, Bodies: s.db, Accounts: s.accounts, Letters: s.db, Data: s.dir, Actor: site.Actor, Now: s.now,
		Also: func(ctx context.Context, a access.Actor, id access.BodyID) ([]desk.Wait, error) {
			return s.resultsWait(ctx, a, id)
		},
	})
	awards := desk.NewAwards(desk.AwardsConfig{Site: ofBody, Desk: s.desk, Actor: site.Actor, Now: s.now, Calls: s.db})
	outbox := desk.OutboxConfig{Site: ofBody, Letters: s.db, Actor: site.Actor, Now: s.now}
	if s.demo && s.sender == nil {
		outbox.Compose = func(ctx context.Context, l mail.Letter) (mail.Message, error) {
			look, err := s.mailLook(ctx, l.Body)
			if err != nil && l.Body != "" {
				return mail.Message{}, err
			}
			return s.composer.Compose(l, look)
		}
	}
	var passkeys *signin.Passkeys
	if signin.PasskeysAt(s.origin) {
		if passkeys, err = signin.NewPasskeys(s.origin, "Probatum", s.db, s.now); err != nil {
			return nil, err
		}
	}
	everybody, err := people.New(people.Config{
		Page: site.Page(), Accounts: s.accounts, Sessions: site.Sessions(), Passkeys: passkeys, OpenID: openID,
		DemoPeople: c.people, Sources: waitsIn(admin, s.desk, me), BodyName: s.bodyName, Now: s.now,
	})
	if err != nil {
		return nil, err
	}
	areas := []web.Area{everybody, me, admin, awards, desk.NewOutbox(outbox)}
	programs := []web.Programs{me, admin, awards}
	face, err := public.New(public.Config{
		Areas: c.areas(),
		Enter: session.SignInPath, People: s.present(everybody.DemoPeople),
		Verifier: c.verifier, Links: links{s.db, s.looks}, Published: s.db, PublicURL: printed(s.origin), Demo: s.demo, Log: s.log, Now: s.now,
	})
	if err != nil {
		return nil, err
	}
	return site.Handler(face, areas, programs)
}

// present gives the people of a demo whose account nobody has deleted.
func (s *server) present(known func() []people.DemoPerson) func(context.Context) []public.Person {
	return func(ctx context.Context) (all []public.Person) {
		for _, p := range known() {
			if _, err := s.db.PersonByID(ctx, p.ID); err == nil {
				all = append(all, public.Person{Path: "/sign-in/demo", Field: "person", Value: string(p.ID), Name: p.Name, Role: p.Role.Key(), Body: p.Body})
			}
		}
		return all
	}
}

// deskSite is the ground of the pages of bodies.
func (s *server) deskSite(site *web.Site) (*page.Site, error) {
	c := site.Page()
	var err error
	if c.Templates, err = desk.Templates(); err != nil {
		return nil, fmt.Errorf("pages of bodies: %w", err)
	}
	return page.New(c)
}

// resultsWait tells the home of a body how many results wait there.
func (s *server) resultsWait(ctx context.Context, a access.Actor, id access.BodyID) ([]desk.Wait, error) {
	all, err := s.desk.Waits(ctx, a)
	var here []desk.Wait
	for _, w := range all {
		if w.Body == id {
			here = append(here, desk.Wait{Body: id, Key: "web.wait.results", Args: map[string]any{"Count": w.Count}, Path: "/b/" + string(id) + "/results"})
		}
	}
	return here, err
}

// openID reaches the providers that the operator listed, and nothing else.
func (s *server) openID(all []signin.Provider) (*signin.OpenID, error) {
	var hosts []string
	for _, p := range all {
		hosts = append(append(hosts, originOf(p.Issuer)), p.Hosts...)
	}
	client, err := fetch.New(fetch.Config{Hosts: hosts})
	if err != nil {
		return nil, fmt.Errorf("reading the OpenID providers: %w", err)
	}
	return signin.NewOpenID(s.origin, client, s.db, s.now, all...)
}

// originOf is the origin of an address.
func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address // fetch.New refuses it
	}
	return u.Scheme + "://" + u.Host
}

// bodyName is what the people of a body call it: its legal name, where the set-up
// has come that far.
func (s *server) bodyName(ctx context.Context, id access.BodyID, lang string) string {
	if p, err := s.db.BodyProfile(ctx, id); err == nil && p.Name(lang) != "" {
		return p.Name(lang)
	}
	if b, err := s.db.Body(ctx, id); err == nil && b.Name != "" {
		return b.Name
	}
	return string(id)
}
