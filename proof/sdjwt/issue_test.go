package sdjwt_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/sdjwt"
)

func paths(t testing.TB, list ...string) []sdjwt.Path {
	t.Helper()
	var out []sdjwt.Path
	for _, s := range list {
		p, err := sdjwt.ParsePath(s)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, p)
	}
	return out
}

func seeded(n byte) *rand.ChaCha8 { return rand.NewChaCha8([32]byte{n}) }

// TestIssue holds what is reserved before signing: it depends on the arguments
// alone, and Sign changes nothing of it.
func TestIssue(t *testing.T) {
	t.Parallel()
	key := p256(t)
	payload := []byte(award(t, p256(t)))
	list := paths(t, append(awardPaths, "units[1]", "elm.credentialSubject", `elm["type"]`)...)
	h := header(t, key, sdjwt.TypeVC)
	reserve := func(seed byte) []byte {
		out, err := sdjwt.Issue(payload, list, h, sdjwt.IssueOptions{Random: seeded(seed), Decoys: func(int) int { return 3 }})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	unsigned := reserve(1)
	if !bytes.Equal(unsigned, reserve(1)) || bytes.Equal(unsigned, reserve(2)) {
		t.Error("the bytes do not depend on the random source alone")
	}
	signed, err := sdjwt.Sign(key, unsigned)
	if err != nil {
		t.Fatal(err)
	}
	jwt, rest, _ := strings.Cut(string(signed), "~")
	if jwt[:strings.LastIndex(jwt, ".")]+"~"+rest != string(unsigned) {
		t.Error("Sign changed more than the signature")
	}
	s := accepted(t, string(signed), sdjwt.PolicyOf(sdjwt.VC), key.Public())
	sameJSON(t, s.Payload(), payload)
	salts := map[string]bool{}
	for i, d := range s.Disclosed() {
		if !d.Path.Equal(list[i]) {
			t.Errorf("disclosure %d is of %s, want %s", i, d.Path, list[i])
		}
		if salts[d.Salt] || len(d.Salt) != 22 {
			t.Errorf("salt %q is not 128 bits of its own", d.Salt)
		}
		salts[d.Salt] = true
	}
	if s.Undisclosed() != 3*3 { // at the top, in units, in elm
		t.Errorf("%d decoys", s.Undisclosed())
	}
	prepared, err := sdjwt.ParsePrepared(unsigned, sdjwt.PolicyOf(sdjwt.VC))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(prepared.Payload, s.Payload()) || len(prepared.Disclosed) != len(list) || prepared.Decoys != s.Undisclosed() ||
		!bytes.Equal(prepared.Input, s.Token.Input) || prepared.Claims.Type != s.Claims().Type {
		t.Error("what is prepared reads otherwise than what is signed")
	}
	if _, err := sdjwt.ParsePrepared(append(bytes.Clone(unsigned), "a.b.c"...), sdjwt.PolicyOf(sdjwt.VC)); err == nil {
		t.Error("a KB-JWT of what is not signed is accepted")
	}
}

// TestIssueHidesOrder sees that the order of digests tells nothing of the order
// of members, and that without paths nothing of SD-JWT is in the payload.
func TestIssueHidesOrder(t *testing.T) {
	t.Parallel()
	key := p256(t)
	h := header(t, key, "example+sd-jwt")
	first := 0
	for i := range byte(64) {
		out, err := sdjwt.Issue([]byte(`{"a":1,"b":2}`), paths(t, "a", "b"), h, sdjwt.IssueOptions{Random: seeded(i)})
		if err != nil {
			t.Fatal(err)
		}
		parts := strings.Split(string(out), "~")
		payload := decoded(t, strings.Split(parts[0], ".")[1])
		if strings.Index(payload, dig(parts[1])) < strings.Index(payload, dig(parts[2])) {
			first++
		}
	}
	if first < 16 || first > 48 {
		t.Errorf("the first member comes first in %d of 64", first)
	}
	out, err := sdjwt.Issue([]byte(`{"a":{"b":[1]}}`), nil, h, sdjwt.IssueOptions{Decoys: func(int) int { return 5 }})
	if err != nil {
		t.Fatal(err)
	}
	if got := decoded(t, strings.Split(strings.TrimSuffix(string(out), "~"), ".")[1]); got != `{"a":{"b":[1]}}` {
		t.Errorf("without paths: %s", got)
	}
}

func TestIssueRefuses(t *testing.T) {
	t.Parallel()
	key := p256(t)
	tests := []struct {
		name, payload string
		paths         []sdjwt.Path
		code          proof.Code
	}{
		{"no object", `[1]`, nil, proof.Malformed},
		{"no JSON", `{`, nil, proof.Malformed},
		{"a member twice", `{"a":1,"a":2}`, nil, proof.Malformed},
		{"a name of SD-JWT", `{"_sd":[]}`, nil, proof.Proof},
		{"a name of SD-JWT below", `{"a":[{"...":"x"}]}`, nil, proof.Proof},
		{"a path to nothing", `{"a":1}`, paths(t, "b"), proof.Malformed},
		{"a path into a string", `{"a":"x"}`, paths(t, "a.b"), proof.Malformed},
		{"an index behind the end", `{"a":[1]}`, paths(t, "a[1]"), proof.Malformed},
		{"an index into an object", `{"a":{"0":1}}`, paths(t, "a[0]"), proof.Malformed},
		{"a path twice", `{"a":1}`, paths(t, "a", "a"), proof.Malformed},
		{"the path to the root", `{"a":1}`, []sdjwt.Path{nil}, proof.Malformed},
		{"too many paths", `{"a":1}`, make([]sdjwt.Path, sdjwt.MaxDisclosures+1), proof.Resources},
		{"too large", `{"a":"` + strings.Repeat("x", 1<<21-100) + `"}`, nil, proof.Resources},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := sdjwt.Issue([]byte(c.payload), c.paths, header(t, key, "example+sd-jwt"), sdjwt.IssueOptions{})
			refused(t, err, c.code, "")
		})
	}
	t.Run("no random bytes", func(t *testing.T) {
		t.Parallel()
		for n := range 3 * 16 {
			_, err := sdjwt.Issue([]byte(`{"a":[1]}`), paths(t, "a[0]"), header(t, key, "example+sd-jwt"),
				sdjwt.IssueOptions{Random: strings.NewReader(strings.Repeat("x", n)), Decoys: func(int) int { return 1 }})
			if err == nil {
				t.Errorf("issued with %d random bytes", n)
			}
		}
	})
	t.Run("key of another algorithm", func(t *testing.T) {
		t.Parallel()
		out, err := sdjwt.Issue([]byte(`{}`), nil, header(t, key, "example+sd-jwt"), sdjwt.IssueOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := sdjwt.Sign(p384(t), out); err == nil {
			t.Error("signed with a key that does not fit the header")
		}
	})
	for _, s := range []string{"", "a.b", "a~", "a.b.c~", "~"} {
		if _, err := sdjwt.Sign(key, []byte(s)); err == nil {
			t.Errorf("signed %q", s)
		}
	}
}

