package stock

import (
	"cmp"
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// ItemParams describes a new item.
type ItemParams struct {
	SKU        string    `json:"sku"`       // unique, up to 100 bytes
	Untracked  bool      `json:"untracked"` // sold in any quantity, never counted
	Policy     Policy    `json:"policy"`    // default Deny
	Cap        int64     `json:"cap"`       // with Backorder and Preorder: 1 to MaxQuantity
	PromisedAt time.Time `json:"promised_at,omitzero"`
}

// ItemUpdate changes an item; nil leaves a field alone.
type ItemUpdate struct {
	Version    int64      `json:"version"` // the one that was read; 0 is any
	SKU        *string    `json:"sku,omitempty"`
	Tracked    *bool      `json:"tracked,omitempty"`
	Policy     *Policy    `json:"policy,omitempty"`
	Cap        *int64     `json:"cap,omitempty"`
	PromisedAt *time.Time `json:"promised_at,omitempty"`
}

// NewItem makes an item of its description, for whoever inserts it in a
// transaction of their own; path is what errors name it by.
func (k Clerk) NewItem(p ItemParams, path string) (Item, error) {
	now := k.Clock.Now()
	i := Item{ID: core.NewID[core.StockItemID](k.IDs, core.PrefixStockItem), SKU: strings.TrimSpace(p.SKU), Tracked: !p.Untracked, Policy: p.Policy,
		Cap: p.Cap, PromisedAt: p.PromisedAt, Version: 1, CreatedAt: now, UpdatedAt: now}
	return i, i.Validate(path)
}

// Validate checks the item and fills in the default policy. path is what
// errors name it by, for instance "items[2]"; it may be empty.
func (i *Item) Validate(path string) error {
	if i.Policy == "" {
		i.Policy = Deny
	}
	if path != "" {
		path += "."
	}
	i.PromisedAt = i.PromisedAt.UTC().Truncate(time.Microsecond)
	var v core.Violations
	v.Check(i.SKU != "" && len(i.SKU) <= 100 && core.ValidLine(i.SKU), path+"sku", "must be 1 to 100 bytes of text in one line")
	switch i.Policy {
	case Deny:
		v.Check(i.Cap == 0, path+"cap", "must be 0 with the policy deny")
	case Backorder, Preorder:
		v.Check(i.Cap > 0 && i.Cap <= MaxQuantity, path+"cap", "must be between 1 and %d", MaxQuantity)
	default:
		v.Check(false, path+"policy", `must be "deny", "backorder" or "preorder"`)
	}
	return v.Err()
}

// CreateItems adds items.
func (s *Service) CreateItems(ctx context.Context, params ...ItemParams) ([]Item, error) {
	if err := core.Require(ctx, core.PermStockWrite); err != nil {
		return nil, err
	}
	items := make([]Item, len(params))
	for n, p := range params {
		var err error
		if items[n], err = s.clerk.NewItem(p, "items["+strconv.Itoa(n)+"]"); err != nil {
			return nil, err
		}
	}
	if err := s.db.Update(ctx, func(tx Tx) error { return tx.Stock().InsertItems(ctx, items...) }); err != nil {
		return nil, err
	}
	return items, nil
}

// UpdateItem changes an item and returns it. Lowering the cap below what is
// promised already is refused.
func (s *Service) UpdateItem(ctx context.Context, id core.StockItemID, u ItemUpdate) (i Item, err error) {
	if err := core.Require(ctx, core.PermStockWrite); err != nil {
		return i, err
	}
	err = s.db.Update(ctx, func(tx Tx) error {
		items, err := tx.Stock().Items(ctx, []core.StockItemID{id})
		if err != nil {
			return err
		}
		if len(items) == 0 {
			return core.NotFound("stock_item", id)
		}
		i = items[0]
		seen := cmp.Or(u.Version, i.Version)
		if i.Version != seen {
			return core.Stale("stock_item", id, seen, i.Version)
		}
		set(&i.SKU, u.SKU)
		set(&i.Tracked, u.Tracked)
		set(&i.Policy, u.Policy)
		set(&i.Cap, u.Cap)
		set(&i.PromisedAt, u.PromisedAt)
		if i.Policy == Deny && u.Cap == nil {
			i.Cap = 0
		}
		i.SKU = strings.TrimSpace(i.SKU)
		if err := i.Validate(""); err != nil {
			return err
		}
		i.UpdatedAt = s.clerk.Clock.Now()
		if err := tx.Stock().UpdateItem(ctx, i, seen); err != nil {
			return err
		}
		i.Version++
		return nil
	})
	return i, err
}

// DeleteItem deletes an item of which nothing is on hand or reserved;
// KindConflict otherwise. Its ledger stays.
func (s *Service) DeleteItem(ctx context.Context, id core.StockItemID) error {
	if err := core.Require(ctx, core.PermStockWrite); err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx Tx) error { return tx.Stock().DeleteItem(ctx, id) })
}

// Items returns items with their levels, by ID. Those that do not exist are
// left out.
func (s *Service) Items(ctx context.Context, ids []core.StockItemID) (items []ItemLevels, err error) {
	err = s.read(ctx, func(st Store) error {
		items, err = st.ItemLevels(ctx, ids)
		return err
	})
	return items, err
}

// ItemBySKU returns an item.
func (s *Service) ItemBySKU(ctx context.Context, sku string) (i Item, err error) {
	err = s.read(ctx, func(st Store) error {
		i, err = st.ItemBySKU(ctx, sku)
		return err
	})
	return i, err
}

// ListItems lists items whose SKU begins with the prefix, by SKU.
func (s *Service) ListItems(ctx context.Context, prefix string, q core.PageQuery) (page core.Page[Item], err error) {
	if !core.ValidText(prefix) {
		return page, core.Invalid("sku", "must be valid text")
	}
	err = s.read(ctx, func(st Store) error {
		page, err = st.ListItems(ctx, prefix, q)
		return err
	})
	return page, err
}

// Movements lists the ledger of an item, newest first.
func (s *Service) Movements(ctx context.Context, id core.StockItemID, q core.PageQuery) (page core.Page[Movement], err error) {
	err = s.read(ctx, func(st Store) error {
		page, err = st.Movements(ctx, id, q)
		return err
	})
	return page, err
}
