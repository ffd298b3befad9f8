package search

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"unicode/utf8"

	"github.com/bodega-commerce/bodega/internal/linalg"
)

// LSAConfig says how an LSA is trained.
type LSAConfig struct {
	Locale     string       // of the documents and queries, as Config.Locale. Default "en"
	Dimensions int          // of the vectors, at most. Default 256
	MaxTerms   int          // words, pairs and n-grams that are kept, the commonest. Default 60,000
	Weights    FieldWeights // how often a word counts. Default DefaultFieldWeights
	Iterations int          // power iterations of the decomposition. Default 2
	Seed       uint64       // of the random projection. Default 0
}

func (c LSAConfig) withDefaults() LSAConfig {
	if c.Dimensions == 0 {
		c.Dimensions = 256
	}
	if c.MaxTerms == 0 {
		c.MaxTerms = 60_000
	}
	if c.Weights == nil {
		c.Weights = DefaultFieldWeights()
	}
	if c.Iterations == 0 {
		c.Iterations = 2
	}
	return c
}

func (c LSAConfig) validate() error {
	switch {
	case c.Dimensions < 1 || c.Dimensions > maxDimensions:
		return fmt.Errorf("search: LSAConfig.Dimensions is %d, not between 1 and %d", c.Dimensions, maxDimensions)
	case c.MaxTerms < 1 || c.MaxTerms > maxTerms:
		return fmt.Errorf("search: LSAConfig.MaxTerms is %d, not between 1 and %d", c.MaxTerms, maxTerms)
	case c.Iterations < 0 || c.Iterations > 20:
		return fmt.Errorf("search: LSAConfig.Iterations is %d, not between 0 and 20", c.Iterations)
	}
	return nil
}

const (
	maxDimensions = 4096
	maxTerms      = 1 << 22
)

// LSA is an Embedder learned from the catalog alone: latent semantic analysis
// (Deerwester et al. 1990) of words, pairs of neighbouring words and, in
// titles and brands, the 4-grams of words' characters, weighted by log tf-idf. It is safe for
// concurrent use.
type LSA struct {
	locale  string
	speech  *speech
	weights FieldWeights
	terms   map[string]int
	idf     []float32
	basis   linalg.Matrix[float32] // a row a term
	scratch sync.Pool              // of *termCounts
}

// A term's first letter says what it is. Words say more than their parts.
const (
	maxWord  = 100 // bytes
	wordTerm = 'w'
	pairTerm = 'p'
	gramTerm = 'g'
)

var termShare = map[byte]float32{'w': 1, 'p': 0.6, 'g': 0.25}

// eachTerm calls add for the terms of a text, which may not keep them. Character
// n-grams, which are many, are worth their while in short texts.
func (s *speech) eachTerm(text string, grams bool, add func(term []byte)) {
	words := s.content(s.tokens(text))
	buffer := make([]byte, 0, 2*maxWord+2)
	for i, w := range words {
		if len(w) > maxWord { // a key or an address, and no word
			continue
		}
		add(append(append(buffer, wordTerm), w...))
		if i > 0 && len(words[i-1]) <= maxWord {
			add(append(append(append(append(buffer, pairTerm), words[i-1]...), ' '), w...))
		}
		if !grams {
			continue
		}
		runes := []rune("<" + w + ">")
		for j := 0; j+4 <= len(runes) && len(runes) > 4; j++ {
			term := append(buffer, gramTerm)
			for _, r := range runes[j : j+4] {
				term = utf8.AppendRune(term, r)
			}
			add(term)
		}
	}
}

// eachFieldTerm calls add for the terms of a document and their weight.
func (s *speech) eachFieldTerm(d *Document, weights FieldWeights, add func(term []byte, weight float32)) {
	for _, f := range d.Fields() {
		if weight := float32(weights.Of(f.Name)); weight > 0 {
			s.eachTerm(f.Text, f.Name == FieldTitle || f.Name == FieldBrand, func(term []byte) { add(term, weight) })
		}
	}
}

// documentTerms counts a document's terms, of any kind.
func (s *speech) documentTerms(d *Document, weights FieldWeights) map[string]float32 {
	counts := map[string]float32{}
	s.eachFieldTerm(d, weights, func(term []byte, weight float32) { counts[string(term)] += weight })
	return counts
}

