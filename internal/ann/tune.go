package ann

import (
	"context"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"sort"
)

const (
	tuneQueries = 256
	tuneK       = 10
	tuneSteps   = 40 // of effort, from 0 to 1
	// tuneRarity is that of the vectors a filtered search is tuned on: one in so
	// many.
	tuneRarity = 64
)

// effort is how far searches go; see Index.rank.
type effort struct{ plain, filtered float32 }

func (e effort) of(opt Options) float32 {
	if opt.Filter != nil {
		return e.filtered
	}
	return e.plain
}

func (e effort) valid() bool {
	return e.plain >= 0 && e.plain <= 1 && e.filtered >= 0 && e.filtered <= 1
}

// tune sets the effort of a snapshot nobody sees yet to the least that reaches
// Config.Recall, on the queries or else on vectors of its own.
func (x *Index) tune(ctx context.Context, s *snapshot, queries [][]float32) error {
	s.effort, s.tuned = effort{1, 1}, len(s.lists)
	if x.cfg.Exact || len(s.lists) <= minProbes {
		return nil
	}
	k := tuneK
	if len(queries) == 0 {
		queries = x.sample(s)
		k++ // a vector finds itself
	}
	var err error
	if s.effort.plain, err = x.leastEffort(ctx, s, queries, k, Options{}); err != nil {
		return err
	}
	rare := func(id string) bool {
		h := fnv.New32a()
		h.Write([]byte(id))
		return h.Sum32()%tuneRarity == 0
	}
	s.effort.filtered, err = x.leastEffort(ctx, s, queries, tuneK, Options{Filter: rare})
	s.effort.filtered = max(s.effort.filtered, s.effort.plain)
	return err
}

// leastEffort returns the least effort at which searches for k find enough. Of
// k above tuneK, the first ones do not count.
func (x *Index) leastEffort(ctx context.Context, s *snapshot, queries [][]float32, k int, opt Options) (float32, error) {
	last := make([]float32, len(queries)) // the score of the last that must be found
	wanted := make([]int, len(queries))
	err := parallel(ctx, x.cfg.Workers, len(queries), func(i int) {
		w := x.borrow(queries[i])
		defer x.scratch.Put(w)
		w.found.reset(keep(k))
		for _, l := range s.lists {
			x.scan(l, w, opt.Filter, x.cfg.Quantize == Int8)
		}
		if hits := x.hits(w, k); len(hits) > 0 {
			last[i] = hits[len(hits)-1].Score
			wanted[i] = len(hits) - (k - tuneK)
		}
	})
	if err != nil {
		return 0, err
	}
	total := 0
	for _, n := range wanted {
		total += n
	}
	found := make([]int, len(queries))
	step := sort.Search(tuneSteps, func(step int) bool {
		trial := *s
		trial.effort = effort{float32(step) / tuneSteps, float32(step) / tuneSteps}
		err = parallel(ctx, x.cfg.Workers, len(queries), func(i int) {
			hits, _ := x.search(ctx, &trial, queries[i], k, opt) // fails with the context only
			found[i] = tuneK - k
			for _, h := range hits {
				if h.Score >= last[i] {
					found[i]++
				}
			}
			found[i] = min(found[i], wanted[i])
		})
		sum := 0
		for _, n := range found {
			sum += n
		}
		return err != nil || float64(sum) >= x.cfg.Recall*float64(total)
	})
	return float32(step) / tuneSteps, err
}

// sample chooses vectors of a snapshot, the same ones each time.
func (x *Index) sample(s *snapshot) [][]float32 {
	rng := rand.New(rand.NewPCG(x.cfg.Seed, uint64(s.live)))
	chosen := choose(rng, s.live, tuneQueries)
	var queries [][]float32
	before := 0
	for _, l := range s.lists {
		for slot := range l.ids {
			if l.isDead(slot) {
				continue
			}
			if _, ok := slices.BinarySearch(chosen, before); ok {
				queries = append(queries, l.row(slot, x.dim))
			}
			before++
		}
	}
	return queries
}
