package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"
)

// A Whole is the handler of all that a server serves.
type Whole struct {
	pages, api chi.Router
	public     http.Handler
}

// ServeHTTP implements http.Handler.
func (h *Whole) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case served(h.api, r):
		h.api.ServeHTTP(w, r)
	case served(h.pages, r):
		h.pages.ServeHTTP(w, r)
	default:
		h.public.ServeHTTP(w, r)
	}
}

// served tells whether a router knows the path, by whatever method.
func served(routes chi.Routes, r *http.Request) bool {
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete} {
		if routes.Match(chi.NewRouteContext(), method, r.URL.Path) {
			return true
		}
	}
	return false
}

// A Route is one that an area serves.
type Route struct {
	Method  string
	Pattern string
	Program bool // it is for programs, by tokens
}

// Routes lists all routes of the areas, without the public ones, so that a test can
// hold each to who may use it.
func (h *Whole) Routes() ([]Route, error) {
	var all []Route
	for _, r := range []struct {
		routes  chi.Routes
		program bool
	}{{h.pages, false}, {h.api, true}} {
		err := chi.Walk(r.routes, func(method, pattern string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
			all = append(all, Route{Method: method, Pattern: pattern, Program: r.program})
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}
