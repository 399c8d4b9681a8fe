package keys

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const didWeb = "did:web:"

// The limits of a did:web.
const (
	maxHost  = 253 // RFC 1035, 2.3.4
	maxLabel = 63
	maxSteps = 8 // of the path
)

// DIDWeb gives the did:web of a body at an origin, such as
// did:web:example.org:bodies:nova: where the origin serves the document at
// /bodies/{body}/did.json (did:web Method Specification, 2.5.2). The origin is
// https with a host name; one on this machine, under whatever name or address,
// is localhost, and may be http.
func DIDWeb(origin, body string) (string, error) {
	u, err := url.Parse(origin)
	if err != nil {
		return "", refuseWeb("the origin is no web address")
	}
	host, port := strings.ToLower(u.Hostname()), u.Port()
	ip, ipErr := netip.ParseAddr(host)
	loopback := host == "localhost" || ipErr == nil && ip.IsLoopback()
	switch {
	case u.Scheme != "https" && (u.Scheme != "http" || !loopback):
		return "", refuseWeb("the origin is not https")
	case u.User != nil || u.Opaque != "" || u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.ForceQuery ||
		u.Fragment != "" || strings.HasSuffix(origin, "#"):
		return "", refuseWeb("the origin has more than a host and a port")
	}
	if loopback {
		host = "localhost"
	}
	did := didWeb + host
	if port != "" && (u.Scheme != "https" || port != "443") {
		did += "%3A" + port
	}
	if strings.Contains(body, "%") {
		return "", refuseWeb("the name of a body has a percent sign")
	}
	did += ":bodies:" + body
	if _, err := DIDWebURL(did); err != nil {
		return "", err
	}
	return did, nil
}

// DIDWebURL gives the https address of the document of a did:web (2.5.2). It
// refuses hosts in upper case, IP addresses in any spelling, names without a dot
// but localhost, ports that are none, and paths with steps that lead elsewhere. A
// percent sign stands before the colon of a port, in either case of its letter,
// and in a path before what cannot stand there as it is, which stays encoded in
// the address. DIDs that differ in one letter of an encoding are two: a document
// names the one that it is of.
func DIDWebURL(did string) (string, error) {
	rest, ok := strings.CutPrefix(did, didWeb)
	if !ok || len(did) > maxDID {
		return "", refuseWeb("not a did:web")
	}
	steps := strings.Split(rest, ":")
	host, port, ported := strings.Cut(strings.Replace(steps[0], "%3a", "%3A", 1), "%3A")
	if err := checkHost(host); err != nil {
		return "", err
	}
	if ported {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 || strconv.FormatUint(n, 10) != port {
			return "", refuseWeb("the port is none")
		}
		host = net.JoinHostPort(host, port)
	}
	path := steps[1:]
	if len(path) > maxSteps || len(path) == 1 && path[0] == ".well-known" { // that of the DID without a path
		return "", refuseWeb("the path is too long, or stands for none")
	}
	if len(path) == 0 {
		return "https://" + host + "/.well-known/did.json", nil
	}
	for _, s := range path {
		if s == "" || s == "." || s == ".." {
			return "", refuseWeb("the path has a step that leads elsewhere")
		}
		if !isStep(s) {
			return "", refuseWeb("the path has a character that it may not have")
		}
	}
	return "https://" + host + "/" + strings.Join(path, "/") + "/did.json", nil
}

// isStep tells whether s is a step of a path: characters of a DID as they are,
// others percent-encoded, but none of those that could make it another step.
func isStep(s string) bool {
	plain, err := url.PathUnescape(s)
	if err != nil || !utf8.ValidString(plain) {
		return false
	}
	for _, r := range plain {
		if !unicode.IsGraphic(r) || strings.ContainsRune("/\\%:?#", r) {
			return false
		}
	}
	for i := 0; i < len(s); i++ {
		switch {
		case idchar(s[i]):
		case s[i] == '%' && !idchar(unhex(s[i+1:i+3])): // RFC 3986, 2.3: what need not be encoded is not
			i += 2
		default:
			return false
		}
	}
	return true
}

// unhex gives the byte that two hexadecimal digits stand for.
func unhex(digits string) byte {
	n, err := strconv.ParseUint(digits, 16, 8)
	if err != nil {
		return 0
	}
	return byte(n)
}

// checkHost lets pass host names in lower case (RFC 1123, 2.1) and nothing that
// anybody could take for an IP address.
func checkHost(host string) error {
	if host == "localhost" {
		return nil
	}
	if host == "" || len(host) > maxHost {
		return refuseWeb("the host is missing or too long")
	}
	labels := strings.Split(host, ".")
	if len(labels) < 2 {
		return refuseWeb("the host is no complete name")
	}
	for _, l := range labels {
		if l == "" || len(l) > maxLabel || l[0] == '-' || l[len(l)-1] == '-' {
			return refuseWeb("the host is no host name")
		}
		for i := range len(l) {
			if c := l[i]; !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-') {
				return refuseWeb("the host has a character that it may not have")
			}
		}
	}
	// The last label of an address is a number, in C's spellings, too (WHATWG
	// URL, 3.5); that of a name never is.
	if c := labels[len(labels)-1][0]; '0' <= c && c <= '9' {
		return refuseWeb("the host is an IP address")
	}
	return nil
}

func refuseWeb(why string) error {
	return refuse("proof.key.did", fmt.Errorf("did:web: %w", errors.New(why)))
}
