package recommend

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"
)

// Metrics are offline figures of visits that came later: what users took to and
// had not bought before, means over visits. Zero when there were too few.
type Metrics struct {
	Users     int                `json:"users"` // visits
	NDCG10    float64            `json:"ndcg@10"`
	NDCGError float64            `json:"ndcg@10_error"` // standard error of NDCG10
	Recall20  float64            `json:"recall@20"`     // of 20 recommended
	Next      Next               `json:"next"`
	Weighted  float64            `json:"weighted"` // NDCG10 of the weighted sum of the models
	Alone     map[string]float64 `json:"alone"`    // NDCG10 of each model alone
}

// Next are the figures when what was bought before may be recommended too.
type Next struct {
	NDCG10   float64 `json:"ndcg@10"`
	Recall20 float64 `json:"recall@20"`
	Weighted float64 `json:"weighted"` // NDCG10 of the weighted sum
}

type verdict struct {
	weights map[string]float64
	ranker  *ranker
	metrics Metrics
	worse   bool
	reason  string
}

// validate trains on the earlier events and looks at the later ones.
func (t *training) validate(ctx context.Context, all *Events) (*verdict, error) {
	cut := all.cut(t.cfg.Validation)
	early := all.before(cut)
	cases := t.judged(all, early)
	v := &verdict{weights: map[string]float64{}, metrics: Metrics{Alone: map[string]float64{}}}
	if len(cases) < 2*t.cfg.MinUsers {
		v.weights[content{}.Name()] = 1
		for _, l := range t.engine.cfg.Learners {
			v.weights[l.Name()] = 1
		}
		v.reason = fmt.Sprintf("only %d visits to validate on, %d are needed: models count alike", len(cases), 2*t.cfg.MinUsers)
		return v, nil
	}
	learned, err := t.learn(ctx, "validate", early, nil)
	if err != nil {
		return nil, err
	}
	defer retire(learned)
	m := &mix{sources: sourcesOf(t.engine.catalog, learned), facts: learnFacts(early, all), learning: true}
	m.weights = equal(len(m.sources))
	if err := t.pools(ctx, m, cases); err != nil {
		return nil, err
	}
	t.step("weigh")
	half := len(cases) / 2
	for half < len(cases)-1 && cases[half].user == cases[half-1].user { // users are judged by what others taught
		half++
	}
	fit, report := cases[:half], cases[half:]
	if m.weights, err = t.learnWeights(ctx, fit, m.sources); err != nil {
		return nil, err
	}
	for i, s := range m.sources {
		alone, err := t.measure(ctx, report, &mix{sources: m.sources, weights: only(i, len(m.sources))}, unseen)
		if err != nil {
			return nil, err
		}
		v.weights[s.Name()], v.metrics.Alone[s.Name()] = m.weights[i], alone.ndcg
	}
	if m.ranker, err = t.rank(ctx, m, fit, report, &v.metrics); err != nil {
		return nil, err
	}
	if err := t.compare(ctx, v, report, m, cut); err != nil || m.ranker == nil {
		return v, err
	}
	// What is served has learned from all visits.
	v.ranker, err = learnRanker(ctx, cases, names(m.sources), t.engine.cfg.Workers, t.engine.cfg.Seed)
	return v, err
}

// rank learns a ranker from one part of the cases and keeps it if it is better
// than the weighted sum on the other, for what is new to the user and for all.
func (t *training) rank(ctx context.Context, m *mix, fit, report []*judged, figures *Metrics) (*ranker, error) {
	set := func(fresh, all figure) {
		figures.Users, figures.NDCG10, figures.NDCGError, figures.Recall20 = fresh.cases, fresh.ndcg, fresh.standardError, fresh.recall
		figures.Next.NDCG10, figures.Next.Recall20 = all.ndcg, all.recall
	}
	fresh, err := t.measure(ctx, report, m, unseen)
	if err != nil {
		return nil, err
	}
	all, err := t.measure(ctx, report, m.withAgain(), next)
	if err != nil {
		return nil, err
	}
	set(fresh, all)
	figures.Weighted, figures.Next.Weighted = fresh.ndcg, all.ndcg
	if len(fit) < rankerCases {
		return nil, nil
	}
	r, err := learnRanker(ctx, fit, names(m.sources), t.engine.cfg.Workers, t.engine.cfg.Seed)
	if err != nil {
		return nil, err
	}
	ofFresh, ofAll := make([]outcome, len(report)), make([]outcome, len(report))
	err = t.scored(ctx, report, &mix{sources: m.sources, ranker: r}, func(i int, scores []float64) {
		ofFresh[i], ofAll[i] = report[i].judge(scores, unseen, math.MinInt64), report[i].judge(scores, next, math.MinInt64)
	})
	fresher, more := figureOf(ofFresh), figureOf(ofAll)
	if err != nil || fresher.ndcg < fresh.ndcg || more.ndcg < all.ndcg {
		return nil, err
	}
	set(fresher, more)
	return r, nil
}

