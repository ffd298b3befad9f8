package recommend

import (
	"math"
	"math/rand/v2"
	"sync"
)

// explorer counts what little known items were shown and clicked. It holds as
// many as its pool, the newest.
type explorer struct {
	mu    sync.Mutex
	size  int
	until int // impressions after which an item is known
	pool  []string
	trial map[string]*trial
}

type trial struct{ shown, clicked int }

func newExplorer(size, until int) *explorer {
	return &explorer{size: size, until: until, trial: map[string]*trial{}}
}

// add lets an item be explored, in place of the oldest if there is no room.
func (x *explorer) add(id string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.trial[id] != nil {
		return
	}
	if len(x.pool) >= x.size {
		delete(x.trial, x.pool[0])
		x.pool = x.pool[1:]
	}
	x.pool = append(x.pool, id)
	x.trial[id] = &trial{}
}

func (x *explorer) clicked(id string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if t := x.trial[id]; t != nil {
		t.clicked++
	}
}

// draws is how many of the pool a choice is made among.
const draws = 64

// pick chooses one of the pool that allow lets through and counts it as shown.
// Thompson sampling takes the greatest draw of each item's click rate; the least
// shown of a random few is the other way.
func (x *explorer) pick(rng *rand.Rand, thompson bool, allow func(id string) bool) (string, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	var chosen string
	greatest := math.Inf(-1)
	for k, n := 0, len(x.pool); k < min(draws, n); k++ {
		id := x.pool[k]
		if n > draws {
			id = x.pool[rng.IntN(n)]
		}
		t := x.trial[id]
		if !allow(id) {
			continue
		}
		value := -float64(t.shown) + rng.Float64()
		if thompson {
			value = beta(rng, t.clicked+1, max(t.shown-t.clicked, 0)+1)
		}
		if value > greatest {
			chosen, greatest = id, value
		}
	}
	if chosen == "" {
		return "", false
	}
	t := x.trial[chosen]
	if t.shown++; t.shown >= x.until {
		delete(x.trial, chosen)
		for i, id := range x.pool {
			if id == chosen {
				x.pool = append(x.pool[:i:i], x.pool[i+1:]...)
				break
			}
		}
	}
	return chosen, true
}

// beta draws from the beta distribution, as a ratio of gamma ones (Marsaglia
// and Tsang 2000).
func beta(rng *rand.Rand, a, b int) float64 {
	x, y := gamma(rng, float64(a)), gamma(rng, float64(b))
	return x / (x + y)
}

func gamma(rng *rand.Rand, shape float64) float64 { // shape at least 1
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := rng.NormFloat64()
		v := 1 + c*x
		v *= v * v
		if v > 0 && math.Log(rng.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}
