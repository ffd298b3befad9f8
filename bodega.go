package bodega

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/analytics"
	"github.com/bodega-commerce/bodega/commerce/basket"
	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/checkout"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/fulfil"
	"github.com/bodega-commerce/bodega/commerce/idempotency"
	"github.com/bodega-commerce/bodega/commerce/memo"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/outbox"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/commerce/payment/manual"
	"github.com/bodega-commerce/bodega/commerce/promo"
	"github.com/bodega-commerce/bodega/commerce/quote"
	"github.com/bodega-commerce/bodega/commerce/refund"
	"github.com/bodega-commerce/bodega/commerce/review"
	"github.com/bodega-commerce/bodega/commerce/settlement"
	"github.com/bodega-commerce/bodega/commerce/shipping"
	"github.com/bodega-commerce/bodega/commerce/stock"
	"github.com/bodega-commerce/bodega/commerce/tax"
	"github.com/bodega-commerce/bodega/internal/connect"
	"github.com/bodega-commerce/bodega/internal/httpapi"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/bodega-commerce/bodega/storage/blob"
)

// Config says how a shop works. The zero value is a shop that takes orders by
// invoice, in euros.
type Config struct {
	// Logger gets what people who run the shop should know. Default
	// slog.Default().
	Logger *slog.Logger
	// Currency of the first channel, made when the database is empty. Default
	// EUR.
	Currency money.Currency
	// Providers take the money. Default: manual, that is invoice or cash.
	Providers []payment.Provider
	// Blobs keeps images. Default: memory, so that they are lost with the process.
	Blobs catalog.Blobs
	// Risk looks at orders before money moves. Default: all are welcome.
	Risk checkout.Risk
	// AuthorizeOnly leaves taking the money to staff. Default false.
	AuthorizeOnly bool
	// Hold is how long stock waits for a payment. Default 30 min.
	Hold time.Duration
	// BuyerCancelWindow is how long after ordering customers may cancel their own
	// orders, while nothing is fulfilled. Default 0: they may not.
	BuyerCancelWindow time.Duration
	// Account tunes sign-in, tokens and password hashing. Its IDs and Clock are
	// the shop's.
	Account account.Config
	// SnapshotAge bounds how long channels, taxes, shipping and promotions may
	// be taken from memory after another process changed them. Default 1 s.
	SnapshotAge time.Duration
	// Search says how products are searched. The zero value searches in memory.
	Search SearchConfig
	// Recommend says how products are recommended. The zero value learns from
	// orders and from what shoppers do.
	Recommend RecommendConfig
	// HTTP says how the API is served.
	HTTP HTTPConfig
	// IDs makes identifiers. Default random ones.
	IDs *core.IDs
	// Clock tells the time. Default the system clock.
	Clock core.Clock
	// KeepSchema leaves the schema to somebody else: New fails when it is not up
	// to date. Default false: New brings it up to date.
	KeepSchema bool
}

// HTTPConfig says how Shop.Handler serves. The zero value is right.
type HTTPConfig struct {
	// BasePath is the prefix the handler is mounted under, where a ServeMux
	// pattern does not tell it. Default none.
	BasePath string
	// AllowedOrigins may call the API from a browser. Default none.
	AllowedOrigins []string
	// TrustedProxies are believed about X-Forwarded-For. Default none.
	TrustedProxies []netip.Prefix
	// Guesses bounds how often clients may be wrong about guests' orders and
	// promotion codes. Default 20 times at once, then once every 15 s.
	Guesses Guesses
	// Version is shown in the API's description. Default "dev".
	Version string
}

// SearchConfig says how products are searched: Off, the indexes of words and of
// meaning (storage/bleve, storage/chromem, storage/qdrant; default memory), and
// the embedder (default: trained on the catalog).
type SearchConfig = connect.SearchConfig

// RecommendConfig says how products are recommended.
type RecommendConfig = connect.RecommendConfig

// RecommendRequest asks for recommendations in a market, for
// Shop.Recommend.Answer.
type RecommendRequest = connect.RecommendRequest

// SearchRequest is a search in a market, for Shop.Search.Query.
type SearchRequest = connect.SearchRequest

// Guesses bounds how often clients may be wrong about what can be guessed.
type Guesses = httpapi.Guesses

// Shop is a whole shop: each field is a service that can be used alone. Safe
// for concurrent use.
type Shop struct {
	Catalog    *catalog.Service    // products, prices, categories, collections, channels, images
	Reviews    *review.Service     // what buyers say
	Stock      *stock.Service      // what is where
	Carts      *basket.Service     // what shoppers are about to buy
	Checkout   *checkout.Service   // carts become orders
	Orders     *order.Service      // what was bought
	Payments   *payment.Service    // the ledger
	Settlement *settlement.Service // captures, and cleaning up after payment providers
	Fulfilment *fulfil.Service     // shipping, delivery, returns
	Refunds    *refund.Service     // refunds and cancellations
	Accounts   *account.Service    // customers, staff, sessions, API keys
	Taxes      *tax.Service
	Shipping   *shipping.Service
	Promotions *promo.Service
	Analytics  *analytics.Service // what shoppers were shown and did
	Search     *connect.Search    // finds products; up to date while Run runs
	Recommend  *connect.Recommend // recommends products; up to date while Run runs
	Events     *outbox.Service    // deliveries that failed, and replaying
	Relay      *outbox.Relay      // delivers events; subscribe before Run

	db          *storage.DB
	cfg         Config
	shared      *shared
	idempotency *idempotency.Service
	memos       *memo.Service
}

