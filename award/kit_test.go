package award_test

import (
	"database/sql"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/award"
	"github.com/probatum/probatum/body"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/jobs"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/status"
	"github.com/probatum/probatum/store"
	"github.com/probatum/probatum/trust"
	"github.com/probatum/probatum/verifier"
)

const (
	publicURL = "https://certificates.example"
	bodyID    = access.BodyID("musterstadt")
)

// A bench is a server with one body, set up with a trial seal, and its people.
type bench struct {
	database string
	store    *store.Store
	seals    award.Seals
	desk     *award.Desk
	links    access.LinkKey
	dir      string
	clock    atomic.Int64

	officer, administrator, outsider access.Actor
}

func (b *bench) now() time.Time          { return time.Unix(b.clock.Load(), 0).UTC() }
func (b *bench) advance(d time.Duration) { b.clock.Add(int64(d / time.Second)) }

// each runs a test with a bench on both engines.
func each(t *testing.T, test func(t *testing.T, b *bench)) {
	t.Helper()
	for name, fresh := range map[string]func(t *testing.T) string{
		"SQLite":     func(t *testing.T) string { return filepath.Join(t.TempDir(), "probatum.db") },
		"PostgreSQL": func(t *testing.T) string { return testkit.Postgres(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newBench(t, fresh(t)))
		})
	}
}

func newBench(t *testing.T, database string) *bench {
	t.Helper()
	b := &bench{database: database, dir: t.TempDir(), links: access.LinkKey{1, 2, 3}}
	b.clock.Store(time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC).Unix())
	queue, err := jobs.New()
	if err != nil {
		t.Fatal(err)
	}
	if b.store, err = store.Open(t.Context(), database, store.Options{Create: true, Now: b.now, Jobs: queue}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.store.Close() })
	b.body(t, bodyID, profile())
	b.seals = award.Seals{Profiles: b.store, Store: b.store, Data: b.dir, PublicURL: publicURL, Now: b.now}
	b.desk = b.newDesk(t, b.store, b.seals)
	b.officer = b.actor(t, "officer@example.org", access.Officer)
	b.administrator = b.actor(t, "administrator@example.org", access.Administrator)
	b.outsider = b.actor(t, "outsider@example.org", "")
	return b
}

