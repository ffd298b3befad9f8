package search

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// Config says how an Engine searches.
type Config struct {
	Depth  int    // candidates of each list that are fused and ranked, at least. Default 300
	Fusion Fusion // makes one list of two. Default Trusting{}
	Ranker Ranker // orders the candidates. Default DefaultRanker()
}

func (c Config) withDefaults() Config {
	if c.Depth == 0 {
		c.Depth = 300
	}
	if c.Fusion == nil {
		c.Fusion = Trusting{}
	}
	if c.Ranker == nil {
		c.Ranker = DefaultRanker()
	}
	return c
}

func (c Config) validate() error {
	if c.Depth < 1 {
		return fmt.Errorf("search: Config.Depth is %d, not 1 or more", c.Depth)
	}
	return nil
}

// Engine indexes documents and answers queries. It keeps the words of each
// document, for ranking, beside what its indexes keep. It is safe for
// concurrent use.
type Engine struct {
	keyword  Index
	vectors  VectorIndex
	embedder Embedder
	config   Config

	writing sync.Mutex // one Put or Delete at a time
	mu      sync.RWMutex
	lexicon *lexicon
}

// New returns an engine over indexes, which it writes alone. vectors and
// embedder may both be nil: then words alone decide.
func New(keyword Index, vectors VectorIndex, embedder Embedder, config Config) (*Engine, error) {
	config = config.withDefaults()
	if err := config.validate(); err != nil {
		return nil, err
	}
	if keyword == nil {
		return nil, errors.New("search: the engine needs a keyword index")
	}
	if (vectors == nil) != (embedder == nil) {
		return nil, errors.New("search: a vector index and an embedder go together")
	}
	return &Engine{keyword: keyword, vectors: vectors, embedder: embedder, config: config, lexicon: newLexicon()}, nil
}

// Put indexes documents, each in place of the one with its id. After an error
// some may be in one index only: put them again.
func (e *Engine) Put(ctx context.Context, docs []Document) error {
	if err := checkDocuments(docs); err != nil {
		return err
	}
	e.writing.Lock()
	defer e.writing.Unlock()
	if e.embedder != nil {
		values, err := e.embedder.EmbedDocuments(ctx, docs)
		if err != nil {
			return err
		}
		if len(values) != len(docs) {
			return fmt.Errorf("search: the embedder made %d vectors of %d documents", len(values), len(docs))
		}
		vectors := make([]Vector, len(docs))
		for i := range docs {
			vectors[i] = Vector{docs[i].ID, values[i], &docs[i]}
		}
		if err := e.vectors.Put(ctx, vectors); err != nil {
			return err
		}
	}
	if err := e.keyword.Put(ctx, docs); err != nil {
		return err
	}
	entries := make([]*entry, len(docs))
	for i := range docs {
		entries[i] = newEntry(&docs[i])
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for i := range docs {
		e.lexicon.remove(docs[i].ID)
		e.lexicon.add(docs[i].ID, entries[i])
	}
	return nil
}

// Delete removes documents; ids that are not there are ignored.
func (e *Engine) Delete(ctx context.Context, ids []string) error {
	e.writing.Lock()
	defer e.writing.Unlock()
	if e.vectors != nil {
		if err := e.vectors.Delete(ctx, ids); err != nil {
			return err
		}
	}
	if err := e.keyword.Delete(ctx, ids); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, id := range ids {
		e.lexicon.remove(id)
	}
	return nil
}

// Search returns the documents that fit best, equals by id. A query that is
// too long gives a *QueryError; one without words, no hits.
func (e *Engine) Search(ctx context.Context, q Query) (*Result, error) {
	limit := q.Limit
	if limit == 0 {
		limit = 20
	}
	switch {
	case len(q.Text) > MaxQuery:
		return nil, &QueryError{fmt.Sprintf("has %d bytes, more than %d", len(q.Text), MaxQuery)}
	case limit < 0:
		return nil, &QueryError{fmt.Sprintf("asks for %d hits", limit)}
	case len(tokens(q.Text)) == 0:
		return &Result{}, nil
	}
	if q.Mode == Ranked {
		candidates, err := e.Candidates(ctx, Query{Text: q.Text, Locale: q.Locale, Limit: limit})
		if err != nil {
			return nil, err
		}
		return &Result{Hits: e.rank(candidates, limit)}, nil
	}
	l, err := e.lists(ctx, q, max(limit, e.config.Depth))
	if err != nil {
		return nil, err
	}
	matches := l.keyword
	switch {
	case e.vectors == nil:
	case q.Mode == Semantic:
		matches = l.vector
	case q.Mode == Fused:
		matches = e.config.Fusion.Fuse(l.keyword, l.vector)
	}
	hits := make([]Hit, min(limit, len(matches)))
	for i := range hits {
		hits[i] = Hit{ID: matches[i].ID, Score: matches[i].Score}
	}
	return &Result{Hits: hits}, nil
}

// lists are a query's two lists and the vector that gave the second.
type lists struct {
	keyword, vector []Match
	query           []float32
}

func (e *Engine) lists(ctx context.Context, q Query, depth int) (lists, error) {
	var l lists
	var err error
	if q.Mode != Semantic || e.vectors == nil {
		if l.keyword, err = e.keyword.Find(ctx, Words{Text: q.Text, Locale: q.Locale}, depth); err != nil {
			return l, err
		}
		e.rescore(q.Text, l.keyword)
	}
	if e.vectors == nil || q.Mode == Keyword {
		return l, nil
	}
	made, err := e.embedder.EmbedQueries(ctx, []string{q.Text})
	if err != nil {
		return l, err
	}
	if len(made) != 1 {
		return l, fmt.Errorf("search: the embedder made %d vectors of one query", len(made))
	}
	l.query = made[0]
	l.vector, err = e.nearest(ctx, l.query, depth)
	return l, err
}

// driverShare is what an index's own score adds to that of rescore: it orders
// what only the index's stemmer found.
const driverShare = 1e-3

// rescore scores what an index found by BM25 over the engine's own words, so
// that scores mean the same whichever index is used.
func (e *Engine) rescore(text string, found []Match) {
	words := tokens(text)
	e.mu.RLock()
	defer e.mu.RUnlock()
	for i := range found {
		found[i].Score *= driverShare
		if entry, ok := e.lexicon.entries[found[i].ID]; ok {
			found[i].Score += e.lexicon.okapi(words, entry)
		}
	}
	sortMatches(found)
}

// nearest returns the vectors that point the same way at all.
func (e *Engine) nearest(ctx context.Context, vector []float32, depth int) ([]Match, error) {
	found, err := e.vectors.Nearest(ctx, vector, Selection{}, depth)
	for i, m := range found {
		if m.Score <= 0 {
			return found[:i], err
		}
	}
	return found, err
}
