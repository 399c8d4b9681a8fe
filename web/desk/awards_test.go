package desk_test

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/award"
	"github.com/probatum/probatum/body"
	"github.com/probatum/probatum/jobs"
	"github.com/probatum/probatum/store"
	"github.com/probatum/probatum/web/desk"
	"github.com/probatum/probatum/web/page"
)

// A bureau is a server with one body that can seal, and the pages of its results.
type bureau struct {
	dir    string // of the data
	store  *store.Store
	desk   *award.Desk
	actor  access.Actor
	site   *page.Site
	server *httptest.Server
	asked  int // how often somebody was sent to sign in or to confirm
}

func newBureau(t *testing.T) *bureau {
	t.Helper()
	queue, err := jobs.New()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	b := &bureau{dir: dir}
	if b.store, err = store.Open(t.Context(), filepath.Join(dir, "probatum.db"), store.Options{Create: true, Jobs: queue}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.store.Close() })
	sample := assessment.SampleResult("lighting", time.Now()).Body
	p := body.Profile{
		ID: sample.ID, LegalName: sample.LegalName, Identifier: sample.Identifier, Country: sample.Country,
		Accreditations: sample.Accreditations, Languages: []string{"en", "fr", "de"}, Signatory: body.Signatory{Name: "Dr. Aylin Becker-Roth"},
	}
	if err := b.store.MakeBody(t.Context(), access.NewBody{ID: "musterstadt", Name: p.Name("")}); err != nil {
		t.Fatal(err)
	}
	if err := b.store.KeepProfile(t.Context(), "musterstadt", p, ""); err != nil {
		t.Fatal(err)
	}
	k, err := body.KeysIn(dir, "musterstadt", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.NewTrialSeal(p); err != nil {
		t.Fatal(err)
	}
	b.desk, err = award.New(award.Config{
		Store: b.store, Links: access.LinkKey{1}, PublicURL: origin, Now: time.Now,
		Issuers: award.Seals{Profiles: b.store, Store: b.store, Data: dir, PublicURL: origin, Now: time.Now},
	})
	if err != nil {
		t.Fatal(err)
	}
	b.actor = member(access.Officer)
	files, err := desk.Templates()
	if err != nil {
		t.Fatal(err)
	}
	site, err := page.New(page.Config{
		PublicURL: origin, Demo: true, Log: slog.New(slog.DiscardHandler), Templates: files, App: true,
		SignIn: func(w http.ResponseWriter, r *http.Request) { b.asked++; page.SeeOther(w, r, "/confirm") },
	})
	if err != nil {
		t.Fatal(err)
	}
	b.site = site
	pages := desk.NewAwards(desk.AwardsConfig{
		Site: site, Desk: b.desk, Actor: func(*http.Request) access.Actor { return b.actor }, Now: time.Now, Calls: b.store,
	})
	mux := chi.NewRouter()
	mux.Use(site.Use()...)
	mux.NotFound(site.NotFound)
	pages.Routes(mux)
	pages.API(mux)
	b.server = httptest.NewServer(mux)
	t.Cleanup(b.server.Close)
	return b
}

// member is somebody with a role in the body, signed in now.
func member(r access.Role) access.Actor {
	return access.Actor{Person: access.PersonID(uuid.NewString()), Name: "Officer", SignedIn: time.Now(),
		Memberships: []access.Membership{{ID: uuid.NewString(), Body: "musterstadt", Role: r, From: time.Now()}}}
}

// An answer is what came back; to is where a redirect leads.
type answer struct {
	status int
	to     string
	kind   string
	text   string
}

func (b *bureau) do(t *testing.T, method, path, kind string, body io.Reader, header ...string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, b.server.URL+path, body)
	if err != nil {
		t.Fatal(err)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header.Get("Location"), res.Header.Get("Content-Type"), string(data)}
}

func (b *bureau) get(t *testing.T, path string) answer {
	t.Helper()
	return b.do(t, http.MethodGet, path, "", nil)
}

func (b *bureau) post(t *testing.T, path string, v url.Values) answer {
	t.Helper()
	return b.do(t, http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(v.Encode()))
}

// bring sends files, and pasted text, as the form of the page does.
func (b *bureau) bring(t *testing.T, pasted string, files ...string) answer {
	t.Helper()
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	for i, f := range files {
		part, err := w.CreateFormFile("file", fmt.Sprintf("result-%d.json", i+1))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(part, f)
	}
	_ = w.WriteField("text", pasted)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.do(t, http.MethodPost, "/b/musterstadt/results", w.FormDataContentType(), &buf)
}

