// Package fetch makes all outgoing requests of the product. It goes only to
// origins that the operator listed, never to an address inside a network
// unless that very origin was listed, follows no redirect, sends nothing about
// the one who asks, and reads no more and waits no longer than it was told.
//
// Start with New and Client.Get; Client.GetChanged spares what has not changed.
package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// The limits that hold where Config sets none.
const (
	DefaultTimeout  = 1500 * time.Millisecond
	DefaultMaxBytes = 2 << 20
)

const (
	maxURL     = 2048
	maxHeaders = 32 << 10
)

// ErrRefused says that an address may not be asked: its origin is not listed,
// or it lies inside a network.
var ErrRefused = errors.New("address may not be fetched")

// Config says where a Client may go, and what it may cost.
type Config struct {
	// Hosts are the origins that may be fetched, as ParseOrigin reads them.
	Hosts []string

	Timeout  time.Duration // for one Get, from name to last byte; zero: DefaultTimeout
	MaxBytes int64         // for one answer; zero: DefaultMaxBytes

	// RootCAs replace the certificate authorities of the system; nil keeps them.
	RootCAs *x509.CertPool

	// Lookup replaces the resolver of the system; nil keeps it.
	Lookup func(ctx context.Context, host string) ([]netip.Addr, error)
}

// A Client fetches from listed origins. It may be used by many at once.
type Client struct {
	origins  map[string]Origin // by URL form
	timeout  time.Duration
	maxBytes int64
	http     *http.Client
	lookup   func(ctx context.Context, host string) ([]netip.Addr, error)
}

// New makes a Client. A host in the list that is no origin is an error.
func New(cfg Config) (*Client, error) {
	c := &Client{
		origins:  make(map[string]Origin, len(cfg.Hosts)),
		timeout:  cfg.Timeout,
		maxBytes: cfg.MaxBytes,
		lookup:   cfg.Lookup,
	}
	for _, h := range cfg.Hosts {
		o, err := ParseOrigin(h)
		if err != nil {
			return nil, fmt.Errorf("list of hosts: %w", err)
		}
		if old, ok := c.origins[o.String()]; ok {
			o.inside = o.inside || old.inside
		}
		c.origins[o.String()] = o
	}
	if c.timeout <= 0 {
		c.timeout = DefaultTimeout
	}
	if c.maxBytes <= 0 {
		c.maxBytes = DefaultMaxBytes
	}
	if c.lookup == nil {
		c.lookup = func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		}
	}
	c.http = &http.Client{
		Transport: &http.Transport{
			Proxy:                  nil, // a proxy would resolve the name itself
			DialContext:            c.dial,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: cfg.RootCAs},
			DisableKeepAlives:      true, // each request is checked anew
			DisableCompression:     true, // a small answer must not become a large one
			MaxResponseHeaderBytes: maxHeaders,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c, nil
}

// An Origin is a scheme, host and port that may be fetched.
type Origin struct {
	scheme, host, port string
	inside             bool // addresses inside a network are meant
}

// ParseOrigin reads an entry of a list of hosts:
//
//   - "status.example.org" and "status.example.org:8443": https, at addresses
//     of the public internet only;
//   - "https://status.intern.example:8443", or an IP address with or without
//     scheme and port: https, wherever that is, since somebody wrote it down
//     as exactly that;
//   - "http://127.0.0.1:8080" and other loopback addresses: plain http.
func ParseOrigin(s string) (Origin, error) {
	fail := func(why string) (Origin, error) { return Origin{}, fmt.Errorf("origin %q: %s", short(s), why) }
	text, explicit := s, strings.Contains(s, "://")
	if !explicit {
		text = "https://" + s
	}
	u, err := url.Parse(text)
	if err != nil || len(s) > maxURL {
		return fail("not a host or origin")
	}
	if u.Hostname() == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.ForceQuery {
		return fail("only a host, with or without scheme and port, may stand here")
	}
	o := Origin{scheme: u.Scheme, host: hostname(u), port: port(u), inside: explicit}
	addr, err := netip.ParseAddr(o.host)
	literal := err == nil
	if literal {
		o.inside = true
	}
	switch o.scheme {
	case "https":
	case "http":
		if !literal || !addr.Unmap().IsLoopback() {
			return fail("plain http is for loopback addresses only")
		}
	default:
		return fail("only https, or http to a loopback address")
	}
	if !literal && !validName(o.host) {
		return fail("not a host name")
	}
	return o, nil
}

