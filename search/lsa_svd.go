package search

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"github.com/bodega-commerce/bodega/internal/linalg"
)

// rightVectors returns the first right singular vectors of the matrix that
// rows make, a column a vector, by random projection with power iterations
// (Halko, Martinsson, Tropp 2011).
func rightVectors(ctx context.Context, rows []sparse, columns int, c LSAConfig) (linalg.Matrix[float32], error) {
	none := linalg.Matrix[float32]{}
	wanted := min(c.Dimensions, len(rows), columns)
	width := min(wanted+16, len(rows), columns)
	random := rand.New(rand.NewPCG(c.Seed, 1)) //nolint:gosec // numbers that must repeat, not secrets
	right := linalg.NewMatrix[float32](columns, width)
	for i := range right.Data {
		right.Data[i] = float32(random.NormFloat64())
	}
	left := linalg.NewMatrix[float32](len(rows), width)
	var err error
	for range c.Iterations + 1 {
		if err := ctx.Err(); err != nil {
			return none, err
		}
		clear(left.Data)
		for i, r := range rows {
			for j, column := range r.columns {
				linalg.Axpy(r.values[j], right.Row(column), left.Row(i))
			}
		}
		if left, err = orthonormal(left); err != nil {
			return none, err
		}
		right = linalg.NewMatrix[float32](columns, left.Cols)
		for i, r := range rows {
			for j, column := range r.columns {
				linalg.Axpy(r.values[j], left.Row(i), right.Row(column))
			}
		}
	}
	// right is the matrix's transpose times orthonormal columns: its own left
	// singular vectors, in falling order of singular value, are what is asked.
	if right, err = orthonormal(right); err != nil {
		return none, err
	}
	return compact(right.Block(0, 0, columns, min(wanted, right.Cols))), nil
}

// orthonormal returns the left singular vectors of a, the greatest singular
// value first, without those directions that rounding alone made.
func orthonormal(a linalg.Matrix[float32]) (linalg.Matrix[float32], error) {
	gram := linalg.NewMatrix[float32](a.Cols, a.Cols)
	linalg.Syrk(gram, 1, a.T(), 0, 0)
	symmetric := mat.NewSymDense(a.Cols, nil)
	for i := range a.Cols {
		for j := range i + 1 {
			symmetric.SetSym(i, j, float64(gram.At(i, j)))
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(symmetric, true) {
		return a, errors.New("search: the decomposition did not converge")
	}
	values := eigen.Values(nil) // rising
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	kept := 0
	for kept < len(values) && values[len(values)-1-kept] > 1e-6*values[len(values)-1] {
		kept++
	}
	if kept == 0 {
		return a, errors.New("search: the documents have no words to learn from")
	}
	turn := linalg.NewMatrix[float32](a.Cols, kept)
	for j := range kept {
		from := len(values) - 1 - j
		for i := range a.Cols {
			turn.Row(i)[j] = float32(vectors.At(i, from) / math.Sqrt(values[from]))
		}
	}
	product := linalg.NewMatrix[float32](a.Rows, kept)
	linalg.Gemm(product, 1, a, turn, 0, 0)
	return product, nil
}

func compact(a linalg.Matrix[float32]) linalg.Matrix[float32] {
	b := linalg.NewMatrix[float32](a.Rows, a.Cols)
	for i := range a.Rows {
		copy(b.Row(i), a.Row(i))
	}
	return b
}
