// Package imports_test holds the import table of the design: which package may
// import which, and who alone may use what is dangerous in many hands. It
// parses the files itself: a test that asked the go command could be served
// from the test cache.
package imports_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/probatum/probatum"

// layers is the table. A package imports strictly lower layers, never its own.
// It is changed in the same commit as the design, with a reason.
var layers = [...][]string{
	0:  {"internal/fault", "internal/strictjson", "internal/fetch", "internal/room"},
	1:  {"i18n", "contexts", "migrations", "keys", "evidence"},
	2:  {"elm", "keys/private", "mail"},
	3:  {"credential", "access"},
	4:  {"access/signin", "proof", "proof/canon", "proof/timestamp", "credential/vcdm", "credential/openbadge"},
	5:  {"proof/integrity", "proof/jose", "proof/cwt"},
	6:  {"proof/jades", "proof/sdjwt", "proof/pades"},
	7:  {"status", "render"},
	8:  {"trust"},
	9:  {"portfolio", "verifier"},
	10: {"assessment"},
	11: {"issuer", "body"},
	12: {"wallet/oid4vci", "wallet/oid4vp", "wallet/europass", "web/page", "web/openapi", "award"},
	13: {"store", "web/public", "web/desk", "web/mine", "web/session"},
	14: {"web/people", "web/vcapi", "jobs"},
	15: {"web"},
	16: {"cmd/probatum", "cmd/probatum-verify", "cmd/probatum-wasm"},
}

// forTests may be imported by tests alone, and import what they like: the test
// kit, the suite of promises that every issuer.Store must keep, and what holds
// handlers to the API document and finds elements on pages.
var forTests = []string{"internal/testkit", "issuer/storetest", "web/openapi/openapitest", "web/page/pagetest"}

// apart says what a package must not reach, not even through others.
var apart = map[string][]string{
	"verifier":            {"issuer", "portfolio", "assessment", "store", "web", "web/public", "render", "keys/private"},
	"web/public":          {"issuer", "store", "keys/private"},
	"cmd/probatum-verify": {"issuer", "store", "keys/private"},
	"cmd/probatum-wasm":   {"issuer", "store", "keys/private"},
	"store":               {"web", "web/public"},
	"web":                 {"store"},
	"elm":                 {"keys", "keys/private", "proof", "proof/jose", "proof/jades"}, // nothing of signing
	"assessment":          {"credential", "proof", "issuer"},                              // nothing of credentials
}

// only says who may import a module from outside, by import path and below.
var only = map[string][]string{
	"github.com/lestrrat-go/jwx":       {"proof/jose", "keys"},
	"github.com/jung-kurt/gofpdf":      {"render"},
	"github.com/pdfcpu/pdfcpu":         {"proof/pades"},
	"github.com/digitorus/pkcs7":       {"proof/pades", "proof/timestamp"},
	"github.com/digitorus/timestamp":   {"proof/pades", "proof/timestamp"},
	"github.com/piprate/json-gold":     {"proof/canon"},
	"github.com/fxamacker/cbor":        {"proof/integrity", "proof/cwt"},
	"github.com/veraison/go-cose":      {"proof/cwt"},
	"github.com/multiformats":          {"keys", "proof/integrity", "credential/vcdm"},
	"github.com/alecthomas/kong":       {"cmd/probatum", "cmd/probatum-verify"},
	"github.com/go-chi/chi":            {"web", "web/page", "web/people", "web/desk", "web/mine", "web/public", "web/vcapi", "cmd/probatum", "cmd/probatum-verify"},
	"github.com/go-webauthn":           {"access/signin"},
	"github.com/coreos/go-oidc":        {"access/signin"},
	"golang.org/x/oauth2":              {"access/signin"},
	"github.com/alexedwards/scs":       {"web/session"},
	"github.com/go-chi/httprate":       {"web/page"},
	"github.com/getkin/kin-openapi":    {},
	"modernc.org/sqlite":               {"store"},
	"github.com/jackc/pgx":             {"store", "jobs"},
	"gocloud.dev":                      {"store"},
	"database/sql":                     {"store", "migrations", "jobs"},
	"github.com/pressly/goose":         {"store", "migrations"},
	"github.com/nicksnyder/go-i18n":    {"i18n"},
	"github.com/skip2/go-qrcode":       {"render"},
	"github.com/santhosh-tekuri":       {},
	"github.com/lestrrat-go/jwx/v2":    {}, // adr/0001
	"github.com/stretchr/testify/mock": {},
	"golang.org/x/crypto/ocsp":         {"trust"},
	"github.com/riverqueue":            {"jobs"},
	"github.com/wneessen/go-mail":      {"mail"},
	"github.com/emersion":              {}, // the mail server of tests
	"unsafe":                           {},
	"os/exec":                          {},
	"plugin":                           {},
}

