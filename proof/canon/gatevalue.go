package canon

import (
	"errors"
	"strconv"

	"github.com/probatum/probatum/internal/strictjson"
)

// values reads what stands under a term of a node that stands as something.
func (g *gate) values(v *strictjson.Value, t *table, m *term, as place) ([]value, error) {
	in := t
	if m.scope != nil {
		var err error
		if in, err = g.scope(t, m.scope, false); err != nil {
			return nil, err
		}
	}
	g.iri(m.iri)
	r := reader{gate: g, outer: t, table: in, term: m, as: as}
	switch {
	case m.coercion == toJSON:
		return r.json(v)
	case m.byLanguage && v.Kind == strictjson.Object:
		return r.byLanguage(v)
	case v.Kind != strictjson.Array:
		one, err := r.one(v)
		if err != nil {
			return nil, err
		}
		return r.contain([]value{one}), nil
	case len(v.Items) == 0:
		return nil, g.refuse(Lost, "proof.canon.hollow", nil)
	}
	values := make([]value, 0, len(v.Items))
	for i, item := range v.Items {
		g.enter(strconv.Itoa(i))
		if item.Kind == strictjson.Array {
			return nil, g.refuse(Lost, "proof.canon.nested", nil)
		}
		one, err := r.one(item)
		if err != nil {
			return nil, err
		}
		values = append(values, one)
		g.leave()
	}
	return r.contain(values), nil
}

// A reader reads the values under one term.
type reader struct {
	*gate

	outer *table // what holds in the node
	table *table // with the context of the term upon it
	term  *term
	as    place
}

// contain puts values into the container of the term.
func (r *reader) contain(values []value) []value {
	if r.term.list {
		return []value{{list: values}}
	}
	return values
}

// free tells whether only an object can name a node here, and no string.
func (r *reader) free() bool {
	return r.term.coercion == plain || r.term.graph || r.term.iri == credentialSubject
}

// one reads one value that is no array.
func (r *reader) one(v *strictjson.Value) (value, error) {
	switch v.Kind {
	case strictjson.Null:
		return value{}, r.refuse(Lost, "proof.canon.null", nil)
	case strictjson.Object:
		if r.isValueObject(v) {
			return r.valueObject(v)
		}
		return r.nodeObject(v)
	default:
		return r.scalar(v)
	}
}

func (r *reader) nodeObject(v *strictjson.Value) (value, error) {
	if r.term.coercion == toDatatype || r.term.byLanguage {
		return value{}, r.refuse(Lost, "proof.canon.literal", errObjectHere)
	}
	var n *thing
	var err error
	switch {
	case r.holds():
		n, err = r.embedded(v)
	case r.term.iri == issuedBy && r.as == credential:
		n, err = r.object(v, r.outer, r.term, issuer)
	default:
		n, err = r.object(v, r.outer, r.term, inside)
	}
	if err != nil {
		return value{}, err
	}
	if n.bare() {
		switch {
		case r.term.graph:
			return value{}, r.refuse(Lost, "proof.canon.bare", nil)
		case r.free() || r.term.iri == issuedBy || r.term.iri == heldBy:
		default:
			return value{}, r.refuse(Context, "proof.canon.spelling", nil)
		}
	}
	out := value{node: n, at: r.gate.at, coerced: !r.free(), subject: r.term.iri == credentialSubject}
	if r.term.graph {
		out.node, out.graph = nil, n
	}
	return out, nil
}

// holds tells whether the document is a presentation and the term that under which
// it holds credentials.
func (r *reader) holds() bool {
	return r.term.iri == holdsCredential && r.term.name == "verifiableCredential" &&
		r.as == credential && r.term.graph && !r.embeds
}

var (
	errObjectHere = errors.New("an object where the context says a literal")
	errJSONType   = errors.New("the JSON type is not that of the datatype")
	errChanged    = errors.New("the term's own context gives it another meaning")
)

// scalar reads a string, number or boolean (JSON-LD 1.1 API, 5.3).
func (r *reader) scalar(v *strictjson.Value) (value, error) {
	if r.term.graph || r.table != r.outer && r.table.lookup(r.term.name) != r.outer.lookup(r.term.name) {
		return value{}, r.refuse(Lost, "proof.canon.literal", errChanged)
	}
	switch {
	case r.term.coercion == toIRI || r.term.coercion == toVocab:
		return r.reference(v)
	case r.term.coercion == toDatatype:
		return r.literal(v, r.term.datatype)
	}
	return r.literal(v, "")
}

