package status

import (
	"context"
	"errors"
	"fmt"

	"github.com/probatum/probatum/internal/fetch"
)

// A Source is a place where lists are.
type Source interface {
	// Get gives the list at url as it is now. etag is what the Source said of
	// the last one that was had from it, or empty; an Answer may then be
	// NotModified. A Source that has nothing to say of such a URL gives an error
	// that errors.Is finds to be ErrElsewhere; any other error is final. Get
	// ends when ctx does. It is called by many at once.
	Get(ctx context.Context, url, etag string) (Answer, error)
}

// An Answer is what a Source gives. Data is not changed afterwards by anybody.
type Answer struct {
	Data        []byte
	ETag        string // empty where there is none
	NotModified bool   // without Data
}

// ErrElsewhere says that a URL is not the business of a Source.
var ErrElsewhere = errors.New("the list is elsewhere")

// accepted are the forms in which lists are read. Tokens are preferred: they
// are the cheaper ones to verify.
const accepted = TypeVCJWT + ", " + TypeTokenJWT + ", " + TypeVC + ";q=0.5, application/ld+json;q=0.3, application/json;q=0.3, */*;q=0.1"

// HTTP fetches lists from where their URLs lead, as far as the Client may go.
type HTTP struct{ Client *fetch.Client }

// Get fetches a list.
func (h HTTP) Get(ctx context.Context, url, etag string) (Answer, error) {
	a, err := h.Client.GetChanged(ctx, url, accepted, etag)
	switch {
	case errors.Is(err, fetch.ErrRefused):
		return Answer{}, refuse(Retrieval, "status.retrieval.refused", err)
	case err != nil:
		return Answer{}, fmt.Errorf("fetching a status list: %w", err)
	}
	return Answer{Data: a.Body, ETag: a.ETag, NotModified: a.NotModified}, nil
}
