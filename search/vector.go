package search

import (
	"context"
	"fmt"
	"math"
)

// VectorError says why vectors were refused.
type VectorError struct {
	ID     string
	Reason string
}

func (e *VectorError) Error() string { return fmt.Sprintf("search: vector %q: %s", e.ID, e.Reason) }

// CheckVectors returns the length of the vectors, which is that of the index
// they go into; an index that has none yet says 0. Vectors without an id, of
// another length, or with numbers that are not finite give a *VectorError.
func CheckVectors(vectors []Vector, length int) (int, error) {
	for _, v := range vectors {
		if length == 0 {
			length = len(v.Values)
		}
		switch {
		case v.ID == "":
			return 0, &VectorError{v.ID, "the id is empty"}
		case len(v.Values) != length || length == 0:
			return 0, &VectorError{v.ID, fmt.Sprintf("it has %d numbers, not %d", len(v.Values), length)}
		case !finite(v.Values):
			return 0, &VectorError{v.ID, "a number is not finite"}
		}
	}
	return length, nil
}

// CheckQuestion gives a *VectorError for a vector that an index of vectors of
// the length cannot be asked for.
func CheckQuestion(vector []float32, length int) error {
	if len(vector) != length {
		return &VectorError{Reason: fmt.Sprintf("the question has %d numbers, not %d", len(vector), length)}
	}
	if !finite(vector) {
		return &VectorError{Reason: "a number of the question is not finite"}
	}
	return nil
}

func finite(values []float32) bool {
	for _, v := range values {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return false
		}
	}
	return true
}

func embedDocuments(ctx context.Context, e Embedder, docs []Document) ([][]float32, error) {
	made, err := e.EmbedDocuments(ctx, docs)
	if err == nil && len(made) != len(docs) {
		err = fmt.Errorf("search: the embedder made %d vectors of %d documents", len(made), len(docs))
	}
	return made, err
}

func embedQueries(ctx context.Context, e Embedder, queries []string) ([][]float32, error) {
	made, err := e.EmbedQueries(ctx, queries)
	if err == nil && len(made) != len(queries) {
		err = fmt.Errorf("search: the embedder made %d vectors of %d queries", len(made), len(queries))
	}
	return made, err
}
