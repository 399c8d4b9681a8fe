package vcdm

import (
	"strings"
	"unicode"

	"github.com/probatum/probatum/internal/strictjson"
)

// contexts checks @context: a list that begins with the context of the data
// model and goes on with URLs and objects. A lone URL is a list of one.
func (k *checker) contexts(v *strictjson.Value) {
	list := v.Member("@context")
	if list == nil {
		k.find(v, Context, onContexts, "@context", "vcdm.context.missing", "URL", k.edition.context())
		return
	}
	entries := list.Values()
	if len(entries) == 0 || !entries[0].Is(strictjson.String) || entries[0].Text != k.edition.context() {
		k.find(list, Context, onContexts, "@context", "vcdm.context.first", "URL", k.edition.context())
	}
	seen := map[string]bool{}
	for _, e := range entries {
		switch {
		case e.Is(strictjson.Object):
		case !e.Is(strictjson.String) || !isURL(e.Text):
			k.find(e, Context, onContexts, "@context", "vcdm.context.entry")
		case seen[e.Text]:
			k.find(e, Context, onContexts, "@context", "vcdm.context.twice")
		default:
			seen[e.Text] = true
		}
	}
}

// id checks the id of an object: one absolute URL, where there is one.
func (k *checker) id(v *strictjson.Value) {
	if id := v.Member("id"); id != nil {
		k.url(id, onIdentifiers, "id")
	}
}

// url checks that a value is one absolute URL and tells whether it is.
func (k *checker) url(v *strictjson.Value, s section, property string) bool {
	if v.Is(strictjson.String) && isURL(v.Text) {
		return true
	}
	k.find(v, Malformed, s, property, "vcdm.url")
	return false
}

// types checks the type of an object, which must be there: names or absolute
// URLs. It tells whether they can be read.
func (k *checker) types(v *strictjson.Value, s section) bool {
	t := v.Member("type")
	if t == nil {
		k.missing(v, s, "type")
		return false
	}
	values := t.Values()
	for _, name := range values {
		if !name.Is(strictjson.String) || !isType(name.Text) {
			k.find(name, Malformed, onTypes, "type", "vcdm.type")
			return false
		}
	}
	if len(values) == 0 {
		k.find(t, Malformed, onTypes, "type", "vcdm.type")
		return false
	}
	return true
}

// typed checks the type of an object that must have one in particular.
func (k *checker) typed(v *strictjson.Value, want string) {
	if k.types(v, onTypes) && !v.Member("type").Has(want) {
		k.find(v.Member("type"), Malformed, onTypes, "type", "vcdm.type.want", "Value", want)
	}
}

// objects gives the values of a property that is an object or an array of
// objects. Whatever else it is, is a finding.
func (k *checker) objects(v *strictjson.Value, s section, property string) []*strictjson.Value {
	list := v.Member(property)
	if list == nil {
		return nil
	}
	values := list.Values()
	if len(values) == 0 {
		k.find(list, Malformed, s, property, "vcdm.objects")
	}
	var objects []*strictjson.Value
	for _, o := range values {
		if !o.Is(strictjson.Object) {
			k.find(o, Malformed, s, property, "vcdm.objects")
			continue
		}
		objects = append(objects, o)
	}
	return objects
}

// titles checks the name and the description of an object (2.0, 4.6). 1.1 knows
// neither: there they are what another context says.
func (k *checker) titles(v *strictjson.Value) {
	if k.edition == v20 {
		k.texts(v, "name")
		k.texts(v, "description")
	}
}

// texts checks one of them (2.0, 11.1): a string, an object of a text with its
// language and direction, or an array of these.
func (k *checker) texts(v *strictjson.Value, property string) {
	list := v.Member(property)
	if list == nil {
		return
	}
	values := list.Values()
	if len(values) == 0 {
		k.find(list, Malformed, onNames, property, "vcdm.text")
	}
	for _, t := range values {
		if !t.Is(strictjson.String) {
			k.text(t, property)
		}
	}
}

