package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/verifier"
)

// Exit codes. 1 and 2 are verdicts and belong to verify alone; the others are
// those of sysexits.h.
const (
	exitOK           = 0
	exitInvalid      = 1
	exitUndetermined = 2
	exitUsage        = 64
	exitData         = 65
	exitUnreadable   = 66
	exitInternal     = 70
	exitCannotCreate = 73
	exitTemporary    = 75
	exitForbidden    = 77
)

// A verdictError ends verify with the exit code of a verdict. The verdict has
// been printed already.
type verdictError struct{ verdict verifier.Verdict }

func (e verdictError) Error() string { return "verdict: " + e.verdict.String() }

// exitCode gives the exit code for the error that a command ended with.
func exitCode(err error) int {
	if err == nil {
		return exitOK
	}
	if v, ok := errors.AsType[verdictError](err); ok {
		if v.verdict == verifier.Undetermined {
			return exitUndetermined
		}
		return exitInvalid
	}
	switch fault.KindOf(err) {
	case fault.Invalid, fault.TooLarge, fault.Unsupported:
		return exitData
	case fault.Unreadable, fault.NotFound:
		return exitUnreadable
	case fault.Usage:
		return exitUsage
	case fault.Conflict:
		return exitCannotCreate
	case fault.TooMany, fault.Unavailable:
		return exitTemporary
	case fault.Unauthenticated, fault.Forbidden:
		return exitForbidden
	default:
		return exitInternal
	}
}

// An inFile error says which file, named on the command line, an error is
// about.
type inFile struct {
	name string
	err  error
}

func (e inFile) Error() string { return e.name + ": " + e.err.Error() }

func (e inFile) Unwrap() error { return e.err }

// A faultsOf error says by the message key what a list of faults is about that is
// not about a Result file.
type faultsOf struct {
	key string
	err error
}

func (e faultsOf) Error() string { return e.err.Error() }

func (e faultsOf) Unwrap() error { return e.err }

// explain prints an error for the person at the terminal: what is wrong, where,
// and which rule says so. The cause of an internal error is printed too: who
// runs the command is its operator.
func explain(w io.Writer, loc i18n.Localizer, err error) {
	if _, ok := errors.AsType[verdictError](err); ok {
		return
	}
	say := func(message string) {
		if f, ok := errors.AsType[inFile](err); ok {
			message = loc.T("cli.in", "File", f.name, "Message", message)
		}
		_, _ = fmt.Fprintln(w, "probatum: "+message)
	}
	if list, ok := errors.AsType[fault.List](err); ok {
		key := "cli.faults"
		if of, ok := errors.AsType[faultsOf](err); ok {
			key = of.key
		}
		say(loc.T(key, "Count", len(list)))
		for _, it := range list {
			_, _ = fmt.Fprintf(w, "  %s  %s%s\n", it.Path, loc.TMap(it.Key, it.Args), rule(it.Rule))
		}
		return
	}
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Public != "" {
		say(loc.TMap(f.Public, f.Args) + rule(f.Rule))
		if f.Err != nil {
			_, _ = fmt.Fprintf(w, "  (%v)\n", f.Err)
		}
		return
	}
	_, _ = fmt.Fprintf(w, "probatum: %s\n  (%v)\n", loc.T("cli.internal"), err)
}

func rule(id string) string {
	if id == "" {
		return ""
	}
	return " [" + id + "]"
}
