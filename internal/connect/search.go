package connect

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bodega-commerce/bodega/commerce/analytics"
	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/memo"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/outbox"
	"github.com/bodega-commerce/bodega/commerce/setting"
	"github.com/bodega-commerce/bodega/commerce/stock"
	"github.com/bodega-commerce/bodega/search"
)

// SearchConfig says how a shop's products are searched. The zero value
// searches in memory, by words and by what the catalog's own texts teach of
// their meaning.
type SearchConfig struct {
	// Off leaves the engine out: searches go by parts of titles. Default false.
	Off bool
	// Keyword opens an empty index of words. Each rebuild asks for one per
	// locale, by a name that no other has, in no process: "products-en-..." of
	// letters, digits and dashes. When a rebuild has taken its place, or Run
	// ends, its methods Drop(context.Context) error and Close() error are
	// called, where it has them. Default none: the engine finds by the words it
	// keeps.
	Keyword func(ctx context.Context, name string) (search.Index, error)
	// Vectors opens an empty index of meaning, likewise. Default
	// [search.NewMemoryVectors], exact up to 200,000 vectors.
	Vectors func(ctx context.Context, name string) (search.VectorIndex, error)
	// Embedder gives texts a meaning. Where it has a method Model() string, which
	// names all that its vectors depend on beside the texts, those of products are
	// kept in the database and those of the latest queries in memory, so that none
	// is asked for twice: see [search.Remember]. Default: one that is trained on
	// the catalog, or 50,000 products of it, with each rebuild.
	Embedder search.Embedder
	// Engine tunes ranking. Its Locale is set to that of each engine.
	Engine search.Config
	// Rebuild is how often everything is indexed anew, which also takes in what
	// no event tells of. Default 24 h.
	Rebuild time.Duration
	// Train is how often ranking is learned anew from what shoppers clicked.
	// Default 24 h; below 0 only when it is asked for.
	Train time.Duration
	// Logger is told of failures. Default slog.Default().
	Logger *slog.Logger
	// Clock tells the time. Default the system clock.
	Clock core.Clock
}

// SearchTx is what search reads and writes of a transaction.
type SearchTx interface {
	Catalog() catalog.Store
	Orders() order.Store
	Stock() stock.Store
	Outbox() outbox.Store
	Settings() setting.Store
	Events() core.EventWriter
	Analytics() analytics.Store
}

// Search keeps an engine per locale that knows the shop's products, and asks
// them in the shop's terms. Every process has its own. Safe for concurrent use.
type Search struct {
	db       core.Runner[SearchTx]
	catalog  *catalog.Service
	cfg      SearchConfig
	recorder *analytics.Recorder

	current  atomic.Pointer[searchState]
	building sync.Mutex // one rebuild at a time
	halfway  *rebuild   // one that failed on its way
	wanted   chan struct{}
	learning sync.Mutex // one training at a time
	train    chan struct{}

	mu       sync.Mutex
	progress SearchProgress
	retired  retired
}

// searchState is a whole of engines and what was read to make them.
type searchState struct {
	facts   *shopFacts
	engines map[string]*search.Engine             // by locale
	paths   map[string]map[string]core.CategoryID // by locale
	indexes []any                                 // below the engines
	from    int64                                 // place in the stream of events it includes
	builtAt time.Time
	learned int // products that the embedder was trained on
	ranker  atomic.Pointer[rankerInfo]

	mu      sync.Mutex
	touched map[core.ProductID]bool             // changed since
	items   map[core.StockItemID]core.ProductID // whose stock it is
	due     []dueChange                         // by time
	known   map[core.ProductID]bool
}

// dueChange is a time at which a product changes by itself: a price or its
// publication begins or ends.
type dueChange struct {
	at      time.Time
	product core.ProductID
}

// SearchProgress tells how far indexing is.
type SearchProgress struct {
	Ready     bool      `json:"ready"`    // searches are answered by the engine
	Building  bool      `json:"building"` // everything is indexed anew
	Done      int       `json:"done"`     // products, of Total
	Total     int       `json:"total"`
	Products  int       `json:"products"` // found by searches
	Locales   []string  `json:"locales"`
	BuiltAt   time.Time `json:"built_at,omitzero"`
	Event     int64     `json:"event"` // the newest event that is in
	LastError string    `json:"last_error,omitempty"`

	Ranking RankingProgress `json:"ranking"`
}

