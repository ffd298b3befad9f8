package boot

import "runtime/debug"

// heapGrowth is how many percent the heap may grow between two collections. A
// shop's live heap is a few dozen MiB, so that Go's own 100 would collect it
// many times a second under load.
const heapGrowth = 400

// Memory tunes the garbage collector for a server, unless GOGC says how.
func Memory(getenv func(string) string) {
	if getenv("GOGC") == "" {
		debug.SetGCPercent(heapGrowth)
	}
}
