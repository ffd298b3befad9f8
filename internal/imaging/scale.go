package imaging

import (
	"context"
	"image"
	"image/draw"
	"math"
)

// scale resamples a part of a picture to w x h by the Catmull-Rom kernel,
// widened for shrinking so that nothing aliases. It works row by row: memory
// is a few rows, where a scaler with a whole intermediate picture would take
// hundreds of megabytes for a tall one.
func scale(ctx context.Context, src image.Image, part image.Rectangle, w, h int) (*image.RGBA, error) {
	if part.Dx() == w && part.Dy() == h { // the kernel would weigh each sample alone
		same := image.NewRGBA(image.Rect(0, 0, w, h))
		draw.Draw(same, same.Bounds(), src, part.Min, draw.Src)
		return same, nil
	}
	across, down := kernel(part.Dx(), w), kernel(part.Dy(), h)
	most := 0
	for _, t := range down {
		most = max(most, len(t.weights))
	}
	ring := make([][]float32, most)
	for i := range ring {
		ring[i] = make([]float32, 4*w)
	}
	row := image.NewRGBA(image.Rect(0, 0, part.Dx(), 1))
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	sums := make([]float32, 4*w)
	next := 0 // first source row that is not in the ring yet
	for y, t := range down {
		for end := t.first + len(t.weights); next < end; next++ {
			if next%64 == 0 && ctx.Err() != nil {
				return nil, ctx.Err()
			}
			if next < t.first {
				continue
			}
			draw.Draw(row, row.Bounds(), src, image.Pt(part.Min.X, part.Min.Y+next), draw.Src)
			squeeze(ring[next%most], row.Pix, across)
		}
		clear(sums)
		for i, weight := range t.weights {
			for j, v := range ring[(t.first+i)%most] {
				sums[j] += weight * v
			}
		}
		out := dst.Pix[y*dst.Stride:]
		for x := 0; x < 4*w; x += 4 {
			alpha := clamp(sums[x+3], 255)
			out[x+3] = uint8(alpha)
			for c := range 3 { // colours are premultiplied: never above alpha
				out[x+c] = uint8(clamp(sums[x+c], alpha))
			}
		}
	}
	return dst, nil
}

// squeeze resamples one row.
func squeeze(dst []float32, pix []uint8, across []taps) {
	for x, t := range across {
		var r, g, b, a float32
		at := 4 * t.first
		for _, weight := range t.weights {
			p := pix[at : at+4 : at+4]
			r += weight * float32(p[0])
			g += weight * float32(p[1])
			b += weight * float32(p[2])
			a += weight * float32(p[3])
			at += 4
		}
		d := dst[4*x : 4*x+4 : 4*x+4]
		d[0], d[1], d[2], d[3] = r, g, b, a
	}
}

func clamp(v, most float32) float32 { return min(max(float32(math.Floor(float64(v)+0.5)), 0), most) }

// taps is which source samples make one resulting sample, and with what weight.
type taps struct {
	first   int
	weights []float32
}

func kernel(from, to int) []taps {
	ratio := float64(from) / float64(to)
	width := max(ratio, 1)
	out := make([]taps, to)
	for i := range out {
		centre := (float64(i)+0.5)*ratio - 0.5
		first := max(int(math.Ceil(centre-2*width)), 0)
		last := min(int(math.Floor(centre+2*width)), from-1)
		weights := make([]float32, last-first+1)
		var sum float32
		for j := range weights {
			weights[j] = float32(catmullRom(math.Abs(float64(first+j)-centre) / width))
			sum += weights[j]
		}
		for j := range weights {
			weights[j] /= sum
		}
		out[i] = taps{first, weights}
	}
	return out
}

func catmullRom(t float64) float64 {
	switch {
	case t < 1:
		return (1.5*t-2.5)*t*t + 1
	case t < 2:
		return ((-0.5*t+2.5)*t-4)*t + 2
	}
	return 0
}
