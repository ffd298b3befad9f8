package catalog

import (
	"context"
	"fmt"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// List returns a page of products as cards. Shoppers see what is published;
// staff see everything, or what has the status asked for. It takes one
// statement when the cards are in memory, two when not. A card is never older
// than the list: the list names the version of each.
func (s *Service) List(ctx context.Context, p ListParams, page core.PageQuery) (core.Page[Card], error) {
	q, err := s.query(ctx, p)
	if err != nil {
		return core.Page[Card]{}, err
	}
	var out core.Page[Card]
	err = s.db.View(ctx, func(tx Tx) error {
		refs, err := tx.Catalog().ListProducts(ctx, q, page)
		if err != nil {
			return err
		}
		found, err := s.load(ctx, tx.Catalog(), refs.Items)
		if err != nil {
			return err
		}
		out = core.Page[Card]{Items: make([]Card, 0, len(refs.Items)), Next: refs.Next}
		for i := range refs.Items {
			if found[i] == nil {
				continue // deleted since the first statement
			}
			card := found[i].in(p.Locale)
			if p.Currency != "" {
				card.Price = RangeOf(card.Ranges, p.Channel, p.Currency, q.At)
			}
			card.Ranges = nil
			out.Items = append(out.Items, card)
		}
		return nil
	})
	return out, err
}

// load returns the cards of refs from memory or the store; nil for those that
// are gone.
func (s *Service) load(ctx context.Context, st Store, refs []CardRef) ([]*cached, error) {
	found, missing := s.cards.get(refs)
	if missing == 0 {
		return found, nil
	}
	ids := make([]core.ProductID, 0, missing)
	for i, ref := range refs {
		if found[i] == nil {
			ids = append(ids, ref.ID)
		}
	}
	cards, err := st.Cards(ctx, ids)
	if err != nil {
		return nil, err
	}
	read := make(map[core.ProductID]*cached, len(cards))
	for _, c := range cards {
		read[c.ID] = s.cards.put(c)
	}
	for i, ref := range refs {
		if found[i] == nil {
			found[i] = read[ref.ID]
		}
	}
	return found, nil
}

func (s *Service) query(ctx context.Context, p ListParams) (ListQuery, error) {
	staff := core.ActorFrom(ctx).Can(core.PermCatalogRead)
	q := ListQuery{ListParams: p, At: s.now(), Published: !staff}
	if q.Sort == "" {
		q.Sort = SortNewest
	}
	var v core.Violations
	v.Check(p.Status == "" || staff || p.Status == StatusActive, "status", "needs the permission %s", core.PermCatalogRead)
	v.Check(p.Currency == "" || p.Currency.Valid(), "currency", "must be an ISO 4217 code in capitals")
	v.Check(p.Currency != "" || p.MinPrice == nil && p.MaxPrice == nil && q.Sort != SortPrice && q.Sort != SortPriceDesc, "currency", "is required with prices")
	v.Check(q.Sort != SortPosition || p.Collection != "", "sort", "%q needs a collection", SortPosition)
	v.Check(p.Locale == "" || ValidLocale(p.Locale), "locale", "must be a BCP 47 tag such as de or de-CH")
	v.Check(len(p.IDs) <= core.MaxPageSize, "ids", "at most %d are allowed", core.MaxPageSize)
	v.Check(len(p.Attributes) <= 20, "attributes", "at most 20 filters are allowed")
	for _, f := range []struct{ name, value string }{{"channel", string(p.Channel)}, {"category", string(p.Category)}, {"collection", string(p.Collection)},
		{"tag", p.Tag}, {"vendor", p.Vendor}, {"brand", p.Brand}, {"kind", string(p.Kind)}, {"q", p.Query}} {
		v.Check(len(f.value) <= MaxTitle && core.ValidText(f.value), f.name, "must be at most %d bytes of valid text", MaxTitle)
	}
	for i, id := range p.IDs {
		v.Check(core.ValidID(string(id), core.PrefixProduct), fmt.Sprintf("ids[%d]", i), "is not the ID of a product")
	}
	for i, a := range p.Attributes {
		field := fmt.Sprintf("attributes[%d]", i)
		v.Check(validCode(a.Code), field+".code", "must be the code of an attribute")
		v.Check(len(a.Values) <= 200, field+".values", "at most 200 are allowed")
		for j, s := range a.Values {
			v.Check(core.ValidText(s), fmt.Sprintf("%s.values[%d]", field, j), "must be valid text")
		}
	}
	return q, v.Err()
}
