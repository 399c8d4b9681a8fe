package verifier_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/status"
	"github.com/probatum/probatum/verifier"
)

// bitstringers are the declarers whose lists are bitstrings; the race detector
// sees two of them.
func bitstringers(t testing.TB) []*declarer {
	t.Helper()
	if testkit.Race {
		return declarers(t)[:2]
	}
	return declarers(t)[:4]
}

// TV-24: an entry that cannot be is the fault of the credential.
func TestTV24StatusIndex(t *testing.T) {
	t.Parallel()
	index := func(v any) func(e obj) { return func(e obj) { e["statusListIndex"] = v } }
	for _, d := range bitstringers(t) {
		d.publish(status.Valid)
		v := d.verifier()
		d.expect("untouched", d.ask(v, d.file()), verifier.Passed, "verify.status.pass")
		d.expect("the last", d.ask(v, d.file(index("131071"))), verifier.Passed, "verify.status.pass")
		d.expect("beyond the list", d.ask(v, d.file(index("131072"))), verifier.Failed, "verify.status.index")
		asked := d.lists.asked.Load()
		for name, tt := range map[string]struct {
			edit func(e obj)
			key  string
		}{
			"400 digits":     {index(strings.Repeat("9", 400)), "verify.status.index"},
			"beyond any":     {index("99999999999"), "verify.status.index"},
			"negative":       {index("-1"), "verify.status.malformed"},
			"text":           {index("abc"), "verify.status.malformed"},
			"empty":          {index(""), "verify.status.malformed"},
			"zeros in front": {index("007"), "verify.status.malformed"},
			"plus":           {index("+7"), "verify.status.malformed"},
			"fraction":       {index("7.0"), "verify.status.malformed"},
			"hexadecimal":    {index("0x7"), "verify.status.malformed"},
			"space":          {index(" 7"), "verify.status.malformed"},
			"other digits":   {index("٧"), "verify.status.malformed"},
			"missing":        {func(e obj) { delete(e, "statusListIndex") }, "verify.status.malformed"},
			"several":        {index([]any{"1", "2"}), "verify.status.malformed"},
			"no purpose":     {func(e obj) { delete(e, "statusPurpose") }, "verify.status.malformed"},
			"no list":        {func(e obj) { delete(e, "statusListCredential") }, "verify.status.malformed"},
			"id of the list": {func(e obj) { e["id"] = e["statusListCredential"] }, "verify.status.malformed"},
			"plain http":     {func(e obj) { e["statusListCredential"] = "http://status.example/1" }, "verify.status.malformed"},
			"a file":         {func(e obj) { e["statusListCredential"] = "file:///etc/passwd" }, "verify.status.malformed"},
		} {
			if name == "id of the list" && d.form != "edc" {
				continue // has no meaning in RDF, and is refused for that
			}
			r := d.ask(v, d.file(tt.edit))
			if c, ok := r.Check(verifier.Status); !ok || c.Key != tt.key || c.Result != verifier.Failed || c.Code != proof.Status ||
				r.Verdict() != verifier.Invalid {
				t.Errorf("%s, %s: %s", d.form, name, show(r))
			}
			checkAnswer(t, r)
		}
		if d.lists.asked.Load() != asked {
			t.Errorf("%s: asked for an entry that cannot be", d.form)
		}
	}
}

// What nobody here can look up is not known; what is no entry at all is wrong.
func TestStatusKinds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := func(c obj) { c["@context"] = statusContext(c) }
	lists := status.NewLists(status.ListsConfig{Now: func() time.Time { return now }})
	for name, tt := range map[string]struct {
		status any
		result verifier.Result
		key    string
	}{
		"other kind": {obj{"id": "https://example.org/status/1#2", "type": []any{"CredentialStatus"}}, verifier.NotDone, "verify.status.unknown"},
		"empty":      {obj{}, verifier.Failed, "verify.status.malformed"},
		"text":       {"x", verifier.Failed, "verify.status.malformed"},
		"list":       {[]any{}, verifier.Failed, "verify.status.malformed"},
		"no type":    {obj{"id": "https://example.org/status/1#2"}, verifier.Failed, "verify.status.malformed"},
	} {
		file := w.file(t, func(c obj) { v(c); c["credentialStatus"] = tt.status })
		r, err := (&verifier.Verifier{Trust: w.trust, Now: func() time.Time { return now }, Lists: lists}).Verify(t.Context(), file, verifier.Options{})
		if c, ok := r.Check(verifier.Status); err != nil || !ok || c.Result != tt.result || c.Key != tt.key || c.Code != proof.Status || r.Valid() {
			t.Errorf("%s: %s", name, show(r))
		}
	}
	if r := w.verify(t, w.file(t, func(c obj) { c["credentialStatus"] = nil })); !r.Valid() {
		t.Error(show(r)) // JSON-LD: null is nothing
	}
}

