package recommend

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
	"sync"
	"time"
)

// facts are what a training saw of each item beside what the sources learned:
// how much was done with it before each day, and how its buyers behave.
type facts struct {
	table  *Table
	again  *again
	buyers []float32 // users who had it
	start  []uint32  // days of item i are day[start[i]:start[i+1]]
	day    []int32   // since 1970, on which something was done with the item
	sum    []float32 // weight of all interactions up to the end of that day
	last   int32     // day of the newest interaction
	usual  float64   // how many have an item that somebody has, on average

	trend sync.Map // what is trending, by day: int32 to []string
}

func dayOf(seconds int64) int32 { return int32(seconds / 86400) } //nolint:gosec // far below 2^31

// learnFacts takes how users behave from the earlier events, and how much was
// done on each day from all of them: who asks in between is told what was known
// that day.
func learnFacts(early, all *Events) *facts {
	n := len(all.IDs)
	f := &facts{table: all.Table, again: learnAgain(early), buyers: make([]float32, n), start: make([]uint32, n+1), last: dayOf(all.To.Unix())}
	for _, had := range early.pairs() {
		for _, p := range had {
			f.buyers[p.item]++
		}
	}
	f.count()
	perDay := make([]map[int32]float32, n)
	for _, events := range all.byUser {
		for _, x := range events {
			if perDay[x.item] == nil {
				perDay[x.item] = map[int32]float32{}
			}
			perDay[x.item][dayOf(x.at)] += min(x.weight, 100)
		}
	}
	for i, days := range perDay {
		from := len(f.day)
		for d := range days {
			f.day = append(f.day, d)
		}
		slices.Sort(f.day[from:])
		var sum float32
		for _, d := range f.day[from:] {
			sum += days[d]
			f.sum = append(f.sum, sum)
		}
		f.start[i+1] = uint32(len(f.day)) //nolint:gosec // at most the number of events
	}
	return f
}

// count sets usual.
func (f *facts) count() {
	var sum, squares float64
	for _, n := range f.buyers {
		sum, squares = sum+float64(n), squares+float64(n)*float64(n)
	}
	f.usual = squares / max(sum, 1)
}

// today is the day of the question, at the latest that after the newest event:
// as long as no model is trained the world stands still.
func (f *facts) today(ask *Ask) int32 { return min(dayOf(ask.Now.Unix()), f.last+1) }

// now is a time in the world that was learned from, which ends a day after the
// newest event, or when the user did something later: habits and trends are not
// over because a shop was imported with old orders.
func (f *facts) now(history []Interaction, now time.Time) time.Time {
	if f == nil {
		return now
	}
	end := time.Unix(86400*int64(f.last+2), 0).UTC()
	if n := len(history); n > 0 && history[n-1].Time.After(end) {
		end = history[n-1].Time
	}
	if now.After(end) {
		return end
	}
	return now
}

// before is the weight of what was done with an item before a day.
func (f *facts) before(i, day int32) float32 {
	days := f.day[f.start[i]:f.start[i+1]]
	n, _ := slices.BinarySearch(days, day)
	if n == 0 {
		return 0
	}
	return f.sum[int(f.start[i])+n-1]
}

// span is the first and the last day before the given one on which something
// was done with the item; false if there is none.
func (f *facts) span(i, day int32) (first, last int32, ok bool) {
	days := f.day[f.start[i]:f.start[i+1]]
	n, _ := slices.BinarySearch(days, day)
	if n == 0 {
		return 0, 0, false
	}
	return days[0], days[n-1], true
}

// trending lists what most was done with in the fortnight before a day.
func (f *facts) trending(day int32) []string {
	if known, ok := f.trend.Load(day); ok {
		return known.([]string)
	}
	found := f.trends(day)
	f.trend.Store(day, found) // of days that are asked about: those since the training, and those it was validated on
	return found
}

const trendingItems = 500

func (f *facts) trends(day int32) []string {
	var top []Match
	for i, id := range f.table.IDs {
		w := f.before(int32(i), day) - f.before(int32(i), day-14) //nolint:gosec // numbers of items
		if w > 0 && (len(top) < trendingItems || w > top[0].Score) {
			top = pushMatch(top, Match{id, w}, trendingItems)
		}
	}
	out := make([]string, len(top))
	for i, m := range best(top, trendingItems) {
		out[i] = m.ID
	}
	return out
}

