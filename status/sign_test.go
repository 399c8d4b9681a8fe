package status_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/status"
)

// slots are all that credentials of the product have.
func slots() []status.Slot {
	var out []status.Slot
	seen := map[status.Slot]bool{}
	for _, f := range []credential.Form{credential.EDC, credential.OB3, credential.VCDI, credential.VCJWT, credential.SDJWT} {
		for _, s := range status.Slots(f) {
			if !seen[s] {
				seen[s] = true
				out = append(out, s)
			}
		}
	}
	return out
}

func contents(slot status.Slot, set map[int]status.State) status.Contents {
	return status.Contents{ID: "4a0d9c5e-6c8a-4d0f-9d0e-0f2b7a6f1c11", Body: "demo", Slot: slot, Version: 3, Set: set}
}

// referenceTo is what a credential with a place in a list says.
func referenceTo(t testing.TB, slot status.Slot, index int) status.Reference {
	t.Helper()
	switch {
	case slot.Kind == status.Token:
		r, err := status.ParseTokenStatus(js(t, obj{"status_list": obj{"idx": index, "uri": listURL}}))
		if err != nil {
			t.Fatal(err)
		}
		return r
	case slot.Purpose == status.Message:
		return reference(t, messageEntry(fmt.Sprint(index)))
	}
	return reference(t, entry(slot.Purpose, fmt.Sprint(index)))
}

func TestSign(t *testing.T) {
	t.Parallel()
	if n := len(slots()); n != 4 {
		t.Fatalf("%d slots, want 4", n)
	}
	set := map[int]status.State{0: status.Revoked, 7: status.Suspended, 8: status.Revoked, 4711: status.Valid, status.Entries - 1: status.Suspended, status.Entries - 2: status.Revoked}
	for _, kind := range []string{"P-256", "P-384", "Ed25519", "RSA"} {
		by := newSigner(t, kind)
		for _, slot := range slots() {
			name := kind + " " + string(slot.Kind) + " " + string(slot.Purpose)
			signed, err := status.Sign(t.Context(), contents(slot, set), by.Signer, listURL, noon.Add(time.Millisecond))
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if !signed.SignedAt.Equal(noon) || !signed.Expires.Equal(noon.Add(24*time.Hour)) || signed.Version != 3 || signed.Kind != slot.Kind || signed.ID != contents(slot, nil).ID {
				t.Errorf("%s: %+v", name, signed)
			}
			if has := signed.DI != nil; has != (kind != "RSA" && slot.Kind == status.Bitstring) {
				t.Errorf("%s: with a Data Integrity proof: %v", name, has)
			}
			for _, data := range [][]byte{signed.JWT, signed.DI} {
				if data == nil {
					continue
				}
				l, err := open(t, data)
				if err != nil {
					t.Errorf("%s: %v", name, err)
					continue
				}
				says(t, name, l, slot, set)
				if l.Signer.DID != by.DID || l.Signer.Method != by.Method || l.TTL != 30*time.Second || !l.SignedAt.Equal(noon) || !l.Expires.Equal(signed.Expires) || l.From != status.Snapshot {
					t.Errorf("%s: opened as %+v", name, l)
				}
			}
		}
	}
}

// says checks what a list says of every entry.
func says(t *testing.T, name string, l *status.List, slot status.Slot, set map[int]status.State) {
	t.Helper()
	for i := range status.Entries {
		if i > 20_000 && i < status.Entries-20_000 {
			continue
		}
		r := status.Reference{Kind: slot.Kind, Purpose: slot.Purpose, Size: slot.Size, URL: listURL, Index: int64(i), Known: true}
		want := set[i]
		if slot.Says(want) == 0 {
			want = status.Valid
		}
		if got, err := r.Judge(l); err != nil || got != want {
			t.Fatalf("%s: entry %d is %d, %v; want %d", name, i, got, err, want)
		}
	}
	_, err := referenceTo(t, slot, status.Entries).Judge(l)
	isProblem(t, name, err, status.Range)
}

