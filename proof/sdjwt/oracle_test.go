package sdjwt_test

import (
	"bytes"
	"crypto"
	crand "crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/jose"
	"github.com/probatum/probatum/proof/sdjwt"
)

// perAlgorithm is how many credentials each algorithm signs in each direction.
const perAlgorithm = 60

var oracleAlgorithms = []string{keys.ES256, keys.ES384, keys.EdDSA, keys.RS256}

// TestOracle compares SD-JWT VCs with @sd-jwt/sd-jwt-vc: what we issue and
// present it reads as we do, what it issues and presents we read as it was, and
// what was changed neither takes. Nested places, elements of arrays, decoys and
// the key binding are made up from numbers.
func TestOracle(t *testing.T) {
	t.Parallel()
	p := oraclePeer{testkit.Node(t, []string{"@sd-jwt/sd-jwt-vc", "@sd-jwt/crypto-nodejs"}, "tokens.mjs", "sdjwt")}
	t.Run("OursByTheirs", func(t *testing.T) { oursByTheirs(t, p) })
	t.Run("TheirsByOurs", func(t *testing.T) { theirsByOurs(t, p) })
}

func oursByTheirs(t *testing.T, p oraclePeer) {
	bound, hidden := 0, 0
	for i, alg := range oracleAlgorithms {
		s := signerFor(t, alg)
		for n := range perAlgorithm {
			g := newSample(1, uint64(i*perAlgorithm+n), true)
			holder := signerFor(t, oracleAlgorithms[(i+n)%len(oracleAlgorithms)])
			g.claims["cnf"] = map[string]any{"jwk": json.RawMessage(jwk(t, holder))}
			h := header(t, s, sdjwt.TypeVC)
			h.KeyID = fmt.Sprint("key-", n)
			decoys := g.IntN(3)
			issued, err := sdjwt.Issue(g.payload(t), g.hidden, h, sdjwt.IssueOptions{Decoys: func(int) int { return decoys }})
			if err != nil {
				t.Fatalf("%s %d: %v\n%s", alg, n, err, g.payload(t))
			}
			if issued, err = sdjwt.Sign(s, issued); err != nil {
				t.Fatal(err)
			}
			var kb *sdjwt.KeyBinding
			if n%2 == 0 {
				kb = &sdjwt.KeyBinding{Signer: holder, Audience: oracleAudience, Nonce: g.name(), At: now}
				bound++
			}
			shown, err := sdjwt.Present(issued, func(p sdjwt.Path) bool { return contains(g.kept, p) }, kb)
			if err != nil {
				t.Fatalf("%s %d: %v", alg, n, err)
			}
			hidden += len(g.hidden)
			v := shownCredential{Token: string(shown), JWK: json.RawMessage(jwk(t, s)), Now: now.Unix(), pub: s.Public(), holder: holder}
			if kb != nil {
				v.Nonce = kb.Nonce
			}
			g.bothRead(t, p, fmt.Sprint(alg, " ", n), v)
			g.bothRefuse(t, p, alg, v, string(issued))
			what, bad := g.unfit(t, s, v)
			bothRefuse(t, p, alg+": "+what, bad)
		}
	}
	t.Logf("%d credentials, %d with key binding, %d disclosures", perAlgorithm*len(oracleAlgorithms), bound, hidden)
}

