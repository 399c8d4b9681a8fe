package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/keys/private"
	"github.com/probatum/probatum/render"
)

// IssueCmd seals the credential of one Result file.
type IssueCmd struct {
	In   string `required:"" placeholder:"RESULT.json" help:"The decided assessment; docs/result.schema.json describes the file."`
	Form string `default:"edc" help:"Form of the credential: edc."`
	Key  string `required:"" placeholder:"FILE" help:"Secret key of the seal, PEM."`
	Cert string `required:"" placeholder:"CHAIN.pem" help:"Seal certificate, then the certificates above it, PEM."`
	Out  string `required:"" placeholder:"FILE" help:"Where the sealed file goes. An existing file is never replaced. While the work lasts, a reservation stands beside it; after a crash the same command goes on from there."`
}

// maxChain bounds a certificate file.
const maxChain = 256 << 10

// Run issues with a reservation file in place of a database.
func (c *IssueCmd) Run(ctx context.Context, std stdio, loc i18n.Localizer) error {
	if credential.Form(c.Form) != credential.EDC {
		return fault.New(fault.Usage, "cli.form", nil).With("Form", c.Form).With("Known", credential.EDC)
	}
	if c.Out == "-" {
		return fault.New(fault.Usage, "cli.issue.out", nil)
	}
	result, err := readResult(c.In, time.Now())
	if err != nil {
		return err
	}
	i, err := newIssuer(c.Key, c.Cert, &issuer.FileStore{Out: c.Out})
	if err != nil {
		return err
	}
	if _, err := i.Issue(ctx, result); err != nil {
		if _, ok := errors.AsType[fault.List](err); ok {
			return inFile{c.In, err}
		}
		return err
	}
	if _, err := fmt.Fprintln(std.err, loc.T("cli.issued", "File", c.Out)); err != nil {
		return fmt.Errorf("writing the message: %w", err)
	}
	return nil
}

// newIssuer makes an Issuer from a key file and a certificate file.
func newIssuer(keyPath, certPath string, s issuer.Store) (*issuer.Issuer, error) {
	pem, err := readFile(certPath, maxChain)
	if err != nil {
		return nil, err
	}
	chain, err := keys.ParseChain(pem)
	if err != nil {
		return nil, inFile{certPath, err}
	}
	if _, err := os.Stat(keyPath); err != nil {
		return nil, unreadable(keyPath, err)
	}
	key, err := private.Load(keyPath)
	if err != nil {
		return nil, inFile{keyPath, err}
	}
	return issuer.New(issuer.Config{Store: s, Key: key, Chain: chain, Pictures: picture, Now: time.Now})
}

// picture draws the page that goes into the credential for one language.
func picture(claims *elm.Credential, lang string) ([]byte, error) {
	return render.View(claims, i18n.For(lang)).PNG()
}
