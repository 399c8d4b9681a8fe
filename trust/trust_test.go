package trust_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/trust"
)

var now = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

type party struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func certify(t *testing.T, cn string, issuer *party, edit func(c *x509.Certificate)) *party {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{Country: []string{"DE"}, Organization: []string{"Test"}, CommonName: cn},
		NotBefore:    now.AddDate(-1, 0, 0), NotAfter: now.AddDate(1, 0, 0),
		BasicConstraintsValid: true, IsCA: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	if edit != nil {
		edit(c)
	}
	parent, signer := c, key
	if issuer != nil {
		parent, signer = issuer.cert, issuer.key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &party{cert, key}
}

func leaf(c *x509.Certificate) { c.IsCA, c.KeyUsage = false, x509.KeyUsageDigitalSignature }

func set(t *testing.T, anchors ...*party) *trust.Set {
	t.Helper()
	var certs []*x509.Certificate
	for _, a := range anchors {
		certs = append(certs, a.cert)
	}
	s, err := trust.New(certs...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func certs(ps ...*party) []*x509.Certificate {
	var out []*x509.Certificate
	for _, p := range ps {
		out = append(out, p.cert)
	}
	return out
}

func TestChain(t *testing.T) {
	t.Parallel()
	root := certify(t, "Root", nil, nil)
	ca := certify(t, "CA", root, nil)
	seal := certify(t, "Seal", ca, leaf)
	short := certify(t, "Short", root, func(c *x509.Certificate) { c.MaxPathLen, c.MaxPathLenZero = 0, true })
	below := certify(t, "Below", short, nil)
	tooLong := certify(t, "Seal 2", below, leaf)
	byLeaf := certify(t, "Seal 3", seal, leaf)
	otherCA := certify(t, "CA", nil, nil)
	forged := certify(t, "Seal 4", otherCA, leaf)
	namesake := certify(t, "Seal", nil, leaf)
	stranger := certify(t, "Elsewhere", nil, nil)
	foreign := certify(t, "Seal 5", stranger, leaf)
	many := make([]*party, 100)
	for i := range many {
		many[i] = foreign
	}

	tests := []struct {
		name   string
		set    *trust.Set
		leaf   *party
		others []*x509.Certificate
		length int // of the path
		err    error
	}{
		{"root anchored", set(t, root), seal, certs(ca), 3, nil},
		{"issuing authority anchored", set(t, ca), seal, nil, 2, nil},
		{"issuing authority anchored, certificates brought along", set(t, ca), seal, certs(root, ca, foreign), 2, nil},
		{"leaf anchored", set(t, seal), seal, nil, 1, nil},
		{"leaf anchored, with its chain", set(t, seal), seal, certs(ca, root), 1, nil},
		{"order does not count", set(t, root), seal, certs(foreign, stranger, ca), 3, nil},
		{"link missing", set(t, root), seal, nil, 0, trust.ErrUnknown},
		{"nobody anchored", &trust.Set{}, seal, certs(ca, root), 0, trust.ErrUnknown},
		{"another anchored", set(t, stranger), seal, certs(ca, root), 0, trust.ErrUnknown},
		{"path too long", set(t, root), tooLong, certs(below, short), 0, trust.ErrUnknown},
		{"issued by a leaf", set(t, root), byLeaf, certs(seal, ca), 0, trust.ErrUnknown},
		{"issued by an anchored leaf", set(t, seal), byLeaf, nil, 0, trust.ErrUnknown},
		{"authority's name, other key", set(t, ca), forged, certs(otherCA), 0, trust.ErrForged},
		{"authority's name, nothing brought along", set(t, ca), forged, nil, 0, trust.ErrForged},
		{"leaf's name, other key", set(t, seal), namesake, nil, 0, trust.ErrForged},
		{"name of a leaf that chains", set(t, root), namesake, certs(seal, ca), 0, trust.ErrForged},
		{"name of a leaf that nobody knows", set(t, root), namesake, certs(seal), 0, trust.ErrUnknown},
		{"too many certificates brought along", set(t, root), seal, append(certs(many...), ca.cert), 0, trust.ErrUnknown},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, err := tt.set.Chain(tt.leaf.cert, tt.others, now)
			if !errors.Is(err, tt.err) || len(p) != tt.length {
				t.Fatalf("Chain = %d certificates, %v; want %d, %v", len(p), err, tt.length, tt.err)
			}
			if err == nil && (!p.Leaf().Equal(tt.leaf.cert) || p.CheckTime(now) != nil) {
				t.Errorf("path %v", p)
			}
		})
	}
}

func TestChainPrefersAPathThatHolds(t *testing.T) {
	t.Parallel()
	root := certify(t, "Root", nil, nil)
	ca := certify(t, "CA", root, nil)
	seal := certify(t, "Seal", ca, leaf)
	// The same authority, certified twice: one certificate is over.
	old := *ca.cert
	old.NotBefore, old.NotAfter = now.AddDate(-3, 0, 0), now.AddDate(-2, 0, 0)
	der, err := x509.CreateCertificate(rand.Reader, &old, root.cert, ca.key.Public(), root.key)
	if err != nil {
		t.Fatal(err)
	}
	over, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	for _, others := range [][]*x509.Certificate{{over, ca.cert}, {ca.cert, over}} {
		p, err := set(t, root).Chain(seal.cert, others, now)
		if err != nil || p.CheckTime(now) != nil {
			t.Errorf("%v, %v", err, p.CheckTime(now))
		}
		// The path is made of the certificates themselves, dates and all.
		if !p[1].NotAfter.Equal(ca.cert.NotAfter) {
			t.Errorf("certificate with other dates: %v", p[1].NotAfter)
		}
	}
}

func TestCheckTime(t *testing.T) {
	t.Parallel()
	expired := func(c *x509.Certificate) { c.NotBefore, c.NotAfter = now.AddDate(-3, 0, 0), now.AddDate(-2, 0, 0) }
	root := certify(t, "Root", nil, expired)
	ca := certify(t, "CA", root, nil)
	oldCA := certify(t, "Old CA", root, expired)
	seal, under := certify(t, "Seal", ca, leaf), certify(t, "Seal", oldCA, leaf)
	oldSeal := certify(t, "Old seal", ca, func(c *x509.Certificate) { leaf(c); expired(c) })
	for name, tt := range map[string]struct {
		path trust.Path
		ok   bool
	}{
		"anchor over":            {certs(seal, ca, root), true},
		"middle over":            {certs(under, oldCA, root), false},
		"anchor over, no middle": {certs(under, oldCA), true},
		"leaf over":              {certs(oldSeal, ca), false},
		"leaf over, anchored":    {certs(oldSeal), false},
		"leaf anchored":          {certs(seal), true},
	} {
		if err := tt.path.CheckTime(now); (err == nil) != tt.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLoad(t *testing.T) {
	t.Parallel()
	root := certify(t, "Root", nil, nil)
	ca := certify(t, "CA", root, nil)
	block := func(kind string, der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}) }
	crl, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: now, NextUpdate: now.AddDate(0, 1, 0)}, ca.cert, ca.key)
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.MarshalPKCS8PrivateKey(ca.key)
	if err != nil {
		t.Fatal(err)
	}
	good := map[string][]byte{
		"both.pem":      slicesConcat([]byte("Root of all\n"), block("CERTIFICATE", root.cert.Raw), block("CERTIFICATE", ca.cert.Raw)),
		"ca.der":        ca.cert.Raw, // given twice: counts once
		"CA.CRT":        block("CERTIFICATE", ca.cert.Raw),
		"der.crt":       root.cert.Raw,
		"a.crl":         crl,
		"b.crl":         block("X509 CRL", crl),
		"hosts":         []byte("# origins\nstatus.example.org\n\nhttps://example.org:8443 # ours\n"),
		"README":        []byte("read me"),
		"other.json":    []byte("{"),
		".hidden.pem":   []byte("x"),
		"folder/x.pem":  []byte("x"),
		"authority/y.x": []byte("x"),
	}
	s, err := trust.Load(folder(t, good))
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Anchors()) != 2 || len(s.Hosts()) != 2 || s.Empty() {
		t.Errorf("%d anchors, hosts %q", len(s.Anchors()), s.Hosts())
	}

	for name, content := range map[string][]byte{
		"garbage.pem":     []byte("x"),
		"empty.pem":       nil,
		"cut.pem":         block("CERTIFICATE", root.cert.Raw)[:200],
		"second-cut.pem":  append(block("CERTIFICATE", root.cert.Raw), block("CERTIFICATE", ca.cert.Raw)[:200]...),
		"trailing.der":    append(bytes.Clone(root.cert.Raw), 0),
		"key.pem":         append(block("CERTIFICATE", root.cert.Raw), block("PRIVATE KEY", key)...),
		"crl-inside.pem":  block("X509 CRL", crl),
		"cert-inside.crl": block("CERTIFICATE", root.cert.Raw),
		"garbage.crl":     []byte("x"),
		"hosts":           []byte("http://example.org\n"),
		"ca.cer":          root.cert.Raw,
		"ca.p12":          []byte("x"),
		"ca.key":          []byte("x"),
		"large.pem":       make([]byte, 5<<20),
	} {
		_, err := trust.Load(folder(t, map[string][]byte{name: content, "good.pem": block("CERTIFICATE", root.cert.Raw)}))
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("folder with a bad %s: %v", name, err)
		}
	}

	if s, err := trust.Load(""); err != nil || !s.Empty() {
		t.Errorf("no folder: %v", err)
	}
	if s, err := trust.Load(t.TempDir()); err != nil || !s.Empty() {
		t.Errorf("empty folder: %v", err)
	}
	for _, dir := range []string{filepath.Join(t.TempDir(), "missing"), filepath.Join(folder(t, map[string][]byte{"f": nil}), "f")} {
		if _, err := trust.Load(dir); err == nil || !strings.Contains(err.Error(), dir) {
			t.Errorf("Load(%s): %v", dir, err)
		}
	}
}

