package gbdt

import (
	"fmt"
	"math"
	"slices"
)

// objective is a loss. Scores, gradients and hessians are class-major: class k of
// row i is at k*rows+i.
type objective interface {
	// line is the objective in LightGBM's words.
	line() string
	// start returns the best constant raw score of each class.
	start() []float64
	// units is the number of pieces whose gradients are independent (rows, queries).
	units() int
	// gradients fills g and h for the units from..to.
	gradients(score []float64, g, h []float32, from, to int)
	// constantHessian tells that h is 1 everywhere; gradients may leave it alone.
	constantHessian() bool
	// level is the quantile of the residuals that leaves take, below 0 for none.
	level() float64
}

// newObjective checks that the labels suit the objective.
func newObjective(p *Params, t *Table) (objective, error) {
	label := func(reason string, args ...any) error { return &InputError{"Label", fmt.Sprintf(reason, args...)} }
	base := pointwise{t: t, p: p}
	switch p.Objective {
	case Regression, RegressionL1:
		return &base, nil
	case Huber:
		if !(p.Alpha > 0) || math.IsInf(p.Alpha, 0) {
			return nil, &InputError{"Alpha", fmt.Sprintf("is %g, for huber it must be positive", p.Alpha)}
		}
		return &base, nil
	case Quantile:
		if !(p.Alpha > 0 && p.Alpha < 1) {
			return nil, &InputError{"Alpha", fmt.Sprintf("is %g, for quantile it must be between 0 and 1", p.Alpha)}
		}
		return &base, nil
	case Poisson, Tweedie:
		if p.Objective == Tweedie && !(p.TweediePower > 1 && p.TweediePower < 2) {
			return nil, &InputError{"TweediePower", fmt.Sprintf("is %g, it must be between 1 and 2", p.TweediePower)}
		}
		sum := 0.0
		for i, v := range t.Label {
			if v < 0 {
				return nil, label("is %g at row %d, for %s it must not be negative", v, i, p.Objective)
			}
			sum += v
		}
		if sum == 0 {
			return nil, label("is 0 everywhere, %s needs positive values too", p.Objective)
		}
		return &base, nil
	case Binary:
		for i, v := range t.Label {
			if v != 0 && v != 1 {
				return nil, label("is %g at row %d, for binary it must be 0 or 1", v, i)
			}
		}
		return &base, nil
	case Multiclass:
		classes := p.Classes
		if classes == 0 {
			classes = int(min(slices.Max(t.Label), maxClasses)) + 1
		}
		if classes < 2 || classes > maxClasses {
			return nil, &InputError{"Classes", fmt.Sprintf("is %d, it must be from 2 to %d", classes, maxClasses)}
		}
		for i, v := range t.Label {
			if v < 0 || v >= float64(classes) || v != math.Trunc(v) {
				return nil, label("is %g at row %d, for multiclass it must be a whole number from 0 to %d", v, i, classes-1)
			}
		}
		return &multiclass{t: t, classes: classes}, nil
	case LambdaRank:
		return newRanking(p, t)
	}
	return nil, &InputError{"Objective", fmt.Sprintf("is %.40q, which is unknown", p.Objective)}
}

// pointwise holds the losses of one score per row.
type pointwise struct {
	t *Table
	p *Params
}

func (o *pointwise) line() string {
	switch o.p.Objective {
	case Binary:
		return "binary sigmoid:1"
	case Tweedie:
		return fmt.Sprintf("tweedie tweedie_variance_power:%g", o.p.TweediePower)
	case Quantile:
		return fmt.Sprintf("quantile alpha:%g", o.p.Alpha)
	default:
		return string(o.p.Objective)
	}
}

func (o *pointwise) units() int { return len(o.t.Label) }

func (o *pointwise) level() float64 {
	switch o.p.Objective {
	case RegressionL1:
		return 0.5
	case Quantile:
		return o.p.Alpha
	}
	return -1
}

func (o *pointwise) constantHessian() bool {
	switch o.p.Objective {
	case Regression, RegressionL1, Huber, Quantile:
		return o.t.Weight == nil
	}
	return false
}

func (o *pointwise) start() []float64 {
	level := o.level()
	if o.p.Objective == Huber {
		level = 0.5
	}
	if level >= 0 {
		list := make([]weighted, len(o.t.Label))
		for i, v := range o.t.Label {
			list[i] = weighted{v, o.t.weight(i)}
		}
		return []float64{quantile(list, level)}
	}
	sum, total := 0.0, 0.0
	for i, v := range o.t.Label {
		w := o.weight(i)
		sum += w * v
		total += w
	}
	mean := sum / total
	switch o.p.Objective {
	case Binary:
		mean = max(1e-15, min(1-1e-15, mean))
		return []float64{math.Log(mean / (1 - mean))}
	case Poisson, Tweedie:
		return []float64{math.Log(max(mean, 1e-300))}
	}
	return []float64{mean}
}

