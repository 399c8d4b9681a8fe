package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/mail"
)

// A console is a server in the hands of whoever runs its commands: it may do all
// that the roles of people allow.
type console struct {
	*server
	people access.Desk
	std    stdio
	loc    i18n.Localizer
}

// at opens the server, lets do act and closes it.
func (w *where) at(ctx context.Context, std stdio, loc i18n.Localizer, do func(console) error) error {
	return w.made(ctx, std, loc, false, do)
}

// made is at for a server that may be a new one.
func (w *where) made(ctx context.Context, std stdio, loc i18n.Localizer, create bool, do func(console) error) (err error) {
	s, err := w.open(ctx, std, create)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	return do(console{server: s, people: s.accounts.Console(), std: std, loc: loc})
}

// say writes a message.
func (k console) say(key string, pairs ...any) error { return k.write(k.loc.T(key, pairs...) + "\n") }

// note writes a message beside what programs read.
func (k console) note(key string, pairs ...any) error {
	return write(k.std.err, k.loc.T(key, pairs...)+"\n")
}

func (k console) write(text string) error { return write(k.std.out, text) }

func write(w io.Writer, text string) error {
	if _, err := io.WriteString(w, text); err != nil {
		return fmt.Errorf("writing the message: %w", err)
	}
	return nil
}

// answer writes v as JSON for programs, or what text makes of it for people.
func (k console) answer(asJSON bool, v any, text func() string) error {
	if asJSON {
		return printJSON(k.std.out, v)
	}
	return k.write(text())
}

// table sets rows below headings, which are message keys. Without rows it is what
// the key none says.
func (k console) table(none string, rows [][]string, headings ...string) string {
	if len(rows) == 0 {
		return k.loc.T(none) + "\n"
	}
	var b bytes.Buffer
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	line := func(cells []string) {
		shown := make([]string, len(cells))
		for i, c := range cells {
			shown[i] = or(visible(c), "–")
		}
		_, _ = fmt.Fprintln(t, strings.Join(shown, "\t")) // it goes to memory
	}
	heads := make([]string, len(headings))
	for i, h := range headings {
		heads[i] = k.loc.T(h)
	}
	line(heads)
	for _, r := range rows {
		line(r)
	}
	_ = t.Flush() // likewise
	var out strings.Builder
	for l := range strings.Lines(b.String()) {
		out.WriteString(strings.TrimRight(l, " \n") + "\n")
	}
	return out.String()
}

// visible takes out of a text what would steer a terminal or hide in it.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return '·'
		}
		return r
	}, s)
}

// moment writes a time in a table; the zero time is nothing.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04Z")
}

// when writes a time in a sentence.
func (k console) when(t time.Time) string {
	return k.loc.T("mail.when", "Date", k.loc.Date(t), "Time", t.UTC().Format("15:04"))
}

// stamp is a time for programs; the zero time is left out.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// link is the address of a one-time link.
func (k console) link(p access.Purpose, id access.TicketID) string {
	to := mail.LinkTo(k.origin, func(purpose, ticket string) string {
		return k.links.Secret(access.Purpose(purpose), access.TicketID(ticket))
	})
	return to(string(p), string(id))
}

// lookBack is among how many letters the one just written is looked for.
const lookBack = 50

// posted tells of a letter that was just written: that it waits to be sent or,
// where its link is wanted, the link alone on standard output.
func (k console) posted(ctx context.Context, kind mail.Kind, to string, wanted bool) error {
	letters, err := k.db.Letters(ctx, mail.Filter{All: true, Kind: kind, Limit: lookBack})
	if err != nil {
		return err
	}
	for _, l := range letters {
		if l.To != to || l.Purpose == "" {
			continue
		}
		if !wanted {
			return k.say("cli.admin.letter", "To", to, "Until", k.when(l.Until))
		}
		if err := k.note("cli.admin.link", "To", to, "Until", k.when(l.Until)); err != nil {
			return err
		}
		return k.write(k.link(access.Purpose(l.Purpose), access.TicketID(l.Ticket)) + "\n")
	}
	return errors.New("the letter that was just written is not in the outbox")
}

// A bodyID is the short name of a body on the command line.
type bodyID access.BodyID

// UnmarshalText reads it.
func (b *bodyID) UnmarshalText(text []byte) error {
	id, err := access.ParseBodyID(string(text))
	*b = bodyID(id)
	return err
}

// A roleName is a role on the command line.
type roleName access.Role

// UnmarshalText reads it.
func (r *roleName) UnmarshalText(text []byte) error {
	role, err := access.ParseRole(string(text))
	if err != nil {
		return fault.New(fault.Usage, "cli.admin.role", err).With("Value", visible(string(text))).With("Known", listed(access.Roles()))
	}
	*r = roleName(role)
	return nil
}

// listed lists names for a message.
func listed[T ~string](all []T) string {
	names := make([]string, len(all))
	for i, one := range all {
		names[i] = string(one)
	}
	return strings.Join(names, ", ")
}

// known tells that there is such a body.
func (k console) known(ctx context.Context, b bodyID) (access.BodyID, error) {
	id := access.BodyID(b)
	switch known, err := k.knownBody(ctx, id); {
	case err != nil:
		return "", err
	case !known:
		return "", fault.New(fault.NotFound, "cli.admin.body.none", nil).With("Body", string(id))
	}
	return id, nil
}
