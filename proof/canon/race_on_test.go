//go:build race

package canon_test

import "time"

// limitForOne is wide here: the race detector makes everything slower.
const limitForOne = 20 * time.Second

// Nor is memory measured here, or the largest document sought: the run without
// the detector does both.
const (
	heapForOne = 256 << 20
	mostOfEach = 500
)
