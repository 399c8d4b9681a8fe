package issuer_test

import (
	"testing"

	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/keys"
)

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	rs, es := demo(t, keys.RS256), demo(t, keys.ES256)
	good := issuer.Config{
		Store: database(t, t.TempDir(), clock), Key: es.Seal, Chain: es.Chain, Pictures: dots, Now: clock,
		Body: "musterstadt", PublicURL: publicURL, DID: "did:web:certificates.example:bodies:musterstadt",
	}
	for name, change := range map[string]func(*issuer.Config){
		"no store":                 func(c *issuer.Config) { c.Store = nil },
		"no key":                   func(c *issuer.Config) { c.Key = nil },
		"no pictures":              func(c *issuer.Config) { c.Pictures = nil },
		"no clock":                 func(c *issuer.Config) { c.Now = nil },
		"no certificate":           func(c *issuer.Config) { c.Chain = keys.Chain{} },
		"key of another algorithm": func(c *issuer.Config) { c.Key = rs.Seal },
		"key of the authority":     func(c *issuer.Config) { c.Key = es.IssuingKey },
		"certificate of a CA":      func(c *issuer.Config) { c.Key, c.Chain.Leaf = es.IssuingKey, es.Issuing },
		"lists without a body":     func(c *issuer.Config) { c.Body = "" },
		"lists without an address": func(c *issuer.Config) { c.PublicURL = "" },
		"body that is no id":       func(c *issuer.Config) { c.Body = "../x" },
		"not encrypted":            func(c *issuer.Config) { c.PublicURL = "http://certificates.example" },
		"another scheme":           func(c *issuer.Config) { c.PublicURL = "ftp://certificates.example" },
		"no host":                  func(c *issuer.Config) { c.PublicURL = "https://" },
		"a path":                   func(c *issuer.Config) { c.PublicURL = "https://certificates.example/" },
		"a query":                  func(c *issuer.Config) { c.PublicURL = "https://certificates.example?x" },
		"an account":               func(c *issuer.Config) { c.PublicURL = "https://user@certificates.example" },
		"capitals":                 func(c *issuer.Config) { c.PublicURL = "https://Certificates.example" },
		"DID of another method":    func(c *issuer.Config) { c.DID = "did:example:1" },
		"DID of an address":        func(c *issuer.Config) { c.DID = "did:web:192.0.2.1" },
	} {
		c := good
		change(&c)
		if _, err := issuer.New(c); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for _, origin := range []string{"http://127.0.0.1:8080", "http://[::1]:8080", "https://certificates.example:8443"} {
		c := good
		c.PublicURL = origin
		if _, err := issuer.New(c); err != nil {
			t.Errorf("%s: %v", origin, err)
		}
	}
	if _, err := issuer.New(good); err != nil {
		t.Errorf("a whole one: %v", err)
	}
}
