package public

import (
	"strings"
	"time"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/verifier"
	"github.com/probatum/probatum/web/page"
)

// The views are what the templates fill in: plain texts, already in the
// reader's language.

type homeView struct {
	Address string
	People  []Person
}

type formView struct{ MaxMB int }

type verdictView struct{ Kind, Word, Summary string }

// An issuerView is who issued it and how it stands with them. Mark is the sign
// beside that: nobody vouches for what no longer stands, and then there is none.
type issuerView struct{ Name, Mark, Standing string }

// A checkView is one check. Mark is its result, or "skipped" for a check that
// was not reached because an earlier one failed.
type checkView struct{ ID, Name, Result, Mark, Word, Message string }

// A resultView is all that can be told to the one who has the file.
type resultView struct {
	Verdict   verdictView
	Mark      string // it is of a demonstration or a trial; empty: it is not
	Who, What string // headings
	Issuer    *issuerView
	Person    string
	Compare   bool // the reader should see that it is this person's
	Heading   string
	Rows      []page.Row
	Parts     []partView
	Checks    []checkView
	Technical []page.Row
}

type partView struct {
	Heading string
	Rows    []page.Row
}

// A linkView is what may be told to anyone who scans the code: name, title,
// body, date and status. Nothing else of the credential is in it.
type linkView struct {
	Verdict verdictView
	Mark    string // it is of a demonstration or a trial; empty: it is not
	What    string // heading
	Person  string
	Compare bool // the reader should see that it is this person's
	Heading string
	Rows    []page.Row
	Checks  []checkView // those that did not pass
	Address string
}

// A teller says an answer in the words of the pages.
type teller struct {
	loc     i18n.Localizer
	trusted bool   // the issuer is known: what it says of who awarded can be told as a fact
	fallen  bool   // the status of the credential is what is wrong with it
	word    string // message key of the verdict in one word
}

func tellerOf(r verifier.Report, loc i18n.Localizer) teller {
	t := teller{loc: loc, trusted: r.Issuer != nil && r.Issuer.Trusted}
	switch r.Verdict() {
	case verifier.Valid:
		t.word = "verify.verdict.valid"
	case verifier.Invalid:
		t.word, t.fallen = "verify.verdict.invalid", r.Code() == proof.Status
	default: // nothing but valid may look like a success
		t.word = "verify.verdict.undetermined"
	}
	if status, _ := r.Check(verifier.Status); t.fallen {
		switch status.Key {
		case "verify.status.revoked":
			t.word = "page.verdict.revoked"
		case "verify.status.suspended":
			t.word = "page.verdict.suspended"
		}
	}
	return t
}

// mark says plainly that something is not meant in earnest, whatever the verdict.
func (t teller) mark(r verifier.Report, a verifier.Answer) string {
	switch {
	case r.Issuer != nil && r.Issuer.Trial:
		return t.loc.T("page.result.trial")
	case a.Issuer != nil && keys.SaysDemo(a.Issuer.Name), a.Credential != nil && keys.SaysDemo(a.Credential.AwardingBody):
		return t.loc.T("page.result.demo")
	}
	return ""
}

// what is the heading of what the credential says.
func (t teller) what() string {
	if t.fallen {
		return t.loc.T("page.result.said")
	}
	return t.loc.T("page.result.what")
}

// who is the heading of who issued it.
func (t teller) who() string {
	switch {
	case t.fallen && t.trusted:
		return t.loc.T("page.field.issuer")
	case t.fallen:
		return t.loc.T("page.field.claimed")
	}
	return t.loc.T("page.result.who")
}

// issuer tells who issued it; nil where that is not known.
func (t teller) issuer(is *verifier.IssuerAnswer) *issuerView {
	if is == nil || issuerName(is) == "" {
		return nil
	}
	v := &issuerView{Name: issuerName(is), Mark: "not-done", Standing: t.loc.T("page.result.untrusted")}
	switch {
	case is.Trusted:
		v.Mark, v.Standing = "pass", t.loc.T("page.result.trusted")
		if t.fallen {
			v.Mark = ""
		}
	case is.Identifier == "": // no certificate says the name
		v.Standing = t.loc.T("page.result.claimed")
	}
	return v
}

// body is the label of who awarded something.
func (t teller) body() string {
	if t.trusted {
		return "page.field.body"
	}
	return "page.field.body.claimed"
}

