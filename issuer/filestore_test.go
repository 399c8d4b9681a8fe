package issuer_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/issuer/storetest"
	"github.com/probatum/probatum/keys"
)

func TestFileStoreKeepsTheContract(t *testing.T) {
	t.Parallel()
	storetest.Run(t, storetest.Suite{OneCopy: true, Open: func(_ *testing.T, dir, name string, _ func() time.Time) issuer.Store {
		return &issuer.FileStore{Out: filepath.Join(dir, name+".out"), Draft: filepath.Join(dir, "draft.json")}
	}})
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, f := range files {
		all = append(all, f.Name())
	}
	return all
}

// interrupted leaves a reservation in dir and gives its path.
func interrupted(t *testing.T, dir string) string {
	t.Helper()
	s := &failing{Store: &issuer.FileStore{Out: filepath.Join(dir, "out.jsonld")}, at: "seal", times: 1, failed: errors.New("killed")}
	if _, err := newIssuer(t, s, keys.ES256).Issue(t.Context(), sample("lighting")); err == nil {
		t.Fatal("Issue was not interrupted")
	}
	path := filepath.Join(dir, "out.jsonld.reservation")
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Fatalf("the reservation: %v, %v", info, err)
	}
	return path
}

func TestFileStoreLeavesTheSealedFileAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c, err := newIssuer(t, &issuer.FileStore{Out: filepath.Join(dir, "out.jsonld")}, keys.ES256).Issue(t.Context(), sample("lighting"))
	if err != nil {
		t.Fatal(err)
	}
	if got := names(t, dir); len(got) != 1 || got[0] != "out.jsonld" {
		t.Errorf("the folder holds %v, want the sealed file alone", got)
	}
	data, err := os.ReadFile(filepath.Join(dir, "out.jsonld"))
	if err != nil || !bytes.Equal(data, c.Bytes) {
		t.Errorf("the file does not hold what was issued: %v", err)
	}
	if info, _ := os.Stat(filepath.Join(dir, "out.jsonld")); runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("the file has mode %v", info.Mode())
	}
}

// TestFileStoreReplacesNothing puts something in the place of the sealed file.
func TestFileStoreReplacesNothing(t *testing.T) {
	t.Parallel()
	for name, put := range map[string]func(path string) error{
		"file":       func(path string) error { return os.WriteFile(path, []byte("mine"), 0o600) },
		"empty file": func(path string) error { return os.WriteFile(path, nil, 0o600) },
		"folder":     func(path string) error { return os.Mkdir(path, 0o700) },
		"link to a file": func(path string) error {
			if err := os.WriteFile(path+".mine", []byte("mine"), 0o600); err != nil {
				return err
			}
			return os.Symlink(path+".mine", path)
		},
		"link to nothing": func(path string) error { return os.Symlink(path+".none", path) },
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, "out.jsonld")
		if err := put(path); err != nil {
			t.Fatal(err)
		}
		before := names(t, dir)
		_, err := newIssuer(t, &issuer.FileStore{Out: path}, keys.ES256).Issue(t.Context(), sample("lighting"))
		if fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), "issue.out.exists") {
			t.Errorf("%s: %v, want a Conflict", name, err)
		}
		if after := names(t, dir); strings.Join(after, " ") != strings.Join(before, " ") {
			t.Errorf("%s: the folder held %v and holds %v", name, before, after)
		}
	}

	// It came while the seal was made.
	dir := t.TempDir()
	path := filepath.Join(dir, "out.jsonld")
	interrupted(t, dir)
	s := &failing{Store: &issuer.FileStore{Out: path}}
	signer := &testSigner{Signer: demo(t, keys.ES256).Seal}
	i := newIssuer(t, s, keys.ES256, func(c *issuer.Config) { c.Key = signer })
	signer.sign = nil
	if err := os.WriteFile(path, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := i.Issue(t.Context(), sample("lighting")); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a file that came meanwhile: %v, want a Conflict", err)
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "mine" {
		t.Errorf("the file of somebody else holds %q, %v", data, err)
	}
	if _, err := os.Stat(path + ".reservation"); err != nil {
		t.Errorf("the reservation is gone though nothing was sealed: %v", err)
	}
}

