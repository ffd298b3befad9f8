// Package searcheval measures product search on judged queries: it reads a
// folder of products, queries and labels, runs search configurations on them
// and reports retrieval metrics with a paired bootstrap.
package searcheval

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/bodega-commerce/bodega/search"
)

// Data is a catalog with judged queries.
type Data struct {
	Documents []search.Document
	Queries   []Query
}

// Query is a query and what its judged products are worth.
type Query struct {
	ID, Text string
	Gains    map[string]float64 // of all judged products
	Exact    map[string]bool    // those labelled E
}

// Files names what Load reads.
type Files struct {
	Folder  string // holds products.jsonl.gz
	Queries string // query_id,query. Default queries-dev.csv in Folder
	Labels  string // query_id,product_id,label,gain. Default labels-dev.csv in Folder
}

// Load reads the files. Queries without labels are left out, as they measure
// nothing.
func Load(ctx context.Context, f Files) (*Data, error) {
	if f.Queries == "" {
		f.Queries = filepath.Join(f.Folder, "queries-dev.csv")
	}
	if f.Labels == "" {
		f.Labels = filepath.Join(f.Folder, "labels-dev.csv")
	}
	documents, err := Products(ctx, f.Folder)
	if err != nil {
		return nil, err
	}
	labels := map[string]*Query{}
	err = table(f.Labels, []string{"query_id", "product_id", "label", "gain"}, func(row []string) error {
		gain, err := strconv.ParseFloat(row[3], 64)
		if err != nil || !(gain >= 0 && gain <= 1e6) {
			return fmt.Errorf("the gain %q is no number of 0 or more", row[3])
		}
		q := labels[row[0]]
		if q == nil {
			q = &Query{ID: row[0], Gains: map[string]float64{}, Exact: map[string]bool{}}
			labels[row[0]] = q
		}
		q.Gains[row[1]] = gain
		if row[2] == "E" {
			q.Exact[row[1]] = true
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	d := &Data{Documents: documents}
	err = table(f.Queries, []string{"query_id", "query"}, func(row []string) error {
		if q := labels[row[0]]; q != nil {
			q.Text = row[1]
			d.Queries = append(d.Queries, *q)
			delete(labels, row[0])
		}
		return nil
	})
	if err == nil && len(d.Queries) == 0 {
		err = fmt.Errorf("no query of %s has labels in %s", f.Queries, f.Labels)
	}
	return d, err
}

// product is a line of products.jsonl.gz.
type product struct {
	ID          string   `json:"id"`
	Title       string   `json:"title"`
	Brand       string   `json:"brand"`
	Color       string   `json:"color"`
	Category    []string `json:"category"`
	Bullets     string   `json:"bullets"`
	Description string   `json:"description"`
	Price       *float64 `json:"price"`
	Rating      *float64 `json:"rating"`
	RatingCount *int     `json:"rating_count"`
}

func (p *product) document() search.Document {
	d := search.Document{ID: p.ID, Locale: "en", Categories: [][]string{p.Category}, Text: map[string]string{search.FieldTitle: p.Title,
		search.FieldBrand: p.Brand, search.FieldColor: p.Color, "bullets": p.Bullets, search.FieldDescription: p.Description}}
	if p.Price != nil {
		d.Numbers = map[string]float64{"price": *p.Price}
	}
	if p.Rating != nil {
		d.Rating = *p.Rating
	}
	if p.RatingCount != nil {
		d.Ratings = *p.RatingCount
	}
	return d
}

// Products reads products.jsonl.gz of a folder.
func Products(ctx context.Context, folder string) ([]search.Document, error) {
	products, err := ReadJSON[product](ctx, filepath.Join(folder, "products.jsonl.gz"))
	if err != nil {
		return nil, err
	}
	documents := make([]search.Document, len(products))
	for i := range products {
		documents[i] = products[i].document()
	}
	return documents, nil
}

// ReadJSON reads a gzip file of JSON values, one after the other.
func ReadJSON[T any](ctx context.Context, path string) ([]T, error) {
	file, err := os.Open(path) //nolint:gosec // the operator names it
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // only read
	plain, err := gzip.NewReader(bufio.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var values []T
	decoder := json.NewDecoder(plain)
	for {
		var v T
		switch err := decoder.Decode(&v); {
		case errors.Is(err, io.EOF):
			return values, nil
		case err != nil:
			return nil, fmt.Errorf("%s: product %d: %w", path, len(values)+1, err)
		case ctx.Err() != nil:
			return nil, ctx.Err()
		}
		values = append(values, v)
	}
}

// table calls row for each line of a CSV file with the columns.
func table(path string, columns []string, row func([]string) error) error {
	file, err := os.Open(path) //nolint:gosec // the operator names it
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // only read
	reader := csv.NewReader(bufio.NewReader(file))
	head, err := reader.Read()
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	at := map[string]int{}
	for i, name := range head {
		at[name] = i
	}
	for _, c := range columns {
		if _, ok := at[c]; !ok {
			return fmt.Errorf("%s has no column %s", path, c)
		}
	}
	for {
		line, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		picked := make([]string, len(columns))
		for i, c := range columns {
			picked[i] = line[at[c]]
		}
		if err := row(picked); err != nil {
			n, _ := reader.FieldPos(0)
			return fmt.Errorf("%s line %d: %w", path, n, err)
		}
	}
}
