package recommend

import (
	"context"
	"math"
	"slices"
)

// mix makes one order of what several sources say: by a ranker or, without one,
// by the weighted sum.
type mix struct {
	sources []Source
	weights []float64
	ranker  *ranker
	facts   *facts // what the ranker's signals are made of
	// learning: a ranker is to be learned from what is gathered.
	learning bool
}

// gather asks the sources that have a weight for candidates, and then for their
// view of each; with a ranker what is trending is added, and all are asked for
// their view.
func (m *mix) gather(ctx context.Context, ask *Ask, limit int) (*pool, error) {
	var ids []string
	seen := map[string]bool{}
	for i, s := range m.sources {
		if m.weights[i] == 0 {
			continue
		}
		found, err := s.Candidates(ctx, ask, limit)
		if err != nil {
			return nil, err
		}
		for _, m := range found {
			if !seen[m.ID] {
				seen[m.ID] = true
				ids = append(ids, m.ID)
			}
		}
	}
	if m.ranker != nil || m.learning {
		n := 0
		for _, id := range m.facts.trending(m.facts.today(ask)) {
			if n == limit {
				break
			}
			if ask.keep(id) {
				if n++; !seen[id] {
					ids = append(ids, id)
				}
			}
		}
	}
	return m.assess(ctx, ask, ids)
}

// assess asks the sources for their view of given items.
func (m *mix) assess(ctx context.Context, ask *Ask, ids []string) (*pool, error) {
	p := &pool{ids: ids, parts: make([]float32, len(ids)*len(m.sources)), raw: make([]float32, len(ids)*len(m.sources)), width: len(m.sources)}
	column := make([]float32, len(ids))
	for i, s := range m.sources {
		if m.weights[i] == 0 && m.ranker == nil {
			continue
		}
		clear(column)
		if err := s.Scores(ctx, ask, ids, column); err != nil {
			return nil, err
		}
		var best float32
		for _, x := range column {
			if x > best && float64(x) < 1e30 {
				best = x
			}
		}
		if best == 0 {
			continue
		}
		for j, x := range column {
			if x > 0 { // and no NaN
				p.raw[j*p.width+i] = min(x, 1e30)
				p.parts[j*p.width+i] = min(x/best, 1)
			}
		}
	}
	return p, nil
}

// rank scores the candidates of an answer, the greatest 1 or so. Of a ranker's
// chances, reach takes from what many have and gives to what few have, of what
// is new to the user.
func (m *mix) rank(p *pool, ask *Ask, reach float64) []float64 {
	if m.ranker == nil {
		return m.scores(p, nil, 0)
	}
	signals, width := m.facts.signals(p, m.sources, ask)
	scores := m.scores(p, signals, width)
	if reach <= 0 {
		return scores
	}
	bought := map[string]bool{}
	for _, x := range ask.History {
		if x.Kind == Purchase {
			bought[x.Item] = true
		}
	}
	for i, id := range p.ids {
		if at, ok := m.facts.table.at[id]; ok && !bought[id] {
			scores[i] *= math.Pow((1+m.facts.usual)/(1+float64(m.facts.buyers[at])), reach)
		}
	}
	best := slices.Max(append(scores, 1e-12))
	for i := range scores {
		scores[i] /= best
	}
	return scores
}

func (m *mix) scores(p *pool, signals []float64, width int) []float64 {
	if m.ranker != nil {
		return m.ranker.scores(signals, width)
	}
	out := make([]float64, len(p.ids))
	for i := range out {
		out[i] = blend(p.row(i), m.weights)
	}
	return out
}

// withAgain gives what is bought again a say as loud as that of all others, for
// where it may be shown; a ranker has learned how much it counts.
func (m *mix) withAgain() *mix {
	c := *m
	c.weights = slices.Clone(m.weights)
	if i := slices.Index(names(m.sources), "again"); i >= 0 {
		c.weights[i] = 1
	}
	return &c
}

// alone lets one source speak; none if there is no such.
func (m *mix) alone(name string) *mix {
	c := &mix{sources: m.sources, weights: make([]float64, len(m.sources))}
	if i := slices.Index(names(m.sources), name); i >= 0 {
		c.weights[i] = 1
	}
	return c
}
