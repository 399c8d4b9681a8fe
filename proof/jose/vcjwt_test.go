package jose_test

import (
	"bytes"
	"crypto"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/jose"
)

const headerVC = `{"alg":"ES256","typ":"vc+jwt","cty":"vc","kid":"` + kid + `"}`

func TestVC(t *testing.T) {
	t.Parallel()
	for alg, s := range signers() {
		policy := jose.VCPolicy{Algorithms: []string{alg}}
		token := credentialBy(t, s, alg)
		vc, err := policy.ParseVC([]byte(token))
		if err != nil {
			t.Fatalf("%s: %v", alg, err)
		}
		want(t, alg, vc.Verify(s.Public()), "")
		if string(vc.Document) != document || vc.KeyID != kid || vc.Issuer != "did:web:body.example:bodies:nova" || vc.LooseIssuedAt {
			t.Errorf("%s: read as %+v", alg, vc)
		}
		_, err = jose.ParseVC([]byte(token))
		if alg == keys.ES512 {
			want(t, "ES512", err, proof.Header)
		} else {
			want(t, alg, err, "")
		}
		_, err = jose.ParseVP([]byte(token))
		want(t, alg+" as a presentation", err, proof.Header)
	}
	got, err := jose.SigningInputVC([]byte(document), jose.TokenHeader{Algorithm: "ES256", KeyID: kid, Type: "other", ContentType: "other"})
	if wanted := b64(headerVC) + "." + b64(document); err != nil || string(got) != wanted {
		t.Errorf("%s, %v, want %s", got, err, wanted)
	}
	_, err = jose.SigningInputVC([]byte(document), jose.TokenHeader{Algorithm: "ES256"})
	want(t, "without kid", err, proof.Key)
	for what, doc := range map[string]string{
		"no JSON": "x", "a list": "[" + document + "]", "vc": edited(t, map[string]any{"vc": map[string]any{}}), "no issuer": edited(t, map[string]any{"issuer": nil}),
	} {
		if _, err := jose.SigningInputVC([]byte(doc), jose.TokenHeader{Algorithm: "ES256", KeyID: kid}); err == nil {
			t.Errorf("%s can be signed", what)
		}
	}
}

