package cwt_test

import (
	"errors"
	"testing"
	"time"

	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/cwt"
)

// A reader is told days as people write them.
func TestDaysInSentences(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	for want, c := range map[string]cwt.Claims{
		"Das Token gilt erst ab 25. November 2026.":           {NotBefore: day},
		"Das Token gilt erst ab 26. November 2026.":           {IssuedAt: day.AddDate(0, 0, 1)},
		"Das Token war nur bis zum 20. November 2026 gültig.": {Expires: day.AddDate(0, 0, -5)},
	} {
		err := c.CheckTimes(day.AddDate(0, 0, -1), 0)
		e, ok := errors.AsType[*proof.Error](err)
		if !ok {
			t.Errorf("%s: %v", want, err)
			continue
		}
		if got := i18n.For("de").TMap(e.Key, e.Args); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
