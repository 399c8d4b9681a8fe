package assessment

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/internal/strictjson"
)

// A reader reads a checked JSON text member by member and goes on after a
// fault, so that one wrong type does not hide the other faults. What it gives
// for a faulty member is the zero value.
type reader struct {
	faults fault.List
	more   int      // faults beyond maxKept
	langs  []string // languages that every text must have

	// recorded are the links to ESCO that a unit may have; nil while the units
	// that record them are read.
	recorded map[string]ESCO
}

// An object is a JSON object that is being read. Its members are taken out one
// by one; done reports those that nobody asked for.
type object struct {
	r     *reader
	path  string
	known map[string]json.RawMessage
	names []string // in the order of the text
	taken []string
}

// need says whether a member must be there, and by which requirement.
type need struct {
	must bool
	rule string
}

// must is a member that the requirement demands.
func must(rule string) need { return need{true, rule} }

// may is a member that can be left out; what is there still has a rule.
func may(rule string) need { return need{false, rule} }

// maxKept is how many faults are kept while a file is read. A file with so many
// is not corrected by hand, and it must not cost much.
const maxKept = 1000

func (r *reader) add(path, key, rule string, pairs ...any) {
	if len(r.faults) >= maxKept {
		r.more++
		return
	}
	r.faults.Add(path, "result."+key, rule, pairs...)
}

// object reads a JSON object.
func (r *reader) object(raw json.RawMessage, path, rule string) (*object, bool) {
	o := &object{r: r, path: path}
	if kindOf(raw) != '{' {
		r.add(path, "type.object", rule)
		return o, false
	}
	members, err := strictjson.Members(raw)
	if err != nil { // the whole text was checked before
		r.add(path, "malformed", rule, "Offset", 0)
		return o, false
	}
	o.known = make(map[string]json.RawMessage, len(members))
	for _, m := range members {
		o.known[m.Name] = m.Value
		o.names = append(o.names, m.Name)
	}
	return o, true
}

// at is the path of a member.
func (o *object) at(name string) string { return o.path + step(name) }

// take gives the text of a member. A missing one is a fault where it must be
// there; null is no value and never stands for a member that is left out.
func (o *object) take(name string, n need) (json.RawMessage, bool) {
	o.taken = append(o.taken, name)
	raw, ok := o.known[name]
	if !ok && n.must {
		o.r.add(o.at(name), "missing", n.rule, "Name", name)
	}
	return raw, ok
}

// has tells whether a member is there at all.
func (o *object) has(name string) bool { return o.known[name] != nil }

// done reports the members that are not known.
func (o *object) done() {
	for _, name := range o.names {
		if slices.Contains(o.taken, name) {
			continue
		}
		if len(o.r.faults) >= maxKept {
			o.r.more++
			continue
		}
		meant := ""
		for _, t := range o.taken {
			if strings.EqualFold(t, name) {
				meant = t
			}
		}
		if meant != "" {
			o.r.add(o.at(name), "unknown.meant", "", "Name", printable(name), "Meant", meant)
		} else {
			o.r.add(o.at(name), "unknown", "", "Name", printable(name))
		}
	}
}

// object reads a member that is an object.
func (o *object) object(name string, n need) (*object, bool) {
	raw, ok := o.take(name, n)
	if !ok {
		return nil, false
	}
	return o.r.object(raw, o.at(name), n.rule)
}

// list reads a member that is an array of at least and at most so many
// entries.
func (o *object) list(name string, n need, least, most int) []json.RawMessage {
	raw, ok := o.take(name, n)
	if !ok {
		return nil
	}
	if kindOf(raw) != '[' {
		o.r.add(o.at(name), "type.list", n.rule)
		return nil
	}
	var items []json.RawMessage
	if err := json.Unmarshal(raw, &items); err != nil {
		o.r.add(o.at(name), "malformed", n.rule, "Offset", 0)
		return nil
	}
	switch {
	case len(items) < least:
		o.r.add(o.at(name), "list.few", n.rule, "Min", least)
	case len(items) > most:
		o.r.add(o.at(name), "list.many", n.rule, "Max", most)
		return nil
	}
	return items
}

