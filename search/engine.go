package search

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Config says how an Engine searches.
type Config struct {
	// Locale is what the documents and queries are written in (BCP 47): stems,
	// stop words, elisions, umlauts and compounds go by its language. Known are
	// en, de, fr, es, it, nl and pt; words of others are taken as they are,
	// Chinese, Japanese and Korean in pairs of characters. Default "en".
	Locale string
	Depth  int    // candidates of each list that are fused and ranked, at least. Default 300
	Fusion Fusion // makes one list of two. Default Trusting{}
	Ranker Ranker // orders the candidates. Default DefaultRanker()
	// Reranker orders the first RerankDepth of the ranked again; it needs Texts.
	// Default none.
	Reranker    Reranker
	RerankDepth int // Default 100
	// Texts gives documents back, for highlighting and the Reranker, in any order; those that are
	// gone may be missing. Default: nothing is highlighted.
	Texts func(ctx context.Context, ids []string) ([]Document, error)
	// Now tells the time, for the validity of rules. Default time.Now.
	Now func() time.Time
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
	if c.RerankDepth == 0 {
		c.RerankDepth = 100
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

func (c Config) validate() error {
	if c.Depth < 1 {
		return fmt.Errorf("search: Config.Depth is %d, not 1 or more", c.Depth)
	}
	if c.RerankDepth < 1 {
		return fmt.Errorf("search: Config.RerankDepth is %d, not 1 or more", c.RerankDepth)
	}
	if c.Reranker != nil && c.Texts == nil {
		return errors.New("search: Config.Reranker reads documents: it needs Config.Texts")
	}
	return nil
}

// Engine indexes documents and answers queries. It keeps the words and values
// of each document, for ranking, filters and facets, beside what its indexes
// keep. It is safe for concurrent use.
type Engine struct {
	keyword  Index
	vectors  VectorIndex
	embedder Embedder
	config   Config
	speech   *speech

	writing sync.Mutex // one Put or Delete at a time
	mu      sync.RWMutex
	corpus  *corpus
	speller *speller
	ranker  Ranker
	// nil in languages without
	compounds *compounds
	rules     []Rule
	queries   []popular // the most frequent first

	meanings map[string][]meaning // synonyms, by their first stem
	scratch  sync.Pool            // of *tally
	numbers  sync.Pool            // of *[]float64, which facets count
}

// New returns an engine over indexes, which it writes alone. Without a keyword
// index it finds by the words it keeps itself. vectors and embedder may both be
// nil: then words alone decide.
func New(keyword Index, vectors VectorIndex, embedder Embedder, config Config) (*Engine, error) {
	config = config.withDefaults()
	if err := config.validate(); err != nil {
		return nil, err
	}
	if (vectors == nil) != (embedder == nil) {
		return nil, errors.New("search: a vector index and an embedder go together")
	}
	s := speechOf(config.Locale)
	e := &Engine{keyword: keyword, vectors: vectors, embedder: embedder, config: config, ranker: config.Ranker, speech: s, corpus: newCorpus(s), speller: newSpeller()}
	if s.compound {
		e.compounds = &compounds{s, map[string]int{}}
	}
	return e, nil
}

// Put indexes documents, each in place of the one with its id; they are found
// when it returns. After an error some may be in one index only: put them again.
func (e *Engine) Put(ctx context.Context, docs []Document) error {
	if err := checkDocuments(docs); err != nil {
		return err
	}
	if len(docs) == 0 {
		return nil
	}
	e.writing.Lock()
	defer e.writing.Unlock()
	docs = e.arrange(docs)
	if e.embedder != nil {
		values, err := embedDocuments(ctx, e.embedder, docs)
		if err != nil {
			return err
		}
		vectors := make([]Vector, len(docs))
		for i := range docs {
			vectors[i] = Vector{docs[i].ID, values[i], &docs[i]}
		}
		if err := e.vectors.Put(ctx, vectors); err != nil {
			return err
		}
	}
	if e.keyword != nil {
		if err := e.keyword.Put(ctx, docs); err != nil {
			return err
		}
	}
	// Without the lock: Put and Delete alone write to what read looks at.
	taken := make([]*reader, len(docs))
	parallel(len(docs), func(i int) { taken[i] = read(&docs[i], e.corpus, e.speller) })
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, r := range taken {
		e.corpus.add(r)
		for _, id := range r.seen {
			e.speller.words[id].seen++
		}
		for surface, f := range r.forms {
			id, ok := e.corpus.words.ids[f.token]
			if !ok {
				id = unknownWord // a stop word
			}
			e.speller.add(surface, f.written, id)
		}
	}
	return nil
}

// Delete removes documents; ids that are not there are ignored.
func (e *Engine) Delete(ctx context.Context, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	e.writing.Lock()
	defer e.writing.Unlock()
	if e.vectors != nil {
		if err := e.vectors.Delete(ctx, ids); err != nil {
			return err
		}
	}
	if e.keyword != nil {
		if err := e.keyword.Delete(ctx, ids); err != nil {
			return err
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, id := range ids {
		e.corpus.remove(id)
	}
	return nil
}

// Count returns how many documents there are.
func (e *Engine) Count() int {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.corpus.size()
}

// embed returns the query's vector, of length 1: that of the text, of what the
// caller gave, or the mean of both. nil without vectors, or with nothing to
// embed.
func (e *Engine) embed(ctx context.Context, text string, given []float32) ([]float32, error) {
	if e.vectors == nil {
		return nil, nil
	}
	var query []float32
	if text != "" {
		made, err := embedQueries(ctx, e.embedder, []string{text})
		if err != nil {
			return nil, err
		}
		query = unit(made[0])
	}
	switch {
	case given == nil:
		return query, nil
	case query == nil:
		return unit(given), nil
	case len(query) != len(given):
		return nil, &QueryError{fmt.Sprintf("has a vector of %d numbers, not %d", len(given), len(query))}
	}
	other := unit(given)
	for i := range query {
		query[i] += other[i]
	}
	return unit(query), nil
}
