package public

import (
	"net/http"
	"strings"
	"time"

	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/verifier"
)

// The views are what the templates fill in: plain texts, already in the
// reader's language.

type homeView struct{ Address string }

type errorView struct {
	Status  int
	Detail  string
	Request string // to be quoted when it is reported; only for our own failures
}

type verdictView struct{ Kind, Word, Summary string }

type issuerView struct {
	Name     string
	Trusted  bool
	Standing string
}

// A row is a label and its value, or several. Name is for tests and machines.
type row struct {
	Name, Label, Value string
	Values             []string
	Code               bool // set in the typeface of codes
}

// A checkView is one check. Mark is its result, or "skipped" for a check that
// was not reached because an earlier one failed.
type checkView struct{ ID, Name, Result, Mark, Word, Message string }

// A resultView is all that can be told to the one who has the file.
type resultView struct {
	Verdict   verdictView
	Issuer    *issuerView
	Person    string
	Heading   string
	Rows      []row
	Parts     []partView
	Checks    []checkView
	Technical []row
}

type partView struct {
	Heading string
	Rows    []row
}

// A linkView is what may be told to anyone who scans the code: name, title,
// body, date and status. Nothing else of the credential is in it.
type linkView struct {
	Verdict verdictView
	Person  string
	Heading string
	Rows    []row
	Checks  []checkView // those that did not pass
	Address string
}

func (s *site) refusalPage(r *http.Request, no refusal) content {
	req := requestOf(r)
	view := errorView{Status: no.status, Detail: req.loc.TMap(no.detail, no.args)}
	if no.status == http.StatusInternalServerError {
		view.Request = req.id
	}
	c := content{title: req.loc.T(titleOf(no.status)), main: view, hidden: true}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		c.again = "/verify" // what was sent cannot be sent again by a link
	}
	return c
}

// A teller says an answer in the words of the pages.
type teller struct{ loc i18n.Localizer }

func resultOf(a verifier.Answer, loc i18n.Localizer) resultView {
	t := teller{loc}
	v := resultView{Verdict: t.verdict(a), Technical: t.technical(a)}
	for _, c := range a.Checks {
		v.Checks = append(v.Checks, t.check(c))
	}
	if is := a.Issuer; is != nil && plain(is.Name) != "" {
		v.Issuer = &issuerView{Name: plain(is.Name), Trusted: is.Trusted, Standing: loc.T("page.result.untrusted")}
		if is.Trusted {
			v.Issuer.Standing = loc.T("page.result.trusted")
		}
	}
	c := a.Credential
	if c == nil {
		return v
	}
	v.Person, v.Heading = plain(c.Subject.Name), heading(c)
	v.Rows = t.rows(
		row{Name: "born", Label: "page.field.born", Value: t.day(c.Subject.DateOfBirth)},
	)
	v.Rows = append(v.Rows, t.achievement(c.AchievementAnswer)...)
	v.Rows = append(v.Rows, t.rows(
		row{Name: "from", Label: "page.field.from", Value: t.day(deref(c.ValidFrom))},
		row{Name: "until", Label: "page.field.until", Value: t.until(c)},
	)...)
	for _, p := range c.Parts {
		v.Parts = append(v.Parts, partView{plain(p.Title), t.achievement(p.AchievementAnswer)})
	}
	return v
}

// heading is the title of a credential, with that of the achievement where it
// says more.
func heading(c *verifier.CredentialAnswer) string {
	if c.Achievement == "" {
		return plain(c.Title)
	}
	return plain(c.Title) + " – " + plain(c.Achievement)
}

func linkOf(a verifier.Answer, loc i18n.Localizer) linkView {
	t := teller{loc}
	v := linkView{Verdict: t.verdict(a)}
	for _, c := range a.Failed() {
		if check := t.check(c); check.Mark != "skipped" {
			v.Checks = append(v.Checks, check)
		}
	}
	c := a.Credential
	if c == nil {
		return v
	}
	v.Person, v.Heading = plain(c.Subject.Name), heading(c)
	issuer := row{Name: "issuer", Label: "page.field.issuer"}
	if a.Issuer != nil {
		issuer.Value = a.Issuer.Name
		if !a.Issuer.Trusted {
			issuer.Label = "page.field.claimed"
		}
	}
	body := row{Name: "body", Label: "page.field.body", Value: c.AwardingBody}
	if plain(body.Value) == plain(issuer.Value) {
		body.Value = ""
	}
	date := c.AwardedOn
	if date == "" {
		date = deref(c.Issued)
	}
	v.Rows = t.rows(issuer, body,
		row{Name: "date", Label: "page.field.date", Value: t.day(date)},
		row{Name: "status", Label: "page.field.status", Value: t.status(a)})
	return v
}

func (t teller) verdict(a verifier.Answer) verdictView {
	kind := a.Verdict
	switch kind {
	case verifier.Valid.String(), verifier.Invalid.String():
	default: // nothing but valid may look like a success
		kind = verifier.Undetermined.String()
	}
	return verdictView{Kind: kind, Word: t.loc.T("verify.verdict." + kind), Summary: plain(a.Summary)}
}

