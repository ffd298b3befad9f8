package search

import "context"

// answered is answer, by words alone where the vectors cannot be asked: the
// shop still sells. Its caller holds the lock.
func (e *Engine) answered(ctx context.Context, p *prepared) ([]scored, bitset, error) {
	list, set, err := e.answer(ctx, p)
	if err == nil || p.vector == nil || ctx.Err() != nil || p.Mode != Ranked || len(p.tokens) == 0 {
		return list, set, err
	}
	p.vector, p.degraded = nil, "by words alone: "+err.Error()
	return e.answer(ctx, p)
}
