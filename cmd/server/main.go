// Command server runs a whole shop: store, admin and auth APIs with their
// documentation, on SQLite, PostgreSQL or memory.
//
//	go run ./cmd/server
//
// Settings come from the environment (BODEGA_ADDR, BODEGA_DATA_DIR,
// BODEGA_DATABASE_URL, BODEGA_DEMO, ...); docs/configuration.md lists them.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/bodega-commerce/bodega"
	"github.com/bodega-commerce/bodega/internal/boot"
	"github.com/bodega-commerce/bodega/internal/demo"
)

// drain is how long requests may finish after the signal to stop.
const drain = 20 * time.Second

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Getenv, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "server:", err)
		stop()
		os.Exit(1) //nolint:gocritic // what was deferred is done
	}
}

func run(ctx context.Context, getenv func(string) string, out io.Writer) error {
	boot.Memory(getenv)
	settings, err := boot.FromEnv(getenv)
	if err != nil {
		return err
	}
	logger, err := boot.Logger(settings, os.Stderr)
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", settings.Addr) // before anything else: a taken port is the commonest mistake
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }()
	db, err := boot.Open(ctx, settings)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	shop, err := boot.Shop(ctx, db, settings, logger)
	if err != nil {
		return err
	}
	if settings.Demo {
		if err := demo.Ensure(ctx, shop, func(what string) { _, _ = fmt.Fprintln(out, what) }); err != nil {
			return fmt.Errorf("loading the sample shop (BODEGA_DEMO=0 leaves it out): %w", err)
		}
	}
	password, created, err := shop.Accounts.Bootstrap(ctx, settings.AdminEmail)
	if err != nil {
		return err
	}
	announce(out, listener.Addr(), settings, password, created)
	return serve(ctx, listener, shop, logger)
}

// announce says where the shop is, for people.
func announce(out io.Writer, addr net.Addr, s boot.Settings, password string, created bool) {
	base := "http://" + strings.Replace(addr.String(), "[::]", "localhost", 1)
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format+"\n", args...) }
	p("")
	p("  The shop is open.")
	p("")
	p("  Products   %s/api/v1/store/products", base)
	p("  API docs   %s/docs", base)
	p("  OpenAPI    %s/openapi.json", base)
	if created {
		p("")
		p("  Admin      %s", s.AdminEmail)
		p("  Password   %s   (shown once: change it after signing in)", password)
	}
	p("")
}

// serve runs the API and the background work until ctx ends, then lets
// requests finish.
func serve(ctx context.Context, listener net.Listener, shop *bodega.Shop, logger *slog.Logger) error {
	server := &http.Server{Handler: shop.Handler(), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, WriteTimeout: 2 * time.Minute,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelWarn)}
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	worked := make(chan error, 1)
	go func() { worked <- shop.Run(work) }()
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return err
	case err := <-worked:
		_ = server.Close()
		return err
	case <-ctx.Done():
	}
	logger.InfoContext(ctx, "stopping: letting requests finish")
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	err := server.Shutdown(limit)
	stopWork()
	return errors.Join(err, <-worked)
}
