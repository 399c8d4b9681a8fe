package status_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/probatum/probatum/internal/fetch"
	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/status"
)

func believed(context.Context, *status.List) error { return nil }

// listServer is a server of lists that does at each path what the path says.
func listServer(t *testing.T, by signer) (base string, lists *status.Lists) {
	t.Helper()
	stop := make(chan struct{})
	var self string
	var good status.Signed
	var inflating []byte
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		pause := func(d time.Duration) bool {
			select {
			case <-time.After(d):
				return true
			case <-r.Context().Done():
			case <-stop:
			}
			return false
		}
		switch r.URL.Path {
		case "/good":
			w.Header().Set("ETag", good.ETag())
			w.Header().Set("Content-Type", good.MediaType())
			_, _ = w.Write(good.JWT)
		case "/bomb":
			_, _ = w.Write(inflating)
		case "/large":
			w.Header().Set("Content-Length", fmt.Sprint(1<<30))
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 64<<10)); err != nil {
					return
				}
			}
		case "/endless":
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 64<<10)); err != nil {
					return
				}
			}
		case "/redirect":
			http.Redirect(w, r, "/good", http.StatusFound)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusMovedPermanently)
		case "/silence":
			pause(25 * time.Second)
		case "/drip":
			for pause(time.Second) {
				_, _ = w.Write([]byte("e"))
				_ = http.NewResponseController(w).Flush()
			}
		case "/html":
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte("<!doctype html><title>It works</title>"))
		case "/500":
			w.WriteHeader(http.StatusInternalServerError)
		case "/unchanged":
			w.WriteHeader(http.StatusNotModified)
		case "/gzip":
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb())
		case "/cut":
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte("eyJ"))
		case "/empty":
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(srv.Close)
	t.Cleanup(func() { close(stop) })
	self = srv.URL
	var err error
	if good, err = status.Sign(t.Context(), contents(revocation, map[int]status.State{5: status.Revoked}), by.Signer, self+"/good", noon); err != nil {
		t.Fatal(err)
	}
	inflating = by.vc(t, by.with(by.credential("revocation", "u"+base64URL(bomb())), obj{"id": self + "/bomb"}))
	client, err := fetch.New(fetch.Config{Hosts: []string{srv.URL}})
	if err != nil {
		t.Fatal(err)
	}
	return srv.URL, status.NewLists(status.ListsConfig{Sources: []status.Source{status.HTTP{Client: client}}, Now: func() time.Time { return noon }})
}

func at(url string) status.Reference {
	return status.Reference{Kind: status.Bitstring, Purpose: status.Revocation, Size: 1, URL: url, Index: 5, Known: true}
}

// questionTime is what a verification gives to all its questions about status.
const questionTime = 1500 * time.Millisecond

func TestTV26BadServers(t *testing.T) {
	base, lists := listServer(t, newSigner(t, "P-256"))
	if f := lists.Check(t.Context(), []status.Reference{at(base + "/good")}, believed); !f.Bad() || f.State != status.Revoked || f.List.From != status.Fresh {
		t.Fatalf("a good list: %+v", f)
	}
	var all sync.WaitGroup
	one := func(path string, want ...status.Problem) {
		all.Go(func() {
			var f status.Finding
			took := testkit.InTime(t, path, func() {
				ctx, cancel := context.WithTimeout(t.Context(), questionTime)
				defer cancel()
				f = lists.Check(ctx, []status.Reference{at(base + path)}, believed)
			})
			if took >= questionTime { // the time may be up before a bad answer is read
				want = append(want, status.Retrieval)
			}
			if f.Valid() || f.Bad() || f.Err == nil {
				t.Errorf("%s: %+v; want it left open", path, f)
				return
			}
			isProblem(t, path, f.Err, want...)
		})
	}
	for _, path := range []string{"/large", "/endless", "/redirect", "/loop", "/silence", "/drip", "/500", "/404", "/unchanged", "/gzip", "/cut"} {
		one(path, status.Retrieval)
	}
	for _, path := range []string{"/bomb", "/html", "/empty"} {
		one(path, status.Verification)
	}
	all.Wait()

	// Eight entries that all hang share the time.
	refs := make([]status.Reference, 8)
	for i := range refs {
		refs[i] = at(fmt.Sprintf("%s/silence?%d", base, i))
	}
	testkit.InTime(t, "eight that hang", func() {
		ctx, cancel := context.WithTimeout(t.Context(), questionTime)
		defer cancel()
		if f := lists.Check(ctx, refs, believed); f.Err == nil {
			t.Errorf("eight that hang: %+v", f)
		}
	})

	// Nobody is asked who is not on the list of hosts.
	for _, url := range []string{"https://127.0.0.1:1/", strings.Replace(base, "127.0.0.1", "127.0.0.2", 1) + "/good", "https://issuer.example/1", "http://169.254.169.254/latest"} {
		f := lists.Check(t.Context(), []status.Reference{at(url)}, believed)
		if f.Err == nil || f.Err.Refusal.Key != "status.retrieval.refused" {
			t.Errorf("%s: %+v", url, f)
		}
	}
	nothingRuns(t)
}