func resultOf(r verifier.Report, loc i18n.Localizer) resultView {
	a, t := r.Answer(loc), tellerOf(r, loc)
	v := resultView{
		Verdict: t.verdict(a), Who: t.who(), What: t.what(), Mark: t.mark(r, a), Issuer: t.issuer(a.Issuer), Technical: t.technical(a),
	}
	for _, c := range a.Checks {
		v.Checks = append(v.Checks, t.check(c))
	}
	c := a.Credential
	if c == nil {
		return v
	}
	v.Person, v.Heading = page.Plain(c.Subject.Name), heading(c)
	v.Compare = v.Person != "" && !t.fallen
	v.Rows = t.rows(
		page.Row{Name: "born", Label: "page.field.born", Value: t.day(c.Subject.DateOfBirth)},
	)
	v.Rows = append(v.Rows, t.achievement(c.AchievementAnswer)...)
	units, parts := t.parts(a)
	v.Parts = parts
	v.Rows = append(v.Rows, t.rows(
		page.Row{Name: "units", Label: "page.field.units", Values: units},
		page.Row{Name: "from", Label: "page.field.from", Value: t.day(deref(c.ValidFrom))},
		t.until(c),
	)...)
	return v
}

// parts tells what else was reached. Of the units that a token lists beside its
// document there is no more than what they are called.
func (t teller) parts(a verifier.Answer) (units []string, parts []partView) {
	for _, p := range a.Credential.Parts {
		v := partView{page.Plain(p.Title), t.achievement(p.AchievementAnswer)}
		switch {
		case len(v.Rows) == 0 && a.Form == string(credential.SDJWT):
			units = append(units, v.Heading)
		case len(v.Rows) > 0 && v.Heading == "":
			v.Heading = t.loc.T("page.result.part")
			parts = append(parts, v)
		case v.Heading != "":
			parts = append(parts, v)
		}
	}
	return units, parts
}

// issuerName is what an issuer goes by: its name, or its identifier where it
// gives no name.
func issuerName(is *verifier.IssuerAnswer) string {
	if name := page.Plain(is.Name); name != "" {
		return name
	}
	return page.Plain(is.ID)
}

// heading is the title of a credential, with that of the achievement where it
// says more.
func heading(c *verifier.CredentialAnswer) string {
	if c.Achievement == "" {
		return page.Plain(c.Title)
	}
	return page.Plain(c.Title) + " – " + page.Plain(c.Achievement)
}

func linkOf(r verifier.Report, loc i18n.Localizer) linkView {
	a, t := r.Answer(loc), tellerOf(r, loc)
	v := linkView{Verdict: t.verdict(a), Mark: t.mark(r, a), What: t.what()}
	for _, c := range a.Failed() {
		if check := t.check(c); check.Mark != "skipped" {
			v.Checks = append(v.Checks, check)
		}
	}
	c := a.Credential
	if c == nil {
		return v
	}
	v.Person, v.Heading = page.Plain(c.Subject.Name), heading(c)
	v.Compare = v.Person != "" && !t.fallen
	issuer := page.Row{Name: "issuer", Label: "page.field.issuer"}
	if a.Issuer != nil {
		issuer.Value = issuerName(a.Issuer)
		if !a.Issuer.Trusted {
			issuer.Label = "page.field.claimed"
		}
	}
	body := page.Row{Name: "body", Label: t.body(), Value: c.AwardingBody}
	if page.Plain(body.Value) == page.Plain(issuer.Value) {
		body.Value = ""
	}
	date := c.AwardedOn
	if date == "" {
		date = deref(c.Issued)
	}
	v.Rows = t.rows(issuer, body,
		page.Row{Name: "date", Label: "page.field.date", Value: t.day(date)},
		page.Row{Name: "status", Label: "page.field.status", Value: t.status(a)})
	return v
}

func (t teller) verdict(a verifier.Answer) verdictView {
	return verdictView{Kind: kindOf(a), Word: t.loc.T(t.word), Summary: page.Plain(a.Summary)}
}

// kindOf is one of the three verdicts. Nothing but valid may look like a success.
func kindOf(a verifier.Answer) string {
	switch a.Verdict {
	case verifier.Valid.String(), verifier.Invalid.String():
		return a.Verdict
	}
	return verifier.Undetermined.String()
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
		Word: t.loc.T("page.check.result." + mark), Message: page.Plain(c.Message),
	}
}

