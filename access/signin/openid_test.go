package signin_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/access/signin"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/internal/fetch"
)

// clients guards the list of clients, which is one for the whole process in the
// example provider.
var clients sync.Mutex

// startProvider starts the example provider of zitadel/oidc, which is a real one
// but for its pages and users.
func startProvider(t *testing.T, redirect string) string {
	t.Helper()
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	clients.Lock()
	defer clients.Unlock()
	storage.RegisterClients(storage.WebClient("probatum", "secret", redirect))
	users := storage.NewStorage(storage.NewUserStore(server.URL))
	handler = exampleop.SetupServer(server.URL, users, nil, false)
	return server.URL
}

func client(t *testing.T, hosts ...string) *fetch.Client {
	t.Helper()
	c, err := fetch.New(fetch.Config{Hosts: hosts, Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// visit walks through the pages of the example provider, as a browser would, and
// gives the address that it sends the browser back to.
func visit(t *testing.T, address string) *url.URL {
	t.Helper()
	browser := &http.Client{CheckRedirect: func(req *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(req.URL.Path, "/sign-in/back/") {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	resp, err := browser.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	_, id, ok := strings.Cut(resp.Request.URL.RawQuery, "authRequestID=")
	if !ok {
		t.Fatalf("no page to sign in: %s %s", resp.Status, body)
	}
	resp, err = browser.PostForm(resp.Request.URL.Scheme+"://"+resp.Request.URL.Host+"/login/username",
		url.Values{"id": {id}, "username": {"test-user2"}, "password": {"verysecure"}})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	back, err := resp.Location()
	if err != nil {
		body, _ := io.ReadAll(resp.Body)
		t.Fatalf("%s: %v: %s", resp.Status, err, body)
	}
	return back
}

func TestOpenIDSignsIn(t *testing.T) {
	t.Parallel()
	a, s := accounts(t)
	issuer := startProvider(t, origin+"/sign-in/back/demo")
	o, err := signin.NewOpenID(origin, client(t, issuer), s, nil,
		signin.Provider{ID: "demo", Name: "DEMO id", Issuer: issuer, ClientID: "probatum", Secret: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	address, state, err := o.Begin(t.Context(), "demo", true)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"code_challenge_method=S256", "code_challenge=", "nonce=", "state=", "max_age=0", "prompt=login", "response_type=code"} {
		if !strings.Contains(address, want) {
			t.Errorf("address %s: no %s", address, want)
		}
	}
	back := visit(t, address)
	if _, err := o.Finish(t.Context(), "other", state, back.Query()); err == nil {
		t.Error("Finish at the address of another provider: no error")
	}
	changed := back.Query()
	changed.Set("state", "x")
	_, err = o.Finish(t.Context(), "demo", state, changed)
	refusedBy(t, "Finish with another state", err, fault.Unauthenticated)
	_, err = o.Finish(t.Context(), "demo", "", back.Query())
	refusedBy(t, "Finish without a session", err, fault.Conflict)

	i, err := o.Finish(t.Context(), "demo", state, back.Query())
	if err != nil || i.Issuer != issuer || i.Subject != "id2" || i.Name != "DEMO id" {
		t.Fatalf("Finish = %+v, %v", i, err)
	}
	_, err = o.Finish(t.Context(), "demo", state, back.Query())
	refusedBy(t, "a replayed code", err, fault.Unauthenticated, fault.Conflict)

	// Nobody has this account. Somebody whose address it tells has nothing to do
	// with it; who links it, does.
	_, err = s.UsedIdentity(t.Context(), i.Issuer, i.Subject)
	refusedBy(t, "an account that nobody linked", err, fault.NotFound)
	p := join(t, a, access.NewPersonID(), access.Login{Identity: &i})
	if got, err := s.UsedIdentity(t.Context(), i.Issuer, i.Subject); err != nil || got != p.ID {
		t.Errorf("UsedIdentity = %s, %v", got, err)
	}
}

// A liar is a provider that signs what it is told, so that one thing at a time
// can be wrong.
type liar struct {
	*httptest.Server
	key    *rsa.PrivateKey
	iss    bool // announces RFC 9207
	mu     sync.Mutex
	claims map[string]any  // guarded by mu
	alg    string          // guarded by mu
	used   map[string]bool // guarded by mu
}

func newLiar(t *testing.T) *liar {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	l := &liar{key: key, used: map[string]bool{}}
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, map[string]any{
			"issuer": l.URL, "authorization_endpoint": l.URL + "/auth", "token_endpoint": l.URL + "/token", "jwks_uri": l.URL + "/keys",
			"id_token_signing_alg_values_supported":          []string{"RS256"},
			"authorization_response_iss_parameter_supported": l.iss,
		})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, map[string]any{"keys": []any{map[string]any{
			"kty": "RSA", "kid": "1", "alg": "RS256", "use": "sig",
			"n": base64.RawURLEncoding.EncodeToString(key.N.Bytes()), "e": "AQAB",
		}}})
	})
	mux.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) {
		l.mu.Lock()
		defer l.mu.Unlock()
		code := r.PostFormValue("code")
		if l.used[code] || r.PostFormValue("code_verifier") == "" {
			w.WriteHeader(http.StatusBadRequest)
			writeJSON(w, map[string]any{"error": "invalid_grant"})
			return
		}
		l.used[code] = true
		writeJSON(w, map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": l.sign(t)})
	})
	l.Server = httptest.NewServer(mux)
	t.Cleanup(l.Close)
	return l
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

func (l *liar) sign(t *testing.T) string {
	part := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			t.Error(err)
		}
		return base64.RawURLEncoding.EncodeToString(b)
	}
	text := part(map[string]any{"alg": l.alg, "kid": "1"}) + "." + part(l.claims)
	if l.alg == "none" {
		return text + "."
	}
	sum := sha256.Sum256([]byte(text))
	sig, err := rsa.SignPKCS1v15(rand.Reader, l.key, crypto.SHA256, sum[:])
	if err != nil {
		t.Error(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(sig)
}

func TestOpenIDRefuses(t *testing.T) {
	t.Parallel()
	_, s := accounts(t)
	l, strict := newLiar(t), newLiar(t)
	strict.iss = true
	o, err := signin.NewOpenID(origin, client(t, l.URL, strict.URL), s, nil,
		signin.Provider{ID: "liar", Name: "DEMO liar", Issuer: l.URL, ClientID: "probatum", Secret: "s"},
		signin.Provider{ID: "strict", Name: "DEMO strict", Issuer: strict.URL, ClientID: "probatum", Secret: "s"})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	var shown time.Time // of the last sign-in
	// try signs in with one thing changed.
	try := func(l *liar, id string, fresh bool, change func(claims map[string]any, query url.Values) (alg string)) error {
		t.Helper()
		address, state, err := o.Begin(t.Context(), id, fresh)
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		n++
		claims := map[string]any{
			"iss": l.URL, "sub": "x", "aud": "probatum", "nonce": u.Query().Get("nonce"),
			"iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix(), "auth_time": time.Now().Unix(),
			"email": "somebody@demo.example", "email_verified": false,
		}
		query := url.Values{"code": {fmt.Sprint(n)}, "state": {u.Query().Get("state")}, "iss": {l.URL}}
		alg := change(claims, query)
		if alg == "" {
			alg = "RS256"
		}
		l.mu.Lock()
		l.claims, l.alg = maps.Clone(claims), alg
		l.mu.Unlock()
		i, err := o.Finish(t.Context(), id, state, query)
		if err == nil && (i.Subject != "x" || i.Issuer != l.URL) {
			t.Errorf("Finish = %+v", i)
		}
		shown = i.Shown
		return err
	}
	type claims = map[string]any
	for name, change := range map[string]func(claims, url.Values) string{
		"Nothing": func(claims, url.Values) string { return "" },
		"NoIss":   func(_ claims, q url.Values) string { q.Del("iss"); return "" },
		"TwoForUs": func(c claims, _ url.Values) string {
			c["aud"], c["azp"] = []string{"probatum", "other"}, "probatum"
			return ""
		},
		"OldSignedIn": func(c claims, _ url.Values) string { c["auth_time"] = time.Now().Add(-time.Hour).Unix(); return "" },
	} {
		if err := try(l, "liar", false, change); err != nil {
			t.Errorf("%s: %v, want a sign-in", name, err)
		}
	}
	// When its user showed there who they are, as far as it says so.
	hour := time.Now().Add(-time.Hour).Truncate(time.Second)
	for name, c := range map[string]struct {
		at   any
		want time.Time
	}{"an hour ago": {hour.Unix(), hour}, "in an hour": {time.Now().Add(time.Hour).Unix(), time.Time{}}, "never": {nil, time.Time{}}} {
		if err := try(l, "liar", false, func(all claims, _ url.Values) string {
			all["auth_time"] = c.at
			if c.at == nil {
				delete(all, "auth_time")
			}
			return ""
		}); err != nil || !shown.Equal(c.want) {
			t.Errorf("shown %s: %v, %v; want %v", name, shown, err, c.want)
		}
	}
	for name, change := range map[string]func(claims, url.Values) string{
		"WrongNonce": func(c claims, _ url.Values) string { c["nonce"] = "x"; return "" },
		"NoNonce":    func(c claims, _ url.Values) string { delete(c, "nonce"); return "" },
		"WrongState": func(_ claims, q url.Values) string { q.Set("state", "x"); return "" },
		"NoState":    func(_ claims, q url.Values) string { q.Del("state"); return "" },
		"TwoStates":  func(_ claims, q url.Values) string { q.Add("state", q.Get("state")); return "" },
		"WrongAud":   func(c claims, _ url.Values) string { c["aud"] = "other"; return "" },
		"TwoNotForUs": func(c claims, _ url.Values) string {
			c["aud"], c["azp"] = []string{"probatum", "other"}, "other"
			return ""
		},
		"TwoNoAZP":     func(c claims, _ url.Values) string { c["aud"] = []string{"probatum", "other"}; return "" },
		"Expired":      func(c claims, _ url.Values) string { c["exp"] = time.Now().Add(-time.Minute).Unix(); return "" },
		"Future":       func(c claims, _ url.Values) string { c["iat"] = time.Now().Add(time.Hour).Unix(); return "" },
		"WrongIssuer":  func(c claims, _ url.Values) string { c["iss"] = "https://other.demo.example"; return "" },
		"SlashIssuer":  func(c claims, _ url.Values) string { c["iss"] = c["iss"].(string) + "/"; return "" },
		"MixUp":        func(_ claims, q url.Values) string { q.Set("iss", "https://other.demo.example"); return "" },
		"TwoIss":       func(_ claims, q url.Values) string { q.Add("iss", "https://other.demo.example"); return "" },
		"NoSubject":    func(c claims, _ url.Values) string { delete(c, "sub"); return "" },
		"AlgNone":      func(claims, url.Values) string { return "none" },
		"AlgHS256":     func(claims, url.Values) string { return "HS256" },
		"NoCode":       func(_ claims, q url.Values) string { q.Del("code"); return "" },
		"TwoCodes":     func(_ claims, q url.Values) string { q.Add("code", "y"); return "" },
		"ReplayedCode": func(_ claims, q url.Values) string { q.Set("code", "1"); return "" },
		"WrongATHash":  func(c claims, _ url.Values) string { c["at_hash"] = "AAAAAAAAAAAAAAAAAAAAAA"; return "" },
	} {
		refusedBy(t, name, try(l, "liar", false, change), fault.Unauthenticated)
	}
	refusedBy(t, "Declined", try(l, "liar", false, func(_ claims, q url.Values) string { q.Set("error", "access_denied"); return "" }), fault.Forbidden)

	// To confirm, the sign-in at the provider must be a new one.
	if err := try(l, "liar", true, func(claims, url.Values) string { return "" }); err != nil {
		t.Errorf("a new sign-in: %v", err)
	}
	for name, at := range map[string]any{"an hour ago": time.Now().Add(-time.Hour).Unix(), "in an hour": time.Now().Add(time.Hour).Unix(), "never": nil} {
		err := try(l, "liar", true, func(c claims, _ url.Values) string {
			c["auth_time"] = at
			if at == nil {
				delete(c, "auth_time")
			}
			return ""
		})
		refusedBy(t, "signed in at the provider "+name, err, fault.Unauthenticated)
	}

	// One that announces its iss must send it.
	if err := try(strict, "strict", false, func(claims, url.Values) string { return "" }); err != nil {
		t.Errorf("with iss: %v", err)
	}
	refusedBy(t, "without the iss that was announced", try(strict, "strict", false, func(_ claims, q url.Values) string { q.Del("iss"); return "" }), fault.Unauthenticated)

	// The State of one provider is none for the other.
	_, state, err := o.Begin(t.Context(), "strict", false)
	if err != nil {
		t.Fatal(err)
	}
	_, err = o.Finish(t.Context(), "liar", state, url.Values{"code": {"1"}, "state": {"x"}})
	refusedBy(t, "the State of another provider", err, fault.Unauthenticated)
	_, _, err = o.Begin(t.Context(), "none", false)
	refusedBy(t, "Begin with no provider", err, fault.NotFound)
}

func TestOpenIDProvidersAreChecked(t *testing.T) {
	t.Parallel()
	_, s := accounts(t)
	good := signin.Provider{ID: "demo", Name: "DEMO", Issuer: "https://id.demo.example", ClientID: "c"}
	if _, err := signin.NewOpenID(origin, client(t), s, nil, good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*signin.Provider){
		"plain http": func(p *signin.Provider) { p.Issuer = "http://id.demo.example" },
		"no issuer":  func(p *signin.Provider) { p.Issuer = "" },
		"a query":    func(p *signin.Provider) { p.Issuer += "?x" },
		"no client":  func(p *signin.Provider) { p.ClientID = "" },
		"a bad id":   func(p *signin.Provider) { p.ID = "../x" },
	} {
		bad := good
		change(&bad)
		if _, err := signin.NewOpenID(origin, client(t), s, nil, bad); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := signin.NewOpenID(origin, client(t), s, nil, good, good); err == nil {
		t.Error("one provider twice: no error")
	}
	// One that is not on the list of hosts, or away, is Unavailable.
	o, err := signin.NewOpenID(origin, client(t, "http://127.0.0.1:1"), s, nil, good)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = o.Begin(t.Context(), "demo", false)
	refusedBy(t, "Begin with a provider that is not on the list", err, fault.Unavailable)
}
