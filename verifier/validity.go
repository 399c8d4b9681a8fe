package verifier

import (
	"encoding/json"
	"regexp"
	"time"

	"github.com/probatum/probatum/proof"
)

// zoned is xsd:dateTime with its offset, as VC Data Model 1.1 wants dates: a
// time without one is a different moment for every reader.
var zoned = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)$`)

// dateNames are the dates of a credential, those of its end last.
var dateNames = [...]string{"issuanceDate", "issued", "validFrom", "expirationDate", "validUntil"}

// A span is the time in which a credential is good, as far as it says so.
type span struct {
	begin time.Time // the latest beginning of any kind
	from  time.Time // the latest beginning of validity
	end   time.Time // the earliest end
	ends  bool      // an end is given
}

func (s *span) starts(at time.Time) {
	if at.After(s.begin) {
		s.begin = at
	}
}

func (s *span) startsValidity(at time.Time) {
	s.starts(at)
	if at.After(s.from) {
		s.from = at
	}
}

func (s *span) finishes(at time.Time) {
	if !s.ends || at.Before(s.end) {
		s.end, s.ends = at, true
	}
}

// take adds the dates among the members of a credential, and names the first
// that cannot be read. A date may be left out where the data model lets it; one
// that is there and cannot be read is not passed over.
func (s *span) take(root members) (unreadable string) {
	for _, name := range dateNames {
		raw, ok := root[name]
		if !ok {
			continue
		}
		at, ok := date(raw)
		if !ok {
			return name
		}
		switch name {
		case "expirationDate", "validUntil":
			s.finishes(at)
		case "validFrom":
			s.startsValidity(at)
		default:
			s.starts(at)
		}
	}
	return ""
}

// validity compares the dates with the moment for which the file is judged:
// those of the credential, and those that its token states beside it.
func (r *run) validity() {
	s := r.stated
	if field := s.take(r.dates); field != "" {
		r.fail(Validity, proof.Validity, "verify.validity.malformed", map[string]any{"Field": field})
		return
	}
	day := func(t time.Time) map[string]any { return map[string]any{"Date": t} }
	switch {
	case s.ends && s.end.Before(s.from):
		r.fail(Validity, proof.Validity, "verify.validity.order", nil)
	case s.begin.After(r.at.Add(Skew)):
		r.fail(Validity, proof.Validity, "verify.validity.early", day(s.begin))
	case r.claimed.After(r.latest().Add(Skew)):
		r.fail(Validity, proof.Validity, "verify.validity.sealed", day(r.claimed))
	case s.ends && s.end.Add(Skew).Before(r.at):
		r.fail(Validity, proof.Validity, "verify.validity.expired", day(s.end))
	case !s.ends:
		r.pass(Validity, "verify.validity.open")
	default:
		r.found[Validity] = Check{ID: Validity, Result: Passed, Key: "verify.validity.pass", Args: day(s.end)}
	}
}

// latest is the moment after which nothing can have been sealed yet, whatever
// moment the file is judged for.
func (r *run) latest() time.Time {
	if r.at.After(r.now) {
		return r.at
	}
	return r.now
}

// date reads one date, alone or as a list of one.
func date(raw json.RawMessage) (time.Time, bool) {
	var list []json.RawMessage
	if len(raw) > 0 && raw[0] == '[' {
		if json.Unmarshal(raw, &list) != nil || len(list) != 1 {
			return time.Time{}, false
		}
		raw = list[0]
	}
	var s string
	if len(raw) == 0 || raw[0] != '"' || json.Unmarshal(raw, &s) != nil || !zoned.MatchString(s) {
		return time.Time{}, false
	}
	at, err := time.Parse(time.RFC3339Nano, s)
	return at.UTC(), err == nil
}
