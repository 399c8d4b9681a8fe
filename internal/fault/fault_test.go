package fault_test

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"github.com/probatum/probatum/internal/fault"
)

func TestKindOf(t *testing.T) {
	t.Parallel()
	conflict := fault.New(fault.Conflict, "store.sealed", fs.ErrExist)
	tests := []struct {
		name string
		err  error
		want fault.Kind
	}{
		{"an error without a kind tells the public nothing", errors.New("secret"), fault.Internal},
		{"no error", nil, fault.Internal},
		{"an Error", conflict, fault.Conflict},
		{"a wrapped Error", fmt.Errorf("sealing: %w", conflict), fault.Conflict},
		{"a List", fault.List{{Path: "$.a", Key: "k"}}, fault.Invalid},
		{"a wrapped List", fmt.Errorf("reading: %w", fault.List{{Path: "$"}}), fault.Invalid},
		{"an Error with a List as its cause", fault.New(fault.Conflict, "k", fault.List{{Path: "$"}}), fault.Conflict},
	}
	for _, tt := range tests {
		if got := fault.KindOf(tt.err); got != tt.want {
			t.Errorf("%s: KindOf = %d, want %d", tt.name, got, tt.want)
		}
	}
}

func TestWithLeavesTheErrorAsItWas(t *testing.T) {
	t.Parallel()
	base := fault.New(fault.Invalid, "k", nil).With("A", 1)
	more := base.With("B", 2)
	if len(base.Args) != 1 || len(more.Args) != 2 {
		t.Errorf("args: base %v, more %v; want one and two", base.Args, more.Args)
	}
	if !errors.Is(fault.New(fault.Conflict, "k", fs.ErrExist), fs.ErrExist) {
		t.Error("the cause of an Error is not found by errors.Is")
	}
}

func TestListKeepsOrderAndPlaces(t *testing.T) {
	t.Parallel()
	var l fault.List
	if l.Err() != nil {
		t.Fatal("an empty List is an error")
	}
	l.Add("$.b", "first", "R56", "Min", 2)
	l.Add("$.a", "second", "")
	if l.Err() == nil || l[0].Path != "$.b" || l[0].Args["Min"] != 2 || l[1].Rule != "" {
		t.Errorf("list = %+v", l)
	}
	if got, want := l.Error(), "$.b: first; $.a: second"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
}
