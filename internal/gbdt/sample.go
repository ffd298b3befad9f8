package gbdt

import (
	"math"
	"slices"
)

// sampler chooses the rows of each round.
type sampler struct {
	p       *Params
	n       int
	classes int
	rows    []uint32
	out     []bool // rows that are not in the sample; nil: all are
}

// choose fills rows for a round. GOSS also scales g and h.
func (s *sampler) choose(round int, g, h []float32, constant bool) {
	switch {
	case s.p.GOSS:
		// The first 1/LearningRate rounds see all rows (Ke et al. 2017).
		if float64(round) < 1/s.p.LearningRate {
			s.all()
			return
		}
		s.goss(round, g, h, constant)
	case s.p.BaggingFraction < 1:
		if round%s.p.BaggingEvery == 0 {
			s.mark()
			for i := range s.n {
				s.take(i, uniform(hash(s.p.Seed, 2, uint64(round), uint64(i))) < s.p.BaggingFraction)
			}
			if len(s.rows) == 0 {
				s.take(int(hash(s.p.Seed, 3, uint64(round))%uint64(s.n)), true)
			}
		}
	case len(s.rows) == 0:
		s.all()
	}
}

func (s *sampler) all() {
	s.rows, s.out = s.rows[:0], nil
	for i := range s.n {
		s.rows = append(s.rows, uint32(i))
	}
}

func (s *sampler) mark() {
	if s.out == nil {
		s.out = make([]bool, s.n)
	}
	s.rows = s.rows[:0]
}

func (s *sampler) take(i int, in bool) {
	s.out[i] = !in
	if in {
		s.rows = append(s.rows, uint32(i))
	}
}

// goss keeps the rows with the largest gradients and of the others a sample,
// with weights that keep the sums right on average.
func (s *sampler) goss(round int, g, h []float32, constant bool) {
	size := make([]float64, s.n)
	for k := range s.classes {
		for i := range size {
			v := math.Abs(float64(g[k*s.n+i]))
			if !constant {
				v *= float64(h[k*s.n+i])
			}
			size[i] += v
		}
	}
	sorted := slices.Clone(size)
	slices.Sort(sorted)
	top := max(1, int(float64(s.n)*s.p.TopRate))
	limit := sorted[s.n-top]
	share := s.p.OtherRate / (1 - s.p.TopRate)
	weight := float32(1 / share)
	s.mark()
	for i, v := range size {
		if v >= limit {
			s.take(i, true)
			continue
		}
		in := uniform(hash(s.p.Seed, 4, uint64(round), uint64(i))) < share
		s.take(i, in)
		for k := range s.classes {
			if in {
				g[k*s.n+i] *= weight
				h[k*s.n+i] *= weight
			}
		}
	}
}

// chooseFeatures marks the features of one tree.
func (t *trainer) chooseFeatures(tree int) {
	use := t.g.use
	clear(use)
	var order []int
	for j, b := range t.d.binners {
		if b.bins() > 1 || b.missing && b.bins() > 0 {
			order = append(order, j)
		}
	}
	take := len(order)
	if t.p.FeatureFraction < 1 && take > 0 {
		for i := take - 1; i > 0; i-- {
			j := int(hash(t.p.Seed, 5, uint64(tree), uint64(i)) % uint64(i+1))
			order[i], order[j] = order[j], order[i]
		}
		take = max(1, int(math.Round(t.p.FeatureFraction*float64(take))))
	}
	for _, j := range order[:take] {
		use[j] = true
	}
}
