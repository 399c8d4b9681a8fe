package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/internal/fault"
)

func TestTokens(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		w := newTown(t, d)
		admin := w.member(t, "admin@demo.example", "demo-body", access.Administrator)
		seals := access.NewToken{Name: "Seal", Scopes: []access.Scope{access.ScopeSeal}, Expires: w.now().Add(time.Hour)}
		_, _, err := w.CreateToken(t.Context(), admin, "demo-body", seals)
		wantKind(t, "CreateToken with more than its maker may", err, fault.Forbidden)
		if err := w.store.AddMember(t.Context(), access.NewMembership(admin.Person, "demo-body", access.Officer, access.Console, w.now())); err != nil {
			t.Fatal(err)
		}
		admin = w.actor(t, admin.Person)
		back := admin
		back.Recovered = w.now().Add(-time.Hour)
		for _, b := range []access.BodyID{"demo-body", ""} {
			_, _, err := w.CreateToken(t.Context(), back, b, seals)
			wantKind(t, "CreateToken after a recovery", err, fault.Forbidden)
		}
		stranger := w.member(t, "stranger@demo.example", "other-body", access.Administrator)
		n := access.NewToken{Name: "Import", Scopes: []access.Scope{access.ScopeImport, access.ScopeImport}, Expires: w.now().Add(24 * time.Hour)}
		_, _, err = w.CreateToken(t.Context(), stranger, "demo-body", n)
		wantKind(t, "CreateToken of another body", err, fault.NotFound)
		stale := admin
		stale.SignedIn = w.now().Add(-time.Hour)
		_, _, err = w.CreateToken(t.Context(), stale, "demo-body", n)
		wantKind(t, "CreateToken without a new sign-in", err, fault.Unauthenticated)
		for name, bad := range map[string]access.NewToken{
			"no name":   {Scopes: n.Scopes, Expires: n.Expires},
			"no scope":  {Name: "x", Expires: n.Expires},
			"my scope":  {Name: "x", Scopes: []access.Scope{access.ScopeMine}, Expires: n.Expires},
			"no end":    {Name: "x", Scopes: n.Scopes},
			"two years": {Name: "x", Scopes: n.Scopes, Expires: w.now().Add(2 * access.MaxTokenLife)},
		} {
			_, _, err := w.CreateToken(t.Context(), admin, "demo-body", bad)
			wantKind(t, "CreateToken with "+name, err, fault.Invalid)
		}
		kept, secret, err := w.CreateToken(t.Context(), admin, "demo-body", n)
		if err != nil || len(kept.Scopes) != 1 {
			t.Fatalf("CreateToken = %+v, %v", kept, err)
		}
		var found int
		if err := w.raw.QueryRow(`select count(*) from tokens where digest like $1 or name like $1`, "%"+secret[4:]+"%").Scan(&found); err != nil || found != 0 {
			t.Errorf("the secret is kept: %d, %v", found, err)
		}

		a, err := w.Authenticate(t.Context(), secret)
		if err != nil || a.May(access.ImportResults, "demo-body", w.now()) != nil {
			t.Fatalf("Authenticate = %+v, %v", a, err)
		}
		wantKind(t, "a token in another body", a.May(access.ImportResults, "other-body", w.now()), fault.NotFound)
		wantKind(t, "a token beyond its scope", a.May(access.SealCredentials, "demo-body", w.now()), fault.Forbidden)
		wantKind(t, "a token that makes tokens", a.May(access.ManageTokens, "demo-body", w.now()), fault.Forbidden)
		for _, s := range []string{"", "prb_", secret[:len(secret)-1], secret + "A", strings.ToUpper(secret), access.NewSecret(), "prb_\x00"} {
			_, err := w.Authenticate(t.Context(), s)
			wantKind(t, fmt.Sprintf("Authenticate(%q)", s), err, fault.Unauthenticated)
		}

		// Its last use, to the minute.
		w.pass(90 * time.Second)
		for range 3 {
			if _, err := w.Authenticate(t.Context(), secret); err != nil {
				t.Fatal(err)
			}
		}
		all, err := w.Tokens(t.Context(), admin, "demo-body")
		if err != nil || len(all) != 1 || !all[0].Used.Equal(w.now().Truncate(time.Minute)) || all[0].Hint != secret[len(secret)-4:] {
			t.Errorf("Tokens = %+v, %v", all, err)
		}
		wantKind(t, "RevokeToken of another body", w.RevokeToken(t.Context(), stranger, "other-body", kept.ID), fault.NotFound)
		if err := w.RevokeToken(t.Context(), admin, "demo-body", kept.ID); err != nil {
			t.Fatal(err)
		}
		_, err = w.Authenticate(t.Context(), secret)
		wantKind(t, "a revoked token", err, fault.Unauthenticated)

		// One's own.
		admin = w.actor(t, admin.Person)
		n.Scopes = []access.Scope{access.ScopeMine}
		_, mine, err := w.CreateToken(t.Context(), admin, "", n)
		if err != nil {
			t.Fatal(err)
		}
		a, err = w.Authenticate(t.Context(), mine)
		if err != nil || a.Myself(access.ScopeMine) != nil || a.Myself(access.ScopeMineWrite) == nil || a.May(access.ReadBody, "demo-body", w.now()) == nil {
			t.Errorf("Authenticate = %+v, %v", a, err)
		}
		w.pass(25 * time.Hour)
		_, err = w.Authenticate(t.Context(), mine)
		wantKind(t, "a token that is over", err, fault.Unauthenticated)
	})
}

