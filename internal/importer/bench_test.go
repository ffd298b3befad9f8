package importer_test

import (
	"path/filepath"
	"testing"

	"github.com/bodega-commerce/bodega/internal/importer"
	"github.com/bodega-commerce/bodega/internal/testenv"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/bodega-commerce/bodega/storage/postgres"
	"github.com/bodega-commerce/bodega/storage/sqlite"
	"github.com/stretchr/testify/require"
)

// BenchmarkOnlineRetail imports the whole file.
func BenchmarkOnlineRetail(b *testing.B) {
	file := testenv.Data(b, realFile)
	for name, open := range map[string]func() (*storage.DB, error){
		"sqlite": func() (*storage.DB, error) {
			return sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "shop.db"), sqlite.Config{})
		},
		"postgres": func() (*storage.DB, error) {
			return postgres.Open(b.Context(), testenv.Postgres(b), postgres.Config{})
		},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				db, err := open()
				require.NoError(b, err)
				prepare(b, db)
				b.StartTimer()
				rep, err := importer.OnlineRetail(b.Context(), db, file, importer.Options{})
				require.NoError(b, err)
				b.ReportMetric(float64(rep.Lines)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
				require.NoError(b, db.Close())
			}
		})
	}
}