func TestFileStoreResumesOnlyTheSameOrder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := interrupted(t, dir)
	// Each run of the program has a store of its own.
	out := func() issuer.Store { return &issuer.FileStore{Out: filepath.Join(dir, "out.jsonld")} }
	kept, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}

	other := sample("lighting")
	other.Candidate.FamilyName = "Someone Else"
	if _, err := newIssuer(t, out(), keys.ES256).Issue(t.Context(), other); fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), "issue.reservation.other") {
		t.Errorf("another result: %v, want a Conflict", err)
	}
	if _, err := newIssuer(t, out(), keys.RS256).Issue(t.Context(), sample("lighting")); fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), "issue.reservation.certificate") {
		t.Errorf("another certificate: %v, want a Conflict", err)
	}
	if data, err := os.ReadFile(path); err != nil || !bytes.Equal(data, kept) {
		t.Errorf("the reservation was changed: %v", err)
	}

	var r struct{ ID string }
	if err := json.Unmarshal(kept, &r); err != nil {
		t.Fatal(err)
	}
	later := func(c *issuer.Config) { c.Now = func() time.Time { return now.Add(24 * time.Hour) } }
	c, err := newIssuer(t, out(), keys.ES256, later).Issue(t.Context(), sample("lighting"))
	if err != nil || string(c.ID) != r.ID {
		t.Fatalf("the same order: %s, %v; want %s", c.ID, err, r.ID)
	}
	if got := at(t, checkSealed(t, c, demo(t, keys.ES256).Chain), "issued"); got != "2026-11-25T12:00:00Z" {
		t.Errorf("issued %v, want the recorded time", got)
	}
}

func TestFileStoreUsesNoDamagedReservation(t *testing.T) {
	t.Parallel()
	change := func(member string, value any) func(t *testing.T, path string) {
		return func(t *testing.T, path string) {
			t.Helper()
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var doc map[string]any
			if err := json.Unmarshal(data, &doc); err != nil {
				t.Fatal(err)
			}
			doc[member] = value
			if data, err = json.Marshal(doc); err == nil {
				err = os.WriteFile(path, data, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	write := func(data string) func(t *testing.T, path string) {
		return func(t *testing.T, path string) {
			t.Helper()
			if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	tests := map[string]func(t *testing.T, path string){
		"other bytes":    change("input", []byte("forged")),
		"no bytes":       change("input", nil),
		"other id":       change("id", "../../etc/passwd"),
		"unknown member": change("more", 1),
		"empty":          write(""),
		"half":           write(`{"result":"`),
		"no JSON":        write("Dear Madam"),
		"folder": func(t *testing.T, path string) {
			if err := errors.Join(os.Remove(path), os.Mkdir(path, 0o700)); err != nil {
				t.Fatal(err)
			}
		},
		"link": func(t *testing.T, path string) {
			if err := errors.Join(os.Rename(path, path+".real"), os.Symlink(path+".real", path)); err != nil {
				t.Fatal(err)
			}
		},
	}
	if runtime.GOOS != "windows" {
		tests["writable by others"] = func(t *testing.T, path string) {
			if err := os.Chmod(path, 0o622); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, damage := range tests {
		dir := t.TempDir()
		damage(t, interrupted(t, dir))
		signer := &testSigner{Signer: demo(t, keys.ES256).Seal}
		out := filepath.Join(dir, "out.jsonld")
		i := newIssuer(t, &issuer.FileStore{Out: out}, keys.ES256, func(c *issuer.Config) { c.Key = signer })
		_, err := i.Issue(t.Context(), sample("lighting"))
		if fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), "issue.reservation.damaged") {
			t.Errorf("%s: %v, want a Conflict", name, err)
		}
		if signer.signed() > 0 {
			t.Errorf("%s: something was signed", name)
		}
		if _, err := os.Stat(out); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: a sealed file is there", name)
		}
	}
}

func TestFileStoreTidiesWhatACrashLeft(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := interrupted(t, dir)
	kept, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	out := &issuer.FileStore{Out: filepath.Join(dir, "out.jsonld")}
	if _, err := newIssuer(t, out, keys.ES256).Issue(t.Context(), sample("lighting")); err != nil {
		t.Fatal(err)
	}
	// The crash came after the sealed file and before its reservation went.
	if err := os.WriteFile(path, kept, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := newIssuer(t, out, keys.ES256).Issue(t.Context(), sample("lighting")); !errors.Is(err, issuer.ErrSealed) {
		t.Errorf("Issue again: %v, want ErrSealed", err)
	}
	if got := names(t, dir); len(got) != 1 || got[0] != "out.jsonld" {
		t.Errorf("the folder holds %v, want the sealed file alone", got)
	}
}

func TestFileStoreTellsAFolderThatIsNotThere(t *testing.T) {
	t.Parallel()
	s := &issuer.FileStore{Out: filepath.Join(t.TempDir(), "none", "out.jsonld")}
	_, err := newIssuer(t, s, keys.ES256).Issue(t.Context(), sample("lighting"))
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || e.Public != "issue.out.unwritable" {
		t.Errorf("Issue: %v", err)
	}
}
