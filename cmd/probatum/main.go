// Command probatum issues European digital credentials for assessment results
// and checks them.
//
// It needs nothing to start. "probatum demo" makes throw-away keys and a data
// folder (probatum-demo in the current folder unless --data says otherwise),
// takes one candidate from a result to a sealed credential, and serves the
// public pages on the loopback address. "issue" and "keys" write only the files
// that they are told to; "verify" writes nothing.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/probatum/probatum/i18n"
)

// main only connects the world; run is what tests call.
func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends what does not listen to the first
	code := run(ctx, os.Args[1:], stdio{in: os.Stdin, out: os.Stdout, err: os.Stderr})
	stop()
	os.Exit(code)
}

// stdio is the three streams of a command.
type stdio struct {
	in       io.Reader
	out, err io.Writer
}

// run reads the arguments, does what they say, and gives the exit code.
func run(ctx context.Context, args []string, std stdio) int {
	var cfg Config
	parser, err := kong.New(&cfg,
		kong.Name("probatum"),
		kong.Description("Credentials for assessed skills: tried and found good."),
		kong.Writers(std.out, std.err),
		kong.NoDefaultHelp(),
		kong.DefaultEnvars("PROBATUM"),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
	)
	if err != nil {
		_, _ = fmt.Fprintln(std.err, "probatum:", err)
		return exitInternal
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	cmd, err := parser.Parse(args)
	switch {
	case errors.Is(err, errShown):
		return exitOK
	case err != nil:
		loc := i18n.For(language(or(cfg.Lang, askedLanguage(args))))
		explain(std.err, loc, usageFault(err))
		_, _ = fmt.Fprintln(std.err, loc.T("cli.usage.help"))
		return exitUsage
	}
	loc := i18n.For(language(cfg.Lang))
	cmd.BindTo(ctx, (*context.Context)(nil))
	if err := cmd.Run(std, loc); err != nil {
		explain(std.err, loc, err)
		return exitCode(err)
	}
	return exitOK
}
