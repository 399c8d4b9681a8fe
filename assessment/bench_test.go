package assessment_test

import (
	"testing"

	"github.com/probatum/probatum/assessment"
)

func BenchmarkParseResult(b *testing.B) {
	data := read(b, results+"/lighting.json")
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := assessment.ParseResult(data, now); err != nil {
			b.Fatal(err)
		}
	}
}
