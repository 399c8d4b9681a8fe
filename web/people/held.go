package people

import (
	"net/http"
	"path"
	"strings"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/web/page"
	"github.com/probatum/probatum/web/session"
)

// heldActs name what a form does by where it is sent. One that is not here is
// named by its path alone.
var heldActs = [...]struct{ path, key string }{
	{"/b/*/staff", "people.held.invite"},
	{"/b/*/staff/invitations/*/again", "people.held.again"},
	{"/b/*/staff/members/*/role", "people.held.role"},
	{"/b/*/staff/members/*/help", "people.held.help"},
	{"/b/*/tokens", "people.held.token"},
	{"/b/*/results/*/seal", "people.held.seal"},
	{"/b/*/credentials/*/revoke", "people.held.revoke"},
	{"/b/*/credentials/*/suspend", "people.held.suspend"},
	{"/b/*/credentials/*/reinstate", "people.held.reinstate"},
	{"/b/*/setup/seal/*", "people.held.keys"},
	{"/settings/tokens", "people.held.token"},
	{"/settings/codes", "people.held.codes"},
	{"/settings/delete", "people.held.delete"},
	{"/settings/address", "people.held.address"},
	{"/settings/logins/remove", "people.held.login"},
}

// maxPoint is how much of a field is shown, in characters.
const maxPoint = 200

// heldPoints say what a form that was held does, to which body and with what: who
// sends it may not be who filled it in.
func (p *Pages) heldPoints(r *http.Request, f session.Form) []string {
	t := loc(r)
	to, _, _ := strings.Cut(f.Path, "?")
	act := t.T("people.held.other", "Path", to)
	for _, known := range heldActs {
		if ok, err := path.Match(known.path, to); err == nil && ok {
			act = t.T(known.key)
		}
	}
	points := []string{act}
	if rest, ok := strings.CutPrefix(to, "/b/"); ok {
		id, _, _ := strings.Cut(rest, "/")
		// Not the name of a body that the person has no part in.
		if b := access.BodyID(id); len(session.ActorOf(r).In(b)) > 0 {
			points = append(points, t.T("people.held.body", "Body", p.cfg.BodyName(r.Context(), b, t.Lang())))
		}
	}
	points = append(points, t.T("people.held.path", "Path", to))
	for _, field := range f.Fields {
		if value := heldValue(r, field); value != "" {
			points = append(points, t.T("people.held.field", "Name", field.Name, "Value", value))
		}
	}
	return points
}

func heldValue(r *http.Request, field page.Hidden) string {
	if field.Name == "role" {
		if role, err := access.ParseRole(field.Value); err == nil {
			return loc(r).T(role.Key())
		}
	}
	value := strings.Join(strings.Fields(field.Value), " ")
	if letters := []rune(value); len(letters) > maxPoint {
		return string(letters[:maxPoint]) + "…"
	}
	return value
}
