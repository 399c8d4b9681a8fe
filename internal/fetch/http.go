package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// HTTP gives an http.Client for a protocol that a library speaks, such as
// OpenID Connect. It keeps to the same list, addresses, time and size as Get,
// and follows no redirect; but it also posts, and gives any answer back.
func (c *Client) HTTP() *http.Client {
	return &http.Client{
		Transport:     guarded{c},
		Timeout:       c.timeout,
		CheckRedirect: c.http.CheckRedirect,
	}
}

// guarded is the transport of HTTP.
type guarded struct{ client *Client }

// RoundTrip asks, if the address may be asked.
func (g guarded) RoundTrip(req *http.Request) (*http.Response, error) {
	refuse := func(err error) (*http.Response, error) {
		if req.Body != nil {
			_ = req.Body.Close() // as http.RoundTripper asks; nothing was sent
		}
		return nil, err
	}
	if req.Method != http.MethodGet && req.Method != http.MethodPost {
		return refuse(fmt.Errorf("%w: method %s", ErrRefused, req.Method))
	}
	u, o, err := g.client.allowed(req.URL.String())
	if err != nil {
		return refuse(err)
	}
	sent := req.Clone(context.WithValue(req.Context(), originKey{}, o))
	sent.URL, sent.Host = u, ""
	sent.Header.Set("Accept-Encoding", "identity")
	sent.Header.Set("User-Agent", "probatum")
	resp, err := g.client.http.Transport.RoundTrip(sent)
	if err != nil {
		return nil, fmt.Errorf("asking %s: %w", o, cause(err))
	}
	if resp.ContentLength > g.client.maxBytes {
		_ = resp.Body.Close() // it is not read
		return nil, fmt.Errorf("asking %s: answer of %d bytes, at most %d are read", o, resp.ContentLength, g.client.maxBytes)
	}
	resp.Body = &limited{resp.Body, g.client.maxBytes}
	return resp, nil
}

// limited is a body that fails where it goes on too long.
type limited struct {
	io.ReadCloser
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1]
	}
	n, err := l.ReadCloser.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, errors.New("the answer is larger than allowed")
	}
	return n, err
}
