package store_test

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/internal/fault"
)

func TestLink(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		clock := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
		s := d.open(t, func() time.Time { return clock })
		c := sealed(t, s)

		link := func(closes time.Time) string {
			t.Helper()
			token, err := s.NewLink(t.Context(), c.ID, closes)
			if err != nil {
				t.Fatalf("NewLink: %v", err)
			}
			return token
		}
		lasting, short, closed := link(time.Time{}), link(clock.Add(time.Hour)), link(time.Time{})

		form := regexp.MustCompile(`^[A-Za-z0-9_-]{22}$`)
		seen := map[string]bool{}
		for _, token := range []string{lasting, short, closed} {
			if !form.MatchString(token) || seen[token] {
				t.Errorf("token %q, want 22 new characters of base64url", token)
			}
			seen[token] = true
			got, err := s.Linked(t.Context(), token)
			if err != nil || got.ID != c.ID || got.Form != credential.EDC || !bytes.Equal(got.Bytes, c.Bytes) {
				t.Errorf("Linked(%s) = %+v, %v; want the sealed bytes", token, got, err)
			}
		}

		if _, err := d.raw(t).Exec(`update links set closed_at = created_at where token = $1`, closed); err != nil {
			t.Fatal(err)
		}
		clock = clock.Add(time.Hour)
		var answers []string
		for _, token := range []string{
			closed, short, // closed, run out
			strings.Repeat("A", 22), strings.ToLower(lasting), lasting[:21], lasting + "A", "", // never given out
			"' or 1=1 --" + lasting[11:], strings.Repeat("\x00", 22),
		} {
			got, err := s.Linked(t.Context(), token)
			e, ok := errors.AsType[*fault.Error](err)
			if !ok || e.Kind != fault.NotFound || len(got.Bytes) != 0 {
				t.Errorf("Linked(%q) = %+v, %v; want NotFound and nothing else", token, got, err)
				continue
			}
			answers = append(answers, err.Error())
		}
		for _, a := range answers {
			if a != answers[0] {
				t.Errorf("two answers for links that show nothing: %q and %q", a, answers[0])
			}
		}
		if _, err := s.Linked(t.Context(), lasting); err != nil {
			t.Errorf("Linked after others closed: %v", err)
		}
	})
}

func TestReady(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		s := d.open(t, nil)
		if err := s.Ready(t.Context()); err != nil {
			t.Errorf("Ready: %v", err)
		}
	})
}
