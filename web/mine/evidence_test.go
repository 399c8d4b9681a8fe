package mine_test

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/probatum/probatum/portfolio"
	"github.com/probatum/probatum/web/page/pagetest"
)

func TestEmptyPagesSayWhatToDo(t *testing.T) {
	t.Parallel()
	k := newKit(t, portfolio.Limits{})
	for _, lang := range []string{"en", "fr", "de"} {
		for path, act := range map[string]string{
			"/me": "/me/evidence/add", "/me/evidence": "/me/evidence/add", "/me/sets": "/me/sets/add", "/me/sets/add": "/me/evidence/add", "/me/credentials": "",
		} {
			n := k.page("ida", path+"?lang="+lang)
			if n.First(t, "html").Attr("lang") != lang || len(n.All("main h1")) != 1 {
				t.Errorf("%s in %s: lang %q, %d headings", path, lang, n.First(t, "html").Attr("lang"), len(n.All("main h1")))
			}
			if len(n.All(".empty")) == 0 {
				t.Errorf("%s in %s says nothing: %s", path, lang, n.Text())
			}
			if act != "" && !strings.Contains(each(n.All(".empty a"), "href"), act) {
				t.Errorf("%s in %s leads to %s, want %s", path, lang, each(n.All(".empty a"), "href"), act)
			}
		}
	}
}

func TestAddEvidence(t *testing.T) {
	t.Parallel()
	k := newKit(t, portfolio.Limits{})
	kinds := k.page("ida", "/me/evidence/add")
	if got := len(kinds.All(".card a")); got != len(portfolio.Kinds()) {
		t.Errorf("%d kinds, want %d", got, len(portfolio.Kinds()))
	}
	for _, kind := range portfolio.Kinds() {
		n := k.page("ida", "/me/evidence/add/"+string(kind))
		form := n.First(t, "form#item")
		if form.Attr("enctype") != "multipart/form-data" || form.Attr("method") != "post" {
			t.Errorf("%s: form %v", kind, form.Node.Attr)
		}
		for name, want := range map[string]bool{"title": true, "shows": true, "day": true, "file": true, "task": kind.NeedsTask(), "people": kind.NeedsPeople(), "own": kind.NeedsOwn()} {
			if got := len(form.All("[name="+name+"]")) == 1; got != want {
				t.Errorf("%s asks for %s: %t", kind, name, got)
			}
		}
	}
	at := k.added("ida")
	n := k.page("ida", at+"?done=added")
	wantText(t, "item", n.Text(), "Light plot", "How I plan", "Plan a play.", "plot.pdf", "1 October 2026", "Lighting", "Piece of work")
	if len(n.All(".tone-good")) == 0 {
		t.Error("the page does not say that it was added")
	}
	list := k.page("ida", "/me/evidence")
	wantText(t, "list", list.Text(), "Light plot", "plot.pdf", "can be changed")
	wantText(t, "overview", k.page("ida", "/me").Text(), "1 item")
}

func TestDownloadIsSafe(t *testing.T) {
	t.Parallel()
	k := newKit(t, portfolio.Limits{})
	at := next(t, k.upload("ida", "/me/evidence/add/artefact", artefact(), "../../Über \"x\".html", pdf), "/me/evidence/")
	w := k.get("ida", at+"/file")
	k.wantCode("download", w, http.StatusOK)
	if w.Body.String() != pdf {
		t.Errorf("holds %q", w.Body)
	}
	for name, want := range map[string]string{
		"Content-Type": "application/pdf", "X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store",
		"Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'", "Content-Length": fmt.Sprint(len(pdf)),
		"Content-Disposition": "attachment; filename*=utf-8''%C3%9Cber%20_x_.html.pdf",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	// What another has does not exist, whatever is done with it.
	for _, who := range []string{"ben", "officer"} {
		for _, path := range []string{at, at + "/file", at + "/edit", at + "/delete"} {
			k.wantCode(who+" "+path, k.get(who, path), http.StatusNotFound)
		}
		k.wantCode("edit", k.post(who, at+"/edit", artefact()), http.StatusNotFound)
		k.wantCode("delete", k.post(who, at+"/delete", nil), http.StatusNotFound)
	}
	for _, path := range []string{"/me", "/me/evidence", "/me/evidence/add", "/me/evidence/add/cv", at, at + "/file", "/me/sets", "/me/credentials"} {
		if w := k.get("", path); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/sign-in" {
			t.Errorf("nobody gets %s: %d %s", path, w.Code, w.Header().Get("Location"))
		}
	}
	k.wantCode("nobody uploads", k.upload("", "/me/evidence/add/cv", artefact(), "a.pdf", pdf), http.StatusSeeOther)
	k.wantCode("after all that", k.get("ida", at+"/file"), http.StatusOK)
}

func TestUploadTellsWhatIsWrongAndKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	k := newKit(t, portfolio.Limits{File: 1 << 20, Total: 2 << 20, Items: 10, Sets: 5})
	without := func(names ...string) url.Values {
		form := artefact()
		for _, n := range names {
			form.Del(n)
		}
		return form
	}
	for what, c := range map[string]struct {
		form          url.Values
		name, content string
		says          []string // by the ids of the controls
	}{
		"a page":         {artefact(), "a.pdf", "<html><script>alert(1)</script>", []string{"item-file"}},
		"too large":      {artefact(), "a.pdf", pdf + strings.Repeat("x", 3<<20), []string{"item-file"}},
		"empty":          {artefact(), "a.pdf", "", []string{"item-file"}},
		"no title":       {without("title"), "a.pdf", pdf, []string{"item-title"}},
		"no word":        {without("own", "task"), "a.pdf", pdf, []string{"item-task", "item-own"}},
		"all wrong":      {without("own", "unit", "day"), "a.exe", "MZ\x00", []string{"item-unit", "item-day", "item-own", "item-file"}},
		"no file chosen": {artefact(), "", "", []string{"item-file"}},
	} {
		w := k.upload("ida", "/me/evidence/add/artefact", c.form, c.name, c.content)
		k.wantCode(what, w, http.StatusBadRequest)
		n := pagetest.Parse(t, w)
		var links []string
		for _, l := range n.All(".errors a") {
			links = append(links, strings.TrimPrefix(l.Attr("href"), "#"))
		}
		if fmt.Sprint(links) != fmt.Sprint(c.says) {
			t.Errorf("%s: the summary leads to %v, want %v", what, links, c.says)
		}
		for _, says := range c.says {
			if len(n.All("#"+says)) != 1 || len(n.All("#"+says+"-error")) != 1 {
				t.Errorf("%s: %s is not marked", what, says)
			}
		}
		if c.form.Get("title") != "" && n.First(t, "#item-title").Attr("value") != "Light plot" {
			t.Errorf("%s: the title is lost", what)
		}
		if got := n.First(t, "#item-shows").Text(); got != "How I plan a rig." {
			t.Errorf("%s: what it shows is %q", what, got)
		}
		if c.form.Get("unit") != "" {
			if o := n.First(t, "#item-unit option[selected]"); o.Attr("value") != "lighting" {
				t.Errorf("%s: the unit is %q", what, o.Attr("value"))
			}
		}
	}
	if items, err := k.portfolio.Items(t.Context(), k.ida); err != nil || len(items) != 0 {
		t.Errorf("something was kept: %v, %v", items, err)
	}
	k.wantCode("no such kind", k.get("ida", "/me/evidence/add/poem"), http.StatusNotFound)
	k.wantCode("no such kind", k.upload("ida", "/me/evidence/add/poem", artefact(), "a.pdf", pdf), http.StatusNotFound)
	k.wantCode("no form", k.json("ida", http.MethodPost, "/me/evidence/add/cv", `{}`), http.StatusUnsupportedMediaType)
}

