package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// Allowed holds the tests that may be skipped even where everything is
// required, each with its reason.
type Allowed map[Test]string

// ReadAllowed reads a list: one test a line as "package test reason …", empty
// lines and those that begin with # left out. An entry without a reason is an
// error.
func ReadAllowed(r io.Reader) (Allowed, error) {
	list := Allowed{}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Fields(line)
		if len(fields) < 3 {
			return nil, fmt.Errorf("line %d: want package, test and reason", n)
		}
		list[Test{fields[0], fields[1]}] = strings.Join(fields[2:], " ")
	}
	return list, lines.Err()
}

// Reason gives why a test may be skipped, and whether it may.
func (a Allowed) Reason(t Test) (string, bool) {
	why, ok := a[t]
	return why, ok
}
