package jose_test

import (
	"bytes"
	"crypto"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/jose"
)

// tokens is a policy for tokens of no special kind.
var tokens = jose.Policy{Algorithms: append(slices.Clone(jose.TokenAlgorithms), keys.ES512), Types: []string{"test+jwt"}}

func TestTokenRoundTrip(t *testing.T) {
	t.Parallel()
	for alg, s := range signers() {
		for _, signer := range []crypto.Signer{s, opaque{s}} {
			h := jose.TokenHeader{Algorithm: alg, Type: "test+jwt", ContentType: "x", KeyID: kid}
			input, err := jose.TokenInput(h, []byte("any bytes \x00\xff"))
			if err != nil {
				t.Fatalf("%s: %v", alg, err)
			}
			if again, err := jose.TokenInput(h, []byte("any bytes \x00\xff")); err != nil || !bytes.Equal(input, again) {
				t.Errorf("%s: the same arguments gave %s and %s, %v", alg, input, again, err)
			}
			token, err := jose.SignToken(signer, input)
			if err != nil || !bytes.HasPrefix(token, append(input, '.')) {
				t.Fatalf("%s: %s, %v", alg, token, err)
			}
			j, err := jose.ParseCompact(token, tokens)
			if err != nil {
				t.Fatalf("%s: %v", alg, err)
			}
			if j.Header.Algorithm != alg || j.Header.KeyID != kid || j.Header.ContentType != "x" || string(j.Payload) != "any bytes \x00\xff" || !bytes.Equal(j.Input, input) {
				t.Errorf("%s: read as %+v", alg, j)
			}
			want(t, alg, j.Verify(s.Public()), "")
			for other, o := range signers() {
				if !keys.Fits(o.Public(), alg) {
					want(t, alg+" with the key of "+other, j.Verify(o.Public()), proof.Header)
				}
			}
			want(t, alg+" without a key", j.Verify(nil), proof.Key)
		}
	}
	if _, err := jose.ParseCompact([]byte(tokenOf(t, p521Key(), keys.ES512, `{"alg":"ES512","typ":"vc+jwt"}`, document)), jose.Policy{Algorithms: jose.TokenAlgorithms, Types: []string{"vc+jwt"}}); err == nil {
		t.Error("ES512 was taken where no policy lists it")
	}
}

func TestTokenHeaderOrder(t *testing.T) {
	t.Parallel()
	cert := certify(t, ecKey())
	input, err := jose.TokenInput(jose.TokenHeader{Algorithm: "ES256", Type: "vc+jwt", ContentType: "vc", KeyID: "a<b", Certificates: []*x509.Certificate{cert}}, nil)
	if err == nil {
		t.Errorf("a kid that nobody would accept was written: %s", input)
	}
	input, err = jose.TokenInput(jose.TokenHeader{Algorithm: "ES256", Type: "vc+jwt", ContentType: "vc", KeyID: kid, Certificates: []*x509.Certificate{cert, cert}}, []byte("{}"))
	if err != nil {
		t.Fatal(err)
	}
	head, rest, _ := strings.Cut(string(input), ".")
	x5c, err := json.Marshal([][]byte{cert.Raw, cert.Raw})
	if err != nil {
		t.Fatal(err)
	}
	if got, wanted := string(unb64(t, head)), `{"alg":"ES256","typ":"vc+jwt","cty":"vc","kid":"`+kid+`","x5c":`+string(x5c)+`}`; got != wanted || rest != "e30" {
		t.Errorf("%s.%s, want %s.e30", got, rest, wanted)
	}
}

