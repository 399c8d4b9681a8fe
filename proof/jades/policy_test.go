package jades_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/jades"
)

// check signs each header rightly, so that nothing but the policy refuses it.
func check(t *testing.T, alg string, cases map[string]struct {
	change func(header) header
	code   proof.Code
}) {
	t.Helper()
	d := demos[alg]()
	for what, c := range cases {
		_, err := verify(file(t, d.Seal, c.change(ours(t, d)).text()))
		want(t, alg+" "+what, err, c.code)
	}
}

type cases = map[string]struct {
	change func(header) header
	code   proof.Code
}

func set(name, value string) func(header) header {
	return func(h header) header { return h.with(name, value) }
}

func sets(pairs ...string) func(header) header {
	return func(h header) header {
		for i := 0; i < len(pairs); i += 2 {
			h = h.with(pairs[i], pairs[i+1])
		}
		return h
	}
}

func TestTV10To12Alg(t *testing.T) {
	t.Parallel()
	c := cases{"untouched": {set("alg", `"ES256"`), ""}, "missing": {set("alg", ""), proof.Header}}
	for _, alg := range []string{`"none"`, `"NONE"`, `"None"`, `"nOnE"`, `""`, `"HS256"`, `"HS512"`, `"RS256"`, `"ES384"`, `"PS256"`, `"EdDSA"`,
		`"ES256K"`, "null", "1", `["ES256"]`, `{}`, "true", `"es256"`} {
		c[alg] = struct {
			change func(header) header
			code   proof.Code
		}{set("alg", alg), proof.Header}
	}
	check(t, keys.ES256, c)
	d := demos[keys.RS256]()
	_, err := verify(file(t, d.Seal, ours(t, d).with("alg", `"ES256"`).text()))
	want(t, "ES256 with RSA", err, proof.Header)
}

func TestTV13Crit(t *testing.T) {
	t.Parallel()
	check(t, keys.ES256, cases{
		"untouched":           {set("crit", `["b64","sigT"]`), ""},
		"other order":         {set("crit", `["sigT","b64"]`), ""},
		"b64 alone":           {set("crit", `["b64"]`), ""},
		"unknown":             {sets("x", "1", "crit", `["b64","sigT","x"]`), proof.Header},
		"unknown and absent":  {set("crit", `["b64","sigT","x"]`), proof.Header},
		"absent":              {set("crit", `["b64","sigT","adoTst"]`), proof.Header},
		"registered":          {set("crit", `["b64","sigT","alg"]`), proof.Header},
		"x5c":                 {set("crit", `["b64","sigT","x5c"]`), proof.Header},
		"doubled":             {set("crit", `["b64","sigT","sigT"]`), proof.Header},
		"empty":               {sets("b64", "", "crit", `[]`), proof.Header},
		"a string":            {set("crit", `"b64"`), proof.Header},
		"null":                {set("crit", `null`), proof.Header},
		"an object":           {set("crit", `{"b64":true}`), proof.Header},
		"nested":              {set("crit", `[["b64"],"sigT"]`), proof.Header},
		"b64 not listed":      {set("crit", `["sigT"]`), proof.Header},
		"no crit at all":      {set("crit", ""), proof.Header},
		"b64 as text":         {set("b64", `"false"`), proof.Header},
		"b64 null":            {set("b64", `null`), proof.Header},
		"policy":              {sets("sigPId", `{"id":"x"}`, "crit", `["b64","sigT","sigPId"]`), proof.Header},
		"place":               {sets("sigPl", `{"addressCountry":"DE"}`, "crit", `["b64","sigT","sigPl"]`), proof.Header},
		"place, not listed":   {set("sigPl", `{"addressCountry":"DE"}`), ""},
		"unknown, not listed": {set("x-note", `{"a":[1,2]}`), ""},
	})
}

