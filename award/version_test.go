package award_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/award"
	"github.com/probatum/probatum/body"
	"github.com/probatum/probatum/internal/fault"
)

// What is sealed is what was looked at: the result, where the letter goes and in which
// language, and how the certificates look.
func TestTheVersionIsAllThatIsLookedAt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		a := b.imported(t)
		attach := func(email, lang string) {
			if _, err := b.desk.Attach(ctx, b.officer, bodyID, a.ID, "", award.Attachment{Email: email, Lang: lang}); err != nil {
				t.Fatal(err)
			}
		}
		for what, change := range map[string]func(){
			"the address":   func() { attach("thief@example.org", "de") },
			"its language":  func() { attach("jana@example.org", "fr") },
			"who signs":     func() { b.change(t, func(p *body.Profile) { p.Signatory.Name = "Somebody Else" }) },
			"who is told":   func() { attach("", "") },
			"all put right": func() { attach("jana@example.org", "de") },
		} {
			attach("jana2@example.org", "en") // so that each of them is a change
			before, err := b.desk.Award(ctx, b.officer, bodyID, a.ID)
			if err != nil {
				t.Fatal(err)
			}
			change()
			_, err = b.desk.Seal(ctx, b.officer, bodyID, a.ID, before.Version)
			wantKind(t, "Seal after a change of "+what, err, fault.Conflict, "award.changed")
			_, err = b.desk.Attach(ctx, b.officer, bodyID, a.ID, before.Version, award.Attachment{})
			wantKind(t, "Attach after a change of "+what, err, fault.Conflict, "award.changed")
		}
		seen, err := b.desk.Award(ctx, b.officer, bodyID, a.ID)
		if err != nil {
			t.Fatal(err)
		}
		// Between the look of the desk and the transaction, too.
		err = b.store.AttachAward(ctx, a, "another", b.officer.By())
		wantKind(t, "AttachAward of another version", err, fault.Conflict, "award.changed")
		_, err = b.store.BeginSeal(ctx, award.Begin{Ref: a.Ref(), Version: seen.Digest, By: b.officer.By()})
		wantKind(t, "BeginSeal of the document alone", err, fault.Conflict, "award.changed")
		if _, err := b.desk.Seal(ctx, b.officer, bodyID, a.ID, seen.Version); err != nil {
			t.Errorf("Seal of what was looked at: %v", err)
		}
	})
}

// Who changed where the letter goes stands in the record, and not which address it was.
func TestAddressChangesAreRecorded(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		program := access.Actor{Token: "4b8f0f0e-6a0f-4f0e-8f0e-0f0e4b8f0f0e", Body: bodyID, Scopes: []access.Scope{access.ScopeImport}}
		b.raw(t, `insert into tokens (id, name, body, scopes, digest, hint, given_by, created_at, expires_at)
			values ($1, 'Exam system', $2, '[]', $3, 'abcd', 'x', 1, 2)`, string(program.Token), string(bodyID), strings.Repeat("a", 64))
		a := b.imported(t)
		for _, to := range []string{"other@example.org", "other@example.org", ""} { // the second changes nothing
			b.advance(time.Second)
			if _, err := b.desk.Attach(ctx, program, bodyID, a.ID, "", award.Attachment{Email: to, Lang: "de"}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := b.desk.Seal(ctx, b.officer, bodyID, a.ID, ""); err != nil {
			t.Fatal(err)
		}
		b.advance(time.Second)
		if err := b.desk.SendClaim(ctx, b.officer, bodyID, a.ID, "jana@example.org", "de"); err != nil {
			t.Fatal(err)
		}
		r, err := b.desk.Record(ctx, b.officer, bodyID, a.ID)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range r.Addresses {
			got = append(got, string(c.What)+" by "+c.Name)
			if c.Program != strings.HasPrefix(c.By, "token:") || c.At.IsZero() {
				t.Errorf("recorded %+v", c)
			}
		}
		if want := []string{"set by Somebody", "changed by Exam system", "removed by Exam system", "set by Somebody"}; !slices.Equal(got, want) {
			t.Errorf("recorded %q, want %q", got, want)
		}
		if d := r.Doers[b.officer.By()]; len(r.Doers) != 1 || d.Name != "Somebody" || d.Program {
			t.Errorf("sealed by %+v", r.Doers)
		}
		_, err = b.desk.Addresses(ctx, b.outsider, bodyID, a.ID)
		wantKind(t, "Addresses of a stranger", err, fault.NotFound, "")
	})
}

