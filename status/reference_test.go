package status_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/probatum/probatum/status"
)

func TestParseEntries(t *testing.T) {
	t.Parallel()
	edc := messageEntry("12")
	edc["type"] = []string{"CredentialStatus", "BitstringStatusListEntry"}
	sized := entry(status.Revocation, "1")
	sized["statusSize"] = 1
	sized["statusMessage"] = []obj{{"status": "0x0", "message": "a"}, {"status": "0x1", "message": "b"}}
	bare := entry(status.Suspension, "0")
	delete(bare, "id")
	hex := messageEntry("3")
	hex["statusMessage"] = []obj{
		{"status": "0x03", "message": "unused"}, {"status": "0x2", "message": "suspended"}, {"status": "0x00", "message": "valid", "more": 1}, {"status": "0x1", "message": "revoked"},
	}
	loopback := entry(status.Revocation, "1")
	loopback["statusListCredential"] = "http://127.0.0.1:8080/status/bitstring/1"
	known := func(p status.Purpose, size int, index int64) status.Reference {
		return status.Reference{Kind: status.Bitstring, Purpose: p, Size: size, URL: listURL, Index: index, Known: true}
	}
	for name, c := range map[string]struct {
		in   any
		want []status.Reference
	}{
		"revocation":     {entry(status.Revocation, "94567"), []status.Reference{known(status.Revocation, 1, 94567)}},
		"no id":          {bare, []status.Reference{known(status.Suspension, 1, 0)}},
		"size and texts": {sized, []status.Reference{known(status.Revocation, 1, 1)}},
		"message":        {messageEntry("5"), []status.Reference{known(status.Message, 2, 5)}},
		"as EDC has it":  {edc, []status.Reference{known(status.Message, 2, 12)}},
		"other order":    {hex, []status.Reference{known(status.Message, 2, 3)}},
		"refresh":        {entry(status.Refresh, "7"), []status.Reference{known(status.Refresh, 1, 7)}},
		"the last index": {entry(status.Revocation, "16777215"), []status.Reference{known(status.Revocation, 1, 16777215)}},
		"two": {[]any{entry(status.Revocation, "1"), entry(status.Suspension, "2")}, []status.Reference{
			known(status.Revocation, 1, 1), known(status.Suspension, 1, 2),
		}},
		"loopback": {loopback, []status.Reference{{
			Kind: status.Bitstring, Purpose: status.Revocation, Size: 1, URL: "http://127.0.0.1:8080/status/bitstring/1", Index: 1, Known: true,
		}}},
	} {
		got, err := status.ParseEntries(js(t, c.in))
		if err != nil || !bytes.Equal(js(t, got), js(t, c.want)) {
			t.Errorf("%s: %+v, %v; want %+v", name, got, err, c.want)
		}
	}
	if got, err := status.ParseEntries(nil); got != nil || err != nil {
		t.Errorf("no credentialStatus: %v, %v", got, err)
	}
}

// What is well-formed, but not understood, leaves the status open.
func TestParseEntriesUnknown(t *testing.T) {
	t.Parallel()
	with := func(e obj, name string, v any) obj { e[name] = v; return e }
	for name, e := range map[string]obj{
		"another type":    with(entry(status.Revocation, "1"), "type", "StatusList2021Entry"),
		"one type more":   with(entry(status.Revocation, "1"), "type", []string{"BitstringStatusListEntry", "SpecialEntry"}),
		"only the class":  with(entry(status.Revocation, "1"), "type", "CredentialStatus"),
		"another purpose": entry("mood", "1"),
		"wide":            with(with(entry(status.Revocation, "1"), "statusSize", 9), "statusMessage", []obj{}),
	} {
		refs, err := status.ParseEntries(js(t, e))
		if err != nil || len(refs) != 1 || refs[0].Known {
			t.Errorf("%s: %+v, %v; want one that is not known", name, refs, err)
			continue
		}
		_, err = refs[0].Judge(&status.List{URL: listURL})
		isProblem(t, name, err, status.Verification)
	}
}

