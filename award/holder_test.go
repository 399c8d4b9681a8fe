package award_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/award"
	"github.com/probatum/probatum/evidence"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/mail"
	"github.com/probatum/probatum/portfolio"
)

func TestClaimedOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		a := b.sealed(t)
		first := b.secret(t)
		wantKind(t, "an empty address", b.desk.SendClaim(ctx, b.officer, bodyID, a.ID, "", ""), fault.Invalid, "award.address.none")
		b.advance(time.Second)
		if err := b.desk.SendClaim(ctx, b.officer, bodyID, a.ID, "other@example.org", "en"); err != nil {
			t.Fatal(err)
		}
		_, err := b.desk.Claimable(ctx, first)
		wantKind(t, "a link that was replaced", err, fault.NotFound, "")
		secret := b.secret(t)
		for _, wrong := range []string{"", secret[1:], strings.Repeat("A", 44), b.links.Secret(access.Invite, access.TicketID(secret[:22]))} {
			_, err := b.desk.Claimable(ctx, wrong)
			wantKind(t, "a wrong link", err, fault.NotFound, "")
			_, err = b.desk.Claim(ctx, b.outsider, wrong)
			wantKind(t, "claiming by a wrong link", err, fault.NotFound, "")
		}
		_, err = b.desk.Claim(ctx, access.Actor{}, secret)
		wantKind(t, "nobody claims", err, fault.Unauthenticated, "")

		var got atomic.Int32
		var wg sync.WaitGroup
		for _, who := range []access.Actor{b.outsider, b.administrator, b.officer, b.outsider, b.administrator, b.officer} {
			wg.Go(func() {
				if _, err := b.desk.Claim(ctx, who, secret); err == nil {
					got.Add(1)
				} else if k := fault.KindOf(err); k != fault.NotFound {
					t.Errorf("Claim at once: %v", err)
				}
			})
		}
		wg.Wait()
		if got.Load() != 1 {
			t.Errorf("%d got it", got.Load())
		}
		wantKind(t, "sending again", b.desk.SendClaim(ctx, b.officer, bodyID, a.ID, "c@example.org", ""), fault.Conflict, "award.claimed")
	})
}

func TestClaimLinkEnds(t *testing.T) {
	t.Parallel()
	b := newBench(t, t.TempDir()+"/probatum.db")
	b.sealed(t)
	secret := b.secret(t)
	b.advance(award.ClaimFor + time.Second)
	_, err := b.desk.Claim(t.Context(), b.outsider, secret)
	wantKind(t, "a link that has run out", err, fault.NotFound, "")
}

