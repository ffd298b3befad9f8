package recommend

import (
	"cmp"
	"container/list"
	"math"
	"slices"
	"sync"
	"time"
)

// Attribution puts clicks and purchases down to the answer that showed the item
// last within a window. It is safe for concurrent use, and holds a bounded
// number of answers: older ones are forgotten, their counts stay.
type Attribution struct {
	cfg AttributionConfig

	mu     sync.Mutex
	users  map[string][]*shown
	recent *list.List // of *shown, the oldest in front
	counts map[Segment]*tally
}

// AttributionConfig of an Attribution.
type AttributionConfig struct {
	// Window is how long after an answer what happens is put down to it.
	// Default 7 days.
	Window time.Duration
	// Answers is how many answers are remembered. Default 100,000.
	Answers int
}

// Segment is what figures are kept for.
type Segment struct {
	Placement    Placement
	ModelVersion string
	Bucket       string
}

// shown is an answer somebody saw.
type shown struct {
	user    string
	at      time.Time
	segment Segment
	clicked map[string]bool // by item; an item is there because it was shown
	sold    int64
	closed  bool
}

// tally counts a segment; squares are of revenue per answer.
type tally struct {
	impressions, items, clicks, clicked, purchases int64
	revenue                                        int64
	squares                                        float64
}

// NewAttribution makes one that has seen nothing.
func NewAttribution(cfg AttributionConfig) (*Attribution, error) {
	if cfg.Window == 0 {
		cfg.Window = 7 * 24 * time.Hour
	}
	if cfg.Answers == 0 {
		cfg.Answers = 100_000
	}
	if cfg.Window < 0 || cfg.Answers < 0 {
		return nil, &ConfigError{"AttributionConfig", "has a negative field"}
	}
	return &Attribution{cfg: cfg, users: map[string][]*shown{}, recent: list.New(), counts: map[Segment]*tally{}}, nil
}

// Shown records that a user saw an answer.
func (a *Attribution) Shown(user string, r *Recommendation, at time.Time) {
	s := &shown{user: user, at: at, segment: Segment{r.Placement, r.ModelVersion, r.Bucket}, clicked: make(map[string]bool, len(r.Items))}
	for _, item := range r.Items {
		s.clicked[item.ID] = false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	t := a.counts[s.segment]
	if t == nil {
		t = &tally{}
		a.counts[s.segment] = t
	}
	t.impressions++
	t.items += int64(len(s.clicked))
	a.users[user] = append(a.users[user], s)
	a.recent.PushBack(s)
	for a.recent.Len() > a.cfg.Answers {
		a.forget(a.recent.Remove(a.recent.Front()).(*shown))
	}
}

func (a *Attribution) forget(s *shown) {
	rest := slices.DeleteFunc(a.users[s.user], func(o *shown) bool { return o == s })
	if len(rest) == 0 {
		delete(a.users, s.user)
		return
	}
	a.users[s.user] = rest
}

// Happened records what a user did, with the revenue of a purchase in minor
// units, and reports the segment it was put down to, if any. A click on an item
// counts once for an answer.
func (a *Attribution) Happened(x Interaction, revenue int64) (Segment, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var last *shown
	for _, s := range a.users[x.User] {
		if _, ok := s.clicked[x.Item]; ok && !x.Time.Before(s.at) && x.Time.Sub(s.at) <= a.cfg.Window && (last == nil || !s.at.Before(last.at)) {
			last = s
		}
	}
	if last == nil {
		return Segment{}, false
	}
	t := a.counts[last.segment]
	switch x.Kind {
	case Click, View:
		if !last.clicked[x.Item] {
			last.clicked[x.Item] = true
			t.clicks++
			if !last.closed { // the first click of the answer
				last.closed = true
				t.clicked++
			}
		}
	case Purchase:
		t.purchases++
		t.revenue += revenue
		before, after := float64(last.sold), float64(last.sold+revenue)
		t.squares += after*after - before*before
		last.sold += revenue
	}
	return last.segment, true
}

// Figures are what came of the answers of a segment. Intervals are of 95%.
type Figures struct {
	Segment
	Impressions int64 // answers shown
	Items       int64 // items in them
	Clicks      int64 // items clicked
	// CTR is the share of answers with a click, with Wilson's interval.
	CTR, CTRLow, CTRHigh float64
	Purchases            int64
	Revenue              int64 // minor units
	// RevenuePerImpression in minor units, with the normal interval.
	RevenuePerImpression, RevenueLow, RevenueHigh float64
}

// Report returns the figures so far, by placement, model version and bucket.
func (a *Attribution) Report() []Figures {
	a.mu.Lock()
	defer a.mu.Unlock()
	out := make([]Figures, 0, len(a.counts))
	for segment, t := range a.counts {
		f := Figures{Segment: segment, Impressions: t.impressions, Items: t.items, Clicks: t.clicks, Purchases: t.purchases, Revenue: t.revenue}
		n := float64(t.impressions)
		f.CTR = float64(t.clicked) / n
		f.CTRLow, f.CTRHigh = wilson(f.CTR, n)
		mean := float64(t.revenue) / n
		half := z95 * math.Sqrt(max(t.squares/n-mean*mean, 0)/n)
		f.RevenuePerImpression, f.RevenueLow, f.RevenueHigh = mean, mean-half, mean+half
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b Figures) int {
		return cmp.Or(cmp.Compare(a.Placement, b.Placement), cmp.Compare(a.ModelVersion, b.ModelVersion), cmp.Compare(a.Bucket, b.Bucket))
	})
	return out
}

const z95 = 1.959963984540054

// wilson is the 95% score interval of a share p of n (Wilson 1927).
func wilson(p, n float64) (low, high float64) {
	z := z95 * z95
	centre := (p + z/(2*n)) / (1 + z/n)
	half := z95 / (1 + z/n) * math.Sqrt(p*(1-p)/n+z/(4*n*n))
	return max(centre-half, 0), min(centre+half, 1)
}
