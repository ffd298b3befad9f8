package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/bodega-commerce/bodega"
	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/setting"
	"github.com/bodega-commerce/bodega/storage"
)

// markKey is the setting that says which world a shop has and how far it is
// loaded.
const markKey = "demo"

// codeLoading is the code of the error that another process is loading, too.
const codeLoading = "demo_loading"

// mark is its value.
type mark struct {
	Seed     uint64          `json:"seed"`
	Now      time.Time       `json:"now"`
	Size     float64         `json:"size"`
	Channel  core.ChannelID  `json:"channel_id"`
	Location core.LocationID `json:"location_id"`
	Stages   int             `json:"stages"` // that are done
	Loaded   bool            `json:"loaded"`
	Pictures bool            `json:"pictures"` // are drawn
}

func (m mark) config() Config {
	return Config{Seed: m.Seed, Now: m.Now, Size: m.Size, Channel: m.Channel, Location: m.Location}
}

// stage is one transaction of loading.
type stage struct {
	what string
	do   func(ctx context.Context, tx storage.Tx) error
}

// Load writes a world into a shop that has none, in a few dozen transactions,
// and tells how far it is. Should it be cut short, the next call with the same
// world goes on where it stopped. The world's Config must name the shop's first
// channel and location; see [ConfigFor].
func Load(ctx context.Context, shop *bodega.Shop, w *World, progress func(done, total int, what string)) error {
	ctx = core.WithActor(ctx, core.System("demo"))
	stages := w.stages()
	var at mark
	if err := shop.DB().View(ctx, func(tx storage.Tx) error {
		_, err := setting.Get(ctx, tx.Settings(), markKey, &at)
		return err
	}); err != nil {
		return err
	}
	for n := at.Stages; n < len(stages); n++ {
		if progress != nil {
			progress(n, len(stages), stages[n].what)
		}
		err := shop.DB().Update(ctx, func(tx storage.Tx) error {
			// Of two processes that load at once, one gives up.
			var now mark
			version, err := setting.Get(ctx, tx.Settings(), markKey, &now)
			if err != nil {
				return err
			}
			if now.Stages != n {
				return core.Errorf(core.KindConflict, codeLoading, "another process is loading the sample shop")
			}
			if err := stages[n].do(ctx, tx); err != nil {
				return fmt.Errorf("%s: %w", stages[n].what, err)
			}
			now = mark{Seed: w.Seed, Now: w.Now, Size: w.Size, Channel: w.Config.Channel, Location: w.Config.Location, Stages: n + 1, Loaded: n+1 == len(stages)}
			_, err = setting.Put(ctx, tx.Settings(), markKey, now, version, time.Now().UTC())
			return err
		})
		if err != nil {
			return err
		}
	}
	_, err := shop.Catalog.RefreshCollections(ctx)
	if progress != nil && err == nil {
		progress(len(stages), len(stages), "done")
	}
	return err
}

// ConfigFor is the configuration of a world for a shop: with the channel and
// the location the shop has already.
func ConfigFor(ctx context.Context, shop *bodega.Shop, seed uint64, now time.Time) (Config, error) {
	cfg := Config{Seed: seed, Now: now}
	err := shop.DB().View(ctx, func(tx storage.Tx) error {
		c, err := tx.Catalog().ChannelByCode(ctx, catalog.DefaultChannel)
		if err != nil {
			return err
		}
		locations, err := tx.Stock().Locations(ctx)
		if err != nil {
			return err
		}
		cfg.Channel = c.ID
		for _, l := range locations {
			cfg.Location = l.ID
			break
		}
		return nil
	})
	return cfg, err
}

// batches makes a stage of so many of a list at a time.
func batches[T any](out []stage, what string, list []T, size int, do func(ctx context.Context, tx storage.Tx, part []T) error) []stage {
	for part := range slices.Chunk(list, size) {
		out = append(out, stage{what, func(ctx context.Context, tx storage.Tx) error { return do(ctx, tx, part) }})
	}
	return out
}

// stages are all that has to be written, in order.
func (w *World) stages() []stage {
	out := []stage{{"channels, taxes, shipping and promotions", w.market}, {"categories and attributes", w.organize}}
	out = batches(out, "stock items", w.Items, 2000, insertItems)
	out = batches(out, "products", w.Products, 150, w.insertProducts)
	out = batches(out, "prices", w.Prices, 8000, insertPrices)
	out = append(out, stage{"collections", w.insertCollections})
	out = batches(out, "customers", w.Customers, 2500, insertCustomers)
	out = batches(out, "customers", w.Addresses, 2500, insertAddresses)
	out = batches(out, "orders", w.Orders, 2500, insertOrders)
	out = batches(out, "orders", w.Events, 10000, insertEvents)
	out = batches(out, "parcels", w.Fulfilments, 8000, insertFulfilments)
	out = batches(out, "refunds", w.Refunds, 5000, insertRefunds)
	out = batches(out, "payments", w.Payments, 5000, insertPayments)
	out = batches(out, "payments", w.Postings, 10000, insertPostings)
	out = batches(out, "promotions", w.Redemptions, 2000, insertRedemptions)
	out = append(out, stage{"stock", w.fillStock})
	return append(out, stage{"reviews", w.insertReviews})
}

func (w *World) insertReviews(ctx context.Context, tx storage.Tx) error {
	if err := tx.Reviews().Insert(ctx, w.Reviews...); err != nil {
		return err
	}
	stars := w.stars()
	for i := range w.Products {
		id := w.Products[i].ID
		if s, ok := stars[id]; ok {
			if _, err := tx.Reviews().AddStars(ctx, id, s); err != nil {
				return err
			}
		}
	}
	return nil
}
