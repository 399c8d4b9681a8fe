package issuer_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	crand "crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/jades"
	"github.com/probatum/probatum/proof/jose"
	"github.com/probatum/probatum/status"
	"github.com/probatum/probatum/store"
)

// references reads where the status of a sealed credential stands, from its
// bytes.
func references(t testing.TB, c credential.Signed) []status.Reference {
	t.Helper()
	doc := c.Bytes
	switch c.Form {
	case credential.EDC:
		f, err := jades.Parse(c.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		doc = f.Payload
	case credential.VCJWT:
		vc, err := jose.ParseVC(c.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		doc = vc.Document
	case credential.SDJWT:
		payload, err := base64.RawURLEncoding.DecodeString(strings.Split(string(c.Bytes), ".")[1])
		if err != nil {
			t.Fatal(err)
		}
		doc = payload
	}
	var w struct {
		Entries json.RawMessage `json:"credentialStatus"`
		Token   json.RawMessage `json:"status"`
	}
	if err := json.Unmarshal(doc, &w); err != nil {
		t.Fatal(err)
	}
	if c.Form == credential.SDJWT {
		ref, err := status.ParseTokenStatus(w.Token)
		if err != nil {
			t.Fatalf("%s: status %s: %v", c.Form, w.Token, err)
		}
		return []status.Reference{ref}
	}
	refs, err := status.ParseEntries(w.Entries)
	if err != nil || len(refs) != len(status.Slots(c.Form)) {
		t.Fatalf("%s: status %s: %v", c.Form, w.Entries, err)
	}
	return refs
}

// opened gives a list that is served under a URL, in both its forms, opened as
// a stranger would.
func opened(t testing.TB, s *store.Store, ref status.Reference, at time.Time) []*status.List {
	t.Helper()
	l, err := s.StatusList(t.Context(), ref.Kind, ref.URL[strings.LastIndexByte(ref.URL, '/')+1:])
	if err != nil {
		t.Fatalf("%s: %v", ref.URL, err)
	}
	var lists []*status.List
	for _, data := range [][]byte{l.JWT, l.DI} {
		if data == nil {
			continue
		}
		o, err := status.Open(t.Context(), data, status.OpenOptions{URL: ref.URL, Now: at})
		if err != nil {
			t.Fatalf("%s: %v", ref.URL, err)
		}
		lists = append(lists, o)
	}
	return lists
}

// stands tells how it stands with a sealed credential, by what is published.
func stands(t testing.TB, s *store.Store, c credential.Signed) status.State {
	t.Helper()
	worst := status.Valid
	for _, ref := range references(t, c) {
		for n, l := range opened(t, s, ref, now) {
			got, err := ref.Judge(l)
			if err != nil {
				t.Fatalf("%s: %v", c.Form, err)
			}
			if n > 0 && got == status.Valid && worst == status.Suspended && ref.Purpose == status.Suspension {
				t.Errorf("%s: two forms of a list differ", c.Form)
			}
			if worst == status.Valid || got == status.Revoked {
				worst = got
			}
		}
	}
	return worst
}

// because completes a Change.
func because(c issuer.Change) issuer.Change {
	c.Reason, c.By = issuer.OnRequest, "officer-1"
	return c
}

// issueAll issues every form of a Result, and a copy for a wallet.
func issueAll(t testing.TB, i *issuer.Issuer, r assessment.Result) []credential.Signed {
	t.Helper()
	var all []credential.Signed
	for _, f := range issuer.Forms() {
		c, err := i.IssueAs(t.Context(), r, f)
		if err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		all = append(all, c)
	}
	c, err := i.IssueCopy(t.Context(), r, issuer.Copy{Form: credential.SDJWT, Request: "wallet of " + string(r.ID), Holder: demo(t, keys.ES256).IssuingKey.Public()})
	if err != nil {
		t.Fatal(err)
	}
	return append(all, c)
}

func TestRevokeReachesEveryFormAndCopy(t *testing.T) {
	t.Parallel()
	s := database(t, t.TempDir(), clock)
	i := newIssuer(t, s, keys.ES256)
	copies, bystanders := issueAll(t, i, sample("lighting")), issueAll(t, i, sample("sound"))
	all := func(want status.State) {
		t.Helper()
		for _, c := range copies {
			if got := stands(t, s, c); got != want {
				t.Errorf("%s is published as %d, want %d", c.Form, got, want)
			}
		}
		for _, c := range bystanders {
			if got := stands(t, s, c); got != status.Valid {
				t.Errorf("%s of another Result is published as %d", c.Form, got)
			}
		}
	}
	draft := because(issuer.Change{Draft: copies[0].Draft})
	all(status.Valid)
	for n, step := range []struct {
		do   func(context.Context, issuer.Change) (int, error)
		want status.State
	}{
		{i.Suspend, status.Suspended}, {i.Reinstate, status.Valid}, {i.Suspend, status.Suspended}, {i.Revoke, status.Revoked},
	} {
		if got, err := step.do(t.Context(), draft); got != len(copies) || err != nil {
			t.Fatalf("step %d changed %d copies, %v; want %d", n, got, err, len(copies))
		}
		all(step.want)
		if got, err := step.do(t.Context(), draft); got != 0 || err != nil {
			t.Errorf("step %d again changed %d copies, %v", n, got, err)
		}
	}
	if n, err := i.Revoke(t.Context(), because(issuer.Change{Credential: bystanders[1].ID})); n != 1 || err != nil {
		t.Fatalf("Revoke of one copy changed %d, %v", n, err)
	}
	for n, c := range bystanders {
		if got, want := stands(t, s, c), map[bool]status.State{true: status.Revoked}[n == 1]; got != want {
			t.Errorf("%s is published as %d, want %d", c.Form, got, want)
		}
	}
}

// TestTI12RevocationIsFinal revokes twice, by two officers at once, what is not
// there, and tries to undo it.
func TestTI12RevocationIsFinal(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := database(t, dir, clock)
	i := newIssuer(t, s, keys.ES256)
	other := newIssuer(t, database(t, dir, clock), keys.ES256)
	copies := issueAll(t, i, sample("lighting"))
	draft := because(issuer.Change{Draft: copies[0].Draft})
	var wg sync.WaitGroup
	var counts [4]int
	for n := range counts {
		wg.Go(func() {
			by, c := i, draft
			if n%2 == 1 {
				by, c.By = other, "officer-2"
			}
			var err error
			if counts[n], err = by.Revoke(t.Context(), c); err != nil {
				t.Errorf("Revoke: %v", err)
			}
			for _, c := range copies { // each call returns when it is published
				if got := stands(t, s, c); got != status.Revoked {
					t.Errorf("after Revoke, %s is published as %d", c.Form, got)
				}
			}
		})
	}
	wg.Wait()
	sum := 0
	for _, n := range counts {
		sum += n
	}
	if sum != len(copies) {
		t.Errorf("%v copies were revoked, want %d in all", counts, len(copies))
	}
	for name, undo := range map[string]func(context.Context, issuer.Change) (int, error){"Reinstate": i.Reinstate, "Suspend": other.Suspend} {
		for _, c := range []issuer.Change{draft, because(issuer.Change{Credential: copies[2].ID})} {
			if n, err := undo(t.Context(), c); n != 0 || fault.KindOf(err) != fault.Conflict {
				t.Errorf("%s of what is revoked changed %d copies, %v; want a Conflict", name, n, err)
			}
		}
	}
	for _, c := range copies {
		if got := stands(t, s, c); got != status.Revoked {
			t.Errorf("%s is published as %d", c.Form, got)
		}
	}
	unknown := because(issuer.Change{Draft: "00000000-0000-4000-8000-000000000000"})
	if n, err := i.Revoke(t.Context(), unknown); n != 0 || fault.KindOf(err) != fault.NotFound {
		t.Errorf("Revoke of nothing changed %d copies, %v; want NotFound", n, err)
	}
	if _, err := i.IssueCopy(t.Context(), sample("lighting"), issuer.Copy{Form: credential.SDJWT, Request: "late"}); fault.KindOf(err) != fault.Conflict ||
		!strings.Contains(err.Error(), "issue.draft.revoked") {
		t.Errorf("a copy of what is revoked: %v, want a Conflict", err)
	}
	foreign := newIssuer(t, s, keys.RS256, func(c *issuer.Config) { c.Body = "another-body" })
	if n, err := foreign.Revoke(t.Context(), because(issuer.Change{Draft: copies[0].Draft})); n != 0 || fault.KindOf(err) != fault.NotFound {
		t.Errorf("Revoke by another body changed %d copies, %v; want NotFound", n, err)
	}
	file := newIssuer(t, &issuer.FileStore{Out: dir + "/x"}, keys.ES256)
	if n, err := file.Revoke(t.Context(), draft); n != 0 || fault.KindOf(err) != fault.Unsupported {
		t.Errorf("Revoke without lists changed %d copies, %v; want Unsupported", n, err)
	}
}

// TestPublishedListsSayWhatHappened does whatever comes to mind, in random
// order, and compares what is published with a model every few steps.
func TestPublishedListsSayWhatHappened(t *testing.T) {
	t.Parallel()
	sequences := 4
	if testkit.Race {
		sequences = 1
	}
	for range sequences {
		seed := rand.Uint64()
		t.Run("", func(t *testing.T) {
			t.Parallel()
			m := &model{s: database(t, t.TempDir(), clock), rand: rand.New(rand.NewPCG(seed, 1)), copies: map[credential.ID]*modelCopy{}, drafts: map[credential.DraftID]status.State{}}
			m.i = newIssuer(t, m.s, keys.ES256)
			for step := range 40 {
				m.step(t)
				if step%5 == 4 {
					m.compare(t)
				}
				if t.Failed() {
					t.Fatalf("seed %d, step %d", seed, step)
				}
			}
		})
	}
}

// A model is what should be published.
type model struct {
	s      *store.Store
	i      *issuer.Issuer
	rand   *rand.Rand
	drafts map[credential.DraftID]status.State
	copies map[credential.ID]*modelCopy
	issued int
}

type modelCopy struct {
	signed credential.Signed
	own    status.State // decided for it alone
}

// state is how it must stand with a copy.
func (m *model) state(c *modelCopy) status.State {
	for _, s := range []status.State{status.Revoked, status.Suspended} {
		if c.own == s || m.drafts[c.signed.Draft] == s {
			return s
		}
	}
	return status.Valid
}

func (m *model) step(t *testing.T) {
	if len(m.copies) == 0 || m.rand.IntN(3) == 0 {
		m.issue(t)
		return
	}
	ids := slices.Sorted(maps.Keys(m.copies))
	chosen := m.copies[ids[m.rand.IntN(len(ids))]]
	c := because(issuer.Change{Draft: chosen.signed.Draft})
	if m.rand.IntN(2) == 0 {
		c.Credential = chosen.signed.ID
	}
	to := []status.State{status.Valid, status.Revoked, status.Suspended, status.Suspended}[m.rand.IntN(4)]
	do := map[status.State]func(context.Context, issuer.Change) (int, error){
		status.Valid: m.i.Reinstate, status.Revoked: m.i.Revoke, status.Suspended: m.i.Suspend,
	}[to]
	n, err := do(t.Context(), c)
	want, conflict := m.change(c, to)
	if n != want || (err != nil) != conflict || conflict && fault.KindOf(err) != fault.Conflict {
		t.Errorf("%+v to %d changed %d copies, %v; want %d, a conflict: %v", c, to, n, err, want, conflict)
	}
}

// change tells what a Change has to do, and does it to the model.
func (m *model) change(c issuer.Change, to status.State) (copies int, conflict bool) {
	is := m.drafts[c.Draft]
	if c.Credential != "" {
		whole := is
		is = m.state(m.copies[c.Credential])
		if whole == status.Suspended && is == status.Suspended && to == status.Valid {
			return 0, true
		}
	}
	if is == status.Revoked && to != status.Revoked {
		return 0, true
	}
	before := map[credential.ID]status.State{}
	for id, copied := range m.copies {
		before[id] = m.state(copied)
	}
	if c.Credential == "" {
		m.drafts[c.Draft] = to
	} else {
		m.copies[c.Credential].own = to
	}
	for id, copied := range m.copies {
		if m.state(copied) != before[id] {
			copies++
		}
	}
	return copies, false
}

func (m *model) issue(t *testing.T) {
	r := sample([]string{"lighting", "sound"}[m.rand.IntN(2)])
	f := issuer.Forms()[m.rand.IntN(len(issuer.Forms()))]
	m.issued++
	c, err := m.i.IssueCopy(t.Context(), r, issuer.Copy{Form: f, Request: string(rune('a' + m.issued))})
	if err != nil {
		if fault.KindOf(err) != fault.Conflict {
			t.Errorf("IssueCopy: %v", err)
		}
		return
	}
	if m.drafts[c.Draft] != status.Valid {
		t.Errorf("a copy was made of a draft in state %d", m.drafts[c.Draft])
	}
	m.copies[c.ID] = &modelCopy{signed: c}
}

func (m *model) compare(t *testing.T) {
	for _, c := range m.copies {
		if got := stands(t, m.s, c.signed); got != m.state(c) {
			t.Errorf("%s %s is published as %d, want %d", c.signed.Form, c.signed.ID, got, m.state(c))
		}
	}
}

// TestReplacedKeySignsNoMore replaces the key while copies are out: the lists
// are signed anew by the new key, and the old one issues nothing more.
func TestReplacedKeySignsNoMore(t *testing.T) {
	t.Parallel()
	s := database(t, t.TempDir(), clock)
	old := newIssuer(t, s, keys.ES256)
	copies := issueAll(t, old, sample("lighting"))
	fresh := certifiedBy(func() (crypto.Signer, error) { return ecdsa.GenerateKey(elliptic.P256(), crand.Reader) })(t)
	next := newIssuer(t, s, keys.ES256, fresh.with)
	if n, err := next.Publish(t.Context()); n != 4 || err != nil {
		t.Fatalf("Publish with the new key signed %d lists, %v; want 4", n, err)
	}
	for _, c := range copies {
		for _, ref := range references(t, c) {
			for _, l := range opened(t, s, ref, now) {
				if !fresh.key.Public().(interface{ Equal(x crypto.PublicKey) bool }).Equal(l.Signer.Key) {
					t.Errorf("%s is signed by another key", ref.URL)
				}
			}
		}
	}
	for name, err := range map[string]error{
		"IssueAs": func() error { _, err := old.IssueAs(t.Context(), sample("sound"), credential.EDC); return err }(),
		"Publish": func() error { _, err := old.Publish(t.Context()); return err }(),
		"Revoke": func() error {
			_, err := old.Revoke(t.Context(), because(issuer.Change{Draft: copies[0].Draft}))
			return err
		}(),
	} {
		if fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), "issue.key.replaced") {
			t.Errorf("%s with the old key: %v, want a Conflict", name, err)
		}
	}
	// The revocation is kept. Whoever has the key publishes it.
	if n, err := next.Publish(t.Context()); n != 3 || err != nil {
		t.Errorf("Publish signed %d lists, %v; want 3", n, err)
	}
	for _, c := range copies {
		if got := stands(t, s, c); got != status.Revoked {
			t.Errorf("%s is published as %d", c.Form, got)
		}
	}
	if _, err := next.IssueAs(t.Context(), sample("sound"), credential.VCDI); err != nil {
		t.Errorf("IssueAs with the new key: %v", err)
	}
	h, err := s.KeyHistory(t.Context(), "musterstadt")
	if err != nil || len(h) != 2 || !h[0].Until.IsZero() || h[1].Until.IsZero() || !bytes.Equal(h[0].Chain.PEM(), fresh.chain.PEM()) {
		t.Errorf("the history is %+v, %v", h, err)
	}
}

func TestAnotherBodyIsRefused(t *testing.T) {
	t.Parallel()
	s := database(t, t.TempDir(), clock)
	i := newIssuer(t, s, keys.ES256, func(c *issuer.Config) { c.Body = "another-body" })
	_, err := i.Issue(t.Context(), sample("lighting"))
	if f, ok := errors.AsType[*fault.Error](err); !ok || f.Kind != fault.Invalid || f.Public != "issue.body.other" {
		t.Errorf("Issue for another body: %v", err)
	}
}
