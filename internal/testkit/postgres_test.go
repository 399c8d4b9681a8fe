package testkit_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/probatum/probatum/internal/testkit"
)

const child = "PROBATUM_TEST_POSTGRES_CHILD"

// TestPostgresEndsWithItsProgram kills a test program that has started a server.
func TestPostgresEndsWithItsProgram(t *testing.T) {
	if os.Getenv(child) != "" {
		fmt.Println("address", testkit.Postgres(t))
		<-t.Context().Done() // never: it is killed
	}
	t.Parallel()
	testkit.Postgres(t) // or the test is skipped
	cmd := exec.Command(os.Args[0], "-test.run=^TestPostgresEndsWithItsProgram$")
	cmd.Env = append(os.Environ(), child+"=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var address string
	for lines := bufio.NewScanner(out); address == "" && lines.Scan(); {
		address, _ = strings.CutPrefix(lines.Text(), "address ")
	}
	u, err := url.Parse(address)
	if err != nil || u.Query().Get("host") == "" {
		t.Fatalf("the child told %q, %v", address, err)
	}
	dir := u.Query().Get("host")
	if _, err := os.Stat(dir); err != nil {
		t.Errorf("the server of the child has no folder: %v", err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	for began := time.Now(); ; {
		if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
			break
		}
		if time.Since(began) > time.Minute {
			t.Fatalf("%s is still there", dir)
		}
		select {
		case <-t.Context().Done():
		case <-time.After(20 * time.Millisecond):
		}
	}
	if conn, err := pgx.Connect(t.Context(), address); err == nil {
		conn.Close(t.Context())
		t.Error("the server of the child still answers")
	}
}

// TestPostgresLike takes databases one after the other: each is as the first one was,
// whatever was done to those before.
func TestPostgresLike(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	exec := func(address string, statements ...string) error {
		conn, err := pgx.Connect(ctx, address)
		if err != nil {
			return err
		}
		defer conn.Close(ctx)
		for _, s := range statements {
			if _, err := conn.Exec(ctx, s); err != nil {
				return fmt.Errorf("%s: %w", s, err)
			}
		}
		return nil
	}
	prepare := func(address string) error {
		return exec(address, `create table versions (n integer)`, `insert into versions values (7)`,
			`create table parents (n integer primary key)`, `create table children (n integer references parents)`)
	}
	var addresses []string
	for n, statements := range [][]string{
		{`insert into parents values (1)`, `insert into children values (1)`},
		{`create table another (n integer)`},
		{`insert into versions values (8)`},
		{`drop table children`},
		{},
	} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			address := testkit.PostgresLike(t, "example", prepare)
			addresses = append(addresses, address)
			conn, err := pgx.Connect(ctx, address)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close(ctx)
			var versions, rows, tables int
			if err := conn.QueryRow(ctx, `select (select sum(n) from versions), (select count(*) from parents) + (select count(*) from children),
				(select count(*) from pg_tables where schemaname = 'public')`).Scan(&versions, &rows, &tables); err != nil {
				t.Fatal(err)
			}
			if versions != 7 || rows != 0 || tables != 3 {
				t.Errorf("version %d, %d rows, %d tables; want 7, 0, 3", versions, rows, tables)
			}
			if err := exec(address, statements...); err != nil {
				t.Error(err)
			}
		})
	}
	if addresses[0] != addresses[1] || addresses[1] == addresses[2] {
		t.Errorf("the databases were %q", addresses)
	}
}
