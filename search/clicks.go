package search

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/bodega-commerce/bodega/internal/linalg"
)

// Shown is a candidate that a shopper was shown.
type Shown struct {
	Candidate
	Position int     // in the list, from 1
	Worth    float64 // of what the shopper did: 0 nothing, more for a click, a cart, a purchase
}

// ClickedList is what a shopper was shown for a query, and did.
type ClickedList struct {
	Query string
	Shown []Shown
}

// MaxPosition is the last position that has a propensity of its own; those
// after it share it.
const MaxPosition = 50

// ClickConfig says how propensities are learned and used.
type ClickConfig struct {
	Rounds int // of expectation and maximisation. Default 50
	// Floor bounds propensities from below, so that one click far down does not
	// outweigh a hundred others. Default 0.05
	Floor float64
}

func (c ClickConfig) withDefaults() ClickConfig {
	c.Rounds = cmp.Or(c.Rounds, 50)
	c.Floor = cmp.Or(c.Floor, 0.05)
	return c
}

func (c ClickConfig) validate(lists []ClickedList) error {
	if c.Rounds < 1 || !(c.Floor > 0 && c.Floor <= 1) {
		return errors.New("search: ClickConfig: Rounds is below 1 or Floor not above 0 and up to 1")
	}
	for i, l := range lists {
		for _, s := range l.Shown {
			switch {
			case s.Position < 1:
				return fmt.Errorf("search: clicked list %d: position %d is below 1", i, s.Position)
			case len(s.Signals) != signalCount:
				return fmt.Errorf("search: clicked list %d: %s lacks signals", i, s.ID)
			case !(s.Worth >= 0) || math.IsInf(s.Worth, 0):
				return fmt.Errorf("search: clicked list %d: the worth of %s must be 0 or more", i, s.ID)
			}
		}
	}
	return nil
}

// Propensities estimates how likely a shopper looks at each position, the
// first being 1, from what was clicked: a click takes a look and a liking,
// whose chance is a logistic function of the signals, and both are learned in
// turns (regression EM, Wang et al. 2018: Position Bias Estimation for Unbiased
// Learning to Rank in Personal Search). A position further down is taken to be
// looked at no more often.
// The same input gives the same result.
func Propensities(ctx context.Context, lists []ClickedList, config ClickConfig) ([]float64, error) {
	c := config.withDefaults()
	if err := c.validate(lists); err != nil {
		return nil, err
	}
	var shown []Shown
	deepest := 0
	for _, l := range lists {
		for _, s := range l.Shown {
			s.Position = min(s.Position, MaxPosition)
			deepest = max(deepest, s.Position)
			shown = append(shown, s)
		}
	}
	if !slices.ContainsFunc(lists, func(l ClickedList) bool { return l.clicked() }) {
		return nil, errors.New("search: there are no clicks to learn from")
	}
	m := &clickModel{look: make([]float64, deepest), weights: make([]float64, signalCount+1)}
	for i := range m.look {
		m.look[i] = 1 / float64(i+1)
	}
	for range c.Rounds {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := m.learn(shown); err != nil {
			return nil, err
		}
	}
	for i := range m.look {
		m.look[i] = max(m.look[i], c.Floor)
	}
	return m.look, nil
}

func (l *ClickedList) clicked() bool {
	return slices.ContainsFunc(l.Shown, func(s Shown) bool { return s.Worth > 0 })
}

// clickModel is the chance of a look by position and of a liking by signals.
type clickModel struct {
	look    []float64
	weights []float64 // the last one stands alone
}

func (m *clickModel) liking(signals []float64) float64 {
	sum := m.weights[signalCount]
	for i, s := range signals {
		sum += m.weights[i] * s
	}
	return min(max(1/(1+math.Exp(-sum)), 1e-6), 1-1e-6)
}

// learn goes one turn: what was not clicked was not looked at, not liked, or
// neither, by the chances there are; the chances are then made to fit.
func (m *clickModel) learn(shown []Shown) error {
	likings := make([]float64, len(shown))
	looks, count := make([]float64, len(m.look)), make([]float64, len(m.look))
	for i, s := range shown {
		at := s.Position - 1
		look, liking := 1.0, 1.0
		if s.Worth == 0 {
			p, like := min(m.look[at], 1-1e-6), m.liking(s.Signals)
			look, liking = p*(1-like)/(1-p*like), (1-p)*like/(1-p*like)
		}
		likings[i] = liking
		looks[at] += look
		count[at]++
	}
	for at := range looks {
		if count[at] > 0 {
			looks[at] /= count[at]
		}
	}
	looks[0] = 1 // the others are relative to it
	m.look = falling(looks, count)
	return m.regress(shown, likings)
}

