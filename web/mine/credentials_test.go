package mine_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/award"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/portfolio"
	"github.com/probatum/probatum/status"
	"github.com/probatum/probatum/web/page/pagetest"
)

func TestClaim(t *testing.T) {
	t.Parallel()
	k := newKit(t, portfolio.Limits{})
	k.sealed()
	path := "/claim/" + k.secret()
	n := k.page("", path)
	wantText(t, "claim", n.Text(), "Sign in", "Lighting")
	// The sentence at the foot is for those who keep evidence.
	foot := i18n.For("en").T("web.foot")
	if got := k.page("ida", "/me/evidence").Text(); !strings.Contains(got, foot) || strings.Contains(n.Text(), foot) {
		t.Errorf("the foot: %s\n%s", got, n.Text())
	}
	if len(n.All("main form")) != 0 {
		t.Error("nobody can take it")
	}
	k.wantCode("nobody takes it", k.post("", path, nil), http.StatusSeeOther)
	n = k.page("ida", path)
	if n.First(t, "main form").Attr("action") != path {
		t.Errorf("form: %s", n.First(t, "main form").Attr("action"))
	}
	at := next(t, k.post("ida", path, nil), "/me/credentials/")
	// Whoever took it comes to it by the old link; to anybody else it answers like one
	// that never was.
	for _, again := range []*httptest.ResponseRecorder{k.post("ida", path, nil), k.get("ida", path)} {
		if got := next(t, again, "/me/credentials/"); !strings.HasPrefix(at, got) {
			t.Errorf("by the old link: %s, want %s", got, at)
		}
	}
	k.wantCode("used", k.get("ben", path), http.StatusNotFound)
	k.wantCode("used", k.post("ben", path, nil), http.StatusNotFound)
	for _, shut := range []string{path, "/claim/x"} {
		for who, signIn := range map[string]int{"": 1, "ben": 0} {
			n := pagetest.Parse(t, k.get(who, shut))
			wantText(t, shut, n.First(t, "main").Text(), "This link opens nothing any more")
			if got := len(n.All("main a")); got != signIn {
				t.Errorf("%s for %q has %d ways to sign in", shut, who, got)
			}
		}
	}
	for _, wrong := range []string{"/claim/x", "/claim/" + strings.Repeat("A", 44), "/claim/" + strings.ToLower(k.secret())} {
		k.wantCode(wrong, k.get("ida", wrong), http.StatusNotFound)
		k.wantCode(wrong, k.post("ida", wrong, nil), http.StatusNotFound)
	}
	wantText(t, "credentials", k.page("ida", "/me/credentials").Text(), "Lighting", "valid")
	k.wantCode("another's", k.get("ben", at), http.StatusNotFound)
}

func TestCredential(t *testing.T) {
	t.Parallel()
	k := newKit(t, portfolio.Limits{})
	at := k.earned("ida")
	for _, lang := range []string{"en", "fr", "de"} {
		n := k.page("ida", at+"?lang="+lang)
		for _, section := range []string{"#certificates", "#europass", "#links", "#printed", "#files"} {
			if len(n.All(section)) != 1 {
				t.Errorf("%s: no %s", lang, section)
			}
		}
		if got := len(n.All("#europass-help ol li")); got != 5 {
			t.Errorf("%s: %d steps for Europass", lang, got)
		}
		if strings.Contains(n.Text(), "mine.") {
			t.Errorf("%s shows a key: %s", lang, n.Text())
		}
	}
	n := k.page("ida", at)
	c, err := k.desk.MyCredential(t.Context(), k.ida, assessment.ResultID(id(at)))
	if err != nil {
		t.Fatal(err)
	}
	hrefs := each(n.All("main a"), "href")
	for _, f := range c.Files {
		path := at + "/files/" + f.Kind
		if !strings.Contains(hrefs, path) {
			t.Errorf("no way to %s", f.Kind)
		}
		w := k.get("ida", path)
		want, err := k.desk.MyFile(t.Context(), k.ida, c.ID, f.Kind)
		if err != nil {
			t.Fatal(err)
		}
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != f.MediaType || !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment; ") {
			t.Errorf("%s: %d %v", f.Kind, w.Code, w.Header())
		}
		if !strings.HasPrefix(f.Kind, "pdf") && !bytes.Equal(w.Body.Bytes(), want.Bytes) {
			t.Errorf("%s is not what was sealed", f.Kind)
		}
		k.wantCode("another's "+f.Kind, k.get("ben", path), http.StatusNotFound)
	}
	if len(c.Files) < 6 {
		t.Errorf("only %d files", len(c.Files))
	}
	k.wantCode("no such file", k.get("ida", at+"/files/nothing"), http.StatusNotFound)
}

