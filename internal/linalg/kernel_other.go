//go:build !amd64

package linalg

func dot(x, y []float32) float32                   { return dotGo(x, y) }
func dot64(x, y []float64) float64                 { return dotGo(x, y) }
func squaredDistance(x, y []float32) float32       { return squaredDistanceGo(x, y) }
func dotNorms(x, y []float32) (xy, xx, yy float32) { return dotGo(x, y), dotGo(x, x), dotGo(y, y) }
func axpy(alpha float32, x, y []float32)           { axpyGo(alpha, x, y) }
func axpy64(alpha float64, x, y []float64)         { axpyGo(alpha, x, y) }
func scale(alpha float32, x []float32)             { scaleGo(alpha, x) }
func scale64(alpha float64, x []float64)           { scaleGo(alpha, x) }
func dotInt8(x, y []int8) int32                    { return dotInt8Go(x, y) }
func dotRows(dst, a, x []float32)                  { dotRowsGo(dst, a, x) }
func dotRows64(dst, a, x []float64)                { dotRowsGo(dst, a, x) }
func squaredDistanceRows(dst, a, x []float32)      { squaredDistanceRowsGo(dst, a, x) }
func dotInt8Rows(dst []int32, a, x []int8)         { dotInt8RowsGo(dst, a, x) }
