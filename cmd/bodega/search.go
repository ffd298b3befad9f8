package main

import (
	"cmp"
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/bodega-commerce/bodega/internal/boot"
	"github.com/bodega-commerce/bodega/internal/searcheval"
	"github.com/bodega-commerce/bodega/search"
	"github.com/bodega-commerce/bodega/storage/bleve"
)

type searchCmd struct {
	Evaluate searchEvaluateCmd `cmd:"" help:"Measure search on judged queries, with the model of $$BODEGA_EMBEDDINGS_URL where it is set."`
	Index    searchIndexCmd    `cmd:"" help:"Learn from products and keep an index of them."`
	Query    searchQueryCmd    `cmd:"" help:"Search an index, or products."`
}

type searchEvaluateCmd struct {
	Folder  string `arg:"" help:"Folder with products.jsonl.gz."`
	Queries string `help:"Queries: query_id,query. Default: queries-dev.csv in the folder." placeholder:"FILE"`
	Labels  string `help:"Judgements: query_id,product_id,label,gain. Default: labels-dev.csv in the folder." placeholder:"FILE"`
	Typos   string `help:"Misspelt queries: query_id,misspelt,intended. Default: typos-dev.csv in the folder, if it is there." placeholder:"FILE"`
	JSON    bool   `help:"Print the figures as JSON."`
}

func (c *searchEvaluateCmd) Run(e *env) error {
	data, err := searcheval.Load(e.ctx, searcheval.Files{Folder: c.Folder, Queries: c.Queries, Labels: c.Labels})
	if err != nil {
		return err
	}
	index, err := bleve.Open("", bleve.Config{})
	if err != nil {
		return err
	}
	typos, err := searcheval.LoadTypos(cmp.Or(c.Typos, filepath.Join(c.Folder, "typos-dev.csv")))
	if c.Typos == "" && errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err != nil {
		return errors.Join(err, index.Close())
	}
	embedder, err := boot.Embedder(e.settings)
	if err != nil {
		return errors.Join(err, index.Close())
	}
	report, err := searcheval.Evaluate(e.ctx, data, typos, index, embedder, search.Config{})
	if err = errors.Join(err, index.Close()); err != nil {
		return err
	}
	if c.JSON {
		return report.JSON(e.out)
	}
	return report.Print(e.out)
}
