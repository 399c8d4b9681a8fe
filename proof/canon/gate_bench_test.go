package canon_test

import (
	"encoding/json"
	"testing"

	"github.com/piprate/json-gold/ld"

	"github.com/probatum/probatum/proof/canon"
)

// BenchmarkDataset measures the way from JSON to statements, gate included, and
// says how many times as long as Expand and ToRDF of json-gold alone it takes, with
// the contexts parsed from their documents each time and with safe mode on.
func BenchmarkDataset(b *testing.B) {
	p := canon.New(canon.Config{Contexts: canon.Pinned()})
	for _, name := range []string{"elm", "badge", "version1"} {
		doc := documentTexts(b)[name]
		alone := func() {
			var v any
			if err := json.Unmarshal(doc, &v); err != nil {
				b.Fatal(err)
			}
			opts := ld.NewJsonLdOptions("")
			opts.DocumentLoader, opts.SafeMode = embedded{}, true
			expanded, err := ld.NewJsonLdProcessor().Expand(v, opts)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := ld.NewJsonLdApi().ToRDF(expanded, opts); err != nil {
				b.Fatal(err)
			}
		}
		b.Run("doc="+name, func(b *testing.B) {
			b.ReportAllocs()
			start := cpuTime()
			for range 20 {
				alone()
			}
			peer := float64(cpuTime()-start) / 20
			start = cpuTime()
			n := 0
			for b.Loop() {
				if _, err := p.Dataset(b.Context(), doc); err != nil {
					b.Fatal(err)
				}
				n++
			}
			ours := float64(cpuTime()-start) / float64(n)
			b.ReportMetric(ours, "cpu-ns/op")
			b.ReportMetric(ours/peer, "of-json-gold")
		})
	}
}
