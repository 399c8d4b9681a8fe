package jose_test

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	crand "crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/jose"
)

// perAlgorithm is how many credentials each algorithm signs in each direction.
const perAlgorithm = 60

// oracleTime is what the clocks of both say.
var oracleTime = time.Unix(1764072000, 0)

// TestOracle compares credentials as tokens with npm jose: what we sign it
// verifies, letter for letter, what it signs we verify, and what was changed, or
// should never have been signed, neither takes.
func TestOracle(t *testing.T) {
	t.Parallel()
	p := josePeer{testkit.Node(t, []string{"jose"}, "tokens.mjs", "jose")}
	t.Run("OursByTheirs", func(t *testing.T) { oursByTheirs(t, p) })
	t.Run("TheirsByOurs", func(t *testing.T) { theirsByOurs(t, p) })
}

func oursByTheirs(t *testing.T, p josePeer) {
	for i, alg := range jose.TokenAlgorithms {
		g := generator{rand.New(rand.NewPCG(1, uint64(i)))}
		s := signers()[alg]
		leaf := certify(t, s)
		for n := range perAlgorithm {
			document := written(t, g.credential(true))
			h := jose.TokenHeader{Algorithm: alg, KeyID: fmt.Sprint(kid, g.IntN(100))}
			if g.one(2) {
				h.Certificates = []*x509.Certificate{leaf}
			}
			input, err := jose.SigningInputVC(document, h)
			if err != nil {
				t.Fatalf("%s %d: %v\n%s", alg, n, err, document)
			}
			token, err := jose.SignToken(s, input)
			if err != nil {
				t.Fatalf("%s %d: %v", alg, n, err)
			}
			v := verification{Token: string(token), Alg: alg, Typ: "vc+jwt", JWK: json.RawMessage(jwkOf(t, s)), pub: s.Public()}
			got, err := p.verify(v)
			if err != nil {
				t.Fatalf("%s %d: %v\n%s", alg, n, err, token)
			}
			header := map[string]any{"alg": alg, "typ": "vc+jwt", "cty": "vc", "kid": h.KeyID}
			if h.Certificates != nil {
				header["x5c"] = []any{base64.StdEncoding.EncodeToString(leaf.Raw)}
			}
			if !bytes.Equal(unb64(t, got.Payload), document) || !reflect.DeepEqual(got.Header, header) {
				t.Errorf("%s %d: read as %+v, want %v and %s", alg, n, got, header, document)
			}
			what, bad := g.tampered(t, v)
			p.bothRefuse(t, what, bad)
			what, bad = g.unfit(t, v, s)
			p.bothRefuse(t, what, bad)
		}
	}
	t.Logf("%d credentials", perAlgorithm*len(jose.TokenAlgorithms))
}

func theirsByOurs(t *testing.T, p josePeer) {
	for i, alg := range jose.TokenAlgorithms {
		g := generator{rand.New(rand.NewPCG(2, uint64(i)))}
		var jwk struct{ JWK json.RawMessage }
		if err := p.Ask(map[string]any{"ask": "newKey", "name": alg, "alg": alg}, &jwk); err != nil {
			t.Fatal(err)
		}
		key, err := keys.ParseJWK(jwk.JWK)
		if err != nil {
			t.Fatalf("%s: %v\n%s", alg, err, jwk.JWK)
		}
		for n := range perAlgorithm {
			document := g.credential(false)
			header := map[string]any{"alg": alg, "typ": "vc+jwt", "kid": fmt.Sprint(kid, g.IntN(100))}
			if g.one(2) {
				header["cty"] = "vc"
			}
			var signed struct{ Token string }
			if err := p.Ask(map[string]any{"ask": "sign", "key": alg, "header": header, "document": document}, &signed); err != nil {
				t.Fatal(err)
			}
			v := verification{Token: signed.Token, Alg: alg, Typ: "vc+jwt", JWK: jwk.JWK, pub: key.Key}
			vc, err := v.ours()
			if err != nil {
				t.Fatalf("%s %d: %v\n%s", alg, n, err, signed.Token)
			}
			var read any
			if err := json.Unmarshal(vc.Document, &read); err != nil {
				t.Fatal(err)
			}
			var want any
			if err := json.Unmarshal(written(t, document), &want); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(read, want) || vc.KeyID != header["kid"] {
				t.Errorf("%s %d: read as %s, want %s", alg, n, vc.Document, written(t, document))
			}
			if _, err := p.verify(v); err != nil {
				t.Fatalf("%s %d: they refuse what is theirs: %v", alg, n, err)
			}
			what, bad := g.tampered(t, v)
			p.bothRefuse(t, what, bad)
		}
	}
	t.Logf("%d credentials", perAlgorithm*len(jose.TokenAlgorithms))
}

