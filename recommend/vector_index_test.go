package recommend_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/recommend"
)

// shelf is a VectorIndex that looks at all its vectors, and may be out of order.
type shelf struct {
	mu      sync.Mutex
	vectors map[string][]float32
	retired bool
	asked   []int // limits
	broken  error
}

func (s *shelf) Put(_ context.Context, ids []string, vectors [][]float32) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken != nil {
		return s.broken
	}
	for i, id := range ids {
		s.vectors[id] = vectors[i]
	}
	return nil
}

func (s *shelf) Nearest(_ context.Context, vector []float32, limit int) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, limit)
	if s.broken != nil {
		return nil, s.broken
	}
	var all []recommend.Match
	for id, v := range s.vectors {
		var sum float32
		for i := range v {
			sum += v[i] * vector[i]
		}
		all = append(all, recommend.Match{ID: id, Score: sum})
	}
	slices.SortFunc(all, func(a, b recommend.Match) int {
		if a.Score > b.Score || a.Score == b.Score && a.ID < b.ID {
			return -1
		}
		return 1
	})
	var out []string
	for _, m := range all[:min(limit, len(all))] {
		out = append(out, m.ID)
	}
	return out, nil
}

func (s *shelf) Retire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.retired = true
}

// shelves are all that were opened.
type shelves struct {
	mu     sync.Mutex
	all    []*shelf
	broken error // of those that are opened from now on
}

func (s *shelves) open(context.Context, int) (recommend.VectorIndex, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := &shelf{vectors: map[string][]float32{}, broken: s.broken}
	s.all = append(s.all, x)
	return x, nil
}

// live are those that are not retired.
func (s *shelves) live() (live []*shelf) {
	for _, x := range s.all {
		if !x.retired {
			live = append(live, x)
		}
	}
	return live
}

func byVectors(exact int) []recommend.Learner {
	return []recommend.Learner{recommend.LearnFactors(recommend.FactorsConfig{Dim: 16, Sweeps: 4, Exact: exact}),
		recommend.LearnBPR(recommend.BPRConfig{Dim: 16, Epochs: 10, Exact: exact})}
}

// TestVectorsElsewhere compares with scores of all.
func TestVectorsElsewhere(t *testing.T) {
	t.Parallel()
	town := newTown(300, 240, 4, 70)
	elsewhere := &shelves{}
	outside := openTown(t, town, recommend.Config{Learners: byVectors(1), Index: elsewhere.open})
	here := openTown(t, town, recommend.Config{Learners: byVectors(20_000)})
	require.Len(t, elsewhere.all, 4, "two for validation, two that serve")
	require.Len(t, elsewhere.live(), 2)
	for _, x := range elsewhere.live() {
		require.Greater(t, len(x.vectors), 200)
		for id, v := range x.vectors {
			var sum float64
			for _, f := range v {
				sum += float64(f) * float64(f)
			}
			require.Len(t, v, 17)
			require.InDelta(t, 1, math.Sqrt(sum), 1e-5, id)
		}
	}
	for user := range 20 {
		for _, e := range []*recommend.Engine{outside, here} {
			require.NoError(t, e.Observe(t.Context(), recommend.Interaction{User: fmt.Sprint("new-", user), Item: town.items[user].ID}))
		}
		for _, category := range []string{"", "cat-3"} {
			r := recommend.Request{User: fmt.Sprint("new-", user), Limit: 20, Context: recommend.Context{Category: category}}
			got, err := outside.Home(t.Context(), r)
			require.NoError(t, err)
			want, err := here.Home(t.Context(), r)
			require.NoError(t, err)
			require.Equal(t, want.Items, got.Items)
			require.Empty(t, got.Degraded)
		}
	}
}

func TestFiltersWidenTheQuestion(t *testing.T) {
	t.Parallel()
	elsewhere := &shelves{}
	l := recommend.LearnFactors(recommend.FactorsConfig{Dim: 16, Sweeps: 2, Exact: 1, Index: elsewhere.open})
	town := newTown(300, 240, 4, 71)
	model := learn(t, l, town).model
	index := elsewhere.live()[0]
	index.asked = nil
	ask := &recommend.Ask{History: []recommend.Interaction{{Item: "item-0", Weight: 1}}, Now: noon,
		Keep: func(id string) bool { return categoryOf(town, id) == "cat-1" }} // of another taste
	found, err := model.Candidates(t.Context(), ask, 3)
	require.NoError(t, err)
	require.Greater(t, len(index.asked), 1)
	require.LessOrEqual(t, slices.Max(index.asked), 32*3)
	whole, err := learn(t, recommend.LearnFactors(recommend.FactorsConfig{Dim: 16, Sweeps: 2}), town).model.Candidates(t.Context(), ask, 3)
	require.NoError(t, err)
	require.Equal(t, whole, found)
}

func TestAnIndexThatFailsIsDoneWithout(t *testing.T) {
	t.Parallel()
	town := newTown(200, 80, 4, 72)
	elsewhere := &shelves{}
	cfg := recommend.Config{Learners: byVectors(1), Index: elsewhere.open, Now: ticking()}
	e := openTown(t, town, cfg)
	require.NoError(t, e.Observe(t.Context(), recommend.Interaction{User: "u", Item: "item-3"}))
	home := func(e *recommend.Engine) *recommend.Recommendation {
		r, err := e.Home(t.Context(), recommend.Request{User: "u"})
		require.NoError(t, err)
		require.Len(t, r.Items, 10)
		return r
	}
	before := home(e)
	require.Empty(t, before.Degraded)
	for _, x := range elsewhere.live() {
		x.broken, x.asked = errors.New("out of reach"), nil
	}
	for range 2 {
		after := home(e)
		require.Equal(t, ids(before), ids(after))
		require.Contains(t, after.Degraded, "without an index: out of reach")
	}
	for _, x := range elsewhere.live() {
		require.Len(t, x.asked, 1, "it is left alone for a while")
	}

	// What cannot be filled is not kept, and the model serves.
	old := elsewhere.live()
	elsewhere.broken = errors.New("full")
	report, err := e.Train(t.Context(), all(town.events), recommend.TrainConfig{})
	require.NoError(t, err)
	require.True(t, report.Swapped, report.Reason)
	require.Contains(t, home(e).Degraded, "without an index: full")
	require.Empty(t, elsewhere.live())
	require.True(t, old[0].retired)

	// A saved model fills an index of its own.
	elsewhere.broken = nil
	var saved bytes.Buffer
	require.NoError(t, e.SaveModel(&saved))
	file := saved.Bytes()
	_, err = e.LoadModel(t.Context(), bytes.NewReader(file))
	require.NoError(t, err)
	require.Empty(t, home(e).Degraded)
	first := elsewhere.live()
	require.Len(t, first, 2)
	_, err = e.LoadModel(t.Context(), bytes.NewReader(file))
	require.NoError(t, err)
	require.Len(t, elsewhere.live(), 2)
	require.True(t, first[0].retired && first[1].retired)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = e.LoadModel(ended, bytes.NewReader(file))
	require.ErrorIs(t, err, context.Canceled)
	require.Len(t, elsewhere.live(), 2, "what was opened for nothing is let go")
	_, err = e.Rollback(t.Context())
	require.NoError(t, err)
	require.Len(t, elsewhere.live(), 2)
}