func TestTV14KeysBroughtAlong(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer server.Close()
	d := demos[keys.ES256]()
	attacker, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	point, err := attacker.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	jwk := `{"kty":"EC","crv":"P-256","x":"` + base64.RawURLEncoding.EncodeToString(point[1:33]) + `","y":"` + base64.RawURLEncoding.EncodeToString(point[33:]) + `"}`
	for what, h := range map[string]header{
		"jwk":            ours(t, d).with("jwk", jwk),
		"jwk, no x5c":    ours(t, d).with("x5c", "").with("x5t#S256", "").with("jwk", jwk),
		"jku":            ours(t, d).with("jku", quote(server.URL)),
		"jku, no x5c":    ours(t, d).with("x5c", "").with("jku", quote(server.URL)),
		"x5u":            ours(t, d).with("x5u", quote(server.URL)),
		"x5u, no x5c":    ours(t, d).with("x5c", "").with("x5u", quote(server.URL)),
		"no x5c":         ours(t, d).with("x5c", ""),
		"no certificate": ours(t, d).with("x5c", "[]"),
	} {
		_, err := verify(file(t, attacker, h.text()))
		want(t, what, err, proof.Key)
	}
	_, err = verify(file(t, attacker, ours(t, d).text()))
	want(t, "another key under our certificate", err, proof.Signature)
	p64, sig64 := signed(t, d.Seal, ours(t, d).text(), payload)
	for name, value := range map[string]string{"jwk": jwk, "jku": quote(server.URL), "x5u": quote(server.URL), "x5c": `["AAAA"]`, "kid": `"x"`} {
		_, err := verify(general(p64, payload, sig64, `,"header":{"`+name+`":`+value+`}`))
		want(t, "unprotected "+name, err, proof.Key)
	}
	if n := asked.Load(); n != 0 {
		t.Errorf("%d requests were made", n)
	}
}

func x5c(certs ...*x509.Certificate) string {
	list := make([]string, len(certs))
	for i, c := range certs {
		list[i] = `"` + base64.StdEncoding.EncodeToString(c.Raw) + `"`
	}
	return "[" + strings.Join(list, ",") + "]"
}

func thumbprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return quote(base64.RawURLEncoding.EncodeToString(sum[:]))
}

