//go:build !amd64

package linalg

import "testing"

func eachImplementation(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	t.Run("go", f)
}
