package search

import (
	"context"
	"slices"

	"github.com/bodega-commerce/bodega/internal/linalg"
)

// Candidate is a document that may answer a query.
type Candidate struct {
	ID      string
	Signals []float64
}

const feedbackDocuments = 10

// Candidates returns what a query's ranking chooses from, with the signals it
// goes by: the best of the words, of the vectors and of the vectors near those
// at the top, Config.Depth or q.Limit of each, in the order of fusion. Train
// rankers on it.
func (e *Engine) Candidates(ctx context.Context, q Query) ([]Candidate, error) {
	p, err := e.prepare(ctx, q)
	if err != nil {
		return nil, err
	}
	e.mu.RLock()
	defer e.mu.RUnlock()
	e.compile(p)
	found, _, err := e.candidates(ctx, p, max(e.config.Depth, p.Limit))
	out := make([]Candidate, len(found))
	for i, c := range found {
		out[i] = Candidate{c.entry.id, c.signals}
	}
	return out, err
}

// candidate is a document that ranking looks at.
type candidate struct {
	entry                            *entry
	fused, keyword, vector, feedback float64
	signals                          []float64
}

// pool is candidates by id, in the order they were found.
type pool struct {
	corpus *corpus
	list   []*candidate
	by     map[string]*candidate
}

// add returns the candidate of an id. One that was deleted from the engine and
// not yet from an index is in no list.
func (l *pool) add(id string) *candidate {
	c, ok := l.by[id]
	if !ok {
		entry, there := l.corpus.entry(id)
		c = &candidate{entry: entry}
		l.by[id] = c
		if there {
			l.list = append(l.list, c)
		}
	}
	return c
}

// lists are what the two indexes found, and both fused.
func (l *pool) lists(keyword, vector, fused []Match) {
	for _, m := range fused {
		l.add(m.ID).fused = m.Score / fused[0].Score
	}
	for _, m := range keyword {
		l.add(m.ID).keyword = m.Score / keyword[0].Score
	}
	for _, m := range vector {
		l.add(m.ID).vector = m.Score
	}
}

// candidates finds and measures what is ranked, and what is near enough to be
// found by its vector, whatever the filters. Its caller holds the lock.
func (e *Engine) candidates(ctx context.Context, q *prepared, depth int) (list []*candidate, near []ordinal, err error) {
	everything := *q
	everything.Filters, everything.allowed = nil, nil
	keyword, err := e.byWords(ctx, &everything, depth)
	if err != nil {
		return nil, nil, err
	}
	fused := keyword
	var vector, moved []Match
	var direction []float32
	if q.vector != nil {
		if vector, err = e.nearest(ctx, q.vector, &everything, depth); err != nil {
			return nil, nil, err
		}
		fused = e.config.Fusion.Fuse(keyword, vector)
		if direction, err = e.direction(ctx, q.vector, fused); err != nil {
			return nil, nil, err
		}
		if moved, err = e.nearest(ctx, direction, &everything, depth); err != nil {
			return nil, nil, err
		}
		near = e.nearEnough(near, vector)
		near = e.nearEnough(near, moved)
	}
	if q.allowed != nil {
		if keyword, err = e.byWords(ctx, q, depth); err != nil {
			return nil, nil, err
		}
		if q.vector != nil {
			vector, moved = e.permitted(q, vector), e.permitted(q, moved)
			if len(vector) < q.Limit { // the filters leave little of what is nearest
				if vector, err = e.nearest(ctx, q.vector, q, depth); err != nil {
					return nil, nil, err
				}
				near = e.nearEnough(near, vector)
			}
			fused = e.config.Fusion.Fuse(keyword, vector)
		} else {
			fused = keyword
		}
	}
	found := &pool{corpus: e.corpus, by: make(map[string]*candidate, len(fused)+len(moved))}
	found.lists(keyword, vector, fused)
	for _, m := range moved {
		found.add(m.ID)
	}
	if q.vector != nil {
		if err := e.cosines(ctx, found, q.vector, direction); err != nil {
			return nil, nil, err
		}
	}
	r := &reading{corpus: e.corpus}
	r.understand(q.tokens, q.negated(), found.list)
	r.feedbackWords(found.list)
	readings := []*reading{r}
	for _, other := range q.others {
		o := &reading{corpus: e.corpus, expanded: r.expanded, category: r.category}
		o.understand(other.tokens, q.negated(), found.list)
		readings = append(readings, o)
	}
	signals := make([]float64, signalCount*len(found.list))
	for i, c := range found.list {
		c.signals = signals[i*signalCount : (i+1)*signalCount : (i+1)*signalCount]
		readings[e.fitting(c, readings)].measure(c)
	}
	return found.list, near, nil
}

// nearEnough adds the ordinals of matches that come near the best of them.
func (e *Engine) nearEnough(near []ordinal, matches []Match) []ordinal {
	for _, m := range matches {
		if o, ok := e.corpus.ordinals[m.ID]; ok && m.Score >= nearEnough*matches[0].Score {
			near = append(near, o)
		}
	}
	return near
}

func (e *Engine) permitted(q *prepared, matches []Match) []Match {
	kept := make([]Match, 0, len(matches))
	for _, m := range matches {
		if o, ok := e.corpus.ordinals[m.ID]; ok && q.allowed.has(o) {
			kept = append(kept, m)
		}
	}
	return kept
}

// direction is the query moved toward the documents at the top (Rocchio 1971).
func (e *Engine) direction(ctx context.Context, query []float32, fused []Match) ([]float32, error) {
	top := fused[:min(feedbackDocuments, len(fused))]
	ids := make([]string, len(top))
	weight := make(map[string]float64, len(top))
	for i, m := range top {
		ids[i] = m.ID
		weight[m.ID] = m.Score / fused[0].Score
	}
	vectors, err := e.vectors.Get(ctx, ids)
	if err != nil {
		return nil, err
	}
	moved := slices.Clone(query)
	for _, v := range vectors {
		if len(v.Values) == len(moved) {
			linalg.Axpy(float32(weight[v.ID])/float32(len(top))*2, v.Values, moved)
		}
	}
	linalg.Normalize(moved)
	return moved, nil
}

// cosines completes the candidates' cosines with the query and with where it
// was moved.
func (e *Engine) cosines(ctx context.Context, found *pool, query, direction []float32) error {
	ids := make([]string, len(found.list))
	for i, c := range found.list {
		ids[i] = c.entry.id
	}
	return eachVector(ctx, e.vectors, ids, func(id string, values []float32) {
		if c := found.add(id); len(values) == len(query) {
			c.vector = float64(linalg.Dot(query, values))
			c.feedback = float64(linalg.Dot(direction, values))
		}
	})
}
