package connect

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/setting"
	"github.com/bodega-commerce/bodega/search"
)

// rankersKey is the setting that holds the rankers that were learned, so that
// every process serves the same.
const rankersKey = "search.rankers"

const keptRankers = 3

// savedRankers are the newest that were learned, the oldest first. The last one
// serves; without any it is the configured one.
type savedRankers struct {
	Rankers  []savedRanker `json:"rankers"`
	TriedAt  time.Time     `json:"tried_at"`  // the last training, whatever came of it
	WantedAt time.Time     `json:"wanted_at"` // when somebody last asked for one
}

type savedRanker struct {
	rankerInfo
	Model []byte `json:"model"` // as search.LoadTrees reads it, compressed
}

// rankerInfo names a ranker.
type rankerInfo struct {
	Version   string    `json:"version"`
	TrainedAt time.Time `json:"trained_at"`
}

const maxRanker = 64 << 20 // bytes, unpacked

func packRanker(r *search.TreeRanker) ([]byte, error) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	err := errors.Join(r.Save(w), w.Close())
	return b.Bytes(), err
}

func (s *savedRanker) unpack() (*search.TreeRanker, error) {
	r, err := gzip.NewReader(bytes.NewReader(s.Model))
	if err != nil {
		return nil, err
	}
	return search.LoadTrees(io.LimitReader(r, maxRanker))
}

func (s *Search) savedRankers(ctx context.Context) (saved savedRankers, version int64, err error) {
	err = s.db.View(ctx, func(tx SearchTx) (err error) {
		saved = savedRankers{}
		version, err = setting.Get(ctx, tx.Settings(), rankersKey, &saved)
		return err
	})
	return saved, version, err
}

// rankBy gives the engines the ranker that serves. One that cannot be read, of
// a version with other signals, gives way to the configured one.
func (s *Search) rankBy(ctx context.Context, st *searchState) error {
	saved, _, err := s.savedRankers(ctx)
	if err != nil {
		return err
	}
	var ranker search.Ranker
	var info *rankerInfo
	if n := len(saved.Rankers); n > 0 {
		last := saved.Rankers[n-1]
		if is := st.ranker.Load(); is != nil && is.Version == last.Version {
			return nil
		}
		if trees, err := last.unpack(); err != nil {
			s.failed(ctx, err)
		} else {
			ranker, info = trees, &last.rankerInfo
		}
	}
	for _, e := range st.engines {
		e.SetRanker(ranker)
	}
	st.ranker.Store(info)
	return nil
}

// ranking names the ranker that serves; "" is the configured one.
func (st *searchState) ranking() (version string, trained time.Time) {
	if info := st.ranker.Load(); info != nil {
		return info.Version, info.TrainedAt
	}
	return "", time.Time{}
}

// keepRankers writes rankers in place of those of a version and has every
// process take them. Errors: *core.StaleError.
func (s *Search) keepRankers(ctx context.Context, saved savedRankers, seen int64) error {
	saved.Rankers = saved.Rankers[max(0, len(saved.Rankers)-keptRankers):]
	err := s.db.Update(ctx, func(tx SearchTx) error {
		now := s.cfg.Clock.Now()
		if _, err := setting.Put(ctx, tx.Settings(), rankersKey, saved, seen, now); err != nil {
			return err
		}
		e, err := core.NewEvent(ctx, nil, now, eventSettings, "search", struct{}{})
		if err != nil {
			return err
		}
		return tx.Events().Append(ctx, e)
	})
	if st := s.current.Load(); err == nil && st != nil {
		err = s.rankBy(ctx, st)
	}
	return err
}

// Rollback discards the ranker that serves for the one before it, in every
// process. Needs PermMerchWrite; KindConflict when none was learned.
func (s *Search) Rollback(ctx context.Context) (RankingProgress, error) {
	if err := core.Require(ctx, core.PermMerchWrite); err != nil {
		return RankingProgress{}, err
	}
	saved, version, err := s.savedRankers(ctx)
	if err != nil {
		return RankingProgress{}, err
	}
	n := len(saved.Rankers)
	if n == 0 {
		return RankingProgress{}, core.Errorf(core.KindConflict, "no_earlier_ranker", "there is no ranking before the one that serves")
	}
	saved.Rankers = saved.Rankers[:n-1]
	if err := s.keepRankers(ctx, saved, version); err != nil {
		return RankingProgress{}, err
	}
	return s.Progress().Ranking, nil
}
