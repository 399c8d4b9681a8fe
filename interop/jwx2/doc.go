// Package jwx2 checks the tokens of Probatum with an implementation that is not
// part of it: the second major line of jwx, which no package of the program may
// use (docs/adr/0001). It is a module of its own, so that nothing of it reaches
// the program. Run it with
//
//	go test ./...
//
// in this folder.
package jwx2
