package boot

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/bodega-commerce/bodega/search"
	"github.com/bodega-commerce/bodega/storage/qdrant"
)

// A process drops its collections when a rebuild or a training, once a day, has
// taken their place, and when it ends. One that was killed leaves them: they end with the
// day they were made on, and any process drops them a week later.
const (
	collectionDay = "20060102"
	abandoned     = 7 * 24 * time.Hour
)

// vectorsOn opens indexes in collections of their own on a Qdrant server.
func vectorsOn(config qdrant.Config, now func() time.Time, logger *slog.Logger) func(ctx context.Context, name string) (search.VectorIndex, error) {
	prefix := cmp.Or(config.Collection, "bodega") + "-"
	at := func(collection string) qdrant.Config {
		c := config
		c.Collection = collection
		return c
	}
	return func(ctx context.Context, name string) (search.VectorIndex, error) {
		today := now().UTC()
		names, err := qdrant.Collections(ctx, config)
		if err != nil {
			return nil, err
		}
		for _, n := range names {
			day, err := time.Parse(collectionDay, n[strings.LastIndexByte(n, '-')+1:])
			ours := strings.HasPrefix(n, prefix+"products-") || strings.HasPrefix(n, prefix+"recommend-")
			if err != nil || !ours || today.Sub(day) < abandoned {
				continue
			}
			if err := drop(ctx, at(n)); err != nil {
				logger.WarnContext(ctx, "dropping an abandoned collection", "collection", n, "error", err)
			}
		}
		index, err := qdrant.Open(ctx, at(prefix+name+"-"+today.Format(collectionDay)))
		if err != nil {
			return nil, err
		}
		return index, nil
	}
}

func drop(ctx context.Context, config qdrant.Config) error {
	index, err := qdrant.Open(ctx, config)
	if err != nil {
		return err
	}
	return errors.Join(index.Drop(ctx), index.Close())
}
