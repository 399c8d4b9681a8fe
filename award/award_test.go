package award_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/award"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/status"
	"github.com/probatum/probatum/verifier"
)

// A newcomer's way: the example is downloaded, brought back, looked at and sealed,
// and the candidate takes it.
func TestFromExampleToHolder(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		example, err := b.desk.Example(ctx, b.officer, bodyID)
		if err != nil {
			t.Fatal(err)
		}
		a, fresh, err := b.desk.Import(ctx, b.officer, bodyID, example)
		if err != nil || !fresh || a.State != award.Waiting {
			t.Fatalf("Import of the example: %+v, %v, %v\n%s", a.State, fresh, err, told(err))
		}
		if waits, err := b.desk.Waits(ctx, b.officer); err != nil || len(waits) != 1 || waits[0].Count != 1 || waits[0].Body != bodyID {
			t.Errorf("Waits: %+v, %v", waits, err)
		}
		if a, err = b.desk.Attach(ctx, b.officer, bodyID, a.ID, a.Version, award.Attachment{Email: " Jana@Example.org ", Lang: "fr"}); err != nil {
			t.Fatal(err)
		}
		if err := b.desk.Check(ctx, b.officer, bodyID, a.ID); err != nil {
			t.Errorf("Check: %v", err)
		}
		for _, lang := range []string{"de", "en", "fr"} {
			png, err := b.desk.Preview(ctx, b.officer, bodyID, a.ID, lang)
			if err != nil || !bytes.HasPrefix(png, []byte("\x89PNG")) || len(png) < 5000 {
				t.Errorf("Preview in %s: %d bytes, %v", lang, len(png), err)
			}
		}
		_, err = b.desk.Preview(ctx, b.officer, bodyID, a.ID, "es")
		wantKind(t, "Preview in Spanish", err, fault.NotFound, "")

		a, err = b.desk.Seal(ctx, b.officer, bodyID, a.ID, a.Version)
		if err != nil || a.State != award.Sealed || a.SealedBy != b.officer.By() {
			t.Fatalf("Seal: %+v, %v", a, err)
		}
		if got := b.letters(t); len(got) != 1 || !strings.HasPrefix(got[0], "award Jana@example.org fr ") {
			t.Errorf("letters: %q", got)
		}
		record, err := b.desk.Record(ctx, b.officer, bodyID, a.ID)
		if err != nil || !record.Printed.Open {
			t.Fatal(err)
		}
		files := record.Files
		v := b.verifier(t)
		var kinds []string
		for _, info := range files {
			kinds = append(kinds, info.Kind)
			f, err := b.desk.File(ctx, b.officer, bodyID, a.ID, info.Kind)
			if err != nil {
				t.Fatalf("File %s: %v", info.Kind, err)
			}
			want := standing(info.Kind, verifier.Valid)
			if report := verified(t, v, f.Bytes, want); report.Verdict() != want {
				t.Errorf("%s is not valid: %+v", info.Name, report.Checks)
			}
		}
		if want := []string{"pdf-de", "pdf-en", "pdf-fr", "edc", "vc-di", "vc-jwt", "ob3"}; !slices.Equal(kinds, want) {
			t.Errorf("files %v, want %v", kinds, want)
		}

		secret := b.secret(t)
		for range 2 {
			c, err := b.desk.Claimable(ctx, secret)
			if err != nil || c.Title["en"] != "Lighting" && c.Title["en"] == "" || c.Name == "" {
				t.Errorf("Claimable: %+v, %v", c, err)
			}
		}
		holder := b.actor(t, "jana@example.org", "")
		if mine, err := b.desk.Mine(ctx, holder); err != nil || len(mine) != 0 {
			t.Errorf("Mine before: %v, %v", mine, err)
		}
		if id, err := b.desk.Claim(ctx, holder, secret); err != nil || id != a.ID {
			t.Fatalf("Claim: %v, %v", id, err)
		}
		_, err = b.desk.Claim(ctx, b.outsider, secret)
		wantKind(t, "Claim again", err, fault.NotFound, "")
		_, err = b.desk.Claimable(ctx, secret)
		wantKind(t, "Claimable again", err, fault.NotFound, "award.claim.none")
		if id, err := b.desk.Claimed(ctx, holder, secret); err != nil || id != a.ID {
			t.Errorf("Claimed: %v, %v", id, err)
		}
		_, err = b.desk.Claimed(ctx, b.outsider, secret)
		wantKind(t, "Claimed of another", err, fault.NotFound, "award.claim.none")
		mine, err := b.desk.Mine(ctx, holder)
		if err != nil || len(mine) != 1 || mine[0].State != status.Valid || len(mine[0].Files) != len(files) {
			t.Fatalf("Mine: %+v, %v", mine, err)
		}
		if f, err := b.desk.MyFile(ctx, holder, a.ID, "edc"); err != nil || len(f.Bytes) == 0 || !strings.HasSuffix(f.Name, ".jsonld") {
			t.Errorf("MyFile: %+v, %v", f.FileInfo, err)
		}
		_, err = b.desk.MyFile(ctx, b.outsider, a.ID, "edc")
		wantKind(t, "MyFile of another", err, fault.NotFound, "")
		_, err = b.desk.MyFile(ctx, holder, a.ID, "pdf-es")
		wantKind(t, "MyFile of a language that it does not have", err, fault.NotFound, "")
	})
}

