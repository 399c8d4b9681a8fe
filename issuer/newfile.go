package issuer

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"

	"github.com/probatum/probatum/internal/fault"
)

// writeNew writes a file that is not there yet, for its owner's eyes only:
// under another name first and to the disk, then by a link, which replaces
// nothing. The file is there whole or not at all. One that is there already is
// fs.ErrExist.
func writeNew(path string, data []byte) (err error) {
	notWritten := func(err error) error {
		kind := fault.Unavailable // a full disk may have room again
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.ENOTDIR) {
			kind = fault.Conflict
		}
		return fault.New(kind, "issue.out.unwritable", err).With("Path", path)
	}
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*") // mode 0600
	if err != nil {
		return notWritten(err)
	}
	// The other name goes in any case; if it cannot, the file is still right.
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.Write(data)
	if err = errors.Join(err, syncClose(f, err)); err != nil {
		return notWritten(err)
	}
	if err := place(f.Name(), path); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return err
		}
		return notWritten(err)
	}
	if err := syncDir(dir); err != nil {
		return notWritten(err)
	}
	return nil
}

func syncClose(f *os.File, err error) error {
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// place gives a finished file its name. Where the file system has no links, an
// empty file takes the name first, so that nothing of others is replaced.
func place(from, to string) error {
	err := os.Link(from, to)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	holder, taken := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if taken != nil {
		return errors.Join(taken, err)
	}
	if err := errors.Join(holder.Close(), os.Rename(from, to)); err != nil {
		return errors.Join(err, os.Remove(to))
	}
	return nil
}

// syncDir brings the names in a folder to the disk. Windows does so itself and
// cannot be asked.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("syncing %s: %w", dir, err)
	}
	return nil
}

// othersMayWrite tells whether people other than the owner may change a file.
// Windows keeps that elsewhere.
func othersMayWrite(info fs.FileInfo) bool {
	return runtime.GOOS != "windows" && info.Mode().Perm()&0o022 != 0
}
