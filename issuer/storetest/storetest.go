// Package storetest holds the promises of issuer.Store, issuer.Leaser and
// issuer.StatusStore as tests. Every implementation runs them: Run takes what
// opens one.
package storetest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/status"
)

// Body is the body of the drafts under test.
const Body = "demo-body"

// Lease is how long the stores under test hold a reservation.
const Lease = time.Minute

// A Suite says how to open the stores under test.
type Suite struct {
	// Open opens the store that belongs to dir, an existing folder. Asked
	// again with the same folder it opens the same store, as another process
	// would. It closes what it opened when the test ends. A store of one copy
	// is another one for each copy, and those of one folder share the Draft;
	// other stores pass over the name.
	Open func(t *testing.T, dir, name string, now func() time.Time) issuer.Store

	// OneCopy is set for stores that hold one copy only: another key is then
	// a Conflict.
	OneCopy bool
}

// Run holds a kind of store to the contract, each promise as a subtest.
func Run(t *testing.T, s Suite) {
	tests := []promise{
		{"ReserveKeepsWhatBuildMade", reserveKeeps},
		{"SameKeyGivesTheSameReservation", sameKey},
		{"AnotherKeyIsAnotherCopy", otherKey},
		{"CopiesOfAResultShareTheFirstDraft", sharedDraft},
		{"FiftyFormsAtOnceShareOneDraft", fiftyForms},
		{"ErrorOfBuildKeepsNothing", buildError},
		{"CancelledReserveKeepsNothing", cancelled},
		{"ReserveNeedsTheResult", needsResult},
		{"ReserveNeedsARequestAndAKnownForm", needsRequest},
		{"ResultIsKeptOnce", resultOnce},
		{"IdsAreTheBodysOwn", idsAreOwn},
		{"ReserveAfterSealIsConflict", reserveAfterSeal},
		{"SealIsOnce", sealOnce},
		{"SealOnlyForItsReservation", sealForeign},
		{"SealWithoutReservationIsNotFound", sealUnreserved},
		{"ReservationOutlivesTheStore", outlives},
		{"BytesBelongToTheCaller", ownBytes},
		{"FiftyAtOnceGetOneReservation", fiftyReserve},
		{"FiftySealsAtOnceKeepOne", fiftySeal},
		{"EveryCopyHasTheEntriesOfItsForm", entriesOfForms},
	}
	if !s.OneCopy {
		tests = append(tests, ofManyCopies...)
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.run(t, newBench(t, s))
		})
	}
}

// A promise is one test of the contract.
type promise struct {
	name string
	run  func(t *testing.T, b *bench)
}

// ofManyCopies are the promises of issuer.Leaser and issuer.StatusStore, which
// every store of many copies must be. One of one copy has no leases and no
// lists.
var ofManyCopies = []promise{
	{"OverduePassesOverLeasesAndSealed", overdue},
	{"OverdueGivesEachToOneCaller", overdueAtOnce},
	{"FiftyAtOnceGetEntriesOfTheirOwn", fiftyEntries},
	{"ErrorOfBuildKeepsNoEntry", buildErrorEntries},
	{"WhatIsReservedCanBeRevoked", revokeReserved},
	{"RevocationReachesAllFormsAndCopies", revokeAll},
	{"RevocationIsForEver", forEver},
	{"SuspensionIsUndone", suspension},
	{"OneCopyAlone", oneCopy},
	{"SuspendedAloneStaysSo", suspendedAlone},
	{"NoNewCopiesOfWhatDoesNotStand", noNewCopies},
	{"OthersAreNotFound", othersNotFound},
	{"ChangeSaysWhoAndWhy", whoAndWhy},
	{"FiftyRevokeAtOnce", fiftyRevoke},
	{"RevokedAtOnceWithACopyThatIsReserved", revokeWhileReserving},
	{"ListsAreDueUntilTheyAreKept", dueUntilKept},
	{"ListsAreDueAtHalfOfTheirLife", dueAtHalf},
	{"ListsStayWhereTheyWereOpened", publishedElsewhere},
	{"NothingOlderIsKept", nothingOlder},
	{"ListsAreKeptAllOrNone", keptAllOrNone},
}

