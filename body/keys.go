package body

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/keys/private"
)

// Keys is the folder with the seals of one body. Each seal is a number n and
// these files, none of which is ever changed or removed:
//
//	seal-n.key.pem    the private key
//	seal-n.csr.pem    what a certification authority was asked for
//	seal-n.chain.pem  the certificates; written last, they make a key a seal
//	issuing-n.pem     the authority of a trial: with it, the seal is one
//	root-n.pem        the root above it
//
// In use is the one with the highest number, a trial only while there is no
// other. Any number of processes may use a folder at once.
type Keys struct {
	dir string
	now func() time.Time
}

// idForm is that of the short name of a body; nothing else names a folder.
var idForm = regexp.MustCompile(`^[a-z0-9-]{2,40}$`)

// KeysIn gives the keys of a body in a data directory: the folder keys/{id},
// which is made when something is first written to it.
func KeysIn(data, id string, now func() time.Time) (Keys, error) {
	if !idForm.MatchString(id) {
		return Keys{}, fault.New(fault.Invalid, "result.form.body", nil).With("Value", printable(id))
	}
	return Keys{dir: filepath.Join(data, "keys", id), now: now}, nil
}

// maxSeals bounds how many seals a folder has: none is ever removed.
const maxSeals = 200

// maxFile bounds a certificate file that is read.
const maxFile = 256 << 10

// A seal is what the folder has under one number.
type seal struct {
	n                            int
	key, request, chain, issuing bool
}

var (
	sealFile    = regexp.MustCompile(`^seal-([1-9][0-9]{0,5})\.(key|csr|chain)\.pem$`)
	issuingFile = regexp.MustCompile(`^issuing-([1-9][0-9]{0,5})\.pem$`)
)

// seals lists what the folder has, the newest first.
func (k Keys) seals() ([]seal, error) {
	entries, err := os.ReadDir(k.dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("looking for the keys of a body: %w", err)
	}
	found := map[int]*seal{}
	at := func(number string) *seal {
		n, _ := strconv.Atoi(number) // six digits
		if found[n] == nil {
			found[n] = &seal{n: n}
		}
		return found[n]
	}
	for _, e := range entries {
		if m := issuingFile.FindStringSubmatch(e.Name()); m != nil {
			at(m[1]).issuing = true
		}
		m := sealFile.FindStringSubmatch(e.Name())
		if m == nil {
			continue
		}
		s := at(m[1])
		switch m[2] {
		case "key":
			s.key = true
		case "csr":
			s.request = true
		case "chain":
			s.chain = true
		}
	}
	all := make([]seal, 0, len(found))
	for _, s := range found {
		all = append(all, *s)
	}
	slices.SortFunc(all, func(a, b seal) int { return b.n - a.n })
	return all, nil
}

// inUse is the seal that seals; false where there is none.
func inUse(all []seal) (seal, bool) {
	for _, trial := range []bool{false, true} {
		for _, s := range all {
			if s.key && s.chain && s.issuing == trial {
				return s, true
			}
		}
	}
	return seal{}, false
}

func (k Keys) path(kind string, n int) string {
	switch kind {
	case "issuing", "root":
		return filepath.Join(k.dir, fmt.Sprintf("%s-%d.pem", kind, n))
	}
	return filepath.Join(k.dir, fmt.Sprintf("seal-%d.%s.pem", n, kind))
}

// newKey makes a private key under the next free number.
func (k Keys) newKey(algorithm string) (int, error) {
	return k.next(func(path string) error { return private.WriteNewOf(path, algorithm) })
}

// next lets write put a key under the next free number. Others may take it
// first; then the one after it is tried.
func (k Keys) next(write func(path string) error) (int, error) {
	if err := os.MkdirAll(k.dir, 0o700); err != nil {
		return 0, fmt.Errorf("making the folder for the keys of a body: %w", err)
	}
	for range 20 {
		all, err := k.seals()
		if err != nil {
			return 0, err
		}
		n := 1
		if len(all) > 0 {
			n = all[0].n + 1
		}
		if len(all) >= maxSeals {
			return 0, fault.New(fault.TooMany, "body.seal.many", nil).With("Max", maxSeals)
		}
		switch err := write(k.path("key", n)); {
		case err == nil:
			return n, nil
		case fault.KindOf(err) != fault.Conflict && !errors.Is(err, os.ErrExist):
			return 0, err
		}
	}
	return 0, fault.New(fault.Conflict, "body.seal.busy", nil)
}

// write puts a new file in the folder, whole or not at all, for its owner
// alone. One that is there already stays as it is.
func (k Keys) write(path string, data []byte) error {
	f, err := os.CreateTemp(k.dir, ".new-*") // mode 0600
	if err != nil {
		return fmt.Errorf("writing %s: %w", filepath.Base(path), err)
	}
	defer os.Remove(f.Name()) //nolint:errcheck // a name that is of no use any more
	_, err = f.Write(data)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("writing %s: %w", filepath.Base(path), err)
	}
	if err := os.Link(f.Name(), path); err != nil {
		return fmt.Errorf("writing %s: %w", filepath.Base(path), err)
	}
	return nil
}

// read reads a file of the folder.
func (k Keys) read(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", filepath.Base(path), err)
	}
	defer f.Close() //nolint:errcheck // only read from
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", filepath.Base(path), err)
	}
	return data, nil
}

// chain reads the certificates of a seal.
func (k Keys) chain(n int) (keys.Chain, error) {
	data, err := k.read(k.path("chain", n))
	if err != nil {
		return keys.Chain{}, err
	}
	return keys.ParseChain(data)
}
