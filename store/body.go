package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/body"
	"github.com/probatum/probatum/internal/fault"
)

// BodyProfile gives how a body set itself up; an empty profile where nothing was
// set up yet.
func (s *Store) BodyProfile(ctx context.Context, id access.BodyID) (body.Profile, error) {
	p, _, err := s.BodyVersion(ctx, id)
	return p, err
}

// BodyVersion gives the profile of a body and its version, by which KeepProfile
// tells whether it was changed meanwhile.
func (s *Store) BodyVersion(ctx context.Context, id access.BodyID) (p body.Profile, version string, err error) {
	kept, err := bodyDocument(ctx, s.read, id)
	if err == nil && kept != "" {
		err = json.Unmarshal([]byte(kept), &p)
	}
	if err != nil {
		return body.Profile{}, "", fmt.Errorf("reading the profile of body %s: %w", id, engineFault(err))
	}
	p.ID = string(id)
	return p, digest([]byte(kept)), nil
}

func bodyDocument(ctx context.Context, q rower, id access.BodyID) (kept string, err error) {
	err = q.QueryRowContext(ctx, `select profile from bodies where id = $1`, string(id)).Scan(&kept)
	return kept, one(err, fault.New(fault.NotFound, "", nil))
}

// KeepProfile keeps the profile of a body, if it is still of that version; else it
// is a Conflict. An empty version is any. The name by which pages call the body
// follows it.
func (s *Store) KeepProfile(ctx context.Context, id access.BodyID, p body.Profile, was string) error {
	p.ID = string(id)
	doc, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("writing the profile of body %s: %w", id, err)
	}
	err = s.change(ctx, func(tx *sql.Tx, _ time.Time) error {
		kept, err := bodyDocument(ctx, tx, id)
		if err != nil {
			return err
		}
		if was != "" && was != digest([]byte(kept)) {
			return fault.New(fault.Conflict, "body.changed", nil)
		}
		_, err = tx.ExecContext(ctx, `update bodies set profile = $2, version = version + 1,
			name = case when $3 = '' then name else $3 end where id = $1`, string(id), string(doc), p.Name(""))
		return err
	})
	if err != nil {
		return fmt.Errorf("keeping the profile of body %s: %w", id, err)
	}
	return nil
}
