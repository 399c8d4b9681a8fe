package issuer_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/keys/private"
	"github.com/probatum/probatum/proof/jose"
	"github.com/probatum/probatum/proof/sdjwt"
)

const (
	forgedID = credential.ID("urn:uuid:1018d05f-21d5-4555-b7f0-8fabfd22ca75")
	otherID  = credential.ID("urn:uuid:2018d05f-21d5-4555-b7f0-8fabfd22ca75")
)

// refusesForged holds that what a store gives is signed only if it is what the
// issuer would have reserved for that copy.
func refusesForged(t *testing.T, by certified, wanted issuer.Copy, forged map[string]issuer.Reservation, good issuer.Reservation) {
	t.Helper()
	try := func(r issuer.Reservation) (signed int, err error) {
		signer := &testSigner{Signer: by.key}
		i := newIssuer(t, giving{r}, keys.ES256, by.with, func(c *issuer.Config) { c.Key = signer })
		c, err := i.IssueCopy(t.Context(), sample("lighting"), wanted)
		if len(c.Bytes) > 0 {
			t.Error("bytes left the issuer though they could not be kept")
		}
		return signer.signed(), err
	}
	// The store cannot keep anything, but that is the only complaint.
	if n, err := try(good); n != 1 || err == nil || !strings.HasSuffix(err.Error(), "sealed") {
		t.Fatalf("what was reserved itself: %d signatures, %v", n, err)
	}
	for name, r := range forged {
		if n, err := try(r); n > 0 || err == nil {
			t.Errorf("%s: %d signatures, %v", name, n, err)
		}
	}
}

// reserved is what an issuer reserves for a copy under forgedID.
func reserved(t testing.TB, by certified, wanted issuer.Copy, change ...func(*issuer.Config)) issuer.Reservation {
	t.Helper()
	s := &capturing{}
	i := newIssuer(t, s, keys.ES256, append([]func(*issuer.Config){by.with}, change...)...)
	if _, err := i.IssueCopy(t.Context(), sample("lighting"), wanted); !errors.Is(err, errCaptured) {
		t.Fatalf("IssueCopy: %v", err)
	}
	return s.r
}

// A capturing store takes down what is to be reserved, and reserves nothing. It
// asks for the bytes twice, as a Store may.
type capturing struct {
	giving
	change func(*credential.Draft) // what the store has as the Draft; nil: what it is given

	key   issuer.CopyKey
	r     issuer.Reservation
	equal bool
}

var errCaptured = errors.New("captured")

func (c *capturing) Reserve(_ context.Context, d credential.Draft, k issuer.CopyKey, build issuer.BuildFunc) (issuer.Reservation, error) {
	if c.change != nil {
		c.change(&d)
	}
	var inputs [3][]byte
	for n, id := range []credential.ID{forgedID, otherID, forgedID} {
		var err error
		if inputs[n], err = build(d, id, nil); err != nil {
			return issuer.Reservation{}, err
		}
	}
	c.key, c.equal = k, bytes.Equal(inputs[0], inputs[2])
	c.r = issuer.Reservation{ID: forgedID, Draft: d.ID, Form: k.Form, Input: inputs[0]}
	return issuer.Reservation{}, errCaptured
}

// TestBuildIsPure holds that the same draft and id give the same bytes, salts and
// all, within one call; and that another call has other salts.
func TestBuildIsPure(t *testing.T) {
	t.Parallel()
	by := securing["ecdsa-rdfc-2019, P-256"](t)
	for _, f := range issuer.Forms() {
		if f == credential.EDC {
			continue // has no urn:uuid:
		}
		s := &capturing{}
		if _, err := newIssuer(t, s, keys.ES256, by.with).IssueAs(t.Context(), sample("sound"), f); !errors.Is(err, errCaptured) {
			t.Fatalf("%s: %v", f, err)
		}
		if !s.equal {
			t.Errorf("%s: asked twice, the bytes differ", f)
		}
	}
	a, b := prepared(t, reserved(t, by, issuer.Copy{Form: credential.SDJWT})), prepared(t, reserved(t, by, issuer.Copy{Form: credential.SDJWT}))
	for n := range a.Disclosed {
		if a.Disclosed[n].Salt == b.Disclosed[n].Salt {
			t.Errorf("two calls gave %s the same salt", a.Disclosed[n].Name)
		}
		for _, other := range a.Disclosed[n+1:] {
			if other.Salt == a.Disclosed[n].Salt {
				t.Errorf("%s and %s have the same salt", other.Name, a.Disclosed[n].Name)
			}
		}
		if salt, err := base64.RawURLEncoding.DecodeString(a.Disclosed[n].Salt); err != nil || len(salt) != 16 {
			t.Errorf("salt %q, %v", a.Disclosed[n].Salt, err)
		}
	}
}