func (b *bench) newDesk(t *testing.T, s award.Store, i award.Issuers) *award.Desk {
	t.Helper()
	d, err := award.New(award.Config{
		Store: s, Issuers: i, Links: b.links, PublicURL: publicURL, Now: b.now, Log: slog.New(slog.DiscardHandler),
		Patience: 5 * time.Minute, // the race detector on a busy machine
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// body makes a body with its profile and a trial seal.
func (b *bench) body(t *testing.T, id access.BodyID, p body.Profile) {
	t.Helper()
	if err := b.store.MakeBody(t.Context(), access.NewBody{ID: id, Name: p.Name("")}); err != nil {
		t.Fatal(err)
	}
	if err := b.store.KeepProfile(t.Context(), id, p, ""); err != nil {
		t.Fatal(err)
	}
	k, err := body.KeysIn(b.dir, string(id), b.now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.NewTrialSeal(p); err != nil {
		t.Fatal(err)
	}
}

// profile is that of the invented body of the samples.
func profile() body.Profile {
	b := assessment.SampleResult("lighting", time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)).Body
	return body.Profile{
		ID: b.ID, LegalName: b.LegalName, Identifier: b.Identifier, Address: b.Address, Locality: b.Locality, Country: b.Country,
		Homepage: b.Homepage, Email: b.Email, Logo: b.Logo, Accreditations: b.Accreditations, Languages: []string{"de", "en", "fr"},
		Colours:   body.Colours{Accent: "#14213d"},
		Signatory: body.Signatory{Name: "Dr. Aylin Becker-Roth", Function: assessment.Text{"en": "Head", "fr": "Directrice", "de": "Leiterin"}},
		Place:     "Musterstadt",
	}
}

// raw runs a statement beside the store, and gives each row as its columns, with a
// space between them.
func (b *bench) raw(t *testing.T, query string, args ...any) []string {
	t.Helper()
	driver, name := "sqlite", "file:"+b.database+"?_pragma=busy_timeout(5000)"
	if strings.HasPrefix(b.database, "postgres:") {
		driver, name = "pgx", b.database
	}
	db, err := sql.Open(driver, name)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for rows.Next() {
		row, into := make([]string, len(columns)), make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		all = append(all, strings.Join(row, " "))
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return all
}

// person makes an account.
func (b *bench) person(t *testing.T, email, lang string) access.PersonID {
	t.Helper()
	id := uuid.NewString()
	b.raw(t, `insert into people (id, email, name, lang, settings, epoch, created_at) values ($1, $2, 'Somebody', $3, '{}', 1, $4)`,
		id, email, lang, b.now().UnixMilli())
	return access.PersonID(id)
}

// actor makes an account with a role in the body, signed in now.
func (b *bench) actor(t *testing.T, email string, r access.Role) access.Actor {
	t.Helper()
	a := access.Actor{Person: b.person(t, email, "fr"), Name: email, SignedIn: b.now()}
	if r != "" {
		a.Memberships = []access.Membership{{ID: uuid.NewString(), Person: a.Person, Body: bodyID, Role: r, From: b.now()}}
	}
	return a
}

// letters gives kind, address and arguments of the letters that were posted.
func (b *bench) letters(t *testing.T) []string {
	t.Helper()
	return b.raw(t, `select kind, address, lang, args from letters order by created_at, kind`)
}

// secret gives the secret in the last claim letter.
func (b *bench) secret(t *testing.T) string {
	t.Helper()
	tickets := b.raw(t, `select ticket from letters where kind = 'award' order by created_at desc, id`)
	if len(tickets) == 0 {
		t.Fatal("no claim letter")
	}
	return b.links.Secret(access.Claim, access.TicketID(tickets[0]))
}

// result gives a Result of the body as its file.
func (b *bench) result(t *testing.T, change ...func(*assessment.Result)) []byte {
	t.Helper()
	r := assessment.SampleResult("lighting", b.now())
	r.ID = assessment.ResultID(uuid.NewString())
	for _, c := range change {
		c(&r)
	}
	data, err := r.JSON()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// imported imports a Result with an address.
func (b *bench) imported(t *testing.T, change ...func(*assessment.Result)) award.Award {
	t.Helper()
	a, fresh, err := b.desk.Import(t.Context(), b.officer, bodyID, b.result(t, change...))
	if err != nil || !fresh {
		t.Fatalf("Import: fresh %v, %v", fresh, err)
	}
	if a, err = b.desk.Attach(t.Context(), b.officer, bodyID, a.ID, "", award.Attachment{Email: "jana@example.org", Lang: "de"}); err != nil {
		t.Fatal(err)
	}
	return a
}

func (b *bench) sealed(t *testing.T, change ...func(*assessment.Result)) award.Award {
	t.Helper()
	a := b.imported(t, change...)
	a, err := b.desk.Seal(t.Context(), b.officer, bodyID, a.ID, a.Version)
	if err != nil {
		t.Fatalf("Seal: %v", err)
	}
	return a
}

// claimed puts a sealed award into a new account and gives its holder.
func (b *bench) claimed(t *testing.T, a award.Award) access.Actor {
	t.Helper()
	holder := b.actor(t, uuid.NewString()+"@example.org", "")
	id, err := b.desk.Claim(t.Context(), holder, b.secret(t))
	if err != nil || id != a.ID {
		t.Fatalf("Claim: %q, %v; want %q", id, err, a.ID)
	}
	return holder
}

// verifier makes one that trusts the trial seal of the body and asks the store for
// status lists.
func (b *bench) verifier(t *testing.T) *verifier.Verifier {
	t.Helper()
	dir := t.TempDir()
	copyFile := func(to string, data []byte) {
		if err := os.WriteFile(filepath.Join(dir, to), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join(b.dir, "keys", string(bodyID), name))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	chain, err := keys.ParseChain(read("seal-1.chain.pem"))
	if err != nil {
		t.Fatal(err)
	}
	did, err := keys.MarshalDIDDocument(chain.Leaf.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	copyFile("root.pem", read("root-1.pem"))
	copyFile("seal.crt", keys.Chain{Leaf: chain.Leaf}.PEM())
	copyFile("seal.did.json", did)
	set, err := trust.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	r := trust.NewResolver(set, nil, b.now)
	return &verifier.Verifier{Trust: set, Now: b.now, Resolver: r, Lists: status.NewLists(status.ListsConfig{
		Sources: []status.Source{store.Lists{Store: b.store}}, Resolver: r, Now: b.now,
	})}
}

// verified tells what the verifier finds in a file. On a busy machine the second and a
// half in which a status list must be there may be over before it is: then the verifier
// cannot tell, and is asked again.
func verified(t *testing.T, v *verifier.Verifier, file []byte, want verifier.Verdict) verifier.Report {
	t.Helper()
	for n := 0; ; n++ {
		report, err := v.Verify(t.Context(), file, verifier.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if report.Verdict() == want || report.Verdict() != verifier.Undetermined || n == 20 {
			return report
		}
	}
}

func wantKind(t *testing.T, what string, err error, want fault.Kind, key string) {
	t.Helper()
	if err == nil || fault.KindOf(err) != want {
		t.Errorf("%s: %v, want kind %d", what, err, want)
		return
	}
	if key != "" && !strings.Contains(err.Error(), key) {
		t.Errorf("%s: %v, want %s", what, err, key)
	}
}

// told gives an error as a person reads it.
func told(err error) string {
	var l fault.List
	if e, ok := err.(fault.List); ok { //nolint:errorlint // as it is given
		l = e
	}
	var lines []string
	for _, it := range l {
		lines = append(lines, it.Path+": "+i18n.For("en").TMap(it.Key, it.Args))
	}
	return strings.Join(lines, "\n")
}
