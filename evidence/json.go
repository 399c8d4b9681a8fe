package evidence

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/internal/strictjson"
)

// The names of the two files, each the value of its member "format".
const (
	setFormat   = "probatum-evidence-set-1"
	proofFormat = "probatum-evidence-proof-1"

	maxSetBytes   = 32 << 20
	maxProofBytes = 64 << 10
)

// The JSON of the files. Every member must be there, and none is null: reading
// into pointers tells.
type (
	setFile struct {
		Format *string    `json:"format"`
		Root   *string    `json:"root"`
		Items  []itemFile `json:"items"`
	}
	proofFile struct {
		Format *string   `json:"format"`
		Item   *itemFile `json:"item"`
		Index  *int      `json:"index"`
		Items  *int      `json:"items"`
		Path   []*string `json:"path"`
	}
	itemFile struct {
		Salt      *string `json:"salt"`
		Digest    *string `json:"digest"`
		Size      *int64  `json:"size"`
		MediaType *string `json:"mediaType"`
		Kind      *string `json:"kind"`
		Unit      *string `json:"unit"`
		Title     *string `json:"title"`
		Shows     *string `json:"shows"`
	}
)

func fileOf(it Item, salt Salt) itemFile {
	return itemFile{
		new(salt.text()), new(it.Digest.String()), new(it.Size),
		new(it.MediaType), new(it.Kind), new(it.Unit), new(it.Title), new(it.Shows),
	}
}

// JSON writes the set as its file has it, with all salts: it is kept as the
// evidence itself is.
func (s Set) JSON() ([]byte, error) {
	if len(s.items) == 0 {
		return nil, errors.New("writing a set of no evidence")
	}
	f := setFile{Format: new(setFormat), Root: new(s.root.String())}
	for i, it := range s.items {
		f.Items = append(f.Items, fileOf(it, s.salts[i]))
	}
	return written(f)
}

// JSON writes the proof as its file has it.
func (p Proof) JSON() ([]byte, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	it := fileOf(p.Item, p.Salt)
	f := proofFile{Format: new(proofFormat), Item: &it, Index: &p.Index, Items: &p.Items, Path: []*string{}}
	for _, d := range p.Path {
		f.Path = append(f.Path, new(d.String()))
	}
	return written(f)
}

func written(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("writing evidence: %w", err)
	}
	return b.Bytes(), nil
}

// ParseSet reads the file of a set. Its root must be that of its items: what
// was changed or damaged is refused.
func ParseSet(data []byte) (Set, error) {
	var f setFile
	if err := decode(data, &f, maxSetBytes); err != nil {
		return Set{}, err
	}
	var l fault.List
	format(f.Format, setFormat, &l)
	root := need(f.Root, "$.root", &l)
	if len(f.Items) > MaxItems {
		l.Add("$.items", "evidence.count", "", "Max", MaxItems, "Found", len(f.Items))
		return Set{}, l
	}
	items, salts := make([]Item, len(f.Items)), make([]Salt, len(f.Items))
	for i, it := range f.Items {
		if items[i], salts[i] = it.read(fmt.Sprintf("$.items[%d]", i), &l); len(l) > maxFaults {
			break
		}
	}
	if err := l.Err(); err != nil {
		return Set{}, err
	}
	s, err := newSet(items, salts)
	if err != nil {
		return Set{}, err
	}
	if s.root.String() != root {
		l.Add("$.root", "evidence.damaged", "TI-14")
		return Set{}, l
	}
	return s, nil
}

// ParseProof reads the file of a proof. VerifyProof says whether it holds.
func ParseProof(data []byte) (Proof, error) {
	var f proofFile
	if err := decode(data, &f, maxProofBytes); err != nil {
		return Proof{}, err
	}
	var l fault.List
	format(f.Format, proofFormat, &l)
	p := Proof{Index: need(f.Index, "$.index", &l), Items: need(f.Items, "$.items", &l)}
	if it := need(f.Item, "$.item", &l); f.Item != nil {
		p.Item, p.Salt = it.read("$.item", &l)
	}
	if f.Path == nil {
		missing("$.path", &l)
	}
	p.Path = make([]Digest, min(len(f.Path), maxPath+1)) // one too many is told by check
	for i := range p.Path {
		p.Path[i] = digest(f.Path[i], fmt.Sprintf("$.path[%d]", i), &l)
	}
	if err := l.Err(); err != nil {
		return Proof{}, err
	}
	if err := p.check(); err != nil {
		return Proof{}, err
	}
	return p, nil
}

// decode reads strict JSON that is untrusted.
func decode(data []byte, v any, most int) error {
	err := strictjson.Decode(data, v, strictjson.DisallowUnknown(), strictjson.MaxBytes(most))
	e, ok := errors.AsType[*strictjson.Error](err)
	switch {
	case err == nil:
		return nil
	case !ok:
		return err
	case e.Kind == strictjson.TooBig:
		return fault.New(fault.TooLarge, "evidence.tooBig", err).With("Max", most>>10)
	}
	var l fault.List
	l.Add(e.Path, "evidence.malformed", "", "Offset", e.Offset)
	return l
}

// read gives an item and its salt. What it says is checked by those who use it.
func (f itemFile) read(at string, l *fault.List) (Item, Salt) {
	return Item{
		Digest:    digest(f.Digest, at+".digest", l),
		Size:      need(f.Size, at+".size", l),
		MediaType: need(f.MediaType, at+".mediaType", l),
		Kind:      need(f.Kind, at+".kind", l),
		Unit:      need(f.Unit, at+".unit", l),
		Title:     need(f.Title, at+".title", l),
		Shows:     need(f.Shows, at+".shows", l),
	}, Salt(digest(f.Salt, at+".salt", l))
}

func need[T any](v *T, at string, l *fault.List) (zero T) {
	if v == nil {
		missing(at, l)
		return zero
	}
	return *v
}

func missing(at string, l *fault.List) { l.Add(at, "evidence.missing", "") }

func digest(s *string, at string, l *fault.List) Digest {
	if s == nil {
		missing(at, l)
		return Digest{}
	}
	d, err := ParseDigest(*s)
	if err != nil {
		l.Add(at, "evidence.hex", "")
	}
	return d
}

func format(s *string, want string, l *fault.List) {
	if need(s, "$.format", l) != want && s != nil {
		l.Add("$.format", "evidence.format", "", "Want", want)
	}
}