// NewSearch makes the search of a shop. It answers once Run or Build has read
// the catalog.
func NewSearch(db core.Runner[SearchTx], products *catalog.Service, recorder *analytics.Recorder, memos *memo.Service, cfg SearchConfig) *Search {
	if cfg.Vectors == nil {
		cfg.Vectors = func(context.Context, string) (search.VectorIndex, error) {
			return search.NewMemoryVectors(search.MemoryVectorsConfig{})
		}
	}
	if cfg.Rebuild <= 0 {
		cfg.Rebuild = 24 * time.Hour
	}
	if cfg.Train == 0 {
		cfg.Train = 24 * time.Hour
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	if e, ok := cfg.Embedder.(interface{ Model() string }); ok {
		cfg.Embedder = search.Remember(cfg.Embedder, e.Model(), memos)
	}
	return &Search{db: db, catalog: products, cfg: cfg, recorder: recorder, wanted: make(chan struct{}, 1), train: make(chan struct{}, 1)}
}

func (s *Search) events() core.Runner[outbox.Tx] {
	return core.Narrow(s.db, func(tx SearchTx) outbox.Tx { return tx })
}

// Progress tells how far indexing is.
func (s *Search) Progress() SearchProgress {
	s.mu.Lock()
	p := s.progress
	s.mu.Unlock()
	if st := s.current.Load(); st != nil {
		st.mu.Lock()
		p.Products, p.Event = len(st.known), st.from
		st.mu.Unlock()
		p.Ranking.Version, p.Ranking.TrainedAt = st.ranking()
		p.Ready, p.BuiltAt, p.Locales = true, st.builtAt, st.facts.locales()
	}
	return p
}

func (s *Search) tell(change func(p *SearchProgress)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.progress)
}

// Rebuild asks for everything to be indexed anew, beside what answers now, in
// every process that runs. Needs PermMerchWrite.
func (s *Search) Rebuild(ctx context.Context) error {
	if err := core.Require(ctx, core.PermMerchWrite); err != nil {
		return err
	}
	return s.announce(ctx, eventRebuild)
}

// The types of event about search itself.
const (
	eventRebuild  = "search.rebuild"
	eventSettings = "search.settings"
)

func (s *Search) announce(ctx context.Context, typ string) error {
	return s.db.Update(ctx, func(tx SearchTx) error {
		e, err := core.NewEvent(ctx, nil, s.cfg.Clock.Now(), typ, "search", struct{}{})
		if err != nil {
			return err
		}
		return tx.Events().Append(ctx, e)
	})
}

// texts reads what is highlighted of products.
func (s *Search) texts(locale string) func(context.Context, []string) ([]search.Document, error) {
	return func(ctx context.Context, ids []string) ([]search.Document, error) {
		wanted := make([]core.ProductID, len(ids))
		for i, id := range ids {
			wanted[i] = core.ProductID(id)
		}
		var ps []catalog.Product
		err := s.db.View(ctx, func(tx SearchTx) (err error) {
			ps, err = tx.Catalog().Products(ctx, wanted)
			return err
		})
		docs := make([]search.Document, len(ps))
		for i, p := range ps {
			x := p.Localize(locale)
			docs[i] = search.Document{ID: string(p.ID), Text: map[string]string{search.FieldTitle: x.Title, "subtitle": x.Subtitle, search.FieldDescription: x.Description}}
		}
		return docs, err
	}
}

// documents describes products in each locale, and names those that shoppers do
// not see. It notes in st what changes them.
func (s *Search) documents(ctx context.Context, st *searchState, ps []catalog.Product) (docs map[string][]search.Document, hidden []string, err error) {
	var items []core.StockItemID
	for _, p := range ps {
		for _, v := range p.Variants {
			if v.StockItemID != "" {
				items = append(items, v.StockItemID)
			}
		}
	}
	var levels map[core.StockItemID]stock.Availability
	if len(items) > 0 {
		if err := s.db.View(ctx, func(tx SearchTx) (err error) {
			levels, err = stock.AvailabilityOf(ctx, tx.Stock(), items)
			return err
		}); err != nil {
			return nil, nil, err
		}
	}
	docs = map[string][]search.Document{}
	facts := *st.facts
	facts.at = s.cfg.Clock.Now()
	st.mu.Lock()
	defer st.mu.Unlock()
	for _, p := range ps {
		seen := false
		for _, locale := range facts.locales() {
			if d, ok := facts.document(p, levels, locale); ok {
				docs[locale] = append(docs[locale], d)
				seen = true
			}
		}
		for _, v := range p.Variants {
			if v.StockItemID != "" {
				st.items[v.StockItemID] = p.ID
			}
		}
		if seen {
			st.known[p.ID] = true
		} else {
			delete(st.known, p.ID)
			hidden = append(hidden, string(p.ID))
		}
		st.schedule(p, facts.at)
	}
	return docs, hidden, nil
}

// schedule notes when a product changes by itself next.
func (st *searchState) schedule(p catalog.Product, now time.Time) {
	var next time.Time
	consider := func(t time.Time) {
		if t.After(now) && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	consider(p.PublishedAt)
	for _, r := range catalog.Ranges(p.Variants) {
		consider(r.From)
		consider(r.To)
	}
	st.due = slices.DeleteFunc(st.due, func(d dueChange) bool { return d.product == p.ID })
	if next.IsZero() {
		return
	}
	at, _ := slices.BinarySearchFunc(st.due, next, func(d dueChange, t time.Time) int { return d.at.Compare(t) })
	st.due = slices.Insert(st.due, at, dueChange{next, p.ID})
}
