package peak

import "golang.org/x/sys/cpu"

// FlopsPerRound is the number of float32 operations in one round of FMA32:
// twelve multiply-adds of eight lanes.
const FlopsPerRound = 12 * 8 * 2

// Supported says whether this processor has the instructions.
func Supported() bool { return cpu.X86.HasAVX2 && cpu.X86.HasFMA }

// FMA32 runs rounds of independent float32 multiply-adds.
func FMA32(rounds int) {
	if Supported() && rounds > 0 {
		fma32(rounds)
	}
}

// FMA64 runs rounds of independent float64 multiply-adds.
func FMA64(rounds int) {
	if Supported() && rounds > 0 {
		fma64(rounds)
	}
}

// Read loads each whole 256 bytes of x.
func Read(x []float32) {
	if Supported() {
		read(x)
	}
}

func fma32(rounds int)

func fma64(rounds int)

//go:noescape
func read(x []float32)
