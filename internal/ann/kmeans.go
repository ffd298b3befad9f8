package ann

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/bodega-commerce/bodega/internal/linalg"
)

const (
	sampleSize = 32 // vectors a centre is trained on
	rounds     = 8  // of Lloyd's algorithm
)

// kmeans clusters vectors by Euclidean distance. Its results do not depend on
// the number of workers.
type kmeans struct {
	dim, workers int
	seed         uint64
}

// partition divides rows into at most k parts with a centre each. Centres are
// trained on a sample; parts are never empty, and there is one part only if the
// rows cannot be told apart.
func (m *kmeans) partition(ctx context.Context, rows [][]float32, k int) (parts [][]int, centres [][]float32, err error) {
	rng := rand.New(rand.NewPCG(m.seed, uint64(len(rows))))
	sample := rows
	if n := k * sampleSize; n < len(rows) {
		sample = make([][]float32, 0, n)
		for _, i := range choose(rng, len(rows), n) {
			sample = append(sample, rows[i])
		}
	}
	for _, i := range choose(rng, len(sample), k) {
		centres = append(centres, sample[i])
	}
	labels := make([]int, len(sample))
	for range rounds {
		if err := m.assign(ctx, labels, sample, newCentroids(centres, m.dim)); err != nil {
			return nil, nil, err
		}
		if centres, err = m.means(ctx, sample, members(labels, len(centres))); err != nil {
			return nil, nil, err
		}
		centres = refill(rng, centres, sample, k)
	}
	labels = make([]int, len(rows))
	if err := m.assign(ctx, labels, rows, newCentroids(centres, m.dim)); err != nil {
		return nil, nil, err
	}
	parts = slices.DeleteFunc(members(labels, len(centres)), func(p []int) bool { return len(p) == 0 })
	centres, err = m.means(ctx, rows, parts)
	return parts, centres, err
}

// choose returns n different numbers below total, in order.
func choose(rng *rand.Rand, total, n int) []int {
	chosen := make([]int, 0, n)
	for i := 0; i < total && len(chosen) < n; i++ {
		if rng.IntN(total-i) < n-len(chosen) {
			chosen = append(chosen, i)
		}
	}
	return chosen
}

// refill puts a random row in for each centre that lost all its rows.
func refill(rng *rand.Rand, centres, rows [][]float32, k int) [][]float32 {
	centres = slices.DeleteFunc(centres, func(c []float32) bool { return c == nil })
	for len(centres) < k && len(centres) < len(rows) {
		centres = append(centres, rows[rng.IntN(len(rows))])
	}
	return centres
}

// members lists the rows of each label, in order.
func members(labels []int, k int) [][]int {
	counts := make([]int, k)
	for _, l := range labels {
		counts[l]++
	}
	all := make([]int, len(labels))
	parts := make([][]int, k)
	for l, n := range counts {
		parts[l], all = all[:0:n], all[n:]
	}
	for i, l := range labels {
		parts[l] = append(parts[l], i)
	}
	return parts
}

// means returns the mean of each part, nil for an empty one.
func (m *kmeans) means(ctx context.Context, rows [][]float32, parts [][]int) ([][]float32, error) {
	centres := make([][]float32, len(parts))
	err := parallel(ctx, m.workers, len(parts), func(i int) {
		if len(parts[i]) > 0 {
			centres[i] = mean(rows, parts[i], m.dim)
		}
	})
	return centres, err
}

func mean(rows [][]float32, members []int, dim int) []float32 {
	sum := make([]float64, dim)
	for _, i := range members {
		for j, v := range rows[i] {
			sum[j] += float64(v)
		}
	}
	centre := make([]float32, dim)
	for j, s := range sum {
		centre[j] = float32(s / float64(len(members)))
	}
	return centre
}

// centroids are the centres of lists, ready for a scan.
type centroids struct {
	matrix []float32 // one after the other
	norms  []float32 // their squared lengths
}

func newCentroids(centres [][]float32, dim int) centroids {
	c := centroids{make([]float32, 0, len(centres)*dim), make([]float32, len(centres))}
	for i, centre := range centres {
		c.matrix = append(c.matrix, centre...)
		c.norms[i] = linalg.Dot(centre, centre)
	}
	return c
}

// assign sets labels[i] to the centre nearest to rows[i], the first of equals.
func (m *kmeans) assign(ctx context.Context, labels []int, rows [][]float32, c centroids) error {
	const block = 64           // rows at a time
	wide := max(1, 8192/m.dim) // centres at a time: they stay in the nearest cache
	return parallel(ctx, m.workers, (len(rows)+block-1)/block, func(b int) {
		rows, labels := rows[b*block:min(len(rows), (b+1)*block)], labels[b*block:]
		var most [block]float32
		products := make([]float32, wide)
		for from := 0; from < len(c.norms); from += wide {
			norms := c.norms[from:min(len(c.norms), from+wide)]
			for i, row := range rows {
				linalg.MatVec(products[:len(norms)], c.matrix[from*m.dim:(from+len(norms))*m.dim], len(norms), m.dim, row)
				for j, n := range norms {
					if s := 2*products[j] - n; from+j == 0 || s > most[i] {
						labels[i], most[i] = from+j, s
					}
				}
			}
		}
	})
}

// parallel calls f for 0 to n-1 on some goroutines and waits for them. It stops
// early when the context ends.
func parallel(ctx context.Context, workers, n int, f func(i int)) error {
	var next atomic.Int64
	work := func() {
		for ctx.Err() == nil {
			i := int(next.Add(1)) - 1
			if i >= n {
				return
			}
			f(i)
		}
	}
	var wg sync.WaitGroup
	for range min(workers, n) - 1 {
		wg.Go(work)
	}
	work()
	wg.Wait()
	return ctx.Err()
}
