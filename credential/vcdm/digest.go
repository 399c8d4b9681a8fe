package vcdm

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/multiformats/go-multibase"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/internal/strictjson"
)

// Digests says which digests are right for which resources (2.0, 5.3). For one
// resource there may be several: a URL keeps its name while its editions
// follow each other, and a credential of 2024 is as good as it was.
type Digests struct {
	known map[string][]digest
}

// A digest is the hash of a resource.
type digest struct {
	hash crypto.Hash
	sum  string // the bytes
}

// PinnedDigests are those of the contexts that the program knows: what their
// standards say of them, their bytes where these are as published, and older
// editions of credentials/v2.
var PinnedDigests = sync.OnceValue(func() *Digests {
	d := &Digests{known: map[string][]digest{}}
	for _, p := range contexts.Pins() {
		if p.Normative != "" {
			d.add(p.URL, crypto.SHA256, p.Normative)
			continue // our file is the same JSON, but not the same bytes
		}
		if data, ok := contexts.BytesIn(p.State, p.URL); ok {
			d.content(p.URL, data)
		}
	}
	// The normative edition: VC Data Model 2.0, 5.3 and B.1.
	d.add(contexts.CredentialsV2, crypto.SHA384, "97f1eb8e5042356c805fdd61afa2c557663785e0794dcafa21e138fd38def18cb360133c221aa31d6896a6bf3e65b614")
	// The edition of July 2024, as the W3C test suite names it.
	d.add(contexts.CredentialsV2, crypto.SHA256, "24a18c90e9856d526111f29376e302d970b2bd10182e33959995b0207d7043b9")
	d.add(contexts.CredentialsV2, crypto.SHA384, "35239c36999d2155312091af194a1edb61634d6ad789a5e5b19f2aebdd762dd9d1dcaada40eda7ef921c6b8c0ae107a0")
	return d
})

// With gives digests that also hold those of a resource whose bytes are known.
func (d *Digests) With(url string, content []byte) *Digests {
	more := &Digests{known: maps.Clone(d.known)}
	if more.known == nil {
		more.known = map[string][]digest{}
	}
	more.known[url] = slices.Clone(more.known[url])
	more.content(url, content)
	return more
}

func (d *Digests) content(url string, data []byte) {
	s256, s384, s512 := sha256.Sum256(data), sha512.Sum384(data), sha512.Sum512(data)
	d.known[url] = append(d.known[url],
		digest{crypto.SHA256, string(s256[:])}, digest{crypto.SHA384, string(s384[:])}, digest{crypto.SHA512, string(s512[:])})
}

func (d *Digests) add(url string, h crypto.Hash, hexadecimal string) {
	sum, err := hex.DecodeString(hexadecimal)
	if err != nil {
		return // a table of ours; the test of the pins finds it
	}
	d.known[url] = append(d.known[url], digest{h, string(sum)})
}

// answer says what is known of a digest.
type answer int

const (
	unknown answer = iota // nobody here has a digest of this kind of the resource
	right
	wrong
)

func (d *Digests) ask(url string, g digest) answer {
	found := unknown
	for _, known := range d.known[url] {
		switch {
		case known == g:
			return right
		case known.hash == g.hash:
			found = wrong
		}
	}
	return found
}

// related checks relatedResource: objects with an id of their own each and at
// least one digest, all of whose digests are right (2.0, 5.3).
func (k *checker) related(v *strictjson.Value) {
	seen := map[string]bool{}
	for _, r := range k.objects(v, onRelated, "relatedResource") {
		if media := r.Member("mediaType"); media != nil && (!media.Is(strictjson.String) || !isMediaType(media.Text)) {
			k.find(media, Malformed, onRelated, "mediaType", "vcdm.related.media")
		}
		k.requiredID(r, onRelated)
		id := r.Member("id")
		if id.Is(strictjson.String) {
			if seen[id.Text] {
				k.find(id, Malformed, onRelated, "id", "vcdm.related.twice")
			}
			seen[id.Text] = true
		}
		sri, multi := r.Member("digestSRI"), r.Member("digestMultibase")
		if sri == nil && multi == nil {
			k.find(r, Malformed, onRelated, "digestMultibase", "vcdm.related.digest")
			continue
		}
		k.compare(id, sri, "digestSRI", fromSRI)
		k.compare(id, multi, "digestMultibase", fromMultibase)
	}
}

