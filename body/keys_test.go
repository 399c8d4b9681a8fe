package body_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/body"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/keys/private"
)

// openssl runs OpenSSL in dir and gives what it prints.
func openssl(t testing.TB, dir string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath("openssl")
	if err != nil {
		testkit.Skip(t, "openssl is not installed")
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Dir = dir
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		t.Fatalf("openssl %s: %v\n%s", strings.Join(args, " "), err, &out)
	}
	return out.String()
}

func put(t testing.TB, dir, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func get(t testing.TB, dir, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// An authority is a certification authority of OpenSSL's: a root and an issuing
// one under it.
type authority struct{ dir string }

func newAuthority(t testing.TB) authority {
	t.Helper()
	dir := t.TempDir()
	openssl(t, dir, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "root.key", "-out", "root.pem",
		"-subj", "/C=DE/O=DEMO Trust Services/CN=DEMO Root", "-days", "3650", "-addext", "basicConstraints=critical,CA:TRUE")
	openssl(t, dir, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ca.key", "-out", "ca.csr",
		"-subj", "/C=DE/O=DEMO Trust Services/CN=DEMO Seal CA")
	put(t, dir, "ca.ext", []byte("basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign\n"))
	openssl(t, dir, "x509", "-req", "-in", "ca.csr", "-CA", "root.pem", "-CAkey", "root.key", "-days", "1825", "-out", "ca.pem", "-extfile", "ca.ext")
	return authority{dir}
}

// certify issues a certificate for a request, of so many days, and gives the
// chain with the root. What the subject says can be overruled.
func (a authority) certify(t testing.TB, csr []byte, days, subject string) []byte {
	t.Helper()
	put(t, a.dir, "seal.csr", csr)
	args := []string{"x509", "-req", "-in", "seal.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", days, "-out", "seal.pem", "-copy_extensions", "copyall"}
	if subject != "" {
		args = append(args, "-subj", subject)
	}
	openssl(t, a.dir, args...)
	return slices.Concat(get(t, a.dir, "seal.pem"), get(t, a.dir, "ca.pem"), get(t, a.dir, "root.pem"))
}

// refused wants a refusal that is told in every language.
func refused(t testing.TB, name string, err error, kind fault.Kind, key string) {
	t.Helper()
	e := &fault.Error{}
	if l, ok := err.(fault.List); ok && len(l) > 0 { //nolint:errorlint // nothing wraps it here
		e = &fault.Error{Kind: fault.Invalid, Public: l[0].Key, Args: l[0].Args}
	} else if f, ok := err.(*fault.Error); ok { //nolint:errorlint // nothing wraps it here
		e = f
	}
	if e.Public != key || e.Kind != kind {
		t.Errorf("%s: %v, want %s", name, err, key)
		return
	}
	spoken(t, e.Public, e.Args)
}

// The demo trusts the seal that it made: nobody is told there that it proves nothing.
func TestTheSealOfTheDemoIsNoTrialSeal(t *testing.T) {
	t.Parallel()
	s := body.State{Standing: body.Trial, Trial: true, Owner: keys.Owner{CommonName: "Body (DEMO – not qualified)"}}
	if key, args := s.Message(); key != "body.seal.state.demo" || !s.OfDemo() {
		t.Errorf("the seal of the demo: %s", key)
	} else {
		spoken(t, key, args)
	}
	s.Owner.CommonName = "Body" + keys.TrialMark
	if key, _ := s.Message(); key != "body.seal.state.trial" || s.OfDemo() {
		t.Errorf("a trial seal: %s", key)
	}
}

func standing(t testing.TB, k body.Keys, p body.Profile) body.State {
	t.Helper()
	s, err := k.State(p)
	if err != nil {
		t.Fatal(err)
	}
	key, args := s.Message()
	spoken(t, key, args)
	signer, chain, loaded, err := k.Load(p)
	if s.Ready() {
		if err != nil || signer == nil || private.Matches(signer, chain.Leaf) != nil {
			t.Fatalf("ready, but %v", err)
		}
	} else if signer != nil || chain.Leaf != nil || fault.KindOf(err) != fault.Conflict {
		t.Fatalf("not ready, but %v with error %v", signer != nil, err)
	}
	if loaded.Standing != s.Standing {
		t.Fatalf("State says %s, Load %s", s.Standing, loaded.Standing)
	}
	return s
}

// privately holds every file of the folder to be for its owner alone, and gives
// their names.
func privately(t testing.TB, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", e.Name(), info.Mode().Perm())
		}
		names = append(names, e.Name())
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder: %v, %v", info, err)
	}
	return names
}

