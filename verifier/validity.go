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

// validity compares the dates with the moment for which the file is judged.
// A date may be left out where the data model lets it; one that is there and
// cannot be read is not passed over.
func (r *run) validity() {
	var begin, end time.Time // the latest beginning and the earliest end
	var from time.Time
	ends := false // an end is given
	for _, name := range []string{"issuanceDate", "issued", "validFrom", "expirationDate", "validUntil"} {
		raw, ok := r.document.root[name]
		if !ok {
			continue
		}
		at, ok := date(raw)
		if !ok {
			r.fail(Validity, proof.Validity, "verify.validity.malformed", map[string]any{"Field": name})
			return
		}
		switch name {
		case "expirationDate", "validUntil":
			if !ends || at.Before(end) {
				end, ends = at, true
			}
		default:
			if name == "validFrom" {
				from = at
			}
			if at.After(begin) {
				begin = at
			}
		}
	}
	day := func(t time.Time) map[string]any { return map[string]any{"Date": t} }
	switch {
	case ends && end.Before(from):
		r.fail(Validity, proof.Validity, "verify.validity.order", nil)
	case begin.After(r.at.Add(Skew)):
		r.fail(Validity, proof.Validity, "verify.validity.early", day(begin))
	case r.file.SigT.After(r.latest().Add(Skew)):
		r.fail(Validity, proof.Validity, "verify.validity.sealed", day(r.file.SigT))
	case ends && end.Add(Skew).Before(r.at):
		r.fail(Validity, proof.Validity, "verify.validity.expired", day(end))
	case !ends:
		r.pass(Validity, "verify.validity.open")
	default:
		r.found[Validity] = Check{ID: Validity, Result: Passed, Key: "verify.validity.pass", Args: day(end)}
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
