package sqlstore

import (
	"context"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

// Stranded returns the payments that hold money while their order does not
// stand: it was never placed, or does not exist.
func (t *Tx) Stranded(ctx context.Context) ([]core.PaymentID, error) {
	return sqldb.All(ctx, t.c, sqldb.Column[core.PaymentID], `select p.id from payments p left join orders o on o.id = p.order_id
		where (p.captured > p.refunded or p.status = 'authorized') and (o.id is null or o.placed_at = 0) order by p.id`)
}
