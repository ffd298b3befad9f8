package linalg

import (
	"fmt"
	"sync"
)

// How a product is cut. A panel of b (blockK deep, a tile wide: 16 KiB) stays in
// the first cache, a block of a in the second, the panels of blockN columns in
// the third. Where blockK cuts follows from k alone, so that it decides about
// rounding and the number of workers does not.
const (
	tileRows = 6
	panel32  = 16
	panel64  = 8
	blockK   = 256
	blockM   = 96
	blockN   = 512
)

// Below these a product is not worth packing or sharing.
const (
	packRows      = 24
	packCols      = 64
	minCols       = 128
	parallelFlops = 1 << 20
)

// Gemm sets c to alpha*a*b + beta*c. Each of them may be a transpose (Matrix.T);
// c must not overlap a or b. With beta 0, c need not hold numbers before; with
// alpha 0, a and b are not read. Work is shared by up to workers goroutines,
// GOMAXPROCS when workers is 0 or less; they end before Gemm returns.
//
// An element of the product is the sum of its terms in order of k, in runs of at
// most 256 that are added up one after the other. It depends on its row of a,
// its column of b, on k, alpha, beta and its old value, and on nothing else: not
// on the other rows and columns, how many there are, or the number of workers.
// Processors without AVX2 and FMA round each product, those with it each sum only.
func Gemm[T Float](c Matrix[T], alpha T, a, b Matrix[T], beta T, workers int) {
	a.check("a")
	b.check("b")
	c.check("c")
	if a.Cols != b.Rows || c.Rows != a.Rows || c.Cols != b.Cols {
		panic(fmt.Sprintf("linalg: Gemm of %d x %d and %d x %d into %d x %d", a.Rows, a.Cols, b.Rows, b.Cols, c.Rows, c.Cols))
	}
	if c.transposed {
		c, a, b = c.T(), b.T(), a.T()
	}
	p := product[T]{c: c, alpha: alpha, a: a, b: b, beta: beta, kernel: kernelOf[T]()}
	if !b.transposed && a.Rows < packRows {
		p.flat = b
	}
	p.run(workers)
}

// panels is the right-hand side of a product: something that can be laid out in
// panels.
type panels[T Float] interface {
	// pack writes columns j0 to j0+cols of rows k0 to k0+depth, panel after
	// panel, each depth rows of a panel's width; what hangs over is zero.
	pack(kernel kernel[T], dst []T, k0, depth, j0, cols int)
}

// kernel is the innermost loop for one type.
type kernel[T Float] struct {
	panel int // columns of a tile
	tile  func(rows, k int, a []T, lda int, b []T, ldb int, c []T, ldc int, alpha T, add bool)
	// transpose sets dst[j*dstStride+i] to src[i*srcStride+j] for i below rows
	// and j below cols.
	transpose func(dst []T, dstStride int, src []T, srcStride, rows, cols int)
	// scatter copies src, whose length is a multiple of panel, in pieces of a
	// panel's width to dst, where they are stride apart.
	scatter func(dst, src []T, stride int)
	pool    *sync.Pool // of *workspace[T]
}

var pool32, pool64 sync.Pool

func kernelOf[T Float]() kernel[T] {
	var zero T
	var k any = kernel[float64]{panel64, tile64, transpose64, scatter64, &pool64}
	if _, single := any(zero).(float32); single {
		k = kernel[float32]{panel32, tile32, transpose32, scatter32, &pool32}
	}
	return k.(kernel[T])
}

// workspace is what one worker packs into.
type workspace[T Float] struct {
	a, b []T
	tile [tileRows * panel32]T // a tile that hangs over c's right edge
}

func (k kernel[T]) workspace() *workspace[T] {
	if w, ok := k.pool.Get().(*workspace[T]); ok {
		return w
	}
	return &workspace[T]{}
}

func grown[T any](x []T, n int) []T {
	if cap(x) < n {
		return make([]T, n)
	}
	return x[:n]
}

// product is c = alpha*a*b + beta*c.
type product[T Float] struct {
	kernel[T]
	c           Matrix[T]
	alpha, beta T
	a           Matrix[T]
	b           panels[T]
	flat        Matrix[T] // b itself, where it is read as it lies
	lower       bool      // leave alone what lies wholly above the diagonal
}

// run cuts c into strips of columns, or of rows where c is tall, at multiples of
// the tile, and shares them out.
func (p *product[T]) run(workers int) {
	m, n, k := p.c.Rows, p.c.Cols, p.a.Cols
	if m == 0 || n == 0 {
		return
	}
	if k == 0 || p.alpha == 0 {
		if p.beta != 1 {
			p.c.scaleBy(p.beta)
		}
		return
	}
	if float64(m)*float64(n)*float64(k) < parallelFlops {
		workers = 1
	}
	workers = bounded(workers, max(n/p.panel, m/tileRows))
	if workers == 1 {
		p.part(0, m, 0, n)
		return
	}
	// Two strips a worker, because workers are not equally fast; not narrower,
	// because each packs for itself.
	rows, cols := m, n
	strips := 2 * workers
	if p.lower { // the strips are not alike
		strips *= 2
	}
	if n >= m || n >= strips*minCols {
		cols = roundUp(max((n+strips-1)/strips, min(minCols, (n+workers-1)/workers)), p.panel)
	} else {
		rows = roundUp(max((m+strips-1)/strips, blockM), tileRows)
	}
	across := (n + cols - 1) / cols
	down := (m + rows - 1) / rows
	inParallel(workers, across*down, func(_, i int) {
		i0, j0 := i/across*rows, i%across*cols
		p.part(i0, min(m, i0+rows), j0, min(n, j0+cols))
	})
}

