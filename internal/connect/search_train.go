package connect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/bodega-commerce/bodega/commerce/analytics"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/setting"
	"github.com/bodega-commerce/bodega/search"
)

const (
	learnedDays = 90     // whose searches are learned from
	minClicked  = 500    // searches with clicks that learning needs
	maxClicked  = 20_000 // the newest are learned from
	heldShare   = 5      // the newest of so many parts decides
)

// worths are what shoppers do with what they were shown is worth.
var worths = map[analytics.Kind]float64{analytics.Click: 1, analytics.Cart: 2, analytics.Purchase: 3}

// RankingProgress tells of the ranker that serves and of learning one.
type RankingProgress struct {
	Version   string    `json:"version,omitempty"` // none: the configured one
	TrainedAt time.Time `json:"trained_at,omitzero"`
	Training  bool      `json:"training"`
	Stage     string    `json:"stage,omitempty"`
	Done      int       `json:"done"` // queries whose signals are known, of Total
	Total     int       `json:"total"`
	LastAt    time.Time `json:"last_at,omitzero"` // the last training in this process
	Last      string    `json:"last,omitempty"`   // what came of it
}

// Train asks for ranking to be learned from clicks: at once by the process that
// answers, or within a minute by another, whichever runs. Needs PermMerchWrite.
func (s *Search) Train(ctx context.Context) error {
	if err := core.Require(ctx, core.PermMerchWrite); err != nil {
		return err
	}
	if err := s.db.Update(ctx, func(tx SearchTx) error {
		var saved savedRankers
		seen, err := setting.Get(ctx, tx.Settings(), rankersKey, &saved)
		if err != nil {
			return err
		}
		saved.WantedAt = s.cfg.Clock.Now()
		_, err = setting.Put(ctx, tx.Settings(), rankersKey, saved, seen, saved.WantedAt)
		return err
	}); err != nil {
		return err
	}
	select {
	case s.train <- struct{}{}:
	default:
	}
	return nil
}

// scheduleTraining learns when it is asked to and when the last training, of
// any process, is old.
func (s *Search) scheduleTraining(ctx context.Context) {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.train:
		case <-tick.C:
		}
		saved, _, err := s.savedRankers(ctx)
		old := s.cfg.Train > 0 && s.cfg.Clock.Now().Sub(saved.TriedAt) >= s.cfg.Train
		if err == nil && (old || saved.WantedAt.After(saved.TriedAt)) {
			err = s.Learn(ctx)
		}
		s.failed(ctx, err)
	}
}

// Learn learns ranking from clicks here and now. What is learned serves, in
// every process, if it does better on the newest searches than the ranker that
// serves. RankingProgress.Last says what came of it.
func (s *Search) Learn(ctx context.Context) error {
	s.learning.Lock()
	defer s.learning.Unlock()
	st := s.current.Load()
	if st == nil {
		return core.Errorf(core.KindUnavailable, "search_not_ready", "the search index is not there yet")
	}
	ctx = core.WithActor(ctx, core.System("search"))
	s.tell(func(p *SearchProgress) { p.Ranking = RankingProgress{Training: true, Stage: "clicks"} })
	said, err := s.learn(ctx, st)
	if stale := (*core.StaleError)(nil); errors.As(err, &stale) {
		said, err = "the rankers changed meanwhile", nil
	}
	if err != nil {
		said = "it failed: " + err.Error()
	}
	s.tell(func(p *SearchProgress) { p.Ranking = RankingProgress{LastAt: s.cfg.Clock.Now(), Last: said} })
	return err
}

// learn returns what came of it.
func (s *Search) learn(ctx context.Context, st *searchState) (string, error) {
	saved, version, err := s.savedRankers(ctx)
	if err != nil {
		return "", err
	}
	now := s.cfg.Clock.Now()
	saved.TriedAt = now
	answers, did, err := s.clicked(ctx, now.AddDate(0, 0, -learnedDays))
	if err != nil {
		return "", err
	}
	if len(answers) < minClicked {
		return fmt.Sprintf("nothing was learned: of %d searches that led to a click %d are needed", len(answers), minClicked), s.keepRankers(ctx, saved, version)
	}
	held := len(answers) / heldShare
	older, err := s.lists(ctx, st, answers[:len(answers)-held], did)
	if err != nil {
		return "", err
	}
	newer, err := s.lists(ctx, st, answers[len(answers)-held:], did)
	if err != nil {
		return "", err
	}
	s.tell(func(p *SearchProgress) { p.Ranking.Stage = "ranker" })
	serving := st.engines[st.facts.locales()[0]].Ranker()
	trained, before, after, err := rankerOf(ctx, older, newer, serving)
	if err != nil {
		return "", err
	}
	figures := fmt.Sprintf("ndcg@10 on the newest %d of %d clicked searches: %.4f, before %.4f", held, len(answers), after, before)
	if after <= before {
		return "the ranking that serves stays: " + figures, s.keepRankers(ctx, saved, version)
	}
	model, err := packRanker(trained)
	if err != nil {
		return "", err
	}
	info := rankerInfo{now.UTC().Format("20060102T150405.000000"), now}
	saved.Rankers = append(saved.Rankers, savedRanker{info, model})
	return "a new ranking serves: " + figures, s.keepRankers(ctx, saved, version)
}

