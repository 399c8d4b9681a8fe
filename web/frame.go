package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/web/page"
	"github.com/probatum/probatum/web/people"
	"github.com/probatum/probatum/web/session"
)

// frame gives what stands around a page for who is signed in: the places of
// their roles, in the body that the page is of.
func (s *Site) frame(r *http.Request) *page.Frame {
	current := session.Of(r)
	if current.Actor.Person == "" {
		return nil
	}
	actor, q := current.Actor, page.RequestOf(r)
	f := &page.Frame{Person: current.Person.Name, Account: q.To("/settings"), SignOut: "/sign-out", Warning: people.Warning(r)}
	add := func(key, path string) {
		f.Menu = append(f.Menu, page.MenuItem{Label: q.Loc.T(key), Href: q.To(path), Current: under(r.URL.Path, path)})
	}
	add("web.menu.start", session.StartPath)
	body, ok := bodyOf(r, actor)
	if ok {
		root := "/b/" + string(body)
		for _, item := range []struct {
			act       access.Act
			key, path string
		}{
			{access.ReadResults, "web.menu.results", "/results"},
			{access.ReadCredentials, "web.menu.credentials", "/credentials"},
			{access.EditBody, "web.menu.setup", "/setup"},
			{access.ReadStaff, "web.menu.staff", "/staff"},
			{access.ManageTokens, "web.menu.tokens", "/tokens"},
			{access.ReadMail, "web.menu.mail", "/mail"},
		} {
			if actor.Can(item.act, body, s.cfg.Now()) {
				add(item.key, root+item.path)
			}
		}
		var roles []string
		for _, role := range actor.In(body) {
			roles = append(roles, q.Loc.T(role.Key()))
		}
		f.Acting = strings.Join(append(roles, s.cfg.BodyName(r.Context(), body, q.Loc.Lang())), " · ")
	}
	add("web.menu.me", "/me")
	f.Notices = &page.NoticesLink{Href: q.To("/notices"), New: current.Person.Notices, Current: r.URL.Path == "/notices"}
	return f
}

// bodyOf is the body that a page is of: the one in its address, if the person has
// a part in it, else the first.
func bodyOf(r *http.Request, a access.Actor) (access.BodyID, bool) {
	bodies := a.Bodies()
	if rest, ok := strings.CutPrefix(r.URL.Path, "/b/"); ok {
		name, _, _ := strings.Cut(rest, "/")
		if slices.Contains(bodies, access.BodyID(name)) {
			return access.BodyID(name), true
		}
	}
	if len(bodies) == 0 {
		return "", false
	}
	return bodies[0], true
}

// under tells whether a path is a place or below it.
func under(path, place string) bool { return path == place || strings.HasPrefix(path, place+"/") }
