package public

import (
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
)

// A state is one way a page can look, reached without a file or a link.
type state struct {
	name string
	show func(s *site, w http.ResponseWriter, r *http.Request) error
}

type statesView struct{ States []stateLink }

type stateLink struct {
	Name  string
	Links []languageLink
}

// allStates lists every state: each sample as the answer to a file and as what
// a scanned code opens, then the pages that say that something did not work.
func (s *site) allStates() []state {
	var all []state
	for _, sample := range samples(s.cfg.Now()) {
		all = append(all,
			state{"result-" + sample.name, func(s *site, w http.ResponseWriter, r *http.Request) error {
				loc := requestOf(r).loc
				v := resultOf(sample.report.Answer(loc), loc)
				return s.show(w, r, "result", http.StatusOK, content{title: v.Verdict.Word, main: v, hidden: true})
			}},
			state{"link-" + sample.name, func(s *site, w http.ResponseWriter, r *http.Request) error {
				loc := requestOf(r).loc
				v := linkOf(sample.report.Answer(loc), loc)
				v.Address = s.address()
				return s.show(w, r, "link", http.StatusOK, content{title: v.Verdict.Word, main: v, hidden: true})
			}})
	}
	all = append(all, state{"link-nothing", func(s *site, w http.ResponseWriter, r *http.Request) error {
		return s.show(w, r, "nothing", http.StatusNotFound, content{
			title: requestOf(r).loc.T("page.nothing.title"), hidden: true,
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
		{"error-method", errMethod},
		{"error-slow", errSlow},
		{"error-too-large", tooLarge(nil)},
		{"error-type", fault.New(fault.Unsupported, "", nil)},
		{"error-busy", fault.New(fault.Unavailable, "", nil)},
		{"error-internal", fault.New(fault.Internal, "", nil)},
	} {
		all = append(all, state{e.name, func(s *site, w http.ResponseWriter, r *http.Request) error {
			no := refusalOf(e.err)
			return s.show(w, r, "error", no.status, s.refusalPage(r, no))
		}})
	}
	return all
}

// states lists them, with a link in each language.
func (s *site) states(w http.ResponseWriter, r *http.Request) error {
	var view statesView
	for _, st := range s.allStates() {
		link := stateLink{Name: st.name}
		for _, code := range i18n.Languages {
			link.Links = append(link.Links, languageLink{
				Code: code, Short: strings.ToUpper(code), Href: "/demo/states/" + st.name + "?lang=" + code,
			})
		}
		view.States = append(view.States, link)
	}
	w.Header().Set("Cache-Control", "no-store")
	return s.show(w, r, "states", http.StatusOK, content{
		title: requestOf(r).loc.T("page.states.title"), main: view, hidden: true,
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
