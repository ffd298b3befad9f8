// Package bleve is a search.Index on bleve, in a folder or in memory.
//
//	index, err := bleve.Open("data/search", bleve.Config{})
//	defer index.Close()
//	err = index.Put(ctx, documents)
//	matches, err := index.Find(ctx, search.Words{Text: "red leather sofa", Locale: "en"}, 20)
package bleve

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"strings"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/search/query"

	"github.com/bodega-commerce/bodega/search"
)

// Config says how an index is kept.
type Config struct {
	// Weights says how often a word counts in a field, rounded to whole
	// numbers of at least 1, at most 20; 0 leaves a field out. An index keeps
	// those it was made with. Default search.DefaultFieldWeights
	Weights search.FieldWeights
	Batch   int     // documents written at once. Default 1000
	Pairs   float64 // boost of two words of the query in a row in the title. Default 0.1
}

func (c Config) withDefaults() Config {
	if c.Weights == nil {
		c.Weights = search.DefaultFieldWeights()
	}
	if c.Batch == 0 {
		c.Batch = 1000
	}
	if c.Pairs == 0 {
		c.Pairs = 0.1
	}
	return c
}

func (c Config) validate() error {
	for field, w := range c.Weights {
		if !(w >= 0 && w <= 20) {
			return fmt.Errorf("bleve: Config.Weights of %s is %g, not between 0 and 20", field, w)
		}
	}
	if c.Batch < 1 {
		return fmt.Errorf("bleve: Config.Batch is %d, not 1 or more", c.Batch)
	}
	if !(c.Pairs >= 0 && c.Pairs <= 100) {
		return fmt.Errorf("bleve: Config.Pairs is %g, not between 0 and 100", c.Pairs)
	}
	return nil
}

// Index is a search.Index. It scores by BM25 (k1 1.2, b 0.75, of the
// square root of a word's count, as bleve has it) over one bag of
// words a document, in which a word counts as often as its field's weight says,
// and adds to that for pairs of the query's words that stand together in the
// title. It is safe for concurrent use.
type Index struct {
	index  bleve.Index
	config Config
}

var _ search.Index = (*Index)(nil)

// ErrWeights says that an index was made with other weights: make a new one.
var ErrWeights = errors.New("bleve: the index was made with other field weights")

var weightsKey = []byte("bodega.weights")

// Open opens the index in the folder, or makes it. An empty path gives an
// index in memory. One process at a time can have a folder open.
func Open(path string, config Config) (*Index, error) {
	config = config.withDefaults()
	if err := config.validate(); err != nil {
		return nil, err
	}
	var index bleve.Index
	err := error(bleve.ErrorIndexPathDoesNotExist)
	if path != "" {
		index, err = bleve.Open(path)
	}
	if errors.Is(err, bleve.ErrorIndexPathDoesNotExist) {
		return create(path, config)
	}
	if err != nil {
		return nil, fmt.Errorf("bleve: open %s: %w", path, err)
	}
	if err := sameWeights(index, config.Weights); err != nil {
		return nil, errors.Join(err, index.Close())
	}
	return &Index{index, config}, nil
}

func create(path string, config Config) (*Index, error) {
	m, err := newMapping()
	if err != nil {
		return nil, err
	}
	// Scorch by name, in memory too: the other kind of index ignores BM25.
	index, err := bleve.NewUsing(path, m, scorch.Name, scorch.Name, nil)
	if err != nil {
		return nil, fmt.Errorf("bleve: create %s: %w", path, err)
	}
	weights, err := json.Marshal(config.Weights)
	if err == nil {
		err = index.SetInternal(weightsKey, weights)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("bleve: create %s: %w", path, err), index.Close())
	}
	return &Index{index, config}, nil
}

func sameWeights(index bleve.Index, weights search.FieldWeights) error {
	stored, err := index.GetInternal(weightsKey)
	if err != nil {
		return fmt.Errorf("bleve: read the weights: %w", err)
	}
	var made search.FieldWeights
	if err := json.Unmarshal(stored, &made); err != nil {
		return fmt.Errorf("bleve: the folder holds another program's index: %w", err)
	}
	if !maps.Equal(made, weights) {
		return ErrWeights
	}
	return nil
}