// A bench is one store under test and its clock.
type bench struct {
	Suite
	dir   string
	clock atomic.Int64 // unix milliseconds
	store issuer.Store
}

func newBench(t *testing.T, s Suite) *bench {
	b := &bench{Suite: s, dir: t.TempDir()}
	b.clock.Store(time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC).UnixMilli())
	b.store = b.open(t)
	return b
}

func (b *bench) now() time.Time          { return time.UnixMilli(b.clock.Load()).UTC() }
func (b *bench) advance(d time.Duration) { b.clock.Add(d.Milliseconds()) }

func (b *bench) open(t *testing.T) issuer.Store {
	t.Helper()
	return b.Open(t, b.dir, "first", b.now)
}

// forForm gives the store for one more form of a Result that was saved.
func (b *bench) forForm(t *testing.T, form credential.Form, result string) issuer.Store {
	t.Helper()
	if !b.OneCopy {
		return b.store
	}
	s := b.Open(t, b.dir, string(form), b.now)
	if err := s.SaveResult(t.Context(), assessment.Result{ID: assessment.ResultID(result), Body: assessment.Body{ID: Body}}); err != nil {
		t.Fatal(err)
	}
	return s
}

// NewDraft makes a Result and a small Draft of it, fit to be kept but not to be
// signed.
func NewDraft(now time.Time) (assessment.Result, credential.Draft) {
	r := assessment.Result{ID: assessment.ResultID(uuid.NewString()), Body: assessment.Body{ID: Body}}
	return r, credential.Draft{
		ID: credential.DraftID(uuid.NewString()), Body: Body, Result: string(r.ID),
		Claims: &elm.Credential{Issued: elm.NewDateTime(now)}, Languages: []string{"en"},
		Issued: now, ValidFrom: now,
	}
}

// Key is the key of the edc form of a draft.
func Key(d credential.Draft) issuer.CopyKey {
	return issuer.CopyKey{Form: credential.EDC, Request: d.Result}
}

// Build makes bytes that tell the draft and the id.
func Build(d credential.Draft, id credential.ID, _ []status.Entry) ([]byte, error) {
	return fmt.Appendf(nil, "%s of %s", id, d.ID), nil
}

// Sign makes bytes that stand for signed ones; name tells several apart.
func Sign(r issuer.Reservation, name string) credential.Signed {
	return credential.Signed{ID: r.ID, Draft: r.Draft, Form: r.Form, Bytes: fmt.Appendf(nil, "%s, sealed by %s", r.Input, name)}
}

// saved makes a draft whose Result is kept.
func (b *bench) saved(t *testing.T) credential.Draft {
	t.Helper()
	r, d := NewDraft(b.now())
	if err := b.store.SaveResult(t.Context(), r); err != nil {
		t.Fatalf("SaveResult: %v", err)
	}
	return d
}

func (b *bench) reserve(t *testing.T, d credential.Draft) issuer.Reservation {
	t.Helper()
	r, err := b.store.Reserve(t.Context(), d, Key(d), Build)
	if err != nil {
		t.Fatalf("Reserve: %v", err)
	}
	return r
}

func wantKind(t *testing.T, what string, err error, want fault.Kind) {
	t.Helper()
	if err == nil || fault.KindOf(err) != want {
		t.Errorf("%s: error %v of kind %d, want kind %d", what, err, fault.KindOf(err), want)
	}
}

func same(a, b issuer.Reservation) bool {
	return a.ID == b.ID && a.Draft == b.Draft && a.Form == b.Form && bytes.Equal(a.Input, b.Input)
}

