package recommend

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"time"
)

// Metrics are offline figures: what users took to later and had not had before,
// means over users. Zero when there were too few users.
type Metrics struct {
	Users     int                `json:"users"`
	NDCG10    float64            `json:"ndcg@10"`
	NDCGError float64            `json:"ndcg@10_error"` // standard error of NDCG10
	Recall20  float64            `json:"recall@20"`     // of 20 recommended
	Alone     map[string]float64 `json:"alone"`         // NDCG10 of each model alone
}

// judged is a user of the validation.
type judged struct {
	user    int
	history []Interaction
	targets map[string]int64 // item -> when it was taken first
	pool    *pool
}

type verdict struct {
	weights map[string]float64
	metrics Metrics
	worse   bool
	reason  string
}

// validate trains on the earlier events and looks at the later ones.
func (t *training) validate(ctx context.Context, all *Events) (*verdict, error) {
	cut := all.cut(t.cfg.Validation)
	early := all.before(cut)
	users := t.judged(all, early)
	v := &verdict{weights: map[string]float64{}, metrics: Metrics{Alone: map[string]float64{}}}
	if len(users) < 2*t.cfg.MinUsers {
		v.weights[content{}.Name()] = 1
		for _, l := range t.engine.cfg.Learners {
			v.weights[l.Name()] = 1
		}
		v.reason = fmt.Sprintf("only %d users to validate on, %d are needed: models count alike", len(users), 2*t.cfg.MinUsers)
		return v, nil
	}
	learned, err := t.learn(ctx, "validate", early)
	if err != nil {
		return nil, err
	}
	sources := hybridOf(t.engine.catalog, learned)
	if err := t.pools(ctx, sources, equal(len(sources)), users); err != nil {
		return nil, err
	}
	t.step("weigh")
	fit, report := users[:len(users)/2], users[len(users)/2:]
	weights := learnWeights(fit, len(sources))
	for i, s := range sources {
		v.weights[s.Name()] = weights[i]
		only := make([]float64, len(sources))
		only[i] = 1
		v.metrics.Alone[s.Name()], _, _ = measure(report, only)
	}
	v.metrics.Users = len(report)
	v.metrics.NDCG10, v.metrics.NDCGError, v.metrics.Recall20 = measure(report, weights)
	return v, t.compare(ctx, v, report, weights, cut)
}

func hybridOf(c *catalog, learned []Trained) []Source {
	sources := []Source{content{c}}
	for _, x := range learned {
		if x.Name() != "again" {
			sources = append(sources, x)
		}
	}
	return sources
}

func equal(n int) []float64 { return normal(slices.Repeat([]float64{1}, n)) }

// judged are the users who took to something new, shuffled by hash.
func (t *training) judged(all, early *Events) []*judged {
	known := make([]bool, len(all.IDs))
	for _, events := range early.byUser {
		for _, x := range events {
			known[x.item] = true
		}
	}
	var out []*judged
	for u, events := range all.byUser {
		n := len(early.byUser[u])
		if n == 0 || n == len(events) {
			continue
		}
		had := map[int32]bool{}
		for _, x := range events[:n] {
			had[x.item] = true
		}
		targets := map[string]int64{}
		for _, x := range events[n:] {
			if id := all.IDs[x.item]; !had[x.item] && (known[x.item] || t.engine.catalog.get(id) != nil) {
				if _, ok := targets[id]; !ok {
					targets[id] = x.at
				}
			}
		}
		if len(targets) > 0 {
			out = append(out, &judged{user: u, targets: targets})
		}
	}
	seed := fmt.Sprint(t.engine.cfg.Seed)
	slices.SortFunc(out, func(a, b *judged) int {
		return cmp.Or(cmp.Compare(hash(all.users[a.user], seed), hash(all.users[b.user], seed)), cmp.Compare(a.user, b.user))
	})
	out = out[:min(len(out), t.cfg.MaxUsers)]
	for _, j := range out {
		j.history = early.history(j.user)
	}
	return out
}

// pools asks the sources for each user's candidates.
func (t *training) pools(ctx context.Context, sources []Source, weights []float64, users []*judged) error {
	for _, j := range users {
		if err := ctx.Err(); err != nil {
			return err
		}
		runtime.Gosched() // answers go first
		had := map[string]bool{}
		for _, x := range j.history {
			had[x.Item] = true
		}
		history := j.history[max(len(j.history)-t.engine.cfg.PerUser, 0):]
		ask := &Ask{History: history, Now: history[len(history)-1].Time.Add(time.Second), Keep: func(id string) bool { return !had[id] }}
		var err error
		if j.pool, err = gather(ctx, sources, weights, ask, t.engine.cfg.Candidates); err != nil {
			return err
		}
	}
	return nil
}

