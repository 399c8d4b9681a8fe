package public

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"github.com/probatum/probatum/i18n"
)

//go:embed templates
var templateFiles embed.FS

// pageNames are the pages; each has a file of its own beside the layout.
var pageNames = [...]string{"home", "verify", "result", "link", "nothing", "error", "states"}

// pages holds one template for each language and page, with its texts bound.
type pages map[string]map[string]*template.Template

func loadPages() (pages, error) {
	all := pages{}
	for _, lang := range i18n.Languages {
		loc := i18n.For(lang)
		layout, err := template.New("layout").Funcs(template.FuncMap{"t": loc.T}).Option("missingkey=error").
			ParseFS(templateFiles, "templates/layout.html")
		if err != nil {
			return nil, fmt.Errorf("layout: %w", err)
		}
		all[lang] = map[string]*template.Template{}
		for _, name := range pageNames {
			t, err := layout.Clone()
			if err == nil {
				t, err = t.ParseFS(templateFiles, "templates/"+name+".html")
			}
			if err != nil {
				return nil, fmt.Errorf("page %s: %w", name, err)
			}
			all[lang][name] = t
		}
	}
	return all, nil
}

// A pageView is what the layout needs; Main is the view of the page itself.
type pageView struct {
	Name      string
	Lang      string
	Title     string
	Demo      bool
	Hidden    bool // not for search engines
	Home      string
	Verify    string
	Style     string
	Icon      string
	Languages []languageLink
	MaxMB     int
	Main      any
}

type languageLink struct {
	Code, Short, Name, Href string
	Current                 bool
}

// A content is what a handler hands to show.
type content struct {
	title  string // already in the reader's language
	main   any
	hidden bool
	again  string // path for the language links; empty: the path of the request
}

// show fills a page into a buffer and writes it only when it is whole.
func (s *site) show(w http.ResponseWriter, r *http.Request, name string, status int, c content) error {
	req := requestOf(r)
	lang := req.loc.Lang()
	view := pageView{
		Name: name, Lang: lang, Title: c.title, Demo: s.cfg.Demo, Hidden: c.hidden,
		Home: req.to("/"), Verify: req.to("/verify"), Style: s.assets.style, Icon: s.assets.icon,
		MaxMB: MaxFile >> 20, Main: c.main,
	}
	again := c.again
	if again == "" {
		again = "/" + strings.TrimLeft(r.URL.EscapedPath(), "/") // never "//host"
	}
	for _, code := range i18n.Languages {
		view.Languages = append(view.Languages, languageLink{
			Code: code, Short: strings.ToUpper(code), Name: languageNames[code],
			Href: again + "?lang=" + code, Current: code == lang,
		})
	}
	var buf bytes.Buffer
	if err := s.pages[lang][name].ExecuteTemplate(&buf, "layout", view); err != nil {
		return fmt.Errorf("page %s in %s: %w", name, lang, err)
	}
	speak(w, req.loc)
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-cache")
	}
	if c.hidden {
		h.Set("X-Robots-Tag", "noindex, nofollow")
	}
	w.WriteHeader(status)
	_, _ = w.Write(buf.Bytes()) // the client may be gone: nothing to do
	return nil
}

// languageNames are how the languages call themselves.
var languageNames = map[string]string{"en": "English", "fr": "Français", "de": "Deutsch"}

// to keeps the language that the reader has picked on the way to another page:
// there is no cookie to remember it.
func (q request) to(path string) string {
	if q.chosen == "" {
		return path
	}
	return path + "?lang=" + q.chosen
}
