package mine

import (
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/evidence"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/portfolio"
	"github.com/probatum/probatum/web/page"
)

// maxJSON is how many bytes a body of the interface can have, but for files.
const maxJSON = 256 << 10

// API mounts the use cases for programs, below /api/v1/me. Who mounts them tells
// by Config.Actor whose token a request carries.
func (p *Pages) API(r chi.Router) {
	api := p.site.API
	sender := func(r *http.Request) string { return p.cfg.Actor(r).By() }
	once := func(h page.Handler) http.HandlerFunc { return api(p.site.Once(p.cfg.Calls, sender, maxJSON, h)) }
	r.Get("/api/v1/me/evidence", api(p.apiItems))
	r.Post("/api/v1/me/evidence", api(p.apiAdd))
	r.Get("/api/v1/me/evidence/{item}", api(p.apiItem))
	r.Put("/api/v1/me/evidence/{item}", api(p.apiEdit))
	r.Delete("/api/v1/me/evidence/{item}", api(p.apiDelete))
	r.Get("/api/v1/me/evidence/{item}/file", api(p.file))

	r.Get("/api/v1/me/sets", api(p.apiSets))
	r.Post("/api/v1/me/sets", once(p.apiFreeze))
	r.Get("/api/v1/me/sets/{set}", api(p.apiSet))
	r.Delete("/api/v1/me/sets/{set}", api(p.apiDeleteSet))
	r.Get("/api/v1/me/sets/{set}/proofs/{index}", api(p.proof))
	r.Post("/api/v1/me/sets/{set}/releases", once(p.apiHandIn))
	r.Delete("/api/v1/me/sets/{set}/releases/{release}", api(p.apiWithdraw))

	r.Get("/api/v1/me/credentials", api(p.apiCredentials))
	r.Get("/api/v1/me/credentials/{id}", api(p.apiCredential))
	r.Get("/api/v1/me/credentials/{id}/files/{kind}", api(p.credentialFile))

	r.Get("/api/v1/me/links", api(p.apiLinks))
	r.Post("/api/v1/me/links", once(p.apiNewLink))
	r.Put("/api/v1/me/links/{id}/printed", api(p.apiPrinted))
	r.Delete("/api/v1/me/links/{id}/{link}", api(p.apiCloseLink))
}

type itemJSON struct {
	ID      portfolio.ItemID  `json:"id"`
	Kind    portfolio.Kind    `json:"kind"`
	Unit    string            `json:"unit"`
	Title   string            `json:"title"`
	Shows   string            `json:"shows"`
	Task    string            `json:"task,omitempty"`
	People  string            `json:"people,omitempty"`
	Own     bool              `json:"own,omitempty"`
	Day     string            `json:"day"`
	File    fileJSON          `json:"file"`
	Added   string            `json:"added"`
	Changed string            `json:"changed"`
	Frozen  bool              `json:"frozen"`
	Sets    []portfolio.SetID `json:"sets"`
}

type fileJSON struct {
	Name      string `json:"name"`
	MediaType string `json:"mediaType"`
	Size      int64  `json:"size"`
	SHA256    string `json:"sha256"`
}

func itemOf(i portfolio.Item) itemJSON {
	return itemJSON{
		ID: i.ID, Kind: i.Kind, Unit: i.Unit, Title: i.Title, Shows: i.Shows, Task: i.Task, People: i.People, Own: i.Own, Day: dayText(i.Day),
		File:  fileJSON{Name: i.File.Name, MediaType: i.File.Type, Size: i.File.Size, SHA256: i.File.Digest.String()},
		Added: stamp(i.Added), Changed: stamp(i.Changed), Frozen: i.Frozen(), Sets: append([]portfolio.SetID{}, i.Sets...),
	}
}

// stamp writes a time as JSON has it; empty for the zero time.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Truncate(time.Second).Format(time.RFC3339)
}

func answer(w http.ResponseWriter, r *http.Request, status int, v any) error {
	return page.WriteJSON(w, r, status, "application/json", v)
}

