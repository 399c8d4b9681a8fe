package page

import "net/http"

// The parts that pages are made of: each view struct here belongs to the template
// part of the name in its comment, used as {{template "notice" .Main.Saved}}.
// Texts are in the reader's language already.

// A Tone gives colour and sign to a word. Colour never speaks alone.
type Tone string

// The tones. The zero one is calm.
const (
	Calm Tone = ""
	Good Tone = "good"
	Open Tone = "open" // something is to be done, or to be waited for
	Bad  Tone = "bad"
)

// A Notice ("notice") is a message at the top of a page: what was done, or what
// should be known. Content.Notices shows them.
type Notice struct {
	Tone  Tone
	Title string
	Text  string // may be empty
	Act   *Act   // may be nil
}

// Letters leads to the letters of a demonstration, which sends none; elsewhere it is
// nil.
func (s *Site) Letters(r *http.Request) *Act {
	if !s.cfg.Demo {
		return nil
	}
	q := RequestOf(r)
	return &Act{Label: q.Loc.T("demo.letters"), Href: q.To("/demo/mail"), Quiet: true, Small: true}
}

// A Badge ("badge") is a word of state.
type Badge struct {
	Tone Tone
	Text string
}

// An Act ("act") is a link that looks like a button or, with Post, a form with
// one button.
type Act struct {
	Label string
	About string // said by screen readers behind the label where many acts have the same one
	Href  string
	Post  bool
	Quiet bool // not the main thing to do here
	Grave bool // cannot be undone
	Small bool // within a table
	Name  string
	Value string   // with Post, the button sends Name=Value
	With  []Hidden // with Post
}

// A Hidden is a value that a form carries along.
type Hidden struct{ Name, Value string }

// A Row ("rows", a list of them) is a label and its value, or several. Name is
// for tests and machines.
type Row struct {
	Name, Label, Value string
	Values             []string
	Code               bool   // set in the typeface of codes
	Href               string // the value is a link to a page of ours
	Badge              *Badge // in place of the value, or behind it
}

// A Table ("table") becomes a list of cards on a phone: each cell then says the
// name of its column. The first column names the row.
type Table struct {
	Caption string // read out, and shown above
	Hide    bool   // the caption is only read out: a heading says the same
	Columns []Column
	Lines   []Line
	Empty   *Empty // in place of a table without lines
}

// A Column is the head of a column.
type Column struct {
	Label  string
	Number bool // set to the right
}

// A Line is a row of a table, with a cell for each column.
type Line []Cell

// A Cell is what stands in one place of a table.
type Cell struct {
	Text  string
	Small string // a second line
	Href  string // Text is a link to a page of ours
	Code  bool
	Badge *Badge
	Acts  []Act
}

// An Empty ("empty") says that there is nothing yet, why, and what to do.
type Empty struct {
	Title, Text string
	Act         *Act
}

// Steps ("steps") are the stages of something that takes several.
type Steps struct {
	Label string // of the whole list
	Steps []Step
}

// A Step is one stage.
type Step struct {
	Label string
	Note  string // such as a date
	Href  string
	Done  bool
	Here  bool // the stage that is on
}

// A Progress ("progress") is how far something is.
type Progress struct {
	Label    string
	Done, Of int
	Text     string // such as "3 of 5"
}

// A Confirm ("confirm") asks before something is done that is not easily undone.
type Confirm struct {
	Title  string
	Text   string
	Points []string // what will happen
	Action string   // path that the form posts to
	With   []Hidden
	Button string
	Grave  bool
	Back   Act
}

// A Copy ("copy") is a code or a link to be copied. Without script it is selected
// by hand.
type Copy struct {
	ID    string // unique on the page
	Label string
	Value string
	Hint  string
}

// A Card ("cards", a list of them) is one thing that waits or can be opened.
type Card struct {
	Title string
	Href  string
	Text  string
	Badge *Badge
	Rows  []Row
	Acts  []Act
}

// A Fold ("fold") is text that opens on demand.
type Fold struct {
	Title string
	Texts []string
	Rows  []Row
}
