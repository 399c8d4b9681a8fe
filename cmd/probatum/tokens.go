package main

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
)

// TokensCmd is about the tokens by which programs act for a body.
type TokensCmd struct {
	where `embed:""`

	Create TokensCreateCmd `cmd:"" help:"Make a token of a body. Its secret is printed once, alone on standard output, and kept nowhere."`
	List   TokensListCmd   `cmd:"" help:"List the tokens that were not revoked, with their last use."`
	Revoke TokensRevokeCmd `cmd:"" help:"End a token at once, for ever."`
}

// The commands on tokens.
type (
	TokensCreateCmd struct {
		Body    bodyID      `required:"" env:"-" placeholder:"ID" help:"The body that it acts for."`
		Name    string      `required:"" env:"-" help:"What it is for, such as the program that has it."`
		Scope   []scopeName `required:"" env:"-" placeholder:"SCOPE" help:"What it may be used for: body:read, body:write, staff:read, mail:read, results:write, results:read, credentials:seal, credentials:read or credentials:revoke. May be given several times, or with commas."`
		Expires lifetime    `env:"-" default:"90d" placeholder:"90d" help:"How long it works, in days or weeks such as 90d or 12w, or until when, such as 2027-01-31; at most 366 days."`
	}
	TokensListCmd struct {
		Body bodyID `env:"-" placeholder:"ID" help:"Those of this body only."`
		JSON bool   `name:"json" help:"Print the answer as JSON."`
	}
	TokensRevokeCmd struct {
		Token string `arg:"" name:"ID" help:"Id of the token, from the list. It is not the secret."`
		Body  bodyID `env:"-" placeholder:"ID" help:"The body that it acts for; without it, it is looked for."`
	}
)

// A scopeName is a scope on the command line.
type scopeName access.Scope

// UnmarshalText reads it.
func (s *scopeName) UnmarshalText(text []byte) error {
	if *s = scopeName(text); !slices.Contains(access.BodyScopes(), access.Scope(*s)) {
		return fault.New(fault.Usage, "cli.tokens.scope", nil).With("Value", visible(string(text))).With("Known", listed(access.BodyScopes()))
	}
	return nil
}

// A lifetime is how long something lasts, or when it ends.
type lifetime struct {
	days int
	end  time.Time
}

// UnmarshalText reads "90d", "12w", or what instant reads.
func (l *lifetime) UnmarshalText(text []byte) error {
	s := string(text)
	for unit, days := range map[string]int{"d": 1, "w": 7} {
		if number, ok := strings.CutSuffix(s, unit); ok {
			if n, err := strconv.ParseUint(number, 10, 16); err == nil {
				l.days = int(n) * days
				return nil
			}
		}
	}
	var at instant
	if at.UnmarshalText(text) != nil {
		return fault.New(fault.Usage, "cli.tokens.expires", nil).With("Value", visible(s))
	}
	l.end = at.Time
	return nil
}

func (l lifetime) from(now time.Time) time.Time {
	if l.end.IsZero() {
		return now.AddDate(0, 0, l.days)
	}
	return l.end
}

// Run makes a token. One whose secret nobody got is revoked.
func (c *TokensCreateCmd) Run(ctx context.Context, t *TokensCmd, std stdio, loc i18n.Localizer) error {
	return t.at(ctx, std, loc, func(k console) error {
		id, err := k.known(ctx, c.Body)
		if err != nil {
			return err
		}
		n := access.NewToken{Name: c.Name, Expires: c.Expires.from(k.now())}
		for _, s := range c.Scope {
			n.Scopes = append(n.Scopes, access.Scope(s))
		}
		token, secret, err := k.people.CreateToken(ctx, id, n)
		if faults, ok := errors.AsType[fault.List](err); ok {
			return &fault.Error{Kind: fault.Usage, Public: faults[0].Key, Args: faults[0].Args}
		}
		if err != nil {
			return err
		}
		if err := k.write(secret + "\n"); err != nil {
			return errors.Join(err, k.people.RevokeToken(context.WithoutCancel(ctx), id, token.ID))
		}
		return k.note("cli.tokens.made", "ID", string(token.ID), "Body", string(id), "Until", k.when(token.Expires))
	})
}

// A tokenRow is a token in the list: never its secret.
type tokenRow struct {
	ID      access.TokenID `json:"id"`
	Body    access.BodyID  `json:"body"`
	Name    string         `json:"name"`
	Scopes  []access.Scope `json:"scopes"`
	Hint    string         `json:"hint"`
	By      string         `json:"by"`
	Created string         `json:"created"`
	Expires string         `json:"expires"`
	Used    string         `json:"used,omitempty"`
}

// Run lists.
func (c *TokensListCmd) Run(ctx context.Context, t *TokensCmd, std stdio, loc i18n.Localizer) error {
	return t.at(ctx, std, loc, func(k console) error {
		bodies, err := k.bodiesOf(ctx, c.Body)
		if err != nil {
			return err
		}
		rows, cells := []tokenRow{}, [][]string{}
		for _, b := range bodies {
			all, err := k.people.Tokens(ctx, b)
			if err != nil {
				return err
			}
			for _, t := range all {
				rows = append(rows, tokenRow{t.ID, b, t.Name, t.Scopes, t.Hint, t.By, stamp(t.Created), stamp(t.Expires), stamp(t.Used)})
				cells = append(cells, []string{
					string(b), t.Name, "…" + t.Hint, listed(t.Scopes), moment(t.Expires), moment(t.Used), string(t.ID),
				})
			}
		}
		return k.answer(c.JSON, rows, func() string {
			return k.table("cli.tokens.empty", cells, "cli.admin.col.body", "cli.admin.col.name", "cli.admin.col.secret", "cli.admin.col.scopes",
				"cli.admin.col.until", "cli.admin.col.used", "cli.admin.col.id")
		})
	})
}

// bodiesOf gives the body that is named, else all.
func (k console) bodiesOf(ctx context.Context, named bodyID) ([]access.BodyID, error) {
	if named != "" {
		id, err := k.known(ctx, named)
		return []access.BodyID{id}, err
	}
	all, err := k.db.Bodies(ctx)
	ids := make([]access.BodyID, 0, len(all))
	for _, b := range all {
		ids = append(ids, b.ID)
	}
	return ids, err
}

// Run revokes.
func (c *TokensRevokeCmd) Run(ctx context.Context, t *TokensCmd, std stdio, loc i18n.Localizer) error {
	if access.IsSecret(c.Token) {
		return fault.New(fault.Usage, "cli.tokens.secret", nil)
	}
	return t.at(ctx, std, loc, func(k console) error {
		bodies, err := k.bodiesOf(ctx, c.Body)
		if err != nil {
			return err
		}
		for _, b := range bodies {
			all, err := k.people.Tokens(ctx, b)
			if err != nil {
				return err
			}
			if !slices.ContainsFunc(all, func(t access.Token) bool { return string(t.ID) == c.Token }) {
				continue
			}
			if err := k.people.RevokeToken(ctx, b, access.TokenID(c.Token)); err != nil {
				return err
			}
			return k.say("cli.tokens.revoked")
		}
		return fault.New(fault.NotFound, "cli.tokens.none", nil).With("ID", visible(c.Token))
	})
}
