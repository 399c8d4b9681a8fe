package canon_test

import (
	"bytes"
	"context"
	"crypto"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/piprate/json-gold/ld"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/proof/canon"
)

// documents is how many documents are compared. The long run:
//
//	go test ./proof/canon -run TestDocumentsAgainstOthers -documents 100000 -timeout 2h
var documents = flag.Int("documents", 300, "how many generated JSON-LD documents are compared with json-gold and jsonld.js")

// TestDocumentsAgainstOthers: on harmless documents our canonical form is that
// of jsonld.js, and that of json-gold alone from expansion to serialisation. Two
// kinds are compared with jsonld.js only, for json-gold v0.9.1 is at fault: it
// leaves control characters as they are, and puts the credentials of a
// presentation of VC Data Model 2.0 into the graph of the presentation.
func TestDocumentsAgainstOthers(t *testing.T) {
	t.Parallel()
	const parts = 2 // each with a jsonld.js of its own
	for part := range parts {
		t.Run(fmt.Sprintf("part %d", part), func(t *testing.T) {
			t.Parallel()
			compareDocuments(t, part, parts)
		})
	}
}

// compareDocuments compares every document whose number is part modulo parts.
func compareDocuments(t *testing.T, part, parts int) {
	type request struct {
		number int
		doc    []byte
		sum    string
	}
	p, w := jsonldJS(t), newWriter(t)
	product := canon.New(canon.Config{Contexts: canon.Pinned()})
	inline, err := canon.NewContexts(canon.ContextsConfig{AnyList: true, Inline: true})
	if err != nil {
		t.Fatal(err)
	}
	instance := canon.New(canon.Config{Contexts: inline})
	sent := make(chan request, 64) // how far we may be ahead of jsonld.js
	done := make(chan struct{})
	go func() {
		defer close(done)
		for r := range sent {
			switch sum, err := p.receive(); {
			case err != nil:
				t.Errorf("document %d: %v\n%s", r.number, err, r.doc)
			case sum != r.sum:
				t.Errorf("document %d: another form than that of jsonld.js\n%s", r.number, r.doc)
			}
		}
	}()
	alone := 0
	for number := part; number < *documents && !t.Failed(); number += parts {
		doc, err := w.document(uint64(number))
		if err != nil {
			t.Fatal(err)
		}
		processor := product
		if w.own {
			processor = instance
		}
		c, err := ourForm(processor, doc)
		if err != nil {
			t.Errorf("document %d: %v\n%s", number, err, doc)
			continue
		}
		if w.controls || w.graphs {
			alone++
		} else if want, err := goldForm(doc); err != nil || want != string(c.Text()) {
			t.Errorf("document %d: another form than that of json-gold (%v):\n%s\nours\n%s\ntheirs\n%s", number, err, doc, c.Text(), want)
		}
		if err := p.send(map[string]json.RawMessage{"document": doc}); err != nil {
			t.Error(err)
			break
		}
		sent <- request{number, doc, hex.EncodeToString(c.Sum(crypto.SHA256))}
	}
	close(sent)
	<-done
	t.Logf("%d of %d documents, %d of them by jsonld.js alone", (*documents+parts-1-part)/parts, *documents, alone)
}

// BenchmarkDocument measures the way from JSON to the canonical form, gate
// included, and says how many times as long json-gold takes for the same
// documents in the same run. What it does without a gate, we do with json-gold
// beside our own reading, to be sure of both: no speed is to be expected yet.
func BenchmarkDocument(b *testing.B) {
	w := newWriter(b)
	processor := canon.New(canon.Config{Contexts: canon.Pinned()})
	var docs [][]byte
	for seed := uint64(0); len(docs) < 20; seed++ {
		doc, err := w.document(seed)
		if err != nil {
			b.Fatal(err)
		}
		if !w.own && !w.graphs {
			docs = append(docs, doc)
		}
	}
	began := time.Now()
	for _, doc := range docs {
		if _, err := goldForm(doc); err != nil {
			b.Fatal(err)
		}
	}
	theirs := float64(time.Since(began)) / float64(len(docs))
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		if _, err := ourForm(processor, docs[n%len(docs)]); err != nil {
			b.Fatal(err)
		}
		n++
	}
	b.ReportMetric(theirs/(float64(b.Elapsed())/float64(b.N)), "json-gold-ratio")
}

func ourForm(p *canon.Processor, doc []byte) (*canon.Canonical, error) {
	d, err := p.Dataset(context.Background(), doc)
	if err != nil {
		return nil, err
	}
	return d.Canonicalize(context.Background(), crypto.SHA256)
}

// goldForm is json-gold's own: expansion, statements and canonical form.
func goldForm(doc []byte) (string, error) {
	var value any
	if err := json.Unmarshal(doc, &value); err != nil {
		return "", err
	}
	o := ld.NewJsonLdOptions("")
	o.DocumentLoader = embedded{}
	o.SafeMode = true
	set, err := ld.NewJsonLdProcessor().ToRDF(value, o)
	if err != nil {
		return "", err
	}
	dataset, ok := set.(*ld.RDFDataset)
	if !ok {
		return "", fmt.Errorf("a dataset of type %T", set)
	}
	return theirForm(dataset)
}

// embedded loads the contexts that we ship and no other.
type embedded struct{}

// parsed are the contexts as json-gold wants them. It does not change them.
var parsed = sync.OnceValues(func() (map[string]any, error) {
	all := make(map[string]any)
	for _, pin := range contexts.Pins() {
		data, ok := contexts.Bytes(pin.URL)
		if !ok {
			return nil, fmt.Errorf("no context %s", pin.URL)
		}
		document, err := ld.DocumentFromReader(bytes.NewReader(data))
		if err != nil {
			return nil, err
		}
		all[pin.URL] = document
	}
	return all, nil
})

func (embedded) LoadDocument(url string) (*ld.RemoteDocument, error) {
	all, err := parsed()
	if err != nil {
		return nil, err
	}
	document, ok := all[url]
	if !ok {
		return nil, fmt.Errorf("unknown context %q", url)
	}
	return &ld.RemoteDocument{DocumentURL: url, Document: document}, nil
}
