package people_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/web/page/pagetest"
)

// passkeyOf gives the id of the first passkey of a person.
func passkeyOf(t *testing.T, w *town, p access.Person) string {
	t.Helper()
	l, err := w.store.Logins(t.Context(), p.ID)
	if err != nil || len(l.Passkeys) == 0 {
		t.Fatalf("Logins = %+v, %v", l, err)
	}
	return l.Passkeys[0].ID
}

func TestRenamePasskey(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	b, p := w.join("p@demo.example")
	id, path := passkeyOf(t, w, p), "/settings/passkeys/rename"
	link := path + "?passkey=" + url.QueryEscape(id)
	if got := b.page("/settings").First(t, "main table td a").Attr("href"); got != link {
		t.Errorf("settings lead to %q, want %q", got, link)
	}
	if got := b.page(link).First(t, "main form input[name=name]").Attr("value"); got != "First passkey" {
		t.Errorf("the page offers %q", got)
	}
	for _, bad := range []string{"", strings.Repeat("x", 200)} {
		rec := b.post(path, url.Values{"passkey": {id}, "name": {bad}})
		n := pagetest.Parse(t, rec)
		if rec.Code != http.StatusBadRequest || n.One(t, ".field .error") == "" || n.First(t, "main form input[name=passkey]").Attr("value") != id {
			t.Errorf("the name %.9q: %d %s", bad, rec.Code, text(rec))
		}
	}
	leads(t, "rename", b.post(path, url.Values{"passkey": {id}, "name": {"Handy"}}), "/settings#logins")
	if got := b.page("/settings").First(t, "main table").Text(); !strings.Contains(got, "Handy") {
		t.Errorf("passkeys: %q", got)
	}
	c, _ := w.join("q@demo.example")
	for _, other := range []string{"", "?passkey=x", "?passkey=%00", link[len(path):]} {
		if rec := c.get(path + other); rec.Code != http.StatusNotFound {
			t.Errorf("%s of another: %d", other, rec.Code)
		}
	}
	if rec := c.post(path, url.Values{"passkey": {id}, "name": {"Mine"}}); rec.Code != http.StatusNotFound {
		t.Errorf("the passkey of another: %d", rec.Code)
	}
}

// TestRemovedPasskeyEndsItsSessions: whoever had a passkey that is taken away is not
// signed in any more; who takes it away is.
func TestRemovedPasskeyEndsItsSessions(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	b, p := w.join("p@demo.example")
	thief := w.browser()
	thief.device = b.device
	leads(t, "add", b.make("/settings/passkeys", url.Values{"name": {"Telefon"}}), "/settings#logins")
	leads(t, "sign-in elsewhere", thief.show("/sign-in/passkey", nil), "/start")
	old := b.session()
	leads(t, "remove", b.post("/settings/logins/remove", url.Values{"passkey": {passkeyOf(t, w, p)}}), "/settings#logins")
	if rec := thief.get("/settings"); rec.Code == http.StatusOK {
		t.Error("a session lives on that the passkey had begun")
	}
	if b.session() == old || b.get("/settings").Code != http.StatusOK {
		t.Error("the session of who removed it does not go on with a new id")
	}
}

// TestDeletionRests: who came back by a recovery deletes nothing for a day.
func TestDeletionRests(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	_, p := w.join("p@demo.example")
	lost := w.browser()
	lost.post("/recover", url.Values{"email": {"p@demo.example"}})
	path := "/recover/" + w.link("p@demo.example", access.Recover)
	leads(t, "wait", lost.post(path+"/wait", nil), path)
	w.pass(access.WaitFor + time.Second)
	leads(t, "recovery", lost.make(path+"/passkey", url.Values{}), "/settings")
	sure := url.Values{"sure": {"on"}}
	if rec := lost.post("/settings/delete", sure); rec.Code != http.StatusForbidden || !strings.Contains(text(rec), "cannot be deleted") {
		t.Errorf("deletion after a recovery: %d %s", rec.Code, text(rec))
	}
	if _, err := w.store.PersonByID(t.Context(), p.ID); err != nil {
		t.Errorf("the account: %v", err)
	}
	w.pass(access.RestFor)
	leads(t, "sign-in", lost.show("/sign-in/passkey", nil), "/start")
	leads(t, "deletion a day after", lost.post("/settings/delete", sure), "/deleted")
}