func TestTV24IndexIsNone(t *testing.T) {
	t.Parallel()
	by := newSigner(t, "P-256")
	l, err := open(t, by.vc(t, by.credential("revocation", empty())))
	if err != nil {
		t.Fatal(err)
	}
	judged := func(e obj) error {
		refs, err := status.ParseEntries(js(t, e))
		if err != nil {
			return err
		}
		_, err = refs[0].Judge(l)
		return err
	}
	if err := judged(entry(status.Revocation, "131071")); err != nil {
		t.Errorf("the last entry: %v", err)
	}
	for _, c := range []struct {
		index any
		want  status.Problem
	}{
		{"-1", status.Malformed},
		{"-0", status.Malformed},
		{"+1", status.Malformed},
		{"01", status.Malformed},
		{"00", status.Malformed},
		{"", status.Malformed},
		{" 1", status.Malformed},
		{"1 ", status.Malformed},
		{"1.0", status.Malformed},
		{"1e3", status.Malformed},
		{"0x10", status.Malformed},
		{"1_000", status.Malformed},
		{"١٢", status.Malformed},
		{"text", status.Malformed},
		{"' OR 1=1", status.Malformed},
		{7, status.Malformed},
		{nil, status.Malformed},
		{true, status.Malformed},
		{[]string{"1"}, status.Malformed},
		{"131072", status.Range},
		{"16777216", status.Range},
		{"4294967296", status.Range},
		{"9223372036854775807", status.Range},
		{"9223372036854775808", status.Range},
		{"18446744073709551616", status.Range},
		{strings.Repeat("9", 400), status.Range},
		{strings.Repeat("9", 100_000), status.Range},
	} {
		name := string(js(t, c.index))
		isProblem(t, "index "+name[:min(len(name), 40)], judged(entry(status.Revocation, c.index)), c.want)
	}
	for _, c := range []struct {
		idx  string
		want status.Problem
	}{
		{`-1`, status.Malformed},
		{`-0`, status.Malformed},
		{`1.0`, status.Malformed},
		{`1e3`, status.Malformed},
		{`"1"`, status.Malformed},
		{`null`, status.Malformed},
		{`[1]`, status.Malformed},
		{`131072`, ""},
		{`16777216`, status.Range},
		{`9223372036854775808`, status.Range},
		{strings.Repeat("9", 400), status.Range},
		{strings.Repeat("9", 401), status.Malformed}, // no reader here takes such a number
	} {
		r, err := status.ParseTokenStatus(json.RawMessage(`{"status_list":{"uri":"` + listURL + `","idx":` + c.idx + `}}`))
		if c.want == "" {
			if err != nil || r.Index != 131072 {
				t.Errorf("idx %s: %v, %v", c.idx, r, err)
			}
			continue
		}
		isProblem(t, "idx "+c.idx, err, c.want)
	}
}

func TestParseEntriesRefuses(t *testing.T) {
	t.Parallel()
	with := func(e obj, name string, v any) obj {
		if v == nil {
			delete(e, name)
		} else {
			e[name] = v
		}
		return e
	}
	good := func() obj { return entry(status.Revocation, "1") }
	many := make([]obj, 9)
	for i := range many {
		many[i] = good()
	}
	two := []obj{{"status": "0x0", "message": "valid"}, {"status": "0x1", "message": "revoked"}}
	bad := map[string]any{
		"null": nil, "text": "x", "number": 1, "empty list": []any{}, "empty object": obj{}, "list in list": []any{[]any{good()}}, "nine": many,
		"no type":                with(good(), "type", nil),
		"type is a number":       with(good(), "type", 1),
		"type is empty":          with(good(), "type", ""),
		"types are empty":        with(good(), "type", []string{}),
		"no purpose":             with(good(), "statusPurpose", nil),
		"two purposes":           with(good(), "statusPurpose", []string{"revocation", "suspension"}),
		"empty purpose":          entry("", "1"),
		"no list":                with(good(), "statusListCredential", nil),
		"id of the list":         with(good(), "id", listURL),
		"id is a number":         with(good(), "id", 1),
		"size is text":           with(good(), "statusSize", "1"),
		"size 0":                 with(good(), "statusSize", 0),
		"size -1":                with(good(), "statusSize", -1),
		"size 1.5":               with(good(), "statusSize", 1.5),
		"size 2, no texts":       with(good(), "statusSize", 2),
		"wide without texts":     with(entry(status.Message, "1"), "statusSize", 2),
		"too few texts":          with(messageEntry("1"), "statusMessage", two),
		"too many texts":         with(messageEntry("1"), "statusSize", nil),
		"texts are an object":    with(messageEntry("1"), "statusMessage", obj{}),
		"a text twice":           with(good(), "statusMessage", []obj{two[0], two[0]}),
		"a status that is none":  with(good(), "statusMessage", []obj{two[0], {"status": "1", "message": "x"}}),
		"a status too high":      with(good(), "statusMessage", []obj{two[0], {"status": "0x2", "message": "x"}}),
		"a text that is none":    with(good(), "statusMessage", []obj{two[0], {"status": "0x1"}}),
		"a name in another case": with(good(), "statuslistindex", "2"),
		"one good, one bad":      []obj{good(), with(good(), "statusListIndex", "x")},
	}
	for _, url := range []string{
		"", "x", "/status/1", "http://issuer.example/1", "http://localhost:8080/1", "http://127.0.0.1.evil.example/1", "ftp://issuer.example/1", "javascript:alert(1)",
		"https:issuer.example", "https:///1", "https://user@issuer.example/1", "https://issuer.example/1#2", "https://issuer.example/ 1", "https://issuer.example/\n1",
		"https://issuer.example/é", "https://issuer.example/" + strings.Repeat("a", 3000), "file:///etc/passwd", "data:application/vc,{}", "did:key:z6Mk",
	} {
		bad["list at "+url[:min(len(url), 40)]] = with(good(), "statusListCredential", url)
	}
	for name, v := range bad {
		refs, err := status.ParseEntries(js(t, v))
		if refs != nil {
			t.Errorf("%s: %+v", name, refs)
		}
		isProblem(t, name, err, status.Malformed)
	}
	for _, text := range []string{
		`{`, `{"type":"BitstringStatusListEntry","type":"x"}`, strings.Replace(string(js(t, good())), `"statusListIndex":"1"`, `"statusListIndex":"1","statusListIndex":"2"`, 1),
	} {
		_, err := status.ParseEntries(json.RawMessage(text))
		isProblem(t, text, err, status.Malformed)
	}
}

