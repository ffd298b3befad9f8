// Package peak measures what the processor can do at best, for benchmarks to
// put their figures beside: multiply-adds that wait for nothing, and reading
// memory without using it.
//
//	peak.FMA32(n)    // n times FlopsPerRound float32 operations
//	peak.FMA64(n)    // n times half as many float64 operations
//	peak.Read(block) // loads each byte of block once
//
// On processors without AVX2 Supported is false and the functions do nothing.
package peak
