package page

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// A Policy says what a browser may do with our answers. The zero value lets
// pages load our own styles and images and send forms to us, and nothing else.
type Policy struct {
	Script bool // our own script files, and requests to us from them

	// Forms may also lead to these origins: browsers stop a redirect that follows a
	// form, such as the one to sign in elsewhere, unless it is named here.
	Forms []string

	Images []string // sources of images beside our own, such as "data:" or "blob:"

	// Referrer is the Referrer-Policy; empty: "no-referrer". Where forms are sent,
	// "same-origin" is needed: under "no-referrer" they carry "Origin: null", which
	// SameSite refuses in browsers without Sec-Fetch-Site.
	Referrer string

	// DataOnly is for interfaces that answer data and never a page.
	DataOnly bool

	// Secure is for a host that is reached by https alone, from now on.
	Secure bool
}

// onlyHTTPS tells whether browsers may be told to come to an origin by https alone.
// This machine has other servers beside ours.
func onlyHTTPS(origin string) bool {
	u, err := url.Parse(origin)
	if err != nil || u.Scheme != "https" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return ip == nil && u.Hostname() != "localhost"
}

// String gives the Content-Security-Policy.
func (p Policy) String() string {
	if p.DataOnly {
		return "default-src 'none'; frame-ancestors 'none'"
	}
	parts := []string{"default-src 'none'"}
	if p.Script {
		parts = append(parts, "script-src 'self'", "connect-src 'self'")
	}
	parts = append(parts, "style-src 'self'",
		strings.Join(append([]string{"img-src 'self'"}, p.Images...), " "),
		strings.Join(append([]string{"form-action 'self'"}, p.Forms...), " "),
		"base-uri 'none'", "frame-ancestors 'none'")
	return strings.Join(parts, "; ")
}

// Headers sets what holds for every answer.
func Headers(p Policy) func(http.Handler) http.Handler {
	csp, referrer := p.String(), p.Referrer
	if referrer == "" {
		referrer = "no-referrer"
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			h.Set("Content-Security-Policy", csp)
			h.Set("X-Content-Type-Options", "nosniff")
			h.Set("Referrer-Policy", referrer)
			if p.Secure { // RFC 6797, 6.1: a year
				h.Set("Strict-Transport-Security", "max-age=31536000")
			}
			h.Set("Cross-Origin-Resource-Policy", "same-origin")
			if !p.DataOnly {
				h.Set("X-Frame-Options", "DENY")
				h.Set("Cross-Origin-Opener-Policy", "same-origin")
				h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
			}
			next.ServeHTTP(w, r)
		})
	}
}

// NoStore tells everybody to keep no copy of the answers.
func NoStore(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// LimitBody bounds how much of a body can be read at all. Reading more is an
// error of kind TooLarge.
func LimitBody(most int64) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			limited := r.WithContext(r.Context()) // net/http looks at its own request when it closes
			limited.Body = http.MaxBytesReader(w, r.Body, most)
			next.ServeHTTP(w, limited)
		})
	}
}

// Timeout ends the context of a request after a time. A handler that returns
// the error of its context is answered 503.
func Timeout(d time.Duration) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx, cancel := context.WithTimeout(r.Context(), d)
			defer cancel()
			next.ServeHTTP(w, r.WithContext(ctx))
		})
	}
}
