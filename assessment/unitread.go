package assessment

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/evidence"
)

// The forms of short texts.
var (
	formUnit    = pattern("unit", 40, `[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?`)
	formVersion = pattern("version", 20, `(?:0|[1-9][0-9]{0,3})(?:\.(?:0|[1-9][0-9]{0,3})){1,2}`)
	formBody    = pattern("body", 40, `[a-z0-9-]{2,40}`)
	formID      = pattern("id", 64, `[A-Za-z0-9](?:[A-Za-z0-9._:-]{0,63})`)
	formUUID    = pattern("uuid", 36, `[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`)
	formCode    = pattern("code", 40, `[0-9A-Za-z](?:[0-9A-Za-z .-]{0,38}[0-9A-Za-z])?`)
	formNumber  = pattern("number", 64, `[0-9A-Za-z](?:[0-9A-Za-z ./_-]{0,62}[0-9A-Za-z])?`)
	formLegalID = pattern("legalID", 100, `[!-~]{3,100}`)
	formESCO    = pattern("esco", 100, `http://data\.europa\.eu/esco/(?:skill|occupation)/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}`)
	formNQF     = pattern("nqf", 100, `http://data\.europa\.eu/snb/qdr/c_[0-9a-f]{8}`)
	formISCED   = form{"isced", 100, isField}
	formRoot    = form{"root", 51, isRoot}
	formCountry = form{"country", 2, isCountry}
	formURL     = form{"url", 300, isWebAddress}
	formIRI     = form{"iri", 300, isIRI}
	formEmail   = pattern("email", 254, `[!#-'*+/-9=?A-Z^-~-]+(?:\.[!#-'*+/-9=?A-Z^-~-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]`)
)

// isCountry takes the alpha-2 codes of ISO 3166-1, in capitals: GR and GB, not
// the EL and UK of other lists.
func isCountry(s string) bool {
	if len(s) != 2 || strings.ToUpper(s) != s || s == "EL" || s == "UK" {
		return false
	}
	_, ok := elm.Country(s)
	return ok
}

// isField takes the fields of the ISCED-F list of the European vocabulary.
func isField(s string) bool {
	list, ok := elm.ListOf(s)
	return ok && list == elm.ISCEDFields
}

func isRoot(s string) bool {
	_, err := evidence.ParseRoot(s)
	return err == nil
}

func isWebAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && u.User == nil &&
		!strings.ContainsAny(s, " \"<>\\^`{|}")
}

func isIRI(s string) bool {
	u, err := url.Parse(s)
	return err == nil && slices.Contains([]string{"https", "http", "urn", "did"}, u.Scheme) && (u.Host != "" || u.Opaque != "") &&
		u.User == nil && !strings.ContainsAny(s, " \"<>\\^`{|}")
}

// The longest texts, in characters.
const (
	maxName  = 200
	maxTitle = 300
	maxText  = 2000
)

// withdrawnESCO are concepts that were in an earlier ESCO and are gone from a
// later one, with the concept to link instead (TI-8).
var withdrawnESCO = map[string]string{
	// perform technical sound check, absent from ESCO 1.2.0: perform soundchecks.
	"http://data.europa.eu/esco/skill/41ce355e-1cbe-46e4-a36b-e7eb6e108bee": "http://data.europa.eu/esco/skill/5cd76739-b8c7-45d1-a950-082dee2d6778",
}

