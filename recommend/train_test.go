package recommend_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/recommend"
)

// ticking is a clock on which each look takes a second.
func ticking() func() time.Time {
	var n atomic.Int64
	return func() time.Time { return noon.Add(time.Duration(n.Add(1)) * time.Second) }
}

func TestRollbackAndRestore(t *testing.T) {
	t.Parallel()
	for name, store := range map[string]recommend.Store{"memory": recommend.NewMemoryStore(), "folder": recommend.DirStore(t.TempDir() + "/models")} {
		town := newTown(200, 80, 4, 20)
		cfg := recommend.Config{Store: store, Now: ticking(), Keep: 2}
		e := openTown(t, town, cfg)
		first, _ := e.Serving()
		require.Contains(t, first.Parameters["factors"], "dim=16")
		require.Equal(t, 200, first.Users)
		for range 2 {
			report, err := e.Train(t.Context(), all(town.events), recommend.TrainConfig{})
			require.NoError(t, err, name)
			require.True(t, report.Swapped, report.Reason)
		}
		versions, err := e.Models(t.Context())
		require.NoError(t, err)
		require.Len(t, versions, 2, "the oldest was deleted")
		info, err := e.Rollback(t.Context())
		require.NoError(t, err)
		require.Equal(t, versions[0], info.Version)
		_, err = e.Rollback(t.Context())
		require.ErrorIs(t, err, recommend.ErrNoModel)

		cfg.Learners = quickLearners()
		again, err := recommend.New(cfg)
		require.NoError(t, err)
		require.NoError(t, again.PutItems(t.Context(), town.items...))
		restored, err := again.Restore(t.Context())
		require.NoError(t, err)
		require.Equal(t, info, restored)
		want, err := e.Home(t.Context(), recommend.Request{User: "nobody"})
		require.NoError(t, err)
		got, err := again.Home(t.Context(), recommend.Request{User: "nobody"})
		require.NoError(t, err)
		require.Equal(t, want.Items, got.Items)
	}
}

func TestTrainingTwiceGivesTheSameModel(t *testing.T) {
	t.Parallel()
	town := newTown(200, 80, 4, 21)
	var files [2]bytes.Buffer
	for i := range files {
		require.NoError(t, openTown(t, town, recommend.Config{}).SaveModel(&files[i]))
	}
	again, err := recommend.New(recommend.Config{Learners: quickLearners(), Now: clock})
	require.NoError(t, err)
	require.NoError(t, again.PutItems(t.Context(), town.items...))
	var answers [2]*recommend.Recommendation
	for i := range files {
		_, err := again.LoadModel(t.Context(), &files[i])
		require.NoError(t, err)
		require.NoError(t, again.Observe(t.Context(), recommend.Interaction{User: "u", Item: "item-3"}))
		answers[i], err = again.Home(t.Context(), recommend.Request{User: "u", Limit: 50})
		require.NoError(t, err)
	}
	require.Equal(t, answers[0].Items, answers[1].Items)
}

func TestWorseModelIsNotServed(t *testing.T) {
	t.Parallel()
	town := newTown(400, 120, 4, 22)
	good := &switchable{Learner: recommend.LearnNeighbours(recommend.NeighboursConfig{})}
	for name, since := range map[string]time.Time{"same data": noon, "newer data": noon.AddDate(0, 0, -12)} {
		good.spoiled.Store(false)
		e, err := recommend.New(recommend.Config{Now: ticking(), Learners: []recommend.Learner{good}})
		require.NoError(t, err)
		older := slices.DeleteFunc(slices.Clone(town.events), func(x recommend.Interaction) bool { return x.Time.After(since) })
		report, err := e.Train(t.Context(), all(older), recommend.TrainConfig{})
		require.NoError(t, err)
		require.True(t, report.Swapped)
		good.spoiled.Store(true)
		spoiled, err := e.Train(t.Context(), all(town.events), recommend.TrainConfig{})
		require.NoError(t, err)
		require.False(t, spoiled.Swapped, "%s: %s", name, spoiled.Reason)
		require.Contains(t, spoiled.Reason, "nDCG@10")
		info, _ := e.Serving()
		require.Equal(t, report.Info.Version, info.Version)
	}
}

// switchable is a learner that can be made to learn from one user alone.
type switchable struct {
	recommend.Learner
	spoiled atomic.Bool
}

func (s *switchable) Learn(ctx context.Context, data *recommend.Events) (recommend.Trained, error) {
	if s.spoiled.Load() {
		return s.Load(ctx, data.Table, make([]byte, 4+4*(len(data.IDs)+1))) // no neighbours
	}
	return s.Learner.Learn(ctx, data)
}

