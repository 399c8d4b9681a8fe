package issuer_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/integrity"
)

// TestIssueAs issues the forms for wallets and badges by every kind of key that
// can sign them.
func TestIssueAs(t *testing.T) {
	t.Parallel()
	type by struct {
		name string
		form credential.Form
	}
	all := map[by]func(t testing.TB) certified{}
	for name, key := range securing {
		for _, f := range []credential.Form{credential.VCDI, credential.OB3, credential.VCJWT, credential.SDJWT} {
			all[by{name, f}] = key
		}
	}
	all[by{"RSA", credential.SDJWT}] = func(t testing.TB) certified { return certified{demo(t, keys.RS256).Seal, demo(t, keys.RS256).Chain} }
	for by, key := range all {
		name, f := by.name, by.form
		t.Run(name+"/"+string(f), func(t *testing.T) {
			t.Parallel()
			c := key(t)
			s := database(t, t.TempDir(), clock)
			i := newIssuer(t, s, keys.ES256, c.with)
			signed, err := i.IssueAs(t.Context(), sample("sound"), f)
			if err != nil {
				t.Fatalf("IssueAs: %v", err)
			}
			suite, _, _ := strings.Cut(name, ",")
			switch f {
			case credential.VCJWT:
				checkToken(t, signed, c)
			case credential.SDJWT:
				checkSDJWT(t, signed, c, nil)
			default:
				checkSecured(t, signed, c, integrity.Cryptosuite(suite))
			}
			kept, err := s.Sealed(t.Context(), signed.ID)
			if err != nil || !bytes.Equal(kept.Bytes, signed.Bytes) || kept.Form != f {
				t.Errorf("the store keeps %+v, %v", kept, err)
			}
			again, err := i.IssueAs(t.Context(), sample("sound"), f)
			if !errors.Is(err, issuer.ErrSealed) || len(again.Bytes) > 0 {
				t.Errorf("IssueAs again gave %d bytes, %v; want a Conflict", len(again.Bytes), err)
			}
		})
	}
}

// TestIssueAsRefusesKeys asks for forms that the key cannot sign: nothing is
// kept and nothing is signed.
func TestIssueAsRefusesKeys(t *testing.T) {
	t.Parallel()
	rsa := demo(t, keys.RS256)
	for name, test := range map[string]struct {
		by   certified
		form credential.Form
		key  string
	}{
		"RSA, vc-di":          {certified{rsa.Seal, rsa.Chain}, credential.VCDI, "issue.form.key"},
		"RSA, ob3":            {certified{rsa.Seal, rsa.Chain}, credential.OB3, "issue.form.key"},
		"RSA, vc-jwt":         {certified{rsa.Seal, rsa.Chain}, credential.VCJWT, "issue.form.key.did"},
		"Ed25519, edc":        {securing["eddsa-rdfc-2022"](t), credential.EDC, "proof.key.kind"},
		"P-384, edc":          {securing["ecdsa-rdfc-2019, P-384"](t), credential.EDC, "proof.key.kind"},
		"self-signed, sd-jwt": {selfSigned(t), credential.SDJWT, "issue.form.selfsigned"},
	} {
		signer := &testSigner{Signer: test.by.key}
		s := database(t, t.TempDir(), func() time.Time { return now.AddDate(1, 0, 0) })
		i := newIssuer(t, s, keys.ES256, test.by.with, func(c *issuer.Config) { c.Key = signer })
		_, err := i.IssueAs(t.Context(), sample("lighting"), test.form)
		e, ok := errors.AsType[*fault.Error](err)
		if !ok || e.Kind != fault.Invalid || e.Public != test.key {
			t.Errorf("%s: %v, want %s", name, err, test.key)
		}
		if open, err := s.Overdue(t.Context(), 10); len(open) > 0 || err != nil || signer.signed() > 0 {
			t.Errorf("%s: %d reservations, %d signatures, %v", name, len(open), signer.signed(), err)
		}
	}
	i := newIssuer(t, database(t, t.TempDir(), clock), keys.ES256)
	for _, f := range []credential.Form{"", "pdf", "mdoc"} {
		if _, err := i.IssueAs(t.Context(), sample("lighting"), f); err == nil {
			t.Errorf("IssueAs %q gave no error", f)
		}
	}
}

