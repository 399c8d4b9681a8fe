package public_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/verifier"
	"github.com/probatum/probatum/web/openapi/openapitest"
	"github.com/probatum/probatum/web/page/pagetest"
	"github.com/probatum/probatum/web/public"
)

const (
	origin = "https://check.example"
	known  = "Zm9vYmFyYmF6cXV4cXV1eA" // the token of the one open link
	closed = "Y2xvc2VkY2xvc2VkY2xvcw"
)

var now = time.Date(2026, time.November, 25, 9, 30, 0, 0, time.UTC)

// A verifyFunc stands in where a test must decide what a verification finds or
// how long it takes; the real verifier is used where that does not matter.
type verifyFunc func(context.Context, []byte) (verifier.Report, error)

func (f verifyFunc) Verify(ctx context.Context, data []byte, _ verifier.Options) (verifier.Report, error) {
	return f(ctx, data)
}

// byWord finds what the bytes say: "valid", "undetermined", anything else is
// invalid and gives no claims.
func byWord(_ context.Context, data []byte) (verifier.Report, error) {
	r := verifier.Report{Form: credential.EDC, VerifiedAt: now}
	check := verifier.Check{ID: verifier.Seal, Result: verifier.Failed, Code: proof.Signature}
	switch string(data) {
	case "valid":
		check = verifier.Check{ID: verifier.Seal, Result: verifier.Passed}
	case "undetermined":
		check = verifier.Check{ID: verifier.Accreditation, Result: verifier.NotDone, Code: proof.Trust}
	}
	r.Checks = []verifier.Check{check}
	if check.Result != verifier.Failed {
		r.Claims = &elm.Credential{
			ID: "urn:credential:0b9a1c52-7f3e-4c1a-9d54-2e8f6a7b1c3d", Issued: elm.NewDateTime(now), ValidFrom: elm.NewDateTime(now),
			DisplayParameter: &elm.DisplayParameter{Title: elm.NewText("en", "Lighting", "de", "Licht", "fr", "Éclairage")},
			CredentialSubject: &elm.Person{
				FullName: elm.NewText("en", "Ada Example"), DateOfBirth: elm.NewDate(1990, time.May, 17),
				HasClaim: elm.Many[elm.Claim]{&elm.LearningAchievement{
					Title: elm.NewText("en", "Lighting"),
					AwardedBy: &elm.AwardingProcess{
						AwardingBody: elm.Many[elm.Actor]{&elm.Organisation{LegalName: elm.NewText("en", "The Awarding Body")}},
						AwardingDate: elm.NewDateTime(now.AddDate(0, 0, -5)),
					},
					ProvenBy: elm.One(elm.LearningAssessment{
						Title: elm.NewText("en", "Practical task"), Grade: &elm.Note{NoteLiteral: elm.NewText("en", "with distinction")},
					}),
				}},
			},
		}
		r.Issuer = &verifier.Issuer{
			Name: "The Issuing Body", ID: "urn:epass:org:1", Trusted: string(data) == "valid",
		}
	}
	return r, nil
}

// links knows one open link, and one that is closed.
type links struct{ opens string }

func (l links) Sealed(_ context.Context, token string) ([]byte, error) {
	switch token {
	case known:
		return []byte(l.opens), nil
	case closed:
		return nil, fault.New(fault.NotFound, "link.closed", errors.New("closed by its holder"))
	}
	return nil, fault.New(fault.NotFound, "link.unknown", nil)
}

func config() public.Config {
	return public.Config{
		Verifier: verifyFunc(byWord), Links: links{"valid"}, PublicURL: origin,
		Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now },
		Within: time.Minute, // a busy machine is no reason to fail
	}
}

func handler(t testing.TB, change ...func(*public.Config)) http.Handler {
	t.Helper()
	cfg := config()
	for _, f := range change {
		f(&cfg)
	}
	h, err := public.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return openapitest.Check(t, h, "public")
}

func demo(c *public.Config) { c.Demo = true }

func get(h http.Handler, path string, header ...string) *httptest.ResponseRecorder {
	return do(h, http.MethodGet, path, nil, header...)
}

func do(h http.Handler, method, path string, body io.Reader, header ...string) *httptest.ResponseRecorder {
	return pagetest.Do(h, method, path, body, header...)
}
