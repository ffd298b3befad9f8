package search

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Rule steers what some queries show, whatever ranking says. The first rule in
// force wins a pinned place, and the first redirect counts; boosts add up.
type Rule struct {
	Name     string    `json:"name"`
	When     Condition `json:"when"`
	Pins     []Pin     `json:"pins,omitempty"`
	Boosts   []Boost   `json:"boosts,omitempty"`
	Hide     []Filter  `json:"hide,omitempty"` // what passes one of them
	Redirect string    `json:"redirect,omitempty"`
}

// Condition says for which queries a rule is in force. All that is set must
// hold; the zero value holds always.
type Condition struct {
	Queries []string   `json:"queries,omitempty"` // one of them
	Match   QueryMatch `json:"match,omitempty"`   // how. Default MatchExact
	Filters []Filter   `json:"filters,omitempty"` // the query has each of them: the page of a category, say
	Locales []string   `json:"locales,omitempty"` // languages or locales
	From    time.Time  `json:"from,omitzero"`
	Until   time.Time  `json:"until,omitzero"` // exclusive
}

// QueryMatch says how a rule's queries are compared: by stems, whatever the
// case.
type QueryMatch string

// The ways to compare.
const (
	MatchExact  QueryMatch = "exact"  // the same words in the same order
	MatchPhrase QueryMatch = "phrase" // those words in a row, among others
	MatchWords  QueryMatch = "words"  // all of them, anywhere
)

// Pin shows a document at a place, from 1, if it passes the query's filters and
// is not hidden. What is not there leaves no gap.
type Pin struct {
	ID       string `json:"id"`
	Position int    `json:"position"`
}

// Boost adds to the score of what passes a filter. 1 is about what the
// strongest signals add; less than 0 buries.
type Boost struct {
	Filter Filter  `json:"filter"`
	Weight float64 `json:"weight"`
}

// RuleError says what is wrong with a rule.
type RuleError struct {
	Index  int // in what was set, from 0
	Name   string
	Field  string
	Reason string
}

func (e *RuleError) Error() string {
	return fmt.Sprintf("search: rule %d (%q): %s %s", e.Index, e.Name, e.Field, e.Reason)
}

// MaxRules is how many rules an engine takes.
const MaxRules = 10_000

// CheckRules returns a *RuleError when a rule cannot be used.
func CheckRules(rules []Rule) error {
	if len(rules) > MaxRules {
		return &RuleError{MaxRules, "", "rules", fmt.Sprintf("are more than %d", MaxRules)}
	}
	for i, r := range rules {
		wrong := func(field, format string, args ...any) error {
			return &RuleError{i, r.Name, field, fmt.Sprintf(format, args...)}
		}
		switch r.When.Match {
		case "", MatchExact, MatchPhrase, MatchWords:
		default:
			return wrong("when.match", "is %q, not %s, %s or %s", r.When.Match, MatchExact, MatchPhrase, MatchWords)
		}
		if r.Name == "" {
			return wrong("name", "is empty")
		}
		if !r.When.From.IsZero() && !r.When.Until.IsZero() && !r.When.From.Before(r.When.Until) {
			return wrong("when.until", "is not after when.from")
		}
		for j, q := range r.When.Queries {
			if len(speechOf("").tokens(q)) == 0 {
				return wrong(fmt.Sprintf("when.queries[%d]", j), "has no words")
			}
		}
		for j, p := range r.Pins {
			if p.ID == "" || p.Position < 1 || p.Position > MaxDepth {
				return wrong(fmt.Sprintf("pins[%d]", j), "needs an id and a position from 1 to %d", MaxDepth)
			}
		}
		for j, b := range r.Boosts {
			if err := b.Filter.validate(); err != nil {
				return wrong(fmt.Sprintf("boosts[%d].filter", j), "is refused: %v", err)
			}
			if b.Weight != b.Weight || b.Weight < -100 || b.Weight > 100 {
				return wrong(fmt.Sprintf("boosts[%d].weight", j), "is not between -100 and 100")
			}
		}
		for name, filters := range map[string][]Filter{"hide": r.Hide, "when.filters": r.When.Filters} {
			for j, f := range filters {
				if err := f.validate(); err != nil {
					return wrong(fmt.Sprintf("%s[%d]", name, j), "is refused: %v", err)
				}
			}
		}
		if len(r.Pins)+len(r.Boosts)+len(r.Hide) == 0 && r.Redirect == "" {
			return wrong("pins", "and boosts, hide and redirect are all empty: the rule does nothing")
		}
	}
	return nil
}

// SetRules puts rules in place of those before, all at once. A rule that cannot
// be used is a *RuleError, and nothing changes.
func (e *Engine) SetRules(rules []Rule) error {
	if err := CheckRules(rules); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.rules = slices.Clone(rules)
	return nil
}

