package main

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/probatum/probatum/web"
)

// Who may use a route, beside the acts of access.
const (
	open   = "open"   // anybody
	person = "person" // whoever is signed in
	own    = "own"    // whoever is signed in; the address names something of theirs
)

// ruled says of every route who may use it. A new route must be entered here, or
// TestTI6 fails. Pages first, then programs; below "mine" the rule of programs is a
// scope. In this order the requests at the end of TestTI6 are done.
const ruled = `
GET  /static/{name:passkey\..+}               open
GET  /sign-in                                 open
POST /sign-in/passkey/begin                   open
POST /sign-in/passkey                         open
POST /sign-in/openid/{provider}               open
GET  /sign-in/back/{provider}                 open
POST /sign-in/demo                            open
POST /sign-out                                open
GET  /deleted                                 open
GET  /sign-up                                 open
POST /sign-up                                 open
GET  /sign-up/{secret}                        open
POST /sign-up/{secret}/passkey/begin          open
POST /sign-up/{secret}/passkey                open
POST /sign-up/{secret}/demo                   open
POST /sign-up/{secret}/openid/{provider}      open
GET  /invite/{secret}                         open
POST /invite/{secret}/passkey/begin           open
POST /invite/{secret}/passkey                 open
POST /invite/{secret}/demo                    open
POST /invite/{secret}/openid/{provider}       open
POST /invite/{secret}/accept                  person
GET  /setup/{secret}                          open
POST /setup/{secret}/passkey/begin            open
POST /setup/{secret}/passkey                  open
POST /setup/{secret}/demo                     open
POST /setup/{secret}/openid/{provider}        open
POST /setup/{secret}/accept                   person
GET  /claim/account/{secret}                  open
POST /claim/account/{secret}/passkey/begin    open
POST /claim/account/{secret}/passkey          open
POST /claim/account/{secret}/demo             open
POST /claim/account/{secret}/openid/{provider} open
GET  /claim/{secret}                          open
POST /claim/{secret}                          person
GET  /recover                                 open
POST /recover                                 open
GET  /recover/{secret}                        open
POST /recover/{secret}/code                   open
POST /recover/{secret}/wait                   open
POST /recover/{secret}/passkey/begin          open
POST /recover/{secret}/passkey                open
POST /recover/{secret}/openid/{provider}      open
GET  /recover/stop/{secret}                   open
POST /recover/stop/{secret}                   open
GET  /confirm                                 person
POST /confirm/passkey/begin                   person
POST /confirm/passkey                         person
POST /confirm/openid/{provider}               person
POST /confirm/demo                            person
GET  /confirm/go-on                           person
GET  /start                                   person
GET  /notices                                 person
POST /notices/{notice}/end                    own
POST /recovery/stop                           person
GET  /settings                                person
POST /settings                                person
POST /settings/address                        person
GET  /settings/address/{secret}               person
POST /settings/address/{secret}               person
POST /settings/sessions                       person
POST /settings/codes                          person
GET  /settings/passkeys/new                   person
POST /settings/passkeys/begin                 person
POST /settings/passkeys                       person
GET  /settings/passkeys/rename                person
POST /settings/passkeys/rename                person
POST /settings/logins/remove                  person
POST /settings/openid/{provider}              person
GET  /settings/tokens                         person
POST /settings/tokens                         person
POST /settings/tokens/{token}/end             own
GET  /settings/delete                         person
POST /settings/delete                         person

GET  /me                                      person
GET  /me/evidence                             person
GET  /me/evidence/add                         person
GET  /me/evidence/add/{kind}                  person
POST /me/evidence/add/{kind}                  person
GET  /me/evidence/{item}                      own
GET  /me/evidence/{item}/edit                 own
POST /me/evidence/{item}/edit                 own
GET  /me/evidence/{item}/delete               own
POST /me/evidence/{item}/delete               own
GET  /me/evidence/{item}/file                 own
GET  /me/sets                                 person
GET  /me/sets/add                             person
POST /me/sets/add                             person
GET  /me/sets/{set}                           own
GET  /me/sets/{set}/hand-in                   own
GET  /me/sets/{set}/proofs/{index}            own
GET  /me/sets/{set}/proofs/{index}/bundle     own
GET  /me/sets/{set}/withdraw/{release}        own
POST /me/sets/{set}/withdraw/{release}        own
POST /me/sets/{set}/hand-in                   own
GET  /me/sets/{set}/delete                    own
POST /me/sets/{set}/delete                    own
GET  /me/credentials                          person
GET  /me/credentials/{id}                     own
GET  /me/credentials/{id}/files/{kind}        own
GET  /me/credentials/{id}/links               own
POST /me/credentials/{id}/links               own
GET  /me/credentials/{id}/links/{link}/close  own
POST /me/credentials/{id}/links/{link}/close  own
GET  /me/credentials/{id}/printed/{state}     own
POST /me/credentials/{id}/printed/{state}     own

GET  /b/{body}                                body.read
GET  /b/{body}/setup                          body.read
GET  /b/{body}/setup/preview/{lang:en|fr|de}.png body.read
GET  /b/{body}/setup/preview/{lang:en|fr|de}.pdf body.read
GET  /b/{body}/setup/who                      body.edit
POST /b/{body}/setup/who                      body.edit
POST /b/{body}/setup/who/preview              body.edit
GET  /b/{body}/setup/look                     body.edit
POST /b/{body}/setup/look                     body.edit
POST /b/{body}/setup/look/preview             body.edit
GET  /b/{body}/setup/recognition              body.edit
POST /b/{body}/setup/recognition              body.edit
POST /b/{body}/setup/recognition/preview      body.edit
GET  /b/{body}/setup/mail                     body.edit
POST /b/{body}/setup/mail                     body.edit
GET  /b/{body}/setup/recognition/remove       body.edit
POST /b/{body}/setup/recognition/remove       body.edit
GET  /b/{body}/setup/seal                     seal.manage
GET  /b/{body}/setup/seal/request.pem         seal.manage
GET  /b/{body}/setup/seal/certificate         seal.manage
POST /b/{body}/setup/seal/certificate         seal.manage
POST /b/{body}/setup/seal/request             seal.manage
POST /b/{body}/setup/seal/trial               seal.manage
GET  /b/{body}/staff                          staff.read
POST /b/{body}/staff                          staff.manage
POST /b/{body}/staff/invitations/{ticket}/again    staff.manage
GET  /b/{body}/staff/invitations/{ticket}/withdraw staff.manage
POST /b/{body}/staff/invitations/{ticket}/withdraw staff.manage
GET  /b/{body}/staff/members/{member}         staff.manage
GET  /b/{body}/staff/members/{member}/help    staff.manage
POST /b/{body}/staff/members/{member}/help    staff.manage
POST /b/{body}/staff/members/{member}/role    staff.manage
GET  /b/{body}/staff/members/{member}/end     staff.manage
POST /b/{body}/staff/members/{member}/end     staff.manage
GET  /b/{body}/tokens                         tokens.manage
POST /b/{body}/tokens                         tokens.manage
GET  /b/{body}/tokens/{token}/revoke          tokens.manage
POST /b/{body}/tokens/{token}/revoke          tokens.manage
GET  /b/{body}/results                        results.read
POST /b/{body}/results                        results.import
GET  /b/{body}/results/example.json           results.read
GET  /b/{body}/results/{result}               results.read
GET  /b/{body}/results/{result}/preview/{lang} results.read
POST /b/{body}/results/{result}/attach        results.import
POST /b/{body}/results/{result}/seal          credentials.seal
GET  /b/{body}/results/{result}/discard       results.import
POST /b/{body}/results/{result}/discard       results.import
GET  /b/{body}/credentials                    credentials.read
GET  /b/{body}/credentials/{result}           credentials.read
GET  /b/{body}/credentials/{result}/files/{kind} credentials.read
POST /b/{body}/credentials/{result}/send      credentials.seal
GET  /b/{body}/credentials/{result}/{change:revoke|suspend|reinstate} credentials.revoke
POST /b/{body}/credentials/{result}/{change:revoke|suspend|reinstate} credentials.revoke
GET  /b/{body}/mail                           mail.read
POST /b/{body}/mail/try                       mail.resend
GET  /b/{body}/mail/{letter}                  mail.read
POST /b/{body}/mail/{letter}/again            mail.resend

GET  /api/v1/me/evidence                      me:read
POST /api/v1/me/evidence                      me:write
GET  /api/v1/me/evidence/{item}               me:read
PUT  /api/v1/me/evidence/{item}               me:write
GET  /api/v1/me/evidence/{item}/file          me:read
DELETE /api/v1/me/evidence/{item}             me:write
GET  /api/v1/me/sets                          me:read
POST /api/v1/me/sets                          me:write
GET  /api/v1/me/sets/{set}                    me:read
GET  /api/v1/me/sets/{set}/proofs/{index}     me:read
DELETE /api/v1/me/sets/{set}/releases/{release} me:write
POST /api/v1/me/sets/{set}/releases           me:write
DELETE /api/v1/me/sets/{set}                  me:write
GET  /api/v1/me/credentials                   me:read
GET  /api/v1/me/credentials/{id}              me:read
GET  /api/v1/me/credentials/{id}/files/{kind} me:read
GET  /api/v1/me/links                         me:read
POST /api/v1/me/links                         me:write
PUT  /api/v1/me/links/{id}/printed            me:write
DELETE /api/v1/me/links/{id}/{link}           me:write

GET  /api/v1/bodies/{body}/profile            body.read
PUT  /api/v1/bodies/{body}/profile            body.edit
GET  /api/v1/bodies/{body}/setup              body.read
GET  /api/v1/bodies/{body}/members            staff.read
GET  /api/v1/bodies/{body}/letters            mail.read
GET  /api/v1/bodies/{body}/results            results.read
POST /api/v1/bodies/{body}/results            results.import
GET  /api/v1/bodies/{body}/results/{result}   results.read
GET  /api/v1/bodies/{body}/results/{result}/preview/{lang} results.read
PUT  /api/v1/bodies/{body}/results/{result}/attachment results.import
POST /api/v1/bodies/{body}/credentials        credentials.seal
DELETE /api/v1/bodies/{body}/results/{result} results.import
GET  /api/v1/bodies/{body}/credentials        credentials.read
GET  /api/v1/bodies/{body}/credentials/{result} credentials.read
GET  /api/v1/bodies/{body}/credentials/{result}/files/{kind} credentials.read
POST /api/v1/bodies/{body}/credentials/{result}/letters credentials.seal
POST /api/v1/bodies/{body}/credentials/{result}/status credentials.revoke
`

