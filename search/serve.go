package search

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Limits of a query.
const (
	MaxFilters = 100
	MaxValues  = 1000 // of a filter
	MaxFacets  = 50
	MaxOrders  = 5
	MaxLimit   = 1000
)

// prepared is a query that was checked, and what follows from it.
type prepared struct {
	Query
	speech   *speech
	tokens   []string
	words    []queryWord // content words that documents have
	others   []saying    // the same said in other words
	vector   []float32   // nil: none
	allowed  bitset      // what passes the filters; nil: everything
	near     []ordinal   // what the vectors found
	said     *Correction // of the words
	read     *understood // nil: nothing was read
	loose    bool        // any word is enough
	relaxed  []Relaxation
	print    uint32 // fingerprint of the query as it was asked
	degraded string
	given    int // filters of the caller; the rest were read from the words
	after    *cursor
	rules    []*Rule // in force
	worded   bitset  // what has enough of the words, of all documents; nil: not asked yet
}

// reach is how much of a list the page can come to.
func (p *prepared) reach() int {
	for _, r := range p.rules {
		if len(r.Pins) > 0 {
			return listed // pins move what is behind them
		}
	}
	n := p.Limit + 1 // which tells whether there are more
	if p.after != nil {
		n += len(p.after.shown) + sameNumber
	}
	return min(n, listed)
}

// prepare checks a query and embeds its text. It takes no lock: embedders may
// ask the network.
func (e *Engine) prepare(ctx context.Context, q Query) (*prepared, error) {
	if q.Limit == 0 {
		q.Limit = 20
	}
	q.Locale = cmp.Or(q.Locale, e.config.Locale)
	if err := q.validate(); err != nil {
		return nil, err
	}
	if e.vectors == nil && q.Mode != Ranked {
		q.Mode = Keyword
	}
	p := &prepared{Query: q, speech: e.speech, print: q.fingerprint()}
	var err error
	if q.After != "" {
		if p.after, err = decodeCursor(q.After, p.print); err != nil {
			return nil, err
		}
	}
	if !q.Literal && q.Mode == Ranked {
		if p.said = e.Correct(q.Text); p.said != nil && p.said.Applied {
			p.Text = p.said.Text
			q.Text = p.Text
		}
	}
	if !q.Literal && q.Mode == Ranked && q.Text != "" {
		e.mu.RLock()
		p.read = e.read(&p.Query)
		e.mu.RUnlock()
		q.Text, p.Text = p.read.text, p.read.text
	}
	p.tokens = e.speech.tokens(q.Text)
	if q.Mode == Keyword || len(p.tokens) == 0 && q.Vector == nil {
		return p, nil
	}
	text := ""
	if len(p.tokens) > 0 {
		text = q.Text
	}
	p.vector, err = e.embed(ctx, text, q.Vector)
	var refused *QueryError
	if err != nil && q.Mode == Ranked && ctx.Err() == nil && !errors.As(err, &refused) {
		p.degraded, err = "by words alone: "+err.Error(), nil // the shop still sells
	}
	return p, err
}

// wanted is the text without the words that are not.
func (p *prepared) wanted() string {
	if len(p.negated()) == 0 {
		return p.Text
	}
	var b strings.Builder
	last := 0
	for _, w := range p.speech.pieces(p.Text) {
		if t := p.speech.tokens(w.text); len(t) > 0 && slices.Contains(p.negated(), t[0]) {
			b.WriteString(p.Text[last:w.from])
			last = w.to
		}
	}
	if rest := b.String() + p.Text[last:]; len(p.speech.content(p.speech.tokens(rest))) > 0 {
		return rest
	}
	return p.Text
}

// enough is the share of the words that a document must have.
func (p *prepared) enough() float64 {
	if p.loose {
		return 0
	}
	return enoughWords
}