// weight of a row with the weight of its class.
func (o *pointwise) weight(i int) float64 {
	w := o.t.weight(i)
	if o.p.Objective == Binary && o.t.Label[i] == 1 {
		w *= o.p.ScalePosWeight
	}
	return w
}

func (o *pointwise) gradients(score []float64, g, h []float32, from, to int) {
	y := o.t.Label
	switch o.p.Objective {
	case Regression:
		for i := from; i < to; i++ {
			g[i] = float32(score[i] - y[i])
		}
	case RegressionL1:
		for i := from; i < to; i++ {
			g[i] = sign(score[i] - y[i])
		}
	case Huber:
		for i := from; i < to; i++ {
			g[i] = float32(max(-o.p.Alpha, min(o.p.Alpha, score[i]-y[i])))
		}
	case Quantile:
		for i := from; i < to; i++ {
			if g[i] = float32(1 - o.p.Alpha); score[i] < y[i] {
				g[i] = -float32(o.p.Alpha)
			}
		}
	case Poisson:
		stable := math.Exp(or(o.p.MaxDeltaStep, 0.7))
		for i := from; i < to; i++ {
			e := math.Exp(score[i])
			g[i], h[i] = float32(e-y[i]), float32(e*stable)
		}
	case Tweedie:
		a, b := 1-o.p.TweediePower, 2-o.p.TweediePower
		for i := from; i < to; i++ {
			ea, eb := math.Exp(a*score[i]), math.Exp(b*score[i])
			g[i], h[i] = float32(eb-y[i]*ea), float32(b*eb-a*y[i]*ea)
		}
	case Binary:
		for i := from; i < to; i++ {
			q := sigmoid(score[i])
			g[i], h[i] = float32(q-y[i]), float32(q*(1-q))
			if y[i] == 1 {
				s := float32(o.p.ScalePosWeight)
				g[i], h[i] = g[i]*s, h[i]*s
			}
		}
	}
	if w := o.t.Weight; w != nil {
		fixed := o.p.Objective == Regression || o.level() >= 0 || o.p.Objective == Huber
		for i := from; i < to; i++ {
			if fixed {
				h[i] = 1
			}
			g[i] *= float32(w[i])
			h[i] *= float32(w[i])
		}
	}
}

func sign(v float64) float32 {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

// multiclass is log loss over a softmax, with a tree per class.
type multiclass struct {
	t       *Table
	classes int
}

func (o *multiclass) line() string          { return fmt.Sprintf("multiclass num_class:%d", o.classes) }
func (o *multiclass) units() int            { return len(o.t.Label) }
func (o *multiclass) level() float64        { return -1 }
func (o *multiclass) constantHessian() bool { return false }

func (o *multiclass) start() []float64 {
	share := make([]float64, o.classes)
	total := 0.0
	for i, v := range o.t.Label {
		share[int(v)] += o.t.weight(i)
		total += o.t.weight(i)
	}
	for k, v := range share {
		share[k] = math.Log(max(1e-15, v/total))
	}
	return share
}

func (o *multiclass) gradients(score []float64, g, h []float32, from, to int) {
	n := len(o.t.Label)
	s := make([]float64, o.classes)
	// The bound of the diagonal on the whole Hessian's action (Friedman 2001, 6).
	factor := float64(o.classes) / float64(o.classes-1)
	for i := from; i < to; i++ {
		for k := range s {
			s[k] = score[k*n+i]
		}
		softmax(s)
		w := o.t.weight(i)
		for k, q := range s {
			y := 0.0
			if int(o.t.Label[i]) == k {
				y = 1
			}
			g[k*n+i], h[k*n+i] = float32((q-y)*w), float32(factor*q*(1-q)*w)
		}
	}
}

type weighted struct{ v, w float64 }

// quantile returns the smallest value with at least that share of the weight at
// or below it; where the share is met exactly, the middle to the next value. It
// sorts the list.
func quantile(list []weighted, level float64) float64 {
	slices.SortFunc(list, func(a, b weighted) int {
		switch {
		case a.v < b.v:
			return -1
		case a.v > b.v:
			return 1
		}
		return 0
	})
	total := 0.0
	for _, e := range list {
		total += e.w
	}
	sum := 0.0
	for i, e := range list {
		sum += e.w
		if d := sum - level*total; d > 1e-12*total || i == len(list)-1 {
			return e.v
		} else if d >= -1e-12*total {
			return e.v/2 + list[i+1].v/2
		}
	}
	return 0
}
