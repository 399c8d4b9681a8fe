package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/probatum/probatum/access"
)

// Bodies gives all bodies, by name.
func (s *Store) Bodies(ctx context.Context) ([]access.NewBody, error) {
	bodies, err := all(ctx, s.read, func(row scanner) (b access.NewBody, err error) {
		return b, row.Scan(&b.ID, &b.Name)
	}, `select id, name from bodies`)
	if err != nil {
		return nil, fmt.Errorf("reading bodies: %w", err)
	}
	slices.SortFunc(bodies, func(a, b access.NewBody) int {
		return cmp.Or(cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.ID, b.ID))
	})
	return bodies, nil
}
