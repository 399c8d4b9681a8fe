package mail_test

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/mail"
)

var day = time.Date(2026, 11, 1, 9, 30, 0, 0, time.UTC)

// composer makes one of a server of the tests.
func composer(t testing.TB, c mail.Config) *mail.Composer {
	t.Helper()
	c.PublicURL, c.From = "https://credentials.example", "noreply@probatum.example"
	c.Link = mail.LinkTo(c.PublicURL, func(purpose, ticket string) string { return "SECRET-" + purpose + "-" + ticket })
	c.Now = func() time.Time { return day }
	m, err := mail.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// sample is a letter of a kind with all it needs.
func sample(k mail.Kind, lang string) mail.Letter {
	l := mail.Letter{ID: "0b5f6c1e-9d1c-4f0c-8f0a-0123456789ab", Kind: k, To: "jo@example.org", Lang: lang, Args: map[string]string{}}
	link := map[mail.Kind]string{
		mail.Register: "register", mail.Invite: "invite", mail.Recover: "recover", mail.Recovering: "stop", mail.Address: "address", mail.Award: "claim",
	}
	if p := link[k]; p != "" {
		l.Purpose, l.Ticket, l.Until = p, "T1", day.Add(72*time.Hour)
	}
	switch k {
	case mail.Invite:
		l.Body, l.Args["RoleKey"] = "nord", "mail.try.subject" // any message
	case mail.Role:
		l.Body, l.Args["RoleKey"], l.Args["ChangeKey"] = "nord", "mail.try.subject", "mail.role.given"
	case mail.Passkey:
		l.Args["Name"], l.Args["ChangeKey"] = "Phone", "mail.passkey.added"
	case mail.Recovering:
		l.Args["FromTime"] = day.Add(24 * time.Hour).Format(time.RFC3339)
	case mail.Award:
		l.Body, l.Args["Title"] = "nord", "Lighting"
	case mail.Revoked:
		l.Body, l.Args["Title"], l.Args["ChangeKey"] = "nord", "Lighting", "mail.revoked.revoked"
	}
	return l
}

var look = mail.Look{Name: "Prüfstelle Nord", Colour: "#ffdd00", ReplyTo: "office@pruefstelle.example"}

func lookOf(l mail.Letter) mail.Look {
	if l.Body == "" {
		return mail.Look{}
	}
	return look
}

func TestEveryKindInEveryLanguage(t *testing.T) {
	t.Parallel()
	c := composer(t, mail.Config{})
	unfilled := regexp.MustCompile(`<no value>|{{|\bmail\.[a-z]+\.[a-z]+`)
	for _, k := range mail.Kinds() {
		subjects := map[string]bool{}
		for _, lang := range i18n.Languages {
			l := sample(k, lang)
			m, err := c.Compose(l, lookOf(l))
			if err != nil {
				t.Errorf("%s %s: %v", k, lang, err)
				continue
			}
			subjects[m.Subject] = true
			for what, s := range map[string]string{"subject": m.Subject, "text": m.Text, "html": m.HTML} {
				if s == "" || unfilled.MatchString(s) {
					t.Errorf("%s %s: %s is unfilled: %q", k, lang, what, s)
				}
			}
			if !strings.Contains(m.HTML, `<html lang="`+lang+`">`) {
				t.Errorf("%s %s: the HTML does not say its language", k, lang)
			}
			if !strings.Contains(m.Text, "credentials.example") {
				t.Errorf("%s %s: the text does not say where it comes from", k, lang)
			}
			want := "SECRET-" + l.Purpose + "-T1"
			if has := strings.Contains(m.Text, want) && strings.Contains(m.HTML, want); has != (l.Ticket != "") {
				t.Errorf("%s %s: link %v, want %v", k, lang, has, l.Ticket != "")
			}
			if l.Ticket != "" && !strings.Contains(m.Text, "09:30") {
				t.Errorf("%s %s: does not say until when the link works", k, lang)
			}
			if strings.Contains(m.Subject, "SECRET") || strings.Contains(m.ID, "SECRET") {
				t.Errorf("%s %s: the link stands in a header", k, lang)
			}
		}
		if len(subjects) != len(i18n.Languages) {
			t.Errorf("%s: subjects are not translated: %v", k, subjects)
		}
	}
}

// TestHTMLIsStill holds the HTML to what needs no network: no picture, script, style
// sheet, form or frame, and links to our own host alone.
func TestHTMLIsStill(t *testing.T) {
	t.Parallel()
	c := composer(t, mail.Config{})
	active := regexp.MustCompile(`(?i)<(img|script|link|iframe|form|object|video|audio|svg|base)\b|url\(|@import|\son[a-z]+=|src=|background=`)
	href := regexp.MustCompile(`href="([^"]*)"`)
	for _, k := range mail.Kinds() {
		l := sample(k, "de")
		m, err := c.Compose(l, lookOf(l))
		if err != nil {
			t.Fatal(err)
		}
		if found := active.FindString(m.HTML); found != "" {
			t.Errorf("%s: %q", k, found)
		}
		for _, h := range href.FindAllStringSubmatch(m.HTML, -1) {
			if !strings.HasPrefix(h[1], "https://credentials.example/") {
				t.Errorf("%s: leads to %s", k, h[1])
			}
		}
	}
}

// received sends a letter to a real server and gives what came.
func received(t *testing.T, m mail.Message) (*netmail.Message, map[string]string) {
	t.Helper()
	server := testkit.NewSMTP(t, testkit.SMTPConfig{})
	if err := sender(t, mail.SMTP{URL: "smtp://" + server.Host}).Send(t.Context(), m); err != nil {
		t.Fatalf("Send: %v", err)
	}
	raw := server.Wait(t, 1)[0]
	if bytes.Contains(bytes.ReplaceAll(raw.Raw, []byte("\r\n"), nil), []byte("\n")) {
		t.Error("a bare line feed was sent")
	}
	for _, line := range bytes.Split(raw.Raw, []byte("\r\n")) {
		if len(line) > 998 {
			t.Errorf("a line of %d bytes was sent", len(line))
		}
	}
	p := raw.Message(t)
	kind, params, err := mime.ParseMediaType(p.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("Content-Type %q: %v", p.Header.Get("Content-Type"), err)
	}
	parts := map[string]string{}
	for r := multipart.NewReader(p.Body, params["boundary"]); ; {
		part, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return p, parts
		}
		if err != nil {
			t.Fatal(err)
		}
		kind, _, err := mime.ParseMediaType(part.Header.Get("Content-Type"))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			t.Fatal(err)
		}
		parts[kind] = strings.ReplaceAll(string(body), "\r\n", "\n")
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	l := sample(mail.Award, "de")
	m, err := composer(t, mail.Config{}).Compose(l, look)
	if err != nil {
		t.Fatal(err)
	}
	got, parts := received(t, m)
	decode := new(mime.WordDecoder).DecodeHeader
	subject, err := decode(got.Header.Get("Subject"))
	if err != nil || subject != m.Subject {
		t.Errorf("Subject %q: %v", subject, err)
	}
	for name, want := range map[string]string{
		"Message-ID": "<0b5f6c1e-9d1c-4f0c-8f0a-0123456789ab@probatum.example>", "Date": "Sun, 01 Nov 2026 09:30:00 +0000",
		"Auto-Submitted": "auto-generated", "Content-Language": "de", "To": "<jo@example.org>",
	} {
		if v := got.Header.Get(name); v != want {
			t.Errorf("%s: %q, want %q", name, v, want)
		}
	}
	for name, want := range map[string]netmail.Address{
		"From":     {Name: "Prüfstelle Nord", Address: "noreply@probatum.example"},
		"Reply-To": {Name: "Prüfstelle Nord", Address: "office@pruefstelle.example"},
	} {
		a, err := netmail.ParseAddress(got.Header.Get(name))
		if err != nil || *a != want {
			t.Errorf("%s: %v %v, want %v", name, a, err, want)
		}
	}
	for name := range got.Header {
		switch name {
		case "Message-Id", "Date", "Auto-Submitted", "X-Auto-Response-Suppress", "Content-Language", "To", "From", "Reply-To", "Subject", "Mime-Version", "Content-Type":
		default:
			t.Errorf("a header that nobody asked for: %s: %s", name, got.Header.Get(name))
		}
	}
	if parts["text/plain"] != m.Text || strings.TrimSpace(parts["text/html"]) != strings.TrimSpace(m.HTML) {
		t.Error("the parts are not what was composed")
	}
}

