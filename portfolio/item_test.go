package portfolio_test

import (
	"context"
	"crypto/sha256"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/evidence"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/portfolio"
)

func TestAddKeepsTheFileAndWhatIsSaid(t *testing.T) {
	t.Parallel()
	k := newKit(t, portfolio.Limits{})
	ida := person()
	texts := artefact()
	texts.Title, texts.Shows = "  Light plot ", "Line one\r\nline two\t"
	i := k.add(ida, texts, pdf)
	got, err := k.Item(t.Context(), ida, i.ID)
	if err != nil {
		t.Fatal(err)
	}
	if got.Title != "Light plot" || got.Shows != "Line one\nline two" || got.Task == "" || !got.Own || got.Unit != "lighting" {
		t.Errorf("texts = %+v", got.Texts)
	}
	if got.Day != time.Date(2026, 10, 25, 0, 0, 0, 0, time.UTC) || got.Added != start || got.Frozen() {
		t.Errorf("day %s, added %s, frozen %t", got.Day, got.Added, got.Frozen())
	}
	if got.File.Type != "application/pdf" || got.File.Size != int64(len(pdf)) || got.File.Digest != evidence.Digest(sha256.Sum256([]byte(pdf))) {
		t.Errorf("file = %+v", got.File)
	}
	if content, err := k.read(ida, i.ID); err != nil || content != pdf {
		t.Errorf("file holds %q, %v", content, err)
	}
	if strings.Contains(i.File.Blob, got.File.Digest.String()[:8]) || strings.Contains(i.File.Blob, string(ida.Person)[:8]) {
		t.Errorf("the name %s tells whose it is or what it holds", i.File.Blob)
	}
	all, err := k.Items(t.Context(), ida)
	if err != nil || len(all) != 1 || all[0].ID != i.ID {
		t.Errorf("Items = %v, %v", all, err)
	}
	if u, err := k.Usage(t.Context(), ida); err != nil || u.Items != 1 || u.Bytes != int64(len(pdf)) {
		t.Errorf("Usage = %+v, %v", u, err)
	}
}

func TestAddRefusesWhatLacksSomething(t *testing.T) {
	t.Parallel()
	k := newKit(t, portfolio.Limits{})
	ida := person()
	for name, c := range map[string]struct {
		change func(*portfolio.Texts)
		want   []string
	}{
		"unknown form":       {func(x *portfolio.Texts) { x.Kind = "poem" }, []string{"$.kind portfolio.kind"}},
		"no unit":            {func(x *portfolio.Texts) { x.Unit = "" }, []string{"$.unit portfolio.unit"}},
		"unknown unit":       {func(x *portfolio.Texts) { x.Unit = "juggling" }, []string{"$.unit portfolio.unit"}},
		"no title":           {func(x *portfolio.Texts) { x.Title = " \t" }, []string{"$.title portfolio.title.none"}},
		"hidden character":   {func(x *portfolio.Texts) { x.Title = "a\u202eb" }, []string{"$.title portfolio.text.characters"}},
		"title in two lines": {func(x *portfolio.Texts) { x.Title = "a\nb" }, []string{"$.title portfolio.text.characters"}},
		"long title":         {func(x *portfolio.Texts) { x.Title = strings.Repeat("é", 121) }, []string{"$.title portfolio.text.long"}},
		"shows nothing":      {func(x *portfolio.Texts) { x.Shows = "" }, []string{"$.shows portfolio.shows.none"}},
		"no task":            {func(x *portfolio.Texts) { x.Task = "" }, []string{"$.task portfolio.task.none"}},
		"not own":            {func(x *portfolio.Texts) { x.Own = false }, []string{"$.own portfolio.own.none"}},
		"no day":             {func(x *portfolio.Texts) { x.Day = time.Time{} }, []string{"$.day portfolio.day.none"}},
		"day ahead":          {func(x *portfolio.Texts) { x.Day = start.AddDate(0, 0, 3) }, []string{"$.day portfolio.day.ahead"}},
		"day of the dead":    {func(x *portfolio.Texts) { x.Day = time.Date(1820, 1, 1, 0, 0, 0, 0, time.UTC) }, []string{"$.day portfolio.day.old"}},
		"video of nobody":    {func(x *portfolio.Texts) { x.Kind = portfolio.Video }, []string{"$.people portfolio.people.none"}},
		"broken letters":     {func(x *portfolio.Texts) { x.Shows = "a\xff" }, []string{"$.shows portfolio.text.characters"}},
		"all at once": {func(x *portfolio.Texts) { *x = portfolio.Texts{} }, []string{
			"$.kind portfolio.kind", "$.unit portfolio.unit", "$.title portfolio.title.none", "$.shows portfolio.shows.none", "$.day portfolio.day.none",
		}},
	} {
		texts := artefact()
		c.change(&texts)
		_, err := k.try(ida, texts, "a.pdf", pdf)
		wantItems(t, name, err, c.want...)
	}
	_, err := k.Add(t.Context(), ida, artefact(), nil)
	wantItems(t, "no file", err, "$.file portfolio.file.none")
	if n := len(k.blobs.names()); n != 0 {
		t.Errorf("%d files were kept", n)
	}
}

