package trust

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/probatum/probatum/status"
)

// Bounds of the folder of snapshots. A list of the usual length has between
// some hundred bytes and 33 kB.
const (
	maxSnapshots     = 2_000
	maxSnapshot      = 2 << 20
	maxSnapshotBytes = 256 << 20 // all of them
	maxOfOneList     = 8
)

// snapshotFolder holds status lists, as they were published.
const snapshotFolder = "status"

// Snapshots gives the copies of a status list that lie in the trust folder.
// Nothing about them is verified, and there may be several of one list: of
// those that turn out to be good the one that was signed last counts.
func (s *Set) Snapshots(url string) [][]byte { return slices.Clone(s.snapshots[url]) }

// loadSnapshots reads the folder of snapshots: every file in it is a status
// list, signed as it was published.
func (s *Set) loadSnapshots(above *os.Root) error {
	root, err := above.OpenRoot(snapshotFolder)
	if err != nil {
		return err
	}
	defer root.Close() //nolint:errcheck // only read from
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return err
	}
	if len(entries) > maxSnapshots {
		return fmt.Errorf("more than %d files", maxSnapshots)
	}
	total := 0
	for _, e := range entries {
		if e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		n, err := s.takeSnapshot(root, e.Name())
		if err != nil {
			return fmt.Errorf("%s: %w", filepath.Join(snapshotFolder, e.Name()), err)
		}
		if total += n; total > maxSnapshotBytes {
			return fmt.Errorf("more than %d bytes", maxSnapshotBytes)
		}
	}
	return nil
}

func (s *Set) takeSnapshot(root *os.Root, name string) (int, error) {
	data, err := read(root, name, maxSnapshot)
	if err != nil || data == nil {
		return 0, err
	}
	url, err := status.Peek(data)
	switch {
	case err != nil:
		return 0, fmt.Errorf("no status list: %w", err)
	case url == "":
		return 0, errors.New("a status list that does not say which it is")
	case len(s.snapshots[url]) >= maxOfOneList:
		return 0, fmt.Errorf("more than %d copies of one list", maxOfOneList)
	}
	s.snapshots[url] = append(s.snapshots[url], data)
	return len(data), nil
}
