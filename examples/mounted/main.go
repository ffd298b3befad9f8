// Command mounted is an existing service that gets a shop below /shop/.
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/bodega-commerce/bodega"
	"github.com/bodega-commerce/bodega/storage/memory"
)

func main() {
	ctx := context.Background()
	handler, shop, err := service(ctx)
	if err != nil {
		log.Fatal(err)
	}
	go func() {
		if err := shop.Run(ctx); err != nil {
			log.Print(err)
		}
	}()
	addr := os.Getenv("ADDR")
	if addr == "" {
		addr = "localhost:8081"
	}
	log.Printf("http://%s/hello and http://%s/shop/docs", addr, addr)
	server := &http.Server{Addr: addr, Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	log.Fatal(server.ListenAndServe())
}

// service is what was there before, and the shop beside it.
func service(ctx context.Context) (http.Handler, *bodega.Shop, error) {
	db, err := memory.Open(ctx)
	if err != nil {
		return nil, nil, err
	}
	shop, err := bodega.New(ctx, db, bodega.Config{})
	if err != nil {
		return nil, nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /hello", func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprintln(w, "hello") })
	mux.Handle("/shop/", shop.Handler())
	return mux, shop, nil
}
