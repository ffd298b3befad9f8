package recommend

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"time"
)

// Events is what models are trained on: a snapshot of interactions, by user and
// in the order of time.
type Events struct {
	*Table
	From, To time.Time
	Count    int
	users    []string
	byUser   [][]event
	item     func(id string) *Item    // nil for what is not in the catalog
	region   func(user string) string // empty: not known
}

type event struct {
	item   int32
	kind   uint8
	weight float32
	at     int64 // seconds
}

var kindList = [...]Kind{View, Click, Cart, Purchase}

// skipped counts interactions left out of a snapshot.
type skipped struct {
	count int
	first error
}

// collect reads a snapshot. Interactions that cannot be used are left out and
// counted; of each user the newest perUser stay.
func collect(ctx context.Context, data iter.Seq2[Interaction, error], now time.Time, perUser int) (*Events, skipped, error) {
	e := &Events{Table: NewTable(nil)}
	users := map[string]int{}
	var skip skipped
	n := 0
	for x, err := range data {
		if err != nil {
			return nil, skip, err
		}
		if n++; n&0xfff == 0 && ctx.Err() != nil {
			return nil, skip, ctx.Err()
		}
		x = x.withDefaults()
		if err := x.check(now); err != nil {
			if skip.count++; skip.first == nil {
				skip.first = err
			}
			continue
		}
		u, ok := users[x.User]
		if !ok {
			u = len(e.users)
			users[x.User] = u
			e.users = append(e.users, x.User)
			e.byUser = append(e.byUser, nil)
		}
		i, ok := e.at[x.Item]
		if !ok {
			i = int32(len(e.IDs))
			e.at[x.Item] = i
			e.IDs = append(e.IDs, x.Item)
		}
		e.byUser[u] = append(e.byUser[u], event{i, uint8(slices.Index(kindList[:], x.Kind)), float32(x.Weight), x.Time.Unix()})
		if len(e.byUser[u]) >= 2*perUser { // one user with a million events
			e.byUser[u] = newest(e.byUser[u], perUser)
		}
	}
	for u := range e.byUser {
		e.byUser[u] = newest(e.byUser[u], perUser)
	}
	e.measure()
	return e, skip, ctx.Err()
}

func newest(events []event, n int) []event {
	slices.SortStableFunc(events, func(a, b event) int { return cmp.Compare(a.at, b.at) })
	return slices.Delete(events, 0, max(len(events)-n, 0))
}

// measure sets Count, From and To.
func (e *Events) measure() {
	var from, to int64
	e.Count = 0
	for _, events := range e.byUser {
		if len(events) == 0 {
			continue
		}
		if e.Count == 0 || events[0].at < from {
			from = events[0].at
		}
		if last := events[len(events)-1].at; e.Count == 0 || last > to {
			to = last
		}
		e.Count += len(events)
	}
	if e.Count > 0 {
		e.From, e.To = time.Unix(from, 0).UTC(), time.Unix(to, 0).UTC()
	}
}

// before returns the events before a time, over the same table.
func (e *Events) before(cut int64) *Events {
	out := &Events{Table: e.Table, users: e.users, byUser: make([][]event, len(e.byUser)), item: e.item, region: e.region}
	for u, events := range e.byUser {
		n, _ := slices.BinarySearchFunc(events, cut, func(x event, t int64) int { return cmp.Compare(x.at, t) })
		out.byUser[u] = events[:n]
	}
	out.measure()
	return out
}

// cut is the time after which the given share of events lies.
func (e *Events) cut(share float64) int64 {
	times := make([]int64, 0, e.Count)
	for _, events := range e.byUser {
		for _, x := range events {
			times = append(times, x.at)
		}
	}
	if len(times) == 0 {
		return 0
	}
	slices.Sort(times)
	return times[min(int(float64(len(times))*(1-share)), len(times)-1)]
}

// history returns a user's events as they are observed.
func (e *Events) history(u int) []Interaction { return e.historyTo(u, len(e.byUser[u])) }

// historyTo returns a user's first n events.
func (e *Events) historyTo(u, n int) []Interaction {
	out := make([]Interaction, n)
	for i, x := range e.byUser[u][:n] {
		out[i] = Interaction{e.users[u], e.IDs[x.item], kindList[x.kind], float64(x.weight), time.Unix(x.at, 0).UTC()}
	}
	return out
}

// Each yields all interactions, user by user, in the order of time.
func (e *Events) Each() iter.Seq[Interaction] {
	return func(yield func(Interaction) bool) {
		for u := range e.byUser {
			for _, x := range e.history(u) {
				if !yield(x) {
					return
				}
			}
		}
	}
}

// pairs returns each user's items, each once, with the greatest weight, in the
// order they were first met.
func (e *Events) pairs() [][]pair {
	out := make([][]pair, len(e.byUser))
	met := make([]int32, len(e.IDs)) // place in the user's list, from 1
	for u, events := range e.byUser {
		var list []pair
		for _, x := range events {
			if p := met[x.item]; p > 0 {
				list[p-1].weight = max(list[p-1].weight, x.weight)
				continue
			}
			list = append(list, pair{x.item, x.weight})
			met[x.item] = int32(len(list))
		}
		for _, p := range list {
			met[p.item] = 0
		}
		out[u] = list
	}
	return out
}

type pair struct {
	item   int32
	weight float32
}

// sessions divides each user's events where nothing happened for longer than
// the gap.
func (e *Events) sessions(gap time.Duration) [][]pair {
	var out [][]pair
	for _, events := range e.byUser {
		var list []pair
		for i, x := range events {
			if i > 0 && x.at-events[i-1].at > int64(gap/time.Second) {
				out, list = append(out, list), nil
			}
			if !slices.ContainsFunc(list, func(p pair) bool { return p.item == x.item }) {
				list = append(list, pair{x.item, x.weight})
			}
		}
		if len(list) > 0 {
			out = append(out, list)
		}
	}
	return out
}

// turned returns, for each item, who has it: pairs with the user as item.
func turned(pairs [][]pair, items int) [][]pair {
	out := make([][]pair, items)
	for u, list := range pairs {
		for _, p := range list {
			out[p.item] = append(out[p.item], pair{int32(u), p.weight})
		}
	}
	return out
}
