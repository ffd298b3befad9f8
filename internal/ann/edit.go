package ann

import (
	"context"
	"maps"
	"slices"

	"github.com/bodega-commerce/bodega/internal/linalg"
)

// edit is one change under way. Readers see nothing of it until publish.
type edit struct {
	x        *Index
	lists    []*list
	owned    map[int]bool // lists that only this edit sees
	shrunk   map[int]bool // lists that lost vectors
	reshaped bool         // lists came, went or moved their centre
}

func (x *Index) edit() *edit {
	return &edit{x: x, lists: slices.Clone(x.state.Load().lists), owned: map[int]bool{}, shrunk: map[int]bool{}}
}

// own returns a list that may be changed.
func (e *edit) own(i int) *list {
	if !e.owned[i] {
		l := *e.lists[i]
		l.dead = slices.Clone(l.dead)
		e.lists[i] = &l
		e.owned[i] = true
	}
	return e.lists[i]
}

// assign finds the list for each vector: the one with the nearest centre, or,
// in an exact index, whichever has room.
func (e *edit) assign(ctx context.Context, rows [][]float32) ([]int, error) {
	targets := make([]int, len(rows))
	if e.x.cfg.Exact || len(e.lists) == 0 {
		return targets, nil
	}
	m := &kmeans{dim: e.x.dim, workers: e.x.cfg.Workers}
	return targets, m.assign(ctx, targets, rows, e.x.state.Load().centroids)
}

func (e *edit) insert(target int, id string, row []float32) {
	if e.x.cfg.Exact {
		target = len(e.lists) - 1
	}
	if len(e.lists) == 0 || e.x.cfg.Exact && len(e.lists[target].ids) >= e.x.cfg.ListSize {
		centre := make([]float32, e.x.dim)
		if !e.x.cfg.Exact {
			copy(centre, row)
		}
		target = e.append(e.x.newList(centre, 0))
	}
	l := e.own(target)
	e.x.where.set(id, place{uint32(target), uint32(len(l.ids))})
	e.x.push(l, id, row)
}

// append adds a new list and returns its index.
func (e *edit) append(l *list) int {
	e.lists = append(e.lists, l)
	e.owned[len(e.lists)-1] = true
	e.reshaped = true
	return len(e.lists) - 1
}

func (e *edit) remove(id string) bool {
	if !e.kill(id) {
		return false
	}
	e.x.where.unset(id)
	return true
}

// kill marks the vector of an id, which is to get a new place or none.
func (e *edit) kill(id string) bool {
	p, ok := e.x.where.at[id]
	if ok {
		e.own(int(p.list)).kill(int(p.slot))
		e.shrunk[int(p.list)] = true
	}
	return ok
}

// settle puts a list at an index and notes where its vectors are now.
func (e *edit) settle(i int, l *list) {
	e.lists[i] = l
	for slot, id := range l.ids {
		if !l.isDead(slot) {
			e.x.where.set(id, place{uint32(i), uint32(slot)})
		}
	}
}

// publish puts the lists in order and shows them to the readers.
func (e *edit) publish() {
	// From the last on, so that what drop moves has had its turn.
	for _, i := range slices.Backward(slices.Sorted(maps.Keys(e.shrunk))) {
		l := e.lists[i]
		switch {
		case l.live() == 0 || e.sparse(i):
			e.dissolve(i)
		case l.deaths*4 > len(l.ids):
			e.compact(i)
		}
	}
	if !e.x.cfg.Exact {
		for _, i := range slices.Sorted(maps.Keys(e.owned)) {
			e.split(i)
		}
	}
	s := e.snapshot()
	if n := len(s.lists); !e.x.cfg.Exact && (n >= 2*s.tuned || n <= s.tuned/2) {
		// Without a context: a change that has come this far is finished.
		_ = e.x.tune(context.Background(), s, nil)
	}
	e.x.state.Store(s)
}

