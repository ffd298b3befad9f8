package storage

import (
	"github.com/bodega-commerce/bodega/commerce/stock"
	"github.com/bodega-commerce/bodega/internal/sqlstore"
)

// Tx is one transaction over the stores of every part. Parts ask for the few
// accessors they need in an interface of their own, which a Tx satisfies.
type Tx interface {
	Stock() stock.Store
}

var _ Tx = (*sqlstore.Tx)(nil)
