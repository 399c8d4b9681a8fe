package assessment

import (
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"github.com/probatum/probatum/internal/strictjson"
)

//go:embed standards
var standardFiles embed.FS

// Standards are the unit versions that come with the program, ordered by id
// and version. The caller owns what it gets.
func Standards() []Unit {
	units := make([]Unit, len(standards()))
	for i, u := range standards() {
		units[i] = u.clone()
	}
	return units
}

// Standard finds a unit version that comes with the program. The caller owns
// what it gets.
func Standard(id, version string) (Unit, bool) {
	for _, u := range standards() {
		if u.ID == id && u.Version == version {
			return u.clone(), true
		}
	}
	return Unit{}, false
}

// clone copies a unit of ours with all that it refers to.
func (u Unit) clone() Unit {
	data, err := json.Marshal(u)
	if err != nil {
		panic(err) // texts and numbers can always be written
	}
	var c Unit
	if err := json.Unmarshal(data, &c); err != nil {
		panic(err)
	}
	return c
}

// standards reads the embedded files once. A file that breaks a rule of units
// is a mistake of ours, and the program does not go on with it.
var standards = sync.OnceValue(func() []Unit {
	names, err := fs.Glob(standardFiles, "standards/*.json")
	if err != nil {
		panic(err)
	}
	var units []Unit
	for _, name := range names {
		data, err := fs.ReadFile(standardFiles, name)
		if err != nil {
			panic(err)
		}
		u, err := parseUnit(data, CertificateLanguages[:])
		if err != nil {
			panic(fmt.Sprintf("assessment: %s: %v", name, err))
		}
		units = append(units, u)
	}
	slices.SortFunc(units, func(a, b Unit) int {
		return cmp.Or(strings.Compare(a.ID, b.ID), strings.Compare(a.Version, b.Version))
	})
	return units
})

// recordedESCO are the links to ESCO in the units that come with the program,
// by URI: those whose source is recorded.
var recordedESCO = sync.OnceValue(func() map[string]ESCO {
	recorded := map[string]ESCO{}
	keep := func(links []ESCO) {
		for _, e := range links {
			recorded[e.URI] = e
		}
	}
	for _, u := range standards() {
		keep(u.Occupations)
		for _, o := range u.Outcomes {
			keep(o.ESCO)
		}
		for _, x := range u.Related {
			keep(x.ESCO)
		}
	}
	return recorded
})

// publishes tells whether the units of a scheme come with the program: no
// Result adds one to them.
func publishes(scheme string) bool {
	return slices.ContainsFunc(standards(), func(u Unit) bool { return u.Scheme.ID == scheme })
}

// parseUnit reads the file of one unit version, which must have every text in
// the languages.
func parseUnit(data []byte, langs []string) (Unit, error) {
	if err := strictjson.Check(data); err != nil {
		return Unit{}, err
	}
	r := &reader{langs: langs}
	o, ok := r.object(data, "$", "R53")
	if !ok {
		return Unit{}, r.faults.Err()
	}
	u := r.unit(o)
	return u, r.faults.Err()
}
