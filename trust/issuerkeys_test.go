package trust_test

import (
	"crypto/elliptic"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/probatum/probatum/proof/integrity"
	"github.com/probatum/probatum/trust"
)

func TestMetadataAddress(t *testing.T) {
	t.Parallel()
	const known = "/.well-known/jwt-vc-issuer"
	for iss, want := range map[string]string{
		"https://h.example":                              "https://h.example" + known,
		"https://h.example/":                             "https://h.example" + known,
		"https://h.example/t/acme":                       "https://h.example" + known + "/t/acme",
		"https://h.example/t/acme/":                      "https://h.example" + known + "/t/acme",
		"https://h.example:8443/oid4vci/a%20b":           "https://h.example:8443" + known + "/oid4vci/a%20b",
		"http://127.0.0.1:8080/oid4vci/demo":             "http://127.0.0.1:8080" + known + "/oid4vci/demo",
		"http://[::1]:8080":                              "http://[::1]:8080" + known,
		"http://h.example":                               "",
		"http://localhost:8080":                          "",
		"http://10.0.0.1":                                "",
		"https://10.0.0.1/a":                             "",
		"https://[2001:db8::1]":                          "",
		"https://h.example/?":                            "",
		"https://h.example/?a=b":                         "",
		"https://h.example/#":                            "",
		"https://h.example/#a":                           "",
		"https://u@h.example":                            "",
		"https://u:p@h.example":                          "",
		"https://h.example/../a":                         "",
		"https://h.example/a/%2e%2E/b":                   "",
		"https://h.example/a/./b":                        "",
		"https://h.example//a":                           "",
		"https://h.example/a//":                          "",
		"https://h.example/a%2fb":                        "",
		`https://h.example/a%5Cb`:                        "",
		"https:h.example":                                "",
		"https:///a":                                     "",
		"//h.example":                                    "",
		"h.example":                                      "",
		"did:web:h.example":                              "",
		"javascript:alert(1)":                            "",
		"file:///etc/passwd":                             "",
		"":                                               "",
		"https://h.example/" + strings.Repeat("a", 1000): "",
	} {
		got, err := trust.MetadataAddress(iss)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%.60q: %q, %v; want %q", iss, got, err, want)
		}
	}
}

func TestIssuerKeys(t *testing.T) {
	t.Parallel()
	w := newWeb(t)
	pub := onCurve(t, elliptic.P256())
	const known = "/.well-known/jwt-vc-issuer"
	set := obj{"keys": []any{jwk(t, pub, func(k obj) { k["kid"] = "1" }), jwk(t, ed(t), func(k obj) { k["kid"] = "2" })}}
	put := func(name string, edit func(m obj)) string {
		iss := w.origin() + "/" + name
		m := obj{"issuer": iss, "jwks": set}
		if edit != nil {
			edit(m)
		}
		w.put(known+"/"+name, marshal(t, m))
		return iss
	}
	byAddress := func(address string) func(m obj) {
		return func(m obj) { delete(m, "jwks"); m["jwks_uri"] = address }
	}
	w.put("/jwks", marshal(t, set))
	w.page("/page", func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write(marshal(t, set)) })
	w.put("/private", marshal(t, obj{"keys": []any{jwk(t, pub, func(k obj) { k["d"] = "x" })}}))
	w.page("/moved", http.RedirectHandler("/jwks", http.StatusFound).ServeHTTP)

	r := w.resolver(nil, w.origin())
	for name, tt := range map[string]struct {
		edit func(m obj)
		want string // good, wrong, unresolved
	}{
		"in-place":           {nil, "good"},
		"by-address":         {byAddress(w.origin() + "/jwks"), "good"},
		"further-members":    {func(m obj) { m["display"] = []any{obj{"name": "x"}} }, "good"},
		"elsewhere":          {byAddress("https://elsewhere.example/jwks"), "unresolved"},
		"inside":             {byAddress("http://127.0.0.1/jwks"), "unresolved"},
		"file":               {byAddress("file:///etc/passwd"), "unresolved"},
		"missing-keys":       {byAddress(w.origin() + "/none"), "unresolved"},
		"moved-keys":         {byAddress(w.origin() + "/moved"), "unresolved"},
		"page":               {byAddress(w.origin() + "/page"), "unresolved"},
		"private-elsewhere":  {byAddress(w.origin() + "/private"), "wrong"},
		"both":               {func(m obj) { m["jwks_uri"] = w.origin() + "/jwks" }, "wrong"},
		"both-one-null":      {func(m obj) { m["jwks_uri"] = nil }, "wrong"},
		"neither":            {func(m obj) { delete(m, "jwks") }, "wrong"},
		"no-issuer":          {func(m obj) { delete(m, "issuer") }, "wrong"},
		"other-issuer":       {func(m obj) { m["issuer"] = w.origin() + "/in-place" }, "wrong"},
		"slash":              {func(m obj) { m["issuer"] = w.origin() + "/slash/" }, "wrong"},
		"upper-case":         {func(m obj) { m["issuer"] = strings.ToUpper(w.origin()) + "/upper-case" }, "wrong"},
		"no-keys":            {func(m obj) { m["jwks"] = obj{"keys": []any{}} }, "wrong"},
		"keys-no-set":        {func(m obj) { m["jwks"] = []any{} }, "wrong"},
		"private":            {func(m obj) { m["jwks"] = obj{"keys": []any{jwk(t, pub, func(k obj) { k["d"] = "x" })}} }, "wrong"},
		"address-no-text":    {func(m obj) { delete(m, "jwks"); m["jwks_uri"] = 1 }, "wrong"},
		"address-empty":      {byAddress(""), "wrong"},
		"member-in-case":     {func(m obj) { m["JWKS"] = set }, "wrong"},
		"issuer-is-a-number": {func(m obj) { m["issuer"] = 1 }, "wrong"},
	} {
		iss := put(name, tt.edit)
		list, err := r.IssuerKeys(t.Context(), iss)
		got := "wrong"
		switch {
		case err == nil:
			got = "good"
			if len(list) != 2 || list[0].KeyID != "1" || !pub.Equal(list[0].Key) {
				t.Errorf("%s: %+v", name, list)
			}
		case errors.Is(err, integrity.ErrUnresolved):
			got = "unresolved"
		}
		if got != tt.want {
			t.Errorf("%s: %s, want %s: %v", name, got, tt.want, err)
		}
	}

	asked := w.asked.Load()
	if _, err := r.IssuerKeys(t.Context(), w.origin()+"/in-place"); err != nil || w.asked.Load() != asked {
		t.Errorf("a second time: %v, asked %d times", err, w.asked.Load()-asked)
	}
	for _, iss := range []string{w.origin() + "/nowhere", "https://elsewhere.example", "http://127.0.0.1:1/a"} {
		if _, err := r.IssuerKeys(t.Context(), iss); !errors.Is(err, integrity.ErrUnresolved) {
			t.Errorf("%s: %v", iss, err)
		}
	}
	if _, err := r.IssuerKeys(t.Context(), "javascript:alert(1)"); err == nil || errors.Is(err, integrity.ErrUnresolved) {
		t.Errorf("no address at all: %v", err)
	}
	if _, err := trust.NewResolver(nil, nil, nil).IssuerKeys(t.Context(), w.origin()+"/in-place"); !errors.Is(err, integrity.ErrUnresolved) {
		t.Errorf("without a client: %v", err)
	}
}
