package desk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/award"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/portfolio"
	"github.com/probatum/probatum/web/page"
)

type resultView struct {
	Badge    page.Badge
	Faults   []faultLine // why it cannot be sealed as it is
	Why      string      // the same in a sentence
	SetUp    *page.Act   // where that is put right
	Pictures []picture
	Attach   *page.Form // nil where it is not allowed, or too late
	Letter   []page.Row // the same, to be read
	Changes  []page.Row // of the address, the latest first
	Seal     *page.Form
	SealText []string
	Decision []page.Row
	Methods  page.Table
	Outcomes []page.Fold
	More     []page.Row
	Discard  *page.Act
	Back     page.Act
}

// A picture is the certificate in one language.
type picture struct{ Src, Lang, Name, Alt string }

func (p *Awards) result(w http.ResponseWriter, r *http.Request) error {
	at, err := p.on(r, access.ReadResults)
	if err != nil {
		return err
	}
	var notices []page.Notice
	switch r.URL.Query().Get("done") {
	case "imported":
		notices = append(notices, page.Notice{Tone: page.Good, Title: at.loc.T("desk.result.imported"), Text: at.loc.T("desk.result.imported.text")})
	case "known":
		notices = append(notices, page.Notice{Title: at.loc.T("desk.result.known")})
	case "attached":
		notices = append(notices, page.Notice{Tone: page.Good, Title: at.loc.T("desk.result.attached")})
	}
	return p.showResult(w, r, at, http.StatusOK, nil, notices...)
}

// showResult shows one result; attach is a form that was refused.
func (p *Awards) showResult(w http.ResponseWriter, r *http.Request, at place, code int, attach *page.Form, notices ...page.Notice) error {
	aw, err := p.c.Desk.Award(r.Context(), at.actor, at.body, at.id)
	if err != nil {
		return err
	}
	if aw.State == award.Sealed {
		page.SeeOther(w, r, at.to(at.credential()))
		return nil
	}
	res, err := aw.Result()
	if err != nil {
		return err
	}
	v := resultView{
		Badge:    rowBadge(at.loc, award.Row{State: aw.State}),
		Decision: at.decision(res), Methods: at.methods(res), Outcomes: at.outcomes(res), More: at.more(res, aw),
		Back: page.Act{Label: at.loc.T("desk.results.back"), Href: at.to(at.results()), Quiet: true},
	}
	ready, err := p.ready(r, at, &v)
	if err != nil {
		return err
	}
	if ready {
		for _, lang := range res.Languages {
			v.Pictures = append(v.Pictures, picture{
				Src: at.result() + "/preview/" + lang + "?v=" + aw.Version[:16], Lang: lang,
				Name: languageName(at.loc, lang),
				Alt:  at.loc.T("desk.result.picture.alt", "Language", languageName(at.loc, lang), "Name", res.Candidate.Name(), "Title", at.in(res.Unit.Title)),
			})
		}
	}
	if err := p.offer(r, at, aw, res, ready, attach, &v); err != nil {
		return err
	}
	changes, err := p.c.Desk.Addresses(r.Context(), at.actor, at.body, at.id)
	if err != nil {
		return err
	}
	v.Changes = at.addresses(changes)
	return p.c.Site.Show(w, r, "result", code, page.Content{
		Title: res.Candidate.Name(), Main: v, Wide: true, Notices: notices, Again: at.result(),
	})
}

// offer puts what can be done with a result on its page.
func (p *Awards) offer(r *http.Request, at place, aw award.Award, res assessment.Result, ready bool, attach *page.Form, v *resultView) error {
	if aw.State == award.Waiting && p.can(at, access.ImportResults) {
		if v.Attach = attach; attach == nil {
			handed, err := p.c.Desk.Handed(r.Context(), at.actor, at.body, at.id)
			if err != nil {
				return err
			}
			v.Attach = attachForm(at, aw, res, handed, award.Attachment{Email: aw.Email, Lang: aw.Lang, Evidence: aw.Evidence})
		}
	} else {
		v.Letter = at.letter(aw)
	}
	if p.can(at, access.ImportResults) { // also what was begun and cannot be finished
		v.Discard = &page.Act{Label: at.loc.T("desk.result.discard"), Href: at.to(at.result() + "/discard"), Quiet: true}
	}
	if (ready || aw.State == award.Begun) && p.can(at, access.SealCredentials) {
		v.Seal = &page.Form{
			ID: "seal", Action: at.result() + "/seal", Submit: at.loc.T("desk.result.seal"),
			With: []page.Hidden{{Name: "version", Value: aw.Version}},
		}
		v.SealText = []string{at.loc.T("desk.result.seal.text")}
		if aw.Email == "" {
			v.SealText = append(v.SealText, at.loc.T("desk.result.seal.nobody"))
		} else {
			v.SealText = append(v.SealText, at.loc.T("desk.result.seal.letter", "Email", aw.Email, "Language", languageName(at.loc, aw.Lang)))
		}
	} else if ready {
		v.SealText = []string{at.loc.T("desk.result.seal.others")}
	}
	return nil
}

