package vcapi

import (
	"context"
	"net/http"

	"github.com/probatum/probatum/internal/room"
)

// NewFull makes a handler all of whose turns are taken.
func NewFull(cfg Config) (http.Handler, error) {
	s, err := newServer(cfg)
	if err != nil {
		return nil, err
	}
	for range s.cfg.AtOnce {
		if _, err := s.turns.Take(context.Background()); err != nil {
			return nil, err
		}
	}
	return s.routes(), nil
}

// NewWithout makes a handler that can hold no body.
func NewWithout(cfg Config) (http.Handler, error) {
	s, err := newServer(cfg)
	if err != nil {
		return nil, err
	}
	s.held = room.New(0)
	return s.routes(), nil
}

// NewBroken makes a handler whose work on documents panics.
func NewBroken(cfg Config) (http.Handler, error) {
	s, err := newServer(cfg)
	if err != nil {
		return nil, err
	}
	s.engine = nil
	return s.routes(), nil
}

// Idle tells whether nobody works and no body is held.
func Idle(h http.Handler) bool {
	s := h.(probe).s
	return s.turns.Taken() == 0 && s.held.Left() == maxHeld
}

// NewProbe makes a handler that Idle can ask.
func NewProbe(cfg Config) (http.Handler, error) {
	s, err := newServer(cfg)
	if err != nil {
		return nil, err
	}
	return probe{s.routes(), s}, nil
}

type probe struct {
	http.Handler
	s *server
}

// TypeURLs gives the table of the problem types.
func TypeURLs() []string {
	var out []string
	for t := range problemTypes {
		out = append(out, problemType(t).url())
	}
	return out
}

// Place is place.
func Place(pointer string) string { return place(pointer) }

// PointerOf is pointerOf.
func PointerOf(path string) string { return pointerOf(path) }

// Drawn gives n numbers as a draw gives them.
func Drawn(n int) ([]int, error) {
	d := draw{left: n}
	out := make([]int, n)
	for i := range out {
		var err error
		if out[i], err = d.next(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// NewSmall makes a handler whose lists have room for few entries.
func NewSmall(cfg Config, entries int) (http.Handler, error) {
	s, err := newServer(cfg)
	if err != nil {
		return nil, err
	}
	s.instances[Status].board.entries = entries
	return s.routes(), nil
}
