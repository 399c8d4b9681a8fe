package vcapi_test

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/web/vcapi"
)

// A vector is one case of the data model's suite.
type vector struct {
	File   string `json:"file"`
	Expect string `json:"expect"` // accept, reject, reject-or-inject-context
}

func dataModelVectors(t *testing.T) (string, []vector) {
	t.Helper()
	dir := filepath.Join(testkit.Vectors(t), "vc-data-model-2.0")
	index, err := os.ReadFile(filepath.Join(dir, "cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var list []vector
	if err := json.Unmarshal(index, &list); err != nil {
		t.Fatalf("cases.json: %v", err)
	}
	if len(list) == 0 {
		t.Fatal("cases.json has no cases")
	}
	return dir, list
}

// TestVectorsVCAPI runs the cases of the data model's suite as the suite does:
// credentials are issued, and what was issued is verified; presentations are
// signed by a holder and verified.
func TestVectorsVCAPI(t *testing.T) {
	t.Parallel()
	dir, list := dataModelVectors(t)
	a := newAPI(t)
	p := newParty(t)
	for _, v := range list {
		t.Run(v.File, func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(v.File)))
			if err != nil {
				t.Fatal(err)
			}
			a := *a
			a.t = t
			if strings.HasPrefix(filepath.Base(v.File), "presentation") {
				a.presentationVector(t, p, v, text)
				return
			}
			for _, in := range []string{vcapi.Ed25519RDFC, vcapi.P256RDFC, vcapi.P384RDFC, vcapi.JWTES256, vcapi.Status} {
				a.credentialVector(t, in, v, text)
			}
		})
	}
}

// filledIn gives a credential of the suite as the suite sends it.
func filledIn(t *testing.T, text []byte, id string) obj {
	t.Helper()
	s := strings.NewReplacer(
		"FUTURE DATE", time.Now().UTC().AddDate(1, 0, 0).Format(time.RFC3339),
		"PAST DATE", time.Now().UTC().AddDate(-1, 0, 0).Format(time.RFC3339),
	).Replace(string(text))
	var doc obj
	if err := json.Unmarshal([]byte(s), &doc); err != nil {
		t.Fatal(err)
	}
	if issuer, there := doc["issuer"]; !there {
		doc["issuer"] = id
	} else if o, ok := issuer.(obj); ok {
		if _, there := o["id"]; !there {
			o["id"] = id
		}
	}
	if _, there := doc["id"]; !there {
		doc["id"] = "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33"
	}
	return doc
}

func (a *api) credentialVector(t *testing.T, in string, v vector, text []byte) {
	t.Helper()
	doc := filledIn(t, text, a.ids[in])
	r := a.issue(in, doc)
	if v.Expect != "accept" {
		if r.status != http.StatusBadRequest && r.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d, want 400 or 422: %s", in, r.status, r.text)
			return
		}
		problemDetails(t, r)
		return
	}
	if r.status != http.StatusCreated {
		t.Errorf("%s: %d, want 201: %s", in, r.status, r.text)
		return
	}
	vc := r.body["verifiableCredential"].(obj)
	said := vc
	if in == vcapi.JWTES256 {
		_, _, said = tokenIn(t, vc)
	}
	if got, want := string(encode(t, said["@context"])), string(encode(t, doc["@context"])); got != want {
		t.Errorf("%s: @context is %s, want %s", in, got, want)
	}
	r = a.verify(in, vc, obj{"checks": []string{"proof"}})
	if in == vcapi.Status && doc["credentialStatus"] != nil { // of a kind that tells nothing here
		r.refused(t, in)
		if !slices.Equal(r.codes(), []string{"status"}) {
			t.Errorf("%s: %s", in, r.text)
		}
		return
	}
	if outOfDate(said) {
		r.refused(t, in)
		if !slices.Equal(r.types(), []string{"RANGE_ERROR"}) {
			t.Errorf("%s: %s", in, r.text)
		}
	} else {
		r.accepted(t, in)
	}
	a.verify(in, with(t, vc, obj{"id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc34"})).refused(t, in+" changed")
}

// outOfDate tells whether a credential says that it is not valid today.
func outOfDate(vc obj) bool {
	parse := func(name string) time.Time {
		s, _ := vc[name].(string)
		at, _ := time.Parse(time.RFC3339, s)
		return at
	}
	from, until := parse("validFrom"), parse("validUntil")
	return from.After(time.Now()) || !until.IsZero() && until.Before(time.Now())
}

