package sqlstore

import (
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

// Migrations returns the schema's steps. The list only grows at its end.
func Migrations() []sqldb.Migration {
	return []sqldb.Migration{
		stockSchema(1),
	}
}
