package ann

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/bodega-commerce/bodega/internal/linalg"
)

// Hit is a vector found, with its exact score: greater is nearer.
type Hit struct {
	ID    string
	Score float32
}

// Options of one search.
type Options struct {
	// Filter says which ids may be found. It is called, by the goroutine that
	// searches, for those alone that would be among the nearest so far.
	// Default all.
	Filter func(id string) bool
	// Exact reads the float32 values of every vector. Default false.
	Exact bool
}

// minProbes is how many lists a search reads at least.
const minProbes = 8

// scratch is the memory a search needs, kept from one to the next.
type scratch struct {
	query    []float32
	residual []float32
	codes    []int16
	dots     []int32
	scores   []float32
	probes   []probe
	found    heap
}

// probe is a list and the score its best vector is expected to reach at most.
type probe struct {
	reach float32
	list  int32
}

// Search returns the k vectors nearest to the query, the nearest first, equal
// ones by id. There are fewer only if the index, or the filter, has no more.
func (x *Index) Search(ctx context.Context, query []float32, k int, opt Options) ([]Hit, error) {
	if k < 1 {
		return nil, &ConfigError{"k", fmt.Sprintf("is %d, it must be at least 1", k)}
	}
	norm, err := checkVector("", query, x.dim)
	if err != nil {
		return nil, err
	}
	return x.search(ctx, x.state.Load(), x.prepare(query, norm), k, opt)
}

func (x *Index) search(ctx context.Context, s *snapshot, query []float32, k int, opt Options) ([]Hit, error) {
	w := x.borrow(query)
	defer x.scratch.Put(w)
	k = min(k, s.live)
	var err error
	if x.cfg.Exact || opt.Exact {
		err = x.scanAll(ctx, s, w, k, opt)
	} else {
		err = x.scanNearest(ctx, s, w, k, opt)
	}
	if err != nil {
		return nil, err
	}
	return x.hits(w, k), nil
}

func (x *Index) borrow(query []float32) *scratch {
	w, ok := x.scratch.Get().(*scratch)
	if !ok {
		w = &scratch{residual: make([]float32, x.dim), codes: make([]int16, x.stride)}
	}
	w.query = query
	return w
}

// keep is how many candidates for k places codes must find.
func keep(k int) int { return k + k/2 + 8 }

// hits scores the candidates from their float32 values.
func (x *Index) hits(w *scratch, k int) []Hit {
	hits := make([]Hit, len(w.found.items))
	for i, c := range w.found.items {
		hits[i] = Hit{c.list.ids[c.slot], x.score(w.query, c.list.row(int(c.slot), x.dim))}
	}
	clear(w.found.items) // keeps no list alive
	slices.SortFunc(hits, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID))
	})
	return hits[:min(k, len(hits))]
}

func (x *Index) score(query, row []float32) float32 {
	if x.cfg.Metric == L2 {
		return -linalg.SquaredDistance(query, row)
	}
	return linalg.Dot(query, row)
}

// scanAll reads every list, on several goroutines if there is much to read and
// no filter, which is the caller's and may not be made for that.
func (x *Index) scanAll(ctx context.Context, s *snapshot, w *scratch, k int, opt Options) error {
	quantized := x.cfg.Quantize == Int8 && !opt.Exact
	if quantized {
		k = keep(k)
	}
	w.found.reset(k)
	chunk := len(s.lists)
	workers := 1
	if opt.Filter == nil && s.live*x.dim > 1<<19 {
		workers = x.cfg.Workers
		chunk = (chunk + 4*workers - 1) / (4 * workers)
	}
	var merging sync.Mutex
	return parallel(ctx, workers, (len(s.lists)+chunk-1)/max(chunk, 1), func(i int) {
		part := x.borrow(w.query)
		defer x.scratch.Put(part)
		part.found.reset(k)
		for _, l := range s.lists[i*chunk : min(len(s.lists), (i+1)*chunk)] {
			if ctx.Err() != nil {
				return
			}
			x.scan(l, part, opt.Filter, quantized)
		}
		merging.Lock()
		defer merging.Unlock()
		for _, c := range part.found.items {
			if w.found.accepts(c.score, c.list, int(c.slot)) {
				w.found.push(c)
			}
		}
		clear(part.found.items)
	})
}

