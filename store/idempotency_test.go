package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/mail"
)

// What a person's own programs were answered goes with the account.
func TestCallsGoWithTheAccount(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		clock := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
		s, ctx := d.withJobs(t, func() time.Time { return clock }), t.Context()
		ida, ben := access.NewPersonID(), access.NewPersonID()
		answers := map[string]bool{} // by sender: it stays
		for _, p := range []access.PersonID{ida, ben} {
			execute(t, d.raw(t), `insert into people (id, email, name, lang, settings, epoch, created_at)
				values ('`+string(p)+`', '`+string(p)+`@example.org', 'Somebody', 'en', '{}', 1, 1)`)
			token := access.Token{
				ID: access.TokenID(uuid.NewString()), Name: "Mine", Person: p, Scopes: access.MyScopes(), Digest: strings.Repeat(strings.ReplaceAll(string(p), "-", ""), 2),
				Hint: "abcd", By: string(p), Created: clock, Expires: clock.Add(time.Hour),
			}
			if err := s.MakeToken(ctx, token, 5); err != nil {
				t.Fatal(err)
			}
			answers["token:"+string(token.ID)], answers[string(p)] = p == ben, p == ben
		}
		answers["token:"+uuid.NewString()] = true // of a body
		for who := range answers {
			if _, _, _, err := s.BeginCall(ctx, who, "POST /x", "k", strings.Repeat("a", 64)); err != nil {
				t.Fatal(err)
			}
			if err := s.EndCall(ctx, who, "POST /x", "k", 201, `{}`, []byte("made")); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.DeletePerson(ctx, ida, mail.Letter{Kind: mail.Deleted, To: "ida@example.org", Lang: "en"}); err != nil {
			t.Fatal(err)
		}
		left := strings.Join(texts(t, d.raw(t), "idempotent_calls"), "\n")
		for who, stays := range answers {
			if strings.Contains(left, who) != stays {
				t.Errorf("%s stays: %v, want %v", who, !stays, stays)
			}
		}
	})
}
