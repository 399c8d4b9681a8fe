package session

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/web/page"
)

// The pages that Ask leads to.
const (
	SignInPath  = "/sign-in"
	ConfirmPath = "/confirm"
	GoOnPath    = "/confirm/go-on" // shows the form that was held, to be sent once more
	StartPath   = "/start"
)

const maxNext = 1000

// Next reads where somebody is led after signing in: a path of ours. What is
// none, or would only lead back, is the start page.
func Next(s string) string {
	if s == "" || len(s) > maxNext || s[0] != '/' || strings.HasPrefix(s, "//") || strings.ContainsAny(s, "\\") {
		return StartPath
	}
	for _, c := range s {
		if c <= ' ' || c == 0x7f {
			return StartPath
		}
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") {
		return StartPath
	}
	for _, back := range []string{SignInPath, "/sign-out"} {
		if u.Path == back || strings.HasPrefix(u.Path, back+"/") {
			return StartPath
		}
	}
	return s
}

// To gives the address of a page that comes back to next.
func To(path, next string) string {
	if next == "" || next == StartPath {
		return path
	}
	return path + "?next=" + url.QueryEscape(next)
}

// Ask sends somebody who must sign in to the page for it, and who must show once
// more who they are to that one. A form that was sent is held, so that nothing
// that was typed is lost: see GoOnPath.
func (m *Manager) Ask(w http.ResponseWriter, r *http.Request) {
	c := Of(r)
	next := r.URL.RequestURI()
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		next = m.before(r)
	}
	if !c.Actor.Known() {
		page.SeeOther(w, r, To(SignInPath, Next(next)))
		return
	}
	if form, ok := c.held.form(r, m.cfg.Now()); ok {
		if b, err := json.Marshal(form); err == nil {
			m.Keep(r, keptForm, string(b))
			next = GoOnPath + "?form=" + form.ID
		}
	}
	page.SeeOther(w, r, To(ConfirmPath, Next(next)))
}

// before is the page that a form stood on.
func (m *Manager) before(r *http.Request) string {
	u, err := url.Parse(r.Referer())
	if err != nil || u.Host != r.Host {
		return StartPath
	}
	return u.RequestURI()
}

// Fresh is a middleware for pages whose form needs a sign-in of a moment ago, so
// that people confirm before they fill it in. Files cannot be held.
func (m *Manager) Fresh(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a := ActorOf(r); r.Method == http.MethodGet && (!a.Known() || !a.Fresh(m.cfg.Now())) {
			m.Ask(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Need is a middleware for pages of people who have signed in.
func (m *Manager) Need(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !ActorOf(r).Known() {
			m.Ask(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// maxHeld is the size of a form that is held, and heldFor how long.
const (
	maxHeld = 64 << 10
	heldFor = access.FreshFor
)

// A held is the copy of a form that is being read.
type held struct {
	io.ReadCloser
	copy bytes.Buffer
}

// hold copies a form while it is read, where it may have to be sent once more.
func hold(r *http.Request, a access.Actor, now time.Time) *held {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.Method != http.MethodPost || err != nil || kind != "application/x-www-form-urlencoded" || a.Fresh(now) || r.Body == nil {
		return nil
	}
	h := &held{ReadCloser: r.Body}
	r.Body = h
	return h
}

// Read reads, and keeps a copy as long as it is small enough.
func (h *held) Read(p []byte) (int, error) {
	n, err := h.ReadCloser.Read(p)
	if h.copy.Len() <= maxHeld {
		h.copy.Write(p[:n])
	}
	return n, err
}

// keptForm is where a form is held: one, the last that was sent.
const keptForm = "form"

// A Form is one that was held. Its ID stands in the address that shows it, so that
// of two forms nobody sends the other one.
type Form struct {
	ID     string        `json:"id"`
	Path   string        `json:"path"`
	Fields []page.Hidden `json:"fields"`
	At     time.Time     `json:"at"`
}

// form reads what is left of a form, and gives all of it.
func (h *held) form(r *http.Request, now time.Time) (Form, bool) {
	if h == nil {
		return Form{}, false
	}
	if _, err := io.Copy(io.Discard, io.LimitReader(h, maxHeld+1)); err != nil || h.copy.Len() > maxHeld {
		return Form{}, false
	}
	f := Form{ID: rand.Text(), Path: r.URL.RequestURI(), At: now.UTC()}
	for pair := range strings.SplitSeq(h.copy.String(), "&") {
		name, value, _ := strings.Cut(pair, "=")
		n, err1 := url.QueryUnescape(name)
		v, err2 := url.QueryUnescape(value)
		if err1 != nil || err2 != nil {
			return Form{}, false
		}
		if n != "" {
			f.Fields = append(f.Fields, page.Hidden{Name: n, Value: v})
		}
	}
	return f, Next(f.Path) == f.Path
}

// Held gives the form that Ask held for this session and that the address names,
// once.
func (m *Manager) Held(r *http.Request) (Form, error) {
	f, ok := m.heldForm(r)
	if !ok || f.ID != r.URL.Query().Get("form") {
		return Form{}, fault.New(fault.Conflict, "session.held.none", nil)
	}
	m.Take(r, keptForm)
	return f, nil
}

// heldForm gives the form that is held, and forgets one that is too old: what
// somebody typed does not lie about for as long as they are signed in.
func (m *Manager) heldForm(r *http.Request) (Form, bool) {
	kept := m.Kept(r, keptForm)
	if kept == "" {
		return Form{}, false
	}
	var f Form
	if err := json.Unmarshal([]byte(kept), &f); err != nil || f.ID == "" || m.cfg.Now().Sub(f.At) > heldFor+access.FreshFor {
		m.Take(r, keptForm)
		return Form{}, false
	}
	return f, true
}
