// Package goid tells goroutines apart. Go hands out no identity of a goroutine;
// its number can be read off a stack trace, but making one takes longer than
// many a transaction. Where we know how, the address of the runtime's own
// record of the goroutine serves: no two that live share one.
package goid

import "runtime"

// Current returns a number that no other living goroutine has, and that this
// one keeps.
func Current() uint64 { return current() }

// traced reads the number off the first line of a stack trace: "goroutine 7
// [running]:".
func traced() uint64 {
	var buf [40]byte
	n := runtime.Stack(buf[:], false)
	var id uint64
	for _, c := range buf[len("goroutine "):n] {
		if c < '0' || c > '9' {
			break
		}
		id = id*10 + uint64(c-'0')
	}
	return id
}
