package mine_test

import (
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/portfolio"
)

func TestWaits(t *testing.T) {
	t.Parallel()
	k := newKit(t, portfolio.Limits{})
	want := func(what string, a access.Actor, texts ...string) {
		t.Helper()
		waits, err := k.pages.Waits(t.Context(), a)
		var got []string
		for _, w := range waits {
			got = append(got, w.Text)
			if code := k.get("ida", w.Path).Code; code != 200 {
				t.Errorf("%s: %s leads to %d", what, w.Path, code)
			}
		}
		if err != nil || fmt.Sprint(got) != fmt.Sprint(texts) {
			t.Errorf("%s: %v, %v; want %v", what, got, err, texts)
		}
	}
	want("an officer", k.officer)
	want("somebody new", k.ida, "mine.wait.begin")
	item := k.added("ida")
	want("an item", k.ida, "mine.wait.freeze")
	at := next(t, k.post("ida", "/me/sets/add", url.Values{"unit": {"lighting"}, "item": {id(item)}}), "/me/sets/")
	want("a set", k.ida, "mine.wait.handIn")
	next(t, k.post("ida", at+"/hand-in", url.Values{"body": {string(bodyID)}, "purpose": {"p"}, "until": {"2027-01-25"}, "confirmed": {"on"}}), at)
	want("handed in", k.ida)
	k.later(50 * 24 * time.Hour)
	want("about to end", k.ida, "mine.wait.ends")
	k.later(30 * 24 * time.Hour)
	want("over", k.ida)
	want("another", k.ben, "mine.wait.begin")
	if _, err := k.pages.Waits(t.Context(), access.Actor{}); err == nil {
		t.Error("nobody is told something")
	}
}