// standing is the verdict on a file of a credential. What is printed on a sheet
// nobody compares with the sealed file in it.
func standing(kind string, v verifier.Verdict) verifier.Verdict {
	if strings.HasPrefix(kind, "pdf-") && v == verifier.Valid {
		return verifier.Undetermined
	}
	return v
}

func TestImportRefuses(t *testing.T) {
	t.Parallel()
	b := newBench(t, t.TempDir()+"/probatum.db")
	ctx := t.Context()
	bring := func(change func(*assessment.Result)) error {
		_, _, err := b.desk.Import(ctx, b.officer, bodyID, b.result(t, change))
		return err
	}
	for name, change := range map[string]func(*assessment.Result){
		"$.body.id":                  func(r *assessment.Result) { r.Body.ID = "elsewhere" },
		"$.body.identifier.notation": func(r *assessment.Result) { r.Body.Identifier.Notation = "VATDE-111111111" },
		"$.body.legalName.de": func(r *assessment.Result) {
			r.Body.LegalName = assessment.Text{"de": "Andere", "en": "Other", "fr": "Autre"}
		},
		"$.assessors": func(r *assessment.Result) { r.Assessors = r.Assessors[:1] },
	} {
		err := bring(change)
		wantKind(t, name, err, fault.Invalid, name)
		if !strings.Contains(told(err), name) {
			t.Errorf("%s is told as %q", name, told(err))
		}
	}
	_, _, err := b.desk.Import(ctx, b.officer, bodyID, []byte("{"))
	wantKind(t, "half a file", err, fault.Invalid, "")
	_, _, err = b.desk.Import(ctx, b.officer, bodyID, make([]byte, award.MaxResult+1))
	wantKind(t, "a huge file", err, fault.TooLarge, "")
	if rows, err := b.desk.Awards(ctx, b.officer, bodyID, award.Filter{}); err != nil || len(rows) != 0 {
		t.Errorf("refused files left %d awards, %v", len(rows), err)
	}
	data := b.result(t)
	if _, _, err := b.desk.Import(ctx, b.officer, bodyID, append(data, bytes.Repeat([]byte(" "), award.MaxResult-len(data))...)); err != nil {
		t.Errorf("the largest file: %v", err)
	}
}