func reserveKeeps(t *testing.T, b *bench) {
	d := b.saved(t)
	r := b.reserve(t, d)
	if _, err := credential.ParseID(string(r.ID)); err != nil {
		t.Errorf("id %q: %v", r.ID, err)
	}
	want, _ := Build(d, r.ID, nil)
	if r.Draft != d.ID || r.Form != credential.EDC || !bytes.Equal(r.Input, want) {
		t.Errorf("Reserve gave %s, %s, %q; want %s, %s, %q", r.Draft, r.Form, r.Input, d.ID, credential.EDC, want)
	}
}

func sameKey(t *testing.T, b *bench) {
	d := b.saved(t)
	first := b.reserve(t, d)
	b.advance(10 * Lease) // whether or not the lease ran out
	later := d
	later.ID = credential.DraftID(uuid.NewString())
	for _, other := range []credential.Draft{d, later} {
		again, err := b.store.Reserve(t.Context(), other, Key(d), func(credential.Draft, credential.ID, []status.Entry) ([]byte, error) {
			return []byte("other bytes"), nil
		})
		if err != nil || !same(again, first) {
			t.Errorf("Reserve again gave %+v, %v; want %+v", again, err, first)
		}
	}
}

func otherKey(t *testing.T, b *bench) {
	d := b.saved(t)
	first := b.reserve(t, d)
	for _, k := range []issuer.CopyKey{
		{Form: credential.EDC, Request: "another"},
		{Form: credential.EDC, Request: d.Result, Holder: "thumbprint"},
	} {
		r, err := b.store.Reserve(t.Context(), d, k, Build)
		if b.OneCopy {
			wantKind(t, "Reserve of a second copy", err, fault.Conflict)
			continue
		}
		if err != nil || r.ID == first.ID || r.Draft != d.ID {
			t.Errorf("Reserve with %+v gave %+v, %v; want another id for the same draft", k, r, err)
		}
	}
}

// sharedDraft asks for further forms of a Result with other drafts, also after
// the first was sealed and in another process.
func sharedDraft(t *testing.T, b *bench) {
	d := b.saved(t)
	first := b.reserve(t, d)
	check := func(form credential.Form) {
		t.Helper()
		later := d
		later.ID, later.Languages = credential.DraftID(uuid.NewString()), []string{"fr"}
		later.Issued, later.Claims = b.now(), &elm.Credential{Issued: elm.NewDateTime(b.now())}
		var given credential.Draft
		r, err := b.forForm(t, form, d.Result).Reserve(t.Context(), later, issuer.CopyKey{Form: form, Request: d.Result},
			func(kept credential.Draft, id credential.ID, _ []status.Entry) ([]byte, error) {
				given = kept
				return Build(kept, id, nil)
			})
		if err != nil {
			t.Fatalf("Reserve of %s: %v", form, err)
		}
		want, _ := Build(d, r.ID, nil)
		if r.Draft != first.Draft || r.ID == first.ID || !r.ID.Fits(form) || !bytes.Equal(r.Input, want) {
			t.Errorf("Reserve of %s gave %s of %s, %q", form, r.ID, r.Draft, r.Input)
		}
		if !equal(t, given, d) {
			t.Errorf("build of %s was given %+v, want %+v", form, given, d)
		}
	}
	b.advance(time.Hour)
	check(credential.VCDI)
	if err := b.store.Seal(t.Context(), first.ID, Sign(first, "A")); err != nil {
		t.Fatal(err)
	}
	b.store = b.open(t)
	check(credential.OB3)
}

// equal compares drafts by what is kept of them.
func equal(t *testing.T, a, b credential.Draft) bool {
	t.Helper()
	x, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	y, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Equal(x, y)
}

