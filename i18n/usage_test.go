package i18n_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The names of functions and fields whose text argument is a message key.
var (
	takesKey  = map[string]int{"T": 0, "TMap": 0, "New": 1, "Refuse": 1, "refuse": 0, "Add": 1}
	fieldKeys = map[string]bool{"Key": true, "Public": true}
)

// templateKey finds {{t "key"}} and {{.T "key"}} in templates.
var templateKey = regexp.MustCompile(`[{(\s.][tT] "([a-z][A-Za-z0-9.-]*\.[A-Za-z0-9.-]+)"`)

// shape is that of a message key.
var shape = regexp.MustCompile(`^[a-z][A-Za-z0-9]*(\.[A-Za-z0-9_-]+)+$`)

// usage is what the source says about messages.
type usage struct {
	keys     map[string]string // where a key is surely meant
	literals map[string]bool   // every text that could be a key
	openings []string          // texts to which the rest of a key is added
}

// source reads the program: Go files but tests, templates, and data files that
// may hold keys.
func source(t *testing.T) usage {
	t.Helper()
	u := usage{keys: make(map[string]string), literals: make(map[string]bool)}
	files := 0
	root := ".."
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if path != root && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "testdata") {
				return filepath.SkipDir
			}
			return nil
		}
		switch filepath.Ext(name) {
		case ".go":
			if strings.HasSuffix(name, "_test.go") {
				return nil
			}
			files++
			return u.goFile(path)
		case ".html", ".tmpl", ".txt", ".tsv", ".json":
			if filepath.Dir(path) == filepath.Join(root, "i18n") {
				return nil // the catalogues themselves
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			files++
			for _, m := range templateKey.FindAllStringSubmatch(string(data), -1) {
				u.keys[m[1]] = path
			}
			for _, word := range regexp.MustCompile(`[A-Za-z0-9._-]+`).FindAllString(string(data), -1) {
				u.literals[word] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 3 {
		t.Fatalf("only %d files were found under %s", files, root)
	}
	return u
}

func (u *usage) goFile(path string) error {
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	text := func(e ast.Expr) (string, bool) {
		lit, ok := e.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return "", false
		}
		s, err := strconv.Unquote(lit.Value)
		return s, err == nil
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			var name string
			switch fun := n.Fun.(type) {
			case *ast.Ident:
				name = fun.Name
			case *ast.SelectorExpr:
				name = fun.Sel.Name
			}
			if i, ok := takesKey[name]; ok && i < len(n.Args) {
				if s, ok := text(n.Args[i]); ok && shape.MatchString(s) {
					u.keys[s] = set.Position(n.Pos()).String()
				}
			}
		case *ast.KeyValueExpr:
			if id, ok := n.Key.(*ast.Ident); ok && fieldKeys[id.Name] {
				if s, ok := text(n.Value); ok && shape.MatchString(s) {
					u.keys[s] = set.Position(n.Pos()).String()
				}
			}
		case *ast.BasicLit:
			if s, ok := text(n); ok {
				u.literals[s] = true
				// The beginning of a key whose end is computed.
				if i := strings.IndexByte(s, '%'); i > 0 && strings.HasSuffix(s[:i], ".") {
					s = s[:i]
				}
				if strings.HasSuffix(s, ".") && shape.MatchString(s+"x") {
					u.openings = append(u.openings, s)
				}
			}
		}
		return true
	})
	return nil
}

// TestKeysOfTheSourceExist finds calls for messages that no catalogue has:
// they would show their key to a person.
func TestKeysOfTheSourceExist(t *testing.T) {
	t.Parallel()
	en := catalogue(t, "en")
	areas := make(map[string]bool)
	for key := range en {
		area, _, _ := strings.Cut(key, ".")
		areas[area] = true
	}
	keys := source(t).keys
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		area, _, _ := strings.Cut(key, ".")
		if _, ok := en[key]; !ok && areas[area] {
			t.Errorf("%s: no catalogue has the message %q", keys[key], key)
		}
	}
}

// TestEveryMessageIsUsed finds what nobody says any more.
func TestEveryMessageIsUsed(t *testing.T) {
	t.Parallel()
	u := source(t)
	for _, key := range slices.Sorted(maps.Keys(catalogue(t, "en"))) {
		used := u.literals[key] || u.keys[key] != ""
		for _, o := range u.openings {
			used = used || strings.HasPrefix(key, o)
		}
		if !used {
			t.Errorf("the message %q is used nowhere", key)
		}
	}
}
