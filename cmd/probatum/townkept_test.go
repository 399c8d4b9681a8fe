package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// kept gives a digest of every table and of every file beside the database.
func (w *town) kept(t testing.TB) map[string]string {
	t.Helper()
	list := `select name from sqlite_master where type = 'table' and name not like 'sqlite_%'`
	if strings.HasPrefix(w.database, "postgres") {
		list = `select table_name from information_schema.tables where table_schema = 'public'`
	}
	all := map[string]string{}
	for _, table := range w.texts(t, list) {
		rows := w.rows(t, `select * from "`+table+`"`) // a name that the database itself gave
		slices.Sort(rows)
		all[table] = digest(strings.Join(rows, "\n"))
	}
	err := filepath.WalkDir(w.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), "probatum.db") {
			return err
		}
		data, err := os.ReadFile(path)
		all[path] = digest(string(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func (w *town) texts(t testing.TB, query string) (all []string) {
	t.Helper()
	for _, row := range w.rows(t, query) {
		all = append(all, strings.TrimSuffix(row, "|"))
	}
	return all
}

func (w *town) rows(t testing.TB, query string) (all []string) {
	t.Helper()
	rows, err := w.raw.QueryContext(context.WithoutCancel(t.Context()), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	values, places := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		places[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(places...); err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, v := range values {
			if data, ok := v.([]byte); ok {
				v = string(data)
			}
			fmt.Fprintf(&b, "%v|", v)
		}
		all = append(all, b.String())
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:8])
}

// same tells which of what was kept is another now.
func same(t testing.TB, what string, before, after map[string]string) {
	t.Helper()
	names := maps.Clone(before)
	maps.Copy(names, after)
	for name := range names {
		if before[name] != after[name] {
			t.Errorf("%s changed %s", what, name)
		}
	}
}

// version counts what other connections have written to an SQLite file: it tells
// after each request whether something was kept. PostgreSQL has no such number.
func (w *town) version(t testing.TB) (n int64) {
	t.Helper()
	if strings.HasPrefix(w.database, "postgres") {
		return 0
	}
	if err := w.raw.QueryRowContext(t.Context(), `pragma data_version`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
