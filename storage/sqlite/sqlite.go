// Package sqlite keeps a shop in one SQLite file, with nothing to install.
//
//	db, err := sqlite.Open(ctx, "shop.db", sqlite.Config{})
//	if err != nil {
//		return err
//	}
//	defer db.Close()
//	shop, err := bodega.New(ctx, db, bodega.Config{})
//
// There is one writer; readers never wait for it (write-ahead log). Every
// commit is on disk before a call returns (synchronous=FULL), and write
// transactions that wait for their turn are committed together, so that many
// orders share one fsync. One process opens a file at a time for serving;
// another may read or write it (a backup, the command line), waiting its turn.
package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/bodega-commerce/bodega/storage"
)

// Config says how a file is opened. The zero value is right for a shop.
type Config struct {
	// Relaxed syncs the log only at checkpoints: a power cut may lose the last
	// commits, never corrupt the file. Default false: each commit is durable.
	Relaxed bool
	// Readers is how many connections read at once. Default twice the CPUs, at
	// least 4.
	Readers int
	// BusyTimeout is how long to wait for another process that writes the
	// file. Default 5 s.
	BusyTimeout time.Duration
	// CacheMiB bounds the page cache of a connection. Default 16.
	CacheMiB int
}

// Open opens or creates the file. Call Migrate on the result, or let
// bodega.New do it.
func Open(ctx context.Context, path string, cfg Config) (*storage.DB, error) {
	if path == "" || path == ":memory:" || strings.ContainsRune(path, 0) {
		return nil, fmt.Errorf("sqlite: %q is not a file's path; storage/memory keeps a shop in memory", path)
	}
	// SQLite would make the file readable by everybody, and there are people in it.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	if cfg.Readers <= 0 {
		cfg.Readers = max(4, 2*runtime.GOMAXPROCS(0))
	}
	if cfg.BusyTimeout <= 0 {
		cfg.BusyTimeout = 5 * time.Second
	}
	if cfg.CacheMiB <= 0 {
		cfg.CacheMiB = 16
	}
	sync := "FULL"
	if cfg.Relaxed {
		sync = "NORMAL"
	}
	pragmas := []string{fmt.Sprintf("busy_timeout(%d)", cfg.BusyTimeout.Milliseconds()), "journal_mode(WAL)", "synchronous(" + sync + ")",
		"foreign_keys(1)", fmt.Sprintf("cache_size(-%d)", cfg.CacheMiB*1024), "journal_size_limit(67108864)", "temp_store(memory)"}
	e, err := openEngine(ctx, dsn(path, pragmas))
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	readers, err := sql.Open("sqlite", dsn(path, append(pragmas, "query_only(1)")))
	if err != nil {
		_ = e.Close()
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	readers.SetMaxOpenConns(cfg.Readers)
	readers.SetMaxIdleConns(cfg.Readers)
	e.readers = readers
	return storage.New(e), nil
}

// OpenMemory returns a database that lives and dies with the process. Package
// storage/memory is the public name of it.
func OpenMemory(ctx context.Context) (*storage.DB, error) {
	e, err := openEngine(ctx, ":memory:?_pragma=foreign_keys(1)&_pragma=journal_mode(memory)")
	if err != nil {
		return nil, err
	}
	return storage.New(e), nil
}

func openEngine(ctx context.Context, dsn string) (*engine, error) {
	writer, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	writer.SetMaxOpenConns(1)
	conn, err := writer.Conn(ctx)
	if err != nil {
		_ = writer.Close()
		return nil, err
	}
	return &engine{writer: writer, wconn: conn, wstmts: map[string]*sql.Stmt{}, turn: make(chan struct{}, 1)}, nil
}

func dsn(path string, pragmas []string) string {
	q := url.Values{"_pragma": pragmas}
	// Cleaned, because what follows two slashes would be taken for a host.
	return "file:" + (&url.URL{Path: filepath.Clean(path)}).EscapedPath() + "?" + q.Encode()
}