func TestTokenInputRefuses(t *testing.T) {
	t.Parallel()
	cert := certify(t, ecKey())
	for what, h := range map[string]jose.TokenHeader{
		"no alg":                  {Type: "x"},
		"alg none":                {Algorithm: "none", Type: "x"},
		"alg HS256":               {Algorithm: "HS256", Type: "x"},
		"kid with a line break":   {Algorithm: "ES256", Type: "x", KeyID: "a\r\nb"},
		"typ with a space":        {Algorithm: "ES256", Type: "a b"},
		"certificate of another":  {Algorithm: "ES384", Type: "x", Certificates: []*x509.Certificate{cert}},
		"private jwk":             {Algorithm: "ES256", Type: "x", JWK: json.RawMessage(strings.Replace(jwkOf(t, ecKey()), "{", `{"d":"AA",`, 1))},
		"jwk of another":          {Algorithm: "ES384", Type: "x", JWK: json.RawMessage(jwkOf(t, ecKey()))},
		"jwk beside kid":          {Algorithm: "ES256", Type: "x", KeyID: "a", JWK: json.RawMessage(jwkOf(t, ecKey()))},
		"jwk beside certificates": {Algorithm: "ES256", Type: "x", Certificates: []*x509.Certificate{cert}, JWK: json.RawMessage(jwkOf(t, ecKey()))},
		"jwk no JSON":             {Algorithm: "ES256", Type: "x", JWK: json.RawMessage("{")},
	} {
		if input, err := jose.TokenInput(h, []byte("{}")); err == nil {
			t.Errorf("%s: %s", what, input)
		}
	}
	if _, err := jose.TokenInput(jose.TokenHeader{Algorithm: "ES256", Type: "x"}, make([]byte, 3<<20)); err == nil {
		t.Error("a token that nobody would read was written")
	}
}

// A device that answers for another key, or wrongly, is found at once.
type liar struct {
	crypto.Signer
	by crypto.Signer
}

func (l liar) Sign(r io.Reader, d []byte, o crypto.SignerOpts) ([]byte, error) {
	return l.by.Sign(r, d, o)
}

func TestSignTokenRefuses(t *testing.T) {
	t.Parallel()
	input := []byte(b64(`{"alg":"ES256","typ":"x"}`) + ".e30")
	for what, c := range map[string]struct {
		s     crypto.Signer
		input string
	}{
		"key of another kind":    {rsaKey(), string(input)},
		"key on another curve":   {p384Key(), string(input)},
		"a device that lies":     {liar{ecKey(), newEC(elliptic.P256())}, string(input)},
		"no header":              {ecKey(), "e30"},
		"header no base64":       {ecKey(), "*.e30"},
		"header no JSON":         {ecKey(), "AA.e30"},
		"alg none":               {ecKey(), b64(`{"alg":"none"}`) + ".e30"},
		"alg HS256":              {ecKey(), b64(`{"alg":"HS256"}`) + ".e30"},
		"alg of another (EdDSA)": {ecKey(), b64(`{"alg":"EdDSA"}`) + ".e30"},
		"without alg":            {ecKey(), "e30.e30"},
	} {
		if token, err := jose.SignToken(c.s, []byte(c.input)); err == nil {
			t.Errorf("%s: %s", what, token)
		}
	}
	if _, err := jose.SignToken(ecKey(), input); err != nil {
		t.Error(err)
	}
}

