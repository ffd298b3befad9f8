package quote

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/promo"
	"github.com/bodega-commerce/bodega/commerce/shipping"
	"github.com/bodega-commerce/bodega/commerce/tax"
)

// Tx is what a Loader reads from.
type Tx interface {
	Catalog() catalog.Store
	Taxes() tax.Store
	Shipping() shipping.Store
	Promos() promo.Store
}

// Request is a cart to load: identifiers and quantities, no prices.
type Request struct {
	Channel        core.ChannelID
	Currency       money.Currency // default: the channel's first
	Lines          []RequestLine
	Destination    core.Address
	Billing        core.Address
	Customer       Customer // PromoUses is filled in
	ShippingMethod core.ShippingMethodID
	Codes          []string
}

// RequestLine is a line of a cart to load.
type RequestLine struct {
	ID        core.LineID
	VariantID core.VariantID
	Quantity  int64
}

// LoaderConfig configures a Loader.
type LoaderConfig struct {
	// MaxAge bounds how long channels, taxes, shipping methods and automatic
	// promotions are taken from memory before they are read again; default one
	// second, negative is never from memory.
	MaxAge time.Duration
	Clock  core.Clock // the quote's time; default the system clock
}

// Loader turns a cart into the Input of Compute. It keeps a snapshot of what
// changes rarely, so that a quote costs one statement for the goods and, with
// codes, one for those. Limits of promotions may be seen as old as the
// snapshot; promo.Store.Redeem holds them exactly. Safe for concurrent use.
type Loader struct {
	cfg        LoaderConfig
	snapshot   atomic.Pointer[snapshot]
	generation atomic.Int64
}

type snapshot struct {
	at         time.Time // of the process clock, which only moves forward
	generation int64
	channels   []catalog.Channel
	taxes      tax.Table
	shipping   shipping.Table
	promotions []promo.Candidate
}

// NewLoader makes a Loader.
func NewLoader(cfg LoaderConfig) *Loader {
	if cfg.MaxAge == 0 {
		cfg.MaxAge = time.Second
	}
	return &Loader{cfg: cfg}
}

// Invalidate makes the next Load read everything again. Call it after changes
// to channels, taxes, shipping or promotions; other processes see them after
// MaxAge.
func (l *Loader) Invalidate() { l.generation.Add(1) }

// Load reads what the cart's price depends on, inside the caller's
// transaction. Lines that cannot be sold become Problems of the input. An
// unknown or inactive channel, or a currency it does not sell in, is an error.
func (l *Loader) Load(ctx context.Context, tx Tx, req Request) (Input, error) {
	snap, err := l.current(ctx, tx)
	if err != nil {
		return Input{}, err
	}
	at := slices.IndexFunc(snap.channels, func(c catalog.Channel) bool { return c.ID == req.Channel })
	if at < 0 {
		return Input{}, core.NotFound("channel", req.Channel)
	}
	channel := &snap.channels[at]
	if !channel.Active {
		return Input{}, core.Errorf(core.KindConflict, "channel_inactive", "the channel %s is closed", channel.Code)
	}
	currency, err := channel.Currency(req.Currency)
	if err != nil {
		return Input{}, err
	}
	in := Input{Channel: Channel{ID: channel.ID, Currency: currency, PricesIncludeTax: channel.PricesIncludeTax, Rounding: Rounding(channel.TaxRounding)},
		Destination: req.Destination, Billing: req.Billing, Customer: req.Customer, Taxes: snap.taxes, Shipping: snap.shipping,
		ShippingMethod: req.ShippingMethod, Promotions: snap.promotions, Codes: req.Codes, Now: l.cfg.Clock.Now()}
	if len(channel.Countries) > 0 {
		in.Channel.Home = channel.Countries[0]
	}
	if err := in.loadPromotions(ctx, tx); err != nil {
		return Input{}, err
	}
	return in, in.load(ctx, tx, req.Lines)
}

// Channel returns a channel by ID or code, from the snapshot.
func (l *Loader) Channel(ctx context.Context, tx Tx, ref string) (catalog.Channel, error) {
	snap, err := l.current(ctx, tx)
	if err != nil {
		return catalog.Channel{}, err
	}
	for _, c := range snap.channels {
		if string(c.ID) == ref || c.Code == ref {
			return c, nil
		}
	}
	return catalog.Channel{}, core.NotFound("channel", ref)
}

