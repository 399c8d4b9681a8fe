package openapi

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// A Reading is the document as people read it.
type Reading struct {
	Title, Text string
	Server      string
	Groups      []Group
	Problem     []Field // what every refusal holds
}

// A Group is what belongs together.
type Group struct {
	ID, Name, Text string
	Operations     []Operation
}

// An Operation is one method of one path.
type Operation struct {
	ID           string
	Method, Path string
	Summary      string
	Text         string
	Token        bool // a token is needed
	Parameters   []Parameter
	Bodies       []Body // in the request, one for each media type that is told apart
	Answers      []Answer
	Curl         string
}

// A Parameter is a part of the address or a header.
type Parameter struct {
	Name, In, Type, Text string
	Required             bool
}

// A Body is content of one media type, or of several with the same fields.
type Body struct {
	Types   []string
	Fields  []Field
	Example string
}

// A Field is a member of a body; Name is its path, such as checks[].id.
type Field struct {
	Name, Type, Text string
	Required         bool
	Values           []string // it is one of them
}

// An Answer is what comes back under one status; "default" is any other.
type Answer struct {
	Status, Text string
	Bodies       []Body
}

// The document, as far as it is read out.
type parsed struct {
	Info    struct{ Title, Description string }
	Servers []server
	Tags    []struct{ Name, Description string }
	Paths   map[string]struct {
		Get, Post, Put, Patch, Delete *operation
		Parameters                    []parameter
	}
	Components struct {
		Schemas       map[string]schema
		Parameters    map[string]parameter
		Responses     map[string]response
		RequestBodies map[string]requestBody
	}
}

type operation struct {
	OperationID          string
	Tags                 []string
	Summary, Description string
	Parameters           []parameter
	RequestBody          *requestBody
	Responses            map[string]response
	Security             []map[string][]string
}

type parameter struct {
	Ref                   string `json:"$ref"`
	Name, In, Description string
	Required              bool
	Schema                schema
}

type requestBody struct {
	Ref     string `json:"$ref"`
	Content map[string]media
}

type response struct {
	Ref         string `json:"$ref"`
	Description string
	Content     map[string]media
}

type media struct {
	Schema  *schema
	Example json.RawMessage
}

type schema struct {
	Ref         string `json:"$ref"`
	Type        json.RawMessage
	Format      string
	Description string
	Properties  map[string]schema
	Required    []string
	Items       *schema
	AllOf       []schema
	OneOf       []schema
	AnyOf       []schema
	Enum        []json.RawMessage
	Const       json.RawMessage
}

// Read gives the document grouped by its tags, in their order.
func (d *Document) Read() Reading {
	p := d.parsed
	r := Reading{Title: p.Info.Title, Text: p.Info.Description}
	if len(p.Servers) > 0 {
		r.Server = p.Servers[0].URL
	}
	for _, tag := range p.Tags {
		g := Group{ID: slug(tag.Name), Name: tag.Name, Text: tag.Description}
		for _, path := range slices.Sorted(maps.Keys(p.Paths)) {
			item := p.Paths[path]
			for _, m := range []struct {
				name string
				op   *operation
			}{
				{http.MethodGet, item.Get}, {http.MethodPost, item.Post}, {http.MethodPut, item.Put}, {http.MethodPatch, item.Patch}, {http.MethodDelete, item.Delete},
			} {
				if m.op != nil && slices.Contains(m.op.Tags, tag.Name) {
					g.Operations = append(g.Operations, p.operation(r.Server, m.name, path, item.Parameters, m.op))
				}
			}
		}
		r.Groups = append(r.Groups, g)
	}
	r.Problem = p.fields("", p.Components.Schemas["Problem"], nil, 0)
	return r
}

func slug(name string) string { return strings.ToLower(strings.ReplaceAll(name, " ", "-")) }

func (p *parsed) operation(server, method, path string, shared []parameter, op *operation) Operation {
	o := Operation{
		ID: op.OperationID, Method: method, Path: path, Summary: op.Summary, Text: op.Description, Token: len(op.Security) > 0,
	}
	for _, param := range slices.Concat(shared, op.Parameters) {
		if name, ok := strings.CutPrefix(param.Ref, "#/components/parameters/"); ok {
			param = p.Components.Parameters[name]
		}
		o.Parameters = append(o.Parameters, Parameter{
			Name: param.Name, In: param.In, Type: p.typeOf(param.Schema), Text: param.Description, Required: param.Required,
		})
	}
	if body := op.RequestBody; body != nil {
		if name, ok := strings.CutPrefix(body.Ref, "#/components/requestBodies/"); ok {
			found := p.Components.RequestBodies[name]
			body = &found
		}
		o.Bodies = p.bodies(body.Content)
	}
	for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
		a := op.Responses[status]
		if name, ok := strings.CutPrefix(a.Ref, "#/components/responses/"); ok {
			a = p.Components.Responses[name]
		}
		o.Answers = append(o.Answers, Answer{Status: status, Text: a.Description, Bodies: p.bodies(a.Content)})
	}
	o.Curl = curl(server, o)
	return o
}

