package recommendeval

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"runtime"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/bodega-commerce/bodega/recommend"
)

// Row is what one model reached on one task, as means over users.
type Row struct {
	Task      string  `json:"task"`
	Model     string  `json:"model"`
	Users     int     `json:"users"`
	Recall20  float64 `json:"recall@20"`
	NDCG10    float64 `json:"ndcg@10"`
	MAP10     float64 `json:"map@10"`    // divided by all targets
	Coverage  float64 `json:"coverage"`  // share of items in somebody's first ten
	Novelty   float64 `json:"novelty"`   // mean of -log2 of the share of users who had the item
	Diversity float64 `json:"diversity"` // mean of 1 - Jaccard of two items' users, in the first ten
	Millis    float64 `json:"ms_per_user"`
}

// Report is a row for each task and model.
type Report struct {
	Training float64 `json:"training_seconds"` // of the shop's own
	Rows     []Row   `json:"rows"`
}

// depth is how long lists are.
const depth = 20

// lister recommends to a user.
type lister func(ctx context.Context, c Case) ([]string, error)

// beside are models that the shop's own does not have, with what a task of next
// baskets needs.
func beside() map[string][]recommend.Learner {
	return map[string][]recommend.Learner{"bpr": {recommend.LearnBPR(recommend.BPRConfig{}), recommend.LearnAgain()}}
}

// Evaluate trains on each task and measures popularity, neighbours, factors, BPR
// and the linear model alone, in a task of next baskets what the user bought most
// often, and the shop's own, named default.
func Evaluate(ctx context.Context, tasks []Task) (*Report, error) {
	report := &Report{}
	others := beside()
	saved := map[string][]byte{} // by model; empty: the shop's own
	for i, t := range tasks {
		d := newData(t)
		if i == 0 || len(t.Train) != len(tasks[i-1].Train) {
			start := time.Now()
			var err error
			if saved[""], err = d.train(ctx, nil); err != nil {
				return nil, err
			}
			report.Training = time.Since(start).Seconds()
			for name, learners := range others {
				if saved[name], err = d.train(ctx, learners); err != nil {
					return nil, err
				}
			}
		}
		load := func(name string, tuning recommend.Tuning) (*recommend.Engine, error) {
			engine, err := d.engine(ctx, tuning, others[name])
			if err != nil {
				return nil, err
			}
			if others[name] == nil {
				name = ""
			}
			_, err = engine.LoadModel(ctx, bytes.NewReader(saved[name]))
			return engine, err
		}
		rows := []struct {
			name string
			list lister
		}{{"popularity", d.popular}}
		if t.Seen {
			rows = append(rows, struct {
				name string
				list lister
			}{"own frequency", d.frequent})
		}
		for _, name := range []string{"neighbours", "factors", "bpr", "linear", "default"} {
			tuning := recommend.Tuning{Diversity: -1}
			if name != "default" {
				tuning.Weights = map[string]float64{"neighbours": 0, "factors": 0, "linear": 0, "sessions": 0, "popular": 0, "content": 0}
				tuning.Weights[name] = 1
			}
			engine, err := load(name, tuning)
			if err != nil {
				return nil, err
			}
			rows = append(rows, struct {
				name string
				list lister
			}{name, d.asks(engine)})
		}
		for _, row := range rows {
			r, err := d.measure(ctx, row.list)
			if err != nil {
				return nil, fmt.Errorf("%s, %s: %w", t.Name, row.name, err)
			}
			r.Task, r.Model = t.Name, row.name
			report.Rows = append(report.Rows, r)
		}
	}
	return report, nil
}

// data is a task with what measuring needs.
type data struct {
	Task
	end   time.Time
	now   time.Time                  // when the user who is asked about comes
	had   map[string]map[string]int  // user -> item -> how often
	users map[string]map[string]bool // item -> who had it
	top   []string                   // items, those most users had first
}

func newData(t Task) *data {
	d := &data{Task: t, had: map[string]map[string]int{}, users: map[string]map[string]bool{}}
	for _, x := range t.Train {
		if d.had[x.User] == nil {
			d.had[x.User] = map[string]int{}
		}
		d.had[x.User][x.Item]++
		if d.users[x.Item] == nil {
			d.users[x.Item] = map[string]bool{}
		}
		d.users[x.Item][x.User] = true
		if x.Time.After(d.end) {
			d.end = x.Time
		}
	}
	d.now = d.end.Add(time.Hour)
	for item := range d.users {
		d.top = append(d.top, item)
	}
	slices.SortFunc(d.top, func(a, b string) int { return cmp.Or(cmp.Compare(len(d.users[b]), len(d.users[a])), cmp.Compare(a, b)) })
	return d
}

func (d *data) stream(yield func(recommend.Interaction, error) bool) {
	for _, x := range d.Train {
		if !yield(x, nil) {
			return
		}
	}
}

// train returns a saved model; nil learners are the shop's own.
func (d *data) train(ctx context.Context, learners []recommend.Learner) ([]byte, error) {
	engine, err := d.engine(ctx, recommend.Tuning{}, learners)
	if err != nil {
		return nil, err
	}
	if _, err := engine.Train(ctx, d.stream, recommend.TrainConfig{}); err != nil {
		return nil, err
	}
	var saved bytes.Buffer
	err = engine.SaveModel(&saved)
	return saved.Bytes(), err
}

