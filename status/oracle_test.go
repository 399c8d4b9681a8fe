package status_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/jose"
	"github.com/probatum/probatum/status"
)

// oracleLists is how many lists of each kind are made in each direction: fewer
// under the race detector, since the package is always tested without it too.
func oracleLists() int {
	if testkit.Race {
		return 30
	}
	return 200
}

// An oracle is the npm packages in a process of their own. Their clock is the
// machine's, so that lists are signed now.
type oracle struct {
	*testkit.Peer
	now time.Time
}

func newOracle(t *testing.T) oracle {
	t.Helper()
	packages := []string{"jose", "@sd-jwt/jwt-status-list", "@sd-jwt/sd-jwt-vc", "@digitalbazaar/vc-bitstring-status-list", "@digitalbazaar/data-integrity"}
	return oracle{testkit.Node(t, packages, "tokens.mjs", "status"), time.Now().UTC().Truncate(time.Second)}
}

// TestOracleBitstring compares Bitstring lists with the packages of Digital
// Bazaar: the same entries are set, their checkStatus takes our lists with a Data
// Integrity proof and npm jose those that are tokens, and the other way round.
func TestOracleBitstring(t *testing.T) {
	t.Parallel()
	o := newOracle(t)
	t.Run("OursByTheirs", o.ourBitstrings)
	t.Run("TheirsByOurs", o.theirBitstrings)
}

func (o oracle) ourBitstrings(t *testing.T) {
	lists, documents, set := 0, 0, 0
	signers := []signer{newSigner(t, "P-256"), newSigner(t, "P-384"), newSigner(t, "Ed25519"), newSigner(t, "RSA")}
	var before status.Signed
	for n := range oracleLists() * 4 / 3 { // RSA keys make no proof
		r := rand.New(rand.NewPCG(3, uint64(n)))
		by := signers[n%len(signers)]
		slot := slots()[n/len(signers)%3]
		if slot.Kind != status.Bitstring {
			t.Fatal("another order of slots")
		}
		c := contents(slot, someStates(r, n))
		signed, err := status.Sign(t.Context(), c, by.Signer, listURL, o.now)
		if err != nil {
			t.Fatal(err)
		}
		doc := o.verifyToken(t, by, signed.JWT, "vc+jwt")
		want := []int{}
		for i, state := range c.Set {
			for bit := range slot.Size {
				if slot.Says(state)>>(slot.Size-1-bit)&1 == 1 {
					want = append(want, i*slot.Size+bit)
				}
			}
		}
		slices.Sort(want)
		lists++
		set += len(want)
		o.hasBits(t, n, doc, status.Entries*slot.Size, want)
		if signed.DI == nil {
			continue
		}
		documents++
		o.hasBits(t, n, signed.DI, status.Entries*slot.Size, want)
		// They know entries of one bit: of wider ones they see the bits.
		at := []int{r.IntN(status.Entries), want[r.IntN(len(want))]}
		got, err := o.checkStatus(by.DID, slot.Purpose, signed.DI, at...)
		if err != nil {
			t.Fatalf("list %d: %v\n%s", n, err, signed.DI)
		}
		for i, bit := range at {
			if _, is := slices.BinarySearch(want, bit); got[i] != is {
				t.Errorf("list %d: bit %d is %v, want %v", n, bit, got[i], is)
			}
		}
		if before.DI != nil {
			o.bothRefuse(t, by, slot, r, signed.DI, before.DI)
		}
		before = signed
	}
	t.Logf("%d lists as tokens, %d of them with a proof too, %d bits set", lists, documents, set)
}

// checkStatus asks their package about entries of one credential.
func (o oracle) checkStatus(issuer string, purpose status.Purpose, list []byte, at ...int) ([]bool, error) {
	entries := make([]obj, len(at))
	for i, index := range at {
		entries[i] = entry(purpose, fmt.Sprint(index))
		entries[i]["id"] = fmt.Sprint(listURL, "#", index)
	}
	var answer struct{ Values []bool }
	err := o.Ask(obj{
		"ask": "checkStatus", "lists": obj{listURL: json.RawMessage(list)},
		"credential": obj{"@context": []string{"https://www.w3.org/ns/credentials/v2"}, "type": []string{"VerifiableCredential"}, "issuer": issuer, "credentialStatus": entries},
	}, &answer)
	return answer.Values, err
}

