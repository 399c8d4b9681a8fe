package portfolio

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/evidence"
	"github.com/probatum/probatum/internal/fault"
)

// An ItemID names an item: a UUIDv4 in text form.
type ItemID string

// The longest texts, in characters. Together they fit into what a frozen set
// says of an item.
const (
	MaxTitle  = 120
	MaxShows  = 1000
	MaxTask   = 600
	MaxPeople = 250
)

// Texts are what a candidate says of an item.
type Texts struct {
	Kind   Kind
	Unit   string // id of the unit that it is evidence for
	Title  string
	Shows  string    // what it shows
	Task   string    // the task that was given: artefacts (R23)
	People string    // who is where: images and video (R28)
	Own    bool      // declares that the work is their own: artefacts (R24, R25)
	Day    time.Time // of the work; the time of day is nothing
}

// A File is the file of an item.
type File struct {
	Name   string // as it was called; to be shown, never used as a path
	Type   string // media type, told from the content
	Size   int64
	Digest evidence.Digest
	Blob   string // its name among the Blobs
}

// An Item is one piece of evidence.
type Item struct {
	ID     ItemID
	Person access.PersonID
	Texts
	File    File
	Added   time.Time
	Changed time.Time
	Sets    []SetID // the frozen sets that it stands in
}

// Frozen tells whether the texts can no longer be changed.
func (i Item) Frozen() bool { return len(i.Sets) > 0 }

// Add keeps a new item with the file that was received for it, and drops what was
// received. The error for texts that are not accepted is a fault.List; what was
// received is then still there, and is dropped by whoever received it.
func (p *Portfolio) Add(ctx context.Context, a access.Actor, t Texts, r *Received) (Item, error) {
	if err := a.Myself(access.ScopeMineWrite); err != nil {
		return Item{}, err
	}
	t, err := p.checked(ctx, t)
	if r == nil {
		l, _ := errors.AsType[fault.List](err)
		if err != nil && l == nil {
			return Item{}, err
		}
		l.Add("$.file", "portfolio.file.none", "")
		return Item{}, l
	}
	if err != nil {
		return Item{}, err
	}
	if a.Person != r.person {
		return Item{}, none()
	}
	i := Item{ID: ItemID(uuid.NewString()), Person: a.Person, Texts: t, File: r.File, Added: p.now()}
	i.Changed = i.Added
	i.File.Blob = blobName(i)
	room := FileRoom{Name: i.File.Blob, Size: i.File.Size, At: i.Added}
	if err := p.cfg.Store.ReserveFile(ctx, a.Person, room, p.cfg.Limits); err != nil {
		return Item{}, err
	}
	if err := p.keep(ctx, i, r); err != nil {
		p.giveUp(ctx, i.File.Blob)
		return Item{}, err
	}
	r.Drop()
	return i, nil
}

// keep writes the file first, then the row: a row never lacks its file.
func (p *Portfolio) keep(ctx context.Context, i Item, r *Received) error {
	content, err := r.content()
	if err != nil {
		return err
	}
	if err := p.cfg.Blobs.Put(ctx, i.File.Blob, content); err != nil {
		return err
	}
	return p.cfg.Store.AddItem(ctx, i)
}

// A FileRoom is the room that is reserved for a file on its way.
type FileRoom struct {
	Name string // among the Blobs
	Size int64
	At   time.Time
}