func roundUp(n, step int) int { return (n + step - 1) / step * step }

// part works out rows i0 to i1 and columns j0 to j1 of c.
func (p *product[T]) part(i0, i1, j0, j1 int) {
	w := p.workspace()
	defer p.pool.Put(w)
	if p.beta != 0 && p.beta != 1 {
		p.c.Block(i0, j0, i1-i0, j1-j0).scaleBy(p.beta)
	}
	k := p.a.Cols
	runs := (k + blockK - 1) / blockK
	depth := (k + runs - 1) / runs
	for j := j0; j < j1; j += blockN {
		cols := min(blockN, j1-j)
		for k0 := 0; k0 < k; k0 += depth {
			depth := min(depth, k-k0)
			p.packB(w, k0, depth, j, cols)
			for i := i0; i < i1; i += blockM {
				rows := min(blockM, i1-i)
				if p.lower && i+rows <= j {
					continue
				}
				p.block(w, i, rows, k0, depth, j, cols)
			}
		}
	}
}

// packB lays out the panels, those only that cannot be read as they lie.
func (p *product[T]) packB(w *workspace[T], k0, depth, j0, cols int) {
	w.b = grown(w.b, depth*roundUp(cols, p.panel))
	from := 0
	if p.flat.Data != nil {
		from = cols / p.panel * p.panel
	}
	if from < cols {
		p.b.pack(p.kernel, w.b[from*depth:], k0, depth, j0+from, cols-from)
	}
}

// block multiplies a block of a with the panels.
func (p *product[T]) block(w *workspace[T], i0, rows, k0, depth, j0, cols int) {
	a, lda := p.a.Data, p.a.Stride
	switch {
	case p.a.transposed:
		w.a = grown(w.a, rows*depth)
		p.transpose(w.a, depth, a[k0*lda+i0:], lda, depth, rows)
		a, lda = w.a, depth
	case cols > packCols:
		w.a = grown(w.a, rows*depth)
		for i := range rows {
			copy(w.a[i*depth:][:depth], a[(i0+i)*lda+k0:])
		}
		a, lda = w.a, depth
	default:
		a = a[i0*lda+k0:]
	}
	add := k0 > 0 || p.beta != 0
	for j := 0; j < cols; j += p.panel {
		width := min(p.panel, cols-j)
		b, ldb := w.b[j*depth:], p.panel
		if p.flat.Data != nil && width == p.panel {
			b, ldb = p.flat.Data[k0*p.flat.Stride+j0+j:], p.flat.Stride
		}
		for i, step := 0, tileRows; i < rows; i += step {
			step = stepRows(rows - i)
			if p.lower && i0+i+step <= j0+j {
				continue
			}
			c, ldc := p.c.Data[(i0+i)*p.c.Stride+j0+j:], p.c.Stride
			if width == p.panel {
				p.tile(step, depth, a[i*lda:], lda, b, ldb, c, ldc, p.alpha, add)
				continue
			}
			if add {
				for r := range step {
					copy(w.tile[r*p.panel:], c[r*ldc:][:width])
				}
			}
			p.tile(step, depth, a[i*lda:], lda, b, ldb, w.tile[:], p.panel, p.alpha, add)
			for r := range step {
				copy(c[r*ldc:][:width], w.tile[r*p.panel:])
			}
		}
	}
}

// stepRows is how many of the rows left the next tile takes.
func stepRows(left int) int {
	switch {
	case left >= 6:
		return 6
	case left >= 4:
		return 4
	case left >= 2:
		return 2
	default:
		return 1
	}
}

// pack makes a matrix the right-hand side of a product.
func (m Matrix[T]) pack(kernel kernel[T], dst []T, k0, depth, j0, cols int) {
	width := kernel.panel
	whole := cols / width * width
	if whole < cols {
		clear(dst[whole*depth:])
	}
	if m.transposed {
		for j := 0; j < cols; j += width {
			kernel.transpose(dst[j*depth:], width, m.Data[(j0+j)*m.Stride+k0:], m.Stride, min(width, cols-j), depth)
		}
		return
	}
	for p := range depth {
		row := m.Data[(k0+p)*m.Stride+j0:][:cols]
		kernel.scatter(dst[p*width:], row[:whole], depth*width)
		if whole < cols {
			copy(dst[whole*depth+p*width:], row[whole:])
		}
	}
}