func TestLinks(t *testing.T) {
	t.Parallel()
	k := newKit(t, portfolio.Limits{})
	at := k.earned("ida")
	for _, path := range []string{at + "/links", at + "/printed/off"} {
		k.wantCode("another's", k.get("ben", path), http.StatusNotFound)
	}
	form := k.page("ida", at+"/links").First(t, "form#link")
	if got := form.First(t, "#link-until").Attr("value"); got != "2027-02-23" {
		t.Errorf("the end offered is %s", got)
	}
	for _, until := range []string{"", "tomorrow", "2026-11-01", "2999-01-01"} {
		w := k.post("ida", at+"/links", url.Values{"until": {until}})
		k.wantCode("until "+until, w, http.StatusBadRequest)
		if len(pagetest.Parse(t, w).All(".errors")) != 1 {
			t.Errorf("until %q: nothing is said", until)
		}
	}
	for _, note := range []string{strings.Repeat("é", award.MaxLinkNote+1), "Theater\u202eX", "Theater\u0007X"} {
		k.wantCode("note "+note, k.post("ida", at+"/links", url.Values{"until": {"2027-01-01"}, "note": {note}}), http.StatusBadRequest)
	}
	k.wantCode("another's", k.post("ben", at+"/links", url.Values{"until": {"2027-01-01"}}), http.StatusNotFound)
	next(t, k.post("ida", at+"/links", url.Values{"until": {"2027-01-01"}, "note": {" Theater  X "}}), at)
	links, err := k.desk.MyLinks(t.Context(), k.ida, assessment.ResultID(id(at)))
	if err != nil || len(links) != 2 {
		t.Fatalf("links = %+v, %v", links, err)
	}
	if made := k.page("ida", at+"?done=link").First(t, ".notice").Text(); !strings.Contains(made, links[1].URL) {
		t.Errorf("the notice does not give the new link: %s", made)
	}
	n := k.page("ida", at)
	for _, l := range links {
		wantText(t, "page", n.Text(), l.URL)
	}
	wantText(t, "page", n.Text(), "1 January 2027, 23:59 (UTC)", "0 times", "Link for Theater X", "Copy Link for Theater X", "it could not confirm the seal")

	closing := at + "/links/" + links[1].ID + "/close"
	k.wantCode("another's", k.post("ben", closing, nil), http.StatusNotFound)
	ask := k.page("ida", closing)
	next(t, k.post("ida", ask.First(t, "form[method=post]").Attr("action"), nil), at)
	k.wantCode("closed already", k.get("ida", closing), http.StatusNotFound)
	k.wantCode("the printed one", k.get("ida", at+"/links/"+links[0].ID+"/close"), http.StatusNotFound)

	for _, state := range []string{"off", "on"} {
		ask := k.page("ida", at+"/printed/"+state)
		next(t, k.post("ida", ask.First(t, "form[method=post]").Attr("action"), nil), at)
		links, err := k.desk.MyLinks(t.Context(), k.ida, assessment.ResultID(id(at)))
		if err != nil || links[0].Off != (state == "off") {
			t.Errorf("printed %s: %+v, %v", state, links[0], err)
		}
	}
	k.wantCode("neither", k.get("ida", at+"/printed/maybe"), http.StatusNotFound)
}

// A credential that does not stand is praised nowhere: its page tells what happened and
// whom to ask, and what others read. The files stay its holder's.
func TestFallenCredential(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		state  string
		to     status.State
		reason issuer.Reason
	}{{"revoked", status.Revoked, issuer.Withdrawn}, {"suspended", status.Suspended, issuer.UnderReview}} {
		k := newKit(t, portfolio.Limits{})
		a := k.sealed()
		at := next(t, k.post("ida", "/claim/"+k.secret(), nil), "/me/credentials/")
		next(t, k.post("ida", at+"/links", url.Values{"until": {"2027-01-01"}}), at)
		if err := k.desk.Change(t.Context(), k.officer, bodyID, a.ID, c.to, c.reason, ""); err != nil {
			t.Fatal(err)
		}
		for _, lang := range []string{"en", "fr", "de"} {
			loc := i18n.For(lang)
			n := k.page("ida", at+"?lang="+lang)
			for _, section := range []string{"#europass", "#europass-help", `a[href*="/links?"]`} {
				if len(n.All(section)) != 0 {
					t.Errorf("%s %s: there is %s", c.state, lang, section)
				}
			}
			wantText(t, c.state, n.Text(), loc.T("mine.credential."+c.state+".title"), strings.Join(strings.Fields(loc.T("mine.credential."+c.state+".means")), " "),
				loc.T("mine.credential.ask"), loc.T("page.verdict."+c.state), "/v/")
			hrefs := each(n.All("main a"), "href")
			for _, kind := range []string{"edc", "pdf-" + lang, "ob3"} {
				if !strings.Contains(hrefs, at+"/files/"+kind) {
					t.Errorf("%s %s: no way to %s", c.state, lang, kind)
				}
			}
			for _, praise := range []string{"mine.pdfs.text", "mine.links.text", "mine.europass.text"} {
				if strings.Contains(n.Text(), loc.T(praise)) {
					t.Errorf("%s %s says %q", c.state, lang, loc.T(praise))
				}
			}
		}
	}
}
