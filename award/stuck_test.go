package award_test

import (
	"errors"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/award"
	"github.com/probatum/probatum/body"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/status"
	"github.com/probatum/probatum/verifier"
)

// change changes the profile of the body.
func (b *bench) change(t *testing.T, change func(*body.Profile)) {
	t.Helper()
	p, version, err := b.store.BodyVersion(t.Context(), bodyID)
	if err != nil {
		t.Fatal(err)
	}
	change(&p)
	if err := b.store.KeepProfile(t.Context(), bodyID, p, version); err != nil {
		t.Fatal(err)
	}
}

// Whatever becomes of the set-up and of the seal, what was sealed is taken back.
func TestRevokingNeedsNoFitSeal(t *testing.T) {
	t.Parallel()
	b := newBench(t, t.TempDir()+"/probatum.db")
	ctx := t.Context()
	a := b.sealed(t)
	change := func(d *award.Desk, to status.State, why issuer.Reason) error {
		b.advance(time.Second)
		b.officer.SignedIn = b.now()
		return d.Change(ctx, b.officer, bodyID, a.ID, to, why, "")
	}
	standing := func() status.State {
		t.Helper()
		got, err := b.desk.Award(ctx, b.officer, bodyID, a.ID)
		if err != nil {
			t.Fatal(err)
		}
		return got.Standing
	}

	b.change(t, func(p *body.Profile) { p.LegalName = assessment.Text{"de": "DEMO Umbenannt gGmbH"} })
	if _, err := b.seals.For(ctx, bodyID); fault.KindOf(err) != fault.Conflict {
		t.Errorf("sealing under another name: %v", err)
	}
	if err := change(b.desk, status.Suspended, issuer.UnderReview); err != nil {
		t.Errorf("suspending after a new name: %v", err)
	}
	f, err := b.desk.File(ctx, b.officer, bodyID, a.ID, "vc-di")
	if err != nil {
		t.Fatal(err)
	}
	if report := verified(t, b.verifier(t), f.Bytes, verifier.Invalid); report.Verdict() != verifier.Invalid {
		t.Errorf("what was suspended is %v: %+v", report.Verdict(), report.Checks)
	}

	b.change(t, func(p *body.Profile) { p.Accreditations = nil }) // not ready at all
	b.advance(100 * 24 * time.Hour)                               // and the certificate has run out
	if n, err := b.desk.PublishAll(ctx); err != nil || n == 0 {
		t.Errorf("PublishAll: %d, %v", n, err)
	}
	if err := change(b.desk, status.Valid, issuer.Cleared); err != nil || standing() != status.Valid {
		t.Errorf("reinstating with a certificate that has run out: %v", err)
	}

	// Without a key nothing can be published, but it is recorded.
	broken := b.seals
	broken.Data = t.TempDir()
	wantKind(t, "revoking without a key", change(b.newDesk(t, b.store, broken), status.Revoked, issuer.Withdrawn), fault.Unavailable, "award.unpublished")
	if standing() != status.Revoked {
		t.Error("the revocation is not recorded")
	}
	if n, err := b.desk.PublishAll(ctx); err != nil || n == 0 {
		t.Errorf("PublishAll afterwards: %d, %v", n, err)
	}
}

func TestBegunThatCameToNothingIsDiscarded(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		for left := 1; left <= 3; left++ {
			_, set := b.handed(t, "lighting")
			data := b.result(t)
			a, _, err := b.desk.Import(ctx, b.officer, bodyID, data)
			if err != nil {
				t.Fatal(err)
			}
			if a, err = b.desk.Attach(ctx, b.officer, bodyID, a.ID, "", award.Attachment{Evidence: set.Set}); err != nil {
				t.Fatal(err)
			}
			f := &failing{storeOf: &storeOf{b.store}, left: left}
			seals := b.seals
			seals.Store = f
			b.officer.SignedIn = b.now()
			if _, err := b.newDesk(t, f, seals).Seal(ctx, b.officer, bodyID, a.ID, ""); !errors.Is(err, errCrash) {
				t.Fatal(err)
			}
			wantKind(t, "while it may be at work", b.desk.Discard(ctx, b.officer, bodyID, a.ID), fault.Conflict, "award.begun")
			b.advance(time.Minute)
			if left == 3 { // its first form is settled
				wantKind(t, "what is settled", b.desk.Discard(ctx, b.officer, bodyID, a.ID), fault.Conflict, "award.begun")
				return
			}
			if err := b.desk.Discard(ctx, b.officer, bodyID, a.ID); err != nil {
				t.Fatalf("after %d calls: %v", left, err)
			}
			_, fresh, err := b.desk.Import(ctx, b.officer, bodyID, data)
			if err != nil || !fresh {
				t.Errorf("the same result again: %v, %v", fresh, err)
			}
			if _, err := b.desk.Attach(ctx, b.officer, bodyID, a.ID, "", award.Attachment{Evidence: set.Set}); err != nil {
				t.Errorf("the same evidence again: %v", err)
			}
		}
	})
}

var pngText = regexp.MustCompile(`iVBORw0[A-Za-z0-9+/=]+`)

// What a crash left is drawn as it was looked at, whoever signs by now.
func TestResumedLooksAsWhenItBegan(t *testing.T) {
	t.Parallel()
	var data []byte
	var want []string
	for _, name := range []string{"", "Another Signatory"} {
		b := newBench(t, t.TempDir()+"/probatum.db")
		ctx := t.Context()
		if data == nil {
			data = b.result(t)
		}
		a, _, err := b.desk.Import(ctx, b.officer, bodyID, data)
		if err != nil {
			t.Fatal(err)
		}
		f := &failing{storeOf: &storeOf{b.store}, left: 2} // nothing is settled
		seals := b.seals
		seals.Store = f
		if _, err := b.newDesk(t, f, seals).Seal(ctx, b.officer, bodyID, a.ID, ""); !errors.Is(err, errCrash) {
			t.Fatal(err)
		}
		if name != "" {
			b.change(t, func(p *body.Profile) { p.Signatory.Name = name })
		}
		b.advance(5 * time.Minute)
		if n, err := b.desk.ResumeAll(ctx); err != nil || n != 1 {
			t.Fatalf("ResumeAll: %d, %v", n, err)
		}
		file, err := b.desk.File(ctx, b.officer, bodyID, a.ID, "vc-di")
		if err != nil {
			t.Fatal(err)
		}
		pictures := pngText.FindAllString(string(file.Bytes), -1)
		if want == nil {
			want = pictures
		}
		if len(pictures) == 0 || !slices.Equal(pictures, want) {
			t.Errorf("%d pictures, and they are others", len(pictures))
		}
	}
}
