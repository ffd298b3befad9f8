package boot

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"github.com/bodega-commerce/bodega"
	"github.com/bodega-commerce/bodega/recommend"
	"github.com/bodega-commerce/bodega/search"
	"github.com/bodega-commerce/bodega/search/openai"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/bodega-commerce/bodega/storage/blob"
)

// Logger makes the logger the settings ask for.
func Logger(s Settings, w io.Writer) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(s.LogLevel)); err != nil {
		return nil, fmt.Errorf("BODEGA_LOG=%q: use debug, info, warn or error", s.LogLevel)
	}
	options := &slog.HandlerOptions{Level: level}
	if s.LogJSON {
		return slog.New(slog.NewJSONHandler(w, options)), nil
	}
	return slog.New(slog.NewTextHandler(w, options)), nil
}

// Shop makes the shop over the database: images are kept in the data folder,
// or in memory beside a database in memory.
func Shop(ctx context.Context, db *storage.DB, s Settings, logger *slog.Logger) (*bodega.Shop, error) {
	cfg := bodega.Config{Logger: logger, HTTP: bodega.HTTPConfig{TrustedProxies: s.TrustedProxies, Guesses: bodega.Guesses{Burst: s.GuessLimit}}}
	if s.GuessLimit == 0 {
		cfg.HTTP.Guesses.Burst = -1
	}
	if !strings.HasPrefix(s.DatabaseURL, "memory:") {
		blobs, err := blob.Open(filepath.Join(s.DataDir, "images"))
		if err != nil {
			return nil, err
		}
		cfg.Blobs = blobs
		cfg.Recommend.Engine.Store = recommend.DirStore(filepath.Join(s.DataDir, "models"))
	}
	if s.Qdrant != nil {
		cfg.Search.Vectors = vectorsOn(*s.Qdrant, time.Now, logger)
		cfg.Recommend.Vectors = cfg.Search.Vectors
	}
	var err error
	if cfg.Search.Embedder, err = Embedder(s); err != nil {
		return nil, err
	}
	return bodega.New(ctx, db, cfg)
}

// Embedder is the model that the settings name, nil for none.
func Embedder(s Settings) (search.Embedder, error) {
	if s.Embeddings == nil {
		return nil, nil
	}
	return openai.New(*s.Embeddings)
}