// sparse reports whether a list has become too small to keep.
func (e *edit) sparse(i int) bool {
	l := e.lists[i]
	if e.x.cfg.Exact {
		return l.live() < e.x.cfg.ListSize/2 && i != len(e.lists)-1
	}
	return l.live() < e.x.cfg.ListSize/8 && len(e.lists) > 1
}

// dissolve takes a list away and gives its vectors to others.
func (e *edit) dissolve(i int) {
	l := e.lists[i]
	last := len(e.lists) - 1
	if i != last {
		e.settle(i, e.lists[last])
		e.owned[i] = e.owned[last]
	}
	e.lists = e.lists[:last]
	delete(e.owned, last)
	e.reshaped = true
	for slot, id := range l.ids {
		if !l.isDead(slot) {
			row := l.row(slot, e.x.dim)
			e.insert(e.nearest(row), id, row)
		}
	}
}

func (e *edit) nearest(row []float32) int {
	best, least := 0, float32(0)
	for i, l := range e.lists {
		if d := linalg.SquaredDistance(row, l.centre); i == 0 || d < least {
			best, least = i, d
		}
	}
	return best
}

// compact makes a list anew without its dead, around their mean.
func (e *edit) compact(i int) {
	l := e.lists[i]
	ids, rows := e.alive(l)
	centre := l.centre
	if !e.x.cfg.Exact {
		centre = mean(rows, upTo(len(rows)), e.x.dim)
		e.reshaped = true
	}
	e.settle(i, e.x.listOf(centre, ids, rows, upTo(len(ids))))
	e.owned[i] = true
}

func (e *edit) alive(l *list) (ids []string, rows [][]float32) {
	for slot, id := range l.ids {
		if !l.isDead(slot) {
			ids = append(ids, id)
			rows = append(rows, l.row(slot, e.x.dim))
		}
	}
	return ids, rows
}

// split divides a list that has grown to more than twice its size.
func (e *edit) split(i int) {
	l := e.lists[i]
	if l.live() <= 2*e.x.cfg.ListSize || len(l.ids) < 2*l.fixed {
		return
	}
	ids, rows := e.alive(l)
	m := &kmeans{dim: e.x.dim, workers: e.x.cfg.Workers, seed: e.x.cfg.Seed + uint64(len(e.lists))}
	parts, centres, err := m.partition(context.Background(), rows, (len(rows)+e.x.cfg.ListSize-1)/e.x.cfg.ListSize)
	if err != nil || len(parts) == 1 { // no error: the context has no end
		l.fixed = len(l.ids)
		return
	}
	e.reshaped = true
	for p, part := range parts {
		fresh := e.x.listOf(centres[p], ids, rows, part)
		at := i
		if p > 0 {
			at = e.append(fresh)
		}
		e.settle(at, fresh)
	}
	for p := range parts {
		if p == 0 {
			e.split(i)
		} else {
			e.split(len(e.lists) - len(parts) + p)
		}
	}
}

func (x *Index) listOf(centre []float32, ids []string, rows [][]float32, members []int) *list {
	l := x.newList(centre, len(members))
	for _, m := range members {
		x.push(l, ids[m], rows[m])
	}
	return l
}

// snapshot describes the lists for searches; what did not change is shared
// with the state before.
func (e *edit) snapshot() *snapshot {
	old := e.x.state.Load()
	s := &snapshot{lists: e.lists, live: len(e.x.where.at), centroids: old.centroids, effort: old.effort, tuned: old.tuned}
	if e.x.cfg.Exact {
		return s
	}
	if !e.reshaped {
		s.radii = slices.Clone(old.radii)
		for i := range e.owned {
			s.radii[i] = float32(e.lists[i].radius())
		}
		return s
	}
	centres := make([][]float32, len(e.lists))
	s.radii = make([]float32, len(e.lists))
	for i, l := range e.lists {
		centres[i] = l.centre
		s.radii[i] = float32(l.radius())
	}
	s.centroids = newCentroids(centres, e.x.dim)
	return s
}
