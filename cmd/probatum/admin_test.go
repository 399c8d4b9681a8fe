package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/internal/testkit"
)

// A shell runs commands on one server.
type shell struct {
	data, database string
}

// do runs a command and holds it to an exit code; it gives what it wrote.
func (s shell) do(t *testing.T, code int, args ...string) (out, said string) {
	t.Helper()
	args = append([]string{"--lang", "en"}, args...)
	args = append(args, "--data", s.data, "--public-url", "https://certificates.example")
	if s.database != "" {
		args = append(args, "--database", s.database)
	}
	var o, e bytes.Buffer
	if got := run(t.Context(), args, stdio{in: strings.NewReader(""), out: &o, err: &e}); got != code {
		t.Fatalf("%v ended with %d, want %d\n%s%s", args[2:], got, code, &o, &e)
	}
	return o.String(), e.String()
}

// says runs a command that must succeed, and holds what it wrote to a pattern.
func (s shell) says(t *testing.T, pattern string, args ...string) {
	t.Helper()
	out, said := s.do(t, exitOK, args...)
	if !regexp.MustCompile(pattern).MatchString(out + said) {
		t.Errorf("%v wrote\n%s%swant %s", args, out, said, pattern)
	}
}

// reads runs a command that answers in JSON.
func (s shell) reads(t *testing.T, v any, args ...string) {
	t.Helper()
	out, _ := s.do(t, exitOK, append(args, "--json")...)
	if err := json.Unmarshal([]byte(out), v); err != nil {
		t.Fatalf("%v: %v\n%s", args, err, out)
	}
}

// open opens the server that the commands work on, as serve does.
func (s shell) open(t *testing.T) *server {
	t.Helper()
	w := where{Data: s.data, Database: s.database, PublicURL: "https://certificates.example"}
	srv, err := w.open(t.Context(), stdio{err: &bytes.Buffer{}}, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := srv.close(); err != nil {
			t.Error(err)
		}
	})
	return srv
}

// TestConsole does what testdata/script/admin.txtar cannot: it has people. They come
// in by the links that the commands print, over both databases.
func TestConsole(t *testing.T) {
	t.Parallel()
	for name, database := range map[string]func(testing.TB) string{
		"SQLite":     func(testing.TB) string { return "" },
		"PostgreSQL": testkit.Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testConsole(t, shell{data: filepath.Join(t.TempDir(), "data"), database: database(t)})
		})
	}
}

