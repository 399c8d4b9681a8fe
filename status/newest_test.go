package status_test

import (
	"errors"
	"testing"
	"time"

	"github.com/probatum/probatum/status"
)

// What is newest decides. A copy that was signed a moment ago stands for a list
// that cannot be had, and an old list that is served does not undo what a newer
// copy, or one that was served before, says was revoked.
func TestListsNewestDecides(t *testing.T) {
	t.Parallel()
	by, rotated := newSigner(t, "P-256"), newSigner(t, "P-256")
	set := func(s status.State) map[int]status.State { return map[int]status.State{5: s} }
	for name, tt := range map[string]struct {
		copied, first, then []byte // then: after the time to live of first
		want                status.State
		from                status.From
		problem             status.Problem
	}{
		"a fresh copy, nothing served":      {copied: by.sign(t, revocation, nil, noon.Add(-50*time.Second)).JWT, want: status.Valid, from: status.Snapshot},
		"an old copy, nothing served":       {copied: by.sign(t, revocation, nil, noon.Add(-70*time.Second)).JWT, problem: status.Retrieval},
		"a newer list":                      {copied: by.sign(t, revocation, nil, noon.Add(-time.Hour)).JWT, first: by.sign(t, revocation, set(status.Revoked), noon).JWT, want: status.Revoked, from: status.Fresh},
		"a replayed list":                   {copied: by.sign(t, revocation, set(status.Revoked), noon.Add(-time.Hour)).JWT, first: by.sign(t, revocation, nil, noon.Add(-2*time.Hour)).JWT, want: status.Revoked, from: status.Snapshot},
		"a replayed list, nothing revoked":  {copied: by.sign(t, revocation, nil, noon.Add(-time.Hour)).JWT, first: by.sign(t, revocation, nil, noon.Add(-2*time.Hour)).JWT, problem: status.Verification},
		"replayed afterwards":               {first: by.sign(t, revocation, set(status.Revoked), noon).JWT, then: by.sign(t, revocation, nil, noon.Add(-time.Hour)).JWT, want: status.Revoked, from: status.Snapshot},
		"replayed with the key before":      {first: by.sign(t, revocation, set(status.Revoked), noon).JWT, then: rotated.sign(t, revocation, nil, noon.Add(-time.Hour)).JWT, want: status.Revoked, from: status.Snapshot},
		"a server that lags, for a moment":  {first: by.sign(t, revocation, nil, noon).JWT, then: by.sign(t, revocation, nil, noon.Add(-time.Second)).JWT, want: status.Valid, from: status.Snapshot},
		"gone afterwards, and not revoked":  {first: by.sign(t, revocation, nil, noon).JWT, then: []byte("gone"), problem: status.Verification},
		"gone afterwards, revoked all same": {first: by.sign(t, revocation, set(status.Revoked), noon).JWT, then: []byte("gone"), want: status.Revoked, from: status.Snapshot},
	} {
		c, s := newClock(), newShelf()
		l := status.NewLists(status.ListsConfig{Sources: []status.Source{s}, Now: c.now, Snapshots: func(string) [][]byte {
			if tt.copied == nil {
				return nil
			}
			return [][]byte{tt.copied}
		}})
		if tt.first != nil {
			s.put(listURL, tt.first)
		}
		state, list, err := stateOf(t, l)
		if tt.then != nil {
			s.put(listURL, tt.then)
			c.move(40 * time.Second)
			state, list, err = stateOf(t, l)
		}
		switch {
		case tt.problem != "":
			isProblem(t, name, err, tt.problem)
		case err != nil || state != tt.want || list.From != tt.from:
			t.Errorf("%s: %d, %v", name, state, err)
		}
	}
}

// While a snapshot stands in, the list is asked for again soon; and what was had
// last is not forgotten for an older snapshot.
func TestListsComeBack(t *testing.T) {
	t.Parallel()
	by, c, s := newSigner(t, "P-256"), newClock(), newShelf()
	snapshot := by.sign(t, revocation, nil, noon.Add(-time.Hour)).JWT
	l := status.NewLists(status.ListsConfig{Sources: []status.Source{s}, Now: c.now, Snapshots: func(string) [][]byte { return [][]byte{snapshot} }})
	s.put(listURL, by.sign(t, revocation, map[int]status.State{5: status.Revoked}, noon).JWT)
	expect := func(what string, want status.State, from status.From) {
		t.Helper()
		if state, list, err := stateOf(t, l); err != nil || state != want || list.From != from {
			t.Errorf("%s: %d, %v", what, state, err)
		}
	}
	expect("fresh", status.Revoked, status.Fresh)
	s.fail(errors.New("down"))
	c.move(time.Minute)
	expect("down", status.Revoked, status.Snapshot)
	s.fail(nil)
	c.move(2 * time.Second)
	expect("up", status.Revoked, status.Fresh)
	s.put(listURL, []byte("<html>"))
	c.move(time.Minute)
	expect("garbage", status.Revoked, status.Snapshot)
	c.move(25 * time.Hour)
	_, _, err := stateOf(t, l)
	isProblem(t, "a day later", err, status.Verification)
}
