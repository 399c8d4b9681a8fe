package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/body"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
)

// AdminBodyCmd sets bodies up.
type AdminBodyCmd struct {
	List   BodyListCmd   `cmd:"" help:"List the bodies."`
	Create BodyCreateCmd `cmd:"" help:"Make a body."`
	Show   BodyShowCmd   `cmd:"" help:"Tell how far the set-up of a body is, and what is missing."`
	Set    BodySetCmd    `cmd:"" help:"Take the profile of a body from a file: docs/body.md."`
	Export BodyExportCmd `cmd:"" help:"Write the profile of a body to standard output, as set reads it."`
}

// The commands on bodies.
type (
	BodyListCmd struct {
		JSON bool `name:"json" help:"Print the answer as JSON."`
	}
	BodyCreateCmd struct {
		Body bodyID `arg:"" name:"ID" help:"Short name, for addresses of pages: 2 to 40 lower-case letters, digits and hyphens. It stays for ever."`
		Name string `required:"" env:"-" help:"What the body is called. The profile has its legal name."`
	}
	BodyShowCmd struct {
		Body bodyID `arg:"" name:"ID" help:"Short name of the body."`
		JSON bool   `name:"json" help:"Print the answer as JSON."`
	}
	BodySetCmd struct {
		Body bodyID `arg:"" name:"ID" help:"Short name of the body."`
		File string `arg:"" name:"FILE.json" help:"The profile. It may be half filled; it takes the place of the one that was there."`
	}
	BodyExportCmd struct {
		Body bodyID `arg:"" name:"ID" help:"Short name of the body."`
	}
)

// A bodyRow is a body in the list.
type bodyRow struct {
	ID   access.BodyID `json:"id"`
	Name string        `json:"name"`
	Seal body.Standing `json:"seal"`
	Open int           `json:"open"` // what is missing before sealing
}

// Run lists.
func (c *BodyListCmd) Run(ctx context.Context, a *AdminCmd, std stdio, loc i18n.Localizer) error {
	return a.at(ctx, std, loc, func(k console) error {
		all, err := k.db.Bodies(ctx)
		if err != nil {
			return err
		}
		rows, cells := []bodyRow{}, [][]string{}
		for _, b := range all {
			p, s, err := k.sealOf(ctx, b.ID)
			if err != nil {
				return err
			}
			r := bodyRow{ID: b.ID, Name: b.Name, Seal: s.Standing, Open: len(p.Check())}
			rows = append(rows, r)
			cells = append(cells, []string{string(r.ID), r.Name, k.standing(r.Seal), fmt.Sprint(r.Open)})
		}
		return k.answer(c.JSON, rows, func() string {
			return k.table("cli.admin.body.empty", cells, "cli.admin.col.id", "cli.admin.col.name", "cli.admin.col.seal", "cli.admin.col.open")
		})
	})
}

// Run makes a body.
func (c *BodyCreateCmd) Run(ctx context.Context, a *AdminCmd, std stdio, loc i18n.Localizer) error {
	return a.at(ctx, std, loc, func(k console) error {
		name, err := access.ParseName(c.Name)
		if err != nil {
			return err
		}
		if err := k.db.MakeBody(ctx, access.NewBody{ID: access.BodyID(c.Body), Name: name}); err != nil {
			if fault.KindOf(err) == fault.Conflict {
				return fault.New(fault.Conflict, "cli.admin.body.there", nil).With("Body", string(c.Body))
			}
			return err
		}
		return k.say("cli.admin.body.made", "Body", string(c.Body))
	})
}

// A bodyAnswer tells how far the set-up of a body is.
type bodyAnswer struct {
	ID      access.BodyID `json:"id"`
	Name    string        `json:"name"`
	Ready   bool          `json:"ready"` // it may seal
	Faults  []openItem    `json:"faults"`
	Missing []openItem    `json:"missing"`
	Seal    sealAnswer    `json:"seal"`
}

// An openItem is something that is still to be done.
type openItem struct {
	Path    string `json:"path"`
	Needed  bool   `json:"needed"` // before sealing
	Message string `json:"message"`
}