func (b *bureau) result(t *testing.T, change ...func(*assessment.Result)) string {
	t.Helper()
	r := assessment.SampleResult("lighting", time.Now())
	r.ID = assessment.ResultID(uuid.NewString())
	for _, c := range change {
		c(&r)
	}
	data, err := r.JSON()
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func want(t *testing.T, what string, a answer, status int, texts ...string) {
	t.Helper()
	shown := a.text
	if _, main, ok := strings.Cut(a.text, "<main"); ok {
		shown = main
	}
	if a.status != status {
		t.Errorf("%s: %d to %q, want %d\n%.2000s", what, a.status, a.to, status, shown)
	}
	for _, s := range texts {
		if !strings.Contains(a.text, s) {
			t.Errorf("%s does not say %q\n%.3000s", what, s, shown)
		}
	}
}

var (
	untold  = regexp.MustCompile(`>[^<]*\b(desk|award|page|issue|result|body)\.[a-z]+\.?[a-zA-Z.-]*[^<]*<`)
	version = regexp.MustCompile(`name="version" value="([0-9a-f]{64})"`)
)

// speaks looks at a page in every language: its lang, one heading, no message key.
func (b *bureau) speaks(t *testing.T, path string) {
	t.Helper()
	for _, lang := range []string{"en", "fr", "de"} {
		sep := "?"
		if strings.Contains(path, "?") {
			sep = "&"
		}
		a := b.get(t, path+sep+"lang="+lang)
		if a.status != http.StatusOK || !strings.Contains(a.text, `<html lang="`+lang+`"`) || strings.Count(a.text, "<h1") != 1 {
			t.Errorf("%s in %s: %d", path, lang, a.status)
		}
		for _, m := range untold.FindAllString(a.text, -1) {
			if !strings.Contains(m, "<code") {
				t.Errorf("%s in %s shows a key: %s", path, lang, m)
			}
		}
		if strings.Contains(a.text, "&lt;no value") {
			t.Errorf("%s in %s has an empty placeholder", path, lang)
		}
	}
}

// From the example to the sealed credential, by the pages alone.
func TestFirstResultByThePages(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	const base = "/b/musterstadt"
	b.speaks(t, base+"/results")
	b.speaks(t, base+"/credentials")
	example := b.get(t, base+"/results/example.json")
	want(t, "the example", example, http.StatusOK, `"imported": true`)

	a := b.bring(t, "", example.text)
	want(t, "importing", a, http.StatusSeeOther)
	path, _, _ := strings.Cut(a.to, "?")
	b.speaks(t, path)
	shown := b.get(t, a.to)
	want(t, "the result", shown, http.StatusOK, "Erika Example", "First Assessor (example)", "preview/fr", `id="seal"`)
	seen := version.FindStringSubmatch(shown.text)[1]
	for _, lang := range []string{"en", "fr", "de"} {
		if png := b.get(t, path+"/preview/"+lang); png.status != http.StatusOK || png.kind != "image/png" {
			t.Errorf("preview in %s: %d, %s", lang, png.status, png.kind)
		}
	}

	a = b.post(t, path+"/attach", url.Values{"email": {"not an address"}, "lang": {"fr"}, "version": {seen}})
	want(t, "a wrong address", a, http.StatusBadRequest, `value="not an address"`, "attach-email-error")
	a = b.post(t, path+"/attach", url.Values{"email": {"erika@example.org"}, "lang": {"fr"}, "version": {seen}})
	want(t, "the address", a, http.StatusSeeOther)
	b.speaks(t, path)

	// Whoever showed too long ago who they are is asked again, and nothing is done.
	fresh := b.actor
	b.actor.SignedIn = time.Now().Add(-time.Hour)
	a = b.post(t, path+"/seal", url.Values{"version": {seen}})
	if a.status != http.StatusSeeOther || a.to != "/confirm" || b.asked != 1 {
		t.Errorf("sealing after an hour: %d to %q", a.status, a.to)
	}
	b.actor = fresh
	want(t, "sealing another version", b.post(t, path+"/seal", url.Values{"version": {strings.Repeat("0", 64)}}), http.StatusConflict, "Somebody has changed")
	seen = version.FindStringSubmatch(b.get(t, path).text)[1]
	a = b.post(t, path+"/seal", url.Values{"version": {seen}})
	want(t, "sealing", a, http.StatusSeeOther)
	cred := strings.Replace(path, "/results/", "/credentials/", 1)
	if a.to != cred+"?done=sealed" {
		t.Errorf("sealed leads to %q", a.to)
	}
	b.speaks(t, cred)
	sealed := b.get(t, a.to)
	want(t, "the credential", sealed, http.StatusOK, origin+"/v/", "files/edc", "files/pdf-de", "suspend", "revoke")
	letters := strings.Count(sealed.text, `href="/demo/mail"`) // below the notice, and where they still are after a reload
	if again := strings.Count(b.get(t, cred).text, `href="/demo/mail"`); letters != 2 || again != 1 {
		t.Errorf("%d ways to the letters, and %d after a reload", letters, again)
	}
	for kind, media := range map[string]string{"edc": "application/jose+json", "pdf-de": "application/pdf", "ob3": "application/vc"} {
		if f := b.get(t, cred+"/files/"+kind); f.status != http.StatusOK || f.kind != media || len(f.text) < 1000 {
			t.Errorf("%s: %d, %s, %d bytes", kind, f.status, f.kind, len(f.text))
		}
	}
	if a := b.get(t, path); a.status != http.StatusSeeOther || a.to != cred {
		t.Errorf("the page of the result leads to %q", a.to)
	}
	b.speaks(t, base+"/credentials")
	want(t, "sending again", b.post(t, cred+"/send", url.Values{"email": {""}}), http.StatusBadRequest, "send-email-error")
	b.actor.SignedIn, b.asked = time.Now().Add(-time.Hour), 0
	a = b.post(t, cred+"/send", url.Values{"email": {"e@example.org"}, "lang": {"de"}})
	if a.status != http.StatusSeeOther || a.to != "/confirm" || b.asked != 1 {
		t.Errorf("sending again after an hour: %d to %q", a.status, a.to)
	}
	b.actor = fresh
	want(t, "sending again", b.post(t, cred+"/send", url.Values{"email": {"e@example.org"}, "lang": {"de"}}), http.StatusSeeOther)

	for _, change := range []struct{ name, reason string }{{"suspend", "under-review"}, {"reinstate", "cleared"}, {"revoke", "issued-in-error"}} {
		at := cred + "/" + change.name
		b.speaks(t, at)
		want(t, "no reason", b.post(t, at, url.Values{"note": {"typed"}}), http.StatusBadRequest, "typed", "change-reason-error")
		a := b.post(t, at, url.Values{"reason": {change.reason}, "note": {"why"}})
		want(t, change.name, a, http.StatusSeeOther)
		b.speaks(t, a.to)
	}
	want(t, "the history", b.get(t, cred), http.StatusOK, "By", "Sealed", "Suspended", "Suspension lifted", "Withdrawn")
	if n := strings.Count(b.get(t, cred).text, "somebody who has no account here any more"); n < 4 { // who sealed it, and who made three changes
		t.Errorf("%d events say who it was", n)
	}
	want(t, "undoing a revocation", b.get(t, cred+"/reinstate"), http.StatusConflict)
	b.speaks(t, base+"/results?show=sealed")
	b.speaks(t, base+"/credentials?show=revoked")
}

func TestRefusedFilesAreExplained(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	want(t, "nothing", b.bring(t, ""), http.StatusBadRequest, "import-file-error")
	bad := b.result(t, func(r *assessment.Result) { r.Assessors, r.Body.ID = r.Assessors[:1], "elsewhere" })
	a := b.bring(t, "", bad)
	want(t, "a bad file", a, http.StatusBadRequest, "data-refused", "result-1.json", "<code>", "R56")
	want(t, "another kind of file", b.bring(t, "Name;Unit"), http.StatusBadRequest, "This is not a Result file.", "near byte 0")
	if a = b.bring(t, "{ no json"); strings.Contains(a.text, "not a Result file") {
		t.Error("a Result file with a fault is said to be none")
	}
	a = b.bring(t, "{ no json", b.result(t), b.result(t))
	want(t, "good and bad", a, http.StatusBadRequest, "{ no json", "2 other files were imported")
	a = b.bring(t, "{ no json", bad)
	want(t, "two bad ones", a, http.StatusBadRequest, "2 files were not imported", "data-focus", "result-1.json")
	if strings.Count(a.text, `role="alert"`) != 1 {
		t.Error("more than one message is read out")
	}
	a = b.bring(t, "", b.result(t), b.result(t))
	want(t, "two", a, http.StatusSeeOther)
	b.speaks(t, a.to)
	if a := b.get(t, "/b/musterstadt/results"); strings.Count(a.text, `<th scope="row"`) != 4 {
		t.Errorf("%d rows", strings.Count(a.text, `<th scope="row"`))
	}
	id := regexp.MustCompile(`/results/([0-9a-f-]{36})`).FindStringSubmatch(b.get(t, "/b/musterstadt/results").text)[1]
	b.speaks(t, "/b/musterstadt/results/"+id+"/discard")
	want(t, "discarding", b.post(t, "/b/musterstadt/results/"+id+"/discard", nil), http.StatusSeeOther)
	want(t, "what is gone", b.get(t, "/b/musterstadt/results/"+id), http.StatusNotFound)
}

// What a body cannot seal with yet is said, with the way to put it right.
func TestUnreadyBody(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	a := b.bring(t, "", b.result(t))
	p, v, err := b.store.BodyVersion(t.Context(), "musterstadt")
	if err != nil {
		t.Fatal(err)
	}
	p.Accreditations = nil
	if err := b.store.KeepProfile(t.Context(), "musterstadt", p, v); err != nil {
		t.Fatal(err)
	}
	shown := b.get(t, a.to)
	want(t, "the result", shown, http.StatusOK, "data-unready", "/b/musterstadt/setup")
	if strings.Contains(shown.text, `id="seal"`) {
		t.Error("it can be sealed all the same")
	}
	b.speaks(t, strings.Split(a.to, "?")[0])
	want(t, "importing", b.bring(t, "", b.result(t)), http.StatusBadRequest, "data-refused")
	want(t, "sealing", b.post(t, strings.Split(a.to, "?")[0]+"/seal", url.Values{}), http.StatusConflict)
}

func TestPagesAskForLeave(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	a := b.bring(t, "", b.result(t))
	path := strings.Split(a.to, "?")[0]
	id := path[strings.LastIndex(path, "/")+1:]
	const base = "/b/musterstadt"
	gets := []string{"/results", "/results/example.json", "/results/" + id, "/results/" + id + "/preview/en", "/results/" + id + "/discard", "/credentials",
		"/credentials/" + id, "/credentials/" + id + "/files/edc", "/credentials/" + id + "/revoke", "/credentials/" + id + "/suspend"}
	posts := []string{"/results", "/results/" + id + "/attach", "/results/" + id + "/seal", "/results/" + id + "/discard", "/credentials/" + id + "/send", "/credentials/" + id + "/revoke"}
	outsider := member(access.Officer)
	outsider.Memberships[0].Body = "elsewhere"
	b.actor = outsider
	strange := b.get(t, "/b/nobody/results")
	for _, p := range gets {
		if a := b.get(t, base+p); a.status != http.StatusNotFound {
			t.Errorf("GET %s by an outsider: %d", p, a.status)
		}
	}
	for _, p := range posts {
		if a := b.post(t, base+p, nil); a.status != http.StatusNotFound {
			t.Errorf("POST %s by an outsider: %d", p, a.status)
		}
	}
	if strange.status != http.StatusNotFound {
		t.Errorf("a body that does not exist: %d", strange.status)
	}
	b.actor = member(access.Mentor)
	for _, p := range append(gets, posts...) {
		method := http.MethodGet
		if strings.HasSuffix(p, "/attach") || strings.HasSuffix(p, "/seal") || strings.HasSuffix(p, "/send") {
			method = http.MethodPost
		}
		if a := b.do(t, method, base+p, "application/x-www-form-urlencoded", nil); a.status != http.StatusForbidden {
			t.Errorf("%s %s by a mentor: %d", method, p, a.status)
		}
	}
	b.actor = member(access.Administrator)
	shown := b.get(t, path)
	want(t, "an administrator looks", shown, http.StatusOK)
	for _, no := range []string{`id="seal"`, `id="attach"`, "/discard"} {
		if strings.Contains(shown.text, no) {
			t.Errorf("an administrator is offered %s", no)
		}
	}
	b.actor = access.Actor{}
	if a := b.get(t, path); a.to != "/confirm" {
		t.Errorf("nobody: %d to %q", a.status, a.to)
	}
	for _, id := range []string{"x", uuid.NewString(), strings.ToUpper(id)} {
		b.actor = member(access.Officer)
		if a := b.get(t, base+"/results/"+id); a.status != http.StatusNotFound {
			t.Errorf("%s: %d", id, a.status)
		}
	}
}
