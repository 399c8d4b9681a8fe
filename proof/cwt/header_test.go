package cwt_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
	"github.com/veraison/go-cose"

	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/cwt"
)

type m = map[any]any

// message makes a COSE_Sign1 whose signature fits, whatever its headers say.
func message(t testing.TB, alg string, protected []byte, unprotected any) []byte {
	t.Helper()
	input := marshal(t, []any{"Signature1", protected, []byte{}, payload})
	var sig []byte
	s, err := cose.NewSigner(map[string]cose.Algorithm{keys.ES256: -7, keys.ES384: -35, keys.EdDSA: -8, keys.ES512: -36}[alg], signers()[alg])
	if err == nil {
		sig, err = s.Sign(nil, input)
	}
	if err != nil {
		t.Fatal(err)
	}
	return marshal(t, cbor.Tag{Number: 18, Content: []any{protected, unprotected, payload, sig}})
}

func marshal(t testing.TB, v any) []byte {
	t.Helper()
	data, err := cwt.Encode(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// with gives a header that is accepted but for what is changed; nil takes away.
func with(changes m) m {
	h := m{1: -7, 16: "application/vc+cose", 3: "application/vc", 4: []byte("kid")}
	for k, v := range changes {
		if v == nil {
			delete(h, k)
		} else {
			h[k] = v
		}
	}
	return h
}

func TestProtectedHeader(t *testing.T) {
	t.Parallel()
	leaf, other := certificate(keys.ES256), certificate(keys.ES384)
	digest := sha256.Sum256(leaf.Raw)
	many := m{}
	for i := range 70 {
		many[1000+i] = 0
	}
	for what, c := range map[string]struct {
		change m
		code   proof.Code
	}{
		"as it is":                 {m{}, ""},
		"no content type":          {m{3: nil}, ""},
		"no kid":                   {m{4: nil}, ""},
		"ESP256 of RFC 9864":       {m{1: -9}, ""},
		"unknown parameter":        {m{"x": []any{1, "a", m{"b": true}}, 99: nil}, ""},
		"x5chain of one":           {m{33: leaf.Raw}, ""},
		"x5chain of two":           {m{33: []any{leaf.Raw, leaf.Raw}}, ""},
		"x5t that agrees":          {m{33: leaf.Raw, 34: []any{-16, digest[:]}}, ""},
		"claims in the header":     {m{15: m{1: "did:example:1", 6: 1}}, ""},
		"no alg":                   {m{1: nil}, proof.Header},
		"alg as text":              {m{1: "ES256"}, proof.Header},
		"alg none":                 {m{1: 0}, proof.Header},
		"HMAC":                     {m{1: 5}, proof.Header},
		"RS256":                    {m{1: -257}, proof.Header},
		"PS256":                    {m{1: -37}, proof.Header},
		"ES256K":                   {m{1: -47}, proof.Header},
		"ES512":                    {m{1: -36}, proof.Header},
		"ES384 with P-256":         {m{1: -35}, proof.Header},
		"EdDSA with P-256":         {m{1: -8}, proof.Header},
		"no typ":                   {m{16: nil}, proof.Header},
		"typ of a presentation":    {m{16: "application/vp+cose"}, proof.Header},
		"typ without application/": {m{16: "vc+cose"}, proof.Header},
		"typ in capitals":          {m{16: "application/VC+cose"}, proof.Header},
		"typ as bytes":             {m{16: []byte("application/vc+cose")}, proof.Header},
		"typ as a number":          {m{16: 98}, proof.Header},
		"wrong content type":       {m{3: "application/vp"}, proof.Header},
		"content type as a number": {m{3: 50}, proof.Header},
		"empty content type":       {m{3: ""}, proof.Header},
		"partial IV":               {m{6: []byte("x")}, proof.Header},
		"countersignature":         {m{11: []any{}}, proof.Header},
		"crit empty":               {m{2: []any{}}, proof.Header},
		"crit no list":             {m{2: 16}, proof.Header},
		"crit of alg":              {m{2: []any{1}}, proof.Header},
		"crit of itself":           {m{2: []any{2}}, proof.Header},
		"crit unknown":             {m{2: []any{99}, 99: 1}, proof.Header},
		"crit absent":              {m{2: []any{16}, 16: nil}, proof.Header},
		"crit of typ":              {m{2: []any{16}}, proof.Header},
		"crit by name":             {m{2: []any{"x"}, "x": 1}, proof.Header},
		"kid as text":              {m{4: "kid"}, proof.Key},
		"kid empty":                {m{4: []byte{}}, proof.Key},
		"kid long":                 {m{4: make([]byte, 2000)}, proof.Key},
		"x5u":                      {m{35: "https://attacker.example/cert"}, proof.Key},
		"x5bag":                    {m{32: leaf.Raw}, proof.Key},
		"kcwt":                     {m{13: []byte("x")}, proof.Key},
		"kccs":                     {m{14: m{8: m{1: m{}}}}, proof.Key},
		"x5chain empty":            {m{33: []any{}}, proof.Key},
		"x5chain list of one":      {m{33: []any{leaf.Raw}}, proof.Key},
		"x5chain of text":          {m{33: "x"}, proof.Key},
		"x5chain of garbage":       {m{33: []byte("x")}, proof.Key},
		"x5chain too long":         {m{33: []any{leaf.Raw, leaf.Raw, leaf.Raw, leaf.Raw, leaf.Raw, leaf.Raw, leaf.Raw, leaf.Raw, leaf.Raw, leaf.Raw, leaf.Raw}}, proof.Key},
		"x5chain large":            {m{33: make([]byte, 40<<10)}, proof.Key},
		"x5chain of another curve": {m{33: other.Raw}, proof.Header},
		"x5t of another":           {m{33: leaf.Raw, 34: []any{-16, make([]byte, 32)}}, proof.Key},
		"x5t by another digest":    {m{33: leaf.Raw, 34: []any{-44, digest[:]}}, proof.Key},
		"x5t no pair":              {m{33: leaf.Raw, 34: digest[:]}, proof.Key},
		"claims no map":            {m{15: []any{}}, proof.Malformed},
		"claims with a bad time":   {m{15: m{6: "2010-01-01T19:23:24Z"}}, proof.Malformed},
		"many parameters":          {many, proof.Resources},
		"deep":                     {m{99: nested(40)}, proof.Resources},
		"large":                    {m{99: strings.Repeat("x", 200<<10)}, proof.Resources},
		"a key that is a list":     {m{[1]int{1}: 1}, proof.Malformed},
		"a tag":                    {m{99: cbor.Tag{Number: 1, Content: 1}}, proof.Malformed},
		"undefined":                {m{99: cbor.RawMessage{0xf7}}, proof.Malformed},
		"no UTF-8":                 {m{99: cbor.RawMessage{0x61, 0xff}}, proof.Malformed},
	} {
		data := message(t, keys.ES256, marshal(t, with(c.change)), m{})
		_, err := verify(data, cwt.VC, signers()[keys.ES256].Public())
		refused(t, what, err, c.code)
	}
}

func nested(n int) any {
	var v any = 1
	for range n {
		v = []any{v}
	}
	return v
}

func TestAlgorithmsOfRFC9864(t *testing.T) {
	t.Parallel()
	p := cwt.VC
	p.Algorithms = []string{keys.ES256, keys.ES384, keys.EdDSA, keys.ES512}
	for number, alg := range map[int]string{-9: keys.ES256, -51: keys.ES384, -19: keys.EdDSA, -52: keys.ES512} {
		data := message(t, alg, marshal(t, with(m{1: number})), m{})
		got, err := verify(data, p, signers()[alg].Public())
		if err != nil || got.Header.Algorithm != alg {
			t.Errorf("%d: %v", number, err)
		}
		for other, k := range signers() {
			if other != alg {
				_, err := verify(data, p, k.Public())
				refused(t, "another key", err, proof.Header)
			}
		}
	}
}

func TestCritical(t *testing.T) {
	t.Parallel()
	p := cwt.VC
	p.Critical = []int64{99}
	for what, c := range map[string]struct {
		change m
		code   proof.Code
	}{
		"processed":        {m{2: []any{99}, 99: 1}, ""},
		"processed twice":  {m{2: []any{99, 99}, 99: 1}, proof.Header},
		"absent":           {m{2: []any{99}}, proof.Header},
		"and another":      {m{2: []any{99, 98}, 98: 1, 99: 1}, proof.Header},
		"a list in a list": {m{2: []any{[]any{99}}, 99: 1}, proof.Header},
	} {
		_, err := cwt.Parse(message(t, keys.ES256, marshal(t, with(c.change)), m{}), p)
		refused(t, what, err, c.code)
	}
}

// What is not signed says nothing: the header for it is empty, or holds a kid
// where the caller takes it for a hint.
func TestUnprotectedHeader(t *testing.T) {
	t.Parallel()
	hint := cwt.VC
	hint.Hint = true
	protected := marshal(t, with(m{4: nil}))
	for what, c := range map[string]struct {
		header m
		strict proof.Code
		hinted proof.Code
	}{
		"empty":           {m{}, "", ""},
		"kid":             {m{4: []byte("k")}, proof.Header, ""},
		"kid as text":     {m{4: "k"}, proof.Header, proof.Key},
		"alg":             {m{1: -7}, proof.Header, proof.Header},
		"kid and another": {m{4: []byte("k"), 99: 1}, proof.Header, proof.Header},
		"x5chain":         {m{33: certificate(keys.ES256).Raw}, proof.Header, proof.Header},
	} {
		data := message(t, keys.ES256, protected, c.header)
		_, err := cwt.Parse(data, cwt.VC)
		refused(t, what, err, c.strict)
		_, err = cwt.Parse(data, hint)
		refused(t, what+", hint", err, c.hinted)
	}
	_, err := cwt.Parse(message(t, keys.ES256, marshal(t, with(nil)), m{4: []byte("kid")}), hint)
	refused(t, "kid in both", err, proof.Malformed)
	// An alg that nobody signed is not taken for one that is missing.
	_, err = cwt.Parse(message(t, keys.ES256, marshal(t, with(m{1: nil})), m{1: -7}), hint)
	refused(t, "alg unprotected alone", err, proof.Header)
}

func TestStructure(t *testing.T) {
	t.Parallel()
	good := message(t, keys.ES256, marshal(t, with(nil)), m{})
	protected := marshal(t, with(nil))
	sig := make([]byte, 64)
	for what, c := range map[string]struct {
		data []byte
		code proof.Code
	}{
		"empty":                {nil, proof.Malformed},
		"the tag alone":        {[]byte{0xd2}, proof.Malformed},
		"text":                 {[]byte("eyJhbGciOiJFUzI1NiJ9.e30.AAAA"), proof.Malformed},
		"untagged":             {good[1:], proof.Malformed},
		"tagged twice":         {append([]byte{0xd2}, good...), proof.Malformed},
		"tag of a CWT":         {append([]byte{0xd8, 61}, good...), proof.Malformed},
		"long tag":             {append([]byte{0xd8, 18}, good[1:]...), proof.Malformed},
		"COSE_Sign":            {marshal(t, cbor.Tag{Number: 98, Content: []any{protected, m{}, payload, []any{}}}), proof.Malformed},
		"three parts":          {marshal(t, cbor.Tag{Number: 18, Content: []any{protected, m{}, payload}}), proof.Malformed},
		"five parts":           {marshal(t, cbor.Tag{Number: 18, Content: []any{protected, m{}, payload, sig, sig}}), proof.Malformed},
		"protected as a map":   {marshal(t, cbor.Tag{Number: 18, Content: []any{with(nil), m{}, payload, sig}}), proof.Malformed},
		"protected as a list":  {marshal(t, cbor.Tag{Number: 18, Content: []any{marshal(t, []any{1}), m{}, payload, sig}}), proof.Malformed},
		"protected empty":      {marshal(t, cbor.Tag{Number: 18, Content: []any{[]byte{}, m{}, payload, sig}}), proof.Header},
		"protected empty map":  {marshal(t, cbor.Tag{Number: 18, Content: []any{[]byte{0xa0}, m{}, payload, sig}}), proof.Header},
		"unprotected as bytes": {marshal(t, cbor.Tag{Number: 18, Content: []any{protected, []byte{0xa0}, payload, sig}}), proof.Malformed},
		"payload null":         {marshal(t, cbor.Tag{Number: 18, Content: []any{protected, m{}, nil, sig}}), proof.Header},
		"payload as text":      {marshal(t, cbor.Tag{Number: 18, Content: []any{protected, m{}, "{}", sig}}), proof.Malformed},
		"payload empty":        {marshal(t, cbor.Tag{Number: 18, Content: []any{protected, m{}, []byte{}, sig}}), proof.Malformed},
		"signature empty":      {marshal(t, cbor.Tag{Number: 18, Content: []any{protected, m{}, payload, []byte{}}}), proof.Malformed},
		"signature null":       {marshal(t, cbor.Tag{Number: 18, Content: []any{protected, m{}, payload, nil}}), proof.Malformed},
		"signature short":      {marshal(t, cbor.Tag{Number: 18, Content: []any{protected, m{}, payload, sig[:63]}}), proof.Signature},
		"signature of zeros":   {marshal(t, cbor.Tag{Number: 18, Content: []any{protected, m{}, payload, sig}}), proof.Signature},
		"of no length":         {append([]byte{0xd2, 0x9f}, append(bytes.Clone(good[2:]), 0xff)...), proof.Malformed},
		"length that lies":     {[]byte{0xd2, 0x84, 0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xa0, 0x41, 0x41}, proof.Malformed},
		"many items":           {[]byte{0xd2, 0x84, 0x9b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xa0, 0x41, 0x41}, proof.Malformed},
		"8 MB":                 {append([]byte{0xd2, 0x84}, make([]byte, 8<<20)...), proof.Resources},
		"a million lists":      {append([]byte{0xd2, 0x84}, bytes.Repeat([]byte{0x81}, 1<<20)...), proof.Resources},
	} {
		start := time.Now()
		_, err := verify(c.data, cwt.VC, signers()[keys.ES256].Public())
		refused(t, what, err, c.code)
		if d := time.Since(start); d > testkit.AnswerTime() {
			t.Errorf("%s: took %v", what, d)
		}
	}
}

// Two readers must not read one header in two ways.
func TestTV19EncodingsOfOneHeader(t *testing.T) {
	t.Parallel()
	const rest = "\x03\x6eapplication/vc\x10\x73application/vc+cose"
	for what, c := range map[string]struct {
		header string
		code   proof.Code
	}{
		"canonical":             {"\xa3\x01\x26" + rest, ""},
		"in another order":      {"\xa3\x10\x73application/vc+cose\x01\x26\x03\x6eapplication/vc", ""},
		"alg twice":             {"\xa4\x01\x26\x01\x26" + rest, proof.Malformed},
		"alg twice, by a head":  {"\xa4\x01\x26\x18\x01\x38\x22" + rest, proof.Malformed},
		"a label of two bytes":  {"\xa3\x18\x01\x26" + rest, proof.Malformed},
		"a label of nine bytes": {"\xa3\x1b\x00\x00\x00\x00\x00\x00\x00\x01\x26" + rest, proof.Malformed},
		"a value of two bytes":  {"\xa3\x01\x38\x06" + rest, proof.Malformed},
		"a length of two bytes": {"\xb8\x03\x01\x26" + rest, proof.Malformed},
		"no length":             {"\xbf\x01\x26" + rest + "\xff", proof.Malformed},
		"a text in pieces":      {"\xa3\x01\x26\x03\x7f\x6eapplication/vc\xff\x10\x73application/vc+cose", proof.Malformed},
		"more behind it":        {"\xa3\x01\x26" + rest + "\x00", proof.Malformed},
		"two headers":           {"\xa3\x01\x26" + rest + "\xa0", proof.Malformed},
		"a label that is float": {"\xa4\x01\x26\xf9\x3c\x00\x26" + rest, proof.Malformed},
		"reserved head":         {"\xa3\x01\x3c" + rest, proof.Malformed},
		"cut":                   {"\xa3\x01\x26" + rest[:len(rest)-1], proof.Malformed},
	} {
		_, err := verify(message(t, keys.ES256, []byte(c.header), m{}), cwt.VC, signers()[keys.ES256].Public())
		refused(t, what, err, c.code)
	}
}

func TestKeyIDRule(t *testing.T) {
	t.Parallel()
	p := cwt.VC
	p.KeyID = func(kid []byte) error {
		if string(kid) != "mine" {
			return errors.New("not mine")
		}
		return nil
	}
	_, err := cwt.Parse(message(t, keys.ES256, marshal(t, with(m{4: []byte("mine")})), m{}), p)
	refused(t, "mine", err, "")
	_, err = cwt.Parse(message(t, keys.ES256, marshal(t, with(nil)), m{}), p)
	refused(t, "another", err, proof.Key)
}
