package vcdm_test

import (
	"bytes"
	"fmt"
	"sync"
	"testing"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/proof/canon"
)

// processor is the gate as test instances have it: the contexts of the W3C
// suite, in any order, and definitions in the document.
var processor = sync.OnceValues(func() (*canon.Processor, error) {
	examples, _ := contexts.Bytes(contexts.CredentialsExamplesV2)
	known, err := canon.NewContexts(canon.ContextsConfig{
		Documents: map[string][]byte{contexts.CredentialsExamplesV2: examples}, AnyList: true, Inline: true, Vocab: true,
	})
	if err != nil {
		return nil, err
	}
	return canon.New(canon.Config{Contexts: known}), nil
})

// gate says what the way to RDF would lose of a document, or that it does not
// lead there: undefined terms and types, redefined terms, contexts and
// identifiers that are none. Proofs go another way.
func gate(t *testing.T, doc []byte) error {
	t.Helper()
	p, err := processor()
	if err != nil {
		t.Fatal(err)
	}
	members, err := strictjson.Members(doc)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	for _, m := range members {
		if m.Name != "proof" {
			fmt.Fprintf(&b, ",%q:%s", m.Name, m.Value)
		}
	}
	_, err = p.Dataset(t.Context(), append(append([]byte("{"), bytes.TrimPrefix(b.Bytes(), []byte(","))...), '}'))
	return err
}