// inForce returns the rules that a query meets.
func (e *Engine) inForce(p *prepared) []*Rule {
	if p.Mode != Ranked {
		return nil
	}
	var met []*Rule
	now := e.config.Now()
	for i := range e.rules {
		r := &e.rules[i]
		w := &r.When
		switch {
		case !w.From.IsZero() && now.Before(w.From), !w.Until.IsZero() && !now.Before(w.Until):
		case len(w.Locales) > 0 && !slices.ContainsFunc(w.Locales, func(l string) bool { return l == p.Locale || l == language(p.Locale) }):
		case len(w.Queries) > 0 && !slices.ContainsFunc(w.Queries, func(q string) bool { return w.Match.matches(e.speech.tokens(q), p.tokens) }):
		case !slices.ContainsFunc(w.Filters, func(f Filter) bool { return !slices.ContainsFunc(p.Filters, f.equal) }):
			met = append(met, r)
		}
	}
	return met
}

func (m QueryMatch) matches(rule, query []string) bool {
	if len(rule) == 0 { // an article that is elided, and nothing else
		return false
	}
	switch m {
	case MatchPhrase:
		for at := range query {
			if at+len(rule) <= len(query) && slices.Equal(query[at:at+len(rule)], rule) {
				return true
			}
		}
		return false
	case MatchWords:
		for _, w := range rule {
			if !slices.Contains(query, w) {
				return false
			}
		}
		return true
	}
	return slices.Equal(rule, query)
}

func (f Filter) equal(g Filter) bool {
	return f.Field == g.Field && f.Not == g.Not && slices.Equal(f.Values, g.Values) && sameBound(f.Min, g.Min) && sameBound(f.Max, g.Max)
}

// language is the first part of a locale.
func language(locale string) string {
	l, _, _ := strings.Cut(locale, "-")
	return strings.ToLower(l)
}

func redirect(rules []*Rule) string {
	for _, r := range rules {
		if r.Redirect != "" {
			return r.Redirect
		}
	}
	return ""
}

// withoutHidden takes what rules hide out of a set, in place.
func (e *Engine) withoutHidden(p *prepared, set bitset) bitset {
	for _, r := range p.rules {
		for _, f := range r.Hide {
			f.Not = !f.Not
			e.corpus.columns[f.Field].keep(set, f)
		}
	}
	return set
}

// understoodBoost is what a document gets for a value that the words name.
const understoodBoost = 0.4

// boost is what is added to the score of documents that pass.
type boost struct {
	passes func(o ordinal) bool
	weight float64
	name   string
}

// boosts returns what a query's words and rules add to scores.
func (e *Engine) boosts(p *prepared) []boost {
	var all []boost
	if p.read != nil {
		for _, u := range p.read.said {
			if u.Boost {
				all = append(all, boost{e.corpus.columns[u.Filter.Field].passes(u.Filter), understoodBoost, u.Filter.Field})
			}
		}
	}
	for _, r := range p.rules {
		for _, b := range r.Boosts {
			all = append(all, boost{e.corpus.columns[b.Filter.Field].passes(b.Filter), b.Weight, "rule " + r.Name})
		}
	}
	return all
}

// pin puts documents where rules want them, and returns how many of them were
// not found otherwise.
func (e *Engine) pin(p *prepared, list []scored, set bitset) (_ []scored, added int) {
	at := map[int]string{}
	placed := map[string]bool{}
	var places []int
	for _, r := range p.rules {
		for _, pin := range r.Pins {
			o, there := e.corpus.ordinals[pin.ID]
			if !there || placed[pin.ID] || at[pin.Position] != "" || p.allowed != nil && !p.allowed.has(o) {
				continue
			}
			if hidden := e.withoutHidden(p, one(o)); !hidden.has(o) {
				continue
			}
			at[pin.Position], placed[pin.ID] = pin.ID, true
			places = append(places, pin.Position)
		}
	}
	if len(places) == 0 {
		return list, 0
	}
	slices.Sort(places)
	pinned := make(map[string]scored, len(places))
	rest := make([]scored, 0, len(list))
	for _, s := range list {
		if placed[s.entry.id] {
			pinned[s.entry.id] = s
		} else {
			rest = append(rest, s)
		}
	}
	for _, place := range places {
		s, found := pinned[at[place]]
		if !found {
			o := e.corpus.ordinals[at[place]]
			s = scored{entry: e.corpus.entries[o]}
			if !set.has(o) {
				added++
			}
		}
		s.pinned = true
		rest = slices.Insert(rest, min(place-1, len(rest)), s)
	}
	return rest, added
}

func one(o ordinal) bitset {
	var b bitset
	b.set(o)
	return b
}
