package store_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/store"
)

// storages are the places in which files can lie. Each gives its address, and what
// lies in it, where that can be told from outside.
var storages = []struct {
	name  string
	fresh func(t *testing.T) string
}{
	{"Folder", func(t *testing.T) string {
		return "file://" + filepath.ToSlash(filepath.Join(t.TempDir(), "files"))
	}},
	{"Memory", func(*testing.T) string { return "mem://" }},
	{"S3", fakeS3},
}

// fakeS3 starts a storage that speaks S3. The keys are made up: it does not look at
// them, and the settings of this machine are not asked for any.
func fakeS3(t *testing.T) string {
	t.Helper()
	backend := s3mem.New()
	if err := backend.CreateBucket("evidence"); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(gofakes3.New(backend).Server())
	t.Cleanup(server.Close)
	return "s3://evidence?region=eu-west-1&use_path_style=true&anonymous=true&response_checksum_validation=when_required&endpoint=" + url.QueryEscape(server.URL)
}

func openBlobs(t *testing.T, address string) *store.Blobs {
	t.Helper()
	b, err := store.OpenBlobs(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

func content(t *testing.T, b *store.Blobs, name string) string {
	t.Helper()
	r, err := b.Open(t.Context(), name)
	if err != nil {
		t.Errorf("Open(%s): %v", name, err)
		return ""
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		t.Errorf("reading %s: %v", name, err)
	}
	return string(data)
}

func TestBlobs(t *testing.T) {
	t.Parallel()
	for _, s := range storages {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			b := openBlobs(t, s.fresh(t))
			if err := b.Ready(t.Context()); err != nil {
				t.Errorf("Ready: %v", err)
			}
			const name = "ab/abcd"
			if err := b.Put(t.Context(), name, strings.NewReader("first")); err != nil {
				t.Fatal(err)
			}
			// Written once: what is there stays.
			if err := b.Put(t.Context(), name, strings.NewReader("second")); fault.KindOf(err) != fault.Conflict {
				t.Errorf("Put under a name that is taken: %v, want a Conflict", err)
			}
			if got := content(t, b, name); got != "first" {
				t.Errorf("holds %q", got)
			}
			// All or nothing.
			broken := io.MultiReader(strings.NewReader(strings.Repeat("x", 1<<20)), iotest.ErrReader(errors.New("broken off")))
			if err := b.Put(t.Context(), "ab/half", broken); err == nil {
				t.Error("a file that broke off was kept")
			}
			ctx, stop := context.WithCancel(t.Context())
			stop()
			if err := b.Put(ctx, "ab/half", strings.NewReader("x")); err == nil {
				t.Error("a file was kept for a request that has ended")
			}
			if _, err := b.Open(t.Context(), "ab/half"); fault.KindOf(err) != fault.NotFound {
				t.Errorf("half a file: %v, want NotFound", err)
			}
			large := strings.Repeat("0123456789abcdef", 1<<20) // in several parts, where there are parts
			if err := b.Put(t.Context(), "cd/large", strings.NewReader(large)); err != nil {
				t.Errorf("16 MB: %v", err)
			}
			if got := content(t, b, "cd/large"); got != large {
				t.Errorf("16 MB became %d other bytes", len(got))
			}
			for range 2 {
				if err := b.Remove(t.Context(), name); err != nil {
					t.Errorf("Remove: %v", err)
				}
			}
			if _, err := b.Open(t.Context(), name); fault.KindOf(err) != fault.NotFound {
				t.Errorf("Open of what was removed: %v, want NotFound", err)
			}
			if err := b.Put(t.Context(), name, strings.NewReader("third")); err != nil {
				t.Errorf("Put after Remove: %v", err)
			}
		})
	}
}

// TestBlobsAreWrittenOnce lets many write under one name at once.
func TestBlobsAreWrittenOnce(t *testing.T) {
	t.Parallel()
	for _, s := range storages {
		if s.name == "S3" {
			continue // the storage of the test looks first and writes then; real ones do not
		}
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			b := openBlobs(t, s.fresh(t))
			if err := b.Put(t.Context(), "ab/x", strings.NewReader("first")); err != nil {
				t.Fatal(err)
			}
			var wg sync.WaitGroup
			for i := range 20 {
				wg.Go(func() {
					if err := b.Put(t.Context(), "ab/x", strings.NewReader(fmt.Sprint("other", i))); err == nil {
						t.Error("written twice")
					}
				})
			}
			wg.Wait()
			if got := content(t, b, "ab/x"); got != "first" {
				t.Errorf("holds %q", got)
			}
		})
	}
}

func TestFolderIsForItsOwnerAlone(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new", "files")
	b := openBlobs(t, "file://"+filepath.ToSlash(dir))
	if err := b.Put(t.Context(), "ab/x", strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	broken := iotest.ErrReader(errors.New("broken off"))
	if err := b.Put(t.Context(), "ab/y", broken); err == nil {
		t.Error("a file that broke off was kept")
	}
	files := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has the mode %s", path, info.Mode())
		}
		if !d.IsDir() {
			files++
		}
		return nil
	})
	if err != nil || files != 1 {
		t.Errorf("%d files, %v; want one", files, err)
	}
}

func TestErrorsOfBlobsTellNoPath(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := openBlobs(t, "file://"+filepath.ToSlash(dir))
	_, err := b.Open(t.Context(), "ab/none")
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || e.Public != "store.blobs.none" || len(e.Args) != 0 {
		t.Errorf("Open of nothing: %v", err)
	}
	for address, key := range map[string]string{
		"":                        "store.blobs.url",
		"/some/folder":            "store.blobs.url",
		"gs://bucket":             "store.blobs.url",
		"https://user:pw@host/x":  "store.blobs.url",
		"file://%zz":              "store.blobs.url",
		"file:///dev/null/folder": "store.blobs.unavailable",
		"file:///x?metadata=what": "store.blobs.unavailable",
		"s3://evidence?what=ever": "store.blobs.unavailable",
	} {
		_, err := store.OpenBlobs(t.Context(), address)
		e, ok := errors.AsType[*fault.Error](err)
		if !ok || e.Public != key || len(e.Args) != 0 {
			t.Errorf("OpenBlobs(%q): %v, want %s", address, err, key)
		}
	}
}