// objects reads a member that is an array of objects. It tells whether the
// member is an array and every entry an object: only then can more be said
// about the whole.
func (o *object) objects(name string, n need, least, most int, read func(item *object)) bool {
	items := o.list(name, n, least, most)
	whole := items != nil
	for i, raw := range items {
		item, ok := o.r.object(raw, entry(o.at(name), i), n.rule)
		if whole = whole && ok; ok {
			read(item)
			item.done()
		}
	}
	return whole
}

// strings reads a member that is an array of short texts, each only once.
func (o *object) strings(name string, n need, least, most int, f form) []string {
	var all []string
	for i, raw := range o.list(name, n, least, most) {
		path := entry(o.at(name), i)
		s, ok := o.r.text(raw, path, n.rule, f.max)
		if !ok || !o.r.formed(s, path, n.rule, f) {
			continue
		}
		if slices.Contains(all, s) {
			o.r.add(path, "double", n.rule, "Value", printable(s))
			continue
		}
		all = append(all, s)
	}
	return all
}

// text reads a member that is a text of at most so many characters.
func (o *object) text(name string, n need, most int) string {
	raw, ok := o.take(name, n)
	if !ok {
		return ""
	}
	s, _ := o.r.text(raw, o.at(name), n.rule, most)
	return s
}

// formed reads a member that is a text of a certain form.
func (o *object) formed(name string, n need, f form) string {
	s := o.text(name, n, f.max)
	if s == "" || !o.r.formed(s, o.at(name), n.rule, f) {
		return ""
	}
	return s
}

// texts reads a member that is a text per language. Every language of the
// certificate must be among them.
func (o *object) texts(name string, n need, most int) Text {
	return o.textsIn(name, n, most, o.r.langs)
}

// textsIn is texts with the languages that must be there.
func (o *object) textsIn(name string, n need, most int, langs []string) Text {
	raw, ok := o.take(name, n)
	if !ok {
		return nil
	}
	return o.r.texts(raw, o.at(name), n.rule, most, langs)
}

func (r *reader) texts(raw json.RawMessage, path, rule string, most int, langs []string) Text {
	m, ok := r.object(raw, path, rule)
	if !ok {
		return nil
	}
	t := make(Text, len(m.names))
	for _, lang := range m.names {
		if !slices.Contains(textLanguages, lang) {
			r.add(m.at(lang), "form.language", "R90", "Value", printable(lang))
			continue
		}
		if s, ok := r.text(m.known[lang], m.at(lang), rule, most); ok {
			t[lang] = s
		}
	}
	for _, lang := range langs {
		if _, ok := m.known[lang]; !ok {
			r.add(path, "language.missing", "R90", "Lang", lang)
		}
	}
	if len(m.names) == 0 && len(langs) == 0 {
		r.add(path, "empty", rule)
	}
	return t
}

// text reads a text: not empty, of at most so many characters, with no space
// at its ends and no character that hides or turns others.
func (r *reader) text(raw json.RawMessage, path, rule string, most int) (string, bool) {
	if kindOf(raw) != '"' {
		r.add(path, "type.text", rule)
		return "", false
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		r.add(path, "type.text", rule)
		return "", false
	}
	switch {
	case s == "":
		r.add(path, "empty", rule)
	case unfit(s):
		r.add(path, "characters", rule)
	case strings.TrimFunc(s, unicode.IsSpace) != s:
		r.add(path, "blank", rule)
	case utf8.RuneCountInString(s) > most:
		r.add(path, "long", rule, "Max", most)
	default:
		return s, true
	}
	return "", false
}

// date reads a member that is a calendar day.
func (o *object) date(name string, n need) Date {
	s := o.text(name, n, 40)
	if s == "" {
		return Date{}
	}
	d, err := ParseDate(s)
	if err != nil || d.Before(firstDate) {
		o.r.add(o.at(name), "form.date", "TI-8", "Value", printable(s))
		return Date{}
	}
	return d
}

