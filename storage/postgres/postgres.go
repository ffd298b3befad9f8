// Package postgres keeps a shop in PostgreSQL 13 or newer, or a database that
// speaks its protocol, shared by any number of processes.
//
//	db, err := postgres.Open(ctx, "postgres://shop@localhost/shop", postgres.Config{})
//	if err != nil {
//		return err
//	}
//	defer db.Close()
//	shop, err := bodega.New(ctx, db, bodega.Config{})
package postgres

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/bodega-commerce/bodega/storage"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Config says how the database is used. The zero value is right for a shop.
type Config struct {
	// MaxConns bounds the pool. Default 20, or pool_max_conns of the URL.
	MaxConns int
	// ConnectTimeout bounds opening. Default 10 s.
	ConnectTimeout time.Duration
}

const defaultMaxConns = 20

// Open connects to the database of a URL or keyword string. Call Migrate on
// the result, or let bodega.New do it.
func Open(ctx context.Context, url string, cfg Config) (*storage.DB, error) {
	pc, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("postgres: %w", err) // pgx leaves the password out
	}
	if cfg.MaxConns > 0 {
		pc.MaxConns = int32(min(cfg.MaxConns, 10000))
	} else if !strings.Contains(url, "pool_max_conns") {
		pc.MaxConns = defaultMaxConns
	}
	if cfg.ConnectTimeout <= 0 {
		cfg.ConnectTimeout = 10 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, cfg.ConnectTimeout)
	defer cancel()
	pool, err := pgxpool.NewWithConfig(ctx, pc)
	if err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("postgres: %w", err)
	}
	return storage.New(&engine{pool: pool}), nil
}

// OpenPool uses a pool of the host program; Close closes it.
func OpenPool(pool *pgxpool.Pool) *storage.DB { return storage.New(&engine{pool: pool}) }
