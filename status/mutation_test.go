package status_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/status"
)

// mutations gives every copy of a value in which one leaf or member is changed,
// taken away or added, with the place.
func mutations(v any, path string) map[string]any {
	out := map[string]any{}
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			for where, changed := range mutations(inner, path+"/"+name) {
				c := copyOf(v)
				c[name] = changed
				out[where] = c
			}
			c := copyOf(v)
			delete(c, name)
			out[path+"/"+name+" removed"] = c
			c = copyOf(v)
			delete(c, name)
			c[name+"x"] = inner
			out[path+"/"+name+" renamed"] = c
		}
		c := copyOf(v)
		c["name"] = "added"
		out[path+" one added"] = c
	case []any:
		for i, inner := range v {
			for where, changed := range mutations(inner, fmt.Sprintf("%s/%d", path, i)) {
				c := append([]any{}, v...)
				c[i] = changed
				out[where] = c
			}
			out[fmt.Sprintf("%s/%d removed", path, i)] = append(append([]any{}, v[:i]...), v[i+1:]...)
		}
		out[path+" one added"] = append(append([]any{}, v...), "added")
	case string:
		out[path] = v + "A"
		out[path+" cut"] = v[:len(v)-1]
		b := []byte(v)
		b[len(b)/2] ^= 1
		out[path+" flipped"] = string(b)
		out[path+" null"] = nil
	case float64:
		out[path] = v + 1
		out[path+" text"] = fmt.Sprint(v)
	default:
		out[path] = "changed"
	}
	return out
}

func copyOf(m map[string]any) map[string]any {
	c := make(map[string]any, len(m))
	for k, v := range m {
		c[k] = v
	}
	return c
}

// No leaf of a signed list can be changed: neither in the header, nor in what
// the list says, nor in the proof.
func TestMutation(t *testing.T) {
	t.Parallel()
	tried := 0
	refused := func(name string, data, good []byte) {
		t.Helper()
		tried++
		if bytes.Equal(data, good) {
			t.Fatalf("%s: nothing was changed", name)
		}
		if l, err := open(t, data); err == nil {
			t.Errorf("%s: opened as %+v", name, l)
		}
	}
	kinds, step := []string{"P-256", "Ed25519"}, 7
	if testkit.Race { // what it is after is found by others
		kinds, step = kinds[1:], 101
	}
	for _, kind := range kinds {
		by := newSigner(t, kind)
		for _, slot := range slots() {
			signed, err := status.Sign(t.Context(), contents(slot, map[int]status.State{5: status.Revoked}), by.Signer, listURL, noon)
			if err != nil {
				t.Fatal(err)
			}
			name := kind + " " + string(slot.Kind) + " " + string(slot.Purpose)
			parts := bytes.Split(signed.JWT, []byte{'.'})
			for n := range 2 {
				raw, err := base64.RawURLEncoding.DecodeString(string(parts[n]))
				if err != nil {
					t.Fatal(err)
				}
				var v any
				if err := json.Unmarshal(raw, &v); err != nil {
					t.Fatal(err)
				}
				for where, m := range mutations(v, "") {
					changed := append([][]byte{}, parts...)
					changed[n] = []byte(base64.RawURLEncoding.EncodeToString(js(t, m)))
					refused(name+fmt.Sprintf(" part %d %s", n, where), bytes.Join(changed, []byte{'.'}), signed.JWT)
				}
			}
			for i := 0; i < len(signed.JWT); i += step {
				flipped := bytes.Clone(signed.JWT)
				flipped[i] ^= 1
				refused(fmt.Sprintf("%s byte %d", name, i), flipped, signed.JWT)
			}
			if signed.DI == nil {
				continue
			}
			var v any
			if err := json.Unmarshal(signed.DI, &v); err != nil {
				t.Fatal(err)
			}
			if _, err := open(t, js(t, v)); err != nil {
				t.Fatalf("%s: written again: %v", name, err)
			}
			for where, m := range mutations(v, "") {
				refused(name+" document "+where, js(t, m), signed.DI)
			}
		}
	}
	t.Logf("%d changes", tried)
}
