package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/keys/private"
)

// KeysCmd makes keys.
type KeysCmd struct {
	Demo DemoKeysCmd `cmd:"" default:"withargs" help:"Make a root, an issuing authority and a seal certificate that say DEMO and are trusted by nobody."`
}

// DemoKeysCmd makes a throw-away public key infrastructure for one body.
type DemoKeysCmd struct {
	Out     string `required:"" placeholder:"DIR" help:"Folder to write to. Nothing in it is overwritten."`
	For     string `placeholder:"RESULT.json" help:"Take name, identifier and country of the body from this Result file."`
	Name    string `help:"Name of the body. The certificate adds (DEMO – not qualified)."`
	ID      string `name:"id" placeholder:"VATDE-000000000" help:"Legal identifier of the body (organizationIdentifier)."`
	Country string `placeholder:"DE" help:"Country of the body, two letters."`
	Alg     string `default:"RS256" enum:"RS256,ES256" help:"Algorithm of the seal key: RS256 or ES256."`
}

// maxResult bounds a Result file; its logo is the largest part of it.
const maxResult = 2 << 20

// Run writes the key and the certificates, and says which file is for what.
func (c *DemoKeysCmd) Run(std stdio, loc i18n.Localizer) error {
	name, id, country := c.Name, c.ID, c.Country
	if c.For != "" {
		result, err := readResult(c.For, time.Now())
		if err != nil {
			return err
		}
		name = sealName(result.Body.LegalName, name)
		id, country = or(id, result.Body.Identifier.Notation), or(country, result.Body.Identifier.Country)
	}
	if name == "" && id == "" && country == "" {
		return fault.New(fault.Usage, "cli.keys.who", nil)
	}
	demo, err := private.NewDemo(private.DemoConfig{
		Name: strings.TrimSuffix(name, private.DemoMark), OrganizationID: id, Country: country,
		Algorithm: c.Alg, Now: time.Now(),
	})
	if err != nil {
		return err
	}
	files, err := demo.Write(c.Out)
	if fault.KindOf(err) == fault.Internal && err != nil {
		return fault.New(fault.Conflict, "cli.unwritable", err).With("Dir", c.Out)
	} else if err != nil {
		return err
	}
	for _, f := range []struct{ key, path string }{
		{"cli.keys.key", files.Key}, {"cli.keys.chain", files.Chain},
		{"cli.keys.issuing", files.Issuing}, {"cli.keys.root", files.Root},
	} {
		if _, err := fmt.Fprintf(std.out, "%s\n    %s\n", f.path, loc.T(f.key)); err != nil {
			return fmt.Errorf("writing the list of files: %w", err)
		}
	}
	return nil
}

// sealName is the name that a seal certificate for a body must carry: the one
// that was asked for, or a legal name of the Result that says DEMO already.
func sealName(legal assessment.Text, asked string) string {
	if asked != "" {
		return asked
	}
	first := ""
	for _, lang := range []string{"en", "fr", "de"} {
		if n := legal[lang]; strings.HasSuffix(n, private.DemoMark) {
			return n
		} else if first == "" {
			first = n
		}
	}
	return first
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// readResult reads a Result file and holds it to the rules.
func readResult(path string, now time.Time) (assessment.Result, error) {
	data, err := readFile(path, maxResult)
	if err != nil {
		return assessment.Result{}, err
	}
	result, err := assessment.ParseResult(data, now)
	if err != nil {
		return assessment.Result{}, inFile{path, err}
	}
	return result, nil
}

// readFile reads a file named on the command line, up to a limit.
func readFile(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	if info.IsDir() {
		return nil, unreadable(path, syscall.EISDIR)
	}
	if info.Size() > limit {
		return nil, fault.New(fault.TooLarge, "cli.large", nil).With("File", filepath.Base(path)).With("Max", limit>>20)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	return data, nil
}