func (t teller) achievement(a verifier.AchievementAnswer) []page.Row {
	assessments := make([]string, 0, len(a.Assessments))
	for _, as := range a.Assessments {
		s := page.Plain(as.Title)
		switch kind := page.Plain(as.Type); {
		case s == "":
			s = kind
		case kind != "" && !strings.EqualFold(kind, s):
			s += " (" + kind + ")"
		}
		switch grade := page.Plain(as.Grade); {
		case s == "":
			s = grade
		case grade != "":
			s = t.loc.T("page.field.graded", "What", s, "Grade", grade)
		}
		assessments = append(assessments, s)
	}
	return t.rows(
		page.Row{Name: "body", Label: t.body(), Value: a.AwardingBody},
		page.Row{Name: "date", Label: "page.field.awarded", Value: t.day(a.AwardedOn)},
		page.Row{Name: "level", Label: "page.field.level", Value: a.Level},
		page.Row{Name: "national", Label: "page.field.national", Value: a.NationalLevel},
		page.Row{Name: "workload", Label: "page.field.workload", Value: a.Workload},
		page.Row{Name: "credits", Label: "page.field.credits", Value: a.Credits},
		page.Row{Name: "outcomes", Label: "page.field.outcomes", Values: a.Outcomes},
		page.Row{Name: "assessments", Label: "page.field.assessments", Values: assessments},
		page.Row{Name: "notes", Label: "page.field.notes", Values: a.Notes},
	)
}

func (t teller) technical(a verifier.Answer) []page.Row {
	rows := []page.Row{
		{Name: "verdict", Label: "page.field.verdict", Value: t.loc.T("verify.verdict." + kindOf(a))},
		{Name: "code", Label: "page.field.code", Value: string(a.Code), Code: true},
		{Name: "form", Label: "page.field.form", Value: t.form(a.Form)},
		{Name: "ribbon", Label: "page.field.ribbon", Value: a.Ribbon},
	}
	if c := a.Credential; c != nil {
		rows = append(rows, page.Row{Name: "credential", Label: "page.field.credential", Value: c.ID, Code: true})
	}
	if is := a.Issuer; is != nil {
		rows = append(rows,
			page.Row{Name: "issuer-id", Label: "page.field.issuer-id", Value: is.ID, Code: true},
			page.Row{Name: "identifier", Label: "page.field.identifier", Value: strings.TrimSpace(is.Identifier + " " + is.Country), Code: true},
			page.Row{Name: "accreditation", Label: "page.field.accreditation", Value: deref(is.Accreditation), Code: true})
	}
	var stamps []string
	for _, ts := range a.Timestamps {
		stamps = append(stamps, strings.TrimSpace(t.instant(deref(ts.Time))+" "+page.Plain(ts.Message)))
	}
	var findings []string
	for _, f := range a.Findings {
		findings = append(findings, page.Plain(f.Path)+" "+page.Plain(f.Message))
	}
	return t.rows(append(rows,
		page.Row{Name: "findings", Label: "page.field.findings", Values: findings},
		page.Row{Name: "timestamps", Label: "page.field.timestamps", Values: stamps},
		page.Row{Name: "checked", Label: "page.field.checked", Value: t.instant(a.VerifiedAt)})...)
}

// form names the form of a file, in words where there are some.
func (t teller) form(form string) string {
	if form == "" {
		return ""
	}
	key := "page.form." + form
	if name := t.loc.T(key); name != key {
		return name
	}
	return form
}

// rows turns label keys into labels, makes values plain, and leaves out what is
// empty.
func (t teller) rows(rows ...page.Row) []page.Row {
	out := make([]page.Row, 0, len(rows))
	for _, r := range rows {
		r.Label, r.Value = t.loc.T(r.Label), page.Plain(r.Value)
		values := make([]string, 0, len(r.Values))
		for _, v := range r.Values {
			if v = page.Plain(v); v != "" {
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
		return t.loc.T(t.word)
	}
	if a.Credential.ValidUntil != nil {
		return t.loc.T("page.status.until", "Date", t.day(*a.Credential.ValidUntil))
	}
	return t.loc.T("page.status.valid")
}

// until tells the last day, or that there is none.
func (t teller) until(c *verifier.CredentialAnswer) page.Row {
	if c.ValidUntil == nil {
		return page.Row{Name: "until", Label: "page.field.validity", Value: t.loc.T("page.field.noend")}
	}
	return page.Row{Name: "until", Label: "page.field.until", Value: t.day(*c.ValidUntil)}
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
