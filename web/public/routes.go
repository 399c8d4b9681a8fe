package public

import (
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"github.com/probatum/probatum/status"
	"github.com/probatum/probatum/web/page"
)

// routes is the table of everything that is served here.
func (s *site) routes() (http.Handler, error) {
	sameSite, err := s.pages.SameSite()
	if err != nil {
		return nil, err
	}
	show, api := s.pages.Page, s.pages.API

	r := chi.NewRouter()
	r.Use(s.pages.Use()...)
	r.Use(middleware.GetHead)
	r.NotFound(s.pages.NotFound)
	r.MethodNotAllowed(s.pages.MethodNotAllowed)

	r.Get("/", show(s.home))
	r.Get("/verify", show(s.form))
	r.With(sameSite).Post("/verify", show(s.verifyForm))
	r.Get("/v/*", show(s.link)) // /v/{id}; what is no id is answered there, too
	r.Post("/api/v1/verify", api(s.verifyAPI))
	r.Get("/contexts/{name}", show(s.context))
	r.Get("/status/bitstring/{id}", api(s.statusList(status.Bitstring)))
	r.Get("/status/token/{id}", api(s.statusList(status.Token)))
	r.Get("/bodies/{body}/did.json", api(s.didDocument))
	r.Get("/.well-known/jwt-vc-issuer"+issuerPath+"{body}", api(s.issuerMetadata))
	r.Get(issuerPath+"{body}/jwks", api(s.issuerKeys))
	r.Get("/vct/{name}", api(s.typeMetadata))
	r.Get("/healthz", health)
	r.Get("/openapi.json", api(s.openapi))
	r.Get("/docs", show(s.docs))
	r.Get("/static/{name}", show(s.pages.Static))
	if s.cfg.Demo {
		r.Get("/demo/states", show(s.states))
		r.Get("/demo/states/{state}", show(s.state))
		parts, err := page.Samples(s.cfg.PublicURL, s.cfg.Log)
		if err != nil {
			return nil, err
		}
		r.Route("/demo/parts", parts)
	}
	return r, nil
}

func health(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte("ok\n")) // the client may be gone: nothing to do
}