func theirsByOurs(t *testing.T, p oraclePeer) {
	public := map[string]json.RawMessage{}
	for _, alg := range oracleAlgorithms {
		for _, whose := range []string{"issuer ", "holder "} {
			var key struct{ JWK json.RawMessage }
			if err := p.Ask(map[string]any{"ask": "newKey", "name": whose + alg, "alg": alg}, &key); err != nil {
				t.Fatal(err)
			}
			public[whose+alg] = key.JWK
		}
	}
	bound, byHand, hidden := 0, 0, 0
	for i, alg := range oracleAlgorithms {
		key, err := keys.ParseJWK(public["issuer "+alg])
		if err != nil {
			t.Fatalf("%s: %v\n%s", alg, err, public["issuer "+alg])
		}
		for n := range perAlgorithm {
			g := newSample(2, uint64(i*perAlgorithm+n), false)
			holder := "holder " + oracleAlgorithms[(i+n)%len(oracleAlgorithms)]
			g.claims["cnf"] = map[string]any{"jwk": public[holder]}
			question := map[string]any{
				"ask": "issue", "key": "issuer " + alg, "header": map[string]any{"kid": fmt.Sprint("key-", n)}, "payload": json.RawMessage(g.payload(t)),
				"hidden": steps(g.hidden), "kept": steps(g.kept), "decoys": g.IntN(3), "hash": []string{"sha-256", "sha-384", "sha-512"}[g.IntN(3)],
			}
			v := shownCredential{JWK: public["issuer "+alg], Now: now.Unix(), pub: key.Key}
			if n%2 == 0 {
				v.Nonce = g.name()
				question["holder"], question["kb"] = holder, map[string]any{"iat": now.Unix(), "aud": oracleAudience, "nonce": v.Nonce}
				bound++
			}
			var answer struct {
				Issued, Presented string
				ByHand            bool // the key binding: see tokens-sdjwt.mjs
			}
			if err := p.Ask(question, &answer); err != nil {
				t.Fatal(err)
			}
			hidden += len(g.hidden)
			if answer.ByHand {
				byHand++
			}
			// All that was issued, as the holder gets it.
			whole := v
			whole.Token, whole.Nonce = answer.Issued, ""
			got, err := whole.ours()
			if err != nil {
				t.Fatalf("%s %d: %v\n%s", alg, n, err, answer.Issued)
			}
			sameJSON(t, got.Payload(), g.payload(t))
			v.Token = answer.Presented
			g.bothRead(t, p, fmt.Sprint(alg, " ", n), v)
			g.bothRefuse(t, p, alg, v, answer.Issued)
		}
	}
	t.Logf("%d credentials, %d with key binding (%d by hand), %d disclosures", perAlgorithm*len(oracleAlgorithms), bound, byHand, hidden)
	if byHand*2 > bound {
		t.Errorf("%d of %d were bound by hand", byHand, bound)
	}
}

const oracleAudience = "https://verifier.example"

// oraclePeer is @sd-jwt/sd-jwt-vc in a process of its own.
type oraclePeer struct{ *testkit.Peer }

// A shownCredential is what a verifier gets, and what it knows. A Nonce asks for
// key binding.
type shownCredential struct {
	Ask   string          `json:"ask"`
	Token string          `json:"token"`
	JWK   json.RawMessage `json:"jwk"`
	Nonce string          `json:"nonce,omitempty"`
	Now   int64           `json:"now"`

	pub    crypto.PublicKey
	holder crypto.Signer // nil where the peer has the key
}

func (v shownCredential) ours() (*sdjwt.SDJWT, error) {
	s, err := verify(v.Token, sdjwt.PolicyOf(sdjwt.VC), v.pub)
	if err != nil {
		return nil, err
	}
	o := sdjwt.BindingOptions{At: now}
	if v.Nonce != "" {
		o = required(oracleAudience, v.Nonce)
	}
	if err := s.VerifyBinding(o); err != nil {
		return nil, err
	}
	return s, s.Claims().CheckTimes(now, 0)
}

type readCredential struct {
	Payload json.RawMessage
	Header  map[string]any
	KB      *struct{ Payload map[string]any }
}

func (p oraclePeer) verify(v shownCredential) (readCredential, error) {
	var out readCredential
	v.Ask = "verify"
	err := p.Ask(v, &out)
	return out, err
}

// bothRead checks that we and they read exactly what was kept.
func (g *sample) bothRead(t *testing.T, p oraclePeer, what string, v shownCredential) {
	t.Helper()
	ours, err := v.ours()
	if err != nil {
		t.Fatalf("%s: %v\n%s", what, err, v.Token)
	}
	theirs, err := p.verify(v)
	if err != nil {
		t.Fatalf("%s: %v\n%s", what, err, v.Token)
	}
	gone := func(p sdjwt.Path) bool {
		return contains(g.hidden, p) && !slices.ContainsFunc(g.kept, func(k sdjwt.Path) bool { return k.Within(p) })
	}
	want, err := json.Marshal(without(g.claims, nil, gone))
	if err != nil {
		t.Fatal(err)
	}
	sameJSON(t, ours.Payload(), want)
	sameJSON(t, theirs.Payload, want)
	if theirs.Header["typ"] != "dc+sd-jwt" || theirs.Header["kid"] != ours.Token.Header.KeyID || (theirs.KB != nil) != (v.Nonce != "") {
		t.Errorf("%s: their header is %v and their key binding %v", what, theirs.Header, theirs.KB)
	}
	if theirs.KB != nil && (theirs.KB.Payload["aud"] != oracleAudience || theirs.KB.Payload["iat"] != float64(now.Unix())) {
		t.Errorf("%s: their key binding is %v", what, theirs.KB)
	}
}