func (k *checker) text(t *strictjson.Value, property string) {
	if !t.Is(strictjson.Object) || !t.Member("@value").Is(strictjson.String) {
		k.find(t, Malformed, onNames, property, "vcdm.text")
		return
	}
	for _, m := range t.Members {
		switch m.Name {
		case "@value":
		case "@language":
			if !m.Value.Is(strictjson.String) || !isLanguage(m.Value.Text) {
				k.find(m.Value, Malformed, onNames, property, "vcdm.text.language")
			}
		case "@direction":
			if !m.Value.Is(strictjson.String) || m.Value.Text != "ltr" && m.Value.Text != "rtl" {
				k.find(m.Value, Malformed, onNames, property, "vcdm.text.direction")
			}
		default:
			k.find(m.Value, Malformed, onNames, property, "vcdm.text.member")
		}
	}
}

// isType tells whether a text can be a type: a term or an absolute URL.
func isType(s string) bool {
	if strings.Contains(s, ":") {
		return isURL(s)
	}
	return s != "" && !strings.HasPrefix(s, "@") && !strings.ContainsFunc(s, invisible)
}

// isLanguage tells whether a text is shaped as a language tag (BCP 47).
func isLanguage(s string) bool {
	for i, part := range strings.Split(s, "-") {
		if part == "" || len(part) > 8 {
			return false
		}
		for _, c := range []byte(part) {
			letter := 'a' <= c|0x20 && c|0x20 <= 'z'
			if !letter && (i == 0 || c < '0' || c > '9') {
				return false
			}
		}
	}
	return true
}

// invisible finds white space and what does not show.
func invisible(r rune) bool { return unicode.IsSpace(r) || !unicode.IsGraphic(r) }

// isURL tells whether a text is an absolute URL, as the package comment says.
func isURL(s string) bool {
	scheme, rest, ok := strings.Cut(s, ":")
	if !ok || !isScheme(scheme) || rest == "" || strings.ContainsFunc(s, invisible) {
		return false
	}
	if strings.ContainsAny(s, "<>\"{}|\\^`") || strings.Count(s, "#") > 1 || !percents(s) {
		return false
	}
	switch strings.ToLower(scheme) {
	case "http", "https":
		authority, ok := strings.CutPrefix(rest, "//")
		if !ok {
			return false
		}
		if end := strings.IndexAny(authority, "/?#"); end >= 0 {
			authority = authority[:end]
		}
		return isHost(authority[strings.LastIndexByte(authority, '@')+1:])
	case "did":
		method, id, ok := strings.Cut(rest, ":")
		if end := strings.IndexAny(id, "/?#"); end >= 0 {
			id = id[:end]
		}
		return ok && id != "" && method != "" && strings.Trim(method, "abcdefghijklmnopqrstuvwxyz0123456789") == ""
	}
	return true
}

// isScheme follows RFC 3986, 3.1.
func isScheme(s string) bool {
	for i, c := range []byte(s) {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && (i == 0 || c != '+' && c != '-' && c != '.' && (c < '0' || c > '9')) {
			return false
		}
	}
	return s != ""
}

// isHost takes a name or an address in brackets, with a port or without.
func isHost(s string) bool {
	host := s
	if at := strings.LastIndexByte(s, ':'); at > strings.LastIndexByte(s, ']') {
		port := s[at+1:]
		host = s[:at]
		if port == "" || len(port) > 5 || strings.Trim(port, "0123456789") != "" {
			return false
		}
	}
	if inner, ok := strings.CutPrefix(host, "["); ok {
		inner, ok = strings.CutSuffix(inner, "]")
		return ok && inner != "" && strings.Trim(inner, "0123456789abcdefABCDEF:.") == ""
	}
	return host != "" && !strings.ContainsAny(host, "[]:")
}

// percents tells whether two hexadecimal digits follow each percent sign.
func percents(s string) bool {
	for {
		_, after, ok := strings.Cut(s, "%")
		if !ok {
			return true
		}
		if len(after) < 2 || strings.Trim(after[:2], "0123456789abcdefABCDEF") != "" {
			return false
		}
		s = after[2:]
	}
}
