package recommend

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"iter"
	"math"
	mathrand "math/rand/v2"
	"slices"
	"time"
)

const maxLimit = 1000

// RequestError says what is wrong with a request.
type RequestError struct{ Reason string }

func (e *RequestError) Error() string { return "recommend: the request " + e.Reason }

// Home recommends what suits the user.
func (e *Engine) Home(ctx context.Context, r Request) (*Recommendation, error) {
	return e.answer(ctx, PlaceHome, r)
}

// Similar recommends instead of the items of a product page.
func (e *Engine) Similar(ctx context.Context, r Request) (*Recommendation, error) {
	return e.answer(ctx, PlaceSimilar, r)
}

// GoesWith recommends beside the items of a product page.
func (e *Engine) GoesWith(ctx context.Context, r Request) (*Recommendation, error) {
	return e.answer(ctx, PlaceGoesWith, r)
}

// Cart recommends what goes with a cart of Items.
func (e *Engine) Cart(ctx context.Context, r Request) (*Recommendation, error) {
	return e.answer(ctx, PlaceCart, r)
}

// Popular recommends what many want, of the context's category and region.
func (e *Engine) Popular(ctx context.Context, r Request) (*Recommendation, error) {
	return e.answer(ctx, PlacePopular, r)
}

// Rebuy recommends what the user bought before and may need again now.
func (e *Engine) Rebuy(ctx context.Context, r Request) (*Recommendation, error) {
	r.Rules = append(slices.Clone(r.Rules), Rules{ShowPurchased: true})
	return e.answer(ctx, PlaceRebuy, r)
}

// Campaign recommends to many users, each as Home does with the request's
// other fields, one after the other as they are asked for.
func (e *Engine) Campaign(ctx context.Context, users iter.Seq[string], r Request) iter.Seq2[*Recommendation, error] {
	return func(yield func(*Recommendation, error) bool) {
		for user := range users {
			r.User = user
			answer, err := e.answer(ctx, PlaceCampaign, r)
			if !yield(answer, err) || ctx.Err() != nil {
				return
			}
		}
	}
}

// Reminders lists what users are due to buy again until then, from now on and
// before, as long as they are not taken to have stopped. Rules hold.
func (e *Engine) Reminders(ctx context.Context, users iter.Seq[string], until time.Time) iter.Seq2[Due, error] {
	return func(yield func(Due, error) bool) {
		a, ok := e.serving.Load().source("again").(*again)
		if !ok {
			return
		}
		now := e.cfg.Now()
		law := merge(append(e.Rules(), Rules{ShowPurchased: true}), PlaceRebuy, "", now)
		for user := range users {
			history, err := e.users.history(ctx, user)
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(Due{}, err)
				return
			}
			for _, d := range a.due(history) {
				stopped := now.Sub(d.Last).Hours() > lapsed*d.Every.Hours()
				if d.At.After(until) || stopped || !law.allows(e.catalog.get(d.Item)) {
					continue
				}
				if d.User = user; !yield(d, nil) {
					return
				}
			}
		}
	}
}

// Rerank returns what the user's taste says of each of the request's Items,
// from 0 to 1; 0 for what is not known.
func (e *Engine) Rerank(ctx context.Context, r Request) ([]float64, error) {
	history, err := e.users.history(ctx, r.User)
	if err != nil {
		return nil, err
	}
	s := e.serving.Load()
	out := make([]float64, len(r.Items))
	if len(history) == 0 {
		return out, nil
	}
	_, tuning := e.bucket(r.User)
	m := e.mix(s, PlaceRerank, tuning, false)
	m.ranker = nil // what is popular or due is no taste
	if i := slices.Index(names(m.sources), "popular"); i >= 0 {
		m.weights[i] = 0
		m.weights = normal(m.weights)
	}
	p, err := m.assess(ctx, &Ask{History: history, Context: r.Context, Now: e.cfg.Now()}, r.Items)
	if err != nil {
		return nil, err
	}
	return m.scores(p, nil, 0), nil
}

// Personal is Rerank for the ranking of a search, which has no use for an error:
// nobody's taste is then known.
func (e *Engine) Personal(ctx context.Context, user string) func(ids []string) []float64 {
	return func(ids []string) []float64 {
		scores, err := e.Rerank(ctx, Request{User: user, Items: ids})
		if err != nil {
			return make([]float64, len(ids))
		}
		return scores
	}
}

// bucket is the user's, with how it is served.
func (e *Engine) bucket(user string) (string, *Tuning) {
	if e.cfg.Experiment == nil || user == "" {
		return "", &e.cfg.Tuning
	}
	b := e.cfg.Experiment.Bucket(user)
	if b.Tuning == nil {
		return b.Name, &e.cfg.Tuning
	}
	t := b.Tuning.withDefaults()
	return b.Name, &t
}

func (r *Request) check() error {
	switch {
	case r.Limit < 0 || r.Limit > maxLimit:
		return &RequestError{fmt.Sprintf("asks for %d items, at most %d are given", r.Limit, maxLimit)}
	case len(r.Items) > maxLimit || len(r.Exclude) > 100*maxLimit:
		return &RequestError{"names too many items"}
	case len(r.User) > maxIDLen:
		return &RequestError{"has a user of more than 200 bytes"}
	}
	return CheckRules(r.Rules)
}