func bothRefuse(t *testing.T, p oraclePeer, what string, v shownCredential) {
	t.Helper()
	if _, err := v.ours(); err == nil {
		t.Errorf("%s: we take it\n%s", what, v.Token)
	}
	if _, err := p.verify(v); err == nil {
		t.Errorf("%s: they take it\n%s", what, v.Token)
	} else if !errors.Is(err, testkit.ErrPeer) {
		t.Fatalf("%s: %v", what, err)
	}
}

// bothRefuse changes what is presented as somebody does who has no key.
//
// They pass over a disclosure that has no digest, where RFC 9901, 7.1, step 5 has
// it refused, unless there is a KB-JWT, which says what was sent. Without one they
// must at least not show it.
func (g *sample) bothRefuse(t *testing.T, p oraclePeer, alg string, v shownCredential, issued string) {
	t.Helper()
	what, bad, loose := g.tampered(t, v, issued)
	if !loose || v.Nonce != "" {
		bothRefuse(t, p, alg+": "+what, bad)
		return
	}
	if _, err := bad.ours(); err == nil {
		t.Errorf("%s: %s: we take it\n%s", alg, what, bad.Token)
	}
	theirs, err := p.verify(bad)
	if err != nil && !errors.Is(err, testkit.ErrPeer) {
		t.Fatal(err)
	}
	if bytes.Contains(theirs.Payload, []byte("forged")) {
		t.Errorf("%s: %s: they show it\n%s", alg, what, bad.Token)
	}
}

// tampered changes one thing. Loose tells that it is about a disclosure alone.
func (g *sample) tampered(t *testing.T, v shownCredential, issued string) (what string, bad shownCredential, loose bool) {
	t.Helper()
	parts := strings.Split(v.Token, "~")
	last := len(parts) - 1
	flip := func(part, of int) {
		jws := strings.Split(parts[part], ".")
		raw := []byte(decoded(t, jws[of]))
		raw[g.IntN(len(raw))] ^= 1 << g.IntN(7)
		jws[of] = enc(string(raw))
		parts[part] = strings.Join(jws, ".")
	}
	kinds := 6
	if v.Nonce != "" {
		kinds = 11
	}
	switch kind := g.IntN(kinds); {
	case kind == 0:
		what = "a bit of the payload"
		flip(0, 1)
	case kind == 1:
		what = "a bit of the signature"
		flip(0, 2)
	case kind == 2:
		what = "by the key of somebody else"
		other := p256(t)
		if v.pub.(interface{ Equal(crypto.PublicKey) bool }).Equal(other.Public()) {
			t.Fatal("the same key twice")
		}
		v.JWK, v.pub = json.RawMessage(jwk(t, other)), other.Public()
	case kind == 3 && last > 1:
		what, loose = "another value in a disclosure", true
		i := 1 + g.IntN(last-1)
		var d []any
		if err := json.Unmarshal([]byte(decoded(t, parts[i])), &d); err != nil {
			t.Fatal(err)
		}
		d[len(d)-1] = "forged"
		parts[i] = enc(string(mustJSON(t, d)))
	case kind == 4 && last > 1:
		what, loose = "a disclosure sent twice", true
		parts = slices.Insert(parts, 1, parts[1+g.IntN(last-1)])
	case kind <= 5:
		what, loose = "a disclosure that nobody signed", true
		parts = slices.Insert(parts, last, enc(`["c2FsdA","forged","forged"]`))
	case kind == 6:
		what = "a bit of the key binding's payload"
		flip(last, 1)
	case kind == 7:
		what = "a bit of the key binding's signature"
		flip(last, 2)
	case kind == 8:
		what = "another nonce"
		v.Nonce += "x"
	case kind == 9:
		what = "no key binding"
		parts[last] = ""
	default:
		what = "the key binding of another presentation"
		all := strings.Split(issued, "~")
		if len(all) != len(parts) { // something was left out: now it is all there
			parts = append(all[:len(all)-1], parts[last])
		} else if last > 1 {
			parts = slices.Delete(parts, 1, 2)
		} else {
			flip(last, 2)
		}
	}
	v.Token = strings.Join(parts, "~")
	return what, v, loose
}

