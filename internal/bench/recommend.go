package bench

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bodega-commerce/bodega/recommend"
)

// RecommendRun measures recommendations in this process, on made-up shoppers.
type RecommendRun struct {
	// Items for sale. Default 100,000.
	Items int
	// Interactions to train on. Default ten for each item, up to 2,000,000.
	Interactions int
	// Readers ask at once. Default 1,000.
	Readers int
	// Rate is how many answers they ask for in a second, together. Default 100.
	Rate int
	// Duration of each measurement but the retrain, which takes what it takes.
	// Default 10 s.
	Duration time.Duration
	// Seed of the shoppers. Default 0.
	Seed uint64
}

// tastes is how many kinds of shoppers there are.
const tastes = 200

// item draws one of a taste, the first ones of it more often; one in five is of
// any taste.
func (r RecommendRun) item(rng *rand.Rand, taste int) string {
	if rng.IntN(5) == 0 {
		return strconv.Itoa(rng.IntN(r.Items))
	}
	each := max(r.Items/tastes, 1)
	return strconv.Itoa((min(int(rng.ExpFloat64()*float64(each)/3), each-1)*tastes + taste) % r.Items)
}

// perShopper is how much each shopper buys: a third of it again, and a third what
// is the fashion of the week among those of their taste.
const perShopper = 20

// bought draws what a shopper buys.
func (r RecommendRun) bought(rng *rand.Rand, user string, taste int, latest time.Time) []recommend.Interaction {
	all := make([]recommend.Interaction, perShopper)
	for i := range all {
		item, ago := r.item(rng, taste), time.Duration(rng.IntN(90*24))*time.Hour
		switch rng.IntN(3) {
		case 0:
			item = all[rng.IntN(i+1)].Item
		case 1:
			week := int(latest.Add(-ago).Unix() / (7 * 86400))
			item = strconv.Itoa((week*37*tastes + taste) % r.Items)
		}
		all[i] = recommend.Interaction{User: user, Item: cmp.Or(item, r.item(rng, taste)), Kind: recommend.Purchase, Time: latest.Add(-ago)}
	}
	return all
}

// history is what all shoppers bought.
func (r RecommendRun) history(now time.Time) iter.Seq2[recommend.Interaction, error] {
	return func(yield func(recommend.Interaction, error) bool) {
		rng := rand.New(rand.NewPCG(r.Seed, 1)) //nolint:gosec // made-up shoppers
		for n := 0; n < r.Interactions; n += perShopper {
			user := n / perShopper
			for _, x := range r.bought(rng, strconv.Itoa(user), user%tastes, now)[:min(perShopper, r.Interactions-n)] {
				if !yield(x, nil) {
					return
				}
			}
		}
	}
}

// Run measures one answer, then many readers before and during a retrain.
func (r RecommendRun) Run(ctx context.Context) (*Result, error) {
	r.Items = cmp.Or(r.Items, 100_000)
	r.Interactions = cmp.Or(r.Interactions, min(10*r.Items, 2_000_000))
	r.Readers = cmp.Or(r.Readers, 1000)
	r.Rate = cmp.Or(r.Rate, 100)
	r.Duration = cmp.Or(r.Duration, 10*time.Second)
	if r.Items < 1 || r.Interactions < 1 || r.Readers < 1 || r.Rate < 1 {
		return nil, fmt.Errorf("bench: a negative number: %+v", r)
	}
	out := &Result{Name: fmt.Sprintf("recommend, %d items, %d interactions, %d readers", r.Items, r.Interactions, r.Readers)}
	engine, err := recommend.New(recommend.Config{Seed: r.Seed})
	if err != nil {
		return nil, err
	}
	before := heap()
	start := time.Now()
	if err := r.stock(ctx, engine); err != nil {
		return nil, err
	}
	out.add("putting the items in", time.Since(start).Seconds(), "s")
	out.add("memory of the catalog", heap()-before, "MiB")
	start = time.Now()
	if _, err := engine.Train(ctx, r.history(start), recommend.TrainConfig{}); err != nil {
		return nil, err
	}
	out.add("training", time.Since(start).Seconds(), "s")
	if info, ok := engine.Serving(); ok {
		out.add("nDCG@10 of the next basket", info.Metrics.Next.NDCG10, "")
		out.add("by the weighted sum", info.Metrics.Next.Weighted, "")
	}
	out.add("memory with the model", heap()-before, "MiB")
	took, err := r.ask(ctx, engine, 1, 0, after(r.Duration))
	if err != nil {
		return nil, err
	}
	out.latencies("one home page", took)
	if limit := map[bool]float64{true: 5, false: 20}[r.Items <= 100_000]; r.Items <= 1_000_000 {
		out.Figures[len(out.Figures)-2].AtMost = &limit
	}
	took, err = r.ask(ctx, engine, r.Readers, r.Rate, after(r.Duration))
	if err != nil {
		return nil, err
	}
	out.latencies("home page, readers", took)
	calm := percentile(took, 95)
	stop := make(chan struct{})
	trained := make(chan error, 1)
	go func() {
		defer close(stop)
		_, err := engine.Train(ctx, r.history(time.Now()), recommend.TrainConfig{})
		trained <- err
	}()
	took, err = r.ask(ctx, engine, r.Readers, r.Rate, stop)
	if err == nil {
		<-stop
		err = <-trained
	}
	if err != nil {
		return nil, err
	}
	out.latencies("home page, readers, during a retrain", took)
	out.atMost("slow-down of p95 by the retrain", percentile(took, 95)/calm, "x", 2)
	out.add("answers during the retrain", float64(len(took)), "")
	return out, nil
}

