package storagetest

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bodega-commerce/bodega/commerce/setting"
	"github.com/bodega-commerce/bodega/storage"
)

// BenchCommits measures small write transactions, by 1 and by 16 clients.
func BenchCommits(b *testing.B, db *storage.DB) {
	ctx := context.Background()
	for _, clients := range []int{1, 16} {
		b.Run(fmt.Sprint("clients=", clients), func(b *testing.B) {
			var next atomic.Int64
			start := time.Now()
			for _, err := range together(clients, func(client int) error {
				for next.Add(1) <= int64(b.N) {
					if err := db.Update(ctx, func(tx storage.Tx) error {
						_, err := setting.Put(ctx, tx.Settings(), fmt.Sprint("client", client), client, setting.Any, start)
						return err
					}); err != nil {
						return err
					}
				}
				return nil
			}) {
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), "commits/s")
		})
	}
}