// TestNamesDoNothing puts what an attacker would into every name.
func TestNamesDoNothing(t *testing.T) {
	t.Parallel()
	evil := []string{
		"Nord\r\nBcc: eve@evil.example", "Nord\nBcc: eve@evil.example\n\nBuy", "Nord\rX: y", "Nord\u2028Bcc: eve@evil.example", "Nord\u0085Bcc: x",
		"Nord\x00\x1b[31m", `Nord" <eve@evil.example>, "`, "Nord <eve@evil.example>", "=?utf-8?q?x=0D=0ABcc:_eve@evil.example?=",
		"Nord\u202Eelpmaxe", "Nord, Eve; Group:", "\\\"\\", strings.Repeat("Ü", 5000), "日本語 検定協会", "<script>alert(1)</script>", "{{.Link}}", "@", "Nord\xff\xfe",
		`"><a href="https://evil.example">x</a>`, "Visit https://evil.example/login", "www.evil.example/login",
		"x.t.co/abc", "a.b.t.co", "x\u3002t\u3002co", "x\uFF0Et\uFF0Eco", "x\uFF61t\uFF61co", "x.t\u2024co", "9.9.9.9/abc",
	}
	linked := regexp.MustCompile(`\bt[.\x{3002}\x{FF0E}\x{FF61}\x{2024}]co\b|9\.9\.9`)
	for _, name := range evil {
		l := sample(mail.Award, "en")
		l.Args["Title"] = name
		m, err := composer(t, mail.Config{Name: name}).Compose(l, mail.Look{Name: name, Colour: `#fff;background:url(//evil.example)`, ReplyTo: name})
		if err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		got, parts := received(t, m)
		for _, h := range []string{"Bcc", "X", "Cc"} {
			if v, ok := got.Header[h]; ok {
				t.Errorf("%q: made a header %s: %v", name, h, v)
			}
		}
		for _, h := range []string{"From", "To"} {
			if a, err := got.Header.AddressList(h); err != nil || len(a) != 1 || strings.HasSuffix(a[0].Address, "evil.example") {
				t.Errorf("%q: %s is %v, %v", name, h, a, err)
			}
		}
		if r := got.Header.Get("Reply-To"); r != "" {
			t.Errorf("%q: Reply-To is %q", name, r)
		}
		html := parts["text/html"]
		if strings.Contains(html, "<script") || strings.Contains(html, `href="https://evil`) || strings.Contains(html, "url(") {
			t.Errorf("%q: came through into the HTML", name)
		}
		for kind, part := range parts {
			if strings.Contains(part, "//evil") || strings.Contains(part, "evil.example/") || linked.MatchString(part) {
				t.Errorf("%q: a link of theirs is in the %s", name, kind)
			}
			if n := strings.Count(part, "SECRET"); n == 0 || kind == "text/plain" && n != 1 {
				t.Errorf("%q: the link stands %d times in the %s", name, n, kind)
			}
		}
	}
}

