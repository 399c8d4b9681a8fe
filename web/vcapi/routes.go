package vcapi

import (
	"log/slog"
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/web/page"
)

// routes is the table of everything that is served here.
func (s *server) routes() http.Handler {
	r := chi.NewRouter()
	r.Use(page.WithRequest, page.Logged(s.cfg.Log, s.named), page.Recovered(s.cfg.Log, s.recovered),
		page.Headers(page.Policy{DataOnly: true}), page.NoStore)
	r.NotFound(s.handle(func(http.ResponseWriter, *http.Request) error { return errUnknown }))
	r.MethodNotAllowed(s.handle(func(w http.ResponseWriter, r *http.Request) error {
		page.Allow(w, r)
		return page.ErrMethod
	}))
	r.Route("/vc-api/{instance}", func(r chi.Router) {
		r.Post("/credentials/issue", s.handle(s.at(s.issue)))
		r.Post("/credentials/derive", s.handle(s.at(s.derive)))
		r.Post("/credentials/verify", s.verifying(s.at(s.verifyCredential)))
		r.Post("/presentations/verify", s.verifying(s.at(s.verifyPresentation)))
		r.Post("/credentials/status", s.handle(s.at(s.setStatus)))
		r.Get("/lists/{id}", s.handle(s.at(s.list)))
		r.Head("/lists/{id}", s.handle(s.at(s.list)))
	})
	return r
}

// named says in the log which instance was asked.
func (s *server) named(r *http.Request) slog.Attr {
	name := ""
	if in, ok := s.instances[chi.URLParam(r, "instance")]; ok {
		name = in.Name
	}
	return slog.String("instance", name)
}

// recovered answers what broke outside the work on a document.
func (s *server) recovered(w http.ResponseWriter, r *http.Request, err error) {
	s.refuse(w, r, err, failure{})
}

// at finds the instance that a request is for.
func (s *server) at(h func(http.ResponseWriter, *http.Request, *instance) error) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		in, ok := s.instances[chi.URLParam(r, "instance")]
		if !ok {
			return errUnknown
		}
		return h(w, r, in)
	}
}