func buildError(t *testing.T, b *bench) {
	d := b.saved(t)
	broken := errors.New("broken")
	var refused credential.ID
	_, err := b.store.Reserve(t.Context(), d, Key(d), func(_ credential.Draft, id credential.ID, _ []status.Entry) ([]byte, error) {
		refused = id
		return nil, broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("Reserve gave %v, want the error of build", err)
	}
	r := b.reserve(t, d)
	if r.ID == refused {
		t.Error("the id of a reservation that failed was given out")
	}
	if want, _ := Build(d, r.ID, nil); !bytes.Equal(r.Input, want) {
		t.Errorf("Reserve kept %q, want %q", r.Input, want)
	}
}

func cancelled(t *testing.T, b *bench) {
	d := b.saved(t)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := b.store.Reserve(ctx, d, Key(d), func(d credential.Draft, id credential.ID, _ []status.Entry) ([]byte, error) {
		cancel()
		return Build(d, id, nil)
	})
	if err == nil {
		t.Error("Reserve gave no error though its context was cancelled")
	}
	called := false
	if _, err := b.store.Reserve(t.Context(), d, Key(d), func(d credential.Draft, id credential.ID, _ []status.Entry) ([]byte, error) {
		called = true
		return Build(d, id, nil)
	}); err != nil || !called {
		t.Errorf("Reserve after a cancelled one: %v, build called: %v", err, called)
	}
}

func needsResult(t *testing.T, b *bench) {
	_, d := NewDraft(b.now())
	if r, err := b.store.Reserve(t.Context(), d, Key(d), Build); err == nil {
		t.Errorf("Reserve gave %+v for a draft whose Result was never saved", r)
	}
}

func needsRequest(t *testing.T, b *bench) {
	d := b.saved(t)
	for _, k := range []issuer.CopyKey{{Form: credential.EDC}, {Form: "unheard-of", Request: d.Result}, {Request: d.Result}} {
		if r, err := b.store.Reserve(t.Context(), d, k, Build); err == nil {
			t.Errorf("Reserve with %+v gave %+v, want an error", k, r)
		}
	}
}

// Another body may have a Result of the same id, and never meets this one.
func idsAreOwn(t *testing.T, b *bench) {
	if b.OneCopy { // such a store is of one Result
		return
	}
	d := b.saved(t)
	mine := b.reserve(t, d)
	r, others := NewDraft(b.now())
	r.ID, others.Result = assessment.ResultID(d.Result), d.Result
	r.Body.ID, others.Body = "another-body", "another-body"
	r.CertificateNumber = "other"
	if err := b.store.SaveResult(t.Context(), r); err != nil {
		t.Fatalf("SaveResult of another body: %v", err)
	}
	theirs := b.reserve(t, others)
	if theirs.ID == mine.ID || theirs.Draft != others.ID || mine.Draft != d.ID {
		t.Errorf("two bodies got %+v and %+v", mine, theirs)
	}
	if again := b.reserve(t, d); !same(again, mine) {
		t.Errorf("again: %+v, want %+v", again, mine)
	}
	for _, reserved := range []issuer.Reservation{mine, theirs} {
		if err := b.store.Seal(t.Context(), reserved.ID, Sign(reserved, "A")); err != nil {
			t.Errorf("Seal %s: %v", reserved.ID, err)
		}
	}
}

func resultOnce(t *testing.T, b *bench) {
	r, d := NewDraft(b.now())
	for range 2 {
		if err := b.store.SaveResult(t.Context(), r); err != nil {
			t.Fatalf("SaveResult: %v", err)
		}
	}
	b.reserve(t, d)
	r.CertificateNumber = "changed"
	wantKind(t, "another Result under the same id", b.store.SaveResult(t.Context(), r), fault.Conflict)
	b.store = b.open(t)
	err := b.store.SaveResult(t.Context(), r)
	if b.OneCopy && err == nil { // such a store keeps the Result with the reservation
		_, err = b.store.Reserve(t.Context(), d, Key(d), Build)
	}
	wantKind(t, "another Result under the same id, to another process", err, fault.Conflict)
}

func reserveAfterSeal(t *testing.T, b *bench) {
	d := b.saved(t)
	r := b.reserve(t, d)
	if err := b.store.Seal(t.Context(), r.ID, Sign(r, "A")); err != nil {
		t.Fatalf("Seal: %v", err)
	}
	again, err := b.store.Reserve(t.Context(), d, Key(d), func(credential.Draft, credential.ID, []status.Entry) ([]byte, error) {
		t.Error("build was called for a copy that is sealed")
		return nil, nil
	})
	wantKind(t, "Reserve after Seal", err, fault.Conflict)
	if !errors.Is(err, issuer.ErrSealed) || again.ID != "" {
		t.Errorf("Reserve after Seal gave %+v, %v; want nothing and ErrSealed", again, err)
	}
}

func sealOnce(t *testing.T, b *bench) {
	r := b.reserve(t, b.saved(t))
	for range 2 { // the answer to the first may have been lost
		if err := b.store.Seal(t.Context(), r.ID, Sign(r, "A")); err != nil {
			t.Fatalf("Seal: %v", err)
		}
	}
	err := b.store.Seal(t.Context(), r.ID, Sign(r, "B"))
	wantKind(t, "Seal with other bytes", err, fault.Conflict)
	if !errors.Is(err, issuer.ErrSealed) {
		t.Errorf("Seal with other bytes: %v, want ErrSealed", err)
	}
}

func sealForeign(t *testing.T, b *bench) {
	r := b.reserve(t, b.saved(t))
	other, err := credential.NewID(credential.EDC)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*credential.Signed){
		"id":    func(s *credential.Signed) { s.ID = other },
		"draft": func(s *credential.Signed) { s.Draft = credential.DraftID(uuid.NewString()) },
		"form":  func(s *credential.Signed) { s.Form = "pdf" },
		"bytes": func(s *credential.Signed) { s.Bytes = nil },
	} {
		s := Sign(r, "A")
		change(&s)
		wantKind(t, "Seal with another "+name, b.store.Seal(t.Context(), r.ID, s), fault.Invalid)
	}
	if err := b.store.Seal(t.Context(), r.ID, Sign(r, "A")); err != nil {
		t.Errorf("Seal after refused ones: %v", err)
	}
}

