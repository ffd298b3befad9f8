package connect

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/outbox"
	"github.com/bodega-commerce/bodega/search"
)

// searchEvents change what searches find.
var searchEvents = append([]string{"product.*", "category.*", "channel.*", "stock.*", "review.*", "search.*"}, stockingOrders...)

// stockingOrders are events of orders that change what can be bought.
var stockingOrders = []string{"order.placed", "order.cancelled", "order.lines_cancelled", "order.refunded"}

// orderEvent is what events of orders tell.
type orderEvent struct {
	Customer core.CustomerID `json:"customer_id"`
	Lines    []struct {
		Product core.ProductID `json:"product_id"`
	} `json:"lines"`
}

// Run reads the catalog, answers searches and keeps the engine up to date until
// ctx ends. A change is found within a second of its commit. Where indexes are
// to be dropped or closed, the engine ends with it.
func (s *Search) Run(ctx context.Context) {
	if s.cfg.Off {
		return
	}
	ctx = core.WithActor(ctx, core.System("search"))
	defer s.finish(ctx)
	for ctx.Err() == nil && s.current.Load() == nil {
		if err := s.Build(ctx); err != nil {
			s.failed(ctx, err)
			sleep(ctx, 5*time.Second)
		}
	}
	var others sync.WaitGroup
	defer others.Wait()
	others.Go(func() { s.scheduleTraining(ctx) })
	for ctx.Err() == nil {
		s.serve(ctx, s.current.Load())
	}
}

// finish drops and closes all indexes, so that a program that ends leaves none
// behind. Those in memory stay and answer on.
func (s *Search) finish(ctx context.Context) {
	if st := s.current.Load(); st != nil && slices.ContainsFunc(st.indexes, outside) {
		s.current.Store(nil)
		s.retired.add(st.indexes...)
	}
	s.building.Lock()
	if s.halfway != nil {
		s.retired.add(s.halfway.st.indexes...)
		s.halfway = nil
	}
	s.building.Unlock()
	s.retired.discard(ctx, time.Now().Add(time.Hour), s.cfg.Logger)
}

func (s *Search) failed(ctx context.Context, err error) {
	if err != nil && ctx.Err() == nil {
		s.tell(func(p *SearchProgress) { p.LastError = err.Error() })
		s.cfg.Logger.WarnContext(ctx, "search: indexing", "error", err)
	}
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// serve keeps one state up to date until another takes its place.
func (s *Search) serve(ctx context.Context, st *searchState) {
	following, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		outbox.Follow(following, s.events(), st.from, outbox.FollowConfig{Types: searchEvents, Poll: 300 * time.Millisecond, Failed: func(err error) { s.failed(following, err) }},
			func(ctx context.Context, events []outbox.Stored, through int64) error {
				return s.apply(ctx, st, events, through)
			})
	}()
	defer func() { stop(); <-done }()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	old := time.NewTimer(s.cfg.Rebuild)
	defer old.Stop()
	built := make(chan error, 1)
	building := false
	build := func() {
		if !building {
			building = true
			go func() { built <- s.Build(ctx) }()
		}
	}
	wanted := false
	queries := time.NewTicker(10 * time.Minute)
	defer queries.Stop()
	for {
		select {
		case <-ctx.Done():
			if building {
				s.failed(ctx, <-built)
			}
			return
		case <-s.wanted:
			wanted = true
		case <-old.C:
			wanted = true
		case <-queries.C: // what is searched for changes suggestions
			if err := s.steer(ctx, st); err != nil {
				s.failed(ctx, err)
			}
		case <-tick.C:
			if wanted && !building { // requests that come together are one
				wanted = false
				build()
			}
			if err := s.overdue(ctx, st); err != nil {
				s.failed(ctx, err)
			}
			s.retired.discard(ctx, time.Now().Add(-lastAnswer), s.cfg.Logger)
		case err := <-built:
			building = false
			if err == nil {
				if wanted {
					s.want()
				}
				return
			}
			s.failed(ctx, err)
			old.Reset(time.Minute)
		}
	}
}

// want asks the running loop for a rebuild.
func (s *Search) want() {
	select {
	case s.wanted <- struct{}{}:
	default:
	}
}

// overdue indexes what has changed by itself.
func (s *Search) overdue(ctx context.Context, st *searchState) error {
	now := s.cfg.Clock.Now()
	var ids []core.ProductID
	st.mu.Lock()
	for _, d := range st.due {
		if d.at.After(now) {
			break
		}
		ids = append(ids, d.product)
	}
	st.mu.Unlock()
	return s.index(ctx, st, ids)
}

