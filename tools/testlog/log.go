package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// An event is one line of "go test -json": see "go doc test2json".
type event struct {
	Action     string
	Package    string
	ImportPath string
	Test       string
	Output     string
}

// A Test names one test or subtest; Name is empty for the package itself.
type Test struct{ Package, Name string }

// A Skip is a test that did not run, and why.
type Skip struct {
	Test
	Reason string
}

// A Log gathers the events of one run.
type Log struct {
	out            io.Writer
	said           map[Test][]string // what a running test has printed
	passed, failed int
	skipped        []Skip
	broken         []string // packages that failed as a whole
}

// NewLog gives a Log that prints to out.
func NewLog(out io.Writer) *Log {
	return &Log{out: out, said: map[Test][]string{}}
}

// Line takes one line of the run. A line that is no event is printed as it is.
func (l *Log) Line(line []byte) {
	var e event
	if err := json.Unmarshal(line, &e); err != nil || e.Action == "" {
		l.print(string(line))
		return
	}
	t := Test{e.Package, e.Test}
	switch e.Action {
	case "build-output":
		l.print(e.Output)
	case "output":
		l.said[t] = append(l.said[t], e.Output)
	case "pass", "fail", "skip":
		if e.Test == "" {
			l.endPackage(t, e.Action)
		} else {
			l.endTest(t, e.Action)
		}
	}
}

func (l *Log) endTest(t Test, action string) {
	switch action {
	case "pass":
		l.passed++
		// A data race is reported in whichever test was printing at the time.
		if slices.ContainsFunc(l.said[t], func(s string) bool { return strings.Contains(s, "WARNING: DATA RACE") }) {
			l.print(l.said[t]...)
		}
	case "skip":
		l.skipped = append(l.skipped, Skip{t, reason(l.said[t])})
	case "fail":
		l.failed++
		l.print(l.said[t]...)
	}
	delete(l.said, t)
}

// endPackage prints the package's own last line, and after a failure all that
// it said and all that tests said which never came to an end.
func (l *Log) endPackage(t Test, action string) {
	own := l.said[t]
	delete(l.said, t)
	switch action {
	case "pass":
		if n := len(own); n > 0 {
			l.print(own[n-1])
		}
	case "fail":
		l.broken = append(l.broken, t.Package)
		for other, said := range l.said {
			if other.Package == t.Package {
				l.print(said...)
				delete(l.said, other)
			}
		}
		l.print(own...)
	}
}

// Close prints the skipped tests and the counts, and tells whether the run is
// good: something ran, nothing failed and, where require says so, nothing was
// skipped that is not allowed.
func (l *Log) Close(require bool, allowed Allowed) bool {
	ok := l.failed == 0 && len(l.broken) == 0
	for _, s := range l.skipped {
		note := ""
		if why, is := allowed.Reason(s.Test); is {
			note = " (allowed: " + why + ")"
		} else if require {
			note = " (NOT ALLOWED HERE)"
			ok = false
		}
		l.print(fmt.Sprintf("skipped: %s %s: %s%s\n", s.Package, s.Name, s.Reason, note))
	}
	slices.Sort(l.broken)
	for _, p := range slices.Compact(l.broken) {
		l.print("failed: " + p + "\n")
	}
	if l.passed+l.failed == 0 {
		l.print("no test ran\n")
		ok = false
	}
	l.print(fmt.Sprintf("go: %d passed, %d failed, %d skipped\n", l.passed, l.failed, len(l.skipped)))
	return ok
}

func (l *Log) print(lines ...string) {
	for _, line := range lines {
		// A reader that has gone away does not change the result.
		_, _ = io.WriteString(l.out, line)
	}
}

// reason finds what a skipped test said: "file.go:12: reason".
func reason(said []string) string {
	for _, line := range said {
		_, at, found := strings.Cut(line, ".go:")
		if !found {
			continue
		}
		if _, why, found := strings.Cut(at, ": "); found {
			return strings.TrimSpace(why)
		}
	}
	return "no reason given"
}
