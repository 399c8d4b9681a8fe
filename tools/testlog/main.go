// Command testlog reads the output of "go test -json" on its standard input and
// prints what a person wants of it: one line a package, all that a failed test
// said, every skipped test with its reason, and a closing line of counts.
//
// It exits 1 when a test failed, when no test ran, and, with -require, when a
// test was skipped that the file named by -allow does not list. It writes
// nothing.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	require := flag.Bool("require", false, "a skipped test that is not allowed is a failure")
	allow := flag.String("allow", "", "file with the tests that may be skipped, one a line: package, test, reason")
	flag.Parse()
	ok, err := run(os.Stdin, os.Stdout, *require, *allow)
	if err != nil {
		fmt.Fprintln(os.Stderr, "testlog:", err)
	}
	if err != nil || !ok {
		os.Exit(1)
	}
}

// run reads the events of in, prints to out, and tells whether all is well.
func run(in io.Reader, out io.Writer, require bool, allow string) (bool, error) {
	var allowed Allowed
	if allow != "" {
		file, err := os.Open(allow)
		if err != nil {
			return false, err
		}
		defer file.Close()
		if allowed, err = ReadAllowed(file); err != nil {
			return false, fmt.Errorf("reading %s: %w", allow, err)
		}
	}
	log := NewLog(out)
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			log.Line(line)
		}
		if err == io.EOF {
			return log.Close(require, allowed), nil
		}
		if err != nil {
			return false, fmt.Errorf("reading the events: %w", err)
		}
	}
}
