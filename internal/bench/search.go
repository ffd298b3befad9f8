package bench

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"slices"
	"time"

	"github.com/bodega-commerce/bodega/internal/linalg"
	"github.com/bodega-commerce/bodega/internal/searcheval"
	"github.com/bodega-commerce/bodega/search"
)

// SearchRun measures search in this process, on a made-up catalog.
type SearchRun struct {
	// Products of the catalog. Default 50,000.
	Products int
	// Training is how many of them the embedder learns from. Default all, up
	// to 20,000.
	Training int
	// Duration of each measurement. Default 10 s.
	Duration time.Duration
	// Seed of the catalog. Default 0.
	Seed uint64
	// Profile is a file to write the CPU profile of the queries to. Default none.
	Profile string
}

// recallQueries is how many queries the vector index is compared with a full
// comparison on.
const recallQueries = 200

// Run indexes the catalog and asks one query after the other, each another.
func (r SearchRun) Run(ctx context.Context) (*Result, error) {
	r.Products = cmp.Or(r.Products, 50_000)
	r.Training = min(cmp.Or(r.Training, 20_000), r.Products)
	r.Duration = cmp.Or(r.Duration, 10*time.Second)
	if r.Products < 1 || r.Training < 1 {
		return nil, fmt.Errorf("bench: a negative number: %+v", r)
	}
	out := &Result{Name: fmt.Sprintf("search, %d products", r.Products)}
	catalog := searcheval.NewSynthetic(r.Seed)
	before := heap()
	start := time.Now()
	lsa, err := search.TrainLSA(ctx, catalog.Documents(0, r.Training), search.LSAConfig{Seed: r.Seed})
	if err != nil {
		return nil, err
	}
	out.add(fmt.Sprintf("learning the embedder from %d", r.Training), time.Since(start).Seconds(), "s")
	vectors, err := search.NewMemoryVectors(search.MemoryVectorsConfig{Seed: r.Seed})
	if err != nil {
		return nil, err
	}
	engine, err := search.New(nil, vectors, lsa, search.Config{})
	if err != nil {
		return nil, err
	}
	took, err := r.index(ctx, catalog, engine)
	if err != nil {
		return nil, err
	}
	out.atLeast("indexing, embeddings included", float64(r.Products)/took.Seconds(), "products/s", 3000)
	engine.SetQueries(r.popular(catalog))
	out.add("memory", heap()-before, "MiB")
	if err := r.queries(ctx, out, catalog, engine); err != nil {
		return nil, err
	}
	recall, err := r.recall(ctx, catalog, vectors, lsa)
	if err != nil {
		return nil, err
	}
	out.atLeast("recall@10 of the nearest", recall, "", 0.95)
	return out, nil
}

// index puts the catalog in, a thousand at a time, and returns how long that
// took, apart from making it up.
func (r SearchRun) index(ctx context.Context, catalog *searcheval.Synthetic, engine *search.Engine) (took time.Duration, err error) {
	for from := 0; from < r.Products; from += 1000 {
		docs := catalog.Documents(from, min(from+1000, r.Products))
		start := time.Now()
		if err := engine.Put(ctx, docs); err != nil {
			return 0, err
		}
		took += time.Since(start)
	}
	return took, nil
}

func (r SearchRun) popular(catalog *searcheval.Synthetic) []search.PopularQuery {
	queries := make([]search.PopularQuery, search.MaxQueries)
	for n := range queries {
		queries[n] = search.PopularQuery{Text: catalog.Query(n), Count: 1 + 10_000/(n+1)}
	}
	return queries
}

