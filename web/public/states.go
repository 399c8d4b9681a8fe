package public

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/web/page"
)

// A state is one way a page can look, reached without a file or a link.
type state struct {
	name string
	show func(s *site, w http.ResponseWriter, r *http.Request) error
}

type statesView struct{ States []stateLink }

type stateLink struct {
	Name  string
	Links []page.LanguageLink
}

// allStates lists every state: each sample as the answer to a file and as what
// a scanned code opens, then the pages that say that something did not work.
func (s *site) allStates() []state {
	var all []state
	for _, sample := range samples(s.cfg.Now()) {
		all = append(all,
			state{"result-" + sample.name, func(s *site, w http.ResponseWriter, r *http.Request) error {
				loc := page.RequestOf(r).Loc
				v := resultOf(sample.report, loc)
				return s.pages.Show(w, r, "result", http.StatusOK, page.Content{Title: v.Verdict.Word, Main: v, Hidden: true})
			}},
			state{"link-" + sample.name, func(s *site, w http.ResponseWriter, r *http.Request) error {
				loc := page.RequestOf(r).Loc
				v := linkOf(sample.report, loc)
				v.Address = s.address()
				return s.pages.Show(w, r, "link", http.StatusOK, page.Content{Title: v.Verdict.Word, Main: v, Hidden: true})
			}})
	}
	all = append(all, state{"link-nothing", func(s *site, w http.ResponseWriter, r *http.Request) error {
		return s.pages.Show(w, r, "nothing", http.StatusNotFound, page.Content{
			Title: page.T(r, "page.nothing.title"), Hidden: true,
		})
	}})
	for _, e := range []struct {
		name string
		err  error
	}{
		{"error-empty", fault.New(fault.Invalid, "api.verify.empty", nil)},
		{"error-cut", fault.New(fault.Invalid, "api.verify.cut", nil)},
		{"error-cross-site", fault.New(fault.Forbidden, "page.error.cross-site", nil)},
		{"error-not-found", fault.New(fault.NotFound, "", nil)},
		{"error-method", page.ErrMethod},
		{"error-slow", page.ErrSlow},
		{"error-too-large", tooLarge(nil)},
		{"error-type", fault.New(fault.Unsupported, "", nil)},
		{"error-busy", openOf(fault.New(fault.Unavailable, "", nil))},
		{"error-internal", openOf(fault.New(fault.Internal, "", nil))},
	} {
		all = append(all, state{e.name, func(s *site, w http.ResponseWriter, r *http.Request) error {
			return s.pages.ShowRefusal(w, r, page.RefusalOf(e.err))
		}})
	}
	return all
}

// states lists them, with a link in each language.
func (s *site) states(w http.ResponseWriter, r *http.Request) error {
	var view statesView
	for _, st := range s.allStates() {
		link := stateLink{Name: st.name, Links: page.Languages("/demo/states/"+st.name, "")}
		view.States = append(view.States, link)
	}
	w.Header().Set("Cache-Control", "no-store")
	return s.pages.Show(w, r, "states", http.StatusOK, page.Content{
		Title: page.T(r, "page.states.title"), Main: view, Hidden: true,
	})
}

func (s *site) state(w http.ResponseWriter, r *http.Request) error {
	name := chi.URLParam(r, "state")
	for _, st := range s.allStates() {
		if st.name == name {
			w.Header().Set("Cache-Control", "no-store")
			return st.show(s, w, r)
		}
	}
	return fault.New(fault.NotFound, "", nil)
}