func (q *Query) validate() error {
	refuse := func(format string, args ...any) error { return &QueryError{fmt.Sprintf(format, args...)} }
	switch {
	case len(q.Text) > MaxQuery:
		return refuse("has %d bytes, more than %d", len(q.Text), MaxQuery)
	case q.Limit < 0 || q.Limit > MaxLimit:
		return refuse("asks for %d hits, not 1 to %d", q.Limit, MaxLimit)
	case len(q.Filters) > MaxFilters:
		return refuse("has %d filters, more than %d", len(q.Filters), MaxFilters)
	case len(q.Facets) > MaxFacets:
		return refuse("asks for %d facets, more than %d", len(q.Facets), MaxFacets)
	case len(q.Sort) > MaxOrders:
		return refuse("sorts by %d fields, more than %d", len(q.Sort), MaxOrders)
	}
	for _, f := range q.Filters {
		if err := f.validate(); err != nil {
			return err
		}
	}
	for _, f := range q.Facets {
		if f.Field == "" || f.Limit < 0 || f.Limit > MaxValues || len(f.Bounds) > MaxValues || !slices.IsSorted(f.Bounds) {
			return refuse("asks for a facet %q without a field, with a limit that is not 0 to %d, or with bounds that do not rise", f.Field, MaxValues)
		}
	}
	for _, o := range q.Sort {
		if o.Field == "" {
			return refuse("sorts by a field without a name")
		}
	}
	return nil
}

// compile finds out what a query means to the documents there are. Its caller
// holds the lock.
func (e *Engine) compile(p *prepared) {
	p.given = len(p.Filters)
	if p.read != nil {
		for _, u := range p.read.said {
			if !u.Boost {
				p.Filters = append(slices.Clone(p.Filters), u.Filter)
			}
		}
	}
	p.allowed = nil
	if len(p.Filters) > 0 {
		p.allowed = e.corpus.selected(p.Filters)
	}
	p.words = e.corpus.query(e.speech.content(e.speech.tokens(p.wanted())))
	if !p.Literal && p.Mode == Ranked {
		for _, text := range e.variants(p.Text, p.Locale) {
			p.others = append(p.others, e.saying(text))
		}
		for _, text := range e.reworded(p.Text) {
			p.others = append(p.others, e.saying(text))
		}
		if text, ok := e.apart(p.Text); ok {
			s := e.saying(text)
			s.whole = true // one part of a compound is something else
			p.others = append(p.others, s)
		}
	}
	p.rules = e.inForce(p)
}

// saying is a query in other words.
type saying struct {
	text   string
	tokens []string
	words  []queryWord
	whole  bool // only what has all its words is found
}

func (e *Engine) saying(text string) saying {
	all := e.speech.tokens(text)
	return saying{text: text, tokens: all, words: e.corpus.query(e.speech.content(all))}
}

// unknown is how many of its words no document has.
func (s *saying) unknown(of *speech) int { return len(of.content(s.tokens)) - len(s.words) }

// sayings returns the query as it is, and in other words.
func (p *prepared) sayings() []saying {
	return append([]saying{{text: p.Text, tokens: p.tokens, words: p.words}}, p.others...)
}

func (p *prepared) fewestUnknown() int {
	fewest := len(p.tokens)
	for _, s := range p.sayings() {
		fewest = min(fewest, s.unknown(p.speech))
	}
	return fewest
}

// scored is a document in the order it is shown in.
type scored struct {
	entry   *entry
	score   float64
	signals []float64 // of those that were ranked
	boosts  []Reason
	pinned  bool

	reranked float64 // what the reranker added; 0: it was not asked
}

