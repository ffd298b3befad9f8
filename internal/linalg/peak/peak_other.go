//go:build !amd64

package peak

// FlopsPerRound is the number of float32 operations in one round of FMA32.
const FlopsPerRound = 12 * 8 * 2

// Supported says whether this processor has the instructions.
func Supported() bool { return false }

// FMA32 does nothing here.
func FMA32(int) {}

// FMA64 does nothing here.
func FMA64(int) {}

// Read does nothing here.
func Read([]float32) {}
