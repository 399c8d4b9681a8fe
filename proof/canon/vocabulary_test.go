package canon_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/probatum/probatum/proof/canon"
)

// The statements are those of the library's own ToRDF, and what its rule for URLs
// does not let pass is refused although the words of contexts are held against it
// once only.
func TestWordsAreLookedAtOnce(t *testing.T) {
	t.Parallel()
	c, err := canon.NewContexts(canon.ContextsConfig{})
	if err != nil {
		t.Fatal(err)
	}
	p := canon.New(canon.Config{Contexts: c})
	doc := func(types, schema string) []byte {
		return []byte(`{"@context": ["https://www.w3.org/ns/credentials/v2", "https://w3id.org/probatum/elm/v1"],
			"id": "https://a.example/1", "type": ["VerifiableCredential"` + types + `], "issuer": "did:key:z6Mk",
			"validFrom": "2026-11-25T12:00:00Z", "credentialSubject": {"id": "https://a.example/2", "name": {"@value": "Noor", "@language": "en"}}` + schema + `}`)
	}
	good := doc(`, "https://a.example/Type"`, `, "credentialSchema": {"id": "https://a.example/schema", "type": "JsonSchema"}`)
	for range 2 { // the second time the words are known
		if _, err := p.Dataset(t.Context(), good); err != nil {
			t.Fatal(err)
		}
		for what, bad := range map[string][]byte{
			"a type that is no URL to the library":  doc(`, "https://.a/x"`, ""),
			"an id that is no URL to the library":   doc("", `, "credentialSchema": {"id": "https://.a/x", "type": "JsonSchema"}`),
			"a type of the scheme that stands in":   doc(`, "`+canon.Taken+`https://www.w3.org/2018/credentials#VerifiableCredential"`, ""),
			"a type that stands in for another one": doc(`, "`+canon.Taken+`x"`, ""),
		} {
			_, err := p.Dataset(t.Context(), bad)
			if e, ok := errors.AsType[*canon.Error](err); !ok || e.Key != "proof.canon.library" {
				t.Errorf("%s: %v", what, err)
			}
		}
	}
	kept := c.Kept()
	for _, word := range []string{"https://www.w3.org/2018/credentials#issuer", "https://www.w3.org/2018/credentials#VerifiableCredential", "http://www.w3.org/2001/XMLSchema#dateTime"} {
		if !kept[word] {
			t.Errorf("%s was not kept", word)
		}
	}
	for word, good := range kept {
		if !good || strings.Contains(word, "a.example") {
			t.Errorf("%s was kept", word)
		}
	}
	if n, err := p.BothWays(good); n < 5 || err != nil {
		t.Errorf("%d statements, by way of the words others: %v", n, err)
	}
}
