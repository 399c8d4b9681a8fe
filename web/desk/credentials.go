package desk

import (
	"net/http"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/award"
	"github.com/probatum/probatum/status"
	"github.com/probatum/probatum/web/page"
)

type credentialsView struct {
	Show  []page.Act
	Table page.Table
	Pages []page.Act
}

func (p *Awards) credentials(w http.ResponseWriter, r *http.Request) error {
	at, err := p.at(r, access.ReadCredentials)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	f := award.Filter{Sealed: true, Limit: awardsPerPage + 1, Before: cursor(q)}
	shown := q.Get("show")
	switch state, known := standings[shown]; {
	case known:
		f.Stand = &state
	default:
		shown = "all"
	}
	rows, err := p.c.Desk.Awards(r.Context(), at.actor, at.body, f)
	if err != nil {
		return err
	}
	v := credentialsView{Table: page.Table{
		Caption: at.loc.T("desk.credentials.list"), Hide: true,
		Columns: []page.Column{
			{Label: at.loc.T("desk.awards.name")}, {Label: at.loc.T("desk.awards.unit")}, {Label: at.loc.T("desk.credentials.sealed")},
			{Label: at.loc.T("desk.awards.state")}, {Label: at.loc.T("desk.credentials.claim")},
		},
		Empty: &page.Empty{
			Title: at.loc.T("desk.credentials.empty"), Text: at.loc.T("desk.credentials.empty.text"),
			Act: &page.Act{Label: at.loc.T("desk.results.title"), Href: at.to(at.results()), Quiet: true},
		},
	}}
	if len(rows) > awardsPerPage {
		rows = rows[:awardsPerPage]
		last := rows[len(rows)-1]
		v.Pages = []page.Act{at.older(at.credentials(), q, last.SealedAt, last.ID)}
	}
	for _, row := range rows {
		state, claim := standingBadge(at.loc, row.Standing), claimBadge(at.loc, row.Claimed, row.Told, row.Forgotten)
		v.Table.Lines = append(v.Table.Lines, page.Line{
			{Text: row.Summary.Name, Small: row.Summary.Number, Href: at.to(at.credentials() + "/" + string(row.ID))},
			{Text: at.in(row.Summary.Title)}, {Text: at.loc.Date(row.SealedAt)}, {Badge: &state}, {Badge: &claim},
		})
	}
	v.Show = at.shows(at.credentials(), shown, map[string]string{
		"all": at.loc.T("desk.credentials.show.all"), "valid": at.loc.T("desk.credentials.show.valid"),
		"suspended": at.loc.T("desk.credentials.show.suspended"), "revoked": at.loc.T("desk.credentials.show.revoked"),
	}, "all", "valid", "suspended", "revoked")
	return p.c.Site.Show(w, r, "credentials", http.StatusOK, page.Content{Title: at.loc.T("desk.credentials.title"), Main: v, Wide: true})
}

var standings = map[string]status.State{"valid": status.Valid, "suspended": status.Suspended, "revoked": status.Revoked}
