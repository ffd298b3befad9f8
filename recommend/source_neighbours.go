package recommend

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/bodega-commerce/bodega/internal/linalg"
)

// NeighboursConfig of LearnNeighbours and LearnSessions.
type NeighboursConfig struct {
	Neighbours int     // kept of each item. Default 50
	Shrink     float64 // added below the line: doubts rare pairs. Default 5
	Support    int     // least number of times together. Default 1; sessions 2
	// Recent is how many of the newest interactions speak. Default 100; for
	// sessions 5.
	Recent int
	// Decay of the voice from one interaction to the one before. Default 0.97;
	// for sessions 0.7.
	Decay float64
	// Gap ends a session. Default 30 minutes.
	Gap     time.Duration
	Workers int // goroutines. Default as for factors
}

// LearnNeighbours finds items that have users in common: the cosine of who had
// to do with them, shrunk (Sarwar et al. 2001; Bell and Koren 2007).
func LearnNeighbours(cfg NeighboursConfig) Learner {
	return neighbourLearner{cfg: cfg.withDefaults(false)}
}

// LearnSessions finds items met in one session or basket, more often than
// chance (a lift above 1) and with support; the last few interactions speak.
func LearnSessions(cfg NeighboursConfig) Learner {
	return neighbourLearner{cfg: cfg.withDefaults(true), sessions: true}
}

func (c NeighboursConfig) withDefaults(sessions bool) NeighboursConfig {
	pick := func(a, b float64) float64 {
		if sessions {
			return b
		}
		return a
	}
	c.Neighbours = cmp.Or(c.Neighbours, 50)
	c.Shrink = cmp.Or(c.Shrink, 5)
	c.Support = cmp.Or(c.Support, int(pick(1, 2)))
	c.Recent = cmp.Or(c.Recent, int(pick(100, 5)))
	c.Decay = cmp.Or(c.Decay, pick(0.97, 0.7))
	c.Gap = cmp.Or(c.Gap, 30*time.Minute)
	c.Workers = cmp.Or(c.Workers, spareOne())
	return c
}

type neighbourLearner struct {
	cfg      NeighboursConfig
	sessions bool
	linear   *LinearConfig // of the linear model
}

func (l neighbourLearner) Name() string {
	switch {
	case l.sessions:
		return "sessions"
	case l.linear != nil:
		return "linear"
	}
	return "neighbours"
}

// Parameters are what was trained with.
func (l neighbourLearner) Parameters() string {
	if l.linear != nil {
		return fmt.Sprintf("penalty=%g weights=%d maxitems=%d", l.linear.Penalty, l.linear.Weights, l.linear.MaxItems)
	}
	return fmt.Sprintf("neighbours=%d shrink=%g support=%d recent=%d decay=%g", l.cfg.Neighbours, l.cfg.Shrink, l.cfg.Support, l.cfg.Recent, l.cfg.Decay)
}

// neighbours of item i are to[start[i]:start[i+1]], the nearest first.
type neighbours struct {
	neighbourLearner
	table *Table
	start []uint32
	to    []int32
	sims  []float32
}

// groupCap bounds what one user adds: pairs grow with the square.
const groupCap = 200

func (l neighbourLearner) Learn(ctx context.Context, data *Events) (Trained, error) {
	if l.linear != nil {
		return l.learnLinear(ctx, data)
	}
	groups := data.pairs()
	if l.sessions {
		groups = data.sessions(l.cfg.Gap)
	}
	for g := range groups {
		groups[g] = groups[g][max(len(groups[g])-groupCap, 0):]
	}
	n := len(data.IDs)
	members := turned(groups, n)
	lists := make([][]neighbour, n)
	if err := parallel(ctx, l.cfg.Workers, n, func() *counts { return &counts{together: make([]float32, n)} }, func(own *counts, i int) error {
		lists[i] = l.nearest(i, members, groups, own)
		return nil
	}); err != nil {
		return nil, err
	}
	return l.of(data.Table, lists), nil
}

// of makes the model of each item's neighbours.
func (l neighbourLearner) of(table *Table, lists [][]neighbour) *neighbours {
	x := &neighbours{neighbourLearner: l, table: table, start: make([]uint32, len(table.IDs)+1)}
	for i, list := range lists {
		for _, s := range list {
			x.to, x.sims = append(x.to, s.item), append(x.sims, s.sim)
		}
		x.start[i+1] = uint32(len(x.to))
	}
	return x
}

// counts are how often an item was together with others.
type counts struct {
	together []float32
	touched  []int32 // those that were
}

// neighbour is another item and how near it is.
type neighbour struct {
	item int32
	sim  float32
}

func (l neighbourLearner) nearest(i int, members, groups [][]pair, own *counts) []neighbour {
	own.touched = own.touched[:0]
	for _, g := range members[i] {
		for _, p := range groups[g.item] {
			if int(p.item) == i {
				continue
			}
			if own.together[p.item] == 0 {
				own.touched = append(own.touched, p.item)
			}
			own.together[p.item]++
		}
	}
	list := make([]neighbour, 0, len(own.touched))
	sims := make([]float32, 0, len(own.touched))
	for _, j := range own.touched {
		both := float64(own.together[j])
		own.together[j] = 0
		ni, nj := float64(len(members[i])), float64(len(members[j]))
		if both < float64(l.cfg.Support) || l.sessions && both*float64(len(groups)) <= ni*nj {
			continue
		}
		n := neighbour{j, float32(both / (math.Sqrt(ni*nj) + l.cfg.Shrink))}
		list, sims = append(list, n), append(sims, n.sim)
	}
	if more := len(list) - l.cfg.Neighbours; more > 0 {
		edge := linalg.Nth(sims, more)
		list = slices.DeleteFunc(list, func(n neighbour) bool { return n.sim < edge })
	}
	slices.SortFunc(list, func(a, b neighbour) int { return cmp.Or(cmp.Compare(b.sim, a.sim), cmp.Compare(a.item, b.item)) })
	return slices.Clone(list[:min(len(list), l.cfg.Neighbours)])
}