func TestParseCompactForm(t *testing.T) {
	t.Parallel()
	good := tokenOf(t, ecKey(), keys.ES256, `{"alg":"ES256","typ":"test+jwt"}`, "{}")
	parts := strings.Split(good, ".")
	for what, c := range map[string]struct {
		token string
		code  proof.Code
	}{
		"as it is":               {good, ""},
		"nothing":                {"", proof.Malformed},
		"one part":               {parts[0], proof.Malformed},
		"two parts":              {parts[0] + "." + parts[1], proof.Malformed},
		"four parts":             {good + ".", proof.Malformed},
		"five parts":             {good + ".AA.AA", proof.Malformed},
		"an SD-JWT":              {good + "~", proof.Signature},
		"a stop in front":        {"." + good, proof.Malformed},
		"two stops":              {strings.Replace(good, ".", "..", 1), proof.Malformed},
		"no header":              {"." + parts[1] + "." + parts[2], proof.Malformed},
		"space in front":         {" " + good, proof.Malformed},
		"space in the payload":   {parts[0] + ". " + parts[1] + "." + parts[2], proof.Malformed},
		"line break behind":      {good + "\n", proof.Signature},
		"CR LF behind":           {good + "\r\n", proof.Signature},
		"line break in header":   {parts[0][:9] + "\n" + parts[0][9:] + "." + parts[1] + "." + parts[2], proof.Malformed},
		"NUL behind":             {good + "\x00", proof.Signature},
		"NUL in front":           {"\x00" + good, proof.Malformed},
		"header padded":          {b64(`{"alg":"ES256","typ":"test+jwt"} `) + "=." + parts[1] + "." + parts[2], proof.Malformed},
		"payload padded":         {parts[0] + "." + parts[1] + "=." + parts[2], proof.Malformed},
		"signature padded":       {good + "==", proof.Signature},
		"header no JSON":         {"AAAA." + parts[1] + "." + parts[2], proof.Malformed},
		"header a list":          {b64(`["alg"]`) + "." + parts[1] + "." + parts[2], proof.Malformed},
		"JSON serialisation":     {`{"protected":"` + parts[0] + `","payload":"` + parts[1] + `","signature":"` + parts[2] + `"}`, proof.Malformed},
		"a mark":                 {"\xef\xbb\xbf" + good, proof.Malformed},
		"with Bearer":            {"Bearer " + good, proof.Malformed},
		"large":                  {good + strings.Repeat("A", 3<<20), proof.Resources},
		"large header":           {b64(`{"alg":"ES256","typ":"test+jwt","a":"`+strings.Repeat("a", 128<<10)+`"}`) + "." + parts[1] + "." + parts[2], proof.Resources},
		"three million stops":    {strings.Repeat(".", 3<<20), proof.Malformed},
		"an encrypted token":     {b64(`{"alg":"ES256","typ":"test+jwt","enc":"A128GCM"}`) + "." + parts[1] + "." + parts[2], proof.Header},
		"detached":               {parts[0] + ".." + parts[2], proof.Signature},
		"payload of another one": {parts[0] + "." + b64("[]") + "." + parts[2], proof.Signature},
	} {
		j, err := jose.ParseCompact([]byte(c.token), tokens)
		if err == nil {
			err = j.Verify(ecKey().Public())
		}
		want(t, what, err, c.code)
	}
}

// ParseCompact keeps nothing of the bytes it was given.
func TestParseCompactOwnsItsBytes(t *testing.T) {
	t.Parallel()
	token := []byte(tokenOf(t, ecKey(), keys.ES256, `{"alg":"ES256","typ":"test+jwt"}`, "{}"))
	j, err := jose.ParseCompact(token, tokens)
	if err != nil {
		t.Fatal(err)
	}
	clear(token)
	want(t, "overwritten", j.Verify(ecKey().Public()), "")
}

func TestEmbeddedKey(t *testing.T) {
	t.Parallel()
	open := tokens
	open.EmbeddedKey = true
	x5c, _ := certificate()
	for what, c := range map[string]struct {
		more string
		code proof.Code
	}{
		"the key":             {`"jwk":` + jwkOf(t, ecKey()), ""},
		"another key":         {`"jwk":` + jwkOf(t, newEC(elliptic.P256())), proof.Key},
		"a key for ES384":     {`"jwk":` + jwkOf(t, p384Key()), proof.Header},
		"a private key":       {`"jwk":` + strings.Replace(jwkOf(t, ecKey()), "{", `{"d":"AA",`, 1), proof.Key},
		"a secret":            {`"jwk":{"kty":"oct","k":"AAAA"}`, proof.Key},
		"null":                {`"jwk":null`, proof.Key},
		"a string":            {`"jwk":"AA"`, proof.Key},
		"beside kid":          {`"kid":"a","jwk":` + jwkOf(t, ecKey()), proof.Key},
		"beside x5c":          {`"x5c":["` + x5c + `"],"jwk":` + jwkOf(t, ecKey()), proof.Key},
		"beside jku":          {`"jku":"https://a.example","jwk":` + jwkOf(t, ecKey()), proof.Key},
		"beside x5u":          {`"x5u":"https://a.example","jwk":` + jwkOf(t, ecKey()), proof.Key},
		"twice":               {`"jwk":` + jwkOf(t, ecKey()) + `,"jwk":` + jwkOf(t, ecKey()), proof.Malformed},
		"for encryption":      {`"jwk":` + strings.Replace(jwkOf(t, ecKey()), "{", `{"use":"enc",`, 1), proof.Key},
		"with a doubled name": {`"jwk":` + strings.Replace(jwkOf(t, ecKey()), "{", `{"kty":"EC",`, 1), proof.Malformed},
	} {
		token := tokenOf(t, ecKey(), keys.ES256, `{"alg":"ES256","typ":"test+jwt",`+c.more+`}`, "{}")
		j, err := jose.ParseCompact([]byte(token), open)
		if err == nil {
			if j.Header.Key == nil {
				t.Errorf("%s: no key", what)
			}
			err = j.Verify(ecKey().Public())
		}
		want(t, what, err, c.code)
		if _, err := jose.ParseCompact([]byte(token), tokens); err == nil {
			t.Errorf("%s: taken by a policy that does not allow it", what)
		}
	}
}

