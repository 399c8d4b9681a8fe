package portfolio

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/evidence"
	"github.com/probatum/probatum/internal/fault"
)

// A Received is a file that has arrived whole and is one of the types that are
// accepted. It waits in the spool until it is added to an item; Drop takes it
// away from there in any case.
type Received struct {
	File
	person access.PersonID
	spool  *os.File
	turn   func()
}

// Receive takes a file that somebody sends, to its end. What is too large, of a
// type that is not accepted, or breaks off leaves nothing behind.
func (p *Portfolio) Receive(ctx context.Context, a access.Actor, name string, content io.Reader) (*Received, error) {
	if err := a.Myself(access.ScopeMineWrite); err != nil {
		return nil, err
	}
	usage, err := p.cfg.Store.Usage(ctx, a.Person)
	if err != nil {
		return nil, err
	}
	if usage.Items >= p.cfg.Limits.Items {
		return nil, fault.New(fault.Conflict, "portfolio.items.full", nil).With("Max", p.cfg.Limits.Items)
	}
	end, err := p.turn(a.Person)
	if err != nil {
		return nil, err
	}
	r := &Received{File: File{Name: cleanName(name)}, person: a.Person, turn: end}
	if err := r.fill(ctx, p.cfg.Spool, content, p.cfg.Limits, p.cfg.Limits.Total-usage.Bytes); err != nil {
		r.Drop()
		return nil, err
	}
	return r, nil
}

// Drop takes the file out of the spool. Dropping it again, or nothing, does
// nothing.
func (r *Received) Drop() {
	if r == nil {
		return
	}
	if r.spool != nil {
		// Nothing is lost where these fail but room: on most systems the name
		// is gone already.
		_ = r.spool.Close()
		_ = os.Remove(r.spool.Name())
		r.spool = nil
	}
	if r.turn != nil {
		r.turn()
		r.turn = nil
	}
}

func (r *Received) fill(ctx context.Context, folder string, content io.Reader, l Limits, left int64) error {
	var err error
	if r.spool, err = os.CreateTemp(folder, "probatum-evidence-*"); err != nil {
		return fault.New(fault.Unavailable, "portfolio.unavailable", err)
	}
	// A program that is killed leaves no file behind where the system lets go
	// of a name before the file.
	_ = os.Remove(r.spool.Name())

	most := min(l.File, max(left, 0))
	sum := sha256.New()
	src := &watched{ctx: ctx, r: io.LimitReader(content, most+1)}
	n, err := io.Copy(io.MultiWriter(r.spool, sum), src)
	switch {
	case err != nil && src.err != nil: // the sender's side
		if fault.KindOf(src.err) != fault.Internal {
			return src.err
		}
		return fault.New(fault.Unreadable, "portfolio.file.broken", src.err)
	case err != nil:
		return fault.New(fault.Unavailable, "portfolio.unavailable", err)
	case n > l.File:
		return fault.New(fault.TooLarge, "portfolio.file.large", nil).With("Max", l.File>>20)
	case n > most:
		return fault.New(fault.Conflict, "portfolio.full", nil).With("Max", l.Total>>20).With("Left", max(left, 0)>>20)
	case n == 0:
		return fault.New(fault.Invalid, "portfolio.file.empty", nil)
	}
	r.Size, r.Digest = n, evidence.Digest(sum.Sum(nil))
	r.Type, err = mediaType(r.spool, n)
	return err
}

// content gives the file from its beginning.
func (r *Received) content() (io.Reader, error) {
	if r.spool == nil {
		return nil, errors.New("a received file was used after it was dropped")
	}
	if _, err := r.spool.Seek(0, io.SeekStart); err != nil {
		return nil, fault.New(fault.Unavailable, "portfolio.unavailable", err)
	}
	return io.LimitReader(r.spool, r.Size), nil
}

// watched remembers how reading ended, and ends it with the request.
type watched struct {
	ctx context.Context
	r   io.Reader
	err error
}

func (w *watched) Read(b []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		w.err = err
		return 0, err
	}
	n, err := w.r.Read(b)
	if err != nil && err != io.EOF {
		w.err = err
	}
	return n, err
}

// intact reads a file and holds it against its digest before it gives the last
// bytes: what was damaged never arrives whole.
type intact struct {
	r    io.ReadCloser
	hash hash.Hash
	left int64
	want evidence.Digest
	err  error
}

func (f *intact) Read(b []byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	if f.left == 0 {
		return 0, io.EOF
	}
	if int64(len(b)) > f.left {
		b = b[:f.left]
	}
	n, err := f.r.Read(b)
	f.hash.Write(b[:n])
	f.left -= int64(n)
	switch {
	case f.left == 0 && evidence.Digest(f.hash.Sum(nil)) != f.want:
		return f.fail(errors.New("it does not fit its digest"))
	case f.left > 0 && err == io.EOF:
		return f.fail(io.ErrUnexpectedEOF)
	case f.left > 0 && err != nil:
		return f.fail(err)
	}
	return n, nil
}

func (f *intact) fail(err error) (int, error) {
	f.err = fault.New(fault.Internal, "portfolio.damaged", fmt.Errorf("reading a file of evidence: %w", err))
	return 0, f.err
}

func (f *intact) Close() error { return f.r.Close() }
