package trust

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/probatum/probatum/internal/fetch"
	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/integrity"
)

// IssuerKeys gives the keys that an issuer publishes as JWT VC Issuer Metadata
// (SD-JWT-based Verifiable Credentials, 5). iss is its identifier, a https
// address, or a http address on this machine. The error is
// integrity.ErrUnresolved where the metadata or the keys cannot be had; any
// other says that they, or the identifier, are wrong. Kept as by Resolve.
func (r *Resolver) IssuerKeys(ctx context.Context, iss string) ([]keys.JWK, error) {
	address, err := metadataAddress(iss)
	if err != nil {
		return nil, fmt.Errorf("the identifier of an issuer: %w", err)
	}
	if r.client == nil || !r.client.Allows(address) {
		return nil, fmt.Errorf("asking an issuer for its keys: %w: %w", integrity.ErrUnresolved, fetch.ErrRefused)
	}
	list, err := r.issuers.get(ctx, iss)
	return slices.Clone(list), err
}

// wellKnown goes between host and path of the identifier.
const wellKnown = "/.well-known/jwt-vc-issuer"

// metadataAddress gives where the metadata of an issuer is published: SD-JWT
// VC, 5.1. A slash at the end of the path goes.
func metadataAddress(iss string) (string, error) {
	u, err := url.Parse(iss)
	switch {
	case err != nil || len(iss) > maxIdentifier:
		return "", errors.New("not a web address")
	case u.Opaque != "" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.ForceQuery || strings.Contains(iss, "#"):
		return "", errors.New("not a web address of host and path alone")
	case u.Scheme != "https" && u.Scheme != "http":
		return "", errors.New("not a https address")
	}
	addr, err := netip.ParseAddr(u.Hostname())
	switch loopback := err == nil && addr.Unmap().IsLoopback(); {
	case u.Scheme == "http" && !loopback:
		return "", errors.New("plain http to another machine")
	case err == nil && !loopback:
		return "", errors.New("an IP address, which names nobody")
	}
	path := strings.TrimSuffix(u.EscapedPath(), "/")
	for part := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		plain, err := url.PathUnescape(part)
		if err != nil || plain == "." || plain == ".." || strings.ContainsAny(plain, "/\\") || part == "" && path != "" {
			return "", errors.New("a path that leads elsewhere")
		}
	}
	return u.Scheme + "://" + u.Host + wellKnown + path, nil
}

const maxIdentifier = 1000

// fetchIssuer asks for the metadata of an issuer, and for the keys where the
// metadata only says where they are.
func (r *Resolver) fetchIssuer(ctx context.Context, iss string) ([]keys.JWK, error) {
	address, err := metadataAddress(iss)
	if err != nil {
		return nil, err
	}
	data, err := r.fetchJSON(ctx, address, "application/json")
	if err != nil {
		return nil, fmt.Errorf("asking an issuer for its metadata: %w", err)
	}
	set, address, err := issuerMetadata(data, iss)
	if err != nil {
		return nil, fmt.Errorf("the metadata of an issuer: %w", err)
	}
	if set == nil {
		if set, err = r.fetchJSON(ctx, address, "application/jwk-set+json, application/json;q=0.9"); err != nil {
			return nil, fmt.Errorf("asking an issuer for its keys: %w", err)
		}
	}
	list, err := keys.ParseIssuerJWKS(set)
	if err == nil && len(list) == 0 {
		err = errors.New("there are none")
	}
	if err != nil {
		return nil, fmt.Errorf("the keys of an issuer: %w", err)
	}
	return list, nil
}

// issuerMetadata reads metadata (SD-JWT VC, 5.2): the keys, or the address of
// the keys. The issuer that it names must be the one that was asked for, byte
// for byte.
func issuerMetadata(data []byte, iss string) (set []byte, address string, err error) {
	var m struct {
		Issuer string          `json:"issuer"`
		Keys   json.RawMessage `json:"jwks"`
		URI    json.RawMessage `json:"jwks_uri"`
	}
	if err := strictjson.Decode(data, &m); err != nil {
		return nil, "", err
	}
	switch {
	case m.Issuer != iss:
		return nil, "", errors.New("it is that of another issuer")
	case (m.Keys == nil) == (m.URI == nil):
		return nil, "", errors.New("exactly one of jwks and jwks_uri must be there")
	case m.Keys != nil:
		return m.Keys, "", nil
	}
	if m.URI[0] != '"' || json.Unmarshal(m.URI, &address) != nil || address == "" {
		return nil, "", errors.New("jwks_uri is no address")
	}
	return nil, address, nil
}
