package main

import (
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/probatum/probatum/trust"
	"github.com/probatum/probatum/web/vcapi"
)

// vcapiPath is where the VC-API instances stand.
const vcapiPath = "/vc-api/"

// conformance is what "demo --conformance" serves beside the pages: the VC-API
// instances that conformance suites call, with throw-away keys.
type conformance struct {
	handler http.Handler
	issuers map[string]string // identifier of the issuer, by instance
}

// newConformance makes the instances, which are reached at an origin. Status
// lists of others are fetched from the hosts that the trust folder lists.
func newConformance(origin string, set *trust.Set, log *slog.Logger) (*conformance, error) {
	client, err := fetcher(set)
	if err != nil {
		return nil, err
	}
	instances, err := vcapi.Demo()
	if err != nil {
		return nil, err
	}
	c := &conformance{issuers: make(map[string]string, len(instances))}
	for _, in := range instances {
		if c.issuers[in.Name], err = in.ID(); err != nil {
			return nil, err
		}
	}
	c.handler, err = vcapi.New(vcapi.Config{
		Instances: instances, PublicURL: origin, Fetch: client, Now: time.Now, Log: log,
	})
	return c, err
}

// beside serves the instances under their path and everything else by pages.
func (c *conformance) beside(pages http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, vcapiPath) {
			c.handler.ServeHTTP(w, r)
			return
		}
		pages.ServeHTTP(w, r)
	})
}