// shared is what a shop and those bound to a transaction have in common.
type shared struct {
	loader    *quote.Loader
	recorder  *analytics.Recorder
	search    *connect.Search
	recommend *connect.Recommend
}

// New makes a shop over a database: it brings the schema up to date and makes
// the default channel and stock location when there are none.
func New(ctx context.Context, db *storage.DB, cfg Config) (*Shop, error) {
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	if cfg.Currency == "" {
		cfg.Currency = "EUR"
	}
	if !cfg.Currency.Valid() {
		return nil, core.Invalid("currency", "%q is not an ISO 4217 code", string(cfg.Currency))
	}
	if len(cfg.Providers) == 0 {
		cfg.Providers = []payment.Provider{manual.New(manual.Config{})}
	}
	if cfg.Blobs == nil {
		cfg.Blobs = &blob.Memory{}
	}
	cfg.Account.IDs, cfg.Account.Clock = cfg.IDs, cfg.Clock
	if cfg.KeepSchema {
		pending, err := db.Pending(ctx)
		if err != nil {
			return nil, err
		}
		if len(pending) > 0 {
			return nil, core.Errorf(core.KindConflict, "schema_outdated", "the database's schema is not up to date: migrate it first")
		}
	} else if _, err := db.Migrate(ctx); err != nil {
		return nil, err
	}
	s, err := build(db, cfg, &shared{loader: quote.NewLoader(quote.LoaderConfig{MaxAge: cfg.SnapshotAge, Clock: cfg.Clock})})
	if err != nil {
		return nil, err
	}
	if err := s.subscribe(); err != nil {
		return nil, err
	}
	return s, s.defaults(core.WithActor(ctx, core.System("setup")))
}

// build makes the services over a database, or over one transaction of it.
func build(db *storage.DB, cfg Config, common *shared) (*Shop, error) {
	s := &Shop{db: db, cfg: cfg, shared: common}
	pricer := basket.NewPricer(common.loader)
	changed := common.loader.Invalidate
	var err error
	s.Catalog = catalog.New(core.Narrow(db, func(tx storage.Tx) catalog.Tx { return tx }),
		catalog.Config{IDs: cfg.IDs, Clock: cfg.Clock, Blobs: cfg.Blobs, Items: stockItems(cfg)})
	s.Reviews = review.New(core.Narrow(db, func(tx storage.Tx) review.Tx { return tx }), review.Config{IDs: cfg.IDs, Clock: cfg.Clock, Purchased: boughtBefore(db)})
	s.Stock = stock.New(core.Narrow(db, func(tx storage.Tx) stock.Tx { return tx }), stock.Config{IDs: cfg.IDs, Clock: cfg.Clock})
	s.Carts = basket.New(core.Narrow(db, func(tx storage.Tx) basket.Tx { return tx }), pricer, basket.Config{IDs: cfg.IDs, Clock: cfg.Clock})
	s.Orders = order.New(core.Narrow(db, func(tx storage.Tx) order.Tx { return tx }), order.Config{IDs: cfg.IDs, Clock: cfg.Clock})
	s.Payments = payment.New(core.Narrow(db, func(tx storage.Tx) payment.Tx { return tx }),
		payment.Config{Providers: cfg.Providers, IDs: cfg.IDs, Clock: cfg.Clock})
	if s.Settlement, err = settlement.New(core.Narrow(db, func(tx storage.Tx) settlement.Tx { return tx }), s.Payments,
		settlement.Config{Hold: cfg.Hold, IDs: cfg.IDs, Clock: cfg.Clock}); err != nil {
		return nil, err
	}
	s.Checkout = checkout.New(core.Narrow(db, func(tx storage.Tx) checkout.Tx { return tx }), pricer, s.Settlement,
		checkout.Config{AuthorizeOnly: cfg.AuthorizeOnly, Risk: cfg.Risk, Joined: db.Tx() != nil, IDs: cfg.IDs, Clock: cfg.Clock})
	s.Fulfilment = fulfil.New(core.Narrow(db, func(tx storage.Tx) fulfil.Tx { return tx }), s.Settlement, fulfil.Config{IDs: cfg.IDs, Clock: cfg.Clock})
	s.Refunds = refund.New(core.Narrow(db, func(tx storage.Tx) refund.Tx { return tx }), s.Settlement, refund.Config{BuyerCancelWindow: cfg.BuyerCancelWindow, IDs: cfg.IDs, Clock: cfg.Clock})
	if s.Accounts, err = account.New(core.Narrow(db, func(tx storage.Tx) account.Tx { return tx }), cfg.Account); err != nil {
		return nil, err
	}
	s.Taxes = tax.New(core.Narrow(db, func(tx storage.Tx) tax.Tx { return tx }), tax.Config{IDs: cfg.IDs, Clock: cfg.Clock, OnChange: changed})
	s.Shipping = shipping.New(core.Narrow(db, func(tx storage.Tx) shipping.Tx { return tx }), shipping.Config{IDs: cfg.IDs, Clock: cfg.Clock, OnChange: changed})
	s.Promotions = promo.New(core.Narrow(db, func(tx storage.Tx) promo.Tx { return tx }), promo.Config{IDs: cfg.IDs, Clock: cfg.Clock, OnChange: changed})
	outboxDB := core.Narrow(db, func(tx storage.Tx) outbox.Tx { return tx })
	s.Relay = outbox.NewRelay(outboxDB, outbox.RelayConfig{Clock: cfg.Clock, Logger: cfg.Logger})
	s.Events = outbox.New(outboxDB, outbox.Config{Clock: cfg.Clock, Relay: s.Relay})
	s.Analytics = analytics.New(core.Narrow(db, func(tx storage.Tx) analytics.Tx { return tx }), analytics.Config{IDs: cfg.IDs, Clock: cfg.Clock})
	s.memos = memo.New(core.Narrow(db, func(tx storage.Tx) memo.Tx { return tx }), memo.Config{Clock: cfg.Clock})
	if common.recorder == nil {
		common.recorder = analytics.NewRecorder(s.Analytics, cfg.Logger)
		cfg.Search.Logger, cfg.Search.Clock = cfg.Logger, cfg.Clock
		common.search = connect.NewSearch(core.Narrow(db, func(tx storage.Tx) connect.SearchTx { return tx }), s.Catalog, common.recorder, s.memos, cfg.Search)
		cfg.Recommend.Logger, cfg.Recommend.Clock = cfg.Logger, cfg.Clock
		if common.recommend, err = connect.NewRecommend(core.Narrow(db, func(tx storage.Tx) connect.SearchTx { return tx }), s.Catalog, s.Analytics, common.recorder, cfg.Recommend); err != nil {
			return nil, err
		}
	}
	s.Analytics.Attach(common.recorder)
	s.Search, s.Recommend = common.search, common.recommend
	s.idempotency = idempotency.New(core.Narrow(db, func(tx storage.Tx) idempotency.Tx { return tx }), idempotency.Config{Clock: cfg.Clock})
	return s, nil
}

