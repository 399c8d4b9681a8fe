package assessment_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/probatum/probatum/assessment"
)

func TestParseDate(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"2026-11-25", "2024-02-29", "0001-01-01", "9999-12-31"} {
		d, err := assessment.ParseDate(s)
		if err != nil || d.String() != s {
			t.Errorf("ParseDate(%q) = %v, %v", s, d, err)
		}
		data, err := json.Marshal(d)
		if err != nil || string(data) != `"`+s+`"` {
			t.Errorf("%s is written as %s, %v", s, data, err)
		}
		var again assessment.Date
		if err := json.Unmarshal(data, &again); err != nil || again != d {
			t.Errorf("%s is read back as %v, %v", data, again, err)
		}
	}
	for _, s := range []string{
		"", "2026-02-30", "2025-02-29", "2026-13-01", "2026-1-1", "26-01-01", "2026-11-25T00:00:00Z", " 2026-11-25", "+2026-11-25", "20261125", "２026-11-25",
	} {
		if d, err := assessment.ParseDate(s); !errors.Is(err, assessment.ErrDate) {
			t.Errorf("ParseDate(%q) = %v, %v", s, d, err)
		}
	}
}

func TestDate(t *testing.T) {
	t.Parallel()
	d := assessment.DateOf(time.Date(2026, 11, 26, 1, 0, 0, 0, time.FixedZone("east", 2*3600)))
	if d.String() != "2026-11-25" {
		t.Errorf("the day in UTC is %s", d)
	}
	if got := d.Time().Format(time.RFC3339); got != "2026-11-25T00:00:00Z" {
		t.Errorf("the day begins at %s", got)
	}
	if got := d.End().Format(time.RFC3339); got != "2026-11-25T23:59:59Z" {
		t.Errorf("the day ends at %s", got)
	}
	if got := d.AddDays(7).String(); got != "2026-12-02" {
		t.Errorf("a week later is %s", got)
	}
	if got := day("2024-02-29").AddYears(1).String(); got != "2025-03-01" {
		t.Errorf("a year after 29 February is %s", got)
	}
	var zero assessment.Date
	if !zero.IsZero() || !zero.Time().IsZero() || !zero.End().IsZero() || zero.String() != "" {
		t.Error("the zero Date is a day")
	}
}

func TestTextIn(t *testing.T) {
	t.Parallel()
	text := assessment.Text{"en": "Sound", "de": "Ton"}
	for _, tt := range []struct {
		want       []string
		text, lang string
	}{
		{[]string{"de"}, "Ton", "de"},
		{[]string{"fr", "de"}, "Ton", "de"},
		{[]string{"fr"}, "Sound", "en"},
		{nil, "Sound", "en"},
	} {
		if s, lang := text.In(tt.want...); s != tt.text || lang != tt.lang {
			t.Errorf("In(%v) = %q, %q", tt.want, s, lang)
		}
	}
	if s, lang := (assessment.Text{"sv": "Ljud", "fi": "Ääni"}).In("en"); s != "Ääni" || lang != "fi" {
		t.Errorf("without English: %q, %q", s, lang)
	}
	if s, lang := (assessment.Text{}).In("en"); s != "" || lang != "" {
		t.Errorf("without anything: %q, %q", s, lang)
	}
}
