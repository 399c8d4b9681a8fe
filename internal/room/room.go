// Package room bounds the bytes of request bodies that a server holds in memory
// at one time, so that many slow clients cannot fill it.
//
// Start with New and Room.Enter: a guest reads within the room and leaves it.
package room

import (
	"bytes"
	"errors"
	"io"
	"sync/atomic"
)

// ErrFull says that no more can be held now.
var ErrFull = errors.New("no room for more bodies")

// ErrTooLarge says that one text is larger than it may be.
var ErrTooLarge = errors.New("the text is too large")

// A Room is a number of bytes that bodies may take together. It may be used by
// many at once.
type Room struct{ left atomic.Int64 }

// New makes a Room for so many bytes.
func New(bytes int64) *Room {
	r := &Room{}
	r.left.Store(bytes)
	return r
}

// Left is how many bytes are free now.
func (r *Room) Left() int64 { return r.left.Load() }

// Enter gives a Guest, who holds nothing yet.
func (r *Room) Enter() *Guest { return &Guest{room: r} }

func (r *Room) take(n int64) bool {
	if r.left.Add(-n) < 0 {
		r.left.Add(n)
		return false
	}
	return true
}

// A Guest is one request that holds what it has read. It is used by one at a
// time.
type Guest struct {
	room *Room
	held int64
}

// Read takes everything in, piece by piece as it arrives, up to most bytes. It
// never gives nil without an error: ErrFull, ErrTooLarge or that of from. What was
// taken stays taken until Leave.
func (g *Guest) Read(from io.Reader, most int) ([]byte, error) {
	const piece = 32 << 10
	buf := bytes.NewBuffer([]byte{})
	for {
		if !g.room.take(piece) {
			return nil, ErrFull
		}
		g.held += piece
		n, err := io.CopyN(buf, from, piece)
		switch {
		case buf.Len() > most:
			return nil, ErrTooLarge
		case n < piece && errors.Is(err, io.EOF):
			return buf.Bytes(), nil
		case err != nil:
			return nil, err
		}
	}
}

// Leave gives back what the guest took. It may be called more than once.
func (g *Guest) Leave() {
	g.room.left.Add(g.held)
	g.held = 0
}
