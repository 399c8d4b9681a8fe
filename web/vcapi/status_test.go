package vcapi_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/status"
	"github.com/probatum/probatum/web/vcapi"
)

// get fetches a list.
func (a *api) get(address, accept string) reply {
	a.t.Helper()
	h := http.Header{}
	if accept != "" {
		h.Set("Accept", accept)
	}
	return a.send(http.MethodGet, strings.TrimPrefix(address, a.url), nil, h)
}

// set asks for a change of status.
func (a *api) set(id, purpose string, more ...obj) reply {
	a.t.Helper()
	body := obj{"credentialId": id, "credentialStatus": obj{"type": "BitstringStatusListEntry", "statusPurpose": purpose}}
	for _, m := range more {
		body = with(a.t, body, m)
	}
	return a.post("/vc-api/"+vcapi.Status+"/credentials/status", body)
}

// unsaid is a credential as the status suite sends it, with an id or without.
func (a *api) unsaid(id string) obj {
	doc := with(a.t, a.plain(vcapi.Status), obj{"id": nil})
	if id != "" {
		doc["id"] = id
	}
	return doc
}

func wished(purposes ...string) obj {
	list := []any{}
	for _, p := range purposes {
		list = append(list, obj{"type": "BitstringStatusListEntry", "statusPurpose": p})
	}
	return obj{"credentialStatus": list}
}

// entriesOf gives the status entries of a credential.
func entriesOf(vc obj) []obj {
	list, ok := vc["credentialStatus"].([]any)
	if !ok {
		list = []any{vc["credentialStatus"]}
	}
	out := make([]obj, len(list))
	for i, e := range list {
		out[i] = e.(obj)
	}
	return out
}

// inflated decodes the list by other code than that which wrote it (Bitstring
// Status List 1.0, 3.4).
func inflated(t testing.TB, list obj) []byte {
	t.Helper()
	text, _ := list["credentialSubject"].(obj)["encodedList"].(string)
	if !strings.HasPrefix(text, "u") {
		t.Fatalf("encodedList is %.20q", text)
	}
	raw, err := base64.RawURLEncoding.DecodeString(text[1:])
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// valueOf reads an entry bit by bit, the first one being the leftmost.
func valueOf(t testing.TB, data []byte, e obj) int {
	t.Helper()
	size := 1
	if n, ok := e["statusSize"].(float64); ok {
		size = int(n)
	}
	index, err := strconv.Atoi(e["statusListIndex"].(string))
	if err != nil {
		t.Fatal(err)
	}
	value := 0
	for i := range size {
		bit := index*size + i
		value = value<<1 | int(data[bit/8]>>(7-bit%8)&1)
	}
	return value
}

// TestBitstringSuite walks through the rows of the W3C's suite for status lists
// (Bitstring Status List 1.0, 2 and 3), by purpose.
func TestBitstringSuite(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	in := vcapi.Status
	for _, purposes := range [][]string{nil, {"revocation"}, {"suspension"}, {"message"}, {"revocation", "suspension", "message"}} {
		doc := a.unsaid("urn:uuid:" + fmt.Sprintf("36245ee9-9074-4b05-a777-%012d", len(strings.Join(purposes, ""))))
		var vc obj
		if purposes == nil {
			vc, purposes = a.issued(in, doc), []string{"revocation"}
		} else if len(purposes) == 1 {
			vc = a.issued(in, doc, obj{"credentialStatus": wished(purposes...)["credentialStatus"].([]any)[0]})
		} else {
			vc = a.issued(in, with(t, doc, wished(purposes...)))
		}
		entries := entriesOf(vc)
		if len(entries) != len(purposes) {
			t.Fatalf("%v: entries %v", purposes, entries)
		}
		a.verify(in, vc).accepted(t, "issued")
		a.verify(in, vc, obj{"checks": []any{"proof", "credentialStatus"}}).accepted(t, "issued")
		for i, e := range entries {
			if e["type"] != "BitstringStatusListEntry" || e["statusPurpose"] != purposes[i] {
				t.Errorf("entry %v", e)
			}
			index, _ := e["statusListIndex"].(string)
			if n, err := strconv.Atoi(index); err != nil || strconv.Itoa(n) != index || n < 0 || n >= status.Entries {
				t.Errorf("statusListIndex is %q", index)
			}
			address, _ := e["statusListCredential"].(string)
			if !strings.HasPrefix(address, a.url+"/vc-api/status/lists/") || e["id"] == address {
				t.Errorf("statusListCredential is %q, id %v", address, e["id"])
			}
			_, sized := e["statusSize"]
			if sized != (purposes[i] == "message") {
				t.Errorf("%s: statusSize is %v", purposes[i], e["statusSize"])
			}
			if sized {
				size := int(e["statusSize"].(float64))
				messages := asList(e["statusMessage"])
				if size < 2 || len(messages) != 1<<size {
					t.Errorf("statusSize %d with %d messages", size, len(messages))
				}
				for n, m := range messages {
					if m.(obj)["status"] != "0x"+strconv.FormatInt(int64(n), 16) || m.(obj)["message"] == "" {
						t.Errorf("message %v", m)
					}
				}
			}
			a.list(address, purposes[i], a.ids[in])
		}
	}

	// Algorithm: a malformed entry is refused at issue, and what is not an entry too.
	for what, change := range map[string]obj{
		"statusEntry":   {"statusEntry": obj{"type": "BitstringStatusListEntry", "statusListIndex": true, "statusListCredential": "https://example.com"}},
		"index true":    {"credentialStatus": obj{"type": "BitstringStatusListEntry", "statusPurpose": "revocation", "statusListIndex": true, "statusListCredential": "https://example.com"}},
		"index a word":  {"credentialStatus": with(t, entry("https://example.com/1", 1), obj{"statusListIndex": "first"})},
		"index below 0": {"credentialStatus": with(t, entry("https://example.com/1", 1), obj{"statusListIndex": "-1"})},
		"no index":      {"credentialStatus": with(t, entry("https://example.com/1", 1), obj{"statusListIndex": nil})},
		"no list":       {"credentialStatus": with(t, entry("https://example.com/1", 1), obj{"statusListCredential": nil})},
		"no purpose":    {"credentialStatus": with(t, entry("https://example.com/1", 1), obj{"statusPurpose": nil})},
		"id the list":   {"credentialStatus": with(t, entry("https://example.com/1", 1), obj{"id": "https://example.com/1"})},
		"size 0":        {"credentialStatus": with(t, entry("https://example.com/1", 1), obj{"statusSize": 0})},
		"no messages":   {"credentialStatus": with(t, entry("https://example.com/1", 1), obj{"statusSize": 2})},
	} {
		r := a.issue(in, with(t, a.unsaid(""), change))
		if r.status != http.StatusBadRequest && r.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", what, r.status, r.text)
		}
	}
}

