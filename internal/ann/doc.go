// Package ann finds the vectors nearest to a query, among up to some millions.
//
//	x, err := ann.New(384, ann.Config{Metric: ann.Cosine})
//	err = x.Add(ctx, ann.Item{ID: "prod_1", Vector: v}, ...) // all at once builds best
//	hits, err := x.Search(ctx, query, 10, ann.Options{
//		Filter: func(id string) bool { return inStock[id] },
//	})
//	n, err := x.Delete(ctx, "prod_1")
//	err = x.Save(file)
//	x, err = ann.Load(file, ann.Config{Metric: ann.Cosine})
//
// # Method
//
// The vectors are divided into lists by k-means, each around a centre (an
// inverted file). A list keeps the float32 values and, as codes of one byte a
// dimension, what each vector adds to the centre. A search scores the centres,
// reads lists in the order of the best score their vectors may reach, and ends
// when that is less than what it has found. How far a list's vectors are
// trusted to reach is measured on the index's own vectors, so that the share of
// Config.Recall is found, with a filter or without; see Index.Tune for queries
// of another kind. The best by code are scored again from their float32 values:
// scores are exact. An index of few lists reads all of them, and Config.Exact
// does at any size, from the float32 values and without centres.
//
// Lists that grow are split, lists that shrink are given to their neighbours,
// and a quarter of dead vectors in a list makes it anew; each change costs only
// the lists it touches. Results follow from the seed and the order of the
// calls, not from the number of workers; changes made at the same time follow
// in whichever order they came.
//
// # Memory
//
// With d dimensions a vector takes 4d bytes, its codes d rounded up to 16, and 8
// more; centres add some 8d for every 256 vectors. Ids add their own bytes and
// some 60 of the table that finds them. An Add or Optimize that builds holds
// old and new at once, and under Cosine a copy of what it adds.
package ann
