package recommend_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

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
