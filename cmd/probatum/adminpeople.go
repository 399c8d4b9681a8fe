package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/mail"
)

// AdminPeopleCmd is about accounts.
type AdminPeopleCmd struct {
	List    PeopleListCmd    `cmd:"" help:"List the accounts, those last made first."`
	Show    PeopleShowCmd    `cmd:"" help:"Show one account: its roles, and what lets its owner in."`
	SignOut PeopleSignOutCmd `cmd:"" name:"sign-out" help:"End all sessions of somebody, such as on a lost device."`
	Recover PeopleRecoverCmd `cmd:"" help:"Send somebody a link by which they get back into their account at once. All that let them in before ends when they use it."`
}

// The commands on accounts.
type (
	PeopleListCmd struct {
		JSON bool `name:"json" help:"Print the answer as JSON."`
	}
	PeopleShowCmd struct {
		Email string `arg:"" name:"EMAIL" help:"Address of the account."`
		JSON  bool   `name:"json" help:"Print the answer as JSON."`
	}
	PeopleSignOutCmd struct {
		Email string `arg:"" name:"EMAIL" help:"Address of the account."`
	}
	PeopleRecoverCmd struct {
		Email     string `arg:"" name:"EMAIL" help:"Address of the account."`
		PrintLink bool   `env:"-" help:"Print the link alone on standard output, for a server that sends no mail. Whoever has it has the account: give it to its owner only."`
	}
)

// A personRow is an account in the list.
type personRow struct {
	ID         access.PersonID `json:"id"`
	Email      string          `json:"email"`
	Name       string          `json:"name"`
	Lang       string          `json:"lang"`
	Created    string          `json:"created"`
	Recovered  string          `json:"recovered,omitempty"`
	Recovering string          `json:"recovering,omitempty"` // when a recovery that runs lets somebody in
}

func rowOf(p access.Person) personRow {
	return personRow{
		ID: p.ID, Email: p.Email, Name: p.Name, Lang: p.Lang, Created: stamp(p.Created),
		Recovered: stamp(p.Recovered), Recovering: stamp(p.Recovering),
	}
}

// Run lists.
func (c *PeopleListCmd) Run(ctx context.Context, a *AdminCmd, std stdio, loc i18n.Localizer) error {
	return a.at(ctx, std, loc, func(k console) error {
		all, err := k.people.People(ctx)
		if err != nil {
			return err
		}
		rows, cells := []personRow{}, [][]string{}
		for _, p := range all {
			rows = append(rows, rowOf(p))
			cells = append(cells, []string{p.Email, p.Name, p.Lang, moment(p.Created)})
		}
		return k.answer(c.JSON, rows, func() string {
			return k.table("cli.admin.people.empty", cells, "cli.admin.col.address", "cli.admin.col.name", "cli.admin.col.lang", "cli.admin.col.made")
		})
	})
}

// A personAnswer is one account. What its logins are made of is left out.
type personAnswer struct {
	personRow
	Memberships []memberRow `json:"memberships"`
	Logins      []loginRow  `json:"logins"`
}

type loginRow struct {
	Kind    string `json:"kind"` // passkey or identity
	Name    string `json:"name"`
	Issuer  string `json:"issuer,omitempty"`
	Created string `json:"created"`
	Used    string `json:"used,omitempty"`
}

// Run shows.
func (c *PeopleShowCmd) Run(ctx context.Context, a *AdminCmd, std stdio, loc i18n.Localizer) error {
	return a.at(ctx, std, loc, func(k console) error {
		p, members, logins, err := k.people.Person(ctx, c.Email)
		if err != nil {
			return err
		}
		v := personAnswer{personRow: rowOf(p), Memberships: []memberRow{}, Logins: []loginRow{}}
		var roles, ways [][]string
		for _, m := range members {
			v.Memberships = append(v.Memberships, memberOf(access.Member{Membership: m, Name: p.Name, Email: p.Email}))
			roles = append(roles, []string{string(m.Body), k.loc.T(m.Role.Key()), moment(m.From), moment(m.Until), m.ID})
		}
		for _, l := range logins.Passkeys {
			v.Logins = append(v.Logins, loginRow{"passkey", l.Name, "", stamp(l.Created), stamp(l.Used)})
			ways = append(ways, []string{k.loc.T("cli.admin.login.passkey"), l.Name, moment(l.Created), moment(l.Used)})
		}
		for _, l := range logins.Identities {
			v.Logins = append(v.Logins, loginRow{"identity", l.Name, l.Issuer, stamp(l.Created), stamp(l.Used)})
			ways = append(ways, []string{k.loc.T("cli.admin.login.identity"), l.Name, moment(l.Created), moment(l.Used)})
		}
		return k.answer(c.JSON, v, func() string {
			var b strings.Builder
			fmt.Fprintf(&b, "%s <%s>\n", visible(v.Name), v.Email)
			if !p.Recovering.IsZero() {
				fmt.Fprintln(&b, k.loc.T("cli.admin.people.recovering", "From", k.when(p.Recovering)))
			}
			b.WriteString("\n" + k.table("cli.admin.member.none", roles,
				"cli.admin.col.body", "cli.admin.col.role", "cli.admin.col.from", "cli.admin.col.until", "cli.admin.col.id"))
			b.WriteString("\n" + k.table("cli.admin.login.none", ways,
				"cli.admin.col.login", "cli.admin.col.name", "cli.admin.col.made", "cli.admin.col.used"))
			return b.String()
		})
	})
}

// Run signs somebody out.
func (c *PeopleSignOutCmd) Run(ctx context.Context, a *AdminCmd, std stdio, loc i18n.Localizer) error {
	return a.at(ctx, std, loc, func(k console) error {
		if err := k.people.EndSessions(ctx, c.Email); err != nil {
			return err
		}
		return k.say("cli.admin.people.out")
	})
}

// Run helps somebody back.
func (c *PeopleRecoverCmd) Run(ctx context.Context, a *AdminCmd, std stdio, loc i18n.Localizer) error {
	return a.at(ctx, std, loc, func(k console) error {
		to, err := access.ParseEmail(c.Email)
		if err != nil {
			return err
		}
		if err := k.people.Recover(ctx, to); err != nil {
			return err
		}
		return k.posted(ctx, mail.Recover, to, c.PrintLink)
	})
}
