package search

import (
	"cmp"
	"context"
	"math/bits"
	"runtime"
	"slices"
	"sync"

	"github.com/bodega-commerce/bodega/internal/linalg"
)

// parallel calls fn for 0 to n-1 on all processors.
func parallel(n int, fn func(i int)) {
	workers := min(runtime.GOMAXPROCS(0), n)
	if workers <= 1 {
		for i := range n {
			fn(i)
		}
		return
	}
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := w; i < n; i += workers {
				fn(i)
			}
		})
	}
	wg.Wait()
}

func unit(v []float32) []float32 {
	u := slices.Clone(v)
	linalg.Normalize(u)
	return u
}

// tally adds up something for many documents.
type tally struct {
	sums    []float32 // by ordinal
	touched []ordinal
}

func (e *Engine) tally() *tally {
	t, ok := e.scratch.Get().(*tally)
	if !ok {
		t = &tally{}
	}
	if n := len(e.corpus.entries); len(t.sums) < n {
		t.sums = make([]float32, n+n/4)
	}
	return t
}

// release gives a tally back, empty.
func (e *Engine) release(t *tally) {
	for _, o := range t.touched {
		t.sums[o] = 0
	}
	t.touched = t.touched[:0]
	e.scratch.Put(t)
}

func (t *tally) add(o ordinal, x float32) {
	if t.sums[o] == 0 {
		t.touched = append(t.touched, o)
	}
	t.sums[o] += x
}

// enoughWords is the share of a query's words, by their weight, that a document
// must have to be found by them.
const enoughWords = 0.5

// worded returns the documents that have enough of the words.
func (e *Engine) worded(words []queryWord, enough float64) bitset {
	set := make(bitset, len(e.corpus.live))
	var total float64
	for _, w := range words {
		total += w.idf
	}
	if total == 0 {
		return nil
	}
	if len(words) == 1 {
		for _, o := range e.corpus.postings[words[0].word] {
			set.set(o)
		}
		return set
	}
	t := e.tally()
	defer e.release(t)
	for _, w := range words {
		for _, o := range e.corpus.postings[w.word] {
			t.add(o, float32(w.idf))
		}
	}
	need := float32(enough * total)
	for _, o := range t.touched {
		if t.sums[o] >= need*(1-1e-5) {
			set.set(o)
		}
	}
	return set
}

// found returns up to limit of the allowed documents by the words the engine
// keeps, the best first.
func (e *Engine) found(words []queryWord, allowed bitset, limit int) []Match {
	t := e.tally()
	defer e.release(t)
	c := e.corpus
	mean := c.length / float64(max(c.size(), 1))
	for _, w := range words {
		counts := c.counts[w.word]
		for i, o := range c.postings[w.word] {
			if allowed != nil && !allowed.has(o) {
				continue
			}
			n := float64(counts[i])
			t.add(o, float32(w.idf*n*(bm25K1+1)/(n+bm25K1*(1-bm25B+bm25B*c.lengths[o]/mean))))
		}
	}
	return e.top(t, limit)
}

// top returns the greatest sums of a tally.
func (e *Engine) top(t *tally, limit int) []Match {
	// Many sums are equal, and to compare ids is slow: the edge is found without.
	sums := leading[float32]{limit: limit, order: func(a, b float32) int { return cmp.Compare(b, a) }}
	for _, o := range t.touched {
		if x := t.sums[o]; len(sums.kept) < limit || x > sums.kept[0] {
			sums.offer(x)
		}
	}
	best := leading[worth]{limit: limit, order: e.byWorth}
	for _, o := range t.touched {
		if x := t.sums[o]; len(sums.kept) < limit || x >= sums.kept[0] {
			best.offer(worth{o, float64(x)})
		}
	}
	list := best.sorted()
	matches := make([]Match, len(list))
	for i, x := range list {
		matches[i] = Match{e.corpus.entries[x.o].id, x.score}
	}
	return matches
}

// selection is what the indexes may find. Its owner holds the lock.
func (e *Engine) selection(filters []Filter, allowed bitset) Selection {
	if allowed == nil {
		return Selection{}
	}
	told := slices.DeleteFunc(slices.Clone(filters), func(f Filter) bool { // what is measured in texts is no value of a document
		c := e.corpus.columns[f.Field]
		return c != nil && c.measured != nil
	})
	return Selection{Filters: told, Has: func(id string) bool {
		o, ok := e.corpus.ordinals[id]
		return ok && allowed.has(o)
	}, Each: func(yield func(id string) bool) {
		for i, w := range allowed {
			for ; w != 0; w &= w - 1 {
				if !yield(e.corpus.entries[i*64+bits.TrailingZeros64(w)].id) {
					return
				}
			}
		}
	}, Count: allowed.count()}
}

// driverShare is what an index's own score adds to that of the engine: it
// orders what only the index's stemmer found.
const driverShare = 1e-3

// synonymShare is what a word's synonym counts of the word.
const synonymShare = 0.9

// byWords finds by the query's words and by what they also mean.
func (e *Engine) byWords(ctx context.Context, q *prepared, limit int) ([]Match, error) {
	found, err := e.byThese(ctx, q, saying{text: q.Text, tokens: q.tokens, words: q.words}, limit)
	if err != nil || len(q.others) == 0 {
		return found, err
	}
	scores := make(map[string]float64, 2*len(found))
	for _, m := range found {
		scores[m.ID] = m.Score
	}
	for _, other := range q.others {
		more, err := e.byThese(ctx, q, other, limit)
		if err != nil {
			return nil, err
		}
		for _, m := range more {
			scores[m.ID] = max(scores[m.ID], synonymShare*m.Score)
		}
	}
	return best(scores, limit), nil
}

// byThese finds by words. What an index found is scored by BM25 over the
// engine's own words, so that scores mean the same whichever index is used.
func (e *Engine) byThese(ctx context.Context, q *prepared, s saying, limit int) ([]Match, error) {
	if e.keyword == nil {
		return e.found(s.words, q.allowed, limit), nil
	}
	found, err := e.keyword.Find(ctx, Words{s.text, q.Locale, e.selection(q.Filters, q.allowed)}, limit)
	if err != nil {
		return nil, err
	}
	for i := range found {
		found[i].Score *= driverShare
		if entry, ok := e.corpus.entry(found[i].ID); ok {
			found[i].Score += e.corpus.okapi(s.words, entry)
		}
	}
	sortMatches(found)
	return found, nil
}

// nearest returns the vectors that point the same way at all.
func (e *Engine) nearest(ctx context.Context, vector []float32, q *prepared, limit int) ([]Match, error) {
	found, err := e.vectors.Nearest(ctx, vector, e.selection(q.Filters, q.allowed), limit)
	for i, m := range found {
		if m.Score <= 0 {
			return found[:i], err
		}
	}
	return found, err
}

// inMemory is a VectorIndex whose vectors can be looked at without a copy.
type inMemory interface {
	// look calls fn for the vectors, at length 1, of those ids that are there; fn
	// keeps none and does not call the index.
	look(ctx context.Context, ids []string, fn func(id string, values []float32)) error
}

// eachVector calls fn for the vectors of those ids that are there.
func eachVector(ctx context.Context, index VectorIndex, ids []string, fn func(id string, values []float32)) error {
	if m, ok := index.(inMemory); ok {
		return m.look(ctx, ids, fn)
	}
	vectors, err := index.Get(ctx, ids)
	for _, v := range vectors {
		fn(v.ID, v.Values)
	}
	return err
}
