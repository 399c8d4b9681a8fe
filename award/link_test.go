package award_test

import (
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/award"
)

// What is kept of links does not grow for ever, and is not all read at once.
func TestLinksAreBounded(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		a := b.sealed(t)
		holder := b.claimed(t, a)
		b.advance(time.Second)
		one, err := b.desk.NewLink(ctx, holder, a.ID, time.Time{}, "")
		if err != nil {
			t.Fatal(err)
		}
		var looks []award.TokenLooks
		hour := b.now().Truncate(time.Hour)
		for n := range 300 {
			looks = append(looks, award.TokenLooks{
				Token: strings.TrimPrefix(one.URL, publicURL+"/v/"), Hour: hour.Add(time.Duration(n) * time.Hour), Count: 2,
			})
		}
		if err := b.store.AddLooks(ctx, looks); err != nil {
			t.Fatal(err)
		}
		links, err := b.desk.MyLinks(ctx, holder, a.ID)
		if err != nil || len(links) != 2 {
			t.Fatalf("MyLinks: %+v, %v", links, err)
		}
		got := links[1]
		if got.Looked != 600 || len(got.Looks) != 200 || !got.Looks[0].Hour.Equal(hour.Add(299*time.Hour)) || got.Looks[0].Count != 2 {
			t.Errorf("looked at %d times, in %d hours, the latest %+v", got.Looked, len(got.Looks), got.Looks[0])
		}
		if links[0].Looked != 0 || len(links[0].Looks) != 0 {
			t.Errorf("the printed link was looked at %d times", links[0].Looked)
		}
		if err := b.desk.CloseLink(ctx, holder, a.ID, one.ID); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			after time.Duration
			left  int
		}{{364 * 24 * time.Hour, 2}, {2 * 24 * time.Hour, 1}} {
			b.advance(c.after)
			if err := b.store.Sweep(ctx); err != nil {
				t.Fatal(err)
			}
			if links, err := b.desk.MyLinks(ctx, holder, a.ID); err != nil || len(links) != c.left || !links[0].Printed {
				t.Errorf("%s later: %+v, %v", c.after, links, err)
			}
		}
		if left := b.raw(t, `select count(*) from link_looks`); left[0] != "0" {
			t.Errorf("%s hours are left", left)
		}
	})
}