// Search returns the documents that fit best, equals by id. Without words and
// vector it lists what passes the filters, the most popular first.
//
// A document is found when it has half of the query's words, by their weight,
// or when its vector is among the nearest; facets count exactly that. Sorted
// lists hold what has the words, and what is near only when nothing has them.
// A query that breaks a limit gives a *QueryError.
func (e *Engine) Search(ctx context.Context, q Query) (*Result, error) {
	p, err := e.prepare(ctx, q)
	if err != nil {
		return nil, err
	}
	e.mu.RLock()
	defer e.mu.RUnlock()
	e.compile(p)
	var set bitset
	var list []scored
	if p.browsing() {
		if q.Text != "" && len(p.Filters) == 0 { // punctuation
			return &Result{}, nil
		}
		set = e.browsed(p)
		list = e.standings(p, set)
	} else if list, set, err = e.answered(ctx, p); err != nil {
		return nil, err
	}
	for set.count() == 0 && p.relax() {
		p.allowed = nil
		if len(p.Filters) > 0 {
			p.allowed = e.corpus.selected(p.Filters)
		}
		if p.browsing() {
			set = e.browsed(p)
			list = e.standings(p, set)
		} else if list, set, err = e.answered(ctx, p); err != nil {
			return nil, err
		}
	}
	categories := e.predicted(p, list)
	if e.config.Reranker != nil && p.Mode == Ranked && len(p.Sort) == 0 && len(p.tokens) > 0 && len(list) > 0 {
		if list, err = e.reranked(ctx, p, list); err != nil {
			return nil, err
		}
		set.and(e.corpus.live)
	}
	if len(p.Sort) > 0 {
		list = e.sorted(p, set)
	}
	list, added := e.pin(p, list, set)
	r := &Result{Total: set.count() + added, Redirect: redirect(p.rules), Correction: p.said, Relaxed: p.relaxed, Degraded: p.degraded}
	if p.read != nil {
		r.Understood = p.read.said
	}
	r.Facets, r.Categories = e.facets(p, set), categories
	page, next := paginate(p, list)
	r.Next = next
	r.Hits = e.hits(p, page)
	return r, e.highlight(ctx, p, r.Hits)
}

// browsing reports whether there is nothing to look for but filters.
func (p *prepared) browsing() bool { return len(p.tokens) == 0 && p.vector == nil }

// relax gives up the least certain demand there is, and reports whether there
// was one: what was read from the words, the last first, then that there be
// enough of them.
func (p *prepared) relax() bool {
	if len(p.Filters) > p.given {
		dropped := p.Filters[len(p.Filters)-1]
		p.Filters = p.Filters[:len(p.Filters)-1]
		reason := "nothing else fits"
		for _, u := range p.read.said {
			if !u.Boost && u.Filter.equal(dropped) {
				reason = "nothing that " + u.Reason + " fits"
			}
		}
		p.relaxed = append(p.relaxed, Relaxation{Filter: &dropped, Reason: reason})
		return true
	}
	if p.Mode == Ranked && !p.Literal && !p.loose && len(p.words) > 0 {
		p.loose, p.worded = true, nil
		p.relaxed = append(p.relaxed, Relaxation{Words: p.Text, Reason: "nothing has enough of the words"})
		return true
	}
	return false
}

// browsed is what a query without words lists.
func (e *Engine) browsed(p *prepared) bitset {
	set := p.allowed
	if set == nil {
		set = slices.Clone(e.corpus.live)
	}
	return e.withoutHidden(p, slices.Clone(set))
}

// nearEnough is the share of the best vector's score that another needs to be
// found by its vector alone.
const nearEnough = 0.34

// answer ranks what a query finds. The set holds what is counted: all that is
// listed, but in a sorted list what only vectors found.
func (e *Engine) answer(ctx context.Context, p *prepared) ([]scored, bitset, error) {
	if len(p.Sort) > 0 {
		p.near = nil
		if set := e.matched(p, p.allowed); p.worded.count() > 0 {
			return nil, set, nil // the words decide alone
		}
	}
	depth := max(e.config.Depth, p.Limit)
	candidates, near, err := e.candidates(ctx, p, depth)
	if err != nil {
		return nil, nil, err
	}
	p.near = near
	if p.Mode != Ranked { // all that the lists hold
		p.near = p.near[:0]
		for _, c := range candidates {
			p.near = append(p.near, e.corpus.ordinals[c.entry.id])
		}
	}
	set := e.matched(p, p.allowed)
	return e.ordered(p, candidates, set), set, nil
}

