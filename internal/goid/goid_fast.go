//go:build gc && (amd64 || arm64)

package goid

// record returns the address of the runtime's record of the goroutine.
func record() uint64

func current() uint64 { return record() }
