package connect

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/bodega-commerce/bodega/commerce/analytics"
	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/outbox"
	"github.com/bodega-commerce/bodega/commerce/stock"
	"github.com/bodega-commerce/bodega/recommend"
	"github.com/bodega-commerce/bodega/search"
)

// RecommendConfig says how a shop recommends. The zero value learns from its
// orders and from what shoppers do, and keeps models in memory.
type RecommendConfig struct {
	// Off leaves recommendations out. Default false.
	Off bool
	// Engine tunes models, rules and choice. Its History and Now are the shop's.
	Engine recommend.Config
	// Vectors opens an empty index for the vectors of a model of more than
	// 20,000 products, by a name that no other has, in no process:
	// "recommend-..." of letters and digits. A minute after another model has
	// taken its place, or when Run ends, its methods Drop(context.Context) error
	// and Close() error are called, where it has them. While it cannot be asked,
	// answers do without. Default: Engine.Index, in memory.
	Vectors func(ctx context.Context, name string) (search.VectorIndex, error)
	// Train is how often models are trained anew. Default 24 h.
	Train time.Duration
	// Learn is how far back history is learned from; where there are fewer than
	// 20,000 sales in it, all of it is. Default 2 years.
	Learn time.Duration
	// Logger is told of failures. Default slog.Default().
	Logger *slog.Logger
	// Clock tells the time. Default the system clock.
	Clock core.Clock
}

// Recommend keeps a recommender that knows the shop's products and what
// shoppers do. Every process has its own. Safe for concurrent use.
type Recommend struct {
	db       core.Runner[SearchTx]
	catalog  *catalog.Service
	events   *analytics.Service
	recorder *analytics.Recorder
	cfg      RecommendConfig
	engine   *recommend.Engine
	train    chan struct{}

	mu       sync.Mutex
	progress TrainProgress
	items    map[core.StockItemID]core.ProductID
	facts    *shopFacts
	vectors  map[*modelVectors]bool // of models that serve or are made

	retired retired
}

// TrainProgress tells of the model that serves and of training.
type TrainProgress struct {
	Ready    bool                   `json:"ready"`
	Training bool                   `json:"training"`
	Stage    string                 `json:"stage,omitempty"`
	Done     int                    `json:"done"` // stages, of Total
	Total    int                    `json:"total"`
	Last     *recommend.TrainReport `json:"-"`
	Error    string                 `json:"last_error,omitempty"`
}

