package store_test

import (
	"testing"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/internal/fault"
)

// TestNobodyWaitsForEverSQLite: while one writer hangs, whoever wants to write is told
// to try again, and everybody can still read.
func TestNobodyWaitsForEverSQLite(t *testing.T) {
	t.Parallel()
	s := newFile(t).openPlain(t, nil)
	conn, err := s.Engine().SQLite.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	err = s.MakeBody(t.Context(), access.NewBody{ID: "nord", Name: "DEMO"})
	if fault.KindOf(err) != fault.Unavailable {
		t.Errorf("behind a writer that hangs: %v", err)
	}
	if took := time.Since(began); took < 5*time.Second || took > 30*time.Second {
		t.Errorf("told after %s", took)
	}
	if _, err := s.Bodies(t.Context()); err != nil {
		t.Errorf("to read: %v", err)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.MakeBody(t.Context(), access.NewBody{ID: "nord", Name: "DEMO"}); err != nil {
		t.Errorf("after it: %v", err)
	}
}
