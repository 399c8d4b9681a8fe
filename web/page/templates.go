package page

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"strings"

	"github.com/probatum/probatum/i18n"
)

//go:embed all:templates
var templateFiles embed.FS

// pages holds one template for each language and page, with its texts bound.
type pages map[string]map[string]*template.Template

// loadPages parses our layout and parts, and the pages of a site.
func loadPages(own fs.FS, a *assets) (pages, error) {
	ours, err := fs.Sub(templateFiles, "templates")
	if err != nil {
		return nil, err
	}
	all := pages{}
	for _, lang := range i18n.Languages {
		ground, err := template.New("layout").Funcs(template.FuncMap{"t": i18n.For(lang).T, "asset": a.address}).
			Option("missingkey=error").ParseFS(ours, "_*.html")
		if err != nil {
			return nil, fmt.Errorf("our parts: %w", err)
		}
		all[lang] = map[string]*template.Template{}
		for _, files := range []fs.FS{ours, own} { // a page of the site takes the place of ours
			if files == nil {
				continue
			}
			if ground, err = parts(ground, files); err != nil {
				return nil, err
			}
			names, err := fs.Glob(files, "*.html")
			if err != nil {
				return nil, err
			}
			for _, file := range names {
				if strings.HasPrefix(file, "_") {
					continue
				}
				t, err := ground.Clone()
				if err == nil {
					t, err = t.ParseFS(files, file)
				}
				if err != nil {
					return nil, fmt.Errorf("page %s: %w", file, err)
				}
				all[lang][strings.TrimSuffix(file, ".html")] = t
			}
		}
	}
	return all, nil
}

// parts adds the files that hold parts for all pages of a site.
func parts(ground *template.Template, files fs.FS) (*template.Template, error) {
	names, err := fs.Glob(files, "_*.html")
	if err != nil || len(names) == 0 {
		return ground, err
	}
	t, err := ground.Clone()
	if err == nil {
		t, err = t.ParseFS(files, names...)
	}
	if err != nil {
		return nil, fmt.Errorf("parts: %w", err)
	}
	return t, nil
}

// A View is what the layout and the templates of pages are filled in with; Main
// is the view of the page itself.
type View struct {
	Request
	Name, Lang, Title string
	Demo, Hidden      bool
	App, Wide         bool
	Foot              string // message key
	Enter             string // path
	Frame             *Frame
	Languages         []LanguageLink
	Notices           []Notice
	Main              any
}

// A LanguageLink leads to the same page in another language.
type LanguageLink struct {
	Code, Short, Name, Href string
	Current                 bool
}

// A Content is what a handler hands to Show.
type Content struct {
	Title   string // already in the reader's language, as every text of a view
	Main    any    // the view struct of the page
	Hidden  bool   // not for search engines; signed-in pages always are
	Again   string // path for the language links; empty: that of the request, or Config.AfterPost
	Notices []Notice
	Wide    bool // for tables
	NoFoot  bool // the sentence of the site at the foot says nothing on this page
}

// Show fills a page into a buffer and writes it only when it is whole.
func (s *Site) Show(w http.ResponseWriter, r *http.Request, name string, status int, c Content) error {
	req := RequestOf(r)
	lang := req.Loc.Lang()
	view := View{
		Request: req, Name: name, Lang: lang, Title: c.Title, Demo: s.cfg.Demo, Hidden: c.Hidden || s.cfg.App,
		App: s.cfg.App, Wide: c.Wide, Foot: s.cfg.Foot, Enter: s.cfg.Enter, Notices: c.Notices, Main: c.Main,
	}
	if c.NoFoot {
		view.Foot = ""
	}
	if s.cfg.Frame != nil {
		view.Frame = s.cfg.Frame(r)
	}
	view.Languages = Languages(s.again(r, c), lang)
	return s.write(w, name, "layout", status, view, view.Hidden)
}

// maxAgain is how long a query may be that the language links repeat.
const maxAgain = 300

// again is where the same page can be asked for in another language.
func (s *Site) again(r *http.Request, c Content) string {
	switch {
	case c.Again != "":
		return c.Again
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		path := "/" + strings.TrimLeft(r.URL.EscapedPath(), "/") // never "//host"
		q := r.URL.Query()
		q.Del("lang")
		if rest := q.Encode(); rest != "" && len(rest) <= maxAgain { // which entry, which state
			path += "?" + rest
		}
		return path
	case s.cfg.AfterPost != "": // what was sent cannot be sent again by a link
		return s.cfg.AfterPost
	}
	return "/"
}

// ShowPart fills one part of a page, a template that its file defines, for the
// script of the page.
func (s *Site) ShowPart(w http.ResponseWriter, r *http.Request, name, part string, status int, main any) error {
	req := RequestOf(r)
	w.Header().Add("Vary", "HX-Request")
	w.Header().Set("Cache-Control", "no-store")
	return s.write(w, name, part, status, View{Request: req, Name: name, Lang: req.Loc.Lang(), Demo: s.cfg.Demo, Main: main}, true)
}

func (s *Site) write(w http.ResponseWriter, name, part string, status int, view View, hidden bool) error {
	t, ok := s.pages[view.Lang][name]
	if !ok {
		return fmt.Errorf("page %s: %w", name, errNoPage)
	}
	var buf bytes.Buffer
	if err := t.ExecuteTemplate(&buf, part, view); err != nil {
		return fmt.Errorf("page %s in %s: %w", name, view.Lang, err)
	}
	Speak(w, view.Loc)
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	if h.Get("Cache-Control") == "" {
		if s.cfg.App {
			h.Set("Cache-Control", "no-store")
		} else {
			h.Set("Cache-Control", "no-cache")
		}
	}
	if hidden {
		h.Set("X-Robots-Tag", "noindex, nofollow")
	}
	w.WriteHeader(status)
	_, _ = w.Write(buf.Bytes()) // the client may be gone: nothing to do
	return nil
}

// languageNames are how the languages call themselves.
var languageNames = map[string]string{"en": "English", "fr": "Français", "de": "Deutsch"}

// Languages gives the links to a path in each language.
func Languages(path, current string) []LanguageLink {
	all := make([]LanguageLink, 0, len(i18n.Languages))
	for _, code := range i18n.Languages {
		all = append(all, LanguageLink{
			Code: code, Short: strings.ToUpper(code), Name: languageNames[code],
			Href: withLang(path, code), Current: code == current,
		})
	}
	return all
}
