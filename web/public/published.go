package public

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/proof/sdjwt"
	"github.com/probatum/probatum/status"
	"github.com/probatum/probatum/web/page"
)

// Publications are what a server that issues tells the world for machines to
// read. Each method fails with an error of kind fault.NotFound where there is
// nothing.
type Publications interface {
	// StatusList gives a status list as it was signed last, by its id.
	StatusList(ctx context.Context, kind status.Kind, id string) (status.Signed, error)

	// KeyHistory gives the keys that a body signs with, or did.
	KeyHistory(ctx context.Context, body string) (keys.History, error)
}

// A published is a document for machines. Anybody may read it from anywhere.
type published struct {
	data      []byte
	mediaType string
	etag      string
	maxAge    string // Cache-Control
	vary      string
}

// publish answers with a document. A client that has it is told so.
func publish(w http.ResponseWriter, r *http.Request, p published) {
	h := w.Header()
	h.Set("Content-Type", p.mediaType)
	h.Set("Cache-Control", p.maxAge)
	h.Set("ETag", p.etag)
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Expose-Headers", "ETag, Repr-Digest")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	if p.vary != "" {
		h.Add("Vary", p.vary)
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(p.data))
}

// Cache-Control of what may change: lists and keys must be seen anew
// within status.MaxStale.
const (
	listAge     = "public, max-age=30" // status.TTL; a test holds them together
	documentAge = "public, max-age=30"
	foreverAge  = "public, max-age=31536000, immutable"
)

var (
	errNothing       = errors.New("nothing is published here")
	errOld     error = &page.Answer{Status: http.StatusNotImplemented, Code: "unsupported", Key: "api.status.time"}
)

func nothing() error { return fault.New(fault.NotFound, "", errNothing) }

// statusList serves a list as it was signed last. A Bitstring list is a JSON Web
// Token, or JSON with a proof inside for those who accept application/vc and no
// token (W3C Bitstring Status List 1.0, 2.2).
func (s *site) statusList(kind status.Kind) func(w http.ResponseWriter, r *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		if s.cfg.Published == nil {
			return nothing()
		}
		if kind == status.Token && r.URL.Query().Has("time") {
			// draft-ietf-oauth-status-list, 8.4: a server that keeps no old
			// lists says so.
			return errOld
		}
		list, err := s.cfg.Published.StatusList(r.Context(), kind, chi.URLParam(r, "id"))
		if err != nil {
			return err
		}
		p := published{data: list.JWT, mediaType: list.MediaType(), etag: list.ETag(), maxAge: listAge}
		if kind == status.Bitstring {
			p.vary = "Accept"
			if list.DI != nil && wantsDocument(r.Header.Values("Accept")) {
				p.data, p.mediaType, p.etag = list.DI, status.TypeVC, status.ETag(list.DI)
			}
		}
		publish(w, r, p)
		return nil
	}
}

// wantsDocument tells whether a client takes a credential as JSON and does not
// name the token, which everybody else gets.
func wantsDocument(accept []string) bool {
	document := false
	for _, line := range accept {
		for part := range strings.SplitSeq(line, ",") {
			name, _, _ := strings.Cut(part, ";")
			switch strings.ToLower(strings.TrimSpace(name)) {
			case status.TypeVCJWT:
				return false
			case status.TypeVC, "application/json", "application/ld+json":
				document = true
			}
		}
	}
	return document
}

// history gives the keys of the body in the address.
func (s *site) history(r *http.Request) (body string, h keys.History, err error) {
	if s.cfg.Published == nil {
		return "", nil, nothing()
	}
	body = chi.URLParam(r, "body")
	h, err = s.cfg.Published.KeyHistory(r.Context(), body)
	if err == nil && len(h) == 0 {
		err = nothing()
	}
	return body, h, err
}

// didDocument serves the document of a body's did:web (did:web Method, 2.5.2).
func (s *site) didDocument(w http.ResponseWriter, r *http.Request) error {
	body, h, err := s.history(r)
	if err != nil {
		return err
	}
	did, err := keys.DIDWeb(s.pages.Origin(), body)
	if err != nil {
		return fault.New(fault.NotFound, "", err) // no did:web can lead to this server
	}
	doc, err := h.DIDDocument(did)
	if err != nil {
		return err
	}
	publish(w, r, published{data: doc, mediaType: "application/did+ld+json", etag: status.ETag(doc), maxAge: documentAge})
	return nil
}

// issuerPath is what the identifier of a body as an issuer of SD-JWT VCs has
// behind the origin.
const issuerPath = "/oid4vci/"

// issuerMetadata serves the JWT VC Issuer Metadata of a body (SD-JWT VC, 5).
func (s *site) issuerMetadata(w http.ResponseWriter, r *http.Request) error {
	body, h, err := s.history(r)
	if err != nil {
		return err
	}
	set, err := h.JWKS()
	if err != nil {
		return err
	}
	doc, err := json.MarshalIndent(struct {
		Issuer string          `json:"issuer"`
		JWKS   json.RawMessage `json:"jwks"`
	}{s.pages.Origin() + issuerPath + body, set}, "", "  ")
	if err != nil {
		return err
	}
	publish(w, r, published{data: doc, mediaType: "application/json", etag: status.ETag(doc), maxAge: documentAge})
	return nil
}

// issuerKeys serves the keys of a body (RFC 7517, 5).
func (s *site) issuerKeys(w http.ResponseWriter, r *http.Request) error {
	_, h, err := s.history(r)
	if err != nil {
		return err
	}
	set, err := h.JWKS()
	if err != nil {
		return err
	}
	publish(w, r, published{data: set, mediaType: "application/jwk-set+json", etag: status.ETag(set), maxAge: documentAge})
	return nil
}

// typeMetadata serves what our SD-JWT VC type means (SD-JWT VC, 6.3). It never
// changes: credentials carry its digest.
func (s *site) typeMetadata(w http.ResponseWriter, r *http.Request) error {
	vct := sdjwt.AwardType(s.pages.Origin())
	if r.URL.Path != strings.TrimPrefix(vct, s.pages.Origin()) {
		return nothing()
	}
	doc := sdjwt.TypeMetadata(vct)
	publish(w, r, published{data: doc, mediaType: "application/json", etag: status.ETag(doc), maxAge: foreverAge})
	return nil
}
