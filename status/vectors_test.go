package status_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/status"
)

// cases reads the cases of a suite of vectors.
func cases[T any](t *testing.T, suite string) []T {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(testkit.Vectors(t), suite, "cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var list []T
	if err := json.Unmarshal(data, &list); err != nil {
		t.Fatal(err)
	}
	if len(list) == 0 {
		t.Fatalf("%s has no cases", suite)
	}
	return list
}

func TestVectorsTokenStatusList(t *testing.T) {
	t.Parallel()
	type vector struct {
		ID      string           `json:"id"`
		Bits    int              `json:"bits"`
		List    string           `json:"lst"`
		Bytes   int              `json:"decompressed_bytes"`
		NonZero map[string]uint8 `json:"nonzero_statuses"`
	}
	for _, c := range cases[vector](t, "token-status-list") {
		t.Run(c.ID, func(t *testing.T) {
			t.Parallel()
			by := newSigner(t, "P-256")
			l, err := open(t, by.token(t, obj{"sub": listURL, "iat": noon.Unix(), "status_list": obj{"bits": c.Bits, "lst": c.List}}))
			if err != nil {
				t.Fatal(err)
			}
			if want := int64(c.Bytes * 8 / c.Bits); l.Entries() != want {
				t.Errorf("%d entries, want %d", l.Entries(), want)
			}
			for i := range l.Entries() {
				got, err := l.At(i)
				if want := c.NonZero[strconv.FormatInt(i, 10)]; err != nil || got != want {
					t.Fatalf("entry %d is %d, %v; want %d", i, got, err, want)
				}
			}
			// Our own writing of the same entries reads as the same.
			again := status.Encode(status.Token, c.Bits, int(l.Entries()), func(i int64) uint8 { v, _ := l.At(i); return v })
			l2, err := open(t, by.token(t, obj{"sub": listURL, "iat": noon.Unix(), "status_list": obj{"bits": c.Bits, "lst": again}}))
			if err != nil || !status.Same(l, l2) {
				t.Errorf("written and read again: %v", err)
			}
		})
	}
}

func TestVectorsBitstringStatusList(t *testing.T) {
	t.Parallel()
	type vector struct {
		ID      string  `json:"id"`
		Expect  string  `json:"expect"`
		Length  int64   `json:"length_bits"`
		Set     []int64 `json:"set_indexes"`
		Encoded string  `json:"encodedList"`
		Index   string  `json:"statusListIndex"`
	}
	for _, c := range cases[vector](t, "bitstring-status-list") {
		t.Run(c.ID, func(t *testing.T) {
			t.Parallel()
			by := newSigner(t, "P-256")
			l, err := open(t, by.vc(t, by.credential(status.Revocation, c.Encoded)))
			switch {
			case c.Expect == "reject" && c.Index != "":
				if err != nil {
					t.Fatalf("the list itself: %v", err)
				}
				refs, err := status.ParseEntries(js(t, entry(status.Revocation, c.Index)))
				if err == nil && len(refs) == 1 {
					_, err = refs[0].Judge(l)
				}
				isProblem(t, c.Index, err, status.Range, status.Malformed)
			case c.Expect == "reject":
				isProblem(t, "the list", err, status.Verification, status.Length, status.Malformed)
			case err != nil:
				t.Error(err)
			default:
				if l.Entries() != c.Length {
					t.Errorf("%d entries, want %d", l.Entries(), c.Length)
				}
				for i := range l.Entries() {
					got, err := l.At(i)
					if want := slices.Contains(c.Set, i); err != nil || (got == 1) != want || got > 1 {
						t.Fatalf("entry %d is %d, %v; want set %v", i, got, err, want)
					}
				}
			}
		})
	}
}

// isProblem fails unless err is an *Error with one of the problems.
func isProblem(t testing.TB, what string, err error, want ...status.Problem) {
	t.Helper()
	e, ok := errors.AsType[*status.Error](err)
	if !ok || !slices.Contains(want, e.Problem) {
		t.Errorf("%s: %v; want %v", what, err, want)
	}
}