func TestTrialSeal(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	k, p := keysIn(t, data, today), unmarked()
	if s := standing(t, k, p); s.Standing != body.NoSeal || s.Waiting {
		t.Errorf("before: %+v", s)
	}
	s, err := k.NewTrialSeal(p, "https://body.example/oid4vci/musterstadt")
	if err != nil {
		t.Fatal(err)
	}
	if s.Standing != body.Trial || !s.Trial || !s.Ready() {
		t.Errorf("made: %+v", s)
	}
	standing(t, k, p)
	_, chain, _, err := k.Load(p)
	if err != nil {
		t.Fatal(err)
	}
	want := keys.Owner{
		LegalName: p.Name("de"), OrganizationIdentifier: p.Identifier.Notation, Country: "DE",
		CommonName: chain.Leaf.Subject.CommonName,
	}
	if s.Owner != want {
		t.Errorf("owner %+v, want %+v", s.Owner, want)
	}
	for _, name := range []string{chain.Leaf.Subject.CommonName, chain.Leaf.Issuer.CommonName, chain.Leaf.Issuer.Organization[0], chain.Intermediates[0].Issuer.CommonName} {
		if !strings.HasSuffix(name, keys.TrialMark) {
			t.Errorf("%q does not say what it is", name)
		}
	}
	if n := len([]rune(chain.Leaf.Subject.CommonName)); n > 64 {
		t.Errorf("a common name of %d characters", n)
	}
	if len(chain.Leaf.URIs) != 1 {
		t.Errorf("further names: %v", chain.Leaf.URIs)
	}
	dir := filepath.Join(data, "keys", p.ID)
	openssl(t, dir, "verify", "-CAfile", "root-1.pem", "-untrusted", "issuing-1.pem", "-attime", "1794500000", "seal-1.chain.pem")
	if names := privately(t, dir); !slices.Equal(names, []string{"issuing-1.pem", "root-1.pem", "seal-1.chain.pem", "seal-1.key.pem"}) {
		t.Errorf("files: %v", names)
	}

	// A second takes the place of the first, which stays.
	before := get(t, dir, "seal-1.chain.pem")
	if s, err := k.NewTrialSeal(p); err != nil || s.Number != 2 {
		t.Errorf("a second: %+v, %v", s, err)
	}
	if !bytes.Equal(before, get(t, dir, "seal-1.chain.pem")) {
		t.Error("the first was changed")
	}

	// It ends, and it belongs to this name.
	if s := standing(t, keysIn(t, data, today.AddDate(0, 0, 91)), p); s.Standing != body.Expired || !s.Trial {
		t.Errorf("after its end: %+v", s)
	}
	other := p
	other.LegalName = assessment.Text{"de": "Andere Stelle"}
	if s := standing(t, k, other); s.Standing != body.DoesNotFit || s.Fault.Public != "body.seal.owner.name" {
		t.Errorf("under another name: %+v", s)
	}

	_, err = keysIn(t, t.TempDir(), today).NewTrialSeal(body.Profile{ID: "x-y"})
	refused(t, "of nobody", err, fault.Invalid, "body.missing.legalName")
	long := unmarked()
	long.LegalName = assessment.Text{"de": strings.Repeat("Ω", 151)}
	_, err = keysIn(t, t.TempDir(), today).NewTrialSeal(long)
	refused(t, "of a long name", err, fault.Invalid, "body.seal.long")
}