// reference reads a string that names a node.
func (r *reader) reference(v *strictjson.Value) (value, error) {
	if v.Kind != strictjson.String || r.term.iri == credentialSubject {
		return value{}, r.refuse(Lost, "proof.canon.literal", errJSONType)
	}
	var iri string
	var err error
	if r.term.coercion == toVocab {
		iri, err = r.vocabulary(v, r.table, false)
	} else {
		iri, err = r.identifier(v, r.table)
	}
	if err != nil {
		return value{}, err
	}
	return value{term: Term{Kind: IRI, Value: iri}, at: r.gate.at, coerced: true}, nil
}

// literal reads a scalar of a datatype, or of the one that its JSON type has.
// Each datatype has one JSON type, so that no two values give one literal.
func (r *reader) literal(v *strictjson.Value, datatype string) (value, error) {
	lit := Term{Kind: Literal, Value: v.Text, Datatype: datatype}
	switch v.Kind {
	case strictjson.String:
		switch {
		case isNumeric(datatype) || isBoolean(datatype) || datatype == jsonLiteral || datatype == langString:
			return value{}, r.refuse(Lost, "proof.canon.literal", errJSONType)
		case datatype == "":
			lit.Datatype = xsdString
		}
	case strictjson.Bool:
		if datatype != "" && !isBoolean(datatype) {
			return value{}, r.refuse(Lost, "proof.canon.literal", errJSONType)
		}
		if datatype == "" {
			lit.Datatype = xsdBoolean
		}
	case strictjson.Number:
		if datatype != "" && !isNumeric(datatype) {
			return value{}, r.refuse(Lost, "proof.canon.literal", errJSONType)
		}
		n, ok := oneNumber(v.Text)
		if ok {
			lit.Value, lit.Datatype, ok = lexical(n, datatype)
		}
		if !ok {
			return value{}, r.refuse(Lost, "proof.canon.number", nil)
		}
	default:
		return value{}, r.refuse(Lost, "proof.canon.literal", errJSONType)
	}
	r.iri(lit.Datatype)
	return value{term: lit, at: r.gate.at}, nil
}

// json reads what stands under a term of type @json: an object, which becomes a
// literal that is its canonical form.
func (r *reader) json(v *strictjson.Value) ([]value, error) {
	if v.Kind != strictjson.Object || r.term.list || r.term.graph || r.term.byLanguage {
		return nil, r.refuse(Lost, "proof.canon.jsonliteral", nil)
	}
	if err := r.strictNumbers(v); err != nil {
		return nil, err
	}
	text, err := appendJCS(nil, v)
	if err != nil {
		return nil, r.refuse(Lost, "proof.canon.number", err)
	}
	r.work.literal(len(text))
	return []value{{term: Term{Kind: Literal, Value: string(text), Datatype: jsonLiteral}, at: r.gate.at}}, nil
}

// strictNumbers refuses numbers that have more than one value.
func (g *gate) strictNumbers(v *strictjson.Value) error {
	if v.Kind == strictjson.Number {
		if _, ok := oneNumber(v.Text); !ok {
			return g.refuse(Lost, "proof.canon.number", nil)
		}
	}
	g.work.members(len(v.Members))
	for i, item := range v.Items {
		g.enter(strconv.Itoa(i))
		if err := g.strictNumbers(item); err != nil {
			return err
		}
		g.leave()
	}
	for _, m := range v.Members {
		g.enter(m.Name)
		if err := g.strictNumbers(m.Value); err != nil {
			return err
		}
		g.leave()
	}
	return nil
}

// byLanguage reads a language map (JSON-LD 1.1, 4.6.2): the one form for texts
// under a term that has one.
func (r *reader) byLanguage(v *strictjson.Value) ([]value, error) {
	if err := r.count(v); err != nil {
		return nil, err
	}
	var values []value
	for _, m := range sortedMembers(v) {
		r.enter(m.Name)
		tag, ok := lowerLanguage(m.Name)
		if !ok || tag != m.Name && v.Member(tag) != nil {
			return nil, r.refuse(Lost, "proof.canon.language", nil)
		}
		if m.Value.Kind == strictjson.Array && len(m.Value.Items) == 0 {
			return nil, r.refuse(Lost, "proof.canon.hollow", nil)
		}
		for _, text := range m.Value.Values() {
			if text.Kind != strictjson.String {
				return nil, r.refuse(Lost, "proof.canon.literal", errJSONType)
			}
			values = append(values, value{term: Term{Kind: Literal, Value: text.Text, Datatype: langString, Language: tag}, at: r.gate.at})
		}
		r.leave()
	}
	return values, nil
}

