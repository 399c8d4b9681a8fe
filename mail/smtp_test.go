package mail_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/mail"
)

func message(t *testing.T) mail.Message {
	t.Helper()
	m, err := composer(t, mail.Config{}).Compose(sample(mail.Invite, "en"), mail.Look{Name: "Prüfstelle Nord", ReplyTo: "office@pruefstelle.example"})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func sender(t *testing.T, c mail.SMTP) *mail.Sender {
	t.Helper()
	s, err := mail.NewSender(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func answer(code int, enhanced smtp.EnhancedCode, text string) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: text}
}

func TestSend(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		server           testkit.SMTPConfig
		scheme, user, pw string
		secure           bool
	}{
		"Plain":        {scheme: "smtp", server: testkit.SMTPConfig{}},
		"StartTLS":     {scheme: "smtp", server: testkit.SMTPConfig{StartTLS: true}, secure: true},
		"TLS":          {scheme: "smtps", server: testkit.SMTPConfig{TLS: true}, secure: true},
		"StartTLSAuth": {scheme: "smtp", user: "desk@", pw: "geheim", server: testkit.SMTPConfig{StartTLS: true, User: "desk", Password: "geheim"}, secure: true},
		"TLSAuth":      {scheme: "smtps", user: "desk@", pw: "geheim", server: testkit.SMTPConfig{TLS: true, User: "desk", Password: "geheim"}, secure: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := testkit.NewSMTP(t, test.server)
			s := sender(t, mail.SMTP{URL: test.scheme + "://" + test.user + server.Host, Password: test.pw, Roots: server.Roots, Hello: "credentials.example"})
			if err := s.Send(t.Context(), message(t)); err != nil {
				t.Fatalf("Send: %v", err)
			}
			m := server.Wait(t, 1)[0]
			if m.From != "noreply@probatum.example" || m.To != "jo@example.org" || m.Hello != "credentials.example" || m.TLS != test.secure {
				t.Errorf("from %s to %s, hello %s, TLS %v", m.From, m.To, m.Hello, m.TLS)
			}
		})
	}
}

func TestSendFails(t *testing.T) {
	t.Parallel()
	const secret = "jo@example.org"
	for name, test := range map[string]struct {
		server    testkit.SMTPConfig
		change    func(*mail.SMTP)
		key       string
		permanent bool
		code      int
	}{
		"NoSuchAddress": {
			server: testkit.SMTPConfig{To: func(to string) error { return answer(550, smtp.EnhancedCode{5, 1, 1}, to+" unknown") }},
			key:    "mail.failed.address", permanent: true, code: 550,
		},
		"Full": {
			server: testkit.SMTPConfig{To: func(to string) error { return answer(552, smtp.EnhancedCode{5, 2, 2}, to+" full") }},
			key:    "mail.failed.full", permanent: true, code: 552,
		},
		"Refused": {
			server: testkit.SMTPConfig{Data: func(m testkit.Mail) error { return answer(554, smtp.EnhancedCode{5, 7, 1}, m.To+" spam") }},
			key:    "mail.failed.refused", permanent: true, code: 554,
		},
		"Later": {
			server: testkit.SMTPConfig{To: func(to string) error { return answer(451, smtp.EnhancedCode{4, 7, 1}, to+" greylisted") }},
			key:    "mail.failed.later", code: 451,
		},
		"LaterAtTheEnd": {
			server: testkit.SMTPConfig{Data: func(m testkit.Mail) error { return answer(452, smtp.EnhancedCode{4, 3, 1}, m.To+" no room") }},
			key:    "mail.failed.later", code: 452,
		},
		"SenderRefused": {
			server: testkit.SMTPConfig{From: func(string) error { return answer(553, smtp.EnhancedCode{5, 7, 1}, "not yours") }},
			key:    "mail.failed.settings", code: 553,
		},
		"WrongPassword": {
			server: testkit.SMTPConfig{StartTLS: true, User: "desk", Password: "geheim"},
			change: func(c *mail.SMTP) {
				c.URL, c.Password = strings.Replace(c.URL, "://", "://desk@", 1), "falsch"
			},
			key: "mail.failed.settings", code: 535,
		},
		"NobodyKnowsItsCertificate": {
			server: testkit.SMTPConfig{StartTLS: true},
			change: func(c *mail.SMTP) { c.Roots = nil },
			key:    "mail.failed.tls",
		},
		"NobodyKnowsItsCertificateTLS": {
			server: testkit.SMTPConfig{TLS: true},
			change: func(c *mail.SMTP) { c.URL, c.Roots = strings.Replace(c.URL, "smtp:", "smtps:", 1), nil },
			key:    "mail.failed.tls",
		},
		"NoTLSAtThatPort": {
			change: func(c *mail.SMTP) { c.URL = strings.Replace(c.URL, "smtp:", "smtps:", 1) },
			key:    "mail.failed.tls",
		},
		"PasswordIsNotSentInTheOpen": {
			server: testkit.SMTPConfig{User: "desk", Password: "geheim"},
			change: func(c *mail.SMTP) {
				c.URL, c.Password = strings.Replace(c.URL, "://", "://desk@", 1), "geheim"
			},
			key: "mail.failed.settings",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := testkit.NewSMTP(t, test.server)
			c := mail.SMTP{URL: "smtp://" + server.Host, Roots: server.Roots}
			if test.change != nil {
				test.change(&c)
			}
			err := sender(t, c).Send(t.Context(), message(t))
			f, ok := errors.AsType[*mail.Failure](err)
			if !ok || f.Key != test.key || f.Permanent != test.permanent || f.Code != test.code {
				t.Fatalf("Send: %#v, want %s, permanent %v, %d", err, test.key, test.permanent, test.code)
			}
			if strings.Contains(err.Error(), secret) {
				t.Errorf("the error names the address: %v", err)
			}
			if len(server.Mails()) != 0 {
				t.Error("a mail was taken")
			}
		})
	}
}

