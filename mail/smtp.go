package mail

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/probatum/probatum/internal/fault"
)

// SMTP says which server takes our mail and how.
type SMTP struct {
	// URL is smtp://user@host:587, with STARTTLS, or smtps://user@host:465, with
	// TLS from the start. Without a user we do not sign in. To this machine alone
	// (loopback) smtp does without TLS where the server offers none.
	URL      string
	Password string
	Hello    string         // the name that we call ourselves; empty: the domain of the sender
	Timeout  time.Duration  // of one whole conversation; 0 means 30 s
	Roots    *x509.CertPool // nil: those of the system
}

// A Sender hands messages to an SMTP server, each by a connection of its own. It is
// safe for concurrent use.
type Sender struct {
	host    string
	secure  bool // TLS from the start
	hello   string
	tls     *tls.Config
	options []gomail.Option
	timeout time.Duration
}

// NewSender makes a Sender. It does not connect.
func NewSender(c SMTP) (*Sender, error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Path != "" && u.Path != "/" ||
		u.RawQuery != "" || u.Fragment != "" {
		return nil, fault.New(fault.Usage, "mail.smtp.url", nil)
	}
	if _, ok := u.User.Password(); ok { // it would be seen in lists of processes
		return nil, fault.New(fault.Usage, "mail.smtp.password", nil)
	}
	secure, host := u.Scheme == "smtps", u.Hostname()
	port := 587
	if secure {
		port = 465
	}
	if p := u.Port(); p != "" {
		if port, err = strconv.Atoi(p); err != nil || port < 1 || port > 65535 {
			return nil, fault.New(fault.Usage, "mail.smtp.url", nil)
		}
	}
	s := &Sender{host: host, secure: secure, hello: c.Hello, timeout: cmp.Or(c.Timeout, 30*time.Second)}
	s.tls = &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12, RootCAs: c.Roots}
	policy := gomail.TLSMandatory
	if secure || loopback(host) { // secure: dial has seen to it
		policy = gomail.TLSOpportunistic
	}
	s.options = []gomail.Option{
		gomail.WithPort(port), gomail.WithTimeout(s.timeout),
		gomail.WithTLSConfig(s.tls), gomail.WithTLSPolicy(policy), gomail.WithoutNoop(),
	}
	if user := u.User.Username(); user != "" {
		s.options = append(s.options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(user), gomail.WithPassword(c.Password))
	}
	if _, err := gomail.NewClient(host, s.options...); err != nil {
		return nil, fault.New(fault.Usage, "mail.smtp.url", err)
	}
	return s, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// dial connects for the conversation that ctx bounds, and ends the connection with it:
// the library bounds single steps only, and not all of them.
func (s *Sender) dial(ctx context.Context) gomail.DialContextFunc {
	return func(connecting context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(connecting, network, address) //nolint:forbidigo // to the one server that the operator names
		if err != nil {
			return nil, err
		}
		context.AfterFunc(ctx, func() { _ = conn.Close() })
		end, _ := ctx.Deadline()
		b := bounded{Conn: conn, end: end}
		if err := b.SetDeadline(end); err != nil {
			return nil, err
		}
		if s.secure {
			return tls.Client(b, s.tls), nil
		}
		return b, nil
	}
}

// bounded is a connection whose deadline nobody moves.
type bounded struct {
	net.Conn
	end time.Time
}

func (b bounded) SetDeadline(time.Time) error { return b.Conn.SetDeadline(b.end) }

// A Failure says why a message was not sent. Its text names no address of a letter;
// the answers of servers do, so they are not in it.
type Failure struct {
	Key       string // message key, with what to do
	Permanent bool   // refused for good: another attempt would be answered alike
	Code      int    // the server's; 0: it was not reached or did not answer
	Detail    string // for the log: what went wrong before the message came up
}

