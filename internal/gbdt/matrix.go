package gbdt

import (
	"fmt"
	"math"
)

// Matrix is a read-only view of feature values: rows by columns. NaN is a
// missing value. The view does not copy; do not change the values while it is
// in use.
type Matrix struct {
	rows, cols int
	column     func(dst []float64, j, from int)       // rows from.. of column j
	gather     func(dst []float64, j int, rows []int) // the named rows of column j
	row        func(dst []float64, i int)
}

// Rows returns the number of rows.
func (m Matrix) Rows() int { return m.rows }

// Cols returns the number of columns.
func (m Matrix) Cols() int { return m.cols }

// RowMajor views data as rows of cols values each.
func RowMajor[T float32 | float64](data []T, cols int) (Matrix, error) {
	if cols <= 0 || len(data)%cols != 0 {
		return Matrix{}, fmt.Errorf("gbdt: %d values are no rows of %d columns", len(data), cols)
	}
	return Matrix{
		rows: len(data) / cols, cols: cols,
		column: func(dst []float64, j, from int) {
			at := from*cols + j
			for i := range dst {
				dst[i] = float64(data[at])
				at += cols
			}
		},
		gather: func(dst []float64, j int, rows []int) {
			for i, r := range rows {
				dst[i] = float64(data[r*cols+j])
			}
		},
		row: func(dst []float64, i int) {
			for j, v := range data[i*cols : (i+1)*cols] {
				dst[j] = float64(v)
			}
		},
	}, nil
}

// Columns views columns of equal length.
func Columns[T float32 | float64](columns [][]T) (Matrix, error) {
	if len(columns) == 0 {
		return Matrix{}, fmt.Errorf("gbdt: no columns")
	}
	rows := len(columns[0])
	for j, c := range columns {
		if len(c) != rows {
			return Matrix{}, fmt.Errorf("gbdt: column %d has %d rows, column 0 has %d", j, len(c), rows)
		}
	}
	return Matrix{
		rows: rows, cols: len(columns),
		column: func(dst []float64, j, from int) {
			for i, v := range columns[j][from : from+len(dst)] {
				dst[i] = float64(v)
			}
		},
		gather: func(dst []float64, j int, rows []int) {
			for i, r := range rows {
				dst[i] = float64(columns[j][r])
			}
		},
		row: func(dst []float64, i int) {
			for j := range dst {
				dst[j] = float64(columns[j][i])
			}
		},
	}, nil
}

// Table is rows with what is known of them: the training rows of NewDataset
// and the validation rows of Train.
type Table struct {
	// X holds the features.
	X Matrix
	// Label is the target of each row: 0 or 1 (binary), a class 0..n-1
	// (multiclass), a grade 0..30 (ranking), a number otherwise.
	Label []float64
	// Weight of each row, none negative. Default 1.
	Weight []float64
	// InitScore is added to the raw score before training, one value per row or,
	// for several classes, rows x classes. The model does not contain it. Default none.
	InitScore []float64
	// Group holds the numbers of consecutive rows that belong to one query.
	// Ranking needs it; others ignore it.
	Group []int
}

func (t Table) validate() error {
	n := t.X.rows
	switch {
	case n == 0 || t.X.cols == 0:
		return &InputError{"X", "has no rows or no columns"}
	case n > maxRows:
		return &InputError{"X", fmt.Sprintf("has %d rows, at most %d are handled", n, maxRows)}
	case len(t.Label) != n:
		return &InputError{"Label", fmt.Sprintf("has %d values for %d rows", len(t.Label), n)}
	case t.Weight != nil && len(t.Weight) != n:
		return &InputError{"Weight", fmt.Sprintf("has %d values for %d rows", len(t.Weight), n)}
	case len(t.InitScore)%n != 0:
		return &InputError{"InitScore", fmt.Sprintf("has %d values for %d rows", len(t.InitScore), n)}
	}
	for i, v := range t.Label {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return &InputError{"Label", fmt.Sprintf("is %v at row %d, it must be finite", v, i)}
		}
	}
	sum := 0.0
	for i, v := range t.Weight {
		if !(v >= 0) || math.IsInf(v, 0) {
			return &InputError{"Weight", fmt.Sprintf("is %v at row %d, it must be finite and not negative", v, i)}
		}
		sum += v
	}
	if t.Weight != nil && !(sum > 0) {
		return &InputError{"Weight", "is zero everywhere"}
	}
	for i, v := range t.InitScore {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return &InputError{"InitScore", fmt.Sprintf("is %v at %d, it must be finite", v, i)}
		}
	}
	if t.Group == nil {
		return nil
	}
	left := n
	for q, size := range t.Group {
		if size <= 0 || size > left {
			return &InputError{"Group", fmt.Sprintf("is %d at query %d, with %d rows left", size, q, left)}
		}
		left -= size
	}
	if left != 0 {
		return &InputError{"Group", fmt.Sprintf("covers %d of %d rows", n-left, n)}
	}
	return nil
}

// weight of a row.
func (t *Table) weight(i int) float64 {
	if t.Weight == nil {
		return 1
	}
	return t.Weight[i]
}

// maxRows leaves the fixed-point sums of gradients enough bits a row.
const maxRows = 1 << 26