// list checks a published list as the suite does.
func (a *api) list(address, purpose, issuer string) obj {
	a.t.Helper()
	r := a.get(address, "application/json, */*;q=0.1")
	if r.status != http.StatusOK || r.header.Get("Content-Type") != "application/json" {
		a.t.Fatalf("list: %d %s %s", r.status, r.header.Get("Content-Type"), r.text)
	}
	slc := r.body
	subject, _ := slc["credentialSubject"].(obj)
	if !slices.Equal(asList(slc["@context"]), []any{contexts.CredentialsV2}) ||
		!slices.Contains(asList(slc["type"]), "VerifiableCredential") || !slices.Contains(asList(slc["type"]), "BitstringStatusListCredential") {
		a.t.Errorf("@context %v, type %v", slc["@context"], slc["type"])
	}
	if slc["id"] != address || slc["issuer"] != issuer || subject["type"] != "BitstringStatusList" || subject["statusPurpose"] != purpose || subject["id"] == nil {
		a.t.Errorf("list %v", slc)
	}
	if proof, _ := slc["proof"].(obj); proof["cryptosuite"] != "eddsa-rdfc-2022" {
		a.t.Errorf("proof %v", slc["proof"])
	}
	if n := len(inflated(a.t, slc)); n < 16<<10 {
		a.t.Errorf("%d bytes", n)
	}
	a.verify(vcapi.P256RDFC, rawJSON(r.text)).accepted(a.t, "the list")
	return slc
}

