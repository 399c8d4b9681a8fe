package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/probatum/probatum/body"
	"github.com/probatum/probatum/credential"
	"github.com/probatum/probatum/i18n"
	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/issuer"
	"github.com/probatum/probatum/jobs"
	"github.com/probatum/probatum/status"
	"github.com/probatum/probatum/store"
	"github.com/probatum/probatum/verifier"
)

// StatusCmd withdraws credentials, suspends them, and tells how it stands with
// them.
type StatusCmd struct {
	Show      StatusShowCmd      `cmd:"" help:"Tell how it stands with a credential, copy by copy, and who changed that and why."`
	Revoke    StatusRevokeCmd    `cmd:"" help:"Withdraw a credential for ever, in all its forms and copies."`
	Suspend   StatusSuspendCmd   `cmd:"" help:"Suspend a credential until it is reinstated."`
	Reinstate StatusReinstateCmd `cmd:"" help:"End the suspension of a credential."`
}

// statusOf is where a credential is looked for.
type statusOf struct {
	Data     string `default:"probatum-demo" placeholder:"DIR" help:"Data folder with database and keys."`
	Database string `placeholder:"URL" help:"postgres://user@host/name, or the path of an SQLite file; by default probatum.db in the data folder."`
	Body     string `placeholder:"ID" help:"The body that issued it; needed where the folder has keys of several."`
}

// statusChange is what every change needs to know beside its reason.
type statusChange struct {
	statusOf
	Credential string `arg:"" name:"ID|FILE" help:"Id of a credential in any of its forms (urn:...), one of its files, or the id of its draft: all forms and copies, unless --only."`
	Only       bool   `env:"-" help:"Only this one copy; the others stay as they are."`
	Note       string `env:"-" placeholder:"TEXT" help:"Further words on the reason, for the records of the body. They are published nowhere."`
	By         string `required:"" env:"-" placeholder:"WHO" help:"Who decided it, for the same records."`
}

// The three changes. Their reasons are those of issuer.Reasons.
type (
	StatusRevokeCmd struct {
		statusChange
		Reason string `required:"" env:"-" placeholder:"REASON" enum:"issued-in-error,withdrawn,superseded,compromised,on-request" help:"Why: issued-in-error, withdrawn, superseded, compromised or on-request."`
	}
	StatusSuspendCmd struct {
		statusChange
		Reason string `required:"" env:"-" placeholder:"REASON" enum:"under-review,compromised,on-request" help:"Why: under-review, compromised or on-request."`
	}
	StatusReinstateCmd struct {
		statusChange
		Reason string `required:"" env:"-" placeholder:"REASON" enum:"cleared,on-request" help:"Why: cleared or on-request."`
	}
	StatusShowCmd struct {
		statusOf
		Credential string `arg:"" name:"ID|FILE" help:"Id of a credential in any of its forms (urn:...), one of its files, or the id of its draft."`
		JSON       bool   `name:"json" help:"Print the answer as JSON."`
	}
)

// Run revokes.
func (c *StatusRevokeCmd) Run(ctx context.Context, std stdio, loc i18n.Localizer) error {
	return c.change(ctx, std, loc, c.Reason, "cli.status.revoked", (*issuer.Issuer).Revoke)
}

// Run suspends.
func (c *StatusSuspendCmd) Run(ctx context.Context, std stdio, loc i18n.Localizer) error {
	return c.change(ctx, std, loc, c.Reason, "cli.status.suspended", (*issuer.Issuer).Suspend)
}

// Run reinstates.
func (c *StatusReinstateCmd) Run(ctx context.Context, std stdio, loc i18n.Localizer) error {
	return c.change(ctx, std, loc, c.Reason, "cli.status.reinstated", (*issuer.Issuer).Reinstate)
}

