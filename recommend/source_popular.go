package recommend

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"time"
)

// PopularConfig of LearnPopular.
type PopularConfig struct {
	// HalfLife of an interaction's weight. Default 30 days.
	HalfLife time.Duration
	// Top is how many items of all, and of each region and category, are kept.
	// Default 1,000.
	Top int
}

// LearnPopular counts what is wanted, the newer the more: of all, and in each
// region and category.
func LearnPopular(cfg PopularConfig) Learner {
	cfg.HalfLife = cmp.Or(cfg.HalfLife, 30*24*time.Hour)
	cfg.Top = cmp.Or(cfg.Top, 1000)
	return popularLearner{cfg}
}

type popularLearner struct{ cfg PopularConfig }

func (popularLearner) Name() string { return "popular" }

// Parameters are what was trained with.
func (l popularLearner) Parameters() string {
	return fmt.Sprintf("half-life=%s top=%d", l.cfg.HalfLife, l.cfg.Top)
}

// popular holds lists of item numbers, the most wanted first.
type popular struct {
	table      *Table
	Weight     []float32 // of each item
	All        []int32
	Regions    map[string][]int32
	Categories map[string][]int32
}

func (l popularLearner) Learn(ctx context.Context, data *Events) (Trained, error) {
	n := len(data.IDs)
	p := &popular{table: data.Table, Weight: make([]float32, n), Regions: map[string][]int32{}, Categories: map[string][]int32{}}
	regions := map[string]map[int32]float32{}
	for u, events := range data.byUser {
		var here map[int32]float32
		if data.region != nil {
			if r := data.region(data.users[u]); r != "" {
				if here = regions[r]; here == nil {
					here = map[int32]float32{}
					regions[r] = here
				}
			}
		}
		for _, x := range events {
			age := float64(data.To.Unix()-x.at) / l.cfg.HalfLife.Seconds()
			w := min(x.weight, 100) * float32(math.Exp2(-age))
			p.Weight[x.item] += w
			if here != nil {
				here[x.item] += w
			}
		}
	}
	categories := map[string]map[int32]float32{}
	all := map[int32]float32{}
	for i, w := range p.Weight {
		if w <= 0 {
			continue
		}
		all[int32(i)] = w
		if data.item == nil {
			continue
		}
		if item := data.item(data.IDs[i]); item != nil {
			for _, c := range item.Categories {
				if categories[c] == nil {
					categories[c] = map[int32]float32{}
				}
				categories[c][int32(i)] = w
			}
		}
	}
	p.All = l.top(data.Table, all)
	for r, counts := range regions {
		p.Regions[r] = l.top(data.Table, counts)
	}
	for c, counts := range categories {
		p.Categories[c] = l.top(data.Table, counts)
	}
	return p, ctx.Err()
}

func (l popularLearner) top(table *Table, counts map[int32]float32) []int32 {
	found := make([]Match, 0, len(counts))
	for i, w := range counts {
		found = append(found, Match{table.IDs[i], w})
	}
	var out []int32
	for _, m := range best(found, l.cfg.Top) {
		out = append(out, table.at[m.ID])
	}
	return out
}

func (p *popular) Name() string { return "popular" }

// Candidates are those of the region that are in the category; where little is
// known of the region, of all.
func (p *popular) Candidates(_ context.Context, ask *Ask, limit int) ([]Match, error) {
	var lists [][]int32
	if r := p.Regions[ask.Context.Region]; r != nil {
		lists = append(lists, r)
	}
	if c := p.Categories[ask.Context.Category]; c != nil {
		lists = append(lists, c)
	}
	seen := map[int32]bool{}
	var out []Match
	for _, list := range append(lists, p.All) {
		for _, i := range list {
			if len(out) == limit {
				return out, nil
			}
			if id := p.table.IDs[i]; !seen[i] && ask.keep(id) {
				seen[i] = true
				out = append(out, Match{id, 1 / float32(len(out)+1)})
			}
		}
	}
	return out, nil
}

func (p *popular) Scores(_ context.Context, ask *Ask, ids []string, dst []float32) error {
	var place map[int32]int
	if r := p.Regions[ask.Context.Region]; r != nil {
		place = make(map[int32]int, len(r))
		for n, i := range r {
			place[i] = len(r) - n
		}
	}
	for n, id := range ids {
		i, ok := p.table.at[id]
		if !ok {
			continue
		}
		// The logarithm keeps the few that everybody has from hiding the rest.
		dst[n] = float32(math.Log1p(float64(p.Weight[i])))
		if place != nil { // the region's order before that of all
			dst[n] = float32(place[i]) + dst[n]/(1+dst[n])
		}
	}
	return nil
}

// MarshalBinary writes JSON: gob does not end on some altered maps.
func (p *popular) MarshalBinary() ([]byte, error) {
	type plain popular // without this method
	return json.Marshal((*plain)(p))
}

func (popularLearner) Load(_ context.Context, table *Table, data []byte) (Trained, error) {
	type plain popular
	p := &popular{table: table}
	if err := json.Unmarshal(data, (*plain)(p)); err != nil {
		return nil, &FormatError{"the popular items: " + err.Error()}
	}
	n := len(table.IDs)
	if len(p.Weight) != n {
		return nil, &FormatError{"the popular items do not fit the items"}
	}
	inside := func(list []int32) bool {
		for _, i := range list {
			if i < 0 || int(i) >= n {
				return false
			}
		}
		return true
	}
	ok := inside(p.All)
	for _, lists := range []map[string][]int32{p.Regions, p.Categories} {
		for _, list := range lists {
			ok = ok && inside(list)
		}
	}
	if !ok {
		return nil, &FormatError{"a popular item is none of the items"}
	}
	return p, nil
}
