package verifier_test

import (
	"bytes"
	"context"
	"crypto"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/integrity"
	"github.com/probatum/probatum/proof/jose"
	"github.com/probatum/probatum/proof/sdjwt"
	"github.com/probatum/probatum/trust"
	"github.com/probatum/probatum/verifier"
)

// b64 is base64url as tokens have it.
func b64(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

func unb64(t testing.TB, s string) []byte {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// signRaw signs whatever header and payload there are.
func signRaw(t testing.TB, key crypto.Signer, header, payload []byte) []byte {
	t.Helper()
	alg, err := keys.TokenAlgorithm(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	input := b64(header) + "." + b64(payload)
	sig, err := jose.Sign(key, alg, []byte(input))
	if err != nil {
		t.Fatal(err)
	}
	return []byte(input + "." + b64(sig))
}

// parts are a token taken apart: an SD-JWT has disclosures behind its first
// tilde.
type parts struct{ header, payload, signature, rest string }

func apart(token []byte) parts {
	jwt, rest, sd := strings.Cut(string(token), "~")
	if sd {
		rest = "~" + rest
	}
	p := strings.Split(jwt, ".")
	return parts{p[0], p[1], p[2], rest}
}

func (p parts) join() []byte { return []byte(p.header + "." + p.payload + "." + p.signature + p.rest) }

// forged is a token with its header or payload changed afterwards, under the
// signature that it had.
func forged(t testing.TB, token []byte, edit func(h, p obj)) []byte {
	t.Helper()
	p := apart(token)
	var h, c obj
	unmarshal(t, unb64(t, p.header), &h)
	unmarshal(t, unb64(t, p.payload), &c)
	edit(h, c)
	p.header, p.payload = b64(marshal(t, h)), b64(marshal(t, c))
	return p.join()
}

// signedAgain is forged, but signed by a key.
func signedAgain(t testing.TB, key crypto.Signer, token []byte, edit func(h, p obj)) []byte {
	t.Helper()
	p := apart(forged(t, token, edit))
	signed := signRaw(t, key, unb64(t, p.header), unb64(t, p.payload))
	return append(signed, p.rest...)
}

func unmarshal(t testing.TB, raw []byte, v any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(v); err != nil {
		t.Fatal(err)
	}
}

// token is a document as a vc+jwt of the author, its header changed by edits.
func (a author) token(t testing.TB, doc []byte, edits ...func(h obj)) []byte {
	t.Helper()
	alg, err := keys.TokenAlgorithm(a.key.Public())
	if err != nil {
		t.Fatal(err)
	}
	h := obj{"alg": alg, "typ": "vc+jwt", "cty": "vc", "kid": a.method}
	for _, e := range edits {
		e(h)
	}
	return signRaw(t, a.key, marshal(t, h), doc)
}

// x5c puts certificates into a header.
func x5c(ps ...*party) func(h obj) {
	return func(h obj) {
		var list []any
		for _, p := range ps {
			list = append(list, base64.StdEncoding.EncodeToString(p.cert.Raw))
		}
		h["x5c"] = list
	}
}

// unnamed takes the name of the key away.
func unnamed(h obj) { delete(h, "kid") }

// tokens are one vc+jwt of each kind of document, by one issuer.
func tokens(t testing.TB, a author) map[string][]byte {
	t.Helper()
	return map[string][]byte{
		"ELM": a.token(t, a.asELM(t, nil)), "badge": a.token(t, a.asBadge(t, nil)), "plain": a.token(t, a.asPlain(t, nil)),
	}
}

// asRecord is the document that an SD-JWT VC of ours discloses under elm.
func asRecord(t testing.TB, edit func(c obj)) []byte {
	t.Helper()
	return payload(t, func(c obj) {
		c["@context"] = []any{contexts.CredentialsV2, contexts.ELMV1}
		c["id"] = "urn:uuid:5a2c4a39-6c0b-4a53-b1d9-0d3f4be3b6f4"
		delete(c, "issuanceDate")
		delete(c, "credentialSchema")
		if edit != nil {
			edit(c)
		}
	})
}

// aud and nonce are of the occasion for which holders are asked here.
const (
	aud   = "https://verifier.example"
	nonce = "n-0S6_WzA2Mj"
)

// award gives the claims of an SD-JWT VC of ours, changed by edit.
func awardClaims(t testing.TB, holder crypto.PublicKey, edit func(p obj)) obj {
	t.Helper()
	vct := sdjwt.AwardType("")
	p := obj{
		"vct": vct, "vct#integrity": sdjwt.Integrity(sdjwt.TypeMetadata(vct)),
		"iat": signedAt.Unix(), "nbf": signedAt.Unix(),
		"given_name": "Noor", "family_name": "Example", "date_of_birth": "2001-05-17", "title": "Lighting", "awarding_body": body,
		"eqf_level": 4, "national_level": "DQR Level 4", "units": []any{"Lighting"}, "date_of_award": signedAt.Format(time.DateOnly), "grade": "passed",
		"learning_outcomes": []any{"Rigs lamps", "Reads plans"}, "certificate_number": "A 1",
		"elm": json.RawMessage(asRecord(t, nil)),
	}
	if holder != nil {
		jwk, err := keys.MarshalJWK(holder, "")
		if err != nil {
			t.Fatal(err)
		}
		p["cnf"] = obj{"jwk": jwk}
	}
	if edit != nil {
		edit(p)
	}
	return p
}

// issueSD issues an SD-JWT VC in which every claim can be left out that may be.
func issueSD(t testing.TB, key crypto.Signer, h jose.TokenHeader, claims obj) []byte {
	t.Helper()
	var paths []sdjwt.Path
	for _, name := range []string{
		"given_name", "family_name", "date_of_birth", "title", "awarding_body", "eqf_level", "national_level", "units", "date_of_award", "grade",
		"learning_outcomes", "certificate_number", "elm",
	} {
		if _, ok := claims[name]; ok {
			paths = append(paths, sdjwt.Path{sdjwt.Member(name)})
		}
	}
	alg, err := keys.TokenAlgorithm(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	h.Algorithm, h.Type = alg, sdjwt.TypeVC
	unsigned, err := sdjwt.Issue(marshal(t, claims), paths, h, sdjwt.IssueOptions{Decoys: func(n int) int { return max(0, 16-n) }})
	if err != nil {
		t.Fatal(err)
	}
	signed, err := sdjwt.Sign(key, unsigned)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// wallet is an SD-JWT VC of the world's body, for a holder or nobody.
func (w *world) wallet(t testing.TB, holder crypto.PublicKey, edit func(p obj)) []byte {
	t.Helper()
	return walletOf(t, w.seal, awardClaims(t, holder, edit), w.ca)
}

func walletOf(t testing.TB, p *party, claims obj, above ...*party) []byte {
	t.Helper()
	kid, err := keys.Thumbprint(p.key.Public())
	if err != nil {
		t.Fatal(err)
	}
	h := jose.TokenHeader{KeyID: kid}
	h.Certificates = append(h.Certificates, p.cert)
	for _, a := range above {
		h.Certificates = append(h.Certificates, a.cert)
	}
	return issueSD(t, p.key, h, claims)
}

// present shows some claims of an SD-JWT VC; without names all of them.
func present(t testing.TB, file []byte, kb *sdjwt.KeyBinding, names ...string) []byte {
	t.Helper()
	shown, err := sdjwt.Present(file, func(p sdjwt.Path) bool {
		for _, n := range names {
			if p[0].Name == n {
				return true
			}
		}
		return len(names) == 0
	}, kb)
	if err != nil {
		t.Fatal(err)
	}
	return shown
}

// nothing is a name that no claim has.
const nothing = "nothing"

// A registry knows DID documents and the keys of issuers, and counts who asks.
type registry struct {
	set     *trust.Set
	dids    map[string]keys.DIDDocument
	issuers map[string][]keys.JWK
	wrong   bool // every answer is wrong
	slow    time.Duration

	asked atomic.Int32
}

// Resolve answers what is said in the DID itself without a question.
func (r *registry) Resolve(ctx context.Context, did string) (keys.DIDDocument, error) {
	if doc, err := r.set.Resolve(ctx, did); err == nil || !errors.Is(err, integrity.ErrUnresolved) {
		return doc, err
	}
	if err := r.ask(ctx); err != nil {
		return keys.DIDDocument{}, err
	}
	doc, ok := r.dids[did]
	if !ok {
		return doc, integrity.ErrUnresolved
	}
	return doc, nil
}

// IssuerKeys gives the keys of an issuer.
func (r *registry) IssuerKeys(ctx context.Context, iss string) ([]keys.JWK, error) {
	if err := r.ask(ctx); err != nil {
		return nil, err
	}
	list, ok := r.issuers[iss]
	if !ok {
		return nil, integrity.ErrUnresolved
	}
	return list, nil
}

func (r *registry) ask(ctx context.Context) error {
	r.asked.Add(1)
	if r.slow > 0 {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(r.slow):
		}
	}
	if r.wrong {
		return errors.New("wrong")
	}
	return nil
}

// verifyBy verifies with a registry and options.
func verifyBy(t testing.TB, r *registry, file []byte, o verifier.Options) verifier.Report {
	t.Helper()
	v := verifier.Verifier{Trust: r.set, Now: func() time.Time { return now }, Resolver: r}
	report, err := v.Verify(t.Context(), file, o)
	if err != nil {
		t.Fatal(err)
	}
	checkAnswer(t, report)
	return report
}

// attackSilently is attackAll, with a registry that is never to be asked.
func attackSilently(t *testing.T, set *trust.Set, attacks []attack) {
	t.Helper()
	attackAll(t, set, attacks)
	for _, a := range attacks {
		r := &registry{set: set}
		if report := verifyBy(t, r, a.file, verifier.Options{}); report.Verdict() != a.verdict || r.asked.Load() > 0 {
			t.Errorf("%s: %s, and asked %d times", a.name, report.Verdict(), r.asked.Load())
		}
	}
}
