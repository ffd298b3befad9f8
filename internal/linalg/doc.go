// Package linalg is the dense linear algebra that the numeric packages stand on.
package linalg