// stock puts the items in, a thousand at a time.
func (r RecommendRun) stock(ctx context.Context, engine *recommend.Engine) error {
	batch := make([]recommend.Item, 0, 1000)
	for i := range r.Items {
		batch = append(batch, recommend.Item{ID: strconv.Itoa(i), Title: fmt.Sprintf("Thing of kind %d, make %d", i%tastes, i%1777),
			Categories: []string{"kind-" + strconv.Itoa(i%tastes)}, Price: int64(100 + i%5000)})
		if len(batch) == cap(batch) || i == r.Items-1 {
			if err := engine.PutItems(ctx, batch...); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	return nil
}

// ask asks for home pages of shoppers, until stop: at a rate over all readers, or
// with rate 0 one after the other. Half of them just clicked, which the weights
// answer; half come back after purchases, which the ranker does.
func (r RecommendRun) ask(ctx context.Context, engine *recommend.Engine, readers, rate int, stop <-chan struct{}) ([]time.Duration, error) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	var all []time.Duration
	var failed atomic.Pointer[error]
	for n := range readers {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(r.Seed, uint64(n)+2)) //nolint:gosec // made-up shoppers
			pause := time.Duration(0)
			if rate > 0 {
				pause = time.Second * time.Duration(readers) / time.Duration(rate)
			}
			next := time.Now().Add(time.Duration(rng.Float64() * float64(pause)))
			for {
				select {
				case <-stop:
					return
				case <-ctx.Done():
					return
				case <-time.After(time.Until(next)):
				}
				user := rng.IntN(max(r.Interactions/perShopper, 1))
				shopper, latest := strconv.Itoa(user), time.Now()
				back := rng.IntN(2) == 0
				if back {
					shopper, latest = shopper+" who comes back", latest.AddDate(0, 0, -1)
				}
				x := r.bought(rng, shopper, user%tastes, latest)
				if !back {
					for i := range x {
						x[i].Kind, x[i].Time = recommend.Click, latest
					}
				}
				err := engine.Observe(ctx, x...)
				start := time.Now()
				if err == nil {
					var answer *recommend.Recommendation
					if answer, err = engine.Home(ctx, recommend.Request{User: x[0].User}); err == nil && len(answer.Items) != min(10, r.Items) {
						err = fmt.Errorf("bench: %d recommendations", len(answer.Items))
					}
				}
				if err != nil {
					failed.CompareAndSwap(nil, &err)
					return
				}
				took := time.Since(start)
				mu.Lock()
				all = append(all, took)
				mu.Unlock()
				next = next.Add(pause)
			}
		})
	}
	wg.Wait()
	if err := failed.Load(); err != nil {
		return nil, *err
	}
	slices.Sort(all)
	return all, ctx.Err()
}

func after(d time.Duration) <-chan struct{} {
	c := make(chan struct{})
	time.AfterFunc(d, func() { close(c) })
	return c
}

// heap is what is in use after a collection, in MiB.
func heap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / (1 << 20)
}