// Run shows.
func (c *BodyShowCmd) Run(ctx context.Context, a *AdminCmd, std stdio, loc i18n.Localizer) error {
	return a.at(ctx, std, loc, func(k console) error {
		id, err := k.known(ctx, c.Body)
		if err != nil {
			return err
		}
		named, err := k.db.Body(ctx, id)
		if err != nil {
			return err
		}
		p, s, err := k.sealOf(ctx, id)
		if err != nil {
			return err
		}
		v := bodyAnswer{
			ID: id, Name: named.Name, Ready: len(p.Check()) == 0 && s.Ready(),
			Faults: []openItem{}, Missing: []openItem{}, Seal: k.sealAnswer(s),
		}
		for _, f := range p.CheckDraft() {
			v.Faults = append(v.Faults, openItem{f.Path, true, k.loc.TMap(f.Key, f.Args)})
		}
		for _, m := range p.Missing() {
			v.Missing = append(v.Missing, openItem{m.Path, m.Needed, k.loc.TMap(m.Key, m.Args)})
		}
		return k.answer(c.JSON, v, func() string {
			return visible(v.Name) + " (" + string(v.ID) + ")\n" + k.openText(v) + v.Seal.Message + "\n"
		})
	})
}

// openText lists what is still to be done, the needed first.
func (k console) openText(v bodyAnswer) string {
	var b strings.Builder
	list := func(heading string, items []openItem, needed bool) {
		for _, it := range items {
			if it.Needed != needed {
				continue
			}
			if heading != "" {
				b.WriteString(k.loc.T(heading) + "\n")
				heading = ""
			}
			fmt.Fprintf(&b, "  %s\n%s\n", it.Path, wrap(it.Message, 84, "    "))
		}
	}
	list("cli.admin.body.needed", append(v.Faults, v.Missing...), true)
	if b.Len() == 0 {
		b.WriteString(k.loc.T("cli.admin.body.whole") + "\n")
	}
	list("cli.admin.body.better", v.Missing, false)
	return b.String()
}

// Run takes a profile over.
func (c *BodySetCmd) Run(ctx context.Context, a *AdminCmd, std stdio, loc i18n.Localizer) error {
	data, err := readFile(c.File, maxResult)
	if err != nil {
		return err
	}
	p, err := body.ParseProfile(data)
	if err != nil {
		return inFile{c.File, faultsOf{"cli.admin.body.faults", err}}
	}
	if p.ID != "" && p.ID != string(c.Body) {
		return inFile{c.File, fault.New(fault.Invalid, "cli.admin.body.other", nil).With("Found", p.ID).With("Body", string(c.Body))}
	}
	return a.at(ctx, std, loc, func(k console) error {
		id, err := k.known(ctx, c.Body)
		if err != nil {
			return err
		}
		if err := k.db.KeepProfile(ctx, id, p, ""); err != nil {
			return err
		}
		p, s, err := k.sealOf(ctx, id)
		if err != nil {
			return err
		}
		v := bodyAnswer{Seal: k.sealAnswer(s)}
		for _, m := range p.Missing() {
			v.Missing = append(v.Missing, openItem{m.Path, m.Needed, k.loc.TMap(m.Key, m.Args)})
		}
		return k.write(k.loc.T("cli.admin.body.set", "Body", string(id)) + "\n" + k.openText(v) + v.Seal.Message + "\n")
	})
}

// Run writes the profile.
func (c *BodyExportCmd) Run(ctx context.Context, a *AdminCmd, std stdio, loc i18n.Localizer) error {
	return a.at(ctx, std, loc, func(k console) error {
		id, err := k.known(ctx, c.Body)
		if err != nil {
			return err
		}
		p, err := k.db.BodyProfile(ctx, id)
		if err != nil {
			return err
		}
		data, err := p.JSON()
		if err != nil {
			return err
		}
		return k.write(strings.TrimRight(string(data), "\n") + "\n")
	})
}
