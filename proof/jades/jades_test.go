package jades_test

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/keys/private"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/jades"
	"github.com/probatum/probatum/proof/jose"
)

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// payload has what JSON strings must escape, what HTML would, and more than
// ASCII.
const payload = `{"id":"urn:credential:1","type":["VerifiableCredential"],"title":{"de":"Prüfung „Licht“ <b>&amp;</b>","en":"a\nb\t\"c\" \\ / ` +
	"\u2028\u2029 \U0001F4A1" + `"},"grade":2.0,"@context":["x"]}`

var demos = map[string]func() *private.Demo{
	keys.RS256: sync.OnceValue(func() *private.Demo { return newDemo(keys.RS256) }),
	keys.ES256: sync.OnceValue(func() *private.Demo { return newDemo(keys.ES256) }),
}

func newDemo(alg string) *private.Demo {
	d, err := private.NewDemo(private.DemoConfig{
		Name: "Nordlicht", OrganizationID: "VATDE-000000000", Country: "DE",
		Algorithm: alg, RSABits: 2048, Now: noon.Add(-time.Hour),
	})
	if err != nil {
		panic(err)
	}
	return d
}

// seal makes a sealed file of ours.
func seal(t testing.TB, d *private.Demo, payload string) []byte {
	t.Helper()
	input, err := jades.SigningInput([]byte(payload), d.Chain, noon)
	if err != nil {
		t.Fatal(err)
	}
	sig, err := jades.Sign(input, d.Seal)
	if err != nil {
		t.Fatal(err)
	}
	file, err := jades.Assemble(input, sig)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// A header is a protected header as its members in order, for tests that sign
// what the product would not.
type header []member

type member struct{ name, value string }

// ours gives the header that the product would write.
func ours(t testing.TB, d *private.Demo) header {
	t.Helper()
	input, err := jades.SigningInput([]byte(payload), d.Chain, noon)
	if err != nil {
		t.Fatal(err)
	}
	protected, _, _ := bytes.Cut(input, []byte("."))
	raw, err := base64.RawURLEncoding.DecodeString(string(protected))
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	if _, err := dec.Token(); err != nil {
		t.Fatal(err)
	}
	var h header
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			t.Fatal(err)
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			t.Fatal(err)
		}
		h = append(h, member{name.(string), string(value)})
	}
	return h
}

// with gives the header with one member changed or added; an empty value takes
// it away.
func (h header) with(name, value string) header {
	var out header
	done := false
	for _, m := range h {
		if m.name == name {
			m.value, done = value, true
		}
		if m.value != "" {
			out = append(out, m)
		}
	}
	if !done && value != "" {
		out = append(out, member{name, value})
	}
	return out
}

func (h header) text() string {
	parts := make([]string, len(h))
	for i, m := range h {
		parts[i] = quote(m.name) + ":" + m.value
	}
	return "{" + strings.Join(parts, ",") + "}"
}