// DB is the shop's database, for transactions of the program's own.
func (s *Shop) DB() *storage.DB { return s.db }

// Join returns the shop within a transaction of the program that embeds it (a
// *sql.Tx, or on PostgreSQL a pgx.Tx): everything its services do is committed
// or rolled back with that transaction. Do not Run or serve the result.
func (s *Shop) Join(hostTx any) (*Shop, error) {
	db, err := s.db.Join(hostTx)
	if err != nil {
		return nil, err
	}
	return build(db, s.cfg, s.shared)
}

// Within runs fn with the shop in one new transaction: everything fn does
// through it commits together, or nothing does. fn may run again.
func (s *Shop) Within(ctx context.Context, fn func(bound *Shop) error) error {
	return s.db.Within(ctx, func(db *storage.DB) error {
		bound, err := build(db, s.cfg, s.shared)
		if err != nil {
			return err
		}
		return fn(bound)
	})
}

// Handler serves the shop's HTTP API with its description at /openapi.json and
// its pages at /docs. It works below any prefix of any ServeMux:
//
//	mux.Handle("/shop/", shop.Handler())
func (s *Shop) Handler() http.Handler {
	return httpapi.New(s.services(), httpapi.Config{Logger: s.cfg.Logger, BasePath: s.cfg.HTTP.BasePath, AllowedOrigins: s.cfg.HTTP.AllowedOrigins,
		TrustedProxies: s.cfg.HTTP.TrustedProxies, Guesses: s.cfg.HTTP.Guesses, Version: s.cfg.HTTP.Version, Clock: s.cfg.Clock, Ready: s.db.Ping,
		Within: func(ctx context.Context, fn func(httpapi.Services, idempotency.Store) error) error {
			return s.db.Within(ctx, func(db *storage.DB) error {
				bound, err := build(db, s.cfg, s.shared)
				if err != nil {
					return err
				}
				return fn(bound.services(), db.Tx().Idempotency())
			})
		}})
}

func (s *Shop) services() httpapi.Services {
	return httpapi.Services{Catalog: s.Catalog, Reviews: s.Reviews, Stock: s.Stock, Carts: s.Carts, Checkout: s.Checkout, Orders: s.Orders,
		Payments: s.Payments, Settlement: s.Settlement, Fulfilment: s.Fulfilment, Refunds: s.Refunds, Accounts: s.Accounts, Taxes: s.Taxes,
		Shipping: s.Shipping, Promotions: s.Promotions, Events: s.Events, Idempotency: s.idempotency, Analytics: s.Analytics, Search: s.Search, Recommend: s.Recommend}
}
