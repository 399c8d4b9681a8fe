//go:build unix

package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/award"
	"github.com/probatum/probatum/mail"
	"github.com/probatum/probatum/portfolio"
	"github.com/probatum/probatum/web/page/pagetest"
	"github.com/probatum/probatum/web/public"
)

// How many people click, and for how long.
const (
	clickers  = 50
	clickFor  = 25 * time.Second
	floodFor  = 10 * time.Second
	warmUpFor = 3 * time.Second
)

// BenchmarkPages lets fifty people click through the pages of a body on a real
// server: over TCP, with the jobs running, each from an address of their own. They
// look at a page for one to two seconds, which is quick for people; one click in ten
// sends a form. "Flood" is the same without looking: it tells how much the machine
// can do, not how long anybody waits. The clickers run on the same processors.
//
//	go test -run '^$' -bench Pages ./cmd/probatum
func BenchmarkPages(b *testing.B) {
	for _, name := range []string{"SQLite", "PostgreSQL"} {
		b.Run(name, func(b *testing.B) {
			w := newBusyTown(b, engines[name](b))
			b.Run("People", func(b *testing.B) { w.click(b, clickFor, time.Second, 2*time.Second) })
			b.Run("Flood", func(b *testing.B) { w.click(b, floodFor, 0, 0) })
		})
	}
}

// A busyTown is a town with much in it, that is served.
type busyTown struct {
	*town
	address string
	crowd   []*clicker
}

// newBusyTown fills a body as after some months: 60 results that wait, 12 sealed
// ones, letters of all of them, and twenty candidates with ten items each.
func newBusyTown(b *testing.B, database string) *busyTown {
	b.Helper()
	w := &busyTown{town: newTown(b, database, true)}
	w.ticks, w.server.log = true, slog.New(slog.DiscardHandler)
	ctx, x := b.Context(), w.a
	officer := w.acting(b, x.second)
	bring := func() award.Award {
		kept, _, err := w.desk.Import(ctx, officer, x.id, []byte(w.example(b, x)))
		if err != nil {
			b.Fatal(err)
		}
		return kept
	}
	for range 60 {
		bring()
	}
	var candidates []*client
	for i := range 20 {
		c := w.join(b, x, fmt.Sprintf("pupil%d", i), access.Candidate)
		x.people[access.Role(fmt.Sprintf("pupil%d", i))] = c
		candidates = append(candidates, c)
		w.keepItems(b, w.acting(b, c))
		if i >= 10 {
			continue
		}
		kept := bring()
		kept, err := w.desk.Attach(ctx, officer, x.id, kept.ID, kept.Version, award.Attachment{Email: emailOf(c), Lang: "en"})
		if err == nil {
			_, err = w.desk.Seal(ctx, officer, x.id, kept.ID, kept.Version)
		}
		if err != nil {
			b.Fatal(err)
		}
		letters, err := w.db.Letters(ctx, mail.Filter{Body: string(x.id), Kind: mail.Award, Limit: 1})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := w.desk.Claim(ctx, w.acting(b, c), w.links.Secret(access.Claim, access.TicketID(letters[0].Ticket))); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.start(context.WithoutCancel(ctx)); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { w.stop(context.Background()) })
	w.whole = w.serving(b, w.server)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	w.address = l.Addr().String()
	hs := public.Server(w.whole, w.server.log)
	go hs.Serve(l)
	b.Cleanup(func() { hs.Close() })
	w.gather(b, candidates)
	return w
}

func (w *busyTown) keepItems(b *testing.B, a access.Actor) {
	b.Helper()
	var ids []portfolio.ItemID
	for n := range 10 {
		file, err := w.portfolio.Receive(b.Context(), a, "diary.txt", strings.NewReader(fmt.Sprintf("DEMO day %d of %s\n", n, a.Person)))
		if err != nil {
			b.Fatal(err)
		}
		i, err := w.portfolio.Add(b.Context(), a, portfolio.Texts{
			Kind: portfolio.Logbook, Unit: "lighting", Title: fmt.Sprintf("DEMO day %d", n), Shows: "An invented day of work.", Day: w.now().AddDate(0, 0, -n-1),
		}, file)
		if err != nil {
			b.Fatal(err)
		}
		ids = append(ids, i.ID)
	}
	if _, err := w.portfolio.Freeze(b.Context(), a, "lighting", ids[:5]); err != nil {
		b.Fatal(err)
	}
}