// A forged certificate with the names of the genuine one and another key.
func forge(t testing.TB, genuine *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	issuer := &x509.Certificate{RawSubject: genuine.RawIssuer, Subject: genuine.Issuer, SerialNumber: big.NewInt(1)}
	template := &x509.Certificate{
		RawSubject: genuine.RawSubject, SerialNumber: genuine.SerialNumber, NotBefore: genuine.NotBefore, NotAfter: genuine.NotAfter,
		KeyUsage: genuine.KeyUsage, AuthorityKeyId: genuine.AuthorityKeyId,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, issuer, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c, key
}

func TestTV15ForgedCertificates(t *testing.T) {
	t.Parallel()
	d := demos[keys.ES256]()
	leaf := d.Chain.Leaf
	forged, forgedKey := forge(t, leaf)
	base := ours(t, d)
	forgedHeader := base.with("x5t#S256", thumbprint(forged))

	_, err := verify(file(t, forgedKey, forgedHeader.with("x5c", x5c(forged, leaf, d.Issuing)).text()))
	want(t, "forged before the real chain", err, proof.Key)
	_, err = verify(file(t, forgedKey, forgedHeader.with("x5c", x5c(forged, d.Issuing)).text()))
	want(t, "forged under the real authority", err, proof.Key)
	_, err = verify(file(t, forgedKey, base.with("x5c", x5c(forged)).text()))
	want(t, "forged with the thumbprint of the real one", err, proof.Key)
	// Alone it holds together; that it is not the real one is for trust to say.
	f, err := verify(file(t, forgedKey, forgedHeader.with("x5c", x5c(forged)).text()))
	want(t, "forged alone", err, "")
	if err == nil && f.Certificates[0].Equal(leaf) {
		t.Error("the forged certificate passes as the real one")
	}
	for what, c := range map[string]struct {
		chain string
		code  proof.Code
	}{
		"leaf alone":          {x5c(leaf), ""},
		"with the root":       {x5c(leaf, d.Issuing, d.Root), ""},
		"authority first":     {x5c(d.Issuing, leaf), proof.Key},
		"gap":                 {x5c(leaf, d.Root), proof.Key},
		"leaf twice":          {x5c(leaf, leaf, d.Issuing), proof.Key},
		"something behind":    {x5c(leaf, d.Issuing, leaf), proof.Key},
		"eleven certificates": {x5c(leaf, d.Issuing, d.Root, d.Root, d.Root, d.Root, d.Root, d.Root, d.Root, d.Root, d.Root), proof.Key},
		"not a certificate":   {`["AAAA"]`, proof.Key},
		"null":                {`null`, proof.Key},
		"a string":            {strings.Trim(x5c(leaf), "[]"), proof.Key},
	} {
		_, err := verify(file(t, d.Seal, base.with("x5c", c.chain).text()))
		want(t, what, err, c.code)
	}
}

func TestTV16KeyID(t *testing.T) {
	t.Parallel()
	d := demos[keys.ES256]()
	other := newDemo(keys.ES256)
	kidOf := func(h header) string {
		for _, m := range h {
			if m.name == "kid" {
				return m.value
			}
		}
		return ""
	}
	c := cases{
		"absent":        {set("kid", ""), ""},
		"of another":    {set("kid", kidOf(ours(t, other))), proof.Key},
		"a byte behind": {set("kid", quote(base64.StdEncoding.EncodeToString(append(mustBase64(t, kidOf(ours(t, d))), 0)))), proof.Key},
		"64 kB":         {set("kid", quote(strings.Repeat("A", 64<<10))), proof.Key},
	}
	for _, kid := range []string{"", "key-1", "../../etc/passwd", "/etc/passwd", `C:\keys`, "' OR 1=1 --", "$(id)", "`id`", "a|b;c", "a\x00b", "a\r\nb",
		"http://attacker.example/k", "https://attacker.example/k", "file:///etc/passwd", "did:key:z6Mk", "ü"} {
		c[kid] = struct {
			change func(header) header
			code   proof.Code
		}{set("kid", quote(kid)), proof.Key}
	}
	for _, kid := range []string{"null", "5", "[]", "{}"} {
		c["JSON "+kid] = struct {
			change func(header) header
			code   proof.Code
		}{set("kid", kid), proof.Key}
	}
	check(t, keys.ES256, c)
}

func mustBase64(t testing.TB, quoted string) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(strings.Trim(quoted, `"`))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// sealWith makes a seal certificate that signed itself and a file under it.
func sealWith(t testing.TB, key crypto.Signer, usage x509.KeyUsage) []byte {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(9), Subject: pkix.Name{CommonName: "x"}, KeyUsage: usage,
		NotBefore: noon.Add(-time.Hour), NotAfter: noon.Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	d := demos[keys.ES256]()
	h := ours(t, d).with("x5c", x5c(c)).with("x5t#S256", thumbprint(c)).with("kid", "")
	if _, ok := key.Public().(*rsa.PublicKey); ok {
		h = h.with("alg", `"RS256"`)
	}
	var p64, sig64 string
	if alg, err := keys.Algorithm(key.Public()); err == nil && alg != "" {
		p64, sig64 = signed(t, key, h.text(), payload)
	} else {
		p64 = base64.RawURLEncoding.EncodeToString([]byte(h.text()))
		sig64 = base64.RawURLEncoding.EncodeToString(make([]byte, 128))
	}
	return general(p64, payload, sig64, "")
}

func TestTV17KeyAndUsage(t *testing.T) {
	t.Parallel()
	p256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		data []byte
		code proof.Code
	}{
		"digital signature":  {sealWith(t, p256, x509.KeyUsageDigitalSignature), ""},
		"content commitment": {sealWith(t, p256, x509.KeyUsageContentCommitment), ""},
		"encipherment":       {sealWith(t, p256, x509.KeyUsageKeyEncipherment), proof.Key},
		"CRL signing":        {sealWith(t, p256, x509.KeyUsageCRLSign), proof.Key},
		"P-384":              {sealWith(t, p384, x509.KeyUsageDigitalSignature), proof.Key},
		"RSA 1024":           {sealWith(t, short, x509.KeyUsageDigitalSignature), proof.Key},
	} {
		_, err := verify(c.data)
		want(t, what, err, c.code)
	}
}

func TestSigningTime(t *testing.T) {
	t.Parallel()
	check(t, keys.ES256, cases{
		"sigT":              {set("sigT", `"2026-11-25T12:00:00Z"`), ""},
		"iat":               {sets("sigT", "", "iat", "1795608000", "crit", `["b64"]`), ""},
		"iat in crit":       {sets("sigT", "", "iat", "1795608000", "crit", `["b64","iat"]`), ""},
		"both, equal":       {set("iat", "1795608000"), ""},
		"both, different":   {set("iat", "1795608001"), proof.Header},
		"neither":           {sets("sigT", "", "crit", `["b64"]`), proof.Header},
		"zone":              {set("sigT", `"2026-11-25T13:00:00+01:00"`), proof.Header},
		"no zone":           {set("sigT", `"2026-11-25T12:00:00"`), proof.Header},
		"fraction":          {set("sigT", `"2026-11-25T12:00:00.5Z"`), proof.Header},
		"30 February":       {set("sigT", `"2026-02-30T12:00:00Z"`), proof.Header},
		"small letters":     {set("sigT", `"2026-11-25t12:00:00z"`), proof.Header},
		"date":              {set("sigT", `"2026-11-25"`), proof.Header},
		"null":              {set("sigT", `null`), proof.Header},
		"number":            {set("sigT", `1795608000`), proof.Header},
		"empty":             {set("sigT", `""`), proof.Header},
		"iat text":          {set("iat", `"1795608000"`), proof.Header},
		"iat fraction":      {set("iat", `1795608000.5`), proof.Header},
		"iat exponent":      {set("iat", `1795608e3`), proof.Header},
		"iat negative":      {set("iat", `-1`), proof.Header},
		"iat null":          {set("iat", `null`), proof.Header},
		"iat of 400 digits": {set("iat", strings.Repeat("9", 400)), proof.Header},
	})
	d := demos[keys.ES256]()
	f, err := jades.Parse(file(t, d.Seal, ours(t, d).with("sigT", "").with("iat", "1795608000").with("crit", `["b64"]`).text()))
	if err != nil || !f.SigT.Equal(noon) {
		t.Errorf("iat read as %v (%v)", f, err)
	}
}

