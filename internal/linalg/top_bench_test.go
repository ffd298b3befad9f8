package linalg

import (
	"fmt"
	"testing"

	"github.com/bodega-commerce/bodega/internal/linalg/peak"
)

// BenchmarkScan puts the scans for the ten best of 100,000 rows beside reading
// the matrix once.
func BenchmarkScan(b *testing.B) {
	const rows, cols = 100_000, 384
	a := clustered(1, rows, cols)
	queries := clustered(1, 50, cols)
	codes := EncodeRows(a, 0)
	x := queries.Row(0)
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			read := func() {
				onWorkers(workers, func(w int) { peak.Read(a.Data[w*len(a.Data)/workers : (w+1)*len(a.Data)/workers]) })
			}
			t := fastest(b, func() { TopDot(a, x, 10, workers) }, func() { codes.TopDot(a, x, 10, 40, workers) }, read)
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(t[0])/1e6, "float32-ms")
			b.ReportMetric(float64(t[1])/1e6, "int8-ms")
			b.ReportMetric(float64(t[2])/1e6, "read-ms")
			b.ReportMetric(float64(t[0])/float64(t[2]), "reads")
			b.ReportMetric(recall(a, codes, queries, 10, 40), "recall@10")
		})
	}
}
