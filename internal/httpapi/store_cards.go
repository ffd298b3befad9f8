package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/stock"
)

// cardView is a product in a list.
type cardView struct {
	ID           core.ProductID   `json:"id"`
	Slug         string           `json:"slug"`
	Title        string           `json:"title"`
	Subtitle     string           `json:"subtitle,omitempty"`
	Kind         catalog.Kind     `json:"kind"`
	Status       catalog.Status   `json:"status"`
	Vendor       string           `json:"vendor,omitempty"`
	Brand        string           `json:"brand,omitempty"`
	Tags         []string         `json:"tags,omitempty"`
	Options      []catalog.Option `json:"options,omitempty"`
	Thumbnail    *thumbnailView   `json:"thumbnail,omitempty"`
	Rating       catalog.Rating   `json:"rating,omitzero"`
	VariantCount int              `json:"variant_count"`
	FirstVariant core.VariantID   `json:"first_variant_id,omitempty" doc:"To put into a cart at once when it is the only one"`
	PublishedAt  time.Time        `json:"published_at,omitzero"`
	Version      int64            `json:"version"`
	// What follows is not a part of the encoded card that is kept.
	Price        *catalog.CardPrice `json:"price,omitempty"`
	Availability *availability      `json:"availability,omitempty" doc:"With expand=availability"`
}

type thumbnailView struct {
	ImageID core.ImageID `json:"image_id"`
	URL     string       `json:"url"`
	Alt     string       `json:"alt,omitempty"`
	Width   int          `json:"width,omitempty" doc:"Pixels of the original"`
	Height  int          `json:"height,omitempty"`
}

func viewThumbnail(ctx context.Context, t *catalog.Thumbnail) *thumbnailView {
	if t == nil {
		return nil
	}
	return &thumbnailView{t.ImageID, imageURL(ctx, t.ImageID, cardWidth), t.Alt, t.Width, t.Height}
}

// availability is what a shopper is told about a variant's stock, or that of
// all variants of a product together.
type availability struct {
	Status     string    `json:"status" enum:"in_stock,backorder,out_of_stock"`
	Available  int64     `json:"available" doc:"Pieces on hand that nobody has reserved"`
	Sellable   int64     `json:"sellable" doc:"Pieces that can be ordered now, with back-orders; -1 is any number"`
	PromisedAt time.Time `json:"promised_at,omitzero" doc:"When back-orders are expected"`
}

// availabilityOf sums up items; "" is an item that is not counted.
func availabilityOf(levels map[core.StockItemID]stock.Availability, items ...core.StockItemID) *availability {
	out := &availability{Status: "out_of_stock"}
	for _, id := range items {
		l, found := levels[id]
		if id == "" {
			l, found = stock.Availability{Sellable: -1}, true
		}
		if !found {
			continue
		}
		if out.Sellable >= 0 && l.Sellable >= 0 {
			out.Sellable += l.Sellable
		} else {
			out.Sellable = -1
		}
		out.Available += l.Available
		switch {
		case l.Available > 0 || l.Sellable < 0 && !l.Tracked:
			out.Status, out.PromisedAt = "in_stock", time.Time{}
		case l.Sellable != 0 && out.Status != "in_stock":
			if out.Status != "backorder" || !l.PromisedAt.IsZero() && l.PromisedAt.Before(out.PromisedAt) {
				out.PromisedAt = l.PromisedAt
			}
			out.Status = "backorder"
		}
	}
	return out
}

// cardCache keeps encoded cards: encoding them anew would be most of the work
// of a list. A card is found at the very version that is listed only.
type cardCache struct {
	mu    sync.RWMutex
	cards map[cardKey]encodedCard
}

type cardKey struct {
	id            core.ProductID
	locale, mount string
}

type encodedCard struct {
	version int64
	json    []byte // without the closing brace, price and availability
}

// maxEncoded bounds the cards kept; each takes about half a KiB.
const maxEncoded = 20_000

// get returns a card's encoding, made anew if need be.
func (c *cardCache) get(ctx context.Context, card *catalog.Card, locale string) ([]byte, error) {
	key := cardKey{card.ID, locale, mountOf(ctx)}
	c.mu.RLock()
	e, found := c.cards[key]
	c.mu.RUnlock()
	if found && e.version == card.Version {
		return e.json, nil
	}
	raw, err := encode(cardView{ID: card.ID, Slug: card.Slug, Title: card.Title, Subtitle: card.Subtitle, Kind: card.Kind, Status: card.Status, Vendor: card.Vendor,
		Brand: card.Brand, Tags: card.Tags, Options: card.Options, Thumbnail: viewThumbnail(ctx, card.Thumbnail), Rating: card.Rating,
		VariantCount: card.VariantCount, FirstVariant: card.FirstVariant, PublishedAt: card.PublishedAt, Version: card.Version})
	if err != nil {
		return nil, err
	}
	raw = raw[:len(raw)-1]
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cards == nil {
		c.cards = map[cardKey]encodedCard{}
	}
	for k := range c.cards { // map order is random enough
		if len(c.cards) < maxEncoded {
			break
		}
		delete(c.cards, k)
	}
	c.cards[key] = encodedCard{card.Version, raw}
	return raw, nil
}

// encode is what the framework does, without the newline.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// one encodes a card.
func (c *cardCache) one(ctx context.Context, card *catalog.Card, locale string) ([]byte, error) {
	part, err := c.get(ctx, card, locale)
	if err != nil {
		return nil, err
	}
	return append(appendPrice(slices.Clone(part), card.Price), '}'), nil
}

func appendPrice(b []byte, price *catalog.CardPrice) []byte {
	if price == nil {
		return b
	}
	b = appendMoney(append(b, `,"price":{"min":`...), price.Min)
	b = appendMoney(append(b, `,"max":`...), price.Max)
	if price.CompareAt != nil {
		b = appendMoney(append(b, `,"compare_at":`...), *price.CompareAt)
	}
	return append(b, '}')
}

// page encodes a page of cards. known is the products' availability, nil when
// it was not asked for.
func (c *cardCache) page(ctx context.Context, p core.Page[catalog.Card], locale string, known map[core.ProductID]*availability) ([]byte, error) {
	parts := make([][]byte, len(p.Items))
	size := len(p.Next) + 64
	for i := range p.Items {
		part, err := c.get(ctx, &p.Items[i], locale)
		if err != nil {
			return nil, err
		}
		parts[i] = part
		size += len(part) + 160
	}
	b := append(make([]byte, 0, size), `{"items":[`...)
	for i, part := range parts {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendPrice(append(b, part...), p.Items[i].Price)
		if known != nil {
			raw, err := encode(known[p.Items[i].ID])
			if err != nil {
				return nil, err
			}
			b = append(append(b, `,"availability":`...), raw...)
		}
		b = append(b, '}')
	}
	b = append(b, ']')
	if p.Next != "" { // base64: nothing to escape
		b = append(append(append(b, `,"next_cursor":"`...), p.Next...), '"')
	}
	return append(b, '}', '\n'), nil
}

// appendMoney writes money as package money does.
func appendMoney(b []byte, m money.Money) []byte {
	b = strconv.AppendInt(append(b, `{"amount":`...), m.Amount, 10)
	return append(append(append(b, `,"currency":"`...), m.Currency...), `"}`...)
}