// document is what a bitstring list says, signed or not, changed by edit.
func (d *declarer) document(s status.Slot, bytesOfList int, edit func(c obj)) []byte {
	d.t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(make([]byte, bytesOfList)); err != nil {
		d.t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		d.t.Fatal(err)
	}
	did := d.signer.DID
	if did == "" {
		did = "did:web:body.example"
	}
	c := obj{
		"@context": []any{contexts.CredentialsV2}, "id": d.url(s), "type": []any{"VerifiableCredential", "BitstringStatusListCredential"},
		"issuer": did, "validFrom": d.at.Format(time.RFC3339), "validUntil": d.at.Add(time.Hour).Format(time.RFC3339),
		"credentialSubject": obj{
			"id": d.url(s) + "#list", "type": "BitstringStatusList", "statusPurpose": string(s.Purpose),
			"encodedList": "u" + base64.RawURLEncoding.EncodeToString(b.Bytes()),
		},
	}
	if edit != nil {
		edit(c)
	}
	return marshal(d.t, c)
}

// TV-25: a list that is not the issuer's, or not one for the credential, tells
// nothing.
func TestTV25StatusList(t *testing.T) {
	t.Parallel()
	stranger := newAuthor(t)
	const size = 131_072 / 4 // bytes: two bits an entry
	for _, d := range bitstringers(t) {
		file := d.file()
		first := d.slots[0]
		d.publish(status.Valid)
		good := d.list(first, status.Valid)
		d.expect("untouched", d.ask(d.verifier(), file), verifier.Passed, "verify.status.pass")
		if d.signer.DID != "" { // made as the bad ones are
			own := listToken(t, d.signer.Key, "vc+jwt", d.signer.Method, d.document(first, size, nil))
			d.lists.put(listPath(first), "application/vc+jwt", own)
			d.expect("made by hand", d.ask(d.verifier(), file), verifier.Passed, "verify.status.pass")
			bare := d.document(first, size, func(c obj) { delete(c, "id") })
			d.lists.put(listPath(first), "application/vc+jwt", listToken(t, d.signer.Key, "vc+jwt", d.signer.Method, bare))
			d.expect("without an id", d.ask(d.verifier(), file), verifier.Passed, "verify.status.pass")
		}
		d.lists.put(listPath(first), "application/vc", good.DI)
		d.expect("with a proof inside", d.ask(d.verifier(), file), verifier.Passed, "verify.status.pass")

		sign := func(doc []byte) []byte { return listToken(t, d.signer.Key, "vc+jwt", d.signer.Method, doc) }
		old := *d
		old.at = d.at.Add(-25 * time.Hour)
		bad := map[string][]byte{
			"signed by somebody else": d.list(first, status.Valid, func(s *status.Signer) {
				*s = status.Signer{Key: stranger.key, DID: stranger.did, Method: stranger.method}
			}).JWT,
			"proof of somebody else": d.list(first, status.Valid, func(s *status.Signer) {
				*s = status.Signer{Key: stranger.key, DID: stranger.did, Method: stranger.method}
			}).DI,
			"unsigned":          d.document(first, size, nil),
			"signature cut":     good.JWT[:len(good.JWT)-8],
			"signature changed": flipped(good.JWT),
			"proof removed":     retouched(t, good.DI, func(c obj) { delete(c, "proof") }),
			"proof changed":     retouched(t, good.DI, func(c obj) { c["validUntil"] = "2030-01-01T00:00:00Z" }),
			"expired":           old.list(first, status.Valid).JWT,
			"text behind":       append(bytes.Clone(good.JWT), "\n.x"...),
		}
		if d.signer.DID != "" {
			bad["signed with the key of somebody else"] = listToken(t, stranger.key, "vc+jwt", d.signer.Method, d.document(first, size, nil))
			bad["other purpose"] = sign(d.document(first, size, func(c obj) { c["credentialSubject"].(obj)["statusPurpose"] = "refresh" }))
			bad["other type"] = sign(d.document(first, size, func(c obj) { c["type"] = []any{"VerifiableCredential"} }))
			bad["other type of subject"] = sign(d.document(first, size, func(c obj) { c["credentialSubject"].(obj)["type"] = "StatusList2021" }))
			bad["another list"] = sign(d.document(first, size, func(c obj) { c["id"] = d.url(first) + "2" }))
			bad["a list of ids"] = sign(d.document(first, size, func(c obj) { c["id"] = []any{d.url(first)} }))
			bad["another issuer"] = sign(d.document(first, size, func(c obj) { c["issuer"] = stranger.did }))
			bad["over since a second"] = sign(d.document(first, size, func(c obj) { c["validUntil"] = d.at.Add(-61 * time.Second).Format(time.RFC3339) }))
			bad["not yet"] = sign(d.document(first, size, func(c obj) { c["validFrom"] = d.at.Add(time.Hour).Format(time.RFC3339) }))
			bad["short"] = sign(d.document(first, 131_072/8*first.Size-1, nil))
			bad["empty"] = sign(d.document(first, 0, nil))
			bad["not compressed"] = sign(d.document(first, size, func(c obj) { c["credentialSubject"].(obj)["encodedList"] = "u" + strings.Repeat("A", 22_000) }))
			bad["another token"] = listToken(t, d.signer.Key, "JWT", d.signer.Method, d.document(first, size, nil))
			bad["no token of a kind"] = listToken(t, d.signer.Key, "dc+sd-jwt", d.signer.Method, d.document(first, size, nil))
		}
		for name, list := range bad {
			kind := "application/vc+jwt"
			if list[0] == '{' {
				kind = "application/vc"
			}
			d.lists.put(listPath(first), kind, list)
			r := d.ask(d.verifier(), file)
			if c, ok := r.Check(verifier.Status); !ok || c.Result != verifier.NotDone || c.Code != proof.Status || r.Verdict() != verifier.Undetermined {
				t.Errorf("%s, %s: %s", d.form, name, show(r))
			}
			checkAnswer(t, r)
		}
	}
}

