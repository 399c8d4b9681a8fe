package status_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/probatum/probatum/status"
)

// Of an entry whose messages are an issuer's own, zero is valid, as of any
// (Bitstring Status List 1.0, 3.2); what another value means nobody here knows.
func TestForeignMessages(t *testing.T) {
	t.Parallel()
	by := newSigner(t, "P-256")
	with := func(e obj, members obj) obj {
		for name, v := range members {
			e[name] = v
		}
		return e
	}
	texts := func(all ...string) (list []obj) {
		for i, text := range all {
			list = append(list, obj{"status": fmt.Sprintf("0x%x", i), "message": text})
		}
		return list
	}
	value := func(i int64) uint8 { return uint8(i % 2) }
	for size, entries := range map[int]map[string]func(index string) obj{
		1: {
			"no texts":          func(i string) obj { return entry(status.Message, i) },
			"no texts, one bit": func(i string) obj { return with(entry(status.Message, i), obj{"statusSize": 1}) },
			"texts of one bit": func(i string) obj {
				return with(entry(status.Message, i), obj{"statusMessage": texts("valid", "revoked")})
			},
			"texts the other way": func(i string) obj {
				return with(entry(status.Message, i), obj{"statusMessage": texts("revoked", "valid")})
			},
		},
		2: {"texts of an application": func(i string) obj {
			return with(entry(status.Message, i), obj{"statusSize": 2, "statusMessage": texts("pending", "accepted", "rejected", "undefined")})
		}},
	} {
		list, err := open(t, by.vc(t, by.credential("message", status.Encode(status.Bitstring, size, status.Entries, value))))
		if err != nil {
			t.Fatal(err)
		}
		for name, e := range entries {
			if state, err := reference(t, e("4")).Judge(list); err != nil || state != status.Valid {
				t.Errorf("%s, 0: %d, %v", name, state, err)
			}
			_, err := reference(t, e("5")).Judge(list)
			isProblem(t, name+", 1", err, status.Verification)
			if problem, ok := errors.AsType[*status.Error](err); !ok || problem.Refusal.Key != status.ErrUnknown().Refusal.Key {
				t.Errorf("%s, 1: %v", name, err)
			}
		}
	}
}

// A list that was had from its address may leave it to that; a copy may not, and
// neither may name another.
func TestListWithoutID(t *testing.T) {
	t.Parallel()
	by := newSigner(t, "Ed25519")
	c := by.credential("revocation", empty())
	for form, write := range map[string]func(testing.TB, any) []byte{"vc": by.vc, "di": by.di} {
		bare, other := write(t, by.with(c, obj{"id": nil})), write(t, by.with(c, obj{"id": listURL + "2"}))
		if _, err := open(t, bare); err == nil {
			t.Errorf("%s: opened from anywhere", form)
		}
		if url, err := status.Peek(bare); err == nil {
			t.Errorf("%s: filed under %q", form, url)
		}
		for what, data := range map[string][]byte{"bare": bare, "other": other} {
			served := newShelf()
			served.put(listURL, data)
			state, list, err := stateOf(t, status.NewLists(status.ListsConfig{Sources: []status.Source{served}, Now: newClock().now}))
			switch {
			case what == "other":
				isProblem(t, form, err, status.Verification)
			case err != nil || state != status.Valid || list.URL != listURL:
				t.Errorf("%s, served: %d, %v", form, state, err)
			}
			copied := status.NewLists(status.ListsConfig{Now: newClock().now, Offline: true, Snapshots: func(string) [][]byte { return [][]byte{data} }})
			_, _, err = stateOf(t, copied)
			isProblem(t, form+" "+what+", a copy", err, status.Retrieval)
		}
	}
}

func TestCheckForm(t *testing.T) {
	t.Parallel()
	by := newSigner(t, "P-256")
	c := by.credential("revocation", empty())
	for name, change := range map[string]obj{
		"as it is": {}, "no id": {"id": nil}, "an unknown purpose": {"credentialSubject.statusPurpose": "mood"},
		"two purposes": {"credentialSubject.statusPurpose": []string{"revocation", "suspension"}}, "with ttl": {"credentialSubject.ttl": 300_000},
		"no list at all": {"type": []string{"VerifiableCredential"}, "credentialSubject": obj{"id": "did:example:a"}},
	} {
		if err := status.CheckForm(js(t, by.with(c, change))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	short := status.Encode(status.Bitstring, 1, status.Entries-8, func(int64) uint8 { return 0 })
	for name, refused := range map[string]struct {
		change obj
		want   status.Problem
	}{
		"no u":              {obj{"credentialSubject.encodedList": empty()[1:]}, status.Verification},
		"no list":           {obj{"credentialSubject.encodedList": nil}, status.Verification},
		"a list of nothing": {obj{"credentialSubject.encodedList": "uAAAA"}, status.Verification},
		"no purpose":        {obj{"credentialSubject.statusPurpose": nil}, status.Verification},
		"another subject":   {obj{"credentialSubject.type": "StatusList2021"}, status.Verification},
		"two subjects":      {obj{"credentialSubject": []any{c["credentialSubject"], c["credentialSubject"]}}, status.Verification},
		"ttl a text":        {obj{"credentialSubject.ttl": "300000"}, status.Verification},
		"short":             {obj{"credentialSubject.encodedList": short}, status.Length},
	} {
		isProblem(t, name, status.CheckForm(js(t, by.with(c, refused.change))), refused.want)
	}
}
