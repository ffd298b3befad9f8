package ann

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
)

// Item is a vector under its id.
type Item struct {
	ID     string
	Vector []float32
}

// Index finds the vectors nearest to a query. It is safe for concurrent use:
// searches work on a snapshot and never wait, changes wait for each other and
// become visible as a whole.
type Index struct {
	cfg     Config
	dim     int
	stride  int // of a row of codes
	state   atomic.Pointer[snapshot]
	scratch sync.Pool // *scratch

	writing chan struct{} // held by the one change under way
	where   places        // of each live vector
}

// snapshot is what a search sees. It never changes.
type snapshot struct {
	lists     []*list
	centroids           // of the lists; none in an exact index
	radii     []float32 // of the lists
	live      int
	effort    effort
	tuned     int // number of lists when effort was measured
}

// New makes an empty index for vectors of dim dimensions.
func New(dim int, cfg Config) (*Index, error) {
	if dim < 1 || dim > maxDim {
		return nil, &ConfigError{"dim", fmt.Sprintf("is %d, it must be from 1 to %d", dim, maxDim)}
	}
	cfg = cfg.withDefaults()
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	x := &Index{
		cfg: cfg, dim: dim, stride: (dim + codeBlock - 1) / codeBlock * codeBlock,
		writing: make(chan struct{}, 1), where: places{at: map[string]place{}},
	}
	x.state.Store(&snapshot{})
	return x, nil
}

// Len is the number of vectors.
func (x *Index) Len() int { return x.state.Load().live }

// Dim is the number of dimensions.
func (x *Index) Dim() int { return x.dim }

// Stats describes the memory of an index.
type Stats struct {
	Vectors int   // live ones
	Dead    int   // deleted ones whose memory is not yet reclaimed
	Lists   int   // clusters, or blocks of an exact index
	Bytes   int64 // of the vectors, codes and centres; without ids
}

// Stats measures the index.
func (x *Index) Stats() Stats {
	s := x.state.Load()
	stats := Stats{Vectors: s.live, Lists: len(s.lists), Bytes: 4 * int64(cap(s.matrix)+cap(s.norms)+cap(s.radii))}
	for _, l := range s.lists {
		stats.Dead += l.deaths
		floats := cap(l.centre) + cap(l.rows) + cap(l.scale) + cap(l.bias)
		stats.Bytes += 4*int64(floats) + int64(cap(l.codes)) + 8*int64(cap(l.dead))
	}
	return stats
}

// Add puts vectors in, in place of those with the same ids; the last of equal
// ids in one call counts. All become visible at once, or, with an error, none.
// The vectors are copied. A call that brings more vectors than the index holds
// clusters all of them anew, others change only the lists they touch.
func (x *Index) Add(ctx context.Context, items ...Item) error {
	rows := make([][]float32, len(items))
	for i, item := range items {
		if item.ID == "" {
			return &ConfigError{"ID", "is empty"}
		}
		if len(item.ID) > maxIDLen {
			return &VectorError{item.ID, fmt.Sprintf("has an id of %d bytes, more than %d", len(item.ID), maxIDLen)}
		}
		norm, err := checkVector(item.ID, item.Vector, x.dim)
		if err != nil {
			return err
		}
		rows[i] = x.prepare(item.Vector, norm)
	}
	if err := x.lock(ctx); err != nil {
		return err
	}
	defer x.unlock()
	if !x.cfg.Exact && len(items) > 2*x.cfg.ListSize && len(items) > x.Len() {
		return x.rebuild(ctx, items, rows)
	}
	e := x.edit()
	targets, err := e.assign(ctx, rows)
	if err != nil {
		return err
	}
	for i, item := range items {
		e.kill(item.ID)
		e.insert(targets[i], item.ID, rows[i])
	}
	e.publish()
	return nil
}

// prepare returns the vector as it is kept: of length 1 under Cosine.
func (x *Index) prepare(v []float32, norm float64) []float32 {
	if x.cfg.Metric != Cosine || norm == 0 {
		return v
	}
	unit := make([]float32, len(v))
	for i, f := range v {
		unit[i] = float32(float64(f) / norm)
	}
	return unit
}

