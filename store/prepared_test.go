package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/probatum/probatum/store"
)

// TestStatementsAreUsedAgain asks the same query while its rows are read, after it
// failed, after the schema changed, and more queries than are kept.
func TestStatementsAreUsedAgain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		s := d.openPlain(t, nil)
		ctx := t.Context()
		const insert = `insert into status_publishers (body, origin, name) values ($1, $2, 'n')`
		for i := range 3 {
			if err := store.ChangeWith(ctx, s, func(tx store.Tx, _ time.Time) error {
				_, err := tx.ExecContext(ctx, insert, fmt.Sprint("b", i), fmt.Sprint("o", i))
				return err
			}); err != nil {
				t.Fatal(err)
			}
			if err := store.ChangeWith(ctx, s, func(tx store.Tx, _ time.Time) error {
				_, err := tx.ExecContext(ctx, insert, "b0", "o0")
				return err
			}); !store.Duplicate(err) {
				t.Errorf("the same again: %v, want a duplicate", err)
			}
		}
		all := func(tx store.Tx) (got string) {
			const query = `select origin from status_publishers where body >= $1 order by body`
			rows, err := tx.QueryContext(ctx, query, "b1")
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close()
			for rows.Next() {
				var one, first string
				if err := rows.Scan(&one); err != nil {
					t.Fatal(err)
				}
				if !d.postgres() { // which reads one query at a time
					if err := tx.QueryRowContext(ctx, query, "b0").Scan(&first); err != nil || first != "o0" {
						t.Errorf("while it is read: %q, %v", first, err)
					}
				}
				got += one + " "
			}
			if err := rows.Err(); err != nil {
				t.Fatal(err)
			}
			return got
		}
		if err := store.ChangeWith(ctx, s, func(tx store.Tx, _ time.Time) error {
			for _, change := range []string{`select 1`, `alter table status_publishers add column extra text`} {
				if _, err := tx.ExecContext(ctx, change); err != nil {
					return err
				}
				if got := all(tx); got != "o1 o2 " {
					t.Errorf("after %q: %q", change, got)
				}
			}
			for i := range 400 {
				var n int
				if err := tx.QueryRowContext(ctx, fmt.Sprintf(`select count(*) + %d from status_publishers`, i)).Scan(&n); err != nil || n != 3+i {
					return fmt.Errorf("query %d: %d, %w", i, n, err)
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	})
}
