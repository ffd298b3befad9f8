package recommend

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"
)

// judged is a moment of the validation: a user came again, with a history, and
// took to something.
type judged struct {
	user    int
	history []Interaction
	bought  map[string]bool // of the history
	now     time.Time
	targets map[string]took
	pool    *pool
	signals []float64 // a row of width for each candidate of the pool
	width   int
}

// took is when an item was taken first, and how much that counts.
type took struct {
	at     int64
	weight float32
}

// perCase bounds the visits of one user that are judged.
const perCase = 3

// judged are the visits after the early events of users with a history, as many
// as asked for, shuffled by hash. Where they are few, those who came only once
// are asked half way through.
func (t *training) judged(all, early *Events) []*judged {
	known := make([]bool, len(all.IDs))
	for _, events := range early.byUser {
		for _, x := range events {
			known[x.item] = true
		}
	}
	var out, within []*judged
	for u, events := range all.byUser {
		from := len(early.byUser[u])
		came := visits(events, from)
		back := len(came) > 0
		if !back && from == 0 && len(events) > 1 {
			came = [][2]int{{len(events) / 2, len(events)}}
		}
		for n, visit := range came {
			if n == perCase {
				break
			}
			j := &judged{user: u, history: all.historyTo(u, visit[0]), bought: map[string]bool{}, targets: map[string]took{},
				now: time.Unix(events[visit[0]].at, 0).UTC()}
			for _, x := range j.history {
				if x.Kind == Purchase {
					j.bought[x.Item] = true
				}
			}
			j.history = j.history[max(len(j.history)-t.engine.cfg.PerUser, 0):]
			for _, x := range events[visit[0]:visit[1]] {
				id := all.IDs[x.item]
				if !known[x.item] && t.engine.catalog.get(id) == nil {
					continue
				}
				first, ok := j.targets[id]
				if !ok {
					first.at = x.at
				}
				first.weight = max(first.weight, min(x.weight, 1))
				j.targets[id] = first
			}
			switch {
			case len(j.targets) == 0:
			case back:
				out = append(out, j)
			default:
				within = append(within, j)
			}
		}
	}
	if len(out) < 2*rankerCases {
		out = append(out, within...)
	}
	seed := fmt.Sprint(t.engine.cfg.Seed)
	slices.SortStableFunc(out, func(a, b *judged) int { // those of one user stay together
		return cmp.Or(cmp.Compare(hash(all.users[a.user], seed), hash(all.users[b.user], seed)), cmp.Compare(a.user, b.user))
	})
	return out[:min(len(out), t.cfg.MaxUsers)]
}

// visits are the ranges of events, from the given one on, with nothing for
// leastGap before them, that have a history.
func visits(events []event, from int) [][2]int {
	var out [][2]int
	for i := from; i < len(events); i++ {
		if i == 0 || i > from && events[i].at-events[i-1].at < int64(leastGap/time.Second) {
			continue
		}
		if n := len(out); n > 0 {
			out[n-1][1] = i
		}
		out = append(out, [2]int{i, len(events)})
	}
	return out
}

// pools asks the sources for each case's candidates.
func (t *training) pools(ctx context.Context, m *mix, cases []*judged) error {
	return parallel(ctx, t.engine.cfg.Workers, len(cases), nothing, func(_ struct{}, i int) (err error) {
		j := cases[i]
		ask := &Ask{History: j.history, Now: j.now}
		if j.pool, err = m.gather(ctx, ask, t.engine.cfg.Candidates+len(j.bought)); err != nil {
			return err
		}
		if m.facts != nil {
			j.signals, j.width = m.facts.signals(j.pool, m.sources, ask)
		}
		return nil
	})
}

// goal is what is looked for in a case.
type goal int

const (
	unseen goal = iota // what the user had not bought: the home page
	next               // anything: the next basket
)

// judge is how well scores of the pool's candidates do for the targets taken
// after since.
func (j *judged) judge(scores []float64, g goal, since int64) (o outcome) {
	wanted := func(id string) bool { return g == next || !j.bought[id] }
	top := make([]Match, 0, 21)
	for i, id := range j.pool.ids {
		if s := float32(scores[i]); s > 0 && (len(top) < 20 || s >= top[0].Score) && wanted(id) {
			top = pushMatch(top, Match{id, s}, 20)
		}
	}
	targets := 0
	for id, x := range j.targets {
		if x.at > since && wanted(id) {
			targets++
		}
	}
	if targets == 0 {
		return o
	}
	var ideal float64
	for n := range min(10, targets) {
		ideal += 1 / math.Log2(float64(n)+2)
	}
	for n, m := range best(top, 20) {
		if x, hit := j.targets[m.ID]; hit && x.at > since {
			o.recall++
			if n < 10 {
				o.ndcg += 1 / math.Log2(float64(n)+2)
			}
		}
	}
	return outcome{o.ndcg / ideal, o.recall / float64(targets), true}
}

// outcome is how well a mix did in a case.
type outcome struct {
	ndcg, recall float64
	counts       bool // the case has a target
}

// outcomes judges a mix in each case for a goal, by what was taken after since.
func (t *training) outcomes(ctx context.Context, cases []*judged, m *mix, g goal, since int64) ([]outcome, error) {
	out := make([]outcome, len(cases))
	return out, t.scored(ctx, cases, m, func(i int, scores []float64) { out[i] = cases[i].judge(scores, g, since) })
}

// scored hands out what a mix makes of the candidates of each case, by several
// goroutines.
func (t *training) scored(ctx context.Context, cases []*judged, m *mix, use func(i int, scores []float64)) error {
	return parallel(ctx, t.engine.cfg.Workers, len(cases), nothing, func(_ struct{}, i int) error {
		use(i, m.scores(cases[i].pool, cases[i].signals, cases[i].width))
		return nil
	})
}

// figure is a mean over the cases that have the goal.
type figure struct {
	cases         int
	ndcg, recall  float64
	standardError float64 // of ndcg
}

func figureOf(outcomes []outcome) (f figure) {
	var squares float64
	for _, o := range outcomes {
		if !o.counts {
			continue
		}
		f.cases++
		f.ndcg += o.ndcg
		f.recall += o.recall
		squares += o.ndcg * o.ndcg
	}
	if f.cases > 0 {
		n := float64(f.cases)
		f.ndcg, f.recall = f.ndcg/n, f.recall/n
		f.standardError = math.Sqrt(max(squares/n-f.ndcg*f.ndcg, 0) / n)
	}
	return f
}

func (t *training) measure(ctx context.Context, cases []*judged, m *mix, g goal) (figure, error) {
	all, err := t.outcomes(ctx, cases, m, g, math.MinInt64)
	return figureOf(all), err
}
