package elm

import (
	"slices"
	"strconv"
	"strings"

	"github.com/probatum/probatum/contexts"
)

// Options choose what Check holds a document against. The zero value is an EDC
// file by the profiles of 3.2.
type Options struct {
	Strict31 bool // the profiles of 3.1

	// Model20 is a credential of the VC Data Model 2.0 under our context
	// (contexts.ELMV1) in place of an EDC file. Its @context must be that one.
	// It need not have a credentialSchema, since the SHACL profiles are made
	// for files of version 1.1, and the rules of that model alone say what a
	// credentialStatus is (4.10). All other rules hold.
	Model20 bool
}

func (o Options) model() dataModel {
	if o.Model20 {
		return model20
	}
	return model11
}

func (o Options) state() contexts.State {
	if o.Strict31 {
		return contexts.ELM31
	}
	return contexts.ELM32
}

// maxFindings bounds a report. More helps nobody.
const maxFindings = 250

// Check tells where a credential breaks the rules of the profiles that it
// names: generic always, and accredited, issued by mandate, converted or
// diploma supplement by its credentialSchema or its credential profile. The
// findings stand in the order of the document. None means that it conforms.
//
// The rules are those of the official SHACL shapes, held against the graph
// that the JSON means: objects with the same id are one, equal values count
// once. They do not know the class hierarchy of the ontology, as the official
// validator does not. Beyond the shapes, Check wants a document that has one
// meaning: a known @context, ids that are IRIs, no JSON-LD keywords that EDC
// files do not use, and a credential at the top; and it asks the calendar
// about dates. A document that is not strict JSON is one finding.
//
// Members that no context defines are no finding: the shapes pass over them.
// See UndefinedTerms.
func Check(doc []byte, o Options) []Finding {
	root, err := parseTree(doc)
	if err != nil {
		return []Finding{{Path: "$", Rule: "document/json", Key: "elm.check.document.json"}}
	}
	base, model := contextOf(root, o.state())
	g := expandDocument(root, base)
	k := &checker{graph: g, rules: rulesOf(o.state()), context: base, memo: map[memoKey]bool{}, said: map[string]bool{}, terms: map[string]string{}}
	if model != o.model() {
		k.find(Finding{Path: `$["@context"]`, Rule: "document/context", Key: "elm.check.document.context"})
	}
	for _, f := range g.faults[:min(len(g.faults), maxFindings)] {
		k.find(Finding{Path: f.path.String(), Rule: f.rule, Key: "elm.check.document." + strings.TrimPrefix(f.rule, "document/")})
	}
	credential := g.resources[g.root]
	if !credential.is(elmNS + "EuropeanDigitalCredential") {
		k.find(Finding{Path: "$.type", Rule: "document/type", Key: "elm.check.document.type"})
	}
	k.layers = layersOf(credential)
	for _, r := range g.order {
		if len(k.findings) >= maxFindings {
			break
		}
		for _, class := range r.types {
			for _, rule := range k.rules.classes[class] {
				if k.layers[rule.layer] && !(o.Model20 && ofModel20[rule.property]) {
					k.check(r, rule, class)
				}
			}
		}
	}
	return k.findings
}

// ofModel20 are the properties that the data model settles without the profiles.
var ofModel20 = map[string]bool{credNS + "credentialSchema": true, credNS + "credentialStatus": true}

// UndefinedTerms gives the JSON paths of what a document says without meaning:
// members and classes that no context defines, nulls, references that are no
// IRI. A seal covers them, the graph does not. What an issuer writes has none.
func UndefinedTerms(doc []byte) []string {
	root, err := parseTree(doc)
	if err != nil {
		return []string{"$"}
	}
	base, _ := contextOf(root, contexts.ELM32)
	g := expandDocument(root, base)
	var all []string
	for _, p := range g.undefined[:min(len(g.undefined), maxFindings)] {
		all = append(all, p.String())
	}
	for _, f := range g.faults[:min(len(g.faults), maxFindings)] {
		all = append(all, f.path.String())
	}
	return all
}

