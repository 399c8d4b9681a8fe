package elm

import (
	"maps"
	"slices"
)

// ParseVocabulary gives tests the IRIs of a table of values.
func ParseVocabulary(table string) ([]string, error) {
	v, err := parseVocabulary(table)
	if err != nil {
		return nil, err
	}
	return slices.Sorted(maps.Keys(v.byIRI)), nil
}

// ParseRules reads a table of rules for tests.
func ParseRules(table string) error {
	_, err := parseRules(table, "3.2")
	return err
}

// Words gives tests the words of the model that findings can be about.
func Words() (classes, properties, datatypes []string) {
	c := baseContext(0, model11, false)
	all := [3]map[string]bool{{}, {}, {}}
	for class, rules := range rules32().classes {
		all[0][localName(class)] = true
		for _, r := range rules {
			if r.class != "" {
				all[0][localName(r.class)] = true
			}
			if r.datatype != "" {
				all[2][localName(r.datatype)] = true
			}
			name := c.termFor(r.property)
			if name == r.property {
				name = localName(name)
			}
			all[1][name] = true
		}
	}
	return slices.Sorted(maps.Keys(all[0])), slices.Sorted(maps.Keys(all[1])), slices.Sorted(maps.Keys(all[2]))
}
