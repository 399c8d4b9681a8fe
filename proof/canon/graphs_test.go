package canon_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// The graphs that canonicalisation is measured and attacked with, in N-Quads.
// All of their blank nodes are as alike as the name says.

const link = "<https://example.org/p>"

// clique is the complete graph of n like nodes.
func clique(n int) string { return cliques(1, n) }

// cliques are disjoint complete graphs of n nodes each.
func cliques(times, n int) string {
	var b strings.Builder
	for k := range times {
		for i := range n {
			for j := range n {
				if i != j {
					fmt.Fprintf(&b, "_:k%dn%d %s _:k%dn%d .\n", k, i, link, k, j)
				}
			}
		}
	}
	return b.String()
}

// bipartite links each of n nodes to each of m others.
func bipartite(n, m int) string {
	var b strings.Builder
	for i := range n {
		for j := range m {
			fmt.Fprintf(&b, "_:l%d %s _:r%d .\n", i, link, j)
		}
	}
	return b.String()
}

// multigraph is a clique of which each link stands in several graphs whose names
// are blank nodes of the clique too.
func multigraph(n, graphs int) string {
	var b strings.Builder
	for g := range graphs {
		for i := range n {
			for j := range n {
				fmt.Fprintf(&b, "_:n%d %s _:n%d _:n%d .\n", i, link, j, (i+j+g)%n)
			}
		}
	}
	return b.String()
}

// loops are cliques whose nodes also point at themselves.
func loops(n int) string {
	var b strings.Builder
	b.WriteString(clique(n))
	for i := range n {
		fmt.Fprintf(&b, "_:k0n%d %s _:k0n%d .\n", i, link, i)
	}
	return b.String()
}

// chain links n like nodes, one after the other.
func chain(n int) string {
	var b strings.Builder
	for i := range n - 1 {
		fmt.Fprintf(&b, "_:n%d %s _:n%d .\n", i, link, i+1)
	}
	return b.String()
}

// ring is a chain that ends where it begins.
func ring(n int) string {
	return chain(n) + fmt.Sprintf("_:n%d %s _:n0 .\n", n-1, link)
}

// star links one node to n like ones.
func star(n int) string { return bipartite(1, n) }

// alike are n nodes that say the same and are told apart only by a second node
// each.
func alike(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "_:hub %s _:n%d .\n", link, i)
		fmt.Fprintf(&b, "_:n%d <https://example.org/q> _:v%d .\n", i, i)
		fmt.Fprintf(&b, "_:v%d <https://example.org/value> \"%d\" .\n", i, i)
	}
	return b.String()
}

// list is an RDF collection of n like blank nodes, each told apart by a second
// one.
func list(n int) string {
	const rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
	var b strings.Builder
	fmt.Fprintf(&b, "<https://example.org/s> %s _:l0 .\n", link)
	for i := range n {
		fmt.Fprintf(&b, "_:l%d <%sfirst> _:n%d .\n", i, rdf, i)
		next := fmt.Sprintf("_:l%d", i+1)
		if i == n-1 {
			next = "<" + rdf + "nil>"
		}
		fmt.Fprintf(&b, "_:l%d <%srest> %s .\n", i, rdf, next)
		fmt.Fprintf(&b, "_:n%d <https://example.org/q> _:v%d .\n", i, i)
		fmt.Fprintf(&b, "_:v%d <https://example.org/value> \"%d\" .\n", i, i)
	}
	return b.String()
}

// twins are two chains of n distinct nodes that say the same.
func twins(n int) string {
	var b strings.Builder
	for _, k := range []string{"a", "b"} {
		for i := range n {
			fmt.Fprintf(&b, "_:%s%d <https://example.org/value> \"%d\" .\n", k, i, i)
			fmt.Fprintf(&b, "_:%s%d %s _:%s%d .\n", k, i, link, k, i+1)
		}
	}
	return b.String()
}

// distinct are n blank nodes that their own statements tell apart, in a tree.
func distinct(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "_:n%d <https://example.org/value> \"%d\" .\n", i, i)
		if i > 0 {
			fmt.Fprintf(&b, "_:n%d %s _:n%d .\n", i/3, link, i)
		}
	}
	return b.String()
}

// regular is a random graph in which each of n like nodes has the same number of
// links out and in.
func regular(n, degree int, seed uint64) string {
	r := rand.New(rand.NewPCG(seed, 1))
	var b strings.Builder
	for range degree {
		for i, j := range r.Perm(n) {
			fmt.Fprintf(&b, "_:n%d %s _:n%d .\n", i, link, j)
		}
	}
	return b.String()
}
