package connect

import (
	"context"
	"slices"
	"time"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/outbox"
	"github.com/bodega-commerce/bodega/search"
)

// indexBatch is how many products are read and indexed at once.
const indexBatch = 500

// minLearn is how many products are worth learning meaning from.
const minLearn = 20

// maxLearn is how many are enough: of more, as many are taken that lie evenly
// among all.
const maxLearn = 50_000

func lesson(docs []search.Document) []search.Document {
	if len(docs) <= maxLearn {
		return docs
	}
	some := make([]search.Document, maxLearn)
	for i := range some {
		some[i] = docs[i*len(docs)/maxLearn]
	}
	return some
}

// resumeWithin is how old a rebuild may be that is gone on with: events since it
// began are read when it answers, and are kept for longer.
const resumeWithin = time.Hour

// rebuild is how far everything has been indexed anew.
type rebuild struct {
	st    *searchState
	after core.ProductID // the last product that was read
	read  bool           // all were
	docs  map[string][]search.Document
	put   map[string]int // documents that are in, by locale
	steps int            // batches read or put
}

func (b *rebuild) total() int { return len(b.docs[b.first()]) }
func (b *rebuild) done() int  { return b.put[b.first()] }
func (b *rebuild) first() string {
	return b.st.facts.locales()[0]
}

// Build reads the catalog into new engines and then answers with them; until
// then the ones before do. After a Build that failed, the next goes on where it
// stood.
func (s *Search) Build(ctx context.Context) error {
	if s.cfg.Off {
		return nil
	}
	s.building.Lock()
	defer s.building.Unlock()
	s.tell(func(p *SearchProgress) { p.Building, p.Done, p.Total = true, 0, 0 })
	err := s.build(core.WithActor(ctx, core.System("search")))
	s.tell(func(p *SearchProgress) {
		p.Building, p.LastError = false, ""
		if err != nil {
			p.LastError = err.Error()
		}
	})
	return err
}

func (s *Search) build(ctx context.Context) error {
	b := s.halfway
	s.halfway = nil
	if b != nil && s.cfg.Clock.Now().Sub(b.st.builtAt) > resumeWithin {
		discard(ctx, b.st.indexes, s.cfg.Logger)
		b = nil
	}
	if b == nil {
		var err error
		if b, err = s.begin(ctx); err != nil {
			return err
		}
	}
	before := b.steps
	err := s.carry(ctx, b)
	switch {
	case err == nil:
		if before := s.current.Swap(b.st); before != nil {
			s.retired.add(before.indexes...)
		}
	case b.steps > before:
		s.halfway = b
	default: // what it stumbled over may lie in itself
		discard(ctx, b.st.indexes, s.cfg.Logger)
	}
	return err
}

func (s *Search) begin(ctx context.Context) (*rebuild, error) {
	from, err := outbox.Last(ctx, s.events())
	if err != nil {
		return nil, err
	}
	facts, err := s.facts(ctx)
	if err != nil {
		return nil, err
	}
	st := &searchState{facts: facts, engines: map[string]*search.Engine{}, paths: map[string]map[string]core.CategoryID{}, from: from, builtAt: s.cfg.Clock.Now(), touched: map[core.ProductID]bool{},
		items: map[core.StockItemID]core.ProductID{}, known: map[core.ProductID]bool{}}
	return &rebuild{st: st, docs: map[string][]search.Document{}, put: map[string]int{}}, nil
}

// carry takes a rebuild from where it is to its end.
func (s *Search) carry(ctx context.Context, b *rebuild) error {
	step := func() {
		b.steps++
		s.tell(func(p *SearchProgress) { p.Done, p.Total = b.done(), b.total() })
	}
	for !b.read {
		ps, after, err := s.batch(ctx, b.after)
		if err != nil {
			return err
		}
		docs, _, err := s.documents(ctx, b.st, ps)
		if err != nil {
			return err
		}
		for locale, of := range docs {
			b.docs[locale] = append(b.docs[locale], of...)
		}
		b.after, b.read = after, after == ""
		step()
	}
	for _, locale := range b.st.facts.locales() {
		docs := b.docs[locale]
		if b.st.engines[locale] == nil {
			engine, err := s.engine(ctx, b.st, locale, docs)
			if err != nil {
				return err
			}
			b.st.engines[locale], b.st.paths[locale], b.st.learned = engine, b.st.facts.paths(locale), max(b.st.learned, len(docs))
		}
		for batch := range slices.Chunk(docs[b.put[locale]:], indexBatch) {
			if err := b.st.engines[locale].Put(ctx, batch); err != nil {
				return err
			}
			b.put[locale] += len(batch)
			step()
		}
	}
	return s.steer(ctx, b.st)
}

// engine makes an empty engine for a locale, its embedder trained on docs.
func (s *Search) engine(ctx context.Context, st *searchState, locale string, docs []search.Document) (*search.Engine, error) {
	name := indexName("products-" + locale)
	var keyword search.Index
	var err error
	if s.cfg.Keyword != nil {
		if keyword, err = s.cfg.Keyword(ctx, name); err != nil {
			return nil, err
		}
		st.indexes = append(st.indexes, keyword)
	}
	embedder := s.cfg.Embedder
	if embedder == nil && len(docs) >= minLearn {
		if embedder, err = search.TrainLSA(ctx, lesson(docs), search.LSAConfig{Locale: locale}); err != nil {
			return nil, err
		}
	}
	cfg := s.cfg.Engine
	cfg.Locale = locale
	if cfg.Texts == nil {
		cfg.Texts = s.texts(locale)
	}
	if cfg.Now == nil {
		cfg.Now = s.cfg.Clock.Now
	}
	if embedder == nil {
		return search.New(keyword, nil, nil, cfg)
	}
	vectors, err := s.cfg.Vectors(ctx, name)
	if err != nil {
		return nil, err
	}
	st.indexes = append(st.indexes, vectors)
	return search.New(keyword, vectors, embedder, cfg)
}

// batch reads products after one, and the last of them; none after all.
func (s *Search) batch(ctx context.Context, after core.ProductID) (ps []catalog.Product, last core.ProductID, err error) {
	err = s.db.View(ctx, func(tx SearchTx) error {
		ids, err := tx.Catalog().ProductIDs(ctx, after, indexBatch)
		if err != nil || len(ids) == 0 {
			return err
		}
		last = ids[len(ids)-1]
		ps, err = tx.Catalog().Products(ctx, ids)
		return err
	})
	return ps, last, err
}

// eachBatch hands out all products.
func (s *Search) eachBatch(ctx context.Context, fn func([]catalog.Product) error) error {
	var after core.ProductID
	for {
		ps, last, err := s.batch(ctx, after)
		if err != nil || last == "" {
			return err
		}
		if err := fn(ps); err != nil {
			return err
		}
		after = last
	}
}
