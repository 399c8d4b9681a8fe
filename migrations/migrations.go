// Package migrations holds the changes of the database schema, in order. One
// text serves SQLite and PostgreSQL; changes only go forward. Package store
// applies them.
package migrations

import "embed"

// Files are the migrations in the form of goose: NNNNN_name.sql.
//
//go:embed *.sql
var Files embed.FS