// A version in a name stays as it is.
func TestNamesKeepVersions(t *testing.T) {
	t.Parallel()
	l := sample(mail.Award, "en")
	l.Args["Title"] = "Unit 2.1"
	m, err := composer(t, mail.Config{}).Compose(l, mail.Look{Name: "DEMO"})
	if err != nil || !strings.Contains(m.Text, "Unit 2.1") {
		t.Errorf("%v: %s", err, m.Text)
	}
}

func TestComposeRefuses(t *testing.T) {
	t.Parallel()
	c := composer(t, mail.Config{})
	for name, change := range map[string]func(*mail.Letter){
		"UnknownKind":     func(l *mail.Letter) { l.Kind = "news" },
		"Language":        func(l *mail.Letter) { l.Lang = "es" },
		"NoBody":          func(l *mail.Letter) { l.Body = "" },
		"NoArgs":          func(l *mail.Letter) { l.Args = nil },
		"OtherPurpose":    func(l *mail.Letter) { l.Purpose = "recover" },
		"NoTicket":        func(l *mail.Letter) { l.Ticket = "" },
		"NoEnd":           func(l *mail.Letter) { l.Until = time.Time{} },
		"NoAddress":       func(l *mail.Letter) { l.To = "" },
		"TwoAddresses":    func(l *mail.Letter) { l.To = "a@example.org, b@example.org" },
		"AddressWithName": func(l *mail.Letter) { l.To = "Jo <jo@example.org>" },
		"AddressWithLine": func(l *mail.Letter) { l.To = "jo@example.org\r\nBcc: eve@evil.example" },
		"NotParsed":       func(l *mail.Letter) { l.To = "jo@EXAMPLE.org" },
		"Time":            func(l *mail.Letter) { l.Args["XTime"] = "tomorrow" },
	} {
		l := sample(mail.Invite, "en")
		change(&l)
		if _, err := c.Compose(l, look); err == nil {
			t.Errorf("%s was composed", name)
		} else if strings.Contains(err.Error(), "example.org") {
			t.Errorf("%s: the error names the address: %v", name, err)
		}
	}
	if _, err := c.Compose(sample(mail.Invite, "en"), mail.Look{}); err == nil {
		t.Error("a letter without the name of its body was composed")
	}
}

