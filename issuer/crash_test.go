package issuer_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/keys/private"
	"github.com/probatum/probatum/proof/integrity"
	"github.com/probatum/probatum/store"
)

const (
	crashDir   = "PROBATUM_TEST_CRASH_IN"
	crashStore = "PROBATUM_TEST_CRASH_STORE"
	crashForm  = "PROBATUM_TEST_CRASH_FORM"
)

// TestMain lets the test program be the process that is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDir); dir != "" {
		fmt.Println("error", issueAndHang(dir, os.Getenv(crashStore), credential.Form(os.Getenv(crashForm))))
		os.Exit(1)
	}
	if dir := os.Getenv(publishDir); dir != "" {
		fmt.Println("error", suspendForever(dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// issueAndHang issues with keys from files and hangs in the middle: the
// reservation is kept, the signature is never given back.
func issueAndHang(dir, kind string, form credential.Form) error {
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
	var s issuer.Store = &issuer.FileStore{Out: filepath.Join(dir, "out.jsonld"), Draft: filepath.Join(dir, "draft.json")}
	if kind == "database" {
		if s, err = store.Open(context.Background(), filepath.Join(dir, "probatum.db"), store.Options{Create: true, Now: clock}); err != nil {
			return err
		}
	}
	c := issuer.Config{Store: s, Chain: chain, Pictures: dots, Now: clock}
	if kind == "database" {
		c.Body, c.PublicURL = sample("sound").Body.ID, publicURL
	}
	c.Key = &testSigner{
		Signer: key, sign: func(crypto.Signer, io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
			fmt.Println("signing")
			select {}
		}}
	i, err := issuer.New(c)
	if err != nil {
		return err
	}
	_, err = i.IssueAs(context.Background(), sample("sound"), form)
	return err
}

// TestKilledWhileSigning kills the process between recording and sealing. What
// comes after seals the recorded bytes, once, and a form that is made later says
// what the killed process settled.
func TestKilledWhileSigning(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no kill -9 here")
	}
	for kind := range stores {
		for _, form := range issuer.Forms() {
			t.Run(kind+"/"+string(form), func(t *testing.T) {
				t.Parallel()
				killedWhileSigning(t, kind, form)
			})
		}
	}
}

func killedWhileSigning(t *testing.T, kind string, form credential.Form) {
	dir := t.TempDir()
	seal := demo(t, keys.ES256)
	files, err := seal.Write(filepath.Join(dir, "demo"))
	if err != nil {
		t.Fatal(err)
	}
	for from, to := range map[string]string{files.Key: "key.pem", files.Chain: "chain.pem"} {
		if err := os.Rename(from, filepath.Join(dir, to)); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), crashDir+"="+dir, crashStore+"="+kind, crashForm+"="+string(form))
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
	at := func() time.Time { return later }
	order := sample("sound")
	issue := func(s issuer.Store, f credential.Form) (credential.Signed, error) {
		return newIssuer(t, s, keys.ES256, func(c *issuer.Config) { c.Now = at }).IssueAs(t.Context(), order, f)
	}
	var c, other credential.Signed
	var recorded []byte
	another := credential.VCDI
	if form == another {
		another = credential.OB3
	}
	switch kind {
	case "database":
		s := database(t, dir, at)
		open, err := database(t, dir, func() time.Time { return later.Add(-store.DefaultLease) }).Overdue(t.Context(), 1)
		if err != nil || len(open) != 1 {
			t.Fatalf("%d reservations are open, %v", len(open), err)
		}
		recorded = open[0].Input
		if n, err := newIssuer(t, s, keys.ES256, func(c *issuer.Config) { c.Now = at }).Resume(t.Context()); n != 1 || err != nil {
			t.Fatalf("Resume sealed %d, %v", n, err)
		}
		if c, err = s.Copy(t.Context(), sample("lighting").Body.ID, issuer.CopyKey{Form: form, Request: string(order.ID)}); err != nil {
			t.Fatal(err)
		}
		if c.ID != open[0].ID {
			t.Errorf("sealed %s, %s was reserved", c.ID, open[0].ID)
		}
		if other, err = issue(s, another); err != nil {
			t.Fatal(err)
		}
	case "file":
		s := &issuer.FileStore{Out: filepath.Join(dir, "out.jsonld"), Draft: filepath.Join(dir, "draft.json")}
		data, err := os.ReadFile(s.Out + ".reservation")
		if err != nil {
			t.Fatal(err)
		}
		var kept struct{ Input []byte }
		if err := json.Unmarshal(data, &kept); err != nil {
			t.Fatal(err)
		}
		recorded = kept.Input
		if c, err = issue(s, form); err != nil {
			t.Fatal(err)
		}
		if other, err = issue(&issuer.FileStore{Out: filepath.Join(dir, "other.json"), Draft: s.Draft}, another); err != nil {
			t.Fatal(err)
		}
	}
	if other.Draft != c.Draft {
		t.Errorf("%s was made of another draft", another)
	}
	by := certified{seal.Seal, seal.Chain}
	doc := checkRecorded(t, c, by, recorded)
	if form != credential.OB3 {
		if got := textAt(t, doc, "issued"); got != "2026-11-25T12:00:00Z" {
			t.Errorf("issued %v, want the recorded time", got)
		}
	}
	checkSecured(t, other, by, integrity.ECDSARDFC2019)
	if got := textAt(t, other.Bytes, "proof created"); got != "2026-11-25T13:00:00Z" {
		t.Errorf("the other form was signed at %s", got)
	}
	if another == credential.VCDI {
		if got := textAt(t, other.Bytes, "issued"); got != "2026-11-25T12:00:00Z" {
			t.Errorf("the other form was issued at %s, want the recorded time", got)
		}
	}
}

// checkRecorded holds that a sealed file is good and holds what was recorded for
// it, and gives its document.
func checkRecorded(t testing.TB, c credential.Signed, by certified, recorded []byte) (doc []byte) {
	t.Helper()
	var got []byte // what the file holds of the recorded bytes
	switch c.Form {
	case credential.EDC:
		_, recorded, _ = bytes.Cut(recorded, []byte("."))
		doc = checkSealed(t, c, by.chain)
		got = doc
	case credential.VCJWT:
		doc = checkToken(t, c, by)
		got = c.Bytes[:bytes.LastIndexByte(c.Bytes, '.')]
	case credential.SDJWT:
		doc = checkSDJWT(t, c, by, nil).elm
		token, disclosures, _ := bytes.Cut(c.Bytes, []byte("~"))
		got = slices.Concat(token[:bytes.LastIndexByte(token, '.')], []byte("~"), disclosures)
	default:
		checkSecured(t, c, by, integrity.ECDSARDFC2019)
		doc = c.Bytes
		got = bytes.Replace(doc, []byte(`,"proofValue":"`+textAt(t, doc, "proof proofValue")+`"`), nil, 1)
		if made := textAt(t, doc, "proof created"); made != "2026-11-25T12:00:00Z" {
			t.Errorf("the proof was made at %s, want the recorded time", made)
		}
	}
	if !bytes.Equal(got, recorded) {
		t.Errorf("%s: other bytes were signed than were recorded", c.Form)
	}
	return doc
}

// textAt is at for a text.
func textAt(t testing.TB, doc []byte, path string) string {
	t.Helper()
	s, ok := at(t, doc, path).(string)
	if !ok {
		t.Fatalf("%s is no text", path)
	}
	return s
}
