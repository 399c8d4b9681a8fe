package issuer_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/keys/private"
	"github.com/probatum/probatum/store"
)

// now is when the tests take place.
var now = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return now }

// publicURL is where the pages of an issuer with a database are.
const publicURL = "https://certificates.example"

// demo makes the seal of the sample body for one algorithm, once.
func demo(t testing.TB, algorithm string) *private.Demo {
	t.Helper()
	d, err := demos[algorithm]()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

var demos = map[string]func() (*private.Demo, error){
	keys.RS256: sync.OnceValues(func() (*private.Demo, error) { return newDemo(keys.RS256) }),
	keys.ES256: sync.OnceValues(func() (*private.Demo, error) { return newDemo(keys.ES256) }),
}

func newDemo(algorithm string) (*private.Demo, error) {
	return private.NewDemo(private.DemoConfig{
		Name: assessment.SampleBodyName, OrganizationID: "VATDE-000000000", Country: "DE",
		Algorithm: algorithm, RSABits: 2048, Now: now.Add(-time.Hour),
	})
}

// dots stands for the rendered page: a small picture that differs by language.
func dots(_ *elm.Credential, lang string) ([]byte, error) {
	m := image.NewGray(image.Rect(0, 0, 8, 8))
	for i, c := range []byte(lang) {
		m.SetGray(i, i, color.Gray{Y: c})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func database(t testing.TB, dir string, at func() time.Time) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), filepath.Join(dir, "probatum.db"), store.Options{Create: true, Now: at})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// newIssuer makes an Issuer of the sample body.
func newIssuer(t testing.TB, s issuer.Store, algorithm string, change ...func(*issuer.Config)) *issuer.Issuer {
	t.Helper()
	d := demo(t, algorithm)
	s = withLists(s, s)
	c := issuer.Config{Store: s, Key: d.Seal, Chain: d.Chain, Pictures: dots, Now: clock}
	if _, ok := s.(issuer.StatusStore); ok {
		c.Body, c.PublicURL = sample("lighting").Body.ID, publicURL
	}
	for _, f := range change {
		f(&c)
	}
	i, err := issuer.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func sample(unit string) assessment.Result { return assessment.SampleResult(unit, now) }

// faultKeys are the messages of an error that holds a fault.List, with paths.
func faultKeys(err error) map[string]string {
	all := map[string]string{}
	for e := err; e != nil; {
		if l, ok := e.(fault.List); ok { //nolint:errorlint // each layer is looked at in turn
			for _, it := range l {
				all[it.Key] = it.Path
			}
			return all
		}
		u, ok := e.(interface{ Unwrap() error })
		if !ok {
			return all
		}
		e = u.Unwrap()
	}
	return all
}