// unfit issues, with the right key, what is not to be taken.
func (g *sample) unfit(t *testing.T, s crypto.Signer, v shownCredential) (string, shownCredential) {
	t.Helper()
	what := "expired"
	claims := map[string]any{"vct": "x", "cnf": g.claims["cnf"], "exp": now.Unix() - 1 - g.Int64N(1e6)}
	switch {
	case g.IntN(3) == 0:
		what = "not yet valid"
		delete(claims, "exp")
		claims["nbf"] = now.Unix() + 1 + g.Int64N(1e6)
	case v.Nonce != "":
		what = "bound by the key of somebody else"
		delete(claims, "exp")
		other := p256(t)
		text := token(t, s, sdjwt.TypeVC, string(mustJSON(t, claims)))
		input, err := jose.TokenInput(header(t, other, sdjwt.TypeBinding), mustJSON(t, map[string]any{
			"iat": now.Unix(), "aud": oracleAudience, "nonce": v.Nonce, "sd_hash": dig(text),
		}))
		if err != nil {
			t.Fatal(err)
		}
		kb, err := jose.SignToken(other, input)
		if err != nil {
			t.Fatal(err)
		}
		v.Token = text + string(kb)
		return what, v
	}
	v.Token, v.Nonce = token(t, s, sdjwt.TypeVC, string(mustJSON(t, claims))), ""
	return what, v
}

// A sample is a credential that was made up, what is hidden in it, and what of
// that is shown.
type sample struct {
	*rand.Rand
	claims       map[string]any
	hidden, kept []sdjwt.Path
}

// newSample makes up a credential. With every name also such have dots, which they
// cannot present.
func newSample(seed, number uint64, every bool) *sample {
	g := &sample{Rand: rand.New(rand.NewPCG(seed, number))}
	own := map[string]any{}
	for range 2 + g.IntN(5) {
		own[g.claim(every)] = g.value(3, every)
	}
	for _, p := range places(own, nil) {
		if g.IntN(5) < 2 {
			g.hidden = append(g.hidden, p)
			if g.IntN(2) == 0 {
				g.kept = append(g.kept, p)
			}
		}
	}
	if number%10 == 9 {
		g.hidden, g.kept = nil, nil
	}
	g.claims = own
	g.claims["vct"] = "https://issuer.example/vct/" + fmt.Sprint(number)
	g.claims["vct#integrity"] = sdjwt.Integrity([]byte(g.name()))
	g.claims["iat"] = now.Unix() - g.Int64N(1e6)
	if g.IntN(2) == 0 {
		g.claims["iss"], g.claims["nbf"] = "https://issuer.example", now.Unix()-g.Int64N(1e6)
		g.claims["exp"] = now.Add(time.Hour).Unix() + g.Int64N(1e6)
	}
	return g
}

func (g *sample) payload(t *testing.T) []byte {
	t.Helper()
	return mustJSON(t, g.claims)
}

func (g *sample) name() string {
	pieces := []string{"Anna", "Zoë", "Ελένη", "אברהם", "𠮷野家", "e\u0301", "👩🏽‍🔧", "\x00", "\u2028", "\ufeff", `\`, `"`, "<b>", "~", " ", "\n"}
	text := string(rune('A' + g.IntN(26)))
	for range g.IntN(4) {
		text += pieces[g.IntN(len(pieces))]
	}
	return text
}

func (g *sample) claim(every bool) string {
	if every && g.IntN(5) == 0 {
		return g.name() + []string{".", "[0]", ".0", "#"}[g.IntN(4)]
	}
	return g.name()
}

func (g *sample) value(depth int, every bool) any {
	kinds := 8
	if depth == 0 {
		kinds = 4
	}
	switch g.IntN(kinds) {
	case 0:
		return g.IntN(2) == 0
	case 1:
		return nil
	case 2:
		return float64(g.IntN(2_000_000)-1_000_000) / 8
	case 4, 5:
		list := make([]any, g.IntN(5))
		for i := range list {
			list[i] = g.value(depth-1, every)
		}
		return list
	case 6, 7:
		o := map[string]any{}
		for range g.IntN(5) {
			o[g.claim(every)] = g.value(depth-1, every)
		}
		return o
	}
	return g.name()
}

// steps writes paths as lists of names and numbers.
func steps(paths []sdjwt.Path) [][]any {
	out := make([][]any, len(paths))
	for i, p := range paths {
		for _, s := range p {
			if s.Index < 0 {
				out[i] = append(out[i], s.Name)
			} else {
				out[i] = append(out[i], s.Index)
			}
		}
	}
	return out
}

// signerFor makes a key; the one for RSA is always the same.
func signerFor(t *testing.T, alg string) crypto.Signer {
	t.Helper()
	switch alg {
	case keys.ES256:
		return p256(t)
	case keys.ES384:
		return p384(t)
	case keys.RS256:
		return rsaKey()
	}
	return ed(t)
}

var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(crand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
})

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