// bodies puts media types with the same fields together.
func (p *parsed) bodies(content map[string]media) []Body {
	var out []Body
	for _, name := range slices.Sorted(maps.Keys(content)) {
		m := content[name]
		b := Body{Types: []string{name}}
		if m.Schema != nil {
			b.Fields = p.fields("", *m.Schema, nil, 0)
		}
		if m.Example != nil {
			var pretty bytes.Buffer
			if json.Indent(&pretty, m.Example, "", "  ") == nil {
				b.Example = pretty.String()
			}
		}
		if i := slices.IndexFunc(out, func(o Body) bool { return slices.EqualFunc(o.Fields, b.Fields, sameField) && o.Example == b.Example }); i >= 0 {
			out[i].Types = append(out[i].Types, name)
			continue
		}
		out = append(out, b)
	}
	return out
}

func sameField(a, b Field) bool { return a.Name == b.Name && a.Type == b.Type }

// maxDepth is how deep fields are told; what is deeper is in the document.
const maxDepth = 3

// fields lists the members of an object, those that are needed first, and of what
// stands in them.
func (p *parsed) fields(at string, s schema, required []string, depth int) []Field {
	s = p.resolve(s)
	if depth > maxDepth {
		return nil
	}
	var out []Field
	for _, part := range slices.Concat(s.AllOf, s.OneOf, s.AnyOf) {
		out = append(out, p.fields(at, part, required, depth)...)
	}
	names := slices.Sorted(maps.Keys(s.Properties))
	slices.SortStableFunc(names, func(a, b string) int {
		return boolInt(slices.Contains(s.Required, b)) - boolInt(slices.Contains(s.Required, a))
	})
	for _, name := range names {
		member := p.resolve(s.Properties[name])
		f := Field{
			Name: at + name, Type: p.typeOf(member), Text: member.Description, Required: slices.Contains(s.Required, name),
		}
		if own := s.Properties[name].Description; own != "" {
			f.Text = own
		}
		for _, v := range slices.Concat(member.Enum, present(member.Const)) {
			f.Values = append(f.Values, strings.Trim(string(v), `"`))
		}
		out = append(out, f)
		out = append(out, p.fields(at+name+".", member, nil, depth+1)...)
		if member.Items != nil {
			out = append(out, p.fields(at+name+"[].", *member.Items, nil, depth+1)...)
		}
	}
	return out
}

func present(v json.RawMessage) []json.RawMessage {
	if v == nil {
		return nil
	}
	return []json.RawMessage{v}
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (p *parsed) resolve(s schema) schema {
	if name, ok := strings.CutPrefix(s.Ref, "#/components/schemas/"); ok {
		return p.Components.Schemas[name]
	}
	return s
}

// typeOf names the type in a word or two.
func (p *parsed) typeOf(s schema) string {
	s = p.resolve(s)
	name := strings.NewReplacer(`"`, "", "[", "", "]", "", ",", " or ").Replace(string(s.Type))
	if s.Items != nil {
		if of := p.typeOf(*s.Items); of != "" {
			name += " of " + of
		}
	}
	if s.Format != "" {
		name += ", " + s.Format
	}
	return name
}

// curl gives a command that makes the request.
func curl(server string, o Operation) string {
	parts := []string{"curl"}
	if o.Method != http.MethodGet {
		parts = append(parts, "-X "+o.Method)
	}
	if o.Token {
		parts = append(parts, "-H 'Authorization: Bearer prb_…'")
	}
	for _, param := range o.Parameters {
		if param.In == "header" && param.Required {
			parts = append(parts, "-H '"+param.Name+": …'")
		}
	}
	if i := slices.IndexFunc(o.Bodies, func(b Body) bool { return slices.Contains(b.Types, "application/json") && len(b.Fields) > 0 }); i >= 0 {
		data := o.Bodies[i].Example
		if data == "" {
			data = "@FILE.json"
		}
		parts = append(parts, "-H 'Content-Type: application/json'", "-d '"+data+"'")
	} else if slices.ContainsFunc(o.Bodies, func(b Body) bool { return slices.Contains(b.Types, "multipart/form-data") }) {
		parts = append(parts, "-F file=@FILE")
	} else if len(o.Bodies) > 0 {
		parts = append(parts, "-H 'Content-Type: "+o.Bodies[0].Types[0]+"'", "--data-binary @FILE")
	}
	return strings.Join(parts, " ") + " '" + server + o.Path + "'"
}