// TestTokensEndWithTheRoleOfTheirMaker gives up one role after the other.
func TestTokensEndWithTheRoleOfTheirMaker(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		w := newTown(t, d)
		w.member(t, "stays@demo.example", "demo-body", access.Administrator)
		p := w.member(t, "p@demo.example", "demo-body", access.Administrator).Person
		if err := w.store.AddMember(t.Context(), access.NewMembership(p, "demo-body", access.Officer, access.Console, w.now())); err != nil {
			t.Fatal(err)
		}
		secrets := map[string]string{}
		for name, scope := range map[string]access.Scope{"seals": access.ScopeSeal, "reads": access.ScopeBody} {
			_, secret, err := w.CreateToken(t.Context(), w.actor(t, p), "demo-body",
				access.NewToken{Name: name, Scopes: []access.Scope{scope}, Expires: w.now().Add(time.Hour)})
			if err != nil {
				t.Fatal(err)
			}
			secrets[name] = secret
		}
		_, console, err := w.Console().CreateToken(t.Context(), "demo-body",
			access.NewToken{Name: "console", Scopes: []access.Scope{access.ScopeSeal}, Expires: w.now().Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		secrets["console"] = console
		want := func(what string, work ...string) {
			t.Helper()
			for name, secret := range secrets {
				if _, err := w.Authenticate(t.Context(), secret); (err == nil) != slices.Contains(work, name) {
					t.Errorf("%s: the token that %s: %v", what, name, err)
				}
			}
		}
		end := func(r access.Role) {
			t.Helper()
			for _, m := range w.actor(t, p).Memberships {
				if m.Role == r {
					if err := w.store.EndMembership(t.Context(), "demo-body", m.ID, access.Console); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		want("both roles", "seals", "reads", "console")
		end(access.Officer)
		want("an officer no more", "reads", "console")
		end(access.Administrator)
		want("no role", "console")
		var n int
		if err := w.raw.QueryRow(`select count(*) from notices where key = 'notice.tokens.ended'`).Scan(&n); err != nil || n != 3 {
			t.Errorf("%d notices, %v; want two administrators told of one and one of the other", n, err)
		}
	})
}

func TestSessionsAreKept(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, d database) {
		w := newTown(t, d)
		p := w.join(t, "p@demo.example")
		s := w.store.Sessions()
		data := func(values map[string]any) []byte {
			b, err := access.SessionCodec{}.Encode(w.now().Add(time.Hour), values)
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
		anonymous, owned := data(map[string]any{"x": "1"}), data(map[string]any{access.SessionPerson: string(p.ID)})
		for range 2 {
			for token, b := range map[string][]byte{"one": anonymous, "two": owned} {
				if err := s.CommitCtx(t.Context(), token, b, w.now().Add(time.Hour)); err != nil {
					t.Fatal(err)
				}
			}
		}
		for token, want := range map[string]string{"one": string(anonymous), "two": string(owned), "three": "", "\x00": ""} {
			got, found, err := s.FindCtx(t.Context(), token)
			if err != nil || string(got) != want || found != (want != "") {
				t.Errorf("FindCtx(%q) = %q, %v, %v", token, got, found, err)
			}
		}
		if err := s.CommitCtx(t.Context(), "bad", []byte("no JSON"), w.now().Add(time.Hour)); err == nil {
			t.Error("a session that cannot be read was kept")
		}
		for range 2 {
			if err := s.DeleteCtx(t.Context(), "one"); err != nil {
				t.Fatal(err)
			}
			// A request that was on its way does not bring it back.
			if err := s.CommitCtx(t.Context(), "one", owned, w.now().Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
			if _, found, err := s.FindCtx(t.Context(), "one"); found || err != nil {
				t.Errorf("a session that was ended is back: %v, %v", found, err)
			}
		}
		w.pass(time.Hour)
		if _, found, err := s.FindCtx(t.Context(), "two"); found || err != nil {
			t.Errorf("a session that is over: %v, %v", found, err)
		}
		if err := w.store.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		var n int
		if err := w.raw.QueryRow(`select count(*) from sessions`).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d sessions after Sweep, %v", n, err)
		}
		nobody := data(map[string]any{access.SessionPerson: uuid.NewString()})
		if err := s.CommitCtx(t.Context(), "gone", nobody, w.now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if _, found, _ := s.FindCtx(t.Context(), "gone"); found {
			t.Error("a session of an account that is gone was kept")
		}
	})
}