// TestPresent keeps parents, drops the rest and touches nothing else.
func TestPresent(t *testing.T) {
	t.Parallel()
	key, holder := p256(t), p256(t)
	payload := `{"a":{"b":{"c":1,"d":2}},"l":[{"x":1},{"x":2}],"z":0}`
	stored := issue(t, key, "example+sd-jwt", payload, "a", "a.b", "a.b.c", "a.b.d", "l[0]", "l[1]", "l[1].x", "z")
	tests := []struct{ keep, want string }{
		{"", `{"l":[]}`},
		{"a", `{"a":{},"l":[]}`},
		{"a.b.c", `{"a":{"b":{"c":1}},"l":[]}`},
		{"a.b.d z", `{"a":{"b":{"d":2}},"l":[],"z":0}`},
		{"l[1]", `{"l":[{}]}`},
		{"l[1].x", `{"l":[{"x":2}]}`},
		{"l[0] l[1].x", `{"l":[{"x":1},{"x":2}]}`},
	}
	for _, c := range tests {
		t.Run(c.keep, func(t *testing.T) {
			t.Parallel()
			keep := func(p sdjwt.Path) bool {
				return c.keep != "" && strings.Contains(" "+c.keep+" ", " "+p.String()+" ")
			}
			shown, err := sdjwt.Present([]byte(stored), keep, nil)
			if err != nil {
				t.Fatal(err)
			}
			sameJSON(t, accepted(t, string(shown), plain, key.Public()).Payload(), []byte(c.want))
		})
	}
	all := func(sdjwt.Path) bool { return true }
	if shown, err := sdjwt.Present([]byte(stored), all, nil); err != nil || string(shown) != stored {
		t.Errorf("all kept is not what was stored: %v", err)
	}
	bound := issue(t, key, sdjwt.TypeVC, award(t, holder), "title")
	for name, kb := range map[string]*sdjwt.KeyBinding{
		"audience": {Signer: holder, Nonce: "n", At: now},
		"nonce":    {Signer: holder, Audience: "v", At: now},
		"time":     {Signer: holder, Audience: "v", Nonce: "n"},
	} {
		if _, err := sdjwt.Present([]byte(bound), all, kb); err == nil {
			t.Errorf("presented without %s", name)
		}
	}
	_, err := sdjwt.Present([]byte(stored), all, &sdjwt.KeyBinding{Signer: holder, Audience: "v", Nonce: "n", At: now})
	refused(t, err, proof.Binding, "proof.binding.cnf")
	shown, err := sdjwt.Present([]byte(bound), all, &sdjwt.KeyBinding{Signer: holder, Audience: "v", Nonce: "n", At: now})
	if err != nil {
		t.Fatal(err)
	}
	_, err = sdjwt.Present(shown, all, nil)
	refused(t, err, proof.Proof, "proof.sdjwt.presented")
	_, err = sdjwt.Present([]byte(stored+enc(`["s","q",1]`)+"~"), all, nil)
	refused(t, err, proof.Proof, "proof.sdjwt.unused")
	if _, err := sdjwt.Present([]byte("a.*.c~"), all, nil); err == nil {
		t.Error("presented what is no SD-JWT")
	}
}