// bothRefuse changes a list with a proof in one way or another.
func (o oracle) bothRefuse(t *testing.T, by signer, slot status.Slot, r *rand.Rand, list, other []byte) {
	t.Helper()
	var doc, foreign obj
	for into, data := range map[*obj][]byte{&doc: list, &foreign: other} {
		if err := json.Unmarshal(data, into); err != nil {
			t.Fatal(err)
		}
	}
	what := ""
	switch r.IntN(5) {
	case 0:
		what = "nothing set any more"
		doc["credentialSubject"].(obj)["encodedList"] = empty()
	case 1:
		what = "the entries of another list"
		doc["credentialSubject"].(obj)["encodedList"] = foreign["credentialSubject"].(obj)["encodedList"]
		if doc["credentialSubject"].(obj)["encodedList"] == empty() {
			t.Fatal("an empty list")
		}
	case 2:
		what = "the proof of another list"
		doc["proof"] = foreign["proof"]
	case 3:
		what = "valid for longer"
		doc["validUntil"] = stamp(o.now.AddDate(1, 0, 0))
	case 4:
		what = "no proof"
		delete(doc, "proof")
	}
	changed := js(t, doc)
	if _, err := o.open(t, changed); err == nil {
		t.Errorf("%s: we take it\n%s", what, changed)
	}
	if _, err := o.checkStatus(by.DID, slot.Purpose, changed, 1); err == nil {
		t.Errorf("%s: they take it\n%s", what, changed)
	} else if !errors.Is(err, testkit.ErrPeer) {
		t.Fatal(err)
	}
}

func (o oracle) theirBitstrings(t *testing.T) {
	suites := []string{"ed25519-rdfc", "p256-rdfc", "p384-rdfc"}
	issuers := o.newKeys(t)
	set := 0
	for n := range 2 * oracleLists() { // half of them with a proof, half of them tokens
		r := rand.New(rand.NewPCG(4, uint64(n)))
		length := status.Entries + 8*r.IntN(1000)
		places := someStates(r, n)
		purpose := []status.Purpose{status.Revocation, status.Suspension}[n/2%2]
		question := obj{
			"url": listURL, "purpose": purpose, "length": length, "set": slices.Collect(maps.Keys(places)), "from": stamp(o.now.Add(-time.Minute)),
		}
		var answer struct {
			List  json.RawMessage
			Token string
		}
		if n%2 == 0 {
			question["ask"], question["suite"] = "signBitstring", suites[n/2%len(suites)]
		} else {
			by := issuers[n/2%len(issuers)]
			question["ask"], question["key"], question["issuer"] = "signBitstringToken", by.alg, by.did
			question["header"] = obj{"alg": by.alg, "typ": "vc+jwt", "cty": "vc", "kid": by.did + "#0"}
		}
		if err := o.Ask(question, &answer); err != nil {
			t.Fatal(err)
		}
		data := []byte(answer.Token)
		if n%2 == 0 {
			data = answer.List
		}
		l, err := o.open(t, data)
		if err != nil {
			t.Fatalf("list %d: %v\n%s", n, err, data)
		}
		want := map[int]uint8{}
		for i := range places {
			want[i] = 1
		}
		set += len(want)
		reads(t, r, n, l, length, want)
		if !slices.Equal(l.Purposes, []status.Purpose{purpose}) || l.Signer.DID == "" {
			t.Errorf("list %d: read as %+v", n, l)
		}
		changed := bytes.Replace(data, []byte(stamp(o.now.Add(-time.Minute))), []byte(stamp(o.now.Add(-time.Hour))), 1)
		if n%2 == 1 {
			changed = flipped(t, r, answer.Token)
		}
		if _, err := o.open(t, changed); err == nil {
			t.Errorf("list %d: we take it changed\n%s", n, changed)
		}
		if n%2 == 1 {
			o.theyRefuse(t, issuers[n/2%len(issuers)], "vc+jwt", changed)
		} else if _, err := o.checkStatus(l.Signer.DID, purpose, changed, 1); !errors.Is(err, testkit.ErrPeer) {
			t.Errorf("list %d: they take it changed: %v\n%s", n, err, changed)
		}
	}
	t.Logf("%d lists with a proof, %d as tokens, %d bits set", oracleLists(), oracleLists(), set)
}

// A tokenIssuer is a key of jose with its did:jwk.
type tokenIssuer struct {
	alg, did string
	jwk      json.RawMessage
}

func (o oracle) newKeys(t *testing.T) []tokenIssuer {
	t.Helper()
	var out []tokenIssuer
	for _, alg := range []string{keys.ES256, keys.ES384, keys.EdDSA, keys.RS256} {
		var key struct{ JWK json.RawMessage }
		if err := o.Ask(obj{"ask": "newKey", "name": alg, "alg": alg}, &key); err != nil {
			t.Fatal(err)
		}
		k, err := keys.ParseJWK(key.JWK)
		if err != nil {
			t.Fatal(err)
		}
		did, err := keys.DIDJWK(k.Key)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, tokenIssuer{alg, did, key.JWK})
	}
	return out
}

