package linalg

import "fmt"

// Conv describes a two-dimensional convolution, as ONNX has it, of one image in
// channel, row, column order. Weights are in order of output channel, channel
// within the group, kernel row, kernel column.
type Conv struct {
	In, Out                    int // channels
	Height, Width              int // of the image
	KernelHeight, KernelWidth  int // 1
	StrideY, StrideX           int // 1
	Top, Left, Bottom, Right   int // zeros around the image; 0
	DilationY, DilationX       int // distance of the kernel's points; 1
	Groups                     int // groups of channels that do not mix; 1
	outputHeight, outputWidth  int
	groupChannels, groupOut    int
	kernelPoints, outputPoints int
}

// withDefaults fills in what is 0 and derives the rest; it panics when the parts
// do not fit each other.
func (c Conv) withDefaults() Conv {
	for _, field := range []*int{&c.KernelHeight, &c.KernelWidth, &c.StrideY, &c.StrideX, &c.DilationY, &c.DilationX, &c.Groups} {
		if *field == 0 {
			*field = 1
		}
	}
	if min(c.In, c.Out, c.Height, c.Width, c.KernelHeight, c.KernelWidth, c.StrideY, c.StrideX, c.DilationY, c.DilationX, c.Groups) < 1 ||
		min(c.Top, c.Left, c.Bottom, c.Right) < 0 || c.In%c.Groups != 0 || c.Out%c.Groups != 0 {
		panic(fmt.Sprintf("linalg: convolution of impossible shape %+v", c))
	}
	points := func(size, before, after, kernel, dilation, stride int) int {
		left := size + before + after - dilation*(kernel-1) - 1
		if left < 0 {
			return 0
		}
		return left/stride + 1
	}
	c.outputHeight = points(c.Height, c.Top, c.Bottom, c.KernelHeight, c.DilationY, c.StrideY)
	c.outputWidth = points(c.Width, c.Left, c.Right, c.KernelWidth, c.DilationX, c.StrideX)
	c.groupChannels, c.groupOut = c.In/c.Groups, c.Out/c.Groups
	c.kernelPoints = c.KernelHeight * c.KernelWidth
	c.outputPoints = c.outputHeight * c.outputWidth
	return c
}

// OutputSize returns the rows and columns of the output, which are 0 when the
// kernel does not fit.
func (c Conv) OutputSize() (height, width int) {
	c = c.withDefaults()
	return c.outputHeight, c.outputWidth
}

func checkSize(name string, got, want int) {
	if got != want {
		panic(fmt.Sprintf("linalg: the convolution's %s has %d elements, not %d", name, got, want))
	}
}

// Apply sets dst to the convolution of src with the weights, plus one bias per
// output channel unless bias is nil. dst must not overlap the others. A group
// with one channel in and one out is worked out directly, all else as a product
// whose right-hand side is laid out from src as it is needed. The result does not
// depend on the number of workers.
func (c Conv) Apply(dst, src, weights, bias []float32, workers int) {
	c = c.withDefaults()
	checkSize("output", len(dst), c.Out*c.outputPoints)
	checkSize("image", len(src), c.In*c.Height*c.Width)
	checkSize("weights", len(weights), c.Out*c.groupChannels*c.kernelPoints)
	if bias != nil {
		checkSize("bias", len(bias), c.Out)
	}
	if c.outputPoints == 0 {
		return
	}
	if c.groupChannels == 1 && c.groupOut == 1 {
		c.depthwise(dst, src, weights, bias, workers)
		return
	}
	beta := float32(0)
	if bias != nil {
		beta = 1
		for i, v := range bias {
			fill(dst[i*c.outputPoints:][:c.outputPoints], v)
		}
	}
	depth := c.groupChannels * c.kernelPoints
	for g := range c.Groups {
		out := dst[g*c.groupOut*c.outputPoints:][:c.groupOut*c.outputPoints]
		in := src[g*c.groupChannels*c.Height*c.Width:][:c.groupChannels*c.Height*c.Width]
		p := product[float32]{
			c: MatrixOf(out, c.groupOut, c.outputPoints), alpha: 1, beta: beta, kernel: kernelOf[float32](),
			a: MatrixOf(weights[g*c.groupOut*depth:][:c.groupOut*depth], c.groupOut, depth),
		}
		if c.pointwise() {
			p.b = MatrixOf(in, depth, c.outputPoints)
		} else {
			p.b = columns{c, in}
		}
		p.run(workers)
	}
}

