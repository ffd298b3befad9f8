package ann

import (
	"context"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"sync/atomic"
)

const (
	tuneQueries = 256
	tuneK       = 10
	tuneDepth   = 64      // more vectors equal to a query make it useless
	tuneStep    = 1. / 32 // of effort
	// A filtered search is tuned on fewer queries, which take longer, and on one
	// in so many vectors.
	tuneFiltered = 64
	tuneRarity   = 64
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
	own := len(queries) == 0
	if own {
		queries = x.sample(s)
	}
	var err error
	if s.effort.plain, err = x.leastEffort(ctx, s, 0, queries, Options{}, own); err != nil {
		return err
	}
	rare := func(id string) bool {
		h := fnv.New32a()
		h.Write([]byte(id))
		return h.Sum32()%tuneRarity == 0
	}
	if n := len(queries) / tuneFiltered; n > 1 {
		few := queries[:0:0]
		for i := 0; i < len(queries); i += n {
			few = append(few, queries[i])
		}
		queries = few
	}
	s.effort.filtered, err = x.leastEffort(ctx, s, s.effort.plain, queries, Options{Filter: rare}, false)
	return err
}

// goal is what a search is tuned to find: hits with scores from last to below
// first.
type goal struct {
	k, hits     int
	first, last float32
}

// leastEffort returns the effort, from least on, at which searches find enough.
// Queries of the index's own do not count themselves, nor vectors equal to them.
func (x *Index) leastEffort(ctx context.Context, s *snapshot, least float32, queries [][]float32, opt Options, own bool) (float32, error) {
	goals := make([]goal, len(queries))
	err := parallel(ctx, x.cfg.Workers, len(queries), func(i int) { goals[i] = x.goalOf(s, queries[i], opt, own) })
	if err != nil {
		return 0, err
	}
	total := 0
	for _, g := range goals {
		total += g.hits
	}
	// Upwards, as little effort costs little.
	for ; least < 1; least += tuneStep {
		trial := *s
		trial.effort = effort{least, least}
		var found atomic.Int64
		err := parallel(ctx, x.cfg.Workers, len(queries), func(i int) {
			hits, _ := x.search(ctx, &trial, queries[i], goals[i].k, opt) // fails with the context only
			n := 0
			for _, h := range hits {
				if h.Score >= goals[i].last && h.Score < goals[i].first {
					n++
				}
			}
			found.Add(int64(min(n, goals[i].hits)))
		})
		if err != nil {
			return 0, err
		}
		if float64(found.Load()) >= x.cfg.Recall*float64(total) {
			return least, nil
		}
	}
	return 1, nil
}

// goalOf reads all lists.
func (x *Index) goalOf(s *snapshot, query []float32, opt Options, own bool) goal {
	w := x.borrow(query)
	defer x.scratch.Put(w)
	w.found.reset(keep(tuneDepth))
	for _, l := range s.lists {
		x.scan(l, w, opt.Filter, x.cfg.Quantize == Int8)
	}
	hits := x.hits(w, tuneDepth)
	g := goal{first: float32(math.Inf(1))}
	if own && len(hits) > 0 {
		g.first = hits[0].Score
		for len(hits) > 0 && hits[0].Score == g.first {
			hits = hits[1:]
			g.k++
		}
	}
	hits = hits[:min(tuneK, len(hits))]
	g.hits = len(hits)
	g.k += max(1, len(hits))
	if len(hits) > 0 {
		g.last = hits[len(hits)-1].Score
	}
	return g
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
