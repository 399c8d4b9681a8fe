package integrity_test

import (
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/piprate/json-gold/ld"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/proof/integrity"
)

// A pinnedLoader gives json-gold our contexts, parsed once.
type pinnedLoader struct{ documents map[string]*ld.RemoteDocument }

func (l pinnedLoader) LoadDocument(url string) (*ld.RemoteDocument, error) {
	if d, ok := l.documents[url]; ok {
		return d, nil
	}
	return nil, errors.New("unknown context")
}

// normalize is what plain json-gold does: JSON and proof options to canonical
// N-Quads, without gate, signature or keys.
func normalize(t testing.TB, signed []byte) func() {
	t.Helper()
	loader := pinnedLoader{map[string]*ld.RemoteDocument{}}
	for _, p := range contexts.Pins() {
		data, _ := contexts.Bytes(p.URL)
		var v any
		if err := json.Unmarshal(data, &v); err != nil {
			t.Fatal(err)
		}
		loader.documents[p.URL] = &ld.RemoteDocument{DocumentURL: p.URL, Document: v}
	}
	processor := ld.NewJsonLdProcessor()
	return func() {
		var doc, config map[string]any
		if err := json.Unmarshal(signed, &doc); err != nil {
			t.Fatal(err)
		}
		config, _ = doc["proof"].(map[string]any)
		delete(doc, "proof")
		delete(config, "proofValue")
		config["@context"] = doc["@context"]
		for _, v := range []any{doc, config} {
			o := ld.NewJsonLdOptions("")
			o.DocumentLoader, o.Algorithm, o.Format = loader, ld.AlgorithmURDNA2015, "application/n-quads"
			if _, err := processor.Normalize(v, o); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// gold is what plain json-gold needs for the badge and its proof options.
var gold = struct {
	sync.Once
	perOp time.Duration
}{}

func goldTime(b *testing.B, signed []byte) time.Duration {
	b.Helper()
	gold.Do(func() {
		run := normalize(b, signed)
		run()
		const rounds = 300
		start := time.Now()
		for range rounds {
			run()
		}
		gold.perOp = time.Since(start) / rounds
	})
	return gold.perOp
}

func BenchmarkNormalizeJSONGold(b *testing.B) {
	w := ways(b)[0]
	run := normalize(b, signBy(b, product(), badgeOf(w.maker.did), w, nil))
	b.ReportAllocs()
	for b.Loop() {
		run()
	}
}

// ratio gives the time as a multiple of plain json-gold's in the same run.
func ratio(b *testing.B, plain time.Duration) {
	b.Helper()
	b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(plain), "x-json-gold")
}

func BenchmarkSign(b *testing.B) {
	rdf := ways(b)[0]
	plain := goldTime(b, signBy(b, product(), badgeOf(rdf.maker.did), rdf, nil))
	for _, w := range ways(b) {
		b.Run(w.name, func(b *testing.B) {
			prepared, err := product().Prepare(b.Context(), badgeOf(w.maker.did), integrity.ProofOptions{Cryptosuite: w.suite, VerificationMethod: w.maker.method})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := product().Sign(b.Context(), prepared, w.maker.key); err != nil {
					b.Fatal(err)
				}
			}
			ratio(b, plain)
		})
	}
}

func BenchmarkVerify(b *testing.B) {
	rdf := ways(b)[0]
	plain := goldTime(b, signBy(b, product(), badgeOf(rdf.maker.did), rdf, nil))
	for _, w := range ways(b) {
		b.Run(w.name, func(b *testing.B) {
			signed := signBy(b, product(), badgeOf(w.maker.did), w, nil)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := product().Verify(b.Context(), signed, integrity.VerifyOptions{}); err != nil {
					b.Fatal(err)
				}
			}
			ratio(b, plain)
		})
	}
}