// String gives the origin as a URL, always with its port.
func (o Origin) String() string { return o.scheme + "://" + net.JoinHostPort(o.host, o.port) }

func originOf(u *url.URL) Origin {
	return Origin{scheme: strings.ToLower(u.Scheme), host: hostname(u), port: port(u)}
}

func hostname(u *url.URL) string { return strings.TrimSuffix(strings.ToLower(u.Hostname()), ".") }

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	if strings.EqualFold(u.Scheme, "http") {
		return "80"
	}
	return "443"
}

// validName tells a host name in letters, digits, hyphens and dots. Names that
// end in digits are not names: "127.1" and "0x7f.1" mean addresses to some.
func validName(host string) bool {
	if len(host) > 253 {
		return false
	}
	labels := strings.Split(host, ".")
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' {
			return false
		}
		for _, c := range l {
			if !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-') {
				return false
			}
		}
	}
	last := labels[len(labels)-1]
	return strings.ContainsFunc(last, func(r rune) bool { return 'a' <= r && r <= 'z' }) && !strings.HasPrefix(last, "0x")
}

// Allows tells whether the origin of an address is on the list. Get checks
// that, and the addresses behind the name, itself.
func (c *Client) Allows(address string) bool {
	_, _, err := c.allowed(address)
	return err == nil
}

func (c *Client) allowed(address string) (*url.URL, Origin, error) {
	if len(address) > maxURL {
		return nil, Origin{}, fmt.Errorf("%w: too long", ErrRefused)
	}
	u, err := url.Parse(address)
	if err != nil || u.Opaque != "" || u.Hostname() == "" || u.User != nil {
		return nil, Origin{}, fmt.Errorf("%w: not an absolute URL without credentials", ErrRefused)
	}
	o, ok := c.origins[originOf(u).String()]
	if !ok {
		return nil, Origin{}, fmt.Errorf("%w: origin is not listed", ErrRefused)
	}
	// One spelling for the Host header and for dial.
	u.Scheme, u.Host, u.Fragment = o.scheme, net.JoinHostPort(o.host, o.port), ""
	if port(&url.URL{Scheme: o.scheme}) == o.port {
		u.Host = strings.TrimSuffix(u.Host, ":"+o.port)
	}
	return u, o, nil
}

type originKey struct{}

// An Answer is what an address gave.
type Answer struct {
	Body        []byte
	ContentType string

	// ETag names the state that Body is in, as the server wrote it (RFC 9110,
	// 8.8.3); empty where it gave none that is well-formed.
	ETag string

	// NotModified says that the state is the one that was asked with: there is
	// no Body.
	NotModified bool
}

// Get fetches an address and gives the answer's body and content type. accept
// is the Accept header; empty takes anything. Any answer but a plain 200 is an
// error, a redirect too; so is one that is larger or slower than allowed.
func (c *Client) Get(ctx context.Context, address, accept string) ([]byte, string, error) {
	a, err := c.GetChanged(ctx, address, accept, "")
	return a.Body, a.ContentType, err
}

// GetChanged is Get for what was fetched before: etag is what the answer of
// then said. Where nothing has changed since, the answer may be NotModified;
// one that was not asked for is an error. An etag that is empty or no entity
// tag is not sent.
func (c *Client) GetChanged(ctx context.Context, address, accept, etag string) (Answer, error) {
	u, o, err := c.allowed(address)
	if err != nil {
		return Answer{}, err
	}
	ctx, cancel := context.WithTimeout(context.WithValue(ctx, originKey{}, o), c.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return Answer{}, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	if accept == "" {
		accept = "*/*"
	}
	req.Header.Set("Accept", accept)
	req.Header.Set("Accept-Encoding", "identity")
	req.Header.Set("User-Agent", "probatum")
	conditional := validETag(etag)
	if conditional {
		req.Header.Set("If-None-Match", etag)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return Answer{}, fmt.Errorf("fetching from %s: %w", o, cause(err))
	}
	defer resp.Body.Close() //nolint:errcheck // only read from
	if conditional && resp.StatusCode == http.StatusNotModified {
		return Answer{NotModified: true, ETag: etag}, nil
	}
	body, err := c.read(ctx, o, resp)
	if err != nil {
		return Answer{}, err
	}
	a := Answer{Body: body, ContentType: resp.Header.Get("Content-Type")}
	if tag := resp.Header.Get("ETag"); validETag(tag) {
		a.ETag = tag
	}
	return a, nil
}

// read gives the body of a plain 200.
func (c *Client) read(ctx context.Context, o Origin, resp *http.Response) ([]byte, error) {
	switch coding := resp.Header.Get("Content-Encoding"); {
	case resp.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("fetching from %s: answer has status %d", o, resp.StatusCode)
	case coding != "" && !strings.EqualFold(coding, "identity"):
		return nil, fmt.Errorf("fetching from %s: answer is compressed, which was not asked for", o)
	case resp.ContentLength > c.maxBytes:
		return nil, fmt.Errorf("fetching from %s: answer of %d bytes, at most %d are read", o, resp.ContentLength, c.maxBytes)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, c.maxBytes+1))
	if err == nil {
		// A server that sees our side give up may still end its answer in
		// good form before the connection is gone: half an answer.
		err = ctx.Err()
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("fetching from %s: reading the answer: %w", o, cause(err))
	case int64(len(body)) > c.maxBytes:
		return nil, fmt.Errorf("fetching from %s: answer of more than %d bytes", o, c.maxBytes)
	}
	return body, nil
}