func TestImportTwice(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		file := b.result(t)
		first, fresh, err := b.desk.Import(ctx, b.officer, bodyID, file)
		if err != nil || !fresh {
			t.Fatal(fresh, err)
		}
		if _, err := b.desk.Attach(ctx, b.officer, bodyID, first.ID, "", award.Attachment{Email: "a@example.org"}); err != nil {
			t.Fatal(err)
		}
		again, fresh, err := b.desk.Import(ctx, b.officer, bodyID, file)
		if err != nil || fresh || again.ID != first.ID || again.Email != "a@example.org" {
			t.Errorf("the same again: %v, %v, %+v", fresh, err, again)
		}
		other := bytes.Replace(file, []byte(`"Jana"`), []byte(`"Jane"`), 1)
		_, _, err = b.desk.Import(ctx, b.officer, bodyID, other)
		wantKind(t, "another result of that id", err, fault.Conflict, "award.taken")
		if err := b.desk.Discard(ctx, b.officer, bodyID, first.ID); err != nil {
			t.Fatal(err)
		}
		if _, fresh, err := b.desk.Import(ctx, b.officer, bodyID, other); err != nil || !fresh {
			t.Errorf("after discarding: %v, %v", fresh, err)
		}
	})
}

// What a file says of the body beyond its name is not taken from the file.
func TestBodyComesFromItsProfile(t *testing.T) {
	t.Parallel()
	b := newBench(t, t.TempDir()+"/probatum.db")
	a := b.imported(t, func(r *assessment.Result) {
		r.Body.Accreditations[0].Title = assessment.Text{"en": "Recognised by the King", "fr": "Le roi", "de": "Der König"}
		r.Body.Logo, r.Body.Homepage = nil, "https://elsewhere.example"
	})
	r, err := a.Result()
	if err != nil {
		t.Fatal(err)
	}
	want := profile().Assessment()
	if r.Body.Homepage != want.Homepage || len(r.Body.Logo) == 0 || r.Body.Accreditations[0].Title["en"] != want.Accreditations[0].Title["en"] {
		t.Errorf("the body is %+v", r.Body)
	}
}

func TestEachActAsksForLeave(t *testing.T) {
	t.Parallel()
	b := newBench(t, t.TempDir()+"/probatum.db")
	ctx := t.Context()
	a := b.imported(t)
	stale := b.officer
	stale.SignedIn = b.now().Add(-time.Hour)
	acts := map[string]struct {
		act access.Act
		do  func(who access.Actor) error
	}{
		"Import":  {access.ImportResults, func(w access.Actor) error { _, _, err := b.desk.Import(ctx, w, bodyID, b.result(t)); return err }},
		"Example": {access.ReadResults, func(w access.Actor) error { _, err := b.desk.Example(ctx, w, bodyID); return err }},
		"Award":   {access.ReadResults, func(w access.Actor) error { _, err := b.desk.Award(ctx, w, bodyID, a.ID); return err }},
		"Awards":  {access.ReadResults, func(w access.Actor) error { _, err := b.desk.Awards(ctx, w, bodyID, award.Filter{}); return err }},
		"Sealed": {access.ReadCredentials, func(w access.Actor) error {
			_, err := b.desk.Awards(ctx, w, bodyID, award.Filter{Sealed: true})
			return err
		}},
		"Attach": {access.ImportResults, func(w access.Actor) error {
			_, err := b.desk.Attach(ctx, w, bodyID, a.ID, "", award.Attachment{})
			return err
		}},
		"Handed":  {access.ReadResults, func(w access.Actor) error { _, err := b.desk.Handed(ctx, w, bodyID, a.ID); return err }},
		"Check":   {access.ReadResults, func(w access.Actor) error { return b.desk.Check(ctx, w, bodyID, a.ID) }},
		"Preview": {access.ReadResults, func(w access.Actor) error { _, err := b.desk.Preview(ctx, w, bodyID, a.ID, "de"); return err }},
		"Record":  {access.ReadCredentials, func(w access.Actor) error { _, err := b.desk.Record(ctx, w, bodyID, a.ID); return err }},
		"File":    {access.ReadCredentials, func(w access.Actor) error { _, err := b.desk.File(ctx, w, bodyID, a.ID, "edc"); return err }},
		"Seal":    {access.SealCredentials, func(w access.Actor) error { _, err := b.desk.Seal(ctx, w, bodyID, a.ID, "none"); return err }},
		"Change": {access.RevokeCredentials, func(w access.Actor) error {
			return b.desk.Change(ctx, w, bodyID, a.ID, status.Revoked, issuer.Withdrawn, "")
		}},
		"SendClaim": {access.SealCredentials, func(w access.Actor) error { return b.desk.SendClaim(ctx, w, bodyID, a.ID, "b@example.org", "") }},
		"Discard":   {access.ImportResults, func(w access.Actor) error { return b.desk.Discard(ctx, w, bodyID, uuidOf(1)) }},
	}
	for name, c := range acts {
		for who, actor := range map[string]access.Actor{
			"nobody": {}, "an outsider": b.outsider, "an administrator": b.administrator, "an officer": b.officer, "an officer of an hour ago": stale,
		} {
			want := actor.May(c.act, bodyID, b.now())
			got := c.do(actor)
			if want != nil && fault.KindOf(got) != fault.KindOf(want) {
				t.Errorf("%s by %s: %v, want %v", name, who, got, want)
			}
			if want == nil && got != nil && slices.Contains([]fault.Kind{fault.Unauthenticated, fault.Forbidden}, fault.KindOf(got)) {
				t.Errorf("%s by %s: %v", name, who, got)
			}
		}
	}
	_, err := b.desk.Seal(ctx, stale, bodyID, a.ID, "")
	if !errors.Is(err, access.ErrStale) {
		t.Errorf("Seal after an hour: %v, want ErrStale", err)
	}
}

