package main

import (
	"context"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/mail"
)

// AdminCmd is the console of a server. Whoever may read its data folder and its
// database needs no role.
type AdminCmd struct {
	where `embed:""`

	SetupLink SetupLinkCmd `cmd:"" name:"setup-link" help:"Print a one-time link by which the first administrator makes an account, and a body where none is named."`

	Body   AdminBodyCmd   `cmd:"" help:"Bodies and their profiles."`
	Seal   AdminSealCmd   `cmd:"" help:"Key and certificate that a body seals with."`
	People AdminPeopleCmd `cmd:"" help:"Accounts: list them, sign somebody out, help somebody back."`
	Member AdminMemberCmd `cmd:"" help:"Who has which role in a body."`
	Invite AdminInviteCmd `cmd:"" help:"Invite somebody to a role in a body."`
	Mail   AdminMailCmd   `cmd:"" help:"Letters of the server, the newest first, and what became of them."`
}

// SetupLinkCmd prints a link that opens a server, or a body, to its first
// administrator.
type SetupLinkCmd struct {
	Body   bodyID `env:"-" placeholder:"ID" help:"The link makes an administrator of this body, rather than a body of its own."`
	Create bool   `env:"-" help:"Make the data folder and fill an empty database first: this is a new server."`
}

// Run makes the link and prints it alone on standard output.
func (c *SetupLinkCmd) Run(ctx context.Context, a *AdminCmd, std stdio, loc i18n.Localizer) error {
	return a.made(ctx, std, loc, c.Create, func(k console) error {
		if c.Body != "" {
			if _, err := k.known(ctx, c.Body); err != nil {
				return err
			}
		}
		_, t, err := k.accounts.SetUpLink(ctx, access.BodyID(c.Body))
		if err != nil {
			return err
		}
		key := "cli.admin.setup"
		if c.Body != "" {
			key = "cli.admin.setup.body"
		}
		if err := k.note(key, "Body", string(c.Body), "Until", k.when(t.Expires)); err != nil {
			return err
		}
		return k.write(k.link(t.Purpose, t.ID) + "\n")
	})
}

// AdminInviteCmd invites somebody.
type AdminInviteCmd struct {
	Body      bodyID   `arg:"" name:"BODY" help:"Short name of the body."`
	Email     string   `arg:"" name:"EMAIL" help:"Where the invitation goes."`
	Role      roleName `arg:"" name:"ROLE" help:"administrator, officer, assessor, mentor, centre, employer, authority, coordinator, ombudsman or complaints."`
	Language  string   `env:"-" default:"en" enum:"en,fr,de" help:"Language of the letter: en, fr or de."`
	PrintLink bool     `env:"-" help:"Print the link alone on standard output, for a server that sends no mail. Whoever has it gets the role."`
}

// Run sends the invitation.
func (c *AdminInviteCmd) Run(ctx context.Context, a *AdminCmd, std stdio, loc i18n.Localizer) error {
	return a.at(ctx, std, loc, func(k console) error {
		b, err := k.known(ctx, c.Body)
		if err != nil {
			return err
		}
		to, err := access.ParseEmail(c.Email)
		if err != nil {
			return err
		}
		if err := k.people.Invite(ctx, b, to, access.Role(c.Role), c.Language); err != nil {
			return err
		}
		return k.posted(ctx, mail.Invite, to, c.PrintLink)
	})
}