func prepared(t testing.TB, r issuer.Reservation) sdjwt.Prepared {
	t.Helper()
	p, err := sdjwt.ParsePrepared(r.Input, sdjwt.PolicyOf(sdjwt.VC))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestForgedReservationIsNoToken(t *testing.T) {
	t.Parallel()
	by, other := securing["ecdsa-rdfc-2019, P-256"](t), securing["eddsa-rdfc-2022"](t)
	const form = credential.VCJWT
	good := reserved(t, by, issuer.Copy{Form: form})
	doc, err := issuer.VCDI(build(t, sample("lighting")), forgedID, by.did(t))
	if err != nil {
		t.Fatal(err)
	}
	header := func(c certified, change ...func(*jose.TokenHeader)) jose.TokenHeader {
		did := c.did(t)
		alg, err := keys.TokenAlgorithm(c.key.Public())
		if err != nil {
			t.Fatal(err)
		}
		h := jose.TokenHeader{
			Algorithm: alg, Type: "vc+jwt", ContentType: "vc", KeyID: did + "#" + strings.TrimPrefix(did, "did:key:"), Certificates: c.chain.Certificates(),
		}
		for _, f := range change {
			f(&h)
		}
		return h
	}
	token := func(doc []byte, h jose.TokenHeader) issuer.Reservation {
		in, err := jose.TokenInput(h, doc)
		if err != nil {
			t.Fatal(err)
		}
		return issuer.Reservation{ID: forgedID, Form: form, Input: in}
	}
	changed := func(from, to string) issuer.Reservation {
		d := bytes.ReplaceAll(doc, []byte(from), []byte(to))
		if bytes.Equal(d, doc) {
			t.Fatalf("the document has no %s", from)
		}
		return token(d, header(by))
	}
	spelt := func(head string) issuer.Reservation {
		_, payload, _ := bytes.Cut(good.Input, []byte("."))
		return issuer.Reservation{ID: forgedID, Form: form, Input: slices.Concat([]byte(base64.RawURLEncoding.EncodeToString([]byte(head))+"."), payload)}
	}
	raw, err := base64.RawURLEncoding.DecodeString(string(bytes.Split(good.Input, []byte("."))[0]))
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := issuer.VCDI(build(t, sample("lighting")), forgedID, other.did(t))
	if err != nil {
		t.Fatal(err)
	}
	signed, err := jose.SignToken(by.key, good.Input)
	if err != nil {
		t.Fatal(err)
	}
	with := func(r issuer.Reservation, change func(*issuer.Reservation)) issuer.Reservation { change(&r); return r }
	refusesForged(t, by, issuer.Copy{Form: form}, map[string]issuer.Reservation{
		"other id":             with(good, func(r *issuer.Reservation) { r.ID = otherID }),
		"id of another form":   with(good, func(r *issuer.Reservation) { r.ID = "urn:credential:1018d05f-21d5-4555-b7f0-8fabfd22ca75" }),
		"other form":           with(good, func(r *issuer.Reservation) { r.Form = credential.VCDI }),
		"other issuer":         changed("VATDE-000000000", "VATDE-000000001"),
		"other name":           changed("Musterstadt (DEMO", "Anderstadt (DEMO"),
		"against the rules":    changed(`"validFrom":"2026-`, `"validFrom":"2036-`),
		"without meaning":      changed(`"issued":`, `"issuedOn":`),
		"other key":            token(theirs, header(other)),
		"of another's DID":     token(theirs, header(by)),
		"kid of another":       token(doc, header(by, func(h *jose.TokenHeader) { h.KeyID = header(other).KeyID })),
		"kid of another key":   token(doc, header(by, func(h *jose.TokenHeader) { h.KeyID = by.did(t) + "#other" })),
		"no kid":               token(doc, header(by, func(h *jose.TokenHeader) { h.KeyID = "" })),
		"no chain":             token(doc, header(by, func(h *jose.TokenHeader) { h.Certificates = nil })),
		"leaf alone":           token(doc, header(by, func(h *jose.TokenHeader) { h.Certificates = h.Certificates[:1] })),
		"with the anchor":      token(doc, header(by, func(h *jose.TokenHeader) { h.Certificates = append(h.Certificates, demo(t, keys.ES256).Root) })),
		"another's chain":      token(doc, header(by, func(h *jose.TokenHeader) { h.Certificates = otherChain(t).Certificates() })),
		"no content type":      token(doc, header(by, func(h *jose.TokenHeader) { h.ContentType = "" })),
		"other type":           token(doc, header(by, func(h *jose.TokenHeader) { h.Type = "vp+jwt" })),
		"header in other text": spelt(strings.Replace(string(raw), `{"alg"`, `{ "alg"`, 1)),
		"header with more":     spelt(strings.Replace(string(raw), `{"alg"`, `{"nonce":"x","alg"`, 1)),
		"unsigned":             spelt(strings.Replace(string(raw), `"ES256"`, `"none"`, 1)),
		"claims beside":        changed(`{"id":"`+string(forgedID)+`",`, `{"id":"`+string(forgedID)+`","iss":"`+by.did(t)+`","vc":{},`),
		"signed already":       with(good, func(r *issuer.Reservation) { r.Input = signed }),
		"no token":             with(good, func(r *issuer.Reservation) { r.Input = []byte("sign me") }),
		"a document":           with(good, func(r *issuer.Reservation) { r.Input = doc }),
		"nothing":              with(good, func(r *issuer.Reservation) { r.Input = nil }),
	}, good)
}

// otherChain is another certificate for the key of the ES256 demo, from another
// authority.
func otherChain(t testing.TB) keys.Chain {
	t.Helper()
	own := demo(t, keys.ES256)
	other, err := private.NewDemo(private.DemoConfig{
		Name: assessment.SampleBodyName, OrganizationID: "VATDE-000000000", Country: "DE", Algorithm: keys.ES256, Now: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return keys.Chain{Leaf: certify(t, own.Chain.Leaf, own.Seal.Public(), other), Intermediates: []*x509.Certificate{other.Issuing}}
}

func TestForgedReservationIsNoSDJWT(t *testing.T) {
	t.Parallel()
	by := securing["ecdsa-rdfc-2019, P-256"](t)
	holder, stranger := walletKey(t), walletKey(t)
	wanted := issuer.Copy{Form: credential.SDJWT, Holder: holder}
	good := reserved(t, by, wanted)
	made := prepared(t, good)
	header := jose.TokenHeader{Algorithm: keys.ES256, Type: "dc+sd-jwt", KeyID: made.Header.KeyID, Certificates: by.chain.Certificates()}
	var names []string
	for _, d := range made.Disclosed {
		names = append(names, d.Name)
	}
	reissue := func(h jose.TokenHeader, hidden []string, payload []byte) issuer.Reservation {
		var paths []sdjwt.Path
		for _, n := range hidden {
			paths = append(paths, sdjwt.Path{sdjwt.Member(n)})
		}
		in, err := sdjwt.Issue(payload, paths, h, sdjwt.IssueOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return issuer.Reservation{ID: forgedID, Form: credential.SDJWT, Input: in}
	}
	change := func(f func(map[string]any)) issuer.Reservation {
		members := parsed(t, made.Payload).(map[string]any)
		f(members)
		payload, err := json.Marshal(members)
		if err != nil {
			t.Fatal(err)
		}
		return reissue(header, slices.DeleteFunc(slices.Clone(names), func(n string) bool { return members[n] == nil }), payload)
	}
	set := func(name string, v any) issuer.Reservation { return change(func(m map[string]any) { m[name] = v }) }
	text := func(from, to string) issuer.Reservation {
		p := bytes.ReplaceAll(made.Payload, []byte(from), []byte(to))
		if bytes.Equal(p, made.Payload) {
			t.Fatalf("the payload has no %s", from)
		}
		return reissue(header, names, p)
	}
	head := func(f func(*jose.TokenHeader)) issuer.Reservation {
		h := header
		f(&h)
		return reissue(h, names, made.Payload)
	}
	jwk := func(k any) any {
		raw, err := keys.MarshalJWK(k, "")
		if err != nil {
			t.Fatal(err)
		}
		return map[string]any{"jwk": parsed(t, raw)}
	}
	with := func(f func(*issuer.Reservation)) issuer.Reservation { r := good; f(&r); return r }
	signed, err := sdjwt.Sign(by.key, good.Input)
	if err != nil {
		t.Fatal(err)
	}
	forged := map[string]issuer.Reservation{
		"other id":            with(func(r *issuer.Reservation) { r.ID = otherID }),
		"other form":          with(func(r *issuer.Reservation) { r.Form = credential.VCJWT }),
		"other issuer":        text("VATDE-000000000", "VATDE-000000001"),
		"other name":          text("Musterstadt (DEMO", "Anderstadt (DEMO"),
		"against the rules":   text(`"issued":`, `"issuedOn":`),
		"other type":          set("vct", "https://other.example/vct/vet-award-1"),
		"other type metadata": set("vct#integrity", sdjwt.Integrity([]byte("{}"))),
		"no type metadata":    change(func(m map[string]any) { delete(m, "vct#integrity") }),
		"an issuer's address": set("iss", publicURL+"/oid4vci/"+sample("lighting").Body.ID),
		"time of day":         set("iat", now.Unix()),
		"begins earlier":      set("nbf", now.AddDate(-1, 0, 0).Unix()),
		"ends never":          change(func(m map[string]any) { delete(m, "exp") }),
		"ends later":          set("exp", now.AddDate(99, 0, 0).Unix()),
		"other holder":        set("cnf", jwk(stranger)),
		"no holder":           change(func(m map[string]any) { delete(m, "cnf") }),
		"other list":          set("status", map[string]any{"status_list": map[string]any{"idx": 1, "uri": "https://other.example/status/token/x"}}),
		"claim more":          change(func(m map[string]any) { m["given_names"] = m["given_name"] }),
		"in clear":            reissue(header, names[1:], made.Payload),
		"all in clear":        reissue(header, nil, made.Payload),
		"one part hidden": func() issuer.Reservation {
			in, err := sdjwt.Issue(made.Payload, []sdjwt.Path{{sdjwt.Member("elm"), sdjwt.Member("issuer")}}, header, sdjwt.IssueOptions{})
			if err != nil {
				t.Fatal(err)
			}
			return issuer.Reservation{ID: forgedID, Form: credential.SDJWT, Input: in}
		}(),
		"leaf alone":      head(func(h *jose.TokenHeader) { h.Certificates = h.Certificates[:1] }),
		"no chain":        head(func(h *jose.TokenHeader) { h.Certificates = nil }),
		"another's chain": head(func(h *jose.TokenHeader) { h.Certificates = otherChain(t).Certificates() }),
		"other kid":       head(func(h *jose.TokenHeader) { h.KeyID = "other" }),
		"other typ":       head(func(h *jose.TokenHeader) { h.Type = "JWT" }),
		"signed already":  with(func(r *issuer.Reservation) { r.Input = signed }),
		"disclosure lost": with(func(r *issuer.Reservation) { r.Input = r.Input[:bytes.LastIndexByte(r.Input[:len(r.Input)-1], '~')+1] }),
		"cut":             with(func(r *issuer.Reservation) { r.Input = r.Input[:len(r.Input)-1] }),
		"no token":        with(func(r *issuer.Reservation) { r.Input = []byte("sign me~") }),
		"nothing":         with(func(r *issuer.Reservation) { r.Input = nil }),
	}
	for _, name := range names {
		forged["without "+name] = change(func(m map[string]any) { delete(m, name) })
		if name == "elm" {
			continue
		}
		forged["another "+name] = change(func(m map[string]any) {
			switch v := m[name].(type) {
			case string:
				m[name] = v + "0"
			case float64:
				m[name] = v + 1
			case []any:
				m[name] = append(v, "more")
			}
		})
	}
	refusesForged(t, by, wanted, forged, good)
	if missing := slices.DeleteFunc(slices.Collect(maps.Keys(forged)), func(n string) bool { return !strings.HasPrefix(n, "another ") }); len(missing) < 9 {
		t.Errorf("only these claims were forged: %q", missing)
	}
}
