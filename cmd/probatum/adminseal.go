package main

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/body"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
)

// AdminSealCmd gives a body its seal. No private key goes in or out.
type AdminSealCmd struct {
	Show    SealShowCmd    `cmd:"" help:"Tell how it stands with the seal of a body."`
	Trial   SealTrialCmd   `cmd:"" help:"Make a throw-away seal to try things out. Nobody trusts it, and what it seals says so."`
	Request SealRequestCmd `cmd:"" help:"Make a key, and the certificate request that goes to a certification authority."`
	Install SealInstallCmd `cmd:"" help:"Take the certificate that the authority issued, and seal with it from now on."`
}

// The commands on seals.
type (
	SealShowCmd struct {
		Body bodyID `arg:"" name:"BODY" help:"Short name of the body."`
		JSON bool   `name:"json" help:"Print the answer as JSON."`
	}
	SealTrialCmd struct {
		Body bodyID `arg:"" name:"BODY" help:"Short name of the body."`
	}
	SealRequestCmd struct {
		Body      bodyID `arg:"" name:"BODY" help:"Short name of the body."`
		Out       string `env:"-" placeholder:"FILE.csr.pem" help:"File for the request; without it, it goes to standard output. Nothing is overwritten."`
		Algorithm string `env:"-" default:"ES256" enum:"ES256,RS256" help:"Algorithm of the new key: ES256 (P-256) or RS256 (RSA, 3072 bits)."`
		New       bool   `env:"-" help:"Make another key although a request waits already; otherwise that request is given again."`
	}
	SealInstallCmd struct {
		Body  bodyID `arg:"" name:"BODY" help:"Short name of the body."`
		Chain string `arg:"" name:"CHAIN.pem" help:"The certificates, the seal's own first, then those above it."`
	}
)

// maxRequest bounds files of certificates.
const maxRequest = 256 << 10

// sealKeys gives the keys of a body and the profile that they must fit.
func (k console) sealKeys(ctx context.Context, id access.BodyID) (body.Keys, body.Profile, error) {
	p, err := k.db.BodyProfile(ctx, id)
	if err != nil {
		return body.Keys{}, p, err
	}
	folder, err := body.KeysIn(k.dir, string(id), k.now)
	return folder, p, err
}

// sealOf tells how it stands with the profile and the seal of a body.
func (k console) sealOf(ctx context.Context, id access.BodyID) (body.Profile, body.State, error) {
	folder, p, err := k.sealKeys(ctx, id)
	if err != nil {
		return p, body.State{}, err
	}
	s, err := folder.State(p)
	return p, s, err
}

// standing names a state in a table.
func (k console) standing(s body.Standing) string { return k.loc.T("cli.admin.seal." + string(s)) }

// A sealAnswer tells how it stands with a seal. It holds nothing secret.
type sealAnswer struct {
	Standing   body.Standing `json:"standing"`
	Ready      bool          `json:"ready"`
	Trial      bool          `json:"trial"`
	Waiting    bool          `json:"waiting"`
	Asked      string        `json:"asked,omitempty"`
	Number     int           `json:"number,omitempty"`
	Name       string        `json:"name,omitempty"`
	Identifier string        `json:"identifier,omitempty"`
	Authority  string        `json:"authority,omitempty"`
	Algorithm  string        `json:"algorithm,omitempty"`
	From       string        `json:"from,omitempty"`
	Until      string        `json:"until,omitempty"`
	Message    string        `json:"message"`
}

func (k console) sealAnswer(s body.State) sealAnswer {
	key, args := s.Message()
	return sealAnswer{
		Standing: s.Standing, Ready: s.Ready(), Trial: s.Trial, Waiting: s.Waiting, Asked: stamp(s.Asked), Number: s.Number,
		Name: s.Owner.LegalName, Identifier: s.Owner.OrganizationIdentifier, Authority: s.Authority, Algorithm: s.Algorithm,
		From: stamp(s.From), Until: stamp(s.Until), Message: k.loc.TMap(key, args),
	}
}

// text tells the same to people.
func (s sealAnswer) text(loc i18n.Localizer) string {
	var b strings.Builder
	fmt.Fprintln(&b, s.Message)
	var found rows
	row := func(key, value string) { found.add(loc.T(key), visible(value)) }
	row("cli.admin.row.owner", strings.TrimSpace(s.Name+" "+s.Identifier))
	row("cli.admin.row.authority", s.Authority)
	row("cli.admin.row.algorithm", s.Algorithm)
	row("cli.admin.row.from", day(loc, s.From))
	row("cli.admin.row.until", day(loc, s.Until))
	row("cli.admin.row.asked", day(loc, s.Asked))
	found.write(&b)
	return b.String()
}

