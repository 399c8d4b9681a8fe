package canon

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/piprate/json-gold/ld"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/internal/strictjson"
)

// Contexts is a closed set of context documents and of the lists of them that may
// stand in @context. Documents are found by their exact URL, parsed once, when the
// set is made; nothing is ever fetched. A set never changes and may be used by
// many at once.
type Contexts struct {
	documents map[string]*contextDocument
	lists     map[string]*reading // by key; nil where any list will do
	cfg       ContextsConfig
	loader    loader
	words     *vocabulary
}

// A contextDocument is one document, as we read it and as the library does.
type contextDocument struct {
	context *strictjson.Value
	whole   any // for the library, which only reads it
	names   map[string]bool
	folded  map[string]bool // the names without regard to case
}

// A reading is what a document under one list is read with.
type reading struct {
	table     *table
	documents []*contextDocument

	// For the library: what takes the place of @context, and how many terms it
	// has to define for that.
	ready   *ld.Context
	defines int

	// scopes are the contexts of terms upon table itself: scoped to *table. Only a
	// list of the product has them.
	scopes *sync.Map
}

// ContextsConfig says what a set holds beside the pinned contexts, and what it
// takes. The zero value is the product's.
type ContextsConfig struct {
	// Documents are further documents by URL. One for a URL that is pinned must
	// be the same JSON.
	Documents map[string][]byte

	// AnyList takes every list of known URLs that begins with a credentials
	// context, nothing in it twice: for test instances.
	AnyList bool

	// Inline takes objects after the URLs, that define terms by absolute IRIs and
	// do nothing else (see inline.go): for test instances.
	Inline bool

	// Vocab takes @vocab in such objects: for published test vectors only. Under
	// it no name is without a meaning.
	Vocab bool
}

// productLists are the lists of the product. A document of ours stands under one
// of them, and under one only: which type goes with which is the verifier's rule.
var productLists = [][]string{
	{contexts.CredentialsV2},
	{contexts.CredentialsV2, contexts.ELMV1},
	{contexts.CredentialsV2, contexts.OpenBadges303},
	{contexts.CredentialsV1, contexts.DataIntegrityV2},
	{contexts.CredentialsV1, contexts.DataIntegrityV1},
}

// Pinned gives the contexts of the product: the exact lists above.
func Pinned() *Contexts { return pinned() }

var pinned = sync.OnceValue(func() *Contexts {
	c, err := NewContexts(ContextsConfig{})
	if err != nil {
		panic(fmt.Sprintf("canon: the embedded contexts: %v", err)) // tests would show it
	}
	return c
})

// NewContexts makes a set. It fails where a document is no context that we can
// read, or uses keywords of JSON-LD that no credential needs.
func NewContexts(cfg ContextsConfig) (*Contexts, error) {
	c := &Contexts{documents: map[string]*contextDocument{}, cfg: cfg, words: &vocabulary{words: map[string]bool{}}}
	for _, p := range contexts.Pins() {
		data, ok := contexts.Bytes(p.URL)
		if p.TestOnly || c.documents[p.URL] != nil || !ok {
			continue
		}
		d, err := readContext(data)
		if err != nil {
			return nil, fmt.Errorf("reading the context %s: %w", p.URL, err)
		}
		c.documents[p.URL] = d
	}
	for url, data := range cfg.Documents {
		d, err := readContext(data)
		if err != nil {
			return nil, fmt.Errorf("reading the context %s: %w", url, err)
		}
		if known := c.documents[url]; known != nil {
			if !sameValue(known.context, d.context) {
				return nil, fmt.Errorf("reading the context %s: not the pinned one", url)
			}
			continue
		}
		c.documents[url] = d
	}
	c.loader = loader{c.documents}
	for url, d := range c.documents {
		c.words.collect(d.context)
		if _, err := c.extend(new(table).on(), d.context, scoping{}); err != nil {
			return nil, fmt.Errorf("reading the context %s: %w", url, err)
		}
	}
	if cfg.AnyList {
		return c, nil
	}
	c.lists = map[string]*reading{}
	for _, urls := range productLists {
		r, err := c.product(urls)
		if err != nil {
			return nil, fmt.Errorf("reading the contexts %v: %w", urls, err)
		}
		c.lists[listKey(urls)] = r
	}
	return c, nil
}

// product reads one list of the product ahead of time, also for the library.
func (c *Contexts) product(urls []string) (*reading, error) {
	list := make([]any, len(urls))
	value := &strictjson.Value{Kind: strictjson.Array}
	for i, url := range urls {
		list[i] = url
		value.Items = append(value.Items, &strictjson.Value{Kind: strictjson.String, Text: url})
	}
	r, err := c.read(value)
	if err != nil {
		return nil, err
	}
	r.scopes = new(sync.Map)
	r.ready, err = ld.NewContext(nil, c.options()).Parse(list)
	return r, err
}

