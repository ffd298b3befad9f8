package recommend

import (
	"context"
	"encoding"
	"slices"
	"time"
)

// Source is a model as the engine asks it. It is immutable once made, or safe
// for concurrent use.
type Source interface {
	Name() string
	// Candidates returns up to limit items that ask.Keep lets through, the best
	// first.
	Candidates(ctx context.Context, ask *Ask, limit int) ([]Match, error)
	// Scores sets dst[i] to what the model thinks of ids[i], 0 for what it does
	// not know. Scores of one call compare with each other only.
	Scores(ctx context.Context, ask *Ask, ids []string, dst []float32) error
}

// Trained is a Source that can be saved.
type Trained interface {
	Source
	encoding.BinaryMarshaler
}

// Learner makes a Source from what happened.
type Learner interface {
	Name() string
	// Learn must give the same for the same data and not keep the Events.
	Learn(ctx context.Context, data *Events) (Trained, error)
	// Load reads what Trained.MarshalBinary wrote, over the same table.
	Load(ctx context.Context, table *Table, data []byte) (Trained, error)
}

// WarmLearner is a Learner that can begin with an earlier model of its own.
type WarmLearner interface {
	Learner
	// LearnFrom learns in less time from a model that Learn, Load or LearnFrom
	// returned; from that of another Learner as Learn does, if perhaps not as
	// well.
	LearnFrom(ctx context.Context, data *Events, before Trained) (Trained, error)
}

// Ask is what a Source is asked.
type Ask struct {
	// History of the user, or the items on the page as if just seen; the
	// newest last.
	History []Interaction
	Context Context
	Now     time.Time
	// Keep says which items may be candidates. Default all.
	Keep func(id string) bool

	memo     map[Source]any
	degraded string // what a source could not ask
}

func (a *Ask) keep(id string) bool { return a.Keep == nil || a.Keep(id) }

// remember makes of the history what a source needs for candidates and scores
// once for both. An Ask is one goroutine's.
func remember[T any](a *Ask, s Source, of func(history []Interaction) T) T {
	if x, ok := a.memo[s]; ok {
		return x.(T)
	}
	if a.memo == nil {
		a.memo = map[Source]any{}
	}
	x := of(a.History)
	a.memo[s] = x
	return x
}

// Match is an item and how well it does.
type Match struct {
	ID    string
	Score float32
}

// Table numbers the items of a training.
type Table struct {
	IDs []string
	at  map[string]int32
}

// NewTable numbers ids in their order.
func NewTable(ids []string) *Table {
	t := &Table{ids, make(map[string]int32, len(ids))}
	for i, id := range ids {
		t.at[id] = int32(i)
	}
	return t
}

// Index returns the number of an item.
func (t *Table) Index(id string) (int, bool) {
	i, ok := t.at[id]
	return int(i), ok
}

// pool is candidates with what each source says, a row of parts for each,
// scaled so that the best of a source has 1.
type pool struct {
	ids   []string
	parts []float32
	raw   []float32 // not scaled
	width int
}

// row returns the parts of candidate i.
func (p *pool) row(i int) []float32 { return p.parts[i*p.width : (i+1)*p.width] }

// blend is the weighted sum of parts.
func blend(parts []float32, weights []float64) float64 {
	var sum float64
	for i, x := range parts {
		sum += weights[i] * float64(x)
	}
	return sum
}

// normal returns weights that are not negative and add up to 1, or are all 0.
func normal(weights []float64) []float64 {
	out := slices.Clone(weights)
	var sum float64
	for i, w := range out {
		out[i] = max(finite(w), 0)
		sum += out[i]
	}
	for i := range out {
		if sum > 0 {
			out[i] /= sum
		}
	}
	return out
}

// best sorts matches, the greatest score first and equals by id, and cuts.
func best(found []Match, limit int) []Match {
	slices.SortFunc(found, func(a, b Match) int {
		switch {
		case a.Score > b.Score:
			return -1
		case a.Score < b.Score:
			return 1
		case a.ID < b.ID:
			return -1
		case a.ID > b.ID:
			return 1
		}
		return 0
	})
	return found[:min(limit, len(found))]
}