func (a *api) presentationVector(t *testing.T, p *party, v vector, text []byte) {
	t.Helper()
	var doc obj
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	if list, ok := doc["verifiableCredential"].([]any); ok {
		for i, entry := range list {
			list[i] = p.signedEntry(t, entry)
		}
	} else if entry, there := doc["verifiableCredential"]; there {
		doc["verifiableCredential"] = p.signedEntry(t, entry)
	}
	switch holder := doc["holder"].(type) {
	case string:
		doc["holder"] = p.did
	case obj:
		if _, ok := holder["id"].(string); ok {
			holder["id"] = p.did
		}
	}
	var signed any
	if made, err := p.trySign(encode(t, doc), authenticating(challenge, domain)); err == nil {
		signed = rawJSON(made)
	} else { // it cannot be signed: it gets the proof of another
		proof := p.sign(presentation(p.did), authenticating(challenge, domain))["proof"]
		signed = with(t, doc, obj{"proof": proof})
	}
	for _, in := range []string{vcapi.Ed25519RDFC, vcapi.P256SD, vcapi.JWTES256} {
		r := a.present(in, signed, asked)
		if v.Expect == "accept" {
			r.accepted(t, in)
			a.present(in, signed, obj{"challenge": challenge, "domain": "elsewhere.example"}).refused(t, in+": another domain")
		} else {
			r.refused(t, in)
		}
		a.present(in, doc, asked).refused(t, in+": unsigned")
	}
}

// signedEntry gives a credential of a presentation as the party issues it; what is
// no credential, or cannot be signed, stays as it is.
func (p *party) signedEntry(t *testing.T, entry any) any {
	t.Helper()
	vc, ok := entry.(obj)
	if !ok || vc["credentialSubject"] == nil {
		return entry
	}
	vc["issuer"] = p.did
	signed, err := p.trySign(encode(t, vc))
	if err != nil {
		return vc
	}
	return json.RawMessage(signed)
}

// TestVectorsSigned sends the signed documents of the suites' vectors to every
// instance. Their issuers do not own the keys: only the instance that reports
// this verifies them.
func TestVectorsSigned(t *testing.T) {
	t.Parallel()
	root := testkit.Vectors(t)
	more := testkit.VectorContexts(t)
	a := newAPI(t, func(c *vcapi.Config) {
		c.Contexts = more
		c.Now = func() time.Time { return time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC) }
	})
	n := 0
	for _, suite := range []string{"vc-di-eddsa", "vc-di-ecdsa"} {
		err := filepath.WalkDir(filepath.Join(root, suite), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			name := d.Name()
			signed, derived := strings.HasPrefix(name, "signed"), strings.HasPrefix(name, "derivedReveal")
			if !signed && !derived || filepath.Ext(name) != ".json" {
				return nil
			}
			n++
			below, _ := filepath.Rel(root, path)
			t.Run(filepath.ToSlash(below), func(t *testing.T) {
				t.Parallel()
				a := *a
				a.t = t
				text, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				var vc obj
				if err := json.Unmarshal(text, &vc); err != nil {
					t.Fatal(err)
				}
				r := a.verify(vcapi.ConformanceCrypto, rawJSON(text))
				if bringsVocabulary(vc) { // published for the suite, but under it any name means something
					r.refused(t, "with a vocabulary")
					if !slices.Equal(r.codes(), []string{"context"}) {
						t.Errorf("with a vocabulary: %v: %s", r.codes(), r.text)
					}
					return
				}
				r.accepted(t, "reported")
				a.verify(vcapi.ConformanceCrypto, with(t, vc, obj{"id": "urn:uuid:36245ee9-9074-4b05-a777-febff2e69750"})).refused(t, "changed")
				for _, in := range everywhere {
					if in == vcapi.ConformanceCrypto {
						continue
					}
					r := a.verify(in, rawJSON(text))
					r.refused(t, in)
					if !slices.Contains(r.codes(), "key") && !slices.Contains(r.codes(), "proof") {
						t.Errorf("%s: %v: %s", in, r.codes(), r.text)
					}
				}
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n == 0 {
		t.Fatal("no signed documents were found")
	}
}

// bringsVocabulary tells whether an object among the contexts of a document has
// @vocab.
func bringsVocabulary(doc obj) bool {
	return slices.ContainsFunc(asList(doc["@context"]), func(c any) bool {
		o, ok := c.(obj)
		return ok && o["@vocab"] != nil
	})
}
