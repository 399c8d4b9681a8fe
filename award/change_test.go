package award_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/award"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/status"
	"github.com/probatum/probatum/verifier"
)

func TestChangeReachesAllForms(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		a := b.sealed(t)
		holder := b.claimed(t, a)
		want := func(verdict verifier.Verdict) {
			t.Helper()
			v := b.verifier(t)
			record, err := b.desk.Record(ctx, b.officer, bodyID, a.ID)
			if err != nil || len(record.Files) != 7 {
				t.Fatalf("Record: %v, %v", record, err)
			}
			for _, info := range record.Files {
				f, err := b.desk.File(ctx, b.officer, bodyID, a.ID, info.Kind)
				if err != nil {
					t.Fatal(err)
				}
				want := standing(info.Kind, verdict)
				if report := verified(t, v, f.Bytes, want); report.Verdict() != want {
					t.Errorf("%s is %v; want %v", info.Kind, report.Verdict(), want)
				}
			}
		}
		change := func(to status.State, why issuer.Reason) {
			t.Helper()
			b.advance(time.Second)
			if err := b.desk.Change(ctx, b.officer, bodyID, a.ID, to, why, "a note"); err != nil {
				t.Fatalf("Change to %d: %v", to, err)
			}
		}
		wantKind(t, "without a reason", b.desk.Change(ctx, b.officer, bodyID, a.ID, status.Revoked, "", ""), fault.Invalid, "issue.status.why")
		change(status.Suspended, issuer.UnderReview)
		change(status.Suspended, issuer.UnderReview)
		want(verifier.Invalid)
		change(status.Valid, issuer.Cleared)
		want(verifier.Valid)
		change(status.Revoked, issuer.IssuedInError)
		want(verifier.Invalid)
		wantKind(t, "reinstating what is revoked", b.desk.Change(ctx, b.officer, bodyID, a.ID, status.Valid, issuer.Cleared, ""), fault.Conflict, "")

		record, err := b.desk.Record(ctx, b.officer, bodyID, a.ID)
		changes := record.Changes
		if err != nil || len(changes) != 3 || changes[2].To != status.Revoked || changes[2].By != b.officer.By() {
			t.Errorf("Changes: %+v, %v", changes, err)
		}
		mine, err := b.desk.MyCredential(ctx, holder, a.ID)
		if err != nil || mine.State != status.Revoked || mine.Reason != issuer.IssuedInError {
			t.Errorf("MyCredential: %+v, %v", mine, err)
		}
		// One letter to the holder's own address for each change, and a notice.
		var told int
		for _, l := range b.letters(t) {
			if strings.HasPrefix(l, "revoked "+holder.Name+" fr ") {
				told++
			}
		}
		notices := len(b.raw(t, `select id from notices where person = $1`, string(holder.Person)))
		if args := b.raw(t, `select args from notices where person = $1`, string(holder.Person)); !strings.Contains(args[0], `"Title@de":"Licht"`) {
			t.Errorf("a notice is in one language: %s", args)
		}
		if told != 3 || notices != 3 {
			t.Errorf("%d letters and %d notices, want three of each: %q", told, notices, b.letters(t))
		}
	})
}

func TestLists(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		var all []assessment.ResultID
		for range 5 {
			b.advance(time.Second)
			all = append(all, b.imported(t).ID)
		}
		slices.Reverse(all)
		if _, err := b.desk.Seal(ctx, b.officer, bodyID, all[1], ""); err != nil {
			t.Fatal(err)
		}
		ids := func(f award.Filter) (ids []assessment.ResultID, rows []award.Row) {
			t.Helper()
			rows, err := b.desk.Awards(ctx, b.officer, bodyID, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range rows {
				ids = append(ids, r.ID)
			}
			return ids, rows
		}
		got, rows := ids(award.Filter{})
		if !slices.Equal(got, all) || rows[1].State != award.Sealed || !rows[0].Told || rows[0].Summary.Name == "" {
			t.Errorf("all: %v, want %v", got, all)
		}
		first, rows := ids(award.Filter{Limit: 2})
		second, _ := ids(award.Filter{Limit: 3, Before: &award.Cursor{At: rows[1].ImportedAt, ID: rows[1].ID}})
		if !slices.Equal(append(first, second...), all) {
			t.Errorf("in two pages: %v, %v", first, second)
		}
		if got, _ := ids(award.Filter{States: []award.State{award.Waiting}}); len(got) != 4 {
			t.Errorf("waiting: %v", got)
		}
		if got, _ := ids(award.Filter{Sealed: true}); !slices.Equal(got, all[1:2]) {
			t.Errorf("sealed: %v", got)
		}
		revoked := status.Revoked
		if got, _ := ids(award.Filter{Sealed: true, Stand: &revoked}); len(got) != 0 {
			t.Errorf("revoked: %v", got)
		}
	})
}

func TestPublishAll(t *testing.T) {
	t.Parallel()
	b := newBench(t, t.TempDir()+"/probatum.db")
	ctx := t.Context()
	b.sealed(t)
	p := profile()
	p.ID = "keyless"
	b.body(t, "keyless", p)
	if err := b.store.PublishedAs(ctx, "keyless", publicURL, issuer.NamedByKey); err != nil {
		t.Fatal(err)
	}
	broken := b.seals
	broken.Data = t.TempDir() // nobody has a key there
	if _, err := b.newDesk(t, b.store, broken).PublishAll(ctx); err == nil {
		t.Error("PublishAll without keys gave no error")
	}
	b.advance(36 * time.Hour)
	n, err := b.desk.PublishAll(ctx)
	if err != nil || n == 0 {
		t.Errorf("PublishAll: %d, %v", n, err)
	}
	if n, err := b.desk.PublishAll(ctx); err != nil || n != 0 {
		t.Errorf("PublishAll again: %d, %v", n, err)
	}
}
