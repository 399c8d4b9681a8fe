package trust_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/status"
	"github.com/probatum/probatum/trust"
)

// listAt is a signed list as it is published at an address.
func listAt(t *testing.T, url string, k status.Kind, at time.Time) status.Signed {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	slot := status.Slot{Kind: k, Size: 2}
	if k == status.Bitstring {
		slot.Purpose = status.Message
	}
	signed, err := status.Sign(t.Context(), status.Contents{ID: "1", Slot: slot}, status.Signer{Key: key}, url, at)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func TestLoadSnapshots(t *testing.T) {
	t.Parallel()
	const bitstring, token = "https://body.example/status/bitstring/1", "https://body.example/status/token/1"
	a, b := listAt(t, bitstring, status.Bitstring, now), listAt(t, bitstring, status.Bitstring, now.Add(time.Hour))
	c := listAt(t, token, status.Token, now)
	s := load(t, map[string][]byte{
		"status/a": a.JWT, "status/b.json": b.DI, "status/c.jwt": c.JWT,
		"status/.hidden": []byte("x"), "status/folder/x": []byte("x"), "authority/x": []byte("x"),
	})
	if got := s.Snapshots(bitstring); len(got) != 2 || string(got[0]) != string(a.JWT) || string(got[1]) != string(b.DI) {
		t.Errorf("%d copies of %s", len(got), bitstring)
	}
	if got := s.Snapshots(token); len(got) != 1 || string(got[0]) != string(c.JWT) {
		t.Errorf("%d copies of %s", len(got), token)
	}
	for _, url := range []string{"", bitstring + "/", "https://body.example/status/bitstring/2"} {
		if got := s.Snapshots(url); len(got) != 0 {
			t.Errorf("%d copies of %q", len(got), url)
		}
		if got := new(trust.Set).Snapshots(url); len(got) != 0 {
			t.Errorf("%d copies of %q in no set", len(got), url)
		}
	}
	if !s.Empty() {
		t.Error("a set that holds only status lists trusts somebody")
	}

	many := map[string][]byte{}
	for i := range 9 {
		many[fmt.Sprintf("status/%d", i)] = a.JWT
	}
	for name, files := range map[string]map[string][]byte{
		"no list":         {"status/bad": []byte("x")},
		"a page":          {"status/bad": []byte("<html></html>")},
		"empty":           {"status/bad": nil},
		"another token":   {"status/bad": []byte("eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.e30.AA")},
		"no address":      {"status/bad": []byte(`{"id":"urn:x"}`)},
		"JSON twice":      {"status/bad": []byte(`{"id":"` + bitstring + `","id":"` + bitstring + `"}`)},
		"large":           {"status/bad": make([]byte, 2<<20+1)},
		"beside good one": {"status/a": a.JWT, "status/bad": []byte("x")},
	} {
		if _, err := trust.Load(folder(t, files)); err == nil || !strings.Contains(err.Error(), "status/bad") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := trust.Load(folder(t, many)); err == nil {
		t.Error("nine copies of one list")
	}
	crowd := map[string][]byte{}
	for i := range 2001 {
		crowd[fmt.Sprintf("status/%d", i)] = nil
	}
	if _, err := trust.Load(folder(t, crowd)); err == nil || !strings.Contains(err.Error(), "2000") {
		t.Errorf("2001 files: %v", err)
	}
}