func TestCancelAndProgress(t *testing.T) {
	t.Parallel()
	town := newTown(200, 80, 4, 23)
	e := openTown(t, town, recommend.Config{Now: ticking()})
	before, _ := e.Serving()
	for _, at := range []string{"read", "validate factors", "weigh", "train sessions"} {
		ctx, cancel := context.WithCancel(t.Context())
		_, err := e.Train(ctx, all(town.events), recommend.TrainConfig{Progress: func(p recommend.Progress) {
			if p.Stage == at {
				cancel()
			}
		}})
		cancel()
		require.ErrorIs(t, err, context.Canceled, at)
	}
	var stages []string
	broken := errors.New("the database is gone")
	_, err := e.Train(t.Context(), func(yield func(recommend.Interaction, error) bool) { yield(recommend.Interaction{}, broken) },
		recommend.TrainConfig{Progress: func(p recommend.Progress) { stages = append(stages, p.Stage) }})
	require.ErrorIs(t, err, broken)
	require.Equal(t, []string{"read"}, stages)
	after, _ := e.Serving()
	require.Equal(t, before, after)

	stages = nil
	last := recommend.Progress{}
	bad := append(slices.Clone(town.events), recommend.Interaction{User: "u", Item: "item-1", Time: noon.AddDate(1, 0, 0)})
	report, err := e.Train(t.Context(), all(bad), recommend.TrainConfig{Progress: func(p recommend.Progress) {
		require.Less(t, p.Done, p.Total)
		stages, last = append(stages, p.Stage), p
	}})
	require.NoError(t, err)
	require.Equal(t, "save", last.Stage)
	require.Equal(t, last.Total-1, last.Done)
	require.Equal(t, 1, report.Skipped)
	require.ErrorContains(t, report.FirstSkipped, "future")
}

func TestAThousandReadersDuringRetrain(t *testing.T) {
	t.Parallel()
	town := newTown(150, 60, 3, 24)
	e := openTown(t, town, recommend.Config{Now: ticking(), Users: 100, Tuning: recommend.Tuning{Explore: 0.1}})
	stop := make(chan struct{})
	var answers atomic.Int64
	var wg sync.WaitGroup
	for n := range 1000 {
		wg.Go(func() {
			user := fmt.Sprint("user-", n)
			for {
				select {
				case <-stop:
					return
				default:
				}
				r, err := e.Home(t.Context(), recommend.Request{User: user})
				if err != nil || len(r.Items) != 10 {
					t.Errorf("%v: %v", r, err)
					return
				}
				answers.Add(1)
				if err := e.Observe(t.Context(), recommend.Interaction{User: user, Item: r.Items[n%10].ID, Kind: recommend.Click}); err != nil {
					t.Error(err)
					return
				}
				if n%50 == 0 {
					item := town.items[n%len(town.items)]
					item.Title += " " + r.RequestID[:4]
					if err := e.PutItems(t.Context(), item, recommend.Item{ID: fmt.Sprint("novel-", n)}); err != nil {
						t.Error(err)
						return
					}
				}
				time.Sleep(200 * time.Millisecond)
			}
		})
	}
	for range 2 {
		_, err := e.Train(t.Context(), all(town.events), recommend.TrainConfig{})
		require.NoError(t, err)
	}
	_, err := e.Rollback(t.Context())
	require.NoError(t, err)
	close(stop)
	wg.Wait()
	require.Positive(t, answers.Load())
}

func TestDirStoreKeepsToItsFolder(t *testing.T) {
	t.Parallel()
	s := recommend.DirStore(t.TempDir())
	for _, name := range []string{"", "../x", "a/b", ".hidden", "a\x00b"} {
		_, err := s.Load(t.Context(), name)
		require.Error(t, err, name)
		require.NotErrorIs(t, err, recommend.ErrNotFound, name)
	}
	require.NoError(t, os.WriteFile(string(s)+"/.stray.partial", nil, 0o600))
	names, err := s.List(t.Context())
	require.NoError(t, err)
	require.Empty(t, names)
}

func FuzzLoadModel(f *testing.F) {
	town := newTown(60, 20, 2, 25)
	e := openTown(f, town, recommend.Config{})
	var b bytes.Buffer
	require.NoError(f, e.SaveModel(&b))
	f.Add(b.Bytes())
	f.Add(b.Bytes()[:100])
	f.Add([]byte("bodega recommend model 1\n\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		before, _ := e.Serving()
		if _, err := e.LoadModel(t.Context(), bytes.NewReader(data)); err != nil {
			var wrong *recommend.FormatError
			require.ErrorAs(t, err, &wrong)
			after, _ := e.Serving()
			require.Equal(t, before.Version, after.Version)
		}
		_, err := e.Home(t.Context(), recommend.Request{User: "u"})
		require.NoError(t, err)
	})
}