// compare holds the digests of a member against those that are known.
func (k *checker) compare(id, v *strictjson.Value, property string, read func(string) []digest) {
	if v == nil {
		return
	}
	values := v.Values()
	if len(values) == 0 {
		k.find(v, Malformed, onRelated, property, "vcdm.related.form")
	}
	for _, text := range values {
		var digests []digest
		if text.Is(strictjson.String) && len(text.Text) <= maxDigest {
			digests = read(text.Text)
		}
		if len(digests) == 0 {
			k.find(text, Malformed, onRelated, property, "vcdm.related.form")
			continue
		}
		if !id.Is(strictjson.String) {
			continue // said already
		}
		for _, g := range digests {
			switch k.digests.ask(id.Text, g) {
			case right:
			case wrong:
				k.find(text, Digest, onRelated, property, "vcdm.related.wrong")
			case unknown:
				k.find(text, Unchecked, onRelated, property, "vcdm.related.unknown")
			}
		}
	}
}

// maxDigest bounds the text of digests: base 58 costs the square of its length.
const maxDigest = 512

// fromSRI reads Subresource Integrity metadata: names of hashes with values in
// base 64, white space between several, options behind a question mark. The
// examples of VC Data Model 2.0 put the M of multibase before the value, which
// is read too.
func fromSRI(s string) []digest {
	var digests []digest
	for _, part := range strings.Fields(s) {
		part, _, _ = strings.Cut(part, "?")
		name, value, _ := strings.Cut(part, "-")
		var h crypto.Hash
		switch name {
		case "sha256":
			h = crypto.SHA256
		case "sha384":
			h = crypto.SHA384
		case "sha512":
			h = crypto.SHA512
		default:
			return nil
		}
		padded := base64.StdEncoding.EncodedLen(h.Size())
		if len(value) == padded+1 {
			value = strings.TrimPrefix(value, "M")
		}
		sum, err := base64.StdEncoding.Strict().DecodeString(value)
		if err != nil || len(sum) != h.Size() {
			return nil
		}
		digests = append(digests, digest{h, string(sum)})
	}
	return digests
}

// maxMultibase is longer than any digest: SHA-512 as a multihash has 133 characters
// in base16; reading base58btc takes time with the square of the length.
const maxMultibase = 140

// fromMultibase reads a digest in multibase, of the two bases that Controlled
// Identifiers 2.4 names or of base16, which it lets others use: a multihash, as the standard wants it, or the bare
// bytes, as the W3C test suite has them. The two differ in length.
func fromMultibase(s string) []digest {
	if s == "" || !strings.Contains("uzf", s[:1]) || len(s) > maxMultibase {
		return nil
	}
	_, sum, err := multibase.Decode(s)
	if err != nil {
		return nil
	}
	for _, m := range []struct {
		hash   crypto.Hash
		prefix []byte // of the multihash: its code and length
	}{
		{crypto.SHA256, []byte{0x12, 32}}, {crypto.SHA384, []byte{0x20, 48}}, {crypto.SHA512, []byte{0x13, 64}},
	} {
		bare := sum
		if len(sum) == m.hash.Size()+2 {
			rest, ok := bytes.CutPrefix(sum, m.prefix)
			if !ok {
				return nil
			}
			bare = rest
		}
		if len(bare) == m.hash.Size() {
			return []digest{{m.hash, string(bare)}}
		}
	}
	return nil
}

// isMediaType tells whether a text is shaped as a media type (RFC 6838, 4.2).
func isMediaType(s string) bool {
	s, _, _ = strings.Cut(s, ";")
	kind, sub, ok := strings.Cut(s, "/")
	return ok && kind != "" && sub != "" && !strings.ContainsAny(s, " \t\"(),:<=>?@[]\\{}") && !strings.Contains(sub, "/")
}