// TV-15: a certificate in x5c must be for the key that the issuer is known by.
func TestTV15LeafOfAnotherKey(t *testing.T) {
	t.Parallel()
	other := newEC(elliptic.P256())
	for what, c := range map[string]struct {
		cert *x509.Certificate
		by   crypto.Signer
		code proof.Code
	}{
		"the issuer's":           {certify(t, ecKey()), ecKey(), ""},
		"of another key":         {certify(t, other), ecKey(), proof.Key},
		"of the forger's key":    {certify(t, other), other, proof.Key},
		"of another kind of key": {certify(t, p384Key()), ecKey(), proof.Header},
	} {
		x5c := string(written(t, [][]byte{c.cert.Raw}))
		token := tokenOf(t, c.by, keys.ES256, `{"alg":"ES256","typ":"vc+jwt","kid":"`+kid+`","x5c":`+x5c+`}`, document)
		want(t, what, check(token, ecKey().Public()), c.code)
	}
	j, err := jose.ParseCompact([]byte(tokenOf(t, ecKey(), keys.ES256, `{"alg":"ES256","typ":"test+jwt"}`, "{}")), tokens)
	if err != nil {
		t.Fatal(err)
	}
	_, err = j.Header.Chain()
	want(t, "chain of none", err, proof.Key)
	j.Header.Certificates = []*x509.Certificate{certify(t, ecKey()), certify(t, other)}
	_, err = j.Header.Chain()
	want(t, "chain that is none", err, proof.Key)
}

func FuzzParseCompact(f *testing.F) {
	for alg, s := range signers() {
		f.Add([]byte(tokenOf(f, s, alg, `{"alg":"`+alg+`","typ":"test+jwt","kid":"`+kid+`"}`, "{}")))
	}
	f.Add([]byte(tokenOf(f, ecKey(), keys.ES256, `{"alg":"ES256","typ":"test+jwt","jwk":`+jwkOf(f, ecKey())+`}`, "{}")))
	f.Add([]byte(`e30..`))
	open := tokens
	open.EmbeddedKey = true
	f.Fuzz(func(t *testing.T, token []byte) {
		j, err := jose.ParseCompact(token, open)
		if err != nil {
			return
		}
		// What was accepted is written in one way only.
		again := b64(string(unb64(t, strings.Split(string(token), ".")[0]))) + "." + b64(string(j.Payload)) + "." + b64(string(j.Signature))
		if again != string(token) || string(j.Input)+"."+b64(string(j.Signature)) != string(token) {
			t.Fatalf("%q is another spelling of %q", token, again)
		}
		if !slices.Contains(open.Algorithms, j.Header.Algorithm) || j.Header.Unencoded {
			t.Fatalf("accepted with header %+v", j.Header)
		}
		if s := signers()[j.Header.Algorithm]; j.Verify(s.Public()) == nil && !bytes.HasSuffix(j.Input, []byte(".e30")) {
			t.Fatalf("a forged token verifies: %q", token)
		}
	})
}