// NewRecommend makes the recommender of a shop. It answers once Run has read
// the catalog.
func NewRecommend(db core.Runner[SearchTx], products *catalog.Service, events *analytics.Service, recorder *analytics.Recorder, cfg RecommendConfig) (*Recommend, error) {
	if cfg.Train <= 0 {
		cfg.Train = 24 * time.Hour
	}
	if cfg.Learn <= 0 {
		cfg.Learn = 2 * 365 * 24 * time.Hour
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	r := &Recommend{db: db, catalog: products, events: events, recorder: recorder, cfg: cfg, train: make(chan struct{}, 1), items: map[core.StockItemID]core.ProductID{},
		vectors: map[*modelVectors]bool{}}
	if cfg.Vectors != nil {
		cfg.Engine.Index = r.openVectors
	}
	cfg.Engine.Now = cfg.Clock.Now
	cfg.Engine.History = r.history
	var err error
	r.engine, err = recommend.New(cfg.Engine)
	return r, err
}

// Engine is the recommender itself, for what the shop's own calls do not cover.
func (r *Recommend) Engine() *recommend.Engine { return r.engine }

// history is what a customer bought and did before.
func (r *Recommend) history(ctx context.Context, user string) ([]recommend.Interaction, error) {
	if !core.ValidID(user, core.PrefixCustomer) {
		return nil, nil
	}
	var out []recommend.Interaction
	err := r.db.View(ctx, func(tx SearchTx) error {
		out = nil
		page, err := tx.Orders().List(ctx, order.Filter{Customer: core.CustomerID(user), WithLines: true}, core.PageQuery{Limit: 100})
		if err != nil {
			return err
		}
		for _, o := range page.Items {
			for _, l := range o.Lines {
				if l.Product != "" && !o.PlacedAt.IsZero() {
					out = append(out, recommend.Interaction{User: user, Item: string(l.Product), Kind: recommend.Purchase, Time: o.PlacedAt})
				}
			}
		}
		events, err := tx.Analytics().Of(ctx, core.CustomerID(user), "", interests, 200)
		for _, e := range events {
			out = append(out, interaction(e))
		}
		return err
	})
	return out, err
}

// interests are the kinds of event that tell of interest beside purchases,
// which orders tell of.
var interests = []analytics.Kind{analytics.View, analytics.Click, analytics.Cart}

func interaction(e analytics.Event) recommend.Interaction {
	user := string(e.Customer)
	if user == "" {
		user = e.Session
	}
	return recommend.Interaction{User: user, Item: string(e.Product), Kind: recommend.Kind(e.Kind), Time: e.At}
}

// all streams what is learned from: sales, and what shoppers did. An order
// without a customer is a user of its own: what goes together can be learned
// from it.
func (r *Recommend) all(ctx context.Context) iter.Seq2[recommend.Interaction, error] {
	return func(yield func(recommend.Interaction, error) bool) {
		stopped := false
		var since time.Time
		err := r.db.View(ctx, func(tx SearchTx) (err error) {
			if since, err = r.since(ctx, tx.Orders()); err != nil {
				return err
			}
			for s, err := range tx.Orders().Sales(ctx, since) {
				if err != nil {
					return err
				}
				user := string(s.Customer)
				if user == "" {
					user = string(s.Order)
				}
				if s.Product != "" && s.Quantity > s.Returned && !yield(recommend.Interaction{User: user, Item: string(s.Product), Kind: recommend.Purchase, Time: s.At}, nil) {
					stopped = true
					return nil
				}
			}
			return nil
		})
		if err != nil && !stopped {
			yield(recommend.Interaction{}, err)
			return
		}
		if stopped {
			return
		}
		for e, err := range r.events.Stream(ctx, since, interests...) {
			if x := interaction(e); err != nil || x.User != "" {
				if !yield(x, err) || err != nil {
					return
				}
			}
		}
	}
}

// enoughSales is how many are worth forgetting older ones for.
const enoughSales = 20_000

// since is from when on history is learned from: a shop that sold little, or
// nothing since its orders were imported, needs all of it.
func (r *Recommend) since(ctx context.Context, orders order.Store) (time.Time, error) {
	since := r.cfg.Clock.Now().Add(-r.cfg.Learn)
	n := 0
	for _, err := range orders.Sales(ctx, since) {
		if err != nil {
			return since, err
		}
		if n++; n == enoughSales {
			return since, nil
		}
	}
	return time.Time{}, nil
}

// Run reads the catalog, restores the model of before, follows what changes
// and trains, until ctx ends.
func (r *Recommend) Run(ctx context.Context) {
	if r.cfg.Off {
		return
	}
	ctx = core.WithActor(ctx, core.System("recommend"))
	defer r.finish(ctx)
	runner := core.Narrow(r.db, func(tx SearchTx) outbox.Tx { return tx })
	from, err := outbox.Last(ctx, runner)
	for ; err == nil || ctx.Err() == nil; from, err = outbox.Last(ctx, runner) {
		if err == nil {
			if err = errors.Join(r.load(ctx), r.steer(ctx)); err == nil {
				break
			}
		}
		r.failed(ctx, err)
		sleep(ctx, 5*time.Second)
		if ctx.Err() != nil {
			return
		}
	}
	if _, err := r.engine.Restore(ctx); err != nil && !errors.Is(err, recommend.ErrNoModel) {
		r.failed(ctx, err)
	}
	r.tell(func(p *TrainProgress) { p.Ready = true })
	var others sync.WaitGroup
	defer others.Wait()
	others.Go(func() { r.observe(ctx) })
	others.Go(func() { r.schedule(ctx) })
	outbox.Follow(ctx, runner, from, outbox.FollowConfig{Types: append([]string{"product.*", "stock.*", "channel.*", eventTrain, eventSettings}, stockingOrders...), Poll: 500 * time.Millisecond, Failed: func(err error) { r.failed(ctx, err) }}, r.apply)
}

func (r *Recommend) failed(ctx context.Context, err error) {
	if ctx.Err() == nil {
		r.tell(func(p *TrainProgress) { p.Error = err.Error() })
		r.cfg.Logger.WarnContext(ctx, "recommend", "error", err)
	}
}

func (r *Recommend) tell(change func(p *TrainProgress)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.progress)
}

// Progress tells of the model that serves and of training.
func (r *Recommend) Progress() TrainProgress {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.progress
}

