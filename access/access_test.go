package access_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/internal/fault"
)

var now = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

func actor(r access.Role) access.Actor {
	return access.Actor{
		Person: "p", SignedIn: now.Add(-time.Minute),
		Memberships: []access.Membership{{ID: "m", Person: "p", Body: "here", Role: r, From: now.Add(-time.Hour)}},
	}
}

// TestRoles holds the table to what the design says of each role, act by act.
func TestRoles(t *testing.T) {
	t.Parallel()
	may := map[access.Role]string{
		access.Administrator: "body.read body.edit seal.manage staff.read staff.manage tokens.manage mail.read mail.resend results.read credentials.read",
		access.Officer:       "body.read staff.read mail.read mail.resend results.import results.read credentials.seal credentials.read credentials.revoke",
		access.Assessor:      "body.read", access.Mentor: "body.read", access.Centre: "body.read staff.read", access.Employer: "",
		access.Authority: "body.read", access.Coordinator: "body.read", access.Ombudsman: "body.read", access.Complaints: "body.read",
	}
	if len(may) != len(access.Roles()) {
		t.Errorf("%d roles, the test knows %d", len(access.Roles()), len(may))
	}
	for _, role := range access.Roles() {
		var got []string
		for _, act := range access.Acts() {
			switch err := actor(role).May(act, "here", now); {
			case err == nil:
				got = append(got, string(act))
			case fault.KindOf(err) != fault.Forbidden:
				t.Errorf("%s, %s: %v, want Forbidden", role, act, err)
			}
			// Elsewhere, everything is as if there were nothing.
			if err := actor(role).May(act, "there", now); fault.KindOf(err) != fault.NotFound {
				t.Errorf("%s, %s in another body: %v, want NotFound", role, act, err)
			}
		}
		if strings.Join(got, " ") != may[role] {
			t.Errorf("%s may %s, want %s", role, got, may[role])
		}
		wantPower := role == access.Administrator || role == access.Officer
		if role.Powerful() != wantPower {
			t.Errorf("Powerful of %s is %v", role, role.Powerful())
		}
	}
	for _, act := range access.Acts() {
		if err := (access.Actor{}).May(act, "here", now); fault.KindOf(err) != fault.Unauthenticated {
			t.Errorf("nobody, %s: %v", act, err)
		}
	}
}

func TestGraveActsNeedAFreshSignIn(t *testing.T) {
	t.Parallel()
	for _, act := range access.Acts() {
		a := actor(access.Administrator)
		a.Memberships = append(a.Memberships, actor(access.Officer).Memberships...)
		for _, tt := range []struct {
			name     string
			signedIn time.Time
			fresh    bool
		}{
			{"just now", now, true}, {"five minutes ago", now.Add(-access.FreshFor), true}, {"longer ago", now.Add(-access.FreshFor - time.Second), false},
			{"never", time.Time{}, false}, {"in the future", now.Add(time.Hour), false},
		} {
			a.SignedIn = tt.signedIn
			err := a.May(act, "here", now)
			if want := access.NeedsFresh(act) && !tt.fresh; errors.Is(err, access.ErrStale) != want || !want && err != nil {
				t.Errorf("%s, signed in %s: %v", act, tt.name, err)
			}
			if !a.Can(act, "here", now) {
				t.Errorf("%s, signed in %s: Can is false", act, tt.name)
			}
		}
	}
}

func TestNothingIsSealedRightAfterRecovery(t *testing.T) {
	t.Parallel()
	a := actor(access.Officer)
	for _, tt := range []struct {
		recovered time.Time
		ok        bool
	}{{time.Time{}, true}, {now.Add(-time.Minute), false}, {now.Add(-access.RestFor + time.Second), false}, {now.Add(-access.RestFor), true}} {
		a.Recovered = tt.recovered
		for _, act := range []access.Act{access.SealCredentials, access.RevokeCredentials} {
			if err := a.May(act, "here", now); (err == nil) != tt.ok || err != nil && fault.KindOf(err) != fault.Forbidden {
				t.Errorf("%s, recovered at %v: %v", act, tt.recovered, err)
			}
		}
		if err := a.May(access.ReadResults, "here", now); err != nil {
			t.Errorf("reading after recovery: %v", err)
		}
	}
}

