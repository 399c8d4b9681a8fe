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
	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/award"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/portfolio"
	"github.com/probatum/probatum/status"
	"github.com/probatum/probatum/web/page"
)

// API mounts results and credentials for programs. web/openapi/areas/awards.json
// describes them.
func (p *Awards) API(r chi.Router) {
	api := p.c.Site.API
	sender := func(r *http.Request) string { return p.c.Actor(r).By() }
	once := func(h page.Handler) http.HandlerFunc {
		return api(p.c.Site.Once(p.c.Calls, sender, award.MaxResult, h))
	}
	const results, credentials = "/api/v1/bodies/{body}/results", "/api/v1/bodies/{body}/credentials" //nolint:gosec // paths, no credentials
	r.Get(results, api(p.apiResults))
	r.Post(results, once(p.apiImport))
	r.Get(results+"/{result}", api(p.apiResult))
	r.Delete(results+"/{result}", api(p.apiDiscard))
	r.Put(results+"/{result}/attachment", api(p.apiAttach))
	r.Get(results+"/{result}/preview/{lang}", api(p.preview))
	r.Get(credentials, api(p.apiCredentials))
	r.Post(credentials, once(p.apiSeal))
	r.Get(credentials+"/{result}", api(p.apiCredential))
	r.Get(credentials+"/{result}/files/{kind}", api(p.file))
	r.Post(credentials+"/{result}/status", api(p.apiChange))
	r.Post(credentials+"/{result}/letters", once(p.apiSend))
}

// A resultItem is a result in a list.
type resultItem struct {
	ID         assessment.ResultID `json:"id"`
	State      award.State         `json:"state"`
	Name       string              `json:"name"`
	Unit       string              `json:"unit"`
	Title      assessment.Text     `json:"title"`
	Number     string              `json:"certificateNumber,omitempty"`
	Decided    assessment.Date     `json:"decided"`
	ImportedAt string              `json:"importedAt"`
	SealedAt   string              `json:"sealedAt,omitempty"`
	Status     string              `json:"status,omitempty"` // of a sealed one
	Claimed    *bool               `json:"claimed,omitempty"`
}

// instant writes a time as all interfaces do.
func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// stateNames are the words for how it stands with a credential.
var stateNames = map[status.State]string{status.Valid: "valid", status.Suspended: "suspended", status.Revoked: "revoked"}

func itemOf(r award.Row) resultItem {
	it := resultItem{
		ID: r.ID, State: r.State, Name: r.Summary.Name, Unit: r.Summary.Unit, Title: r.Summary.Title, Number: r.Summary.Number,
		Decided: r.Summary.Decided, ImportedAt: instant(r.ImportedAt), SealedAt: instant(r.SealedAt),
	}
	if r.State == award.Sealed {
		it.Status, it.Claimed = stateNames[r.Standing], &r.Claimed
	}
	return it
}

// A resultList is a page of results or credentials. Next is the address of the next
// page, where there is one.
type resultList struct {
	Items []resultItem `json:"items"`
	Next  string       `json:"next,omitempty"`
}

const apiPerPage = 100

func (p *Awards) list(w http.ResponseWriter, r *http.Request, at place, f award.Filter) error {
	q := r.URL.Query()
	f.Limit, f.Before = apiPerPage+1, cursor(q)
	if q.Has("before") && f.Before == nil {
		return fault.List{{Path: "before", Key: "api.cursor"}}
	}
	rows, err := p.c.Desk.Awards(r.Context(), at.actor, at.body, f)
	if err != nil {
		return err
	}
	out := resultList{Items: []resultItem{}}
	if len(rows) > apiPerPage {
		rows = rows[:apiPerPage]
		last := rows[apiPerPage-1]
		when := last.ImportedAt
		if f.Sealed {
			when = last.SealedAt
		}
		next := url.Values{"before": {strconv.FormatInt(when.UnixMilli(), 10)}, "id": {string(last.ID)}}
		for _, name := range []string{"state", "status"} {
			if q.Has(name) {
				next.Set(name, q.Get(name))
			}
		}
		out.Next = r.URL.Path + "?" + next.Encode()
	}
	for _, row := range rows {
		out.Items = append(out.Items, itemOf(row))
	}
	return page.WriteJSON(w, r, http.StatusOK, "application/json", out)
}