// isValueObject tells whether an object says a literal.
func (r *reader) isValueObject(v *strictjson.Value) bool {
	for _, m := range v.Members {
		if r.table.expand(m.Name, true) == "@value" {
			return true
		}
	}
	return false
}

// valueObject reads a value object (JSON-LD 1.1, 9.5), written with the keywords
// themselves. One that says no more than its value would alone is refused: there
// is one way to say a thing.
func (r *reader) valueObject(v *strictjson.Value) (value, error) {
	if err := r.count(v); err != nil {
		return value{}, err
	}
	if r.term.coercion == toIRI || r.term.coercion == toVocab || r.term.graph {
		return value{}, r.refuse(Lost, "proof.canon.literal", errObjectHere)
	}
	if r.term.byLanguage {
		return value{}, r.refuse(Context, "proof.canon.spelling", nil)
	}
	var text, language, datatype, direction *strictjson.Value
	for _, m := range v.Members {
		r.enter(m.Name)
		switch m.Name {
		case "@value":
			text = m.Value
		case "@language":
			language = m.Value
		case "@type":
			datatype = m.Value
		case "@direction":
			if err := r.direction(m.Value); err != nil {
				return value{}, err
			}
			direction = m.Value
		case "@context":
			return value{}, r.refuse(Context, "proof.canon.context.place", nil)
		default:
			return value{}, r.refuse(Lost, "proof.canon.valueobject", nil)
		}
		r.leave()
	}
	if text == nil {
		return value{}, r.refuse(Lost, "proof.canon.valueobject", nil)
	}
	out, err := r.said(text, language, datatype, direction)
	if err != nil {
		return value{}, err
	}
	if alone, err := r.scalar(text); direction == nil && err == nil && alone.term == out.term {
		return value{}, r.refuse(Context, "proof.canon.spelling", nil)
	}
	return out, nil
}

// said gives the literal of a value object.
func (r *reader) said(text, language, datatype, direction *strictjson.Value) (value, error) {
	switch {
	case text.Is(strictjson.Null):
		return value{}, r.refuse(Lost, "proof.canon.null", nil)
	case datatype != nil && (language != nil || direction != nil):
		return value{}, r.refuse(Lost, "proof.canon.valueobject", nil)
	case datatype != nil:
		iri, err := r.vocabulary(datatype, r.table, true)
		if err != nil {
			return value{}, err
		}
		return r.literal(text, iri)
	case language == nil && direction == nil:
		return r.literal(text, "")
	case text.Kind != strictjson.String:
		return value{}, r.refuse(Lost, "proof.canon.valueobject", nil)
	case language == nil:
		return r.literal(text, "")
	}
	tag, ok := "", false
	if language.Kind == strictjson.String {
		tag, ok = lowerLanguage(language.Text)
	}
	if !ok {
		return value{}, r.refuse(Lost, "proof.canon.language", nil)
	}
	return value{term: Term{Kind: Literal, Value: text.Text, Datatype: langString, Language: tag}, at: r.gate.at}, nil
}

// direction lets a base direction pass where the data model has a place for it:
// in name and description of a credential and of its issuer (VC Data Model 2.0,
// 11.1). RDF has none for it, so no signature covers it.
func (r *reader) direction(v *strictjson.Value) error {
	named := r.term.iri == schemaName && r.term.name == "name" ||
		r.term.iri == schemaDescription && r.term.name == "description"
	if !named || r.as != credential && r.as != issuer {
		return r.refuse(Lost, "proof.canon.direction", nil)
	}
	if v.Kind != strictjson.String || v.Text != "ltr" && v.Text != "rtl" {
		return r.refuse(Lost, "proof.canon.direction", nil)
	}
	r.warnings = append(r.warnings, Warning{Pointer: r.gate.at.pointer(), Key: "proof.canon.warning.direction"})
	return nil
}
