package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/probatum/probatum/internal/fault"
)

// applicationID marks an SQLite file as ours ("Prbt"), so that no schema is
// ever laid into a database of another program.
const applicationID = 0x50726274

// openSQLite opens the file at path, or makes it.
func (s *Store) openSQLite(ctx context.Context, path string, create bool) error {
	if err := find(path, create); err != nil {
		return err
	}
	name := url.URL{Path: filepath.ToSlash(path)}
	file := "file:" + name.EscapedPath()

	// synchronous(FULL): what was committed outlives a loss of power.
	write, err := openPrepared(file + "?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)" +
		"&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_txlock=immediate")
	if err != nil {
		return err
	}
	write.SetMaxOpenConns(1)
	s.write = write
	if err := s.first(ctx, create); err != nil {
		return err
	}
	if err := s.migrate(ctx, goose.DialectSQLite3, goose.DefaultTablename, create); err != nil {
		return err
	}

	read, err := openPrepared(file + "?_pragma=busy_timeout(5000)&_pragma=query_only(1)")
	if err != nil {
		return err
	}
	read.SetMaxOpenConns(max(4, runtime.GOMAXPROCS(0)))
	s.read = read
	return s.Ready(ctx)
}

// find looks for the database file. With create it makes an empty one where
// there is none, for the owner's eyes only: it holds personal data. SQLite gives
// the files that it keeps beside it the same mode.
func find(path string, create bool) error {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return fault.New(fault.Unreadable, "store.notOurs", errors.New("is a folder")).With("Path", path)
	case err == nil:
		return nil
	case !errors.Is(err, fs.ErrNotExist):
		return fault.New(fault.Unreadable, "store.unreadable", err).With("Path", path)
	case !create:
		return fault.New(fault.NotFound, "store.missing", err).With("Path", path)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrExist) { // another process was quicker
		return nil
	}
	if err != nil {
		kind := fault.Unavailable // a full disk may have room again
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
			kind = fault.Conflict
		}
		return fault.New(kind, "store.notMade", err).With("Path", path)
	}
	return f.Close()
}

// first marks the file, with the first connection to it. Where many processes
// open a new file at once, one of them turns on write-ahead logging, and for that
// moment SQLite refuses the others without letting them wait; so they try again.
func (s *Store) first(ctx context.Context, create bool) error {
	for wait := time.Millisecond; ; wait *= 2 {
		err := s.mark(ctx, create)
		e, ok := errors.AsType[*sqlite.Error](err)
		if !ok || e.Code()&0xff != sqlite3.SQLITE_BUSY || wait > time.Second {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(wait):
		}
	}
}

// mark tells whether the file is ours, and makes it so where it is empty and
// may be made.
func (s *Store) mark(ctx context.Context, create bool) error {
	return s.change(ctx, func(tx *sql.Tx, _ time.Time) error {
		var id, tables int
		if err := tx.QueryRowContext(ctx, `pragma application_id`).Scan(&id); err != nil {
			return err
		}
		if id == applicationID {
			return nil
		}
		if err := tx.QueryRowContext(ctx, `select count(*) from sqlite_master`).Scan(&tables); err != nil {
			return err
		}
		if id != 0 || tables > 0 || !create {
			return fault.New(fault.Unreadable, "store.notOurs", fmt.Errorf("application id %#x, %d tables", id, tables))
		}
		_, err := tx.ExecContext(ctx, fmt.Sprintf(`pragma application_id = %d`, applicationID))
		return err
	})
}

// sqliteFault gives an error of this driver a Kind where its code tells one.
func sqliteFault(err error) error {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return err
	}
	switch e.Code() & 0xff { // the low byte is the primary code
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR,
		sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY:
		return fault.New(fault.Unavailable, "store.unavailable", err)
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
		return fault.New(fault.Unreadable, "store.notOurs", err)
	}
	return err
}

// sqliteDuplicate tells whether the driver refused a value that is there already.
func sqliteDuplicate(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && (e.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || e.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
}
