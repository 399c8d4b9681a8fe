package signin

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/internal/fetch"
)

// skew is how far the clocks of a provider and ours may be apart.
const skew = time.Minute

// A Provider is an OpenID provider that people may sign in with.
type Provider struct {
	ID       string // names it in addresses: [a-z0-9-]{1,20}
	Name     string // on the button
	Issuer   string // exactly as it stands in its tokens
	ClientID string
	Secret   string // empty: a public client

	// Hosts are further origins of the provider: those of its endpoints, and of
	// the pages on which people sign in, where they are not the issuer's.
	Hosts []string
}

var providerID = regexp.MustCompile(`^[a-z0-9-]{1,20}$`)

// OpenID signs in with OpenID Connect: the code flow with PKCE (RFC 7636), state
// and nonce.
type OpenID struct {
	redirect string
	fetch    *fetch.Client
	store    Store
	now      func() time.Time
	all      []*provider
}

// A provider is one with what was learnt about it.
type provider struct {
	Provider

	mu    sync.Mutex
	found *discovered // guarded by mu
}

type discovered struct {
	*oidc.Provider
	endpoint oauth2.Endpoint
	sendsIss bool // RFC 9207
	until    time.Time
}

// NewOpenID takes the providers, and the client by which they are reached. They
// send the browser back to <public-url>/sign-in/back/{id}.
func NewOpenID(publicURL string, c *fetch.Client, s Store, now func() time.Time, all ...Provider) (*OpenID, error) {
	if now == nil {
		now = time.Now
	}
	o := &OpenID{redirect: strings.TrimSuffix(publicURL, "/") + "/sign-in/back/", fetch: c, store: s, now: now}
	for _, p := range all {
		u, err := url.Parse(p.Issuer)
		switch {
		case !providerID.MatchString(p.ID) || slices.ContainsFunc(o.all, func(q *provider) bool { return q.ID == p.ID || q.Issuer == p.Issuer }):
			return nil, fmt.Errorf("provider %q: its id is no short name of its own, or its issuer stands twice", p.ID)
		case err != nil || !secure(u) || u.RawQuery != "" || u.Fragment != "":
			return nil, fmt.Errorf("provider %q: issuer %q is not an https address", p.ID, p.Issuer)
		case slices.ContainsFunc(p.Hosts, func(h string) bool { return !origin(h) }):
			return nil, fmt.Errorf("provider %q: hosts are https origins without a path", p.ID)
		case p.ClientID == "" || p.Name == "":
			return nil, fmt.Errorf("provider %q: no name or no client id", p.ID)
		}
		o.all = append(o.all, &provider{Provider: p})
	}
	return o, nil
}

// origin tells an origin, letter for letter, that secure says yes to.
func origin(s string) bool {
	u, err := url.Parse(s)
	return err == nil && secure(u) && u.Scheme+"://"+u.Host == s
}

// secure tells https, or plain http to this very machine.
func secure(u *url.URL) bool {
	if u.Scheme == "https" && u.Host != "" {
		return true
	}
	a, err := netip.ParseAddr(u.Hostname())
	return u.Scheme == "http" && (err == nil && a.IsLoopback() || u.Hostname() == "localhost")
}

// Providers are those that people may choose.
func (o *OpenID) Providers() []Provider {
	all := make([]Provider, len(o.all))
	for i, p := range o.all {
		all[i] = Provider{ID: p.ID, Name: p.Name, Issuer: p.Issuer}
	}
	return all
}

// Origins are where the browser is sent to, for the policy of pages with forms.
func (o *OpenID) Origins() []string {
	var all []string
	for _, p := range o.all {
		all = append(all, p.origins()...)
	}
	return all
}

// origins are where a provider is: its issuer's, and those that it names beside.
func (p Provider) origins() []string {
	all := slices.Clone(p.Hosts)
	if u, err := url.Parse(p.Issuer); err == nil {
		all = append(all, u.Scheme+"://"+u.Host)
	}
	return all
}

