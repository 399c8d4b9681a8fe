package private_test

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/keys/private"
)

// Of many who make a key under one name at once, one does; the others find it
// whole, and nothing else is left behind.
func TestWriteNew(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "wallet.key.pem")
	var made [20]error
	var all sync.WaitGroup
	for n := range made {
		all.Go(func() {
			made[n] = private.WriteNew(path)
			if _, err := private.Load(path); err != nil {
				t.Errorf("after it was made by somebody: %v", err)
			}
		})
	}
	all.Wait()
	ours := 0
	for _, err := range made {
		switch {
		case err == nil:
			ours++
		case fault.KindOf(err) != fault.Conflict:
			t.Error(err)
		}
	}
	left, err := os.ReadDir(dir)
	if ours != 1 || err != nil || len(left) != 1 {
		t.Errorf("%d made it, %d files are there, %v", ours, len(left), err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if err := private.WriteNew(filepath.Join(dir, "nowhere", "x.pem")); err == nil || fault.KindOf(err) == fault.Conflict {
		t.Errorf("in a folder that is not there: %v", err)
	}
}
