package main

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/probatum/probatum/internal/fault"
)

// Config is everything that can be set, by flag or by an environment variable
// of the same name with PROBATUM_ before it (--trust and PROBATUM_TRUST). The
// flag wins. Secrets are paths to files.
type Config struct {
	Lang    string      `help:"Language of messages: en, fr or de. The environment's language serves when this is not given." placeholder:"LANG"`
	Help    helpFlag    `short:"h" help:"Explain the command."`
	Version versionFlag `help:"Print the version." env:"-"`

	Demo   DemoCmd   `cmd:"" help:"Make throw-away keys, seal one credential, print every file and link, then serve the public pages."`
	Serve  ServeCmd  `cmd:"" help:"Serve bodies and their people: pages, interface for programs, public pages."`
	Issue  IssueCmd  `cmd:"" help:"Seal the credential of one Result file, with no database."`
	Verify VerifyCmd `cmd:"" help:"Check a file. Exit code 0: valid, 1: invalid, 2: undetermined."`
	Status StatusCmd `cmd:"" help:"Withdraw, suspend or reinstate a credential, and tell how it stands with it."`
	Keys   KeysCmd   `cmd:"" help:"Make keys and certificates for trying things out."`

	Admin  AdminCmd  `cmd:"" help:"The console of a server: set-up link, bodies, seals, accounts, roles, invitations, mail."`
	Tokens TokensCmd `cmd:"" help:"Tokens by which programs act for a body."`

	Migrate MigrateCmd `cmd:"" help:"Bring the schema of a database up to date, or make a new one."`

	Conformance ConformanceCmd `cmd:"" help:"What the W3C suite for JOSE and COSE calls. For published test keys only."`
}

// language is what the person asked for, else what the environment is set to.
func language(asked string) string {
	if asked != "" {
		return asked
	}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := os.Getenv(name); v != "" {
			v, _, _ = strings.Cut(v, ".")
			return strings.ReplaceAll(v, "_", "-")
		}
	}
	return "en"
}

// askedLanguage finds the language that was asked for on a command line that
// could not be read as a whole.
func askedLanguage(args []string) string {
	for i, arg := range args {
		if lang, ok := strings.CutPrefix(arg, "--lang="); ok {
			return lang
		}
		if arg == "--lang" && i+1 < len(args) {
			return args[i+1]
		}
	}
	return os.Getenv("PROBATUM_LANG")
}

// usageFault gives the error of a command line that could not be read its words
// in the reader's language. kong's own, which are English, stand behind them as
// the cause.
func usageFault(err error) error {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f
	}
	if p, ok := errors.AsType[*kong.ParseError](err); ok && p.Context != nil && p.Context.Error == nil {
		if names := missing(p.Context); len(names) > 0 {
			return fault.New(fault.Usage, "cli.usage.missing", nil).With("What", strings.Join(names, ", "))
		}
	}
	return fault.New(fault.Usage, "cli.usage", err)
}

// missing lists the flags and arguments that a command needs and did not get.
func missing(ctx *kong.Context) []string {
	var names []string
	for _, f := range ctx.Flags() {
		if f.Required && !f.Set {
			name := "--" + f.Name
			if f.Enum != "" { // what it may be
				name += "=" + strings.ReplaceAll(f.Enum, ",", "|")
			}
			names = append(names, name)
		}
	}
	if cmd := ctx.Selected(); cmd != nil {
		for _, a := range cmd.Positional {
			if a.Required && !a.Set {
				names = append(names, a.Name)
			}
		}
	}
	return names
}

// errShown ends parsing when the answer has been printed already.
var errShown = errors.New("shown")

// helpFlag is kong's own help flag, but it ends by an error instead of ending
// the process: exit codes are decided in one place.
type helpFlag bool

// BeforeReset prints the usage of the command that was named.
func (helpFlag) BeforeReset(ctx *kong.Context) error {
	if err := ctx.PrintUsage(false); err != nil {
		return err
	}
	return errShown
}

// IgnoreDefault keeps kong from asking the flag for a value.
func (helpFlag) IgnoreDefault() {}

type versionFlag bool

// BeforeReset prints the version of the module and the commit it was built at.
func (versionFlag) BeforeReset(ctx *kong.Context) error {
	version, commit := "unknown", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		version = info.Main.Version
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				commit = " " + s.Value
			}
		}
	}
	if _, err := fmt.Fprintf(ctx.Stdout, "probatum %s%s\n", version, commit); err != nil {
		return err
	}
	return errShown
}

// IgnoreDefault keeps kong from asking the flag for a value.
func (versionFlag) IgnoreDefault() {}

// An instant is a point in time on the command line: RFC 3339, or a day, which
// means its first second in UTC.
type instant struct{ time.Time }

// UnmarshalText reads "2023-10-01T00:00:00Z" or "2023-10-01".
func (i *instant) UnmarshalText(text []byte) error {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, string(text)); err == nil {
			i.Time = t.UTC()
			return nil
		}
	}
	return fault.New(fault.Usage, "cli.time", nil).With("Value", string(text))
}
