package vcapi_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/probatum/probatum/status"
	"github.com/probatum/probatum/web/vcapi"
)

// TestStatusWishes: what can be asked of the status of a new credential.
func TestStatusWishes(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	in := vcapi.Status
	r := a.issue(in, a.unsaid(""))
	if r.status != http.StatusCreated || len(r.list("warnings")) != 2 {
		t.Fatalf("%d %s", r.status, r.text)
	}
	vc := r.body["verifiableCredential"].(obj)
	id, _ := vc["id"].(string)
	if !strings.HasPrefix(id, "urn:uuid:") || len(id) != 45 {
		t.Errorf("id is %q", id)
	}
	if r := a.set(id, "revocation"); r.status != http.StatusOK {
		t.Errorf("%d %s", r.status, r.text)
	}
	a.verify(in, vc).refused(t, "revoked by the id that was made up")

	for what, tt := range map[string]struct {
		doc, o obj
	}{
		"type alone":      {obj{"credentialStatus": obj{"type": "BitstringStatusListEntry"}}, nil},
		"in the options":  {nil, obj{"credentialStatus": obj{"type": "BitstringStatusListEntry", "statusPurpose": "suspension"}}},
		"several":         {nil, wished("suspension", "message")},
		"size":            {obj{"credentialStatus": obj{"type": "BitstringStatusListEntry", "statusPurpose": "message", "statusSize": 2}}, nil},
		"one kept beside": {obj{"credentialStatus": []any{entry("https://status.example/1", 7), obj{"type": "BitstringStatusListEntry"}}}, nil},
	} {
		if tt.o == nil {
			tt.o = obj{}
		}
		vc := a.issued(in, with(t, a.unsaid(""), tt.doc), tt.o)
		own := 0
		for _, e := range entriesOf(vc) {
			if strings.HasPrefix(e["statusListCredential"].(string), a.url) {
				own++
			}
		}
		if own == 0 {
			t.Errorf("%s: %v", what, vc["credentialStatus"])
		}
	}

	one := a.issued(in, a.unsaid("urn:uuid:1"))
	for what, tt := range map[string]struct {
		doc, o obj
	}{
		"an unknown purpose":   {obj{"credentialStatus": obj{"type": "BitstringStatusListEntry", "statusPurpose": "refresh"}}, nil},
		"purpose a number":     {obj{"credentialStatus": obj{"type": "BitstringStatusListEntry", "statusPurpose": 4}}, nil},
		"another size":         {obj{"credentialStatus": obj{"type": "BitstringStatusListEntry", "statusSize": 2}}, nil},
		"messages of its own":  {obj{"credentialStatus": obj{"type": "BitstringStatusListEntry", "statusPurpose": "message", "statusMessage": []any{}}}, nil},
		"a purpose twice":      {wished("revocation", "revocation"), nil},
		"none":                 {obj{"credentialStatus": []any{}}, nil},
		"null":                 {obj{"credentialStatus": null}, nil},
		"a text":               {obj{"credentialStatus": "revocation"}, nil},
		"null in the options":  {nil, obj{"credentialStatus": null}},
		"a text there":         {nil, obj{"credentialStatus": "revocation"}},
		"a whole entry there":  {nil, obj{"credentialStatus": entry("https://status.example/1", 7)}},
		"in both places":       {wished("revocation"), wished("suspension")},
		"1.1":                  {with(t, a.old(in), obj{"validFrom": nil}), nil},
		"an entry of another":  {obj{"id": "urn:uuid:2", "credentialStatus": one["credentialStatus"]}, nil},
		"an entry nobody has":  {obj{"credentialStatus": entry(entriesOf(one)[0]["statusListCredential"].(string), 7)}, nil},
		"a list of ours, none": {obj{"credentialStatus": entry(a.url+"/vc-api/status/lists/none", 7)}, nil},
		"a list over http":     {obj{"credentialStatus": entry("http://status.example/1", 7)}, nil},
	} {
		o := tt.o
		if o == nil {
			o = obj{}
		}
		r := a.issue(in, with(t, a.unsaid(""), tt.doc), o)
		if r.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", what, r.status, r.text)
			continue
		}
		problemDetails(t, r)
	}

	// What is there stays, and may be issued again.
	kept := entry("https://status.example/1", 7)
	r = a.issue(in, with(t, a.unsaid("urn:uuid:3"), obj{"credentialStatus": kept}))
	if r.status != http.StatusCreated || len(r.list("warnings")) != 1 {
		t.Fatalf("%d %s", r.status, r.text)
	}
	if got := string(encode(t, r.body["verifiableCredential"].(obj)["credentialStatus"])); got != string(encode(t, kept)) {
		t.Errorf("kept %s", got)
	}
	if r := a.set("urn:uuid:3", "revocation"); r.status != http.StatusNotFound {
		t.Errorf("the status of another's list: %d %s", r.status, r.text)
	}
	again := a.issued(in, with(t, one, obj{"proof": nil}))
	if got, want := string(encode(t, again["credentialStatus"])), string(encode(t, one["credentialStatus"])); got != want {
		t.Errorf("issued again with %s, want %s", got, want)
	}
}