// A clicker is one of those who click.
type clicker struct {
	client
	http    *http.Client
	address string
	starts  []string // pages that they go to when they do not know where else
	took    map[string][]time.Duration
	wrong   []string
}

// gather signs fifty people in: of each staff role some, and the candidates.
func (w *busyTown) gather(b *testing.B, candidates []*client) {
	b.Helper()
	x, root := w.a, "/b/"+string(w.a.id)
	desk := []string{"/start", root, root + "/results", root + "/results", root + "/credentials", root + "/mail"}
	mine := []string{"/start", "/me", "/me/evidence", "/me/sets", "/me/credentials", "/settings", "/notices"}
	add := func(c *client, n int, starts []string) {
		for range n {
			k := &clicker{client: *c, address: w.address, starts: starts, took: map[string][]time.Duration{}}
			from := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 1, byte(len(w.crowd)+1))}}
			k.http = &http.Client{
				Transport:     &http.Transport{DialContext: from.DialContext, TLSNextProto: map[string]func(string, *tls.Conn) http.RoundTripper{}, MaxIdleConnsPerHost: 4},
				CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			}
			w.signIn(b, &k.client)
			w.crowd = append(w.crowd, k)
		}
	}
	add(x.people[access.Administrator], 3, append([]string{root + "/setup", root + "/setup/who", root + "/staff", root + "/tokens"}, desk...))
	add(x.people[access.Officer], 5, desk)
	add(x.second, 4, desk)
	for _, r := range []access.Role{access.Assessor, access.Mentor, access.Centre, access.Authority, access.Coordinator, access.Ombudsman} {
		add(x.people[r], 3, []string{"/start", root, root + "/setup", "/me", "/settings", "/notices"})
	}
	for _, c := range candidates {
		add(c, 1, mine)
	}
	if len(w.crowd) != clickers {
		b.Fatalf("%d people click, want %d", len(w.crowd), clickers)
	}
}

// click lets everybody click, and reports how long each kind of page took.
func (w *busyTown) click(b *testing.B, long, least, most time.Duration) {
	for range b.N {
		for _, k := range w.crowd {
			k.took, k.wrong = map[string][]time.Duration{}, nil
		}
		var wg sync.WaitGroup
		began, busy := time.Now(), processorTime(b)
		for n, k := range w.crowd {
			wg.Go(func() {
				dice := rand.New(rand.NewPCG(1, uint64(n)))
				think := func() {
					if most > 0 {
						time.Sleep(least + time.Duration(dice.Int64N(int64(most-least))))
					}
				}
				if most > 0 {
					time.Sleep(time.Duration(dice.Int64N(int64(most))))
				}
				k.wander(dice, began.Add(warmUpFor), began.Add(warmUpFor+long), think)
			})
		}
		wg.Wait()
		w.report(b, long, processorTime(b)-busy)
	}
}

// wander goes from page to page by the links on them, and looks at what browsers
// load beside.
func (k *clicker) wander(dice *rand.Rand, from, until time.Time, think func()) {
	var links, forms []string
	values := map[string]url.Values{}
	for time.Now().Before(until) {
		path := k.starts[dice.IntN(len(k.starts))]
		if len(links) > 0 && dice.IntN(3) > 0 {
			path = links[dice.IntN(len(links))]
		}
		if len(forms) > 0 && dice.IntN(10) == 0 {
			form := forms[dice.IntN(len(forms))]
			if to := k.ask(from, http.MethodPost, form, values[form]); to != nil && to.Header.Get("Location") != "" {
				path = to.Header.Get("Location")
			}
		}
		rec := k.ask(from, http.MethodGet, path, nil)
		links, forms = nil, nil
		if rec != nil && rec.doc != nil {
			links, forms = rec.links(), rec.forms(values)
			for _, img := range rec.doc.All("main img") {
				if src := img.Attr("src"); strings.HasPrefix(src, "/") {
					k.ask(from, http.MethodGet, src, nil)
				}
			}
		}
		think()
	}
}

// A seen is an answer, and the page where it is one.
type seen struct {
	*http.Response
	doc *pagetest.Node
}