func TestDemoSaysSo(t *testing.T) {
	t.Parallel()
	m, err := composer(t, mail.Config{Demo: true}).Compose(sample(mail.Register, "fr"), mail.Look{})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(m.Subject, "DEMO\u00a0: ") || !strings.Contains(m.Text, "démonstration") {
		t.Errorf("%q\n%s", m.Subject, m.Text)
	}
}

func TestParseAddress(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		" Jo.Doe+x@Example.ORG ": "Jo.Doe+x@example.org", "o'neil@example.org": "o'neil@example.org",
		"jo@bücher.example": "jo@xn--bcher-kva.example", "jo@faß.de": "jo@xn--fa-hia.de", "a@b.co": "a@b.co",
		"jo@sub.xn--bcher-kva.example": "jo@sub.xn--bcher-kva.example",
	} {
		if got, err := mail.ParseAddress(in); err != nil || got != want {
			t.Errorf("ParseAddress(%q) = %q, %v, want %q", in, got, err, want)
		}
	}
	for _, in := range []string{
		"", "jo", "@example.org", "jo@", "jo@localhost", "jo@127.0.0.1", "jo@[127.0.0.1]", "jo@example", "jo@example.org.", "jo@.org",
		"jo..d@example.org", ".jo@example.org", "jo.@example.org", `"jo d"@example.org`, "jo d@example.org", "jo@exa mple.org", "jö@example.org",
		"jo@example.org\r\nBcc: x@example.org", "jo\n@example.org", "jo@example.org>", "<jo@example.org>", "Jo <jo@example.org>", "a@b@example.org",
		"jo@example.org,x@example.org", "jo@-example.org", "jo@ex_ample.org", "jo@example.1", strings.Repeat("a", 65) + "@example.org",
		"jo@" + strings.Repeat("a.", 130) + "org", "jo@example.org\x00", "jo@\u202Eexample.org",
	} {
		got, err := mail.ParseAddress(in)
		if e, ok := errors.AsType[*fault.Error](err); !ok || e.Kind != fault.Invalid || e.Public != "mail.address" {
			t.Errorf("ParseAddress(%q) = %q, %v", in, got, err)
		}
	}
}

func FuzzParseAddress(f *testing.F) {
	for _, s := range []string{"jo@example.org", "jo@bücher.example", "a@b@c.de", "jo\r\n@example.org"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := mail.ParseAddress(s)
		if err != nil {
			return
		}
		if again, err := mail.ParseAddress(got); err != nil || again != got {
			t.Errorf("%q gives %q, which gives %q, %v", s, got, again, err)
		}
		if a, err := netmail.ParseAddress(got); err != nil || a.Address != got || a.Name != "" || strings.ContainsAny(got, " \r\n\t,;<>\"") {
			t.Errorf("%q gives %q, which is no bare address: %v", s, got, err)
		}
	})
}