// TestNoListsForCallers: what could pass for a list of the instance is not signed
// with the key of its lists.
func TestNoListsForCallers(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	own := entriesOf(a.issued(vcapi.Status, a.unsaid("")))[0]["statusListCredential"].(string)
	list := obj{"id": "urn:example:list", "type": "BitstringStatusList", "statusPurpose": "revocation", "encodedList": "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"}
	types := []any{"VerifiableCredential", "BitstringStatusListCredential"}
	for what, change := range map[string]obj{
		"a list":              {"type": types, "credentialSubject": list},
		"the type alone":      {"type": types},
		"the subject alone":   {"credentialSubject": list},
		"one of the subjects": {"credentialSubject": []any{obj{"id": "urn:example:1"}, list}},
		"a list of ours":      {"id": own, "type": types, "credentialSubject": list},
		"its id":              {"id": own},
		"its id, not as is":   {"id": strings.Replace(own, "/vc-api/", "/VC-API/", 1)},
		"an id of a list":     {"id": a.url + "/vc-api/status/lists/another"},
	} {
		r := a.issue(vcapi.Status, with(t, a.unsaid(""), change))
		if r.status != http.StatusBadRequest || !strings.Contains(r.text, "status list") {
			t.Errorf("%s: %d %s", what, r.status, r.text)
			continue
		}
		problemDetails(t, r)
	}
	for what, change := range map[string]obj{
		"an id beside":  {"id": a.url + "/vc-api/status/lists"},
		"an id further": {"id": a.url + "/credentials/1"},
	} {
		if r := a.issue(vcapi.Status, with(t, a.unsaid(""), change)); r.status != http.StatusCreated {
			t.Errorf("%s: %d %s", what, r.status, r.text)
		}
	}
}

// TestEntriesAreTakenOnce: fifty at once have fifty places.
func TestEntriesAreTakenOnce(t *testing.T) {
	t.Parallel()
	a := newAPI(t, func(c *vcapi.Config) { c.Within = time.Minute })
	var mu sync.Mutex
	seen := map[string]bool{}
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			id := fmt.Sprintf("urn:example:%d", i)
			r := a.issue(vcapi.Status, a.unsaid(id))
			if r.status != http.StatusCreated {
				t.Errorf("%d %s", r.status, r.text)
				return
			}
			e := entriesOf(r.body["verifiableCredential"].(obj))[0]
			mu.Lock()
			seen[e["id"].(string)] = true
			mu.Unlock()
			if r := a.set(id, "revocation"); i%2 == 0 && r.status != http.StatusOK {
				t.Errorf("%d %s", r.status, r.text)
			}
		})
	}
	wg.Wait()
	if len(seen) != 50 {
		t.Errorf("%d places", len(seen))
	}
	var list string
	for id := range seen {
		list, _, _ = strings.Cut(id, "#")
	}
	set := 0
	for _, b := range inflated(t, a.get(list, "").body) {
		for ; b != 0; b &= b - 1 {
			set++
		}
	}
	if set != 50 {
		t.Errorf("%d bits are set", set)
	}
}

// TestDraw: every number comes once, whatever the order.
func TestDraw(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 2, 3, 100, status.Entries} {
		got, err := vcapi.Drawn(n)
		if err != nil {
			t.Fatal(err)
		}
		if n > 99 && slices.IsSorted(got) {
			t.Errorf("%d numbers in order", n)
		}
		slices.Sort(got)
		for i, v := range got {
			if v != i {
				t.Fatalf("of %d numbers, %d stands where %d should", n, v, i)
			}
		}
	}
}

// TestFullLists: a list that is full is followed by another, and the last one by
// a refusal.
func TestFullLists(t *testing.T) {
	t.Parallel()
	cfg := demoConfig(t)
	h, err := vcapi.NewSmall(cfg, 1)
	if err != nil {
		t.Fatal(err)
	}
	a := serve(t, cfg, h)
	lists := map[string]bool{}
	for i := range 4 {
		vc := a.issued(vcapi.Status, a.unsaid(fmt.Sprintf("urn:example:%d", i)))
		lists[entriesOf(vc)[0]["statusListCredential"].(string)] = true
	}
	if len(lists) != 4 { // of one entry each
		t.Errorf("%d lists", len(lists))
	}
	r := a.issue(vcapi.Status, a.unsaid(""))
	if r.status != http.StatusServiceUnavailable {
		t.Errorf("%d %s", r.status, r.text)
	}
	problemDetails(t, r)
	a.issued(vcapi.Status, a.unsaid(""), wished("suspension"))
}