// TestSealOfAnAuthority is the whole way with a certification authority that is
// not ours.
func TestSealOfAnAuthority(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	data := t.TempDir()
	now := time.Now().Add(5 * time.Minute) // the authority is not done yet
	k, p := keysIn(t, data, now), unmarked()
	dir := filepath.Join(data, "keys", p.ID)
	if _, err := k.NewTrialSeal(p); err != nil {
		t.Fatal(err)
	}
	_, err := k.Request()
	refused(t, "no request", err, fault.NotFound, "body.seal.nothingAsked")
	_, err = k.InstallChain(p, get(t, ca.dir, "ca.pem"))
	refused(t, "an authority", err, fault.Invalid, "body.seal.authority")

	csr, err := k.NewRequest(p, "", "https://body.example/oid4vci/musterstadt")
	if err != nil {
		t.Fatal(err)
	}
	put(t, ca.dir, "asked.csr", csr)
	if out := openssl(t, ca.dir, "req", "-verify", "-noout", "-in", "asked.csr"); !strings.Contains(out, "verify OK") {
		t.Errorf("openssl req -verify: %s", out)
	}
	text := openssl(t, ca.dir, "req", "-noout", "-text", "-subject", "-nameopt", "utf8,sep_comma_plus", "-in", "asked.csr")
	for _, want := range []string{
		"C=DE", "O=" + p.Name("de"), "organizationIdentifier=VATDE-000000000", "CN=" + p.Name("de"), "prime256v1", "Digital Signature, Non Repudiation",
		"URI:https://body.example/oid4vci/musterstadt",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the request does not say %q:\n%s", want, text)
		}
	}
	if again, err := k.Request(); err != nil || !bytes.Equal(again, csr) {
		t.Errorf("asked for again: %v", err)
	}
	if s := standing(t, k, p); s.Standing != body.Trial || !s.Waiting || s.Asked.IsZero() {
		t.Errorf("with a request beside the trial: %+v", s)
	}

	// What the authority might send instead.
	good := ca.certify(t, csr, "365", "")
	leaf, _, _ := bytes.Cut(good, []byte("-----END CERTIFICATE-----\n"))
	leaf = append(leaf, "-----END CERTIFICATE-----\n"...)
	der, _ := pem.Decode(good)
	key := get(t, ca.dir, "ca.key")
	name := "/C=DE/O=Stelle/organizationIdentifier=VATDE-000000000/CN=Seal"
	for what, tt := range map[string]struct {
		data []byte
		key  string
	}{
		"nothing":           {nil, "body.seal.pem"},
		"text":              {[]byte("Dear customer"), "body.seal.pem"},
		"DER":               {der.Bytes, "body.seal.pem"},
		"a request":         {csr, "body.seal.isRequest"},
		"with a key":        {slices.Concat(good, key), "body.seal.private"},
		"large":             {bytes.Repeat(good, 400), "proof.key.pem.large"},
		"broken":            {bytes.Replace(good, []byte("-----END"), []byte("----END"), 1), "proof.key.pem"},
		"the wrong way":     {slices.Concat(get(t, ca.dir, "ca.pem"), leaf), "proof.key.chain.order"},
		"no identifier":     {ca.certify(t, csr, "365", "/C=DE/O=Stelle"), "proof.key.owner.identifier"},
		"two organisations": {ca.certify(t, csr, "365", name+"/O=Another"), "proof.key.owner.twice"},
	} {
		_, err := k.InstallChain(p, tt.data)
		refused(t, what, err, fault.Invalid, tt.key)
	}
	_, err = keysIn(t, data, now.AddDate(2, 0, 0)).InstallChain(p, good)
	refused(t, "expired", err, fault.Invalid, "proof.key.expired")
	_, err = keysIn(t, data, now.AddDate(-1, 0, 0)).InstallChain(p, good)
	refused(t, "too early", err, fault.Invalid, "proof.key.early")

	// Certificates that name another owner than the profile.
	for key, change := range map[string]func(p *body.Profile){
		"body.seal.owner.name":       func(p *body.Profile) { p.LegalName = assessment.Text{"de": "Pruefstelle Buehne"} },
		"body.seal.owner.identifier": func(p *body.Profile) { p.Identifier.Notation = "VATDE-000000001" },
		"body.seal.owner.country":    func(p *body.Profile) { p.Country, p.Identifier.Country = "AT", "AT" },
	} {
		k, other := keysIn(t, t.TempDir(), now), p
		change(&other)
		csr, err := k.NewRequest(other, "")
		if err != nil {
			t.Fatal(err)
		}
		_, err = k.InstallChain(p, ca.certify(t, csr, "365", ""))
		refused(t, key, err, fault.Invalid, key)
		if s := standing(t, k, p); s.Standing != body.Requested {
			t.Errorf("%s: %+v", key, s)
		}
	}

	// Another body's key.
	stranger := keysIn(t, t.TempDir(), now)
	_, err = stranger.InstallChain(p, good)
	refused(t, "nothing asked", err, fault.Invalid, "body.seal.nothingAsked")
	theirs, err := stranger.NewRequest(p, keys.ES256)
	if err != nil {
		t.Fatal(err)
	}
	_, err = k.InstallChain(p, ca.certify(t, theirs, "365", ""))
	refused(t, "another key", err, fault.Invalid, "body.seal.otherKey")
	if s := standing(t, k, p); s.Standing != body.Trial {
		t.Errorf("after all refusals: %+v", s)
	}

	// The certificate, and what comes after it.
	s, err := k.InstallChain(p, good)
	if err != nil {
		t.Fatal(err)
	}
	if s.Standing != body.Installed || s.Trial || s.Waiting || s.Authority != "DEMO Seal CA" || s.Owner.LegalName != p.Name("de") || s.Algorithm != keys.ES256 {
		t.Errorf("installed: %+v", s)
	}
	signer, chain, _, err := k.Load(p)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := signer.Public().(*ecdsa.PublicKey); !ok || len(chain.Intermediates) != 1 {
		t.Errorf("a %T and %d certificates above", signer.Public(), len(chain.Intermediates))
	}
	_, err = k.InstallChain(p, good)
	refused(t, "once more", err, fault.Conflict, "body.seal.same")
	_, err = k.NewTrialSeal(p)
	refused(t, "a trial beside it", err, fault.Conflict, "body.seal.installed")
	if s := standing(t, keysIn(t, data, now.AddDate(0, 0, 340)), p); s.Standing != body.ExpiresSoon {
		t.Errorf("near its end: %+v", s)
	}
	if s := standing(t, keysIn(t, data, now.AddDate(0, 0, 367)), p); s.Standing != body.Expired || s.Trial {
		t.Errorf("after its end: %+v", s)
	}
	moved := p
	moved.Country, moved.Identifier.Country = "AT", "AT"
	if s := standing(t, k, moved); s.Standing != body.DoesNotFit || s.Fault.Public != "body.seal.owner.country" {
		t.Errorf("after a move: %+v", s)
	}

	// The same key with a new certificate; then a new key, RSA, that was asked
	// for before: the last one to come is in use.
	old := get(t, dir, "seal-2.chain.pem")
	second, err := k.NewRequest(p, keys.RS256)
	if err != nil {
		t.Fatal(err)
	}
	if s := standing(t, k, p); s.Standing != body.Installed || !s.Waiting {
		t.Errorf("with the next request: %+v", s)
	}
	renewed := ca.certify(t, csr, "700", "")
	if s, err = k.InstallChain(p, renewed); err != nil || s.Number != 4 || !s.Until.After(now.AddDate(1, 6, 0)) {
		t.Errorf("the same key again: %+v, %v", s, err)
	}
	if s, err = k.InstallChain(p, ca.certify(t, second, "400", "")); err != nil || s.Number != 5 || s.Algorithm != keys.RS256 {
		t.Errorf("the key that was asked for before: %+v, %v", s, err)
	}
	signer, _, _, err = k.Load(p)
	if err != nil {
		t.Fatal(err)
	}
	if pub, ok := signer.Public().(*rsa.PublicKey); !ok || pub.N.BitLen() != 3072 {
		t.Errorf("the key is %T", signer.Public())
	}
	if !bytes.Equal(old, get(t, dir, "seal-2.chain.pem")) {
		t.Error("the first seal was changed")
	}
	for _, name := range privately(t, dir) {
		if strings.HasPrefix(name, ".") {
			t.Errorf("left behind: %s", name)
		}
	}
}