func testConsole(t *testing.T, sh shell) {
	out, _ := sh.do(t, exitOK, "admin", "setup-link", "--create")
	srv := sh.open(t)
	ann := signUp(t, srv, access.SetUp, out, access.NewAccount{
		Name: "Ann Example", Email: "ann@certificates.example", Body: access.NewBody{ID: "example-body", Name: "Example Body"},
	})
	sh.says(t, `(?m)^example-body +Example Body +none +5$`, "admin", "body", "list")
	sh.says(t, `(?m)^Administrator +Ann Example +ann@certificates\.example `, "admin", "member", "list", "example-body")

	// Somebody is invited and comes in by the printed link, which then opens nothing.
	out, _ = sh.do(t, exitOK, "admin", "invite", "example-body", "ben@certificates.example", "officer", "--print-link")
	ben := signUp(t, srv, access.Invite, out, access.NewAccount{Name: "Ben Example"})
	var team membersAnswer
	sh.reads(t, &team, "admin", "member", "list", "example-body")
	membership := func(p access.Person, r access.Role) string {
		i := slices.IndexFunc(team.Members, func(m memberRow) bool { return m.Person == p.ID && m.Role == r })
		if i < 0 {
			t.Fatalf("%s is not %s: %+v", p.Name, r, team)
		}
		return team.Members[i].ID
	}
	officer, administrator := membership(ben, access.Officer), membership(ann, access.Administrator)
	if len(team.Invitations) != 0 {
		t.Errorf("an invitation that was taken up is listed: %+v", team)
	}
	var people []personRow
	sh.reads(t, &people, "admin", "people", "list")
	if len(people) != 2 {
		t.Errorf("people = %+v", people)
	}
	var shown personAnswer
	sh.reads(t, &shown, "admin", "people", "show", "BEN@certificates.example")
	if shown.Name != "Ben Example" || len(shown.Memberships) != 1 || len(shown.Logins) != 1 || shown.Logins[0].Kind != "identity" {
		t.Errorf("person = %+v", shown)
	}
	sh.says(t, `(?s)^Ben Example <ben@certificates\.example>.*example-body +Officer .*account elsewhere +Provider`, "admin", "people", "show", "ben@certificates.example")

	// Roles come and go, and every change ends the sessions.
	epoch := func(p access.Person) int64 {
		now, err := srv.db.PersonByID(t.Context(), p.ID)
		if err != nil {
			t.Fatal(err)
		}
		return now.Epoch
	}
	was := epoch(ben)
	sh.says(t, `has the role Assessor in example-body`, "admin", "member", "add", "example-body", "ben@certificates.example", "assessor")
	sh.do(t, exitCannotCreate, "admin", "member", "add", "example-body", "ben@certificates.example", "assessor")
	sh.says(t, `taken away`, "admin", "member", "end", "example-body", officer)
	sh.do(t, exitUnreadable, "admin", "member", "end", "example-body", officer)
	sh.do(t, exitCannotCreate, "admin", "member", "end", "example-body", administrator) // the last administrator
	sh.says(t, `sessions of this account have ended`, "admin", "people", "sign-out", "ben@certificates.example")
	if now := epoch(ben); now != was+3 {
		t.Errorf("after three changes the epoch went from %d to %d", was, now)
	}

	// Help: the link is for the one who is meant, and takes the old ways away.
	out, said := sh.do(t, exitOK, "admin", "people", "recover", "ann@certificates.example", "--print-link")
	if !strings.Contains(said, "For ann@certificates.example only") {
		t.Errorf("recover says %q", said)
	}
	id, err := srv.links.Parse(access.Recover, secretIn(t, out, "/recover/"))
	if err != nil {
		t.Fatal(err)
	}
	ticket, err := srv.db.TicketByID(t.Context(), id)
	if err != nil || ticket.Person != ann.ID || !ticket.Open(time.Now()) {
		t.Errorf("ticket = %+v, %v", ticket, err)
	}
	sh.says(t, `waits in the outbox`, "admin", "people", "recover", "ann@certificates.example")
	if ticket, _ = srv.db.TicketByID(t.Context(), id); ticket.Open(time.Now()) {
		t.Error("two links to recover one account are open")
	}

	// A token works until it is revoked.
	secret, _ := sh.do(t, exitOK, "tokens", "create", "--body", "example-body", "--name", "Import", "--scope", "results:write")
	secret = strings.TrimSpace(secret)
	actor, err := srv.accounts.Authenticate(t.Context(), secret)
	if err != nil || actor.Body != "example-body" {
		t.Fatalf("actor = %+v, %v", actor, err)
	}
	if err := actor.May(access.SealCredentials, "example-body", time.Now()); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a token to import may seal: %v", err)
	}
	var tokens []tokenRow
	sh.reads(t, &tokens, "tokens", "list")
	if len(tokens) != 1 || tokens[0].ID != actor.Token || tokens[0].Used == "" {
		t.Fatalf("tokens = %+v", tokens)
	}
	sh.says(t, `is revoked`, "tokens", "revoke", string(actor.Token))
	if _, err := srv.accounts.Authenticate(t.Context(), secret); fault.KindOf(err) != fault.Unauthenticated {
		t.Errorf("a revoked token: %v", err)
	}
}

