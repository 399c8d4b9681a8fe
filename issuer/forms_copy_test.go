package issuer_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"io"
	"net/url"
	"testing"
	"time"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/sdjwt"
)

// walletKey is a new public key of a wallet.
func walletKey(t testing.TB) crypto.PublicKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key.Public()
}

// TestIssueCopy issues copies of one Result for several wallets: each its own id,
// status entry and salts, once.
func TestIssueCopy(t *testing.T) {
	t.Parallel()
	by := securing["ecdsa-rdfc-2019, P-256"](t)
	s := database(t, t.TempDir(), clock)
	at := now
	i := newIssuer(t, s, keys.ES256, func(c *issuer.Config) { c.Now = func() time.Time { return at } })
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ed, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	first := walletKey(t)
	order := sample("sound")
	seen := map[string]string{}
	once := func(kind, value string) {
		t.Helper()
		if seen[kind+value] != "" {
			t.Errorf("two copies have the %s %s", kind, value)
		}
		seen[kind+value] = "had"
	}
	var draft credential.DraftID
	for _, wanted := range []issuer.Copy{
		{}, {Holder: first}, {Holder: p384.Public()}, {Holder: ed}, {Holder: walletKey(t)}, {Holder: first, Request: "again"},
	} {
		wanted.Form = credential.SDJWT
		at = at.Add(time.Minute)
		c, err := i.IssueCopy(t.Context(), order, wanted)
		if err != nil {
			t.Fatalf("IssueCopy: %v", err)
		}
		d := checkSDJWT(t, c, by, wanted.Holder)
		if got, want := d.claims.IssuedAt, time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC); !got.Equal(want) {
			t.Errorf("iat is %s, want the day", got)
		}
		once("id", string(c.ID))
		once("status", string(d.claims.Status))
		token, err := sdjwt.ParseCredential(c.Bytes)
		if err != nil || token.Verify(by.key.Public()) != nil {
			t.Fatal(err)
		}
		for _, one := range token.Disclosed() {
			once("salt", one.Salt)
		}
		key := issuer.CopyKey{Form: c.Form, Request: wanted.Request}
		if key.Request == "" {
			key.Request = string(order.ID)
		}
		if wanted.Holder != nil {
			if key.Holder, err = keys.Thumbprint(wanted.Holder); err != nil {
				t.Fatal(err)
			}
		}
		kept, err := s.Copy(t.Context(), sample("lighting").Body.ID, key)
		if err != nil || kept.ID != c.ID || !bytes.Equal(kept.Bytes, c.Bytes) {
			t.Errorf("the store keeps %s under %+v, %v", kept.ID, key, err)
		}
		if draft == "" {
			draft = c.Draft
		}
		if c.Draft != draft {
			t.Error("a copy was made of another draft")
		}
		again, err := i.IssueCopy(t.Context(), order, wanted)
		if !errors.Is(err, issuer.ErrSealed) || len(again.Bytes) > 0 {
			t.Errorf("the same copy again: %d bytes, %v", len(again.Bytes), err)
		}
	}
}

// TestIssueCopyRefusesHolders asks for copies that cannot be bound so.
func TestIssueCopyRefusesHolders(t *testing.T) {
	t.Parallel()
	p521, err := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p224, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		holder crypto.PublicKey
		form   credential.Form
		key    string
	}{
		"P-521":       {p521.Public(), credential.SDJWT, "issue.holder.key"},
		"P-224":       {p224.Public(), credential.SDJWT, "issue.holder.key"},
		"RSA":         {demo(t, keys.RS256).Seal.Public(), credential.SDJWT, "issue.holder.key"},
		"no key":      {"key", credential.SDJWT, "issue.holder.key"},
		"nil key":     {(*ecdsa.PublicKey)(nil), credential.SDJWT, "issue.holder.key"},
		"zero Ed":     {ed25519.PublicKey(nil), credential.SDJWT, "issue.holder.key"},
		"a secret":    {p521, credential.SDJWT, "issue.holder.key"},
		"small point": {ed25519.PublicKey(make([]byte, 32)), credential.SDJWT, "issue.holder.key"},
	}
	for _, f := range issuer.Forms() {
		if f != credential.SDJWT {
			tests[string(f)] = struct {
				holder crypto.PublicKey
				form   credential.Form
				key    string
			}{walletKey(t), f, "issue.holder.form"}
		}
	}
	for name, test := range tests {
		signer := &testSigner{Signer: demo(t, keys.ES256).Seal}
		s := database(t, t.TempDir(), func() time.Time { return now.AddDate(1, 0, 0) })
		i := newIssuer(t, s, keys.ES256, func(c *issuer.Config) { c.Key = signer })
		_, err := i.IssueCopy(t.Context(), sample("sound"), issuer.Copy{Form: test.form, Holder: test.holder})
		e, ok := errors.AsType[*fault.Error](err)
		if !ok || e.Kind != fault.Invalid || e.Public != test.key {
			t.Errorf("%s: %v, want %s", name, err, test.key)
		}
		if open, err := s.Overdue(t.Context(), 10); len(open) > 0 || err != nil || signer.signed() > 0 {
			t.Errorf("%s: %d reservations, %d signatures, %v", name, len(open), signer.signed(), err)
		}
	}
}

