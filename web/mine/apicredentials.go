package mine

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/award"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/status"
)

type credentialJSON struct {
	ID       assessment.ResultID  `json:"id"`
	Body     access.BodyID        `json:"body"`
	BodyName assessment.Text      `json:"bodyName"`
	Title    assessment.Text      `json:"title"`
	Unit     string               `json:"unit"`
	Number   string               `json:"number"`
	Name     string               `json:"name"`
	Awarded  string               `json:"awarded"`
	Until    string               `json:"until,omitempty"`
	State    string               `json:"state"`
	Changed  string               `json:"changed,omitempty"`
	Reason   string               `json:"reason,omitempty"`
	Files    []credentialFileJSON `json:"files"`
	Claimed  string               `json:"claimed"`
}

type credentialFileJSON struct {
	Kind      string `json:"kind"`
	Name      string `json:"name"`
	MediaType string `json:"mediaType"`
	URL       string `json:"url"`
}

func credentialOf(c award.Credential) credentialJSON {
	out := credentialJSON{
		ID: c.ID, Body: c.Body, BodyName: textJSON(c.BodyName), Title: textJSON(c.Title), Unit: c.Unit, Number: c.Number, Name: c.Name,
		Awarded: dayText(c.Awarded), Until: stamp(c.Until), State: stateName(c.State), Changed: stamp(c.Changed), Reason: string(c.Reason),
		Files: []credentialFileJSON{}, Claimed: stamp(c.Claimed),
	}
	for _, f := range c.Files {
		out.Files = append(out.Files, credentialFileJSON{
			Kind: f.Kind, Name: f.Name, MediaType: f.MediaType, URL: "/api/v1/me/credentials/" + string(c.ID) + "/files/" + f.Kind,
		})
	}
	return out
}

func stateName(s status.State) string {
	switch s {
	case status.Valid:
		return "valid"
	case status.Suspended:
		return "suspended"
	}
	return "revoked"
}

func (p *Pages) apiCredentials(w http.ResponseWriter, r *http.Request) error {
	all, err := p.cfg.Credentials.Mine(r.Context(), p.cfg.Actor(r))
	if err != nil {
		return err
	}
	out := struct {
		Credentials []credentialJSON `json:"credentials"`
	}{[]credentialJSON{}}
	for _, c := range all {
		out.Credentials = append(out.Credentials, credentialOf(c))
	}
	return answer(w, r, http.StatusOK, out)
}

func (p *Pages) apiCredential(w http.ResponseWriter, r *http.Request) error {
	c, err := p.cfg.Credentials.MyCredential(r.Context(), p.cfg.Actor(r), credentialID(r))
	if err != nil {
		return err
	}
	return answer(w, r, http.StatusOK, credentialOf(c))
}

type linkJSON struct {
	ID         string              `json:"id"`
	Credential assessment.ResultID `json:"credential"`
	URL        string              `json:"url"`
	Note       string              `json:"note,omitempty"`
	Printed    bool                `json:"printed"`
	Open       bool                `json:"open"`
	Created    string              `json:"created"`
	Closes     string              `json:"closes,omitempty"`
	Closed     string              `json:"closed,omitempty"`
	Looked     int                 `json:"looked"`
	Looks      []lookJSON          `json:"looks"`
}

type lookJSON struct {
	Hour  string `json:"hour"`
	Count int    `json:"count"`
}

func linkOf(id assessment.ResultID, l award.Link) linkJSON {
	out := linkJSON{
		ID: l.ID, Credential: id, URL: l.URL, Note: l.Note, Printed: l.Printed, Open: l.Open, Created: stamp(l.Created), Closes: stamp(l.Closes),
		Closed: stamp(l.Closed), Looked: l.Looked, Looks: []lookJSON{},
	}
	for _, look := range l.Looks {
		out.Looks = append(out.Looks, lookJSON{stamp(look.Hour), look.Count})
	}
	return out
}

// apiLinks gives the links to one credential, or to all.
func (p *Pages) apiLinks(w http.ResponseWriter, r *http.Request) error {
	a := p.cfg.Actor(r)
	var ids []assessment.ResultID
	if one := r.URL.Query().Get("credential"); one != "" {
		ids = []assessment.ResultID{assessment.ResultID(one)}
	} else {
		all, err := p.cfg.Credentials.Mine(r.Context(), a)
		if err != nil {
			return err
		}
		for _, c := range all {
			ids = append(ids, c.ID)
		}
	}
	out := struct {
		Links []linkJSON `json:"links"`
	}{[]linkJSON{}}
	for _, id := range ids {
		links, err := p.cfg.Credentials.MyLinks(r.Context(), a, id)
		if err != nil {
			return err
		}
		for _, l := range links {
			out.Links = append(out.Links, linkOf(id, l))
		}
	}
	return answer(w, r, http.StatusOK, out)
}

func (p *Pages) apiNewLink(w http.ResponseWriter, r *http.Request) error {
	a := p.cfg.Actor(r)
	if err := a.Myself(access.ScopeMineWrite); err != nil {
		return err
	}
	var in struct {
		Credential assessment.ResultID `json:"credential"`
		Until      string              `json:"until"`
		Note       string              `json:"note"`
	}
	if err := p.site.ReadJSON(w, r, maxJSON, &in); err != nil {
		return err
	}
	until, err := end(in.Until)
	if err != nil {
		return err
	}
	if until.Sub(p.now()) > maxLink {
		return fault.List{{Path: "$.until", Key: "mine.link.far"}}
	}
	l, err := p.cfg.Credentials.NewLink(r.Context(), a, in.Credential, until, in.Note)
	if err != nil {
		return err
	}
	return answer(w, r, http.StatusCreated, linkOf(in.Credential, l))
}

func (p *Pages) apiPrinted(w http.ResponseWriter, r *http.Request) error {
	a := p.cfg.Actor(r)
	if err := a.Myself(access.ScopeMineWrite); err != nil {
		return err
	}
	var in struct {
		On *bool `json:"on"`
	}
	if err := p.site.ReadJSON(w, r, maxJSON, &in); err != nil {
		return err
	}
	if in.On == nil {
		return fault.List{{Path: "$.on", Key: "page.body.json"}}
	}
	return gone(w, p.cfg.Credentials.SwitchPrinted(r.Context(), a, credentialID(r), *in.On))
}

func (p *Pages) apiCloseLink(w http.ResponseWriter, r *http.Request) error {
	return gone(w, p.cfg.Credentials.CloseLink(r.Context(), p.cfg.Actor(r), credentialID(r), chi.URLParam(r, "link")))
}
