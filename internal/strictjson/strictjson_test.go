package strictjson_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/probatum/probatum/internal/strictjson"
)

type header struct {
	Alg  string `json:"alg"`
	Crit []string
	Key  *key           `json:"key"`
	Keys []key          `json:"keys"`
	More map[string]key `json:"more"`
	Many many           `json:"many"`
	One  one            `json:"one"`
	Raw  json.RawMessage
	Any  any
	base
	Self *header `json:"self"`
}

type base struct {
	Typ string `json:"typ"`
	Num int    `json:"num"`
}

type key struct {
	Kty string `json:"kty"`
}

// many takes one value or a list, as JSON-LD allows.
type many []key

func (m *many) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(b, []byte("[")) {
		return json.Unmarshal(b, (*[]key)(m))
	}
	var k key
	if err := json.Unmarshal(b, &k); err != nil {
		return err
	}
	*m = many{k}
	return nil
}

// one decodes into a type that its own Go type does not show.
type one struct{ inner key }

func (o *one) UnmarshalJSON(b []byte) error { return strictjson.Decode(b, &o.inner) }

func TestDecode(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		path       string // of the refusal; empty: accepted
		msg        string // part of the refusal's text
	}{
		{"plain", `{"alg":"ES256","typ":"x","other":1}`, "", ""},
		{"white space round it", " \r\n\t{ } \n", "", ""},
		{"doubled member", `{"alg":"a","alg":"b"}`, "$.alg", "twice"},
		{"doubled with an escape", `{"alg":"a","\u0061lg":"b"}`, "$.alg", "twice"},
		{"doubled unknown member", `{"x":1,"x":1}`, "$.x", "twice"},
		{"doubled empty name", `{"":1,"":1}`, `$[""]`, "twice"},
		{"doubled below", `{"keys":[{},{"kty":"a","kty":"a"}]}`, "$.keys[1].kty", "twice"},
		{"doubled in a custom type", `{"many":{"kty":"a","kty":"a"}}`, "$.many.kty", "twice"},
		{"doubled in raw JSON", `{"Raw":{"a":1,"a":2}}`, "$.Raw.a", "twice"},
		{"doubled in any", `{"Any":{"a":1,"a":2}}`, "$.Any.a", "twice"},
		{"the same name in two objects", `{"key":{"kty":"a"},"more":{"key":{"kty":"a"}}}`, "", ""},
		{"case variant", `{"ALG":"none"}`, "$.ALG", "case"},
		{"case variant behind the name", `{"alg":"ES256","Alg":"none"}`, "$.Alg", "case"},
		{"case variant of an untagged field", `{"crit":[]}`, "$.crit", "case"},
		{"case variant by the Kelvin sign", `{"Keys":[],"\u212aeys":[]}`, "$.Keys", "case"},
		{"case variant by the Kelvin sign alone", `{"` + "\u212a" + `eys":[]}`, `$["` + "\u212a" + `eys"]`, "case"},
		{"case variant by the long s", `{"key` + "\u017f" + `":[]}`, `$["key` + "\u017f" + `"]`, "case"},
		{"case variant in an embedded struct", `{"TYP":"x"}`, "$.TYP", "case"},
		{"case variant in a pointer", `{"key":{"Kty":"a"}}`, "$.key.Kty", "case"},
		{"case variant in a slice", `{"keys":[{"kty":"a"},{"KTY":"a"}]}`, "$.keys[1].KTY", "case"},
		{"case variant in a map", `{"more":{"Any":{"KTY":"a"}}}`, "$.more.Any.KTY", "case"},
		{"map keys may differ in case", `{"more":{"a":{},"A":{}}}`, "", ""},
		{"case variant in a list of a custom type", `{"many":[{"KTY":"a"}]}`, "$.many[0].KTY", "case"},
		{"case variant in a single of a custom type", `{"many":{"KTY":"a"}}`, "$.many.KTY", "case"},
		{"case variant where a custom type decodes", `{"one":{"KTY":"a"}}`, "$.KTY", "case"},
		{"case variant in a type that holds itself", `{"self":{"self":{"SELF":{}}}}`, "$.self.self.SELF", "case"},
		{"any case in raw JSON", `{"Raw":{"ALG":1}}`, "", ""},

		{"empty", ``, "$", "ends"},
		{"white space only", `  `, "$", "ends"},
		{"cut", `{"alg":"a"`, "$", "comma"},
		{"cut in a string", `{"alg":"a`, "$.alg", "does not end"},
		{"cut in an escape", `{"alg":"\u00`, "$.alg", "escape"},
		{"trailing document", `{}{}`, "$", "behind"},
		{"trailing text", `{} x`, "$", "behind"},
		{"trailing NUL", "{}\x00", "$", "behind"},
		{"trailing comma", `{"keys":[{},]}`, "$.keys[1]", "value"},
		{"trailing comma in an object", `{"alg":"a",}`, "$", "name"},
		{"byte order mark", "\ufeff{}", "$", "byte order"},
		{"bad UTF-8", "{\"alg\":\"\xff\"}", "$", "UTF-8"},
		{"surrogate in UTF-8", "{\"alg\":\"\xed\xa0\x80\"}", "$", "UTF-8"},
		{"overlong UTF-8", "{\"alg\":\"\xc0\xaf\"}", "$", "UTF-8"},
		{"half a surrogate pair", `{"alg":"\ud800"}`, "$.alg", "surrogate"},
		{"low half first", `{"alg":"\udc00\ud800"}`, "$.alg", "surrogate"},
		{"two high halves", `{"alg":"\ud800\ud800"}`, "$.alg", "surrogate"},
		{"a whole pair", `{"alg":"\ud83d\ude00"}`, "", ""},
		{"line feed in a string", "{\"alg\":\"\n\"}", "$.alg", "control"},
		{"unknown escape", `{"alg":"\x41"}`, "$.alg", "escape"},
		{"comment", `{/**/}`, "$", "name"},
		{"single quotes", `{'alg':1}`, "$", "name"},
		{"no colon", `{"alg" 1}`, "$.alg", "colon"},
		{"NaN", `{"Any":NaN}`, "$.Any", "value"},
		{"leading zero", `{"Any":01}`, "$", "comma"},
		{"leading plus", `{"Any":+1}`, "$.Any", "value"},
		{"no digit behind the point", `{"Any":1.}`, "$.Any", "number"},
		{"no exponent", `{"Any":1e}`, "$.Any", "number"},
		{"minus alone", `{"Any":-}`, "$.Any", "number"},
		{"numbers", `{"Any":[-0,0.5,1e9,1E+2,1e-2,10]}`, "", ""},
		{"upper case word", `{"Any":True}`, "$.Any", "value"},

		{"wrong type", `{"key":{"kty":12}}`, "$.key.kty", "a JSON number does not fit here, a string is needed"},
		{"array for an object", `{"keys":[{},[1]]}`, "$.keys[1]", "a JSON array does not fit here, an object is needed"},
		{"object for a string", `{"keys":[{"kty":{"a":1}}]}`, "$.keys[0].kty", "a JSON object does not fit here"},
		{"fraction for a whole number", `{"num":1.5}`, "$.num", "whole number"},
		{"object for an array", `{"keys":{"a":1}}`, "$.keys", "an array is needed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var h header
			err := strictjson.Decode([]byte(tt.text), &h)
			if tt.path == "" {
				if err != nil {
					t.Fatalf("Decode(%s): %v", tt.text, err)
				}
				return
			}
			var e *strictjson.Error
			if !errors.As(err, &e) {
				t.Fatalf("Decode(%s) = %v, want a refusal", tt.text, err)
			}
			if wanted := tt.msg == "twice" || tt.msg == "case"; e.Ambiguous != wanted {
				t.Errorf("Decode(%s): ambiguous is %v", tt.text, e.Ambiguous)
			}
			if e.Kind != strictjson.Malformed || e.Path != tt.path || !strings.Contains(e.Msg, tt.msg) {
				t.Errorf("Decode(%s): %v; want malformed at %s with %q", tt.text, e, tt.path, tt.msg)
			}
		})
	}
}