func sealUnreserved(t *testing.T, b *bench) {
	d := b.saved(t)
	id, err := credential.NewID(credential.EDC)
	if err != nil {
		t.Fatal(err)
	}
	s := credential.Signed{ID: id, Draft: d.ID, Form: credential.EDC, Bytes: []byte("sealed")}
	wantKind(t, "Seal in an empty store", b.store.Seal(t.Context(), id, s), fault.NotFound)
	b.reserve(t, d)
	wantKind(t, "Seal beside a reservation", b.store.Seal(t.Context(), id, s), fault.NotFound)
}

func outlives(t *testing.T, b *bench) {
	d := b.saved(t)
	r := b.reserve(t, d)
	b.store = b.open(t)
	if b.OneCopy { // such a store learns the Result anew
		if err := b.store.SaveResult(t.Context(), assessment.Result{ID: assessment.ResultID(d.Result), Body: assessment.Body{ID: Body}}); err != nil {
			t.Fatal(err)
		}
	}
	again := b.reserve(t, d)
	if !same(again, r) {
		t.Errorf("another process got %+v, want %+v", again, r)
	}
	if err := b.store.Seal(t.Context(), r.ID, Sign(r, "A")); err != nil {
		t.Errorf("Seal by another process: %v", err)
	}
}

func ownBytes(t *testing.T, b *bench) {
	d := b.saved(t)
	buffer := []byte("the bytes to be signed")
	r, err := b.store.Reserve(t.Context(), d, Key(d), func(credential.Draft, credential.ID, []status.Entry) ([]byte, error) { return buffer, nil })
	if err != nil {
		t.Fatal(err)
	}
	buffer[0], r.Input[1] = 'X', 'X'
	again := b.reserve(t, d)
	if want := "the bytes to be signed"; string(again.Input) != want {
		t.Errorf("kept bytes became %q, want %q", again.Input, want)
	}
}
