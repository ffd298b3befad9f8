package sqlstore

import (
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

// steps is the schema, oldest step first. The list only grows at its end: a
// step's number is its place.
var steps = []func(version int) sqldb.Migration{
	stockSchema,
	outboxSchema,
	catalogSchema,
	catalogOrgSchema,
	reviewSchema,
	cartSchema,
	ratesSchema,
	orderSchema,
	paymentSchema,
	accountSchema,
	analyticsSchema,
	memoSchema,
}

// Migrations returns the schema's steps.
func Migrations() []sqldb.Migration {
	out := make([]sqldb.Migration, len(steps))
	for i, step := range steps {
		out[i] = step(i + 1)
	}
	return out
}
