package recommend

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Engine answers what to recommend. It is safe for concurrent use; answers read
// an immutable model and do not wait for training.
type Engine struct {
	cfg      Config
	catalog  *catalog
	users    *live
	explorer *explorer
	serving  atomic.Pointer[snapshot]
	rules    atomic.Pointer[[]Rules]
	asked    atomic.Uint64

	training sync.Mutex // one training, or change of the serving model, at a time
}

// New makes an engine that knows nothing yet: feed it with PutItems and
// Observe, and Train it or, where its Store holds a model, Restore that.
func New(cfg Config) (*Engine, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	cfg = cfg.withDefaults()
	e := &Engine{cfg: cfg, catalog: &catalog{}, users: newLive(cfg.Users, cfg.PerUser, cfg.History),
		explorer: newExplorer(explorePool, cfg.Tuning.ExploreUntil)}
	e.rules.Store(&cfg.Rules)
	return e, nil
}

// explorePool is how many items are explored at a time.
const explorePool = 10_000

// PutItems adds items to what is for sale, or replaces them. With an error none
// is.
func (e *Engine) PutItems(_ context.Context, items ...Item) error {
	if err := e.catalog.put(items); err != nil {
		return err
	}
	s := e.serving.Load()
	for i := range items {
		if s != nil && !s.knows(items[i].ID) {
			e.explorer.add(items[i].ID)
		}
	}
	return nil
}

// DeleteItems takes items out; those that are not there are ignored.
func (e *Engine) DeleteItems(_ context.Context, ids ...string) error {
	e.catalog.remove(ids)
	return nil
}

// clockSkew is how far ahead other machines' clocks may be.
const clockSkew = 5 * time.Minute

// Observe takes in what users did; the next answer knows. With an error, an
// *InteractionError, nothing is taken in. A zero time is now.
func (e *Engine) Observe(_ context.Context, interactions ...Interaction) error {
	now := e.cfg.Now()
	byUser := map[string][]Interaction{}
	var order []string
	for _, x := range interactions {
		if x.Time.IsZero() {
			x.Time = now
		}
		x = x.withDefaults()
		if err := x.check(now.Add(clockSkew)); err != nil {
			return err
		}
		if byUser[x.User] == nil {
			order = append(order, x.User)
		}
		byUser[x.User] = append(byUser[x.User], x)
	}
	for _, user := range order {
		e.users.add(user, byUser[user])
		for _, x := range byUser[user] {
			if x.Kind == Click || x.Kind == View {
				e.explorer.clicked(x.Item)
			}
		}
	}
	return nil
}

// SetRules replaces the rules of the shop.
func (e *Engine) SetRules(rules []Rules) error {
	if err := CheckRules(rules); err != nil {
		return err
	}
	rules = slices.Clone(rules)
	e.rules.Store(&rules)
	return nil
}

// Rules are those of the shop.
func (e *Engine) Rules() []Rules { return slices.Clone(*e.rules.Load()) }

// Serving describes the model that answers; false before there is one.
func (e *Engine) Serving() (Info, bool) {
	if s := e.serving.Load(); s != nil {
		return s.info, true
	}
	return Info{}, false
}

// snapshot is a trained model: immutable.
type snapshot struct {
	info    Info
	table   *Table
	sources []Trained
	facts   *facts
	ranker  *ranker // nil: the weighted sum orders
}

func (s *snapshot) knows(id string) bool {
	_, ok := s.table.at[id]
	return ok
}

func (s *snapshot) source(name string) Trained {
	if s != nil {
		for _, x := range s.sources {
			if x.Name() == name {
				return x
			}
		}
	}
	return nil
}

// mix is how a trained model answers, with all its sources.
func (s *snapshot) mix(c *catalog) *mix {
	m := &mix{sources: sourcesOf(c, s.sources), facts: s.facts}
	m.weights = make([]float64, len(m.sources))
	for i, x := range m.sources {
		m.weights[i] = s.info.Weights[x.Name()]
	}
	m.weights = normal(m.weights)
	if s.ranker.fits(m.sources) {
		m.ranker = s.ranker
	}
	return m
}

// mix is how a placement answers. again: what was bought may be shown.
func (e *Engine) mix(s *snapshot, placement Placement, tuning *Tuning, again bool) *mix {
	m := &mix{sources: []Source{content{e.catalog}}, weights: []float64{1}}
	if s != nil {
		m = s.mix(e.catalog)
	}
	if only := subsets[placement]; only != nil || tuning.Weights != nil {
		if placement != PlaceRebuy || tuning.Weights != nil {
			m.ranker = nil // it has learned what users take to, not what goes with an item
		}
		for i, x := range m.sources {
			w, ok := tuning.Weights[x.Name()]
			switch {
			case only != nil && !slices.Contains(only, x.Name()):
				m.weights[i] = 0
			case ok:
				m.weights[i] = w
			case placement == PlaceRebuy:
				m.weights[i] = 1
			}
			// Where a model is asked for what it is made for, it has a say.
			if only != nil && slices.Contains(only, x.Name()) {
				m.weights[i] = max(m.weights[i], 0.1)
			}
		}
		m.weights = normal(m.weights)
	}
	if again && subsets[placement] == nil {
		return m.withAgain()
	}
	return m
}

// subsets are the models that answer what is asked of items, not of people.
var subsets = map[Placement][]string{
	PlaceSimilar:  {"content", "neighbours"},
	PlaceGoesWith: {"sessions", "neighbours"},
	PlaceCart:     {"sessions", "neighbours", "factors"},
	PlacePopular:  {"popular"},
	PlaceRebuy:    {"again"},
}
