package strictjson_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/probatum/probatum/internal/strictjson"
)

func TestParse(t *testing.T) {
	t.Parallel()
	v, err := strictjson.Parse([]byte(` { "a" : [1, -2.5e3, "x\u00e9\n", {"b":null}, [], {}] , "@context":"c","t":true, "odd name": {"f":false} } `))
	if err != nil {
		t.Fatal(err)
	}
	if got := len(v.Members); v.Kind != strictjson.Object || got != 4 {
		t.Fatalf("kind %d with %d members", v.Kind, got)
	}
	a := v.Member("a")
	for i, want := range []struct {
		kind strictjson.ValueKind
		text string
	}{
		{strictjson.Number, "1"}, {strictjson.Number, "-2.5e3"}, {strictjson.String, "xé\n"},
		{strictjson.Object, ""}, {strictjson.Array, ""}, {strictjson.Object, ""},
	} {
		if got := a.Items[i]; got.Kind != want.kind || got.Text != want.text {
			t.Errorf("a[%d] is %d %q, want %d %q", i, got.Kind, got.Text, want.kind, want.text)
		}
	}
	for want, got := range map[string]*strictjson.Value{
		"$": v, "$.a": a, "$.a[2]": a.Items[2], "$.a[3].b": a.Items[3].Member("b"), `$["@context"]`: v.Member("@context"),
		`$["odd name"].f`: v.Member("odd name").Member("f"),
	} {
		if got.Path() != want {
			t.Errorf("path %q, want %q", got.Path(), want)
		}
	}
	if b := a.Items[3].Member("b"); b == nil || b.Kind != strictjson.Null {
		t.Error("null is lost")
	}
	if x := v.Member("none").Member("deeper"); x != nil || x.Values() != nil || x.Has("x") || x.Is(strictjson.Null) {
		t.Error("what is not there is something")
	}
	if !v.Member("@context").Has("c") || !a.Has("xé\n") || a.Has("1") {
		t.Error("Has looks wrongly")
	}
	if v.Member("t").Text != "true" || v.Member("odd name").Member("f").Text != "false" {
		t.Error("true and false are lost")
	}
}

func TestParseRefusesWhatCheckRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		``, ` `, `{`, `{"a"}`, `{"a":1,}`, `[1,]`, `{"a":1,"a":2}`, `{"a":1} x`, "{\"a\":\"\xff\"}", `"\ud800"`, `nul`, `01`,
		strings.Repeat("[", 65) + strings.Repeat("]", 65),
	} {
		if v, err := strictjson.Parse([]byte(text)); err == nil {
			t.Errorf("%q was read as %+v", text, v)
		}
	}
}

// FuzzParse holds Parse to Check and to encoding/json: it takes the same texts
// and finds the same values in them.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		`{"a":[1,-2.5e3,"x\u00e9\n\ud83d\ude00",{"b":null},[],{}],"@context":"c","t":true}`, ` [ ] `, `"x"`, `0`, `false`, `{"a":{"a":{"a":[[[]]]}}}`, `{"a":1,"a":2}`, `{"\u0061":1,"b":"\/"}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := strictjson.Parse(data)
		if again := strictjson.Check(data); (err == nil) != (again == nil) {
			t.Fatalf("Parse says %v, Check says %v", err, again)
		}
		if err != nil {
			return
		}
		d := json.NewDecoder(bytes.NewReader(data))
		d.UseNumber()
		var want any
		if err := d.Decode(&want); err != nil {
			t.Fatalf("encoding/json refuses it: %v", err)
		}
		if diff := cmp.Diff(want, plain(v)); diff != "" {
			t.Errorf("read otherwise than by encoding/json:\n%s", diff)
		}
	})
}

// plain is a value as encoding/json gives it.
func plain(v *strictjson.Value) any {
	switch v.Kind {
	case strictjson.Bool:
		return v.Text == "true"
	case strictjson.Number:
		return json.Number(v.Text)
	case strictjson.String:
		return v.Text
	case strictjson.Array:
		list := []any{}
		for _, item := range v.Items {
			list = append(list, plain(item))
		}
		return list
	case strictjson.Object:
		object := map[string]any{}
		for _, m := range v.Members {
			object[m.Name] = plain(m.Value)
		}
		return object
	default:
		return nil
	}
}
