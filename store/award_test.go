package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/body"
	"github.com/probatum/probatum/internal/fault"
)

// ticking is a clock that is set by hand.
type ticking struct{ at time.Time }

func (c *ticking) now() time.Time { return c.at }

func TestBodyProfile(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		s := d.open(t, nil)
		ctx := t.Context()
		if _, err := s.BodyProfile(ctx, "nowhere"); fault.KindOf(err) != fault.NotFound {
			t.Errorf("a body that is not there: %v", err)
		}
		if err := s.MakeBody(ctx, access.NewBody{ID: "nord", Name: "Nord"}); err != nil {
			t.Fatal(err)
		}
		p, version, err := s.BodyVersion(ctx, "nord")
		if err != nil || p.ID != "nord" || version == "" {
			t.Fatalf("an empty profile: %+v, %q, %v", p, version, err)
		}
		p.LegalName, p.Languages = assessment.Text{"de": "Prüfstelle Nord"}, []string{"de"}
		if err := s.KeepProfile(ctx, "nord", p, version); err != nil {
			t.Fatal(err)
		}
		if err := s.KeepProfile(ctx, "nord", body.Profile{}, version); fault.KindOf(err) != fault.Conflict {
			t.Errorf("over a change of another: %v, want Conflict", err)
		}
		got, err := s.BodyProfile(ctx, "nord")
		if err != nil || got.Name("de") != "Prüfstelle Nord" {
			t.Errorf("kept %+v, %v", got, err)
		}
		if b, err := s.Body(ctx, "nord"); err != nil || b.Name != "Prüfstelle Nord" {
			t.Errorf("the body is called %q, %v", b.Name, err)
		}
		if err := s.KeepProfile(ctx, "nowhere", p, ""); fault.KindOf(err) != fault.NotFound {
			t.Errorf("keeping what is not there: %v", err)
		}
	})
}

func TestBodiesStandByName(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		s := d.open(t, nil)
		for _, b := range []access.NewBody{{ID: "zeta", Name: "zeta DEMO"}, {ID: "a-lumen", Name: "Lumen DEMO"}, {ID: "eta", Name: "Eta DEMO"}} {
			if err := s.MakeBody(t.Context(), b); err != nil {
				t.Fatal(err)
			}
		}
		all, err := s.Bodies(t.Context())
		if err != nil || len(all) != 3 || all[0].ID != "eta" || all[1].Name != "Lumen DEMO" || all[2].ID != "zeta" {
			t.Errorf("Bodies = %v, %v", all, err)
		}
	})
}

func TestCallsAreAnsweredOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		c := &ticking{at: time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)}
		s := d.open(t, c.now)
		ctx := t.Context()
		sum, other := strings.Repeat("a", 64), strings.Repeat("b", 64)
		begin := func(key, sum string) (int, []byte, error) {
			status, _, answer, err := s.BeginCall(ctx, "token", "POST /x", key, sum)
			return status, answer, err
		}
		if status, _, err := begin("k", sum); status != 0 || err != nil {
			t.Fatalf("the first: %d, %v", status, err)
		}
		if _, _, err := begin("k", sum); fault.KindOf(err) != fault.Conflict {
			t.Errorf("while it is at work: %v", err)
		}
		c.at = c.at.Add(3 * time.Minute)
		if status, _, err := begin("k", sum); status != 0 || err != nil {
			t.Errorf("when it is lost: %d, %v", status, err)
		}
		if err := s.EndCall(ctx, "token", "POST /x", "k", 201, `{}`, []byte("made")); err != nil {
			t.Fatal(err)
		}
		if status, answer, err := begin("k", sum); status != 201 || string(answer) != "made" || err != nil {
			t.Errorf("again: %d, %q, %v", status, answer, err)
		}
		if _, _, err := begin("k", other); fault.KindOf(err) != fault.Conflict {
			t.Errorf("another body: %v", err)
		}
		if err := s.DropCall(ctx, "token", "POST /x", "k"); err != nil {
			t.Fatal(err)
		}
		if status, _, _ := begin("k", sum); status != 201 {
			t.Error("an answer was dropped")
		}
		if status, _, err := begin("refused", sum); status != 0 || err != nil {
			t.Fatal(status, err)
		}
		if err := s.DropCall(ctx, "token", "POST /x", "refused"); err != nil {
			t.Fatal(err)
		}
		if status, _, err := begin("refused", other); status != 0 || err != nil {
			t.Errorf("after a refusal: %d, %v", status, err)
		}
		c.at = c.at.Add(24 * time.Hour)
		if status, _, err := begin("k", other); status != 0 || err != nil {
			t.Errorf("after a day: %d, %v", status, err)
		}
		// Nobody has to call again for an answer to go.
		c.at = c.at.Add(24 * time.Hour)
		if err := s.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		var left int
		if err := d.raw(t).QueryRow(`select count(*) from idempotent_calls`).Scan(&left); err != nil || left != 0 {
			t.Errorf("after Sweep: %d answers, %v", left, err)
		}
	})
}