func uuidOf(n byte) assessment.ResultID {
	return assessment.ResultID(uuid.UUID{6: 0x40, 8: 0x80, 15: n}.String())
}

func TestOthersAreNotFound(t *testing.T) {
	t.Parallel()
	b := newBench(t, t.TempDir()+"/probatum.db")
	ctx := t.Context()
	p := profile()
	p.LegalName = assessment.Text{"de": "Zweite Stelle", "en": "Second body", "fr": "Deuxième organisme"}
	b.body(t, "second", p)
	a := b.sealed(t)
	second := b.officer
	second.Memberships = []access.Membership{{ID: uuid.NewString(), Person: second.Person, Body: "second", Role: access.Officer}}
	_, err := b.desk.Award(ctx, second, bodyID, a.ID)
	wantKind(t, "the body of others", err, fault.NotFound, "")
	_, err = b.desk.Award(ctx, second, "second", a.ID)
	wantKind(t, "the award of others", err, fault.NotFound, "")
	_, err = b.desk.File(ctx, second, "second", a.ID, "edc")
	wantKind(t, "the file of others", err, fault.NotFound, "")
	_, err = b.desk.Seal(ctx, second, "second", a.ID, "")
	wantKind(t, "sealing for others", err, fault.NotFound, "")
	wantKind(t, "revoking for others", b.desk.Change(ctx, second, "second", a.ID, status.Revoked, issuer.Withdrawn, ""), fault.NotFound, "")
	_, _, err = b.desk.Import(ctx, second, "second", b.result(t))
	wantKind(t, "importing for others", err, fault.Invalid, "$.body.id")
}

func TestSealedOnceByMany(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		a := b.imported(t)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				got, err := b.desk.Seal(t.Context(), b.officer, bodyID, a.ID, a.Version)
				if err != nil || got.State != award.Sealed {
					t.Errorf("Seal: %v, %v", got.State, err)
				}
			})
		}
		wg.Wait()
		if got := b.letters(t); len(got) != 1 {
			t.Errorf("letters: %q", got)
		}
		copies, err := b.store.Copies(t.Context(), a.Ref())
		if err != nil || len(copies) != 4 {
			t.Errorf("copies: %v, %v", copies, err)
		}
	})
}

