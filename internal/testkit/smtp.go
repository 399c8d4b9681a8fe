package testkit

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"net/mail"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// SMTPConfig says what a mail server of a test does. The zero value is one without TLS
// that takes everything.
type SMTPConfig struct {
	StartTLS bool
	TLS      bool   // from the start
	User     string // who may send, with Password; empty: anybody
	Password string

	// What it answers, a *smtp.SMTPError for a code of one's own. Nil takes all.
	From func(from string) error
	To   func(to string) error
	Data func(m Mail) error
}

// A Mail is one that a server of a test took.
type Mail struct {
	From, To string
	Hello    string
	TLS      bool
	Raw      []byte
}

// Message parses what was sent.
func (m Mail) Message(t testing.TB) *mail.Message {
	t.Helper()
	p, err := mail.ReadMessage(bytes.NewReader(m.Raw))
	if err != nil {
		t.Fatalf("what was sent is no mail: %v", err)
	}
	return p
}

// SMTP is a mail server on loopback for one test.
type SMTP struct {
	Host  string // 127.0.0.1:port
	Roots *x509.CertPool
	c     SMTPConfig

	mu    sync.Mutex
	mails []Mail
	came  chan struct{} // closed and made anew when one comes
}

// NewSMTP starts a mail server, which ends with the test.
func NewSMTP(t testing.TB, c SMTPConfig) *SMTP {
	t.Helper()
	s := &SMTP{c: c, came: make(chan struct{})}
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &smtpSession{s: s, conn: c}, nil }))
	server.Domain, server.ErrorLog = "mail.test", silent{}
	server.ReadTimeout, server.WriteTimeout = 10*time.Second, 10*time.Second
	server.AllowInsecureAuth = !c.StartTLS && !c.TLS
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.Host = l.Addr().String()
	if c.StartTLS || c.TLS {
		cert := s.certificate(t)
		conf := &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
		if c.TLS {
			l = tls.NewListener(l, conf)
		} else {
			server.TLSConfig = conf
		}
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(l)
	}()
	t.Cleanup(func() {
		_ = server.Close()
		<-done
	})
	return s
}

type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}

func (s *SMTP) certificate(t testing.TB) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail.test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	s.Roots = x509.NewCertPool()
	s.Roots.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// Mails are what was taken so far.
func (s *SMTP) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.mails)
}

// Wait gives the mails when there are n of them.
func (s *SMTP) Wait(t testing.TB, n int) []Mail {
	t.Helper()
	end := time.After(20 * time.Second)
	for {
		s.mu.Lock()
		mails, came := slices.Clone(s.mails), s.came
		s.mu.Unlock()
		if len(mails) >= n {
			return mails
		}
		select {
		case <-came:
		case <-end:
			t.Fatalf("%d mails came, want %d", len(mails), n)
		}
	}
}

type smtpSession struct {
	s    *SMTP
	conn *smtp.Conn
	in   bool
	mail Mail
}

func (c *smtpSession) AuthMechanisms() []string {
	if c.s.c.User == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (c *smtpSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != c.s.c.User || password != c.s.c.Password {
			return smtp.ErrAuthFailed
		}
		c.in = true
		return nil
	}), nil
}

func (c *smtpSession) Mail(from string, _ *smtp.MailOptions) error {
	if c.s.c.User != "" && !c.in {
		return smtp.ErrAuthRequired
	}
	_, secure := c.conn.TLSConnectionState()
	c.mail = Mail{From: from, Hello: c.conn.Hostname(), TLS: secure}
	if c.s.c.From != nil {
		return c.s.c.From(from)
	}
	return nil
}

func (c *smtpSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	c.mail.To = to
	if c.s.c.To != nil {
		return c.s.c.To(to)
	}
	return nil
}

func (c *smtpSession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	c.mail.Raw = raw
	if c.s.c.Data != nil {
		if err := c.s.c.Data(c.mail); err != nil {
			return err
		}
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.s.mails = append(c.s.mails, c.mail)
	close(c.s.came)
	c.s.came = make(chan struct{})
	return nil
}

func (c *smtpSession) Reset()        { c.mail = Mail{} }
func (c *smtpSession) Logout() error { return nil }
