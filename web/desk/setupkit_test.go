package desk_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/body"
	"github.com/probatum/probatum/jobs"
	"github.com/probatum/probatum/store"
	"github.com/probatum/probatum/web/desk"
	"github.com/probatum/probatum/web/page"
	"github.com/probatum/probatum/web/page/pagetest"
)

// A house is a server with the bodies "nord" and "sued", each with an
// administrator, and their pages. No letter is sent.
type house struct {
	t        *testing.T
	store    *store.Store
	accounts *access.Accounts
	admin    *desk.Admin
	actor    access.Actor // who asks
	ada, bo  access.Actor // the administrators of nord and sued
	data     string
	now      time.Time
	handler  http.Handler
	asked    int // how often somebody was sent to sign in or to confirm
}

func newHouse(t *testing.T) *house {
	t.Helper()
	queue, err := jobs.New()
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, data: t.TempDir(), now: time.Now().UTC().Truncate(time.Second)}
	clock := func() time.Time { return h.now }
	h.store, err = store.Open(t.Context(), filepath.Join(h.data, "probatum.db"), store.Options{Create: true, Jobs: queue, Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.store.Close() })
	h.accounts = &access.Accounts{Store: h.store, Links: access.LinkKey{1}, Now: clock}
	for _, b := range []access.NewBody{{ID: "nord", Name: "DEMO Nord"}, {ID: "sued", Name: "DEMO Süd"}} {
		if err := h.store.MakeBody(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	h.ada, h.bo = h.person("Ada", "nord", access.Administrator), h.person("Bo", "sued", access.Administrator)
	h.actor = h.ada

	files, err := desk.Templates()
	if err != nil {
		t.Fatal(err)
	}
	site, err := page.New(page.Config{
		PublicURL: origin, Demo: true, Log: slog.New(slog.DiscardHandler), Templates: files, App: true,
		Policy: page.Policy{Script: true, Referrer: "same-origin"},
		SignIn: func(w http.ResponseWriter, r *http.Request) {
			h.asked++
			page.SeeOther(w, r, "/confirm")
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	h.admin = desk.NewAdmin(desk.AdminConfig{
		Site: site, Bodies: h.store, Accounts: h.accounts, Letters: h.store, Data: h.data,
		Actor: func(*http.Request) access.Actor { return h.actor }, Now: clock,
	})
	r := chi.NewRouter()
	r.Use(site.Use()...)
	r.NotFound(site.NotFound)
	r.Get("/static/{name}", site.Page(site.Static))
	h.admin.Routes(r)
	h.admin.API(r)
	h.handler = r
	return h
}

// person makes an account with a role in a body, signed in just now.
func (h *house) person(name string, b access.BodyID, role access.Role) access.Actor {
	h.t.Helper()
	ctx, email := h.t.Context(), strings.ToLower(name)+"@example.org"
	k := access.Ticket{ID: access.NewTicketID(), Purpose: access.Register, Email: email, Lang: "en", By: access.Console, Created: h.now, Expires: h.now.Add(time.Hour)}
	if err := h.store.MakeTicket(ctx, k); err != nil {
		h.t.Fatal(err)
	}
	id := access.NewPersonID()
	if _, err := h.store.SignUp(ctx, access.NewAccount{
		ID: id, Name: name, Email: email, Lang: "en", Login: access.Login{Passkey: &access.Passkey{ID: uuid.NewString(), Credential: "{}", Name: "Phone"}},
	}, k.ID, false); err != nil {
		h.t.Fatal(err)
	}
	m := access.NewMembership(id, b, role, access.Console, h.now)
	if err := h.store.AddMember(ctx, m); err != nil {
		h.t.Fatal(err)
	}
	return access.Actor{Person: id, Name: name, SignedIn: h.now, Memberships: []access.Membership{m}}
}

// An upload is a file of a form.
type upload struct {
	name, file string
	data       []byte
}

// send sends a request and gives what was answered. A form is sent in parts where
// there are files.
func (h *house) send(method, path string, form url.Values, files ...upload) *httptest.ResponseRecorder {
	h.t.Helper()
	var sent io.Reader
	kind := "application/x-www-form-urlencoded"
	if len(files) == 0 {
		sent = strings.NewReader(form.Encode())
	} else {
		var buf bytes.Buffer
		parts := multipart.NewWriter(&buf)
		for name, all := range form {
			for _, value := range all {
				_ = parts.WriteField(name, value)
			}
		}
		for _, f := range files {
			w, err := parts.CreatePart(textproto.MIMEHeader{
				"Content-Disposition": {`form-data; name="` + f.name + `"; filename="` + f.file + `"`}, "Content-Type": {"application/octet-stream"},
			})
			if err != nil {
				h.t.Fatal(err)
			}
			_, _ = w.Write(f.data)
		}
		_ = parts.Close()
		sent, kind = &buf, parts.FormDataContentType()
	}
	r := httptest.NewRequestWithContext(h.t.Context(), method, path, sent)
	r.Header.Set("Content-Type", kind)
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	return w
}

func (h *house) get(path string) *httptest.ResponseRecorder {
	h.t.Helper()
	return h.send(http.MethodGet, path, nil)
}

// see gets a page that must be there.
func (h *house) see(path string) pagetest.Node {
	h.t.Helper()
	w := h.get(path)
	if w.Code != http.StatusOK {
		h.t.Fatalf("%s answers %d\n%s", path, w.Code, w.Body)
	}
	return pagetest.Parse(h.t, w)
}

// goes sends a form that must be taken, and gives where it leads.
func (h *house) goes(path string, form url.Values, files ...upload) string {
	h.t.Helper()
	w := h.send(http.MethodPost, path, form, files...)
	if w.Code != http.StatusSeeOther {
		h.t.Fatalf("POST %s answers %d\n%s", path, w.Code, w.Body)
	}
	return w.Header().Get("Location")
}

func (h *house) profile(b access.BodyID) (body.Profile, string) {
	h.t.Helper()
	p, version, err := h.store.BodyVersion(h.t.Context(), b)
	if err != nil {
		h.t.Fatal(err)
	}
	return p, version
}

// standing is how it stands with the seal of nord.
func (h *house) standing() body.State {
	h.t.Helper()
	k, err := body.KeysIn(h.data, "nord", func() time.Time { return h.now })
	if err != nil {
		h.t.Fatal(err)
	}
	p, _ := h.profile("nord")
	s, err := k.State(p)
	if err != nil {
		h.t.Fatal(err)
	}
	return s
}

func logo(t *testing.T) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 40, 40))
	for i := range 40 {
		img.Set(i, i, color.RGBA{200, 30, 30, 255})
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

var (
	who = url.Values{"identifier": {"vatde 000000000"}, "legalName": {"DEMO Nord gGmbH"}, "country": {"DE"}, "languages": {"en"}, "main": {"en"}}

	recognition = url.Values{
		"agent": {"DEMO Skills Authority"}, "agent-country": {"DE"}, "title-en": {"Programme approval (DEMO)"}, "type": {"program-quality-assurance"}, "entry": {"new"},
	}
)

// with is a form with other values in some fields.
func with(form url.Values, pairs ...string) url.Values {
	out := url.Values{}
	for name, all := range form {
		out[name] = all
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		out.Set(pairs[i], pairs[i+1])
	}
	return out
}

// ready sets nord up as far as a trial seal.
func (h *house) ready() {
	h.t.Helper()
	h.goes("/b/nord/setup/who", who)
	h.goes("/b/nord/setup/recognition", recognition)
	h.goes("/b/nord/setup/seal/trial", nil)
}

// sample is a whole profile for tests of what is shown.
func sample() body.Profile {
	b := assessment.SampleResult("lighting", time.Now()).Body
	return body.Profile{
		ID: "nord", LegalName: b.LegalName, Identifier: b.Identifier, Country: b.Country, Accreditations: b.Accreditations,
		Languages: []string{"en", "fr", "de"}, Signatory: body.Signatory{Name: "Dr. Aylin Becker-Roth"},
	}
}