func TestTokensActWithinTheirScopes(t *testing.T) {
	t.Parallel()
	never := []access.Act{access.ManageSeal, access.ManageStaff, access.ManageTokens, access.ResendMail}
	for _, scope := range access.BodyScopes() {
		a := access.Actor{Token: "t", Body: "here", Scopes: []access.Scope{scope}}
		n := 0
		for _, act := range access.Acts() {
			if err := a.May(act, "here", now); err == nil {
				n++
				if slices.Contains(never, act) {
					t.Errorf("a token may %s", act)
				}
			}
			if err := a.May(act, "there", now); fault.KindOf(err) != fault.NotFound {
				t.Errorf("a token in another body, %s: %v", act, err)
			}
		}
		if n != 1 {
			t.Errorf("scope %s lets do %d acts, want 1", scope, n)
		}
		if err := a.Myself(access.ScopeMine); err == nil {
			t.Error("the token of a body acts for a person")
		}
	}
	all := access.Actor{Token: "t", Person: "p", Scopes: append(access.BodyScopes(), access.MyScopes()...), Memberships: actor(access.Administrator).Memberships}
	for _, act := range access.Acts() {
		if err := all.May(act, "here", now); fault.KindOf(err) != fault.NotFound {
			t.Errorf("the token of a person in a body, %s: %v", act, err)
		}
	}
}