// ready tells whether a result could be sealed now, and if not, says why.
func (p *Awards) ready(r *http.Request, at place, v *resultView) (bool, error) {
	err := p.c.Desk.Check(r.Context(), at.actor, at.body, at.id)
	if err == nil {
		return true, nil
	}
	no, ok := refusedOf(at.loc, "", err)
	if !ok {
		return false, err
	}
	v.Why, v.Faults = no.Why, no.Faults
	if fault.KindOf(err) == fault.Conflict {
		if v.Why == "" {
			v.Why = at.loc.T("desk.result.unready")
		}
		v.SetUp = &page.Act{Label: at.loc.T("desk.result.setup"), Href: at.to("/b/" + string(at.body) + "/setup")}
	}
	return false, nil
}

func attachForm(at place, aw award.Award, res assessment.Result, handed []portfolio.Handed, now award.Attachment) *page.Form {
	if now.Lang == "" && len(res.Languages) > 0 {
		now.Lang = res.Languages[0]
	}
	lang := &page.Select{Name: "lang", Label: at.loc.T("desk.result.lang")}
	for _, l := range i18n.Languages {
		lang.Options = append(lang.Options, page.Option{Value: l, Label: languageName(at.loc, l), Chosen: l == now.Lang})
	}
	form := &page.Form{
		ID: "attach", Action: at.result() + "/attach", Submit: at.loc.T("desk.result.attach"),
		With: []page.Hidden{{Name: "version", Value: aw.Version}},
		Controls: []page.Control{
			&page.Field{
				Name: "email", Label: at.loc.T("desk.result.email"), Hint: at.loc.T("desk.result.email.hint"), Type: "email",
				Autocomplete: "off", Value: now.Email, Optional: true, Max: 254,
			},
			lang,
		},
	}
	if len(handed) > 0 || now.Evidence != "" {
		form.Controls = append(form.Controls, evidenceChoice(at, res.Candidate.Name(), handed, now.Evidence))
	}
	return form
}

// evidenceChoice offers the sets that were handed in. The one that was chosen
// before stays on the list when it cannot be used any more, so that it shows. Of a
// set whose owner goes by another name than the candidate, that is said.
func evidenceChoice(at place, candidate string, handed []portfolio.Handed, now portfolio.SetID) *page.Choice {
	c := &page.Choice{
		Name: "evidence", Label: at.loc.T("desk.result.evidence"), Hint: at.loc.T("desk.result.evidence.hint"), Optional: true,
		Options: []page.Option{{Value: "", Label: at.loc.T("desk.result.evidence.none"), Chosen: now == ""}},
	}
	for _, h := range handed {
		hint := at.loc.T("desk.result.evidence.when", "Date", at.loc.Date(h.At), "Purpose", h.Purpose)
		if !strings.EqualFold(strings.TrimSpace(h.Name), candidate) {
			hint += " " + at.loc.T("desk.result.evidence.other", "Name", candidate)
		}
		c.Options = append(c.Options, page.Option{
			Value: string(h.Set), Label: at.loc.T("desk.result.evidence.set", "Name", h.Name, "Count", h.Items), Chosen: h.Set == now, Hint: hint,
		})
	}
	if !slices.ContainsFunc(handed, func(h portfolio.Handed) bool { return h.Set == now }) && now != "" {
		c.Options = append(c.Options, page.Option{Value: string(now), Label: at.loc.T("desk.result.evidence.lost"), Chosen: true})
	}
	return c
}

