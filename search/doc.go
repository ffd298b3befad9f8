// Package search finds products: by their words, by their meaning, and by both
// lists fused and ranked. It keeps no database; drivers behind Index and
// VectorIndex do.
//
//	lsa, err := search.TrainLSA(ctx, documents, search.LSAConfig{})
//	engine, err := search.New(search.NewMemoryIndex(nil), search.NewFlatVectors(), lsa, search.Config{})
//	err = engine.Put(ctx, documents)
//	result, err := engine.Search(ctx, search.Query{Text: "red leather sofa"})
//	for _, hit := range result.Hits {
//		fmt.Println(hit.ID, hit.Score, hit.Reasons)
//	}
package search
