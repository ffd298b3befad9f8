package linalg

import (
	"testing"
)

// eachImplementation runs f with the portable kernels and with those of this
// processor. It must not run beside tests that use the package.
func eachImplementation(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	fast := useAVX2
	defer func() { useAVX2 = fast }()
	for name, use := range map[string]bool{"go": false, "avx2": true} {
		if use && !fast {
			t.Log("no AVX2 here")
			continue
		}
		useAVX2 = use
		t.Run(name, f)
	}
}