func (p *Awards) apiResults(w http.ResponseWriter, r *http.Request) error {
	at, err := p.at(r, access.ReadResults)
	if err != nil {
		return err
	}
	var f award.Filter
	if s := award.State(r.URL.Query().Get("state")); s != "" {
		if !slices.Contains(award.States(), s) {
			return fault.List{{Path: "state", Key: "api.state"}}
		}
		f.States = []award.State{s}
	}
	return p.list(w, r, at, f)
}

func (p *Awards) apiCredentials(w http.ResponseWriter, r *http.Request) error {
	at, err := p.at(r, access.ReadCredentials)
	if err != nil {
		return err
	}
	f := award.Filter{Sealed: true}
	if s := r.URL.Query().Get("status"); s != "" {
		state, known := standings[s]
		if !known {
			return fault.List{{Path: "status", Key: "api.state"}}
		}
		f.Stand = &state
	}
	return p.list(w, r, at, f)
}

// A resultAnswer is one result, whole.
type resultAnswer struct {
	ID         assessment.ResultID `json:"id"`
	State      award.State         `json:"state"`
	Version    string              `json:"version"` // of the result as it is now
	ImportedAt string              `json:"importedAt"`
	Email      string              `json:"email"`
	Lang       string              `json:"lang"`
	Evidence   portfolio.SetID     `json:"evidence"`
	Result     json.RawMessage     `json:"result"`
}

func answerOf(a award.Award) resultAnswer {
	return resultAnswer{
		ID: a.ID, State: a.State, Version: a.Version, ImportedAt: instant(a.ImportedAt), Email: a.Email, Lang: a.Lang,
		Evidence: a.Evidence, Result: a.Document,
	}
}

func (p *Awards) apiResult(w http.ResponseWriter, r *http.Request) error {
	at, err := p.on(r, access.ReadResults)
	if err != nil {
		return err
	}
	aw, err := p.c.Desk.Award(r.Context(), at.actor, at.body, at.id)
	if err != nil {
		return err
	}
	return page.WriteJSON(w, r, http.StatusOK, "application/json", answerOf(aw))
}

func (p *Awards) apiImport(w http.ResponseWriter, r *http.Request) error {
	at, err := p.at(r, access.ImportResults)
	if err != nil {
		return err
	}
	data, err := p.c.Site.ReadRaw(w, r, award.MaxResult)
	if err != nil {
		return err
	}
	aw, fresh, err := p.c.Desk.Import(r.Context(), at.actor, at.body, data)
	if err != nil {
		return err
	}
	code := http.StatusOK
	if fresh {
		code = http.StatusCreated
	}
	w.Header().Set("Location", "/api/v1/bodies/"+string(at.body)+"/results/"+string(aw.ID))
	return page.WriteJSON(w, r, code, "application/json", answerOf(aw))
}