// uses says who may use a name of the standard library.
var uses = map[string]struct {
	names []string
	by    []string // packages, or folders with a slash at the end
}{
	// All outgoing requests go through internal/fetch.
	"net/http": {[]string{
		"Get", "Head", "Post", "PostForm", "Client", "DefaultClient", "Transport", "DefaultTransport", "NewRequest", "NewRequestWithContext",
	}, []string{"internal/fetch"}},
	"net/http/httputil": {[]string{"ReverseProxy", "NewSingleHostReverseProxy", "NewClientConn"}, nil},
	"net": {[]string{
		"Dial", "DialTimeout", "DialTCP", "DialUDP", "DialIP", "DialUnix", "Dialer", "DefaultResolver", "Resolver",
		"LookupHost", "LookupIP", "LookupAddr", "LookupCNAME", "LookupMX", "LookupNS", "LookupTXT", "LookupSRV",
	}, []string{"internal/fetch", "mail"}}, // mail: to the one server that the operator names

	"crypto/tls": {[]string{"Dial", "DialWithDialer", "Dialer", "Client"}, []string{"internal/fetch", "mail"}},
	"net/smtp":   {[]string{"SendMail", "Dial", "NewClient"}, nil},
	// Only cmd reads the environment and ends the process.
	"os": {[]string{"Getenv", "LookupEnv", "Environ", "ExpandEnv", "Exit"}, []string{"cmd/"}},
	// The weak source of chance has no place where keys and ids are made.
	"math/rand":    {[]string{"Int", "Intn", "Read", "New", "NewSource", "Seed"}, nil},
	"math/rand/v2": {[]string{"N", "Int", "IntN", "New"}, nil},
}

// A file is what one Go file imports and uses.
type file struct {
	name    string // below the module
	pkg     string
	imports []string
	tree    *ast.File
	set     *token.FileSet
}

func TestLayers(t *testing.T) {
	t.Parallel()
	level := map[string]int{}
	for i, pkgs := range layers {
		for _, p := range pkgs {
			if _, twice := level[p]; twice {
				t.Errorf("package %s stands in the table twice", p)
			}
			level[p] = i
		}
	}
	for _, f := range sources(t) {
		from, known := level[f.pkg]
		if !known {
			t.Errorf("%s: package %s is not in the table", f.name, f.pkg)
			continue
		}
		for _, imported := range f.imports {
			target, own := within(imported)
			if !own {
				continue
			}
			to, known := level[target]
			switch {
			case slices.Contains(forTests, target):
				t.Errorf("%s: %s is for tests alone", f.name, target)
			case !known:
				t.Errorf("%s: imports %s, which is not in the table", f.name, target)
			case to >= from:
				t.Errorf("%s: %s (layer %d) imports %s (layer %d)", f.name, f.pkg, from, target, to)
			}
		}
	}
}