func (c *statusChange) change(ctx context.Context, std stdio, loc i18n.Localizer, reason, done string,
	apply func(*issuer.Issuer, context.Context, issuer.Change) (int, error),
) error {
	k, err := c.find(ctx, c.Credential)
	if err != nil {
		return err
	}
	defer k.db.Close() //nolint:errcheck // everything is committed
	change := issuer.Change{Draft: k.draft, Reason: issuer.Reason(reason), Note: c.Note, By: c.By}
	if c.Only {
		if change.Credential = k.copy; k.copy == "" {
			return fault.New(fault.Usage, "cli.status.only", nil)
		}
	}
	before, err := k.db.Standing(ctx, k.draft)
	if err != nil {
		return err
	}
	i, err := c.issuer(ctx, k.db)
	if err != nil {
		return err
	}
	copies, err := apply(i, ctx, change)
	if err != nil {
		return err
	}
	after, err := k.db.Standing(ctx, k.draft)
	if err != nil {
		return err
	}
	if len(after.Changes) == len(before.Changes) {
		done = "cli.status.already"
	}
	if _, err := fmt.Fprintln(std.out, loc.T(done, "Count", copies)); err != nil {
		return fmt.Errorf("writing the message: %w", err)
	}
	return nil
}

// A knownCredential is a credential in an open database.
type knownCredential struct {
	db    *store.Store
	draft credential.DraftID
	copy  credential.ID // empty where the draft itself was named
}

// find opens the database and finds the credential that is named. The caller
// closes the database.
func (c *statusOf) find(ctx context.Context, named string) (k knownCredential, err error) {
	if uuid.Validate(named) == nil && len(named) == 36 {
		k.draft = credential.DraftID(strings.ToLower(named))
	} else if k.copy, err = idIn(ctx, named); err != nil {
		return k, err
	}
	path := c.Database
	if path == "" {
		path = filepath.Join(c.Data, "probatum.db")
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return k, fault.New(fault.Unreadable, "cli.status.data", err).With("Dir", c.Data)
		}
	}
	if c.Body != "" {
		if _, err := c.body(); err != nil {
			return k, err
		}
	}
	// A change posts a letter to the holder, which the server sends.
	queue, err := jobs.New()
	if err != nil {
		return k, err
	}
	if k.db, err = store.Open(ctx, path, store.Options{Jobs: queue}); err != nil {
		return k, err
	}
	if k.draft == "" {
		if k.draft, err = k.db.DraftOf(ctx, k.copy); err != nil {
			return k, errors.Join(err, k.db.Close())
		}
	}
	return k, nil
}

// idIn reads which credential is meant. Of a file, what its seal covers tells.
func idIn(ctx context.Context, named string) (credential.ID, error) {
	if id, err := credential.ParseID(named); err == nil {
		return id, nil
	}
	if strings.HasPrefix(named, "urn:") {
		return "", fault.New(fault.Usage, "cli.status.id", nil).With("Value", named)
	}
	data, err := readFile(named, strictjson.DefaultMaxBytes)
	if err != nil {
		return "", err
	}
	report, err := (&verifier.Verifier{}).Verify(ctx, data, verifier.Options{})
	if err != nil {
		return "", err
	}
	if report.Claims == nil {
		return "", inFile{named, fault.New(fault.Invalid, "cli.status.file", nil)}
	}
	id, err := credential.ParseID(report.Claims.ID)
	if err != nil {
		return "", inFile{named, fault.New(fault.Invalid, "cli.status.file", err)}
	}
	return id, nil
}

// body finds the body whose keys lie in the folder.
func (c *statusOf) body() (string, error) {
	entries, err := os.ReadDir(filepath.Join(c.Data, "keys"))
	if err != nil {
		return "", fault.New(fault.Unreadable, "cli.status.data", err).With("Dir", c.Data)
	}
	var bodies []string
	for _, e := range entries {
		if e.IsDir() {
			bodies = append(bodies, e.Name())
		}
	}
	if c.Body != "" {
		if !slices.Contains(bodies, c.Body) {
			return "", fault.New(fault.Usage, "cli.status.body.unknown", nil).With("Body", c.Body).With("Bodies", strings.Join(bodies, ", "))
		}
		return c.Body, nil
	}
	if len(bodies) != 1 {
		return "", fault.New(fault.Usage, "cli.status.body", nil).With("Bodies", strings.Join(bodies, ", "))
	}
	return bodies[0], nil
}

