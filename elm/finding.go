package elm

import (
	"maps"
	"strings"

	"github.com/probatum/probatum/i18n"
)

// A Finding is one place where a document breaks a rule.
type Finding struct {
	Path string // JSON path; for something missing, of the object that should have it
	Node string // id of the object whose rule is broken, where it has one
	Rule string // shape, property and constraint: "AddressShape/elm:countryCode/MinCount"; or "document/…", "list/…"

	// Key is the message, Args what it is about in the words of the model.
	// Message puts both into the reader's language.
	Key  string
	Args map[string]any
}

// Message says in plain words, in the reader's language, what is wrong.
func (f Finding) Message(loc i18n.Localizer) string {
	args := maps.Clone(f.Args)
	if args == nil {
		args = map[string]any{}
	}
	word := func(name string, kinds ...string) string {
		s, _ := f.Args[name].(string)
		for _, kind := range kinds {
			key := "elm." + kind + "." + s
			if t := loc.T(key); t != key {
				return t
			}
		}
		return s
	}
	// Some words of the model are written with their prefix, having no term.
	if p, _ := f.Args["Property"].(string); strings.Contains(p, "/") {
		args["Property"] = localName(p)
	} else {
		args["Property"] = word("Property", "term")
	}
	args["Want"] = word("Want", "datatype", "class")
	args["List"] = word("List", "list")
	args["Class"] = word("Class", "class")
	args["Subject"] = args["Class"]
	if name, _ := f.Args["Name"].(string); name != "" {
		args["Subject"] = loc.T("elm.check.subject", "Class", args["Class"], "Name", name)
	}
	return loc.TMap(f.Key, args)
}