func TestSealingGoesOnAfterACrash(t *testing.T) {
	t.Parallel()
	b := newBench(t, t.TempDir()+"/probatum.db")
	ctx := t.Context()
	for at := range 12 {
		a := b.imported(t)
		f := &failing{storeOf: &storeOf{b.store}, left: at}
		seals := b.seals
		seals.Store = f
		_, err := b.newDesk(t, f, seals).Seal(ctx, b.officer, bodyID, a.ID, "")
		if err == nil {
			if at < 8 {
				t.Errorf("only %d calls", at)
			}
			break
		}
		if !errors.Is(err, errCrash) {
			t.Fatalf("after %d calls: %v", at, err)
		}
		b.advance(5 * time.Minute)
		b.officer.SignedIn = b.now()
		if _, err := b.desk.ResumeAll(ctx); err != nil {
			t.Errorf("ResumeAll after %d calls: %v", at, err)
		}
		got, err := b.desk.Award(ctx, b.officer, bodyID, a.ID)
		if err != nil {
			t.Fatal(err)
		}
		if got.State == award.Waiting { // it had not begun
			if got, err = b.desk.Seal(ctx, b.officer, bodyID, a.ID, ""); err != nil {
				t.Fatal(err)
			}
		}
		if got.State != award.Sealed {
			t.Errorf("after %d calls it is %s", at, got.State)
		}
		if copies, err := b.store.Copies(ctx, a.Ref()); err != nil || len(copies) != 4 {
			t.Errorf("after %d calls: copies %v, %v", at, copies, err)
		}
	}
}

func TestRefusalLosesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t, t.TempDir()+"/probatum.db")
	ctx := t.Context()
	a := b.imported(t, func(r *assessment.Result) { r.Validity.Until = r.Decision.Date.AddDays(30) })
	_, err := b.desk.Seal(ctx, b.officer, bodyID, a.ID, strings.Repeat("0", 64))
	wantKind(t, "sealing what was not seen", err, fault.Conflict, "award.changed")
	b.advance(45 * 24 * time.Hour)
	b.officer.SignedIn = b.now()
	_, err = b.desk.Seal(ctx, b.officer, bodyID, a.ID, "")
	wantKind(t, "sealing what has run out", err, fault.Invalid, "")
	b.advance(60 * 24 * time.Hour)
	b.officer.SignedIn = b.now()
	fine := b.imported(t)
	_, err = b.desk.Seal(ctx, b.officer, bodyID, fine.ID, "")
	wantKind(t, "sealing with a certificate that has run out", err, fault.Conflict, "body.seal.state.expired")
	for _, id := range []assessment.ResultID{a.ID, fine.ID} {
		got, err := b.desk.Award(ctx, b.officer, bodyID, id)
		if err != nil || got.State != award.Waiting || got.Email != "jana@example.org" {
			t.Errorf("afterwards: %+v, %v", got, err)
		}
	}
}

func TestBegunIsFixed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		a := b.sealed(t)
		_, err := b.desk.Attach(ctx, b.officer, bodyID, a.ID, "", award.Attachment{})
		wantKind(t, "Attach", err, fault.Conflict, "award.sealed")
		wantKind(t, "Discard", b.desk.Discard(ctx, b.officer, bodyID, a.ID), fault.Conflict, "award.sealed")
		again, err := b.desk.Seal(ctx, b.officer, bodyID, a.ID, "")
		if err != nil || again.SealedAt != a.SealedAt {
			t.Errorf("Seal again: %+v, %v", again, err)
		}
		if again.Version != a.Version || !bytes.Equal(again.Document, a.Document) || len(a.Document) == 0 {
			t.Error("the document is another")
		}
	})
}
