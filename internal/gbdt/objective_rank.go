package gbdt

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// ranking is LambdaMART (Burges 2010): pairs of a query's rows pull apart in
// proportion to the NDCG that swapping them would cost.
type ranking struct {
	t     *Table
	p     *Params
	begin []int     // first row of each query, and the end
	ideal []float64 // inverse of the best DCG, 0 if a query has no gain
	top   []float64 // discounts of the places looked at
}

// maxGrade is the highest grade whose gain is not given.
const maxGrade = 30

func newRanking(p *Params, t *Table) (*ranking, error) {
	if t.Group == nil {
		return nil, &InputError{"Group", "is needed for lambdarank"}
	}
	top := maxGrade
	if p.LabelGain != nil {
		top = len(p.LabelGain) - 1
	}
	for i, v := range t.Label {
		if v < 0 || v > float64(top) || v != math.Trunc(v) {
			return nil, &InputError{"Label", fmt.Sprintf("is %g at row %d, for lambdarank it must be a grade from 0 to %d", v, i, top)}
		}
	}
	for i, v := range p.LabelGain {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, &InputError{"LabelGain", fmt.Sprintf("is %g for grade %d", v, i)}
		}
	}
	o := &ranking{t: t, p: p, begin: []int{0}, top: make([]float64, p.Truncation)}
	for i := range o.top {
		o.top[i] = discount(i)
	}
	for _, n := range t.Group {
		end := o.begin[len(o.begin)-1] + n
		best := bestDCG(t.Label[end-n:end], p.Truncation, o.gain)
		if best > 0 {
			best = 1 / best
		}
		o.ideal = append(o.ideal, best)
		o.begin = append(o.begin, end)
	}
	return o, nil
}

func (o *ranking) gain(label float64) float64 {
	if o.p.LabelGain != nil {
		return o.p.LabelGain[int(label)]
	}
	return math.Exp2(label) - 1
}

// bestDCG is the DCG of the ideal order.
func bestDCG(labels []float64, places int, gain func(float64) float64) float64 {
	sorted := slices.Clone(labels)
	slices.SortFunc(sorted, func(a, b float64) int { return cmp.Compare(gain(b), gain(a)) })
	sum := 0.0
	for i, v := range sorted[:min(places, len(sorted))] {
		sum += gain(v) * discount(i)
	}
	return sum
}

func discount(place int) float64 { return 1 / math.Log2(float64(place)+2) }

func (o *ranking) line() string          { return string(LambdaRank) }
func (o *ranking) start() []float64      { return []float64{0} }
func (o *ranking) units() int            { return len(o.ideal) }
func (o *ranking) level() float64        { return -1 }
func (o *ranking) constantHessian() bool { return false }

func (o *ranking) gradients(score []float64, g, h []float32, from, to int) {
	var order []int
	var lambda, weight []float64
	for q := from; q < to; q++ {
		begin, end := o.begin[q], o.begin[q+1]
		clear(g[begin:end])
		clear(h[begin:end])
		if o.ideal[q] == 0 {
			continue
		}
		order = order[:0]
		for i := begin; i < end; i++ {
			order = append(order, i)
		}
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(score[b], score[a]) })
		n := len(order)
		lambda, weight = append(lambda[:0], make([]float64, n)...), append(weight[:0], make([]float64, n)...)
		total := o.pairs(order, score, o.ideal[q], lambda, weight)
		norm := 1.0
		if total > 0 {
			norm = math.Log2(1+total) / total // queries with many pairs do not drown the others
		}
		for place, i := range order {
			w := norm * o.t.weight(i)
			g[i], h[i] = float32(lambda[place]*w), float32(weight[place]*w)
		}
	}
}

// pairs adds up the pairs of a query, by place, and returns the sum of the lambdas.
func (o *ranking) pairs(order []int, score []float64, ideal float64, lambda, weight []float64) float64 {
	total := 0.0
	spread := score[order[0]] != score[order[len(order)-1]]
	for i := range min(o.p.Truncation, len(order)-1) {
		for j := i + 1; j < len(order); j++ {
			hi, lo := i, j
			if o.t.Label[order[i]] == o.t.Label[order[j]] {
				continue
			}
			if o.t.Label[order[i]] < o.t.Label[order[j]] {
				hi, lo = j, i
			}
			difference := score[order[hi]] - score[order[lo]]
			dJ := 0.0
			if j < o.p.Truncation {
				dJ = o.top[j]
			}
			delta := math.Abs((o.gain(o.t.Label[order[hi]]) - o.gain(o.t.Label[order[lo]])) * (o.top[i] - dJ) * ideal)
			if spread {
				delta /= 0.01 + math.Abs(difference)
			}
			rho := 1 / (1 + math.Exp(difference))
			l, w := delta*rho, delta*rho*(1-rho)
			lambda[hi] -= l
			lambda[lo] += l
			weight[hi] += w
			weight[lo] += w
			total += 2 * l
		}
	}
	return total
}