// issuer makes the Issuer that signs the status lists of the body, where they
// were published before and by the same name.
func (c *statusOf) issuer(ctx context.Context, db *store.Store) (*issuer.Issuer, error) {
	id, err := c.body()
	if err != nil {
		return nil, err
	}
	origin, did, err := db.PublishedAt(ctx, id)
	if err != nil {
		return nil, err
	}
	seals, err := body.KeysIn(c.Data, id, time.Now)
	if err != nil {
		return nil, err
	}
	key, chain, err := seals.InUse()
	if err != nil {
		return nil, err
	}
	return issuer.New(issuer.Config{
		Store: db, Key: key, Chain: chain, Pictures: picture, Now: time.Now, Body: id, PublicURL: origin, DID: did,
	})
}

// A statusAnswer tells how it stands with a credential.
type statusAnswer struct {
	Draft   string         `json:"draft"`
	State   string         `json:"state"`
	Copies  []statusCopy   `json:"copies"`
	Changes []statusRecord `json:"changes"`
}

type statusCopy struct {
	ID    string `json:"id"`
	Form  string `json:"form"`
	State string `json:"state"`
}

type statusRecord struct {
	At         string `json:"at"`
	State      string `json:"state"`
	Credential string `json:"credential,omitempty"` // of one copy; absent: of all
	Reason     string `json:"reason"`
	Note       string `json:"note,omitempty"`
	By         string `json:"by"`
}

// Run shows.
func (c *StatusShowCmd) Run(ctx context.Context, std stdio, loc i18n.Localizer) error {
	k, err := c.find(ctx, c.Credential)
	if err != nil {
		return err
	}
	defer k.db.Close() //nolint:errcheck // only read from
	standing, err := k.db.Standing(ctx, k.draft)
	if err != nil {
		return err
	}
	a := statusAnswer{Draft: string(k.draft), State: stateName(standing.State), Copies: []statusCopy{}, Changes: []statusRecord{}}
	for _, one := range standing.Copies {
		a.Copies = append(a.Copies, statusCopy{string(one.ID), string(one.Form), stateName(one.State)})
	}
	for _, r := range standing.Changes {
		a.Changes = append(a.Changes, statusRecord{
			At: r.At.UTC().Format("2006-01-02T15:04:05Z"), State: stateName(r.State), Credential: string(r.Change.Credential),
			Reason: string(r.Change.Reason), Note: r.Change.Note, By: r.Change.By,
		})
	}
	if c.JSON {
		return printJSON(std.out, a)
	}
	return printStatus(std.out, loc, a)
}

// stateName is the name of a State for programs.
func stateName(s status.State) string {
	return [...]string{status.Valid: "valid", status.Revoked: "revoked", status.Suspended: "suspended"}[s]
}

// words tells what was changed to what.
func (r statusRecord) words(loc i18n.Localizer) string {
	lifted := r.State == stateName(status.Valid)
	what, state := r.Credential, loc.T("cli.status.state."+r.State)
	if lifted {
		state = loc.T("cli.status.lifted")
	}
	switch {
	case what == "" && lifted:
		return state
	case what == "":
		what = loc.T("cli.status.all")
	}
	return loc.T("cli.check", "Check", what, "Result", state)
}

func printStatus(w io.Writer, loc i18n.Localizer, a statusAnswer) error {
	var b strings.Builder
	fmt.Fprintln(&b, loc.T("cli.status.draft", "ID", a.Draft, "State", loc.T("cli.status.state."+a.State)))
	for _, c := range a.Copies {
		fmt.Fprintf(&b, "  %-7s %s  %s\n", c.Form, c.ID, loc.T("cli.status.state."+c.State))
	}
	for _, r := range a.Changes {
		fmt.Fprintf(&b, "%s  %s  %s  %s", r.At, r.words(loc), r.Reason, r.By)
		if r.Note != "" {
			fmt.Fprintf(&b, "  “%s”", r.Note)
		}
		b.WriteByte('\n')
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("writing the status: %w", err)
	}
	return nil
}
