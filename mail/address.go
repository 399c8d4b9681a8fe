package mail

import (
	"regexp"
	"strings"

	"golang.org/x/net/idna"

	"github.com/probatum/probatum/internal/fault"
)

// RFC 5321, 4.5.3.1: how long an address and what stands before its @ may be.
const (
	maxAddress = 254
	maxLocal   = 64
)

// local is what may stand before the @ (RFC 5322 dot-atom): no quotes, spaces,
// comments or letters beyond ASCII, which few servers deliver.
var (
	local  = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$")
	domain = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z][a-z0-9-]{0,61}[a-z0-9])$`)
)

// ParseAddress reads one bare mail address: no name beside it, no list. The domain
// is given in lower case and, where it has other letters, as ASCII (IDNA); what
// stands before the @ stays as it is.
func ParseAddress(s string) (string, error) {
	s = strings.TrimSpace(s)
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at > maxLocal || !local.MatchString(s[:at]) {
		return "", badAddress()
	}
	host, err := idna.Lookup.ToASCII(s[at+1:])
	if err != nil || !domain.MatchString(host) || at+1+len(host) > maxAddress {
		return "", badAddress()
	}
	return s[:at+1] + host, nil
}

// badAddress does not repeat the address: it may end in a log.
func badAddress() error { return fault.New(fault.Invalid, "mail.address", nil) }
