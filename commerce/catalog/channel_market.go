package catalog

import (
	"context"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// marketAge bounds how long channels may be taken from memory after another
// process changed them.
const marketAge = time.Second

// markets are all channels, as they were read.
type markets struct {
	at       time.Time
	channels []Channel
}

// Market returns the active channel with an ID or code ("" is DefaultChannel),
// for shoppers: it comes from memory when it was read within the last second.
// An unknown channel is KindNotFound, a closed one a "channel_inactive"
// conflict.
func (s *Service) Market(ctx context.Context, ref string) (Channel, error) {
	if ref == "" {
		ref = DefaultChannel
	}
	now := time.Now()
	m := s.markets.Load()
	if m == nil || now.Sub(m.at) >= marketAge {
		channels, err := s.Channels(ctx)
		if err != nil {
			return Channel{}, err
		}
		m = &markets{now, channels}
		s.markets.Store(m)
	}
	for _, c := range m.channels {
		if string(c.ID) != ref && c.Code != ref {
			continue
		}
		if !c.Active {
			return Channel{}, core.Errorf(core.KindConflict, "channel_inactive", "the channel %s is closed", c.Code)
		}
		return c, nil
	}
	return Channel{}, core.NotFound("channel", ref)
}

// StockItems returns what is counted for the active variants of products, so
// that lists can tell what is available. Products that do not exist are left
// out. It needs no permission.
func (s *Service) StockItems(ctx context.Context, products []core.ProductID) (map[core.ProductID][]core.StockItemID, error) {
	if len(products) > core.MaxPageSize {
		return nil, core.Invalid("product_ids", "at most %d at a time", core.MaxPageSize)
	}
	out := make(map[core.ProductID][]core.StockItemID, len(products))
	err := s.db.View(ctx, func(tx Tx) error {
		clear(out)
		variants, err := tx.Catalog().VariantsOf(ctx, products)
		for _, v := range variants {
			if !v.Inactive {
				out[v.ProductID] = append(out[v.ProductID], v.StockItemID)
			}
		}
		return err
	})
	return out, err
}
