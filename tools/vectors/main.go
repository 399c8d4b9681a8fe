// Command vectors writes the table of docs/conformance.md: for every suite of
// public test vectors how many of its cases pass, of how many. It reads the
// output of "go test -json -run TestVectors" on its standard input and puts the
// table between two marks of the file named by -into.
//
// A suite is a test whose name begins with TestVectors; its cases are the
// subtests that have no subtests of their own. The exit code is 1 when a case
// failed or was skipped, or when no case ran; the table is written all the same.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
)

// The marks round the table.
const (
	begin = "<!-- vectors: begin, written by make conformance -->\n"
	end   = "<!-- vectors: end -->\n"
)

func main() {
	into := flag.String("into", "", "Markdown file with the two marks")
	flag.Parse()
	if err := run(os.Stdin, os.Stdout, *into); err != nil {
		fmt.Fprintln(os.Stderr, "vectors:", err)
		os.Exit(1)
	}
}

// run reads events from in, writes the table into the file and prints it.
func run(in io.Reader, out io.Writer, into string) error {
	suites, err := Read(in)
	if err != nil {
		return err
	}
	table := Table(suites)
	if into != "" {
		page, err := os.ReadFile(into)
		if err != nil {
			return err
		}
		page, err = Put(page, table)
		if err != nil {
			return fmt.Errorf("%s: %w", into, err)
		}
		if err := os.WriteFile(into, page, 0o644); err != nil { //nolint:gosec // G306: a page of the documentation
			return err
		}
	}
	if _, err := out.Write(table); err != nil {
		return err
	}
	if len(suites) == 0 {
		return fmt.Errorf("no vector test ran")
	}
	for _, s := range suites {
		if s.Passed != s.Total {
			return fmt.Errorf("%s: %d of %d cases did not pass", s.Test, s.Total-s.Passed, s.Total)
		}
	}
	return nil
}

// Put replaces what stands between the marks of a page.
func Put(page, table []byte) ([]byte, error) {
	before, rest, ok := bytes.Cut(page, []byte(begin))
	if !ok {
		return nil, fmt.Errorf("the line %q is missing", begin[:len(begin)-1])
	}
	_, after, ok := bytes.Cut(rest, []byte(end))
	if !ok {
		return nil, fmt.Errorf("the line %q is missing", end[:len(end)-1])
	}
	return bytes.Join([][]byte{before, []byte(begin), table, []byte(end), after}, nil), nil
}
