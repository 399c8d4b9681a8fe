package main

import (
	"bytes"
	"context"
	"crypto"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/assessment"
	"github.com/probatum/probatum/award"
	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/keys"
	"github.com/probatum/probatum/keys/private"
	"github.com/probatum/probatum/mail"
	"github.com/probatum/probatum/verifier"
)

// A demo takes one candidate from evidence to a sealed credential, on a server
// with people of its own.
type demo struct {
	*server

	people map[access.Role]access.PersonID // the first of the cast with each role; set by seed

	// Set by issue.
	issuer *issuer.Issuer
	result assessment.Result // as it was sealed
	trusts string            // the trust folder
}

// A demoShown is what the demo prints; its JSON form is one line for programs.
type demoShown struct {
	URL    string            `json:"url"`
	Verify string            `json:"verify"` // the link in the QR code
	Files  map[string]string `json:"files"`  // absolute paths, by form
	Trust  string            `json:"trust"`

	// Revoked is a second wallet's copy of the sd-jwt, which was revoked.
	Revoked string `json:"revoked"`

	// With --conformance: the address of the VC-API, the identifier of each
	// instance's issuer, and the server's certificate as a PEM file.
	VCAPI        string            `json:"vcApi,omitempty"`
	VCAPIIssuers map[string]string `json:"vcApiIssuers,omitempty"`
	TLS          string            `json:"tls,omitempty"`

	title, name, body string
}

// fileKinds are the keys of demoShown.Files in the order in which they are
// printed.
var fileKinds = []string{"edc", "vc-di", "vc-jwt", "sd-jwt", "ob3", "pdf", "pdf-fr", "pdf-de"}

// pdfKinds are the certificates, by language.
var pdfKinds = map[string]string{"en": "pdf", "fr": "pdf-fr", "de": "pdf-de"}

// issue makes keys where there are none, brings a result to its sealed credential
// as the people of the demo would, and writes the files. Another result is left for
// them to seal.
func (d *demo) issue(ctx context.Context) (demoShown, error) {
	sample := assessment.SampleResult("lighting", d.now())
	seal, err := d.keys(sample.Body)
	if err != nil {
		return demoShown{}, err
	}
	candidate, err := d.acting(ctx, access.Candidate)
	if err != nil {
		return demoShown{}, err
	}
	officer, err := d.acting(ctx, access.Officer)
	if err != nil {
		return demoShown{}, err
	}
	sealed, err := d.award(ctx, officer, candidate, sample)
	if err != nil {
		return demoShown{}, err
	}
	if err := d.waiting(ctx, officer); err != nil {
		return demoShown{}, err
	}
	if d.result, err = sealed.Result(); err != nil {
		return demoShown{}, err
	}
	sealer, err := d.seals.For(ctx, demoBody)
	if err != nil {
		return demoShown{}, err
	}
	d.issuer = sealer.Issuer
	holder, err := d.wallet("wallet-1")
	if err != nil {
		return demoShown{}, err
	}
	copied, err := d.issuer.IssueCopy(ctx, d.result, issuer.Copy{Form: credential.SDJWT, Holder: holder})
	if err != nil {
		return demoShown{}, err
	}
	record, err := d.desk.Record(ctx, officer, demoBody, sealed.ID)
	if err != nil {
		return demoShown{}, err
	}
	d.trusts = filepath.Join(d.dir, "trust")
	shown := demoShown{URL: d.origin, Verify: record.Printed.URL, Files: map[string]string{}, Trust: d.trusts}
	if err := d.trust(d.trusts, string(demoBody), seal); err != nil {
		return demoShown{}, err
	}
	return shown, d.files(ctx, &shown, officer, record, copied)
}

// award takes a result of the demo from the import to the account of its
// candidate, the evidence with it.
func (d *demo) award(ctx context.Context, officer, candidate access.Actor, r assessment.Result) (award.Award, error) {
	kept, err := d.bring(ctx, officer, r)
	if err != nil {
		return award.Award{}, err
	}
	set, err := d.evidence(ctx, candidate, r.Unit.ID)
	if err != nil {
		return award.Award{}, err
	}
	at := award.Attachment{Email: cast[0].email(), Lang: cast[0].lang, Evidence: set}
	if kept, err = d.desk.Attach(ctx, officer, demoBody, kept.ID, kept.Version, at); err != nil {
		return award.Award{}, err
	}
	sealed, err := d.desk.Seal(ctx, officer, demoBody, kept.ID, kept.Version)
	if err != nil {
		return award.Award{}, err
	}
	letters, err := d.db.Letters(ctx, mail.Filter{Body: string(demoBody), Kind: mail.Award, Limit: 1})
	if err != nil || len(letters) == 0 {
		return award.Award{}, errors.Join(errors.New("no letter to the candidate"), err)
	}
	_, err = d.desk.Claim(ctx, candidate, d.links.Secret(access.Claim, access.TicketID(letters[0].Ticket)))
	return sealed, err
}

