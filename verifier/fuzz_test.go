package verifier_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/probatum/probatum/verifier"
)

// FuzzVerify: no input makes the verifier panic, take long, call itself valid
// without being what was sealed, or show anything whose seal does not hold.
func FuzzVerify(f *testing.F) {
	w := newWorld(f)
	tsa := newTSA(f, w.ca)
	good := w.file(f, nil)
	for _, seed := range [][]byte{
		good, tsa.stamped(f, good, signedAt), withItems(f, good, item(f, "xVals", []any{}), item(f, "rVals", obj{}), "x"),
		w.file(f, func(c obj) { c["validUntil"] = 1 }), w.file(f, func(c obj) { c["issuer"] = []any{} }),
		sealWith(f, w.seal, payload(f, nil), func(h obj) { h["crit"] = []any{"x"} }, w.ca),
		payload(f, nil), {}, []byte("{}"), []byte("%PDF-1.4"), []byte("a.b.c"), []byte(`{"payload":"","signatures":[{}]}`),
		[]byte(`{"credential":{"@context":1}}`), []byte("\x89PNG"), []byte("https://example.org/v/x"), bytes.Repeat([]byte("["), 100),
	} {
		f.Add(seed)
	}
	sealed := payload(f, nil)
	f.Fuzz(func(t *testing.T, data []byte) {
		v := verifier.Verifier{Trust: w.trust, Now: func() time.Time { return now }}
		start := time.Now()
		r, err := v.Verify(t.Context(), data, verifier.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took > patience {
			t.Fatalf("took %v", took)
		}
		if len(r.Checks) == 0 {
			t.Fatal("no check")
		}
		checkAnswer(t, r)
		if r.Valid() {
			title := r.Claims.DisplayParameter.Title.In("de")
			if !bytes.Contains(sealed, []byte(title)) || r.Claims.ID != "urn:credential:5a2c4a39-6c0b-4a53-b1d9-0d3f4be3b6f4" {
				t.Fatalf("valid, but not what was sealed: %s", show(r))
			}
		}
	})
}
