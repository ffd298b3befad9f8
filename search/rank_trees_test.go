package search_test

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/search"
)

// tastes makes queries whose gain is worth(signals), of random signals.
func tastes(queries, candidates int, seed uint64, worth func(s []float64) float64) []search.Judged {
	random := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // numbers that must repeat
	out := make([]search.Judged, queries)
	for q := range out {
		for i := range candidates {
			s := make([]float64, len(search.Signals()))
			for j := range s {
				s[j] = random.Float64()
			}
			out[q].Candidates = append(out[q].Candidates, search.Candidate{ID: fmt.Sprint(q, ".", i), Signals: s})
			out[q].Gains = append(out[q].Gains, worth(s))
		}
	}
	return out
}

// together is what weights cannot say: both signals count only together.
func together(s []float64) float64 {
	if s[1] > 0.5 && s[2] > 0.7 {
		return 1
	}
	return 0.1 * math.Round(3*s[3])
}

func ndcg(ranker search.Ranker, queries []search.Judged) float64 {
	sum := 0.0
	for i := range queries {
		sum += queries[i].NDCG(ranker, 10)
	}
	return sum / float64(len(queries))
}

// quick is for tests.
var quick = search.TreeConfig{Linear: search.LinearConfig{Rounds: 50}, Rounds: 40, LearningRate: 0.15, MinLeaf: 20, Folds: 3}

func trained(t *testing.T, change ...func(*search.TreeConfig)) *search.TreeRanker {
	t.Helper()
	config := quick
	for _, c := range change {
		c(&config)
	}
	ranker, err := search.TrainTrees(t.Context(), tastes(60, 50, 1, together), config)
	require.NoError(t, err)
	return ranker
}

func TestTreesLearnWhatWeightsCannotSay(t *testing.T) {
	t.Parallel()
	queries, unseen := tastes(60, 50, 1, together), tastes(60, 50, 2, together)
	linear, err := search.TrainLinear(t.Context(), queries, search.LinearConfig{})
	require.NoError(t, err)
	ranker := trained(t)
	require.Positive(t, ranker.Trees())
	require.Greater(t, ndcg(ranker, unseen), ndcg(linear, unseen)+0.03)
}

func TestTreesStayAwayWhereWeightsSayItAll(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 3)) //nolint:gosec // numbers that must repeat
	queries := tastes(20, 40, 3, func(s []float64) float64 { return math.Round(max(0, 2*s[1]+s[2]+random.NormFloat64())) })
	linear, err := search.TrainLinear(t.Context(), queries, search.LinearConfig{})
	require.NoError(t, err)
	for _, q := range [][]search.Judged{queries, queries[:5]} {
		ranker, err := search.TrainTrees(t.Context(), q, search.TreeConfig{Rounds: 40, LearningRate: 0.15, MinLeaf: 20})
		require.NoError(t, err)
		require.Zero(t, ranker.Trees())
		if len(q) == len(queries) {
			require.InDelta(t, linear.Score(q[0].Candidates[0].Signals), ranker.Score(q[0].Candidates[0].Signals), 1e-12)
		}
	}
}

func TestTreesExplainTheirScores(t *testing.T) {
	t.Parallel()
	ranker := trained(t)
	constant := math.NaN() // what is the same for all candidates
	for _, c := range tastes(1, 50, 4, together)[0].Candidates {
		parts := make([]float64, len(c.Signals))
		ranker.Contributions(parts, c.Signals)
		rest := ranker.Score(c.Signals)
		for _, p := range parts {
			rest -= p
		}
		if math.IsNaN(constant) {
			constant = rest
		}
		require.InDelta(t, constant, rest, 1e-9)
	}
}

func TestTreesNeverTakeABetterMatchForAWorseOne(t *testing.T) {
	t.Parallel()
	weightless := trained(t, func(c *search.TreeConfig) { c.Linear.Penalty = 1e6 }) // the trees say it all
	require.Positive(t, weightless.Trees())
	for _, c := range tastes(1, 30, 5, together)[0].Candidates {
		for j := range 7 {
			last := math.Inf(-1)
			for x := 0.0; x <= 1; x += 0.05 {
				c.Signals[j] = x
				score := weightless.Score(c.Signals)
				require.GreaterOrEqual(t, score, last-1e-4, "signal %d", j)
				last = score
			}
		}
	}
}

