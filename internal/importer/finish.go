package importer

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/setting"
	"github.com/bodega-commerce/bodega/commerce/stock"
	"github.com/bodega-commerce/bodega/storage"
)

// finish makes the products, now that their usual names and newest prices are
// known, with stock to sell, and marks the import as done. Products that an
// interrupted run has made are passed over.
func (r *run) finish(ctx context.Context) (*Report, error) {
	categories, err := ensureCategories(ctx, r.catalog)
	if err != nil {
		return nil, err
	}
	all := slices.SortedFunc(maps.Values(r.book.goods), func(a, b *good) int { return strings.Compare(a.sku, b.sku) })
	for part := range slices.Chunk(all, 500) {
		if err := r.products(ctx, categories, part); err != nil {
			return nil, fmt.Errorf("products %s to %s: %w", part[0].sku, part[len(part)-1].sku, err)
		}
	}
	done := r.point
	done.Report = r.report(all)
	return done.Report, r.db.Update(ctx, func(tx storage.Tx) error {
		_, err := setting.Put(ctx, tx.Settings(), checkpointKey, done, r.version, r.o.Clock.Now())
		return err
	})
}

// sellInPounds makes the default channel sell in pounds: first of all in a shop
// that had nothing to sell before.
func sellInPounds(ctx context.Context, db *storage.DB, cat *catalog.Service) (core.ChannelID, error) {
	channel, err := cat.ChannelByCode(ctx, "default")
	if err != nil || slices.Contains(channel.Currencies, currency) {
		return channel.ID, err
	}
	var first []core.ProductID
	if err := db.View(ctx, func(tx storage.Tx) (err error) {
		first, err = tx.Catalog().ProductIDs(ctx, "", 1)
		return err
	}); err != nil {
		return "", err
	}
	currencies := append(slices.Clone(channel.Currencies), currency)
	if len(first) == 0 {
		currencies = append([]money.Currency{currency}, channel.Currencies...)
	}
	_, err = cat.UpdateChannel(ctx, channel.ID, catalog.ChannelUpdate{Currencies: &currencies})
	return channel.ID, err
}

// products makes a part of the products with their stock items and stock, in
// one transaction.
func (r *run) products(ctx context.Context, categories map[string]core.CategoryID, part []*good) error {
	return r.db.Within(ctx, func(bound *storage.DB) error {
		tx := bound.Tx()
		locations, err := tx.Stock().Locations(ctx)
		if err != nil {
			return err
		}
		if len(locations) == 0 {
			return core.Errorf(core.KindConflict, "no_location", "the shop has no place that holds stock")
		}
		skus := make([]string, len(part))
		for i, g := range part {
			skus[i] = g.sku
		}
		made, err := tx.Catalog().VariantIDsBySKU(ctx, skus)
		if err != nil {
			return err
		}
		now := r.o.Clock.Now()
		var products []catalog.Product
		var items []stock.Item
		var moves []stock.Movement
		for _, g := range part {
			if made[g.sku] != "" {
				continue
			}
			products = append(products, g.asProduct(categories))
			if g.item == "" {
				continue
			}
			items = append(items, stock.Item{ID: g.item, SKU: g.sku, Tracked: true, Policy: stock.Deny, Version: 1, CreatedAt: now, UpdatedAt: now})
			moves = append(moves, stock.Movement{ID: core.NewID[core.MovementID](nil, core.PrefixMovement), ItemID: g.item, LocationID: locations[0].ID, Kind: stock.Receive,
				DeltaOnHand: g.opening(), Note: "opening stock: what was sold in the last 90 days", Actor: core.ActorFrom(ctx).String(), At: now})
		}
		if len(items) > 0 {
			if err := tx.Stock().InsertItems(ctx, items...); err != nil {
				return err
			}
			if err := tx.Stock().Apply(ctx, moves); err != nil {
				return err
			}
		}
		cat := catalog.New(core.Narrow(bound, func(tx storage.Tx) catalog.Tx { return tx }), catalog.Config{Clock: r.o.Clock})
		_, err = cat.ImportProducts(ctx, products)
		return err
	})
}

// opening is the stock to begin with: what was sold in the last 90 days of the
// good's own trade, at least ten.
func (g *good) opening() int64 {
	last := g.priced.Unix() / 86400
	var n int64
	for day, pieces := range g.recent {
		if last-day < 90 {
			n += pieces
		}
	}
	return max(10, n)
}

func (g *good) asProduct(categories map[string]core.CategoryID) catalog.Product {
	title := titleCase(g.title())
	p := catalog.Product{ID: g.product, Title: title, Status: catalog.StatusActive, Kind: catalog.KindPhysical, PublishedAt: time.Time{},
		Variants: []catalog.Variant{{ID: g.variant, SKU: g.sku, StockItemID: g.item, Prices: []catalog.Price{{Currency: currency, Amount: g.price}}}}}
	switch {
	case strings.HasPrefix(g.sku, "GIFT_"):
		p.Kind = catalog.KindDigital
		p.Categories = []core.CategoryID{categories["Gift Vouchers"]}
	case g.item == "": // postage, manual entries: kept for the orders' sake, not for sale
		p.Kind, p.Status = catalog.KindService, catalog.StatusArchived
	default:
		p.Categories = []core.CategoryID{categories[categoryOf(title)]}
	}
	return p
}

