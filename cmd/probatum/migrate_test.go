package main

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/probatum/probatum/internal/testkit"
)

// TestMigratePostgreSQL does what testdata/script/migrate.txtar does, on a server.
func TestMigratePostgreSQL(t *testing.T) {
	t.Parallel()
	address := testkit.Postgres(t)
	for _, step := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"--database", address}, exitUnreadable, `The database is empty`},
		{[]string{"--database", address, "--create"}, exitOK, `^The database is new\. Its schema has version [0-9]+\.\n$`},
		{[]string{"--database", address}, exitOK, `^The schema of the database is up to date\. It has version [0-9]+\.\n$`},
		{[]string{"--database", strings.Replace(address, "@/", "@/no", 1), "--create"}, exitUnreadable, `no such database on the server`},
	} {
		var out bytes.Buffer
		code := run(t.Context(), append([]string{"--lang", "en", "migrate"}, step.args...), stdio{in: strings.NewReader(""), out: &out, err: &out})
		if code != step.code || !regexp.MustCompile(step.says).MatchString(out.String()) {
			t.Errorf("migrate %v ended with %d and %q; want %d and %s", step.args[2:], code, &out, step.code, step.says)
		}
	}
}
