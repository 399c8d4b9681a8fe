package issuer_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/jose"
	"github.com/probatum/probatum/proof/sdjwt"
)

// many is about how many changes of one text are tried: where there are more, as
// many evenly over it.
const many = 25

// mutations gives copies of a JSON text with one leaf changed, or one member or
// element taken away, by the place of the change.
func mutations(t testing.TB, text []byte) map[string][]byte {
	t.Helper()
	var root any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&root); err != nil {
		t.Fatal(err)
	}
	set := func(v any) { root = v }
	places := 0
	eachChange(root, "", set, func(string) { places++ })
	if places == 0 {
		t.Fatalf("nothing in %.40q can be changed", text)
	}
	all, n := map[string][]byte{}, 0
	eachChange(root, "", set, func(place string) {
		if n++; n%(places/many+1) != 0 && places > many {
			return
		}
		out, err := json.Marshal(root)
		if err != nil {
			t.Fatal(err)
		}
		all[place] = out
	})
	return all
}

// eachChange makes one change of a value after the other, tells where, and undoes
// it.
func eachChange(v any, place string, set func(any), changed func(place string)) {
	try := func(x any, at string) {
		set(x)
		changed(at)
		set(v)
	}
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			x := v[name]
			delete(v, name)
			changed(place + "/-" + name)
			v[name] = x
			eachChange(x, place+"/"+name, func(y any) { v[name] = y }, changed)
		}
	case []any:
		if len(v) > 0 {
			try(v[1:], place+"/-0")
		}
		for n, x := range v {
			eachChange(x, fmt.Sprintf("%s/%d", place, n), func(y any) { v[n] = y }, changed)
		}
	case string:
		try(v+"x", place)
	case json.Number:
		try(json.Number(v.String()+"1"), place)
	case bool:
		try(!v, place)
	case nil:
		try(0, place)
	}
}

func unbase64(t testing.TB, s string) []byte {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestMutatedTokens changes values all over the header and the payload of the
// forms that are tokens, and in every disclosure: none is accepted.
func TestMutatedTokens(t *testing.T) {
	t.Parallel()
	by := securing["ecdsa-rdfc-2019, P-256"](t)
	pub := by.key.Public()
	issue := func(f credential.Form) []byte {
		i := newIssuer(t, &issuer.FileStore{Out: t.TempDir() + "/out"}, keys.ES256, by.with)
		c, err := i.IssueCopy(t.Context(), sample("lighting"), issuer.Copy{Form: f})
		if err != nil {
			t.Fatal(err)
		}
		return c.Bytes
	}
	verify := map[credential.Form]func(file []byte) error{
		credential.VCJWT: func(file []byte) error {
			vc, err := jose.ParseVC(file)
			if err != nil {
				return err
			}
			return vc.Verify(pub)
		},
		credential.SDJWT: func(file []byte) error {
			s, err := sdjwt.ParseCredential(file)
			if err != nil {
				return err
			}
			return s.Verify(pub)
		},
	}
	for form, check := range verify {
		file := string(issue(form))
		if err := check([]byte(file)); err != nil {
			t.Fatalf("%s: %v", form, err)
		}
		token, rest, _ := strings.Cut(file, "~")
		parts := strings.Split(token, ".")
		n := 0
		for p, what := range []string{"header", "payload"} {
			for place, text := range mutations(t, unbase64(t, parts[p])) {
				changed := slices.Clone(parts)
				changed[p] = base64.RawURLEncoding.EncodeToString(text)
				if check([]byte(strings.Replace(file, token, strings.Join(changed, "."), 1))) == nil {
					t.Errorf("%s: accepted with another %s at %s", form, what, place)
				}
				n++
			}
		}
		disclosures := strings.Split(strings.TrimSuffix(rest, "~"), "~")
		if form == credential.VCJWT {
			disclosures = nil
		}
		for d, old := range disclosures {
			for place, text := range mutations(t, unbase64(t, old)) {
				changed := slices.Clone(disclosures)
				changed[d] = base64.RawURLEncoding.EncodeToString(text)
				if check([]byte(token+"~"+strings.Join(changed, "~")+"~")) == nil {
					t.Errorf("%s: accepted with disclosure %d changed at %s", form, d, place)
				}
				n++
			}
			if check([]byte(file+old+"~")) == nil {
				t.Errorf("%s: accepted with disclosure %d twice", form, d)
			}
			// The holder may leave it out.
			if err := check([]byte(strings.Replace(file, old+"~", "", 1))); err != nil {
				t.Errorf("%s: without disclosure %d: %v", form, d, err)
			}
		}
		for _, changed := range []string{
			token + "x" + strings.TrimPrefix(file, token), strings.TrimSuffix(file, file[len(file)-1:]), file + "\n", " " + file,
			strings.Replace(file, token, parts[0]+"."+parts[1]+".", 1),
			strings.Replace(file, token, parts[0]+"."+parts[1]+"."+base64.RawURLEncoding.EncodeToString(make([]byte, 64)), 1),
		} {
			if check([]byte(changed)) == nil {
				t.Errorf("%s: accepted as %.20q ... %.20q", form, changed, changed[len(changed)-20:])
			}
		}
		if n < many {
			t.Errorf("%s: only %d changes were tried", form, n)
		}
	}
}