// nothingRuns waits until no request of ours is under way any more.
func nothingRuns(t *testing.T) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for {
		buf := make([]byte, 4<<20)
		stacks := string(buf[:runtime.Stack(buf, true)])
		if !strings.Contains(stacks, "status.(*Lists)") && !strings.Contains(stacks, "fetch.(*Client)") {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("something runs still:\n%s", stacks)
		}
		<-time.After(10 * time.Millisecond)
	}
}

// TV-27: of several entries the worst decides.
func TestTV27WorstDecides(t *testing.T) {
	t.Parallel()
	by, s := newSigner(t, "P-256"), newShelf()
	suspension := status.Slot{Kind: status.Bitstring, Purpose: status.Suspension, Size: 1}
	put := func(name string, slot status.Slot, set map[int]status.State) status.Reference {
		url := "https://issuer.example/" + name
		signed, err := status.Sign(t.Context(), contents(slot, set), by.Signer, url, noon)
		if err != nil {
			t.Fatal(err)
		}
		s.put(url, signed.JWT)
		return status.Reference{Kind: slot.Kind, Purpose: slot.Purpose, Size: slot.Size, URL: url, Index: 5, Known: true}
	}
	valid := put("valid", revocation, nil)
	steady := put("steady", suspension, nil)
	revoked := put("revoked", revocation, map[int]status.State{5: status.Revoked})
	suspended := put("suspended", suspension, map[int]status.State{5: status.Suspended})
	foreign := put("foreign", revocation, map[int]status.State{5: status.Revoked})
	wrongPurpose := valid
	wrongPurpose.Purpose = status.Suspension
	beyond := valid
	beyond.Index = status.Entries
	missing := valid
	missing.URL += "2"
	unknown := status.Reference{}
	l := status.NewLists(status.ListsConfig{Sources: []status.Source{s}, Now: func() time.Time { return noon }})
	believe := func(_ context.Context, list *status.List) error {
		if list.URL == foreign.URL {
			return errors.New("of another issuer")
		}
		return nil
	}
	const (
		good = iota
		bad
		open
	)
	for i, c := range []struct {
		refs  []status.Reference
		is    int
		state status.State
		key   string
	}{
		{[]status.Reference{valid, steady}, good, status.Valid, ""},
		{[]status.Reference{valid, suspended}, bad, status.Suspended, ""},
		{[]status.Reference{suspended, revoked}, bad, status.Revoked, ""},
		{[]status.Reference{valid, missing}, open, 0, "status.retrieval.refused"},
		{[]status.Reference{missing, suspended}, bad, status.Suspended, ""},
		{[]status.Reference{valid, unknown}, open, 0, "status.unknown"},
		{[]status.Reference{unknown, revoked}, bad, status.Revoked, ""},
		{[]status.Reference{valid, wrongPurpose}, open, 0, "status.list.purpose"},
		{[]status.Reference{valid, foreign}, open, 0, "status.list.signer"},
		{[]status.Reference{foreign, missing, beyond, valid}, bad, 0, "status.entry.range"},
		{[]status.Reference{beyond, suspended}, bad, status.Suspended, ""},
		{nil, open, 0, "status.unknown"},
	} {
		for range 2 { // also the other way round
			f := l.Check(t.Context(), c.refs, believe)
			if f.Valid() != (c.is == good) || f.Bad() != (c.is == bad) || f.State != c.state {
				t.Errorf("case %d: %+v", i, f)
			}
			if got := f.Err; (got == nil) != (c.key == "") || got != nil && got.Refusal.Key != c.key {
				t.Errorf("case %d: %v; want %q", i, got, c.key)
			}
			for a, b := 0, len(c.refs)-1; a < b; a, b = a+1, b-1 {
				c.refs[a], c.refs[b] = c.refs[b], c.refs[a]
			}
		}
	}
	if f := (status.Finding{}); f.Valid() || f.Bad() {
		t.Error("the zero Finding says something")
	}
}
