package page

import (
	"errors"
	"mime"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/internal/room"
)

// What a body can have wrong before anybody looks at what it says.
var (
	ErrTooLarge  = fault.New(fault.TooLarge, "page.body.large", nil)
	ErrEncoding  = fault.New(fault.Unsupported, "page.body.encoding", nil)
	ErrMediaType = fault.New(fault.Unsupported, "page.body.type", nil)
	ErrCut       = fault.New(fault.Invalid, "page.body.cut", nil)
	ErrFull      = fault.New(fault.Unavailable, "", nil)
)

// bodyReadTime is how long a body may take to arrive.
const bodyReadTime = 15 * time.Second

// OpenBody refuses what can be refused without reading, puts limits of size and
// time on the rest, and gives the media type.
func OpenBody(w http.ResponseWriter, r *http.Request, most int64) (kind string, params map[string]string, err error) {
	if r.ContentLength > most {
		return "", nil, ErrTooLarge
	}
	for _, coding := range r.Header.Values("Content-Encoding") {
		if !strings.EqualFold(strings.TrimSpace(coding), "identity") {
			return "", nil, ErrEncoding
		}
	}
	kind, params, err = mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return "", nil, ErrMediaType
	}
	deadline := time.Now().Add(bodyReadTime)
	if err := http.NewResponseController(w).SetReadDeadline(deadline); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return "", nil, err
	}
	r.Body = http.MaxBytesReader(w, r.Body, most)
	return kind, params, nil
}

// ReadBody takes a body in, piece by piece. Its room is given back when the
// request has been answered.
func ReadBody(r *http.Request, held *room.Room, most int) ([]byte, error) {
	guest := held.Enter()
	atEnd(r, guest.Leave)
	data, err := guest.Read(r.Body, most)
	if err != nil {
		return nil, Arrived(err)
	}
	return data, nil
}

// Arrived names what went wrong while a body was on its way.
func Arrived(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok || errors.Is(err, room.ErrTooLarge) {
		return ErrTooLarge
	}
	if errors.Is(err, room.ErrFull) {
		return ErrFull
	}
	if ne, ok := errors.AsType[net.Error](err); ok && ne.Timeout() {
		return ErrSlow
	}
	return ErrCut
}
