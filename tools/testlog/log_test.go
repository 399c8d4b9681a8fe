package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The runs below are shortened from real ones.
const (
	passing = `{"Action":"start","Package":"p"}
{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"=== RUN   TestA\n"}
{"Action":"pass","Package":"p","Test":"TestA","Elapsed":0}
{"Action":"output","Package":"p","Output":"PASS\n"}
{"Action":"output","Package":"p","Output":"ok  \tp\t0.01s\n"}
{"Action":"pass","Package":"p","Elapsed":0.01}
`
	skipping = passing + `{"Action":"run","Package":"q","Test":"TestB"}
{"Action":"output","Package":"q","Test":"TestB","Output":"    b_test.go:7: no browser: none here\n"}
{"Action":"skip","Package":"q","Test":"TestB","Elapsed":0}
{"Action":"pass","Package":"q","Elapsed":0.01}
`
	failing = passing + `{"Action":"output","Package":"q","Test":"TestC","Output":"    c_test.go:9: got 1, want 2\n"}
{"Action":"fail","Package":"q","Test":"TestC","Elapsed":0}
{"Action":"output","Package":"q","Output":"FAIL\tq\t0.01s\n"}
{"Action":"fail","Package":"q","Elapsed":0.01}
`
	panicking = passing + `{"Action":"output","Package":"q","Test":"TestD","Output":"panic: oh\n"}
{"Action":"fail","Package":"q","Elapsed":0.01}
`
	unbuilt = passing + `{"ImportPath":"q","Action":"build-output","Output":"q/q.go:3: undefined: x\n"}
{"ImportPath":"q","Action":"build-fail"}
{"Action":"output","Package":"q","Output":"FAIL\tq [build failed]\n"}
{"Action":"fail","Package":"q","Elapsed":0,"FailedBuild":"q"}
`
	racing = `{"Action":"output","Package":"q","Test":"TestE","Output":"WARNING: DATA RACE\n"}
{"Action":"pass","Package":"q","Test":"TestE","Elapsed":0}
{"Action":"output","Package":"q","Test":"TestF","Output":"race detected during execution of test\n"}
{"Action":"fail","Package":"q","Test":"TestF","Elapsed":0}
{"Action":"fail","Package":"q","Elapsed":0.01}
`
	empty = `{"Action":"output","Package":"p","Output":"?   \tp\t[no test files]\n"}
{"Action":"skip","Package":"p","Elapsed":0}
`
)

func TestRun(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, in, allow string
		require, ok     bool
		says            []string
	}{
		{"Passing", passing, "", true, true, []string{"ok  \tp\t0.01s\n", "go: 1 passed, 0 failed, 0 skipped\n"}},
		{"SkippedWhereThatIsFine", skipping, "", false, true, []string{"skipped: q TestB: no browser: none here\n"}},
		{"SkippedWhereAllIsRequired", skipping, "", true, false, []string{"skipped: q TestB: no browser: none here (NOT ALLOWED HERE)\n"}},
		{"SkippedAndAllowed", skipping, "# why\n\nq TestB has no screen\n", true, true, []string{"(allowed: has no screen)"}},
		{"OtherTestAllowed", skipping, "q TestZ has no screen\n", true, false, nil},
		{"Failing", failing, "", false, false, []string{"c_test.go:9: got 1, want 2\n", "failed: q\n", "go: 1 passed, 1 failed, 0 skipped\n"}},
		{"Panicking", panicking, "", false, false, []string{"panic: oh\n", "failed: q\n"}},
		{"Unbuilt", unbuilt, "", false, false, []string{"undefined: x\n", "[build failed]", "failed: q\n"}},
		{"RaceReportedInAnotherTest", racing, "", false, false, []string{"WARNING: DATA RACE\n", "race detected"}},
		{"NothingRan", empty, "", false, false, []string{"no test ran\n"}},
		{"NoInput", "", "", false, false, []string{"no test ran\n"}},
		{"PlainText", "go: updates needed\n", "", false, false, []string{"go: updates needed\n"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			allow := ""
			if tt.allow != "" {
				allow = filepath.Join(t.TempDir(), "allowed")
				if err := os.WriteFile(allow, []byte(tt.allow), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			var out strings.Builder
			ok, err := run(strings.NewReader(tt.in), &out, tt.require, allow)
			if err != nil {
				t.Fatal(err)
			}
			if ok != tt.ok {
				t.Errorf("ok = %v, want %v", ok, tt.ok)
			}
			for _, s := range tt.says {
				if !strings.Contains(out.String(), s) {
					t.Errorf("output lacks %q:\n%s", s, out.String())
				}
			}
		})
	}
}

func TestReadAllowedWantsReasons(t *testing.T) {
	t.Parallel()
	if _, err := ReadAllowed(strings.NewReader("q TestB\n")); err == nil {
		t.Error("an entry without a reason was taken")
	}
}
