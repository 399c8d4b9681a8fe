package people_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/internal/testkit"
)

// A chromium is a real browser with a device that holds passkeys.
type chromium struct {
	t    *testing.T
	peer *testkit.Peer
}

// at says where the browser is after a step.
type at struct {
	Path   string   `json:"path"`
	Text   string   `json:"text"`
	Faults []string `json:"faults"`
}

func (c chromium) step(what map[string]any) at {
	c.t.Helper()
	var got at
	if err := c.peer.Ask(what, &got); err != nil {
		c.t.Fatalf("%v: %v", what, err)
	}
	if len(got.Faults) > 0 {
		c.t.Errorf("%v: the browser says %v", what, got.Faults)
	}
	return got
}

func (c chromium) open(path string) at {
	c.t.Helper()
	return c.step(map[string]any{"do": "open", "path": path})
}
func (c chromium) fill(label, value string) {
	c.t.Helper()
	c.step(map[string]any{"do": "fill", "label": label, "value": value})
}

func (c chromium) click(name, to string) at {
	c.t.Helper()
	return c.step(map[string]any{"do": "click", "name": name, "to": to})
}

// look checks the page in front, and leaves a picture where a folder is named.
func (c chromium) look(name string) {
	c.t.Helper()
	c.step(map[string]any{"do": "check"})
	if dir := os.Getenv("PROBATUM_SCREENS"); dir != "" {
		c.step(map[string]any{"do": "shot", "file": filepath.Join(dir, "people-"+name+".png")})
	}
}

// TestPasskeysInABrowser walks through the pages in Chromium: an account is made
// with a passkey, signs in, confirms, and is recovered, all by our own script and
// a device of the browser.
func TestPasskeysInABrowser(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("chromium"); err != nil && os.Getenv("PROBATUM_CHROMIUM") == "" {
		testkit.Skip(t, "there is no Chromium: no browser to try passkeys with")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	base := "http://localhost:" + port
	w := newTownAt(t, base)
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: w.handler, ReadHeaderTimeout: time.Minute}}
	server.Start()
	t.Cleanup(server.Close)
	c := chromium{t, testkit.Node(t, []string{"playwright-core", "axe-core"}, "people.mjs", base)}

	c.open("/sign-up")
	c.look("sign-up")
	c.fill("E-mail address", "mina@demo.example")
	if got := c.click("Send a link", "/sign-up"); !strings.Contains(got.Text, "Look into your mailbox") {
		t.Errorf("sign-up: %q", got.Text)
	}
	c.look("sent")
	c.open("/sign-up/" + w.link("mina@demo.example", access.Register))
	c.look("join")
	c.fill("Name", "Mina Exemplaire")
	c.click("Make a passkey", "/start")
	c.look("start")
	c.open("/settings")
	c.look("settings")
	if got := c.click("Make new codes", "/settings/codes"); !strings.Contains(got.Text, "Print or write down") {
		t.Errorf("codes: %q", got.Text)
	}
	c.look("codes")
	c.open("/settings/tokens")
	c.look("tokens")
	c.open("/settings/delete")
	c.look("delete")

	// A second one on the same device is refused by the browser, and said so.
	c.open("/settings/passkeys/new")
	c.fill("What do you call it", "Again")
	c.click("Make a passkey", "")
	c.step(map[string]any{"do": "trouble"})
	if got := c.open("/settings/passkeys/new"); got.Path != "/settings/passkeys/new" {
		t.Errorf("at %s", got.Path)
	}
	c.look("passkey")

	w.pass(access.FreshFor + time.Second)
	if got := c.open("/settings/passkeys/new"); !strings.HasPrefix(got.Path, "/confirm") {
		t.Errorf("a grave page without a new sign-in: %s", got.Path)
	}
	c.look("confirm")
	c.click("Confirm with a passkey", "/settings/passkeys/new")

	c.step(map[string]any{"do": "size", "width": 1280, "height": 900})
	c.open("/settings")
	c.look("settings-wide")
	c.step(map[string]any{"do": "size", "width": 390, "height": 844})

	// The server forgets the session; the passkey signs in.
	if _, err := w.store.EndSessions(t.Context(), w.person("mina@demo.example").ID); err != nil {
		t.Fatal(err)
	}
	if got := c.open("/settings/tokens"); got.Path != "/sign-in?next=%2Fsettings%2Ftokens" {
		t.Errorf("signed out: %s", got.Path)
	}
	c.look("sign-in")
	c.click("Sign in with a passkey", "/settings/tokens")
	c.open("/recover")
	c.look("recover")
}