// score is how well the user's pool does for the targets taken after since;
// false if there are none.
func (j *judged) score(weights []float64, since int64) (ndcg, recall float64, ok bool) {
	top := make([]Match, 0, 21)
	for i, id := range j.pool.ids {
		if s := float32(blend(j.pool.row(i), weights)); s > 0 && (len(top) < 20 || s >= top[0].Score) {
			top = pushMatch(top, Match{id, s}, 20)
		}
	}
	targets := 0
	for _, at := range j.targets {
		if at > since {
			targets++
		}
	}
	if targets == 0 {
		return 0, 0, false
	}
	var ideal float64
	for n := range min(10, targets) {
		ideal += 1 / math.Log2(float64(n)+2)
	}
	for n, m := range best(top, 20) {
		if at, hit := j.targets[m.ID]; hit && at > since {
			recall++
			if n < 10 {
				ndcg += 1 / math.Log2(float64(n)+2)
			}
		}
	}
	return ndcg / ideal, recall / float64(targets), true
}

// measure is the mean over users, with the standard error of the first.
func measure(users []*judged, weights []float64) (ndcg, standardError, recall float64) {
	var squares float64
	for _, j := range users {
		d, r, _ := j.score(weights, math.MinInt64)
		ndcg += d
		squares += d * d
		recall += r
	}
	n := float64(len(users))
	ndcg, recall = ndcg/n, recall/n
	return ndcg, math.Sqrt(max(squares/n-ndcg*ndcg, 0) / n), recall
}

// learnWeights climbs from the best of a few starts, one weight at a time.
func learnWeights(users []*judged, n int) []float64 {
	weights := equal(n)
	score, _, _ := measure(users, weights)
	alone := make([]float64, n)
	for i := range n {
		only := make([]float64, n)
		only[i] = 1
		alone[i], _, _ = measure(users, only)
	}
	start := normal(alone)
	if s, _, _ := measure(users, start); s > score {
		weights, score = start, s
	}
	for range 4 {
		before := score
		for i := range n {
			runtime.Gosched()
			for _, w := range []float64{0, weights[i] / 2, weights[i] * 0.8, weights[i] * 1.25, weights[i] * 2, 0.05, 0.5} {
				try := slices.Clone(weights)
				try[i] = w
				try = normal(try)
				if s, _, _ := measure(users, try); s > score {
					weights, score = try, s
				}
			}
		}
		if score-before < 1e-4 {
			break
		}
	}
	return weights
}

// compare decides whether the new model does worse than the serving one.
func (t *training) compare(ctx context.Context, v *verdict, users []*judged, weights []float64, cut int64) error {
	serving := t.engine.serving.Load()
	if serving == nil {
		v.reason = "there was no model before"
		return nil
	}
	since := cut - 1
	if last := serving.info.To.Unix(); last > since {
		since = last
	}
	var mine []float64
	var same []*judged
	for _, j := range users {
		if d, _, ok := j.score(weights, since); ok {
			mine = append(mine, d)
			same = append(same, &judged{user: j.user, history: j.history, targets: j.targets})
		}
	}
	if len(same) < t.cfg.MinUsers {
		old := serving.info.Metrics.NDCG10
		v.worse = v.metrics.NDCG10+2*v.metrics.NDCGError < old
		v.reason = fmt.Sprintf("nDCG@10 %.4f ± %.4f, the serving model had %.4f", v.metrics.NDCG10, v.metrics.NDCGError, old)
		return nil
	}
	sources := hybridOf(t.engine.catalog, serving.sources)
	old := make([]float64, len(sources))
	for i, s := range sources {
		old[i] = serving.info.Weights[s.Name()]
	}
	old = normal(old)
	if err := t.pools(ctx, sources, old, same); err != nil {
		return err
	}
	var his, ours float64
	for i, j := range same {
		d, _, _ := j.score(old, since)
		his += d / float64(len(same))
		ours += mine[i] / float64(len(same))
	}
	v.worse = ours < his
	v.reason = fmt.Sprintf("nDCG@10 %.4f, the serving model %.4f, of %d users after %s", ours, his, len(same), time.Unix(since, 0).UTC().Format(time.DateOnly))
	return nil
}