func TestLinksOfAHolder(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		a := b.sealed(t, func(r *assessment.Result) { r.Validity.Until = r.Decision.Date.AddDays(200) })
		holder := b.claimed(t, a)
		shown := func(l award.Link) error {
			_, err := b.store.Linked(ctx, strings.TrimPrefix(l.URL, publicURL+"/v/"))
			return err
		}
		links, err := b.desk.MyLinks(ctx, holder, a.ID)
		if err != nil || len(links) != 1 || !links[0].Printed || !links[0].Open || !links[0].Closes.IsZero() {
			t.Fatalf("MyLinks: %+v, %v", links, err)
		}
		printed := links[0]
		if r, err := b.desk.Record(ctx, b.officer, bodyID, a.ID); err != nil || r.Printed.URL != printed.URL {
			t.Errorf("Record: %+v, %v", r.Printed, err)
		}
		b.advance(time.Second)
		one, err := b.desk.NewLink(ctx, holder, a.ID, time.Time{}, "")
		if err != nil || !one.Open || !one.Closes.Equal(b.now().AddDate(0, 0, award.LinkDays)) {
			t.Fatalf("NewLink: %+v, %v", one, err)
		}
		if long, err := b.desk.NewLink(ctx, holder, a.ID, b.now().AddDate(3, 0, 0), ""); err != nil || !long.Closes.Before(b.now().AddDate(0, 0, 202)) {
			t.Errorf("NewLink beyond the end: %+v, %v", long, err)
		}
		_, err = b.desk.NewLink(ctx, holder, a.ID, b.now(), "")
		wantKind(t, "a link that ends now", err, fault.Invalid, "store.link.past")
		for _, who := range []access.Actor{b.outsider, b.officer} {
			_, err = b.desk.MyLinks(ctx, who, a.ID)
			wantKind(t, "the links of another", err, fault.NotFound, "")
			_, err = b.desk.NewLink(ctx, who, a.ID, time.Time{}, "")
			wantKind(t, "a link to another's", err, fault.NotFound, "")
			wantKind(t, "closing another's", b.desk.CloseLink(ctx, who, a.ID, one.ID), fault.NotFound, "")
			wantKind(t, "switching another's", b.desk.SwitchPrinted(ctx, who, a.ID, false), fault.NotFound, "")
		}

		if err := shown(one); err != nil {
			t.Errorf("an open link: %v", err)
		}
		if err := b.desk.CloseLink(ctx, holder, a.ID, one.ID); err != nil {
			t.Fatal(err)
		}
		wantKind(t, "a closed link", shown(one), fault.NotFound, "")
		if err := b.desk.CloseLink(ctx, holder, a.ID, one.ID); err != nil {
			t.Errorf("closing it again: %v", err)
		}
		wantKind(t, "closing the printed one", b.desk.CloseLink(ctx, holder, a.ID, printed.ID), fault.Conflict, "award.link.printed")
		wantKind(t, "closing none", b.desk.CloseLink(ctx, holder, a.ID, uuid.NewString()), fault.NotFound, "")
		wantKind(t, "closing nothing", b.desk.CloseLink(ctx, holder, a.ID, ""), fault.NotFound, "")
		for _, on := range []bool{false, false, true} {
			if err := b.desk.SwitchPrinted(ctx, holder, a.ID, on); err != nil {
				t.Fatal(err)
			}
			if got := shown(printed) == nil; got != on {
				t.Errorf("switched to %v, shown %v", on, got)
			}
		}

		looks := award.NewLooks(b.store, b.now, nil)
		token := strings.TrimPrefix(printed.URL, publicURL+"/v/")
		looks.Saw(token)
		looks.Saw(token)
		looks.Saw("nobody-knows-this-token")
		if err := looks.Keep(ctx); err != nil {
			t.Fatal(err)
		}
		b.advance(time.Hour)
		looks.Saw(token)
		if err := looks.Keep(ctx); err != nil {
			t.Fatal(err)
		}
		links, err = b.desk.MyLinks(ctx, holder, a.ID)
		if err != nil || len(links) != 3 || links[0].Looked != 3 || len(links[0].Looks) != 2 || links[0].Looks[1].Count != 2 {
			t.Errorf("looked at: %+v, %v", links, err)
		}
		b.advance(201 * 24 * time.Hour)
		_, err = b.desk.NewLink(ctx, holder, a.ID, time.Time{}, "")
		wantKind(t, "a link to what has ended", err, fault.Conflict, "award.link.over")
	})
}