// TestIssuerAddress holds that an sd-jwt names its issuer by address only where
// the certificate vouches for the address.
func TestIssuerAddress(t *testing.T) {
	t.Parallel()
	d := demo(t, keys.ES256)
	body := sample("lighting").Body.ID
	address := publicURL + "/oid4vci/" + body
	uris := func(list ...string) func(*x509.Certificate) {
		return func(c *x509.Certificate) {
			for _, s := range list {
				u, err := url.Parse(s)
				if err != nil {
					t.Fatal(err)
				}
				c.URIs = append(c.URIs, u)
			}
		}
	}
	hosts := func(list ...string) func(*x509.Certificate) {
		return func(c *x509.Certificate) { c.DNSNames = list }
	}
	for name, test := range map[string]struct {
		names     func(*x509.Certificate)
		publicURL string
		want      string
	}{
		"URI":                {uris(address), publicURL, address},
		"URI among others":   {uris("https://other.example/", address), publicURL, address},
		"host":               {hosts("certificates.example"), publicURL, address},
		"host and URI":       {func(c *x509.Certificate) { hosts("certificates.example")(c); uris("https://other.example/")(c) }, publicURL, address},
		"no name":            {func(*x509.Certificate) {}, publicURL, ""},
		"URI of the origin":  {uris(publicURL), publicURL, ""},
		"URI with a stroke":  {uris(address + "/"), publicURL, ""},
		"URI of a namesake":  {uris(address + "-2"), publicURL, ""},
		"URI of another":     {uris("https://other.example/oid4vci/" + body), publicURL, ""},
		"URI in plain http":  {uris("http://certificates.example/oid4vci/" + body), publicURL, ""},
		"host above":         {hosts("example"), publicURL, ""},
		"host below":         {hosts("www.certificates.example"), publicURL, ""},
		"any host":           {hosts("*.example"), publicURL, ""},
		"no public address":  {uris(address), "", ""},
		"host with no place": {hosts("certificates.example"), "", ""},
	} {
		leaf := certify(t, d.Chain.Leaf, d.Seal.Public(), d, test.names)
		by := certified{d.Seal, keys.Chain{Leaf: leaf, Intermediates: d.Chain.Intermediates}}
		s := &issuer.FileStore{Out: t.TempDir() + "/out"}
		i := newIssuer(t, s, keys.ES256, by.with, func(c *issuer.Config) { c.PublicURL = test.publicURL })
		c, err := i.IssueAs(t.Context(), sample("lighting"), credential.SDJWT)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := checkSDJWT(t, c, by, nil)
		if got.claims.Issuer != test.want {
			t.Errorf("%s: iss is %q, want %q", name, got.claims.Issuer, test.want)
		}
		if want := sdjwt.AwardType(test.publicURL); got.claims.Type != want {
			t.Errorf("%s: vct is %q, want %q", name, got.claims.Type, want)
		}
		if got.claims.Status != nil {
			t.Errorf("%s: there is a status, and nobody keeps the list: %s", name, got.claims.Status)
		}
	}
}

// TestResumedHolder finishes what was reserved for a holder: by the same order,
// or by Resume, which is told of no holder. Another holder's order is another
// copy.
func TestResumedHolder(t *testing.T) {
	t.Parallel()
	by := securing["ecdsa-rdfc-2019, P-256"](t)
	first, second := walletKey(t), walletKey(t)
	at := now
	broken := &testSigner{Signer: by.key, sign: func(crypto.Signer, io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
		return nil, errors.New("broken")
	}}
	s := database(t, t.TempDir(), func() time.Time { return at })
	bad := newIssuer(t, s, keys.ES256, by.with, func(c *issuer.Config) { c.Key = broken })
	good := newIssuer(t, s, keys.ES256, by.with)
	for _, h := range []crypto.PublicKey{first, second} {
		if _, err := bad.IssueCopy(t.Context(), sample("sound"), issuer.Copy{Form: credential.SDJWT, Holder: h}); err == nil {
			t.Fatal("a broken key signed")
		}
	}
	c, err := good.IssueCopy(t.Context(), sample("sound"), issuer.Copy{Form: credential.SDJWT, Holder: first})
	if err != nil {
		t.Fatal(err)
	}
	checkSDJWT(t, c, by, first)
	at = at.Add(time.Hour)
	if n, err := good.Resume(t.Context()); n != 1 || err != nil {
		t.Fatalf("Resume sealed %d, %v", n, err)
	}
	thumbprint, err := keys.Thumbprint(second)
	if err != nil {
		t.Fatal(err)
	}
	c, err = s.Copy(t.Context(), sample("lighting").Body.ID, issuer.CopyKey{Form: credential.SDJWT, Holder: thumbprint, Request: string(sample("sound").ID)})
	if err != nil {
		t.Fatal(err)
	}
	checkSDJWT(t, c, by, second)
}