// Two bodies may have results of one id: each works with its own and learns nothing of
// the other, and somebody may hold both.
func TestTwoBodiesOneID(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		const other = access.BodyID("anderswo")
		p := profile()
		p.ID = string(other)
		b.body(t, other, p)
		elsewhere := b.officer
		elsewhere.Memberships = []access.Membership{{ID: "m", Person: elsewhere.Person, Body: other, Role: access.Officer, From: b.now()}}

		mine := b.imported(t)
		file := b.result(t, func(r *assessment.Result) { r.ID, r.Body.ID, r.Candidate.GivenName = mine.ID, string(other), "Ada" })
		_, err := b.desk.Award(ctx, elsewhere, other, mine.ID)
		wantKind(t, "Award of the other body", err, fault.NotFound, "")
		theirs, fresh, err := b.desk.Import(ctx, elsewhere, other, file)
		if err != nil || !fresh || theirs.ID != mine.ID {
			t.Fatalf("Import of the same id: %v, %v", fresh, err)
		}
		if theirs, err = b.desk.Attach(ctx, elsewhere, other, mine.ID, theirs.Version, award.Attachment{Email: "ada@example.org"}); err != nil {
			t.Fatal(err)
		}
		if _, err := b.desk.Seal(ctx, b.officer, bodyID, mine.ID, mine.Version); err != nil {
			t.Fatalf("Seal: %v", err)
		}
		_, err = b.desk.Record(ctx, elsewhere, other, mine.ID)
		wantKind(t, "Record of what the other body sealed", err, fault.NotFound, "")
		holder := b.claimed(t, mine)
		b.advance(time.Second)
		if _, err := b.desk.Seal(ctx, elsewhere, other, mine.ID, theirs.Version); err != nil {
			t.Fatalf("Seal of the other: %v", err)
		}
		records := map[access.BodyID]award.Record{}
		for body, who := range map[access.BodyID]access.Actor{bodyID: b.officer, other: elsewhere} {
			r, err := b.desk.Record(ctx, who, body, mine.ID)
			if err != nil {
				t.Fatal(err)
			}
			if want := map[access.BodyID]string{bodyID: "Jana", other: "Ada"}[body]; !strings.HasPrefix(r.Award.Summary.Name, want) || len(r.Files) != 7 {
				t.Errorf("%s has %q with %d files", body, r.Award.Summary.Name, len(r.Files))
			}
			records[body] = r
		}
		if records[bodyID].Printed.URL == records[other].Printed.URL {
			t.Error("two credentials have one link")
		}
		// A letter of one body leaves that of the other as it is.
		b.advance(time.Second)
		if err := b.desk.SendClaim(ctx, elsewhere, other, mine.ID, "ada@example.org", "de"); err != nil {
			t.Fatal(err)
		}
		id, err := b.desk.Claim(ctx, holder, b.secret(t))
		if err != nil || id == mine.ID {
			t.Fatalf("Claim of a second of that id: %q, %v", id, err)
		}
		names := map[assessment.ResultID]string{mine.ID: "Jana", id: "Ada"}
		for id, want := range names {
			c, err := b.desk.MyCredential(ctx, holder, id)
			if err != nil || c.ID != id || !strings.HasPrefix(c.Name, want) {
				t.Errorf("%s is %q, %v; want %s", id, c.Name, err, want)
			}
			links, err := b.desk.MyLinks(ctx, holder, id)
			if err != nil || len(links) != 1 {
				t.Errorf("links of %s: %+v, %v", id, links, err)
			}
		}
		if err := b.desk.SwitchPrinted(ctx, holder, id, false); err != nil {
			t.Fatal(err)
		}
		if r, err := b.desk.Record(ctx, b.officer, bodyID, mine.ID); err != nil || !r.Printed.Open {
			t.Errorf("the link of the first went with that of the second: %v", err)
		}
	})
}
