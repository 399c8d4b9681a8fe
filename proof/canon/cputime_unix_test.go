//go:build unix

package canon_test

import (
	"syscall"
	"time"
)

// cpuTime is the time that the process has worked: what else the machine does
// has little influence on it.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