// unit reads a unit version and holds it to the rules of units.
func (r *reader) unit(o *object) Unit {
	u := Unit{
		ID:          o.formed("id", must("R53"), formUnit),
		Version:     o.formed("version", must("R53"), formVersion),
		Status:      choice(o, "status", must("R50"), []Status{Ready, InPreparation}),
		Title:       o.texts("title", must("R81"), maxTitle),
		Description: o.texts("description", must("R53"), maxText),
	}
	if s, ok := o.object("scheme", must("R53")); ok {
		u.Scheme = Scheme{ID: s.formed("id", must("R53"), formUnit), Title: s.texts("title", must("R53"), maxTitle)}
		s.done()
	}
	if p, ok := o.object("prerequisites", may("R82")); ok {
		u.Prerequisites.Units = p.strings("units", must("R82"), 1, 20, formUnit)
		u.Prerequisites.Enforced, _ = p.truth("enforced", must("R82"))
		p.done()
	}
	if l, ok := o.object("level", must("R81")); ok {
		u.Level = Level{EQF: l.integer("eqf", must("R81"), 1, 8), From: l.integer("from", may("R51"), 1, 8)}
		l.done()
		if u.Level.From > 0 && u.Level.EQF > 0 && u.Level.From >= u.Level.EQF {
			r.add(l.at("from"), "unit.levelRange", "R51")
		}
	}
	if w, ok := o.object("workload", must("R81")); ok {
		u.Workload.Hours = w.integer("hours", must("R81"), 1, 10_000)
		u.Workload.Illustrative, _ = w.truth("illustrative", may("R81"))
		w.done()
	}
	u.ThematicAreas = o.strings("thematicAreas", must("R53"), 1, 10, formISCED)
	u.Occupations = r.esco(o, "occupations", may("R52"), "/occupation/")
	ids := once{}
	o.objects("outcomes", must("R53"), 1, 50, func(item *object) {
		out := r.outcome(item)
		ids.add(r, item.at("id"), "R53", out.ID)
		if u.Status == Ready && out.Level == 0 && !item.has("level") {
			r.add(item.at("level"), "missing", "R51", "Name", "level")
		}
		u.Outcomes = append(u.Outcomes, out)
	})
	u.Knowledge = r.sourced(o, "knowledge")
	u.Attitudes = r.sourced(o, "attitudes")
	o.objects("related", may("R53"), 1, 50, func(item *object) { u.Related = append(u.Related, r.related(item)) })
	u.Note = o.texts("note", may("R53"), maxText)
	o.done()
	if u.Status == Ready && u.Level.From > 0 {
		r.add(o.path+".level.from", "unit.levelReady", "R51")
	}
	return u
}

func (r *reader) outcome(o *object) Outcome {
	out := Outcome{
		ID:     o.formed("id", must("R53"), formID),
		Kind:   choice(o, "kind", must("R53"), []Kind{Skill, Knowledge}),
		Level:  o.integer("level", may("R51"), 1, 8),
		Title:  o.texts("title", must("R81"), maxTitle),
		Source: choice(o, "source", must("R53"), sources),
		Codes:  o.strings("codes", may("R52"), 1, 20, formCode),
		ESCO:   r.esco(o, "esco", may("R52"), "/skill/"),
	}
	ids := once{}
	o.objects("criteria", must("R53"), 1, 30, func(item *object) {
		c := Criterion{
			ID:     item.formed("id", must("R53"), formID),
			Text:   item.texts("text", must("R53"), maxText),
			Source: choice(item, "source", must("R53"), sources),
		}
		ids.add(r, item.at("id"), "R53", c.ID)
		out.Criteria = append(out.Criteria, c)
	})
	return out
}

var sources = []Source{FromPage, FromTitle, FromESCO, Illustrative}

// esco reads links to ESCO of one class. Labels keep the languages in which
// they were published: English always, others where they were recorded.
func (r *reader) esco(o *object, name string, n need, class string) []ESCO {
	var links []ESCO
	uris := once{}
	o.objects(name, n, 1, 50, func(item *object) {
		e := ESCO{
			URI:     item.formed("uri", must("R52"), formESCO),
			Label:   item.textsIn("label", must("R52"), maxTitle, []string{"en"}),
			Version: item.formed("version", must("R52"), formVersion),
			Reuse:   choice(item, "reuse", may("R52"), []Reuse{SectorSpecific, OccupationSpecific, CrossSector, Transversal}),
		}
		switch {
		case e.URI == "":
		case !strings.Contains(e.URI, class):
			r.add(item.at("uri"), "esco.class", "R52", "Value", e.URI)
		case withdrawnESCO[e.URI] != "":
			r.add(item.at("uri"), "esco.withdrawn", "TI-8", "Value", e.URI, "Instead", withdrawnESCO[e.URI])
		case r.recorded != nil:
			r.asRecorded(item, e)
		}
		uris.add(r, item.at("uri"), "R52", e.URI)
		links = append(links, e)
	})
	return links
}

