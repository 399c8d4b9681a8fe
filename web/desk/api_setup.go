package desk

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/body"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/mail"
	"github.com/probatum/probatum/web/page"
)

// API mounts what programs may see and change of a body's set-up.
// web/openapi/areas/setup.json describes it. Staff, tokens and seals are for people
// to change: no scope allows it.
func (a *Admin) API(r chi.Router) {
	api := a.c.Site.API
	const base = "/api/v1/bodies/{body}"
	r.Get(base+"/profile", api(a.apiProfile))
	r.Put(base+"/profile", api(a.apiKeep))
	r.Get(base+"/setup", api(a.apiSetup))
	r.Get(base+"/members", api(a.apiMembers))
	r.Get(base+"/letters", api(a.apiLetters))
}

func etag(version string) string { return `"` + version + `"` }

// writeProfile answers with a profile, in the form of its file.
func (a *Admin) writeProfile(w http.ResponseWriter, r *http.Request, p body.Profile, version string) error {
	p.Schema = body.SchemaURI
	data, err := p.JSON()
	if err != nil {
		return err
	}
	w.Header().Set("ETag", etag(version))
	page.Write(w, r, http.StatusOK, "application/json", data)
	return nil
}

func (a *Admin) apiProfile(w http.ResponseWriter, r *http.Request) error {
	at, err := a.at(r, access.ReadBody)
	if err != nil {
		return err
	}
	p, version, err := a.c.Bodies.BodyVersion(r.Context(), at.body)
	if err != nil {
		return err
	}
	return a.writeProfile(w, r, p, version)
}

// maxProfile bounds the profile that a program sends; body.ParseProfile has the
// limit that is told.
const maxProfile = 2 << 20

// apiKeep takes a whole profile in the place of the one that the caller has read.
func (a *Admin) apiKeep(w http.ResponseWriter, r *http.Request) error {
	at, err := a.at(r, access.EditBody)
	if err != nil {
		return err
	}
	var sent json.RawMessage
	if err := a.c.Site.ReadJSON(w, r, maxProfile, &sent); err != nil {
		return err
	}
	p, err := body.ParseProfile(sent)
	if err != nil {
		return err
	}
	if p.ID != "" && p.ID != string(at.body) {
		return fault.List{{Path: "$.id", Key: "body.fits.id", Args: map[string]any{"Want": string(at.body)}, Rule: "R81"}}
	}
	was, version, err := a.c.Bodies.BodyVersion(r.Context(), at.body)
	if err != nil {
		return err
	}
	switch r.Header.Get("If-Match") {
	case "":
		return fault.List{{Path: "If-Match", Key: "api.match"}}
	case etag(version), "*":
	default:
		return fault.New(fault.Conflict, "body.changed", nil)
	}
	// A seal that no longer fits is not for a program to risk.
	switch owner, err := a.parts(at.body, was, p); {
	case err != nil:
		return err
	case owner != "":
		return fault.New(fault.Conflict, "desk.setup.renaming.page", nil)
	}
	if err := a.c.Bodies.KeepProfile(r.Context(), at.body, p, version); err != nil {
		return err
	}
	p, version, err = a.c.Bodies.BodyVersion(r.Context(), at.body)
	if err != nil {
		return err
	}
	return a.writeProfile(w, r, p, version)
}

type setupAnswer struct {
	Ready   bool          `json:"ready"`
	Missing []missingItem `json:"missing"`
	Seal    sealAnswer    `json:"seal"`
}