// matched is what a query finds among the allowed; nil allows everything.
func (e *Engine) matched(p *prepared, allowed bitset) bitset {
	if p.worded == nil && p.Mode != Semantic {
		p.worded = bitset{}
		// Of several ways to say it those count whose words documents have.
		for _, s := range p.sayings() {
			if s.unknown(p.speech) == p.fewestUnknown() {
				enough := p.enough()
				if s.whole && !p.loose {
					enough = 1
				}
				p.worded.or(e.worded(s.words, enough))
			}
		}
	}
	set := slices.Clone(p.worded)
	if len(p.Sort) == 0 || set.count() == 0 {
		for _, o := range p.near {
			set.set(o)
		}
	}
	if allowed != nil {
		set.and(allowed)
	}
	return e.withoutHidden(p, set)
}

// ordered puts the set in order: the candidates by rank, then the rest by its
// words.
func (e *Engine) ordered(p *prepared, candidates []*candidate, set bitset) []scored {
	list := make([]scored, 0, len(candidates))
	rest := slices.Clone(set)
	boosts := e.boosts(p)
	for _, c := range candidates {
		o := e.corpus.ordinals[c.entry.id]
		if !set.has(o) {
			continue
		}
		rest.unset(o)
		s := scored{entry: c.entry, signals: c.signals}
		switch p.Mode {
		case Keyword:
			s.score = c.keyword
		case Semantic:
			s.score = c.vector
		case Fused:
			s.score = c.fused
		default:
			s.score = e.ranker.Score(c.signals)
			for _, b := range boosts {
				if b.passes(o) {
					s.score += b.weight
					s.boosts = append(s.boosts, Reason{b.name, b.weight})
				}
			}
		}
		list = append(list, s)
	}
	if p.Personal != nil && p.Mode == Ranked {
		ids := make([]string, len(list))
		for i := range list {
			ids[i] = list[i].entry.id
		}
		for i, x := range p.Personal(ids) {
			if i < len(list) && x != 0 {
				list[i].score += x
				list[i].boosts = append(list[i].boosts, Reason{"personal taste", x})
			}
		}
	}
	slices.SortFunc(list, byScore)
	if len(list) >= p.reach() || len(p.Sort) > 0 { // sorted lists are made of the set
		return list
	}
	best := leading[worth]{limit: p.reach() - len(list), order: e.byWorth}
	rest.each(func(o ordinal) {
		entry := e.corpus.entries[o]
		x := worth{o, e.corpus.okapi(p.words, entry)}
		for _, other := range p.others {
			x.score = max(x.score, synonymShare*e.corpus.okapi(other.words, entry))
		}
		best.offer(x)
	})
	tail := e.entriesOf(best.sorted())
	if len(tail) > 0 && len(list) > 0 { // scores go on falling
		low, high := list[len(list)-1].score, max(tail[0].score, 1e-9)
		for i := range tail {
			tail[i].score = low - 1 + tail[i].score/high
		}
	}
	return append(list, tail...)
}

func byScore(a, b scored) int {
	if a.score != b.score {
		return cmp.Compare(b.score, a.score)
	}
	return cmp.Compare(a.entry.id, b.entry.id)
}

// hits turns a page into what is returned.
func (e *Engine) hits(p *prepared, page []scored) []Hit {
	hits := make([]Hit, len(page))
	parts := make([]float64, signalCount)
	for i, s := range page {
		hits[i] = Hit{ID: s.entry.id, Score: s.score, Pinned: s.pinned}
		if s.signals != nil && p.Mode == Ranked && len(p.Sort) == 0 {
			e.ranker.Contributions(parts, s.signals)
			others := s.boosts
			if s.reranked != 0 {
				others = append(slices.Clone(others), Reason{"reranker", s.reranked})
			}
			hits[i].Reasons = reasons(parts, others)
		}
	}
	return hits
}
