package search

import "context"

// Index finds documents by their words. Implementations are safe for
// concurrent use, and what was put is found as soon as Put returns.
type Index interface {
	// Put adds documents, each in place of the one with its id.
	Put(ctx context.Context, docs []Document) error
	// Delete removes documents; ids that are not there are ignored.
	Delete(ctx context.Context, ids []string) error
	// Find returns up to limit documents that share a word with the text, the
	// best first, equals by id. Scores are positive.
	Find(ctx context.Context, q Words, limit int) ([]Match, error)
	// Count returns how many documents there are.
	Count(ctx context.Context) (int, error)
}

// Words is a question to an Index.
type Words struct {
	Text   string
	Locale string // its language picks the analyzer
	Within Selection
}

// Match is a document and its score.
type Match struct {
	ID    string
	Score float64
}

// VectorIndex finds vectors by their cosine with another. Implementations are
// safe for concurrent use, and what was put is found as soon as Put returns.
type VectorIndex interface {
	// Put adds vectors, each in place of the one with its id. All have the
	// same length and are finite; others give a *VectorError and nothing is
	// put. One of zeros is as near as anything at a right angle: its score is 0.
	Put(ctx context.Context, vectors []Vector) error
	// Delete removes vectors; ids that are not there are ignored.
	Delete(ctx context.Context, ids []string) error
	// Nearest returns up to limit vectors of the selection with the greatest
	// cosine, the best first, equals by id. Scores are in [-1, 1].
	Nearest(ctx context.Context, vector []float32, within Selection, limit int) ([]Match, error)
	// Get returns the vectors, at length 1, of those ids that are there, in
	// their order.
	Get(ctx context.Context, ids []string) ([]Vector, error)
	// Count returns how many vectors there are.
	Count(ctx context.Context) (int, error)
}

// Vector is a document's place in the space of an Embedder.
type Vector struct {
	ID       string
	Values   []float32
	Document *Document // what filters ask for; nil: passes none
}

// Embedder turns text into vectors that are close when the meaning is. Both
// methods answer in the order of what they are given, with vectors of one
// length. Implementations are safe for concurrent use.
type Embedder interface {
	EmbedDocuments(ctx context.Context, docs []Document) ([][]float32, error)
	EmbedQueries(ctx context.Context, queries []string) ([][]float32, error)
}
