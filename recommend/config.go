package recommend

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"
)

// Config of an Engine. The zero value works.
type Config struct {
	// Tuning of answers. Default see Tuning.
	Tuning Tuning
	// Rules of the shop; Engine.SetRules changes them. Default none.
	Rules []Rules
	// Experiment divides users into buckets. Default none.
	Experiment *Experiment
	// History brings what a user did before, when the engine holds nothing of
	// them; it is asked once as long as the user is held. Default none.
	History func(ctx context.Context, user string) ([]Interaction, error)
	// Region of a user, for training what is popular where. Default unknown.
	Region func(user string) string
	// Users is how many users' interactions are held. Default 100,000.
	Users int
	// PerUser is how many interactions are held of each. Default 200.
	PerUser int
	// Candidates is how many items each model is asked for. Default 100.
	Candidates int
	// Learners make the models. Default factors, linear, neighbours, sessions, popular
	// and again, as their configs' zero values have them.
	Learners []Learner
	// Workers bounds the goroutines of a training, also those of the default
	// Learners; the model does not depend on it. Default one less than there are
	// processors, which is left to answers.
	Workers int
	// Index keeps the vectors of models of many items elsewhere, for Learners
	// that have no index of their own. While it fails, all items are scored, and
	// Recommendation.Degraded says so. Default in memory.
	Index OpenIndex
	// Store keeps trained models. Default in memory.
	Store Store
	// Keep is how many models stay in the Store to roll back to. Default 3.
	Keep int
	// Seed of exploration. Default 0.
	Seed uint64
	// Now is the clock. Default time.Now.
	Now func() time.Time
}

// Tuning is how answers are put together from scores. The zero value works.
type Tuning struct {
	// Diversity is what likeness to items already chosen takes from a score,
	// up to 1 (maximal marginal relevance, Carbonell and Goldstein 1998).
	// Negative: nothing. Default 0.1.
	Diversity float64
	// Reach is how much popularity takes from the chance of an item that is new
	// to the user: it is divided by the number of its buyers, relative to the
	// usual, to this power, so that more of the catalog is shown. It applies
	// where a ranker has been learned. Negative: nothing. Default 0.25.
	Reach float64
	// Freshness is what an item created now gains in score, halved every
	// FreshnessHalfLife. Default 0.
	Freshness float64
	// FreshnessHalfLife of Freshness. Default 14 days.
	FreshnessHalfLife time.Duration
	// Explore is the share of places given to items put in since the last
	// training, up to 1. Default 0.
	Explore float64
	// ExploreUntil is how often such an item is shown before it no longer
	// explores. Default 100.
	ExploreUntil int
	// Thompson chooses the explored item by draws of its click rate, instead
	// of the least shown. Default false.
	Thompson bool
	// Weights of the models by name, in place of the learned ones. Default
	// learned.
	Weights map[string]float64
}

func (t Tuning) withDefaults() Tuning {
	t.Diversity = cmp.Or(t.Diversity, 0.1)
	t.Reach = cmp.Or(t.Reach, 0.25)
	t.FreshnessHalfLife = cmp.Or(t.FreshnessHalfLife, 14*24*time.Hour)
	t.ExploreUntil = cmp.Or(t.ExploreUntil, 100)
	return t
}

func (t *Tuning) validate() error {
	switch {
	case math.IsNaN(t.Diversity) || t.Diversity > 1:
		return &ConfigError{"Tuning.Diversity", "must be at most 1"}
	case math.IsNaN(t.Reach) || t.Reach > 1:
		return &ConfigError{"Tuning.Reach", "must be at most 1"}
	case math.IsNaN(t.Freshness) || math.Abs(t.Freshness) > 100:
		return &ConfigError{"Tuning.Freshness", "must be from -100 to 100"}
	case t.FreshnessHalfLife < 0:
		return &ConfigError{"Tuning.FreshnessHalfLife", "is negative"}
	case !(t.Explore >= 0 && t.Explore <= 1):
		return &ConfigError{"Tuning.Explore", "is a share, from 0 to 1"}
	case t.ExploreUntil < 0:
		return &ConfigError{"Tuning.ExploreUntil", "is negative"}
	}
	for name, w := range t.Weights {
		if !(w >= 0) || math.IsInf(w, 0) {
			return &ConfigError{"Tuning.Weights", fmt.Sprintf("has %v for %q", w, name)}
		}
	}
	return nil
}

func (c Config) withDefaults() Config {
	c.Tuning = c.Tuning.withDefaults()
	c.Users = cmp.Or(c.Users, 100_000)
	c.PerUser = cmp.Or(c.PerUser, 200)
	c.Candidates = cmp.Or(c.Candidates, 100)
	c.Keep = cmp.Or(c.Keep, 3)
	c.Workers = cmp.Or(c.Workers, spareOne())
	if c.Learners == nil {
		near := NeighboursConfig{Workers: c.Workers}
		c.Learners = []Learner{LearnFactors(FactorsConfig{Workers: c.Workers}), LearnLinear(LinearConfig{Workers: c.Workers}), LearnNeighbours(near), LearnSessions(near),
			LearnPopular(PopularConfig{}), LearnAgain()}
	}
	c.Learners = slices.Clone(c.Learners)
	for i, l := range c.Learners {
		if x, ok := l.(interface{ keepIn(OpenIndex) Learner }); ok {
			c.Learners[i] = x.keepIn(c.Index)
		}
	}
	if c.Store == nil {
		c.Store = NewMemoryStore()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

func (c *Config) validate() error {
	if err := c.Tuning.validate(); err != nil {
		return err
	}
	if c.Users < 0 || c.PerUser < 0 || c.Candidates < 0 || c.Keep < 0 || c.Workers < 0 {
		return &ConfigError{"Config", "has a negative number"}
	}
	names := map[string]bool{content{}.Name(): true}
	for _, l := range c.Learners {
		if names[l.Name()] {
			return &ConfigError{"Config.Learners", fmt.Sprintf("have two called %q", l.Name())}
		}
		names[l.Name()] = true
	}
	if c.Experiment != nil {
		if err := c.Experiment.validate(); err != nil {
			return err
		}
	}
	return CheckRules(c.Rules)
}

// CheckRules finds what SetRules would refuse, a *ConfigError.
func CheckRules(rules []Rules) error {
	for i := range rules {
		if err := rules[i].validate(); err != nil {
			return err
		}
	}
	return nil
}