func (p *Awards) attach(w http.ResponseWriter, r *http.Request) error {
	at, err := p.on(r, access.ImportResults)
	if err != nil {
		return err
	}
	in, err := p.c.Site.ReadForm(w, r, 16<<10)
	if err != nil {
		return err
	}
	want := award.Attachment{Email: in.Text("email"), Lang: in.Text("lang"), Evidence: portfolio.SetID(in.Text("evidence"))}
	_, err = p.c.Desk.Attach(r.Context(), at.actor, at.body, at.id, in.Text("version"), want)
	if err == nil {
		page.SeeOther(w, r, at.to(at.result()+"?done=attached"))
		return nil
	}
	aw, err2 := p.c.Desk.Award(r.Context(), at.actor, at.body, at.id)
	if err2 != nil {
		return err
	}
	res, err2 := aw.Result()
	if err2 != nil || aw.State != award.Waiting {
		return err
	}
	handed, err2 := p.c.Desk.Handed(r.Context(), at.actor, at.body, at.id)
	if err2 != nil {
		return err2
	}
	form := attachForm(at, aw, res, handed, want)
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Kind == fault.Invalid && e.Public == "mail.address" {
		err = fault.List{{Path: "$.email", Key: e.Public, Args: e.Args}}
	}
	if !form.Fail(err, at.loc) {
		return err
	}
	return p.showResult(w, r, at, page.RefusalOf(err).Status, form)
}

func (p *Awards) preview(w http.ResponseWriter, r *http.Request) error {
	at, err := p.on(r, access.ReadResults)
	if err != nil {
		return err
	}
	if err := page.Patient(w, patience); err != nil {
		return err
	}
	png, err := page.InTurn(r.Context(), p.turns, func(ctx context.Context) ([]byte, error) {
		return p.c.Desk.Preview(ctx, at.actor, at.body, at.id, chi.URLParam(r, "lang"))
	})
	if err != nil {
		return err
	}
	page.Write(w, r, http.StatusOK, "image/png", png)
	return nil
}

func (p *Awards) seal(w http.ResponseWriter, r *http.Request) error {
	at, err := p.on(r, access.SealCredentials)
	if err != nil {
		return err
	}
	in, err := p.c.Site.ReadForm(w, r, 16<<10)
	if err != nil {
		return err
	}
	err = p.sealInTurn(w, r, at, in.Text("version"))
	if no, ok := refusedOf(at.loc, "", err); err != nil && ok {
		text := no.Why
		if len(no.Faults) > 0 { // the page itself lists them
			text = at.loc.T("desk.result.seal.faults")
		}
		return p.showResult(w, r, at, page.RefusalOf(err).Status, nil, page.Notice{Tone: page.Bad, Title: at.loc.T("desk.result.seal.not"), Text: text})
	}
	if err != nil {
		return fmt.Errorf("sealing: %w", err)
	}
	page.SeeOther(w, r, at.to(at.credential()+"?done=sealed"))
	return nil
}

func (p *Awards) askDiscard(w http.ResponseWriter, r *http.Request) error {
	at, err := p.on(r, access.ImportResults)
	if err != nil {
		return err
	}
	aw, err := p.c.Desk.Award(r.Context(), at.actor, at.body, at.id)
	if err != nil {
		return err
	}
	return p.c.Site.Show(w, r, "ask", http.StatusOK, page.Content{Title: at.loc.T("desk.result.discard"), Main: page.Confirm{
		Title: at.loc.T("desk.result.discard.title", "Name", aw.Summary.Name), Text: at.loc.T("desk.result.discard.text"),
		Action: at.result() + "/discard", Button: at.loc.T("desk.result.discard"), Grave: true,
		Back: page.Act{Label: at.loc.T("desk.result.keep"), Href: at.to(at.result()), Quiet: true},
	}})
}

func (p *Awards) discard(w http.ResponseWriter, r *http.Request) error {
	at, err := p.on(r, access.ImportResults)
	if err != nil {
		return err
	}
	if err := p.c.Desk.Discard(r.Context(), at.actor, at.body, at.id); err != nil {
		return err
	}
	page.SeeOther(w, r, at.to(at.results()+"?done=discarded"))
	return nil
}
