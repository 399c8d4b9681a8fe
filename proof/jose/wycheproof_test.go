package jose_test

import (
	"crypto"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/c2sp/wycheproof"

	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/jose"
)

// A wycheproofGroup is a key with tokens that it has signed, or not.
type wycheproofGroup struct {
	Public  json.RawMessage `json:"public"`
	Private json.RawMessage `json:"private"`
	Tests   []struct {
		ID      int             `json:"tcId"`
		Comment string          `json:"comment"`
		JWS     json.RawMessage `json:"jws"`
		Result  string          `json:"result"`
	} `json:"tests"`
}

// wycheproofExceptions are cases that our policy takes and the file refuses, or
// the other way round, for a reason that is no rule about algorithms, by file
// and number.
var wycheproofExceptions = map[string]map[int]string{}

// TestVectorsWycheproofJOSE puts the files of Project Wycheproof through our own
// reading of keys and tokens. What has an algorithm or a kind of key that our
// policy refuses must be refused, whatever the file says of it, and is counted
// apart.
func TestVectorsWycheproofJOSE(t *testing.T) {
	t.Parallel()
	exceptions := 0
	for name, least := range map[string]int{"json_web_signature_test.json": 401, "json_web_key_test.json": 26, "json_web_crypto_test.json": 83} {
		data, err := fs.ReadFile(wycheproof.TestVectors, name)
		if err != nil {
			t.Fatal(err)
		}
		var file struct {
			Groups []wycheproofGroup `json:"testGroups"`
		}
		if err := json.Unmarshal(data, &file); err != nil {
			t.Fatal(err)
		}
		var good, bad, outside int
		for _, g := range file.Groups {
			for _, c := range g.Tests {
				err := g.verify(t, c.JWS)
				reason := wycheproofExceptions[name][c.ID]
				valid := c.Result == "valid"
				switch {
				case reason != "":
					exceptions++
					if (err == nil) == valid {
						t.Errorf("%s %d (%s) is no exception any more: %s", name, c.ID, c.Comment, reason)
					}
					continue
				case g.outside(c.JWS):
					outside++
					if err == nil {
						t.Errorf("%s %d (%s): accepted, though its algorithm or key is not ours", name, c.ID, c.Comment)
					}
					continue
				case valid:
					good++
				default:
					bad++
				}
				t.Run(fmt.Sprintf("%s/%d", strings.TrimSuffix(name, "_test.json"), c.ID), func(t *testing.T) {
					if (err == nil) != valid {
						t.Errorf("%s is %s, but: %v", c.Comment, c.Result, err)
					}
				})
			}
		}
		t.Logf("%s: %d accepted, %d refused, %d outside our policy and refused", name, good, bad, outside)
		if good == 0 || bad == 0 || good+bad+outside+len(wycheproofExceptions[name]) < least {
			t.Errorf("%s: only %d cases", name, good+bad+outside)
		}
	}
	if exceptions > 8 {
		t.Errorf("%d exceptions, at most 8 are good", exceptions)
	}
}

// keyTexts gives the public keys of a group; where the file has only private
// ones, without what is private in them.
func (g wycheproofGroup) keyTexts() []map[string]any {
	raw := g.Public
	if raw == nil {
		raw = g.Private
	}
	var one map[string]any
	if json.Unmarshal(raw, &one) != nil {
		return nil
	}
	list := []map[string]any{one}
	if set, ok := one["keys"].([]any); ok {
		list = nil
		for _, k := range set {
			list = append(list, k.(map[string]any))
		}
	}
	for _, k := range list {
		if k["kty"] != "oct" {
			for _, secret := range []string{"d", "p", "q", "dp", "dq", "qi"} {
				delete(k, secret)
			}
		}
	}
	return list
}

// outside is the one rule by which a case does not count: the alg of its token,
// or the kty, crv or alg of one of its keys, is none that our policy takes.
func (g wycheproofGroup) outside(token json.RawMessage) bool {
	if alg, ok := wycheproofAlg(token); ok && !slices.Contains(jose.TokenAlgorithms, alg) {
		return true
	}
	for _, k := range g.keyTexts() {
		alg, has := k["alg"].(string)
		curve, _ := k["crv"].(string)
		ours := k["kty"] == "RSA" || k["kty"] == "EC" && (curve == "P-256" || curve == "P-384") || k["kty"] == "OKP" && curve == "Ed25519"
		if !ours || has && !slices.Contains(jose.TokenAlgorithms, alg) {
			return true
		}
	}
	return false
}

func wycheproofAlg(token json.RawMessage) (string, bool) {
	var text string
	if json.Unmarshal(token, &text) != nil {
		return "", false
	}
	head, _, _ := strings.Cut(text, ".")
	raw, err := jose.DecodeBase64URL(head)
	if err != nil {
		return "", false
	}
	var h struct {
		Alg string `json:"alg"`
	}
	err = json.Unmarshal(raw, &h)
	return h.Alg, err == nil && h.Alg != ""
}

// verify is how a program of ours checks a token by a key or a set of keys: kid
// says which.
func (g wycheproofGroup) verify(t *testing.T, token json.RawMessage) error {
	t.Helper()
	var list []keys.JWK
	texts := g.keyTexts()
	if len(texts) == 1 {
		k, err := keys.ParseJWK(written(t, texts[0]))
		if err != nil {
			return err
		}
		list = []keys.JWK{k}
	} else {
		var err error
		if list, err = keys.ParseJWKS(written(t, map[string]any{"keys": texts})); err != nil {
			return err
		}
	}
	text := []byte(token)
	var s string
	if json.Unmarshal(token, &s) == nil { // else a JSON serialisation, as it stands
		text = []byte(s)
	}
	var pub crypto.PublicKey
	j, err := jose.ParseCompact(text, jose.Policy{
		Algorithms: jose.TokenAlgorithms, Types: []string{"", "JWT"},
		KeyID: func(kid string) error {
			for _, k := range list {
				if k.KeyID == kid {
					pub = k.Key
					return nil
				}
			}
			return errors.New("no such key")
		},
	})
	if err != nil {
		return err
	}
	if pub == nil {
		if len(list) > 1 {
			return errors.New("which key is not said")
		}
		pub = list[0].Key
	}
	return j.Verify(pub)
}