// firstDate is the earliest day that anything in a Result can bear.
var firstDate = Date{1900, 1, 1}

// whole matches a JSON number that is a whole number written plainly.
var whole = regexp.MustCompile(`^(0|[1-9][0-9]{0,8})$`)

// integer reads a member that is a whole number within bounds.
func (o *object) integer(name string, n need, least, most int) int {
	raw, ok := o.take(name, n)
	if !ok {
		return 0
	}
	if k := kindOf(raw); k != '0' && k != '-' {
		o.r.add(o.at(name), "type.number", n.rule)
		return 0
	}
	i, err := strconv.Atoi(string(raw))
	if !whole.Match(raw) || err != nil || i < least || i > most {
		o.r.add(o.at(name), "number.range", n.rule, "Min", least, "Max", most)
		return 0
	}
	return i
}

// halves reads a member that is a number above zero in steps of a half.
func (o *object) halves(name string, n need, most float64) float64 {
	raw, ok := o.take(name, n)
	if !ok {
		return 0
	}
	if k := kindOf(raw); k != '0' && k != '-' {
		o.r.add(o.at(name), "type.number", n.rule)
		return 0
	}
	f, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || f <= 0 || f > most || f*2 != math.Trunc(f*2) {
		o.r.add(o.at(name), "number.halves", n.rule, "Max", most)
		return 0
	}
	return f
}

// truth reads a member that is true or false; set tells whether it was there
// and right.
func (o *object) truth(name string, n need) (value, set bool) {
	raw, ok := o.take(name, n)
	if !ok {
		return false, false
	}
	switch string(raw) {
	case "true":
		return true, true
	case "false":
		return false, true
	}
	o.r.add(o.at(name), "type.truth", n.rule)
	return false, false
}

// choice reads a member that is one of a few words.
func choice[T ~string](o *object, name string, n need, choices []T) T {
	s := o.text(name, n, 100)
	if s == "" || slices.Contains(choices, T(s)) {
		return T(s)
	}
	words := make([]string, len(choices))
	for i, c := range choices {
		words[i] = string(c)
	}
	o.r.add(o.at(name), "choice", n.rule, "Value", printable(s), "Choices", strings.Join(words, ", "))
	return ""
}

// A form is a form that short texts have.
type form struct {
	key string // of its message, after "result.form."
	max int
	fit func(string) bool
}

func pattern(key string, most int, expr string) form {
	re := regexp.MustCompile(`^(?:` + expr + `)$`)
	return form{key, most, re.MatchString}
}

func (r *reader) formed(s, path, rule string, f form) bool {
	if f.fit == nil || f.fit(s) {
		return true
	}
	r.add(path, "form."+f.key, rule, "Value", printable(s))
	return false
}

// kindOf tells the sort of a JSON value by its first byte; all digits count as
// '0'.
func kindOf(raw json.RawMessage) byte {
	for _, c := range raw {
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			continue
		case '0' <= c && c <= '9':
			return '0'
		}
		return c
	}
	return 0
}

// entry is the path of an entry of an array.
func entry(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }

// plain tells whether a name can stand in a path as it is.
func plain(name string) bool {
	name = strings.TrimPrefix(name, "$")
	for _, c := range []byte(name) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '_', c == '@', c == '-':
		default:
			return false
		}
	}
	return 0 < len(name) && len(name) <= 40
}

// step is the last part of the path of a member.
func step(name string) string {
	if plain(name) {
		return "." + name
	}
	return `["` + strings.Map(func(r rune) rune {
		if r == '"' || r == '\\' {
			return '?'
		}
		return r
	}, printable(name)) + `"]`
}

// printable makes a text from outside fit to be quoted in a message: short and
// with nothing that does not print.
func printable(s string) string {
	const most = 40
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n++; n > most {
			b.WriteString("…")
			break
		}
		if !unicode.IsPrint(r) || unfit(string(r)) || r == '<' || r == '>' || r == '&' {
			r = '?'
		}
		b.WriteRune(r)
	}
	return b.String()
}