// TrainLSA learns from the documents. The same documents in the same order and
// the same config give the same LSA.
func TrainLSA(ctx context.Context, docs []Document, config LSAConfig) (*LSA, error) {
	c := config.withDefaults()
	if err := c.validate(); err != nil {
		return nil, err
	}
	l := &LSA{locale: c.Locale, speech: speechOf(c.Locale), weights: c.Weights}
	counts := make([]map[string]float32, len(docs))
	frequency := map[string]int{}
	parallel(len(docs), func(i int) {
		if ctx.Err() == nil {
			counts[i] = l.speech.documentTerms(&docs[i], c.Weights)
		}
	})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for i := range counts {
		for term := range counts[i] {
			frequency[term]++
		}
	}
	l.choose(frequency, len(docs), c.MaxTerms)
	if len(l.idf) == 0 {
		return nil, fmt.Errorf("search: no word is in two of the %d documents, so there is nothing to learn", len(docs))
	}
	rows := make([]sparse, len(docs))
	parallel(len(rows), func(i int) {
		c := l.counting()
		for term, n := range counts[i] {
			if column, ok := l.terms[term]; ok {
				c.add(column, n)
			}
		}
		counts[i] = nil
		rows[i] = l.row(c)
	})
	basis, err := rightVectors(ctx, rows, len(l.idf), c)
	if err != nil {
		return nil, err
	}
	l.basis = basis
	return l, nil
}

// choose keeps the commonest terms that more than one document has.
func (l *LSA) choose(frequency map[string]int, n, limit int) {
	var kept []string
	for term, df := range frequency {
		if df > 1 {
			kept = append(kept, term)
		}
	}
	kept = first(kept, limit, func(a, b string) int {
		return cmp.Or(cmp.Compare(frequency[b], frequency[a]), cmp.Compare(a, b))
	})
	l.terms = make(map[string]int, len(kept))
	l.idf = make([]float32, len(kept))
	for i, term := range kept {
		l.terms[term] = i
		l.idf[i] = float32(math.Log(float64(n+1)/float64(frequency[term]))) * termShare[term[0]]
	}
}

// sparse is a row of few numbers, by column.
type sparse struct {
	columns []int
	values  []float32
}

// termCounts are counts, by column.
type termCounts struct {
	of      []float32
	columns []int // those that are counted
}

// counting returns empty counts.
func (l *LSA) counting() *termCounts {
	c, ok := l.scratch.Get().(*termCounts)
	if !ok {
		c = &termCounts{of: make([]float32, len(l.idf))}
	}
	return c
}

func (c *termCounts) add(column int, n float32) {
	if c.of[column] == 0 {
		c.columns = append(c.columns, column)
	}
	c.of[column] += n
}

// row weighs counts, which it takes back, and scales them to length 1.
func (l *LSA) row(c *termCounts) sparse {
	slices.Sort(c.columns)
	s := sparse{columns: slices.Clone(c.columns), values: make([]float32, len(c.columns))}
	for i, column := range s.columns {
		s.values[i] = float32(math.Log1p(float64(c.of[column]))) * l.idf[column]
		c.of[column] = 0
	}
	c.columns = c.columns[:0]
	l.scratch.Put(c)
	linalg.Normalize(s.values)
	return s
}

// project turns a row into a vector of length 1, or 0 when it shares no term
// with the catalog.
func (l *LSA) project(s sparse) []float32 {
	v := make([]float32, l.basis.Cols)
	for i, column := range s.columns {
		linalg.Axpy(s.values[i], l.basis.Row(column), v)
	}
	linalg.Normalize(v)
	return v
}

// Dimensions returns the length of the vectors.
func (l *LSA) Dimensions() int { return l.basis.Cols }

// EmbedDocuments returns a vector for each document.
func (l *LSA) EmbedDocuments(ctx context.Context, docs []Document) ([][]float32, error) {
	vectors := make([][]float32, len(docs))
	parallel(len(docs), func(i int) {
		if ctx.Err() != nil {
			return
		}
		c := l.counting()
		l.speech.eachFieldTerm(&docs[i], l.weights, func(term []byte, weight float32) {
			if column, ok := l.terms[string(term)]; ok {
				c.add(column, weight)
			}
		})
		vectors[i] = l.project(l.row(c))
	})
	return vectors, ctx.Err()
}

// EmbedQueries returns a vector for each query.
func (l *LSA) EmbedQueries(ctx context.Context, queries []string) ([][]float32, error) {
	vectors := make([][]float32, len(queries))
	for i, q := range queries {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		c := l.counting()
		l.speech.eachTerm(q, true, func(term []byte) {
			if column, ok := l.terms[string(term)]; ok {
				c.add(column, 1)
			}
		})
		vectors[i] = l.project(l.row(c))
	}
	return vectors, nil
}