// ballot is what the history's items say of others, in the order they were
// named first.
type ballot struct {
	votes map[int32]float32
	dense []float32 // by item, in place of votes where items are few
	named []int32
}

func (b *ballot) of(i int32) float32 {
	if b.dense != nil {
		return b.dense[i]
	}
	return b.votes[i]
}

func (b *ballot) add(i int32, vote float32) {
	if b.dense != nil {
		if b.dense[i] == 0 {
			b.named = append(b.named, i) // again, should votes have cancelled each other out
		}
		b.dense[i] += vote
		return
	}
	v, named := b.votes[i]
	if !named {
		b.named = append(b.named, i)
	}
	b.votes[i] = v + vote
}

// newBallot is for all items at once where a linear model bounds their number.
func (x *neighbours) newBallot() *ballot {
	if x.linear != nil {
		return &ballot{dense: make([]float32, len(x.table.IDs))}
	}
	return &ballot{votes: make(map[int32]float32, 500)}
}

func (x *neighbours) ballot(history []Interaction) *ballot {
	b := x.newBallot()
	voice := 1.0
	spoke := make(map[int32]bool, len(history))
	for _, h := range slices.Backward(history[max(len(history)-x.cfg.Recent, 0):]) {
		if i, ok := x.table.at[h.Item]; ok && (x.linear == nil || !spoke[i]) {
			spoke[i] = true // the linear model was learned from items users had, each once
			for n := x.start[i]; n < x.start[i+1]; n++ {
				b.add(x.to[n], float32(voice*min(h.Weight, 100))*x.sims[n])
			}
		}
		voice *= x.cfg.Decay
	}
	if b.dense != nil {
		slices.Sort(b.named)
		b.named = slices.Compact(b.named)
	}
	return b
}

func (x *neighbours) Candidates(_ context.Context, ask *Ask, limit int) ([]Match, error) {
	b := remember(ask, x, x.ballot)
	found := make([]Match, 0, limit)
	for _, i := range b.named {
		if m := (Match{x.table.IDs[i], b.of(i)}); (len(found) < limit || m.Score > found[0].Score) && ask.keep(m.ID) {
			found = pushMatch(found, m, limit)
		}
	}
	return best(found, limit), nil
}

func (x *neighbours) Scores(_ context.Context, ask *Ask, ids []string, dst []float32) error {
	b := remember(ask, x, x.ballot)
	for i, id := range ids {
		if at, ok := x.table.at[id]; ok {
			dst[i] = b.of(at)
		}
	}
	return nil
}

// because returns up to n items of the history that speak most for an item.
func (x *neighbours) because(ask *Ask, id string, n int) []string {
	at, ok := x.table.at[id]
	if !ok {
		return nil
	}
	var found []Match
	voice := 1.0
	for _, h := range slices.Backward(ask.History[max(len(ask.History)-x.cfg.Recent, 0):]) {
		if i, ok := x.table.at[h.Item]; ok {
			row := x.to[x.start[i]:x.start[i+1]]
			if k := slices.Index(row, at); k >= 0 && !slices.ContainsFunc(found, func(m Match) bool { return m.ID == h.Item }) {
				found = append(found, Match{h.Item, float32(voice*h.Weight) * x.sims[int(x.start[i])+k]})
			}
		}
		voice *= x.cfg.Decay
	}
	var out []string
	for _, m := range best(found, n) {
		out = append(out, m.ID)
	}
	return out
}

// MarshalBinary writes the lists.
func (x *neighbours) MarshalBinary() ([]byte, error) {
	b := binary.LittleEndian.AppendUint32(nil, uint32(len(x.to)))
	for _, part := range []any{x.start, x.to, x.sims} {
		var err error
		if b, err = binary.Append(b, binary.LittleEndian, part); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func (l neighbourLearner) Load(_ context.Context, table *Table, data []byte) (Trained, error) {
	n := len(table.IDs)
	if len(data) < 4 {
		return nil, &FormatError{"the " + l.Name() + " are cut off"}
	}
	count := int(binary.LittleEndian.Uint32(data))
	data = data[4:]
	if len(data) != 4*(n+1)+8*count {
		return nil, &FormatError{"the " + l.Name() + " do not fit the items"}
	}
	x := &neighbours{neighbourLearner: l, table: table, start: make([]uint32, n+1), to: make([]int32, count), sims: make([]float32, count)}
	for _, part := range []any{x.start, x.to, x.sims} {
		read, err := binary.Decode(data, binary.LittleEndian, part)
		if err != nil {
			return nil, err
		}
		data = data[read:]
	}
	if !slices.IsSorted(x.start) || x.start[0] != 0 || int(x.start[n]) != count {
		return nil, &FormatError{"the " + l.Name() + " are out of order"}
	}
	for i, t := range x.to {
		if t < 0 || int(t) >= n || !(x.sims[i] >= -1e6 && x.sims[i] <= 1e6) {
			return nil, &FormatError{fmt.Sprintf("a neighbour is %d of %d items", t, n)}
		}
	}
	return x, nil
}
