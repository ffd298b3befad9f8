package searcheval

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"

	"github.com/bodega-commerce/bodega/search"
)

// Shoppers says how simulated shoppers look at lists.
type Shoppers struct {
	Lists  int           // they are shown
	Length int           // of a list
	Bias   float64       // they look at position k with the chance 1/k^Bias
	Noise  float64       // chance to click on what is worth nothing, once looked at
	Shown  search.Ranker // orders what they are shown
	Stir   float64       // standard deviation of what is added to its scores, list by list
	Seed   uint64
}

// Clicks simulates shoppers who click, once they look, with the chance of the
// gain, which is from 0 to 1. The same shoppers click alike again.
func (s Shoppers) Clicks(queries []search.Judged) []search.ClickedList {
	random := rand.New(rand.NewPCG(s.Seed, 9)) //nolint:gosec // numbers that must repeat, not secrets
	type placed struct {
		at    int
		score float64
	}
	lists := make([]search.ClickedList, s.Lists)
	for n := range lists {
		q := queries[n%len(queries)]
		lists[n].Query = strconv.Itoa(n % len(queries))
		order := make([]placed, len(q.Candidates))
		for i, c := range q.Candidates {
			order[i] = placed{i, s.Shown.Score(c.Signals) + s.Stir*random.NormFloat64()}
		}
		slices.SortFunc(order, func(a, b placed) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.at, b.at)) })
		for at, p := range order[:min(s.Length, len(order))] {
			x := search.Shown{Candidate: q.Candidates[p.at], Position: at + 1}
			if like := s.Noise + (1-s.Noise)*q.Gains[p.at]; random.Float64() < like*math.Pow(float64(at+1), -s.Bias) {
				x.Worth = 1
			}
			lists[n].Shown = append(lists[n].Shown, x)
		}
	}
	return lists
}
