package store

import (
	"context"

	"github.com/probatum/probatum/access"
)

// Bodies gives all bodies, by their short names.
func (s *Store) Bodies(ctx context.Context) ([]access.NewBody, error) {
	rows, err := s.read.QueryContext(ctx, `select id, name from bodies order by id`)
	if err != nil {
		return nil, engineFault(err)
	}
	defer rows.Close() //nolint:errcheck // reading ends with rows.Err
	var all []access.NewBody
	for rows.Next() {
		var b access.NewBody
		if err := rows.Scan(&b.ID, &b.Name); err != nil {
			return nil, engineFault(err)
		}
		all = append(all, b)
	}
	return all, engineFault(rows.Err())
}
