package linalg

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// convReference convolves in float64 and as the definition says; size is the sum
// of magnitudes.
func convReference(c Conv, src, weights, bias []float32) (out, size []float64) {
	height, width := c.OutputSize()
	c = c.withDefaults()
	for o := range c.Out {
		group := o / c.groupOut
		for y := range height {
			for x := range width {
				var sum, magnitude float64
				if bias != nil {
					sum = float64(bias[o])
					magnitude = math.Abs(sum)
				}
				for ch := range c.groupChannels {
					for ky := range c.KernelHeight {
						for kx := range c.KernelWidth {
							iy, ix := y*c.StrideY+ky*c.DilationY-c.Top, x*c.StrideX+kx*c.DilationX-c.Left
							if iy < 0 || iy >= c.Height || ix < 0 || ix >= c.Width {
								continue
							}
							v := float64(src[((group*c.groupChannels+ch)*c.Height+iy)*c.Width+ix]) *
								float64(weights[((o*c.groupChannels+ch)*c.KernelHeight+ky)*c.KernelWidth+kx])
							sum += v
							magnitude += math.Abs(v)
						}
					}
				}
				out, size = append(out, sum), append(size, magnitude)
			}
		}
	}
	return out, size
}

func checkConv(t require.TestingT, c Conv, withBias bool, seed uint64, workers int) []float32 {
	r := source(seed)
	full := c.withDefaults()
	src := clone(normals[float32](r, c.In*c.Height*c.Width))
	weights := clone(normals[float32](r, c.Out*full.groupChannels*full.kernelPoints))
	var bias []float32
	if withBias {
		bias = normals[float32](r, c.Out)
	}
	dst := normals[float32](r, c.Out*full.outputPoints) // what was there does not matter
	c.Apply(dst, src, weights, bias, workers)
	want, size := convReference(c, src, weights, bias)
	require.Len(t, dst, len(want))
	terms := float64(full.groupChannels*full.kernelPoints + 3)
	for i := range want {
		if diff := math.Abs(want[i] - float64(dst[i])); !(diff <= terms*0x1p-23*size[i]) {
			require.Fail(t, "not near", "%+v at %d: want %v, got %v", c, i, want[i], dst[i])
		}
	}
	return dst
}

func TestConvOfNets(t *testing.T) {
	eachImplementation(t, func(t *testing.T) {
		for i, c := range []Conv{
			{In: 3, Out: 8, Height: 33, Width: 31, KernelHeight: 7, KernelWidth: 7, StrideY: 2, StrideX: 2, Top: 3, Left: 3, Bottom: 3, Right: 3},
			{In: 16, Out: 20, Height: 28, Width: 28, KernelHeight: 3, KernelWidth: 3, Top: 1, Left: 1, Bottom: 1, Right: 1},
			{In: 40, Out: 30, Height: 14, Width: 14},
			{In: 40, Out: 30, Height: 14, Width: 13, StrideY: 2, StrideX: 2},
			{In: 24, Out: 24, Height: 19, Width: 17, KernelHeight: 3, KernelWidth: 3, Top: 1, Left: 1, Bottom: 1, Right: 1, Groups: 24},
			{In: 24, Out: 24, Height: 19, Width: 17, KernelHeight: 5, KernelWidth: 3, Top: 2, Left: 1, StrideX: 2, StrideY: 2, Groups: 24},
			{In: 12, Out: 24, Height: 9, Width: 10, KernelHeight: 3, KernelWidth: 3, Groups: 12},
			{In: 12, Out: 6, Height: 20, Width: 22, KernelHeight: 3, KernelWidth: 3, DilationY: 3, DilationX: 4, Left: 2, Bottom: 5, Groups: 3},
			{In: 3, Out: 50, Height: 32, Width: 32, KernelHeight: 8, KernelWidth: 8, StrideY: 8, StrideX: 8},
			{In: 1, Out: 1, Height: 2, Width: 2, KernelHeight: 3, KernelWidth: 3},
		} {
			want := checkConv(t, c, i%2 == 0, uint64(i), 1)
			for _, workers := range []int{2, 3, 7} {
				require.Equal(t, want, checkConv(t, c, i%2 == 0, uint64(i), workers))
			}
		}
	})
}

func TestConvOfAnyShape(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		small := func(name string, low, high int) int { return rapid.IntRange(low, high).Draw(t, name) }
		groups := small("groups", 1, 3)
		c := Conv{
			In: groups * small("in", 1, 3), Out: groups * small("out", 1, 3), Groups: groups,
			Height: small("height", 1, 9), Width: small("width", 1, 9),
			KernelHeight: small("kernelHeight", 0, 4), KernelWidth: small("kernelWidth", 0, 4),
			StrideY: small("strideY", 0, 3), StrideX: small("strideX", 0, 3),
			Top: small("top", 0, 5), Left: small("left", 0, 5), Bottom: small("bottom", 0, 5), Right: small("right", 0, 5),
			DilationY: small("dilationY", 0, 3), DilationX: small("dilationX", 0, 3),
		}
		checkConv(t, c, rapid.Bool().Draw(t, "bias"), 1, 2)
	})
}

// Weights times the columns of Im2col is the convolution.
func TestIm2col(t *testing.T) {
	c := Conv{In: 6, Out: 4, Height: 11, Width: 10, KernelHeight: 3, KernelWidth: 2, StrideY: 2, StrideX: 3, Top: 1, Right: 2, DilationX: 2, Groups: 2}
	height, width := c.OutputSize()
	points, depth := height*width, 3*3*2
	r := source(1)
	src, weights := normals[float32](r, 6*11*10), normals[float32](r, 4*depth)
	want := make([]float32, 4*points)
	c.Apply(want, src, weights, nil, 1)
	for g := range 2 {
		cols, out := make([]float32, depth*points), NewMatrix[float32](2, points)
		c.Im2col(cols, src, g)
		Gemm(out, 1, MatrixOf(clone(weights[g*2*depth:][:2*depth]), 2, depth), MatrixOf(cols, depth, points), 0, 1)
		require.Equal(t, want[g*2*points:][:2*points], out.Data)
	}
}

func TestConvRefusesWhatDoesNotFit(t *testing.T) {
	ok := Conv{In: 2, Out: 2, Height: 3, Width: 3, KernelHeight: 2, KernelWidth: 2}
	dst, src, weights := make([]float32, 8), make([]float32, 18), make([]float32, 16)
	require.NotPanics(t, func() { ok.Apply(dst, src, weights, nil, 1) })
	odd := ok
	odd.Groups = 3
	negative := ok
	negative.Left = -1
	for i, f := range []func(){
		func() { ok.Apply(dst[1:], src, weights, nil, 1) },
		func() { ok.Apply(dst, src[1:], weights, nil, 1) },
		func() { ok.Apply(dst, src, weights[1:], nil, 1) },
		func() { ok.Apply(dst, src, weights, dst[:1], 1) },
		func() { ok.Im2col(dst, src, 0) },
		func() { odd.OutputSize() },
		func() { negative.OutputSize() },
		func() { Conv{}.OutputSize() },
	} {
		require.Panics(t, f, fmt.Sprint(i))
	}
}
