package main

import (
	"context"

	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/mail"
)

// AdminMailCmd lists letters. Neither their text nor their links are shown.
type AdminMailCmd struct {
	Body      bodyID `env:"-" placeholder:"ID" help:"Letters of this body only."`
	State     string `env:"-" default:"any" enum:"any,waiting,sent,kept,bounced,gave-up,withdrawn" help:"Letters in this state only: waiting, sent, kept, bounced, gave-up or withdrawn."`
	Addresses bool   `env:"-" help:"Show to whom they go."`
	Limit     int    `env:"-" default:"50" help:"How many at most: 1 to 200."`
	JSON      bool   `name:"json" help:"Print the answer as JSON."`
}

// A letterRow is a letter in the list.
type letterRow struct {
	ID       mail.LetterID `json:"id"`
	Kind     mail.Kind     `json:"kind"`
	State    mail.State    `json:"state"`
	Body     string        `json:"body,omitempty"`
	To       string        `json:"to,omitempty"` // only where it is asked for
	Created  string        `json:"created"`
	Tried    string        `json:"tried,omitempty"`
	Done     string        `json:"done,omitempty"`
	Attempts int           `json:"attempts"`
	Reason   string        `json:"reason,omitempty"`
}

// Run lists.
func (c *AdminMailCmd) Run(ctx context.Context, a *AdminCmd, std stdio, loc i18n.Localizer) error {
	if c.Limit < 1 || c.Limit > 200 {
		return fault.New(fault.Usage, "cli.admin.mail.limit", nil)
	}
	return a.at(ctx, std, loc, func(k console) error {
		f := mail.Filter{Body: string(c.Body), All: c.Body == "", Limit: c.Limit}
		if c.State != "any" {
			f.State = mail.State(c.State)
		}
		if c.Body != "" {
			if _, err := k.known(ctx, c.Body); err != nil {
				return err
			}
		}
		all, err := k.db.Letters(ctx, f)
		if err != nil {
			return err
		}
		rows, cells := []letterRow{}, [][]string{}
		headings := []string{"cli.admin.col.written", "cli.admin.col.state", "cli.admin.col.about", "cli.admin.col.body", "cli.admin.col.reason"}
		if c.Addresses {
			headings = append(headings, "cli.admin.col.address")
		}
		for _, e := range all {
			r := letterRow{
				ID: e.ID, Kind: e.Kind, State: e.State, Body: e.Body, Created: stamp(e.Created),
				Tried: stamp(e.Tried), Done: stamp(e.Done), Attempts: e.Attempts,
			}
			if e.Reason != "" {
				r.Reason = k.loc.T(e.Reason)
			}
			cell := []string{
				moment(e.Created), k.loc.T("desk.mail.state." + string(e.State)), k.loc.T("desk.mail.kind." + string(e.Kind)), e.Body, r.Reason,
			}
			if c.Addresses {
				r.To = e.To
				cell = append(cell, e.To)
			}
			rows, cells = append(rows, r), append(cells, cell)
		}
		return k.answer(c.JSON, rows, func() string { return k.table("cli.admin.mail.empty", cells, headings...) })
	})
}
