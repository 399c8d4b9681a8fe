package testkit

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Postgres gives the address of a fresh, empty database on a real PostgreSQL. The
// server is started once for a test program, below a temporary folder and reached by
// a socket there, and it goes with the program however that ends. The test is skipped
// where PostgreSQL is not installed.
func Postgres(t testing.TB) string {
	t.Helper()
	p := running(t)
	return p.url(p.create(t, "template1"))
}

// running gives the server.
func running(t testing.TB) *postgres {
	t.Helper()
	p, err := server()
	if errors.Is(err, errNoPostgres) {
		Skip(t, err.Error())
	}
	if err != nil {
		t.Fatalf("starting PostgreSQL: %v", err)
	}
	return p
}

// create makes a copy of a database and gives its name.
func (p *postgres) create(t testing.TB, like string) string {
	t.Helper()
	name := fmt.Sprintf("test%d", databases.Add(1))
	if err := p.exec(context.Background(), "create database "+name+" template "+like); err != nil {
		t.Fatalf("making database %s like %s: %v", name, like, err)
	}
	return name
}

// databases counts those that were made.
var databases atomic.Int64

// server starts the one server of this test program.
var server = sync.OnceValues(startPostgres)

var errNoPostgres = errors.New("PostgreSQL is not installed here")

// watch starts the server and waits for the end of its standard input, which comes
// when the test program ends, also by being killed. Then it stops the server at once
// and takes its folder away. It stays when a person stops the tests at the terminal,
// for the same.
const watch = `trap '' INT TERM HUP
"$1" -D "$2/data" -k "$2" </dev/null >"$2/log" 2>&1 &
server=$!
cat >/dev/null
kill -QUIT "$server" && wait "$server"
rm -rf "$2"`

// configuration is of a server whose data nobody will miss.
const configuration = `
listen_addresses = ''
max_connections = 300
shared_buffers = 64MB
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
`

type postgres struct {
	dir  string
	held io.Closer // while it is open, the server runs
}

func startPostgres() (*postgres, error) {
	bin, err := postgresBin()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "probatum-pg")
	if err != nil {
		return nil, err
	}
	p := &postgres{dir: dir}
	if err := p.start(bin); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return p, nil
}

// postgresBin finds the folder of initdb and postgres: on the path, or where Debian
// keeps them, the newest version first.
func postgresBin() (string, error) {
	if name, err := exec.LookPath("initdb"); err == nil {
		if name, err = filepath.EvalSymlinks(name); err == nil {
			return filepath.Dir(name), nil
		}
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", errNoPostgres
	}
	version := func(name string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(name)))) // 0 comes last
		return n
	}
	return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })), nil
}

func (p *postgres) start(bin string) error {
	// PostgreSQL does not run as root.
	var as []string
	if os.Geteuid() == 0 {
		var err error
		if as, err = asPostgres(p.dir); err != nil {
			return err
		}
	}
	run := func(name string, args ...string) *exec.Cmd {
		line := append(slices.Clone(as), append([]string{name}, args...)...)
		cmd := exec.Command(line[0], line[1:]...) //nolint:gosec,noctx // it lives as long as this program
		cmd.Dir = p.dir
		return cmd
	}
	// An alphabet that is not that of bytes, as in production, so that nothing
	// relies on the latter. Builds without ICU and old versions have none.
	alphabet := []string{"--locale-provider=icu", "--icu-locale=en"}
	initdb := func(more ...string) error {
		out, err := run(filepath.Join(bin, "initdb"), append([]string{
			"-D", filepath.Join(p.dir, "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync",
		}, more...)...).CombinedOutput()
		if err != nil {
			return fmt.Errorf("initdb: %w: %s", err, out)
		}
		return nil
	}
	if first := initdb(alphabet...); first != nil {
		if err := initdb(); err != nil {
			return errors.Join(first, err)
		}
	}
	conf, err := os.OpenFile(filepath.Join(p.dir, "data", "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if _, err := conf.WriteString(configuration); err != nil {
		return err
	}
	if err := conf.Close(); err != nil {
		return err
	}
	cmd := run("/bin/sh", "-c", watch, "watch", filepath.Join(bin, "postgres"), p.dir)
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	err = p.wait()
	if err != nil {
		log, _ := os.ReadFile(filepath.Join(p.dir, "log")) // there may be none
		err = errors.Join(fmt.Errorf("%w: %s", err, log), in.Close(), cmd.Wait())
	}
	p.held = in
	return err
}

// wait waits until the server answers.
func (p *postgres) wait() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		err := p.exec(ctx, "select 1")
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// url gives the address of a database.
func (p *postgres) url(database string) string {
	return "postgres://postgres@/" + database + "?host=" + url.QueryEscape(p.dir)
}

// exec runs one statement outside the databases of tests.
func (p *postgres) exec(ctx context.Context, statement string) error {
	conn, err := pgx.Connect(ctx, p.url("postgres"))
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, statement)
	return errors.Join(err, conn.Close(ctx))
}

// asPostgres gives the folder to the user postgres, and the start of a command line
// that runs as that user.
func asPostgres(dir string) ([]string, error) {
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("%w: it does not run as root, and there is no user postgres", errNoPostgres)
	}
	setpriv, err := exec.LookPath("setpriv")
	if err != nil {
		return nil, fmt.Errorf("%w: it does not run as root, and there is no setpriv", errNoPostgres)
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return nil, err
	}
	if err := os.Chown(dir, uid, gid); err != nil {
		return nil, err
	}
	return []string{setpriv, "--reuid=postgres", "--regid=postgres", "--clear-groups"}, nil
}