func TestDecodeStores(t *testing.T) {
	t.Parallel()
	var got struct {
		A string           `json:"a"`
		B map[string][]int `json:"b"`
	}
	if err := strictjson.Decode([]byte(`{"a":"\u00e9\"","b":{"x":[1,2]}}`), &got); err != nil {
		t.Fatal(err)
	}
	if got.A != "é\"" || !cmp.Equal(got.B, map[string][]int{"x": {1, 2}}) {
		t.Errorf("got %+v", got)
	}
	if err := strictjson.Decode([]byte(`{}`), got); err == nil {
		t.Error("Decode into a value that is no pointer: no error")
	}
}

func TestDisallowUnknown(t *testing.T) {
	t.Parallel()
	for text, path := range map[string]string{
		`{"alg":"a"}`:                     "",
		`{"algo":"a"}`:                    "$.algo",
		`{"keys":[{"kty":"a","x":1}]}`:    "$.keys[0].x",
		`{"more":{"free":{"x":1}}}`:       "$.more.free.x",
		`{"many":{"kty":"a","free":1}}`:   "$.many.free",
		`{"Any":{"free":1},"Raw":[{}]}`:   "",
		`{"keys":[{"<script>\u202e":1}]}`: `$.keys[0]["?script??"]`,
	} {
		err := strictjson.Decode([]byte(text), new(header), strictjson.DisallowUnknown())
		var e *strictjson.Error
		if path == "" && err != nil || path != "" && (!errors.As(err, &e) || e.Path != path) {
			t.Errorf("Decode(%s) = %v, want a refusal at %q", text, err, path)
		}
	}
}

