package trust_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/integrity"
	"github.com/probatum/probatum/trust"
)

type obj = map[string]any

func marshal(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func ed(t *testing.T) ed25519.PublicKey {
	t.Helper()
	pub, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return pub
}

func onCurve(t *testing.T, c elliptic.Curve) *ecdsa.PublicKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(c, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &k.PublicKey
}

func didOf(t *testing.T, pub crypto.PublicKey) (did, method string) {
	t.Helper()
	did, err := keys.DIDKey(pub)
	if err != nil {
		t.Fatal(err)
	}
	return did, did + "#" + strings.TrimPrefix(did, "did:key:")
}

// documentOf is the DID document of a DID with one key.
func documentOf(t *testing.T, did string, pub crypto.PublicKey, edit func(d obj)) []byte {
	t.Helper()
	multikey, err := keys.Multikey(pub)
	if err != nil {
		t.Fatal(err)
	}
	d := obj{
		"id": did, "assertionMethod": []any{did + "#k"},
		"verificationMethod": []any{obj{"id": did + "#k", "type": "Multikey", "controller": did, "publicKeyMultibase": multikey}},
	}
	if edit != nil {
		edit(d)
	}
	return marshal(t, d)
}

func jwk(t *testing.T, pub crypto.PublicKey, edit func(k obj)) obj {
	t.Helper()
	b64 := base64.RawURLEncoding.EncodeToString
	var k obj
	switch p := pub.(type) {
	case ed25519.PublicKey:
		k = obj{"kty": "OKP", "crv": "Ed25519", "x": b64(p)}
	case *ecdsa.PublicKey:
		raw, err := p.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		n := len(raw) / 2
		k = obj{"kty": "EC", "crv": p.Params().Name, "x": b64(raw[1 : 1+n]), "y": b64(raw[1+n:])}
	case *rsa.PublicKey:
		k = obj{"kty": "RSA", "n": b64(p.N.Bytes()), "e": b64(big.NewInt(int64(p.E)).Bytes())}
	}
	if edit != nil {
		edit(k)
	}
	return k
}

func load(t *testing.T, files map[string][]byte) *trust.Set {
	t.Helper()
	s, err := trust.Load(folder(t, files))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestResolve(t *testing.T) {
	t.Parallel()
	pub, other := ed(t), onCurve(t, elliptic.P384())
	const web = "did:web:body.example"
	did, method := didOf(t, pub)
	own, err := keys.MarshalDIDDocument(pub)
	if err != nil {
		t.Fatal(err)
	}
	s := load(t, map[string][]byte{"body.did.json": documentOf(t, web, other, nil), "Other.DID.json": own})
	if s.Empty() {
		t.Error("a set with DID documents is said to trust nobody")
	}
	doc, err := s.Resolve(t.Context(), web)
	if m, ok := doc.Method(web+"#k", keys.AssertionMethod); err != nil || !ok || !other.Equal(m.Key) {
		t.Errorf("%v, %+v", err, doc)
	}
	for _, set := range []*trust.Set{s, {}} {
		doc, err := set.Resolve(t.Context(), did)
		if m, ok := doc.Method(method, keys.AssertionMethod); err != nil || !ok || !pub.Equal(m.Key) {
			t.Errorf("%v, %+v", err, doc)
		}
	}
	for _, unknown := range []string{web + ":x", "did:web:other.example", "did:example:1", "https://body.example", ""} {
		if _, err := s.Resolve(t.Context(), unknown); !errors.Is(err, integrity.ErrUnresolved) {
			t.Errorf("%q: %v", unknown, err)
		}
	}
	if _, err := s.Resolve(t.Context(), "did:key:z6Mk"); err == nil || errors.Is(err, integrity.ErrUnresolved) {
		t.Errorf("a broken did:key: %v", err)
	}
}

func TestStanding(t *testing.T) {
	t.Parallel()
	pub, listed, stranger := ed(t), onCurve(t, elliptic.P256()), ed(t)
	const web = "did:web:body.example"
	seal := certify(t, "Seal", nil, leaf)
	mayNot := certify(t, "CA", nil, nil) // signs certificates only
	noUsage := certify(t, "Any", nil, func(c *x509.Certificate) { leaf(c); c.KeyUsage = 0 })
	nothing := certify(t, "None", nil, func(c *x509.Certificate) {
		leaf(c)
		c.KeyUsage = 0
		c.ExtraExtensions = []pkix.Extension{{Id: []int{2, 5, 29, 15}, Value: []byte{3, 2, 7, 0}}}
	})
	block := func(ps ...*party) []byte {
		var out []byte
		for _, p := range ps {
			out = append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.cert.Raw})...)
		}
		return out
	}
	s := load(t, map[string][]byte{
		"a.did.json":  documentOf(t, web, pub, nil),
		"b.jwks.json": marshal(t, obj{"keys": []any{jwk(t, listed, nil)}}),
		"c.pem":       block(seal, mayNot, noUsage, nothing),
	})
	for name, tt := range map[string]struct {
		did, method string
		pub         crypto.PublicKey
		vouched     bool
		certified   int
	}{
		"by DID document":              {web, web + "#k", pub, true, 0},
		"other method":                 {web, web + "#x", pub, false, 0},
		"other key":                    {web, web + "#k", stranger, false, 0},
		"key of the document, own DID": {"did:key:zx", "did:key:zx#zx", pub, false, 0},
		"in a set of keys":             {"did:key:zx", "did:key:zx#zx", listed, true, 0},
		"by certificate":               {"did:key:zx", "did:key:zx#zx", seal.key.Public(), false, 1},
		"certificate without usage":    {"did:key:zx", "did:key:zx#zx", noUsage.key.Public(), false, 1},
		"certificate of an authority":  {"did:key:zx", "did:key:zx#zx", mayNot.key.Public(), false, 0},
		"certificate with no use":      {"did:key:zx", "did:key:zx#zx", nothing.key.Public(), false, 0},
		"stranger":                     {"did:key:zx", "did:key:zx#zx", stranger, false, 0},
		"no key":                       {web, web + "#k", nil, false, 0},
	} {
		got := s.Standing(tt.did, tt.method, tt.pub)
		if got.Vouched != tt.vouched || len(got.Certificates) != tt.certified {
			t.Errorf("%s: %+v", name, got)
		}
		if got := new(trust.Set).Standing(tt.did, tt.method, tt.pub); got.Vouched || got.Certificates != nil {
			t.Errorf("%s, in no set: %+v", name, got)
		}
	}
}