// TestUploadThroughAServer sends what does not fit in memory-sized pieces, and
// breaks off, over a real connection.
func TestUploadThroughAServer(t *testing.T) {
	t.Parallel()
	k := newKit(t, portfolio.Limits{File: 32 << 20, Total: 64 << 20, Items: 10, Sets: 5})
	server := httptest.NewServer(k.handler)
	t.Cleanup(server.Close)
	var b bytes.Buffer
	fmt.Fprintf(&b, "--x\r\nContent-Disposition: form-data; name=\"unit\"\r\n\r\nlighting\r\n--x\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nBig\r\n"+
		"--x\r\nContent-Disposition: form-data; name=\"shows\"\r\n\r\nMuch\r\n--x\r\nContent-Disposition: form-data; name=\"day\"\r\n\r\n2026-10-01\r\n"+
		"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"big.pdf\"\r\nContent-Type: application/pdf\r\n\r\n%s%s\r\n--x--\r\n", pdf, strings.Repeat("y", 20<<20))
	send := func(body []byte, length int) (status int, err error) {
		conn, err := net.Dial("tcp", strings.TrimPrefix(server.URL, "http://"))
		if err != nil {
			return 0, err
		}
		t.Cleanup(func() { conn.Close() })
		fmt.Fprintf(conn, "POST /me/evidence/add/cv HTTP/1.1\r\nHost: x\r\nX-Test-Person: ida\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: %d\r\n\r\n", length)
		if _, err := conn.Write(body); err != nil {
			return 0, err
		}
		if len(body) < length {
			return 0, conn.Close()
		}
		return readStatus(conn)
	}
	if _, err := send(b.Bytes()[:10<<20], b.Len()); err != nil { // broken off
		t.Fatal(err)
	}
	status, err := send(b.Bytes(), b.Len())
	if err != nil || status != http.StatusSeeOther {
		t.Fatalf("answered %d, %v", status, err)
	}
	items, err := k.portfolio.Items(t.Context(), k.ida)
	if err != nil || len(items) != 1 || items[0].File.Size != int64(len(pdf)+20<<20) {
		t.Errorf("items = %+v, %v", items, err)
	}
}

func TestEditAndDelete(t *testing.T) {
	t.Parallel()
	k := newKit(t, portfolio.Limits{})
	at := k.added("ida")
	form := k.page("ida", at+"/edit").First(t, "form#item")
	if form.First(t, "#item-title").Attr("value") != "Light plot" || form.First(t, "#item-day").Attr("value") != "2026-10-01" || len(form.All("#item-file")) != 0 {
		t.Errorf("form: %s", form.Text())
	}
	if _, ticked := form.First(t, "#item-own").Lookup("checked"); !ticked {
		t.Error("own work is not ticked")
	}
	wrong := artefact()
	wrong.Set("title", "")
	w := k.post("ida", at+"/edit", wrong)
	k.wantCode("edit", w, http.StatusBadRequest)
	if n := pagetest.Parse(t, w); len(n.All("#item-title-error")) != 1 || n.First(t, "#item-task").Text() != "Plan a play." {
		t.Errorf("edit: %s", n.Text())
	}
	right := artefact()
	right.Set("title", "Plot <b>2</b>")
	if to := next(t, k.post("ida", at+"/edit", right), "/me/evidence/"); to != at {
		t.Errorf("led to %s", to)
	}
	n := k.page("ida", at)
	if n.One(t, "main h1") != "Plot <b>2</b>" {
		t.Errorf("title: %q", n.One(t, "main h1"))
	}
	ask := k.page("ida", at+"/delete")
	wantText(t, "question", ask.Text(), "Plot <b>2</b>", "plot.pdf", "cannot be undone")
	next(t, k.post("ida", ask.First(t, "form[method=post]").Attr("action"), nil), "/me/evidence")
	k.wantCode("deleted", k.get("ida", at), http.StatusNotFound)
	k.wantCode("deleted", k.get("ida", at+"/file"), http.StatusNotFound)
}

func TestOtherSitesCannotSendForms(t *testing.T) {
	t.Parallel()
	k := newKit(t, portfolio.Limits{})
	at := k.added("ida")
	r := httptest.NewRequest(http.MethodPost, at+"/delete", nil)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", "https://evil.example")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	k.wantCode("cross-site", k.do("ida", r), http.StatusForbidden)
	k.wantCode("still there", k.get("ida", at), http.StatusOK)
}