type missingItem struct {
	Path    string `json:"path"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Needed  bool   `json:"needed"`
}

type sealAnswer struct {
	Standing body.Standing `json:"standing"`
	Trial    bool          `json:"trial"`
	Waiting  bool          `json:"waiting"`
	Until    string        `json:"until,omitempty"`
	Message  string        `json:"message"`
}

// apiSetup tells how far the set-up is.
func (a *Admin) apiSetup(w http.ResponseWriter, r *http.Request) error {
	at, err := a.at(r, access.ReadBody)
	if err != nil {
		return err
	}
	p, _, err := a.c.Bodies.BodyVersion(r.Context(), at.body)
	if err != nil {
		return err
	}
	s, err := a.state(at.body, p)
	if err != nil {
		return err
	}
	out := setupAnswer{Ready: len(p.Check()) == 0 && s.Ready(), Missing: []missingItem{}, Seal: sealOf(at.loc, s)}
	for _, m := range p.Missing() {
		out.Missing = append(out.Missing, missingItem{Path: m.Path, Code: m.Key, Message: at.loc.TMap(m.Key, m.Args), Needed: m.Needed})
	}
	return page.WriteJSON(w, r, http.StatusOK, "application/json", out)
}

func sealOf(loc i18n.Localizer, s body.State) sealAnswer {
	return sealAnswer{Standing: s.Standing, Trial: s.Trial, Waiting: s.Waiting, Until: instant(s.Until), Message: loc.TMap(s.Message())}
}

type memberItem struct {
	ID    string      `json:"id"`
	Name  string      `json:"name"`
	Email string      `json:"email"`
	Role  access.Role `json:"role"`
	From  string      `json:"from"`
	Until string      `json:"until,omitempty"`
}

type memberList struct {
	Items []memberItem `json:"items"`
}

func (a *Admin) apiMembers(w http.ResponseWriter, r *http.Request) error {
	at, err := a.at(r, access.ReadStaff)
	if err != nil {
		return err
	}
	members, err := a.c.Accounts.Members(r.Context(), at.actor, at.body)
	if err != nil {
		return err
	}
	out := memberList{Items: []memberItem{}}
	for _, m := range members {
		out.Items = append(out.Items, memberItem{ID: m.ID, Name: m.Name, Email: m.Email, Role: m.Role, From: instant(m.From), Until: instant(m.Until)})
	}
	return page.WriteJSON(w, r, http.StatusOK, "application/json", out)
}

type letterItem struct {
	ID      mail.LetterID `json:"id"`
	Kind    mail.Kind     `json:"kind"`
	To      string        `json:"to,omitempty"` // absent once it is no longer kept
	State   mail.State    `json:"state"`
	Reason  string        `json:"reason,omitempty"`
	Created string        `json:"created"`
	Done    string        `json:"done,omitempty"`
	Again   mail.LetterID `json:"again,omitempty"`
}

type letterList struct {
	Items []letterItem `json:"items"`
	Next  string       `json:"next,omitempty"`
}

// apiLetters lists the outbox. What letters say, and their links, are not in it.
func (a *Admin) apiLetters(w http.ResponseWriter, r *http.Request) error {
	at, err := a.at(r, access.ReadMail)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	f := mail.Filter{Body: string(at.body), State: mail.State(q.Get("state")), Limit: apiPerPage + 1}
	if f.State != "" && !slices.Contains(mail.States(), f.State) {
		return fault.List{{Path: "state", Key: "api.state"}}
	}
	if q.Has("before") {
		ms, err := strconv.ParseInt(q.Get("before"), 10, 64)
		if err != nil || ms <= 0 {
			return fault.List{{Path: "before", Key: "api.cursor"}}
		}
		f.Before, f.BeforeID = time.UnixMilli(ms).UTC(), mail.LetterID(q.Get("id"))
	}
	all, err := a.c.Letters.Letters(r.Context(), f)
	if err != nil {
		return err
	}
	out := letterList{Items: []letterItem{}}
	if len(all) > apiPerPage {
		all = all[:apiPerPage]
		last := all[apiPerPage-1]
		next := url.Values{"before": {strconv.FormatInt(last.Created.UnixMilli(), 10)}, "id": {string(last.ID)}}
		if f.State != "" {
			next.Set("state", string(f.State))
		}
		out.Next = r.URL.Path + "?" + next.Encode()
	}
	for _, e := range all {
		it := letterItem{ID: e.ID, Kind: e.Kind, To: e.To, State: e.State, Created: instant(e.Created), Done: instant(e.Done), Again: e.Again}
		if e.Reason != "" {
			it.Reason = at.loc.T(e.Reason)
		}
		out.Items = append(out.Items, it)
	}
	return page.WriteJSON(w, r, http.StatusOK, "application/json", out)
}