// Run shows.
func (c *SealShowCmd) Run(ctx context.Context, a *AdminCmd, std stdio, loc i18n.Localizer) error {
	return a.at(ctx, std, loc, func(k console) error {
		id, err := k.known(ctx, c.Body)
		if err != nil {
			return err
		}
		_, s, err := k.sealOf(ctx, id)
		if err != nil {
			return err
		}
		v := k.sealAnswer(s)
		return k.answer(c.JSON, v, func() string { return v.text(k.loc) })
	})
}

// Run makes a trial seal, or leaves the one that fits.
func (c *SealTrialCmd) Run(ctx context.Context, a *AdminCmd, std stdio, loc i18n.Localizer) error {
	return a.at(ctx, std, loc, func(k console) error {
		id, err := k.known(ctx, c.Body)
		if err != nil {
			return err
		}
		folder, p, err := k.sealKeys(ctx, id)
		if err != nil {
			return err
		}
		s, err := folder.State(p)
		if err == nil && s.Standing != body.Trial {
			s, err = folder.NewTrialSeal(p, k.issuerAddress(id))
		}
		if err != nil {
			return faultsOf{"cli.admin.seal.profile", err}
		}
		return k.write(k.sealAnswer(s).text(k.loc))
	})
}

// issuerAddress is the further name of a body in its certificate by which sd-jwt
// credentials can name it (SD-JWT VC: iss is a name in the certificate).
func (k console) issuerAddress(id access.BodyID) string { return k.origin + "/oid4vci/" + string(id) }

// Run gives the request.
func (c *SealRequestCmd) Run(ctx context.Context, a *AdminCmd, std stdio, loc i18n.Localizer) error {
	return a.at(ctx, std, loc, func(k console) (failed error) {
		id, err := k.known(ctx, c.Body)
		if err != nil {
			return err
		}
		folder, p, err := k.sealKeys(ctx, id)
		if err != nil {
			return err
		}
		out := k.std.out
		if c.Out != "" { // before a key is made for it
			f, err := newFile(c.Out)
			if err != nil {
				return err
			}
			out = f
			defer func() {
				if failed = errors.Join(failed, f.Close()); failed != nil {
					failed = errors.Join(failed, os.Remove(c.Out))
				}
			}()
		}
		said := "cli.admin.seal.again"
		request, err := folder.Request()
		if c.New || fault.KindOf(err) == fault.NotFound {
			said = "cli.admin.seal.asked"
			request, err = folder.NewRequest(p, c.Algorithm, k.names(id)...)
		}
		if err != nil {
			return faultsOf{"cli.admin.seal.profile", err}
		}
		if err := write(out, string(request)); err != nil {
			return err
		}
		return k.note(said, "Subject", subjectOf(request))
	})
}

// newFile makes a file that was not there.
func newFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) //nolint:gosec // a request is sent around
	switch {
	case errors.Is(err, fs.ErrExist):
		return nil, fault.New(fault.Conflict, "cli.admin.seal.there", err).With("File", path)
	case err != nil:
		return nil, fault.New(fault.Conflict, "cli.admin.seal.out", err).With("File", path)
	}
	return f, nil
}

// names are further names for the certificate of an authority: nothing that is
// reached on one machine only.
func (k console) names(id access.BodyID) []string {
	if !strings.HasPrefix(k.origin, "https://") {
		return nil
	}
	return []string{k.issuerAddress(id)}
}

// subjectOf tells whom a request names.
func subjectOf(request []byte) string {
	block, _ := pem.Decode(request)
	if block == nil {
		return ""
	}
	r, err := x509.ParseCertificateRequest(block.Bytes)
	if err != nil || len(r.Subject.Organization) == 0 {
		return ""
	}
	return visible(r.Subject.Organization[0])
}

// Run takes the certificates.
func (c *SealInstallCmd) Run(ctx context.Context, a *AdminCmd, std stdio, loc i18n.Localizer) error {
	data, err := readFile(c.Chain, maxRequest)
	if err != nil {
		return err
	}
	return a.at(ctx, std, loc, func(k console) error {
		id, err := k.known(ctx, c.Body)
		if err != nil {
			return err
		}
		folder, p, err := k.sealKeys(ctx, id)
		if err != nil {
			return err
		}
		s, err := folder.InstallChain(p, data)
		if err != nil {
			return inFile{c.Chain, err}
		}
		return k.write(k.sealAnswer(s).text(k.loc))
	})
}
