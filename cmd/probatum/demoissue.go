package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"

	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/elm"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/keys/private"
	"github.com/probatum/probatum/proof/jades"
	"github.com/probatum/probatum/render"
	"github.com/probatum/probatum/store"
	"github.com/probatum/probatum/verifier"
)

// A demo takes one candidate from a result to a sealed credential.
type demo struct {
	dir    string // data folder, absolute
	origin string
	store  *store.Store
	now    func() time.Time
}

// A demoShown is what the demo prints; its JSON form is one line for programs.
type demoShown struct {
	URL    string            `json:"url"`
	Verify string            `json:"verify"` // the link in the QR code
	Files  map[string]string `json:"files"`  // absolute paths, by form
	Trust  string            `json:"trust"`

	title, name, body string
}

// fileKinds are the keys of demoShown.Files in the order in which they are
// printed.
var fileKinds = []string{"edc", "pdf", "pdf-fr", "pdf-de"}

// pdfKinds are the certificates, by language.
var pdfKinds = map[string]string{"en": "pdf", "fr": "pdf-fr", "de": "pdf-de"}

// linkYears is how long a link of the demo stays open where the credential has
// no end.
const linkYears = 5

// issue makes keys where there are none, seals the credential of a sample, and
// writes the files.
func (d demo) issue(ctx context.Context) (demoShown, error) {
	result := assessment.SampleResult("lighting", d.now())
	// Two demos in one second are two results.
	result.ID = assessment.ResultID(uuid.NewString())
	result.CertificateNumber = fmt.Sprintf("DEMO-%d-%s", d.now().Year(), result.ID[:4])
	seal, err := d.keys(result.Body)
	if err != nil {
		return demoShown{}, err
	}
	i, err := newIssuer(seal.Key, seal.Chain, d.store)
	if err != nil {
		return demoShown{}, err
	}
	// What an earlier demo reserved before it was stopped is sealed first.
	if _, err := i.Resume(ctx); err != nil {
		return demoShown{}, err
	}
	signed, err := i.Issue(ctx, result)
	if err != nil {
		return demoShown{}, err
	}
	closes := d.now().AddDate(linkYears, 0, 0)
	token, err := d.store.NewLink(ctx, signed.ID, closes)
	if err != nil {
		return demoShown{}, err
	}
	shown := demoShown{
		URL: d.origin, Verify: d.origin + "/v/" + token, Files: map[string]string{}, Trust: filepath.Join(d.dir, "trust"),
	}
	if err := d.trust(shown.Trust, seal.Root); err != nil {
		return demoShown{}, err
	}
	return shown, d.files(&shown, signed)
}

// keys gives the files of the demo's public key infrastructure, made at the
// first start.
func (d demo) keys(body assessment.Body) (private.DemoFiles, error) {
	dir := filepath.Join(d.dir, "keys", body.ID)
	files := private.DemoFilesIn(dir)
	if _, err := os.Stat(files.Key); err == nil {
		return files, nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return files, unreadable(files.Key, err)
	}
	// ES256: an RSA key takes a second to make, which nobody wants to wait for.
	pki, err := private.NewDemo(private.DemoConfig{
		Name: assessment.SampleBodyName, OrganizationID: body.Identifier.Notation, Country: body.Identifier.Country,
		Algorithm: keys.ES256, Now: d.now(),
	})
	if err != nil {
		return files, err
	}
	written, err := pki.Write(dir)
	if fault.KindOf(err) == fault.Conflict { // another demo on the same folder was quicker
		return files, nil
	}
	return written, err
}

// trust writes the trust folder: what makes the demo body trusted, for whoever
// is given it.
func (d demo) trust(dir, root string) error {
	pem, err := os.ReadFile(root)
	if err == nil {
		err = os.MkdirAll(dir, 0o750)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "demo-root.pem"), pem, 0o600)
	}
	if err != nil {
		return fmt.Errorf("writing the trust folder: %w", err)
	}
	return nil
}

// files writes the sealed file and a certificate per language. What the
// certificates show is read from the bytes that were sealed.
func (d demo) files(shown *demoShown, signed credential.Signed) error {
	file, err := jades.Parse(signed.Bytes)
	if err != nil {
		return fmt.Errorf("reading credential %s: %w", signed.ID, err)
	}
	claims, err := elm.Parse(file.Payload)
	if err != nil {
		return fmt.Errorf("reading credential %s: %w", signed.ID, err)
	}
	uuid := signed.ID.UUID()
	dir := filepath.Join(d.dir, "credentials", uuid)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("making the folder of credential %s: %w", signed.ID, err)
	}
	name := "credential-" + uuid[:8] + signed.Form.Ending()
	write := func(kind, name string, data []byte) error {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			return fmt.Errorf("writing %s: %w", name, err)
		}
		shown.Files[kind] = path
		return nil
	}
	if err := write(string(signed.Form), name, signed.Bytes); err != nil {
		return err
	}
	for lang, kind := range pdfKinds {
		loc := i18n.For(lang)
		view := render.View(claims, loc)
		pdf, err := view.PDF(render.Config{
			Link: shown.Verify, Now: d.now(),
			Attachment: render.Attachment{Name: name, Description: loc.T("render.attachment"), Bytes: signed.Bytes},
		})
		if err != nil {
			return fmt.Errorf("credential %s in %s: %w", signed.ID, lang, err)
		}
		if err := write(kind, "certificate-"+uuid[:8]+"-"+lang+".pdf", pdf); err != nil {
			return err
		}
	}
	view := render.View(claims, i18n.For("en"))
	shown.title, shown.name, shown.body = view.Unit, view.Holder, view.Body
	return nil
}

// verifyFiles checks every sealed file as a stranger would, from the disk, and
// gives the worst verdict.
func verifyFiles(ctx context.Context, v *verifier.Verifier, shown demoShown) (verifier.Verdict, error) {
	data, err := os.ReadFile(shown.Files[string(credential.EDC)])
	if err != nil {
		return verifier.Undetermined, fmt.Errorf("reading the sealed file: %w", err)
	}
	report, err := v.Verify(ctx, data, verifier.Options{})
	if err != nil {
		return verifier.Undetermined, err
	}
	return report.Verdict(), nil
}
