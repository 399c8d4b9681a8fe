package integrity_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/integrity"
)

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func decode(t testing.TB, data []byte, v any) {
	t.Helper()
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatal(err)
	}
}

// valueOf reads JSON, keeping numbers as they are written.
func valueOf(t testing.TB, data []byte) any {
	t.Helper()
	var v any
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v in %s", err, data)
	}
	return v
}

func textOf(t testing.TB, v any) []byte {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSpace(b.Bytes())
}

// sdSame tells whether two texts are the same JSON, whatever the spelling of
// numbers.
func sdSame(t testing.TB, a, b []byte) bool {
	t.Helper()
	var x, y any
	decode(t, a, &x)
	decode(t, b, &y)
	return reflect.DeepEqual(x, y)
}

func sdCode(err error) string {
	if e, ok := errors.AsType[*proof.Error](err); ok {
		return string(e.Code)
	}
	return ""
}

func withoutMember(t testing.TB, doc []byte, name string) []byte {
	t.Helper()
	v, ok := valueOf(t, doc).(map[string]any)
	if !ok {
		t.Fatalf("no object: %s", doc)
	}
	delete(v, name)
	return textOf(t, v)
}

// at gives the value that a pointer leads to.
func at(t testing.TB, doc []byte, pointer string) any {
	t.Helper()
	steps, err := integrity.ParsePointer(pointer)
	if err != nil {
		t.Fatal(err)
	}
	v := valueOf(t, doc)
	for _, step := range steps {
		switch x := v.(type) {
		case map[string]any:
			v = x[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(x) {
				t.Fatalf("%s leads to nothing", pointer)
			}
			v = x[i]
		}
	}
	return v
}

// changed gives a document in which one member has been replaced; nil removes
// it.
func changed(t testing.TB, doc []byte, value any, path ...string) []byte {
	t.Helper()
	root := valueOf(t, doc)
	at := root
	for _, step := range path[:len(path)-1] {
		switch x := at.(type) {
		case map[string]any:
			at = x[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil {
				t.Fatal(err)
			}
			at = x[i]
		}
	}
	m, ok := at.(map[string]any)
	if !ok {
		t.Fatalf("no object at %q", path)
	}
	if last := path[len(path)-1]; value == nil {
		delete(m, last)
	} else {
		m[last] = value
	}
	return textOf(t, root)
}

func mustVerify(t testing.TB, e *integrity.Engine, doc []byte) *integrity.Verified {
	t.Helper()
	v, err := e.Verify(t.Context(), doc, integrity.VerifyOptions{Binding: integrity.Report})
	if err != nil {
		t.Fatalf("%v\n%.600s", err, doc)
	}
	if !v.Derived {
		t.Fatal("a derived proof is not told as such")
	}
	return v
}

func mustRefuse(t testing.TB, e *integrity.Engine, doc []byte, what string, codes ...string) {
	t.Helper()
	_, err := e.Verify(t.Context(), doc, integrity.VerifyOptions{Binding: integrity.Report})
	if err == nil {
		t.Fatalf("%s verifies:\n%.2000s", what, doc)
	}
	code := sdCode(err)
	for _, c := range codes {
		if c == code {
			return
		}
	}
	if code == "" || len(codes) > 0 {
		t.Errorf("%s: code %q, want %q: %v", what, code, codes, err)
	}
}

// refuseMutations changes, removes and adds every value of a document that
// verifies, one at a time, and demands that none of it does.
func refuseMutations(t *testing.T, e *integrity.Engine, doc []byte) {
	t.Helper()
	n := 0
	for what, mutant := range mutations(t, doc) {
		n++
		mustRefuse(t, e, mutant, what)
	}
	if n < 20 {
		t.Errorf("only %d mutations", n)
	}
}

// mutations gives each document that differs in one value: changed, removed,
// doubled in another type, or with something added beside it. Objects in
// @context are left out: a definition that nothing uses says nothing.
func mutations(t testing.TB, doc []byte) func(yield func(string, []byte) bool) {
	return func(yield func(string, []byte) bool) {
		root := valueOf(t, doc)
		var walk func(v any, path string, set func(any)) bool
		try := func(what string, set func(any), old, value any) bool {
			set(value)
			ok := yield(what, textOf(t, root))
			set(old)
			return ok
		}
		walk = func(v any, path string, set func(any)) bool {
			switch x := v.(type) {
			case map[string]any:
				if strings.HasPrefix(path, "/@context") {
					return true
				}
				for name, inner := range x {
					if !walk(inner, path+"/"+name, func(v any) { x[name] = v }) {
						return false
					}
				}
				x["name\u0000added"] = "x"
				ok := yield(path+": member added", textOf(t, root))
				delete(x, "name\u0000added")
				return ok
			case []any:
				for i, inner := range x {
					if !walk(inner, path+"/"+strconv.Itoa(i), func(v any) { x[i] = v }) {
						return false
					}
				}
				return try(path+": one more", set, v, append(append([]any{}, x...), "https://example.org/more")) &&
					try(path+": one less", set, v, append([]any{}, x[1:]...)) &&
					try(path+": one twice", set, v, append(append([]any{}, x...), x[0]))
			case string:
				for _, other := range []string{x + "x", "x" + x, strings.ToUpper(x), strings.ToLower(x), x + " ", ""} {
					if other != x && !try(path+": "+strconv.Quote(other), set, v, other) {
						return false
					}
				}
				return try(path+": null", set, v, nil) && try(path+": object", set, v, map[string]any{"@value": x + "y"})
			case json.Number:
				return try(path+": other number", set, v, json.Number(x.String()+"1")) &&
					try(path+": as text", set, v, x.String())
			case bool:
				return try(path+": other", set, v, !x) && try(path+": as text", set, v, strconv.FormatBool(x))
			}
			return true
		}
		if !walk(root, "", func(any) {}) {
			return
		}
		// Every member and element removed.
		var remove func(v any, path string) bool
		remove = func(v any, path string) bool {
			switch x := v.(type) {
			case map[string]any:
				if strings.HasPrefix(path, "/@context") {
					return true
				}
				for name, inner := range x {
					delete(x, name)
					ok := yield(path+"/"+name+": removed", textOf(t, root))
					x[name] = inner
					if !ok || !remove(inner, path+"/"+name) {
						return false
					}
				}
			case []any:
				for i, inner := range x {
					if !remove(inner, path+"/"+strconv.Itoa(i)) {
						return false
					}
				}
			}
			return true
		}
		remove(root, "")
	}
}