func TestParseTokenStatus(t *testing.T) {
	t.Parallel()
	list := `{"idx":5,"uri":"` + listURL + `"}`
	r, err := status.ParseTokenStatus(json.RawMessage(`{"status_list":` + list + `}`))
	if want := (status.Reference{Kind: status.Token, URL: listURL, Index: 5, Known: true}); err != nil || r != want {
		t.Errorf("%+v, %v; want %+v", r, err, want)
	}
	for _, unknown := range []string{`{"status_assertion":{}}`, `{"status_list":` + list + `,"status_assertion":{}}`} {
		if r, err := status.ParseTokenStatus(json.RawMessage(unknown)); err != nil || r.Known {
			t.Errorf("%s: %+v, %v; want one that is not known", unknown, r, err)
		}
	}
	for _, bad := range []string{
		``, `null`, `{}`, `[]`, `"x"`, `{"status_list":null}`, `{"status_list":[]}`, `{"status_list":{}}`, `{"status_list":{"idx":5}}`, `{"status_list":{"uri":"` + listURL + `"}}`,
		`{"status_list":{"idx":5,"uri":"http://issuer.example/1"}}`, `{"status_list":{"idx":5,"uri":5}}`, `{"status_list":{"idx":5,"idx":6,"uri":"` + listURL + `"}}`,
		`{"status_list":{"idx":5,"Idx":6,"uri":"` + listURL + `"}}`, `{"Status_List":` + list + `,"status_list":` + list + `}`, `{"status_list":` + list + `}x`,
	} {
		_, err := status.ParseTokenStatus(json.RawMessage(bad))
		isProblem(t, bad, err, status.Malformed)
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	by := newSigner(t, "P-256")
	value := func(i int64) uint8 { return uint8(i % 4) }
	message, err := open(t, by.vc(t, by.credential("message", status.Encode(status.Bitstring, 2, status.Entries, value))))
	if err != nil {
		t.Fatal(err)
	}
	token, err := open(t, by.token(t, obj{"sub": listURL, "iat": noon.Unix(), "status_list": obj{"bits": 2, "lst": status.Encode(status.Token, 2, 12, value)}}))
	if err != nil {
		t.Fatal(err)
	}
	several, err := open(t, by.vc(t, by.credential([]string{"revocation", "refresh", "mood"}, status.Encode(status.Bitstring, 1, status.Entries, func(i int64) uint8 { return uint8(i % 2) }))))
	if err != nil {
		t.Fatal(err)
	}
	short, err := open(t, by.vc(t, by.credential("message", empty())))
	if err != nil {
		t.Fatal(err)
	}
	inToken := func(i int) status.Reference { return referenceTo(t, status.Slot{Kind: status.Token}, i) }
	other := reference(t, entry(status.Revocation, "1"))
	other.URL += "2"
	for name, c := range map[string]struct {
		r    status.Reference
		l    *status.List
		want status.State
		bad  status.Problem
	}{
		"message 0":      {reference(t, messageEntry("4")), message, status.Valid, ""},
		"message 1":      {reference(t, messageEntry("5")), message, status.Revoked, ""},
		"message 2":      {reference(t, messageEntry("6")), message, status.Suspended, ""},
		"message 3":      {reference(t, messageEntry("7")), message, 0, status.Verification},
		"token 0":        {inToken(0), token, status.Valid, ""},
		"token 1":        {inToken(1), token, status.Revoked, ""},
		"token 2":        {inToken(2), token, status.Suspended, ""},
		"token 3":        {inToken(3), token, 0, status.Verification},
		"token 12":       {inToken(12), token, 0, status.Range},
		"bit 0":          {reference(t, entry(status.Revocation, "0")), several, status.Valid, ""},
		"bit 1":          {reference(t, entry(status.Revocation, "1")), several, status.Revoked, ""},
		"refresh":        {reference(t, entry(status.Refresh, "1")), several, status.Valid, ""},
		"other purpose":  {reference(t, entry(status.Suspension, "1")), several, 0, status.Verification},
		"wider entries":  {reference(t, messageEntry("1")), several, 0, status.Verification},
		"half as long":   {reference(t, messageEntry("1")), short, 0, status.Length},
		"other kind":     {inToken(0), several, 0, status.Verification},
		"the other kind": {reference(t, entry(status.Revocation, "1")), token, 0, status.Verification},
		"other list":     {other, several, 0, status.Verification},
		"no reference":   {status.Reference{}, several, 0, status.Verification},
	} {
		got, err := c.r.Judge(c.l)
		if c.bad != "" {
			isProblem(t, name, err, c.bad)
		} else if err != nil || got != c.want {
			t.Errorf("%s: %d, %v; want %d", name, got, err, c.want)
		}
	}
}
