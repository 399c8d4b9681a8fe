package main

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/verifier"
)

// signs stand before a result in the terminal; the words beside them say the
// same to whoever cannot see or know the signs.
var signs = map[string]string{"pass": "✓", "fail": "✗", "not-done": "○"}

// printAnswer writes an answer for a person at a terminal: the verdict first,
// then who vouches, what was assessed, and each check.
func printAnswer(w io.Writer, loc i18n.Localizer, a verifier.Answer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n", strings.ToUpper(loc.T("verify.verdict."+a.Verdict)), wrap(a.Summary, 88, ""))
	var found rows
	row := func(key, value string) { found.add(loc.T(key), value) }
	if c := a.Credential; c != nil {
		b.WriteByte('\n')
		row("cli.row.title", c.Title)
		row("cli.row.achievement", c.Achievement)
		row("cli.row.holder", c.Subject.Name)
		row("cli.row.body", c.AwardingBody)
		row("cli.row.awarded", day(loc, c.AwardedOn))
		row("cli.row.level", strings.Trim(c.Level+", "+c.NationalLevel, ", "))
		row("cli.row.from", day(loc, value(c.ValidFrom)))
		row("cli.row.until", day(loc, value(c.ValidUntil)))
		row("cli.row.id", c.ID)
	}
	if is := a.Issuer; is != nil {
		row("cli.row.issuer", strings.TrimSpace(is.Name+" "+is.Identifier))
	}
	found.write(&b)
	b.WriteByte('\n')
	for _, c := range a.Checks {
		code := ""
		if c.Code != "" {
			code = " [" + string(c.Code) + "]"
		}
		result := c.Result
		if result == "not-done" && c.Code == "" { // an earlier check has failed
			result = "skipped"
		}
		line := loc.T("cli.check", "Check", loc.T("page.check."+string(c.ID)), "Result", loc.T("page.check.result."+result))
		fmt.Fprintf(&b, "%s %s%s\n", signs[c.Result], line, code)
		fmt.Fprintf(&b, "%s\n", wrap(c.Message, 84, "    "))
	}
	if len(a.Timestamps) > 0 {
		fmt.Fprintf(&b, "\n%s\n", loc.T("page.field.timestamps"))
	}
	for _, t := range a.Timestamps {
		fmt.Fprintf(&b, "%s\n", wrap(loc.T("cli.check", "Check", instantOf(loc, value(t.Time)), "Result", t.Message), 84, "    "))
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("writing the answer: %w", err)
	}
	return nil
}

// rows are labels with their values, one below the other.
type rows []struct{ label, value string }

// add takes a row, unless there is nothing to say in it.
func (rs *rows) add(label, value string) {
	if value != "" {
		*rs = append(*rs, struct{ label, value string }{label, value})
	}
}

// write gives the labels a column that holds the longest of them: how long they
// are differs from language to language.
func (rs rows) write(b *strings.Builder) {
	width := 0
	for _, r := range rs {
		width = max(width, utf8.RuneCountInString(r.label))
	}
	for _, r := range rs {
		fmt.Fprintf(b, "  %-*s  %s\n", width, r.label, r.value)
	}
}

// day writes a time for people; the JSON answer has it to the second. What
// cannot be read stands as it is.
func day(loc i18n.Localizer, s string) string {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return loc.Date(t.UTC())
		}
	}
	return s
}

// instantOf writes a moment with its time, in UTC.
func instantOf(loc i18n.Localizer, s string) string {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return s
	}
	return loc.T("page.instant", "Date", loc.Date(t.UTC()), "Time", t.UTC().Format("15:04:05"))
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// wrap breaks a text into lines of at most width characters, each with indent
// before it.
func wrap(s string, width int, indent string) string {
	var b strings.Builder
	line := 0
	for _, word := range strings.Fields(s) {
		n := len([]rune(word))
		switch {
		case line == 0:
			b.WriteString(indent)
		case line+1+n > width:
			b.WriteString("\n" + indent)
			line = 0
		default:
			b.WriteByte(' ')
			line++
		}
		b.WriteString(word)
		line += n
	}
	return b.String()
}