// flipped is a token with one bit of its signature changed.
func flipped(jwt []byte) []byte {
	out := bytes.Clone(jwt)
	i := bytes.LastIndexByte(out, '.') + 10
	if out[i] == 'A' {
		out[i] = 'B'
	} else {
		out[i] = 'A'
	}
	return out
}

// gibibyte is a gibibyte of zeros, compressed; the race detector has to do with
// a sixteenth.
func gibibyte(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	zeros := make([]byte, 1<<20)
	size := 1 << 10
	if testkit.Race {
		size >>= 4
	}
	for range size {
		if _, err := z.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TV-26: a server that answers badly leaves the status open, soon.
func TestTV26StatusServer(t *testing.T) {
	t.Parallel()
	stop := make(chan struct{})
	t.Cleanup(func() { close(stop) })
	d := declarers(t)[1] // with two lists, both of them bad
	file := d.file()
	drip := func(w http.ResponseWriter, r *http.Request) {
		for {
			select {
			case <-stop:
				return
			case <-r.Context().Done():
				return
			case <-time.After(100 * time.Millisecond):
				_, _ = io.WriteString(w, "e")
				_ = http.NewResponseController(w).Flush()
			}
		}
	}
	big := gibibyte(t)
	bombs := map[string][]byte{}
	for _, s := range d.slots {
		bombs[listPath(s)] = listToken(t, d.signer.Key, "vc+jwt", d.signer.Method, d.document(s, 0, func(c obj) {
			c["credentialSubject"].(obj)["encodedList"] = "u" + base64.RawURLEncoding.EncodeToString(big)
		}))
	}
	for name, page := range map[string]http.HandlerFunc{
		"inflates to 1 GiB": func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(bombs[r.URL.Path]) },
		"coded, 1 GiB": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(big)
		},
		"1 GiB": func(w http.ResponseWriter, _ *http.Request) {
			for range 1 << 14 {
				if _, err := w.Write(make([]byte, 1<<16)); err != nil {
					return
				}
			}
		},
		"1 GiB as announced": func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", fmt.Sprint(1<<30)) },
		"redirect":           http.RedirectHandler("/elsewhere", http.StatusFound).ServeHTTP,
		"redirect for ever": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.Path, http.StatusMovedPermanently)
		},
		"silence": func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-stop:
			case <-r.Context().Done():
			}
		},
		"a byte at a time": drip,
		"a page": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "<!doctype html><title>Log in</title>")
		},
		"nothing":        func(http.ResponseWriter, *http.Request) {},
		"500":            func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"404":            http.NotFound,
		"304 to nothing": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotModified) },
	} {
		for _, s := range d.slots {
			d.lists.page(listPath(s), page)
		}
		d.lists.page("/elsewhere", func(http.ResponseWriter, *http.Request) { t.Errorf("%s: a redirect was followed", name) })
		var r verifier.Report
		testkit.InTime(t, name, func() { r = d.ask(d.verifier(), file) })
		if c, ok := r.Check(verifier.Status); !ok || c.Result != verifier.NotDone || c.Code != proof.Status || r.Verdict() != verifier.Undetermined {
			t.Errorf("%s: %s", name, show(r))
		}
		checkAnswer(t, r)
	}
	d.publish(status.Valid)
	d.expect("a good server", d.ask(d.verifier(), file), verifier.Passed, "verify.status.pass")
}