// Close ends all use of the index.
func (i *Index) Close() error { return i.index.Close() }

// Put adds documents in batches, each in place of the one with its id. After
// an error earlier batches are there.
func (i *Index) Put(ctx context.Context, docs []search.Document) error {
	for d := range docs {
		if docs[d].ID == "" {
			return &search.DocumentError{Reason: "the id is empty"}
		}
	}
	return i.batches(ctx, len(docs), func(b *bleve.Batch, n int) error {
		return b.Index(docs[n].ID, i.stored(&docs[n]))
	})
}

// Delete removes documents; ids that are not there are ignored.
func (i *Index) Delete(ctx context.Context, ids []string) error {
	return i.batches(ctx, len(ids), func(b *bleve.Batch, n int) error {
		if ids[n] != "" {
			b.Delete(ids[n])
		}
		return nil
	})
}

func (i *Index) batches(ctx context.Context, n int, add func(b *bleve.Batch, n int) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	for start := 0; start < n; start += i.config.Batch {
		if err := ctx.Err(); err != nil {
			return err
		}
		b := i.index.NewBatch()
		for d := start; d < min(start+i.config.Batch, n); d++ {
			if err := add(b, d); err != nil {
				return fmt.Errorf("bleve: %w", err)
			}
		}
		if err := i.index.Batch(b); err != nil {
			return fmt.Errorf("bleve: write: %w", err)
		}
	}
	return nil
}

// stored is a document as bleve sees it; Type picks its mapping.
type stored struct {
	Bag      string `json:"bag"`
	Title    string `json:"title"`
	analyzer string
}

// Type returns the name of the mapping.
func (s stored) Type() string { return s.analyzer }

func (i *Index) stored(d *search.Document) stored {
	s := stored{Title: d.Text[search.FieldTitle], analyzer: analyzerOf(d.Locale)}
	var bag strings.Builder
	for _, f := range d.Fields() {
		weight := i.config.Weights.Of(f.Name)
		if weight == 0 {
			continue
		}
		for range int(max(math.Round(weight), 1)) {
			bag.WriteString(f.Text)
			bag.WriteString("\n")
		}
	}
	s.Bag = bag.String()
	return s
}

// Find returns the documents of the selection that share a word with the text.
// It keeps no attributes: it asks Has of each document that has a word.
func (i *Index) Find(ctx context.Context, q search.Words, limit int) ([]search.Match, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if limit <= 0 {
		return nil, nil
	}
	asked := i.query(q)
	if q.Within.Has != nil {
		asked = selected{asked, q.Within.Has}
	}
	request := bleve.NewSearchRequestOptions(asked, limit, 0, false)
	request.SortBy([]string{"-_score", "_id"})
	result, err := i.index.SearchInContext(ctx, request)
	if err != nil {
		return nil, fmt.Errorf("bleve: find: %w", err)
	}
	matches := make([]search.Match, len(result.Hits))
	for n, hit := range result.Hits {
		matches[n] = search.Match{ID: hit.ID, Score: hit.Score}
	}
	return matches, nil
}

// maxPairs keeps long texts from becoming hundreds of phrase queries.
const maxPairs = 20

func (i *Index) query(q search.Words) query.Query {
	analyzer := analyzerOf(q.Locale)
	words := bleve.NewMatchQuery(q.Text)
	words.SetField(bagField)
	words.Analyzer = analyzer
	either := []query.Query{words}
	fields := strings.Fields(q.Text)
	for n := 1; n < len(fields) && n <= maxPairs && i.config.Pairs > 0; n++ {
		pair := bleve.NewMatchPhraseQuery(fields[n-1] + " " + fields[n])
		pair.SetField(titleField)
		pair.Analyzer = analyzer
		pair.SetBoost(i.config.Pairs)
		either = append(either, pair)
	}
	return bleve.NewDisjunctionQuery(either...)
}

// Count returns how many documents there are.
func (i *Index) Count(ctx context.Context) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	n, err := i.index.DocCount()
	return int(n), err //nolint:gosec // no index holds 2^63 documents
}