func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// signed rightly signs any protected header over any payload text.
func signed(t testing.TB, key crypto.Signer, protected, payload string) (p64, sig64 string) {
	t.Helper()
	p64 = base64.RawURLEncoding.EncodeToString([]byte(protected))
	alg, err := keys.Algorithm(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	sig, err := jose.Sign(key, alg, []byte(p64+"."+payload))
	if err != nil {
		t.Fatal(err)
	}
	return p64, base64.RawURLEncoding.EncodeToString(sig)
}

// general writes general JSON; more goes into the signature object.
func general(p64, payload, sig64, more string) []byte {
	return []byte(`{"payload":` + quote(payload) + `,"signatures":[{"protected":"` + p64 + `"` + more + `,"signature":"` + sig64 + `"}]}`)
}

// file signs a header over the payload and writes general JSON.
func file(t testing.TB, key crypto.Signer, protected string) []byte {
	t.Helper()
	p64, sig64 := signed(t, key, protected, payload)
	return general(p64, payload, sig64, "")
}

// verify parses and verifies.
func verify(data []byte) (*jades.File, error) {
	f, err := jades.Parse(data)
	if err != nil {
		return nil, err
	}
	return f, f.VerifySignature()
}

// want fails unless err is a refusal with this code; "" wants none.
func want(t testing.TB, what string, err error, code proof.Code) {
	t.Helper()
	if len(what) > 80 {
		what = what[:80] + "…"
	}
	if code == "" {
		if err != nil {
			t.Errorf("%s: refused: %v", what, err)
		}
		return
	}
	e, ok := errors.AsType[*proof.Error](err)
	switch {
	case !ok:
		t.Errorf("%s: error %v, want code %s", what, err, code)
	case e.Code != code:
		t.Errorf("%s: code %s (%v), want %s", what, e.Code, e, code)
	}
}

func TestSealAndVerify(t *testing.T) {
	t.Parallel()
	for alg, demo := range demos {
		d := demo()
		data := seal(t, d, payload)
		f, err := verify(data)
		if err != nil {
			t.Fatalf("%s: %v", alg, err)
		}
		if string(f.Payload) != payload {
			t.Errorf("%s: payload came back as %s", alg, f.Payload)
		}
		if f.Algorithm != alg || f.Type != "jose+json" || f.ContentType != "octet-stream" || f.Serialization != jades.General || !f.SigT.Equal(noon) {
			t.Errorf("%s: read as %s, %q, %q at %s", alg, f.Algorithm, f.Type, f.ContentType, f.SigT)
		}
		if len(f.Certificates) != 2 || !f.Certificates[0].Equal(d.Chain.Leaf) || !f.Certificates[1].Equal(d.Issuing) {
			t.Errorf("%s: %d certificates", alg, len(f.Certificates))
		}
		if f.Damage != nil || f.Times() != nil || f.ContentTimeStamps != nil || f.Extra != nil {
			t.Errorf("%s: found what is not there", alg)
		}
		input, sig := f.Signed()
		again, err := jades.Assemble(input, sig)
		if err != nil || !bytes.Equal(again, data) {
			t.Errorf("%s: assembling again gives another file (%v)", alg, err)
		}
	}
}

// The file is written as the Commission's are: elm.md, 2.
func TestForm(t *testing.T) {
	t.Parallel()
	for alg, demo := range demos {
		d := demo()
		data := seal(t, d, payload)
		if bytes.ContainsAny(bytes.ReplaceAll(data, []byte(quoteInner(payload)), nil), " \n\r\t") {
			t.Errorf("%s: white space outside the payload", alg)
		}
		if bytes.Contains(data, []byte(`\u003c`)) || !bytes.Contains(data, []byte("ü")) {
			t.Errorf("%s: payload is escaped more than needed", alg)
		}
		var form struct {
			Payload    string
			Signatures []map[string]string
		}
		if err := json.Unmarshal(data, &form); err != nil {
			t.Fatal(err)
		}
		if form.Payload != payload || len(form.Signatures) != 1 || len(form.Signatures[0]) != 2 {
			t.Errorf("%s: form %+v", alg, form)
		}
		if !bytes.HasPrefix(data, []byte(`{"payload":"`)) {
			t.Errorf("%s: begins with %s", alg, data[:20])
		}
		h := ours(t, d)
		var names []string
		for _, m := range h {
			names = append(names, m.name)
		}
		if diff := cmp.Diff([]string{"alg", "cty", "kid", "x5t#S256", "x5c", "typ", "b64", "sigT", "crit"}, names); diff != "" {
			t.Errorf("%s: members (-want +got):\n%s", alg, diff)
		}
		for _, m := range h {
			exact := map[string]string{
				"alg": quote(alg), "cty": `"octet-stream"`, "typ": `"jose+json"`, "b64": "false",
				"sigT": `"2026-11-25T12:00:00Z"`, "crit": `["b64","sigT"]`,
			}
			if w, ok := exact[m.name]; ok && m.value != w {
				t.Errorf("%s: %s is %s, want %s", alg, m.name, m.value, w)
			}
		}
		one, _ := jades.SigningInput([]byte(payload), d.Chain, noon)
		two, _ := jades.SigningInput([]byte(payload), d.Chain, noon.In(time.FixedZone("", 7200)).Add(300*time.Millisecond))
		if !bytes.Equal(one, two) {
			t.Errorf("%s: the same arguments give other bytes", alg)
		}
	}
}

// quoteInner is s as it stands between the quotes of our files.
func quoteInner(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic(err)
	}
	return strings.Trim(strings.TrimSuffix(b.String(), "\n"), `"`)
}

func TestSigningInputRefuses(t *testing.T) {
	t.Parallel()
	d := demos[keys.ES256]()
	for what, c := range map[string]struct {
		payload string
		chain   keys.Chain
		at      time.Time
	}{
		"no payload":          {"", d.Chain, noon},
		"payload not UTF-8":   {"\xff", d.Chain, noon},
		"expired certificate": {payload, d.Chain, noon.AddDate(2, 0, 0)},
		"certificate to come": {payload, d.Chain, noon.Add(-2 * time.Hour)},
		"authority as seal":   {payload, keys.Chain{Leaf: d.Issuing}, noon},
		"no certificate":      {payload, keys.Chain{}, noon},
	} {
		if _, err := jades.SigningInput([]byte(c.payload), c.chain, c.at); err == nil {
			t.Errorf("%s: accepted", what)
		}
	}
	for _, input := range []string{"", "abc", "a.", "=.x", "YQ.\xff", "Y Q.x"} {
		if _, err := jades.Assemble([]byte(input), []byte("sig")); err == nil {
			t.Errorf("assembled from %q", input)
		}
	}
}

