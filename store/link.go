package store

import (
	"context"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/internal/fault"
)

// tokenLength is that of 128 random bits in base64url.
const tokenLength = 22

func noLink() error { return fault.New(fault.NotFound, "store.link.none", nil) }

// Linked gives the sealed credential that an open link leads to. A token that
// was never given out, a link that was closed or switched off and one that has run
// out answer alike: the same NotFound, found by the same query.
func (s *Store) Linked(ctx context.Context, token string) (credential.Signed, error) {
	if len(token) != tokenLength || !plain(token) {
		return credential.Signed{}, noLink()
	}
	c, err := s.signed(ctx, `select s.id, s.draft, s.form, s.bytes, s.digest
		from links l join sealed s on s.id = l.credential
		where l.token = $1 and l.closed_at is null and l.off_at is null and (l.closes_at is null or l.closes_at > $2)`,
		token, millis(s.now()))
	if fault.KindOf(err) == fault.NotFound {
		return credential.Signed{}, noLink()
	}
	return c, err
}