func TestImitates(t *testing.T) {
	t.Parallel()
	owner := func(c *x509.Certificate) {
		leaf(c)
		c.Subject = pkix.Name{Country: []string{"DE"}, Organization: []string{"Prüfstelle"}, ExtraNames: []pkix.AttributeTypeAndValue{
			{Type: []int{2, 5, 4, 97}, Value: "VATDE-1"},
		}}
	}
	seal := certify(t, "", nil, owner)
	renewed := ed(t)
	const web = "did:web:body.example"
	both := documentOf(t, web, renewed, func(d obj) {
		multikey, err := keys.Multikey(seal.key.Public())
		if err != nil {
			t.Fatal(err)
		}
		d["verificationMethod"] = append(d["verificationMethod"].([]any), obj{
			"id": web + "#old", "type": "Multikey", "controller": web, "publicKeyMultibase": multikey,
		})
	})
	s := load(t, map[string][]byte{
		"seal.pem":   pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: seal.cert.Raw}),
		"b.did.json": both, "c.did.json": documentOf(t, "did:web:other.example", ed(t), nil),
	})
	stranger := ed(t)
	for name, tt := range map[string]struct {
		claimant trust.Claimant
		pub      crypto.PublicKey
		want     bool
	}{
		"its own key":                    {trust.Claimant{Names: []string{"Prüfstelle"}, Registrations: []string{"VATDE-1"}}, seal.key.Public(), false},
		"name and country":               {trust.Claimant{Names: []string{"Prüfstelle"}, Countries: []string{"DE"}}, stranger, true},
		"name with a variation selector": {trust.Claimant{Names: []string{"Prüfstelle\ufe0f"}, Countries: []string{"DE"}}, stranger, true},
		"name with a filler":             {trust.Claimant{Names: []string{"Prüfstelle\u3164"}, Countries: []string{"DE"}}, stranger, true},
		"name with a half-width filler":  {trust.Claimant{Names: []string{"Prüf\uffa0stelle"}, Countries: []string{"DE"}}, stranger, true},
		"name with a joiner of accents":  {trust.Claimant{Names: []string{"Prü\u034ffstelle"}, Countries: []string{"DE"}}, stranger, true},
		"name with a Cyrillic letter":    {trust.Claimant{Names: []string{"Prüfst\u0435lle"}, Countries: []string{"DE"}}, stranger, true},
		"name with a Greek capital":      {trust.Claimant{Names: []string{"\u03a1rüfstelle"}, Countries: []string{"DE"}}, stranger, true},
		"another name":                   {trust.Claimant{Names: []string{"Prüfstellen"}, Countries: []string{"DE"}}, stranger, false},
		"name in another spelling":       {trust.Claimant{Names: []string{" PRU\u0308FSTELLE\u200b"}, Countries: []string{"DE"}}, stranger, true},
		"name, no country":               {trust.Claimant{Names: []string{"x", "Prüfstelle"}}, stranger, true},
		"namesake abroad":                {trust.Claimant{Names: []string{"Prüfstelle"}, Countries: []string{"AT"}}, stranger, false},
		"several countries":              {trust.Claimant{Names: []string{"Prüfstelle"}, Countries: []string{"AT", "DE"}}, stranger, true},
		"registration":                   {trust.Claimant{Registrations: []string{"vatde-1"}, Countries: []string{"AT"}}, stranger, true},
		"registration, other dash":       {trust.Claimant{Registrations: []string{"VATDE\u20131"}}, stranger, true},
		"registration, no dash":          {trust.Claimant{Registrations: []string{"VATDE1"}}, stranger, true},
		"registration, Cyrillic letter":  {trust.Claimant{Registrations: []string{"V\u0410TDE-1"}}, stranger, true},
		"other registration":             {trust.Claimant{Names: []string{"Andere"}, Registrations: []string{"VATDE-2"}}, stranger, false},
		"nothing said":                   {trust.Claimant{}, stranger, false},
		"new key of the same document":   {trust.Claimant{DID: web, Names: []string{"Prüfstelle"}}, renewed, false},
		"key of another trusted issuer":  {trust.Claimant{DID: "did:web:other.example", Names: []string{"Prüfstelle"}}, stranger, true},
		"no key":                         {trust.Claimant{Names: []string{"Prüfstelle"}}, nil, true},
		"name of somebody nobody knows":  {trust.Claimant{Names: []string{"Ministry of Education"}}, stranger, false},
		"name within a name of somebody": {trust.Claimant{Names: []string{"Prüfstelle GmbH"}}, stranger, false},
	} {
		if got := s.Imitates(tt.claimant, tt.pub); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
		if new(trust.Set).Imitates(tt.claimant, tt.pub) {
			t.Errorf("%s, in no set", name)
		}
	}
}

