package signin_test

import (
	"context"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/access/signin"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/store"
)

const origin = "https://probatum.demo.example"

// nowhere takes jobs and forgets them.
type nowhere struct{}

func (nowhere) Enqueue(context.Context, store.Tx, string, []byte) error { return nil }

func accounts(t *testing.T) (*access.Accounts, *store.Store) {
	t.Helper()
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "probatum.db"), store.Options{Create: true, Jobs: nowhere{}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return &access.Accounts{Store: s}, s
}

// join makes an account with a first login, by a set-up link.
func join(t *testing.T, a *access.Accounts, id access.PersonID, l access.Login) access.Person {
	t.Helper()
	secret, _, err := a.SetUpLink(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	short := strings.ReplaceAll(string(id), "-", "")[:8]
	p, err := a.SignUp(t.Context(), access.SetUp, secret, access.NewAccount{
		ID: id, Name: "DEMO " + short, Email: short + "@demo.example", Lang: "en", Login: l, Body: access.NewBody{ID: access.BodyID("demo-" + short), Name: "DEMO"},
	})
	if err != nil {
		t.Fatalf("SignUp: %v", err)
	}
	return p
}

// A device is somebody's with one key.
type device struct {
	rp   virtualwebauthn.RelyingParty
	auth virtualwebauthn.Authenticator
	key  virtualwebauthn.Credential
}

func newDevice(id access.PersonID) device {
	key := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
	for len(key.Key.AttestationData()) != 77 { // it leaves out zeros at the beginning of a coordinate
		key = virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
	}
	return device{
		rp:   virtualwebauthn.RelyingParty{Name: "DEMO", ID: "probatum.demo.example", Origin: origin},
		auth: virtualwebauthn.NewAuthenticatorWithOptions(virtualwebauthn.AuthenticatorOptions{UserHandle: []byte(id)}),
		key:  key,
	}
}

func (d device) make(t *testing.T, options []byte) []byte {
	t.Helper()
	o, err := virtualwebauthn.ParseAttestationOptions(string(options))
	if err != nil {
		t.Fatal(err)
	}
	return []byte(virtualwebauthn.CreateAttestationResponse(d.rp, d.auth, d.key, *o))
}

func (d device) answer(t *testing.T, options []byte) []byte {
	t.Helper()
	o, err := virtualwebauthn.ParseAssertionOptions(string(options))
	if err != nil {
		t.Fatal(err)
	}
	return []byte(virtualwebauthn.CreateAssertionResponse(d.rp, d.auth, d.key, *o))
}

func newPasskeys(t *testing.T, s *store.Store) *signin.Passkeys {
	t.Helper()
	p, err := signin.NewPasskeys(origin, "DEMO Probatum", s, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// member makes an account with a passkey on a device.
func member(t *testing.T, a *access.Accounts, p *signin.Passkeys) (device, access.Person) {
	t.Helper()
	id := access.NewPersonID()
	d := newDevice(id)
	options, state, err := p.BeginMaking(id, "x@demo.example", "X", nil)
	if err != nil {
		t.Fatal(err)
	}
	k, err := p.FinishMaking(t.Context(), state, d.make(t, options))
	if err != nil {
		t.Fatalf("FinishMaking: %v", err)
	}
	if k.Person != id || k.ID == "" {
		t.Fatalf("FinishMaking = %+v", k)
	}
	k.Name = "Laptop"
	return d, join(t, a, id, access.Login{Passkey: &k})
}

func refusedBy(t *testing.T, what string, err error, kinds ...fault.Kind) {
	t.Helper()
	for _, k := range kinds {
		if err != nil && fault.KindOf(err) == k {
			return
		}
	}
	t.Errorf("%s: %v, want one of the kinds %v", what, err, kinds)
}

func TestPasskeySignsIn(t *testing.T) {
	t.Parallel()
	a, s := accounts(t)
	p := newPasskeys(t, s)
	d, person := member(t, a, p)
	for i := range 3 {
		d.key.Counter = uint32(i) // 0 once more, then up
		options, state, err := p.Begin()
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{`"userVerification":"required"`, `"rpId":"probatum.demo.example"`} {
			if !strings.Contains(string(options), want) {
				t.Errorf("options %s: no %s", options, want)
			}
		}
		if strings.Contains(string(options), "allowCredentials") {
			t.Errorf("options %s name credentials", options)
		}
		got, err := p.Finish(t.Context(), state, d.answer(t, options))
		if err != nil || got != person.ID {
			t.Fatalf("Finish = %s, %v", got, err)
		}
	}
	options, _, err := p.BeginMaking(access.NewPersonID(), "x@demo.example", "X", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"residentKey":"required"`, `"userVerification":"required"`, `"attestation":"none"`} {
		if !strings.Contains(string(options), want) {
			t.Errorf("options %s: no %s", options, want)
		}
	}
}

// TestPasskeyRefuses are the twins of TestPasskeySignsIn: the same but for one
// thing.
func TestPasskeyRefuses(t *testing.T) {
	t.Parallel()
	a, s := accounts(t)
	p := newPasskeys(t, s)
	d, person := member(t, a, p)
	other, _ := member(t, a, p)

	begin := func() ([]byte, signin.State) {
		t.Helper()
		options, state, err := p.Begin()
		if err != nil {
			t.Fatal(err)
		}
		return options, state
	}
	for name, change := range map[string]func(d *device){
		"OtherOrigin":       func(d *device) { d.rp.Origin = "https://probatum.demo.example.evil.example" },
		"OtherScheme":       func(d *device) { d.rp.Origin = "http://probatum.demo.example" },
		"OtherPort":         func(d *device) { d.rp.Origin = origin + ":8443" },
		"SubDomain":         func(d *device) { d.rp.Origin = "https://a.probatum.demo.example" },
		"OtherPlace":        func(d *device) { d.rp.ID = "demo.example" },
		"OtherHandle":       func(d *device) { d.auth.Options.UserHandle = other.auth.Options.UserHandle },
		"NoHandle":          func(d *device) { d.auth.Options.UserHandle = nil },
		"NoVerification":    func(d *device) { d.auth.Options.UserNotVerified = true },
		"NobodyPresent":     func(d *device) { d.auth.Options.UserNotPresent = true },
		"OtherKey":          func(d *device) { d.key.Key = other.key.Key },
		"UnknownCredential": func(d *device) { d.key.ID = []byte("0123456789abcdef") },
	} {
		options, state := begin()
		bad := d
		change(&bad)
		_, err := p.Finish(t.Context(), state, bad.answer(t, options))
		refusedBy(t, name, err, fault.Unauthenticated)
	}
	options, state := begin()
	_, foreign := begin()
	good := d.answer(t, options)
	_, err := p.Finish(t.Context(), foreign, good)
	refusedBy(t, "the challenge of another session", err, fault.Unauthenticated)
	_, err = p.Finish(t.Context(), "", good)
	refusedBy(t, "no session", err, fault.Conflict)
	for name, text := range map[string]string{
		"empty": "", "null": "null", "list": "[]", "cut": string(good[:len(good)/2]), "trailing": string(good) + "{}",
		"doubled": strings.Replace(string(good), `"type":`, `"type":"x","type":`, 1), "large": `{"id":"` + strings.Repeat("a", 1<<20) + `"}`,
		"deep": strings.Repeat("[", 10000),
	} {
		_, err := p.Finish(t.Context(), state, []byte(text))
		refusedBy(t, "an answer that is "+name, err, fault.Unauthenticated)
	}

	// The same answer, many times at once: one counts.
	var in atomic.Int32
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			got, err := p.Finish(t.Context(), state, good)
			if err == nil && got == person.ID {
				in.Add(1)
			} else {
				refusedBy(t, "a replay", err, fault.Conflict)
			}
		})
	}
	wait.Wait()
	if in.Load() != 1 {
		t.Errorf("one answer let somebody in %d times", in.Load())
	}

	// A counter that does not go up.
	d.key.Counter = 7
	options, state = begin()
	if _, err := p.Finish(t.Context(), state, d.answer(t, options)); err != nil {
		t.Fatal(err)
	}
	for _, count := range []uint32{7, 3, 0} {
		d.key.Counter = count
		options, state = begin()
		_, err := p.Finish(t.Context(), state, d.answer(t, options))
		refusedBy(t, "a counter that does not go up", err, fault.Unauthenticated)
	}

	// A registration is no sign-in, and has twins of its own.
	id := access.NewPersonID()
	for name, change := range map[string]func(d *device){
		"OtherOrigin":    func(d *device) { d.rp.Origin = "https://evil.example" },
		"OtherPlace":     func(d *device) { d.rp.ID = "evil.example" },
		"NoVerification": func(d *device) { d.auth.Options.UserNotVerified = true },
	} {
		options, state, err := p.BeginMaking(id, "x@demo.example", "X", nil)
		if err != nil {
			t.Fatal(err)
		}
		bad := newDevice(id)
		change(&bad)
		_, err = p.FinishMaking(t.Context(), state, bad.make(t, options))
		refusedBy(t, "FinishMaking: "+name, err, fault.Unauthenticated)
	}
	options, state, err = p.BeginMaking(id, "x@demo.example", "X", nil)
	if err != nil {
		t.Fatal(err)
	}
	made := newDevice(id).make(t, options)
	if _, err = p.FinishMaking(t.Context(), state, made); err != nil {
		t.Fatal(err)
	}
	_, err = p.FinishMaking(t.Context(), state, made)
	refusedBy(t, "FinishMaking twice", err, fault.Conflict)
}

func TestConfirmIsForOnePerson(t *testing.T) {
	t.Parallel()
	a, s := accounts(t)
	p := newPasskeys(t, s)
	d, person := member(t, a, p)
	other, _ := member(t, a, p)
	l, err := s.Logins(t.Context(), person.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, who := range []struct {
		device device
		ok     bool
	}{{d, true}, {other, false}} {
		options, state, err := p.BeginConfirm(person.ID, l.Passkeys)
		if err != nil {
			t.Fatal(err)
		}
		err = p.FinishConfirm(t.Context(), person.ID, l.Passkeys, state, who.device.answer(t, options))
		if who.ok && err != nil {
			t.Errorf("FinishConfirm: %v", err)
		}
		if !who.ok {
			refusedBy(t, "FinishConfirm by another", err, fault.Unauthenticated)
		}
	}
	// The State of a sign-in does not confirm.
	options, state, err := p.Begin()
	if err != nil {
		t.Fatal(err)
	}
	err = p.FinishConfirm(t.Context(), person.ID, l.Passkeys, state, d.answer(t, options))
	refusedBy(t, "FinishConfirm with the State of a sign-in", err, fault.Conflict)
	// That of a making lets nobody in, whatever is answered to it.
	_, making, err := p.BeginMaking(person.ID, person.Email, person.Name, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer := d.answer(t, options)
	_, err = p.Finish(t.Context(), making, answer)
	refusedBy(t, "Finish with the State of a making", err, fault.Conflict)
	err = p.FinishConfirm(t.Context(), person.ID, l.Passkeys, making, answer)
	refusedBy(t, "FinishConfirm with the State of a making", err, fault.Conflict)
}

func TestPasskeysAt(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"https://probatum.demo.example": true, "https://probatum.demo.example:8443": true, "http://localhost:8080": true,
		"http://127.0.0.1:8080": false, "https://127.0.0.1": false, "https://[::1]:1": false, "http://probatum.demo.example": false, "": false, ":": false,
	} {
		if got := signin.PasskeysAt(address); got != want {
			t.Errorf("PasskeysAt(%q) = %v", address, got)
		}
	}
	if _, err := signin.NewPasskeys("http://127.0.0.1:8080", "x", nil, time.Now); err == nil {
		t.Error("NewPasskeys at an IP address: no error")
	}
}
