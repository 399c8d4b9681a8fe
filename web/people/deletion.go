package people

import (
	"maps"
	"net/http"
	"slices"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/web/page"
	"github.com/probatum/probatum/web/session"
)

type deletionView struct {
	Title   string
	Lead    string
	Blocked []page.Card // bodies that would be left without an administrator
	Goes    []string
	Stays   []string
	Ask     *page.Form
	Back    page.Act
}

// deletion says what goes, what stays and why, before anything is deleted.
func (p *Pages) deletion(w http.ResponseWriter, r *http.Request) error {
	return p.showDeletion(w, r, http.StatusOK, nil)
}

func (p *Pages) showDeletion(w http.ResponseWriter, r *http.Request, status int, wrong error) error {
	t := loc(r)
	left, err := p.cfg.Accounts.Remains(r.Context(), session.ActorOf(r))
	if err != nil {
		return err
	}
	v := deletionView{
		Title: t.T("people.delete.title"), Lead: t.T("people.delete.lead"),
		Goes: []string{t.T("people.delete.account")},
		Back: page.Act{Label: t.T("people.settings.title"), Href: "/settings", Quiet: true},
	}
	for _, b := range left.Administers {
		v.Blocked = append(v.Blocked, page.Card{Title: b.Name, Text: t.T("people.delete.blocked"), Href: "/b/" + string(b.ID) + "/staff"})
	}
	for _, name := range slices.Sorted(maps.Keys(left.Counts)) {
		n := left.Counts[name]
		if n == 0 {
			continue
		}
		text := t.T("deletion."+name, "Count", n)
		if slices.Contains(left.Stays, name) {
			v.Stays = append(v.Stays, text)
			continue
		}
		v.Goes = append(v.Goes, text)
	}
	v.Stays = append(v.Stays, t.T("people.delete.sealed"))
	if len(v.Blocked) == 0 {
		v.Ask = &page.Form{ID: "delete", Action: "/settings/delete", Submit: t.T("people.delete.now"), Grave: true, Back: &v.Back, Controls: []page.Control{
			&page.Box{Name: "sure", Label: t.T("people.delete.sure"), Required: true},
		}}
		if wrong != nil && !v.Ask.Fail(wrong, t) {
			return wrong
		}
	}
	return p.site.Show(w, r, "deletion", status, page.Content{Title: v.Title, Main: v, Again: "/settings/delete"})
}

func (p *Pages) deleteAccount(w http.ResponseWriter, r *http.Request) error {
	in, err := p.site.ReadForm(w, r, maxForm)
	if err != nil {
		return err
	}
	if !in.Has("sure") {
		return p.showDeletion(w, r, http.StatusBadRequest, fault.List{{Path: "$.sure", Key: "people.delete.unsure"}})
	}
	if err := p.cfg.Accounts.Delete(r.Context(), session.ActorOf(r)); err != nil {
		if fault.KindOf(err) == fault.Conflict {
			return p.showDeletion(w, r, http.StatusConflict, err)
		}
		return err
	}
	if err := p.cfg.Sessions.SignOut(r); err != nil {
		return err
	}
	// Elsewhere, so that nothing around the page speaks of the account.
	page.SeeOther(w, r, "/deleted")
	return nil
}

// deleted says that an account is gone.
func (p *Pages) deleted(w http.ResponseWriter, r *http.Request) error {
	t := loc(r)
	return p.say(w, r, p.sent(r, saidView{Title: t.T("people.deleted.title"), Texts: []string{t.T("people.deleted.text")}}))
}