func TestLoadLinks(t *testing.T) {
	t.Parallel()
	root := certify(t, "Root", nil, nil)
	outside := folder(t, map[string][]byte{"root.pem": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.cert.Raw})})
	inside := folder(t, map[string][]byte{"data/root.pem": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.cert.Raw})})
	link := func(dir, target string) {
		t.Helper()
		if err := os.Symlink(target, filepath.Join(dir, "link.pem")); err != nil {
			t.Skip("no symbolic links here")
		}
	}
	link(inside, "data/root.pem") // as orchestrators mount secrets
	if s, err := trust.Load(inside); err != nil || len(s.Anchors()) != 1 {
		t.Errorf("link inside: %v", err)
	}
	for _, target := range []string{filepath.Join(outside, "root.pem"), "missing.pem", "link.pem", "/dev/zero"} {
		dir := t.TempDir()
		link(dir, target)
		if _, err := trust.Load(dir); err == nil || !strings.Contains(err.Error(), "link.pem") {
			t.Errorf("link to %s: %v", target, err)
		}
	}
}

func TestRevocation(t *testing.T) {
	t.Parallel()
	ca := certify(t, "CA", nil, nil)
	seal := certify(t, "Seal", ca, leaf)
	s := set(t, ca)
	p, err := s.Chain(seal.cert, nil, now)
	if err != nil {
		t.Fatal(err)
	}
	list := func(edit func(l *x509.RevocationList), entries ...x509.RevocationListEntry) []byte {
		l := &x509.RevocationList{
			Number: big.NewInt(1), ThisUpdate: now.AddDate(0, 0, -1), NextUpdate: now.AddDate(0, 0, 6), RevokedCertificateEntries: entries,
		}
		if edit != nil {
			edit(l)
		}
		der, err := x509.CreateRevocationList(rand.Reader, l, ca.cert, ca.key)
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	entry := func(at time.Time, reason int) x509.RevocationListEntry {
		return x509.RevocationListEntry{SerialNumber: seal.cert.SerialNumber, RevocationTime: at, ReasonCode: reason}
	}
	extension := func(id []int, der ...byte) func(l *x509.RevocationList) {
		return func(l *x509.RevocationList) {
			l.ExtraExtensions = []pkix.Extension{{Id: id, Critical: true, Value: der}}
		}
	}
	point := []int{2, 5, 29, 28}
	yesterday, tomorrow := now.AddDate(0, 0, -1), now.AddDate(0, 0, 1)
	for name, tt := range map[string]struct {
		crl              []byte
		revoked, covered bool
	}{
		"revoked":                {list(nil, entry(yesterday, 1)), true, true},
		"revoked at that moment": {list(nil, entry(now, 1)), true, true},
		"on hold":                {list(nil, entry(yesterday, 6)), true, true},
		"revoked later":          {list(nil, entry(tomorrow, 1)), false, true},
		"taken from the list":    {list(nil, entry(yesterday, 8)), false, true},
		"not listed":             {list(nil), false, true},
		"not listed, out of date": {list(func(l *x509.RevocationList) {
			l.ThisUpdate, l.NextUpdate = now.AddDate(0, -2, 0), now.AddDate(0, -1, 0)
		}), false, false},
		"revoked, out of date": {list(func(l *x509.RevocationList) {
			l.ThisUpdate, l.NextUpdate = now.AddDate(0, -2, 0), now.AddDate(0, -1, 0)
		}, entry(yesterday, 1)), true, true},
		"made later":                     {list(func(l *x509.RevocationList) { l.ThisUpdate = now.AddDate(0, 0, 3) }), false, true},
		"changes only, revoked":          {list(extension([]int{2, 5, 29, 27}, 2, 1, 1), entry(yesterday, 1)), true, true},
		"changes only, not listed":       {list(extension([]int{2, 5, 29, 27}, 2, 1, 1)), false, false},
		"users only, revoked":            {list(extension(point, 0x30, 3, 0x81, 1, 0xff), entry(yesterday, 1)), true, true},
		"users only, not listed":         {list(extension(point, 0x30, 3, 0x81, 1, 0xff)), false, false},
		"for others, revoked":            {list(extension(point, 0x30, 3, 0x84, 1, 0xff), entry(yesterday, 1)), false, false},
		"point unreadable, revoked":      {list(extension(point, 0x30, 9), entry(yesterday, 1)), false, false},
		"unknown critical ext., revoked": {list(extension([]int{1, 2, 3}, 5, 0), entry(yesterday, 1)), false, false},
		"signature broken": {func() []byte {
			der := list(nil, entry(yesterday, 1))
			der[len(der)-1] ^= 1
			return der
		}(), false, false},
		"garbage": {[]byte("x"), false, false},
	} {
		r := s.Revocation(p, now, trust.Evidence{CRLs: [][]byte{tt.crl}})
		if (r.Revoked != nil) != tt.revoked || r.Covered != tt.covered {
			t.Errorf("%s: revoked %v, covered %v", name, r.Revoked != nil, r.Covered)
		}
		if crl, err := x509.ParseRevocationList(tt.crl); err == nil {
			if r := s.WithCRLs(crl).Revocation(p, now, trust.Evidence{}); (r.Revoked != nil) != tt.revoked {
				t.Errorf("%s, from the set: revoked %v", name, r.Revoked != nil)
			}
		}
	}
	// Of two dates the earlier counts.
	r := s.Revocation(p, now, trust.Evidence{CRLs: [][]byte{list(nil, entry(now, 1)), list(nil, entry(yesterday, 1))}})
	if !r.Since.Equal(yesterday) {
		t.Errorf("revoked since %v", r.Since)
	}
	// What is trusted for itself can be revoked by an authority that is trusted,
	// too, and by no other.
	crl := trust.Evidence{CRLs: [][]byte{list(nil, entry(yesterday, 1))}}
	if r := set(t, seal, ca).Revocation(trust.Path{seal.cert}, now, crl); r.Revoked == nil {
		t.Error("an anchor below an anchor is not revoked")
	}
	if r := set(t, seal, certify(t, "CA", nil, nil)).Revocation(trust.Path{seal.cert}, now, crl); r.Revoked != nil {
		t.Error("an anchor is revoked by a namesake of its authority")
	}
}

// Who is known by a certificate of its own is known as its owner, not by the
// spelling of the rest of the name.
func TestChainKnowsTheOwner(t *testing.T) {
	t.Parallel()
	owner := func(cn, o, id string) func(c *x509.Certificate) {
		return func(c *x509.Certificate) {
			leaf(c)
			c.Subject = pkix.Name{Country: []string{"DE"}, Organization: []string{o}, CommonName: cn, ExtraNames: []pkix.AttributeTypeAndValue{
				{Type: []int{2, 5, 4, 97}, Value: id},
			}}
		}
	}
	stranger := certify(t, "Elsewhere", nil, nil)
	s := set(t, certify(t, "", stranger, owner("Seal", "Body", "VATDE-1")), certify(t, "CA", nil, nil))
	for name, tt := range map[string]struct {
		leaf *party
		want error
	}{
		"other common name":          {certify(t, "", stranger, owner("Seal 2", "Body", "VATDE-2")), trust.ErrForged},
		"other spelling":             {certify(t, "", nil, owner("Seal 3", "BODY", "VATDE-2")), trust.ErrForged},
		"same registration":          {certify(t, "", nil, owner("Seal 4", "Other body", "vatde-1")), trust.ErrForged},
		"another owner":              {certify(t, "", nil, owner("Seal 5", "Other body", "VATDE-2")), trust.ErrUnknown},
		"the name of an authority's": {certify(t, "", nil, owner("Seal 6", "Test", "VATDE-2")), trust.ErrUnknown},
	} {
		if _, err := s.Chain(tt.leaf.cert, nil, now); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
}

func folder(t *testing.T, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func slicesConcat(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
