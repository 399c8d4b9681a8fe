// Package signin lets people in: by passkeys (WebAuthn), which their devices
// hold, and by accounts that they have at an OpenID provider.
//
// Start with NewPasskeys and NewOpenID. Each way has two steps: Begin gives what
// the browser is told and a State, Finish takes the answer of the browser with
// the State. The State belongs into the session of that browser and nowhere
// else; it is text and names no secret that outlives it.
//
// It promises that
//   - an answer counts once, for the session that asked, and for ten minutes;
//   - a passkey counts only with a look at who holds it (user verification), at
//     our own address, and while its counter goes up;
//   - an account at a provider is its issuer and subject: an address that the
//     provider tells, verified or not, leads to nobody's account;
//   - the network is reached by internal/fetch alone.
package signin

import (
	"context"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/internal/fault"
)

// Within is how long an answer may take.
const Within = 10 * time.Minute

// A Store keeps passkeys and what was used up; *store.Store is one.
type Store interface {
	// PasskeyByID, UsedPasskey and UseOnce are those of access.Store.
	PasskeyByID(ctx context.Context, credential string) (access.Passkey, error)
	UsedPasskey(ctx context.Context, credential, state string, count uint32) (access.PersonID, error)
	UseOnce(ctx context.Context, thing string, until time.Time) error
}

// A State is what Finish needs of Begin, for the session to keep.
type State string

// refused is the answer to whatever is wrong with a sign-in. It does not tell
// what: whoever tries has no need to know.
func refused(err error) error { return fault.New(fault.Unauthenticated, "signin.refused", err) }

// over is the answer to a step that comes too late or twice.
func over(err error) error { return fault.New(fault.Conflict, "signin.over", err) }

// PasskeysAt tells whether browsers use passkeys at an address: a host name with
// https, or localhost. A bare IP address has none (WebAuthn Level 3, 5.1.2).
func PasskeysAt(publicURL string) bool {
	u, err := url.Parse(publicURL)
	if err != nil || u.Hostname() == "" {
		return false
	}
	if _, err := netip.ParseAddr(u.Hostname()); err == nil {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || strings.HasSuffix(u.Hostname(), ".localhost"))
}
