package catalog

import (
	"sync"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// cardCache keeps decoded cards by product and version. A card is found only
// at the very version asked for, so it cannot be stale.
type cardCache struct {
	limit int
	mu    sync.RWMutex
	cards map[core.ProductID]*cached
}

// cached is a card with what lists showed of it before.
type cached struct {
	card  Card
	mu    sync.RWMutex
	local map[string]Card // by locale
}

func newCardCache(limit int) *cardCache {
	return &cardCache{limit: limit, cards: map[core.ProductID]*cached{}}
}

// get looks up the cards of refs; missing ones are nil.
func (c *cardCache) get(refs []CardRef) (found []*cached, missing int) {
	found = make([]*cached, len(refs))
	c.mu.RLock()
	defer c.mu.RUnlock()
	for i, r := range refs {
		if e, ok := c.cards[r.ID]; ok && e.card.Version == r.Version {
			found[i] = e
		} else {
			missing++
		}
	}
	return found, missing
}

// put keeps a card unless a newer one is there, dropping others at random when
// the cache is full.
func (c *cardCache) put(card Card) *cached {
	e := &cached{card: card}
	if c.limit < 0 {
		return e
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if old, ok := c.cards[card.ID]; ok && old.card.Version >= card.Version {
		if old.card.Version == card.Version {
			return old
		}
		return e
	}
	for id := range c.cards { // map order is random enough
		if len(c.cards) < c.limit {
			break
		}
		delete(c.cards, id)
	}
	c.cards[card.ID] = e
	return e
}

// maxLocal bounds the locales kept of one card; a client chooses the locale.
const maxLocal = 20

// in returns the card in a locale.
func (e *cached) in(locale string) Card {
	if locale == "" {
		return e.card
	}
	if len(e.card.Translations) == 0 {
		return e.card
	}
	e.mu.RLock()
	c, ok := e.local[locale]
	e.mu.RUnlock()
	if ok {
		return c
	}
	c = e.card.Localize(locale)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.local == nil || len(e.local) >= maxLocal {
		e.local = map[string]Card{}
	}
	e.local[locale] = c
	return c
}
