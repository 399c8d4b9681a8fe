package room_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/probatum/probatum/internal/room"
)

func TestRead(t *testing.T) {
	t.Parallel()
	r := room.New(1 << 20)
	for _, n := range []int{0, 1, 32<<10 - 1, 32 << 10, 32<<10 + 1, 100_000} {
		g := r.Enter()
		want := bytes.Repeat([]byte("x"), n)
		got, err := g.Read(iotest.OneByteReader(bytes.NewReader(want)), n)
		if err != nil || got == nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes: got %d, %v", n, len(got), err)
		}
		g.Leave()
		if n > 0 {
			if _, err := g.Read(bytes.NewReader(want), n-1); !errors.Is(err, room.ErrTooLarge) {
				t.Errorf("%d bytes where one less is allowed: %v", n, err)
			}
			g.Leave()
		}
	}
	broken := errors.New("the line went dead")
	if _, err := r.Enter().Read(io.MultiReader(strings.NewReader("x"), iotest.ErrReader(broken)), 10); !errors.Is(err, broken) {
		t.Errorf("an error on the way: %v", err)
	}
}

// TestFull: what is held by one is not there for others until it leaves.
func TestFull(t *testing.T) {
	t.Parallel()
	r := room.New(64 << 10)
	text := strings.Repeat("x", 40<<10)
	first, second := r.Enter(), r.Enter()
	if _, err := first.Read(strings.NewReader(text), len(text)); err != nil {
		t.Fatal(err)
	}
	if _, err := second.Read(strings.NewReader(text), len(text)); !errors.Is(err, room.ErrFull) {
		t.Errorf("a full room takes another: %v", err)
	}
	second.Leave()
	first.Leave()
	first.Leave()
	if _, err := second.Read(strings.NewReader(text), len(text)); err != nil {
		t.Errorf("after the first has left: %v", err)
	}
	if _, err := r.Enter().Read(strings.NewReader(text), len(text)); !errors.Is(err, room.ErrFull) {
		t.Errorf("leaving twice makes room twice: %v", err)
	}
}
