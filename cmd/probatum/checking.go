package main

import (
	"fmt"
	"time"

	"github.com/probatum/probatum/internal/fetch"
	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/status"
	"github.com/probatum/probatum/trust"
	"github.com/probatum/probatum/verifier"
)

// fetchLimit bounds what one address may cost.
const fetchLimit = verifier.FetchTime

// fetcher makes the client that goes where the trust folder says.
func fetcher(set *trust.Set) (*fetch.Client, error) {
	client, err := fetch.New(fetch.Config{Hosts: set.Hosts(), RootCAs: set.TLSRoots(), Timeout: fetchLimit, MaxBytes: strictjson.DefaultMaxBytes})
	if err != nil {
		return nil, fmt.Errorf("reading the list of hosts: %w", err)
	}
	return client, nil
}

// newVerifier makes a Verifier that knows what the trust folder holds. It asks the
// local sources of status lists first and then, unless it is offline, the hosts
// that the folder lists.
func newVerifier(set *trust.Set, offline bool, local ...status.Source) (*verifier.Verifier, error) {
	sources := local
	var client *fetch.Client
	if !offline {
		var err error
		if client, err = fetcher(set); err != nil {
			return nil, err
		}
		sources = append(sources, status.HTTP{Client: client})
	}
	resolver := trust.NewResolver(set, client, time.Now)
	return &verifier.Verifier{
		Trust: set, Now: time.Now, Resolver: resolver,
		Lists: status.NewLists(status.ListsConfig{
			Sources: sources, Resolver: resolver, Snapshots: set.Snapshots, Offline: offline,
		}),
	}, nil
}