// pointwise reports whether each output is of the one point at its own place.
func (c Conv) pointwise() bool {
	return c.kernelPoints == 1 && c.StrideY == 1 && c.StrideX == 1 && c.Top+c.Left+c.Bottom+c.Right == 0
}

func fill(x []float32, v float32) {
	for i := range x {
		x[i] = v
	}
}

// Im2col sets dst to the matrix whose product with a group's weights is the
// group's output. Its rows are the channels of the group and within them the
// points of the kernel, its columns the points of the output; zeros stand for
// what is outside the image.
func (c Conv) Im2col(dst, src []float32, group int) {
	c = c.withDefaults()
	checkSize("image", len(src), c.In*c.Height*c.Width)
	depth := c.groupChannels * c.kernelPoints
	checkSize("columns", len(dst), depth*c.outputPoints)
	size := c.groupChannels * c.Height * c.Width
	m := columns{c, src[group*size:][:size]}
	for row := range depth {
		m.row(dst[row*c.outputPoints:][:c.outputPoints], row, 0)
	}
}

// columns is that matrix, without storing it.
type columns struct {
	Conv
	src []float32 // of one group
}

// row writes len(dst) elements of a row, from column j on.
func (m columns) row(dst []float32, row, j int) {
	channel, point := row/m.kernelPoints, row%m.kernelPoints
	image := m.src[channel*m.Height*m.Width:][:m.Height*m.Width]
	dy, dx := point/m.KernelWidth*m.DilationY-m.Top, point%m.KernelWidth*m.DilationX-m.Left
	first, end := m.inside(dx)
	for len(dst) > 0 {
		outY, outX := j/m.outputWidth, j%m.outputWidth
		n := min(len(dst), m.outputWidth-outX)
		out := dst[:n]
		dst, j = dst[n:], j+n
		y := outY*m.StrideY + dy
		if y < 0 || y >= m.Height {
			clear(out)
			continue
		}
		from, to := min(max(first-outX, 0), n), min(max(end-outX, 0), n)
		clear(out[:from])
		if from < to {
			in := image[y*m.Width+(outX+from)*m.StrideX+dx:]
			if m.StrideX == 1 {
				copy(out[from:to], in)
			} else {
				for i := range out[from:to] {
					out[from+i] = in[i*m.StrideX]
				}
			}
		}
		clear(out[max(from, to):])
	}
}

// inside returns the columns of the output, from first and before end, whose
// point at offset dx lies in the image.
func (c Conv) inside(dx int) (first, end int) {
	if dx < 0 {
		first = (-dx + c.StrideX - 1) / c.StrideX
	}
	if dx < c.Width {
		end = (c.Width-1-dx)/c.StrideX + 1
	}
	return min(first, c.outputWidth), min(max(end, first), c.outputWidth)
}

func (m columns) pack(kernel kernel[float32], dst []float32, k0, depth, j0, cols int) {
	width := kernel.panel
	whole := cols / width * width
	if whole < cols {
		clear(dst[whole*depth:])
	}
	var buffer [blockN]float32
	row := buffer[:cols]
	for p := range depth {
		m.row(row, k0+p, j0)
		kernel.scatter(dst[p*width:], row[:whole], depth*width)
		if whole < cols {
			copy(dst[whole*depth+p*width:], row[whole:])
		}
	}
}

// depthwise adds up each channel's image, shifted and weighted, point by point of
// the kernel.
func (c Conv) depthwise(dst, src, weights, bias []float32, workers int) {
	if float64(c.Out)*float64(c.outputPoints)*float64(c.kernelPoints) < parallelFlops/8 {
		workers = 1
	}
	inParallel(workers, c.Out, func(_, channel int) {
		out := dst[channel*c.outputPoints:][:c.outputPoints]
		if bias != nil {
			fill(out, bias[channel])
		} else {
			clear(out)
		}
		image := src[channel*c.Height*c.Width:][:c.Height*c.Width]
		for point, w := range weights[channel*c.kernelPoints:][:c.kernelPoints] {
			dy, dx := point/c.KernelWidth*c.DilationY-c.Top, point%c.KernelWidth*c.DilationX-c.Left
			first, end := c.inside(dx)
			if first == end {
				continue
			}
			for outY := range c.outputHeight {
				y := outY*c.StrideY + dy
				if y < 0 || y >= c.Height {
					continue
				}
				to := out[outY*c.outputWidth:][first:end]
				from := image[y*c.Width+first*c.StrideX+dx:]
				if c.StrideX == 1 {
					axpy(w, from[:len(to)], to)
					continue
				}
				for i := range to {
					to[i] += w * from[i*c.StrideX]
				}
			}
		}
	})
}