// TestBrokenSealsSealNothing: a folder that somebody touched.
func TestBrokenSealsSealNothing(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]func(t *testing.T, dir string){
		"other key": func(t *testing.T, dir string) {
			t.Helper()
			if err := os.Remove(filepath.Join(dir, "seal-1.key.pem")); err != nil {
				t.Fatal(err)
			}
			if err := private.WriteNew(filepath.Join(dir, "seal-1.key.pem")); err != nil {
				t.Fatal(err)
			}
		},
		"garbage":        func(t *testing.T, dir string) { t.Helper(); put(t, dir, "seal-1.chain.pem", []byte("x")) },
		"open to all":    func(t *testing.T, dir string) { t.Helper(); _ = os.Chmod(filepath.Join(dir, "seal-1.key.pem"), 0o666) },
		"empty key":      func(t *testing.T, dir string) { t.Helper(); put(t, dir, "seal-1.key.pem", nil) },
		"no seal at all": func(t *testing.T, dir string) { t.Helper(); _ = os.Remove(filepath.Join(dir, "seal-1.key.pem")) },
	} {
		data := t.TempDir()
		k, p := keysIn(t, data, today), unmarked()
		if _, err := k.NewTrialSeal(p); err != nil {
			t.Fatal(err)
		}
		harm(t, filepath.Join(data, "keys", p.ID))
		if s := standing(t, k, p); s.Ready() {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

// TestManyAskAtOnce: nobody overwrites anybody's key.
func TestManyAskAtOnce(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	var all sync.WaitGroup
	asked := make([][]byte, 8)
	for i := range asked {
		all.Go(func() {
			var err error
			if asked[i], err = keysIn(t, data, today).NewRequest(unmarked(), ""); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	seen := map[string]bool{}
	for _, csr := range asked {
		block, _ := pem.Decode(csr)
		if block == nil {
			t.Fatal("no request")
		}
		r, err := x509.ParseCertificateRequest(block.Bytes)
		if err != nil || r.CheckSignature() != nil {
			t.Fatal("not a request", err)
		}
		seen[string(r.RawSubjectPublicKeyInfo)] = true
	}
	if len(seen) != len(asked) {
		t.Errorf("%d keys for %d requests", len(seen), len(asked))
	}
}

func TestKeysInRefusesOtherFolders(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"", "..", "a/b", "A", "x", ".", "a\x00b", strings.Repeat("x", 41)} {
		if _, err := body.KeysIn(t.TempDir(), id, time.Now); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: %v", id, err)
		}
	}
}