// load reads the goods, in one statement: with their categories and collections
// if a promotion asks for them.
func (in *Input) load(ctx context.Context, tx Tx, lines []RequestLine) error {
	if len(lines) == 0 {
		return nil
	}
	ids := make([]core.VariantID, len(lines))
	for i, r := range lines {
		ids[i] = r.VariantID
	}
	slices.Sort(ids)
	read := tx.Catalog().BareSellables
	if slices.ContainsFunc(in.Promotions, func(p promo.Candidate) bool { return p.Organized() }) {
		read = tx.Catalog().Sellables
	}
	goods, err := read(ctx, in.Channel.ID, in.Channel.Currency, in.Now, slices.Compact(ids))
	if err != nil {
		return err
	}
	byID := make(map[core.VariantID]*catalog.Sellable, len(goods))
	for i := range goods {
		byID[goods[i].VariantID] = &goods[i]
	}
	in.Goods = byID
	in.Items = make([]Item, 0, len(lines))
	for _, r := range lines {
		s := byID[r.VariantID]
		switch {
		case s == nil:
			in.Problems = append(in.Problems, Problem{LineID: r.ID, VariantID: r.VariantID, Why: "not_found"})
		case !s.Sells:
			in.Problems = append(in.Problems, Problem{LineID: r.ID, VariantID: r.VariantID, Why: s.Why})
		default:
			title := s.ProductTitle
			if s.VariantTitle != "" {
				title += ", " + s.VariantTitle
			}
			in.Items = append(in.Items, Item{LineID: r.ID, VariantID: s.VariantID, ProductID: s.ProductID, SKU: s.SKU, Title: title, Quantity: r.Quantity,
				UnitPrice: s.Price, PriceWhy: s.PriceWhy, CompareAt: s.CompareAt, TaxClass: s.TaxClass, CategoryIDs: s.CategoryIDs,
				CollectionIDs: s.CollectionIDs, WeightGrams: s.WeightGrams, RequiresShipping: s.RequiresShipping})
		}
	}
	return nil
}

// loadPromotions adds the promotions of codes, and how often the customer used
// those that are limited per customer.
func (in *Input) loadPromotions(ctx context.Context, tx Tx) error {
	if len(in.Codes) > 0 {
		var codes []string
		for _, c := range in.Codes {
			if c = promo.NormalCode(c); c != "" && !slices.Contains(codes, c) {
				codes = append(codes, c)
			}
		}
		slices.Sort(codes)
		found, err := tx.Promos().ByCodes(ctx, codes)
		if err != nil {
			return err
		}
		in.Promotions = slices.Concat(in.Promotions, found)
	}
	in.Customer.PromoUses = nil
	if in.Customer.Key == "" {
		return nil
	}
	var limited []core.PromotionID
	for i := range in.Promotions {
		if p := &in.Promotions[i]; p.Limits.PerCustomer > 0 && p.Active && !slices.Contains(limited, p.ID) {
			limited = append(limited, p.ID)
		}
	}
	if len(limited) == 0 {
		return nil
	}
	slices.SortFunc(limited, func(a, b core.PromotionID) int { return strings.Compare(string(a), string(b)) })
	var err error
	in.Customer.PromoUses, err = tx.Promos().CustomerUses(ctx, in.Customer.Key, limited)
	return err
}

// current returns a snapshot that is young enough, reading it when needed. No
// lock is held while reading: two that read at once both read the same.
func (l *Loader) current(ctx context.Context, tx Tx) (*snapshot, error) {
	now := time.Now()
	generation := l.generation.Load()
	if s := l.snapshot.Load(); s != nil && s.generation == generation && now.Sub(s.at) < l.cfg.MaxAge {
		return s, nil
	}
	s := &snapshot{at: now, generation: generation}
	var err error
	if s.channels, err = tx.Catalog().Channels(ctx); err != nil {
		return nil, err
	}
	if s.taxes, err = tx.Taxes().Table(ctx); err != nil {
		return nil, err
	}
	if s.shipping, err = tx.Shipping().Table(ctx); err != nil {
		return nil, err
	}
	if s.promotions, err = tx.Promos().Automatic(ctx, l.cfg.Clock.Now()); err != nil {
		return nil, err
	}
	l.snapshot.Store(s)
	return s, nil
}
