package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/render"
	"github.com/probatum/probatum/verifier"
)

// print tells what was made: for people with a QR code, paths and the command
// to check with; for programs in one line.
func (c *DemoCmd) print(std stdio, loc i18n.Localizer, shown demoShown, verdict verifier.Verdict, withdrawn verifier.Report) error {
	text, err := demoText(loc, shown, verdict, withdrawn, c.Once)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(c.talk(std), text); err != nil {
		return fmt.Errorf("writing the list of files: %w", err)
	}
	if c.JSON {
		return printJSON(std.out, shown)
	}
	return nil
}

func demoText(loc i18n.Localizer, shown demoShown, verdict verifier.Verdict, withdrawn verifier.Report, once bool) (string, error) {
	qr, err := render.QRTerminal(shown.Verify)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	line := func(s string) { b.WriteString(s + "\n") }
	entry := func(path, key string) { line("  " + path + "\n      " + loc.T(key)) }

	line(loc.T("cli.demo.intro"))
	line("")
	line(loc.T("cli.demo.sealed", "Title", shown.title, "Name", shown.name, "Body", shown.body))
	line(loc.T("cli.demo.verified", "Verdict", loc.T("verify.verdict."+verdict.String())))
	line("")
	for _, kind := range fileKinds {
		if path, ok := shown.Files[kind]; ok {
			entry(path, "cli.demo."+kind)
		}
	}
	entry(shown.Trust, "cli.demo.trust")
	entry(shown.Revoked, "cli.demo.revoked")
	stands, _ := withdrawn.Check(verifier.Status)
	line("      " + loc.T("cli.demo.verified", "Verdict", loc.T("verify.verdict."+withdrawn.Verdict().String())) + ". " + loc.TMap(stands.Key, stands.Args))
	if shown.VCAPI != "" {
		entry(shown.VCAPI, "cli.demo.vcapi")
		entry(shown.TLS, "cli.demo.tls")
	}
	line("")
	line(loc.T("cli.demo.try"))
	for _, path := range []string{shown.Files["edc"], shown.Files["sd-jwt"], shown.Revoked} {
		line("  " + program() + " verify --trust " + quote(shown.Trust) + " " + quote(path))
	}
	line("")
	b.WriteString(qr)
	entry(shown.Verify, "cli.demo.link")
	if once {
		line("      " + loc.T("cli.demo.once"))
	}
	line("")
	return b.String(), nil
}

// program is how the person called the program: "go run" leaves it nowhere that
// could be named.
func program() string {
	if dir := filepath.Dir(os.Args[0]); dir == "." || !strings.Contains(dir, "go-build") {
		return quote(os.Args[0])
	}
	return "go run ./cmd/probatum"
}

// quote makes a path one word for a shell.
func quote(path string) string {
	if strings.ContainsFunc(path, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+:@%", r)
	}) {
		return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
	}
	return path
}
