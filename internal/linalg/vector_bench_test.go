package linalg

import (
	"testing"

	"gonum.org/v1/gonum/blas/blas32"
)

func BenchmarkVector384(b *testing.B) {
	r := source(1)
	x, y := clone(normals[float32](r, 384)), clone(normals[float32](r, 384))
	gx, gy := blas32.Vector{N: 384, Inc: 1, Data: x}, blas32.Vector{N: 384, Inc: 1, Data: y}
	x8, y8 := clone(bytesOf(r, 384)), clone(bytesOf(r, 384))
	var sink float32
	for _, bench := range []struct {
		name string
		f    func()
	}{
		{"dot", func() { sink = Dot(x, y) }},
		{"dot/gonum", func() { sink = blas32.Dot(gx, gy) }},
		{"axpy", func() { Axpy(1e-6, x, y) }},
		{"axpy/gonum", func() { blas32.Axpy(1e-6, gx, gy) }},
		{"scale", func() { Scale(1, x) }},
		{"scale/gonum", func() { blas32.Scal(1, gx) }},
		{"squared distance", func() { sink = SquaredDistance(x, y) }},
		{"cosine", func() { sink = Cosine(x, y) }},
		{"int8 dot", func() { sink = float32(DotInt8(x8, y8)) }},
	} {
		b.Run(bench.name, func(b *testing.B) {
			for b.Loop() {
				bench.f()
			}
		})
	}
	_ = sink
}
