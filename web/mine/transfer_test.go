package mine_test

import (
	"io"
	"net/http/httptest"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/probatum/probatum/web/mine"
)

// A line is a connection over which a body comes in pieces, one each pause.
type line struct {
	*httptest.ResponseRecorder
	piece    int
	pause    time.Duration
	deadline time.Time
}

func (l *line) SetReadDeadline(t time.Time) error {
	l.deadline = t
	return nil
}

func (l *line) Read(b []byte) (int, error) {
	if left := time.Until(l.deadline); left < l.pause {
		<-time.After(left)
		return 0, os.ErrDeadlineExceeded
	}
	<-time.After(l.pause)
	return min(len(b), l.piece), nil
}

// Who sends drop by drop does not keep a place from others.
func TestSlowUploadsEnd(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		piece    int
		pause    time.Duration
		min, max time.Duration // after which it ends
	}{
		"a drop now and then": {1, 29 * time.Second, time.Minute, time.Minute},
		"a kilobyte a second": {1 << 10, time.Second, 59 * time.Second, time.Minute},
		"almost enough":       {2000, time.Second, time.Minute, 30 * time.Minute},
		"a slow line":         {4 << 10, time.Second, time.Hour - time.Second, time.Hour},
		"nothing at all":      {1, time.Hour, 30 * time.Second, 30 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			l := &line{ResponseRecorder: httptest.NewRecorder(), piece: c.piece, pause: c.pause}
			begun := time.Now()
			_, err := io.Copy(io.Discard, mine.Moving(l, l))
			if took := time.Since(begun); err == nil || took < c.min || took > c.max {
				t.Errorf("%s: it ended after %s, %v; want %s to %s", name, took, err, c.min, c.max)
			}
		})
	}
}
