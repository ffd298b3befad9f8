package main

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/bodega-commerce/bodega/internal/searcheval"
	"github.com/bodega-commerce/bodega/search"
)

type searchIndexCmd struct {
	Folder string `arg:"" help:"Folder with products.jsonl.gz."`
	Out    string `help:"Folder of the index; one that is there is replaced." required:"" placeholder:"DIR"`
	Locale string `help:"What the products are written in." default:"en"`
}

// searchIndex is the head of an index's folder. Beside it are the documents and
// what was learned from them; the engine is made of both in memory, which takes
// seconds where learning takes a minute.
type searchIndex struct {
	Version   int    `json:"version"`
	Locale    string `json:"locale"`
	Documents int    `json:"documents"`
}

const (
	indexVersion   = 1
	indexHead      = "index.json"
	indexDocuments = "documents.jsonl.gz"
	indexVectors   = "lsa.bin"
	indexBatch     = 1000
)

func (c *searchIndexCmd) Run(e *env) error {
	docs, err := products(e.ctx, c.Folder, c.Locale)
	if err != nil {
		return err
	}
	lsa, err := search.TrainLSA(e.ctx, docs, search.LSAConfig{Locale: c.Locale})
	if err != nil {
		return err
	}
	if err := writable(c.Out); err != nil {
		return err
	}
	// The head comes last: without it there is no index.
	if err := os.Remove(filepath.Join(c.Out, indexHead)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for name, write := range map[string]func(io.Writer) error{indexVectors: lsa.Save, indexDocuments: func(w io.Writer) error { return writeDocuments(w, docs) }} {
		if err := writeFile(filepath.Join(c.Out, name), write); err != nil {
			return err
		}
	}
	if err := writeFile(filepath.Join(c.Out, indexHead), func(w io.Writer) error {
		return json.NewEncoder(w).Encode(searchIndex{indexVersion, c.Locale, len(docs)})
	}); err != nil {
		return err
	}
	e.printf("%d products indexed in %s\n", len(docs), c.Out)
	return nil
}

// products reads a folder's products, with brand and color as values to filter
// by.
func products(ctx context.Context, folder, locale string) ([]search.Document, error) {
	docs, err := searcheval.Products(ctx, folder)
	for i := range docs {
		d := &docs[i]
		d.Locale = locale
		d.Attributes = map[string][]string{}
		for _, field := range []string{search.FieldBrand, search.FieldColor} {
			if value := d.Text[field]; value != "" {
				d.Attributes[field] = []string{value}
			}
		}
	}
	return docs, err
}

// writable makes the folder, unless it holds something that is no index.
func writable(dir string) error {
	files, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return os.MkdirAll(dir, 0o750)
	}
	if err != nil {
		return err
	}
	for _, f := range files {
		switch f.Name() {
		case indexHead, indexDocuments, indexVectors:
		default:
			return fmt.Errorf("%s holds %s, which is of no index: name another folder", dir, f.Name())
		}
	}
	return nil
}

func writeFile(path string, write func(io.Writer) error) error {
	file, err := os.Create(path) //nolint:gosec // the operator names it
	if err != nil {
		return err
	}
	return errors.Join(write(file), file.Sync(), file.Close())
}

func writeDocuments(w io.Writer, docs []search.Document) error {
	packed := gzip.NewWriter(w)
	encoder := json.NewEncoder(packed)
	for i := range docs {
		if err := encoder.Encode(&docs[i]); err != nil {
			return err
		}
	}
	return packed.Close()
}

// openIndex makes the engine of an index's folder, or of a folder of products.
func openIndex(ctx context.Context, dir string) (*search.Engine, []search.Document, error) {
	raw, err := os.ReadFile(filepath.Join(dir, indexHead)) //nolint:gosec // the operator names it
	if errors.Is(err, fs.ErrNotExist) {
		docs, err := products(ctx, dir, "en")
		if err != nil {
			return nil, nil, err
		}
		engine, err := searcheval.Engine(ctx, docs, nil, nil, search.Config{Texts: texts(docs)})
		return engine, docs, err
	}
	var head searchIndex
	if err == nil {
		err = json.Unmarshal(raw, &head)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", indexHead, err)
	}
	if head.Version != indexVersion {
		return nil, nil, fmt.Errorf("%s is an index of version %d, not %d: make it anew", dir, head.Version, indexVersion)
	}
	docs, err := searcheval.ReadJSON[search.Document](ctx, filepath.Join(dir, indexDocuments))
	if err == nil && len(docs) != head.Documents {
		err = fmt.Errorf("%s holds %d documents, not %d: make the index anew", indexDocuments, len(docs), head.Documents)
	}
	if err != nil {
		return nil, nil, err
	}
	file, err := os.Open(filepath.Join(dir, indexVectors)) //nolint:gosec // the operator names it
	if err != nil {
		return nil, nil, err
	}
	lsa, err := search.LoadLSA(file)
	if err = errors.Join(err, file.Close()); err != nil {
		return nil, nil, err
	}
	engine, err := search.New(nil, search.NewFlatVectors(), lsa, search.Config{Locale: head.Locale, Texts: texts(docs)})
	for start := 0; err == nil && start < len(docs); start += indexBatch {
		err = engine.Put(ctx, docs[start:min(start+indexBatch, len(docs))])
	}
	return engine, docs, err
}

func texts(docs []search.Document) func(context.Context, []string) ([]search.Document, error) {
	by := make(map[string]search.Document, len(docs))
	for _, d := range docs {
		by[d.ID] = d
	}
	return func(_ context.Context, ids []string) ([]search.Document, error) {
		var found []search.Document
		for _, id := range ids {
			if d, ok := by[id]; ok {
				found = append(found, d)
			}
		}
		return found, nil
	}
}
