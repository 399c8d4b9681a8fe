package page

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/probatum/probatum/i18n"
)

// A Request is what the middlewares learnt about one request.
type Request struct {
	ID     string // in the log and in the answer
	Loc    i18n.Localizer
	Chosen string // the language asked for by ?lang=, if it is one of ours

	LargeText    bool
	HighContrast bool
	CalmMotion   bool

	wanted []string
	ends   *[]func() // what is done when the request has been answered
}

// Preferences are what a person has set, in an account or a cookie.
type Preferences struct {
	Lang         string // empty: none set
	LargeText    bool
	HighContrast bool
	CalmMotion   bool // nothing moves
}

type requestKey struct{}

// RequestOf gives what WithRequest put there.
func RequestOf(r *http.Request) Request {
	if req, ok := r.Context().Value(requestKey{}).(Request); ok {
		return req
	}
	return Request{Loc: i18n.For()}
}

// T gives a message in the reader's language: RequestOf(r).Loc.T.
func T(r *http.Request, key string, pairs ...any) string { return RequestOf(r).Loc.T(key, pairs...) }

// WithRequest numbers the request and picks the language: ?lang= first, then
// Accept-Language. A number that the client sends is not taken over: it could
// forge the log.
func WithRequest(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var ends []func()
		req := Request{ID: rand.Text()[:16], ends: &ends}
		lang := r.URL.Query().Get("lang")
		if lang == "" && r.Method == http.MethodPost { // the answer to a form is in the language of the page that it stood on
			if from, err := url.Parse(r.Referer()); err == nil && from.Host == r.Host {
				lang = from.Query().Get("lang")
			}
		}
		if lang != "" {
			if slices.Contains(i18n.Languages[:], lang) {
				req.Chosen = lang
			}
			req.wanted = append(req.wanted, head(lang, 100))
		}
		req.wanted = append(req.wanted, head(r.Header.Get("Accept-Language"), 500))
		req.Loc = i18n.For(req.wanted...)
		w.Header().Set("X-Request-Id", req.ID)
		defer func() {
			for _, end := range ends {
				end()
			}
		}()
		next.ServeHTTP(w, with(r, req))
	})
}

// Prefer gives the request with what its person has set. A language comes after
// ?lang= and before Accept-Language.
func Prefer(r *http.Request, p Preferences) *http.Request {
	req := RequestOf(r)
	req.LargeText, req.HighContrast, req.CalmMotion = p.LargeText, p.HighContrast, p.CalmMotion
	if slices.Contains(i18n.Languages[:], p.Lang) && req.Chosen == "" {
		req.Loc = i18n.For(slices.Concat([]string{p.Lang}, req.wanted)...)
	}
	return with(r, req)
}

func with(r *http.Request, req Request) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), requestKey{}, req))
}

// atEnd does end when the request has been answered; at once where WithRequest
// was left out.
func atEnd(r *http.Request, end func()) {
	if req := RequestOf(r); req.ends != nil {
		*req.ends = append(*req.ends, end)
		return
	}
	end()
}

func head(s string, n int) string { return s[:min(len(s), n)] }

// To keeps the language that the reader has picked on the way to another page.
func (q Request) To(path string) string { return withLang(path, q.Chosen) }

func withLang(path, lang string) string {
	if lang == "" {
		return path
	}
	path, fragment, _ := strings.Cut(path, "#")
	sign := "?"
	if strings.Contains(path, "?") {
		sign = "&"
	}
	path += sign + "lang=" + lang
	if fragment != "" {
		path += "#" + fragment
	}
	return path
}

// IsPart tells whether the script of a page asks for a part of it. Answers that
// depend on it say so by "Vary: HX-Request".
func IsPart(r *http.Request) bool {
	return r.Header.Get("HX-Request") == "true" && r.Header.Get("HX-Boosted") == "" && r.Header.Get("HX-History-Restore-Request") == ""
}

// SeeOther sends the reader to another page after something was done, or to
// where it can be done. The address must be ours, or one that we trust.
func SeeOther(w http.ResponseWriter, r *http.Request, to string) {
	w.Header().Set("Cache-Control", "no-store")
	if r.Header.Get("HX-Request") == "true" { // the script follows by itself, and would put the page into a part
		w.Header().Set("HX-Redirect", to)
		w.WriteHeader(http.StatusNoContent)
		return
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}
