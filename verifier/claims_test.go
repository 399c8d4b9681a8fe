package verifier_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/verifier"
)

func TestTV22Dates(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	at := func(d time.Duration) string { return now.Add(d).Format(time.RFC3339) }
	var all []attack
	add := func(name string, edit func(c obj)) {
		all = append(all, attack{name, w.file(t, edit), verifier.Invalid, proof.Validity})
	}
	for _, field := range []string{"validUntil", "expirationDate"} {
		add(field+" over", func(c obj) { c[field] = at(-61 * time.Second) })
		add(field+" long over", func(c obj) { c[field] = at(-24 * time.Hour) })
		add(field+" before begin", func(c obj) { c[field] = signedAt.Add(-time.Hour).Format(time.RFC3339) })
	}
	add("over since the year 1", func(c obj) { c["validUntil"] = "0001-01-01T00:00:00Z"; delete(c, "validFrom") })
	for _, field := range []string{"validFrom", "issuanceDate", "issued"} {
		add(field+" to come", func(c obj) { c[field] = at(61 * time.Second) })
	}
	add("end before begin, both to come", func(c obj) { c["validFrom"] = at(48 * time.Hour); c["validUntil"] = at(24 * time.Hour) })
	for _, field := range []string{"validFrom", "issuanceDate", "issued", "validUntil", "expirationDate"} {
		for _, value := range []any{
			"", "tomorrow", "2026", "2026-11-25", "2026-11-25T10:00:00", "2026-02-30T00:00:00Z", "2026-11-25 10:00:00Z", "2026-11-25T10:00Z",
			"2026-11-25T25:00:00Z", "20261125T100000Z", "2026-11-25T10:00:00,5Z", "2026-11-25t10:00:00z", " 2026-11-25T10:00:00Z",
			"2026-11-25T10:00:00+0100", "2026-11-25T10:00:00+14:01", "2026-11-25T10:00:00-24:00", "2026-11-25T10:00:00\u0000Z", 1764064800, nil, true, obj{"@value": "2026-11-25T10:00:00Z"}, []any{}, []any{at(0), at(1)},
		} {
			add(fmt.Sprintf("%s %v", field, value), func(c obj) { c[field] = value })
		}
	}
	sealed := func(d time.Duration) []byte {
		return sealWith(t, w.seal, payload(t, nil), func(h obj) { h["sigT"] = at(d) }, w.ca)
	}
	all = append(all, attack{"sealed tomorrow", sealed(24 * time.Hour), verifier.Invalid, proof.Validity})
	attackAll(t, w.trust, all)

	if r := w.verify(t, sealed(verifier.Skew)); !r.Valid() {
		t.Errorf("sealed a minute from now: %s", show(r))
	}
	if r := verify(t, w.trust, sealed(24*time.Hour), now.Add(48*time.Hour)); !r.Valid() {
		t.Errorf("sealed tomorrow, judged for the day after: %s", show(r))
	}
	for name, edit := range map[string]func(c obj){
		"a minute of skew at the end":   func(c obj) { c["validUntil"] = at(-60 * time.Second) },
		"a minute of skew at the start": func(c obj) { c["validFrom"] = at(60 * time.Second) },
		"with an offset":                func(c obj) { c["validFrom"] = "2026-11-25T13:00:30.5+01:00" },
		"both ends":                     func(c obj) { c["validUntil"] = at(time.Hour); c["expirationDate"] = at(time.Hour) },
	} {
		if r := w.verify(t, w.file(t, edit)); !r.Valid() {
			t.Errorf("%s: %s", name, show(r))
		}
	}
}