// TestSendToAnotherMachineNeedsTLS sends to a server that is not this machine, as far
// as the program can tell.
func TestSendToAnotherMachineNeedsTLS(t *testing.T) {
	t.Parallel()
	server := testkit.NewSMTP(t, testkit.SMTPConfig{})
	_, port, err := net.SplitHostPort(server.Host)
	if err != nil {
		t.Fatal(err)
	}
	// 0.0.0.0 reaches this machine and is no loopback address.
	err = sender(t, mail.SMTP{URL: "smtp://0.0.0.0:" + port}).Send(t.Context(), message(t))
	f, ok := errors.AsType[*mail.Failure](err)
	if !ok || f.Key != "mail.failed.settings" || f.Permanent {
		t.Errorf("Send without TLS: %v", err)
	}
	if len(server.Mails()) != 0 {
		t.Error("a mail went over the network in the open")
	}
}

func TestSendIsBounded(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() { // takes connections and says nothing
		for {
			if _, err := l.Accept(); err != nil {
				return
			}
		}
	}()
	for name, scheme := range map[string]string{"plain": "smtp", "TLS": "smtps"} {
		s := sender(t, mail.SMTP{URL: scheme + "://" + l.Addr().String(), Timeout: 100 * time.Millisecond})
		began := time.Now()
		err := s.Send(t.Context(), message(t))
		if f, ok := errors.AsType[*mail.Failure](err); !ok || f.Key != "mail.failed.unreachable" || f.Permanent {
			t.Errorf("%s: Send to a silent server: %v", name, err)
		}
		if d := time.Since(began); d > 20*time.Second {
			t.Errorf("%s: it took %s", name, d)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	s := sender(t, mail.SMTP{URL: "smtp://" + l.Addr().String()})
	time.AfterFunc(50*time.Millisecond, cancel)
	began := time.Now()
	if err := s.Send(ctx, message(t)); err == nil || time.Since(began) > 20*time.Second {
		t.Errorf("Send, cancelled: %v after %s", err, time.Since(began))
	}
}

func TestNewSenderRefuses(t *testing.T) {
	t.Parallel()
	for url, key := range map[string]string{
		"": "mail.smtp.url", "mail.example.org:587": "mail.smtp.url", "http://mail.example.org": "mail.smtp.url",
		"smtp://": "mail.smtp.url", "smtp://mail.example.org:0": "mail.smtp.url", "smtp://mail.example.org:99999": "mail.smtp.url",
		"smtp://mail.example.org/x": "mail.smtp.url", "smtp://mail.example.org?tls=no": "mail.smtp.url",
		"smtp://desk:geheim@mail.example.org": "mail.smtp.password",
	} {
		_, err := mail.NewSender(mail.SMTP{URL: url})
		e, ok := errors.AsType[*fault.Error](err)
		if !ok || e.Kind != fault.Usage || e.Public != key {
			t.Errorf("NewSender(%q): %v, want %s", url, err, key)
		}
		if err != nil && strings.Contains(err.Error(), "geheim") {
			t.Errorf("the error repeats the password: %v", err)
		}
	}
}