// However the payload is escaped, the bytes that were signed are the same.
func TestPayloadEscapes(t *testing.T) {
	t.Parallel()
	d := demos[keys.ES256]()
	p64, sig64 := signed(t, d.Seal, ours(t, d).text(), payload)
	everything := func(s string) string {
		var b strings.Builder
		for _, r := range s {
			if r > 0xffff {
				r -= 0x10000
				b.WriteString(`\u` + hex4(0xd800+r>>10) + `\u` + strings.ToUpper(hex4(0xdc00+r&0x3ff)))
				continue
			}
			b.WriteString(`\u` + hex4(r))
		}
		return `"` + b.String() + `"`
	}
	for what, text := range map[string]string{
		"as encoding/json writes": quote(payload),
		"as few as possible":      `"` + quoteInner(payload) + `"`,
		"every character":         everything(payload),
		"slashes":                 strings.ReplaceAll(quote(payload), "/", `\/`),
	} {
		data := `{ "signatures" : [ {"signature":"` + sig64 + `","protected":"` + p64 + "\"} ]\n,\"payload\":" + text + "}\n"
		f, err := verify([]byte(data))
		want(t, what, err, "")
		if err == nil && string(f.Payload) != payload {
			t.Errorf("%s: payload is %s", what, f.Payload)
		}
	}
	for what, text := range map[string]string{
		"half a pair":   strings.Replace(quote(payload), "title", `\ud800`, 1),
		"raw control":   strings.Replace(quote(payload), "title", "\n", 1),
		"odd escape":    strings.Replace(quote(payload), "title", `\x`, 1),
		"invalid UTF-8": strings.Replace(quote(payload), "title", "\xc3", 1),
	} {
		_, err := verify([]byte(`{"payload":` + text + `,"signatures":[{"protected":"` + p64 + `","signature":"` + sig64 + `"}]}`))
		want(t, what, err, proof.Malformed)
	}
}

func hex4(r rune) string {
	const digits = "0123456789abcdef"
	return string([]byte{digits[r>>12&15], digits[r>>8&15], digits[r>>4&15], digits[r&15]})
}

