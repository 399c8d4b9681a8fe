package elm

import (
	"fmt"
	"time"
)

// A DateTime is an xsd:dateTime as the document writes it: its offset, and a
// missing one, are kept.
type DateTime string

// NewDateTime writes a time in UTC, cut to seconds.
func NewDateTime(t time.Time) DateTime {
	return DateTime(t.UTC().Truncate(time.Second).Format(time.RFC3339))
}

// NewDate writes a calendar day as its midnight in UTC; the model knows dates
// of birth only as times.
func NewDate(year int, month time.Month, day int) DateTime {
	return NewDateTime(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

// Time gives the instant in UTC. A text without an offset is taken as UTC; the
// zero time and an error stand for what is no xsd:dateTime.
func (d DateTime) Time() (time.Time, error) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if t, err := time.Parse(layout, string(d)); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a date and time", string(d))
}

// A Duration is an xsd:duration such as PT60H, as the document writes it.
type Duration string

// Hours writes a duration of whole hours.
func Hours(n int) Duration { return Duration(fmt.Sprintf("PT%dH", n)) }
