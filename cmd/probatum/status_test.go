package main

import (
	"bytes"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/body"
	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/keys/private"
	"github.com/probatum/probatum/proof/jose"
	"github.com/probatum/probatum/status"
	"github.com/probatum/probatum/store"
)

// TestStatusOfADIDWeb: the command signs the lists of a body that has a did:web by
// that name, as the body did.
func TestStatusOfADIDWeb(t *testing.T) {
	t.Parallel()
	const origin, did = "https://certificates.example", "did:web:certificates.example:bodies:demo-body"
	result, err := readResult("../../testdata/results/lighting.json", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	folder := filepath.Join(data, "keys", result.Body.ID)
	pki, err := private.NewDemo(private.DemoConfig{
		Name: assessment.SampleBodyName, OrganizationID: result.Body.Identifier.Notation, Country: result.Body.Identifier.Country,
		Algorithm: keys.ES256, Now: time.Now(),
	})
	if err != nil {
		t.Fatal(err)
	}
	files, err := pki.Write(folder)
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), filepath.Join(data, "probatum.db"), store.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	i, err := newIssuer(files.Key, files.Chain, issuer.Config{Store: db, Body: result.Body.ID, PublicURL: origin, DID: did})
	if err != nil {
		t.Fatal(err)
	}
	made, err := i.IssueAs(t.Context(), result, credential.VCJWT)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := i.Publish(t.Context()); err != nil {
		t.Fatal(err)
	}
	var out, said bytes.Buffer
	if code := run(t.Context(), []string{"status", "revoke", string(made.ID), "--data", data, "--reason", "withdrawn", "--by", "officer"}, stdio{out: &out, err: &said}); code != exitOK {
		t.Fatalf("exit code %d: %s", code, said.String())
	}
	lists, err := db.StatusLists(t.Context(), result.Body.ID)
	if err != nil || len(lists) == 0 {
		t.Fatalf("%d lists, %v", len(lists), err)
	}
	changed := 0
	for _, l := range lists {
		if l.Version > 1 {
			changed++
		}
		vc, err := jose.ParseVC(l.JWT)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(vc.KeyID, did+"#") {
			t.Errorf("version %d of %s is signed by %s, want %s", l.Version, l.ID, vc.KeyID, did)
		}
	}
	if changed != 1 {
		t.Errorf("%d lists were signed anew, want 1", changed)
	}
	if at, name, err := db.PublishedAt(t.Context(), result.Body.ID); err != nil || at != origin || name != did {
		t.Errorf("published at %s by %q, %v", at, name, err)
	}
}

// TestStatusOfAServer: the command works on the data of a server, whose database is
// elsewhere and whose seal is no more the first.
func TestStatusOfAServer(t *testing.T) {
	t.Parallel()
	address := testkit.Postgres(t)
	w := newTown(t, address, true)
	x := w.a
	profile, err := w.db.BodyProfile(t.Context(), x.id)
	if err != nil {
		t.Fatal(err)
	}
	seals, err := body.KeysIn(w.dir, string(x.id), w.now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := seals.NewTrialSeal(profile); err != nil {
		t.Fatal(err)
	}
	if _, err := w.desk.PublishAll(t.Context()); err != nil { // the server notes the new seal
		t.Fatal(err)
	}
	record, err := w.desk.Record(t.Context(), w.acting(t, x.second), x.id, x.things.sealed)
	if err != nil {
		t.Fatal(err)
	}
	status := func(args ...string) string {
		t.Helper()
		var out, said bytes.Buffer
		args = append(append([]string{"status"}, args...), "--data", w.dir, "--database", address, "--body", string(x.id))
		if code := run(t.Context(), args, stdio{out: &out, err: &said}); code != exitOK {
			t.Fatalf("%q: exit code %d: %s", args, code, said.String())
		}
		return out.String()
	}
	draft := string(record.Award.Draft)
	status("suspend", draft, "--reason", "under-review", "--by", "officer")
	if got := status("show", draft, "--json"); !strings.Contains(got, `"state":"suspended"`) && !strings.Contains(got, `"state": "suspended"`) {
		t.Errorf("shown: %s", got)
	}
}

// TestStatusReasons: each command takes the reasons that the issuer takes for it, and
// tells them.
func TestStatusReasons(t *testing.T) {
	t.Parallel()
	for to, command := range map[status.State]any{
		status.Revoked: StatusRevokeCmd{}, status.Suspended: StatusSuspendCmd{}, status.Valid: StatusReinstateCmd{},
	} {
		f, ok := reflect.TypeOf(command).FieldByName("Reason")
		if !ok {
			t.Fatalf("%T has no reason", command)
		}
		var want []string
		for _, r := range issuer.Reasons(to) {
			want = append(want, string(r))
		}
		if got := strings.Split(f.Tag.Get("enum"), ","); !slices.Equal(got, want) {
			t.Errorf("%T takes %q, the issuer %q", command, got, want)
		}
		told := strings.ReplaceAll(strings.TrimSuffix(strings.TrimPrefix(f.Tag.Get("help"), "Why: "), "."), " or ", ", ")
		if got := strings.Split(told, ", "); !slices.Equal(got, want) {
			t.Errorf("%T tells %q, want %q", command, got, want)
		}
	}
}
