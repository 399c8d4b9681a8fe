package contexts_test

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/piprate/json-gold/ld"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/internal/testkit"
)

// loader gives our contexts and nothing else.
type loader struct{ state contexts.State }

var errUnknown = errors.New("not one of our contexts")

func (l loader) LoadDocument(url string) (*ld.RemoteDocument, error) {
	data, ok := contexts.BytesIn(l.state, url)
	if !ok {
		return nil, errUnknown
	}
	var doc any
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, err
	}
	return &ld.RemoteDocument{DocumentURL: url, Document: doc}, nil
}

// TestEquivalence proves our EDC contexts equal to the Commission's: the
// canonical forms of the reference documents have the hashes that the official
// contexts give (SHA-256 of canonical N-Quads, RDFC-1.0).
func TestEquivalence(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(testkit.Reference(t), "elm")
	sealed := func(doc any) any {
		var payload any
		if err := json.Unmarshal([]byte(doc.(map[string]any)["payload"].(string)), &payload); err != nil {
			t.Fatal(err)
		}
		return payload
	}
	wrapped := func(doc any) any { return doc.(map[string]any)["credential"] }
	for _, tc := range []struct {
		file  string
		part  func(any) any
		state contexts.State
		loose bool // some of its terms drop data by design
		quads int
		hash  string
	}{
		{"sample-mc-annex1-signed.jsonld", sealed, contexts.ELM31, false, 353, "be0d2b40a34e671156032914795ec52831fb43ffcd490e6344e21f7d763026a2"},
		{"sample-mc-annex1-signed.jsonld", sealed, contexts.ELM32, false, 353, "eb3b554386fbbb3e9eba66b48dd12974be19e7b9a6e7a428b508e45c3aa483ed"},
		{"sample-mc-annex1-unsigned.jsonld", nil, contexts.ELM31, false, 292, "d7665771ea68c72f2dc1ac8a4e32391a6911b5638d77c1077eff9fd804e8d8d4"},
		{"sample-mc-annex1-unsigned.jsonld", nil, contexts.ELM32, false, 292, "e14162305e1fae148f07a9f9ae8eb742caa5204d155741ee295c5949db1d3cf6"},
		{"sample-mc-annex1-unsigned-uploadable.json", wrapped, contexts.ELM31, false, 292, "4981ebb537568ce0e84185e90404d0aca0c38a94b3a7bd3732ebc9a7a9e82ad6"},
		{"sample-mc-annex1-unsigned-uploadable.json", wrapped, contexts.ELM32, false, 292, "1e38edca2010d3ccf787a326f3a0c568d2c440f2f71dca604ca99e974e5f7600"},
		{"all-terms.jsonld", nil, contexts.ELM31, true, 576, "847bd5439d7e7a9d1707d8a5d906d8cfde0bccac54213486273c4f34ad1f121d"},
		{"v3.2/all-terms.jsonld", nil, contexts.ELM32, true, 579, "23001c46daa77a829ed0842423a54fa352380b541624e6b544ec349f86b61733"},
		{"v3.2/rdf-samples/credential-sample.jsonld", nil, contexts.ELM32, true, 92, "16a08f9bfaf73674dbfebe9aa8a686600b2a6c75917f50662df9fb0aaf07ff91"},
	} {
		t.Run(tc.file+" "+tc.state.String(), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(tc.file)))
			if err != nil {
				t.Fatal(err)
			}
			var doc any
			if err := json.Unmarshal(data, &doc); err != nil {
				t.Fatal(err)
			}
			if tc.part != nil {
				doc = tc.part(doc)
			}
			opts := ld.NewJsonLdOptions("")
			opts.DocumentLoader = loader{tc.state}
			opts.Algorithm = ld.AlgorithmURDNA2015
			opts.Format = "application/n-quads"
			proc := ld.NewJsonLdProcessor()
			if !tc.loose {
				strict := *opts
				strict.SafeMode = true
				if _, err := proc.Expand(doc, &strict); err != nil {
					t.Errorf("safe mode: %v", err)
				}
			}
			got, err := proc.Normalize(doc, opts)
			if err != nil {
				t.Fatal(err)
			}
			quads := got.(string)
			if n := strings.Count(quads, "\n"); n != tc.quads {
				t.Errorf("%d quads, the official context gives %d", n, tc.quads)
			}
			if got := digest([]byte(quads)); got != tc.hash {
				t.Errorf("hash %s, the official context gives %s", got, tc.hash)
			}
		})
	}
}

// TestTerms compares our EDC contexts with the table of facts, term by term.
func TestTerms(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(testkit.Reference(t), "elm")
	for state, file := range map[contexts.State]string{contexts.ELM31: "terms.tsv", contexts.ELM32: "v3.2/terms.tsv"} {
		f, err := os.Open(filepath.Join(dir, filepath.FromSlash(file)))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		r := csv.NewReader(f)
		r.Comma, r.LazyQuotes = '\t', true
		rows, err := r.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		terms := contexts.Terms(state)
		if len(terms) != len(rows)-1 {
			t.Errorf("%s: %d terms, the table has %d", state, len(terms), len(rows)-1)
		}
		for _, row := range rows[1:] {
			want := contexts.Term{IRI: row[4], Type: row[5], Container: row[6]}
			if local, ok := strings.CutPrefix(want.Type, "xsd:"); ok {
				want.Type = "http://www.w3.org/2001/XMLSchema#" + local
			}
			if got := terms[row[2]]; got != want {
				t.Errorf("%s: %s is %+v, the table says %+v", state, row[2], got, want)
			}
		}
	}
}

// TestDefects holds the faults of the official context that an equal one must
// have, and the only differences between the two states.
func TestDefects(t *testing.T) {
	t.Parallel()
	old, now := contexts.Terms(contexts.ELM31), contexts.Terms(contexts.ELM32)
	const elm = "http://data.europa.eu/snb/model/elm/"
	for _, tc := range []struct {
		what      string
		got, want string
	}{
		{"clv lacks its last character", now["clv"].IRI, "http://data.europa.eu/m8g"},
		{"latitude is the literal IRI", now["latitude"].IRI, "clv:latitude"},
		{"longitude is the literal IRI", now["longitude"].IRI, "clv:longitude"},
		{"dateModified is typed as a node", now["dateModified"].Type, "@id"},
		{"nationalID in 3.1", old["nationalID"].IRI, elm + "nationalID"},
		{"nationalID in 3.2", now["nationalID"].IRI, elm + "nationalId"},
		{"misspelt in 3.1", old["resultDestribution"].IRI, elm + "resultDestribution"},
		{"right in 3.2", now["resultDistribution"].IRI, elm + "resultDistribution"},
		{"absent in 3.1", old["resultDistribution"].IRI, ""},
		{"absent in 3.2", now["resultDestribution"].IRI, ""},
		{"status class absent in 3.1", old["CredentialStatus"].IRI, ""},
		{"status class of 3.2", now["CredentialStatus"].IRI, elm + "CredentialStatus"},
		{"geometry is no property", now["geometry"].IRI, ""},
	} {
		if tc.got != tc.want {
			t.Errorf("%s: %q, want %q", tc.what, tc.got, tc.want)
		}
	}
}