// blobName is the digest of the content together with whose it is: equal files
// of two people, or of two items, have names of their own, and a name tells
// neither the person nor the content.
func blobName(i Item) string {
	h := sha256.New()
	for _, s := range []string{"probatum evidence file 1", string(i.Person), string(i.ID), i.File.Digest.String()} {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	name := hex.EncodeToString(h.Sum(nil))
	return name[:2] + "/" + name
}

// Items gives the items of the Actor, the newest first.
func (p *Portfolio) Items(ctx context.Context, a access.Actor) ([]Item, error) {
	if err := a.Myself(access.ScopeMine); err != nil {
		return nil, err
	}
	return p.cfg.Store.Items(ctx, a.Person)
}

// Item gives one item of the Actor.
func (p *Portfolio) Item(ctx context.Context, a access.Actor, id ItemID) (Item, error) {
	if err := a.Myself(access.ScopeMine); err != nil {
		return Item{}, err
	}
	if uuid.Validate(string(id)) != nil {
		return Item{}, none()
	}
	return p.cfg.Store.Item(ctx, a.Person, id)
}

// Usage tells what the files of the Actor take up.
func (p *Portfolio) Usage(ctx context.Context, a access.Actor) (Usage, error) {
	if err := a.Myself(access.ScopeMine); err != nil {
		return Usage{}, err
	}
	return p.cfg.Store.Usage(ctx, a.Person)
}

// Edit changes what is said of an item. One that stands in a frozen set is a
// Conflict.
func (p *Portfolio) Edit(ctx context.Context, a access.Actor, id ItemID, t Texts) (Item, error) {
	if err := a.Myself(access.ScopeMineWrite); err != nil {
		return Item{}, err
	}
	if uuid.Validate(string(id)) != nil {
		return Item{}, none()
	}
	i, err := p.cfg.Store.Item(ctx, a.Person, id)
	if err != nil {
		return Item{}, err
	}
	if i.Frozen() {
		return Item{}, fault.New(fault.Conflict, "portfolio.frozen", nil)
	}
	if i.Texts, err = p.checked(ctx, t); err != nil {
		return Item{}, err
	}
	// Two changes within a second must differ: freezing compares.
	i.Changed = p.cfg.Now().UTC().Truncate(time.Millisecond)
	return i, p.cfg.Store.EditItem(ctx, i)
}

// Delete forgets an item and its file. Where it stands in a frozen set, the set
// keeps what it says of it, so that its root stays the root; the file is gone.
func (p *Portfolio) Delete(ctx context.Context, a access.Actor, id ItemID) error {
	if err := a.Myself(access.ScopeMineWrite); err != nil {
		return err
	}
	if uuid.Validate(string(id)) != nil {
		return none()
	}
	i, err := p.cfg.Store.Item(ctx, a.Person, id)
	if err != nil {
		return err
	}
	if err := p.cfg.Store.DeleteItem(ctx, a.Person, id); err != nil {
		return err
	}
	p.removeNow(ctx, i.File.Blob)
	return nil
}

// Open gives an item and its file. Reading ends in an error where the file is
// not what was uploaded, before its last bytes are given.
func (p *Portfolio) Open(ctx context.Context, a access.Actor, id ItemID) (Item, io.ReadCloser, error) {
	i, err := p.Item(ctx, a, id)
	if err != nil {
		return Item{}, nil, err
	}
	r, err := p.cfg.Blobs.Open(ctx, i.File.Blob)
	if err != nil {
		if fault.KindOf(err) == fault.NotFound { // there is the item, so this is our fault
			err = fault.New(fault.Internal, "portfolio.lost", err)
		}
		return Item{}, nil, err
	}
	return i, &intact{r: r, hash: sha256.New(), left: i.File.Size, want: i.File.Digest}, nil
}

// checked gives the texts as they are kept, or all faults in them.
func (p *Portfolio) checked(ctx context.Context, t Texts) (Texts, error) {
	var l fault.List
	if !t.Kind.Known() {
		l.Add("$.kind", "portfolio.kind", "R21")
	}
	known, err := false, error(nil)
	if t.Unit != "" && len(t.Unit) <= evidence.MaxUnit && utf8.ValidString(t.Unit) {
		known, err = p.cfg.Unit(ctx, t.Unit)
	}
	if err != nil {
		return Texts{}, err
	}
	if !known {
		l.Add("$.unit", "portfolio.unit", "R20")
	}
	t.Title = text("$.title", t.Title, MaxTitle, false, &l)
	if t.Title == "" {
		l.Add("$.title", "portfolio.title.none", "")
	}
	t.Shows = text("$.shows", t.Shows, MaxShows, true, &l)
	if t.Shows == "" {
		l.Add("$.shows", "portfolio.shows.none", "R35")
	}
	t.Task = text("$.task", t.Task, MaxTask, true, &l)
	if t.Kind.NeedsTask() && t.Task == "" {
		l.Add("$.task", "portfolio.task.none", "R23")
	}
	t.People = text("$.people", t.People, MaxPeople, true, &l)
	if t.Kind.NeedsPeople() && t.People == "" {
		l.Add("$.people", "portfolio.people.none", "R28")
	}
	if t.Kind.NeedsOwn() && !t.Own {
		l.Add("$.own", "portfolio.own.none", "R24")
	}
	switch {
	case t.Day.IsZero():
		l.Add("$.day", "portfolio.day.none", "")
	case t.Day.After(p.now().Add(24 * time.Hour)): // it is tomorrow somewhere
		l.Add("$.day", "portfolio.day.ahead", "")
	case t.Day.Year() < 1950:
		l.Add("$.day", "portfolio.day.old", "")
	default:
		y, m, d := t.Day.Date()
		t.Day = time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	// What the kind does not ask for is not kept: it would be frozen unseen.
	if !t.Kind.NeedsTask() {
		t.Task = ""
	}
	if !t.Kind.NeedsPeople() {
		t.People = ""
	}
	t.Own = t.Own && t.Kind.NeedsOwn()
	return t, l.Err()
}

// text cleans one text: forms send lines with CR LF, and white space hangs at
// ends. Characters that evidence does not freeze are a fault.
func text(at, s string, most int, lines bool, l *fault.List) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	if lines {
		s = strings.ReplaceAll(s, "\t", " ")
	}
	s = strings.TrimSpace(s)
	switch {
	case utf8.RuneCountInString(s) > most:
		l.Add(at, "portfolio.text.long", "", "Max", most, "Found", utf8.RuneCountInString(s))
	case !fits(s, lines):
		l.Add(at, "portfolio.text.characters", "")
	}
	return s
}

// fits asks evidence whether it would freeze a text that is not too long.
func fits(s string, lines bool) bool {
	probe := evidence.Item{Digest: evidence.Digest{1}, Size: 1, MediaType: "text/plain", Kind: "cv", Title: "x"}
	if lines {
		probe.Shows = s
	} else if s != "" {
		probe.Title = s
	}
	return probe.Check() == nil
}
