package public

import (
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"github.com/probatum/probatum/internal/fault"
)

// routes is the table of everything that is served here.
func (s *site) routes() (http.Handler, error) {
	sameSite := http.NewCrossOriginProtection()
	if err := sameSite.AddTrustedOrigin(s.origin.String()); err != nil {
		return nil, err
	}
	sameSite.SetDenyHandler(s.page(func(http.ResponseWriter, *http.Request) error {
		return fault.New(fault.Forbidden, "page.error.cross-site", nil)
	}))

	r := chi.NewRouter()
	r.Use(withRequest, s.logged, s.recovered, headers, middleware.GetHead)
	r.NotFound(s.notFound)
	r.MethodNotAllowed(s.methodNotAllowed)

	r.Get("/", s.page(s.home))
	r.Get("/verify", s.page(s.form))
	r.With(sameSite.Handler).Post("/verify", s.page(s.verifyForm))
	r.Get("/v/*", s.page(s.link)) // /v/{id}; what is no id is answered there, too
	r.Post("/api/v1/verify", s.api(s.verifyAPI))
	r.Get("/healthz", health)
	r.Get("/static/{name}", s.page(s.static))
	if s.cfg.Demo {
		r.Get("/demo/states", s.page(s.states))
		r.Get("/demo/states/{state}", s.page(s.state))
	}
	return r, nil
}

func health(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte("ok\n")) // the client may be gone: nothing to do
}
