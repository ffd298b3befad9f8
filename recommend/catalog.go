package recommend

import (
	"context"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"unique"
)

// catalog is what is for sale, and an inverted index of its content. Readers
// wait at most for one entry to be put into a map.
type catalog struct {
	items [64]part
	lists sync.Map // term -> *posting
	live  atomic.Int64

	mu     sync.Mutex // of writers
	recent posting    // all entries, in the order they came
}

// entry is an item with its terms. New terms make a new entry; a new price or
// stock only a new item in it.
type entry struct {
	item  atomic.Pointer[Item]
	terms []term
	dead  atomic.Bool
}

type term = unique.Handle[string]

// posting is a list that only its writer appends to.
type posting struct{ entries atomic.Pointer[[]*entry] }

func (p *posting) all() []*entry {
	if e := p.entries.Load(); e != nil {
		return *e
	}
	return nil
}

// add appends; readers of the old slice do not see the new element. When the
// list is full it is made anew without the dead.
func (p *posting) add(e *entry) {
	list := p.all()
	if len(list) == cap(list) {
		grown := make([]*entry, 0, max(2*len(list), 4))
		for _, o := range list {
			if !o.dead.Load() {
				grown = append(grown, o)
			}
		}
		list = grown
	}
	list = append(list, e)
	p.entries.Store(&list)
}

// part of the entries by id.
type part struct {
	mu      sync.RWMutex
	entries map[string]*entry
}

func (c *catalog) part(id string) *part {
	h := uint32(2166136261) // FNV-1a
	for i := range len(id) {
		h = (h ^ uint32(id[i])) * 16777619
	}
	return &c.items[(h^h>>16)%uint32(len(c.items))]
}

func (c *catalog) get(id string) *Item {
	if e := c.entry(id); e != nil {
		return e.item.Load()
	}
	return nil
}

func (c *catalog) entry(id string) *entry {
	p := c.part(id)
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.entries[id]
}

// set replaces an entry; nil deletes it.
func (c *catalog) set(id string, e *entry) {
	p := c.part(id)
	p.mu.Lock()
	defer p.mu.Unlock()
	if e == nil {
		delete(p.entries, id)
		return
	}
	if p.entries == nil {
		p.entries = map[string]*entry{}
	}
	p.entries[id] = e
}

