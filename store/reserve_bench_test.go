package store_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/probatum/probatum/credential"
)

// BenchmarkReserve keeps a Result and reserves a copy of it with its entries, as each
// credential does: one after the other, and by eight at once. What is kept is on the
// disk, on both engines.
func BenchmarkReserve(b *testing.B) {
	for _, e := range engines {
		for _, workers := range []int{1, 8} {
			b.Run(fmt.Sprintf("%s/%d", e.name, workers), func(b *testing.B) {
				db := e.fresh(b)
				if db.postgres() { // the server of the tests does not wait for the disk
					execute(b, db.raw(b), `alter system set fsync = on`, `alter system set synchronous_commit = on`, `select pg_reload_conf()`)
				}
				s := db.openPlain(b, nil)
				if _, _, err := reserved(b.Context(), s, credential.VCDI); err != nil {
					b.Fatal(err)
				}
				b.SetParallelism(max(1, workers/runtime.GOMAXPROCS(0)))
				if workers == 1 {
					for b.Loop() {
						if _, _, err := reserved(b.Context(), s, credential.VCDI); err != nil {
							b.Fatal(err)
						}
					}
					return
				}
				b.ResetTimer()
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						if _, _, err := reserved(b.Context(), s, credential.VCDI); err != nil {
							b.Error(err)
							return
						}
					}
				})
			})
		}
	}
}