// MarshalBinary writes the numbers one after the other.
func (f *facts) MarshalBinary() ([]byte, error) {
	b, err := f.again.MarshalBinary()
	if err != nil {
		return nil, err
	}
	for _, part := range []any{f.last, f.buyers, f.start, f.day, f.sum} {
		if b, err = binary.Append(b, binary.LittleEndian, part); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func loadFacts(table *Table, data []byte) (*facts, error) {
	n := len(table.IDs)
	head := 8*n + 4 + 4*n + 4*(n+1)
	if len(data) < head || (len(data)-head)%8 != 0 {
		return nil, &FormatError{"what is known of the items does not fit them"}
	}
	days := (len(data) - head) / 8
	f := &facts{table: table, buyers: make([]float32, n), start: make([]uint32, n+1), day: make([]int32, days), sum: make([]float32, days)}
	var err error
	if f.again, err = loadAgain(table, data[:8*n]); err != nil {
		return nil, err
	}
	data = data[8*n:]
	for _, part := range []any{&f.last, f.buyers, f.start, f.day, f.sum} {
		read, err := binary.Decode(data, binary.LittleEndian, part)
		if err != nil {
			return nil, err
		}
		data = data[read:]
	}
	if !slices.IsSorted(f.start) || f.start[0] != 0 || int(f.start[n]) != days {
		return nil, &FormatError{"the days of the items are out of order"}
	}
	for i := range n {
		if from, to := f.start[i], f.start[i+1]; !slices.IsSorted(f.day[from:to]) || !slices.IsSorted(f.sum[from:to]) {
			return nil, &FormatError{"the days of an item are out of order"}
		}
	}
	for _, x := range f.buyers {
		if !(x >= 0) {
			return nil, &FormatError{"an item has no number of buyers"}
		}
	}
	f.count()
	return f, nil
}

// habit is what a history says of one item.
type habit struct {
	times      float32 // purchases, those within leastGap of another left out
	first      time.Time
	last       time.Time
	slow, fast float32 // purchases, older ones counting less
	session    int     // of the last purchase, from 1
	touched    float32 // views, clicks and carts, older ones counting less
}

// past is what a history says of its user.
type past struct {
	habits   map[string]*habit
	due      map[string]Due
	sessions int
	items    int // distinct, bought
	bought   int // purchases
	from, to time.Time
}

const (
	slowDays  = habitDays
	fastDays  = 60
	touchDays = 7
)

func fade(now, at time.Time, days float64) float32 {
	return float32(math.Exp(-max(now.Sub(at).Hours(), 0) / 24 / days))
}

func pastOf(a *again, history []Interaction, now time.Time) *past {
	p := &past{habits: make(map[string]*habit, len(history)), due: map[string]Due{}}
	var before time.Time
	for _, x := range history {
		if p.sessions == 0 || x.Time.Sub(before) >= leastGap {
			p.sessions++
		}
		if before = x.Time; p.from.IsZero() {
			p.from = x.Time
		}
		p.to = x.Time
		h := p.habits[x.Item]
		if h == nil {
			h = &habit{}
			p.habits[x.Item] = h
		}
		if x.Kind != Purchase {
			h.touched += float32(min(x.Weight, 1)) * fade(now, x.Time, touchDays)
			continue
		}
		p.bought++
		if h.times == 0 {
			h.first = x.Time
			p.items++
		}
		if h.times == 0 || x.Time.Sub(h.last) >= leastGap {
			h.times++
		}
		h.last, h.session = x.Time, p.sessions
		h.slow += fade(now, x.Time, slowDays)
		h.fast += fade(now, x.Time, fastDays)
	}
	for _, d := range a.due(history) {
		p.due[d.Item] = d
	}
	return p
}

// signalNames are the features of a candidate after one for each source.
var signalNames = []string{
	"linear lately", "popularity", "week", "fortnight", "month", "trend", "days since sold", "days known", "buyers", "come back",
	"times bought", "habit", "habit lately", "days since bought", "days between", "due", "sessions since bought", "share of sessions", "touched",
	"sessions", "items a session", "days since session", "days between sessions",
}

// signals fills one row for each candidate of a pool: what each source says,
// what is known of the item that day, what the history says of it, and of the
// user. What is not known is -1, less than all that is: trees are walked faster
// where no number is missing.
func (f *facts) signals(p *pool, sources []Source, ask *Ask) ([]float64, int) {
	width := len(sources) + len(signalNames)
	out := make([]float64, 0, len(p.ids)*width)
	lately := make([]float32, len(p.ids))
	for _, s := range sources {
		if x, ok := s.(*neighbours); ok && x.linear != nil {
			x.lately(ask, p.ids, lately)
		}
	}
	mine := pastOf(f.again, ask.History, ask.Now)
	today := f.today(ask)
	missing := -1.0
	sinceSession, betweenSessions, perSession := missing, missing, missing
	if mine.sessions > 0 {
		sinceSession = ask.Now.Sub(mine.to).Hours() / 24
		perSession = float64(len(mine.habits)) / float64(mine.sessions)
	}
	if mine.sessions > 1 {
		betweenSessions = mine.to.Sub(mine.from).Hours() / 24 / float64(mine.sessions-1)
	}
	none := &habit{}
	log := func(x float32) float64 { return math.Log1p(float64(x)) }
	for row, id := range p.ids {
		for _, x := range p.raw[row*p.width : (row+1)*p.width] {
			out = append(out, float64(x))
		}
		out = append(out, float64(lately[row]))
		if i, ok := f.table.at[id]; ok {
			all := f.before(i, today)
			window := func(days int32) float32 { return all - f.before(i, today-days) }
			sold, known := missing, missing
			if first, last, ok := f.span(i, today); ok {
				sold, known = float64(today-last), float64(today-first)
			}
			two := window(14)
			out = append(out, log(all), log(window(7)), log(two), log(window(30)), float64((two+1)/(window(90)+5)), sold, known,
				log(f.buyers[i]), float64(f.again.rates[i]))
		} else {
			out = append(out, 0, 0, 0, 0, missing, missing, missing, 0, missing)
		}
		h := cmp.Or(mine.habits[id], none)
		if h.times > 0 {
			between, due := missing, missing
			if h.times > 1 {
				between = h.last.Sub(h.first).Hours() / 24 / float64(h.times-1)
			}
			since := ask.Now.Sub(h.last).Hours() / 24
			if d, ok := mine.due[id]; ok {
				due = since * 24 / d.Every.Hours()
			}
			out = append(out, float64(h.times), float64(h.slow), float64(h.fast), since, between, due, float64(mine.sessions-h.session),
				float64(h.times)/float64(mine.sessions))
		} else {
			out = append(out, 0, 0, 0, missing, missing, missing, missing, 0)
		}
		out = append(out, float64(h.touched), float64(mine.sessions), perSession, sinceSession, betweenSessions)
	}
	return out, width
}
