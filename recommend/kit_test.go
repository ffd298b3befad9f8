package recommend_test

import (
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/internal/testenv"
	"github.com/bodega-commerce/bodega/recommend"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// clock of the tests stands still.
func clock() time.Time { return noon }

// town is a made-up shop: people of a few tastes who mostly buy items of their
// taste, the first ones of it more often.
type town struct {
	items  []recommend.Item
	events []recommend.Interaction
	tastes int
}

func newTown(people, items, tastes int, seed uint64) *town {
	t := &town{tastes: tastes}
	rng := rand.New(rand.NewPCG(seed, 1))
	words := []string{"oak", "brass", "linen", "glass", "clay", "wool", "paper", "steel"}
	for i := range items {
		taste := i % tastes
		t.items = append(t.items, recommend.Item{
			ID: fmt.Sprintf("item-%d", i), Title: fmt.Sprintf("%s thing %d", words[taste%len(words)], i/tastes),
			Categories: []string{fmt.Sprintf("cat-%d", taste)}, Attributes: map[string]string{"style": fmt.Sprint(taste)},
			Price: int64(100 + i), Margin: float64(i%10) / 10, Created: noon.AddDate(0, 0, -i%100),
		})
	}
	for u := range people {
		taste := u % tastes
		for n := range 5 + rng.IntN(20) {
			i := min(int(rng.ExpFloat64()*float64(items)/float64(tastes)/4), items/tastes-1)*tastes + taste
			if rng.IntN(5) == 0 {
				i = rng.IntN(items)
			}
			t.events = append(t.events, recommend.Interaction{User: fmt.Sprintf("user-%d", u), Item: t.items[i].ID,
				Time: noon.Add(-time.Duration(rng.IntN(100*24))*time.Hour - time.Duration(n)*time.Minute)})
		}
	}
	return t
}

func all(events []recommend.Interaction) iter.Seq2[recommend.Interaction, error] {
	return func(yield func(recommend.Interaction, error) bool) {
		for _, x := range events {
			if !yield(x, nil) {
				return
			}
		}
	}
}

// openTown trains an engine on a town.
func openTown(t testing.TB, town *town, cfg recommend.Config) *recommend.Engine {
	t.Helper()
	if cfg.Now == nil {
		cfg.Now = clock
	}
	if cfg.Learners == nil {
		cfg.Learners = quickLearners()
	}
	e, err := recommend.New(cfg)
	require.NoError(t, err)
	require.NoError(t, e.PutItems(t.Context(), town.items...))
	report, err := e.Train(t.Context(), all(town.events), recommend.TrainConfig{})
	require.NoError(t, err)
	require.True(t, report.Swapped, report.Reason)
	return e
}

func quickLearners() []recommend.Learner {
	return []recommend.Learner{recommend.LearnFactors(recommend.FactorsConfig{Dim: 16, Sweeps: 4}),
		recommend.LearnNeighbours(recommend.NeighboursConfig{}), recommend.LearnSessions(recommend.NeighboursConfig{}),
		recommend.LearnPopular(recommend.PopularConfig{}), recommend.LearnAgain()}
}

func ids(r *recommend.Recommendation) []string {
	out := make([]string, len(r.Items))
	for i, item := range r.Items {
		out[i] = item.ID
	}
	return out
}

// retail reads the Online Retail file: named customers' purchases and the items.
func retail(t testing.TB) ([]recommend.Item, []recommend.Interaction) {
	t.Helper()
	if os.Getenv("BODEGA_LONG") == "" {
		t.Skip("takes some 15 s: BODEGA_LONG=1")
	}
	f, err := os.Open(testenv.Data(t, "online-retail/online_retail.csv.gz"))
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	rows, err := csv.NewReader(z).ReadAll()
	require.NoError(t, err)
	titles := map[string]string{}
	var events []recommend.Interaction
	var order []string
	for _, r := range rows[1:] {
		code := r[1]
		quantity, _ := strconv.Atoi(r[3])
		price, _ := strconv.ParseFloat(r[5], 64)
		if r[6] == "" || r[0][0] == 'C' || quantity <= 0 || price <= 0 || len(code) < 5 {
			continue
		}
		if _, err := strconv.Atoi(code[:5]); err != nil {
			continue
		}
		at, err := time.Parse("2006-01-02T15:04:05", r[4])
		require.NoError(t, err)
		if titles[code] == "" {
			order = append(order, code)
			titles[code] = r[2]
		}
		events = append(events, recommend.Interaction{User: r[6], Item: code, Time: at})
	}
	items := make([]recommend.Item, len(order))
	for i, code := range order {
		items[i] = recommend.Item{ID: code, Title: titles[code]}
	}
	return items, events
}
