package issuer_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/canon"
	"github.com/probatum/probatum/proof/integrity"
	"github.com/probatum/probatum/proof/jose"
)

// didWeb is the DID of the sample body.
const didWeb = "did:web:certificates.example:bodies:musterstadt"

func named(c *issuer.Config) { c.DID = didWeb }

// published is the DID document that a history of keys gives.
type published struct{ document keys.DIDDocument }

func publish(t testing.TB, h keys.History) published {
	t.Helper()
	text, err := h.DIDDocument(didWeb)
	if err != nil {
		t.Fatal(err)
	}
	document, err := keys.ParseDIDDocument(text)
	if err != nil {
		t.Fatal(err)
	}
	return published{document}
}

func (p published) Resolve(_ context.Context, did string) (keys.DIDDocument, error) {
	if did != p.document.ID {
		return keys.DIDDocument{}, integrity.ErrUnresolved
	}
	return p.document, nil
}

// verify checks a credential that names its issuer by didWeb as a stranger would
// who has fetched the document, and gives what was signed.
func (p published) verify(ctx context.Context, c credential.Signed) ([]byte, error) {
	if c.Form != credential.VCJWT {
		engine := integrity.New(integrity.Config{
			Canon: canon.New(canon.Config{Contexts: canon.Pinned()}), Resolver: p, MaxTime: time.Minute,
			Now: func() time.Time { return now.AddDate(0, 0, 1) },
		})
		v, err := engine.Verify(ctx, c.Bytes, integrity.VerifyOptions{Owner: didWeb})
		if err != nil {
			return nil, err
		}
		return v.Unsecured, nil
	}
	vc, err := jose.ParseVC(c.Bytes)
	if err != nil {
		return nil, err
	}
	method, ok := p.document.Method(vc.KeyID, keys.AssertionMethod)
	if !ok || vc.Issuer != didWeb || !method.GoodAt(now) {
		return nil, errors.New("the document does not list the key")
	}
	return vc.Document, vc.Verify(method.Key)
}

// TestDIDWeb names the issuer by a did:web: whoever has its document can check
// what was signed, also when the key was replaced since; with the document of
// other keys nobody can.
func TestDIDWeb(t *testing.T) {
	t.Parallel()
	rsa := demo(t, keys.RS256)
	all := map[string]func(t testing.TB) certified{"RSA": func(testing.TB) certified { return certified{rsa.Seal, rsa.Chain} }}
	for name, key := range securing {
		all[name] = key
	}
	next := walletKey(t)
	for name, key := range all {
		for _, form := range []credential.Form{credential.VCDI, credential.OB3, credential.VCJWT} {
			t.Run(name+"/"+string(form), func(t *testing.T) {
				t.Parallel()
				by := key(t)
				s := &issuer.FileStore{Out: t.TempDir() + "/out"}
				c, err := newIssuer(t, s, keys.ES256, by.with, named).IssueAs(t.Context(), sample("lighting"), form)
				if name == "RSA" && form != credential.VCJWT {
					if e, ok := errors.AsType[*fault.Error](err); !ok || e.Public != "issue.form.key" {
						t.Errorf("an RSA key: %v", err)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				from := now.AddDate(0, -1, 0)
				current := keys.HistoryKey{Key: by.key.Public(), From: from}
				doc, err := publish(t, keys.History{current}).verify(t.Context(), c)
				if err != nil {
					t.Fatalf("with the document: %v", err)
				}
				if got := at(t, doc, "issuer id"); got != didWeb {
					t.Errorf("the issuer is %v", got)
				}
				if got, want := methodOf(t, c), methodIn(t, form, by); got != want {
					t.Errorf("the key is named %s, want %s", got, want)
				}
				replaced := current
				replaced.Until = now.Add(time.Hour)
				newKey := keys.HistoryKey{Key: next, From: now.Add(time.Hour)}
				if _, err := publish(t, keys.History{newKey, replaced}).verify(t.Context(), c); err != nil {
					t.Errorf("after the key was replaced: %v", err)
				}
				revoked, early := replaced, replaced
				revoked.Revoked, early.Until = now.Add(time.Hour), now.Add(-time.Hour)
				for what, h := range map[string]keys.History{
					"of other keys":     {newKey},
					"of a revoked key":  {newKey, revoked},
					"of a key given up": {newKey, early},
				} {
					if _, err := publish(t, h).verify(t.Context(), c); err == nil {
						t.Errorf("good with the document %s", what)
					}
				}
			})
		}
	}
}

// methodOf is the verification method that a credential names.
func methodOf(t testing.TB, c credential.Signed) string {
	t.Helper()
	if c.Form != credential.VCJWT {
		return textAt(t, c.Bytes, "proof verificationMethod")
	}
	vc, err := jose.ParseVC(c.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return vc.KeyID
}

// methodIn is how didWeb names a key for a form: a Multikey for proofs, and a
// JsonWebKey for tokens.
func methodIn(t testing.TB, f credential.Form, by certified) string {
	t.Helper()
	name := keys.Multikey
	if f == credential.VCJWT {
		name = keys.Thumbprint
	}
	s, err := name(by.key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return didWeb + "#" + s
}

// TestDIDWebFinishesItsOwn holds that a name of the issuer is not mixed up with
// another: what was reserved under one is not finished under the other.
func TestDIDWebFinishesItsOwn(t *testing.T) {
	t.Parallel()
	by := securing["ecdsa-rdfc-2019, P-256"](t)
	for _, form := range []credential.Form{credential.VCDI, credential.OB3, credential.VCJWT} {
		for what, test := range map[string]struct{ before, after func(*issuer.Config) }{
			"did:key by did:web":         {func(*issuer.Config) {}, named},
			"did:web by did:key":         {named, func(*issuer.Config) {}},
			"did:web by another did:web": {named, func(c *issuer.Config) { c.DID = didWeb + "-2" }},
		} {
			r := reserved(t, by, issuer.Copy{Form: form}, test.before)
			signer := &testSigner{Signer: by.key}
			i := newIssuer(t, giving{r}, keys.ES256, by.with, test.after, func(c *issuer.Config) { c.Key = signer })
			_, err := i.IssueAs(t.Context(), sample("lighting"), form)
			if e, ok := errors.AsType[*fault.Error](err); !ok || e.Kind != fault.Conflict || signer.signed() > 0 {
				t.Errorf("%s, %s: %v, %d signatures", form, what, err, signer.signed())
			}
		}
	}
}
