package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/bodega-commerce/bodega"
	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/setting"
	"github.com/bodega-commerce/bodega/storage"
)

// seed of the sample shop. Nothing is special about it.
const seed = 1

// Ensure makes an empty shop the sample shop, once; one that holds anything of
// its own is left alone. It goes on where an earlier call was cut short. say is
// told what happens, in sentences for people.
//
// It returns when the shop can be used. Its pictures are drawn after that, until
// ctx ends; the next call draws what is missing then.
func Ensure(ctx context.Context, shop *bodega.Shop, say func(what string)) error {
	ctx = core.WithActor(ctx, core.System("demo"))
	at, empty, err := inspect(ctx, shop)
	if err != nil || !empty && at.Stages == 0 || at.Loaded && at.Pictures {
		return err
	}
	began := time.Now()
	cfg := at.config()
	if at.Stages == 0 {
		if cfg, err = ConfigFor(ctx, shop, seed, began); err != nil {
			return err
		}
	}
	if !at.Loaded {
		say("Making the sample shop: a few seconds, this once.")
	}
	w := Generate(cfg)
	if !at.Loaded {
		err := Load(ctx, shop, w, nil)
		if core.CodeOf(err) == codeLoading {
			say("Another process is making the sample shop.")
			return nil
		}
		if err != nil {
			return err
		}
		if err := shop.DB().Analyze(ctx); err != nil {
			return err
		}
		say(fmt.Sprintf("The sample shop is ready after %.1f s: %d products, %d customers, %d orders. Its pictures are being drawn.",
			time.Since(began).Seconds(), len(w.Products), len(w.Customers), len(w.Orders)))
	}
	go func() {
		if err := Paint(ctx, shop, w); err != nil && ctx.Err() == nil {
			say("The pictures of the sample shop are not complete; the next start goes on with them: " + err.Error())
		}
	}()
	return nil
}

// inspect reads how far the sample shop is, and whether the shop is empty.
func inspect(ctx context.Context, shop *bodega.Shop) (at mark, empty bool, err error) {
	err = shop.DB().View(ctx, func(tx storage.Tx) error {
		if _, err := setting.Get(ctx, tx.Settings(), markKey, &at); err != nil {
			return err
		}
		products, err := tx.Catalog().ProductIDs(ctx, "", 1)
		if err != nil {
			return err
		}
		categories, err := tx.Catalog().Categories(ctx)
		if err != nil {
			return err
		}
		classes, err := tx.Taxes().Classes(ctx)
		if err != nil {
			return err
		}
		orders, err := tx.Orders().List(ctx, order.Filter{}, core.PageQuery{Limit: 1})
		empty = len(products)+len(categories)+len(classes)+len(orders.Items) == 0
		return err
	})
	return at, empty, err
}

// drawn is a picture on its way into the shop.
type drawn struct {
	Picture
	data []byte
	err  error
}

// Paint draws the pictures of products that have none yet and gives them to
// the shop: one for each product first.
func Paint(ctx context.Context, shop *bodega.Shop, w *World) error {
	ctx = core.WithActor(ctx, core.System("demo"))
	missing, err := unpainted(ctx, shop, w)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ready := make(chan drawn, 2)
	go func() {
		defer close(ready)
		for _, p := range missing {
			data, err := p.JPEG(Side)
			select {
			case ready <- drawn{p, data, err}:
			case <-ctx.Done():
				return
			}
		}
	}()
	for d := range ready {
		if d.err != nil {
			return d.err
		}
		if err := hang(ctx, shop, d); err != nil && !core.IsKind(err, core.KindNotFound) { // deleted meanwhile
			return err
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return shop.DB().Update(ctx, func(tx storage.Tx) error {
		var at mark
		version, err := setting.Get(ctx, tx.Settings(), markKey, &at)
		if err != nil {
			return err
		}
		at.Pictures = true
		_, err = setting.Put(ctx, tx.Settings(), markKey, at, version, time.Now().UTC())
		return err
	})
}

// unpainted are the pictures the shop lacks: the first of every product, then
// the second ones.
func unpainted(ctx context.Context, shop *bodega.Shop, w *World) (out []Picture, err error) {
	has := map[core.ProductID]int{}
	ids := make([]core.ProductID, len(w.Products))
	for i, p := range w.Products {
		ids[i] = p.ID
	}
	if err := shop.DB().View(ctx, func(tx storage.Tx) error {
		images, err := tx.Catalog().Images(ctx, ids)
		for _, i := range images {
			has[i.ProductID]++
		}
		return err
	}); err != nil {
		return nil, err
	}
	var second []Picture
	nth := map[core.ProductID]int{}
	for _, p := range w.Pictures {
		nth[p.Product]++
		switch {
		case nth[p.Product] <= has[p.Product]:
		case nth[p.Product] == 1:
			out = append(out, p)
		default:
			second = append(second, p)
		}
	}
	return append(out, second...), nil
}

// hang gives a picture to its product and to the variants it shows.
func hang(ctx context.Context, shop *bodega.Shop, d drawn) error {
	image, err := shop.Catalog.AddImage(ctx, d.Product, d.data, catalog.NewImage{Alt: d.Alt})
	if err != nil || len(d.Variants) == 0 {
		return err
	}
	return shop.DB().Update(ctx, func(tx storage.Tx) error {
		now := core.Clock(nil).Now()
		// The product is held before its variants are read, as every writer does.
		if _, err := tx.Catalog().LockProduct(ctx, d.Product, 0, now); err != nil {
			return err
		}
		vs, err := tx.Catalog().Variants(ctx, d.Variants)
		if err != nil {
			return err
		}
		for i := range vs {
			vs[i].Images, vs[i].UpdatedAt = []core.ImageID{image.ID}, now
		}
		if err := tx.Catalog().UpdateVariants(ctx, vs); err != nil {
			return err
		}
		e, err := core.NewEvent(ctx, nil, now, catalog.EventProductUpdated, d.Product,
			catalog.ProductEvent{ProductID: d.Product, Changed: []string{"variants"}, Variants: d.Variants})
		if err != nil {
			return err
		}
		return tx.Events().Append(ctx, e)
	})
}