// theyRefuse checks that npm jose does not take a token of its own that was
// changed.
func (o oracle) theyRefuse(t *testing.T, by tokenIssuer, typ string, changed []byte) {
	t.Helper()
	err := o.Ask(obj{"ask": "verifyJWS", "token": string(changed), "jwk": by.jwk, "alg": by.alg, "typ": typ, "now": o.now.Unix()}, nil)
	if !errors.Is(err, testkit.ErrPeer) {
		t.Errorf("they take it changed: %v\n%s", err, changed)
	}
}

// verifyToken has npm jose verify a list, and see it refuse the list changed. It
// gives the payload.
func (o oracle) verifyToken(t *testing.T, by signer, token []byte, typ string) []byte {
	t.Helper()
	pub := by.Key.Public()
	alg, err := keys.TokenAlgorithm(pub)
	if err != nil {
		t.Fatal(err)
	}
	question := obj{"ask": "verifyJWS", "token": string(token), "jwk": by.jwk(t), "alg": alg, "typ": typ, "now": o.now.Unix()}
	var answer struct {
		Header  obj
		Payload string
	}
	if err := o.Ask(question, &answer); err != nil {
		t.Fatalf("%v\n%s", err, token)
	}
	if answer.Header["kid"] != by.Method || answer.Header["typ"] != typ || len(answer.Header["x5c"].([]any)) == 0 {
		t.Errorf("header %v", answer.Header)
	}
	question["token"] = string(flipped(t, rand.New(rand.NewPCG(8, uint64(len(token)))), string(token)))
	if err := o.Ask(question, nil); !errors.Is(err, testkit.ErrPeer) {
		t.Errorf("they take it changed: %v\n%s", err, question["token"])
	}
	payload, err := jose.DecodeBase64URL(answer.Payload)
	if err != nil {
		t.Fatal(err)
	}
	return payload
}

func (s signer) jwk(t *testing.T) json.RawMessage {
	t.Helper()
	raw, err := keys.MarshalJWK(s.Key.Public(), "")
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// hasBits checks which bits of the document of a list are set, as they read it.
func (o oracle) hasBits(t *testing.T, n int, doc []byte, length int, want []int) {
	t.Helper()
	var c struct {
		Subject struct {
			List string `json:"encodedList"`
		} `json:"credentialSubject"`
	}
	if err := json.Unmarshal(doc, &c); err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Length int
		Set    []int
	}
	if err := o.Ask(obj{"ask": "decodeBitstring", "encodedList": c.Subject.List}, &answer); err != nil {
		t.Fatal(err)
	}
	if answer.Length != length || !slices.Equal(answer.Set, want) {
		t.Errorf("list %d: they read %d entries with %v set, want %d with %v", n, answer.Length, answer.Set, length, want)
	}
}

func (o oracle) open(t *testing.T, data []byte) (*status.List, error) {
	t.Helper()
	return status.Open(t.Context(), data, status.OpenOptions{URL: listURL, Now: o.now})
}

// reads checks what we read: of every twentieth list all entries.
func reads(t *testing.T, r *rand.Rand, n int, l *status.List, length int, want map[int]uint8) {
	t.Helper()
	if l.Entries() != int64(length) {
		t.Errorf("list %d: %d entries, want %d", n, l.Entries(), length)
	}
	places := slices.Collect(maps.Keys(want))
	for i := range length {
		if n%20 == 0 || r.IntN(100) == 0 {
			places = append(places, i)
		}
	}
	for _, i := range places {
		if got, err := l.At(int64(i)); err != nil || got != want[i] {
			t.Fatalf("list %d: entry %d is %d, %v; want %d", n, i, got, err, want[i])
		}
	}
}

// someStates makes up what a list says: a few entries, at times many.
func someStates(r *rand.Rand, n int) map[int]status.State {
	count := 2 + r.IntN(20)
	if n%10 == 0 {
		count = 2000
	}
	set := map[int]status.State{}
	for i := range count {
		set[r.IntN(status.Entries)] = status.Revoked + status.State(i%2)
	}
	return set
}

// flipped gives a token with one bit of its payload or signature changed.
func flipped(t *testing.T, r *rand.Rand, token string) []byte {
	t.Helper()
	parts := strings.Split(token, ".")
	part := 1 + r.IntN(2)
	raw, err := jose.DecodeBase64URL(parts[part])
	if err != nil {
		t.Fatal(err)
	}
	raw[r.IntN(len(raw))] ^= 1 << r.IntN(7)
	parts[part] = base64URL(raw)
	return []byte(strings.Join(parts, "."))
}