// josePeer is npm jose in a process of its own.
type josePeer struct{ *testkit.Peer }

// A verification is a token with the one key that may have signed it.
type verification struct {
	Ask   string          `json:"ask"`
	Token string          `json:"token"`
	JWK   json.RawMessage `json:"jwk"`
	Alg   string          `json:"alg"`
	Typ   string          `json:"typ"`
	Now   int64           `json:"now"`

	pub crypto.PublicKey
}

type verified struct {
	Header  map[string]any
	Payload string
}

func (p josePeer) verify(v verification) (verified, error) {
	var out verified
	v.Ask, v.Now = "verify", oracleTime.Unix()
	err := p.Ask(v, &out)
	return out, err
}

// ours is the same by our code. Of the algorithms only the one is let pass.
func (v verification) ours() (*jose.VC, error) {
	vc, err := jose.VCPolicy{Algorithms: []string{v.Alg}}.ParseVC([]byte(v.Token))
	if err != nil {
		return nil, err
	}
	if err := vc.Verify(v.pub); err != nil {
		return nil, err
	}
	return vc, vc.Claims.CheckTimes(oracleTime, 0)
}

func (p josePeer) bothRefuse(t *testing.T, what string, v verification) {
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

// another makes a key that signed nothing. The one for RSA is always the same.
func another(t *testing.T, alg string) crypto.Signer {
	t.Helper()
	switch alg {
	case keys.RS256:
		return otherRSA()
	case keys.ES256:
		return newEC(elliptic.P256())
	case keys.ES384:
		return newEC(elliptic.P384())
	}
	_, k, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

var otherRSA = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(crand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
})

// A generator makes up credentials, and what is wrong with them.
type generator struct{ *rand.Rand }

func (g generator) one(in int) bool { return g.IntN(in) == 0 }

// pieces are what names are made of: many scripts, both directions, controls,
// what JSON and HTML escape.
var pieces = []string{
	"Anna", "Zoë", "Łódź", "Ελένη", "אברהם", "محمد", "𠮷野家", "e\u0301", "👩🏽‍🔧", "\x00", "\x1f", "\x7f", "\u2028", "\ufeff", "\u202e",
	"\t", "\n", `\`, `"`, "<b>", "&amp;", "{{x}}", "/", "%20", " ", ".", "~", "=",
}

func (g generator) name() string {
	var b strings.Builder
	b.WriteByte(byte('a' + g.IntN(26)))
	for range g.IntN(5) {
		b.WriteString(pieces[g.IntN(len(pieces))])
	}
	return b.String()
}

// value makes a value of any sort; where it will be compared as it is written, with
// numbers that JavaScript does not hold.
func (g generator) value(depth int, exact bool) any {
	kinds := 8
	if depth == 0 {
		kinds = 6
	}
	switch g.IntN(kinds) {
	case 0:
		return g.one(2)
	case 1:
		return nil
	case 2:
		if exact {
			return json.Number([]string{"4.0", "9223372036854775807", "-0", "1e-7", "0.1E2", "100000000000000000000.5"}[g.IntN(6)])
		}
		return g.IntN(2_000_000) - 1_000_000
	case 3:
		return float64(g.IntN(1_000_000)) / 64
	case 6:
		list := make([]any, g.IntN(4))
		for i := range list {
			list[i] = g.value(depth-1, exact)
		}
		return list
	case 7:
		o := map[string]any{}
		for range g.IntN(5) {
			o[g.name()] = g.value(depth-1, exact)
		}
		return o
	}
	return g.name()
}

// credential makes up a credential, with registered claims beside it now and
// then.
func (g generator) credential(exact bool) map[string]any {
	id := fmt.Sprintf("urn:uuid:%08x-0000-4000-8000-%012x", g.Uint32(), g.Uint32())
	const issuer = "did:web:body.example:bodies:nova"
	c := map[string]any{
		"@context": []any{"https://www.w3.org/ns/credentials/v2"}, "type": []any{"VerifiableCredential"}, "id": id,
		"issuer": map[string]any{"id": issuer, "name": g.name()}, "validFrom": "2025-11-25T12:00:00Z",
		"credentialSubject": map[string]any{"name": g.name(), "achieved": g.value(3, exact), "more": g.value(3, exact)},
	}
	if g.one(2) {
		c["issuer"] = issuer
	}
	if g.one(3) {
		c["iss"], c["jti"] = issuer, id
	}
	if g.one(3) {
		c["iat"], c["nbf"], c["exp"] = oracleTime.Unix()-g.Int64N(1e6), oracleTime.Unix()-g.Int64N(1e6), oracleTime.Unix()+1+g.Int64N(1e6)
	}
	return c
}

// tampered changes a token as somebody does who does not have the key, or asks
// for it with the key of somebody else.
func (g generator) tampered(t *testing.T, v verification) (string, verification) {
	t.Helper()
	parts := strings.Split(v.Token, ".")
	flip := func(n int) {
		raw := unb64(t, parts[n])
		raw[g.IntN(len(raw))] ^= 1 << g.IntN(7)
		parts[n] = b64(string(raw))
	}
	what := ""
	switch g.IntN(8) {
	case 0:
		what = "a bit of the header"
		flip(0)
	case 1:
		what = "a bit of the payload"
		flip(1)
	case 2:
		what = "a bit of the signature"
		flip(2)
	case 3:
		what = "a shorter signature"
		raw := unb64(t, parts[2])
		parts[2] = b64(string(raw[:g.IntN(len(raw))]))
	case 4:
		what = "a claim more"
		parts[1] = b64(strings.TrimSuffix(string(unb64(t, parts[1])), "}") + `,"more":1}`)
	case 5:
		what = "without an algorithm"
		parts[0], parts[2] = b64(`{"alg":"none","typ":"vc+jwt"}`), ""
	case 6:
		what = "the public key as a secret"
		parts[0] = b64(`{"alg":"HS256","typ":"vc+jwt"}`)
		m := hmac.New(sha256.New, v.JWK)
		m.Write([]byte(parts[0] + "." + parts[1]))
		parts[2] = b64(string(m.Sum(nil)))
	case 7:
		what = "by the key of somebody else"
		s := another(t, v.Alg)
		v.JWK, v.pub = json.RawMessage(jwkOf(t, s)), s.Public()
	}
	v.Token = strings.Join(parts, ".")
	return v.Alg + ", " + what, v
}

// unfit signs, with the right key, what no issuer signs.
func (g generator) unfit(t *testing.T, v verification, s crypto.Signer) (string, verification) {
	t.Helper()
	header := map[string]any{"alg": v.Alg, "typ": v.Typ, "kid": kid}
	c := g.credential(false)
	what := ""
	switch g.IntN(7) {
	case 0:
		what, header["typ"] = "another typ", []string{"JWT", "vc+sd-jwt", "statuslist+jwt", "vp+jwt"}[g.IntN(4)]
	case 1:
		what = "no typ"
		delete(header, "typ")
	case 2:
		what, header["crit"], header["x"] = "an unknown extension", []string{"x"}, 1
	case 3:
		what, header["crit"] = "an empty crit", []string{}
	case 4:
		what, c["exp"] = "expired", oracleTime.Unix()-1-g.Int64N(1e6)
	case 5:
		what, c["nbf"] = "not yet valid", oracleTime.Unix()+1+g.Int64N(1e6)
	case 6:
		what, c["exp"] = "a time in words", "2030-01-01T00:00:00Z"
	}
	v.Token = tokenOf(t, s, v.Alg, string(written(t, header)), string(written(t, c)))
	return v.Alg + ", " + what, v
}