func TestLoadIssuers(t *testing.T) {
	t.Parallel()
	pub := ed(t)
	did, method := didOf(t, pub)
	const web = "did:web:body.example"
	own, err := keys.MarshalDIDDocument(pub)
	if err != nil {
		t.Fatal(err)
	}
	weak := &rsa.PublicKey{N: new(big.Int).SetBit(big.NewInt(1), 1023, 1), E: 65537}
	strong := &rsa.PublicKey{N: new(big.Int).SetBit(big.NewInt(1), 2047, 1), E: 65537}
	set := func(list ...any) []byte { return marshal(t, obj{"keys": list}) }
	kid := func(name string) func(k obj) { return func(k obj) { k["kid"] = name } }

	for name, files := range map[string]map[string][]byte{
		"a document":          {"a.did.json": documentOf(t, web, pub, nil)},
		"a did:key":           {"a.did.json": own},
		"all kinds of keys":   {"a.jwks.json": set(jwk(t, pub, kid("1")), jwk(t, onCurve(t, elliptic.P256()), kid("2")), jwk(t, onCurve(t, elliptic.P384()), kid("3")), jwk(t, strong, kid("4")))},
		"keys without a kid":  {"a.jwks.json": set(jwk(t, pub, nil), jwk(t, ed(t), nil))},
		"use and operations":  {"a.jwks.json": set(jwk(t, pub, func(k obj) { k["use"] = "sig"; k["key_ops"] = []any{"verify"}; k["alg"] = "EdDSA" }))},
		"one key in two sets": {"a.jwks.json": set(jwk(t, pub, kid("1"))), "b.jwks.json": set(jwk(t, pub, kid("1")))},
	} {
		if s, err := trust.Load(folder(t, files)); err != nil || s.Empty() || len(s.Anchors()) != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}

	edited := func(edit func(d obj)) []byte { return documentOf(t, web, pub, edit) }
	key := func(edit func(k obj)) []byte { return set(jwk(t, pub, edit)) }
	for name, bad := range map[string]struct {
		file    string
		content []byte
	}{
		"no document":                {"a.did.json", []byte("x")},
		"doubled member":             {"a.did.json", []byte(`{"id":"` + web + `",` + string(edited(nil)[1:]))},
		"no key":                     {"a.did.json", edited(func(d obj) { delete(d, "verificationMethod") })},
		"no assertion method":        {"a.did.json", edited(func(d obj) { delete(d, "assertionMethod") })},
		"unknown assertion method":   {"a.did.json", edited(func(d obj) { d["assertionMethod"] = []any{web + "#x"} })},
		"id no DID":                  {"a.did.json", edited(func(d obj) { d["id"] = "https://body.example" })},
		"other controller":           {"a.did.json", edited(func(d obj) { d["verificationMethod"].([]any)[0].(obj)["controller"] = "did:web:x.example" })},
		"did:key with another key":   {"a.did.json", documentOf(t, did, ed(t), func(d obj) { d["assertionMethod"] = []any{method, did + "#k"} })},
		"did:key that is broken":     {"a.did.json", documentOf(t, did+"x", pub, nil)},
		"no set":                     {"a.jwks.json", []byte("x")},
		"an object without keys":     {"a.jwks.json", []byte(`{}`)},
		"an empty set":               {"a.jwks.json", set()},
		"keys twice":                 {"a.jwks.json", []byte(`{"keys":[],` + string(key(nil)[1:]))},
		"ambiguous kid":              {"a.jwks.json", set(jwk(t, pub, kid("1")), jwk(t, ed(t), kid("1")))},
		"private Ed25519":            {"a.jwks.json", key(func(k obj) { k["d"] = "x" })},
		"private RSA":                {"a.jwks.json", set(jwk(t, strong, func(k obj) { k["qi"] = "x" }))},
		"a secret":                   {"a.jwks.json", set(obj{"kty": "oct", "k": "c2VjcmV0"})},
		"short RSA":                  {"a.jwks.json", set(jwk(t, weak, nil))},
		"RSA exponent 1":             {"a.jwks.json", set(jwk(t, strong, func(k obj) { k["e"] = "AQ" }))},
		"RSA exponent long":          {"a.jwks.json", set(jwk(t, strong, func(k obj) { k["e"] = "AQAAAAAB" }))},
		"RSA without modulus":        {"a.jwks.json", set(jwk(t, strong, func(k obj) { delete(k, "n") }))},
		"P-521":                      {"a.jwks.json", set(jwk(t, onCurve(t, elliptic.P521()), nil))},
		"secp256k1":                  {"a.jwks.json", set(jwk(t, onCurve(t, elliptic.P256()), func(k obj) { k["crv"] = "secp256k1" }))},
		"no point":                   {"a.jwks.json", set(jwk(t, onCurve(t, elliptic.P256()), func(k obj) { k["y"] = k["x"] }))},
		"short point":                {"a.jwks.json", set(jwk(t, onCurve(t, elliptic.P256()), func(k obj) { k["x"] = "AA" }))},
		"short Ed25519":              {"a.jwks.json", key(func(k obj) { k["x"] = "AA" })},
		"X25519":                     {"a.jwks.json", key(func(k obj) { k["crv"] = "X25519" })},
		"for encryption":             {"a.jwks.json", key(func(k obj) { k["use"] = "enc" })},
		"for signing":                {"a.jwks.json", key(func(k obj) { k["key_ops"] = []any{"sign"} })},
		"padded":                     {"a.jwks.json", key(func(k obj) { k["x"] = k["x"].(string) + "=" })},
		"kid no text":                {"a.jwks.json", key(func(k obj) { k["kid"] = 1 })},
		"member in other case":       {"a.jwks.json", key(func(k obj) { k["KID"] = "x" })},
		"one good key and a bad one": {"a.jwks.json", set(jwk(t, pub, nil), obj{"kty": "EC"})},
	} {
		if _, err := trust.Load(folder(t, map[string][]byte{bad.file: bad.content})); err == nil || !strings.Contains(err.Error(), bad.file) {
			t.Errorf("%s: %v", name, err)
		}
	}
	twice := map[string][]byte{"a.did.json": edited(nil), "b.did.json": edited(nil)}
	if _, err := trust.Load(folder(t, twice)); err == nil {
		t.Error("two documents of one DID")
	}
}
