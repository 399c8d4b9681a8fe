package store

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"

	"modernc.org/sqlite"
)

// openPrepared opens an SQLite file with connections that keep their statements: to
// prepare one takes longer than most take to run. PostgreSQL's driver does the same.
func openPrepared(file string) (*sql.DB, error) {
	c, err := sqlite.NewConnector(file)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(preparing{c}), nil
}

type preparing struct{ driver.Connector }

func (p preparing) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := p.Connector.Connect(ctx)
	of, ok := c.(sqliteConn)
	if err != nil || !ok {
		return nil, cmp.Or(err, fmt.Errorf("the connection of the driver is a %T", c))
	}
	return &preparedConn{of, map[string]*preparedStmt{}}, nil
}

// sqliteConn is what connections of the driver can do, but for queries: those are all
// prepared by package sql.
type sqliteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// maxPrepared bounds what a connection keeps: jobs make the texts of theirs as they go.
const maxPrepared = 300

// A preparedConn is used by one goroutine at a time, as package driver promises. A
// statement is not idle while its rows are read.
type preparedConn struct {
	sqliteConn
	idle map[string]*preparedStmt
}

func (c *preparedConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	if s, ok := c.idle[query]; ok {
		delete(c.idle, query)
		return s, nil
	}
	s, err := c.sqliteConn.PrepareContext(ctx, query)
	of, ok := s.(sqliteStmt)
	if err != nil || !ok {
		return nil, cmp.Or(err, fmt.Errorf("the statement of the driver is a %T", s))
	}
	return &preparedStmt{of, c, query}, nil
}

// Close closes the connection with all its statements.
func (c *preparedConn) Close() error {
	for _, s := range c.idle {
		_ = s.sqliteStmt.Close() // the connection's own error tells
	}
	return c.sqliteConn.Close()
}

type sqliteStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

type preparedStmt struct {
	sqliteStmt
	conn  *preparedConn
	query string
}

// Close gives the statement back.
func (s *preparedStmt) Close() error {
	if _, twice := s.conn.idle[s.query]; twice || len(s.conn.idle) >= maxPrepared {
		return s.sqliteStmt.Close()
	}
	s.conn.idle[s.query] = s
	return nil
}