// answer is every placement's: candidates, scores, rules, choice, reasons.
func (e *Engine) answer(ctx context.Context, placement Placement, r Request) (*Recommendation, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	r.Limit = cmp.Or(r.Limit, 10)
	now, s := e.cfg.Now(), e.serving.Load()
	out := &Recommendation{User: r.User, Placement: placement, RequestID: rand.Text()}
	bucket, tuning := e.bucket(r.User)
	out.Bucket = bucket
	if s != nil {
		out.ModelVersion = s.info.Version
	}
	history, err := e.users.history(ctx, r.User)
	if err != nil {
		return nil, err
	}
	rules := slices.Concat(*e.rules.Load(), r.Rules)
	if r.Context.Category != "" {
		rules = append(rules, Rules{Categories: []string{r.Context.Category}})
	}
	law := merge(rules, placement, r.Context.Region, now)
	law.bought = map[string]bool{}
	for _, x := range history {
		if x.Kind == Purchase {
			law.bought[x.Item] = true
		}
	}
	for _, id := range slices.Concat(r.Exclude, r.Items) {
		law.exclude[id] = true
	}
	keep := func(id string) bool { return law.allows(e.catalog.get(id)) }
	ask := &Ask{History: history, Context: r.Context, Now: now, Keep: keep}
	if len(r.Items) > 0 && (placement == PlaceSimilar || placement == PlaceGoesWith || placement == PlaceCart) {
		ask.History = make([]Interaction, len(r.Items))
		for i, id := range r.Items {
			ask.History[i] = Interaction{User: r.User, Item: id, Kind: Cart, Weight: 1, Time: now}
		}
	}
	if s != nil {
		ask.Now = s.facts.now(ask.History, now)
	}
	m := e.mix(s, placement, tuning, !law.hideBought)
	if m.ranker != nil && !m.ranker.knows(history, now) {
		m.ranker = nil
	}
	limit := max(e.cfg.Candidates, 4*r.Limit)
	if !law.hideBought {
		limit += len(law.bought) // what was bought takes no place from what is new
	}
	p, err := m.gather(ctx, ask, limit)
	if err == nil && len(p.ids) == 0 && subsets[placement] == nil {
		// Nobody knows the user: what is popular is steered like all else.
		m = m.alone("popular")
		p, err = m.gather(ctx, ask, limit)
	}
	if err != nil {
		return nil, err
	}
	out.Degraded = ask.degraded
	c := &choice{engine: e, law: law, tuning: tuning, limit: r.Limit, taken: map[string]bool{}, full: map[string]int{}}
	c.rank(p, m.rank(p, ask, tuning.Reach))
	if placement != PlaceRebuy {
		if err := c.fill(ctx, s, ask); err != nil {
			return nil, err
		}
	}
	explore := tuning.Explore
	if placement == PlaceRebuy || s == nil {
		explore = 0
	}
	rng := mathrand.New(mathrand.NewPCG(e.cfg.Seed^hash(r.User), e.asked.Add(1)))
	out.Items = c.choose(rng, explore)
	for i := range out.Items {
		for k, x := range m.sources {
			if at := c.at[out.Items[i].ID]; at > 0 && p.row(at - 1)[k] > 0 && m.weights[k] > 0 {
				out.Items[i].Sources = append(out.Items[i].Sources, Contribution{x.Name(), m.weights[k] * float64(p.row(at - 1)[k])})
			}
		}
		slices.SortStableFunc(out.Items[i].Sources, func(a, b Contribution) int { return cmp.Compare(b.Weight, a.Weight) })
		out.Items[i].Explanation = reason(&out.Items[i], placement, s, e.catalog, ask)
	}
	return out, nil
}

// reason says why an item is there, by the model that spoke loudest.
func reason(item *Recommended, placement Placement, s *snapshot, c *catalog, ask *Ask) Explanation {
	if item.Explanation.Kind != "" {
		return item.Explanation
	}
	if len(item.Sources) == 0 {
		return Explanation{Kind: Trending}
	}
	because := func(names ...string) []string {
		for _, name := range names {
			if n, ok := s.source(name).(*neighbours); ok {
				if ids := n.because(ask, item.ID, 3); len(ids) > 0 {
					return ids
				}
			}
		}
		return nil
	}
	switch item.Sources[0].Model {
	case "again":
		return Explanation{TimeToRebuy, []string{item.ID}}
	case "content":
		return Explanation{SharesWith, content{c}.because(ask, item.ID, 3)}
	case "popular":
		return Explanation{Kind: Trending}
	case "sessions":
		return Explanation{BoughtWith, because("sessions")}
	}
	if ids := because("neighbours", "sessions"); len(ids) > 0 {
		if placement == PlaceCart || placement == PlaceGoesWith {
			return Explanation{BoughtWith, ids}
		}
		return Explanation{BecauseOf, ids}
	}
	return Explanation{Kind: ForYou}
}

// fresh is 1 for an item created now, halved every half life, 0 if not known.
func fresh(i *Item, now time.Time, halfLife time.Duration) float64 {
	if i.Created.IsZero() {
		return 0
	}
	return math.Exp2(-max(now.Sub(i.Created).Hours(), 0) / halfLife.Hours())
}
