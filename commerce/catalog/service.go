package catalog

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// Tx is what the catalog's services need of a transaction.
type Tx interface {
	Catalog() Store
	Events() core.EventWriter
}

// Config says how the catalog works. The zero value is right for most shops.
type Config struct {
	IDs   *core.IDs  // makes new IDs; default: random ones
	Clock core.Clock // tells the time; default: the system clock
	// Items gives new variants of physical products what is counted for them: it runs in the
	// transaction that inserts them and sets the StockItemID of those that have
	// none. Default: none; such variants are not tracked.
	Items func(ctx context.Context, tx Tx, variants []Variant) error
	// CachedCards is how many products' cards are kept in memory for lists. A
	// card takes about 1 KiB. Default 20,000; negative keeps none.
	CachedCards int
	// Blobs keeps the renditions of images. Default: none; images are refused.
	Blobs Blobs
	// Images shapes the renditions of images. Default: see ImageConfig.
	Images ImageConfig
	// Rematch is how often products are matched anew with rules that depend on
	// the time (created, price). Default 1 h.
	Rematch time.Duration
}

// Service manages and shows the catalog. Safe for concurrent use.
type Service struct {
	db    core.Runner[Tx]
	cfg   Config
	cards *cardCache
	rules ruleCache

	markets atomic.Pointer[markets] // see Market

	rendering chan struct{} // holds a token for each image being rendered
}

// New makes the service over a database.
func New(db core.Runner[Tx], cfg Config) *Service {
	if cfg.CachedCards == 0 {
		cfg.CachedCards = 20_000
	}
	if cfg.Rematch <= 0 {
		cfg.Rematch = time.Hour
	}
	return &Service{db: db, cfg: cfg, cards: newCardCache(cfg.CachedCards), rendering: make(chan struct{}, max(cfg.Images.Parallel, 1))}
}

func (s *Service) now() time.Time { return s.cfg.Clock.Now() }

// event appends an event about one thing.
func (s *Service) event(ctx context.Context, tx Tx, typ, aggregate string, data any) error {
	e, err := core.NewEvent(ctx, s.cfg.IDs, s.now(), typ, aggregate, data)
	if err != nil {
		return err
	}
	return tx.Events().Append(ctx, e)
}

// ProductEvent is the data of product.created, product.updated and
// product.deleted.
type ProductEvent struct {
	ProductID core.ProductID   `json:"product_id"`
	Slug      string           `json:"slug,omitempty"`
	Changed   []string         `json:"changed,omitempty"`     // JSON names of what changed: "title", "variants"
	Variants  []core.VariantID `json:"variant_ids,omitempty"` // the variants it is about, when not all
}

// The types of event about products.
const (
	EventProductCreated = "product.created"
	EventProductUpdated = "product.updated"
	EventProductDeleted = "product.deleted"
)

// changed ends every write of products: it tells of them. What is kept of
// products elsewhere and must agree with them at once is brought up to date
// here.
func (s *Service) changed(ctx context.Context, tx Tx, typ string, about ...ProductEvent) error {
	events := make([]core.Event, 0, len(about))
	now := s.now()
	for _, a := range about {
		e, err := core.NewEvent(ctx, s.cfg.IDs, now, typ, a.ProductID, a)
		if err != nil {
			return err
		}
		events = append(events, e)
	}
	if typ != EventProductDeleted {
		if err := s.rematch(ctx, tx, about); err != nil {
			return err
		}
	}
	return tx.Events().Append(ctx, events...)
}