// The other serialisations, and a payload in base64url.
func TestSerialisations(t *testing.T) {
	t.Parallel()
	d := demos[keys.ES256]()
	encoded := base64.RawURLEncoding.EncodeToString([]byte(payload))
	h := ours(t, d)
	plain, plainSig := signed(t, d.Seal, h.text(), payload)
	enc := h.with("b64", "").with("crit", `["sigT"]`)
	p64, sig64 := signed(t, d.Seal, enc.text(), encoded)
	compact := enc.with("typ", `"jose"`)
	c64, cSig := signed(t, d.Seal, compact.text(), encoded)
	trueP, trueSig := signed(t, d.Seal, h.with("b64", "true").text(), encoded)
	raw64, rawSig := signed(t, d.Seal, h.with("typ", `"jose"`).text(), "payload")
	flat := func(p, payload, s string) string {
		return `{"payload":` + quote(payload) + `,"protected":"` + p + `","signature":"` + s + `"}`
	}
	for what, c := range map[string]struct {
		data string
		form jades.Serialization
		code proof.Code
	}{
		"flattened, plain":     {flat(plain, payload, plainSig), jades.Flattened, ""},
		"flattened, base64url": {flat(p64, encoded, sig64), jades.Flattened, ""},
		"general, base64url":   {string(general(p64, encoded, sig64, "")), jades.General, ""},
		"general, b64 true":    {string(general(trueP, encoded, trueSig, "")), jades.General, ""},
		"compact":              {c64 + "." + encoded + "." + cSig, jades.Compact, ""},

		"compact with b64 false":   {raw64 + ".payload." + rawSig, 0, proof.Header},
		"compact, line end":        {c64 + "." + encoded + "." + cSig + "\n", 0, proof.Signature},
		"compact, space in front":  {" " + c64 + "." + encoded + "." + cSig, 0, proof.Malformed},
		"compact, padded":          {c64 + "=." + encoded + "." + cSig, 0, proof.Malformed},
		"compact, padded payload":  {c64 + "." + encoded + "=." + cSig, 0, proof.Malformed},
		"compact, without payload": {c64 + ".." + cSig, 0, proof.Malformed},
		"compact, four parts":      {c64 + "." + encoded + "." + cSig + ".", 0, proof.Malformed},
		"base64url where plain":    {flat(plain, encoded, plainSig), 0, proof.Signature},
		"plain where base64url":    {flat(p64, payload, sig64), 0, proof.Malformed},
		"base64url with padding":   {flat(p64, encoded+"=", sig64), 0, proof.Malformed},
		"both JSON forms":          {`{"payload":` + quote(payload) + `,"signatures":[{"protected":"` + plain + `","signature":"` + plainSig + `"}],"signature":"` + plainSig + `"}`, 0, proof.Malformed},
		"a member more":            {strings.Replace(flat(plain, payload, plainSig), "{", `{"grade":"A",`, 1), 0, proof.Malformed},
		"a member more inside":     {string(general(plain, payload, plainSig, `,"grade":"A"`)), 0, proof.Malformed},
		"two signatures":           {`{"payload":` + quote(payload) + `,"signatures":[{"protected":"` + plain + `","signature":"` + plainSig + `"},{"protected":"` + plain + `","signature":"` + plainSig + `"}]}`, 0, proof.Proof},
		"no signature":             {`{"payload":` + quote(payload) + `,"signatures":[]}`, 0, proof.Malformed},
		"signatures null":          {`{"payload":` + quote(payload) + `,"signatures":null}`, 0, proof.Malformed},
		"signature null":           {`{"payload":` + quote(payload) + `,"signatures":[null]}`, 0, proof.Malformed},
		"signatures an object":     {`{"payload":` + quote(payload) + `,"signatures":{"protected":"` + plain + `","signature":"` + plainSig + `"}}`, 0, proof.Malformed},
		"unsigned credential":      {payload, 0, proof.Malformed},
		"payload missing":          {`{"signatures":[{"protected":"` + plain + `","signature":"` + plainSig + `"}]}`, 0, proof.Malformed},
		"payload null":             {`{"payload":null,"signatures":[{"protected":"` + plain + `","signature":"` + plainSig + `"}]}`, 0, proof.Malformed},
		"payload an object":        {`{"payload":` + payload + `,"signatures":[{"protected":"` + plain + `","signature":"` + plainSig + `"}]}`, 0, proof.Malformed},
		"protected missing":        {`{"payload":` + quote(payload) + `,"signatures":[{"signature":"` + plainSig + `"}]}`, 0, proof.Malformed},
		"protected empty":          {`{"payload":` + quote(payload) + `,"signatures":[{"protected":"","signature":"` + plainSig + `"}]}`, 0, proof.Malformed},
		"signature value missing":  {`{"payload":` + quote(payload) + `,"signatures":[{"protected":"` + plain + `"}]}`, 0, proof.Malformed},
		"PDF":                      {"%PDF-1.7\n1.2.3", 0, proof.Malformed},
		"nothing":                  {"", 0, proof.Malformed},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			f, err := verify([]byte(c.data))
			want(t, what, err, c.code)
			if err == nil && (f.Serialization != c.form || string(f.Payload) != payload) {
				t.Errorf("read as %d: %s", f.Serialization, f.Payload)
			}
		})
	}
}

// openssl, which knows nothing of our code, agrees with our signatures.
func TestOpensslVerifies(t *testing.T) {
	t.Parallel()
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		testkit.Skip(t, "openssl is not installed")
	}
	for alg, demo := range demos {
		t.Run(alg, func(t *testing.T) {
			t.Parallel()
			var w struct {
				Payload    string
				Signatures []struct{ Protected, Signature string }
			}
			if err := json.Unmarshal(seal(t, demo(), payload), &w); err != nil {
				t.Fatal(err)
			}
			sig, err := base64.RawURLEncoding.DecodeString(w.Signatures[0].Signature)
			if err != nil {
				t.Fatal(err)
			}
			if alg == keys.ES256 { // openssl wants DER
				sig, err = asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])})
				if err != nil {
					t.Fatal(err)
				}
			}
			raw, err := base64.RawURLEncoding.DecodeString(w.Signatures[0].Protected)
			if err != nil {
				t.Fatal(err)
			}
			var h struct{ X5c [][]byte }
			if err := json.Unmarshal(raw, &h); err != nil {
				t.Fatal(err)
			}
			cert, err := x509.ParseCertificate(h.X5c[0])
			if err != nil {
				t.Fatal(err)
			}
			spki, err := x509.MarshalPKIXPublicKey(cert.PublicKey)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			for name, data := range map[string][]byte{
				"key.pem": pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: spki}), "sig": sig,
				"good": []byte(w.Signatures[0].Protected + "." + w.Payload),
				"bad":  []byte(w.Signatures[0].Protected + "." + strings.Replace(w.Payload, "2.0", "1.0", 1)),
			} {
				if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			for name, good := range map[string]bool{"good": true, "bad": false} {
				out, err := exec.CommandContext(t.Context(), openssl, "dgst", "-sha256", "-verify", filepath.Join(dir, "key.pem"),
					"-signature", filepath.Join(dir, "sig"), filepath.Join(dir, name)).CombinedOutput()
				if (err == nil) != good {
					t.Errorf("%s: openssl says %s (%v)", name, out, err)
				}
			}
		})
	}
}
