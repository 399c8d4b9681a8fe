package mail

import (
	"bytes"
	_ "embed" // the template below
	"errors"
	"fmt"
	"html/template"
	"net/mail"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
)

// A Look is what a body's letters show of it.
type Look struct {
	Name    string // stands as their sender
	Colour  string // #rrggbb; anything else is our own
	ReplyTo string // where answers go; empty: to the server's address
}

// Config says whose letters they are.
type Config struct {
	PublicURL string // of the server: https://host
	From      string // the address that all letters come from
	Name      string // the sender of the server's own letters; empty: the host
	ReplyTo   string // where answers to the server go; empty: to From. Somebody reads it
	Link      LinkFunc
	Demo      bool             // every letter says that it is one of a demonstration
	Now       func() time.Time // nil means time.Now
}

// A Composer makes messages of letters.
type Composer struct {
	c     Config
	host  string // of PublicURL
	local string // the domain of From
}

// New makes a Composer.
func New(c Config) (*Composer, error) {
	u, err := url.Parse(c.PublicURL)
	if err != nil || u.Hostname() == "" {
		return nil, fault.New(fault.Usage, "mail.url", errors.New("no public URL for letters"))
	}
	for _, a := range []*string{&c.From, &c.ReplyTo} {
		if *a == "" && a == &c.ReplyTo {
			continue
		}
		if *a, err = ParseAddress(*a); err != nil {
			return nil, fmt.Errorf("sender of letters: %w", err)
		}
	}
	if c.Link == nil {
		return nil, errors.New("letters without a way to make links")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	return &Composer{c: c, host: u.Host, local: c.From[strings.LastIndexByte(c.From, '@')+1:]}, nil
}

// A Message is a letter as it is sent. Its names are clean, its addresses parsed.
type Message struct {
	ID      string // Message-ID without its brackets; the same at every attempt
	Date    time.Time
	From    mail.Address
	ReplyTo *mail.Address // nil: answers go to From
	To      string
	Lang    string
	Subject string
	Text    string
	HTML    string

	// The same in pieces, for a page that shows the letter: its paragraphs apart by
	// empty lines, its link and what that is called. Link may be empty.
	Body, Link, Act string
}

// Compose makes the message of a letter, in its language. The look is that of its
// body. What comes from data is put on one line, and nothing in it leads anywhere.
func (c *Composer) Compose(l Letter, look Look) (Message, error) {
	if err := l.Check(); err != nil {
		return Message{}, fmt.Errorf("composing letter %s: %w", l.ID, err)
	}
	name := oneLine(look.Name)
	if l.Body != "" && name == "" {
		return Message{}, fmt.Errorf("composing letter %s: its body has no name", l.ID)
	}
	s, loc := specs[l.Kind], i18n.For(l.Lang)
	args := c.args(l, loc, name)
	v := view{
		Lang: l.Lang, Sender: harmless(name), Colour: colour(look.Colour), Ink: ink(look.Colour),
		Hello: loc.T("mail.hello"), Paragraphs: strings.Split(loc.TMap(s.text, args), "\n\n"),
	}
	if s.act != "" {
		v.Act, v.Link = loc.TMap(s.act, args), c.c.PublicURL+s.path
	}
	if l.Ticket != "" {
		v.Link = c.c.Link(l.Purpose, l.Ticket)
		v.Until = loc.T("mail.until", "Until", moment(loc, l.Until))
	}
	if s.not != "" {
		v.Not = loc.TMap(s.not, args)
	}
	v.Foot = append(v.Foot, c.foot(l, loc, look, args))
	subject := loc.TMap(s.subject, args)
	if c.c.Demo {
		v.Foot = append(v.Foot, loc.T("mail.demo"))
		subject = loc.T("mail.subject.demo", "Subject", subject)
	}
	m := Message{
		ID: string(l.ID) + "@" + c.local, Date: c.c.Now().UTC(), To: l.To, Lang: l.Lang,
		From: mail.Address{Name: first(name, oneLine(c.c.Name), c.host), Address: c.c.From},
		// A name in the subject may be long; programs show less than this.
		Subject: cut(strings.Join(strings.FieldsFunc(subject, breaks), " "), 150),
		Text:    v.text(),
		Body:    v.body(false), Link: v.Link, Act: v.Act,
	}
	if a, err := ParseAddress(first(look.ReplyTo, c.c.ReplyTo)); err == nil && a != c.c.From {
		m.ReplyTo = &mail.Address{Name: m.From.Name, Address: a}
	}
	var html bytes.Buffer
	if err := page.Execute(&html, v); err != nil {
		return Message{}, fmt.Errorf("composing letter %s: %w", l.ID, err)
	}
	m.HTML = html.String()
	return m, nil
}

// args are what the texts are filled with.
func (c *Composer) args(l Letter, loc i18n.Localizer, body string) map[string]any {
	args := map[string]any{}
	for name, value := range l.Args {
		if short, ok := strings.CutSuffix(name, "Time"); ok {
			if t, err := time.Parse(time.RFC3339, value); err == nil { // see Check
				args[short] = moment(loc, t)
			}
		} else if short, ok := strings.CutSuffix(name, "Key"); ok {
			args[short] = loc.T(value)
		} else {
			args[name] = harmless(value)
		}
	}
	args["Body"], args["Server"] = harmless(body), c.host
	return args
}

func (c *Composer) foot(l Letter, loc i18n.Localizer, look Look, args map[string]any) string {
	switch {
	case l.Body == "":
		return loc.TMap("mail.foot", args)
	case look.ReplyTo == "":
		return loc.TMap("mail.foot.body.mute", args)
	}
	return loc.TMap("mail.foot.body", args)
}

// moment writes a time to the minute.
func moment(loc i18n.Localizer, t time.Time) string {
	return loc.T("mail.when", "Date", loc.Date(t), "Time", t.UTC().Format("15:04"))
}

func first(s ...string) string {
	for _, v := range s {
		if v != "" {
			return v
		}
	}
	return ""
}

// view is what the two forms of a message are made of.
type view struct {
	Lang, Sender, Colour, Ink string
	Hello                     string
	Paragraphs                []string
	Act, Link, Until, Not     string
	Foot                      []string
}

// text is the message for programs and people that want no HTML.
func (v view) text() string {
	return v.body(true) + "\n\n-- \n" + strings.Join(v.Foot, "\n") + "\n"
}

func (v view) body(link bool) string {
	parts := append([]string{v.Hello}, v.Paragraphs...)
	if link && v.Link != "" {
		parts = append(parts, v.Act+"\n"+v.Link)
	}
	for _, s := range []string{v.Until, v.Not} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, "\n\n")
}

//go:embed letter.html
var letterHTML string

// page is the message as HTML: no picture, no script, nothing from elsewhere.
var page = template.Must(template.New("letter").Parse(letterHTML))

// breaks tells what parts words, and not the spaces before French signs, which
// keep them together.
func breaks(r rune) bool {
	return unicode.IsSpace(r) && r != '\u00a0' && r != '\u202f'
}
