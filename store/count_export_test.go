package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"sync/atomic"

	"modernc.org/sqlite"
)

// CountStatements lets a Store write to its SQLite file by connections that count what
// they are asked to do.
func CountStatements(s *Store, file string) (*atomic.Int64, error) {
	c, err := sqlite.NewConnector("file:" + file + "?_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	if err := s.write.Close(); err != nil {
		return nil, err
	}
	n := &atomic.Int64{}
	s.write = sql.OpenDB(counting{c, n})
	s.write.SetMaxOpenConns(1)
	return n, nil
}

type counting struct {
	driver.Connector
	n *atomic.Int64
}

func (c counting) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return countedConn{conn.(sqliteConn), c.n}, nil
}

type countedConn struct {
	sqliteConn
	n *atomic.Int64
}

func (c countedConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	c.n.Add(1)
	return c.sqliteConn.PrepareContext(ctx, query)
}
