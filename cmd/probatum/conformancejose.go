package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/probatum/probatum/credential/vcdm"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/sdjwt"
)

// ConformanceCmd is what the conformance suite for credentials secured by JOSE
// and COSE calls. It takes published test keys and P-521, which nothing else in
// this program does.
type ConformanceCmd struct {
	Issue  ConformanceIssueCmd  `cmd:"" help:"Secure a credential or presentation with a published test key."`
	Verify ConformanceVerifyCmd `cmd:"" help:"Check a secured credential or presentation with a published test key."`
}

// conformanceFiles are the flags that both commands have.
type conformanceFiles struct {
	Input   string `required:"" placeholder:"FILE" help:"To issue: a credential or presentation, JSON. To verify: a JWT, an SD-JWT or a COSE message in base64."`
	Key     string `required:"" placeholder:"FILE" help:"A JsonWebKey verification method: publicKeyJwk, and secretKeyJwk to issue. Ed25519, P-256, P-384 or P-521."`
	Feature string `required:"" enum:"credential_jose,credential_sdjwt,credential_cose,presentation_jose,presentation_sdjwt,presentation_cose" help:"What is secured, and how: credential_ or presentation_ with jose, sdjwt or cose."`
	Output  string `required:"" placeholder:"FILE" help:"Where the result goes, JSON. An existing file is replaced."`
}

// ConformanceIssueCmd secures one document.
type ConformanceIssueCmd struct {
	conformanceFiles
	SD string `name:"sd" placeholder:"JSON" help:"Paths that the holder may leave out, as a JSON list such as [\"credentialSubject.firstName\"]. For the sdjwt features."`
}

// ConformanceVerifyCmd checks one secured document.
type ConformanceVerifyCmd struct {
	conformanceFiles
}

// maxConformance bounds an input file: a token of 2 MB and its base64.
const maxConformance = 4 << 20

// Run issues, and writes what came of it. The exit code tells only whether it
// was written.
func (c *ConformanceIssueCmd) Run(_ context.Context, std stdio, loc i18n.Localizer) error {
	var paths []sdjwt.Path
	if c.SD != "" {
		if !strings.HasSuffix(c.Feature, "_sdjwt") {
			return fault.New(fault.Usage, "conformance.sd.feature", nil).With("Feature", c.Feature)
		}
		var texts []string
		if err := json.Unmarshal([]byte(c.SD), &texts); err != nil {
			return fault.New(fault.Usage, "conformance.sd", err)
		}
		for _, text := range texts {
			p, err := sdjwt.ParsePath(text)
			if err != nil {
				return fault.New(fault.Usage, "conformance.sd", err)
			}
			paths = append(paths, p)
		}
	}
	return c.run(std, loc, func(s *suite, input []byte) ([]byte, error) { return s.issue(input, paths) })
}

// Run verifies, and writes what came of it.
func (c *ConformanceVerifyCmd) Run(_ context.Context, std stdio, loc i18n.Localizer) error {
	return c.run(std, loc, func(s *suite, input []byte) ([]byte, error) { return s.verify(input) })
}

// A conformanceResult is the output file.
type conformanceResult struct {
	Result string `json:"result"` // success, failure, error or indeterminate
	Data   string `json:"data"`   // the token; what was verified; or why not
}

// run reads the files, does the work and writes the result. What is wrong with
// the content of the files is a result; files that are not there are not.
func (c *conformanceFiles) run(std stdio, loc i18n.Localizer, work func(*suite, []byte) ([]byte, error)) error {
	input, err := readFile(c.Input, maxConformance)
	if err != nil {
		return err
	}
	key, err := readFile(c.Key, maxConformance)
	if err != nil {
		return err
	}
	defer clear(key)
	out := conformanceResult{Result: "success"}
	s, err := newSuite(key, c.Feature, time.Now())
	if err == nil {
		var data []byte
		data, err = work(s, bytes.TrimSpace(input))
		out.Data = string(data)
		if s.unchecked {
			out = conformanceResult{Result: "indeterminate", Data: loc.T("conformance.indeterminate")}
		}
	}
	if err != nil {
		out = conformanceResult{Result: "failure", Data: reason(loc, err)}
		if !isRefusal(err) {
			out = conformanceResult{Result: "error", Data: fmt.Sprintf("%s (%v)", loc.T("cli.internal"), err)}
		}
	}
	if s != nil {
		s.tell(std.err, loc)
	}
	var b bytes.Buffer
	if err := printJSON(&b, out); err != nil {
		return err
	}
	if err := os.WriteFile(c.Output, b.Bytes(), 0o644); err != nil { //nolint:gosec // the suite reads it, often as another user
		return fault.New(fault.Conflict, "conformance.output", err).With("File", c.Output)
	}
	return nil
}

// tell prints the warnings.
func (s *suite) tell(w io.Writer, loc i18n.Localizer) {
	for _, f := range s.warnings {
		_, _ = fmt.Fprintln(w, loc.T("conformance.warning", "Message", loc.TMap(f.Public, f.Args)))
	}
}

// A withinError says which credential of a presentation an error is about,
// counted from one.
type withinError struct {
	number int
	err    error
}

func (e withinError) Error() string { return fmt.Sprintf("credential %d: %v", e.number, e.err) }

func (e withinError) Unwrap() error { return e.err }

// findingsError is a document that breaks the data model.
type findingsError []vcdm.Finding

func (e findingsError) Error() string { return fmt.Sprintf("%d findings", len(e)) }

// isRefusal tells a file that was found bad from a fault of ours.
func isRefusal(err error) bool {
	if _, ok := errors.AsType[*proof.Error](err); ok {
		return true
	}
	if _, ok := errors.AsType[findingsError](err); ok {
		return true
	}
	f, ok := errors.AsType[*fault.Error](err)
	return ok && (f.Kind == fault.Invalid || f.Kind == fault.TooLarge || f.Kind == fault.Unsupported)
}

// maxReasons is how many findings are told.
const maxReasons = 5

// reason says in one line why something was refused: the code, the words for
// people, and the cause in brackets.
func reason(loc i18n.Localizer, err error) string {
	if e, ok := errors.AsType[withinError](err); ok {
		return loc.T("conformance.within", "Number", e.number, "Message", reason(loc, e.err))
	}
	if list, ok := errors.AsType[findingsError](err); ok {
		var lines []string
		for _, f := range list[:min(len(list), maxReasons)] {
			lines = append(lines, fmt.Sprintf("%s: %s [%s]", f.Path, loc.TMap(f.Key, f.Args), f.Rule))
		}
		return string(proof.Schema) + ": " + strings.Join(lines, "; ")
	}
	said, cause := err.Error(), error(nil)
	if e, ok := errors.AsType[*proof.Error](err); ok {
		said, cause = string(e.Code)+": "+loc.TMap(e.Key, e.Args), e.Err
	} else if f, ok := errors.AsType[*fault.Error](err); ok {
		said, cause = loc.TMap(f.Public, f.Args), f.Err
	}
	if cause != nil {
		said += fmt.Sprintf(" (%v)", cause)
	}
	return said
}
