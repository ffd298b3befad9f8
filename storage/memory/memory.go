// Package memory keeps a shop in memory, for tests and demos: SQLite without a
// file. It passes the same conformance suite as the databases on disk.
//
//	db, err := memory.Open(ctx)
//	if err != nil {
//		return err
//	}
//	defer db.Close()
package memory

import (
	"context"

	"github.com/bodega-commerce/bodega/storage"
	"github.com/bodega-commerce/bodega/storage/sqlite"
)

// Open returns an empty database of its own.
func Open(ctx context.Context) (*storage.DB, error) { return sqlite.OpenMemory(ctx) }