// An asking is the State of a sign-in.
type asking struct {
	Provider string    `json:"provider"`
	State    string    `json:"state"`
	Nonce    string    `json:"nonce"`
	Verifier string    `json:"verifier"`
	Begun    time.Time `json:"begun"`
	Fresh    bool      `json:"fresh,omitempty"`
}

// Begin gives the address that the browser is sent to. With fresh the provider
// must ask the person to sign in, even if they are.
func (o *OpenID) Begin(ctx context.Context, id string, fresh bool) (address string, s State, err error) {
	p, err := o.byID(id)
	if err != nil {
		return "", "", err
	}
	d, err := p.discover(oidc.ClientContext(ctx, o.fetch.HTTP()), o.now())
	if err != nil {
		return "", "", err
	}
	a := asking{
		Provider: id, State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(),
		Begun: o.now().UTC().Truncate(time.Second), Fresh: fresh,
	}
	kept, err := json.Marshal(a)
	if err != nil {
		return "", "", err
	}
	options := []oauth2.AuthCodeOption{oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier)}
	if fresh {
		options = append(options, oauth2.SetAuthURLParam("max_age", "0"), oauth2.SetAuthURLParam("prompt", "login"))
	}
	return o.config(p, d).AuthCodeURL(a.State, options...), State(kept), nil
}

func (o *OpenID) byID(id string) (*provider, error) {
	for _, p := range o.all {
		if p.ID == id {
			return p, nil
		}
	}
	return nil, fault.New(fault.NotFound, "signin.provider", nil)
}

func (o *OpenID) config(p *provider, d *discovered) *oauth2.Config {
	return &oauth2.Config{
		ClientID: p.ClientID, ClientSecret: p.Secret, Endpoint: d.endpoint,
		RedirectURL: o.redirect + p.ID, Scopes: []string{oidc.ScopeOpenID},
	}
}

