package store

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/probatum/probatum/credential"
)

// Rehearse makes a Store run every change once in vain before it counts.
func Rehearse(s *Store) { s.rehearse = true }

// ChangeWith is changeWith.
func ChangeWith(ctx context.Context, s *Store, f func(tx Tx, now time.Time) error) error {
	return s.changeWith(ctx, f)
}

// NewLink makes a public link to a sealed credential, as sealing does.
func (s *Store) NewLink(ctx context.Context, id credential.ID, closes time.Time) (token string, err error) {
	err = s.change(ctx, func(tx *sql.Tx, now time.Time) error {
		l, err := insertLink(ctx, tx, string(id), false, now, closes)
		token = l.Token
		return err
	})
	return token, err
}

// Read lets a Store read from another database, and gives the one before.
func Read(s *Store, db *sql.DB) *sql.DB {
	before := s.read
	s.read = db
	return before
}

// AwardsOpen is the list of awards that wait, with values in the place of parameters.
var AwardsOpen = strings.NewReplacer("$1", "'b'", "$2", "5", "$3", "'a'", "$4", "1", "$5", "1", "$6", "0", "$7", "-1", "$8", "50").Replace(awardsOpen)

// What tests look at from outside.
var (
	Duplicate = duplicate
	Encrypted = encrypted
)
