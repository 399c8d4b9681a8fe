package verifier_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/verifier"
)

// What a trusted issuer, or whoever got hold of its key, can seal is as wild as
// what strangers send. Every answer comes in time and costs less than 64 MB;
// nothing runs beside this test, so that the cost can be measured.
func TestTV20RightlySealedButWild(t *testing.T) {
	w := newWorld(t)
	repeat := func(n int, what func(i int) any) []any {
		out := make([]any, n)
		for i := range out {
			out[i] = what(i)
		}
		return out
	}
	deep := func(class, property string, n int) any {
		var v any = "x"
		for i := range n {
			v = obj{"id": fmt.Sprintf("urn:x:%d", i), "type": class, property: v}
		}
		return v
	}
	for name, edit := range map[string]func(c obj){
		"5,000 claims": func(c obj) {
			c["credentialSubject"].(obj)["hasClaim"] = repeat(5_000, func(i int) any {
				return obj{"id": fmt.Sprint("urn:x:", i), "type": "LearningAchievement"}
			})
		},
		"5,000 claims that are one": func(c obj) {
			c["credentialSubject"].(obj)["hasClaim"] = repeat(5_000, func(i int) any {
				return obj{"id": "urn:x:1", "type": "LearningAchievement", "identifier": fmt.Sprint("urn:x:", i)}
			})
		},
		"10,000 nodes without id": func(c obj) {
			c["credentialSubject"].(obj)["hasClaim"] = repeat(10_000, func(int) any { return obj{"type": "LearningAssessment"} })
		},
		"24,000 texts": func(c obj) {
			achievement(c)["title"] = obj{"en": repeat(24_000, func(i int) any { return fmt.Sprint(i) })}
		},
		"24,000 languages": func(c obj) {
			m := obj{}
			for i := range 24_000 {
				m[fmt.Sprintf("en-x-%d", i)] = "x"
			}
			achievement(c)["title"] = m
		},
		"20,000 types": func(c obj) {
			achievement(c)["type"] = repeat(20_000, func(i int) any { return fmt.Sprint("T", i) })
		},
		"24,000 members that nobody knows": func(c obj) {
			for i := range 24_000 {
				c[fmt.Sprint("m", i)] = 1
			}
		},
		"one long text":    func(c obj) { achievement(c)["title"] = obj{"en": strings.Repeat("x", 1_900_000)} },
		"60 levels":        func(c obj) { c["credentialSubject"].(obj)["hasClaim"] = deep("LearningAchievement", "hasPart", 58) },
		"a list in a list": func(c obj) { c["credentialSubject"].(obj)["hasClaim"] = []any{[]any{[]any{}}} },
		"2,000 rungs of parts that point at each other": func(c obj) {
			c["credentialSubject"].(obj)["hasClaim"] = repeat(2000, func(i int) any {
				return obj{
					"id": fmt.Sprint("urn:x:", i), "type": "LearningAchievement",
					"hasPart": repeat(8, func(j int) any { return obj{"id": fmt.Sprint("urn:x:", (i+j)%2000), "type": "LearningAchievement"} }),
				}
			})
		},
		"more values than a credential has": func(c obj) { c["x"] = repeat(25_000, func(int) any { return 0 }) },
	} {
		t.Run(name, func(t *testing.T) {
			file := w.file(t, edit)
			v := verifier.Verifier{Trust: w.trust, Now: func() time.Time { return now }}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			r, err := v.Verify(t.Context(), file, verifier.Options{})
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			if err != nil {
				t.Fatal(err)
			}
			if mb := (after.TotalAlloc - before.TotalAlloc) >> 20; took > patience || mb >= 64 {
				t.Errorf("%s: took %v and %d MB for %d kB", r.Verdict(), took, mb, len(file)>>10)
			}
			checkAnswer(t, r)
		})
	}
}