// discover asks the provider about itself, once a day.
func (p *provider) discover(ctx context.Context, now time.Time) (*discovered, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil && now.Before(p.found.until) {
		return p.found, nil
	}
	away := func(err error) (*discovered, error) {
		return nil, fault.New(fault.Unavailable, "signin.away", fmt.Errorf("provider %s: %w", p.ID, err)).With("Name", p.Name)
	}
	found, err := oidc.NewProvider(ctx, p.Issuer)
	if err != nil {
		return away(err)
	}
	var more struct {
		SendsIss bool     `json:"authorization_response_iss_parameter_supported"`
		Methods  []string `json:"token_endpoint_auth_methods_supported"`
	}
	if err := found.Claims(&more); err != nil {
		return away(err)
	}
	d := &discovered{Provider: found, endpoint: found.Endpoint(), sendsIss: more.SendsIss, until: now.Add(24 * time.Hour)}
	if u, err := url.Parse(d.endpoint.AuthURL); err != nil || !secure(u) {
		return away(errors.New("its address to sign in is not https"))
	}
	// OpenID Connect Discovery, 3: client_secret_basic, where nothing is said.
	d.endpoint.AuthStyle = oauth2.AuthStyleInHeader
	if p.Secret == "" || len(more.Methods) > 0 && !slices.Contains(more.Methods, "client_secret_basic") {
		d.endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	p.found = d
	return d, nil
}

// Finish tells which account at which provider signed in, and when its user last
// showed there who they are: a provider lets in who did so hours ago. query is what the
// browser came back with, at the address of a provider.
func (o *OpenID) Finish(ctx context.Context, id string, s State, query url.Values) (access.Identity, error) {
	var a asking
	if s == "" || json.Unmarshal([]byte(s), &a) != nil {
		return access.Identity{}, over(errors.New("nothing was asked for"))
	}
	now := o.now()
	switch {
	case a.Provider != id || !same(a.State, query.Get("state")) || len(query["state"]) != 1:
		return access.Identity{}, refused(errors.New("state"))
	case now.After(a.Begun.Add(Within)):
		return access.Identity{}, over(errors.New("too late"))
	}
	p, err := o.byID(id)
	if err != nil {
		return access.Identity{}, err
	}
	ctx = oidc.ClientContext(ctx, o.fetch.HTTP())
	d, err := p.discover(ctx, now)
	if err != nil {
		return access.Identity{}, err
	}
	// RFC 9207, 2.4: the answer of another provider is refused before its code
	// goes anywhere.
	if iss, sent := query["iss"]; d.sendsIss && !sent || sent && (len(iss) != 1 || iss[0] != p.Issuer) {
		return access.Identity{}, refused(errors.New("iss of the answer"))
	}
	code := query.Get("code")
	switch {
	case query.Has("error"):
		return access.Identity{}, fault.New(fault.Forbidden, "signin.declined", nil).With("Name", p.Name)
	case len(query["code"]) != 1 || code == "":
		return access.Identity{}, refused(errors.New("no code"))
	}
	subject, shown, err := o.exchange(ctx, p, d, a, code)
	if err != nil {
		return access.Identity{}, err
	}
	if err := o.store.UseOnce(ctx, "openid "+a.State, now.Add(2*Within)); err != nil {
		if fault.KindOf(err) == fault.Conflict {
			err = over(err)
		}
		return access.Identity{}, err
	}
	return access.Identity{Issuer: p.Issuer, Subject: subject, Name: p.Name, Shown: shown}, nil
}

// exchange turns a code into the subject of a token that was made for us, by this
// provider, for this very asking, and its auth_time.
func (o *OpenID) exchange(ctx context.Context, p *provider, d *discovered, a asking, code string) (subject string, shown time.Time, err error) {
	token, err := o.config(p, d).Exchange(ctx, code, oauth2.VerifierOption(a.Verifier))
	if err != nil {
		if e, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
			return "", time.Time{}, refused(fmt.Errorf("code: %s", e.ErrorCode))
		}
		return "", time.Time{}, fault.New(fault.Unavailable, "signin.away", errors.New("no answer to the code")).With("Name", p.Name)
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return "", time.Time{}, refused(errors.New("no id token"))
	}
	t, err := d.Verifier(&oidc.Config{ClientID: p.ClientID, Now: o.now}).Verify(ctx, raw)
	if err != nil {
		return "", time.Time{}, refused(fmt.Errorf("id token: %w", err))
	}
	var claims struct {
		AZP      string `json:"azp"`
		AuthTime int64  `json:"auth_time"`
	}
	if err := t.Claims(&claims); err != nil {
		return "", time.Time{}, refused(err)
	}
	now := o.now()
	// OpenID Connect Core, 3.1.3.7. The library lets one provider leave out the
	// scheme of its issuer; we do not.
	switch {
	case t.Issuer != p.Issuer:
		err = errors.New("issuer")
	case len(t.Audience) > 1 && claims.AZP == "", claims.AZP != "" && claims.AZP != p.ClientID:
		err = errors.New("authorised party")
	case !same(t.Nonce, a.Nonce):
		err = errors.New("nonce")
	case t.IssuedAt.After(now.Add(skew)):
		err = errors.New("issued in the future")
	case t.Subject == "" || len(t.Subject) > 255:
		err = errors.New("subject")
	case a.Fresh && time.Unix(claims.AuthTime, 0).Before(a.Begun.Add(-skew)):
		err = errors.New("no new sign-in at the provider")
	case a.Fresh && time.Unix(claims.AuthTime, 0).After(now.Add(skew)):
		err = errors.New("a sign-in in the future")
	case t.AccessTokenHash != "":
		err = t.VerifyAccessToken(token.AccessToken)
	}
	if err != nil {
		return "", time.Time{}, refused(err)
	}
	if shown = time.Unix(claims.AuthTime, 0); claims.AuthTime <= 0 || shown.After(now.Add(skew)) {
		shown = time.Time{}
	} else if shown.After(now) {
		shown = now
	}
	return t.Subject, shown, nil
}

func same(a, b string) bool { return a != "" && subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
