package public

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/contexts"
	"github.com/probatum/probatum/internal/fault"
)

// ownContexts is where the URLs of our contexts begin. Those of others are for
// others to serve.
const ownContexts = "https://w3id.org/probatum/"

// A mirrored is one of our contexts as it is served.
type mirrored struct {
	data   []byte
	etag   string
	digest string // RFC 9530
}

// loadContexts gives our contexts by name: the name of the file, without its
// ending.
func loadContexts() map[string]mirrored {
	all := map[string]mirrored{}
	for _, p := range contexts.Pins() {
		data, ok := contexts.Bytes(p.URL)
		if !ok || !strings.HasPrefix(p.URL, ownContexts) {
			continue
		}
		sum := sha256.Sum256(data)
		all[strings.TrimSuffix(p.File, ".jsonld")] = mirrored{
			data: data, etag: `"` + hex.EncodeToString(sum[:]) + `"`,
			digest: "sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":",
		}
	}
	return all
}

// context serves one of our JSON-LD contexts, by its name with or without
// ".jsonld". A context never changes, since signatures cover what it says, and
// anybody may read it from anywhere.
func (s *site) context(w http.ResponseWriter, r *http.Request) error {
	c, ok := s.contexts[strings.TrimSuffix(chi.URLParam(r, "name"), ".jsonld")]
	if !ok {
		return fault.New(fault.NotFound, "", nil)
	}
	w.Header().Set("Repr-Digest", c.digest)
	publish(w, r, published{data: c.data, mediaType: "application/ld+json", etag: c.etag, maxAge: foreverAge})
	return nil
}
