package search

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync"
)

// MemoryIndex is an Index in memory, for tests and small catalogs: Okapi BM25
// over one bag of words a document, in which a word counts as often as its
// field's weight says (Robertson, Zaragoza, Taylor 2004). It is safe for
// concurrent use.
type MemoryIndex struct {
	weights FieldWeights

	mu       sync.RWMutex
	docs     map[string]memoryDoc
	postings map[string]map[string]float64 // word -> id -> weighted count
	length   float64                       // of all documents
}

type memoryDoc struct {
	counts map[string]float64
	length float64
}

// NewMemoryIndex returns an empty index. nil weights are DefaultFieldWeights.
func NewMemoryIndex(weights FieldWeights) *MemoryIndex {
	return &MemoryIndex{weights: weights, docs: map[string]memoryDoc{}, postings: map[string]map[string]float64{}}
}

// Put adds documents, each in place of the one with its id.
func (m *MemoryIndex) Put(ctx context.Context, docs []Document) error {
	if err := checkDocuments(docs); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range docs {
		if err := ctx.Err(); err != nil {
			return err
		}
		m.remove(docs[i].ID)
		d := memoryDoc{counts: map[string]float64{}}
		s := speechOf(docs[i].Locale)
		for _, f := range docs[i].Fields() {
			weight := m.weights.Of(f.Name)
			for _, w := range s.tokens(f.Text) {
				if weight > 0 && !s.isStop(w) {
					d.counts[w] += weight
					d.length += weight
				}
			}
		}
		for w, n := range d.counts {
			if m.postings[w] == nil {
				m.postings[w] = map[string]float64{}
			}
			m.postings[w][docs[i].ID] = n
		}
		m.docs[docs[i].ID] = d
		m.length += d.length
	}
	return nil
}

func (m *MemoryIndex) remove(id string) {
	d, ok := m.docs[id]
	if !ok {
		return
	}
	for w := range d.counts {
		if delete(m.postings[w], id); len(m.postings[w]) == 0 {
			delete(m.postings, w)
		}
	}
	m.length -= d.length
	delete(m.docs, id)
}

// Delete removes documents.
func (m *MemoryIndex) Delete(ctx context.Context, ids []string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, id := range ids {
		m.remove(id)
	}
	return nil
}

const bm25K1, bm25B = 1.2, 0.75

// Find returns the documents that share a word with the text.
func (m *MemoryIndex) Find(ctx context.Context, q Words, limit int) ([]Match, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	scores := map[string]float64{}
	mean := m.length / float64(max(len(m.docs), 1))
	for _, w := range speechOf(q.Locale).tokens(q.Text) {
		postings := m.postings[w]
		idf := inverseFrequency(len(postings), len(m.docs))
		for id, n := range postings {
			if q.Within.Has != nil && !q.Within.Has(id) {
				continue
			}
			scores[id] += idf * n * (bm25K1 + 1) / (n + bm25K1*(1-bm25B+bm25B*m.docs[id].length/mean))
		}
	}
	return best(scores, limit), nil
}

// Count returns how many documents there are.
func (m *MemoryIndex) Count(context.Context) (int, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return len(m.docs), nil
}

// inverseFrequency is BM25's idf of a word that df of n documents have.
func inverseFrequency(df, n int) float64 {
	return math.Log1p((float64(n-df) + 0.5) / (float64(df) + 0.5))
}

// best returns the matches with the greatest scores, equals by id.
func best(scores map[string]float64, limit int) []Match {
	matches := make([]Match, 0, len(scores))
	for id, s := range scores {
		matches = append(matches, Match{id, s})
	}
	sortMatches(matches)
	return matches[:min(max(limit, 0), len(matches))]
}

func sortMatches(matches []Match) {
	slices.SortFunc(matches, byScoreAndID)
}

func byScoreAndID(a, b Match) int {
	if a.Score != b.Score { // or else ids are compared each time
		return cmp.Compare(b.Score, a.Score)
	}
	return cmp.Compare(a.ID, b.ID)
}