// ask sends a request and notes how long the whole answer took.
func (k *clicker) ask(from time.Time, method, path string, form url.Values) *seen {
	r, err := http.NewRequestWithContext(context.Background(), method, "http://"+k.address+path, strings.NewReader(form.Encode()))
	if err != nil {
		k.wrong = append(k.wrong, err.Error())
		return nil
	}
	r.Header.Set("Cookie", k.cookie)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", formType)
	}
	began := time.Now()
	resp, err := k.http.Do(r)
	if err != nil {
		k.wrong = append(k.wrong, err.Error())
		return nil
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	took := time.Since(began)
	if err != nil || resp.StatusCode >= 400 && resp.StatusCode != http.StatusConflict || strings.HasPrefix(resp.Header.Get("Location"), "/sign-in") {
		k.wrong = append(k.wrong, fmt.Sprintf("%s %s: %d %v", method, path, resp.StatusCode, err))
	}
	if began.After(from) {
		kind := method + " " + kindOfPath(path)
		k.took[kind] = append(k.took[kind], took)
	}
	s := &seen{Response: resp}
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") && resp.StatusCode == http.StatusOK {
		s.doc = parsed(data)
	}
	return s
}

// report writes a line for each kind of page, the slowest first.
func (w *busyTown) report(b *testing.B, long, busy time.Duration) {
	b.Helper()
	all := map[string][]time.Duration{}
	var pages []time.Duration
	for _, k := range w.crowd {
		for kind, took := range k.took {
			all[kind] = append(all[kind], took...)
			if !isFile(kind) {
				pages = append(pages, took...)
			}
		}
		for _, what := range k.wrong[:min(len(k.wrong), 3)] {
			b.Errorf("%s: %s", k.name, what)
		}
	}
	if len(pages) == 0 {
		b.Fatal("nobody clicked")
	}
	var lines []string
	for kind, took := range all {
		lines = append(lines, fmt.Sprintf("%9.1f p99 %8.1f p95 %8.1f p50 %8.1f most %6d  %s",
			ms(took, 0.99), ms(took, 0.95), ms(took, 0.50), ms(took, 1), len(took), kind))
	}
	slices.Sort(lines)
	slices.Reverse(lines)
	fmt.Printf("%s: milliseconds by kind of page\n%s\n", b.Name(), strings.Join(lines, "\n")) // the log of a benchmark is cut
	b.ReportMetric(ms(pages, 0.50), "p50-ms")
	b.ReportMetric(ms(pages, 0.95), "p95-ms")
	b.ReportMetric(ms(pages, 0.99), "p99-ms")
	b.ReportMetric(ms(pages, 1), "max-ms")
	b.ReportMetric(float64(len(pages))/long.Seconds(), "pages/s")
	b.ReportMetric(float64(busy.Milliseconds())/float64(len(pages))*long.Seconds()/(warmUpFor+long).Seconds(), "cpu-ms/page")
	b.ReportMetric(0, "ns/op")
}

// links are those to other pages; forms those that may be sent again and again.
func (s *seen) links() (all []string) {
	for _, a := range s.doc.All("a") {
		if href := a.Attr("href"); strings.HasPrefix(href, "/") && !strings.Contains(href, "lang=") && !isFile(href) && href != "/" && href != "/verify" {
			all = append(all, href)
		}
	}
	return all
}

func (s *seen) forms(values map[string]url.Values) (all []string) {
	for _, f := range s.doc.All("main form") {
		to, _, _ := strings.Cut(f.Attr("action"), "?")
		for _, end := range []string{"/settings", "/attach", "/edit", "/setup/who", "/setup/recognition"} {
			if strings.HasSuffix(to, end) && f.Attr("method") == "post" {
				values[to] = valuesOf(f)
				all = append(all, to)
			}
		}
	}
	return all
}

// isFile tells pictures and files, which are drawn when they are asked for, from
// pages.
func isFile(path string) bool { return aFile.MatchString(path) }

var anID = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}|[A-Za-z0-9_-]{22}`)

// kindOfPath is a path without what it names.
func kindOfPath(path string) string {
	path, _, _ = strings.Cut(path, "?")
	return anID.ReplaceAllString(path, "{}")
}

func parsed(data []byte) *pagetest.Node {
	n, err := html.Parse(bytes.NewReader(data))
	if err != nil {
		return nil
	}
	return &pagetest.Node{Node: n}
}

// processorTime is what this process has used, clickers and all.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// ms gives a quantile in milliseconds.
func ms(took []time.Duration, q float64) float64 {
	slices.Sort(took)
	i := min(len(took)-1, int(q*float64(len(took))))
	return float64(took[i].Microseconds()) / 1000
}