// queries measures each kind of question.
func (r SearchRun) queries(ctx context.Context, out *Result, catalog *searcheval.Synthetic, engine *search.Engine) error {
	facets := []search.FacetRequest{{Field: search.FieldCategory}, {Field: "price"}, {Field: "brand"}}
	ask := func(q search.Query) error {
		q.Locale = "en"
		_, err := engine.Search(ctx, q)
		return err
	}
	if r.Profile != "" {
		file, err := os.Create(r.Profile)
		if err != nil {
			return err
		}
		defer file.Close() //nolint:errcheck // a profile that is cut short says so itself
		if err := pprof.StartCPUProfile(file); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	query, suggest := 15., 3.
	if r.Products > 100_000 {
		query, suggest = 60, 0
	}
	for _, of := range []struct {
		name  string
		limit float64 // of p95, in milliseconds; 0: none
		ask   func(n int) error
	}{
		{"query, two or three facets", query, func(n int) error { return ask(search.Query{Text: catalog.Query(n), Facets: facets[:2+n%2]}) }},
		{"filtered query, three facets", query, func(n int) error {
			return ask(search.Query{Text: catalog.Query(n), Filters: catalog.Filters(n), Facets: facets})
		}},
		{"sorted query", 0, func(n int) error {
			return ask(search.Query{Text: catalog.Query(n), Sort: []search.Order{{Field: "price"}, {Field: "brand"}}})
		}},
		{"browsing a category, three facets", 0, func(n int) error {
			category := catalog.Document(n).Categories[0]
			return ask(search.Query{Filters: []search.Filter{{Field: search.FieldCategory, Values: []string{search.CategoryPath(category[:1+n%3]...)}}}, Facets: facets})
		}},
		{"browsing it by brand", 0, func(n int) error {
			category := catalog.Document(n).Categories[0]
			return ask(search.Query{Filters: []search.Filter{{Field: search.FieldCategory, Values: []string{search.CategoryPath(category[:1+n%3]...)}}}, Sort: []search.Order{{Field: "brand"}}})
		}},
		{"autocomplete", suggest, func(n int) error {
			text := catalog.Query(n / 4) // as it is typed
			_, err := engine.Suggest(ctx, search.SuggestQuery{Text: text[:1+len(text)*(n%4)/4]})
			return err
		}},
	} {
		took, worked, err := r.repeat(of.ask)
		if err != nil {
			return fmt.Errorf("%s: %w", of.name, err)
		}
		out.latencies(of.name, took)
		if of.limit > 0 {
			out.Figures[len(out.Figures)-2].AtMost = &of.limit
		}
		if len(worked) > 0 {
			slices.Sort(worked)
			out.add(of.name+" p95, CPU time", percentile(worked, 95), "ms")
		}
	}
	return nil
}

// repeat asks for a while, and returns how long each answer took and, where that
// is known, how long the processor worked on it: others may be at work, too.
func (r SearchRun) repeat(ask func(n int) error) (took, worked []time.Duration, err error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for n, end := 0, time.Now().Add(r.Duration); time.Now().Before(end); n++ {
		before, known := threadCPU()
		start := time.Now()
		if err := ask(n); err != nil {
			return nil, nil, err
		}
		took = append(took, time.Since(start))
		if after, _ := threadCPU(); known {
			worked = append(worked, after-before)
		}
	}
	return took, worked, nil
}

// recall is the share of the ten nearest, by a comparison with every vector,
// that the index finds.
func (r SearchRun) recall(ctx context.Context, catalog *searcheval.Synthetic, vectors search.VectorIndex, embedder search.Embedder) (float64, error) {
	texts := make([]string, recallQueries)
	for n := range texts {
		texts[n] = catalog.Query(n)
	}
	questions, err := embedder.EmbedQueries(ctx, texts)
	if err != nil {
		return 0, err
	}
	tops := make([]linalg.Top, len(questions))
	for i := range tops {
		tops[i].Reset(10)
	}
	offered := 0
	for from := 0; from < r.Products; from += 1000 {
		ids := make([]string, 0, 1000)
		for n := from; n < min(from+1000, r.Products); n++ {
			ids = append(ids, catalog.ID(n))
		}
		found, err := vectors.Get(ctx, ids)
		if err != nil {
			return 0, err
		}
		for _, v := range found {
			for i := range tops {
				tops[i].Offer(offered, linalg.Dot(questions[i], v.Values))
			}
			offered++
		}
	}
	hits, all := 0, 0
	for i, top := range tops {
		best := top.Sorted()
		found, err := vectors.Nearest(ctx, questions[i], search.Selection{}, 10)
		if err != nil {
			return 0, err
		}
		for _, m := range found {
			// Equals of the tenth count as found: which of them is arbitrary.
			if m.Score >= float64(best[len(best)-1].Score)-1e-6 {
				hits++
			}
		}
		all += len(best)
	}
	return float64(hits) / float64(all), nil
}