func TestPaths(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"a", "credentialSubject.firstName", "verifiableCredential[0]", "a[0][12].b", `["a.b"]`, `a["b[0]"].c`, `["@context"]`, `a[""]`, `["\"x"][3]`, "é.ü", "@context", "a b",
	} {
		p, err := sdjwt.ParsePath(s)
		if err != nil {
			t.Errorf("%s: %v", s, err)
			continue
		}
		again, err := sdjwt.ParsePath(p.String())
		if err != nil || !again.Equal(p) {
			t.Errorf("%s is written %s, which reads as %v: %v", s, p, again, err)
		}
	}
	for _, s := range []string{
		"", ".", "a.", ".a", "a..b", "a[", "a[]", "a[-1]", "a[01]", "a[+1]", "a[x]", "a[1", `a["b]`, `a["b"`, "a]b", "a[0]b", `a"b`, "a[99999999999999999999]",
		strings.Repeat("a", 5000),
	} {
		if p, err := sdjwt.ParsePath(s); err == nil {
			t.Errorf("%.40q is read as %v", s, p)
		} else if e, ok := errors.AsType[*proof.Error](err); !ok || e.Key != "proof.sdjwt.path" {
			t.Errorf("%.40q: %v", s, err)
		}
	}
	p, q := paths(t, "a.b[0]")[0], paths(t, "a.b")[0]
	if !p.Within(q) || q.Within(p) || !p.Within(nil) || p.Equal(q) {
		t.Error("Within or Equal is wrong")
	}
}