func TestTreesAreTheSameAgainAndSurviveSaving(t *testing.T) {
	t.Parallel()
	var first, second bytes.Buffer
	ranker := trained(t)
	require.NoError(t, ranker.Save(&first))
	require.NoError(t, trained(t).Save(&second))
	require.Equal(t, first.Bytes(), second.Bytes())

	loaded, err := search.LoadTrees(bytes.NewReader(first.Bytes()))
	require.NoError(t, err)
	require.Equal(t, ranker.Trees(), loaded.Trees())
	for _, c := range tastes(1, 50, 6, together)[0].Candidates {
		require.InDelta(t, ranker.Score(c.Signals), loaded.Score(c.Signals), 1e-12)
	}

	for name, change := range map[string]func(s string) string{
		"no ranker":    func(s string) string { return "x" + s },
		"the checksum": func(s string) string { return s[:len(s)-9] },
		"other signals": func(s string) string {
			return resealed(strings.Replace(s, "fused score", "other score", 1))
		},
	} {
		_, err := search.LoadTrees(strings.NewReader(change(first.String())))
		var format *search.FormatError
		require.ErrorAs(t, err, &format)
		require.ErrorContains(t, err, name)
	}
}

// resealed corrects the checksum of a ranker's file.
func resealed(file string) string {
	magic, rest, _ := strings.Cut(file, " ")
	_, body, _ := strings.Cut(rest, "\n")
	return fmt.Sprintf("%s %08x\n%s", magic, crc32.Checksum([]byte(body), crc32.MakeTable(crc32.Castagnoli)), body)
}

func TestTreesRefuse(t *testing.T) {
	t.Parallel()
	queries := tastes(3, 5, 1, together)
	for _, c := range []search.TreeConfig{{Rounds: -1}, {Depth: -1}, {LearningRate: -1}, {MinLeaf: -1}, {Folds: 1}, {Linear: search.LinearConfig{Rounds: -1}}} {
		_, err := search.TrainTrees(t.Context(), queries, c)
		require.ErrorContains(t, err, "Config")
	}
	queries[0].Gains[0] = math.NaN()
	_, err := search.TrainTrees(t.Context(), queries, search.TreeConfig{})
	require.ErrorContains(t, err, "gain")
}

func BenchmarkScore(b *testing.B) {
	queries := tastes(60, 50, 1, together)
	linear, err := search.TrainLinear(b.Context(), queries, search.LinearConfig{Rounds: 10})
	require.NoError(b, err)
	trees, err := search.TrainTrees(b.Context(), queries, search.TreeConfig{Linear: search.LinearConfig{Rounds: 10}, Folds: 2})
	require.NoError(b, err)
	b.Logf("%d trees", trees.Trees())
	signals, parts := queries[0].Candidates[0].Signals, make([]float64, len(search.Signals()))
	for name, score := range map[string]func(){"weights": func() { linear.Score(signals) }, "trees": func() { trees.Score(signals) },
		"contributions": func() { trees.Contributions(parts, signals) }} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				score()
			}
		})
	}
}

// FuzzLoadTrees must refuse or give a ranker that scores.
func FuzzLoadTrees(f *testing.F) {
	for _, q := range []int{5, 30} {
		ranker, err := search.TrainTrees(f.Context(), tastes(q, 20, 1, together), search.TreeConfig{Linear: search.LinearConfig{Rounds: 1}, Rounds: 2, Depth: 2, LearningRate: 1, MinLeaf: 10, Folds: 3})
		require.NoError(f, err)
		require.Equal(f, q > 5, ranker.Trees() > 0)
		var file bytes.Buffer
		require.NoError(f, ranker.Save(&file))
		f.Add(file.String())
	}
	f.Fuzz(func(t *testing.T, file string) {
		for _, text := range []string{file, resealed(file)} {
			ranker, err := search.LoadTrees(strings.NewReader(text))
			if err != nil {
				continue
			}
			signals, parts := make([]float64, len(search.Signals())), make([]float64, len(search.Signals()))
			ranker.Score(signals)
			ranker.Contributions(parts, signals)
			require.NoError(t, ranker.Save(&bytes.Buffer{}))
		}
	})
}
