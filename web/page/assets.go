package page

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
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
	files     map[string]asset  // by name, with the digest in it
	addresses map[string]string // by name, without
}

// assetTypes are the files that are served.
var assetTypes = map[string]string{
	".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".js": "text/javascript; charset=utf-8",
	".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp",
}

func loadAssets(own fs.FS) (*assets, error) {
	a := &assets{files: map[string]asset{}, addresses: map[string]string{}}
	if err := a.add(staticFiles); err != nil {
		return nil, err
	}
	if own == nil {
		return a, nil
	}
	return a, a.add(own)
}

func (a *assets) add(files fs.FS) error {
	return fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		ext := path.Ext(name)
		contentType, known := assetTypes[ext]
		if !known {
			return nil // licences
		}
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return fmt.Errorf("static file %s: %w", name, err)
		}
		base := path.Base(name)
		if _, twice := a.addresses[base]; twice {
			return fmt.Errorf("static file %s: the name is taken", name)
		}
		digest := sha256.Sum256(data)
		full := strings.TrimSuffix(base, ext) + "." + hex.EncodeToString(digest[:8]) + ext
		a.files[full] = asset{contentType, data}
		a.addresses[base] = "/static/" + full
		return nil
	})
}

// address gives where a file stands; templates call it as {{asset "name"}}.
func (a *assets) address(name string) (string, error) {
	at, ok := a.addresses[name]
	if !ok {
		return "", fmt.Errorf("no static file %s", name)
	}
	return at, nil
}

// Static serves files of ours, under their exact names only, at /static/{name}.
func (s *Site) Static(w http.ResponseWriter, r *http.Request) error {
	f, ok := s.assets.files[chi.URLParam(r, "name")]
	if !ok {
		return fault.New(fault.NotFound, "", nil)
	}
	w.Header().Set("Content-Type", f.contentType)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(f.data) // the client may be gone: nothing to do
	return nil
}
