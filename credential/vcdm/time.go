package vcdm

import (
	"regexp"
	"time"

	"github.com/probatum/probatum/internal/strictjson"
)

// dateTimeStamp is the lexical form of XML Schema 1.1 Part 2, 3.4.28. Whether
// the day exists is for the calendar to say.
var dateTimeStamp = regexp.MustCompile(`^(-?(?:[1-9][0-9]{3,}|0[0-9]{3}))(-[0-9]{2}-[0-9]{2}T)(?:([01][0-9]|2[0-3])(:[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?)|24:00:00(?:\.0+)?)(Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))$`)

// time reads a dateTimeStamp. Where it cannot be read there is a finding, and
// the zero time.
func (k *checker) time(v *strictjson.Value, property string) time.Time {
	if !v.Is(strictjson.String) {
		k.find(v, Malformed, onValidity, property, "vcdm.time")
		return time.Time{}
	}
	m := dateTimeStamp.FindStringSubmatch(v.Text)
	if m == nil {
		k.find(v, Malformed, onValidity, property, "vcdm.time")
		return time.Time{}
	}
	year, day, hour, rest, zone := m[1], m[2], m[3], m[4], m[5]
	var more time.Duration
	if hour == "" { // 24:00:00, the end of the day
		hour, rest, more = "00", ":00:00", 24*time.Hour
	}
	if len(year) != 4 {
		k.find(v, Range, onValidity, property, "vcdm.time.range")
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, year+day+hour+rest+zone)
	if err == nil {
		t = t.Add(more).UTC()
	}
	if err != nil || t.Year() < 1 || t.Year() > 9999 || t.IsZero() {
		k.find(v, Range, onValidity, property, "vcdm.time.range")
		return time.Time{}
	}
	return t
}

// period reads the dates of a credential. An end before the beginning is a
// finding; the two may be the same (2.0, 4.9).
func (k *checker) period(v *strictjson.Value) (from, until time.Time) {
	begins, ends := []string{"validFrom"}, []string{"validUntil"}
	if k.edition == v11 {
		begins, ends = []string{"issuanceDate", "validFrom"}, []string{"expirationDate", "validUntil"}
	}
	var last *strictjson.Value // what says until
	var name string
	for _, p := range begins {
		if d := v.Member(p); d != nil {
			if t := k.time(d, p); t.After(from) {
				from = t
			}
		}
	}
	for _, p := range ends {
		if d := v.Member(p); d != nil {
			if t := k.time(d, p); !t.IsZero() && (until.IsZero() || t.Before(until)) {
				until, last, name = t, d, p
			}
		}
	}
	if !until.IsZero() && until.Before(from) {
		k.find(last, Range, onValidity, name, "vcdm.period")
	}
	return from, until
}
