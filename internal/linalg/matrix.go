package linalg

import "fmt"

// Matrix is a view of row-major numbers: row i begins at Data[i*Stride]. Copies
// of a Matrix share its Data.
type Matrix[T Float] struct {
	Rows, Cols int
	Stride     int
	Data       []T
	transposed bool // Rows and Cols are those of the transpose of what is stored
}

// NewMatrix returns a zero matrix.
func NewMatrix[T Float](rows, cols int) Matrix[T] {
	return MatrixOf(make([]T, rows*cols), rows, cols)
}

// MatrixOf views data, row after row, as a rows x cols matrix.
func MatrixOf[T Float](data []T, rows, cols int) Matrix[T] {
	if rows < 0 || cols < 0 || len(data) != rows*cols {
		panic(fmt.Sprintf("linalg: %d elements for a %d x %d matrix", len(data), rows, cols))
	}
	return Matrix[T]{Rows: rows, Cols: cols, Stride: cols, Data: data}
}

// T returns the transpose, as another view of the same numbers.
func (m Matrix[T]) T() Matrix[T] {
	m.Rows, m.Cols, m.transposed = m.Cols, m.Rows, !m.transposed
	return m
}

// At returns the element in row i and column j.
func (m Matrix[T]) At(i, j int) T {
	if m.transposed {
		i, j = j, i
	}
	return m.Data[i*m.Stride+j]
}

// Row returns row i. The matrix must not be a transpose.
func (m Matrix[T]) Row(i int) []T {
	if m.transposed {
		panic("linalg: Row of a transposed matrix")
	}
	return m.Data[i*m.Stride:][:m.Cols:m.Cols]
}

// Block views the rows x cols matrix whose first element is in row i and
// column j of m.
func (m Matrix[T]) Block(i, j, rows, cols int) Matrix[T] {
	if i < 0 || j < 0 || rows < 0 || cols < 0 || i+rows > m.Rows || j+cols > m.Cols {
		panic(fmt.Sprintf("linalg: block of %d x %d at %d, %d of a %d x %d matrix", rows, cols, i, j, m.Rows, m.Cols))
	}
	start := i*m.Stride + j
	if m.transposed {
		start = j*m.Stride + i
	}
	m.Rows, m.Cols = rows, cols
	m.Data = m.Data[min(start, len(m.Data)):]
	return m
}

// check panics unless Data holds what the shape promises. The kernels rely on it.
func (m Matrix[T]) check(name string) {
	rows, cols := m.Rows, m.Cols
	if m.transposed {
		rows, cols = cols, rows
	}
	if rows < 0 || cols < 0 || m.Stride < cols || rows > 0 && cols > 0 && len(m.Data) < (rows-1)*m.Stride+cols {
		panic(fmt.Sprintf("linalg: matrix %s is %d x %d with stride %d and %d elements", name, rows, cols, m.Stride, len(m.Data)))
	}
}

// scaleBy multiplies the matrix, which is no transpose, by beta; with 0 it is
// zero afterwards, whatever was in it.
func (m Matrix[T]) scaleBy(beta T) {
	for i := range m.Rows {
		if row := m.Row(i); beta == 0 {
			clear(row)
		} else {
			scaleGo(beta, row)
		}
	}
}
