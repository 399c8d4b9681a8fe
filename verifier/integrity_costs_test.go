package verifier_test

import (
	"fmt"
	"runtime"
	"runtime/metrics"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/trust"
	"github.com/probatum/probatum/verifier"
)

// costs runs a verification alone and holds its promises: an answer within two
// seconds, memory back down, nothing left running. What else the machine does at
// the same time is not the verifier's work: it may try three times.
func costs(t *testing.T, set *trust.Set, file []byte) verifier.Report {
	t.Helper()
	v := verifier.Verifier{Trust: set, Now: func() time.Time { return now }}
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	routines := runtime.NumGoroutine()
	limit := 2 * time.Second
	if testkit.Race {
		limit = patience
	}
	peak := watchHeap()
	var r verifier.Report
	var took time.Duration
	for tries := range 3 {
		start := time.Now()
		var err error
		if r, err = v.Verify(t.Context(), file, verifier.Options{}); err != nil {
			t.Fatal(err)
		}
		if took = time.Since(start); took < limit {
			break
		}
		t.Logf("try %d took %v", tries, took)
	}
	if took > limit {
		t.Errorf("took %v", took)
	}
	grown := peak()
	if grown > 64<<20 && !testkit.Race {
		t.Errorf("the heap grew by %d MB", grown>>20)
	}
	left := runtime.NumGoroutine()
	// One that has just returned, as that of watchHeap, may still be counted.
	for settled := time.Now().Add(10 * time.Second); left > routines && time.Now().Before(settled); left = runtime.NumGoroutine() {
		runtime.Gosched()
	}
	if left > routines {
		t.Errorf("%d goroutines before, %d after", routines, left)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if after.HeapAlloc > before.HeapAlloc+8<<20 {
		t.Errorf("%d MB before, %d MB after", before.HeapAlloc>>20, after.HeapAlloc>>20)
	}
	t.Logf("%d kB: %v, %s %s, %d MB more at the most", len(file)>>10, took.Round(time.Millisecond), r.Verdict(), r.Code(), grown>>20)
	checkAnswer(t, r)
	return r
}

// watchHeap looks at the heap until it is told to stop, and says by how much it
// grew.
func watchHeap() (stop func() uint64) {
	heap := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(heap)
	base := heap[0].Value.Uint64()
	end, peak := make(chan struct{}), make(chan uint64)
	go func() {
		most := base
		for {
			select {
			case <-end:
				peak <- most - base
				return
			case <-time.After(2 * time.Millisecond):
			}
			metrics.Read(heap)
			most = max(most, heap[0].Value.Uint64())
		}
	}()
	return func() uint64 { close(end); return <-peak }
}

// Graphs that are made to be hard to bring into canonical form. Nothing runs
// beside this test, so that the cost can be measured.
func TestTV6PoisonGraphs(t *testing.T) {
	a := newAuthor(t)
	set := trusted(t, a)
	costs(t, set, a.sign(t, a.asELM(t, nil))) // what is made once is made now
	file := a.sign(t, a.asELM(t, nil))
	graph := func(n int, edge func(i, j int) bool, property, class string) func(c obj) {
		return func(c obj) {
			var nodes []any
			for i := range n {
				var to []any
				for j := range n {
					if i != j && edge(i, j) {
						to = append(to, obj{"type": class, "id": fmt.Sprintf("_:b%d", j)})
					}
				}
				nodes = append(nodes, obj{"type": class, "id": fmt.Sprintf("_:b%d", i), property: to})
			}
			c["credentialSubject"].(obj)["hasClaim"] = nodes
		}
	}
	all := func(int, int) bool { return true }
	for _, n := range []int{8, 10, 14, 40} {
		r := costs(t, set, retouched(t, file, graph(n, all, "hasPart", "LearningAchievement")))
		if r.Verdict() != verifier.Invalid || r.Code() != proof.Resources && r.Code() != proof.Context {
			t.Errorf("%d named nodes: %s", n, show(r))
		}
	}
	// Nodes without names, all alike: a tree is all that JSON can make of them.
	var tree func(depth, width int) obj
	tree = func(depth, width int) obj {
		o := obj{"type": "LearningAchievement"}
		if depth > 0 {
			var parts []any
			for range width {
				parts = append(parts, tree(depth-1, width))
			}
			o["hasPart"] = parts
		}
		return o
	}
	for _, size := range [][2]int{{6, 4}, {12, 2}, {2, 60}, {1, 3000}, {3, 15}, {30, 1}} {
		r := costs(t, set, retouched(t, file, func(c obj) { c["credentialSubject"].(obj)["hasClaim"] = tree(size[0], size[1]) }))
		if r.Verdict() != verifier.Invalid {
			t.Errorf("tree %v: %s", size, show(r))
		}
	}
	// The same, rightly signed over its text: then the gate, and the statements
	// behind it, are what stands in the way.
	for _, n := range []int{8, 40} {
		signed := a.sign(t, retouched(t, a.asELM(t, nil), graph(n, all, "hasPart", "LearningAchievement")), overText)
		if r := costs(t, set, signed); r.Verdict() != verifier.Invalid {
			t.Errorf("%d named nodes, signed: %s", n, show(r))
		}
	}
}

func TestTV20DataIntegrityResources(t *testing.T) {
	a := newAuthor(t)
	set := trusted(t, a)
	file := a.sign(t, a.asELM(t, nil))
	costs(t, set, file)
	tail := string(file[1:])
	for name, tt := range map[string]string{
		"9,000 levels":     `{"x":` + strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000) + "," + tail,
		"200,000 levels":   `{"x":` + strings.Repeat("[", 200_000) + strings.Repeat("]", 200_000) + "," + tail,
		"200,000 objects":  `{"x":` + strings.Repeat(`{"a":`, 200_000) + "1" + strings.Repeat("}", 200_000) + "," + tail,
		"100,000 members":  "{" + numbered(100_000) + tail,
		"8 MB of text":     `{"description":"` + strings.Repeat("x", 8<<20) + `",` + tail,
		"1.9 MB of text":   `{"description":"` + strings.Repeat("x", 1_900_000) + `",` + tail,
		"100,000 digits":   `{"x":` + strings.Repeat("9", 100_000) + "," + tail,
		"20,000 members":   "{" + numbered(20_000) + tail,
		"60,000 types":     strings.Replace(string(file), `"type":[`, `"type":[`+strings.Repeat(`"Person",`, 60_000), 1),
		"60,000 languages": strings.Replace(string(file), `"fullName":{`, `"fullName":{`+languages(60_000), 1),
		"24,000 languages": strings.Replace(string(file), `"fullName":{`, `"fullName":{`+languages(24_000), 1),
		"15,000 claims": string(retouched(t, file, func(c obj) {
			c["credentialSubject"].(obj)["hasClaim"] = slices.Repeat([]any{obj{"type": "LearningAchievement"}}, 15_000)
		})),
		"1,000 proofs":        string(retouched(t, file, func(c obj) { c["proof"] = slices.Repeat([]any{c["proof"]}, 1_000) })),
		"long verification":   strings.Replace(string(file), `"verificationMethod":"`, `"verificationMethod":"did:key:z`+strings.Repeat("6", 1_000_000), 1),
		"a million backslash": `{"description":"` + strings.Repeat(`\\`, 900_000) + `",` + tail,
	} {
		t.Run(name, func(t *testing.T) {
			r := costs(t, set, []byte(tt))
			if r.Verdict() != verifier.Invalid {
				t.Errorf("%s", show(r))
			}
			switch r.Code() {
			case proof.Resources, proof.Malformed:
			case proof.Context, proof.Signature, proof.Key, proof.Proof: // read whole, within the limits
			default:
				t.Errorf("code %s", r.Code())
			}
		})
	}
}

func numbered(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `"m%d":1,`, i)
	}
	return b.String()
}

func languages(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `"en-x-%d":"x",`, i)
	}
	return b.String()
}
