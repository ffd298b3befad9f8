package linalg_test

import (
	"fmt"

	"github.com/bodega-commerce/bodega/internal/linalg"
)

func ExampleTopDot() {
	vectors := linalg.MatrixOf([]float32{
		1, 0,
		.6, .8,
		0, 1,
	}, 3, 2)
	for _, s := range linalg.TopDot(vectors, []float32{.8, .6}, 2, 0) {
		fmt.Printf("row %d: %.2f\n", s.Index, s.Score)
	}
	// Output:
	// row 1: 0.96
	// row 0: 0.80
}

func ExampleGemm() {
	a := linalg.MatrixOf([]float64{
		1, 2, 3,
		4, 5, 6,
	}, 2, 3)
	c := linalg.NewMatrix[float64](2, 2)
	linalg.Gemm(c, 1, a, a.T(), 0, 0)
	fmt.Println(c.Row(0), c.Row(1))
	// Output: [14 32] [32 77]
}

func ExampleSolvePositive() {
	a := linalg.MatrixOf([]float64{
		4, 2,
		2, 3,
	}, 2, 2)
	b := linalg.MatrixOf([]float64{8, 8}, 2, 1)
	err := linalg.SolvePositive(a, b, 1)
	fmt.Printf("%v %.3f\n", err, b.Data)

	bad := linalg.MatrixOf([]float64{
		1, 2,
		2, 1,
	}, 2, 2)
	fmt.Println(linalg.SolvePositive(bad, b, 1))
	// Output:
	// <nil> [1.000 2.000]
	// linalg: the matrix is not positive definite: its leading block of order 2 is not
}

func ExampleConv() {
	edges := linalg.Conv{In: 1, Out: 1, Height: 3, Width: 4, KernelHeight: 1, KernelWidth: 2}
	height, width := edges.OutputSize()
	out := make([]float32, height*width)
	edges.Apply(out, []float32{
		0, 0, 1, 1,
		0, 0, 1, 1,
		0, 1, 1, 1,
	}, []float32{-1, 1}, nil, 1)
	fmt.Println(out)
	// Output: [0 1 0 0 1 0 1 0 0]
}