func TestTooBig(t *testing.T) {
	t.Parallel()
	members := func(n int) string {
		var b strings.Builder
		b.WriteString(`{"m":0`)
		for i := range n - 1 {
			fmt.Fprintf(&b, `,"m%d":0`, i)
		}
		return b.String() + "}"
	}
	nest := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	objects := func(n int) string { return strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n) }
	tests := []struct {
		name, text string
		opts       []strictjson.Option
		ok         bool
	}{
		{"64 levels", nest(64), nil, true},
		{"65 levels", nest(65), nil, false},
		{"65 levels of objects", objects(65), nil, false},
		{"9,000 levels", nest(9000), nil, false},
		{"200,000 levels, never closed", strings.Repeat("[", 200_000), nil, false},
		{"more levels by option", nest(65), []strictjson.Option{strictjson.MaxDepth(65)}, true},
		{"no option opens every level", nest(20_000), []strictjson.Option{strictjson.MaxDepth(1 << 30)}, false},
		{"99,999 members", members(99_999), nil, true},
		{"100,000 members", members(100_000), nil, false},
		{"100,000 elements", "[" + strings.Repeat("0,", 99_999) + "0]", nil, false},
		{"fewer values by option", "[0,0]", []strictjson.Option{strictjson.MaxValues(2)}, false},
		{"just as many by option", "[0,0]", []strictjson.Option{strictjson.MaxValues(3)}, true},
		{"8 MB string", `"` + strings.Repeat("x", 8<<20) + `"`, nil, false},
		{"2 MB", `"` + strings.Repeat("x", 2<<20-2) + `"`, nil, true},
		{"2 MB and a byte", `"` + strings.Repeat("x", 2<<20-1) + `"`, nil, false},
		{"more bytes by option", `"` + strings.Repeat("x", 3<<20) + `"`, []strictjson.Option{strictjson.MaxBytes(4 << 20)}, true},
		{"400 digits", strings.Repeat("9", 400), nil, true},
		{"401 digits", strings.Repeat("9", 401), nil, false},
		{"100,000 digits", "1." + strings.Repeat("9", 100_000), nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			err := strictjson.Check([]byte(tt.text), tt.opts...)
			if took := time.Since(start); took > 10*time.Second { // a quiet machine needs a hundredth

				t.Errorf("Check took %v", took)
			}
			var e *strictjson.Error
			if tt.ok && err != nil {
				t.Errorf("Check: %v", err)
			}
			if !tt.ok && (!errors.As(err, &e) || e.Kind != strictjson.TooBig) {
				t.Errorf("Check = %v, want too big", err)
			}
		})
	}
}

func TestManyMembersDoubled(t *testing.T) {
	t.Parallel()
	for _, n := range []int{2, 23, 24, 25, 26, 1000} {
		for _, at := range []int{0, (n - 1) / 2, n - 2} {
			parts := make([]string, n)
			for i := range parts {
				parts[i] = fmt.Sprintf(`"m%d":%d`, i, i)
			}
			if err := strictjson.Check([]byte("{" + strings.Join(parts, ",") + "}")); err != nil {
				t.Fatalf("%d members: %v", n, err)
			}
			parts[n-1] = parts[at]
			err := strictjson.Check([]byte("{" + strings.Join(parts, ",") + "}"))
			if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("$.m%d ", at)) {
				t.Errorf("%d members, the last as number %d: %v", n, at, err)
			}
		}
	}
}

