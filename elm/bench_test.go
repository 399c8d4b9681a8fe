package elm_test

import (
	"testing"

	"github.com/probatum/probatum/elm"
)

func BenchmarkCheck(b *testing.B) {
	doc := sample(b)
	b.SetBytes(int64(len(doc)))
	for b.Loop() {
		elm.Check(doc, elm.Options{})
	}
}

func BenchmarkParse(b *testing.B) {
	doc := sample(b)
	b.SetBytes(int64(len(doc)))
	for b.Loop() {
		if _, err := elm.Parse(doc); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMarshal(b *testing.B) {
	c, err := elm.Parse(sample(b))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := elm.Marshal(c); err != nil {
			b.Fatal(err)
		}
	}
}
