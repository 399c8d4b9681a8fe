package main

import (
	"context"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/i18n"
)

// AdminMemberCmd is about the people of a body.
type AdminMemberCmd struct {
	List MemberListCmd `cmd:"" help:"List who has which role in a body, and who is invited."`
	Add  MemberAddCmd  `cmd:"" help:"Give somebody who has an account a role at once. They are told, and signed out everywhere."`
	End  MemberEndCmd  `cmd:"" help:"Take a role away. The person is told, and signed out everywhere."`
}

// The commands on members.
type (
	MemberListCmd struct {
		Body bodyID `arg:"" name:"BODY" help:"Short name of the body."`
		JSON bool   `name:"json" help:"Print the answer as JSON."`
	}
	MemberAddCmd struct {
		Body  bodyID   `arg:"" name:"BODY" help:"Short name of the body."`
		Email string   `arg:"" name:"EMAIL" help:"Address of the account."`
		Role  roleName `arg:"" name:"ROLE" help:"administrator, officer, assessor, mentor, centre, employer, authority, coordinator, ombudsman or complaints."`
	}
	MemberEndCmd struct {
		Body       bodyID `arg:"" name:"BODY" help:"Short name of the body."`
		Membership string `arg:"" name:"MEMBERSHIP" help:"Id of the membership, from the list."`
	}
)

// A memberRow is a role that somebody has in a body.
type memberRow struct {
	ID     string          `json:"id"`
	Body   access.BodyID   `json:"body"`
	Role   access.Role     `json:"role"`
	Person access.PersonID `json:"person"`
	Name   string          `json:"name"`
	Email  string          `json:"email"`
	From   string          `json:"from"`
	Until  string          `json:"until,omitempty"`
	By     string          `json:"by"`
}

func memberOf(m access.Member) memberRow {
	return memberRow{
		ID: m.ID, Body: m.Body, Role: m.Role, Person: m.Person, Name: m.Name, Email: m.Email,
		From: stamp(m.From), Until: stamp(m.Until), By: m.By,
	}
}

// An invitedRow is an invitation that nobody took up.
type invitedRow struct {
	Email   string      `json:"email"`
	Role    access.Role `json:"role"`
	Created string      `json:"created"`
	Expires string      `json:"expires"`
	Open    bool        `json:"open"` // its time is not over
}

// A membersAnswer tells who has a part in a body.
type membersAnswer struct {
	Members     []memberRow  `json:"members"`
	Invitations []invitedRow `json:"invitations"`
}

// Run lists.
func (c *MemberListCmd) Run(ctx context.Context, a *AdminCmd, std stdio, loc i18n.Localizer) error {
	return a.at(ctx, std, loc, func(k console) error {
		id, err := k.known(ctx, c.Body)
		if err != nil {
			return err
		}
		members, err := k.people.Members(ctx, id)
		if err != nil {
			return err
		}
		invited, err := k.db.Invitations(ctx, id)
		if err != nil {
			return err
		}
		v := membersAnswer{Members: []memberRow{}, Invitations: []invitedRow{}}
		var roles, open [][]string
		for _, m := range members {
			v.Members = append(v.Members, memberOf(m))
			roles = append(roles, []string{k.loc.T(m.Role.Key()), m.Name, m.Email, moment(m.From), m.ID})
		}
		for _, t := range invited {
			v.Invitations = append(v.Invitations, invitedRow{t.Email, t.Role, stamp(t.Created), stamp(t.Expires), t.Open(k.now())})
			open = append(open, []string{k.loc.T(t.Role.Key()), t.Email, moment(t.Created), moment(t.Expires)})
		}
		return k.answer(c.JSON, v, func() string {
			return k.table("cli.admin.member.empty", roles,
				"cli.admin.col.role", "cli.admin.col.name", "cli.admin.col.address", "cli.admin.col.from", "cli.admin.col.id") +
				"\n" + k.table("cli.admin.invite.empty", open,
				"cli.admin.col.invited", "cli.admin.col.address", "cli.admin.col.made", "cli.admin.col.until")
		})
	})
}

// Run gives a role.
func (c *MemberAddCmd) Run(ctx context.Context, a *AdminCmd, std stdio, loc i18n.Localizer) error {
	return a.at(ctx, std, loc, func(k console) error {
		id, err := k.known(ctx, c.Body)
		if err != nil {
			return err
		}
		role := access.Role(c.Role)
		if err := k.people.Add(ctx, id, c.Email, role); err != nil {
			return err
		}
		return k.say("cli.admin.member.added", "Email", c.Email, "Role", k.loc.T(role.Key()), "Body", string(id))
	})
}

// Run takes a role away.
func (c *MemberEndCmd) Run(ctx context.Context, a *AdminCmd, std stdio, loc i18n.Localizer) error {
	return a.at(ctx, std, loc, func(k console) error {
		id, err := k.known(ctx, c.Body)
		if err != nil {
			return err
		}
		if err := k.people.End(ctx, id, c.Membership); err != nil {
			return err
		}
		return k.say("cli.admin.member.ended")
	})
}
