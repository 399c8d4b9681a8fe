package issuer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/internal/fault"
)

var _ Store = (*FileStore)(nil)

// reservationEnding is what a reservation file has after the name of the file
// that it promises.
const reservationEnding = ".reservation"

// A FileStore is a Store of one copy, for issuing without a database: the
// sealed file Out and, until it is there, the reservation beside it, Out with
// the ending ".reservation". Both are for their owner's eyes only, appear whole
// or not at all, and replace nothing. A crash leaves the reservation; the same
// order again resumes it with the same bytes, another one is a Conflict.
//
// Several FileStores with one Draft file make several forms of a Result from one
// Draft. A FileStore without one knows no Draft from before.
type FileStore struct {
	Out string // path of the sealed file

	// Draft is the path of the file that keeps the Draft of the Result, or
	// empty. It is written with the first Reservation and stays; whoever
	// named it takes it away.
	Draft string

	mu      sync.Mutex
	results map[string]string // guarded by mu: digests of the Results that were saved, by id
}

// reservationFile is the JSON of a reservation file.
type reservationFile struct {
	Result  string             `json:"result"` // SHA-256 of the Result
	Form    credential.Form    `json:"form"`
	Holder  string             `json:"holder"`
	Request string             `json:"request"`
	ID      credential.ID      `json:"id"`
	Draft   credential.DraftID `json:"draft"`
	Input   []byte             `json:"input"`
	Digest  string             `json:"digest"` // SHA-256 of Input
}

// SaveResult remembers what is to be issued. It is kept with the reservation,
// by its digest; the file that it was read from stays where it is.
func (s *FileStore) SaveResult(_ context.Context, r assessment.Result) error {
	doc, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("writing result %s: %w", r.ID, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id, digest := string(r.ID), sha256Hex(doc)
	if kept, ok := s.results[id]; ok && kept != digest {
		return fault.New(fault.Conflict, "issue.result.changed", nil).With("ID", id)
	}
	if s.results == nil {
		s.results = map[string]string{}
	}
	s.results[id] = digest
	return nil
}

// saved gives the digest of a Result.
func (s *FileStore) saved(id string) (digest string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	digest, ok = s.results[id]
	return digest, ok
}

// Reserve writes the reservation file, or gives what is in it. See Store.
func (s *FileStore) Reserve(ctx context.Context, d credential.Draft, k CopyKey, build BuildFunc) (Reservation, error) {
	r, err := s.reserve(ctx, d, k, build)
	if err != nil {
		return Reservation{}, fmt.Errorf("reserving %s: %w", s.Out, err)
	}
	return r, nil
}

func (s *FileStore) reserve(ctx context.Context, d credential.Draft, k CopyKey, build BuildFunc) (Reservation, error) {
	result, ok := s.saved(d.Result)
	switch {
	case !ok:
		return Reservation{}, fmt.Errorf("result %s was not saved", d.Result)
	case k.Request == "":
		return Reservation{}, errors.New("no issuance request")
	}
	var made *reservationFile
	for ctx.Err() == nil {
		if err := s.absent(); err != nil {
			return Reservation{}, err
		}
		if r, err := s.resume(result, k); !errors.Is(err, fs.ErrNotExist) {
			return r, err
		}
		if made == nil {
			settled, known, err := s.settled(d, result)
			if err != nil {
				return Reservation{}, err
			}
			fresh, err := newReservation(settled, k, result, build)
			if err != nil {
				return Reservation{}, err
			}
			if !known {
				if err := s.settle(ctx, settled, result); errors.Is(err, fs.ErrExist) {
					continue // another process was quicker, with its Draft
				} else if err != nil {
					return Reservation{}, err
				}
			}
			made = fresh
		}
		if err := s.keep(ctx, made); errors.Is(err, fs.ErrExist) {
			continue // another process was quicker
		} else if err != nil {
			return Reservation{}, err
		}
		// Another process may have sealed, and taken its reservation away,
		// since the first look. The sealed file comes before that.
		if err := s.absent(); err != nil {
			return Reservation{}, errors.Join(err, os.Remove(s.path()))
		}
		return Reservation{ID: made.ID, Draft: made.Draft, Form: made.Form, Input: made.Input}, nil
	}
	return Reservation{}, ctx.Err()
}

func newReservation(d credential.Draft, k CopyKey, result string, build BuildFunc) (*reservationFile, error) {
	id, err := credential.NewID(k.Form)
	if err != nil {
		return nil, err
	}
	input, err := build(d, id, nil)
	if err != nil {
		return nil, err
	}
	return &reservationFile{
		Result: result, Form: k.Form, Holder: k.Holder, Request: k.Request,
		ID: id, Draft: d.ID, Input: bytes.Clone(input), Digest: sha256Hex(input),
	}, nil
}

// keep writes the reservation file, if there is none.
func (s *FileStore) keep(ctx context.Context, r *reservationFile) error {
	doc, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return writeNew(s.path(), doc)
}

func (s *FileStore) path() string { return s.Out + reservationEnding }

// absent refuses a sealed file that is there. A reservation that a crash left
// beside the file that it promised is taken away.
func (s *FileStore) absent() error {
	if _, err := os.Lstat(s.Out); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return fault.New(fault.Unreadable, "issue.out.unreadable", err).With("Path", s.Out)
	}
	if r, err := s.read(); err == nil {
		if sealed, err := os.ReadFile(s.Out); err == nil && bytes.Contains(sealed, []byte(r.ID)) {
			_ = os.Remove(s.path()) // done its duty; if it stays, it does no harm
		}
	}
	return fault.New(fault.Conflict, "issue.out.exists", ErrSealed).With("Path", s.Out)
}

