package recommend_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/recommend"
)

func BenchmarkHome(b *testing.B) {
	town := newTown(10_000, 20_000, 100, 50)
	e := openTown(b, town, recommend.Config{Learners: []recommend.Learner{recommend.LearnFactors(recommend.FactorsConfig{Sweeps: 2}),
		recommend.LearnNeighbours(recommend.NeighboursConfig{}), recommend.LearnSessions(recommend.NeighboursConfig{}),
		recommend.LearnPopular(recommend.PopularConfig{}), recommend.LearnAgain()}})
	rng := rand.New(rand.NewPCG(1, 1))
	for n := range 1000 {
		for range 20 {
			require.NoError(b, e.Observe(b.Context(), recommend.Interaction{User: fmt.Sprint(n), Item: town.items[rng.IntN(2000)].ID}))
		}
	}
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		_, err := e.Home(b.Context(), recommend.Request{User: fmt.Sprint(n % 1000)})
		require.NoError(b, err)
	}
}

// BenchmarkHomeMillion needs some minutes to train: BODEGA_LONG=1.
func BenchmarkHomeMillion(b *testing.B) {
	if os.Getenv("BODEGA_LONG") == "" {
		b.Skip("takes minutes: BODEGA_LONG=1")
	}
	const items, kinds, each = 1_000_000, 500, 20
	e, err := recommend.New(recommend.Config{Now: clock, Learners: []recommend.Learner{recommend.LearnFactors(recommend.FactorsConfig{Sweeps: 2}),
		recommend.LearnNeighbours(recommend.NeighboursConfig{}), recommend.LearnSessions(recommend.NeighboursConfig{}), recommend.LearnPopular(recommend.PopularConfig{})}})
	require.NoError(b, err)
	for i := range items {
		require.NoError(b, e.PutItems(b.Context(), recommend.Item{ID: strconv.Itoa(i), Title: fmt.Sprintf("Thing %d of make %d", i%kinds, i%1777), Categories: []string{strconv.Itoa(i % kinds)}}))
	}
	rng := rand.New(rand.NewPCG(1, 1))
	_, err = e.Train(b.Context(), func(yield func(recommend.Interaction, error) bool) {
		for i := range items { // each item once, and people of one kind
			x := recommend.Interaction{User: fmt.Sprint(i%kinds, "-", rng.IntN(items/kinds/each)), Item: strconv.Itoa(i), Time: noon.Add(-time.Duration(rng.IntN(2000)) * time.Hour)}
			if !yield(x, nil) {
				return
			}
		}
	}, recommend.TrainConfig{MinUsers: items})
	require.NoError(b, err)
	for n := range 2000 {
		for range each {
			require.NoError(b, e.Observe(b.Context(), recommend.Interaction{User: strconv.Itoa(n), Item: strconv.Itoa(rng.IntN(items/kinds)*kinds + n%kinds)}))
		}
	}
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	var took []time.Duration
	for n := 0; b.Loop(); n++ {
		start := time.Now()
		_, err := e.Home(b.Context(), recommend.Request{User: strconv.Itoa(n % 2000)})
		took = append(took, time.Since(start))
		require.NoError(b, err)
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*95/100])/1e6, "p95-ms")
	b.ReportMetric(float64(m.HeapAlloc)/(1<<20), "MiB")
}

// timed tells how long its learner takes.
type timed struct {
	recommend.Learner
	took time.Duration
}

func (l *timed) Learn(ctx context.Context, data *recommend.Events) (recommend.Trained, error) {
	start := time.Now()
	defer func() { l.took = time.Since(start) }()
	return l.Learner.Learn(ctx, data)
}

// BenchmarkFactors learns 64 factors of a million interactions, of 50,000 users
// and 20,000 items, with one worker and with all.
func BenchmarkFactors(b *testing.B) {
	town := newTown(50_000, 20_000, 100, 51)
	rng := rand.New(rand.NewPCG(1, 1))
	for n := 0; len(town.events) < 1_000_000; n++ {
		x := town.events[n]
		x.Item, x.Time = town.items[rng.IntN(len(town.items))].ID, x.Time.Add(time.Minute)
		town.events = append(town.events, x)
	}
	for _, workers := range []int{1, runtime.GOMAXPROCS(0)} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			l := &timed{Learner: recommend.LearnFactors(recommend.FactorsConfig{Workers: workers})}
			for b.Loop() {
				e, err := recommend.New(recommend.Config{Now: clock, Learners: []recommend.Learner{l}})
				require.NoError(b, err)
				_, err = e.Train(b.Context(), all(town.events), recommend.TrainConfig{MinUsers: len(town.events)})
				require.NoError(b, err)
				b.ReportMetric(l.took.Seconds(), "learning-s")
			}
		})
	}
}
