package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/status"
)

// DueLists gives lists that have to be signed. See issuer.StatusStore.
func (s *Store) DueLists(ctx context.Context, body string, at time.Time, limit int) ([]status.Contents, error) {
	due := int64(0)
	if !at.IsZero() {
		due = millis(at)
	}
	lists, err := s.dueLists(ctx, body, due, limit)
	if err != nil {
		return nil, fmt.Errorf("finding status lists to sign: %w", engineFault(err))
	}
	// Version first, then entries: a change that comes between is in the
	// contents already, and the list stays due for it.
	for n := range lists {
		if lists[n].Set, err = s.stated(ctx, lists[n].ID); err != nil {
			return nil, fmt.Errorf("reading status list %s: %w", lists[n].ID, engineFault(err))
		}
	}
	return lists, nil
}

func (s *Store) dueLists(ctx context.Context, body string, due int64, limit int) ([]status.Contents, error) {
	rows, err := s.read.QueryContext(ctx, `select id, origin, kind, purpose, size, version from status_lists
		where body = $1 and due_at <= $2 order by due_at, id limit $3`, body, due, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells what went wrong
	var all []status.Contents
	for rows.Next() {
		c := status.Contents{Body: body}
		if err := rows.Scan(&c.ID, &c.Origin, (*string)(&c.Kind), (*string)(&c.Purpose), &c.Size, &c.Version); err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, rows.Err()
}

// stated gives the entries of a list that are not valid.
func (s *Store) stated(ctx context.Context, list string) (map[int]status.State, error) {
	rows, err := s.read.QueryContext(ctx, `select idx, state from status_entries where list = $1 and state <> 0`, list)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells what went wrong
	set := map[int]status.State{}
	for rows.Next() {
		var index int
		var state status.State
		if err := rows.Scan(&index, &state); err != nil {
			return nil, err
		}
		set[index] = state
	}
	return set, rows.Err()
}

// PublishedAs records where new lists of a body lie. See issuer.StatusStore.
func (s *Store) PublishedAs(ctx context.Context, body, origin, name string) error {
	const find = `select origin, name from status_publishers where body = $1`
	var at, by string
	err := s.read.QueryRowContext(ctx, find, body).Scan(&at, &by)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	if err == nil && (at != origin || by != name) {
		err = s.change(ctx, func(tx *sql.Tx, _ time.Time) error {
			if _, err := tx.ExecContext(ctx, `insert into status_publishers (body, origin, name) values ($1, $2, $3)
				on conflict (body) do update set origin = excluded.origin, name = excluded.name`, body, origin, name); err != nil || by == name {
				return err
			}
			return allDue(ctx, tx, body)
		})
	}
	if err != nil {
		return fmt.Errorf("recording where the status lists of body %s lie: %w", body, engineFault(err))
	}
	return nil
}

// KeepLists keeps signed lists as what is published. See issuer.StatusStore.
func (s *Store) KeepLists(ctx context.Context, lists []status.Signed) error {
	// In the order in which every transaction changes lists.
	lists = slices.SortedFunc(slices.Values(lists), func(a, b status.Signed) int { return cmp.Compare(a.ID, b.ID) })
	err := s.change(ctx, func(tx *sql.Tx, _ time.Time) error {
		for _, l := range lists {
			if err := keepList(ctx, tx, l); err != nil {
				return fmt.Errorf("list %s: %w", l.ID, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keeping signed status lists: %w", err)
	}
	return nil
}

func keepList(ctx context.Context, tx *sql.Tx, l status.Signed) error {
	// The list is made due before its bytes are kept, so that its row is held
	// first, as a change of its entries does.
	half := l.SignedAt.Add(l.Expires.Sub(l.SignedAt) / 2)
	var version int64
	err := tx.QueryRowContext(ctx, `update status_lists
		set due_at = case when version = $2 then $3 else due_at end
		where id = $1 and version >= $2 returning version`, l.ID, l.Version, millis(half)).Scan(&version)
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("there is no version %d", l.Version)
	}
	if err != nil {
		return err
	}
	var di []byte
	var diDigest sql.NullString
	if len(l.DI) > 0 {
		di, diDigest = l.DI, sql.NullString{String: digest(l.DI), Valid: true}
	}
	_, err = tx.ExecContext(ctx, `insert into status_publications as kept
		(list, version, jwt, jwt_digest, di, di_digest, signed_at, expires_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8)
		on conflict (list) do update set version = excluded.version,
			jwt = excluded.jwt, jwt_digest = excluded.jwt_digest, di = excluded.di, di_digest = excluded.di_digest,
			signed_at = excluded.signed_at, expires_at = excluded.expires_at
		where excluded.version > kept.version
			or excluded.version = kept.version and excluded.signed_at >= kept.signed_at`,
		l.ID, l.Version, l.JWT, digest(l.JWT), di, diDigest, millis(l.SignedAt), millis(l.Expires))
	return err
}

// publication is the query of what is published; a condition follows.
const publication = `select l.id, l.kind, p.version, p.jwt, p.jwt_digest, p.di, p.di_digest, p.signed_at, p.expires_at
	from status_lists l join status_publications p on p.list = l.id `

// StatusList gives a list as it was last published, whole. One that is not
// there, or not published yet, is NotFound.
func (s *Store) StatusList(ctx context.Context, kind status.Kind, id string) (status.Signed, error) {
	if !plain(id) || !plain(string(kind)) {
		return status.Signed{}, fault.New(fault.NotFound, "store.list.none", nil)
	}
	l, err := publishedList(s.read.QueryRowContext(ctx, publication+`where l.id = $1 and l.kind = $2`, id, string(kind)))
	if errors.Is(err, sql.ErrNoRows) {
		return status.Signed{}, fault.New(fault.NotFound, "store.list.none", nil)
	}
	if err != nil {
		return status.Signed{}, fmt.Errorf("reading status list %s: %w", id, engineFault(err))
	}
	return l, nil
}

// StatusLists gives all lists of a body that are published, in the order of
// their ids.
func (s *Store) StatusLists(ctx context.Context, body string) ([]status.Signed, error) {
	rows, err := s.read.QueryContext(ctx, publication+`where l.body = $1`, body)
	if err != nil {
		return nil, fmt.Errorf("reading the status lists of body %s: %w", body, engineFault(err))
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells what went wrong
	var all []status.Signed
	for rows.Next() {
		l, err := publishedList(rows)
		if err != nil {
			return nil, fmt.Errorf("reading the status lists of body %s: %w", body, engineFault(err))
		}
		all = append(all, l)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading the status lists of body %s: %w", body, engineFault(err))
	}
	slices.SortFunc(all, func(a, b status.Signed) int { return cmp.Compare(a.ID, b.ID) })
	return all, nil
}

// publishedList reads a row of publication and compares the bytes with their
// digests.
func publishedList(row interface{ Scan(dest ...any) error }) (l status.Signed, err error) {
	var jwt, di sql.NullString
	var signed, expires int64
	if err := row.Scan(&l.ID, (*string)(&l.Kind), &l.Version, &l.JWT, &jwt, &l.DI, &di, &signed, &expires); err != nil {
		return status.Signed{}, err
	}
	l.SignedAt, l.Expires = time.UnixMilli(signed).UTC(), time.UnixMilli(expires).UTC()
	if err := intact("status list", l.ID, jwt.String, l.JWT); err != nil {
		return status.Signed{}, err
	}
	if di.Valid {
		err = intact("status list", l.ID, di.String, l.DI)
	}
	return l, err
}

// Lists is a status.Source for the lists that a Store publishes, for a verifier
// in the same process.
type Lists struct{ Store *Store }

// Get gives the list at a URL, which is the whole of the one it was opened
// under. See status.Source.
func (l Lists) Get(ctx context.Context, url, etag string) (status.Answer, error) {
	_, rest, _ := strings.Cut(url, "/status/")
	kind, id, _ := strings.Cut(rest, "/")
	if !plain(url) {
		return status.Answer{}, status.ErrElsewhere
	}
	var origin string
	err := l.Store.read.QueryRowContext(ctx, `select origin from status_lists where id = $1 and kind = $2`, id, kind).Scan(&origin)
	if errors.Is(err, sql.ErrNoRows) || err == nil && (origin == "" || url != status.URL(origin, status.Kind(kind), id)) {
		return status.Answer{}, status.ErrElsewhere
	}
	if err != nil {
		return status.Answer{}, fmt.Errorf("finding status list %s: %w", id, engineFault(err))
	}
	list, err := l.Store.StatusList(ctx, status.Kind(kind), id)
	if err != nil {
		return status.Answer{}, err
	}
	if tag := list.ETag(); tag != etag {
		return status.Answer{Data: list.JWT, ETag: tag}, nil
	}
	return status.Answer{ETag: etag, NotModified: true}, nil
}