func (t teller) check(c verifier.CheckAnswer) checkView {
	result := c.Result
	switch result {
	case verifier.Passed.String(), verifier.Failed.String():
	default:
		result = verifier.NotDone.String()
	}
	mark := result
	if result == verifier.NotDone.String() && c.Code == "" {
		mark = "skipped"
	}
	return checkView{
		ID: string(c.ID), Name: t.loc.T("page.check." + string(c.ID)), Result: result, Mark: mark,
		Word: t.loc.T("page.check.result." + mark), Message: plain(c.Message),
	}
}

func (t teller) achievement(a verifier.AchievementAnswer) []row {
	assessments := make([]string, 0, len(a.Assessments))
	for _, as := range a.Assessments {
		s := plain(as.Title)
		if kind := plain(as.Type); kind != "" && !strings.EqualFold(kind, s) {
			s += " (" + kind + ")"
		}
		if grade := plain(as.Grade); grade != "" {
			s = t.loc.T("page.field.graded", "What", s, "Grade", grade)
		}
		assessments = append(assessments, s)
	}
	return t.rows(
		row{Name: "body", Label: "page.field.body", Value: a.AwardingBody},
		row{Name: "date", Label: "page.field.awarded", Value: t.day(a.AwardedOn)},
		row{Name: "level", Label: "page.field.level", Value: a.Level},
		row{Name: "national", Label: "page.field.national", Value: a.NationalLevel},
		row{Name: "workload", Label: "page.field.workload", Value: a.Workload},
		row{Name: "credits", Label: "page.field.credits", Value: a.Credits},
		row{Name: "outcomes", Label: "page.field.outcomes", Values: a.Outcomes},
		row{Name: "assessments", Label: "page.field.assessments", Values: assessments},
		row{Name: "notes", Label: "page.field.notes", Values: a.Notes},
	)
}

func (t teller) technical(a verifier.Answer) []row {
	rows := []row{
		{Name: "verdict", Label: "page.field.verdict", Value: a.Verdict, Code: true},
		{Name: "code", Label: "page.field.code", Value: string(a.Code), Code: true},
		{Name: "form", Label: "page.field.form", Value: a.Form, Code: true},
		{Name: "ribbon", Label: "page.field.ribbon", Value: a.Ribbon},
	}
	if c := a.Credential; c != nil {
		rows = append(rows, row{Name: "credential", Label: "page.field.credential", Value: c.ID, Code: true})
	}
	if is := a.Issuer; is != nil {
		rows = append(rows,
			row{Name: "issuer-id", Label: "page.field.issuer-id", Value: is.ID, Code: true},
			row{Name: "identifier", Label: "page.field.identifier", Value: strings.TrimSpace(is.Identifier + " " + is.Country), Code: true},
			row{Name: "accreditation", Label: "page.field.accreditation", Value: deref(is.Accreditation), Code: true})
	}
	var stamps []string
	for _, ts := range a.Timestamps {
		stamps = append(stamps, strings.TrimSpace(t.instant(deref(ts.Time))+" "+plain(ts.Message)))
	}
	var findings []string
	for _, f := range a.Findings {
		findings = append(findings, plain(f.Path)+" "+plain(f.Message))
	}
	return t.rows(append(rows,
		row{Name: "findings", Label: "page.field.findings", Values: findings},
		row{Name: "timestamps", Label: "page.field.timestamps", Values: stamps},
		row{Name: "checked", Label: "page.field.checked", Value: t.instant(a.VerifiedAt)})...)
}

// rows turns label keys into labels, makes values plain, and leaves out what is
// empty.
func (t teller) rows(rows ...row) []row {
	out := make([]row, 0, len(rows))
	for _, r := range rows {
		r.Label, r.Value = t.loc.T(r.Label), plain(r.Value)
		values := make([]string, 0, len(r.Values))
		for _, v := range r.Values {
			if v = plain(v); v != "" {
				values = append(values, v)
			}
		}
		if r.Values = values; r.Value != "" || len(values) > 0 {
			out = append(out, r)
		}
	}
	return out
}

// status says whether it holds now, in the words of the verdict.
func (t teller) status(a verifier.Answer) string {
	if a.Verdict != verifier.Valid.String() {
		return t.verdict(a).Word
	}
	if a.Credential.ValidUntil != nil {
		return t.loc.T("page.status.until", "Date", t.day(*a.Credential.ValidUntil))
	}
	return t.loc.T("page.status.valid")
}

func (t teller) until(c *verifier.CredentialAnswer) string {
	if c.ValidUntil == nil {
		return t.loc.T("page.field.noend")
	}
	return t.day(*c.ValidUntil)
}

// day writes a date, or the day of an instant, as the reader's language does.
// What is neither is given as it is.
func (t teller) day(s string) string {
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if at, err := time.Parse(layout, s); err == nil {
			return t.loc.Date(at)
		}
	}
	return s
}

// instant writes a moment with its time, in UTC.
func (t teller) instant(s string) string {
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return s
	}
	return t.loc.T("page.instant", "Date", t.loc.Date(at), "Time", at.UTC().Format("15:04"))
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