func TestApart(t *testing.T) {
	t.Parallel()
	graph := map[string]map[string]bool{}
	for _, f := range sources(t) {
		if graph[f.pkg] == nil {
			graph[f.pkg] = map[string]bool{}
		}
		for _, imported := range f.imports {
			if target, own := within(imported); own {
				graph[f.pkg][target] = true
			}
		}
	}
	var reach func(from string, seen map[string]string)
	reach = func(from string, seen map[string]string) {
		for to := range graph[from] {
			if _, ok := seen[to]; !ok {
				seen[to] = from
				reach(to, seen)
			}
		}
	}
	for from, refused := range apart {
		seen := map[string]string{}
		reach(from, seen)
		for _, to := range refused {
			if via, ok := seen[to]; ok {
				t.Errorf("%s reaches %s through %s", from, to, via)
			}
		}
	}
}

func TestOnly(t *testing.T) {
	t.Parallel()
	for _, f := range sources(t) {
		for _, imported := range f.imports {
			for module, by := range only {
				if (imported == module || strings.HasPrefix(imported, module+"/")) && !slices.Contains(by, f.pkg) {
					t.Errorf("%s: imports %s, which is for %v", f.name, imported, by)
				}
			}
			if imported == "C" && !strings.HasPrefix(f.pkg, "keys/private") {
				t.Errorf("%s: cgo", f.name)
			}
		}
	}
}

func TestUses(t *testing.T) {
	t.Parallel()
	for _, f := range sources(t) {
		names := map[string]string{} // what the file calls an imported package
		for _, spec := range f.tree.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			name := path.Base(imported)
			if name == "v2" {
				name = path.Base(path.Dir(imported))
			}
			if spec.Name != nil {
				name = spec.Name.Name
			}
			if name == "." {
				t.Errorf("%s: dot import of %s", f.name, imported)
			}
			names[name] = imported
		}
		ast.Inspect(f.tree, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Name.Name == "init" && n.Recv == nil {
					t.Errorf("%s: func init", f.set.Position(n.Pos()))
				}
			case *ast.SelectorExpr:
				x, ok := n.X.(*ast.Ident)
				if !ok {
					return true
				}
				rule, ok := uses[names[x.Name]]
				if ok && slices.Contains(rule.names, n.Sel.Name) && !allowed(rule.by, f.pkg) {
					t.Errorf("%s: %s.%s is for %v", f.set.Position(n.Pos()), names[x.Name], n.Sel.Name, rule.by)
				}
			}
			return true
		})
	}
}

func allowed(by []string, pkg string) bool {
	return slices.ContainsFunc(by, func(b string) bool {
		return b == pkg || strings.HasSuffix(b, "/") && strings.HasPrefix(pkg, b)
	})
}

// within gives a package of the module by its path below it.
func within(imported string) (string, bool) {
	if imported == module {
		return ".", true
	}
	return strings.CutPrefix(imported, module+"/")
}

// sources parses every file of the module that is no test and no test helper,
// whatever its build constraints say. Folders that are modules of their own,
// test data and hidden ones are left out.
func sources(t *testing.T) []file {
	t.Helper()
	root := moduleRoot(t)
	var out []file
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		below, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		below = filepath.ToSlash(below)
		if d.IsDir() {
			base := d.Name()
			if below != "." && (strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") || base == "testdata" || base == "node_modules" ||
				slices.Contains(forTests, below) || exists(filepath.Join(name, "go.mod"))) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(below, ".go") || strings.HasSuffix(below, "_test.go") {
			return nil
		}
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		f := file{name: below, pkg: path.Dir(below), tree: tree, set: set}
		for _, spec := range tree.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			f.imports = append(f.imports, imported)
		}
		out = append(out, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	pkgs := map[string]bool{}
	for _, f := range out {
		pkgs[f.pkg] = true
	}
	if len(pkgs) < 10 || !pkgs["verifier"] {
		t.Fatalf("only %d packages found: %v", len(pkgs), slices.Sorted(maps.Keys(pkgs)))
	}
	return out
}

// moduleRoot is the folder of the go.mod above this test.
func moduleRoot(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for !exists(filepath.Join(dir, "go.mod")) {
		above := filepath.Dir(dir)
		if above == dir {
			t.Fatal("no go.mod above this test")
		}
		dir = above
	}
	return dir
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}
