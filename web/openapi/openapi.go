// Package openapi holds the description of every interface for programs, by hand,
// as OpenAPI 3.1: what is sent, what is answered, and with which status. The parts
// are in areas, one file for each; what they share is in areas/_shared.json.
//
// Start with New, which puts areas together, Document.JSON, which is served at
// /openapi.json, and Document.Read, which is shown at /docs. Package openapitest
// holds handlers to it.
package openapi

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
)

//go:embed all:areas
var files embed.FS

const shared = "_shared"

// A Document is the description of what one server offers.
type Document struct {
	data   []byte
	etag   string
	parsed parsed
}

// Areas are the names of all areas, sorted.
func Areas() []string {
	names, err := fs.Glob(files, "areas/*.json")
	if err != nil {
		panic(fmt.Sprintf("openapi: %v", err)) // the pattern is ours
	}
	var out []string
	for _, n := range names {
		if n = strings.TrimSuffix(strings.TrimPrefix(n, "areas/"), ".json"); n != shared {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out
}

// A raw is an object of which only the names are of interest here.
type raw = map[string]json.RawMessage

// An area is one file.
type area struct {
	OpenAPI    string            `json:"openapi,omitempty"`
	Info       json.RawMessage   `json:"info,omitempty"`
	Servers    []server          `json:"servers,omitempty"`
	Tags       []json.RawMessage `json:"tags"`
	Paths      raw               `json:"paths"`
	Components map[string]raw    `json:"components"`
}

type server struct {
	URL string `json:"url"`
}

// New puts areas together for a server that is reached at an origin. A path or a
// component that two areas have is refused.
func New(origin string, areas ...string) (*Document, error) {
	whole, err := read(shared)
	if err != nil {
		return nil, err
	}
	whole.Servers = []server{{origin}}
	for _, name := range areas {
		a, err := read(name)
		if err != nil {
			return nil, err
		}
		if a.OpenAPI != "" || a.Info != nil || a.Servers != nil {
			return nil, fmt.Errorf("area %s: openapi, info and servers belong to all", name)
		}
		whole.Tags = append(whole.Tags, a.Tags...)
		if err := add(whole.Paths, a.Paths); err != nil {
			return nil, fmt.Errorf("area %s: path %w", name, err)
		}
		for kind, components := range a.Components {
			if whole.Components[kind] == nil {
				whole.Components[kind] = raw{}
			}
			if err := add(whole.Components[kind], components); err != nil {
				return nil, fmt.Errorf("area %s: %s %w", name, kind, err)
			}
		}
	}
	data, err := json.MarshalIndent(whole, "", " ")
	if err != nil {
		return nil, fmt.Errorf("writing the document: %w", err)
	}
	d := &Document{data: append(data, '\n')}
	sum := sha256.Sum256(d.data)
	d.etag = `"` + hex.EncodeToString(sum[:16]) + `"`
	if err := json.Unmarshal(d.data, &d.parsed); err != nil {
		return nil, fmt.Errorf("reading the document: %w", err)
	}
	return d, nil
}

func read(name string) (area, error) {
	var a area
	data, err := files.ReadFile("areas/" + name + ".json")
	if err == nil {
		err = json.Unmarshal(data, &a)
	}
	if err != nil {
		return a, fmt.Errorf("area %s: %w", name, err)
	}
	return a, nil
}

func add(to, from raw) error {
	for _, name := range slices.Sorted(maps.Keys(from)) {
		if _, twice := to[name]; twice {
			return fmt.Errorf("%s is described twice", name)
		}
		to[name] = from[name]
	}
	return nil
}

// JSON is the document as it is served.
func (d *Document) JSON() []byte { return d.data }

// ETag names this state of it.
func (d *Document) ETag() string { return d.etag }