// TestConsoleInstallsTheSeal plays the authority: it certifies the request.
func TestConsoleInstallsTheSeal(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	sh := shell{data: filepath.Join(dir, "data")}
	sh.do(t, exitOK, "admin", "setup-link", "--create")
	sh.do(t, exitOK, "admin", "body", "create", "example-body", "--name", "Example Body")
	profile := filepath.Join(dir, "profile.json")
	if err := os.WriteFile(profile, []byte(`{"legalName": {"en": "Example Body"}, "identifier": {"notation": "VATIE-000000000"}, "country": "IE"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	sh.do(t, exitOK, "admin", "body", "set", "example-body", profile)
	request, _ := sh.do(t, exitOK, "admin", "seal", "request", "example-body")
	sh.says(t, `A key waits for its certificate`, "admin", "seal", "show", "example-body")
	chain := filepath.Join(dir, "chain.pem")
	if err := os.WriteFile(chain, certified(t, request), 0o600); err != nil {
		t.Fatal(err)
	}
	sh.says(t, `(?s)The seal is ready.*Issued by +DEMO Test Authority`, "admin", "seal", "install", "example-body", chain)
	sh.do(t, exitCannotCreate, "admin", "seal", "install", "example-body", chain) // in use already
	sh.do(t, exitCannotCreate, "admin", "seal", "trial", "example-body")          // there is a real one
	var s sealAnswer
	sh.reads(t, &s, "admin", "seal", "show", "example-body")
	if s.Standing != "installed" || !s.Ready || s.Trial || s.Waiting || s.Name != "Example Body" {
		t.Errorf("seal = %+v", s)
	}

	// A new name needs a new certificate, and it is said at once.
	if err := os.WriteFile(profile, []byte(`{"legalName": {"en": "Other Body"}, "identifier": {"notation": "VATIE-000000000"}, "country": "IE"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	sh.says(t, `names “Example Body”, the profile “Other Body”`, "admin", "body", "set", "example-body", profile)
}

// TestHelpNamesRolesAndScopes holds what the help lists to what there is.
func TestHelpNamesRolesAndScopes(t *testing.T) {
	t.Parallel()
	help := func(args ...string) string {
		var out bytes.Buffer
		if code := run(t.Context(), append(args, "--help"), stdio{in: strings.NewReader(""), out: &out, err: &out}); code != exitOK {
			t.Fatalf("%v ended with %d: %s", args, code, &out)
		}
		return strings.Join(strings.Fields(out.String()), " ")
	}
	for _, r := range access.Roles() {
		for _, args := range [][]string{{"admin", "invite"}, {"admin", "member", "add"}} {
			if !strings.Contains(help(args...), string(r)) {
				t.Errorf("the help of %v does not know the role %s", args, r)
			}
		}
	}
	for _, s := range access.BodyScopes() {
		if !strings.Contains(help("tokens", "create"), string(s)) {
			t.Errorf("the help of tokens create does not know the scope %s", s)
		}
	}
}

// signUp makes an account by a printed link.
func signUp(t *testing.T, srv *server, p access.Purpose, printed string, n access.NewAccount) access.Person {
	t.Helper()
	n.ID, n.Lang = access.NewPersonID(), "en"
	n.Login = access.Login{Identity: &access.Identity{Issuer: "https://login.example", Subject: string(n.ID), Name: "Provider"}}
	path := map[access.Purpose]string{access.SetUp: "/setup/", access.Invite: "/invite/"}[p]
	person, err := srv.accounts.SignUp(t.Context(), p, secretIn(t, printed, path), n)
	if err != nil {
		t.Fatalf("signing up %s: %v", n.Name, err)
	}
	return person
}

// secretIn takes the secret out of a link that stands alone.
func secretIn(t *testing.T, printed, path string) string {
	t.Helper()
	secret, ok := strings.CutPrefix(strings.TrimSuffix(printed, "\n"), "https://certificates.example"+path)
	if !ok || strings.ContainsAny(secret, " \n/") {
		t.Fatalf("printed %q, want a link to %s alone", printed, path)
	}
	return secret
}

// certified gives the certificates of an authority for a request.
func certified(t *testing.T, request string) []byte {
	t.Helper()
	block, _ := pem.Decode([]byte(request))
	if block == nil {
		t.Fatalf("no request: %q", request)
	}
	asked, err := x509.ParseCertificateRequest(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	from := time.Now().Add(-time.Hour).UTC().Truncate(time.Second)
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "DEMO Test Authority", Organization: []string{"DEMO"}, Country: []string{"IE"}},
		NotBefore: from, NotAfter: from.AddDate(2, 0, 0), BasicConstraintsValid: true, IsCA: true, KeyUsage: x509.KeyUsageCertSign,
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), RawSubject: asked.RawSubject, URIs: asked.URIs, NotBefore: from, NotAfter: from.AddDate(1, 0, 0),
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment,
	}
	var out []byte
	for _, c := range []struct{ cert, by *x509.Certificate }{{leaf, authority}, {authority, authority}} {
		public := any(key.Public())
		if c.cert == leaf {
			public = asked.PublicKey
		}
		der, err := x509.CreateCertificate(rand.Reader, c.cert, c.by, public, key)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	return out
}