// TestLongestTextsCanBeFrozen holds the limits of the texts against those of a set.
func TestLongestTextsCanBeFrozen(t *testing.T) {
	t.Parallel()
	k := newKit(t, portfolio.Limits{})
	ida := person()
	for _, kind := range portfolio.Kinds() {
		i := k.add(ida, portfolio.Texts{
			Kind: kind, Unit: "lighting", Title: strings.Repeat("ü", portfolio.MaxTitle), Shows: strings.Repeat("ü", portfolio.MaxShows),
			Task: strings.Repeat("ü", portfolio.MaxTask), People: strings.Repeat("ü", portfolio.MaxPeople), Own: true, Day: start,
		}, pdf)
		if _, err := k.Freeze(t.Context(), ida, "lighting", []portfolio.ItemID{i.ID}); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

func TestOthersFindNothing(t *testing.T) {
	t.Parallel()
	k := newKit(t, portfolio.Limits{})
	ida := person()
	i := k.add(ida, artefact(), pdf)
	s, err := k.Freeze(t.Context(), ida, "lighting", []portfolio.ItemID{i.ID})
	if err != nil {
		t.Fatal(err)
	}
	release, err := k.HandIn(t.Context(), ida, s.ID, "demo-body", "Assessment", start.AddDate(0, 1, 0), true)
	if err != nil {
		t.Fatal(err)
	}
	every := []access.Membership{}
	for _, role := range access.Roles() {
		every = append(every, access.Membership{Body: "demo-body", Role: role})
	}
	other := person()
	other.Memberships = every
	for _, id := range []portfolio.ItemID{i.ID, "", "x' or 1=1", portfolio.ItemID(strings.ToUpper(string(i.ID))), "00000000-0000-4000-8000-000000000000", "\x00"} {
		_, err := k.Item(t.Context(), other, id)
		wantKey(t, "Item", err, fault.NotFound, "portfolio.none")
		_, err = k.Edit(t.Context(), other, id, artefact())
		wantKey(t, "Edit", err, fault.NotFound, "portfolio.none")
		wantKey(t, "Delete", k.Delete(t.Context(), other, id), fault.NotFound, "portfolio.none")
		_, _, err = k.Open(t.Context(), other, id)
		wantKey(t, "Open", err, fault.NotFound, "portfolio.none")
		_, err = k.Freeze(t.Context(), other, "lighting", []portfolio.ItemID{id})
		wantKey(t, "Freeze", err, fault.NotFound, "portfolio.none")
	}
	_, err = k.Set(t.Context(), other, s.ID)
	wantKey(t, "Set", err, fault.NotFound, "portfolio.none")
	_, _, err = k.Proof(t.Context(), other, s.ID, 0)
	wantKey(t, "Proof", err, fault.NotFound, "portfolio.none")
	_, err = k.HandIn(t.Context(), other, s.ID, "demo-body", "Mine now", start.AddDate(0, 1, 0), true)
	wantKey(t, "HandIn", err, fault.NotFound, "portfolio.none")
	wantKey(t, "Withdraw", k.Withdraw(t.Context(), other, s.ID, release.ID), fault.NotFound, "portfolio.none")
	wantKey(t, "DeleteSet", k.DeleteSet(t.Context(), other, s.ID), fault.NotFound, "portfolio.none")
	if all, err := k.Items(t.Context(), other); err != nil || len(all) != 0 {
		t.Errorf("Items of another: %v, %v", all, err)
	}

	// Nobody, and a token without the scope.
	token := access.Actor{Person: ida.Person, Token: "t", Scopes: []access.Scope{access.ScopeMine}}
	if _, err := k.Item(t.Context(), token, i.ID); err != nil {
		t.Errorf("a token that may read: %v", err)
	}
	for what, a := range map[string]access.Actor{"nobody": {}, "a token that may read": token, "a body's token": {Token: "b", Body: "demo-body", Scopes: access.BodyScopes()}} {
		want := fault.Unauthenticated
		if a.Person != "" {
			want = fault.Forbidden
		}
		_, err1 := k.Edit(t.Context(), a, i.ID, artefact())
		_, err2 := k.Freeze(t.Context(), a, "lighting", []portfolio.ItemID{i.ID})
		_, err3 := k.Receive(t.Context(), a, "a", strings.NewReader(pdf))
		_, err4 := k.HandIn(t.Context(), a, s.ID, "demo-body", "p", start.AddDate(0, 1, 0), true)
		for _, err := range []error{err1, err2, err3, err4, k.Delete(t.Context(), a, i.ID), k.Withdraw(t.Context(), a, s.ID, release.ID), k.DeleteSet(t.Context(), a, s.ID)} {
			if fault.KindOf(err) != want {
				t.Errorf("%s: %v, want kind %d", what, err, want)
			}
		}
	}
}

func TestEqualFilesAreApart(t *testing.T) {
	t.Parallel()
	k := newKit(t, portfolio.Limits{})
	ida, ben := person(), person()
	a, b, again := k.add(ida, cv(), pdf), k.add(ben, cv(), pdf), k.add(ida, cv(), pdf)
	if len(k.blobs.names()) != 3 || a.File.Digest != b.File.Digest || a.File.Blob == b.File.Blob || a.File.Blob == again.File.Blob {
		t.Fatalf("files %v", k.blobs.names())
	}
	if err := k.Delete(t.Context(), ida, a.ID); err != nil {
		t.Fatal(err)
	}
	for actor, i := range map[string]struct {
		access.Actor
		portfolio.Item
	}{"ben": {ben, b}, "ida": {ida, again}} {
		if content, err := k.read(i.Actor, i.Item.ID); err != nil || content != pdf {
			t.Errorf("%s: %q, %v", actor, content, err)
		}
	}
	_, _, err := k.Open(t.Context(), ida, a.ID)
	wantKey(t, "Open of what was deleted", err, fault.NotFound, "portfolio.none")
	if len(k.blobs.names()) != 2 {
		t.Errorf("files left: %v", k.blobs.names())
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	k := newKit(t, portfolio.Limits{File: 1 << 20, Total: 3 << 20, Items: 4, Sets: 2})
	ida := person()
	big := "%PDF-" + strings.Repeat("x", 1<<20-5)
	_, err := k.try(ida, cv(), "a.pdf", big+"x")
	wantKey(t, "a byte too many", err, fault.TooLarge, "portfolio.file.large")
	_, err = k.try(ida, cv(), "a.pdf", "")
	wantKey(t, "empty", err, fault.Invalid, "portfolio.file.empty")
	for range 3 {
		k.add(ida, cv(), big)
	}
	_, err = k.try(ida, cv(), "a.pdf", pdf)
	wantKey(t, "no room", err, fault.Conflict, "portfolio.full")
	ben := person()
	for range 4 {
		k.add(ben, cv(), pdf)
	}
	_, err = k.try(ben, cv(), "a.pdf", pdf)
	wantKey(t, "too many items", err, fault.Conflict, "portfolio.items.full")

	// Files that arrive together do not get more room than there is.
	eve := person()
	var wg sync.WaitGroup
	var mu sync.Mutex
	kept := 0
	for range 12 {
		wg.Go(func() {
			if _, err := k.try(eve, cv(), "a.pdf", big); err == nil {
				mu.Lock()
				defer mu.Unlock()
				kept++
			}
		})
	}
	wg.Wait()
	if u, err := k.Usage(t.Context(), eve); err != nil || u.Items != kept || kept > 3 || kept == 0 || u.Bytes > 3<<20 {
		t.Errorf("%d kept, usage %+v, %v", kept, u, err)
	}
	if n := len(k.blobs.names()); n != 3+4+kept {
		t.Errorf("%d files, want %d", n, 7+kept)
	}
}

func TestReceiveKeepsNoHalfFile(t *testing.T) {
	t.Parallel()
	k := newKit(t, portfolio.Limits{})
	ida := person()
	_, err := k.Receive(t.Context(), ida, "a.pdf", io.MultiReader(strings.NewReader(pdf), iotest.ErrReader(io.ErrUnexpectedEOF)))
	wantKey(t, "broken off", err, fault.Unreadable, "portfolio.file.broken")
	refused := fault.New(fault.TooLarge, "portfolio.file.large", nil)
	_, err = k.Receive(t.Context(), ida, "a.pdf", iotest.ErrReader(refused))
	wantKey(t, "refused by the reader", err, fault.TooLarge, "portfolio.file.large")
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err = k.Receive(ctx, ida, "a.pdf", strings.NewReader(pdf)); err == nil {
		t.Error("a request that has ended left a file")
	}
	// What was received and not added gives its turn back: more than may arrive at once.
	for range 20 {
		r, err := k.Receive(t.Context(), ida, "a.pdf", strings.NewReader(pdf))
		if err != nil {
			t.Fatal(err)
		}
		r.Drop()
		r.Drop()
	}
	var held []*portfolio.Received
	for range 3 {
		r, err := k.Receive(t.Context(), ida, "a.pdf", strings.NewReader(pdf))
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, r)
	}
	_, err = k.Receive(t.Context(), ida, "a.pdf", strings.NewReader(pdf))
	wantKey(t, "a fourth at once", err, fault.TooMany, "portfolio.busy")
	if r, err := k.Receive(t.Context(), person(), "a.pdf", strings.NewReader(pdf)); err != nil {
		t.Errorf("somebody else waits for ida: %v", err)
	} else {
		r.Drop()
	}
	if _, err := k.Add(t.Context(), person(), cv(), held[0]); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a file that another received: %v", err)
	}
	for _, r := range held {
		r.Drop()
	}
	if len(k.blobs.names()) != 0 {
		t.Errorf("files: %v", k.blobs.names())
	}
}

func TestAddTakesBackWhatItCouldNotKeep(t *testing.T) {
	t.Parallel()
	k := newKit(t, portfolio.Limits{})
	ida := person()
	k.blobs.fail(true)
	_, err := k.try(ida, cv(), "a.pdf", pdf)
	wantKey(t, "storage down", err, fault.Unavailable, "store.blobs.unavailable")
	if u, err := k.Usage(t.Context(), ida); err != nil || u.Items != 0 {
		t.Errorf("Usage = %+v, %v; want none", u, err)
	}
	if left, err := k.Sweep(t.Context()); err != nil || left != 1 {
		t.Errorf("Sweep of a storage that is down: %d, %v; want 1 left", left, err)
	}
	k.blobs.fail(false)
	if left, err := k.Sweep(t.Context()); err != nil || left != 0 {
		t.Errorf("Sweep: %d, %v", left, err)
	}
	k.add(ida, cv(), pdf)
}

func TestEdit(t *testing.T) {
	t.Parallel()
	k := newKit(t, portfolio.Limits{})
	ida := person()
	i := k.add(ida, artefact(), pdf)
	texts := artefact()
	texts.Kind, texts.Title, texts.People = portfolio.CV, "Another", "nobody"
	if _, err := k.Edit(t.Context(), ida, i.ID, texts); err != nil {
		t.Fatal(err)
	}
	got, err := k.Item(t.Context(), ida, i.ID)
	if err != nil || got.Title != "Another" || got.Task != "" || got.Own || got.People != "" || got.File != i.File || !got.Changed.After(i.Changed) {
		t.Errorf("after Edit: %+v, %v", got, err)
	}
	texts.Title = ""
	_, err = k.Edit(t.Context(), ida, i.ID, texts)
	wantItems(t, "Edit", err, "$.title portfolio.title.none")
}

func TestOpenGivesNothingDamaged(t *testing.T) {
	t.Parallel()
	k := newKit(t, portfolio.Limits{})
	ida := person()
	content := pdf + strings.Repeat("z", 100_000)
	i := k.add(ida, cv(), content)
	for what, damaged := range map[string]string{"changed": content[:len(content)-1] + "y", "cut": content[:50_000], "empty": ""} {
		if err := k.blobs.Remove(t.Context(), i.File.Blob); err != nil {
			t.Fatal(err)
		}
		if err := k.blobs.Put(t.Context(), i.File.Blob, strings.NewReader(damaged)); err != nil {
			t.Fatal(err)
		}
		got, err := k.read(ida, i.ID)
		if fault.KindOf(err) != fault.Internal || err == nil || len(got) >= len(content) {
			t.Errorf("%s: %d bytes, %v; want an error before the end", what, len(got), err)
		}
	}
	if err := k.blobs.Remove(t.Context(), i.File.Blob); err != nil {
		t.Fatal(err)
	}
	_, err := k.read(ida, i.ID)
	wantKey(t, "lost", err, fault.Internal, "portfolio.lost")
}
