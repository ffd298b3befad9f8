package linalg

import (
	"fmt"
	"math"
)

// EncodeInt8 sets dst to x in steps of scale, which is a 127th of the largest
// magnitude in x: dst[i]*scale is within scale/2 of x[i], but for rounding. An x
// of zeros, or one that holds NaN or Inf, gives zeros and scale 0.
func EncodeInt8(dst []int8, x []float32) (scale float32) {
	sameLength("EncodeInt8", len(dst), len(x))
	var largest float32
	sum := float32(0) // NaN once an x is not finite
	for _, v := range x {
		largest = max(largest, v, -v)
		sum += v - v
	}
	scale = largest / 127
	if sum != 0 || scale == 0 {
		clear(dst)
		return 0
	}
	for i, v := range x {
		dst[i] = int8(max(-127, min(127, math.RoundToEven(float64(v)/float64(scale)))))
	}
	return scale
}

// Codes holds a row-major matrix in a quarter of its memory: row i is about
// Scales[i] times the codes in its row of Data.
type Codes struct {
	Rows, Cols int
	Data       []int8
	Scales     []float32
}

// EncodeRows returns the codes of each row of a.
func EncodeRows(a Matrix[float32], workers int) Codes {
	a.check("a")
	c := Codes{Rows: a.Rows, Cols: a.Cols, Data: make([]int8, a.Rows*a.Cols), Scales: make([]float32, a.Rows)}
	inParallel(workers, (a.Rows+scanRows-1)/scanRows, func(_, piece int) {
		for i := piece * scanRows; i < min(a.Rows, (piece+1)*scanRows); i++ {
			c.Scales[i] = EncodeInt8(c.Data[i*c.Cols:][:c.Cols], a.Row(i))
		}
	})
	return c
}

// TopDot is TopDot of the matrix exact, of which c holds the codes. It scans the
// codes for the best candidates and computes the dot products of those only: the
// scores are exact, and a row is missed when its code is not among the candidates.
// candidates is raised to k; four times k misses about one row in a thousand on
// embeddings of some hundred dimensions.
func (c Codes) TopDot(exact Matrix[float32], x []float32, k, candidates, workers int) []Scored {
	checkScan("TopDot", exact, x)
	if c.Rows != exact.Rows || c.Cols != exact.Cols || len(c.Data) != c.Rows*c.Cols || len(c.Scales) != c.Rows {
		panic(fmt.Sprintf("linalg: codes of %d x %d, %d in all, %d scales, of a %d x %d matrix",
			c.Rows, c.Cols, len(c.Data), len(c.Scales), exact.Rows, exact.Cols))
	}
	query := make([]int8, len(x))
	EncodeInt8(query, x)
	best := scan(c.Rows, max(k, candidates), workers, func(first int, out []float32) {
		var dots [scanRows]int32
		dotInt8Rows(dots[:len(out)], c.Data[first*c.Cols:][:len(out)*c.Cols], query)
		scales := c.Scales[first:][:len(out)]
		for i, scale := range scales {
			out[i] = float32(dots[i]) * scale
		}
	})
	var top Top
	top.Reset(k)
	for _, s := range best.heap {
		top.Offer(s.Index, dot(exact.Row(s.Index), x))
	}
	return top.Sorted()
}
