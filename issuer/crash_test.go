package issuer_test

import (
	"bufio"
	"context"
	"crypto"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/keys/private"
	"github.com/probatum/probatum/store"
)

const (
	crashDir   = "PROBATUM_TEST_CRASH_IN"
	crashStore = "PROBATUM_TEST_CRASH_STORE"
)

// TestMain lets the test program be the process that is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDir); dir != "" {
		fmt.Println("error", issueAndHang(dir, os.Getenv(crashStore)))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// issueAndHang issues with keys from files and hangs in the middle: the
// reservation is kept, the signature is never given back.
func issueAndHang(dir, kind string) error {
	key, err := private.Load(filepath.Join(dir, "key.pem"))
	if err != nil {
		return err
	}
	pem, err := os.ReadFile(filepath.Join(dir, "chain.pem"))
	if err != nil {
		return err
	}
	chain, err := keys.ParseChain(pem)
	if err != nil {
		return err
	}
	var s issuer.Store = &issuer.FileStore{Out: filepath.Join(dir, "out.jsonld")}
	if kind == "database" {
		if s, err = store.Open(context.Background(), filepath.Join(dir, "probatum.db"), store.Options{Create: true, Now: clock}); err != nil {
			return err
		}
	}
	i, err := issuer.New(issuer.Config{Store: s, Chain: chain, Pictures: dots, Now: clock, Key: &testSigner{
		Signer: key, sign: func(crypto.Signer, io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
			fmt.Println("signing")
			select {}
		}}})
	if err != nil {
		return err
	}
	_, err = i.Issue(context.Background(), sample("sound"))
	return err
}

// TestKilledWhileSigning kills the process between recording and sealing. What
// comes after seals the recorded bytes, once.
func TestKilledWhileSigning(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no kill -9 here")
	}
	for kind := range stores {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			d := demo(t, keys.RS256)
			files, err := d.Write(filepath.Join(dir, "demo"))
			if err != nil {
				t.Fatal(err)
			}
			for from, to := range map[string]string{files.Key: "key.pem", files.Chain: "chain.pem"} {
				if err := os.Rename(from, filepath.Join(dir, to)); err != nil {
					t.Fatal(err)
				}
			}
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), crashDir+"="+dir, crashStore+"="+kind)
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			line, err := bufio.NewReader(out).ReadString('\n')
			if err != nil || strings.TrimSpace(line) != "signing" {
				t.Fatalf("the child said %q, %v", line, err)
			}
			if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait() // killed
			if _, err := os.Stat(filepath.Join(dir, "out.jsonld")); !os.IsNotExist(err) {
				t.Fatalf("a sealed file is there: %v", err)
			}

			later := now.Add(time.Hour)
			s := stores[kind](t, dir)
			if kind == "database" {
				s = database(t, dir, func() time.Time { return later })
			}
			i := newIssuer(t, s, keys.RS256, func(c *issuer.Config) { c.Now = func() time.Time { return later } })
			if kind == "database" {
				if n, err := i.Resume(t.Context()); n != 1 || err != nil {
					t.Fatalf("Resume sealed %d, %v", n, err)
				}
				key := issuer.CopyKey{Form: "edc", Request: string(sample("sound").ID)}
				c, err := s.(*store.Store).Copy(t.Context(), key)
				if err != nil {
					t.Fatal(err)
				}
				if got := at(t, checkSealed(t, c, d.Chain), "issued"); got != "2026-11-25T12:00:00Z" {
					t.Errorf("issued %v, want the recorded time", got)
				}
			} else {
				c, err := i.Issue(t.Context(), sample("sound"))
				if err != nil {
					t.Fatal(err)
				}
				if got := at(t, checkSealed(t, c, d.Chain), "issued"); got != "2026-11-25T12:00:00Z" {
					t.Errorf("issued %v, want the recorded time", got)
				}
			}
		})
	}
}
