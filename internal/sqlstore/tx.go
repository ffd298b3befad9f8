// Package sqlstore is the SQL of every part's store, written once for all
// databases: one file (or a few) per leaf, and the numbered list of
// migrations.
package sqlstore

import (
	"errors"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/stock"
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

// Tx hands out the stores of one transaction.
type Tx struct {
	c      sqldb.Conn
	events []core.Event // appended, inserted by Flush
}

// NewTx makes a Tx over a connection inside a transaction.
func NewTx(c sqldb.Conn) *Tx { return &Tx{c: c} }

// Stock returns the stock store.
func (t *Tx) Stock() stock.Store { return stockStore{t.c} }

// notFound turns "no rows" into the domain's error.
func notFound[T ~string](err error, what string, id T) error {
	if errors.Is(err, sqldb.ErrNoRows) {
		return core.NotFound(what, id)
	}
	return err
}

// exists turns a violation of a unique index into the domain's error about a
// field; other errors pass.
func exists(err error, index, field, format string, args ...any) error {
	if !sqldb.IsUnique(err, index) {
		return err
	}
	e := core.Errorf(core.KindExists, "exists", format, args...)
	e.Field, e.Err = field, err
	return e
}
