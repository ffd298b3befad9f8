package core

import "context"

// Runner runs closures in transactions of type T. A part of the shop asks for
// a Runner of the narrow transaction it needs; storage gives the wide one.
//
// The closure may run more than once (a bounded retry of what the database
// calls retryable): it must not touch the network, sleep, or change anything
// outside the transaction that a second run would repeat.
type Runner[T any] interface {
	// Update runs fn in a transaction that is committed when fn returns nil and
	// rolled back when it returns an error or panics.
	Update(ctx context.Context, fn func(tx T) error) error
	// View runs fn for reading. Statements of one View may see different
	// moments on PostgreSQL.
	View(ctx context.Context, fn func(tx T) error) error
}

// Narrow turns a runner of a wide transaction into one of a narrower type. The
// conversion is checked by the compiler:
//
//	stock.New(core.Narrow(db, func(tx storage.Tx) stock.Tx { return tx }), stock.Config{})
func Narrow[W, N any](wide Runner[W], convert func(W) N) Runner[N] {
	return narrow[W, N]{wide, convert}
}

type narrow[W, N any] struct {
	wide    Runner[W]
	convert func(W) N
}

func (r narrow[W, N]) Update(ctx context.Context, fn func(N) error) error {
	return r.wide.Update(ctx, func(tx W) error { return fn(r.convert(tx)) })
}

func (r narrow[W, N]) View(ctx context.Context, fn func(N) error) error {
	return r.wide.View(ctx, func(tx W) error { return fn(r.convert(tx)) })
}