// maxETag bounds what is kept and sent back to a server.
const maxETag = 256

// validETag tells an entity tag, weak or strong (RFC 9110, 8.8.3), in the
// characters of ASCII.
func validETag(tag string) bool {
	opaque := strings.TrimPrefix(tag, "W/")
	if len(tag) > maxETag || len(opaque) < 2 || opaque[0] != '"' || opaque[len(opaque)-1] != '"' {
		return false
	}
	for _, c := range []byte(opaque[1 : len(opaque)-1]) {
		if c <= ' ' || c == '"' || c > '~' {
			return false
		}
	}
	return true
}

// cause takes the URL out of an error of net/http: it may hold what nobody
// should find in a log.
func cause(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}

// dial resolves the name once, checks every address that comes back, and
// connects to a checked address: a second look at the name could give another.
func (c *Client) dial(ctx context.Context, network, address string) (net.Conn, error) {
	o, ok := ctx.Value(originKey{}).(Origin)
	host, portText, err := net.SplitHostPort(address)
	if !ok || err != nil || host != o.host || portText != o.port {
		return nil, fmt.Errorf("%w: not the origin that was checked", ErrRefused)
	}
	addrs, err := c.addresses(ctx, o)
	if err != nil {
		return nil, err
	}
	var d net.Dialer
	var first error
	for _, a := range addrs {
		conn, err := d.DialContext(ctx, network, net.JoinHostPort(a.String(), portText))
		if err == nil {
			return conn, nil
		}
		if first == nil {
			first = err
		}
	}
	return nil, first
}

// addresses gives what a host resolves to. One address inside a network among
// them refuses them all: an honest name has none.
func (c *Client) addresses(ctx context.Context, o Origin) ([]netip.Addr, error) {
	addrs := make([]netip.Addr, 0, 1)
	if a, err := netip.ParseAddr(o.host); err == nil {
		addrs = append(addrs, a)
	} else if addrs, err = c.lookup(ctx, o.host); err != nil {
		return nil, fmt.Errorf("looking up the host: %w", err)
	}
	if len(addrs) == 0 {
		return nil, errors.New("looking up the host: no address")
	}
	for i, a := range addrs {
		a = a.Unmap()
		addrs[i] = a
		switch {
		case o.scheme == "http" && !a.IsLoopback():
			return nil, fmt.Errorf("%w: plain http to another machine", ErrRefused)
		case !o.inside && !Public(a):
			return nil, fmt.Errorf("%w: the host has an address inside a network", ErrRefused)
		}
	}
	return addrs[:min(len(addrs), 4)], nil
}

// special are the blocks that are no places on the public internet (IANA
// special-purpose registries), and those that carry an IPv4 address inside.
var special = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
	"192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
	"203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
	"::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16",
	"3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
)

// global is all that is given out of IPv6 (IANA IPv6 Global Unicast Address
// Assignments).
var global = netip.MustParsePrefix("2000::/3")

func prefixes(all ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(all))
	for i, s := range all {
		out[i] = netip.MustParsePrefix(s)
	}
	return out
}

// Public tells whether an address is one of the public internet.
func Public(a netip.Addr) bool {
	a = a.Unmap()
	if a.Is6() && !global.Contains(a) {
		return false
	}
	return a.IsValid() && a.Zone() == "" && !slices.ContainsFunc(special, func(p netip.Prefix) bool { return p.Contains(a) })
}

// short makes a wrong entry fit for an error message.
func short(s string) string {
	if len(s) > 80 {
		return s[:80] + "…"
	}
	return s
}
