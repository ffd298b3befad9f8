package ann

import (
	"context"
	"sync"
)

// place is where a vector stands: list and slot.
type place struct{ list, slot uint32 }

// places says where each live vector stands. The one change under way alone
// writes, and reads without the lock.
type places struct {
	mu sync.RWMutex
	at map[string]place
}

func (p *places) set(id string, at place) {
	p.mu.Lock()
	p.at[id] = at
	p.mu.Unlock()
}

func (p *places) unset(id string) {
	p.mu.Lock()
	delete(p.at, id)
	p.mu.Unlock()
}

func (p *places) replace(at map[string]place) {
	p.mu.Lock()
	p.at = at
	p.mu.Unlock()
}

// Lookup calls fn for each of the ids that is there, with its place among them
// and its vector as it is kept: of length 1 under Cosine. fn must neither keep
// nor change the vector, nor call the index. It waits for a change under way
// only where that has moved one of the vectors.
func (x *Index) Lookup(ctx context.Context, ids []string, fn func(i int, vector []float32)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	moved := x.look(ids, nil, fn)
	if len(moved) == 0 {
		return nil
	}
	if err := x.lock(ctx); err != nil {
		return err
	}
	defer x.unlock()
	x.look(ids, moved, fn)
	return nil
}

// look calls fn for those of the ids, or of some of them, that stand where the
// snapshot has them, and returns the others.
func (x *Index) look(ids []string, some []int, fn func(i int, vector []float32)) (moved []int) {
	x.where.mu.RLock()
	defer x.where.mu.RUnlock()
	s := x.state.Load()
	one := func(i int) {
		p, ok := x.where.at[ids[i]]
		switch {
		case !ok:
		case int(p.list) < len(s.lists) && s.lists[p.list].has(ids[i], int(p.slot)):
			fn(i, s.lists[p.list].row(int(p.slot), x.dim))
		default:
			moved = append(moved, i)
		}
	}
	if some != nil {
		for _, i := range some {
			one(i)
		}
		return moved
	}
	for i := range ids {
		one(i)
	}
	return moved
}

func (l *list) has(id string, slot int) bool {
	return slot < len(l.ids) && l.ids[slot] == id && !l.isDead(slot)
}