func TestLinkKey(t *testing.T) {
	t.Parallel()
	key, other := access.LinkKey{1}, access.LinkKey{2}
	id := access.NewTicketID()
	secret := key.Secret(access.Invite, id)
	if got, err := key.Parse(access.Invite, secret); err != nil || got != id || len(secret) != 44 {
		t.Fatalf("Parse = %s, %v", got, err)
	}
	if key.Secret(access.Invite, id) != secret {
		t.Error("the link of a letter that is sent again is another one")
	}
	flipped := []byte(secret)
	for i := range flipped {
		changed := slices.Clone(flipped)
		changed[i] ^= 1
		if _, err := key.Parse(access.Invite, string(changed)); fault.KindOf(err) != fault.NotFound {
			t.Errorf("character %d changed: %v", i, err)
		}
	}
	for name, try := range map[string]func() (access.TicketID, error){
		"another key":     func() (access.TicketID, error) { return other.Parse(access.Invite, secret) },
		"another purpose": func() (access.TicketID, error) { return key.Parse(access.Recover, secret) },
		"cut":             func() (access.TicketID, error) { return key.Parse(access.Invite, secret[:43]) },
		"longer":          func() (access.TicketID, error) { return key.Parse(access.Invite, secret+"A") },
		"the id alone":    func() (access.TicketID, error) { return key.Parse(access.Invite, string(id)) },
		"empty":           func() (access.TicketID, error) { return key.Parse(access.Invite, "") },
	} {
		if got, err := try(); fault.KindOf(err) != fault.NotFound || got != "" {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Mina@Demo.Example": "mina@demo.example", " a.b+c@x.example\n": "a.b+c@x.example", "a@bücher.example": "a@xn--bcher-kva.example",
		"": "", "a": "", "@x.example": "", "a@": "", "a@x": "", "a b@x.example": "", "a@x.example, b@x.example": "", "<a@x.example>": "",
		"a@x.example\r\nBcc: b@x.example": "", "a\x00@x.example": "", strings.Repeat("a", 65) + "@x.example": "",
	} {
		got, err := access.ParseEmail(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("ParseEmail(%q) = %q, %v", in, got, err)
		}
	}
	for in, want := range map[string]string{
		" Péter   Ñandú ": "Péter Ñandú", "李": "李", "": "", "   ": "", "a\nb": "a b", "a\x00": "", "a\u202eb": "", "\xff": "",
		strings.Repeat("ä", 100): strings.Repeat("ä", 100), strings.Repeat("ä", 101): "",
	} {
		got, err := access.ParseName(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("ParseName(%q) = %q, %v", in, got, err)
		}
	}
	for in, ok := range map[string]bool{"demo-body": true, "a1": true, "a": false, "-a": false, "a-": false, "A1": false, "a_b": false, strings.Repeat("a", 40): true, strings.Repeat("a", 41): false, "a/b": false} {
		if _, err := access.ParseBodyID(in); (err == nil) != ok {
			t.Errorf("ParseBodyID(%q): %v", in, err)
		}
	}
	for _, role := range []string{"", "candidate", "king", "Officer"} {
		if _, err := access.ParseRole(role); err == nil {
			t.Errorf("ParseRole(%q): no error", role)
		}
	}
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 100 {
		s := access.NewSecret()
		if !access.IsSecret(s) || seen[s] || len(access.DigestSecret(s)) != 64 {
			t.Fatalf("secret %q", s)
		}
		seen[s] = true
		for _, bad := range []string{s[:len(s)-1], s + "A", strings.TrimPrefix(s, "prb_"), "PRB_" + s[4:], s[:10] + "=" + s[11:]} {
			if access.IsSecret(bad) {
				t.Errorf("IsSecret(%q)", bad)
			}
		}
	}
}

func FuzzSession(f *testing.F) {
	good, err := access.SessionCodec{}.Encode(now, map[string]any{access.SessionPerson: "p", "x": "y"})
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{string(good), "", "{}", "null", `{"deadline":1}`, `{"values":{"person":1}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		deadline, values, err := access.SessionCodec{}.Decode(data)
		if err != nil {
			return
		}
		again, err := access.SessionCodec{}.Encode(deadline, values)
		if err != nil { // a year that JSON does not have
			return
		}
		owner, err := access.SessionOwner(again)
		if want, _ := values[access.SessionPerson].(string); err != nil || string(owner) != want {
			t.Errorf("SessionOwner = %q, %v; want %q", owner, err, want)
		}
	})
}

// TestPowerIsGivenWithCare holds what gives power to others to the same rules as
// what needs it.
func TestPowerIsGivenWithCare(t *testing.T) {
	t.Parallel()
	admin := actor(access.Administrator)
	for _, act := range []access.Act{access.ManageStaff, access.ManageTokens} {
		if err := admin.MayGive(act, "here", now); err != nil {
			t.Errorf("%s: %v", act, err)
		}
		if err := actor(access.Officer).MayGive(act, "here", now); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("%s by an officer: %v", act, err)
		}
		if err := admin.MayGive(act, "there", now); fault.KindOf(err) != fault.NotFound {
			t.Errorf("%s elsewhere: %v", act, err)
		}
		stale := admin
		stale.SignedIn = now.Add(-access.FreshFor - time.Second)
		if err := stale.MayGive(act, "here", now); !errors.Is(err, access.ErrStale) {
			t.Errorf("%s after a stale sign-in: %v", act, err)
		}
		back := admin
		back.Recovered = now.Add(-access.RestFor + time.Second)
		if err := back.MayGive(act, "here", now); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("%s after a recovery: %v", act, err)
		}
	}
	for _, s := range []access.Scope{access.ScopeSeal, access.ScopeRevoke, access.ScopeImport} {
		if slices.Contains(admin.Grants("here", now), s) {
			t.Errorf("an administrator gives a token %s", s)
		}
	}
	both := admin
	both.Memberships = append(both.Memberships, actor(access.Officer).Memberships...)
	if got := both.Grants("here", now); !slices.Equal(got, access.BodyScopes()) {
		t.Errorf("who is both gives %v", got)
	}
	if got := both.Grants("there", now); len(got) != 0 {
		t.Errorf("elsewhere: %v", got)
	}
}