// scanNearest reads lists in the order of the score their vectors may reach,
// until that is less than what has been found.
func (x *Index) scanNearest(ctx context.Context, s *snapshot, w *scratch, k int, opt Options) error {
	quantized := x.cfg.Quantize == Int8
	if quantized {
		k = keep(k)
	}
	w.found.reset(k)
	x.rank(s, w, s.effort.of(opt))
	for n := 0; len(w.probes) > 0; n++ {
		next := w.popProbe()
		if n >= minProbes && w.found.full() && next.reach < w.found.items[0].score {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		x.scan(s.lists[next.list], w, opt.Filter, quantized)
	}
	return nil
}

// rank sets the probes to all lists, as a heap with the best first.
//
// A vector x of a list with centre c and radius r lies at the squared distance
// D^2 - 2Dr.cos + r^2 from the query, where D = |q-c| and cos is that of the
// angle at the centre. The effort is the largest cosine expected.
func (x *Index) rank(s *snapshot, w *scratch, effort float32) {
	w.probes = w.probes[:0]
	qq := linalg.Dot(w.query, w.query)
	length := float32(math.Sqrt(float64(qq)))
	w.scores = resize(w.scores, len(s.lists))
	linalg.MatVec(w.scores, s.matrix, len(s.lists), x.dim, w.query)
	for i, qc := range w.scores {
		r := s.radii[i]
		var reach float32
		if x.cfg.Metric == InnerProduct {
			reach = qc + effort*length*r
		} else {
			dd := max(0, qq-2*qc+s.norms[i])
			reach = 2*effort*r*float32(math.Sqrt(float64(dd))) - dd - r*r
			if x.cfg.Metric == Cosine {
				reach = 1 + reach/2 // |q-x|^2 = 2 - 2q.x
			}
		}
		w.probes = append(w.probes, probe{reach, int32(i)})
	}
	for i := len(w.probes)/2 - 1; i >= 0; i-- {
		w.siftProbe(i)
	}
}

func (w *scratch) popProbe() probe {
	top := w.probes[0]
	last := len(w.probes) - 1
	w.probes[0] = w.probes[last]
	w.probes = w.probes[:last]
	w.siftProbe(0)
	return top
}

func (w *scratch) siftProbe(i int) {
	for p := w.probes; ; {
		child := 2*i + 1
		if child >= len(p) {
			return
		}
		if child+1 < len(p) && p[child+1].reach > p[child].reach {
			child++
		}
		if p[i].reach >= p[child].reach {
			return
		}
		p[i], p[child] = p[child], p[i]
		i = child
	}
}

// scan offers the vectors of a list to the heap.
func (x *Index) scan(l *list, w *scratch, filter func(string) bool, quantized bool) {
	if !quantized {
		w.scores = resize(w.scores, len(l.ids))
		if x.cfg.Metric == L2 {
			linalg.SquaredDistances(w.scores, l.rows, len(l.ids), x.dim, w.query)
			linalg.Scale(-1, w.scores)
		} else {
			linalg.MatVec(w.scores, l.rows, len(l.ids), x.dim, w.query)
		}
	} else {
		x.scanCodes(l, w)
	}
	for slot, score := range w.scores {
		if !w.found.accepts(score, l, slot) || l.isDead(slot) || filter != nil && !filter(l.ids[slot]) {
			continue
		}
		w.found.push(candidate{score, uint32(slot), l})
	}
}

// scanCodes sets the scores of a list from its codes.
func (x *Index) scanCodes(l *list, w *scratch) {
	copy(w.residual, w.query)
	linalg.Axpy(-1, l.centre, w.residual)
	step := quantizeQuery(w.codes, w.residual)
	var base float32
	if x.cfg.Metric == L2 {
		base = -linalg.Dot(w.residual, w.residual)
		step *= 2
	} else {
		base = linalg.Dot(w.query, l.centre)
	}
	w.dots = resize(w.dots, len(l.ids))
	dotCodes(w.dots, l.codes, w.codes)
	w.scores = resize(w.scores, len(l.ids))
	scale, bias := l.scale[:len(w.dots)], l.bias[:len(w.dots)]
	for i, d := range w.dots {
		w.scores[i] = base + step*scale[i]*float32(d) + bias[i]
	}
}

func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/2)
	}
	return s[:n]
}