// UnknownConcepts finds values that claim to come from a list of ours and are
// not in it. The shapes do not ask, but the Commission's issuer refuses such
// values, so we do not write them. Lists of which the package holds a part only
// are passed over.
func UnknownConcepts(doc []byte) []Finding {
	root, err := parseTree(doc)
	if err != nil {
		return []Finding{{Path: "$", Rule: "document/json", Key: "elm.check.document.json"}}
	}
	base, _ := contextOf(root, contexts.ELM32)
	var all []Finding
	for _, r := range expandDocument(root, base).order {
		if !r.is(long("skos:Concept")) || r.ref.kind != 'i' || len(all) >= maxFindings {
			continue
		}
		for _, scheme := range r.values(long("skos:inScheme")) {
			i := slices.IndexFunc(lists[:], func(l listInfo) bool { return l.scheme == scheme.ref.value })
			if i < 0 || !lists[i].complete {
				continue
			}
			if list, ok := ListOf(r.ref.value); !ok || list != lists[i].list {
				all = append(all, Finding{
					Path: r.path.String(), Node: r.ref.value, Rule: "list/" + string(lists[i].list),
					Key: "elm.check.unknown-value", Args: map[string]any{"Value": nameOr(r), "List": string(lists[i].list)},
				})
			}
		}
	}
	return all
}

// layersOf tells which rules hold for a credential.
func layersOf(r *resource) map[layer]bool {
	l := map[layer]bool{layerNoCV: true, layerFull: true}
	for _, property := range []string{credNS + "credentialSchema", elmNS + "credentialProfiles"} {
		for _, v := range r.values(property) {
			switch v.ref.value {
			case ProfileAccredited, ConceptProfileAccredited:
				l[layerAcc] = true
			case ProfileMandate, ConceptProfileMandate:
				l[layerMandate] = true
			case ProfileConverted, ConceptProfileConverted:
				l[layerConverted] = true
			case ProfileDiplomaSupplement, ConceptProfileDiplomaSupplement:
				l[layerAcc], l[layerDiploma] = true, true
			}
		}
	}
	return l
}

type checker struct {
	graph    *graph
	rules    *ruleset
	context  *localContext
	layers   map[layer]bool
	memo     map[memoKey]bool
	said     map[string]bool
	terms    map[string]string // words for properties, by IRI
	findings []Finding
}

type memoKey struct {
	node  ref
	shape string
}

// find keeps a finding, as long as there is room. What two shapes of a class
// demand alike is said once.
func (k *checker) find(f Finding) {
	_, demand, _ := strings.Cut(f.Rule, "/")
	key := strings.Join([]string{f.Path, f.Node, demand}, "\x00")
	if len(k.findings) >= maxFindings || k.said[key] {
		return
	}
	k.said[key] = true
	k.findings = append(k.findings, f)
}

// check holds one rule against one node.
func (k *checker) check(r *resource, rule *rule, class string) {
	report := func(constraint string, path *place, args map[string]any) {
		if args == nil {
			args = map[string]any{}
		}
		args["Class"] = localName(class)
		args["Property"] = k.term(rule.property)
		args["Name"] = nameOf(r)
		f := Finding{
			Path: path.String(), Rule: rule.shape + "/" + short(rule.property) + "/" + constraint,
			Key: "elm.check." + k.messageOf(constraint, rule, args), Args: args,
		}
		if r.ref.kind == 'i' {
			f.Node = r.ref.value
		}
		k.find(f)
	}
	k.judge(r, rule, report)
}

