package verifier_test

import (
	"bytes"
	"compress/zlib"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/jose"
	"github.com/probatum/probatum/proof/sdjwt"
	"github.com/probatum/probatum/status"
	"github.com/probatum/probatum/verifier"
)

// TV-24: the place of a token in its list.
func TestTV24TokenIndex(t *testing.T) {
	t.Parallel()
	d := declarers(t)[4]
	d.publish(status.Valid)
	v := d.verifier()
	index := func(v any) func(e obj) { return func(e obj) { e["idx"] = v } }
	d.expect("untouched", d.ask(v, d.file()), verifier.Passed, "verify.status.pass")
	d.expect("the first", d.ask(v, d.file(index(0))), verifier.Passed, "verify.status.pass")
	d.expect("beyond the list", d.ask(v, d.file(index(131_072))), verifier.Failed, "verify.status.index")
	asked := d.lists.asked.Load()
	for name, edit := range map[string]func(e obj){
		"400 digits": index(json.Number(strings.Repeat("9", 400))),
		"beyond any": index(json.Number("99999999999")),
		"negative":   index(-1),
		"text":       index("7"),
		"fraction":   index(json.Number("7.5")),
		"exponent":   index(json.Number("1e3")),
		"list":       index([]any{1}),
		"missing":    func(e obj) { delete(e, "idx") },
		"no list":    func(e obj) { delete(e, "uri") },
		"plain http": func(e obj) { e["uri"] = "http://status.example/1" },
		"a file":     func(e obj) { e["uri"] = "file:///etc/passwd" },
		"an object":  func(e obj) { e["uri"] = obj{} },
		"other case": func(e obj) { e["IDX"] = 1 },
	} {
		r := d.ask(v, d.file(edit))
		// What breaks the rules of a token is refused before its status.
		if c, ok := r.Check(verifier.Status); r.Verdict() != verifier.Invalid || r.Code() == proof.Status && (!ok || c.Result != verifier.Failed) {
			t.Errorf("%s: %s", name, show(r))
		}
		checkAnswer(t, r)
	}
	for name, st := range map[string]any{"nothing": obj{}, "text": "x", "null": nil, "list": []any{}} {
		if r := d.ask(v, signedAgain(t, d.signer.Key, d.file(), func(_, p obj) { p["status"] = st })); r.Verdict() != verifier.Invalid {
			t.Errorf("%s: %s", name, show(r))
		}
	}
	d.expect("another kind", d.ask(v, d.edited(func(p obj) { p["status"] = obj{"identifier_list": obj{"id": "1", "uri": d.url(tokenSlot)}} })),
		verifier.NotDone, "verify.status.unknown")
	d.expect("another kind beside", d.ask(v, d.edited(func(p obj) { p["status"].(obj)["assertion"] = "x" })), verifier.NotDone, "verify.status.unknown")
	if d.lists.asked.Load() != asked {
		t.Error("asked for an entry that cannot be")
	}
}