// load puts all products in.
func (r *Recommend) load(ctx context.Context) error {
	facts, err := r.search().facts(ctx)
	if err != nil {
		return err
	}
	r.mu.Lock()
	r.facts = facts
	r.mu.Unlock()
	return r.search().eachBatch(ctx, func(ps []catalog.Product) error { return r.put(ctx, ps) })
}

// search is for what both read of the shop.
func (r *Recommend) search() *Search {
	return &Search{db: r.db, cfg: SearchConfig{Clock: r.cfg.Clock}}
}

func (r *Recommend) put(ctx context.Context, ps []catalog.Product) error {
	var wanted []core.StockItemID
	for _, p := range ps {
		for _, v := range p.Variants {
			if v.StockItemID != "" {
				wanted = append(wanted, v.StockItemID)
			}
		}
	}
	levels := map[core.StockItemID]stock.Availability{}
	if len(wanted) > 0 {
		if err := r.db.View(ctx, func(tx SearchTx) (err error) {
			levels, err = stock.AvailabilityOf(ctx, tx.Stock(), wanted)
			return err
		}); err != nil {
			return err
		}
	}
	r.mu.Lock()
	facts := *r.facts
	for _, p := range ps {
		for _, v := range p.Variants {
			if v.StockItemID != "" {
				r.items[v.StockItemID] = p.ID
			}
		}
	}
	r.mu.Unlock()
	facts.at = r.cfg.Clock.Now()
	items := make([]recommend.Item, len(ps))
	for i, p := range ps {
		items[i] = facts.item(p, levels)
	}
	return r.engine.PutItems(ctx, items...)
}

// item describes a product to the recommender: its price in the default
// channel, its regions the channels it is sold in.
func (f *shopFacts) item(p catalog.Product, levels map[core.StockItemID]stock.Availability) recommend.Item {
	locale := f.locales()[0]
	d, sold := f.document(p, levels, locale)
	x := p.Localize(locale)
	item := recommend.Item{ID: string(p.ID), Title: x.Title, Description: x.Description, Hidden: !sold,
		OutOfStock: d.Unavailable, Regions: d.Attributes[fieldChannel], Created: p.CreatedAt, From: p.PublishedAt, Attributes: map[string]string{"brand": p.Brand, "vendor": p.Vendor}}
	for name, values := range d.Attributes {
		if len(values) > 0 && name != fieldChannel && name != fieldCategoryID {
			item.Attributes[name] = values[0]
		}
	}
	for _, way := range d.Categories {
		for i := len(way) - 1; i >= 0; i-- {
			if !slices.Contains(item.Categories, way[i]) {
				item.Categories = append(item.Categories, way[i])
			}
		}
	}
	if len(f.channels) > 0 && len(f.channels[0].Currencies) > 0 {
		if price := catalog.RangeOf(catalog.Ranges(p.Variants), f.channels[0].ID, f.channels[0].Currencies[0], f.at); price != nil {
			item.Price = price.Min.Amount
		}
	}
	return item
}

// apply takes in what events tell of.
func (r *Recommend) apply(ctx context.Context, events []outbox.Stored, _ int64) error {
	touched := map[core.ProductID]bool{}
	var bought []recommend.Interaction
	for _, e := range events {
		switch {
		case e.Type == eventTrain:
			r.want()
		case e.Type == eventSettings:
			if err := r.steer(ctx); err != nil {
				return err
			}
		case outbox.Match([]string{"channel.*"}, e.Type):
			if err := r.load(ctx); err != nil {
				return err
			}
		case outbox.Match(stockingOrders, e.Type):
			var about orderEvent
			if err := json.Unmarshal(e.Data, &about); err != nil {
				return err
			}
			for _, l := range about.Lines {
				if l.Product == "" {
					continue
				}
				touched[l.Product] = true
				if e.Type == "order.placed" && about.Customer != "" {
					bought = append(bought, recommend.Interaction{User: string(about.Customer), Item: string(l.Product), Kind: recommend.Purchase, Time: e.At})
				}
			}
		case outbox.Match([]string{"stock.*"}, e.Type):
			r.mu.Lock()
			if p, ok := r.items[core.StockItemID(e.Aggregate)]; ok {
				touched[p] = true
			}
			r.mu.Unlock()
		default:
			touched[core.ProductID(e.Aggregate)] = true
		}
	}
	if err := r.engine.Observe(ctx, bought...); err != nil {
		return err
	}
	for part := range slices.Chunk(slices.Sorted(maps.Keys(touched)), indexBatch) {
		var ps []catalog.Product
		if err := r.db.View(ctx, func(tx SearchTx) (err error) {
			ps, err = tx.Catalog().Products(ctx, part)
			return err
		}); err != nil {
			return err
		}
		var gone []string
		for _, id := range part {
			if !slices.ContainsFunc(ps, func(p catalog.Product) bool { return p.ID == id }) {
				gone = append(gone, string(id))
			}
		}
		if err := r.engine.DeleteItems(ctx, gone...); err != nil {
			return err
		}
		if err := r.put(ctx, ps); err != nil {
			return err
		}
	}
	return nil
}