// handed makes a frozen set that a candidate handed in to the body.
func (b *bench) handed(t *testing.T, unit string) (access.Actor, portfolio.Handed) {
	t.Helper()
	who := b.actor(t, uuid.NewString()+"@example.org", "")
	set, err := evidence.Freeze([]evidence.Item{{
		Digest: evidence.Digest{1}, Size: 10, MediaType: "application/pdf", Kind: "artefact", Title: "Plan", Unit: unit,
	}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	id, release := uuid.NewString(), uuid.NewString()
	b.raw(t, `insert into evidence_sets (id, person, unit, root, items, document, frozen_at) values ($1, $2, $3, $4, 1, '{}', $5)`,
		id, string(who.Person), unit, set.Root().String(), b.now().UnixMilli())
	b.raw(t, `insert into evidence_releases (id, set_id, person, body, purpose, released_at, until_at) values ($1, $2, $3, $4, 'assessment', $5, $6)`,
		release, id, string(who.Person), string(bodyID), b.now().UnixMilli(), b.now().AddDate(0, 3, 0).UnixMilli())
	return who, portfolio.Handed{Set: portfolio.SetID(id), Root: set.Root(), Release: portfolio.ReleaseID(release)}
}

func TestEvidenceStandsInTheCredential(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		owner, set := b.handed(t, "lighting")
		_, sound := b.handed(t, "sound")
		a := b.imported(t)
		fit, err := b.desk.Handed(ctx, b.officer, bodyID, a.ID)
		if err != nil || len(fit) != 1 || fit[0].Set != set.Set {
			t.Fatalf("Handed: %+v, %v", fit, err)
		}
		attach := func(set portfolio.SetID) error {
			got, err := b.desk.Attach(ctx, b.officer, bodyID, a.ID, "", award.Attachment{Email: "a@example.org", Evidence: set})
			if err == nil {
				a = got
			}
			return err
		}
		wantKind(t, "a set for another unit", attach(sound.Set), fault.Conflict, "award.evidence.gone")
		if err := attach(set.Set); err != nil {
			t.Fatal(err)
		}
		if err := attach(""); err != nil {
			t.Fatal(err)
		}
		if r, err := a.Result(); err != nil || r.Methods[0].Evidence != nil {
			t.Errorf("taken away: %+v, %v", r.Methods[0].Evidence, err)
		}
		if err := attach(set.Set); err != nil {
			t.Fatal(err)
		}
		a, err = b.desk.Seal(ctx, b.officer, bodyID, a.ID, a.Version)
		if err != nil {
			t.Fatal(err)
		}
		f, err := b.desk.File(ctx, b.officer, bodyID, a.ID, "vc-di")
		if err != nil || !strings.Contains(string(f.Bytes), set.Root.String()) {
			t.Errorf("the root does not stand in the credential: %v", err)
		}
		// It is claimed by the account that handed the evidence in, and by no other.
		_, err = b.desk.Claim(ctx, b.outsider, b.secret(t))
		wantKind(t, "claiming with evidence of another", err, fault.Conflict, "award.claimed.other")
		if _, err := b.desk.Claim(ctx, owner, b.secret(t)); err != nil {
			t.Fatal(err)
		}
		if c, err := b.desk.MyCredential(ctx, owner, a.ID); err != nil || c.Evidence == nil || c.Evidence.Root != set.Root {
			t.Errorf("MyCredential: %+v, %v", c.Evidence, err)
		}

		// One that the candidate takes back before it is used does not stand there.
		who, back := b.handed(t, "lighting")
		a = b.imported(t)
		if err := attach(back.Set); err != nil {
			t.Fatal(err)
		}
		if err := b.store.WithdrawRelease(ctx, who.Person, back.Release); err != nil {
			t.Fatal(err)
		}
		_, err = b.desk.Seal(ctx, b.officer, bodyID, a.ID, "")
		wantKind(t, "sealing with evidence that was taken back", err, fault.Conflict, "award.evidence.gone")
		if err := attach(""); err != nil {
			t.Fatal(err)
		}
		if _, err := b.desk.Seal(ctx, b.officer, bodyID, a.ID, ""); err != nil {
			t.Error(err)
		}
	})
}

func TestDeletedAccountLeavesTheRecord(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		a := b.sealed(t)
		holder := b.claimed(t, a)
		waiting := b.imported(t)
		if _, err := b.desk.Attach(ctx, b.officer, bodyID, waiting.ID, "", award.Attachment{Email: strings.ToUpper(holder.Name)}); err != nil {
			t.Fatal(err)
		}
		links, err := b.desk.MyLinks(ctx, holder, a.ID)
		if err != nil {
			t.Fatal(err)
		}
		remains, err := b.store.Remains(ctx, holder.Person)
		if err != nil || remains.Counts["credentials"] != 1 || remains.Counts["links"] != 1 {
			t.Errorf("Remains: %+v, %v", remains, err)
		}
		if err := b.store.DeletePerson(ctx, holder.Person, mail.Letter{Kind: mail.Deleted, To: holder.Name, Lang: "en"}); err != nil {
			t.Fatal(err)
		}
		if _, err := b.store.Linked(ctx, strings.TrimPrefix(links[0].URL, publicURL+"/v/")); fault.KindOf(err) != fault.NotFound {
			t.Errorf("the link still opens: %v", err)
		}
		for _, id := range []assessment.ResultID{a.ID, waiting.ID} {
			got, err := b.desk.Award(ctx, b.officer, bodyID, id)
			if err != nil || got.Holder != "" || got.Email != "" || len(got.Document) == 0 {
				t.Errorf("the record: %+v, %v", got, err)
			}
		}
		// The body can hand the credential out anew, with a link that opens.
		b.advance(time.Second)
		if err := b.desk.SendClaim(ctx, b.officer, bodyID, a.ID, "new@example.org", ""); err != nil {
			t.Fatal(err)
		}
		again := b.claimed(t, a)
		fresh, err := b.desk.MyLinks(ctx, again, a.ID)
		if err != nil || len(fresh) == 0 || !fresh[0].Open || fresh[0].URL == links[0].URL {
			t.Errorf("afterwards: %+v, %v", fresh, err)
		}
	})
}