// bring imports a result of the demo under an id of its own: two demos in one
// second are two results.
func (d *demo) bring(ctx context.Context, officer access.Actor, r assessment.Result) (award.Award, error) {
	r.ID = assessment.ResultID(uuid.NewString())
	r.CertificateNumber = fmt.Sprintf("DEMO-%d-%s", d.now().Year(), r.ID[:4])
	data, err := r.JSON()
	if err != nil {
		return award.Award{}, err
	}
	kept, _, err := d.desk.Import(ctx, officer, demoBody, data)
	return kept, err
}

// waiting leaves one result for the people of the demo to seal.
func (d *demo) waiting(ctx context.Context, officer access.Actor) error {
	open, err := d.desk.Awards(ctx, officer, demoBody, award.Filter{States: []award.State{award.Waiting}, Limit: 1})
	if err != nil || len(open) > 0 {
		return err
	}
	waits := cast[slices.IndexFunc(cast, func(p demoPerson) bool { return p.name == "Luca Ferri" })]
	r := assessment.SampleResult("sound", d.now())
	r.Candidate.ID, r.Candidate.GivenName, r.Candidate.FamilyName = "candidate-4712", "Luca", "Ferri"
	kept, err := d.bring(ctx, officer, r)
	if err != nil {
		return err
	}
	at := award.Attachment{Email: waits.email(), Lang: waits.lang}
	_, err = d.desk.Attach(ctx, officer, demoBody, kept.ID, kept.Version, at)
	return err
}

// wallet gives the public key of a throw-away wallet, made at the first start. Its
// secret key is kept beside the others, so that a wallet can be played with it.
func (d *demo) wallet(name string) (crypto.PublicKey, error) {
	path := filepath.Join(d.dir, "keys", name+".key.pem")
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if err := private.WriteNew(path); err != nil && fault.KindOf(err) != fault.Conflict {
			return nil, err
		}
	}
	key, err := private.Load(path)
	if err != nil {
		return nil, inFile{path, err}
	}
	return key.Public(), nil
}

// withdraw gives the candidate's second wallet a copy and revokes that one copy,
// as a body does when a telephone is lost: the others stand. It puts the lists as
// they are then into the trust folder, for those who check offline.
func (d *demo) withdraw(ctx context.Context, shown *demoShown) error {
	holder, err := d.wallet("wallet-2")
	if err != nil {
		return err
	}
	lost, err := d.issuer.IssueCopy(ctx, d.result, issuer.Copy{Form: credential.SDJWT, Holder: holder})
	if err != nil {
		return err
	}
	if _, err := d.issuer.Revoke(ctx, issuer.Change{
		Draft: lost.Draft, Credential: lost.ID, Reason: issuer.Compromised, Note: "second wallet lost", By: "demo",
	}); err != nil {
		return err
	}
	dir := filepath.Dir(shown.Files[string(credential.EDC)])
	shown.Revoked = filepath.Join(dir, "revoked-"+lost.ID.UUID()[:8]+lost.Form.Ending())
	if err := os.WriteFile(shown.Revoked, lost.Bytes, 0o600); err != nil {
		return fmt.Errorf("writing the revoked copy: %w", err)
	}
	return d.snapshots(ctx)
}

// snapshots keeps the status lists in the trust folder as they are signed now.
func (d *demo) snapshots(ctx context.Context) error {
	dir := filepath.Join(d.trusts, "status")
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return fmt.Errorf("writing status lists: %w", err)
	}
	lists, err := d.db.StatusLists(ctx, string(demoBody))
	if err != nil {
		return err
	}
	for _, l := range lists {
		path := filepath.Join(dir, l.ID+".jwt")
		if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, l.JWT) {
			continue
		}
		if err := replaceFile(path, l.JWT); err != nil {
			return fmt.Errorf("writing status lists: %w", err)
		}
	}
	return nil
}

// follow keeps the trust folder as the lists are signed now, until ctx ends.
func (d *demo) follow(ctx context.Context) {
	tick := time.NewTicker(publishEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := d.snapshots(ctx); err != nil && ctx.Err() == nil {
			d.log.ErrorContext(ctx, "status lists are not kept in the trust folder", "err", err)
		}
	}
}

