package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/probatum/probatum/access"
)

var updateDocs = flag.Bool("update-docs", false, "write the tables of docs/access.md anew")

// TestAccessDocs holds docs/access.md to the table that decides.
func TestAccessDocs(t *testing.T) {
	t.Parallel()
	const mark = "<!-- What follows is written by a test. -->\n"
	path := filepath.Join("..", "..", "docs", "access.md")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	prose, got, found := strings.Cut(string(data), mark)
	if !found {
		t.Fatalf("%s has no mark", path)
	}
	want := "\n" + roleTable() + "\n" + scopeTable() + "\n" + routeTable(t)
	if *updateDocs {
		if err := os.WriteFile(path, []byte(prose+mark+want), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got != want {
		t.Errorf("docs/access.md is not what access decides (-update-docs writes it): %s", apart(got, want))
	}
}

// roleTable has a line for each act and a column for each role.
func roleTable() string {
	var b strings.Builder
	b.WriteString("## Roles and acts\n\nA dot: the role may. A star: only within five minutes of showing who one is;\na double star: and not within a day of a recovery of the account.\n\nGiving power to others (inviting, sending an invitation again, changing a role, helping\nsomebody back in, making a token) always needs both; taking it away does not.\n\n| act |")
	for _, r := range access.Roles() {
		fmt.Fprintf(&b, " %s |", r)
	}
	b.WriteString("\n| --- |" + strings.Repeat(" :-: |", len(access.Roles())) + "\n")
	for _, act := range access.Acts() {
		sign := "·"
		if access.NeedsFresh(act) {
			sign = "*"
		}
		if rests(act) {
			sign = "**"
		}
		fmt.Fprintf(&b, "| `%s` |", act)
		for _, r := range access.Roles() {
			if allows(r, act) {
				fmt.Fprintf(&b, " %s |", strings.ReplaceAll(sign, "*", "\\*"))
			} else {
				b.WriteString("  |")
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// rests tells whether an act waits after a recovery.
func rests(act access.Act) bool {
	now := time.Now()
	for _, r := range access.Roles() {
		a := access.Actor{Person: "somebody", SignedIn: now, Memberships: []access.Membership{{Body: "body", Role: r}}}
		if a.May(act, "body", now) != nil {
			continue
		}
		a.Recovered = now.Add(-access.RestFor + time.Minute)
		return a.May(act, "body", now) != nil
	}
	return false
}

// scopeTable says which scope lets a token do which acts.
func scopeTable() string {
	var b strings.Builder
	b.WriteString("## Scopes of tokens\n\nA token of a body does what its scopes say, in that body alone. One of a person has `me:read`\nand `me:write`, for what is their own, and does nothing for a body, whatever roles they have.\n\n| scope | acts |\n| --- | --- |\n")
	var never []string
	with := func(act access.Act, scopes ...access.Scope) bool {
		return access.Actor{Token: "token", Body: "body", Scopes: scopes}.May(act, "body", time.Now()) == nil
	}
	for _, s := range access.BodyScopes() {
		var acts []string
		for _, act := range access.Acts() {
			if with(act, s) {
				acts = append(acts, "`"+string(act)+"`")
			}
		}
		fmt.Fprintf(&b, "| `%s` | %s |\n", s, strings.Join(acts, ", "))
	}
	for _, act := range access.Acts() {
		if !with(act, access.BodyScopes()...) {
			never = append(never, "`"+string(act)+"`")
		}
	}
	fmt.Fprintf(&b, "\nNo token may ever do these: %s.\n", strings.Join(never, ", "))
	return b.String()
}

// routeTable says which routes an act opens.
func routeTable(t *testing.T) string {
	t.Helper()
	routes := map[string][]string{}
	for _, r := range rules(t) {
		pattern := parameter.ReplaceAllString(r.Pattern, "{$1}")
		routes[r.who] = append(routes[r.who], fmt.Sprintf("`%s %s`", r.Method, pattern))
	}
	var b strings.Builder
	b.WriteString("## Acts and routes\n\nOf bodies and of programs. Everything below `/me`, `/settings` and `/notices` is for whoever is signed in.\n\n| act or scope | routes |\n| --- | --- |\n")
	var names []string
	for _, act := range access.Acts() {
		names = append(names, string(act))
	}
	for _, s := range access.MyScopes() {
		names = append(names, string(s))
	}
	for _, name := range names {
		all := slices.Compact(routes[name])
		fmt.Fprintf(&b, "| `%s` | %s |\n", name, strings.Join(all, "<br>"))
	}
	return b.String()
}