// resume gives the Reservation of the file, if it is for the same order.
func (s *FileStore) resume(result string, k CopyKey) (Reservation, error) {
	r, err := s.read()
	if err != nil {
		return Reservation{}, err
	}
	if r.Result != result || r.Form != k.Form || r.Holder != k.Holder || r.Request != k.Request {
		return Reservation{}, fault.New(fault.Conflict, "issue.reservation.other", nil).With("Path", s.path())
	}
	return Reservation{ID: r.ID, Draft: r.Draft, Form: r.Form, Input: r.Input}, nil
}

// read reads the reservation file.
func (s *FileStore) read() (reservationFile, error) {
	var r reservationFile
	damaged, err := readOwn(s.path(), &r)
	switch {
	case errors.Is(err, fs.ErrNotExist): // also: sealed and taken away meanwhile
		return reservationFile{}, err
	case err == nil && (!r.ID.Fits(r.Form) || len(r.Input) == 0 || sha256Hex(r.Input) != r.Digest):
		damaged, err = true, errors.New("id or bytes do not fit their form or digest")
	}
	if damaged {
		err = fault.New(fault.Conflict, "issue.reservation.damaged", err).With("Path", s.path())
	}
	return r, err
}

// Seal writes the sealed file and takes the reservation away. See Store.
func (s *FileStore) Seal(_ context.Context, id credential.ID, c credential.Signed) error {
	if err := s.seal(id, c); err != nil {
		return fmt.Errorf("sealing credential %s: %w", id, err)
	}
	return nil
}

func (s *FileStore) seal(id credential.ID, c credential.Signed) error {
	r, err := s.read()
	if errors.Is(err, fs.ErrNotExist) {
		return s.sealedBefore(id, c)
	}
	if err != nil {
		return err
	}
	if r.ID != id { // it may be of an order that came while id was sealed
		return s.sealedBefore(id, c)
	}
	if c.ID != id || c.Draft != r.Draft || c.Form != r.Form || len(c.Bytes) == 0 {
		return fault.New(fault.Invalid, "issue.notReserved",
			fmt.Errorf("signed is %s of draft %s as %q, %d bytes", c.ID, c.Draft, c.Form, len(c.Bytes))).With("ID", string(id))
	}
	switch err := writeNew(s.Out, c.Bytes); {
	case errors.Is(err, fs.ErrExist):
		return s.sealedBefore(id, c)
	case err != nil:
		return err
	}
	if err := os.Remove(s.path()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("taking the reservation away: %w", err)
	}
	return syncDir(filepath.Dir(s.Out))
}

// sealedBefore tells what a sealed file that is there means for c.
func (s *FileStore) sealedBefore(id credential.ID, c credential.Signed) error {
	sealed, err := os.ReadFile(s.Out)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fault.New(fault.NotFound, "issue.notReserved", err).With("ID", string(id))
	case err != nil:
		return fault.New(fault.Unreadable, "issue.out.unreadable", err).With("Path", s.Out)
	case len(c.Bytes) > 0 && c.ID == id && bytes.Equal(sealed, c.Bytes):
		return nil
	}
	return fault.New(fault.Conflict, "issue.out.exists", ErrSealed).With("Path", s.Out)
}

func sha256Hex(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
