package issuer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/internal/strictjson"
)

// A draftFile is the JSON of the file that keeps a Draft for further forms.
type draftFile struct {
	Result string `json:"result"` // SHA-256 of the Result
	Draft  []byte `json:"draft"`  // its JSON
	Digest string `json:"digest"` // SHA-256 of Draft
}

// settled gives the Draft that the file keeps, or d, which is not known yet.
func (s *FileStore) settled(d credential.Draft, result string) (kept credential.Draft, known bool, err error) {
	if s.Draft == "" {
		return d, true, nil
	}
	var f draftFile
	damaged, err := readOwn(s.Draft, &f)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return d, false, nil
	case err == nil && sha256Hex(f.Draft) != f.Digest:
		damaged, err = true, errors.New("the draft does not fit its digest")
	case err == nil && f.Result != result:
		return kept, true, fault.New(fault.Conflict, "issue.draft.other", nil).With("Path", s.Draft)
	case err == nil:
		err = json.Unmarshal(f.Draft, &kept)
		damaged = err != nil
	}
	if damaged {
		err = fault.New(fault.Conflict, "issue.draft.damaged", err).With("Path", s.Draft)
	}
	return kept, true, err
}

// settle writes the file. One that is there is fs.ErrExist.
func (s *FileStore) settle(ctx context.Context, d credential.Draft, result string) error {
	draft, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("writing draft %s: %w", d.ID, err)
	}
	doc, err := json.Marshal(draftFile{Result: result, Draft: draft, Digest: sha256Hex(draft)})
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return writeNew(s.Draft, doc)
}

// maxOwn bounds a file that this package keeps for itself.
const maxOwn = 8 << 20

// readOwn reads the JSON of a file that this package wrote. One that others
// could have written is as good as a damaged one: what stands in it would be
// sealed. One that is not there is fs.ErrNotExist and not damaged.
func readOwn(path string, into any) (damaged bool, err error) {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, err
	case err != nil:
		return true, err
	case !info.Mode().IsRegular() || info.Size() > maxOwn || othersMayWrite(info):
		return true, fmt.Errorf("mode %v, %d bytes", info.Mode(), info.Size())
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	if err == nil {
		err = strictjson.Decode(data, into, strictjson.MaxBytes(maxOwn), strictjson.DisallowUnknown())
	}
	return err != nil, err
}