// apply takes in what events tell of. The place moves when the engines have it.
func (s *Search) apply(ctx context.Context, st *searchState, events []outbox.Stored, through int64) error {
	touched := map[core.ProductID]bool{}
	for _, e := range events {
		switch {
		case e.Type == eventRebuild || outbox.Match([]string{"channel.*"}, e.Type):
			s.want()
		case e.Type == eventSettings:
			if err := s.steer(ctx, st); err != nil {
				return err
			}
		case outbox.Match([]string{"category.*"}, e.Type):
			if changed, err := s.categoryChanged(ctx, st, core.CategoryID(e.Aggregate)); err != nil {
				return err
			} else if changed {
				s.want()
			}
		case outbox.Match([]string{"stock.*"}, e.Type):
			st.mu.Lock()
			if p, ok := st.items[core.StockItemID(e.Aggregate)]; ok {
				touched[p] = true
			}
			st.mu.Unlock()
		case outbox.Match(stockingOrders, e.Type):
			var about orderEvent
			if err := json.Unmarshal(e.Data, &about); err != nil {
				return err
			}
			for _, l := range about.Lines {
				if l.Product != "" {
					touched[l.Product] = true
				}
			}
		default: // about products and their reviews
			var about struct {
				Product core.ProductID `json:"product_id"`
			}
			if json.Unmarshal(e.Data, &about) == nil && about.Product != "" {
				touched[about.Product] = true
			}
		}
	}
	if err := s.index(ctx, st, slices.Sorted(maps.Keys(touched))); err != nil {
		return err
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	st.from = through
	for id := range touched {
		st.touched[id] = true
	}
	if len(st.touched) >= max(minLearn, st.learned/5) { // enough is new to learn meaning from
		st.touched = map[core.ProductID]bool{}
		s.want()
	}
	return nil
}

// categoryChanged reports whether documents name a category otherwise now.
func (s *Search) categoryChanged(ctx context.Context, st *searchState, id core.CategoryID) (bool, error) {
	var now []catalog.Category
	err := s.db.View(ctx, func(tx SearchTx) (err error) {
		now, err = tx.Catalog().CategoriesByID(ctx, []core.CategoryID{id})
		return err
	})
	was, known := st.facts.categories[id]
	if err != nil || len(now) == 0 {
		return known, err
	}
	same := known && was.Title == now[0].Title && was.Hidden == now[0].Hidden && slices.Equal(was.Path, now[0].Path) &&
		maps.EqualFunc(was.Translations, now[0].Translations, func(a, b catalog.Translation) bool { return a.Title == b.Title })
	return !same, nil
}

// index puts products, as they are now, into the engines, or takes them out.
func (s *Search) index(ctx context.Context, st *searchState, ids []core.ProductID) error {
	for part := range slices.Chunk(ids, indexBatch) {
		var ps []catalog.Product
		if err := s.db.View(ctx, func(tx SearchTx) (err error) {
			ps, err = tx.Catalog().Products(ctx, part)
			return err
		}); err != nil {
			return err
		}
		docs, hidden, err := s.documents(ctx, st, ps)
		if err != nil {
			return err
		}
		for _, id := range part {
			if !slices.ContainsFunc(ps, func(p catalog.Product) bool { return p.ID == id }) {
				hidden = append(hidden, string(id))
				st.forget(id)
			}
		}
		for locale, engine := range st.engines {
			gone := slices.Clone(hidden)
			there := docs[locale]
			for _, p := range ps {
				if !slices.ContainsFunc(there, func(d search.Document) bool { return d.ID == string(p.ID) }) {
					gone = append(gone, string(p.ID))
				}
			}
			if err := engine.Delete(ctx, gone); err != nil {
				return err
			}
			if err := engine.Put(ctx, there); err != nil {
				return err
			}
		}
	}
	return nil
}

// forget drops what is kept of a product that was deleted.
func (st *searchState) forget(id core.ProductID) {
	st.mu.Lock()
	defer st.mu.Unlock()
	delete(st.known, id)
	maps.DeleteFunc(st.items, func(_ core.StockItemID, p core.ProductID) bool { return p == id })
	st.due = slices.DeleteFunc(st.due, func(d dueChange) bool { return d.product == id })
}