// What is rightly signed, but says something that it may not: TV-19, TV-22, TV-23.
func TestVCPayload(t *testing.T) {
	t.Parallel()
	const id, issuer, subject = "urn:uuid:7b3a2f0e-6f0c-4c55-9c4e-3f1b8f0f4b11", "did:web:body.example:bodies:nova", "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"
	type claims = map[string]any
	for what, c := range map[string]struct {
		change claims
		code   proof.Code
	}{
		"as it is":            {nil, ""},
		"claims that agree":   {claims{"iss": issuer, "jti": id, "sub": subject, "iat": 1764072000, "nbf": 1764072000.5, "exp": 1864072000, "aud": "x"}, ""},
		"issuer a string":     {claims{"issuer": issuer, "iss": issuer}, ""},
		"other claims":        {claims{"nonce": "x", "aud": []any{"a", "b"}}, ""},
		"iss differs":         {claims{"iss": "did:web:other.example"}, proof.Key},
		"iss differs by a /":  {claims{"iss": issuer + "/"}, proof.Key},
		"iss in capitals":     {claims{"iss": strings.ToUpper(issuer)}, proof.Key},
		"iss a list":          {claims{"iss": []any{issuer}}, proof.Key},
		"iss an object":       {claims{"iss": claims{"id": issuer}}, proof.Key},
		"iss a number":        {claims{"iss": 1}, proof.Key},
		"iss empty":           {claims{"iss": ""}, proof.Key},
		"no issuer":           {claims{"issuer": nil}, proof.Key},
		"no issuer, iss":      {claims{"issuer": nil, "iss": issuer}, proof.Key},
		"issuer a list":       {claims{"issuer": []any{issuer}}, proof.Key},
		"issuer two":          {claims{"issuer": []any{issuer, "did:web:other.example"}}, proof.Key},
		"issuer a number":     {claims{"issuer": 7}, proof.Key},
		"issuer empty":        {claims{"issuer": ""}, proof.Key},
		"issuer without id":   {claims{"issuer": claims{"name": "Nova"}}, proof.Key},
		"issuer's id a list":  {claims{"issuer": claims{"id": []any{issuer}}}, proof.Key},
		"issuer's id a case":  {claims{"issuer": claims{"ID": issuer}}, proof.Key},
		"jti differs":         {claims{"jti": "urn:x:y"}, proof.Schema},
		"jti without an id":   {claims{"jti": id, "id": nil}, proof.Schema},
		"jti a number":        {claims{"jti": 5}, proof.Malformed},
		"sub differs":         {claims{"sub": issuer}, proof.Schema},
		"sub without subject": {claims{"sub": subject, "credentialSubject": nil}, proof.Schema},
		"sub of several":      {claims{"sub": subject, "credentialSubject": []any{claims{"id": subject}}}, proof.Schema},
		"sub a list":          {claims{"sub": []any{subject}}, proof.Malformed},
		"aud empty":           {claims{"aud": []any{}}, proof.Malformed},
		"aud a number":        {claims{"aud": 1}, proof.Malformed},
		"aud of a number":     {claims{"aud": []any{"a", 1}}, proof.Malformed},
		"vc":                  {claims{"vc": claims{"type": []any{"VerifiableCredential"}}}, proof.Type},
		"vc a string":         {claims{"vc": "oops"}, proof.Type},
		"vp":                  {claims{"vp": "nooo"}, proof.Type},
		"vc false":            {claims{"vc": false}, proof.Type},
		"VC":                  {claims{"VC": claims{}}, proof.Malformed},
		"ISS":                 {claims{"ISS": issuer}, proof.Malformed},
		"Issuer":              {claims{"Issuer": issuer}, proof.Malformed},
		"iat a date":          {claims{"iat": "2010-01-01T19:23:24Z"}, proof.Validity},
		"iat text of digits":  {claims{"iat": "1764072000"}, proof.Validity},
		"iat true":            {claims{"iat": true}, proof.Validity},
		"nbf a date":          {claims{"nbf": "2010-01-01T19:23:24Z"}, proof.Validity},
		"nbf a list":          {claims{"nbf": []any{1}}, proof.Validity},
		"exp an object":       {claims{"exp": claims{}}, proof.Validity},
		"exp negative":        {claims{"exp": -1}, proof.Validity},
		"exp beyond 9999":     {claims{"exp": 253402300800}, proof.Validity},
	} {
		token := tokenOf(t, ecKey(), keys.ES256, headerVC, edited(t, c.change))
		want(t, what, check(token, ecKey().Public()), c.code)
	}
	for what, c := range map[string]struct {
		payload string
		code    proof.Code
	}{
		"no JSON":            {"x", proof.Malformed},
		"empty":              {"", proof.Malformed},
		"null":               {"null", proof.Malformed},
		"a list":             {"[" + document + "]", proof.Malformed},
		"a string":           {string(written(t, document)), proof.Malformed},
		"two":                {document + document, proof.Malformed},
		"text behind":        {document + "x", proof.Malformed},
		"a mark":             {"\xef\xbb\xbf" + document, proof.Malformed},
		"no UTF-8":           {strings.Replace(document, "Nova", "No\xffva", 1), proof.Malformed},
		"null as a time":     {`{"nbf":null,` + document[1:], proof.Validity},
		"exp null":           {`{"exp":null,` + document[1:], proof.Validity},
		"iss null":           {`{"iss":null,` + document[1:], proof.Key},
		"issuer twice":       {`{"issuer":"did:web:other.example",` + document[1:], proof.Malformed},
		"issuer twice, last": {document[:len(document)-1] + `,"issuer":"did:web:other.example"}`, proof.Malformed},
		"twice by escape":    {`{"\u0069ssuer":"did:web:other.example",` + document[1:], proof.Malformed},
		"subject twice":      {`{"credentialSubject":{},` + document[1:], proof.Malformed},
		"a grade twice":      {strings.Replace(document, `"grade":`, `"grade":1,"grade":`, 1), proof.Malformed},
		"iss twice":          {`{"iss":"a","iss":"did:web:body.example:bodies:nova",` + document[1:], proof.Malformed},
		"9,000 levels":       {`{"a":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + "," + document[1:], proof.Resources},
		"200,000 levels":     {`{"a":` + strings.Repeat("[", 200_000), proof.Resources},
		"100,000 members":    {`{"a":[` + strings.Repeat("0,", 100_000) + `0],` + document[1:], proof.Resources},
		"100,000 digits":     {`{"a":` + strings.Repeat("9", 100_000) + "," + document[1:], proof.Resources},
		"a long time":        {`{"exp":1` + strings.Repeat("0", 300) + "," + document[1:], proof.Validity},
		"a huge time":        {`{"exp":1e400,` + document[1:], proof.Validity},
	} {
		token := tokenOf(t, ecKey(), keys.ES256, headerVC, c.payload)
		want(t, what, check(token, ecKey().Public()), c.code)
	}
}

func TestLooseIssuedAt(t *testing.T) {
	t.Parallel()
	for payload, code := range map[string]proof.Code{
		edited(t, map[string]any{"iat": "2010-01-01T19:23:24Z"}): "",
		edited(t, map[string]any{"iat": 5}):                      "",
		edited(t, map[string]any{"iat": true}):                   proof.Validity,
		edited(t, map[string]any{"iat": []any{}}):                proof.Validity,
		edited(t, map[string]any{"nbf": "2010-01-01T19:23:24Z"}): proof.Validity,
		edited(t, map[string]any{"exp": "2010-01-01T19:23:24Z"}): proof.Validity,
	} {
		token := []byte(tokenOf(t, ecKey(), keys.ES256, headerVC, payload))
		vc, err := jose.VCPolicy{LooseIssuedAt: true}.ParseVC(token)
		want(t, payload, err, code)
		if err == nil && vc.LooseIssuedAt != strings.Contains(payload, `"iat":"`) {
			t.Errorf("%s: %v", payload, vc.LooseIssuedAt)
		}
	}
}

func TestVCHeader(t *testing.T) {
	t.Parallel()
	for header, code := range map[string]proof.Code{
		headerVC:                         "",
		`{"alg":"ES256","typ":"vc+jwt"}`: "",
		`{"alg":"ES256","typ":"vc+jwt","cty":"vc","kid":"73voMXFNmNlOEpuYCSJlh8eN0dscykoO6gBukgRS1uU"}`: "",
		`{"alg":"ES256","typ":"application/vc+jwt"}`:                                                    "",
		`{"alg":"ES256","typ":"application/vc+jwt","cty":"application/vc"}`:                             "",
		`{"alg":"ES256","typ":"application/application/vc+jwt"}`:                                        proof.Header,
		`{"alg":"ES256","typ":"application/"}`:                                                          proof.Header,
		`{"alg":"ES256","typ":"Application/vc+JWT","cty":"VC"}`:                                         "",
		`{"alg":"ES256","typ":"text/vc+jwt"}`:                                                           proof.Header,
		`{"alg":"ES256","typ":"application/vp+jwt"}`:                                                    proof.Header,
		`{"alg":"ES256","typ":"vc+jwt","cty":"application/vp"}`:                                         proof.Header,
		`{"alg":"ES256"}`:                                           proof.Header,
		`{"alg":"ES256","typ":"JWT"}`:                               proof.Header,
		`{"alg":"ES256","typ":"vp+jwt"}`:                            proof.Header,
		`{"alg":"ES256","typ":"VC+JWT"}`:                            "",
		`{"alg":"ES256","typ":"VP+JWT"}`:                            proof.Header,
		`{"alg":"ES256","typ":"jwt"}`:                               proof.Header,
		`{"alg":"ES256","typ":"vc+sd-jwt"}`:                         proof.Header,
		`{"alg":"ES256","typ":"vc+jwt","cty":"vp"}`:                 proof.Header,
		`{"alg":"ES256","typ":"vc+jwt","cty":"bad+cty"}`:            proof.Header,
		`{"alg":"ES256","typ":"vc+jwt","cty":""}`:                   proof.Header,
		`{"alg":"ES256","typ":"vc+jwt","b64":false}`:                proof.Header,
		`{"alg":"ES256","typ":"vc+jwt","b64":false,"crit":["b64"]}`: proof.Header,
		`{"alg":"ES256","typ":"vc+jwt","exp":1,"crit":["exp"]}`:     proof.Header,
		`{"alg":"ES512","typ":"vc+jwt"}`:                            proof.Header,
		`{"alg":"PS256","typ":"vc+jwt"}`:                            proof.Header,
	} {
		want(t, header, check(tokenOf(t, ecKey(), keys.ES256, header, document), ecKey().Public()), code)
	}
}

func TestVP(t *testing.T) {
	t.Parallel()
	const header = `{"alg":"EdDSA","typ":"vp+jwt","cty":"vp"}`
	const holder = "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"
	const vp = `{"@context":["https://www.w3.org/ns/credentials/v2"],"id":"urn:x:y","type":["VerifiablePresentation"]`
	for payload, code := range map[string]proof.Code{
		vp + `}`:                           "",
		vp + `,"holder":"` + holder + `"}`: "",
		vp + `,"holder":{"id":"` + holder + `"},"iss":"` + holder + `","jti":"urn:x:y","aud":"https://verifier.example","nonce":"n"}`: "",
		vp + `,"iss":"` + holder + `"}`:                                  proof.Key,
		vp + `,"holder":"did:web:other.example","iss":"` + holder + `"}`: proof.Key,
		vp + `,"holder":["` + holder + `"]}`:                             proof.Key,
		vp + `,"holder":{"name":"x"}}`:                                   proof.Key,
		vp + `,"jti":"urn:x:z"}`:                                         proof.Schema,
		vp + `,"vp":{}}`:                                                 proof.Type,
		vp + `,"vc":{}}`:                                                 proof.Type,
		vp + `,"iat":"2010-01-01T19:23:24Z"}`:                            proof.Validity,
		vp:                                                               proof.Malformed,
	} {
		p, err := jose.ParseVP([]byte(tokenOf(t, edKey(), keys.EdDSA, header, payload)))
		if err == nil {
			err = p.Verify(edKey().Public())
			if string(p.Document) != payload || p.Holder != holder && strings.Contains(payload, "holder") {
				t.Errorf("%s: read as %+v", payload, p)
			}
		}
		want(t, payload, err, code)
	}
	for _, other := range []string{`{"alg":"EdDSA","typ":"vc+jwt","cty":"vp"}`, `{"alg":"EdDSA","typ":"vp+jwt","cty":"vc"}`, `{"alg":"EdDSA"}`} {
		_, err := jose.ParseVP([]byte(tokenOf(t, edKey(), keys.EdDSA, other, vp+"}")))
		want(t, other, err, proof.Header)
	}
}

// Every leaf of a signed credential, changed, added or taken away, with the
// signature as it was: TV-3.
func TestTV03ChangedLeaves(t *testing.T) {
	t.Parallel()
	for alg, s := range map[string]crypto.Signer{keys.ES256: ecKey(), keys.ES384: p384Key(), keys.EdDSA: edKey(), keys.RS256: rsaKey()} {
		parts := strings.Split(credentialBy(t, s, alg), ".")
		n := 0
		for _, changed := range changes(t, document) {
			n++
			want(t, alg+" "+changed, check(parts[0]+"."+b64(changed)+"."+parts[2], s.Public()), proof.Signature)
		}
		for _, changed := range changes(t, string(unb64(t, parts[0]))) {
			n++
			if err := check(b64(changed)+"."+parts[1]+"."+parts[2], s.Public()); err == nil {
				t.Errorf("%s: header %s verifies", alg, changed)
			}
		}
		if n < 30 {
			t.Errorf("only %d changes", n)
		}
	}
}

// changes gives a document with one value in it changed, or one member added or
// taken away, each time. Those that make another kind of refusal first are left
// out.
func changes(t *testing.T, doc string) []string {
	t.Helper()
	var out []string
	var root any
	if err := json.Unmarshal([]byte(doc), &root); err != nil {
		t.Fatal(err)
	}
	keep := func() {
		text := string(written(t, root))
		var m struct {
			Issuer any
		}
		if strings.Contains(doc, "issuer") && (json.Unmarshal([]byte(text), &m) != nil || m.Issuer == nil || !strings.Contains(fmt.Sprint(m.Issuer), "id:")) {
			return
		}
		out = append(out, text)
	}
	var walk func(v any, set func(any))
	walk = func(v any, set func(any)) {
		switch x := v.(type) {
		case map[string]any:
			x["added"] = "x"
			keep()
			delete(x, "added")
			for name, member := range x {
				delete(x, name)
				keep()
				x[name] = member
				walk(member, func(n any) { x[name] = n })
				x[name] = member
			}
		case []any:
			set(append(append([]any{}, x...), "x"))
			keep()
			set(x)
			for i, item := range x {
				walk(item, func(n any) { x[i] = n })
				x[i] = item
			}
		case string:
			set(x + "x")
			keep()
		case float64:
			set(x + 1)
			keep()
		case bool:
			set(!x)
			keep()
		}
	}
	walk(root, func(any) {})
	return out
}

// Every byte of a signed token, changed to others: it never verifies.
func TestChangedBytes(t *testing.T) {
	t.Parallel()
	for alg, s := range map[string]crypto.Signer{keys.ES256: ecKey(), keys.EdDSA: edKey()} {
		token := []byte(credentialBy(t, s, alg))
		want(t, alg, check(string(token), s.Public()), "")
		for i := range token {
			for _, c := range []byte{token[i] ^ 1, '.', '\n'} {
				if c == token[i] {
					continue
				}
				bad := bytes.Clone(token)
				bad[i] = c
				if check(string(bad), s.Public()) == nil {
					t.Fatalf("%s: verifies with %q at %d", alg, c, i)
				}
			}
			if check(string(token[:i]), s.Public()) == nil {
				t.Fatalf("%s: verifies when cut at %d", alg, i)
			}
		}
	}
}

func FuzzParseVC(f *testing.F) {
	f.Add([]byte(tokenOf(f, ecKey(), keys.ES256, headerVC, document)))
	f.Add([]byte(tokenOf(f, edKey(), keys.EdDSA, `{"alg":"EdDSA","typ":"vc+jwt"}`, `{"issuer":"did:web:a.example","iss":"did:web:a.example","iat":1,"exp":2.5}`)))
	f.Add([]byte(tokenOf(f, ecKey(), keys.ES256, headerVC, `{"issuer":{"id":"a"},"vc":{}}`)))
	f.Fuzz(func(t *testing.T, token []byte) {
		vc, err := jose.ParseVC(token)
		if err != nil {
			return
		}
		// A reader without rules sees the same issuer, and no old claims.
		var lax map[string]any
		if err := json.Unmarshal(vc.Document, &lax); err != nil {
			t.Fatalf("accepted, but no JSON: %v", err)
		}
		issuer := lax["issuer"]
		if o, ok := issuer.(map[string]any); ok {
			issuer = o["id"]
		}
		if iss, ok := lax["iss"]; issuer != vc.Issuer || vc.Issuer == "" || ok && iss != vc.Issuer {
			t.Fatalf("issuer %q, a lax reader sees %v", vc.Issuer, lax)
		}
		for _, old := range []string{"vc", "vp", "VC", "VP"} {
			if _, ok := lax[old]; ok {
				t.Fatalf("old claims in %s", vc.Document)
			}
		}
	})
}

func BenchmarkVC(b *testing.B) {
	for alg, s := range map[string]crypto.Signer{keys.ES256: ecKey(), keys.EdDSA: edKey()} {
		b.Run("sign/"+alg, func(b *testing.B) {
			for b.Loop() {
				credentialBy(b, s, alg)
			}
		})
		token := credentialBy(b, s, alg)
		b.Run("verify/"+alg, func(b *testing.B) {
			for b.Loop() {
				if err := check(token, s.Public()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
