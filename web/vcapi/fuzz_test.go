package vcapi_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/internal/testkit"
	"github.com/probatum/probatum/web/vcapi"
)

var fuzzRoutes = []string{
	"p256-sd/credentials/issue", "ed25519-rdfc/credentials/verify", "p256-sd/credentials/derive", "conformance-crypto/presentations/verify",
	"jwt-es256/credentials/issue", "jwt-es256/credentials/verify", "status/credentials/issue", "status/credentials/status",
}

// FuzzRequest sends any body to every route: there is always an answer, in time,
// it is JSON, and no failure of ours.
func FuzzRequest(f *testing.F) {
	cfg := demoConfig(f)
	h, err := vcapi.New(cfg)
	if err != nil {
		f.Fatal(err)
	}
	a := serve(f, cfg, h)
	in := vcapi.Ed25519RDFC
	p := newParty(f)
	vc := a.issued(in, a.plain(in))
	vp := p.sign(presentation(p.did, vc), authenticating(challenge, domain))
	for _, body := range []any{
		obj{"credential": a.plain(in), "options": obj{"created": "2024-01-01T00:00:00Z"}},
		obj{"credential": a.old(vcapi.P256SD), "options": obj{"mandatoryPointers": []string{"/issuer"}}},
		obj{"verifiableCredential": vc, "options": obj{"checks": []string{"proof", "credentialStatus"}}},
		obj{"verifiableCredential": a.issued(vcapi.P256SD, a.plain(vcapi.P256SD)), "options": obj{"selectivePointers": []string{"/credentialSubject"}}},
		obj{"verifiablePresentation": vp, "options": asked},
		obj{"verifiableCredential": a.issued(vcapi.JWTES256, a.plain(vcapi.JWTES256))},
		obj{"verifiableCredential": vcJWT(p.jwt(outdated("vc", with(f, a.plain(in), obj{"issuer": p.did}), nil), oldHeader))},
		obj{"verifiablePresentation": vpJWT(p.jwt(presentation(p.did, vc), vpHeader))},
		obj{"credential": with(f, a.plain(vcapi.Status), wished("revocation", "message"))},
		obj{"credentialId": "urn:uuid:1", "credentialStatus": obj{"type": "BitstringStatusListEntry", "statusPurpose": "message"}, "status": "0x2"},
		obj{"verifiablePresentation": presentation(p.did, obj{"@context": "x", "type": "EnvelopedVerifiableCredential", "id": "data:,"})},
	} {
		for route := range byte(len(fuzzRoutes)) {
			f.Add(route, encode(f, body))
		}
	}
	f.Fuzz(func(t *testing.T, route byte, body []byte) {
		path := "/vc-api/" + fuzzRoutes[int(route)%len(fuzzRoutes)]
		r := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		start := time.Now()
		h.ServeHTTP(w, r)
		if took := time.Since(start); took > 2*testkit.AnswerTime() {
			t.Errorf("%s took %s", path, took)
		}
		switch w.Code {
		case http.StatusOK, http.StatusCreated, http.StatusBadRequest, http.StatusNotFound, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		default:
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
		if !json.Valid(w.Body.Bytes()) {
			t.Errorf("%s: no JSON: %s", path, w.Body)
		}
		if strings.Contains(w.Body.String(), "This is our fault") {
			t.Errorf("%s: a failure of ours: %s", path, w.Body)
		}
	})
}