// A ruling is a line of the table.
type ruling struct {
	web.Route
	who string
}

func (r ruling) String() string { return r.Method + " " + r.Pattern }
func (r ruling) unsafe() bool   { return r.Method != http.MethodGet }

// ofBody tells whether the address names a body: then who is an act.
func (r ruling) ofBody() bool { return strings.Contains(r.Pattern, "{body}") }

// named are the parameters of the pattern that name something that is kept.
func (r ruling) named() (names []string) {
	for _, m := range parameter.FindAllStringSubmatch(r.Pattern, -1) {
		switch m[1] {
		case "result", "ticket", "member", "token", "letter", "notice", "item", "set", "release", "link", "id":
			names = append(names, m[1])
		}
	}
	return names
}

// rules reads the table.
func rules(t testing.TB) (all []ruling) {
	t.Helper()
	for line := range strings.Lines(ruled) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		if len(words) != 3 {
			t.Fatalf("the table has the line %q", line)
		}
		all = append(all, ruling{web.Route{Method: words[0], Pattern: words[1], Program: strings.HasPrefix(words[1], "/api/")}, words[2]})
	}
	return all
}

// parameter finds the parameters of a pattern.
var parameter = regexp.MustCompile(`\{([a-zA-Z]+)(:[^}]*)?\}`)