// TV-27: of several entries the worst one decides.
func TestTV27StatusWorst(t *testing.T) {
	t.Parallel()
	d := declarers(t)[1]
	file := d.file()
	const gone = status.State(9)
	put := func(s status.Slot, state status.State) {
		if state == gone {
			d.lists.page(listPath(s), http.NotFound)
			return
		}
		signed := d.list(s, state)
		d.lists.put(listPath(s), signed.MediaType(), signed.JWT)
	}
	for name, tt := range map[string]struct {
		revocation, suspension status.State
		result                 verifier.Result
		key                    string
	}{
		"neither":                         {status.Valid, status.Valid, verifier.Passed, "verify.status.pass"},
		"revoked":                         {status.Revoked, status.Valid, verifier.Failed, "verify.status.revoked"},
		"suspended":                       {status.Valid, status.Suspended, verifier.Failed, "verify.status.suspended"},
		"both":                            {status.Revoked, status.Suspended, verifier.Failed, "verify.status.revoked"},
		"revoked, the other unreadable":   {status.Revoked, gone, verifier.Failed, "verify.status.revoked"},
		"suspended, the other unreadable": {gone, status.Suspended, verifier.Failed, "verify.status.suspended"},
		"one unreadable":                  {gone, status.Valid, verifier.NotDone, "verify.status.unreachable"},
		"the other unreadable":            {status.Valid, gone, verifier.NotDone, "verify.status.unreachable"},
		"both unreadable":                 {gone, gone, verifier.NotDone, "verify.status.unreachable"},
	} {
		put(revocationSlot, tt.revocation)
		put(suspensionSlot, tt.suspension)
		d.expect(name, d.ask(d.verifier(), file), tt.result, tt.key)
	}
	// An unknown kind beside one that is known.
	unknown := obj{"id": "https://example.org/1#1", "type": "https://example.org/SomethingElse"}
	put(revocationSlot, status.Valid)
	d.expect("an unknown kind", d.ask(d.verifier(), d.write([]any{d.entry(revocationSlot), unknown})), verifier.NotDone, "verify.status.unknown")
	put(revocationSlot, status.Revoked)
	d.expect("revoked, and an unknown kind", d.ask(d.verifier(), d.write([]any{unknown, d.entry(revocationSlot)})), verifier.Failed, "verify.status.revoked")
	put(revocationSlot, status.Valid)
	beyond := func(e obj) { e["statusListIndex"] = "131072" }
	d.expect("beyond the list, and an unknown kind", d.ask(d.verifier(), d.write([]any{unknown, d.entry(revocationSlot, beyond)})), verifier.Failed, "verify.status.index")
}

// TV-28: what was cached is not believed for longer than promised.
func TestTV28StatusCached(t *testing.T) {
	t.Parallel()
	for _, d := range declarers(t) {
		file, v := d.file(), d.verifier()
		d.publish(status.Valid)
		d.expect("at first", d.ask(v, file), verifier.Passed, "verify.status.pass")
		d.at = d.at.Add(time.Second)
		d.publish(status.Revoked)
		d.at = d.at.Add(status.MaxStale)
		d.expect("a minute later", d.ask(v, file), verifier.Failed, "verify.status.revoked")

		// Somebody keeps the new list from being seen: by silence, or by showing
		// the old one. The one is noticed; the other is believed for as long as
		// the list itself says.
		v = d.verifier()
		d.publish(status.Valid)
		d.expect("again", d.ask(v, file), verifier.Passed, "verify.status.pass")
		for _, s := range d.slots {
			d.lists.page(listPath(s), func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
		}
		d.at = d.at.Add(status.MaxStale)
		d.expect("kept from being seen", d.ask(v, file), verifier.NotDone, "verify.status.unreachable")
		v = d.verifier()
		d.publish(status.Valid)
		d.at = d.at.Add(status.Lifetime + status.Skew + time.Second)
		d.expect("an old list", d.ask(v, file), verifier.NotDone, "verify.status.list")
	}
}
