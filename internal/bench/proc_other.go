//go:build !linux

package bench

import "time"

// threadCPU is known on Linux only.
func threadCPU() (time.Duration, bool) { return 0, false }

// ownUsage is known on Linux only.
func ownUsage() status { return status{} }

// postgresCPU is known on Linux only.
func postgresCPU(string) (float64, bool) { return 0, false }
