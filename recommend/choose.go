package recommend

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
)

// choice picks an answer from ranked candidates within the law.
type choice struct {
	engine *Engine
	law    *law
	tuning *Tuning
	limit  int
	ranked []option
	at     map[string]int // row of the pool, from 1
	taken  map[string]bool
	full   map[string]int // items taken of each category
}

type option struct {
	id     string
	score  float64
	entry  *entry
	reason Reason
}

// rank orders the pool by score with boosts.
func (c *choice) rank(p *pool, scores []float64) {
	c.at = make(map[string]int, len(p.ids))
	for i, id := range p.ids {
		// Models are not trusted to have kept to the law, nor to be current.
		entry := c.engine.catalog.entry(id)
		if entry == nil {
			continue
		}
		item := entry.item.Load()
		if !c.law.allows(item) {
			continue
		}
		score := scores[i] + c.law.margin*item.Margin
		if c.tuning.Freshness != 0 {
			score += c.tuning.Freshness * fresh(item, c.law.now, c.tuning.FreshnessHalfLife)
		}
		c.at[id] = i + 1
		c.ranked = append(c.ranked, option{id: id, score: finite(score), entry: entry})
	}
	slices.SortFunc(c.ranked, func(a, b option) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.id, b.id)) })
}

// fill adds what is popular, and then what is newest, behind the candidates when
// they, with the caps, may be too few.
func (c *choice) fill(ctx context.Context, s *snapshot, ask *Ask) error {
	want := 4 * c.limit
	if c.law.cap == 0 {
		want = c.limit + len(c.law.pins)
	}
	if len(c.ranked) >= want {
		return nil
	}
	have := map[string]bool{}
	for _, o := range c.ranked {
		have[o.id] = true
	}
	add := func(id string, reason Reason) {
		if e := c.engine.catalog.entry(id); e != nil && !have[id] && c.law.allows(e.item.Load()) {
			have[id] = true
			c.ranked = append(c.ranked, option{id: id, entry: e, reason: reason})
		}
	}
	if popular := s.source("popular"); popular != nil {
		found, err := popular.Candidates(ctx, ask, want)
		if err != nil {
			return err
		}
		for _, m := range found {
			add(m.ID, Trending)
		}
	}
	recent := c.engine.catalog.recent.all()
	for n, e := range slices.Backward(recent) {
		if len(c.ranked) >= want || n < len(recent)-newestScan {
			break
		}
		if !e.dead.Load() {
			add(e.item.Load().ID, Exploring)
		}
	}
	return nil
}

// newestScan bounds how many of the newest items are looked at for want of
// others.
const newestScan = 10_000

// fits reports whether an item may be taken beside those taken.
func (c *choice) fits(o option) bool {
	return !c.taken[o.id] && (c.law.cap == 0 || c.full[o.entry.item.Load().category()] < c.law.cap)
}

func (c *choice) take(o option) {
	c.taken[o.id] = true
	c.full[o.entry.item.Load().category()]++
}

// diverse is how many places are chosen for diversity, and from how many
// candidates for each place.
const (
	diverse     = 50
	diverseFrom = 5
)

// choose fills the places: pins, then exploration, then the rest by maximal
// marginal relevance.
func (c *choice) choose(rng *rand.Rand, explore float64) []Recommended {
	places := make([]*Recommended, c.limit)
	for _, pin := range c.law.pins {
		e := c.engine.catalog.entry(pin.Item)
		if e == nil || pin.Position >= c.limit || places[pin.Position] != nil || !c.law.allows(e.item.Load()) {
			continue
		}
		if o := (option{id: pin.Item, entry: e}); c.fits(o) {
			c.take(o)
			places[pin.Position] = &Recommended{ID: pin.Item, Explanation: Explanation{Kind: Pinned}}
		}
	}
	budget := explore * float64(c.limit)
	slots := int(budget)
	if rng.Float64() < budget-float64(slots) {
		slots++
	}
	for _, at := range rng.Perm(c.limit) {
		if slots == 0 {
			break
		}
		if places[at] != nil {
			continue
		}
		id, ok := c.engine.explorer.pick(rng, c.tuning.Thompson, func(id string) bool {
			e := c.engine.catalog.entry(id)
			return e != nil && c.law.allows(e.item.Load()) && c.fits(option{id: id, entry: e})
		})
		if !ok {
			break
		}
		c.take(option{id: id, entry: c.engine.catalog.entry(id)})
		places[at] = &Recommended{ID: id, Explanation: Explanation{Kind: Exploring}, Propensity: explore}
		slots--
	}
	var chosen []option
	alikes := make([]float64, min(len(c.ranked), diverseFrom*diverse)) // greatest likeness to the chosen
	for at := range places {
		if places[at] != nil {
			continue
		}
		i := c.next(chosen, alikes, at)
		if i < 0 {
			continue
		}
		o := c.ranked[i]
		c.take(o)
		chosen = append(chosen, o)
		places[at] = &Recommended{ID: o.id, Score: o.score, Explanation: Explanation{Kind: o.reason}}
	}
	var out []Recommended
	for _, p := range places {
		if p != nil {
			out = append(out, *p)
		}
	}
	return out
}

// next is the candidate for a place, -1 for none.
func (c *choice) next(chosen []option, alikes []float64, at int) int {
	found, greatest := -1, 0.0
	window := min(diverseFrom*c.limit, len(alikes))
	for i, o := range c.ranked {
		if found >= 0 && (at >= diverse || i >= window || c.tuning.Diversity <= 0) {
			break
		}
		if !c.fits(o) {
			continue
		}
		value := o.score
		if i < window && c.tuning.Diversity > 0 {
			if len(chosen) > 0 {
				alikes[i] = max(alikes[i], alike(chosen[len(chosen)-1].entry, o.entry))
			}
			value = (1-c.tuning.Diversity)*value - c.tuning.Diversity*alikes[i]
		}
		if found < 0 || value > greatest {
			found, greatest = i, value
		}
	}
	return found
}
