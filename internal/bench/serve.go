package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"time"

	"github.com/bodega-commerce/bodega"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/commerce/payment/manual"
	"github.com/bodega-commerce/bodega/internal/boot"
	"github.com/bodega-commerce/bodega/storage"
)

// Child is the other end of a [Runner]: it reads what to do from in, says on
// out that it is ready, and serves a shop until in ends.
func Child(ctx context.Context, in io.Reader, out io.Writer) error {
	lines := bufio.NewReader(in)
	line, err := lines.ReadBytes('\n')
	if err != nil {
		return err
	}
	var cfg childConfig
	if err := json.Unmarshal(line, &cfg); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(core.WithActor(ctx, core.System("benchmark")))
	defer cancel()
	go func() {
		_, _ = io.Copy(io.Discard, lines)
		cancel()
	}()
	if cfg.File != "" {
		return importFile(ctx, cfg, out)
	}
	boot.Memory(os.Getenv) // as the server does
	if err := serve(ctx, cfg, out); err != nil {
		return json.NewEncoder(out).Encode(ready{Error: err.Error()})
	}
	return nil
}

// ahead is a clock that goes ahead of the system's.
func ahead(d time.Duration) core.Clock {
	if d == 0 {
		return nil
	}
	return func() time.Time { return time.Now().Add(d) }
}

func serve(ctx context.Context, cfg childConfig, out io.Writer) error {
	db, err := boot.Open(ctx, boot.Settings{DatabaseURL: cfg.Database})
	if err != nil {
		return err
	}
	shopConfig := bodega.Config{Logger: slog.New(slog.DiscardHandler), Clock: ahead(cfg.Later), Providers: []payment.Provider{manual.New(manual.Config{})}}
	if cfg.Provider != "" {
		shopConfig.Providers = append(shopConfig.Providers, newRemote(cfg.Provider))
	}
	shop, err := bodega.New(ctx, db, shopConfig)
	if err != nil {
		return errors.Join(err, db.Close())
	}
	r, err := goods(ctx, shop, cfg)
	if err != nil {
		return errors.Join(fmt.Errorf("making goods to sell: %w", err), db.Close())
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return errors.Join(err, db.Close())
	}
	r.Addr = listener.Addr().String()
	mux := http.NewServeMux()
	mux.Handle("/", shop.Handler())
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	pages(mux, shop, db)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	worked := make(chan error, 1)
	if cfg.Later == 0 {
		go func() { worked <- shop.Run(ctx) }()
	} else { // it is reconciled on demand; two at once would share the work, and neither would know when it is done
		worked <- nil
	}
	if err := json.NewEncoder(out).Encode(r); err != nil {
		return err
	}
	<-ctx.Done()
	_ = server.Close()
	<-served
	return errors.Join(<-worked, db.Close())
}

// pages are what the parent asks beside the shop.
func pages(mux *http.ServeMux, shop *bodega.Shop, db *storage.DB) {
	page(mux, "/bench/status", func(context.Context, struct{}) (status, error) {
		n := db.Stats()
		s := ownUsage()
		s.Statements, s.RoundTrips, s.Transactions, s.Commits = n.Statements, n.RoundTrips, n.Transactions, n.Commits
		return s, nil
	})
	page(mux, "/bench/verify", func(ctx context.Context, _ struct{}) ([]string, error) { return disagreements(ctx, shop) })
	page(mux, "/bench/orders", func(ctx context.Context, told []told) ([]string, error) { return check(ctx, shop, told) })
	page(mux, "/bench/payments", func(ctx context.Context, held []string) ([]string, error) { return claims(ctx, shop, held) })
	page(mux, "/bench/reconcile", func(ctx context.Context, _ struct{}) (int, error) { return reconcile(ctx, shop) })
}

func page[I, O any](mux *http.ServeMux, path string, answer func(context.Context, I) (O, error)) {
	mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
		var in I
		err := json.NewDecoder(r.Body).Decode(&in)
		var out O
		if err == nil {
			out, err = answer(core.WithActor(r.Context(), core.System("benchmark")), in)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_ = json.NewEncoder(w).Encode(out)
	})
}

// disagreements are what shop.Verify found.
func disagreements(ctx context.Context, shop *bodega.Shop) ([]string, error) {
	v, err := shop.Verify(ctx)
	found := []string{}
	for _, x := range v.Orders {
		found = append(found, fmt.Sprintf("order %s: %s", x.Order, x.Problem))
	}
	for _, x := range v.Payments {
		found = append(found, fmt.Sprintf("payment %s of order %s: %s", x.Payment, x.Order, x.Problem))
	}
	for _, x := range v.Stock {
		found = append(found, fmt.Sprintf("stock %s: %s", x.ItemID, x.Problem))
	}
	for _, x := range v.Unclaimed {
		found = append(found, fmt.Sprintf("payment %s holds money of an order that does not stand", x))
	}
	return found, err
}
