package recommend

import (
	"cmp"
	"context"
	"encoding/binary"
	"math"
	"slices"
	"time"
)

// LearnAgain learns how long it is until an item is bought again. It serves
// re-buy reminders and takes no part in other answers.
func LearnAgain() Learner { return againLearner{} }

type againLearner struct{}

func (againLearner) Name() string { return "again" }

// again holds the median number of days between purchases of an item by one
// user; 0 where it was too rarely seen.
type again struct {
	table *Table
	days  []float32
	rates []float32 // share of an item's buyers who bought it again, shrunk
}

const (
	rebuySamples = 3              // gaps an item needs
	priorGaps    = 2.0            // what the item's gap weighs beside the user's own
	leastGap     = 12 * time.Hour // what lies closer is one purchase
	rateShrink   = 20.0           // buyers' worth of the mean in an item's rate
	lapsed       = 3.0            // gaps after which the user is taken to have stopped
)

func (againLearner) Learn(ctx context.Context, data *Events) (Trained, error) {
	return learnAgain(data), ctx.Err()
}

func learnAgain(data *Events) *again {
	gaps := make([][]float32, len(data.IDs))
	buyers, back := make([]float64, len(data.IDs)), make([]float64, len(data.IDs))
	var allBuyers, allBack float64
	purchase := uint8(slices.Index(kindList[:], Purchase))
	for _, events := range data.byUser {
		last := map[int32]int64{}
		twice := map[int32]bool{}
		for _, x := range events {
			if x.kind != purchase {
				continue
			}
			at, ok := last[x.item]
			if ok && x.at-at < int64(leastGap/time.Second) {
				continue
			}
			if last[x.item] = x.at; ok {
				twice[x.item] = true
				gaps[x.item] = append(gaps[x.item], float32(x.at-at)/86400)
			}
		}
		for item := range last {
			buyers[item]++
			allBuyers++
		}
		for item := range twice {
			back[item]++
			allBack++
		}
	}
	a := &again{data.Table, make([]float32, len(gaps)), make([]float32, len(gaps))}
	for i := range a.rates {
		mean := 0.01 // before anybody came back
		if allBuyers > 0 {
			mean = max(mean, allBack/allBuyers)
		}
		a.rates[i] = float32((back[i] + rateShrink*mean) / (buyers[i] + rateShrink))
	}
	for i, g := range gaps {
		if len(g) >= rebuySamples {
			slices.Sort(g)
			a.days[i] = g[len(g)/2]
		}
	}
	return a
}

func (a *again) Name() string { return "again" }

// due lists what the history's purchases say of when each item is due, by item.
func (a *again) due(history []Interaction) []Due {
	type bought struct {
		last time.Time
		sum  time.Duration
		gaps int
	}
	items := map[string]*bought{}
	for _, x := range history {
		if x.Kind != Purchase {
			continue
		}
		b := items[x.Item]
		switch {
		case b == nil:
			items[x.Item] = &bought{last: x.Time}
		case x.Time.Sub(b.last) >= leastGap:
			b.sum += x.Time.Sub(b.last)
			b.gaps++
			b.last = x.Time
		}
	}
	var out []Due
	for id, b := range items {
		sum, n := b.sum.Hours(), float64(b.gaps)
		if i, ok := a.table.at[id]; ok && a.days[i] > 0 {
			sum += priorGaps * 24 * float64(a.days[i])
			n += priorGaps
		}
		if n == 0 {
			continue
		}
		every := time.Duration(sum / n * float64(time.Hour))
		out = append(out, Due{Item: id, Last: b.last, Every: every, At: b.last.Add(every)})
	}
	slices.SortFunc(out, func(a, b Due) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Item, b.Item)) })
	return out
}

// habitDays is after how many days a purchase says a third of what it said.
// Chosen among 120 and 400 on the even users of Online Retail.
const habitDays = 400

// habits are what the history's purchases say of how likely each item is bought
// again: the more often and the more recently it was bought, times how many of its
// buyers come back to it, and a quarter more when it is due.
func (a *again) habits(history []Interaction, now time.Time) map[string]float32 {
	scores := map[string]float32{}
	for _, x := range history {
		if x.Kind == Purchase {
			scores[x.Item] += float32(math.Exp(-max(now.Sub(x.Time).Hours(), 0) / 24 / habitDays))
		}
	}
	for id := range scores {
		if i, ok := a.table.at[id]; ok {
			scores[id] *= a.rates[i]
		}
	}
	for _, d := range a.due(history) {
		scores[d.Item] *= 1 + d.score(now)/4
	}
	return scores
}

// score is greatest when an item is due and falls off on both sides.
func (d *Due) score(now time.Time) float32 {
	r := now.Sub(d.Last).Hours() / d.Every.Hours()
	if r <= 0 || r > lapsed {
		return 0
	}
	return float32(math.Exp(-2 * math.Pow(math.Log(r), 2)))
}

func (a *again) Candidates(_ context.Context, ask *Ask, limit int) ([]Match, error) {
	var found []Match
	for id, s := range a.habits(ask.History, ask.Now) {
		if s > 0 && ask.keep(id) {
			found = append(found, Match{id, s})
		}
	}
	return best(found, limit), nil
}

func (a *again) Scores(_ context.Context, ask *Ask, ids []string, dst []float32) error {
	scores := a.habits(ask.History, ask.Now)
	for i, id := range ids {
		dst[i] = scores[id]
	}
	return nil
}

func (a *again) MarshalBinary() ([]byte, error) {
	b, err := binary.Append(nil, binary.LittleEndian, a.days)
	if err != nil {
		return nil, err
	}
	return binary.Append(b, binary.LittleEndian, a.rates)
}

func (againLearner) Load(_ context.Context, table *Table, data []byte) (Trained, error) {
	return loadAgain(table, data)
}

func loadAgain(table *Table, data []byte) (*again, error) {
	a := &again{table, make([]float32, len(table.IDs)), make([]float32, len(table.IDs))}
	if len(data) != 8*len(a.days) {
		return nil, &FormatError{"the times between purchases do not fit the items"}
	}
	for i, part := range [][]float32{a.days, a.rates} {
		if _, err := binary.Decode(data[4*i*len(a.days):], binary.LittleEndian, part); err != nil {
			return nil, err
		}
	}
	for _, r := range a.rates {
		if !(r >= 0 && r <= 1) {
			return nil, &FormatError{"a share of buyers who come back is not from 0 to 1"}
		}
	}
	for _, d := range a.days {
		if !(d >= 0 && d < 1e5) {
			return nil, &FormatError{"a time between purchases is no number of days"}
		}
	}
	return a, nil
}