// asRecorded holds a link to ESCO against those whose source is recorded: a
// link that nobody has looked up is not put into a credential (R52).
func (r *reader) asRecorded(item *object, e ESCO) {
	known, ok := r.recorded[e.URI]
	switch {
	case !ok:
		r.add(item.at("uri"), "esco.unrecorded", "R52", "Value", e.URI)
	case len(e.Label) > 0 && !maps.Equal(e.Label, known.Label):
		r.add(item.at("label"), "esco.differs", "R52", "Value", known.Label["en"])
	case e.Version != "" && e.Version != known.Version:
		r.add(item.at("version"), "esco.differs", "R52", "Value", known.Version)
	case e.Reuse != known.Reuse:
		r.add(item.at("reuse"), "esco.differs", "R52", "Value", string(known.Reuse))
	}
}

// sourced reads a list of things to know, or of attitudes.
func (r *reader) sourced(o *object, name string) List {
	l, ok := o.object(name, may("R53"))
	if !ok {
		return List{}
	}
	list := List{Source: choice(l, "source", must("R53"), sources)}
	for i, raw := range l.list("items", must("R53"), 1, 100) {
		list.Items = append(list.Items, r.texts(raw, entry(l.at("items"), i), "R53", maxTitle, r.langs))
	}
	l.done()
	return list
}

func (r *reader) related(o *object) Related {
	return Related{
		Relation: choice(o, "relation", must("R53"), []Relation{Listed, Beyond}),
		Title:    o.texts("title", must("R53"), maxTitle),
		Code:     o.formed("code", may("R52"), formCode),
		Level:    o.integer("level", may("R51"), 1, 8),
		ESCO:     r.esco(o, "esco", may("R52"), "/skill/"),
		Source:   choice(o, "source", must("R53"), sources),
	}
}

// once remembers keys that were seen, to report those that come again.
type once map[string]bool

func (seen once) add(r *reader, path, rule, key string) {
	if key != "" && seen[key] {
		r.add(path, "double", rule, "Value", printable(key))
	}
	seen[key] = true
}

// shipped finds the unit version that a unit of a Result says it is, among
// those that come with the program. known tells whether they have the id in
// any version; exact, whether u is the version that was named.
func shipped(o *object) (u Unit, known, exact bool) {
	var id, version string
	if json.Unmarshal(o.known["id"], &id) != nil {
		return Unit{}, false, false
	}
	exact = json.Unmarshal(o.known["version"], &version) == nil
	for _, s := range standards() {
		if s.ID != id {
			continue
		}
		u, known = s, true
		if exact && s.Version == version {
			return s, true, true
		}
	}
	return u, known, false
}

// differs lists the places where one JSON value is not the other, at most so
// many. The order of members does not count.
func differs(got, want json.RawMessage, path string, most int) []string {
	switch k := kindOf(got); {
	case k != kindOf(want):
	case k == '{':
		return differsInMembers(got, want, path, most)
	case k == '[':
		var g, w []json.RawMessage
		if json.Unmarshal(got, &g) != nil || json.Unmarshal(want, &w) != nil || len(g) != len(w) {
			break
		}
		var paths []string
		for i := range g {
			if len(paths) < most {
				paths = append(paths, differs(g[i], w[i], entry(path, i), most-len(paths))...)
			}
		}
		return paths
	case k == '"':
		var g, w string
		if json.Unmarshal(got, &g) == nil && json.Unmarshal(want, &w) == nil && g == w {
			return nil
		}
	case string(got) == string(want):
		return nil
	}
	return []string{path}
}

func differsInMembers(got, want json.RawMessage, path string, most int) []string {
	var g, w map[string]json.RawMessage
	if json.Unmarshal(got, &g) != nil || json.Unmarshal(want, &w) != nil {
		return []string{path}
	}
	names := slices.Sorted(maps.Keys(w))
	for name := range g {
		if _, ok := w[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var paths []string
	for _, name := range names {
		switch a, b := g[name], w[name]; {
		case len(paths) >= most:
			return paths
		case a == nil || b == nil:
			paths = append(paths, path+step(name))
		default:
			paths = append(paths, differs(a, b, path+step(name), most-len(paths))...)
		}
	}
	return paths
}
