//go:build !unix

package canon_test

import "time"

var started = time.Now()

// cpuTime is the time on the clock where no better one is to be had.
func cpuTime() time.Duration { return time.Since(started) }
