package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/trust"
	"github.com/probatum/probatum/verifier"
)

// VerifyCmd checks one file and prints what was found.
type VerifyCmd struct {
	File    string  `arg:"" name:"FILE|URL|-" help:"The file to check, an address on the trust folder's list of hosts, or - for standard input."`
	Trust   string  `placeholder:"DIR" help:"Folder with what you trust: certificates (*.pem, *.crt, *.der), DID documents (*.did.json), keys (*.jwks.json), revocation lists (*.crl), signed status lists (status/) and the hosts that may be fetched (hosts). Without it nothing can be valid."`
	At      instant `placeholder:"TIME" help:"Judge as at this time, such as 2023-10-01T00:00:00Z. Default: now."`
	Offline bool    `help:"Open no connection: read only the file and the trust folder."`
	JSON    bool    `name:"json" help:"Print the answer as JSON."`
}

// accepted are the forms that an address may answer with, as Accept has them.
const accepted = "application/jose+json, application/vc, application/vc+jwt, application/dc+sd-jwt, application/pdf, application/json, */*;q=0.1"

// Run verifies and ends with the exit code of the verdict.
func (c *VerifyCmd) Run(ctx context.Context, std stdio, loc i18n.Localizer) error {
	set, err := trust.Load(c.Trust)
	if err != nil {
		key := "cli.trust"
		if info, statErr := os.Stat(c.Trust); statErr != nil || !info.IsDir() {
			key = "cli.trust.missing"
		}
		return fault.New(fault.Unreadable, key, err).With("Dir", c.Trust)
	}
	data, err := c.read(ctx, std.in, set)
	if err != nil {
		return err
	}
	v, err := newVerifier(set, c.Offline)
	if err != nil {
		return err
	}
	report, err := v.Verify(ctx, data, verifier.Options{At: c.At.Time})
	if err != nil {
		return err
	}
	answer := report.Answer(loc)
	if c.JSON {
		err = printJSON(std.out, answer)
	} else {
		err = printAnswer(std.out, loc, answer)
	}
	if err != nil {
		return err
	}
	if !report.Valid() {
		return verdictError{report.Verdict()}
	}
	return nil
}

// read gets the bytes to verify. One byte more than the verifier takes is
// enough for it to say that the file is too large.
func (c *VerifyCmd) read(ctx context.Context, in io.Reader, set *trust.Set) ([]byte, error) {
	switch {
	case c.File == "-":
		return waitAll(ctx, "-", func() (io.Reader, error) { return in, nil })
	case strings.HasPrefix(c.File, "https://"), strings.HasPrefix(c.File, "http://"):
		if c.Offline {
			return nil, fault.New(fault.Usage, "cli.verify.offline", nil)
		}
		client, err := fetcher(set)
		if err != nil {
			return nil, err
		}
		data, _, err := client.Get(ctx, c.File, accepted)
		if err != nil {
			return nil, fault.New(fault.Unreadable, "cli.verify.fetch", err).With("URL", c.File)
		}
		return data, nil
	default:
		return waitAll(ctx, c.File, func() (io.Reader, error) { return os.Open(c.File) })
	}
}

// waitAll reads a file to its end, or until ctx ends: a pipe or a terminal may
// never give anything, and neither opening nor reading one can be broken off.
// The program ends after that, so that what was opened is closed with it.
func waitAll(ctx context.Context, name string, open func() (io.Reader, error)) ([]byte, error) {
	type outcome struct {
		data []byte
		err  error
	}
	done := make(chan outcome, 1)
	go func() {
		r, err := open()
		if err != nil {
			done <- outcome{err: err}
			return
		}
		data, err := io.ReadAll(io.LimitReader(r, strictjson.DefaultMaxBytes+1))
		done <- outcome{data, err}
	}()
	select {
	case <-ctx.Done():
		return nil, unreadable(name, ctx.Err())
	case o := <-done:
		if o.err != nil {
			return nil, unreadable(name, o.err)
		}
		return o.data, nil
	}
}

// unreadable says that a file named on the command line cannot be read.
func unreadable(name string, err error) error {
	key := "cli.unreadable"
	if errors.Is(err, fs.ErrNotExist) {
		key = "cli.missing"
	}
	return fault.New(fault.Unreadable, key, err).With("File", name)
}

func printJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("writing the answer: %w", err)
	}
	return nil
}