// judge holds a rule against a node and calls report for every way in which
// it is broken. The names are those of the SHACL constraint components.
func (k *checker) judge(r *resource, rule *rule, report func(constraint string, path *place, args map[string]any)) bool {
	good := true
	bad := func(constraint string, path *place, args map[string]any) {
		good = false
		if report != nil && len(k.findings) < maxFindings {
			report(constraint, path, args)
		}
	}
	all := r.values(rule.property)
	if rule.property == "" {
		all = []value{{r.ref, r.path}}
	}
	if len(all) < rule.min {
		bad("MinCount", r.path, nil)
	}
	if rule.max >= 0 && len(all) > rule.max {
		bad("MaxCount", all[rule.max].path, map[string]any{"Max": rule.max})
	}
	if rule.value != "" && !slices.ContainsFunc(all, func(v value) bool { return v.ref == ref{kind: 'i', value: rule.value} }) {
		bad("HasValue", r.path, nil)
	}
	languages := map[string]bool{}
	for _, v := range all {
		target := k.graph.resources[v.ref]
		if rule.datatype != "" && (v.ref.kind != 'l' || v.ref.datatype != rule.datatype || !validLexical(v.ref.value, rule.datatype)) {
			bad("Datatype", v.path, map[string]any{"Want": localName(rule.datatype)})
		}
		if rule.class != "" && !target.is(rule.class) {
			bad("Class", v.path, map[string]any{"Want": localName(rule.class)})
		}
		if rule.kind == "IRI" && v.ref.kind != 'i' || rule.kind == "Literal" && v.ref.kind != 'l' {
			bad("NodeKind", v.path, nil)
		}
		if rule.node != "" && !k.conforms(v, rule.node) {
			bad("Node", v.path, nil)
		}
		if len(rule.either) > 0 && !k.oneOf(v, rule.either) {
			bad("Or", v.path, nil)
		}
		if rule.atMost > 0 {
			if i, err := strconv.Atoi(v.ref.value); err != nil || v.ref.kind != 'l' || i > rule.atMost {
				bad("MaxInclusive", v.path, map[string]any{"Max": rule.atMost})
			}
		}
		if lang := v.ref.language; rule.unique && lang != "" {
			if languages[lang] {
				bad("UniqueLang", v.path, map[string]any{"Language": lang})
			}
			languages[lang] = true
		}
	}
	return good
}

// term is the name by which documents write a property.
func (k *checker) term(iri string) string {
	t, ok := k.terms[iri]
	if !ok {
		t = k.context.termFor(iri)
		k.terms[iri] = t
	}
	return t
}

// messageOf gives the message for a broken constraint, and its arguments.
func (k *checker) messageOf(constraint string, r *rule, args map[string]any) string {
	switch constraint {
	case "MinCount":
		return "missing"
	case "MaxCount":
		return "many"
	case "Datatype":
		return "datatype"
	case "Class":
		return "class"
	case "Or":
		return "either"
	case "NodeKind":
		if r.kind == "IRI" {
			return "link"
		}
		return "plain"
	case "MaxInclusive":
		return "most"
	case "UniqueLang":
		return "language-twice"
	}
	// A shape that the value must have: an entry of a list, or one of three
	// that are told by name.
	for _, inner := range k.rules.shapes[r.node] {
		if inner.value != "" {
			args["List"] = listOfScheme(inner.value)
			return "list"
		}
	}
	switch r.node {
	case "IssuerNodeShape":
		return "identified"
	case "accredited/ClaimNodeShape":
		return "achievement"
	}
	return "claim"
}

// listOfScheme gives our name of a list, or the scheme where we have none.
func listOfScheme(scheme string) string {
	for _, l := range lists {
		if l.scheme == scheme {
			return string(l.list)
		}
	}
	return scheme
}

// conforms tells whether a value has a shape that rules refer to. Shapes do
// not refer to each other in circles.
func (k *checker) conforms(v value, shape string) bool {
	key := memoKey{v.ref, shape}
	if known, ok := k.memo[key]; ok {
		return known
	}
	target := k.graph.resources[v.ref]
	if target == nil {
		target = &resource{ref: v.ref, path: v.path}
	}
	good := true
	for _, rule := range k.rules.shapes[shape] {
		if !k.judge(target, rule, nil) {
			good = false
			break
		}
	}
	k.memo[key] = good
	return good
}

func (k *checker) oneOf(v value, arms []alternative) bool {
	for _, a := range arms {
		if a.class != "" && k.graph.resources[v.ref].is(a.class) || a.node != "" && k.conforms(v, a.node) {
			return true
		}
	}
	return false
}

func localName(iri string) string {
	return iri[strings.LastIndexAny(iri, "/#")+1:]
}

// nameOf is what people would call a node: its title or label. Names of
// persons are left out; findings end up in logs.
func nameOf(r *resource) string {
	for _, property := range []string{"dc:title", "skos:prefLabel", "rov:legalName"} {
		for _, v := range r.values(long(property)) {
			if v.ref.kind != 'l' {
				continue
			}
			name := []rune(v.ref.value)
			if len(name) > 60 {
				name = append(name[:59], '…')
			}
			return string(name)
		}
	}
	return ""
}

func nameOr(r *resource) string {
	if name := nameOf(r); name != "" {
		return name
	}
	return r.ref.value
}