// observe feeds what shoppers do, as it is recorded by any process.
func (r *Recommend) observe(ctx context.Context) {
	const overlap = 3 * time.Second // what was committed later than what came after it
	since := r.cfg.Clock.Now()
	seen := map[core.EventID]time.Time{}
	for ctx.Err() == nil {
		sleep(ctx, 500*time.Millisecond)
		var news []recommend.Interaction
		for e, err := range r.events.Stream(ctx, since.Add(-overlap), interests...) {
			if err != nil {
				r.failed(ctx, err)
				break
			}
			if _, known := seen[e.ID]; known {
				continue
			}
			seen[e.ID] = e.At
			if e.At.After(since) {
				since = e.At
			}
			if x := interaction(e); x.User != "" {
				news = append(news, x)
			}
		}
		maps.DeleteFunc(seen, func(_ core.EventID, at time.Time) bool { return at.Before(since.Add(-2 * overlap)) })
		if err := r.engine.Observe(ctx, news...); err != nil {
			r.failed(ctx, err)
		}
	}
}

// RecommendRequest asks for recommendations in a market.
type RecommendRequest struct {
	recommend.Request
	Placement recommend.Placement
	Channel   core.ChannelID
	Currency  money.Currency
	Locale    string
	Session   string
}

// RecommendAnswer is what is recommended, with the products as the market shows
// them.
type RecommendAnswer struct {
	*recommend.Recommendation
	Products map[string]catalog.Card
	ID       core.EventID
}

// Answer recommends for a placement. Before the catalog is read, or with
// recommendations off, it has no items.
func (r *Recommend) Answer(ctx context.Context, q RecommendRequest) (*RecommendAnswer, error) {
	a := &RecommendAnswer{Recommendation: &recommend.Recommendation{Placement: q.Placement}, Products: map[string]catalog.Card{}}
	if r.cfg.Off || !r.Progress().Ready {
		return a, nil
	}
	q.Context.Region = string(q.Channel)
	calls := map[recommend.Placement]func(context.Context, recommend.Request) (*recommend.Recommendation, error){
		recommend.PlaceHome: r.engine.Home, recommend.PlaceSimilar: r.engine.Similar, recommend.PlaceGoesWith: r.engine.GoesWith, recommend.PlaceCart: r.engine.Cart,
		recommend.PlacePopular: r.engine.Popular, recommend.PlaceRebuy: r.engine.Rebuy}
	call, ok := calls[q.Placement]
	if !ok {
		return nil, core.Invalid("placement", "is none of home, similar, goes-with, cart, popular and rebuy")
	}
	found, err := call(ctx, q.Request)
	if err != nil {
		var refused *recommend.RequestError
		if errors.As(err, &refused) {
			e := core.Invalid("limit", "%s", err.Error())
			e.Err = err
			return nil, e
		}
		return nil, err
	}
	a.Recommendation = found
	var ids []core.ProductID
	for _, item := range found.Items {
		ids = append(ids, core.ProductID(item.ID))
	}
	for part := range slices.Chunk(ids, core.MaxPageSize) {
		page, err := r.catalog.List(ctx, catalog.ListParams{Channel: q.Channel, Currency: q.Currency, Locale: q.Locale, IDs: part}, core.PageQuery{Limit: len(part)})
		if err != nil {
			return nil, err
		}
		for _, c := range page.Items {
			a.Products[string(c.ID)] = c
		}
	}
	found.Items = slices.DeleteFunc(found.Items, func(x recommend.Recommended) bool { _, shown := a.Products[x.ID]; return !shown })
	if len(found.Items) > 0 {
		e := analytics.Event{Placement: string(q.Placement), Session: q.Session, Customer: core.ActorFrom(ctx).Customer, Bucket: found.Bucket, Model: found.ModelVersion, Region: q.Context.Region}
		for _, x := range found.Items {
			e.Shown = append(e.Shown, core.ProductID(x.ID))
		}
		a.ID = r.recorder.Answer(e)
	}
	return a, nil
}
