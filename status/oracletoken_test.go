package status_test

import (
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/jose"
	"github.com/probatum/probatum/proof/sdjwt"
	"github.com/probatum/probatum/status"
)

// TestOracleToken compares token lists with @sd-jwt/jwt-status-list, and their
// signatures with npm jose. What a list says of a credential, @sd-jwt/sd-jwt-vc
// tells too.
func TestOracleToken(t *testing.T) {
	t.Parallel()
	o := newOracle(t)
	t.Run("OursByTheirs", o.ourTokens)
	t.Run("TheirsByOurs", o.theirTokens)
}

func (o oracle) ourTokens(t *testing.T) {
	slot := status.Slot{Kind: status.Token, Size: 2}
	signers := []signer{newSigner(t, "P-256"), newSigner(t, "P-384"), newSigner(t, "Ed25519"), newSigner(t, "RSA")}
	set, credentials := 0, 0
	for n := range oracleLists() {
		r := rand.New(rand.NewPCG(5, uint64(n)))
		by := signers[n%len(signers)]
		c := contents(slot, someStates(r, n))
		signed, err := status.Sign(t.Context(), c, by.Signer, listURL, o.now)
		if err != nil {
			t.Fatal(err)
		}
		o.verifyToken(t, by, signed.JWT, "statuslist+jwt")
		want := map[int]uint8{}
		for i, state := range c.Set {
			if state != status.Valid {
				want[i] = uint8(state)
			}
		}
		set += len(want)
		o.hasEntries(t, n, string(signed.JWT), status.Entries, 2, want)
		if n%10 == 0 {
			index := slices.Sorted(maps.Keys(want))[0]
			if n%20 == 0 {
				index = r.IntN(status.Entries)
			}
			o.credential(t, by, signed.JWT, index, want[index])
			credentials++
		}
		// Lists of every width that there may be, of any length.
		bits := 1 << r.IntN(4)
		entries := 8 * (1 + r.IntN(200))
		value := func(i int64) uint8 { return uint8(i*i*int64(n)+i/7) & uint8(1<<bits-1) }
		written := by.token(t, by.with(claims(), obj{"status_list": obj{"bits": bits, "lst": status.Encode(status.Token, bits, entries, value)}}))
		want = map[int]uint8{}
		for i := range entries {
			if v := value(int64(i)); v != 0 {
				want[i] = v
			}
		}
		o.hasEntries(t, n, string(written), entries, bits, want)
	}
	t.Logf("%d lists with %d entries set, %d credentials looked up, and %d lists of other widths", oracleLists(), set, credentials, oracleLists())
}

// credential has their package look up an SD-JWT VC in a list.
func (o oracle) credential(t *testing.T, by signer, list []byte, index int, value uint8) {
	t.Helper()
	alg, err := keys.TokenAlgorithm(by.Key.Public())
	if err != nil {
		t.Fatal(err)
	}
	payload := js(t, obj{"vct": "https://issuer.example/vct/x", "title": "Electrician", "status": obj{"status_list": obj{"idx": index, "uri": listURL}}})
	token, err := sdjwt.Issue(payload, []sdjwt.Path{{sdjwt.Member("title")}}, jose.TokenHeader{Algorithm: alg, Type: sdjwt.TypeVC}, sdjwt.IssueOptions{})
	if err == nil {
		token, err = sdjwt.Sign(by.Key, token)
	}
	if err != nil {
		t.Fatal(err)
	}
	question := obj{
		"ask": "verifySDJWT", "token": string(token), "jwk": by.jwk(t), "now": o.now.Unix(), "lists": obj{listURL: string(list)},
	}
	if err := o.Ask(question, nil); (err == nil) != (value == 0) || err != nil && !strings.Contains(err.Error(), "Status is not valid") {
		t.Errorf("entry %d with %d: %v", index, value, err)
	}
	question["lists"] = obj{listURL: string(flipped(t, rand.New(rand.NewPCG(6, uint64(index))), string(list)))}
	if err := o.Ask(question, nil); !errors.Is(err, testkit.ErrPeer) || strings.Contains(err.Error(), "Status is not valid") {
		t.Errorf("by a changed list: %v", err)
	}
}

func (o oracle) theirTokens(t *testing.T) {
	issuers := o.newKeys(t)
	set := 0
	for n := range oracleLists() {
		r := rand.New(rand.NewPCG(7, uint64(n)))
		by := issuers[n%len(issuers)]
		bits := []int{2, 1, 2, 4, 2, 8}[n%6]
		length := 8 * (1 + r.IntN(2000))
		if n%10 == 0 {
			length = status.Entries
		}
		want := map[int]uint8{}
		for range 1 + r.IntN(300) {
			want[r.IntN(length)] = uint8(1 + r.IntN(1<<bits-1))
		}
		set += len(want)
		claims := obj{"sub": listURL, "iat": o.now.Unix()}
		if r.IntN(2) == 0 {
			claims["exp"], claims["ttl"] = o.now.Add(time.Hour).Unix(), 60
		}
		var answer struct{ Token string }
		if err := o.Ask(obj{
			"ask": "signToken", "key": by.alg, "header": obj{"alg": by.alg, "kid": by.did + "#0"}, "claims": claims, "bits": bits, "length": length, "set": want,
		}, &answer); err != nil {
			t.Fatal(err)
		}
		l, err := o.open(t, []byte(answer.Token))
		if err != nil {
			t.Fatalf("list %d: %v\n%s", n, err, answer.Token)
		}
		if l.Size != bits || l.Signer.DID != by.did {
			t.Errorf("list %d: read as %+v", n, l)
		}
		reads(t, r, n, l, length, want)
		o.hasEntries(t, n, answer.Token, length, bits, want)
		bad := flipped(t, r, answer.Token)
		if _, err := o.open(t, bad); err == nil {
			t.Errorf("list %d: we take it changed\n%s", n, bad)
		}
		o.theyRefuse(t, by, "statuslist+jwt", bad)
	}
	t.Logf("%d lists, %d entries set", oracleLists(), set)
}

// hasEntries checks the entries of a token list, as they read it.
func (o oracle) hasEntries(t *testing.T, n int, token string, length, bits int, want map[int]uint8) {
	t.Helper()
	var answer struct {
		Length, Bits int
		Set          map[int]uint8
	}
	if err := o.Ask(obj{"ask": "decodeToken", "token": token}, &answer); err != nil {
		t.Fatal(err)
	}
	if answer.Length != length || answer.Bits != bits || !maps.Equal(answer.Set, want) {
		t.Errorf("list %d: they read %d entries of %d bits with %v set, want %d of %d with %v", n, answer.Length, answer.Bits, answer.Set, length, bits, want)
	}
}