// TV-25: a token list that is not the issuer's, or not one for the credential.
func TestTV25TokenList(t *testing.T) {
	t.Parallel()
	d := declarers(t)[4]
	file, path := d.file(), listPath(tokenSlot)
	stranger := newAuthor(t)
	list := func(typ string, by author, x5cOf *party, bytesOfList int, edit func(p obj)) []byte {
		var b bytes.Buffer
		z := zlib.NewWriter(&b)
		_, _ = z.Write(make([]byte, bytesOfList))
		_ = z.Close()
		p := obj{
			"sub": d.url(tokenSlot), "iat": d.at.Unix(), "exp": d.at.Add(time.Hour).Unix(), "ttl": 30,
			"status_list": obj{"bits": 2, "lst": b64(b.Bytes())},
		}
		if edit != nil {
			edit(p)
		}
		h := obj{"alg": "ES256", "typ": typ, "kid": by.method}
		if x5cOf != nil {
			x5c(x5cOf)(h)
			delete(h, "kid")
		}
		return signRaw(t, by.key, marshal(t, h), marshal(t, p))
	}
	leaf := &party{cert: d.signer.Chain.Leaf}
	own := authorOf(t, d.signer.Key)
	const typ, size = "statuslist+jwt", 131_072 / 4
	put := func(data []byte) { d.lists.put(path, "application/statuslist+jwt", data) }
	for name, good := range map[string][]byte{
		"by certificate": list(typ, own, leaf, size, nil), "by did:key": list(typ, own, nil, size, nil),
		"no time to live": list(typ, own, leaf, size, func(p obj) { delete(p, "ttl") }),
	} {
		put(good)
		d.expect(name, d.ask(d.verifier(), file), verifier.Passed, "verify.status.pass")
	}
	bitstring := declarers(t)[0]
	bad := map[string][]byte{
		"signed by somebody else":   list(typ, stranger, nil, size, nil),
		"their certificate, my key": list(typ, stranger, leaf, size, nil),
		"another type":              list("JWT", own, leaf, size, nil),
		"a credential":              list("vc+jwt", own, leaf, size, nil),
		"another list":              list(typ, own, leaf, size, func(p obj) { p["sub"] = d.url(tokenSlot) + "2" }),
		"no subject":                list(typ, own, leaf, size, func(p obj) { delete(p, "sub") }),
		"no list":                   list(typ, own, leaf, size, func(p obj) { delete(p, "status_list") }),
		"no time":                   list(typ, own, leaf, size, func(p obj) { delete(p, "iat") }),
		"expired":                   list(typ, own, leaf, size, func(p obj) { p["exp"] = d.at.Add(-2 * time.Minute).Unix() }),
		"not yet":                   list(typ, own, leaf, size, func(p obj) { p["nbf"] = d.at.Add(time.Hour).Unix() }),
		"three bits":                list(typ, own, leaf, size, func(p obj) { p["status_list"].(obj)["bits"] = 3 }),
		"not compressed":            list(typ, own, leaf, size, func(p obj) { p["status_list"].(obj)["lst"] = strings.Repeat("A", 1000) }),
		"unknown value":             list(typ, own, leaf, size, func(p obj) { p["status_list"].(obj)["lst"] = ones(t, size) }),
		"a list of another kind":    bitstring.list(messageSlot, status.Valid).JWT,
		"alg none":                  []byte(b64([]byte(`{"alg":"none","typ":"statuslist+jwt"}`)) + "." + apart(list(typ, own, leaf, size, nil)).payload + "."),
		"signature changed":         flipped(list(typ, own, leaf, size, nil)),
	}
	for name, data := range bad {
		put(data)
		r := d.ask(d.verifier(), file)
		if c, ok := r.Check(verifier.Status); !ok || c.Result != verifier.NotDone || c.Code != proof.Status || r.Verdict() != verifier.Undetermined {
			t.Errorf("%s: %s", name, show(r))
		}
		checkAnswer(t, r)
	}
}

