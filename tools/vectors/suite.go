package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// prefix begins the name of every test of vectors.
const prefix = "TestVectors"

// titles names the suites as people know them. A suite without a title goes by
// the name of its test.
var titles = map[string]string{
	"TestVectorsRDFCanon":            "RDFC-1.0, canonical form and identifier maps",
	"TestVectorsJCS":                 "JCS (RFC 8785)",
	"TestVectorsDIDKey":              "did:key",
	"TestVectorsDataIntegrityEdDSA":  "Data Integrity EdDSA: rdfc-2022, jcs-2022, proof sets and chains",
	"TestVectorsDataIntegrityECDSA":  "Data Integrity ECDSA: rdfc-2019, jcs-2019",
	"TestVectorsDataIntegritySD":     "Data Integrity ecdsa-sd-2023",
	"TestVectorsVCDM20":              "VC Data Model 2.0, rules and gate",
	"TestVectorsVCAPI":               "VC Data Model 2.0, over the VC-API",
	"TestVectorsOpenBadges30":        "Open Badges 3.0",
	"TestVectorsJAdES":               "JAdES (DSS test resources)",
	"TestVectorsSDJWT":               "SD-JWT",
	"TestVectorsSDJWTVC":             "SD-JWT VC",
	"TestVectorsTokenStatusList":     "Token Status List",
	"TestVectorsBitstringStatusList": "Bitstring Status List",
	"TestVectorsWycheproofJOSE":      "Wycheproof JOSE, without the algorithms that are refused here",
	"TestVectorsEnvelope":            "VC Data Model 2.0, its enveloped presentation",
	"TestVectorsJOSECOSE":            "VC JOSE COSE, SD-JWT rows by the package",
	"TestVectorsCOSE":                "VC JOSE COSE, COSE rows by the package",
	"TestVectorsSecretKeys":          "VC JOSE COSE, its key files",
	"TestVectorsVCJOSECOSE":          "VC JOSE COSE",
	"TestVectorsSigned":              "Data Integrity, signed documents over the VC-API",
	"TestVectorsLoseNothing":         "Documents of all suites through the losslessness gate",
}

// A Suite counts the cases of one test.
type Suite struct {
	Test          string // name of the test
	Passed, Total int
}

// An event is one line of "go test -json": see "go doc test2json".
type event struct {
	Action  string
	Package string
	Test    string
}

// Read counts the cases in a run, suite by suite, in the order of their titles.
func Read(in io.Reader) ([]Suite, error) {
	ended := map[string]bool{} // test or subtest: passed
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			// A line that is no event is what the compiler says.
			if json.Unmarshal(line, &e) == nil && strings.HasPrefix(e.Test, prefix) {
				switch e.Action {
				case "pass", "fail", "skip":
					ended[e.Test] = e.Action == "pass"
				}
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("reading the events: %w", err)
		}
	}
	counts := map[string]*Suite{}
	for name, passed := range ended {
		top, _, _ := strings.Cut(name, "/")
		s := counts[top]
		if s == nil {
			s = &Suite{Test: top}
			counts[top] = s
		}
		if parent(name, ended) {
			continue
		}
		s.Total++
		if passed {
			s.Passed++
		}
	}
	var suites []Suite
	for _, s := range counts {
		suites = append(suites, *s)
	}
	slices.SortFunc(suites, func(a, b Suite) int { return strings.Compare(a.title(), b.title()) })
	return suites, nil
}

// parent tells whether a test has subtests.
func parent(name string, all map[string]bool) bool {
	for other := range all {
		if strings.HasPrefix(other, name+"/") {
			return true
		}
	}
	return false
}

func (s Suite) title() string {
	if t, ok := titles[s.Test]; ok {
		return t
	}
	return s.Test
}

// Table writes the suites in Markdown.
func Table(suites []Suite) []byte {
	var b bytes.Buffer
	b.WriteString("\n| suite | passed | cases | test |\n| --- | ---: | ---: | --- |\n")
	for _, s := range suites {
		fmt.Fprintf(&b, "| %s | %d | %d | `%s` |\n", s.title(), s.Passed, s.Total, s.Test)
	}
	b.WriteByte('\n')
	return b.Bytes()
}