// selfSigned is a key whose certificate of the sample body vouches for itself.
func selfSigned(t testing.TB) certified {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	leaf := demo(t, keys.ES256).Chain.Leaf
	template := &x509.Certificate{
		SerialNumber: big.NewInt(12), RawSubject: leaf.RawSubject, NotBefore: leaf.NotBefore, NotAfter: leaf.NotAfter,
		KeyUsage: leaf.KeyUsage, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	own, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return certified{key, keys.Chain{Leaf: own}}
}

// TestSelfSignedElsewhere holds that only sd-jwt asks for an authority.
func TestSelfSignedElsewhere(t *testing.T) {
	t.Parallel()
	by := selfSigned(t)
	for _, f := range []credential.Form{credential.VCDI, credential.OB3, credential.VCJWT, credential.EDC} {
		s := &issuer.FileStore{Out: filepath.Join(t.TempDir(), "out")}
		if _, err := newIssuer(t, s, keys.ES256, by.with).IssueAs(t.Context(), sample("sound"), f); err != nil {
			t.Errorf("%s: %v", f, err)
		}
	}
}

// TestFormsFromFilesShareADraft makes the forms one by one with a reservation
// file each, as the command line does.
func TestFormsFromFilesShareADraft(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	draft := filepath.Join(dir, "draft.json")
	at := now
	issue := func(f credential.Form, r assessment.Result) (credential.Signed, error) {
		t.Helper()
		at = at.Add(time.Hour)
		s := &issuer.FileStore{Out: filepath.Join(dir, string(f)+f.Ending()), Draft: draft}
		return newIssuer(t, s, keys.ES256, func(c *issuer.Config) { c.Now = func() time.Time { return at } }).IssueAs(t.Context(), r, f)
	}
	var first credential.Signed
	for n, f := range issuer.Forms() {
		c, err := issue(f, sample("lighting"))
		if err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		if n == 0 {
			first = c
		}
		if c.Draft != first.Draft {
			t.Errorf("%s is of draft %s, want %s", f, c.Draft, first.Draft)
		}
	}
	if info, err := os.Stat(draft); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("the draft: %v, %v", info, err)
	}
	if err := os.Remove(filepath.Join(dir, "ob3.json")); err != nil {
		t.Fatal(err)
	}
	refused := func(what, key string, r assessment.Result) {
		t.Helper()
		_, err := issue(credential.OB3, r)
		if e, ok := errors.AsType[*fault.Error](err); !ok || e.Kind != fault.Conflict || e.Public != key {
			t.Errorf("%s: %v, want %s", what, err, key)
		}
	}
	refused("the draft of another result", "issue.draft.other", sample("sound"))
	data, err := os.ReadFile(draft)
	if err != nil {
		t.Fatal(err)
	}
	for what, doc := range map[string][]byte{
		"a draft that was changed": bytes.Replace(data, []byte(`"draft":"eyJ`), []byte(`"draft":"eyI`), 1),
		"a draft that is cut":      data[:len(data)/2],
		"an empty draft":           nil,
	} {
		if err := os.WriteFile(draft, doc, 0o600); err != nil {
			t.Fatal(err)
		}
		refused(what, "issue.draft.damaged", sample("lighting"))
	}
	if runtime.GOOS != "windows" {
		if err := errors.Join(os.WriteFile(draft, data, 0o600), os.Chmod(draft, 0o620)); err != nil {
			t.Fatal(err)
		}
		refused("a draft that others may change", "issue.draft.damaged", sample("lighting"))
	}
}