func TestMembers(t *testing.T) {
	t.Parallel()
	got, err := strictjson.Members([]byte(` {"b": {"x":[1, 2]} , "\u0061":"é", "c":null}`))
	if err != nil {
		t.Fatal(err)
	}
	want := []strictjson.Member{
		{Name: "b", Value: json.RawMessage(`{"x":[1, 2]}`)},
		{Name: "a", Value: json.RawMessage(`"é"`)},
		{Name: "c", Value: json.RawMessage(`null`)},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, text := range []string{`[]`, `"a"`, `null`, `[{"a":1}]`, ``, `{"a":1,"a":1}`} {
		if m, err := strictjson.Members([]byte(text)); err == nil {
			t.Errorf("Members(%s) = %v, want an error", text, m)
		}
	}
}

func TestPathsAreHarmless(t *testing.T) {
	t.Parallel()
	name := `\u0000\u202e<b>\"` + strings.Repeat("x", 100_000)
	err := strictjson.Check([]byte(`{"` + name + `":[` + strings.Repeat(`{"a":[`, 20) + `!`))
	var e *strictjson.Error
	if !errors.As(err, &e) {
		t.Fatalf("Check = %v", err)
	}
	if len(e.Path) > 200 || strings.ContainsAny(e.Path, "\x00\u202e<>") || strings.Contains(e.Error(), "!") {
		t.Errorf("path %q", e.Path)
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"alg":"ES256","crit":["b64"]}`, `{"a":1,"a":2}`, `{"ALG":"none"}`, `[1,2,{"x":null}]`,
		`"\ud83d\ude00"`, `"\ud800"`, "\ufeff{}", "{\"a\":\"\xff\"}", `{}{}`, `-0.5e+10`, `{"many":{"KTY":1}}`,
		strings.Repeat("[", 70), `{"keys":[{"kty":5}],"key":null}`, ` [ ] `,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		err := strictjson.Check(data)
		if err != nil {
			var e *strictjson.Error
			if !errors.As(err, &e) {
				t.Fatalf("Check gave a %T", err)
			}
			if e.Offset < 0 || e.Offset > len(data) || e.Path == "" || len(e.Path) > 4000 {
				t.Fatalf("odd error %+v", e)
			}
		}
		// What is accepted is JSON, and doubled members are found by an
		// independent reader too.
		switch valid := json.Valid(data); {
		case err == nil && !valid:
			t.Fatalf("accepted, but is no JSON: %q", data)
		case err == nil && doubled(data):
			t.Fatalf("accepted with a doubled member: %q", data)
		}
		var h header
		if derr := strictjson.Decode(data, &h); derr == nil && err != nil {
			t.Fatalf("Decode accepts what Check refuses: %q", data)
		}
		if members, merr := strictjson.Members(data); merr == nil {
			out := []byte{'{'}
			for i, m := range members {
				if i > 0 {
					out = append(out, ',')
				}
				name, err := json.Marshal(m.Name)
				if err != nil {
					t.Fatal(err)
				}
				out = append(append(append(out, name...), ':'), m.Value...)
			}
			again, err := strictjson.Members(append(out, '}'))
			if err != nil || !cmp.Equal(members, again) {
				t.Fatalf("members of %q do not come back: %v", data, err)
			}
		}
	})
}

// doubled looks for doubled members with the tokens of encoding/json.
func doubled(data []byte) bool {
	type level struct {
		names map[string]bool // nil in an array
		value bool            // the next token is a value
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var open []*level
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) || err != nil {
			return false
		}
		var top *level
		if len(open) > 0 {
			top = open[len(open)-1]
		}
		switch tok {
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
			continue
		}
		if top != nil && top.names != nil {
			if !top.value {
				name, _ := tok.(string)
				if top.names[name] {
					return true
				}
				top.names[name], top.value = true, true
				continue
			}
			top.value = false
		}
		switch tok {
		case json.Delim('{'):
			open = append(open, &level{names: map[string]bool{}})
		case json.Delim('['):
			open = append(open, &level{})
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	text := []byte(`{"a":[` + strings.Repeat(`{"id":"urn:x:1","type":"Note","noteLiteral":{"en":"text"}},`, 2000) + `{}]}`)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if err := strictjson.Check(text); err != nil {
			b.Fatal(err)
		}
	}
}