// keys gives the files of the demo's public key infrastructure, made at the
// first start.
func (d *demo) keys(body assessment.Body) (private.DemoFiles, error) {
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
		Algorithm: keys.ES256, Now: d.now(), URIs: []string{d.origin + "/oid4vci/" + body.ID},
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
// is given it. The root vouches for the sealed file; the DID document and the
// seal's certificate for the forms whose issuer is the DID of the seal's key. Only
// the certificate tells the name, so that nobody else can go by it.
func (d *demo) trust(dir, body string, seal private.DemoFiles) error {
	root, err := os.ReadFile(seal.Root)
	if err != nil {
		return fmt.Errorf("writing the trust folder: %w", err)
	}
	pem, err := os.ReadFile(seal.Chain)
	if err != nil {
		return fmt.Errorf("writing the trust folder: %w", err)
	}
	chain, err := keys.ParseChain(pem)
	if err != nil {
		return fmt.Errorf("writing the trust folder: %w", err)
	}
	did, err := keys.MarshalDIDDocument(chain.Leaf.PublicKey)
	if err != nil {
		return fmt.Errorf("writing the trust folder: %w", err)
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return fmt.Errorf("writing the trust folder: %w", err)
	}
	// Credentials of an earlier demo in the same folder name the origin that it had.
	hosts, err := os.ReadFile(filepath.Join(dir, "hosts"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("writing the trust folder: %w", err)
	}
	if line := d.origin + "\n"; !strings.Contains("\n"+string(hosts), "\n"+line) {
		hosts = append(hosts, line...)
	}
	for name, data := range map[string][]byte{
		"demo-root.pem": root, body + ".crt": keys.Chain{Leaf: chain.Leaf}.PEM(), body + ".did.json": did, "hosts": hosts,
	} {
		if err := replaceFile(filepath.Join(dir, name), data); err != nil {
			return fmt.Errorf("writing the trust folder: %w", err)
		}
	}
	return nil
}

// trustServer puts the certificate of this server into the trust folder, so that
// status lists can be asked for; without one there is nothing to do.
func (d *demo) trustServer(certificate string) error {
	if certificate == "" {
		return nil
	}
	pem, err := os.ReadFile(certificate)
	if err == nil {
		dir := filepath.Join(d.trusts, "tls")
		if err = os.MkdirAll(dir, 0o750); err == nil {
			err = replaceFile(filepath.Join(dir, filepath.Base(certificate)), pem)
		}
	}
	if err != nil {
		return fmt.Errorf("writing the trust folder: %w", err)
	}
	return nil
}

// replaceFile writes a file that others may be reading: they see it as it was or
// as it is, whole.
func replaceFile(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) //nolint:errcheck // it has another name by then
	_, err = f.Write(data)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// files writes every form and a certificate per language, as the people of the
// body get them, and the copy that is bound to a wallet.
func (d *demo) files(ctx context.Context, shown *demoShown, officer access.Actor, record award.Record, bound credential.Signed) error {
	id := record.Award.ID
	dir := filepath.Join(d.dir, "credentials", string(id))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("making the folder of credential %s: %w", id, err)
	}
	write := func(kind, name string, data []byte) error {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			return fmt.Errorf("writing %s: %w", name, err)
		}
		shown.Files[kind] = path
		return nil
	}
	for _, info := range record.Files {
		f, err := d.desk.File(ctx, officer, demoBody, id, info.Kind)
		if err != nil {
			return err
		}
		kind := f.Kind
		if lang, ok := strings.CutPrefix(kind, "pdf-"); ok {
			kind = pdfKinds[lang]
		}
		if err := write(kind, f.Name, f.Bytes); err != nil {
			return err
		}
	}
	shown.title, shown.name = d.result.Unit.Title["en"], d.result.Candidate.Name()
	shown.body = d.result.Body.LegalName["en"]
	return write(string(bound.Form), "credential-"+string(id)[:8]+bound.Form.Ending(), bound.Bytes)
}

// verifyFiles checks every form as a stranger would, from the disk, and gives
// the first verdict that is not Valid.
func verifyFiles(ctx context.Context, v *verifier.Verifier, shown demoShown) (verifier.Verdict, error) {
	for _, form := range issuer.Forms() {
		report, err := verifyFile(ctx, v, shown.Files[string(form)])
		if err != nil {
			return verifier.Undetermined, err
		}
		if verdict := report.Verdict(); verdict != verifier.Valid {
			return verdict, nil
		}
	}
	return verifier.Valid, nil
}

func verifyFile(ctx context.Context, v *verifier.Verifier, path string) (verifier.Report, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return verifier.Report{}, unreadable(path, err)
	}
	return v.Verify(ctx, data, verifier.Options{})
}