// gone answers that something was done and there is nothing more to say.
func gone(w http.ResponseWriter, err error) error {
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (p *Pages) apiItems(w http.ResponseWriter, r *http.Request) error {
	a := p.cfg.Actor(r)
	items, err := p.cfg.Portfolio.Items(r.Context(), a)
	if err != nil {
		return err
	}
	usage, err := p.cfg.Portfolio.Usage(r.Context(), a)
	if err != nil {
		return err
	}
	type room struct {
		Bytes    int64 `json:"bytes"`
		MaxBytes int64 `json:"maxBytes"`
		MaxFile  int64 `json:"maxFile"`
		MaxItems int   `json:"maxItems"`
	}
	most := p.cfg.Portfolio.Limits()
	out := struct {
		Items []itemJSON `json:"items"`
		Room  room       `json:"room"`
	}{Items: []itemJSON{}, Room: room{usage.Bytes, most.Total, most.File, most.Items}}
	for _, i := range items {
		out.Items = append(out.Items, itemOf(i))
	}
	return answer(w, r, http.StatusOK, out)
}

func (p *Pages) apiItem(w http.ResponseWriter, r *http.Request) error {
	i, err := p.cfg.Portfolio.Item(r.Context(), p.cfg.Actor(r), itemID(r))
	if err != nil {
		return err
	}
	return answer(w, r, http.StatusOK, itemOf(i))
}

func (p *Pages) apiAdd(w http.ResponseWriter, r *http.Request) error {
	a := p.cfg.Actor(r)
	if err := a.Myself(access.ScopeMineWrite); err != nil {
		return err
	}
	if err := page.NotOnce(r); err != nil {
		return err
	}
	s, err := p.receive(w, r, a)
	defer func() { s.file.Drop() }()
	if err != nil {
		return err
	}
	if s.fault != nil {
		return s.fault
	}
	i, err := p.cfg.Portfolio.Add(r.Context(), a, textsOf(portfolio.Kind(s.text("kind")), s.text), s.file)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/api/v1/me/evidence/"+string(i.ID))
	return answer(w, r, http.StatusCreated, itemOf(i))
}

func (p *Pages) apiEdit(w http.ResponseWriter, r *http.Request) error {
	a := p.cfg.Actor(r)
	if err := a.Myself(access.ScopeMineWrite); err != nil {
		return err
	}
	var in struct {
		Kind   portfolio.Kind `json:"kind"`
		Unit   string         `json:"unit"`
		Title  string         `json:"title"`
		Shows  string         `json:"shows"`
		Task   string         `json:"task"`
		People string         `json:"people"`
		Own    bool           `json:"own"`
		Day    string         `json:"day"`
	}
	if err := p.site.ReadJSON(w, r, maxJSON, &in); err != nil {
		return err
	}
	i, err := p.cfg.Portfolio.Edit(r.Context(), a, itemID(r), portfolio.Texts{
		Kind: in.Kind, Unit: in.Unit, Title: in.Title, Shows: in.Shows, Task: in.Task, People: in.People, Own: in.Own, Day: day(in.Day),
	})
	if err != nil {
		return err
	}
	return answer(w, r, http.StatusOK, itemOf(i))
}

func (p *Pages) apiDelete(w http.ResponseWriter, r *http.Request) error {
	return gone(w, p.cfg.Portfolio.Delete(r.Context(), p.cfg.Actor(r), itemID(r)))
}

type setJSON struct {
	ID       portfolio.SetID `json:"id"`
	Unit     string          `json:"unit"`
	Frozen   string          `json:"frozen"`
	Root     evidence.Root   `json:"root"`
	Count    int             `json:"count"`
	Members  []memberJSON    `json:"members,omitempty"`
	Releases []releaseJSON   `json:"releases"`
}

type memberJSON struct {
	Item   portfolio.ItemID `json:"item"`
	Title  string           `json:"title"`
	Kind   string           `json:"kind"`
	SHA256 string           `json:"sha256"`
	Gone   bool             `json:"gone"`
}

type releaseJSON struct {
	ID        portfolio.ReleaseID `json:"id"`
	Body      access.BodyID       `json:"body"`
	Purpose   string              `json:"purpose"`
	At        string              `json:"at"`
	Until     string              `json:"until"`
	Withdrawn string              `json:"withdrawn,omitempty"`
	Used      string              `json:"used,omitempty"`
	Open      bool                `json:"open"`
}

func (p *Pages) setOf(s portfolio.Set) setJSON {
	out := setJSON{ID: s.ID, Unit: s.Unit, Frozen: stamp(s.Frozen), Root: s.Root, Count: s.Count, Releases: []releaseJSON{}}
	for n, said := range s.Evidence.Items() {
		out.Members = append(out.Members, memberJSON{
			Item: s.Members[n].Item, Title: said.Title, Kind: said.Kind, SHA256: said.Digest.String(), Gone: s.Members[n].Gone,
		})
	}
	for _, r := range s.Releases {
		out.Releases = append(out.Releases, p.releaseOf(r))
	}
	return out
}

func (p *Pages) releaseOf(r portfolio.Release) releaseJSON {
	return releaseJSON{
		ID: r.ID, Body: r.Body, Purpose: r.Purpose, At: stamp(r.At), Until: stamp(r.Until),
		Withdrawn: stamp(r.Withdrawn), Used: stamp(r.Used), Open: r.Open(p.now()),
	}
}

func (p *Pages) apiSets(w http.ResponseWriter, r *http.Request) error {
	sets, err := p.cfg.Portfolio.Sets(r.Context(), p.cfg.Actor(r))
	if err != nil {
		return err
	}
	out := struct {
		Sets []setJSON `json:"sets"`
	}{[]setJSON{}}
	for _, s := range sets {
		out.Sets = append(out.Sets, p.setOf(s))
	}
	return answer(w, r, http.StatusOK, out)
}

func (p *Pages) apiSet(w http.ResponseWriter, r *http.Request) error {
	s, err := p.cfg.Portfolio.Set(r.Context(), p.cfg.Actor(r), setID(r))
	if err != nil {
		return err
	}
	return answer(w, r, http.StatusOK, p.setOf(s))
}

func (p *Pages) apiFreeze(w http.ResponseWriter, r *http.Request) error {
	a := p.cfg.Actor(r)
	if err := a.Myself(access.ScopeMineWrite); err != nil {
		return err
	}
	var in struct {
		Unit  string             `json:"unit"`
		Items []portfolio.ItemID `json:"items"`
	}
	if err := p.site.ReadJSON(w, r, maxJSON, &in); err != nil {
		return err
	}
	s, err := p.cfg.Portfolio.Freeze(r.Context(), a, in.Unit, in.Items)
	if fault.KindOf(err) == fault.NotFound { // an item that is named, not the address
		return fault.List{{Path: "$.items", Key: "portfolio.none"}}
	}
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/api/v1/me/sets/"+string(s.ID))
	return answer(w, r, http.StatusCreated, p.setOf(s))
}

func (p *Pages) apiDeleteSet(w http.ResponseWriter, r *http.Request) error {
	return gone(w, p.cfg.Portfolio.DeleteSet(r.Context(), p.cfg.Actor(r), setID(r)))
}

func (p *Pages) apiHandIn(w http.ResponseWriter, r *http.Request) error {
	a := p.cfg.Actor(r)
	if err := a.Myself(access.ScopeMineWrite); err != nil {
		return err
	}
	var in struct {
		Body      access.BodyID `json:"body"`
		Purpose   string        `json:"purpose"`
		Until     string        `json:"until"`
		Confirmed bool          `json:"confirmed"`
	}
	if err := p.site.ReadJSON(w, r, maxJSON, &in); err != nil {
		return err
	}
	release, err := p.cfg.Portfolio.HandIn(r.Context(), a, setID(r), in.Body, in.Purpose, moment(in.Until), in.Confirmed)
	if err != nil {
		return err
	}
	return answer(w, r, http.StatusCreated, p.releaseOf(release))
}

// moment reads a time. What is none is the zero time, which is past everywhere.
func moment(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t
}

func (p *Pages) apiWithdraw(w http.ResponseWriter, r *http.Request) error {
	return gone(w, p.cfg.Portfolio.Withdraw(r.Context(), p.cfg.Actor(r), setID(r), portfolio.ReleaseID(chi.URLParam(r, "release"))))
}

// textJSON is a text by language, never null.
func textJSON(t assessment.Text) assessment.Text {
	if t == nil {
		return assessment.Text{}
	}
	return t
}

// end reads the end of a link, which may be left out.
func end(s string) (time.Time, error) {
	if strings.TrimSpace(s) == "" {
		return time.Time{}, nil
	}
	t := moment(s)
	if t.IsZero() {
		return t, fault.List{{Path: "$.until", Key: "portfolio.until.past"}}
	}
	return t, nil
}
