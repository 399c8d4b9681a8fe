package status_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/probatum/probatum/status"
)

// FuzzOpen opens the data as it is, and as what an issuer signed.
func FuzzOpen(f *testing.F) {
	by := newSigner(f, "Ed25519")
	by.Chain.Leaf = nil
	vc := by.credential("revocation", empty())
	f.Add(by.vc(f, vc))
	f.Add(by.token(f, claims()))
	f.Add(by.di(f, vc))
	f.Add([]byte(js(f, vc)))
	f.Add([]byte(js(f, claims())))
	f.Add([]byte(js(f, by.with(vc, obj{"credentialSubject.statusSize": 2, "credentialSubject.ttl": 1.5, "credentialSubject.statusPurpose": []string{"message"}}))))
	f.Add([]byte(js(f, by.with(claims(), obj{"ttl": 0.1, "status_list": obj{"bits": 8, "lst": "eNpjYGBgAAAABAAB"}}))))
	f.Add([]byte("a.b.c"))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _ = status.Peek(data)
		ways := [][]byte{data}
		if json.Valid(data) && len(data) < 1<<20 {
			for _, typ := range []string{"vc+jwt", "statuslist+jwt"} {
				ways = append(ways, by.jwt(t, typ, "", data, nil))
			}
		}
		for _, way := range ways {
			l, err := status.Open(t.Context(), way, status.OpenOptions{URL: listURL, Now: noon})
			if err != nil {
				isAny(t, err)
				continue
			}
			n := l.Entries()
			if l.URL != listURL || l.Signer.Key == nil || l.TTL < 0 || n > 8*status.MaxBytes {
				t.Errorf("%+v", l)
			}
			for _, i := range []int64{-1, 0, n - 1, n} {
				if _, err := l.At(i); (err == nil) != (i >= 0 && i < n) {
					t.Errorf("entry %d of %d: %v", i, n, err)
				}
			}
			for _, r := range []status.Reference{{Kind: status.Token, URL: listURL, Index: n - 1, Known: true}, reference(t, messageEntry("1")), at(listURL)} {
				if _, err := r.Judge(l); err != nil {
					isAny(t, err)
				}
			}
		}
	})
}

// isAny fails unless err is an *Error with some problem.
func isAny(t *testing.T, err error) {
	t.Helper()
	isProblem(t, "refusal", err, status.Retrieval, status.Verification, status.Length, status.Range, status.Malformed)
}

func FuzzParseEntries(f *testing.F) {
	f.Add([]byte(js(f, entry("revocation", "94567"))))
	f.Add([]byte(js(f, []any{entry("revocation", "1"), messageEntry("2")})))
	f.Add([]byte(js(f, obj{"status_list": obj{"idx": 1, "uri": listURL}})))
	f.Add([]byte(`{"type":["CredentialStatus","BitstringStatusListEntry"],"statusSize":16}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		refs, err := status.ParseEntries(data)
		if err != nil {
			isAny(t, err)
		}
		token, err := status.ParseTokenStatus(data)
		if err != nil {
			isAny(t, err)
		} else {
			refs = append(refs, token)
		}
		for _, r := range refs {
			if r.Known && (r.URL == "" || r.Index < 0 || r.Index >= status.MaxEntries || r.Kind == status.Bitstring && (r.Size < 1 || r.Size > 8)) {
				t.Errorf("%+v", r)
			}
		}
	})
}

func FuzzInflate(f *testing.F) {
	f.Add(compressed(status.Bitstring, 100))
	f.Add(compressed(status.Token, 100))
	f.Add(compressed(status.Bitstring, 100_000))
	f.Add(append(compressed(status.Token, 10), 0))
	f.Fuzz(func(t *testing.T, data []byte) {
		const most = 64 << 10
		for k, inflate := range map[status.Kind]func([]byte, int) ([]byte, error){status.Bitstring: status.Gunzip, status.Token: status.Unzlib} {
			got, err := inflate(data, most)
			switch {
			case err != nil:
				continue
			case len(got) > most:
				t.Errorf("%s: %d bytes", k, len(got))
			}
			if longer, err := inflate(append(bytes.Clone(data), 0), most); err == nil {
				t.Errorf("%s: something behind it, and still %d bytes", k, len(longer))
			}
		}
	})
}
