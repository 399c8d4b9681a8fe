package mail

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
)

// A spec says what a letter of one kind is made of.
type spec struct {
	subject, text string // message keys; paragraphs of text stand apart by an empty line
	not           string // what to do if it was not you; may be empty
	act           string // what the link says; empty: no link

	body    bool     // sent for a body
	purpose string   // of the one-time link; else the link leads to path
	path    string   // of a page that is no secret
	args    []string // what Letter.Args must hold
}

// specs are the kinds. The purposes are those of one-time links in access.
var specs = map[Kind]spec{
	Register: {
		subject: "mail.register.subject", text: "mail.register.text", act: "mail.register.act", not: "mail.register.not", purpose: "register",
	},
	Known: {
		subject: "mail.known.subject", text: "mail.known.text", act: "mail.known.act", not: "mail.known.not", path: "/sign-in",
	},
	Invite: {
		subject: "mail.invite.subject", text: "mail.invite.text", act: "mail.invite.act", not: "mail.invite.not",
		body: true, purpose: "invite", args: []string{"RoleKey"},
	},
	Recover: {
		subject: "mail.recover.subject", text: "mail.recover.text", act: "mail.recover.act", not: "mail.recover.not",
		purpose: "recover",
	},
	Unknown: {
		subject: "mail.unknown.subject", text: "mail.unknown.text", not: "mail.unknown.not",
	},
	Recovering: {
		subject: "mail.recovering.subject", text: "mail.recovering.text", act: "mail.recovering.act", not: "mail.recovering.not",
		purpose: "stop", args: []string{"FromTime"},
	},
	Recovered: {
		subject: "mail.recovered.subject", text: "mail.recovered.text", not: "mail.recovered.not",
	},
	Address: {
		subject: "mail.address.subject", text: "mail.address.text", act: "mail.address.act", not: "mail.address.not", purpose: "address",
	},
	Moved: {
		subject: "mail.moved.subject", text: "mail.moved.text", not: "mail.moved.not",
	},
	Role: {
		subject: "mail.role.subject", text: "mail.role.text", act: "mail.role.act", not: "mail.role.not",
		body: true, path: "/sign-in", args: []string{"RoleKey", "ChangeKey"},
	},
	Passkey: {
		subject: "mail.passkey.subject", text: "mail.passkey.text", act: "mail.passkey.act", not: "mail.passkey.not",
		path: "/settings", args: []string{"Name", "ChangeKey"},
	},
	Award: {
		subject: "mail.award.subject", text: "mail.award.text", act: "mail.award.act", not: "mail.award.not",
		body: true, purpose: "claim", args: []string{"Title"},
	},
	Revoked: {
		subject: "mail.revoked.subject", text: "mail.revoked.text", not: "mail.revoked.not",
		body: true, args: []string{"Title", "ChangeKey"},
	},
	Deleted: {
		subject: "mail.deleted.subject", text: "mail.deleted.text", not: "mail.deleted.not",
	},
	Try: {
		subject: "mail.try.subject", text: "mail.try.text",
	},
}

// Kinds are all kinds of letter.
func Kinds() []Kind {
	return []Kind{Register, Known, Invite, Recover, Unknown, Recovering, Recovered, Address, Moved, Role, Passkey, Award, Revoked, Deleted, Try}
}

// Check tells whether the letter can be composed. It is asked before a letter is
// kept: what is wrong with it is a mistake of the use case, or a bad address.
func (l Letter) Check() error {
	s, ok := specs[l.Kind]
	wrong := func(format string, args ...any) error {
		return fmt.Errorf("letter of kind %q: "+format, append([]any{string(l.Kind)}, args...)...)
	}
	switch {
	case !ok:
		return wrong("not known")
	case !slices.Contains(i18n.Languages[:], l.Lang):
		return wrong("language %q", l.Lang)
	case s.body && l.Body == "":
		return wrong("no body")
	case !s.body && l.Body != "" && l.Kind != Try:
		return wrong("a body's name on a letter of the server")
	case l.Purpose != s.purpose:
		return wrong("a link for %q", l.Purpose)
	case (l.Purpose == "") != (l.Ticket == "") || (l.Ticket == "") != l.Until.IsZero():
		return wrong("purpose, ticket and end of the link do not go together")
	}
	if to, err := ParseAddress(l.To); err != nil {
		return err
	} else if to != l.To {
		return fault.New(fault.Invalid, "mail.address", errors.New("not as ParseAddress gives it"))
	}
	for _, name := range s.args {
		if l.Args[name] == "" {
			return wrong("no %s", name)
		}
	}
	for name, value := range l.Args {
		if strings.HasSuffix(name, "Time") {
			if _, err := time.Parse(time.RFC3339, value); err != nil {
				return wrong("%s is no time", name)
			}
		}
	}
	return nil
}
