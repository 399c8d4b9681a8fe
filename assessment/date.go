package assessment

import (
	"errors"
	"fmt"
	"time"
)

// A Date is a calendar day. The zero Date is no day.
type Date struct {
	year  int
	month time.Month
	day   int
}

// ErrDate says that a text is no calendar day in the form 2026-11-25.
var ErrDate = errors.New("not a calendar day of the form YYYY-MM-DD")

// ParseDate reads a day in exactly the form 2026-11-25 (ISO 8601 calendar
// date). A day that the calendar does not have, such as 30 February, is an
// error.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Format(time.DateOnly) != s {
		return Date{}, fmt.Errorf("reading date: %w", ErrDate)
	}
	return DateOf(t), nil
}

// DateOf is the day of t in UTC.
func DateOf(t time.Time) Date {
	var d Date
	d.year, d.month, d.day = t.UTC().Date()
	return d
}

// Time is the first second of the day in UTC; the zero time for the zero Date.
func (d Date) Time() time.Time {
	if d.IsZero() {
		return time.Time{}
	}
	return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC)
}

// End is the last second of the day in UTC; the zero time for the zero Date.
func (d Date) End() time.Time {
	if d.IsZero() {
		return time.Time{}
	}
	return time.Date(d.year, d.month, d.day, 23, 59, 59, 0, time.UTC)
}

// AddDays is the day n days later, or earlier for a negative n.
func (d Date) AddDays(n int) Date { return DateOf(d.Time().AddDate(0, 0, n)) }

// AddYears is the same day n years later; 29 February becomes 1 March where
// the year has none.
func (d Date) AddYears(n int) Date { return DateOf(d.Time().AddDate(n, 0, 0)) }

// IsZero tells whether d is no day.
func (d Date) IsZero() bool { return d == Date{} }

// Before tells whether d is an earlier day than e.
func (d Date) Before(e Date) bool { return d.Time().Before(e.Time()) }

// Equal tells whether d and e are the same day.
func (d Date) Equal(e Date) bool { return d == e }

// String writes the day as 2026-11-25; the zero Date is empty.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.year, int(d.month), d.day)
}

// MarshalText writes the day as String does.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	v, err := ParseDate(string(b))
	if err != nil {
		return err
	}
	*d = v
	return nil
}
