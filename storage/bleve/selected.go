package bleve

import (
	"context"

	"github.com/blevesearch/bleve/v2/mapping"
	found "github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/query"
	"github.com/blevesearch/bleve/v2/search/searcher"
	index "github.com/blevesearch/bleve_index_api"
)

// selected is a query of what passes has. Bleve's own filter clause is not
// used: where the words are found nowhere, it would return all that passes.
type selected struct {
	query.Query
	has func(id string) bool
}

// Searcher is called by bleve.
func (s selected) Searcher(ctx context.Context, reader index.IndexReader, m mapping.IndexMapping, options found.SearcherOptions) (found.Searcher, error) {
	all, err := s.Query.Searcher(ctx, reader, m, options)
	if err != nil {
		return nil, err
	}
	f := &selection{Searcher: all}
	f.Searcher = searcher.NewFilteringSearcher(ctx, all, func(_ *found.SearchContext, d *found.DocumentMatch) bool {
		id, err := reader.ExternalID(d.IndexInternalID)
		if err != nil {
			f.err = err
		}
		return err == nil && s.has(id)
	})
	return f, nil
}

// selection is a searcher that also fails where an id could not be read.
type selection struct {
	found.Searcher
	err error
}

func (s *selection) Next(ctx *found.SearchContext) (*found.DocumentMatch, error) {
	d, err := s.Searcher.Next(ctx)
	if s.err != nil {
		return nil, s.err
	}
	return d, err
}
