package settlement

import (
	"context"
	"fmt"
	"slices"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/stock"
)

// CheckLines returns nil when every line is of the order, named once and has a
// quantity above zero; field is the path errors name.
func CheckLines(o *order.Order, field string, lines []order.Quantity) error {
	var v core.Violations
	seen := map[core.LineID]bool{}
	for i, l := range lines {
		at := fmt.Sprintf("%s[%d]", field, i)
		v.Check(o.Line(l.Line) != nil, at+".line_id", "the order has no line %q", l.Line)
		v.Check(!seen[l.Line], at+".line_id", "is named twice")
		v.Check(l.Quantity > 0, at+".quantity", "must be above zero")
		seen[l.Line] = true
	}
	return v.Err()
}

// Return counts pieces of an order, locked in tx, that came back from the
// buyer. With restock they are on hand again: at the location, or with "" where
// they were taken from. ref names what brought them back.
func (s *Service) Return(ctx context.Context, tx Tx, o *order.Order, lines []order.Quantity, restock bool, at core.LocationID, ref string) error {
	if len(lines) == 0 {
		return nil
	}
	changes := make([]order.Change, len(lines))
	for i, l := range lines {
		changes[i] = order.Change{Line: l.Line, Returned: l.Quantity}
	}
	if err := tx.Orders().Count(ctx, o, changes...); err != nil {
		return err
	}
	if restock {
		if err := s.restock(ctx, tx, o, lines, at, ref); err != nil {
			return err
		}
	}
	next := o.States
	var err error
	if next.Fulfilment, err = s.FulfilmentState(ctx, tx, o); err != nil {
		return err
	}
	return s.Step(ctx, tx, o, next)
}

func (s *Service) restock(ctx context.Context, tx Tx, o *order.Order, lines []order.Quantity, at core.LocationID, ref string) error {
	var ids []core.StockItemID
	for _, l := range lines {
		if id := o.Line(l.Line).StockItem; id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	items, err := tx.Stock().Items(ctx, ids)
	if err != nil {
		return err
	}
	tracked := map[core.StockItemID]bool{}
	for _, i := range items {
		tracked[i.ID] = i.Tracked
	}
	var sources []order.Source
	if at == "" {
		fs, err := tx.Orders().Fulfilments(ctx, o.ID)
		if err != nil {
			return err
		}
		for _, f := range slices.Backward(fs) {
			if f.State != order.ShipmentCancelled {
				sources = append(sources, f.Sources...)
			}
		}
	}
	var back []stock.Change
	add := func(item core.StockItemID, to core.LocationID, n int64) {
		back = append(back, stock.Change{ItemID: item, LocationID: to, Quantity: n, Ref: ref})
	}
	for _, l := range lines {
		item, left := o.Line(l.Line).StockItem, l.Quantity
		if !tracked[item] {
			continue
		}
		for _, src := range sources {
			if n := min(src.Quantity, left); src.Line == l.Line && n > 0 {
				add(item, src.Location, n)
				left -= n
			}
		}
		if left == 0 {
			continue
		}
		to := at
		if to == "" {
			if to, err = s.receiving(ctx, tx); err != nil {
				return err
			}
		}
		add(item, to, left)
	}
	if len(back) == 0 {
		return nil
	}
	_, err = s.stock.Move(ctx, tx.Stock(), stock.Return, back...)
	return err
}

// receiving is where goods go that come from nowhere known.
func (s *Service) receiving(ctx context.Context, tx Tx) (core.LocationID, error) {
	all, err := tx.Stock().Locations(ctx)
	if err != nil {
		return "", err
	}
	for _, l := range all {
		if l.Active {
			return l.ID, nil
		}
	}
	return "", core.Invalid("location_id", "is required: no location is active")
}