// Delete takes vectors out and returns how many there were. Their memory is
// reclaimed list by list, once a quarter of a list is dead.
func (x *Index) Delete(ctx context.Context, ids ...string) (int, error) {
	if err := x.lock(ctx); err != nil {
		return 0, err
	}
	defer x.unlock()
	e := x.edit()
	n := 0
	for _, id := range ids {
		if e.remove(id) {
			n++
		}
	}
	if n > 0 {
		e.publish()
	}
	return n, nil
}

// Optimize clusters all vectors anew. An index keeps itself in order as it
// changes; this gets the last few percent of speed and memory back, at the cost
// of a build. Searches go on meanwhile, changes wait.
func (x *Index) Optimize(ctx context.Context) error {
	if err := x.lock(ctx); err != nil {
		return err
	}
	defer x.unlock()
	return x.rebuild(ctx, nil, nil)
}

// Tune measures how far searches must go to reach Config.Recall on queries like
// these. An index tunes itself on its own vectors, when it is built and each
// time it has doubled; queries of another kind (words against pictures, people
// against products) may need this. With no queries it tunes itself now.
func (x *Index) Tune(ctx context.Context, queries ...[]float32) error {
	prepared := make([][]float32, len(queries))
	for i, q := range queries {
		norm, err := checkVector("", q, x.dim)
		if err != nil {
			return err
		}
		prepared[i] = x.prepare(q, norm)
	}
	if err := x.lock(ctx); err != nil {
		return err
	}
	defer x.unlock()
	s := *x.state.Load()
	if err := x.tune(ctx, &s, prepared); err != nil {
		return err
	}
	x.state.Store(&s)
	return nil
}

func (x *Index) lock(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case x.writing <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (x *Index) unlock() { <-x.writing }

// rebuild makes all lists anew from the live vectors and the items, which take
// the place of those with the same ids.
func (x *Index) rebuild(ctx context.Context, items []Item, added [][]float32) error {
	s := x.state.Load()
	ids := make([]string, 0, s.live+len(items))
	rows := make([][]float32, 0, s.live+len(items))
	last := make(map[string]int, len(items))
	for i, item := range items {
		last[item.ID] = i
	}
	for _, l := range s.lists {
		for slot, id := range l.ids {
			if _, replaced := last[id]; !replaced && !l.isDead(slot) {
				ids = append(ids, id)
				rows = append(rows, l.row(slot, x.dim))
			}
		}
	}
	for i, item := range items {
		if last[item.ID] == i {
			ids = append(ids, item.ID)
			rows = append(rows, added[i])
		}
	}
	lists, err := x.cluster(ctx, ids, rows)
	if err != nil {
		return err
	}
	where := make(map[string]place, len(ids))
	e := &edit{x: x, lists: lists, owned: map[int]bool{}, reshaped: true}
	for i, l := range lists {
		e.owned[i] = true
		for slot, id := range l.ids {
			where[id] = place{uint32(i), uint32(slot)}
		}
	}
	x.where.replace(where)
	e.publish()
	return nil
}

// cluster distributes vectors over new lists.
func (x *Index) cluster(ctx context.Context, ids []string, rows [][]float32) ([]*list, error) {
	var parts [][]int
	var centres [][]float32
	if x.cfg.Exact {
		for part := range slices.Chunk(upTo(len(rows)), x.cfg.ListSize) {
			parts = append(parts, part)
			centres = append(centres, make([]float32, x.dim))
		}
	} else {
		k := (len(rows) + x.cfg.ListSize - 1) / x.cfg.ListSize
		m := &kmeans{dim: x.dim, workers: x.cfg.Workers, seed: x.cfg.Seed}
		var err error
		if parts, centres, err = m.partition(ctx, rows, k); err != nil {
			return nil, err
		}
	}
	lists := make([]*list, len(parts))
	err := parallel(ctx, x.cfg.Workers, len(parts), func(i int) {
		lists[i] = x.newList(centres[i], len(parts[i]))
		for _, r := range parts[i] {
			x.push(lists[i], ids[r], rows[r])
		}
	})
	return lists, err
}

func upTo(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = i
	}
	return s
}
