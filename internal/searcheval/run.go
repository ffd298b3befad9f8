package searcheval

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/bodega-commerce/bodega/search"
)

// Row is what one configuration reached.
type Row struct {
	Name string `json:"name"`
	Scores
	Milliseconds float64  `json:"ms_per_query"`
	Gain         Interval `json:"ndcg@10_gain_95"` // over the first row

	Each []Scores `json:"-"` // by query
}

// Report is a row for each configuration: keyword, vectors, fused, default.
type Report struct {
	Documents int     `json:"documents"`
	Queries   int     `json:"queries"`
	Seconds   float64 `json:"indexing_seconds"` // learning the embedder included
	Rows      []Row   `json:"rows"`

	Spelling *Spelling `json:"spelling,omitempty"` // with typos
}

// depth is how far a ranking is looked at: MRR goes there.
const depth = 1000

const batch = 1000

// Engine indexes the documents; without an embedder it learns one from them.
func Engine(ctx context.Context, docs []search.Document, keyword search.Index, embedder search.Embedder, config search.Config) (*search.Engine, error) {
	if embedder == nil {
		lsa, err := search.TrainLSA(ctx, docs, search.LSAConfig{})
		if err != nil {
			return nil, err
		}
		embedder = lsa
	}
	engine, err := search.New(keyword, search.NewFlatVectors(), embedder, config)
	if err != nil {
		return nil, err
	}
	for start := 0; start < len(docs); start += batch {
		if err := engine.Put(ctx, docs[start:min(start+batch, len(docs))]); err != nil {
			return nil, err
		}
	}
	return engine, nil
}

// Evaluate indexes the documents, runs each configuration on all queries and
// corrects the typos.
func Evaluate(ctx context.Context, d *Data, typos []Typo, keyword search.Index, embedder search.Embedder, config search.Config) (*Report, error) {
	start := time.Now()
	engine, err := Engine(ctx, d.Documents, keyword, embedder, config)
	if err != nil {
		return nil, err
	}
	r := &Report{Documents: len(d.Documents), Queries: len(d.Queries), Seconds: time.Since(start).Seconds()}
	for _, c := range []struct {
		name string
		mode search.Mode
	}{{"keyword", search.Keyword}, {"vectors", search.Semantic}, {"fused", search.Fused}, {"default", search.Ranked}} {
		row, err := run(ctx, engine, d.Queries, c.mode)
		if err != nil {
			return nil, err
		}
		row.Name = c.name
		r.Rows = append(r.Rows, row)
	}
	for i := range r.Rows {
		r.Rows[i].Gain = Bootstrap(ndcg(r.Rows[i].Each), ndcg(r.Rows[0].Each), 0)
	}
	if len(typos) > 0 {
		r.Spelling, err = Spell(ctx, engine, typos, d.Queries)
	}
	return r, err
}

func run(ctx context.Context, engine *search.Engine, queries []Query, mode search.Mode) (Row, error) {
	var row Row
	start := time.Now()
	rankings := make([][]string, len(queries))
	for i := range queries {
		result, err := engine.Search(ctx, search.Query{Text: queries[i].Text, Locale: "en", Limit: depth, Mode: mode})
		if err != nil {
			return row, fmt.Errorf("query %s: %w", queries[i].ID, err)
		}
		for _, h := range result.Hits {
			rankings[i] = append(rankings[i], h.ID)
		}
	}
	row.Milliseconds = time.Since(start).Seconds() * 1000 / float64(len(queries))
	for i := range queries {
		row.Each = append(row.Each, queries[i].Score(rankings[i]))
	}
	row.Scores = Mean(row.Each)
	return row, nil
}

func ndcg(each []Scores) []float64 {
	values := make([]float64, len(each))
	for i, s := range each {
		values[i] = s.NDCG10
	}
	return values
}

// JSON writes the report as JSON.
func (r *Report) JSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(r)
}

// Print writes the report as a table.
func (r *Report) Print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	lines := []string{"configuration\tndcg@10\trecall@100\tmrr\trerank_ndcg\tms/query\tndcg@10 over keyword (95%)"}
	for _, row := range r.Rows {
		lines = append(lines, fmt.Sprintf("%s\t%.4f\t%.4f\t%.4f\t%.4f\t%.2f\t%+.4f .. %+.4f", row.Name, row.NDCG10, row.Recall100, row.MRR,
			row.Rerank, row.Milliseconds, row.Gain.Low, row.Gain.High))
	}
	for _, line := range lines {
		if _, err := fmt.Fprintln(t, line); err != nil {
			return err
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "%d documents, %d queries; indexed in %.1f s\n", r.Documents, r.Queries, r.Seconds); err != nil || r.Spelling == nil {
		return err
	}
	s := r.Spelling
	_, err := fmt.Fprintf(w, "typos: %d of %d restored, %d correct queries changed; ndcg@10 misspelt %.4f, corrected %.4f, correct %.4f\n", s.Restored, s.Typos, s.Changed,
		s.Misspelt, s.Corrected, s.Intended)
	return err
}