func TestCertificateReferences(t *testing.T) {
	t.Parallel()
	d := demos[keys.ES256]()
	leaf := d.Chain.Leaf
	sum := sha512.Sum512(leaf.Raw)
	s512 := `{"digAlg":"S512","digVal":"` + base64.RawURLEncoding.EncodeToString(sum[:]) + `"}`
	wrong := strings.Replace(s512, `"S512"`, `"S384"`, 1)
	issuing := sha512.Sum512(d.Issuing.Raw)
	other := `{"digAlg":"S512","digVal":"` + base64.RawURLEncoding.EncodeToString(issuing[:]) + `"}`
	check(t, keys.ES256, cases{
		"no thumbprint":         {set("x5t#S256", ""), ""},
		"thumbprint of another": {set("x5t#S256", thumbprint(d.Issuing)), proof.Key},
		"thumbprint null":       {set("x5t#S256", "null"), proof.Key},
		"thumbprint empty":      {set("x5t#S256", `""`), proof.Key},
		"x5t#o":                 {sets("x5t#S256", "", "x5t#o", s512, "crit", `["b64","x5t#o"]`), ""},
		"x5t#o of another":      {set("x5t#o", other), proof.Key},
		"x5t#o by other digest": {set("x5t#o", wrong), proof.Key},
		"x5t#o by SHA-1":        {set("x5t#o", strings.Replace(s512, "S512", "S1", 1)), proof.Key},
		"x5t#o null":            {set("x5t#o", "null"), proof.Key},
		"sigX5ts":               {set("sigX5ts", "["+s512+","+other+"]"), ""},
		"sigX5ts, other first":  {set("sigX5ts", "["+other+","+s512+"]"), proof.Key},
		"sigX5ts empty":         {set("sigX5ts", "[]"), proof.Key},
		"sigX5ts null":          {set("sigX5ts", "null"), proof.Key},
	})
}

func TestOtherHeaders(t *testing.T) {
	t.Parallel()
	check(t, keys.ES256, cases{
		"typ absent":           {set("typ", ""), ""},
		"typ of compact":       {set("typ", `"jose"`), ""},
		"typ of a JWT":         {set("typ", `"vc+jwt"`), proof.Header},
		"typ null":             {set("typ", "null"), proof.Header},
		"cty absent":           {set("cty", ""), ""},
		"cty json":             {set("cty", `"json"`), ""},
		"cty number":           {set("cty", "1"), proof.Header},
		"detached":             {set("sigD", `{"mId":"http://uri.etsi.org/19182/HttpHeaders","pars":["x"]}`), proof.Header},
		"etsiU protected":      {set("etsiU", `["e30"]`), proof.Header},
		"adoTst null":          {set("adoTst", "null"), proof.Header},
		"adoTst empty":         {set("adoTst", `{"tstTokens":[]}`), proof.Header},
		"adoTst a list":        {set("adoTst", `[{"tstTokens":[{"val":"AAAA"}]}]`), proof.Header},
		"adoTst canonicalised": {set("adoTst", `{"canonAlg":"x","tstTokens":[{"val":"AAAA"}]}`), proof.Header},
		"encrypted":            {set("enc", `"A128GCM"`), proof.Header},
	})
	d := demos[keys.ES256]()
	f, err := verify(file(t, d.Seal, ours(t, d).with("adoTst", `{"tstTokens":[{"val":"AAAA"}]}`).text()))
	want(t, "content time-stamp that is none", err, "")
	if err == nil && (len(f.ContentTimeStamps) != 1 || f.ContentTimeStamps[0].Verify() == nil) {
		t.Error("a content time-stamp that is none passes as one")
	}
}
