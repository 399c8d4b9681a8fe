package status_test

import (
	"bytes"
	"crypto/ecdsa"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/jose"
	"github.com/probatum/probatum/status"
)

// claims is the payload of a token list.
func claims() obj {
	return obj{
		"sub": listURL, "iat": noon.Add(-time.Minute).Unix(), "exp": noon.Add(time.Hour).Unix(), "ttl": 30,
		"status_list": obj{"bits": 2, "lst": status.Encode(status.Token, 2, 1000, func(int64) uint8 { return 0 })},
	}
}

func TestOpen(t *testing.T) {
	t.Parallel()
	by := newSigner(t, "P-256")
	vc := by.credential("revocation", empty())
	for name, data := range map[string][]byte{
		"vc":                       by.vc(t, vc),
		"token":                    by.token(t, claims()),
		"di":                       by.di(t, vc),
		"no cty":                   by.jwt(t, "vc+jwt", "", vc, nil),
		"kid alone":                by.jwt(t, "vc+jwt", "vc", vc, func(h *jose.TokenHeader) { h.Certificates = nil }),
		"x5c alone":                by.jwt(t, "vc+jwt", "vc", vc, func(h *jose.TokenHeader) { h.KeyID = "" }),
		"kid is no DID":            by.jwt(t, "statuslist+jwt", "", claims(), func(h *jose.TokenHeader) { h.KeyID = "12" }),
		"issuer is an object":      by.vc(t, by.with(vc, obj{"issuer": obj{"id": by.DID, "name": "Demo"}})),
		"subject in a list":        by.vc(t, by.with(vc, obj{"credentialSubject": []any{vc["credentialSubject"]}})),
		"several purposes":         by.vc(t, by.with(vc, obj{"credentialSubject.statusPurpose": []string{"suspension", "mood"}})),
		"a size":                   by.vc(t, by.with(vc, obj{"credentialSubject.statusSize": 1})),
		"no times":                 by.vc(t, by.with(vc, obj{"validFrom": nil, "validUntil": nil, "credentialSubject.ttl": nil})),
		"by a clock that is ahead": by.vc(t, by.with(vc, obj{"validFrom": stamp(noon.Add(50 * time.Second))})),
		"expired a little":         by.vc(t, by.with(vc, obj{"validUntil": stamp(noon.Add(-50 * time.Second))})),
		"claims that agree":        by.vc(t, by.with(vc, obj{"iss": by.DID, "jti": listURL, "exp": noon.Add(time.Hour).Unix()})),
		"token with iss":           by.token(t, by.with(claims(), obj{"iss": by.DID})),
		"token with another iss":   by.token(t, by.with(claims(), obj{"iss": "https://issuer.example"})),
		"token without end":        by.token(t, by.with(claims(), obj{"exp": nil, "ttl": nil})),
		"ttl of half a second":     by.token(t, by.with(claims(), obj{"ttl": 0.5})),
		"ttl without end":          by.token(t, by.with(claims(), obj{"ttl": 1e300})),
	} {
		l, err := open(t, data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if l.URL != listURL || !by.Key.Public().(*ecdsa.PublicKey).Equal(l.Signer.Key) {
			t.Errorf("%s: %+v", name, l)
		}
		if (name == "x5c alone" || name == "kid is no DID") != (l.Signer.DID == "") || (name == "kid alone" || name == "di") != (l.Signer.Chain.Leaf == nil) {
			t.Errorf("%s: signer %+v", name, l.Signer)
		}
		if name == "ttl of half a second" && l.TTL != 500*time.Millisecond {
			t.Errorf("%s: %v", name, l.TTL)
		}
		if url, err := status.Peek(data); err != nil || url != listURL {
			t.Errorf("%s: Peek = %q, %v", name, url, err)
		}
	}
}

// TV-25: none of these lists says anything, though all but the first few are
// rightly signed by their issuer.
func TestTV25BadLists(t *testing.T) {
	t.Parallel()
	by, other := newSigner(t, "P-256"), newSigner(t, "P-256")
	vc := by.credential("revocation", empty())
	change := func(o obj) []byte { return by.vc(t, by.with(vc, o)) }
	claim := func(o obj) []byte { return by.token(t, by.with(claims(), o)) }
	header := func(f func(*jose.TokenHeader)) []byte { return by.jwt(t, "vc+jwt", "vc", vc, f) }
	good := by.vc(t, vc)
	parts := bytes.Split(good, []byte{'.'})
	raw := func(header, payload string) []byte {
		return []byte(base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + "." + string(parts[2]))
	}
	short := status.Encode(status.Bitstring, 1, status.Entries-8, func(int64) uint8 { return 0 })
	foreign := other.credential("revocation", empty())
	foreign["issuer"] = by.DID

	for name, c := range map[string]struct {
		data []byte
		want status.Problem
	}{
		// who signed
		"unsigned JSON":             {js(t, vc), status.Verification},
		"unsigned token":            {raw(`{"alg":"none","typ":"vc+jwt"}`, string(js(t, vc))), status.Verification},
		"no signature":              {append(bytes.Join(parts[:2], []byte{'.'}), '.'), status.Verification},
		"two parts":                 {bytes.Join(parts[:2], []byte{'.'}), status.Verification},
		"of another, as the issuer": {other.vc(t, foreign), status.Verification},
		"signed by another key":     {other.jwt(t, "vc+jwt", "vc", vc, func(h *jose.TokenHeader) { h.KeyID, h.Certificates = by.Method, nil }), status.Verification},
		"another's certificate":     {header(func(h *jose.TokenHeader) { h.Certificates = other.Chain.Certificates() }), status.Verification},
		"kid and x5c disagree":      {other.jwt(t, "vc+jwt", "vc", vc, func(h *jose.TokenHeader) { h.KeyID = by.Method }), status.Verification},
		"neither kid nor x5c":       {header(func(h *jose.TokenHeader) { h.KeyID, h.Certificates = "", nil }), status.Verification},
		"kid is a name only":        {header(func(h *jose.TokenHeader) { h.KeyID, h.Certificates = "key-1", nil }), status.Verification},
		"kid is the DID alone":      {header(func(h *jose.TokenHeader) { h.KeyID, h.Certificates = by.DID, nil }), status.Verification},
		"kid of no method":          {header(func(h *jose.TokenHeader) { h.KeyID, h.Certificates = by.DID+"#x", nil }), status.Verification},
		"a DID that is not known":   {by.jwt(t, "statuslist+jwt", "", claims(), func(h *jose.TokenHeader) { h.KeyID, h.Certificates = "did:web:issuer.example#1", nil }), status.Retrieval},
		"own key in the header":     {by.jwt(t, "vc+jwt", "vc", vc, func(h *jose.TokenHeader) { h.KeyID, h.Certificates, h.JWK = "", nil, jwk(t, by) }), status.Verification},
		"another issuer":            {change(obj{"issuer": other.DID}), status.Verification},
		"iss is another":            {change(obj{"iss": other.DID}), status.Verification},
		"token iss is another DID":  {claim(obj{"iss": other.DID}), status.Verification},
		"broken chain": {header(func(h *jose.TokenHeader) {
			h.Certificates = append(by.Chain.Certificates()[:1:1], other.Chain.Intermediates...)
		}), status.Verification},

		// what it is
		"a credential of no list":  {change(obj{"type": []string{"VerifiableCredential"}}), status.Verification},
		"subject of another type":  {change(obj{"credentialSubject.type": "StatusList2021"}), status.Verification},
		"two subjects":             {change(obj{"credentialSubject": []any{vc["credentialSubject"], vc["credentialSubject"]}}), status.Verification},
		"typ of a presentation":    {by.jwt(t, "vp+jwt", "vc", vc, nil), status.Verification},
		"typ of the other kind":    {by.jwt(t, "statuslist+jwt", "", vc, nil), status.Verification},
		"no typ":                   {by.jwt(t, "", "", claims(), nil), status.Verification},
		"typ JWT":                  {by.jwt(t, "JWT", "", claims(), nil), status.Verification},
		"cty of a presentation":    {by.jwt(t, "vc+jwt", "vp", vc, nil), status.Verification},
		"claims called vc":         {change(obj{"vc": obj{}}), status.Verification},
		"another list":             {change(obj{"id": listURL + "2"}), status.Verification},
		"another list, jti right":  {change(obj{"id": listURL + "2", "jti": listURL}), status.Verification},
		"no id":                    {change(obj{"id": nil}), status.Verification},
		"context of 1.1":           {change(obj{"@context": []string{"https://www.w3.org/2018/credentials/v1"}, "issuanceDate": stamp(noon)}), status.Verification},
		"no context":               {change(obj{"@context": nil}), status.Verification},
		"no issuer":                {change(obj{"issuer": nil}), status.Verification},
		"with a status of its own": {change(obj{"credentialStatus": entry("revocation", "1")}), status.Verification},
		"a purpose nobody knows":   {change(obj{"credentialSubject.statusPurpose": "mood"}), status.Verification},
		"no purpose":               {change(obj{"credentialSubject.statusPurpose": nil}), status.Verification},
		"purposes are empty":       {change(obj{"credentialSubject.statusPurpose": []string{}}), status.Verification},
		"purpose is a number":      {change(obj{"credentialSubject.statusPurpose": []any{"revocation", 1}}), status.Verification},
		"size 9":                   {change(obj{"credentialSubject.statusSize": 9}), status.Verification},
		"size is text":             {change(obj{"credentialSubject.statusSize": "1"}), status.Verification},
		"ttl is text":              {change(obj{"credentialSubject.ttl": "30000"}), status.Verification},
		"ttl is negative":          {change(obj{"credentialSubject.ttl": -1}), status.Verification},
		"a name in another case":   {change(obj{"credentialSubject.EncodedList": empty()}), status.Verification},
		"sub is another":           {claim(obj{"sub": listURL + "/"}), status.Verification},
		"no sub":                   {claim(obj{"sub": nil}), status.Verification},
		"no iat":                   {claim(obj{"iat": nil}), status.Verification},
		"iat is text":              {claim(obj{"iat": stamp(noon)}), status.Verification},
		"bits 3":                   {claim(obj{"status_list.bits": 3}), status.Verification},
		"bits 16":                  {claim(obj{"status_list.bits": 16}), status.Verification},
		"bits are text":            {claim(obj{"status_list.bits": "2"}), status.Verification},
		"no bits":                  {claim(obj{"status_list.bits": nil}), status.Verification},
		"no lst":                   {claim(obj{"status_list.lst": nil}), status.Verification},
		"no status_list":           {claim(obj{"status_list": nil}), status.Verification},
		"token ttl 0":              {claim(obj{"ttl": 0}), status.Verification},
		"token ttl -1":             {claim(obj{"ttl": -1}), status.Verification},
		"token ttl is text":        {claim(obj{"ttl": "30"}), status.Verification},

		// when
		"expired":            {change(obj{"validUntil": stamp(noon.Add(-61 * time.Second))}), status.Verification},
		"not yet valid":      {change(obj{"validFrom": stamp(noon.Add(61 * time.Second))}), status.Verification},
		"end before begin":   {change(obj{"validFrom": stamp(noon), "validUntil": stamp(noon.Add(-30 * time.Second))}), status.Verification},
		"time without zone":  {change(obj{"validUntil": "2026-11-25T13:00:00"}), status.Verification},
		"expired by claim":   {change(obj{"exp": noon.Add(-2 * time.Minute).Unix()}), status.Verification},
		"token expired":      {claim(obj{"exp": noon.Add(-60 * time.Second).Unix()}), status.Verification},
		"token of tomorrow":  {claim(obj{"iat": noon.Add(61 * time.Second).Unix()}), status.Verification},
		"token not yet":      {claim(obj{"nbf": noon.Add(61 * time.Second).Unix()}), status.Verification},
		"token end is null":  {by.token(t, by.with(claims(), obj{"exp": []int{}})), status.Verification},
		"token end is a day": {claim(obj{"exp": "2026-11-26"}), status.Verification},

		// its entries
		"too short":        {by.vc(t, by.credential("revocation", short)), status.Length},
		"too short in all": {change(obj{"credentialSubject.statusSize": 2}), status.Length},
		"no multibase":     {by.vc(t, by.credential("revocation", empty()[1:])), status.Verification},
		"base58 multibase": {by.vc(t, by.credential("revocation", "z"+empty()[1:])), status.Verification},
		"padded":           {by.vc(t, by.credential("revocation", empty()+"=")), status.Verification},
		"a line break":     {by.vc(t, by.credential("revocation", empty()+"\n")), status.Verification},
		"empty list":       {by.vc(t, by.credential("revocation", "u")), status.Verification},
		"not compressed":   {by.vc(t, by.credential("revocation", "u"+strings.Repeat("A", 22000))), status.Verification},
		"zlib for gzip":    {by.vc(t, by.credential("revocation", "u"+status.Encode(status.Token, 1, status.Entries, zero))), status.Verification},
		"gzip for zlib":    {claim(obj{"status_list.lst": empty()[1:]}), status.Verification},
		"multibase lst":    {claim(obj{"status_list.lst": "u" + status.Encode(status.Token, 2, 1000, zero)}), status.Verification},

		// no list at all
		"nothing": {nil, status.Verification}, "HTML": {[]byte("<!doctype html><title>404</title>"), status.Verification},
		"text": {[]byte("no such list"), status.Verification}, "JSON list": {[]byte("[]"), status.Verification}, "JSON": {[]byte("{}"), status.Verification},
		"dots": {[]byte(".."), status.Verification}, "more behind": {append(bytes.Clone(good), '\n'), status.Verification}, "more before": {append([]byte{' '}, good...), status.Verification},
		"two members": {[]byte(`{"id":"a","id":"b"}`), status.Verification}, "half": {good[:len(good)/2], status.Verification},
	} {
		l, err := open(t, c.data)
		if l != nil {
			t.Errorf("%s: opened", name)
		}
		isProblem(t, name, err, c.want)
	}
	if _, err := open(t, good); err != nil {
		t.Errorf("the good one: %v", err)
	}
}

func zero(int64) uint8 { return 0 }

func jwk(t testing.TB, s signer) []byte {
	t.Helper()
	k, err := keys.MarshalJWK(s.Key.Public(), "")
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// Lists by keys that were replaced count as long as they can be from before, and
// end soon. Those by keys that were revoked do not.
func TestOpenAfterRotation(t *testing.T) {
	t.Parallel()
	const did = "did:web:issuer.example"
	old, now := newSigner(t, "P-256"), newSigner(t, "P-256")
	replaced := noon.Add(-time.Hour)
	resolve := func(revoked time.Time) resolver {
		written, err := keys.History{
			{Key: now.Key.Public(), From: replaced},
			{Key: old.Key.Public(), From: noon.AddDate(-1, 0, 0), Until: replaced, Revoked: revoked},
		}.DIDDocument(did)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := keys.ParseDIDDocument(written)
		if err != nil {
			t.Fatal(err)
		}
		return resolver{did: doc}
	}
	thumbprint, err := keys.Thumbprint(old.Key.Public())
	if err != nil {
		t.Fatal(err)
	}
	old.DID, old.Method = did, did+"#"+thumbprint
	vc := old.credential("revocation", empty())
	for name, c := range map[string]struct {
		from, until any
		revoked     time.Time
		good        bool
	}{
		"from before":             {stamp(replaced.Add(-time.Minute)), stamp(noon.Add(time.Hour)), time.Time{}, true},
		"from after":              {stamp(replaced.Add(time.Minute)), stamp(noon.Add(time.Hour)), time.Time{}, false},
		"dated back, for ever":    {stamp(replaced.Add(-time.Minute)), nil, time.Time{}, false},
		"dated back, for a month": {stamp(replaced.Add(-time.Minute)), stamp(noon.AddDate(0, 1, 0)), time.Time{}, false},
		"without a time":          {nil, stamp(noon.Add(time.Hour)), time.Time{}, false},
		"by a revoked key":        {stamp(replaced.Add(-time.Minute)), stamp(noon.Add(time.Hour)), noon, false},
	} {
		for _, chain := range []bool{true, false} {
			data := old.jwt(t, "vc+jwt", "vc", old.with(vc, obj{"validFrom": c.from, "validUntil": c.until}), func(h *jose.TokenHeader) {
				if !chain {
					h.Certificates = nil
				}
			})
			_, err := status.Open(t.Context(), data, status.OpenOptions{URL: listURL, Resolver: resolve(c.revoked), Now: noon})
			if (err == nil) != c.good {
				t.Errorf("%s, with a certificate %v: %v", name, chain, err)
			}
		}
	}
}

func TestPeekRefuses(t *testing.T) {
	t.Parallel()
	by := newSigner(t, "P-256")
	for i, data := range [][]byte{
		nil, []byte("{}"), []byte("x"), []byte("a.b.c"), []byte(`{"id":"urn:uuid:1"}`), []byte(`{"id":"` + listURL + `","id":"x"}`), []byte("<html>"),
		by.jwt(t, "vp+jwt", "", obj{"id": listURL}, nil), by.jwt(t, "statuslist+jwt", "", obj{"id": listURL}, nil), by.jwt(t, "vc+jwt", "", obj{"id": listURL}, nil)[:40],
		[]byte(fmt.Sprintf("{%q:%q}", "id", "http://issuer.example/1")),
	} {
		if url, err := status.Peek(data); err == nil {
			t.Errorf("%d: %q", i, url)
		}
	}
}