// ones is a list in which every bit is set.
func ones(t testing.TB, size int) string {
	t.Helper()
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	if _, err := z.Write(bytes.Repeat([]byte{0xff}, size)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b64(b.Bytes())
}

// A document that a token discloses may have a status of its own: it counts.
func TestStatusOfTheRecordInside(t *testing.T) {
	t.Parallel()
	d := declarers(t)[4]
	d.publish(status.Valid)
	inside := func(state status.State) []byte {
		signed := d.list(revocationSlot, state)
		d.lists.put(listPath(revocationSlot), signed.MediaType(), signed.JWT)
		return d.edited(func(p obj) {
			p["elm"] = json.RawMessage(asRecord(t, func(c obj) {
				entry := d.entry(revocationSlot)
				entry["type"] = []any{"CredentialStatus", "BitstringStatusListEntry"}
				c["credentialStatus"] = entry
			}))
		})
	}
	d.expect("both stand", d.ask(d.verifier(), inside(status.Valid)), verifier.Passed, "verify.status.pass")
	d.expect("the record is withdrawn", d.ask(d.verifier(), inside(status.Revoked)), verifier.Failed, "verify.status.revoked")
}

// A W3C entry has no place in an SD-JWT VC. Where there is one it counts, and the
// holder cannot leave it out.
func TestTV27StatusBesideTheClaims(t *testing.T) {
	t.Parallel()
	d := declarers(t)[4]
	d.publish(status.Valid)
	put := func(state status.State) {
		signed := d.list(revocationSlot, state)
		d.lists.put(listPath(revocationSlot), signed.MediaType(), signed.JWT)
	}
	beside := func(edit func(p obj)) []byte {
		return d.edited(func(p obj) { p["credentialStatus"] = d.entry(revocationSlot); edit(p) })
	}
	put(status.Valid)
	d.expect("both stand", d.ask(d.verifier(), beside(func(obj) {})), verifier.Passed, "verify.status.pass")
	put(status.Revoked)
	d.expect("beside, withdrawn", d.ask(d.verifier(), beside(func(obj) {})), verifier.Failed, "verify.status.revoked")
	d.expect("alone, withdrawn", d.ask(d.verifier(), beside(func(p obj) { delete(p, "status") })), verifier.Failed, "verify.status.revoked")
	d.expect("no object", d.ask(d.verifier(), d.edited(func(p obj) { p["credentialStatus"] = 1 })), verifier.Failed, "verify.status.malformed")
	put(status.Valid)
	for name, file := range map[string][]byte{
		"as a whole":              d.disclosable(sdjwt.Path{sdjwt.Member("credentialStatus")}),
		"its place":               d.disclosable(sdjwt.Path{sdjwt.Member("credentialStatus"), sdjwt.Member("statusListIndex")}),
		"the record's":            d.disclosable(sdjwt.Path{sdjwt.Member("elm"), sdjwt.Member("credentialStatus")}),
		"the record, then its":    d.disclosable(sdjwt.Path{sdjwt.Member("elm")}, sdjwt.Path{sdjwt.Member("elm"), sdjwt.Member("credentialStatus")}),
		"the record's, somewhere": d.disclosable(sdjwt.Path{sdjwt.Member("elm"), sdjwt.Member("credentialSubject")}),
	} {
		withheld, err := sdjwt.Present(file, func(p sdjwt.Path) bool { return len(p) == 1 && p[0].Name == "elm" }, nil)
		if err != nil {
			t.Fatal(err)
		}
		for what, file := range map[string][]byte{"shown": file, "withheld": withheld} {
			r := d.ask(d.verifier(), file)
			if name == "as a whole" && what == "withheld" { // nobody can know
				continue
			}
			if r.Verdict() != verifier.Invalid || r.Code() != proof.Proof || r.Claims != nil {
				t.Errorf("%s, %s: %s", name, what, show(r))
			}
		}
	}
	r := d.ask(d.verifier(), d.edited(func(p obj) { p["CredentialStatus"] = d.entry(revocationSlot) }))
	if r.Verdict() != verifier.Invalid || r.Code() != proof.Malformed {
		t.Errorf("in another case: %s", show(r))
	}
}

// disclosable is an SD-JWT VC with entries everywhere, in which these can be left
// out.
func (d *declarer) disclosable(paths ...sdjwt.Path) []byte {
	d.t.Helper()
	entry := d.entry(revocationSlot)
	inside := d.entry(revocationSlot)
	inside["type"] = []any{"CredentialStatus", "BitstringStatusListEntry"}
	claims := awardClaims(d.t, nil, func(p obj) {
		p["status"] = obj{"status_list": d.entries()}
		p["credentialStatus"] = entry
		p["elm"] = json.RawMessage(asRecord(d.t, func(c obj) { c["credentialStatus"] = inside }))
	})
	h := jose.TokenHeader{Algorithm: keys.ES256, Type: sdjwt.TypeVC, Certificates: d.signer.Chain.Certificates()}
	unsigned, err := sdjwt.Issue(marshal(d.t, claims), paths, h, sdjwt.IssueOptions{})
	if err != nil {
		d.t.Fatal(err)
	}
	signed, err := sdjwt.Sign(d.signer.Key, unsigned)
	if err != nil {
		d.t.Fatal(err)
	}
	return signed
}

// Where the holder does not show who they are, the status is still listed, as not
// looked up.
func TestStatusWhereTheHolderIsAnother(t *testing.T) {
	t.Parallel()
	d := declarers(t)[4]
	d.publish(status.Valid)
	before := d.lists.asked.Load()
	v := d.verifier()
	for name, b := range map[string]*verifier.Binding{"asked": {Audience: aud, Nonce: nonce}, "not asked": nil} {
		r, err := v.Verify(t.Context(), d.file(), verifier.Options{Binding: b})
		if err != nil {
			t.Fatal(err)
		}
		c, listed := r.Check(verifier.Status)
		if b == nil && (!r.Valid() || c.Result != verifier.Passed) ||
			b != nil && (r.Code() != proof.Binding || !listed || c.Result != verifier.NotDone || c.Code != "" || c.Key != "verify.unreached" || d.lists.asked.Load() > before) {
			t.Errorf("%s: %s", name, show(r))
		}
		checkAnswer(t, r)
		if b == nil {
			before = d.lists.asked.Load()
		}
	}
}
