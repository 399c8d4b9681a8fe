package mine_test

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/probatum/probatum/evidence"
	"github.com/probatum/probatum/portfolio"
	"github.com/probatum/probatum/web/page/pagetest"
)

func TestFreezeAndHandIn(t *testing.T) {
	t.Parallel()
	k := newKit(t, portfolio.Limits{})
	k.added("ida")
	k.added("ida")
	form := k.page("ida", "/me/sets/add").First(t, "form#freeze")
	if boxes := form.All("[name=item]"); len(boxes) != 2 {
		t.Fatalf("%d items to choose from: %s", len(boxes), form.Text())
	}
	w := k.post("ida", "/me/sets/add", url.Values{"unit": {"lighting"}})
	k.wantCode("nothing chosen", w, http.StatusBadRequest)
	wantText(t, "nothing chosen", pagetest.Parse(t, w).First(t, ".errors").Text(), "Choose at least one item.")

	at := k.frozen("ida", 2)
	n := k.page("ida", at+"?done=frozen")
	s, err := k.portfolio.Set(t.Context(), k.ida, portfolio.SetID(id(at)))
	if err != nil {
		t.Fatal(err)
	}
	wantText(t, "item", k.page("ida", "/me/evidence/"+string(s.Members[0].Item)).First(t, ".acts a").Text(), "Lighting, 25 November 2026")
	for _, part := range n.All("main section") {
		if len(part.All("h2")) != 1 {
			t.Errorf("a part of the page has no heading: %.80s", part.Text())
		}
	}
	wantText(t, "set", n.Text(), s.Root.String(), "Lighting", "25 November 2026, 12:00 (UTC)", "not handed in", "Light plot")

	// R77: told what, to whom, what for and until when, and confirmed.
	ask := k.page("ida", at+"/hand-in")
	wantText(t, "hand in", ask.Text(), "your name", "your files or their names", "Musterstadt")
	given := url.Values{"body": {string(bodyID)}, "purpose": {"Assessment in May"}, "until": {"2027-02-25"}}
	w = k.post("ida", at+"/hand-in", given)
	k.wantCode("not confirmed", w, http.StatusBadRequest)
	again := pagetest.Parse(t, w)
	if len(again.All("#handin-confirmed-error")) != 1 || again.First(t, "#handin-purpose").Text() != "Assessment in May" {
		t.Errorf("not confirmed: %s", again.Text())
	}
	k.wantCode("nothing at all", k.post("ida", at+"/hand-in", nil), http.StatusBadRequest)
	given.Set("confirmed", "on")
	k.wantCode("another hands it in", k.post("ben", at+"/hand-in", given), http.StatusNotFound)
	next(t, k.post("ida", at+"/hand-in", given), at)
	handed, err := k.portfolio.Handed(t.Context(), k.officer, bodyID)
	if err != nil || len(handed) != 1 || handed[0].Root != s.Root || handed[0].Name != "Ida Exemplaire" || handed[0].Until.Format("2006-01-02") != "2027-02-26" {
		t.Fatalf("Handed = %+v, %v", handed, err)
	}
	n = k.page("ida", at)
	wantText(t, "handed in", n.Text(), "handed in", "Assessment in May", "Withdraw")
	k.wantCode("delete while handed in", k.post("ida", at+"/delete", nil), http.StatusConflict)

	withdraw := at + "/withdraw/" + string(handed[0].Release)
	k.wantCode("withdraw what is none", k.get("ida", at+"/withdraw/"+string(s.ID)), http.StatusNotFound)
	k.wantCode("another withdraws", k.post("ben", withdraw, nil), http.StatusNotFound)
	ask = k.page("ida", withdraw)
	next(t, k.post("ida", ask.First(t, "form[method=post]").Attr("action"), nil), at)
	if handed, err = k.portfolio.Handed(t.Context(), k.officer, bodyID); err != nil || len(handed) != 0 {
		t.Errorf("Handed = %+v, %v", handed, err)
	}
	ask = k.page("ida", at+"/delete")
	next(t, k.post("ida", ask.First(t, "form[method=post]").Attr("action"), nil), "/me/sets")
	k.wantCode("deleted", k.get("ida", at), http.StatusNotFound)
}

func TestProofAndBundle(t *testing.T) {
	t.Parallel()
	k := newKit(t, portfolio.Limits{})
	at := k.frozen("ida", 2)
	s, err := k.portfolio.Set(t.Context(), k.ida, portfolio.SetID(id(at)))
	if err != nil {
		t.Fatal(err)
	}
	for _, who := range []string{"ben", "officer"} {
		for _, path := range []string{at, at + "/hand-in", at + "/delete", at + "/proofs/0", at + "/proofs/0/bundle"} {
			k.wantCode(who+" "+path, k.get(who, path), http.StatusNotFound)
		}
	}
	for _, path := range []string{"/proofs/2", "/proofs/-1", "/proofs/x", "/proofs/1/bundle/x", "/proofs/99999999999999999999"} {
		k.wantCode(path, k.get("ida", at+path), http.StatusNotFound)
	}
	w := k.get("ida", at+"/proofs/1")
	k.wantCode("proof", w, http.StatusOK)
	if w.Header().Get("Content-Disposition") != `attachment; filename="evidence-proof.json"` || w.Header().Get("Content-Type") != "application/json" {
		t.Errorf("headers: %v", w.Header())
	}
	p, err := evidence.ParseProof(w.Body.Bytes())
	if err != nil || evidence.VerifyFile(s.Root, p, strings.NewReader(pdf)) != nil {
		t.Errorf("proof: %v", err)
	}

	w = k.get("ida", at+"/proofs/1/bundle")
	k.wantCode("bundle", w, http.StatusOK)
	z, err := zip.NewReader(bytes.NewReader(w.Body.Bytes()), int64(w.Body.Len()))
	if err != nil || len(z.File) != 2 || z.File[0].Name != "evidence-proof.json" || z.File[1].Name != "plot.pdf" {
		t.Fatalf("bundle: %+v, %v", z, err)
	}
	for i, check := range []func([]byte){
		func(data []byte) {
			if p, err = evidence.ParseProof(data); err != nil {
				t.Error(err)
			}
		},
		func(data []byte) {
			if err := evidence.VerifyFile(s.Root, p, bytes.NewReader(data)); err != nil {
				t.Error(err)
			}
		},
	} {
		f, err := z.File[i].Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(f)
		if err != nil {
			t.Fatal(err)
		}
		check(data)
	}

	// The file is deleted: the page says what that means, and the proof stays.
	item := "/me/evidence/" + string(s.Members[0].Item)
	wantText(t, "question", k.page("ida", item+"/delete").Text(), "frozen set", "root of the set")
	k.wantCode("edit of a frozen item", k.post("ida", item+"/edit", artefact()), http.StatusBadRequest)
	k.wantCode("edit of a frozen item", k.get("ida", item+"/edit"), http.StatusConflict)
	next(t, k.post("ida", item+"/delete", nil), "/me/evidence")
	wantText(t, "set", k.page("ida", at).Text(), "file deleted")
	k.wantCode("bundle of a deleted item", k.get("ida", at+"/proofs/0/bundle"), http.StatusNotFound)
	k.wantCode("proof of a deleted item", k.get("ida", at+"/proofs/0"), http.StatusOK)
}