func TestTV23Issuer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	issuer := func(c obj) obj { return c["issuer"].(obj) }
	var all []attack
	for name, edit := range map[string]func(c obj){
		"other name":           func(c obj) { issuer(c)["legalName"] = obj{"de": "Ministry of Education"} },
		"longer name":          func(c obj) { issuer(c)["legalName"] = obj{"de": body + " GmbH"} },
		"no name":              func(c obj) { delete(issuer(c), "legalName") },
		"other registration":   func(c obj) { issuer(c)["eIDASIdentifier"].(obj)["notation"] = "VATDE-1" },
		"no registration":      func(c obj) { delete(issuer(c), "eIDASIdentifier") },
		"other country":        func(c obj) { issuer(c)["eIDASIdentifier"].(obj)["spatial"] = country("FRA") },
		"country by alpha-2":   func(c obj) { issuer(c)["eIDASIdentifier"].(obj)["spatial"] = country("DE") },
		"no country":           func(c obj) { delete(issuer(c)["eIDASIdentifier"].(obj), "spatial") },
		"a list":               func(c obj) { c["issuer"] = []any{c["issuer"], obj{"id": "did:example:x", "type": "Organisation"}} },
		"an empty list":        func(c obj) { c["issuer"] = []any{} },
		"an address":           func(c obj) { c["issuer"] = "https://example.org" },
		"null":                 func(c obj) { c["issuer"] = nil },
		"missing":              func(c obj) { delete(c, "issuer") },
		"a person":             func(c obj) { issuer(c)["type"] = "Person" },
		"id file:":             func(c obj) { issuer(c)["id"] = "file:///etc/passwd" },
		"id javascript:":       func(c obj) { issuer(c)["id"] = "javascript:alert(1)" },
		"id data:":             func(c obj) { issuer(c)["id"] = "data:text/html,x" },
		"id IP address":        func(c obj) { issuer(c)["id"] = "https://127.0.0.1/x" },
		"id IPv6 address":      func(c obj) { issuer(c)["id"] = "https://[::1]/x" },
		"id number address":    func(c obj) { issuer(c)["id"] = "http://2130706433/" },
		"id hex address":       func(c obj) { issuer(c)["id"] = "https://0x7f.0x1/" },
		"id DID of an address": func(c obj) { issuer(c)["id"] = "did:web:127.0.0.1%3A8080:body" },
		"id relative":          func(c obj) { issuer(c)["id"] = "x" },
		"id with a user":       func(c obj) { issuer(c)["id"] = "https://example.org@evil.example/" },
		"id no text":           func(c obj) { issuer(c)["id"] = 1 },
		"name no language map": func(c obj) { issuer(c)["legalName"] = 1 },
	} {
		all = append(all, attack{name, w.file(t, edit), verifier.Invalid, proof.Key})
	}
	attackAll(t, w.trust, all)

	for name, edit := range map[string]func(c obj){
		"further languages": func(c obj) { issuer(c)["legalName"] = obj{"en": "Test Body", "de": body, "fr": "Ministère"} },
		"a list of one":     func(c obj) { c["issuer"] = []any{c["issuer"]} },
		"a DID":             func(c obj) { issuer(c)["id"] = "did:web:example.org" },
		"a DID with a port": func(c obj) { issuer(c)["id"] = "did:web:example.org%3A8080:body" },
		"a web address":     func(c obj) { issuer(c)["id"] = "https://example.org./body" },
		"another place":     func(c obj) { issuer(c)["location"].(obj)["address"].(obj)["countryCode"] = country("FRA") },
	} {
		r := w.verify(t, w.file(t, edit))
		if !r.Valid() || r.Issuer.Name != body {
			t.Errorf("%s: %s", name, show(r))
		}
	}
}

// A profile whose rules nobody here has is not passed over; one that is known
// beside it is enough.
func TestUnknownProfileIsNotPassedOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	schema := func(id string) obj { return obj{"id": id, "type": "ShaclValidator2017"} }
	const unknown, generic = "http://data.europa.eu/snb/model/ap/edc-mobility", "http://data.europa.eu/snb/model/ap/edc-generic-full"

	r := w.verify(t, w.file(t, func(c obj) { c["credentialSchema"] = schema(unknown) }))
	if r.Verdict() != verifier.Undetermined || r.Code() != proof.Schema {
		t.Errorf("a profile that is not known: %s", show(r))
	}
	r = w.verify(t, w.file(t, func(c obj) { c["credentialSchema"] = []any{schema(unknown), schema(generic)} }))
	if !r.Valid() {
		t.Errorf("a further profile beside a known one: %s", show(r))
	}
}
