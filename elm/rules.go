package elm

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/probatum/probatum/contexts"
)

//go:embed rules.tsv
var rulesTable string

// A layer is a set of rules that a profile is made of.
type layer string

const (
	layerNoCV      layer = "no-cv"
	layerFull      layer = "full"
	layerAcc       layer = "accredited"
	layerMandate   layer = "issued-by-mandate"
	layerConverted layer = "converted"
	layerDiploma   layer = "diploma-supplement"
)

// A rule is what a shape demands of one property of an object, or of the
// object itself where property is empty.
type rule struct {
	layer    layer
	shape    string
	property string // IRI
	min, max int    // max is -1 where there is none
	datatype string
	class    string
	kind     string // IRI or Literal
	node     string // name of the shape that every value must have
	value    string // IRI that must be among the values
	either   []alternative
	unique   bool // one text per language
	atMost   int  // largest number, 0 where there is none
}

// An alternative is one arm of an "or".
type alternative struct {
	class, node string
}

// A ruleset is the rules of one edition.
type ruleset struct {
	classes map[string][]*rule // by IRI of the class
	shapes  map[string][]*rule // by name, of shapes that others refer to
}

var (
	rules31 = sync.OnceValue(func() *ruleset { return mustRules("3.1") })
	rules32 = sync.OnceValue(func() *ruleset { return mustRules("3.2") })
)

func rulesOf(s contexts.State) *ruleset {
	if s == contexts.ELM31 {
		return rules31()
	}
	return rules32()
}

func mustRules(edition string) *ruleset {
	rs, err := parseRules(rulesTable, edition)
	if err != nil {
		panic("elm: " + err.Error())
	}
	return rs
}

// parseRules reads the table of rules; its first lines say what the columns
// are.
func parseRules(table, edition string) (*ruleset, error) {
	rs := &ruleset{classes: map[string][]*rule{}, shapes: map[string][]*rule{}}
	for number, line := range strings.Split(strings.TrimSpace(table), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		cells := strings.Split(line, "\t")
		if len(cells) != 6 {
			return nil, fmt.Errorf("rules, line %d: %d cells", number+1, len(cells))
		}
		if cells[0] != "both" && cells[0] != edition {
			continue
		}
		r := &rule{layer: layer(cells[1]), shape: cells[2], max: -1}
		if cells[4] != "-" {
			r.property = long(cells[4])
		}
		for _, demand := range strings.Fields(cells[5]) {
			if err := r.demand(demand); err != nil {
				return nil, fmt.Errorf("rules, line %d: %w", number+1, err)
			}
		}
		if class := cells[3]; class != "-" {
			rs.classes[long(class)] = append(rs.classes[long(class)], r)
		} else {
			rs.shapes[r.shape] = append(rs.shapes[r.shape], r)
		}
	}
	return rs, nil
}

func (r *rule) demand(s string) (err error) {
	name, v, _ := strings.Cut(s, "=")
	switch name {
	case "min":
		r.min, err = strconv.Atoi(v)
	case "max":
		r.max, err = strconv.Atoi(v)
	case "at-most":
		r.atMost, err = strconv.Atoi(v)
	case "datatype":
		r.datatype = long(v)
	case "class":
		r.class = long(v)
	case "kind":
		r.kind = v
	case "node":
		r.node = v
	case "value":
		r.value = v
	case "unique-language":
		r.unique = true
	case "or":
		for _, arm := range strings.Split(v, ",") {
			name, v, _ := strings.Cut(arm, "=")
			switch name {
			case "class":
				r.either = append(r.either, alternative{class: long(v)})
			case "node":
				r.either = append(r.either, alternative{node: v})
			default:
				return fmt.Errorf("unknown alternative %q", arm)
			}
		}
	default:
		return fmt.Errorf("unknown demand %q", s)
	}
	return err
}

// prefixes are those of the table of rules.
var prefixes = [...][2]string{
	{"elm", elmNS},
	{"cred", credNS},
	{"sec", "https://w3id.org/security#"},
	{"adms", "http://www.w3.org/ns/adms#"},
	{"dc", "http://purl.org/dc/terms/"},
	{"xsd", xsdNS},
	{"foaf", "http://xmlns.com/foaf/0.1/"},
	{"rdf", rdfNS},
	{"org", "http://www.w3.org/ns/org#"},
	{"rov", "http://www.w3.org/ns/regorg#"},
	{"skos", "http://www.w3.org/2004/02/skos/core#"},
	{"person", "http://www.w3.org/ns/person#"},
	{"m8g", "http://data.europa.eu/m8g/"},
	{"locn", "http://www.w3.org/ns/locn#"},
}

func long(compact string) string {
	for _, p := range prefixes {
		if rest, ok := strings.CutPrefix(compact, p[0]+":"); ok {
			return p[1] + rest
		}
	}
	return compact
}

func short(iri string) string {
	for _, p := range prefixes {
		if rest, ok := strings.CutPrefix(iri, p[1]); ok {
			return p[0] + ":" + rest
		}
	}
	return iri
}
