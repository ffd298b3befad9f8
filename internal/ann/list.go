package ann

import (
	"math"

	"github.com/bodega-commerce/bodega/internal/linalg"
)

// list is a block of vectors around one centre. A published list never
// changes: an edit works on a copy of the struct, appends beyond the lengths
// readers know and replaces what it would overwrite.
type list struct {
	centre []float32 // zeros in an exact index
	ids    []string
	rows   []float32 // len(ids) x dim
	codes  []int8    // len(ids) x stride, of rows minus centre; nil without quantization
	scale  []float32 // of each row's codes
	bias   []float32 // what a score adds to the product of the codes
	dead   []uint64  // bitmap over slots, up to the last dead one
	deaths int
	spread float64 // sum of the squared distances from the centre, dead ones too
	fixed  int     // as many equal vectors cannot be split; 0 if never tried
}

func (l *list) live() int { return len(l.ids) - l.deaths }

func (l *list) isDead(slot int) bool {
	word := slot >> 6
	return word < len(l.dead) && l.dead[word]>>(slot&63)&1 != 0
}

// radius is the root mean square distance from the centre.
func (l *list) radius() float64 {
	if len(l.ids) == 0 {
		return 0
	}
	return math.Sqrt(l.spread / float64(len(l.ids)))
}

func (l *list) row(slot, dim int) []float32 { return l.rows[slot*dim : (slot+1)*dim : (slot+1)*dim] }

// kill marks a slot of a list that only the caller sees.
func (l *list) kill(slot int) {
	for len(l.dead) <= slot>>6 {
		l.dead = append(l.dead, 0)
	}
	l.dead[slot>>6] |= 1 << (slot & 63)
	l.deaths++
}

// newList makes an empty list with room for n vectors.
func (x *Index) newList(centre []float32, n int) *list {
	l := &list{centre: centre, ids: make([]string, 0, n), rows: make([]float32, 0, n*x.dim)}
	if x.cfg.Quantize == Int8 {
		l.codes = make([]int8, 0, n*x.stride)
		l.scale = make([]float32, 0, n)
		l.bias = make([]float32, 0, n)
	}
	return l
}

// push appends a vector to a list that only the caller sees.
func (x *Index) push(l *list, id string, row []float32) {
	l.ids = append(l.ids, id)
	l.rows = append(l.rows, row...)
	l.spread += float64(linalg.SquaredDistance(row, l.centre))
	if x.cfg.Quantize != Int8 {
		return
	}
	n := len(l.codes)
	for range x.stride {
		l.codes = append(l.codes, 0)
	}
	scale, bias := x.encode(l.codes[n:], row, l.centre)
	l.scale = append(l.scale, scale)
	l.bias = append(l.bias, bias)
}

// encode writes the codes of row minus centre, and returns their scale and
// the part of a score that does not depend on the query.
func (x *Index) encode(codes []int8, row, centre []float32) (scale, bias float32) {
	var top, square, along float32
	for i, v := range row {
		c := centre[i]
		r := v - c
		top = max(top, r, -r)
		square += r * r
		along += c * r
	}
	bias = along // q.x = q.c + (q-c).r + c.r
	if x.cfg.Metric == L2 {
		bias = -square // -|q-x|^2 = -|q-c|^2 + 2(q-c).r - |r|^2
	}
	inverse := 127 / top
	if top == 0 || math.IsInf(float64(inverse), 0) {
		return 0, bias
	}
	for i, v := range row {
		f := (v - centre[i]) * inverse
		codes[i] = int8(f + float32(math.Copysign(0.5, float64(f))))
	}
	return top / 127, bias
}