// sourcesOf are all models, with that of what is bought again.
func sourcesOf(c *catalog, learned []Trained) []Source {
	sources := []Source{content{c}}
	for _, x := range learned {
		sources = append(sources, x)
	}
	return sources
}

func names(sources []Source) []string {
	out := make([]string, len(sources))
	for i, s := range sources {
		out[i] = s.Name()
	}
	return out
}

func equal(n int) []float64 { return normal(slices.Repeat([]float64{1}, n)) }

func only(i, n int) []float64 {
	weights := make([]float64, n)
	weights[i] = 1
	return weights
}

// learnWeights begins with what is good without data, the factors and the linear
// model alike, and takes another weighing if it is better by more than three
// standard errors of the difference, case by case: few cases change little. It
// looks for what is new to the user, of which what is bought again has no say.
func (t *training) learnWeights(ctx context.Context, cases []*judged, sources []Source) ([]float64, error) {
	all := names(sources)
	again := slices.Index(all, "again")
	var failed error
	gains := func(w []float64) (out []float64) {
		found, err := t.outcomes(ctx, cases, &mix{sources: sources, weights: w}, unseen, math.MinInt64)
		failed = cmp.Or(failed, err)
		for _, o := range found {
			if o.counts {
				out = append(out, o.ndcg)
			}
		}
		return out
	}
	weights := make([]float64, len(sources))
	for i, name := range all {
		if name == "factors" || name == "linear" {
			weights[i] = 1
		}
	}
	if weights = normal(weights); slices.Max(weights) == 0 {
		weights = equal(len(sources))
	}
	now := gains(weights)
	try := func(w []float64) {
		if again >= 0 {
			w[again] = 0
		}
		w = normal(w)
		if then := gains(w); better(then, now) {
			weights, now = w, then
		}
	}
	alone := make([]float64, len(sources))
	for i := range sources {
		alone[i] = mean(gains(only(i, len(sources))))
	}
	try(slices.Clone(alone))
	try(equal(len(sources)))
	for i := range sources {
		try(only(i, len(sources)))
	}
	for range 4 {
		before := slices.Clone(weights)
		for i := range sources {
			for _, w := range []float64{0, weights[i] / 2, weights[i] * 2, 0.05, 0.2, 0.5} {
				other := slices.Clone(weights)
				other[i] = w
				try(other)
			}
		}
		if failed != nil || slices.Equal(before, weights) {
			break
		}
	}
	if i := slices.Index(all, content{}.Name()); i >= 0 && weights[i] < contentLeast {
		weights[i] = contentLeast
		weights = normal(weights)
	}
	return weights, failed
}

// contentLeast is the least say of content. It alone knows items that are new,
// and few visits tell of those.
const contentLeast = 0.05

func mean(x []float64) float64 {
	var sum float64
	for _, v := range x {
		sum += v
	}
	return sum / float64(max(len(x), 1))
}

// better reports whether a is more than b by more than three standard errors of
// their difference: of a hundred or two that are tried, one is by two by chance.
func better(a, b []float64) bool {
	difference := make([]float64, len(a))
	for i := range a {
		difference[i] = a[i] - b[i]
	}
	m := mean(difference)
	var squares float64
	for _, d := range difference {
		squares += (d - m) * (d - m)
	}
	n := float64(max(len(a), 1))
	return m > 3*math.Sqrt(squares/n/n)
}

// compare decides whether the new model does worse than the serving one.
func (t *training) compare(ctx context.Context, v *verdict, report []*judged, m *mix, cut int64) error {
	serving := t.engine.serving.Load()
	if serving == nil {
		v.reason = "there was no model before"
		return nil
	}
	since := max(cut-1, serving.info.To.Unix())
	mine, err := t.outcomes(ctx, report, m, unseen, since)
	if err != nil {
		return err
	}
	var same []*judged
	var ours float64
	for i, o := range mine {
		if o.counts {
			ours += o.ndcg
			copied := *report[i]
			same = append(same, &copied)
		}
	}
	if len(same) < t.cfg.MinUsers {
		old := serving.info.Metrics.NDCG10
		v.worse = v.metrics.NDCG10+2*v.metrics.NDCGError < old
		v.reason = fmt.Sprintf("nDCG@10 %.4f ± %.4f, the serving model had %.4f", v.metrics.NDCG10, v.metrics.NDCGError, old)
		return nil
	}
	old := serving.mix(t.engine.catalog)
	if err := t.pools(ctx, old, same); err != nil {
		return err
	}
	theirs, err := t.outcomes(ctx, same, old, unseen, since)
	if err != nil {
		return err
	}
	var his float64
	for _, o := range theirs {
		his += o.ndcg
	}
	his, ours = his/float64(len(same)), ours/float64(len(same))
	v.worse = ours < his
	v.reason = fmt.Sprintf("nDCG@10 %.4f, the serving model %.4f, of %d visits after %s", ours, his, len(same), time.Unix(since, 0).UTC().Format(time.DateOnly))
	return nil
}
