package store

import (
	"context"
	"time"
)

// Rehearse makes a Store run every change once in vain before it counts.
func Rehearse(s *Store) { s.rehearse = true }

// ChangeWith is changeWith.
func ChangeWith(ctx context.Context, s *Store, f func(tx Tx, now time.Time) error) error {
	return s.changeWith(ctx, f)
}

// What tests look at from outside.
var (
	Duplicate = duplicate
	Encrypted = encrypted
)
