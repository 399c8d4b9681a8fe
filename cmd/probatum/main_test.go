package main

import (
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/probatum/probatum/internal/testkit"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"probatum": main})
}

// TestScripts runs the commands as a person would: testdata/script holds one
// file for each story.
func TestScripts(t *testing.T) {
	t.Parallel()
	results, err := filepath.Abs("../../testdata/results")
	if err != nil {
		t.Fatal(err)
	}
	conformance, err := filepath.Abs(ownFiles)
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("RESULTS", results)
			e.Setenv("CONFORMANCE", conformance)
			e.Setenv("PROBATUM_REFERENCE", os.Getenv("PROBATUM_REFERENCE"))
			e.Setenv("PROBATUM_VECTORS", os.Getenv("PROBATUM_VECTORS"))
			e.Setenv("LANG", "C.UTF-8")
			return nil
		},
		Condition: condition(t),
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exitcode": exitCodeIs,
			"jsonget":  jsonGet,
			"xvals":    xvals,
			"edit":     edit,
		},
		RequireExplicitExec: true,
	})
}

// condition knows [reference] and [vectors]: the official data is at hand. Where
// it is required, a script that asks for it never skips.
func condition(t *testing.T) func(string) (bool, error) {
	return func(name string) (bool, error) {
		variable, known := map[string]string{"reference": "PROBATUM_REFERENCE", "vectors": "PROBATUM_VECTORS"}[name]
		if !known {
			return false, nil
		}
		if os.Getenv(variable) == "" && testkit.Required() {
			t.Errorf("required, but %s is not set", variable)
		}
		return os.Getenv(variable) != "", nil
	}
}

// exitCodeIs runs a command and holds it to an exit code:
// "exitcode 2 probatum verify FILE".
func exitCodeIs(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exitcode CODE COMMAND ARGS...")
	}
	code := "0"
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		code = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if code != args[0] {
		ts.Fatalf("%s ended with %s, want exit code %s", strings.Join(args[1:], " "), code, args[0])
	}
}

// jsonGet puts a member of a JSON file into a variable of the script:
// "jsonget FILE files.edc NAME".
func jsonGet(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: jsonget FILE PATH NAME")
	}
	var v any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &v))
	for name := range strings.SplitSeq(args[1], ".") {
		m, ok := v.(map[string]any)
		if !ok {
			ts.Fatalf("%s: no member %s", args[0], args[1])
		}
		v = m[name]
	}
	s, ok := v.(string)
	if !ok {
		ts.Fatalf("%s: member %s is %v, not a string", args[0], args[1], v)
	}
	ts.Setenv(args[2], s)
}

// xvals writes the certificate at a place of a sealed file's etsiU xVals as a
// PEM file: "xvals FILE 2 trust/ca.pem".
func xvals(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: xvals FILE INDEX OUT.pem")
	}
	var file struct {
		Signatures []struct {
			Header struct {
				EtsiU []string `json:"etsiU"`
			} `json:"header"`
		} `json:"signatures"`
	}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &file))
	for _, item := range file.Signatures[0].Header.EtsiU {
		raw, err := base64.RawURLEncoding.DecodeString(item)
		ts.Check(err)
		var member struct {
			XVals []struct {
				X509Cert struct {
					Val []byte `json:"val"`
				} `json:"x509Cert"`
			} `json:"xVals"`
		}
		ts.Check(json.Unmarshal(raw, &member))
		if member.XVals == nil {
			continue
		}
		i := int(args[1][0] - '0')
		block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: member.XVals[i].X509Cert.Val})
		ts.Check(os.WriteFile(ts.MkAbs(args[2]), block, 0o644))
		return
	}
	ts.Fatalf("%s: no xVals", args[0])
}

// edit replaces the first match of a pattern in a file and writes another:
// "edit IN PATTERN TEXT OUT". A pattern that matches nothing fails the script.
func edit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: edit IN PATTERN TEXT OUT")
	}
	in := ts.ReadFile(args[0])
	at := regexp.MustCompile(args[1]).FindStringIndex(in)
	if at == nil {
		ts.Fatalf("%s: nothing matches %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[3]), []byte(in[:at[0]]+args[2]+in[at[1]:]), 0o600))
}