func listKey(urls []string) string { return strings.Join(urls, "\n") }

// readContext reads a context document.
func readContext(data []byte) (*contextDocument, error) {
	v, err := strictjson.Parse(data)
	if err != nil {
		return nil, err
	}
	d := &contextDocument{context: v.Member("@context"), names: map[string]bool{}, folded: map[string]bool{}}
	if d.context == nil {
		return nil, errLocal
	}
	if err := json.Unmarshal(data, &d.whole); err != nil {
		return nil, err
	}
	d.collect(d.context)
	return d, nil
}

// collect finds the names that a context defines, at whatever depth.
func (d *contextDocument) collect(v *strictjson.Value) {
	for _, item := range v.Items {
		d.collect(item)
	}
	for _, m := range v.Members {
		if !strings.HasPrefix(m.Name, "@") {
			d.names[m.Name] = true
			lower := strings.ToLower(m.Name)
			d.folded[lower] = d.folded[lower] || m.Name != "" && 'A' <= m.Name[0] && m.Name[0] <= 'Z'
		}
		if inner := m.Value.Member("@context"); inner != nil {
			d.collect(inner)
		}
	}
}

// variant tells whether a name differs only in case from one that the contexts
// of the list know. A class is held against names of classes, which begin with a
// capital: Evidence, which the contexts do not know, is the class of what stands
// under evidence (VC Data Model 2.0, 5.6).
func (r *reading) variant(name string, class bool) bool {
	folded := false
	for _, d := range r.documents {
		if d.names[name] {
			return false
		}
		capital, known := d.folded[strings.ToLower(name)]
		folded = folded || known && (capital || !class)
	}
	return folded
}

// read reads an @context whose form has been accepted.
func (c *Contexts) read(value *strictjson.Value) (*reading, error) {
	r := new(reading)
	t, err := c.extend(new(table).on(), value, scoping{})
	if err != nil {
		return nil, err
	}
	r.table = t
	for _, l := range value.Values() {
		if d := c.documents[l.Text]; d != nil {
			r.documents = append(r.documents, d)
			r.defines += len(d.context.Members)
		}
		r.defines += len(l.Members)
	}
	return r, nil
}

var (
	errNoContext = errors.New("no @context")
	errForm      = errors.New("an @context that is neither a URL nor a list")
	errURL       = errors.New("an unknown context URL")
	errList      = errors.New("a list of contexts that is none of those accepted")
	errInline    = errors.New("an object where only URLs may stand")
)

// suiteContext tells the one context that may stand behind objects in test
// instances: issuers of VC Data Model 1.1 put the context of the proof at the end.
func (c *Contexts) suiteContext(url string) bool {
	return c.cfg.AnyList && (url == contexts.DataIntegrityV1 || url == contexts.DataIntegrityV2)
}

// accept finds the reading for an @context, which must be a list that the set
// knows: member by member and in order (Data Integrity 1.0, 2.4.1). A lone string
// counts as a list of one.
func (c *Contexts) accept(value *strictjson.Value) (*reading, error) {
	if value == nil {
		return nil, errNoContext
	}
	if value.Kind != strictjson.String && (value.Kind != strictjson.Array || len(value.Items) == 0) {
		return nil, errForm
	}
	var urls []string
	seen := map[string]bool{}
	inline := 0
	for _, l := range value.Values() {
		switch {
		case l.Kind == strictjson.Object:
			text := spelling(l)
			if seen[text] {
				return nil, errList
			}
			seen[text] = true
			inline++
		case l.Kind != strictjson.String:
			return nil, errForm
		case c.documents[l.Text] == nil:
			return nil, errURL
		case seen[l.Text], inline > 0 && !c.suiteContext(l.Text):
			return nil, errList
		}
		if l.Kind == strictjson.String {
			seen[l.Text] = true
			urls = append(urls, l.Text)
		}
	}
	if inline > 0 && !c.cfg.Inline {
		return nil, errInline
	}
	if c.lists != nil && inline == 0 {
		if r := c.lists[listKey(urls)]; r != nil {
			return r, nil
		}
		return nil, errList
	}
	if len(urls) == 0 || urls[0] != contexts.CredentialsV1 && urls[0] != contexts.CredentialsV2 {
		return nil, errList
	}
	if c.lists != nil && c.lists[listKey(urls)] == nil {
		return nil, errList
	}
	if inline > 0 {
		if err := c.checkInline(value, urls); err != nil {
			return nil, err
		}
	}
	return c.read(value)
}
