package gbdt

import (
	"math"
	"math/bits"
)

// A histogram holds for each bin the sums of gradient, hessian and count over a
// leaf's rows, as integers in fixed point: integer sums do not depend on the
// order of the rows, so they are the same with any number of workers, and a
// sibling's histogram by subtraction is exact.
//
// Where the hessian is 1 everywhere one word holds gradient (high) and count
// (low); otherwise a first word holds the gradient, a second hessian (high) and
// count (low).

const histWords = tileWidth * 256

type (
	narrowTile = [tileWidth][256]int64
	wideTile   = [tileWidth][256][2]int64
)

// sums of a bin or leaf.
type sums struct{ g, h, n int64 }

func (a sums) sub(b sums) sums { return sums{a.g - b.g, a.h - b.h, a.n - b.n} }
func (a sums) add(b sums) sums { return sums{a.g + b.g, a.h + b.h, a.n + b.n} }

// packing is the fixed-point format of one tree.
type packing struct {
	wide           bool
	countBits      uint
	gScale, hScale float64 // integer = real x scale
	gUnit, hUnit   float64 // real = integer x unit
}

// minNarrowBits is the precision below which gradients get a word of their own.
const minNarrowBits = 24

func newPacking(rows int, constantHessian bool, gMax, hMax float64) packing {
	n := uint(bits.Len(uint(rows)))
	p := packing{countBits: n, wide: !constantHessian || 63-2*int(n) < minNarrowBits}
	gBits := 63 - 2*n
	if p.wide {
		gBits = min(40, 62-n)
	}
	p.gScale = fixedScale(gMax, gBits)
	p.hScale = 1
	if !constantHessian {
		p.hScale = fixedScale(hMax, min(40, 63-2*n))
	}
	p.gUnit, p.hUnit = 1/p.gScale, 1/p.hScale
	return p
}

// fixedScale makes top the largest integer of that many bits or half of it, by a
// power of two, so that scaling is exact.
func fixedScale(top float64, bits uint) float64 {
	if !(top > 0) {
		return 1
	}
	_, exponent := math.Frexp(top)
	return math.Ldexp(1, min(1000, int(bits)-exponent))
}

// words per bin.
func (p *packing) words() int {
	if p.wide {
		return 2
	}
	return 1
}

func (p *packing) fixed(g, h float32) (int64, int64) {
	return int64(math.RoundToEven(float64(g) * p.gScale)), int64(math.RoundToEven(float64(h) * p.hScale))
}

// pack fills the words of rows from..to: one or two a row.
func (p *packing) pack(words []int64, g, h []float32, from, to int) {
	if !p.wide {
		for i := from; i < to; i++ {
			words[i] = int64(math.RoundToEven(float64(g[i])*p.gScale))<<p.countBits + 1
		}
		return
	}
	for i := from; i < to; i++ {
		a, b := p.fixed(g[i], h[i])
		words[2*i], words[2*i+1] = a, b<<p.countBits+1
	}
}

// real turns sums into gradient and hessian.
func (p *packing) real(s sums) (g, h float64) {
	return float64(s.g) * p.gUnit, float64(s.h) * p.hUnit
}

// total sums the words of rows.
func (p *packing) total(words []int64, rows []uint32) sums {
	mask := int64(1)<<p.countBits - 1
	if !p.wide {
		acc := int64(0)
		for _, r := range rows {
			acc += words[r]
		}
		return sums{acc >> p.countBits, acc & mask, acc & mask}
	}
	var g, hn int64
	for _, r := range rows {
		g += words[2*r]
		hn += words[2*r+1]
	}
	return sums{g, hn >> p.countBits, hn & mask}
}

// prefix writes to out[b+1] the sums over the bins 0..b of a feature.
func (p *packing) prefix(hist []int64, bins int, out *[257]sums) {
	mask, shift := int64(1)<<p.countBits-1, p.countBits
	if !p.wide {
		acc := int64(0)
		for b, v := range hist[:min(bins, 256)] {
			acc += v
			n := acc & mask
			out[b+1] = sums{acc >> shift, n, n}
		}
		return
	}
	var g, hn int64
	hist = hist[:2*min(bins, 256)]
	for b := range len(hist) / 2 {
		g += hist[2*b]
		hn += hist[2*b+1]
		out[b+1] = sums{g, hn >> shift, hn & mask}
	}
}

// gatherBlock rows' bins are read ahead where rows are far apart: the loop that only
// reads has many cache misses under way at a time, the one that adds few.
const gatherBlock = 256

// accumulate adds rows, with their words in order, to a tile's histogram.
func (p *packing) accumulate(hist []int64, bins []uint64, words []int64, rows []uint32) {
	if !p.wide && len(rows) > len(bins)/8 {
		accumulateNear(narrowView(hist), bins, words, rows)
		return
	}
	var buf [gatherBlock]uint64
	for len(rows) > 0 {
		n := min(len(rows), gatherBlock)
		for i, r := range rows[:n] {
			buf[i%gatherBlock] = bins[r]
		}
		if p.wide {
			accumulateWide(wideView(hist), buf[:n], words)
			words = words[2*n:]
		} else {
			accumulateNarrow(narrowView(hist), buf[:n], words)
			words = words[n:]
		}
		rows = rows[n:]
	}
}

// accumulateNear is accumulateNarrow with bins that are near one another.
func accumulateNear(hist *narrowTile, bins []uint64, words []int64, rows []uint32) {
	words = words[:len(rows)]
	for i, r := range rows {
		b, w := bins[r], words[i]
		hist[0][uint8(b)] += w
		hist[1][uint8(b>>8)] += w
		hist[2][uint8(b>>16)] += w
		hist[3][uint8(b>>24)] += w
		hist[4][uint8(b>>32)] += w
		hist[5][uint8(b>>40)] += w
		hist[6][uint8(b>>48)] += w
		hist[7][uint8(b>>56)] += w
	}
}

func accumulateNarrow(hist *narrowTile, bins []uint64, words []int64) {
	words = words[:len(bins)]
	for i, b := range bins {
		w := words[i]
		hist[0][uint8(b)] += w
		hist[1][uint8(b>>8)] += w
		hist[2][uint8(b>>16)] += w
		hist[3][uint8(b>>24)] += w
		hist[4][uint8(b>>32)] += w
		hist[5][uint8(b>>40)] += w
		hist[6][uint8(b>>48)] += w
		hist[7][uint8(b>>56)] += w
	}
}

func accumulateWide(hist *wideTile, bins []uint64, words []int64) {
	words = words[:2*len(bins)]
	for i, b := range bins {
		g, hn := words[2*i], words[2*i+1]
		add(&hist[0][uint8(b)], g, hn)
		add(&hist[1][uint8(b>>8)], g, hn)
		add(&hist[2][uint8(b>>16)], g, hn)
		add(&hist[3][uint8(b>>24)], g, hn)
		add(&hist[4][uint8(b>>32)], g, hn)
		add(&hist[5][uint8(b>>40)], g, hn)
		add(&hist[6][uint8(b>>48)], g, hn)
		add(&hist[7][uint8(b>>56)], g, hn)
	}
}

func add(bin *[2]int64, g, hn int64) {
	bin[0] += g
	bin[1] += hn
}
