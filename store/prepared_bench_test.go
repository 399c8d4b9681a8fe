package store_test

import (
	"database/sql"
	"testing"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/store"
)

// BenchmarkPrepared compares the reads of a page with and without statements that are
// kept prepared: times-faster is their ratio.
func BenchmarkPrepared(b *testing.B) {
	d := engines[0].fresh(b)
	s := d.openPlain(b, nil)
	p := access.NewPersonID()
	execute(b, d.raw(b), `insert into people (id, email, name, lang, settings, epoch, created_at)
		values ('`+string(p)+`', 'a@example.org', 'A', 'de', '{}', 1, 1)`)
	read := func() (took time.Duration) {
		began := time.Now()
		if _, _, err := s.Acting(b.Context(), p, began); err != nil {
			b.Fatal(err)
		}
		return time.Since(began)
	}
	anew, err := sql.Open("sqlite", "file:"+string(d))
	if err != nil {
		b.Fatal(err)
	}
	defer anew.Close()
	var took [2]time.Duration
	for b.Loop() { // by turns, so that what else goes on meets both
		took[0] += read()
		kept := store.Read(s, anew)
		took[1] += read()
		store.Read(s, kept)
	}
	b.ReportMetric(float64(took[1])/float64(took[0]), "times-faster")
}