// rankerOf learns from the older lists and measures on the newer ones, with
// the bias of positions corrected in both.
func rankerOf(ctx context.Context, older, newer []search.ClickedList, serving search.Ranker) (trained *search.TreeRanker, before, after float64, err error) {
	propensities, err := search.Propensities(ctx, older, search.ClickConfig{})
	if err != nil {
		return nil, 0, 0, err
	}
	train, err := search.FromClicks(older, propensities)
	if err != nil {
		return nil, 0, 0, err
	}
	held, err := search.FromClicks(newer, propensities)
	if err != nil {
		return nil, 0, 0, err
	}
	if trained, err = search.TrainTrees(ctx, train, search.TreeConfig{Linear: search.LinearConfig{Start: search.DefaultRanker()}}); err != nil {
		return nil, 0, 0, err
	}
	total := 0.0
	for i := range held {
		before += held[i].Weight * held[i].NDCG(serving, 10)
		after += held[i].Weight * held[i].NDCG(trained, 10)
		total += held[i].Weight
	}
	if total == 0 {
		return trained, 0, 0, nil
	}
	return trained, before / total, after / total, nil
}

// doings are what shoppers did with products of an answer.
type doings map[core.EventID]map[core.ProductID]float64

// clicked returns the searches since a time that led to something, the oldest
// first, and to what.
func (s *Search) clicked(ctx context.Context, since time.Time) ([]analytics.Event, doings, error) {
	events := analytics.New(core.Narrow(s.db, func(tx SearchTx) analytics.Tx { return tx }), analytics.Config{Clock: s.cfg.Clock})
	did := doings{}
	for e, err := range events.Stream(ctx, since, analytics.Click, analytics.Cart, analytics.Purchase) {
		if err != nil {
			return nil, nil, err
		}
		if e.Answer == "" || e.Placement != analytics.PlacementSearch || e.Query == "" {
			continue
		}
		if did[e.Answer] == nil {
			did[e.Answer] = map[core.ProductID]float64{}
		}
		did[e.Answer][e.Product] = max(did[e.Answer][e.Product], worths[e.Kind])
	}
	var answers []analytics.Event
	ids := slices.Sorted(maps.Keys(did)) // they sort by time
	for part := range slices.Chunk(ids[max(0, len(ids)-maxClicked):], analytics.MaxBatch) {
		if err := s.db.View(ctx, func(tx SearchTx) error {
			found, err := tx.Analytics().Answers(ctx, part)
			for _, id := range part {
				if a, ok := found[id]; ok && slices.ContainsFunc(a.Shown, func(p core.ProductID) bool { return did[id][p] > 0 }) {
					answers = append(answers, a)
				}
			}
			return err
		}); err != nil {
			return nil, nil, err
		}
	}
	slices.SortStableFunc(answers, func(a, b analytics.Event) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	return answers, did, nil
}

// lists measures what the answers showed, as the engines see it now. Events do
// not tell the locale of a query: it is taken to be that whose engine finds
// most of what was shown for it.
func (s *Search) lists(ctx context.Context, st *searchState, answers []analytics.Event, did doings) ([]search.ClickedList, error) {
	byQuery := map[string][]analytics.Event{}
	for _, a := range answers {
		byQuery[a.Query] = append(byQuery[a.Query], a)
	}
	s.tell(func(p *SearchProgress) { p.Ranking.Stage, p.Ranking.Total = "signals", p.Ranking.Total+len(byQuery) })
	var lists []search.ClickedList
	for _, query := range slices.Sorted(maps.Keys(byQuery)) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		best, most := "", 0
		signals := map[string]map[core.ProductID][]float64{}
		for _, locale := range st.facts.locales() {
			found, n, err := signalsOf(ctx, st.engines[locale], search.Query{Text: query, Locale: locale, Price: fieldPrice}, byQuery[query])
			if err != nil {
				return nil, err
			}
			if signals[locale] = found; n > most {
				best, most = locale, n
			}
		}
		for _, a := range byQuery[query] {
			l := search.ClickedList{Query: query}
			for i, id := range a.Shown {
				if x, ok := signals[best][id]; ok {
					l.Shown = append(l.Shown, search.Shown{Candidate: search.Candidate{ID: string(id), Signals: x}, Position: i + 1, Worth: did[a.ID][id]})
				}
			}
			lists = append(lists, l)
		}
		s.tell(func(p *SearchProgress) { p.Ranking.Done++ })
	}
	return lists, nil
}

// signalsOf returns the signals of what answers showed, and how many times
// something was shown that has them.
func signalsOf(ctx context.Context, engine *search.Engine, q search.Query, answers []analytics.Event) (signals map[core.ProductID][]float64, n int, err error) {
	candidates, err := engine.Candidates(ctx, q)
	if refused := (*search.QueryError)(nil); err != nil && !errors.As(err, &refused) {
		return nil, 0, err
	}
	found := make(map[core.ProductID][]float64, len(candidates))
	for _, c := range candidates {
		found[core.ProductID(c.ID)] = c.Signals
	}
	signals = map[core.ProductID][]float64{}
	for _, a := range answers {
		for _, id := range a.Shown {
			if x, ok := found[id]; ok {
				n++
				if signals[id] == nil {
					signals[id] = slices.Clone(x) // the whole of found is large
				}
			}
		}
	}
	return signals, n, nil
}
