package sqlstore

import (
	"context"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

const memberColumns = `collection_id, product_id, position, by_rule`

func scanMember(s sqldb.Scanner) (m catalog.Member, err error) {
	return m, s.Scan(&m.CollectionID, &m.ProductID, &m.Position, &m.ByRule)
}

func (s catalogOrg) Members(ctx context.Context, products []core.ProductID) ([]catalog.Member, error) {
	if len(products) == 0 {
		return nil, nil
	}
	return sqldb.All(ctx, s.c, scanMember, `select `+memberColumns+` from collection_products where product_id in `+sqldb.In(1, len(products))+`
		order by product_id, collection_id`, sqldb.PadArgs(products)...)
}

func (s catalogOrg) CollectionMembers(ctx context.Context, id core.CollectionID, products []core.ProductID) ([]catalog.Member, error) {
	if len(products) == 0 {
		return nil, nil
	}
	return sqldb.All(ctx, s.c, scanMember, `select `+memberColumns+` from collection_products where collection_id = $1 and product_id in `+sqldb.In(2, len(products))+`
		order by product_id`, append([]any{id}, sqldb.PadArgs(products)...)...)
}

func (s catalogOrg) PutMembers(ctx context.Context, ms []catalog.Member) error {
	rows := make([][]any, len(ms))
	for i, m := range ms {
		rows[i] = []any{m.CollectionID, m.ProductID, m.Position, m.ByRule}
	}
	stmts := chunks(s.c.Dialect(), "collection_products", memberColumns, rows)
	if len(stmts) == 0 {
		return nil
	}
	for i := range stmts {
		stmts[i].SQL += ` on conflict (collection_id, product_id) do update set by_rule = false where collection_products.by_rule and not excluded.by_rule`
	}
	_, err := s.c.ExecBatch(ctx, stmts)
	if sqldb.IsKind(err, sqldb.KindForeignKey) {
		return &core.Error{Kind: core.KindInvalid, Code: "invalid", Field: "product_ids", Message: "there is no such product, or no such collection", Err: err}
	}
	return err
}

func (s catalogOrg) RemoveMembers(ctx context.Context, ms []catalog.Member, byRule bool) error {
	// One statement per collection: an edit of a product concerns few of them,
	// and a sweep one.
	groups := map[core.CollectionID][]core.ProductID{}
	var order []core.CollectionID
	for _, m := range ms {
		if groups[m.CollectionID] == nil {
			order = append(order, m.CollectionID)
		}
		groups[m.CollectionID] = append(groups[m.CollectionID], m.ProductID)
	}
	for _, id := range order {
		products := groups[id]
		if err := s.c.Defer(ctx, `delete from collection_products where collection_id = $1 and (by_rule or not $2) and product_id in `+sqldb.In(3, len(products)),
			append([]any{id, byRule}, sqldb.PadArgs(products)...)...); err != nil {
			return err
		}
	}
	return nil
}

func (s catalogOrg) PlaceInCollection(ctx context.Context, id core.CollectionID, products []core.ProductID) error {
	return place(ctx, s.c, "collection_products", "collection_id", string(id), products)
}