func (c *catalog) put(items []Item) error {
	for i := range items {
		if err := items[i].check(); err != nil {
			return err
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range items {
		item := items[i].clone()
		words := item.terms()
		terms := make([]term, len(words))
		for k, w := range words {
			terms[k] = unique.Make(w)
		}
		old := c.entry(item.ID)
		if old != nil && slices.Equal(old.terms, terms) {
			old.item.Store(item)
			continue
		}
		e := &entry{terms: terms}
		e.item.Store(item)
		if old != nil {
			old.dead.Store(true)
		} else {
			c.live.Add(1)
		}
		c.set(item.ID, e)
		c.recent.add(e)
		for _, t := range terms {
			list, ok := c.lists.Load(t)
			if !ok {
				list = &posting{}
				c.lists.Store(t, list)
			}
			list.(*posting).add(e)
		}
	}
	return nil
}

func (c *catalog) remove(ids []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, id := range ids {
		if old := c.entry(id); old != nil {
			c.set(id, nil)
			old.dead.Store(true)
			c.live.Add(-1)
		}
	}
}

// content recommends what is like the history in words, categories and
// attributes: cosine of TF-IDF with a term frequency of one.
type content struct{ *catalog }

func (content) Name() string { return "content" }

const (
	profileItems = 10  // newest items that make up a profile
	profileTerms = 8   // terms candidates are looked up by
	postingScan  = 500 // newest entries read of each
)

func (c content) postings(t term) []*entry {
	if list, ok := c.lists.Load(t); ok {
		return list.(*posting).all()
	}
	return nil
}

// idf is 0 for a term that nearly all have.
func (c content) idf(t term) float64 {
	n := float64(len(c.postings(t)))
	return max(math.Log(float64(c.live.Load()+1)/(n+1)), 0)
}

// profile is the weight of terms in the newest items of a history.
func (c content) profile(history []Interaction) map[term]float64 {
	profile := make(map[term]float64, 64)
	voice := 1.0
	for n, x := range slices.Backward(history) {
		if len(history)-n > profileItems {
			break
		}
		if e := c.entry(x.Item); e != nil {
			for _, t := range e.terms {
				profile[t] += voice / math.Sqrt(float64(len(e.terms)))
			}
		}
		voice *= 0.9
	}
	for t := range profile {
		profile[t] *= math.Pow(c.idf(t), 2)
	}
	return profile
}

func (e *entry) like(profile map[term]float64) float32 {
	var sum float64
	for _, t := range e.terms {
		sum += profile[t]
	}
	return float32(sum / math.Sqrt(float64(len(e.terms))+1))
}

func (c content) Candidates(_ context.Context, ask *Ask, limit int) ([]Match, error) {
	profile := remember(ask, c, c.profile)
	terms := make([]Match, 0, len(profile))
	for t, w := range profile {
		if w > 0 {
			terms = append(terms, Match{t.Value(), float32(w)})
		}
	}
	seen := make(map[*entry]bool, 1000)
	found := make([]Match, 0, limit)
	for _, t := range best(terms, profileTerms) {
		list := c.postings(unique.Make(t.ID))
		for _, e := range list[max(len(list)-postingScan, 0):] {
			if e.dead.Load() || seen[e] {
				continue
			}
			seen[e] = true
			m := Match{e.item.Load().ID, e.like(profile)}
			if m.Score > 0 && (len(found) < limit || m.Score > found[0].Score) && ask.keep(m.ID) {
				found = pushMatch(found, m, limit)
			}
		}
	}
	return best(found, limit), nil
}

func (c content) Scores(_ context.Context, ask *Ask, ids []string, dst []float32) error {
	profile := remember(ask, c, c.profile)
	if len(profile) == 0 {
		return nil
	}
	for i, id := range ids {
		if e := c.entry(id); e != nil {
			dst[i] = e.like(profile)
		}
	}
	return nil
}

// each is the key of what content remembers of each interaction.
type each struct{ content }

// profiles are of the newest interactions, each alone, the newest first.
func (c content) profiles(history []Interaction) []map[term]float64 {
	var out []map[term]float64
	for k := range slices.Backward(history) {
		if len(out) == profileItems {
			break
		}
		out = append(out, c.profile(history[k:k+1]))
	}
	return out
}

// because returns up to n items of the history that share most with an item.
func (c content) because(ask *Ask, id string, n int) []string {
	e := c.entry(id)
	if e == nil {
		return nil
	}
	var found []Match
	profiles := remember(ask, each{c}, c.profiles)
	for k, x := range slices.Backward(ask.History) {
		at := len(ask.History) - 1 - k
		if at >= len(profiles) {
			break
		}
		s := e.like(profiles[at])
		if s > 0 && !slices.ContainsFunc(found, func(m Match) bool { return m.ID == x.Item }) {
			found = append(found, Match{x.Item, s})
		}
	}
	var out []string
	for _, m := range best(found, n) {
		out = append(out, m.ID)
	}
	return out
}

// alike is how much two items have in common, from 0 to 1: half for the first
// category, half for the share of terms.
func alike(a, b *entry) float64 {
	both := 0
	for _, t := range a.terms {
		if slices.Contains(b.terms, t) {
			both++
		}
	}
	sim := 0.0
	if all := len(a.terms) + len(b.terms) - both; all > 0 {
		sim = 0.5 * float64(both) / float64(all)
	}
	if x, y := a.item.Load().category(), b.item.Load().category(); x != "" && x == y {
		sim += 0.5
	}
	return sim
}