func (d *data) engine(ctx context.Context, tuning recommend.Tuning, learners []recommend.Learner) (*recommend.Engine, error) {
	engine, err := recommend.New(recommend.Config{Tuning: tuning, Learners: learners, PerUser: 1000, Workers: runtime.GOMAXPROCS(0), Now: func() time.Time { return d.now },
		Rules: []recommend.Rules{{ShowPurchased: d.Seen}}})
	if err != nil {
		return nil, err
	}
	if err := engine.PutItems(ctx, d.Items...); err != nil {
		return nil, err
	}
	return engine, engine.Observe(ctx, d.Train...)
}

func (d *data) popular(_ context.Context, c Case) ([]string, error) {
	var out []string
	for _, item := range d.top {
		if len(out) < depth && (d.Seen || d.had[c.User][item] == 0) {
			out = append(out, item)
		}
	}
	return out, nil
}

// frequent is what the user had most often, then what is popular.
func (d *data) frequent(ctx context.Context, c Case) ([]string, error) {
	mine := make([]string, 0, len(d.had[c.User]))
	for item := range d.had[c.User] {
		mine = append(mine, item)
	}
	slices.SortFunc(mine, func(a, b string) int {
		return cmp.Or(cmp.Compare(d.had[c.User][b], d.had[c.User][a]), cmp.Compare(len(d.users[b]), len(d.users[a])), cmp.Compare(a, b))
	})
	rest, err := d.popular(ctx, c)
	return fill(mine, rest), err
}

func fill(list, rest []string) []string {
	for _, item := range rest {
		if !slices.Contains(list, item) {
			list = append(list, item)
		}
	}
	return list[:min(depth, len(list))]
}

// asks lists by an engine; of next baskets, what was bought before too.
func (d *data) asks(engine *recommend.Engine) lister {
	return func(ctx context.Context, c Case) ([]string, error) {
		found, err := engine.Home(ctx, recommend.Request{User: c.User, Limit: depth})
		if err != nil {
			return nil, err
		}
		return ids(found), nil
	}
}

func ids(r *recommend.Recommendation) []string {
	out := make([]string, len(r.Items))
	for i, x := range r.Items {
		out[i] = x.ID
	}
	return out
}

func (d *data) measure(ctx context.Context, list lister) (Row, error) {
	r := Row{Users: len(d.Cases)}
	shown := map[string]bool{}
	start := time.Now()
	for _, c := range d.Cases {
		if d.now = d.end.Add(time.Hour); !c.At.IsZero() {
			d.now = c.At
		}
		items, err := list(ctx, c)
		if err != nil {
			return r, err
		}
		hits, gain, precision, ideal := 0, 0.0, 0.0, 0.0
		for rank := range min(10, len(c.Targets)) {
			ideal += 1 / math.Log2(float64(rank+2))
		}
		for rank, item := range items {
			if c.Targets[item] {
				hits++
				if rank < 10 {
					gain += 1 / math.Log2(float64(rank+2))
					precision += float64(hits) / float64(rank+1)
				}
			}
		}
		r.Recall20 += float64(hits) / float64(len(c.Targets))
		r.NDCG10 += gain / ideal
		r.MAP10 += precision / float64(len(c.Targets))
		first := items[:min(10, len(items))]
		novelty, diversity, pairs := 0.0, 0.0, 0
		for i, item := range first {
			shown[item] = true
			novelty -= math.Log2(float64(max(len(d.users[item]), 1)) / float64(len(d.had)))
			for _, other := range first[:i] {
				diversity += 1 - d.jaccard(item, other)
				pairs++
			}
		}
		r.Novelty += novelty / float64(max(len(first), 1))
		r.Diversity += diversity / float64(max(pairs, 1))
	}
	n := float64(max(len(d.Cases), 1))
	r.Millis = time.Since(start).Seconds() * 1000 / n
	for _, x := range []*float64{&r.Recall20, &r.NDCG10, &r.MAP10, &r.Novelty, &r.Diversity} {
		*x /= n
	}
	d.now = d.end.Add(time.Hour)
	r.Coverage = float64(len(shown)) / float64(max(len(d.Items), 1))
	return r, nil
}

func (d *data) jaccard(a, b string) float64 {
	x, y := d.users[a], d.users[b]
	if len(x) > len(y) {
		x, y = y, x
	}
	both := 0
	for u := range x {
		if y[u] {
			both++
		}
	}
	if either := len(x) + len(y) - both; either > 0 {
		return float64(both) / float64(either)
	}
	return 0
}

// JSON writes the report as JSON.
func (r *Report) JSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(r)
}

// Print writes the report as a table.
func (r *Report) Print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	lines := []string{"task\tmodel\tusers\trecall@20\tndcg@10\tmap@10\tcoverage\tnovelty\tdiversity\tms/user"}
	for _, x := range r.Rows {
		lines = append(lines, fmt.Sprintf("%s\t%s\t%d\t%.4f\t%.4f\t%.4f\t%.4f\t%.2f\t%.3f\t%.2f", x.Task, x.Model, x.Users, x.Recall20, x.NDCG10, x.MAP10, x.Coverage, x.Novelty, x.Diversity, x.Millis))
	}
	for _, line := range lines {
		if _, err := fmt.Fprintln(t, line); err != nil {
			return err
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "trained in %.1f s\n", r.Training)
	return err
}