// at fills a pattern with things.
func (r ruling) at(th things) string {
	return parameter.ReplaceAllStringFunc(r.Pattern, func(m string) string {
		switch parameter.FindStringSubmatch(m)[1] {
		case "body":
			return string(th.body)
		case "result":
			switch {
			case strings.Contains(r.Pattern, "/credentials"):
				return string(th.sealed)
			case strings.HasSuffix(r.Pattern, "discard") || r.Method == http.MethodDelete:
				return string(th.spare)
			}
			return string(th.waiting)
		case "id":
			return string(th.held)
		case "token":
			if strings.HasPrefix(r.Pattern, "/settings") {
				return th.mine
			}
			return th.token
		case "item":
			if r.unsafe() || strings.HasSuffix(r.Pattern, "edit") {
				return th.loose
			}
			return th.item
		case "set":
			return th.set
		case "release":
			return th.release
		case "link":
			return th.link
		case "ticket":
			return th.ticket
		case "member":
			if strings.HasSuffix(r.Pattern, "end") {
				return th.leaver
			}
			return th.member
		case "letter":
			return th.letter
		case "notice":
			return th.notice
		case "kind":
			if strings.Contains(r.Pattern, "/add/") {
				return "logbook"
			}
			return "edc"
		case "index":
			return "0"
		case "lang":
			return "en"
		case "change":
			return "suspend"
		case "state":
			return "off"
		case "provider":
			return "elsewhere"
		case "secret":
			return strings.Repeat("A", 44)
		case "name":
			return "passkey.0.js"
		}
		return m
	})
}

// nothings are things as long as real ones, of which there are none.
func nothings() things {
	const none = "00000000-0000-4000-8000-00000000000"
	return things{
		body: "other-body", waiting: none + "1", spare: none + "2", sealed: none + "3", held: none + "4",
		ticket: strings.Repeat("x", 22), member: none + "5", leaver: none + "5", token: none + "6", mine: none + "6", letter: none + "7", notice: none + "8",
		item: none + "9", loose: none + "9", set: none + "a", release: none + "b", link: none + "c",
	}
}

// ids are all names of things, to be blotted out of an answer.
func (th things) ids() []string {
	return []string{
		string(th.body), string(th.waiting), string(th.spare), string(th.sealed), string(th.held), th.ticket, th.member, th.leaver, th.token, th.mine,
		th.letter, th.notice, th.item, th.loose, th.set, th.release, th.link,
	}
}