// Error gives the text for the log.
func (f *Failure) Error() string {
	s := f.Key
	if f.Code != 0 {
		s = fmt.Sprintf("%s (%d)", s, f.Code)
	}
	if f.Detail != "" {
		s += ": " + f.Detail
	}
	return s
}

// Send hands a message to the server. What the server took is sent, whatever happens to
// the connection afterwards. The error is a *Failure.
func (s *Sender) Send(ctx context.Context, m Message) error {
	msg, err := build(m)
	if err != nil {
		return &Failure{Key: "mail.failed.compose"}
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel() // ends the connection, too
	hello := cmp.Or(s.hello, m.From.Address[strings.LastIndexByte(m.From.Address, '@')+1:])
	client, err := gomail.NewClient(s.host, append(slices.Clip(s.options), gomail.WithHELO(hello), gomail.WithDialContextFunc(s.dial(ctx)))...)
	if err != nil {
		return &Failure{Key: "mail.failed.settings", Detail: err.Error()}
	}
	conn, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return dialFailure(err)
	}
	err = client.SendWithSMTPClient(conn, msg)
	if msg.IsDelivered() {
		_ = conn.Quit() // what was taken is taken
		return nil
	}
	return sendFailure(err)
}

// dialFailure is about everything before the first word about the message: none of it
// is the recipient's doing.
func dialFailure(err error) *Failure {
	f := &Failure{Key: "mail.failed.unreachable"}
	if answer, ok := errors.AsType[*textproto.Error](err); ok {
		f.Code, f.Key = answer.Code, "mail.failed.later"
		if answer.Code >= 500 {
			f.Key = "mail.failed.settings"
		}
		return f
	}
	f.Detail = err.Error()
	_, verification := errors.AsType[*tls.CertificateVerificationError](err)
	_, record := errors.AsType[tls.RecordHeaderError](err)
	_, network := errors.AsType[net.Error](err)
	switch {
	case verification || record:
		f.Key = "mail.failed.tls"
	case !network && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, context.Canceled):
		f.Key = "mail.failed.settings" // it was reached: no STARTTLS, no way to sign in
	}
	return f
}

// sendFailure is about one message. A refused sender is our own fault and can be
// mended; what is refused after that is refused for the recipient.
func sendFailure(err error) *Failure {
	f := &Failure{Key: "mail.failed.unreachable"}
	e, ok := errors.AsType[*gomail.SendError](err)
	if !ok || e.ErrorCode() < 400 {
		return f
	}
	f.Code = e.ErrorCode()
	switch {
	case f.Code < 500:
		f.Key = "mail.failed.later"
	case e.Reason == gomail.ErrSMTPMailFrom:
		f.Key = "mail.failed.settings"
	default:
		f.Permanent, f.Key = true, refusalKey(e)
	}
	return f
}

// refusalKey tells people what a refusal means (RFC 3463).
func refusalKey(e *gomail.SendError) string {
	switch status := e.EnhancedStatusCode(); {
	case status == "5.2.2" || e.ErrorCode() == 552:
		return "mail.failed.full"
	case status == "5.1.1" || status == "5.1.2" || status == "5.1.3" || status == "5.1.6" || status == "5.1.10",
		status == "" && e.Reason == gomail.ErrSMTPRcptTo && (e.ErrorCode() == 550 || e.ErrorCode() == 553):
		return "mail.failed.address"
	}
	return "mail.failed.refused"
}

// build makes the bytes that go over the wire.
func build(m Message) (*gomail.Msg, error) {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(&m.From)
	if err := msg.To(m.To); err != nil {
		return nil, err
	}
	if m.ReplyTo != nil {
		msg.ReplyToMailAddress(m.ReplyTo)
	}
	msg.Subject(m.Subject)
	msg.SetDateWithValue(m.Date)
	msg.SetMessageIDWithValue(m.ID)
	// RFC 3834: no machine answers it.
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetGenHeader("X-Auto-Response-Suppress", "All")
	msg.SetGenHeader("Content-Language", m.Lang)
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	return msg, nil
}