// titleCase writes "WHITE METAL LANTERN" as "White Metal Lantern".
func titleCase(s string) string {
	var b strings.Builder
	start := true
	for _, c := range strings.Join(strings.Fields(s), " ") {
		switch {
		case start && unicode.IsLetter(c):
			b.WriteRune(unicode.ToUpper(c))
		default:
			b.WriteRune(unicode.ToLower(c))
		}
		start = !unicode.IsLetter(c) && c != '\''
	}
	return b.String()
}

// shelves are categories and the words that put a product there; the first
// that fits counts.
var shelves = []struct {
	name  string
	words []string
}{
	{"Gift Vouchers", nil},
	{"Christmas", []string{"christmas", "xmas", "advent", "santa", "reindeer", "snowflake", "bauble", "wreath"}},
	{"Easter and Seasons", []string{"easter", "halloween", "valentine"}},
	{"Bags", []string{"bag", "bags", "shopper", "lunch", "suitcase", "rucksack", "purse"}},
	{"Candles and Lights", []string{"candle", "candles", "light", "lights", "lamp", "lantern", "t-light", "tealight", "nightlight", "chandelier"}},
	{"Baking", []string{"cake", "cakestand", "cakes", "cupcake", "baking", "bake", "pantry", "biscuit", "cookie", "muffin"}},
	{"Kitchen and Table", []string{"mug", "cup", "cups", "teacup", "tea", "coffee", "plate", "bowl", "jug", "kitchen", "apron", "spoon", "cutlery", "napkins", "napkin", "bottle",
		"jar", "tray", "dish", "glass", "teapot", "coaster", "coasters", "placemat", "egg", "recipe", "straws"}},
	{"Party", []string{"party", "bunting", "balloon", "balloons", "paper chain", "garland"}},
	{"Stationery and Cards", []string{"card", "cards", "notebook", "pen", "pencil", "pencils", "paper", "wrap", "sticker", "stickers", "journal", "envelope", "tape", "postcard", "stationery", "ribbon", "ribbons"}},
	{"Clocks", []string{"clock", "clocks"}},
	{"Garden", []string{"garden", "plant", "flower", "flowers", "bird", "birdhouse", "watering", "herb", "parasol", "seeds"}},
	{"Toys and Children", []string{"toy", "toys", "doll", "dolly", "dolls", "game", "games", "children", "childrens", "child", "kids", "puzzle", "jigsaw", "skipping", "soldier", "playhouse", "baby", "girl", "boy"}},
	{"Jewellery", []string{"necklace", "bracelet", "earring", "earrings", "ring", "brooch", "pendant", "bead", "beads", "hairclip", "hair"}},
	{"Bath and Wellness", []string{"bath", "towel", "soap", "bathroom", "hot water", "cushion", "hand warmer", "warmer"}},
	{"Frames and Signs", []string{"frame", "frames", "sign", "mirror", "picture", "photo", "plaque", "blackboard"}},
	{"Storage", []string{"box", "boxes", "basket", "storage", "drawer", "cabinet", "tin", "tins", "rack", "hook", "hooks", "hanger", "holder", "chest", "stand"}},
	{"Decorations", []string{"decoration", "heart", "hearts", "ornament", "vintage", "metal", "wooden", "ceramic", "hanging", "door", "knob", "wall"}},
	{"Everything Else", nil},
}

func categoryOf(title string) string {
	lower := strings.ToLower(title)
	words := strings.FieldsFunc(lower, func(r rune) bool { return !unicode.IsLetter(r) && r != '-' })
	for _, s := range shelves {
		for _, w := range s.words {
			if slices.Contains(words, w) || strings.Contains(w, " ") && strings.Contains(lower, w) {
				return s.name
			}
		}
	}
	return "Everything Else"
}

// ensureCategories makes the categories that are not there.
func ensureCategories(ctx context.Context, cat *catalog.Service) (map[string]core.CategoryID, error) {
	tree, err := cat.CategoryTree(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string]core.CategoryID{}
	for _, n := range tree {
		out[n.Title] = n.ID
	}
	for _, s := range shelves {
		if out[s.name] != "" {
			continue
		}
		c, err := cat.CreateCategory(ctx, catalog.Category{Title: s.name})
		if err != nil {
			return nil, err
		}
		out[s.name] = c.ID
	}
	return out, nil
}

// report is the outcome: the tally, and what the goods came to.
func (r *run) report(all []*good) *Report {
	rep := r.point.Tally.report(currency)
	rep.Products, rep.Customers = int64(len(all)), int64(len(r.book.buyers))
	top := slices.SortedFunc(slices.Values(all), func(a, b *good) int { return cmp.Or(cmp.Compare(b.sold, a.sold), strings.Compare(a.sku, b.sku)) })
	for _, g := range top[:min(10, len(top))] {
		rep.TopProducts = append(rep.TopProducts, TopProduct{SKU: g.sku, Title: titleCase(g.title()), Quantity: g.sold, Revenue: money.New(g.revenue, currency).Decimal()})
	}
	return rep
}
