package main

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/keys/private"
	"github.com/probatum/probatum/render"
)

// IssueCmd seals the credential of one Result file.
type IssueCmd struct {
	In        string `required:"" placeholder:"RESULT.json" help:"The decided assessment; docs/result.schema.json describes the file."`
	Form      string `default:"edc" help:"Form of the credential: edc, vc-di, vc-jwt, sd-jwt or ob3."`
	Key       string `required:"" placeholder:"FILE" help:"Secret key of the seal, PEM."`
	Cert      string `required:"" placeholder:"CHAIN.pem" help:"Seal certificate, then the certificates above it, PEM."`
	Out       string `required:"" placeholder:"FILE" help:"Where the sealed file goes. An existing file is never replaced. While the work lasts, a reservation stands beside it; after a crash the same command goes on from there."`
	Holder    string `placeholder:"JWK" help:"Public key of the wallet that an sd-jwt is bound to, as a JSON Web Key file."`
	DID       string `name:"did" placeholder:"did:web:..." help:"Name the issuer by this did:web in vc-di, vc-jwt and ob3. Its document must list the key. Without it, the did:key of the key names the issuer."`
	PublicURL string `name:"public-url" placeholder:"URL" help:"Origin that the type of an sd-jwt is served at, such as https://certificates.example."`
}

// The bounds of the files that are read.
const (
	maxChain  = 256 << 10
	maxHolder = 64 << 10
)

// Run issues with a reservation file in place of a database. Nobody keeps status
// lists for such a credential, so it has no status entry.
func (c *IssueCmd) Run(ctx context.Context, std stdio, loc i18n.Localizer) error {
	form := credential.Form(c.Form)
	if err := c.check(form); err != nil {
		return err
	}
	result, err := readResult(c.In, time.Now())
	if err != nil {
		return err
	}
	wanted := issuer.Copy{Form: form}
	if c.Holder != "" {
		if wanted.Holder, err = readHolder(c.Holder); err != nil {
			return err
		}
	}
	i, err := newIssuer(c.Key, c.Cert, issuer.Config{Store: &issuer.FileStore{Out: c.Out}, DID: c.DID, PublicURL: c.PublicURL})
	if err != nil {
		return err
	}
	if _, err := i.IssueCopy(ctx, result, wanted); err != nil {
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

// check refuses what makes no sense together: what would have no effect is not
// passed over.
func (c *IssueCmd) check(form credential.Form) error {
	usage := func(key string) error { return fault.New(fault.Usage, key, nil).With("Form", c.Form) }
	switch named := form == credential.VCDI || form == credential.VCJWT || form == credential.OB3; {
	case !slices.Contains(issuer.Forms(), form):
		return fault.New(fault.Usage, "cli.form", nil).With("Form", c.Form).With("Known", known(issuer.Forms()))
	case c.Out == "-":
		return usage("cli.issue.out")
	case c.Holder != "" && form != credential.SDJWT:
		return usage("issue.holder.form")
	case c.DID != "" && !named:
		return usage("cli.issue.did.form")
	case c.PublicURL != "" && form != credential.SDJWT:
		return usage("cli.issue.url.form")
	}
	if c.DID != "" {
		if _, err := keys.DIDWebURL(c.DID); err != nil {
			return fault.New(fault.Usage, "cli.issue.did", err).With("Value", c.DID)
		}
	}
	if c.PublicURL != "" && !issuer.IsOrigin(c.PublicURL) {
		return fault.New(fault.Usage, "cli.issue.url", nil).With("Value", c.PublicURL)
	}
	return nil
}

// readHolder reads the public key of a wallet. A private one is refused before
// anything else is said of it: who has it is no longer only the holder.
func readHolder(path string) (crypto.PublicKey, error) {
	data, err := readFile(path, maxHolder)
	if err != nil {
		return nil, err
	}
	members, err := strictjson.Members(data)
	if err != nil {
		return nil, inFile{path, fault.New(fault.Invalid, "cli.issue.holder", err)}
	}
	for _, m := range members {
		if slices.Contains(privateMembers, m.Name) {
			return nil, inFile{path, fault.New(fault.Invalid, "cli.issue.holder.private", nil)}
		}
	}
	k, err := keys.ParseJWK(data)
	if err != nil {
		return nil, inFile{path, fault.New(fault.Invalid, "cli.issue.holder", err)}
	}
	return k.Key, nil
}

// privateMembers are those that only the owner of a key may have (RFC 7518, 6).
var privateMembers = []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k"}

// known lists forms for a message.
func known(forms []credential.Form) string {
	names := make([]string, len(forms))
	for i, f := range forms {
		names[i] = string(f)
	}
	return strings.Join(names, ", ")
}

// newIssuer makes an Issuer from a key file and a certificate file; the rest is
// in c.
func newIssuer(keyPath, certPath string, c issuer.Config) (*issuer.Issuer, error) {
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
	c.Key, c.Chain, c.Pictures, c.Now = key, chain, picture, time.Now
	return issuer.New(c)
}

// picture draws the page that goes into the credential for one language.
func picture(claims *elm.Credential, lang string) ([]byte, error) {
	return render.View(claims, i18n.For(lang)).PNG()
}