// TestSetStatus: what is set shows at once, in the list and in verification, and
// is taken back where it may be.
func TestSetStatus(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	in := vcapi.Status
	checks := obj{"checks": []any{"proof", "credentialStatus"}}
	one := a.issued(in, with(t, a.unsaid("urn:uuid:1"), wished("revocation", "suspension", "message")))
	two := a.issued(in, with(t, a.unsaid("urn:uuid:2"), wished("revocation", "suspension", "message")))
	values := func(vc obj) []int {
		var out []int
		for _, e := range entriesOf(vc) {
			out = append(out, valueOf(t, inflated(t, a.get(e["statusListCredential"].(string), "").body), e))
		}
		return out
	}
	for _, tt := range []struct {
		purpose string
		value   any // nil: left out
		want    []int
		code    int
	}{
		{"suspension", nil, []int{0, 1, 0}, 200},
		{"suspension", true, []int{0, 1, 0}, 200},
		{"suspension", false, []int{0, 0, 0}, 200},
		{"suspension", false, []int{0, 0, 0}, 200},
		{"revocation", false, []int{0, 0, 0}, 200},
		{"message", "0x2", []int{0, 0, 2}, 200},
		{"message", "0x0", []int{0, 0, 0}, 200},
		{"message", "0x3", []int{0, 0, 0}, 400},
		{"suspension", "0x2", []int{0, 0, 0}, 400},
		{"suspension", 1, []int{0, 0, 0}, 400},
		{"suspension", null, []int{0, 0, 0}, 400},
		{"refresh", nil, []int{0, 0, 0}, 400},
		{"message", true, []int{0, 0, 1}, 200},
		{"message", "0x1", []int{0, 0, 1}, 200},
		{"message", "0x2", []int{0, 0, 1}, 400},
		{"message", false, []int{0, 0, 1}, 400},
		{"revocation", true, []int{1, 0, 1}, 200},
		{"revocation", false, []int{1, 0, 1}, 400},
		{"suspension", true, []int{1, 1, 1}, 200},
	} {
		what := fmt.Sprint(tt.purpose, " ", tt.value)
		var more []obj
		if tt.value != nil {
			more = []obj{{"status": tt.value}}
		}
		r := a.set("urn:uuid:1", tt.purpose, more...)
		if r.status != tt.code {
			t.Fatalf("%s: %d %s", what, r.status, r.text)
		}
		if tt.code != http.StatusOK {
			problemDetails(t, r)
		}
		if got := values(one); !slices.Equal(got, tt.want) {
			t.Fatalf("%s: %v, want %v", what, got, tt.want)
		}
		r = a.verify(in, one, checks)
		if slices.Max(tt.want) == 0 {
			r.accepted(t, what)
		} else {
			r.refused(t, what)
			if !slices.Equal(r.codes(), []string{"status"}) || !slices.Equal(r.types(), []string{"STATUS_VERIFICATION_ERROR"}) {
				t.Errorf("%s: %v %v", what, r.codes(), r.types())
			}
			a.verify(in, one).refused(t, what+", not asked")
			a.verify(vcapi.P384JCS, one, checks).refused(t, what+", elsewhere")
			a.verify(vcapi.P384JCS, one).accepted(t, what+", elsewhere, not asked")
		}
	}
	if got := values(two); !slices.Equal(got, []int{0, 0, 0}) {
		t.Errorf("another credential has %v", got)
	}
	a.verify(in, two, checks).accepted(t, "another credential")
	a.verify(vcapi.P384JCS, two, checks).accepted(t, "another credential, elsewhere")
	p := newParty(t)
	for vc, good := range map[*obj]bool{&one: false, &two: true} {
		r := a.present(in, p.sign(presentation(p.did, *vc), authenticating(challenge, domain)), with(t, asked, checks))
		if good {
			r.accepted(t, "presented")
		} else {
			r.refused(t, "presented")
		}
	}

	// All copies of one credential change together; the whole entry picks one.
	again := a.issued(in, with(t, a.unsaid("urn:uuid:2"), wished("suspension")))
	if r := a.set("urn:uuid:2", "suspension"); r.status != http.StatusOK || r.body["entries"] != float64(2) || r.body["status"] != "0x1" {
		t.Errorf("%d %s", r.status, r.text)
	}
	if r := a.set("urn:uuid:2", "suspension", obj{"credentialStatus": entriesOf(again)[0], "status": false}); r.status != http.StatusOK || r.body["entries"] != float64(1) {
		t.Errorf("%d %s", r.status, r.text)
	}
	a.verify(in, again, checks).accepted(t, "the one that was picked")
	a.verify(in, two, checks).refused(t, "the other one")
}