func (p *Awards) apiDiscard(w http.ResponseWriter, r *http.Request) error {
	at, err := p.on(r, access.ImportResults)
	if err != nil {
		return err
	}
	if err := p.c.Desk.Discard(r.Context(), at.actor, at.body, at.id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// An attachment is what goes with a result to its candidate.
type attachment struct {
	Email    string          `json:"email"`
	Lang     string          `json:"lang"`
	Evidence portfolio.SetID `json:"evidence"`
	Version  string          `json:"version"`
}

const smallBody = 16 << 10

func (p *Awards) apiAttach(w http.ResponseWriter, r *http.Request) error {
	at, err := p.on(r, access.ImportResults)
	if err != nil {
		return err
	}
	var in attachment
	if err := p.c.Site.ReadJSON(w, r, smallBody, &in); err != nil {
		return err
	}
	aw, err := p.c.Desk.Attach(r.Context(), at.actor, at.body, at.id, in.Version, award.Attachment{Email: in.Email, Lang: in.Lang, Evidence: in.Evidence})
	if err != nil {
		return err
	}
	return page.WriteJSON(w, r, http.StatusOK, "application/json", answerOf(aw))
}

// A credentialAnswer is one sealed credential.
type credentialAnswer struct {
	resultItem
	Link    string         `json:"link"`
	Files   []fileAnswer   `json:"files"`
	Changes []changeAnswer `json:"changes"`
}

type fileAnswer struct {
	Kind      string `json:"kind"`
	Name      string `json:"name"`
	MediaType string `json:"mediaType"`
	Href      string `json:"href"`
}

type changeAnswer struct {
	State  string        `json:"state"`
	Reason issuer.Reason `json:"reason"`
	Note   string        `json:"note,omitempty"`
	By     string        `json:"by"`
	At     string        `json:"at"`
}

func (p *Awards) apiCredential(w http.ResponseWriter, r *http.Request) error {
	at, err := p.on(r, access.ReadCredentials)
	if err != nil {
		return err
	}
	return p.writeCredential(w, r, at, http.StatusOK)
}

func (p *Awards) writeCredential(w http.ResponseWriter, r *http.Request, at place, code int) error {
	if !at.actor.Can(access.ReadCredentials, at.body, p.c.Now()) { // a token that may seal or revoke, and not read
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	s, err := p.c.Desk.Record(r.Context(), at.actor, at.body, at.id)
	if err != nil {
		return err
	}
	base := "/api/v1/bodies/" + string(at.body) + "/credentials/" + string(at.id)
	out := credentialAnswer{resultItem: itemOf(s.Award.Row()), Link: s.Printed.URL, Files: []fileAnswer{}, Changes: []changeAnswer{}}
	for _, f := range s.Files {
		out.Files = append(out.Files, fileAnswer{f.Kind, f.Name, f.MediaType, base + "/files/" + f.Kind})
	}
	for _, c := range s.Changes {
		out.Changes = append(out.Changes, changeAnswer{stateNames[c.To], c.Reason, c.Note, c.By, instant(c.At)})
	}
	if code == http.StatusCreated {
		w.Header().Set("Location", base)
	}
	return page.WriteJSON(w, r, code, "application/json", out)
}

func (p *Awards) apiSeal(w http.ResponseWriter, r *http.Request) error {
	at, err := p.at(r, access.SealCredentials)
	if err != nil {
		return err
	}
	var in struct {
		Result  string `json:"result"`
		Version string `json:"version"`
	}
	if err := p.c.Site.ReadJSON(w, r, smallBody, &in); err != nil {
		return err
	}
	if at.id, err = resultID(in.Result); err != nil {
		return err
	}
	if err := p.sealInTurn(w, r, at, in.Version); err != nil {
		return err
	}
	return p.writeCredential(w, r, at, http.StatusCreated)
}

func (p *Awards) apiChange(w http.ResponseWriter, r *http.Request) error {
	at, err := p.on(r, access.RevokeCredentials)
	if err != nil {
		return err
	}
	var in struct {
		State  string        `json:"state"`
		Reason issuer.Reason `json:"reason"`
		Note   string        `json:"note"`
	}
	if err := p.c.Site.ReadJSON(w, r, smallBody, &in); err != nil {
		return err
	}
	to, known := standings[in.State]
	if !known {
		return fault.List{{Path: "$.state", Key: "api.state"}}
	}
	if err := p.c.Desk.Change(r.Context(), at.actor, at.body, at.id, to, in.Reason, in.Note); err != nil {
		return err
	}
	return p.writeCredential(w, r, at, http.StatusOK)
}

func (p *Awards) apiSend(w http.ResponseWriter, r *http.Request) error {
	at, err := p.on(r, access.SealCredentials)
	if err != nil {
		return err
	}
	var in struct {
		Email string `json:"email"`
		Lang  string `json:"lang"`
	}
	if err := p.c.Site.ReadJSON(w, r, smallBody, &in); err != nil {
		return err
	}
	if err := p.c.Desk.SendClaim(r.Context(), at.actor, at.body, at.id, in.Email, in.Lang); err != nil {
		return err
	}
	w.WriteHeader(http.StatusAccepted)
	return nil
}