func TestSignWritesAsTheStandardsHaveIt(t *testing.T) {
	t.Parallel()
	by := newSigner(t, "P-256")
	part := func(token []byte, n int) (m obj) {
		t.Helper()
		raw, err := base64.RawURLEncoding.DecodeString(string(bytes.Split(token, []byte{'.'})[n]))
		if err == nil {
			err = json.Unmarshal(raw, &m)
		}
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	for _, slot := range slots() {
		signed, err := status.Sign(t.Context(), contents(slot, nil), by.Signer, listURL, noon)
		if err != nil {
			t.Fatal(err)
		}
		h, p := part(signed.JWT, 0), part(signed.JWT, 1)
		if h["kid"] != by.Method || len(h["x5c"].([]any)) != 2 || h["alg"] != "ES256" {
			t.Errorf("header %v", h)
		}
		if slot.Kind == status.Token {
			list := p["status_list"].(obj)
			if h["typ"] != "statuslist+jwt" || h["cty"] != nil || p["sub"] != listURL || p["ttl"] != 30.0 || p["exp"].(float64)-p["iat"].(float64) != 86400 ||
				list["bits"] != 2.0 || len(p) != 5 || len(list) != 2 || signed.MediaType() != "application/statuslist+jwt" {
				t.Errorf("token %v %v", h, p)
			}
			continue
		}
		s := p["credentialSubject"].(obj)
		if h["typ"] != "vc+jwt" || h["cty"] != "vc" || p["id"] != listURL || p["issuer"] != by.DID || s["ttl"] != 30000.0 || s["id"] != listURL+"#list" ||
			s["statusPurpose"] != string(slot.Purpose) || s["encodedList"].(string)[0] != 'u' || len(p) != 7 || len(s) != 5 || signed.MediaType() != "application/vc+jwt" {
			t.Errorf("credential %v %v", h, p)
		}
		var di obj
		if err := json.Unmarshal(signed.DI, &di); err != nil || di["proof"] == nil {
			t.Errorf("Data Integrity form %s: %v", signed.DI, err)
		}
		delete(di, "proof")
		if a, b := js(t, di), js(t, p); !bytes.Equal(a, b) {
			t.Errorf("the two forms differ: %s and %s", a, b)
		}
	}
}

func TestSignIsDeterministic(t *testing.T) {
	t.Parallel()
	set := map[int]status.State{}
	for i := range 1000 {
		set[i*37] = status.State(i % 3)
	}
	ed, ec := newSigner(t, "Ed25519"), newSigner(t, "P-256")
	for _, slot := range slots() {
		var before status.Signed
		for i := range 3 {
			signed, err := status.Sign(t.Context(), contents(slot, set), ed.Signer, listURL, noon)
			if err != nil {
				t.Fatal(err)
			}
			if i > 0 && (!bytes.Equal(before.JWT, signed.JWT) || !bytes.Equal(before.DI, signed.DI) || before.ETag() != signed.ETag()) {
				t.Errorf("%v: signed twice, with two results", slot)
			}
			before = signed
		}
		a, errA := status.Sign(t.Context(), contents(slot, set), ec.Signer, listURL, noon)
		b, errB := status.Sign(t.Context(), contents(slot, set), ec.Signer, listURL, noon)
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		cut := bytes.LastIndexByte(a.JWT, '.')
		if !bytes.Equal(a.JWT[:cut], b.JWT[:cut]) {
			t.Errorf("%v: what is signed differs", slot)
		}
		if a.ETag() == b.ETag() || a.ETag() == before.ETag() {
			t.Errorf("%v: one entity tag for different bytes", slot)
		}
	}
}

// An issuer that is a did:web has its keys in its document twice; the lists name
// them as it does.
func TestSignAsDIDWeb(t *testing.T) {
	t.Parallel()
	const did = "did:web:issuer.example:bodies:demo"
	for _, kind := range []string{"P-256", "Ed25519", "RSA"} {
		by := newSigner(t, kind)
		by.DID, by.Method = did, ""
		written, err := keys.History{{Key: by.Key.Public(), Chain: by.Chain, From: noon.AddDate(0, -1, 0)}}.DIDDocument(did)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := keys.ParseDIDDocument(written)
		if err != nil {
			t.Fatal(err)
		}
		for _, slot := range slots() {
			signed, err := status.Sign(t.Context(), contents(slot, nil), by.Signer, listURL, noon)
			if err != nil {
				t.Fatalf("%s: %v", kind, err)
			}
			for _, data := range [][]byte{signed.JWT, signed.DI} {
				if data == nil {
					continue
				}
				l, err := status.Open(t.Context(), data, status.OpenOptions{URL: listURL, Resolver: resolver{did: doc}, Now: noon})
				if err != nil || l.Signer.DID != did {
					t.Errorf("%s %v: %v", kind, slot, err)
				}
			}
			// Nobody confirms the DID: the certificate has to do, and the list
			// does not count as the DID's.
			l, err := open(t, signed.JWT)
			if err != nil || l.Signer.DID != "" || l.Signer.Method != "" || l.Signer.Chain.Leaf == nil {
				t.Errorf("%s %v without the document: %+v, %v", kind, slot, l, err)
			}
			if signed.DI != nil {
				_, err = open(t, signed.DI)
				isProblem(t, kind+" without the document", err, status.Retrieval)
			}
		}
	}
}

func TestSignWithoutADIDTakesThatOfTheKey(t *testing.T) {
	t.Parallel()
	by := newSigner(t, "RSA")
	want := by.DID
	by.DID, by.Method = "", ""
	signed, err := status.Sign(t.Context(), contents(slots()[0], nil), by.Signer, listURL, noon)
	if err != nil {
		t.Fatal(err)
	}
	if l, err := open(t, signed.JWT); err != nil || l.Signer.DID != want {
		t.Errorf("%+v, %v", l, err)
	}
}

func TestSignRefuses(t *testing.T) {
	t.Parallel()
	good, other := newSigner(t, "P-256"), newSigner(t, "P-256")
	slot := slots()[0]
	for name, change := range map[string]func(*status.Contents, *status.Signer, *string){
		"no key":                func(_ *status.Contents, s *status.Signer, _ *string) { s.Key = nil },
		"another's certificate": func(_ *status.Contents, s *status.Signer, _ *string) { s.Chain = other.Chain },
		"another's DID":         func(_ *status.Contents, s *status.Signer, _ *string) { s.DID, s.Method = other.DID, other.Method },
		"another's method":      func(_ *status.Contents, s *status.Signer, _ *string) { s.Method = other.Method },
		"a method without DID":  func(_ *status.Contents, s *status.Signer, _ *string) { s.Method = "key-1" },
		"a DID that is none":    func(_ *status.Contents, s *status.Signer, _ *string) { s.DID, s.Method = "did:web:", "did:web:#1" },
		"P-521": func(_ *status.Contents, s *status.Signer, _ *string) {
			*s = status.Signer{Key: newKey(t, "P-521"), DID: "did:web:issuer.example"}
		},
		"plain http":             func(_ *status.Contents, _ *status.Signer, u *string) { *u = "http://issuer.example/1" },
		"no address":             func(_ *status.Contents, _ *status.Signer, u *string) { *u = "" },
		"an index too high":      func(c *status.Contents, _ *status.Signer, _ *string) { c.Set = map[int]status.State{status.Entries: 1} },
		"a negative index":       func(c *status.Contents, _ *status.Signer, _ *string) { c.Set = map[int]status.State{-1: 1} },
		"a state that is none":   func(c *status.Contents, _ *status.Signer, _ *string) { c.Set = map[int]status.State{1: 3} },
		"a kind that is none":    func(c *status.Contents, _ *status.Signer, _ *string) { c.Kind = "crl" },
		"a purpose that is none": func(c *status.Contents, _ *status.Signer, _ *string) { c.Purpose = "refresh" },
		"a size that is none":    func(c *status.Contents, _ *status.Signer, _ *string) { c.Size = 1 },
	} {
		c, s, url := contents(slot, nil), good.Signer, listURL
		change(&c, &s, &url)
		if signed, err := status.Sign(t.Context(), c, s, url, noon); err == nil {
			t.Errorf("%s: signed as %s", name, signed.JWT)
		}
	}
	if _, err := status.Sign(t.Context(), contents(slot, nil), good.Signer, "http://127.0.0.1:8080/status/bitstring/x", noon); err != nil {
		t.Errorf("loopback: %v", err)
	}
}
