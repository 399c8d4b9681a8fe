package trust

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/probatum/probatum/internal/fetch"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/integrity"
)

const didWeb = "did:web:"

// A Resolver finds the keys of issuers: what a Set knows, and what issuers
// publish at origins that may be fetched. To resolve somebody is not to trust
// them: whose keys count is for the Set to say. It may be used by many at once.
type Resolver struct {
	set       *Set
	client    *fetch.Client
	documents *cache[keys.DIDDocument] // by DID
	issuers   *cache[[]keys.JWK]       // by issuer identifier
}

// NewResolver makes a Resolver. Without a client nothing is fetched; now may be
// nil and is then time.Now.
func NewResolver(set *Set, client *fetch.Client, now func() time.Time) *Resolver {
	if set == nil {
		set = &Set{}
	}
	if now == nil {
		now = time.Now
	}
	r := &Resolver{set: set, client: client}
	r.documents = newCache(now, r.fetchDocument)
	r.issuers = newCache(now, r.fetchIssuer)
	return r
}

// Resolve gives the DID document of a DID, as integrity.Resolver wants it: the
// one in the set; else the one that a did:key or a did:jwk stands for; else,
// for a did:web at an origin that may be fetched, the one published there. It is
// kept for half a minute; that it could not be had, for ten seconds.
func (r *Resolver) Resolve(ctx context.Context, did string) (keys.DIDDocument, error) {
	doc, err := r.set.Resolve(ctx, did)
	if err == nil || !errors.Is(err, integrity.ErrUnresolved) || r.client == nil || !strings.HasPrefix(did, didWeb) {
		return doc, err
	}
	address, err := r.webAddress(did)
	if err != nil {
		return keys.DIDDocument{}, err
	}
	if !r.client.Allows(address) { // before the cache, which others need
		return keys.DIDDocument{}, fmt.Errorf("resolving a did:web: %w: %w", integrity.ErrUnresolved, fetch.ErrRefused)
	}
	return r.documents.get(ctx, did)
}

// webAddress gives the address of the document of a did:web (did:web Method
// Specification, 2.5.2). That is https always; but a loopback address has no
// other DID than localhost, and is asked as the list of hosts has it.
func (r *Resolver) webAddress(did string) (string, error) {
	address, err := keys.DIDWebURL(did)
	if err != nil {
		return "", err
	}
	u, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("the address of a did:web: %w", err)
	}
	if u.Hostname() != "localhost" || r.client.Allows(address) {
		return address, nil
	}
	for _, scheme := range []string{"https", "http"} {
		for _, host := range []string{"127.0.0.1", "[::1]"} {
			loopback := *u
			loopback.Scheme, loopback.Host = scheme, host
			if p := u.Port(); p != "" {
				loopback.Host += ":" + p
			}
			if r.client.Allows(loopback.String()) {
				return loopback.String(), nil
			}
		}
	}
	return address, nil
}

// fetchDocument asks for the document of a did:web. One that is had and is
// wrong is an error of its own; its methods that another DID controls are left
// out.
func (r *Resolver) fetchDocument(ctx context.Context, did string) (keys.DIDDocument, error) {
	address, err := r.webAddress(did)
	if err != nil {
		return keys.DIDDocument{}, err
	}
	data, err := r.fetchJSON(ctx, address, "application/did+json, application/did, application/json;q=0.9")
	if err != nil {
		return keys.DIDDocument{}, fmt.Errorf("resolving a did:web: %w", err)
	}
	doc, err := keys.ParseDIDDocument(data)
	if err != nil {
		return keys.DIDDocument{}, fmt.Errorf("the document of a did:web: %w", err)
	}
	if doc.ID != did {
		return keys.DIDDocument{}, errors.New("the document of a did:web is that of another DID")
	}
	doc.Methods = slices.DeleteFunc(doc.Methods, func(m keys.VerificationMethod) bool { return m.Controller != did })
	return doc, nil
}

// fetchJSON asks for a file of keys. What is no answer, too large, or not JSON
// by its media type, was not had: the error is integrity.ErrUnresolved.
func (r *Resolver) fetchJSON(ctx context.Context, address, accept string) ([]byte, error) {
	data, kind, err := r.client.Get(ctx, address, accept)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", integrity.ErrUnresolved, err)
	case !isJSON(kind):
		return nil, fmt.Errorf("%w: the answer is not JSON", integrity.ErrUnresolved)
	case len(data) > maxKeyFile:
		return nil, fmt.Errorf("%w: an answer of %d bytes, at most %d are read", integrity.ErrUnresolved, len(data), maxKeyFile)
	}
	return data, nil
}

// isJSON tells the media types under which files of keys are served.
func isJSON(kind string) bool {
	media, _, err := mime.ParseMediaType(kind)
	if err != nil {
		return false
	}
	return media == "application/json" || media == "application/did" ||
		strings.HasPrefix(media, "application/") && strings.HasSuffix(media, "+json")
}
