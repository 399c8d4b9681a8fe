package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/internal/fault"
)

// notice tells a person something when they are next there.
func notice(ctx context.Context, tx *sql.Tx, now time.Time, n access.Notice) error {
	if n.Args == nil {
		n.Args = map[string]string{}
	}
	args, err := json.Marshal(n.Args)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `insert into notices (id, person, body, key, args, path, due_at, created_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8)`,
		uuid.NewString(), string(n.Person), null(string(n.Body)), n.Key, string(args), n.Path, orNull(n.Due), millis(now))
	return err
}

// Notices gives what a person was told and has not put away, the latest first.
func (s *Store) Notices(ctx context.Context, id access.PersonID) ([]access.Notice, error) {
	return all(ctx, s.read, func(row scanner) (n access.Notice, err error) {
		var body sql.NullString
		var args string
		var due sql.NullInt64
		var created int64
		if err = row.Scan(&n.ID, &n.Person, &body, &n.Key, &args, &n.Path, &due, &created); err != nil {
			return n, err
		}
		n.Body, n.Due, n.Created = access.BodyID(body.String), timeOf(due), moment(created)
		if err = json.Unmarshal([]byte(args), &n.Args); err != nil {
			err = fmt.Errorf("arguments of notice %s: %w", n.ID, err)
		}
		return n, err
	}, `select id, person, body, key, args, path, due_at, created_at from notices
		where person = $1 order by created_at desc, id limit 100`, string(id))
}

// EndNotice puts a notice away.
func (s *Store) EndNotice(ctx context.Context, id access.PersonID, n access.NoticeID) error {
	none := fault.New(fault.NotFound, "access.notice.none", nil)
	if !plain(string(n)) {
		return none
	}
	return s.change(ctx, func(tx *sql.Tx, _ time.Time) error {
		gone, err := affected(tx.ExecContext(ctx, `delete from notices where id = $1 and person = $2`, string(n), string(id)))
		if err == nil && gone == 0 {
			err = none
		}
		return err
	})
}
