package issuer_test

import (
	"encoding/json"
	"testing"

	"github.com/google/uuid"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/status"
)

const listID = "7f5a2f0e-3c4d-4a55-9d0b-3f1c6c1f2a10"

// entriesFor gives a form the entry 94567 of each of its lists.
func entriesFor(f credential.Form) []status.Entry {
	var all []status.Entry
	for _, slot := range status.Slots(f) {
		all = append(all, status.Entry{Slot: slot, List: listID, Index: 94567, URL: status.URL(publicURL, slot.Kind, listID)})
	}
	return all
}

// TestStatusEntriesAsWritten holds the entries letter by letter (Bitstring Status
// List 1.0, 2.1).
func TestStatusEntriesAsWritten(t *testing.T) {
	t.Parallel()
	d := draftOf(t)
	did, err := keys.DIDKey(demo(t, keys.ES256).Seal.Public())
	if err != nil {
		t.Fatal(err)
	}
	const (
		list     = publicURL + "/status/bitstring/" + listID
		message  = `"statusPurpose":"message","statusListIndex":"94567","statusListCredential":"` + list + `","statusSize":2,"statusMessage":[{"status":"0x0","message":"valid"},{"status":"0x1","message":"revoked"},{"status":"0x2","message":"suspended"},{"status":"0x3","message":"unused"}]}`
		id       = `{"id":"` + list + `#94567","type":`
		ordinary = `"BitstringStatusListEntry","statusPurpose":`
		place    = `,"statusListIndex":"94567","statusListCredential":"` + list + `"}`
	)
	for form, want := range map[credential.Form]string{
		credential.EDC:  id + `["CredentialStatus","BitstringStatusListEntry"],` + message,
		credential.OB3:  id + `"BitstringStatusListEntry",` + message,
		credential.VCDI: "[" + id + ordinary + `"revocation"` + place + "," + id + ordinary + `"suspension"` + place + "]",
	} {
		c, err := credential.NewID(form)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := written(form, d, c, did, entriesFor(form))
		if err != nil {
			t.Errorf("%s: %v", form, err)
			continue
		}
		var got struct {
			Context json.RawMessage `json:"@context"`
			Status  json.RawMessage `json:"credentialStatus"`
		}
		if err := json.Unmarshal(doc, &got); err != nil {
			t.Fatal(err)
		}
		if string(got.Status) != want {
			t.Errorf("%s has the status\n%s, want\n%s", form, got.Status, want)
		}
		if want := `["` + contexts.CredentialsV1 + `","` + contexts.EDCAP + `",` + contexts.StatusTerms + `]`; form == credential.EDC && string(got.Context) != want {
			t.Errorf("edc has the context %s", got.Context)
		}
		if form == credential.EDC {
			if lost := elm.UndefinedTerms(doc); len(lost) > 0 {
				t.Errorf("edc: without a meaning: %v", lost)
			}
			if f := elm.Check(doc, elm.Options{}); len(f) > 0 {
				t.Errorf("edc: %v", f)
			}
		}
		refs, err := status.ParseEntries(got.Status)
		if err != nil || len(refs) != len(entriesFor(form)) {
			t.Errorf("%s: %v, %v", form, refs, err)
		}
		for n, r := range refs {
			e := entriesFor(form)[n]
			if !r.Known || r.URL != e.URL || r.Index != int64(e.Index) || r.Purpose != e.Purpose || r.Size != e.Size || r.Kind != e.Kind {
				t.Errorf("%s is read as %+v, want %+v", form, r, e)
			}
		}
	}
}

// TestStatusEntriesRefused writes what no form may have.
func TestStatusEntriesRefused(t *testing.T) {
	t.Parallel()
	d := draftOf(t)
	did, err := keys.DIDKey(demo(t, keys.ES256).Seal.Public())
	if err != nil {
		t.Fatal(err)
	}
	for _, form := range []credential.Form{credential.EDC, credential.OB3, credential.VCDI} {
		for name, change := range map[string]func(e []status.Entry) []status.Entry{
			"without address":   func(e []status.Entry) []status.Entry { e[0].URL = ""; return e },
			"of a token list":   func([]status.Entry) []status.Entry { return entriesFor(credential.SDJWT) },
			"behind the last":   func(e []status.Entry) []status.Entry { e[0].Index = status.Entries; return e },
			"before the first":  func(e []status.Entry) []status.Entry { e[0].Index = -1; return e },
			"more than allowed": func(e []status.Entry) []status.Entry { return append(e, e...) },
		} {
			if form == credential.VCDI && name == "more than allowed" {
				continue
			}
			c, err := credential.NewID(form)
			if err != nil {
				t.Fatal(err)
			}
			if doc, err := written(form, d, c, did, change(entriesFor(form))); err == nil {
				t.Errorf("%s, %s: %s", form, name, doc)
			}
		}
	}
}

func written(f credential.Form, d credential.Draft, id credential.ID, did string, entries []status.Entry) ([]byte, error) {
	switch f {
	case credential.EDC:
		return issuer.EDC(d, id, entries...)
	case credential.OB3:
		return issuer.OB3(d, id, did, entries...)
	}
	return issuer.VCDI(d, id, did, entries...)
}

func draftOf(t testing.TB) credential.Draft {
	t.Helper()
	r := sample("lighting")
	r.CertificateNumber = uuid.NewString()
	d, err := issuer.BuildDraft(r, demo(t, keys.ES256).Chain, now, dots)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
