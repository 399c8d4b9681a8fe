package public

import (
	"context"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/web/page"
)

func (s *site) home(w http.ResponseWriter, r *http.Request) error {
	v := homeView{Address: s.address()}
	if s.cfg.People != nil {
		v.People = s.cfg.People(r.Context())
	}
	return s.pages.Show(w, r, "home", http.StatusOK, page.Content{Title: page.T(r, "page.home.title"), Main: v})
}

// form shows the forms. They are sent with their origin, which the protection
// against forged forms needs in browsers that send no Sec-Fetch-Site; still
// nothing goes to other sites.
func (s *site) form(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Referrer-Policy", "same-origin")
	return s.pages.Show(w, r, "verify", http.StatusOK, page.Content{Title: page.T(r, "page.verify.title"), Main: formView{MaxFile >> 20}})
}

// verifyForm answers the forms. A pasted link of ours leads to its page.
func (s *site) verifyForm(w http.ResponseWriter, r *http.Request) error {
	u, err := s.readForm(w, r)
	if err != nil {
		return err
	}
	defer u.drop()
	req := page.RequestOf(r)
	if token, ok := s.pastedLink(u); ok {
		w.Header().Set("Cache-Control", "no-store")
		http.Redirect(w, r, req.To("/v/"+token), http.StatusSeeOther) //nolint:gosec // a path of ours: a token has 22 letters of base64url
		return nil
	}
	data := u.data() // kept by a verification that overruns, after u is dropped
	report, err := s.check(r.Context(), func(context.Context) ([]byte, error) { return data, nil })
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	view := resultOf(report, req.Loc)
	return s.pages.Show(w, r, "result", http.StatusOK, page.Content{
		Title: view.Verdict.Word, Main: view, Hidden: true, Again: "/verify",
	})
}

// link answers what a phone's camera opens. Whatever is wrong with the address,
// the answer is the same, and the store is asked all the same.
func (s *site) link(w http.ResponseWriter, r *http.Request) error {
	req := page.RequestOf(r)
	w.Header().Set("Cache-Control", "no-store")
	token := chi.URLParam(r, "*")
	known := isToken(token)
	if !known {
		token = strings.Repeat("A", tokenLength)
	}
	report, err := s.check(r.Context(), func(ctx context.Context) ([]byte, error) {
		if s.cfg.Links == nil {
			return nil, fault.New(fault.NotFound, "", nil)
		}
		data, err := s.cfg.Links.Sealed(ctx, token)
		if err == nil && !known {
			err = fault.New(fault.NotFound, "", nil)
		}
		return data, err
	})
	if fault.KindOf(err) == fault.NotFound && err != nil {
		// The address is not repeated: it may hold anything, and it is of no use.
		return s.pages.Show(w, r, "nothing", http.StatusNotFound, page.Content{
			Title: req.Loc.T("page.nothing.title"), Hidden: true, Again: "/verify",
		})
	}
	if err != nil {
		return err
	}
	view := linkOf(report, req.Loc)
	view.Address = s.address()
	return s.pages.Show(w, r, "link", http.StatusOK, page.Content{Title: view.Verdict.Word, Main: view, Hidden: true})
}

// tokenLength is the length of a token: 128 bits or more in base64url without
// padding.
const tokenLength = 22

// isToken tells whether s has the form of a token. Whether it opens anything
// is for Links to say.
func isToken(s string) bool {
	if len(s) != tokenLength {
		return false
	}
	for _, c := range []byte(s) {
		if (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// pastedLink tells whether the pasted text is nothing but a link of ours.
func (s *site) pastedLink(u *upload) (token string, ok bool) {
	if len(u.file) > 0 || len(u.text) > 200 {
		return "", false
	}
	token, ok = strings.CutPrefix(string(u.text), s.pages.Origin()+"/v/")
	return token, ok && isToken(token)
}

// verifyAPI is the same check for programs: 200 whenever there is a Report.
func (s *site) verifyAPI(w http.ResponseWriter, r *http.Request) error {
	u, err := s.readRaw(w, r)
	if err != nil {
		return err
	}
	defer u.drop()
	data := u.data() // kept by a verification that overruns, after u is dropped
	report, err := s.check(r.Context(), func(context.Context) ([]byte, error) { return data, nil })
	if err != nil {
		return err
	}
	return page.WriteJSON(w, r, http.StatusOK, "application/json", report.Answer(page.RequestOf(r).Loc))
}

// address is how every address of ours begins, for people to compare.
func (s *site) address() string { return s.pages.Origin() + "/" }