// regress takes a Newton step toward the weights that fit the likings.
func (m *clickModel) regress(shown []Shown, likings []float64) error {
	const ridge = 1
	n := len(m.weights)
	curve, step, row := linalg.NewMatrix[float64](n, n), make([]float64, n), make([]float64, n)
	for j, w := range m.weights {
		curve.Row(j)[j] = ridge
		step[j] = -ridge * w
	}
	for i, s := range shown {
		copy(row, s.Signals)
		row[n-1] = 1
		p := m.liking(s.Signals)
		linalg.Axpy64(likings[i]-p, row, step)
		for j, x := range row {
			if x != 0 {
				linalg.Axpy64(p*(1-p)*x, row, curve.Row(j))
			}
		}
	}
	if err := linalg.Cholesky(curve, 1); err != nil {
		return err
	}
	linalg.CholeskySolveVec(curve, step)
	for j, x := range step {
		m.weights[j] += x
	}
	return nil
}

// falling fits numbers that do not rise (pool adjacent violators). Those
// without a weight follow the one before.
func falling(values, weights []float64) []float64 {
	type block struct {
		sum, weight float64
		n           int
	}
	var blocks []block
	for i, v := range values {
		b := block{v * weights[i], weights[i], 1}
		for len(blocks) > 0 {
			last := blocks[len(blocks)-1]
			if b.weight > 0 && last.sum*b.weight >= b.sum*last.weight {
				break
			}
			b = block{b.sum + last.sum, b.weight + last.weight, b.n + last.n}
			blocks = blocks[:len(blocks)-1]
		}
		blocks = append(blocks, b)
	}
	out := make([]float64, 0, len(values))
	for _, b := range blocks {
		for range b.n {
			mean := 0.0
			if b.weight > 0 {
				mean = b.sum / b.weight
			}
			out = append(out, mean)
		}
	}
	return out
}

// FromClicks makes judged queries to train and measure rankers on of lists with
// clicks: a candidate's gain is what shoppers did with it over the propensity of
// where they saw it (inverse propensity scoring, Joachims, Swaminathan and
// Schnabel 2017), so that what stands far down is not held to be worse for it.
// Lists of one query are one, with mean gains. A query weighs what all its lists
// could have gained, so that a click far down counts more even where a query
// came once. Without propensities clicks are taken as they are.
func FromClicks(lists []ClickedList, propensities []float64) ([]Judged, error) {
	if err := (ClickConfig{}).withDefaults().validate(lists); err != nil {
		return nil, err
	}
	for i, p := range propensities {
		if !(p > 0 && p <= 1) {
			return nil, fmt.Errorf("search: propensity %d is %g, not above 0 and up to 1", i+1, p)
		}
	}
	type sums struct{ gain, times float64 }
	var out []Judged
	query := map[string]int{}
	var of []map[string]*sums
	for _, l := range lists {
		if !l.clicked() {
			continue
		}
		q, ok := query[l.Query]
		if !ok {
			q = len(out)
			query[l.Query] = q
			out, of = append(out, Judged{}), append(of, map[string]*sums{})
		}
		out[q].Weight++
		for _, s := range l.Shown {
			x := of[q][s.ID]
			if x == nil {
				x = &sums{}
				of[q][s.ID] = x
				out[q].Candidates = append(out[q].Candidates, s.Candidate)
			}
			x.times++
			p := 1.0
			if n := len(propensities); n > 0 {
				p = propensities[min(s.Position, n)-1]
			}
			x.gain += s.Worth / p
		}
	}
	for q := range out {
		for _, c := range out[q].Candidates {
			x := of[q][c.ID]
			out[q].Gains = append(out[q].Gains, x.gain/x.times)
		}
		out[q].Weight *= ideal(out[q].Gains, len(out[q].Gains))
	}
	return out, nil
}