// TestStatusRequests goes through what a request to set a status can have wrong.
func TestStatusRequests(t *testing.T) {
	t.Parallel()
	a := newAPI(t, func(c *vcapi.Config) { c.MaxBytes = 4096 })
	const path = "/vc-api/status/credentials/status"
	a.issued(vcapi.Status, a.unsaid("urn:uuid:1"))
	good := `{"credentialId":"urn:uuid:1","credentialStatus":{"type":"BitstringStatusListEntry","statusPurpose":"revocation"},"status":false}`
	for what, tt := range map[string]struct {
		method, path, body string
		header             http.Header
		status             int
		code               string
	}{
		"elsewhere":         {path: "/vc-api/p256-rdfc/credentials/status", status: 404, code: "not-found"},
		"nobody":            {path: "/vc-api/nobody/credentials/status", status: 404, code: "not-found"},
		"GET":               {method: http.MethodGet, status: 405, code: "method"},
		"a form":            {header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, status: 415, code: "unsupported"},
		"gzip":              {header: http.Header{"Content-Type": {"application/json"}, "Content-Encoding": {"gzip"}}, status: 415, code: "unsupported"},
		"too large":         {body: `{"credentialId":"` + strings.Repeat("x", 5000) + `"}`, status: 413, code: "resources"},
		"unknown id":        {body: strings.Replace(good, "uuid:1", "uuid:9", 1), status: 404, code: "not-found"},
		"another purpose":   {body: strings.Replace(good, "revocation", "suspension", 1), status: 404, code: "not-found"},
		"another list":      {body: strings.Replace(good, `"type"`, `"statusListCredential":"https://vc.example/1","type"`, 1), status: 404, code: "not-found"},
		"another index":     {body: strings.Replace(good, `"type"`, `"statusListIndex":"x","type"`, 1), status: 404, code: "not-found"},
		"unknown purpose":   {body: strings.Replace(good, "revocation", "refresh", 1), status: 400, code: "malformed"},
		"another type":      {body: strings.Replace(good, "Bitstring", "Other", 1), status: 400, code: "malformed"},
		"no type":           {body: strings.Replace(good, `"type":"BitstringStatusListEntry",`, "", 1), status: 400, code: "malformed"},
		"no purpose":        {body: strings.Replace(good, `,"statusPurpose":"revocation"`, "", 1), status: 400, code: "malformed"},
		"an entry's extra":  {body: strings.Replace(good, `"type"`, `"until":"x","type"`, 1), status: 200},
		"an allocator":      {body: strings.Replace(good, `"status":`, `"indexAllocator":"urn:uuid:2","more":[1],"status":`, 1), status: 200},
		"an allocator's id": {body: strings.Replace(good, `"credentialId":"urn:uuid:1"`, `"indexAllocator":"urn:uuid:2","credentialId":1`, 1), status: 400, code: "malformed"},
		"no entry":          {body: `{"credentialId":"urn:uuid:1"}`, status: 400, code: "malformed"},
		"no id":             {body: strings.Replace(good, `"credentialId":"urn:uuid:1",`, "", 1), status: 400, code: "malformed"},
		"id empty":          {body: strings.Replace(good, "urn:uuid:1", "", 1), status: 400, code: "malformed"},
		"id a number":       {body: strings.Replace(good, `"urn:uuid:1"`, "1", 1), status: 400, code: "malformed"},
		"entry an array":    {body: `{"credentialId":"urn:uuid:1","credentialStatus":[]}`, status: 400, code: "malformed"},
		"entry a text":      {body: `{"credentialId":"urn:uuid:1","credentialStatus":"revocation"}`, status: 400, code: "malformed"},
		"status a text":     {body: strings.Replace(good, "false", `"revoked"`, 1), status: 400, code: "malformed"},
		"a member twice":    {body: strings.Replace(good, `"status":`, `"credentialId":"urn:uuid:2","status":`, 1), status: 400, code: "malformed"},
		"no JSON":           {body: "{", status: 400, code: "malformed"},
		"an array":          {body: "[]", status: 400, code: "malformed"},
		"as it should be":   {status: 200},
		"list by POST":      {path: "/vc-api/status/lists/1", status: 405, code: "method"},
		"no such list":      {method: http.MethodGet, path: "/vc-api/status/lists/1", status: 404, code: "not-found"},
		"list elsewhere":    {method: http.MethodGet, path: "/vc-api/p256-rdfc/lists/1", status: 404, code: "not-found"},
		"below a list":      {method: http.MethodGet, path: "/vc-api/status/lists/1/2", status: 404, code: "not-found"},
		"list of instances": {method: http.MethodGet, path: "/vc-api/status/lists", status: 404, code: "not-found"},
	} {
		t.Run(what, func(t *testing.T) {
			if tt.method == "" {
				tt.method = http.MethodPost
			}
			if tt.path == "" {
				tt.path = path
			}
			if tt.body == "" {
				tt.body = good
			}
			if tt.header == nil {
				tt.header = jsonType
			}
			r := a.send(tt.method, tt.path, tt.body, tt.header.Clone())
			if r.status != tt.status || tt.code != "" && r.body["code"] != tt.code {
				t.Fatalf("status %d, code %v, want %d, %s: %s", r.status, r.body["code"], tt.status, tt.code, r.text)
			}
			if tt.status == http.StatusOK {
				return
			}
			problemDetails(t, r)
			if tt.status == http.StatusMethodNotAllowed {
				want := http.MethodPost
				if tt.method == want {
					want = "GET, HEAD"
				}
				if got := r.header.Get("Allow"); got != want {
					t.Errorf("Allow is %q", got)
				}
			}
		})
	}
}
