//go:build !race

package canon_test

import "time"

// limitForOne is how long one graph may keep a core at work.
const limitForOne = 1500 * time.Millisecond

const (
	heapForOne = 64 << 20 // how far one document may make the heap grow
	mostOfEach = 60_000   // how many of one kind of part the largest document is sought with
)
