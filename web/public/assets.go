package public

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/http"
	"path"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/internal/fault"
)

//go:embed static
var staticFiles embed.FS

// An asset is one file of ours that a browser may keep for ever: its name holds
// its digest.
type asset struct {
	contentType string
	data        []byte
}

type assets struct {
	files map[string]asset // by name, with the digest in it
	style string           // addresses
	icon  string
}

func loadAssets() (assets, error) {
	a := assets{files: map[string]asset{}}
	for _, f := range []struct {
		name, contentType string
		address           *string
	}{
		{"probatum.css", "text/css; charset=utf-8", &a.style},
		{"mark.svg", "image/svg+xml", &a.icon},
	} {
		data, err := staticFiles.ReadFile("static/" + f.name)
		if err != nil {
			return a, fmt.Errorf("static file %s: %w", f.name, err)
		}
		digest := sha256.Sum256(data)
		ext := path.Ext(f.name)
		name := strings.TrimSuffix(f.name, ext) + "." + hex.EncodeToString(digest[:8]) + ext
		a.files[name] = asset{f.contentType, data}
		*f.address = "/static/" + name
	}
	return a, nil
}

// static serves a file of ours, under its exact name only.
func (s *site) static(w http.ResponseWriter, r *http.Request) error {
	f, ok := s.assets.files[chi.URLParam(r, "name")]
	if !ok {
		return fault.New(fault.NotFound, "", nil)
	}
	w.Header().Set("Content-Type", f.contentType)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(f.data) // the client may be gone: nothing to do
	return nil
}
