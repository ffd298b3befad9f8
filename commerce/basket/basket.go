package basket

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/bodega-commerce/bodega/commerce/cart"
	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/promo"
	"github.com/bodega-commerce/bodega/commerce/quote"
	"github.com/bodega-commerce/bodega/commerce/stock"
)

// DefaultChannel is the code of the channel carts are made in unless they name
// another.
const DefaultChannel = "default"

// Tx is what the service needs of a transaction.
type Tx interface {
	PriceTx
	Carts() cart.Store
	Stock() stock.Store
}

// Config of a Service. The zero value is right.
type Config struct {
	// TTL is how long a cart lives after its last change. Default 30 days.
	TTL   time.Duration
	IDs   *core.IDs  // default random
	Clock core.Clock // default the system clock
}

// Service is the cart for shoppers. Everybody may make a cart; who knows its ID
// may use it, unless it belongs to a customer: then only that customer, staff
// with orders:write and the system may, and for all others it does not exist.
// Safe for concurrent use.
type Service struct {
	db     core.Runner[Tx]
	pricer *Pricer
	cfg    Config
}

// New makes a service over a database.
func New(db core.Runner[Tx], pricer *Pricer, cfg Config) *Service {
	if cfg.TTL <= 0 {
		cfg.TTL = 30 * 24 * time.Hour
	}
	return &Service{db, pricer, cfg}
}

// View is a cart with what it costs now.
type View struct {
	Cart    cart.Cart   `json:"cart"`
	Quote   quote.Quote `json:"quote"`
	Changes []Change    `json:"changes,omitempty"` // since the shopper last saw and accepted it

	Goods map[core.VariantID]*catalog.Sellable `json:"-"`

	levels map[core.StockItemID]stock.Availability
}

// Params are what a cart starts with. All may be empty.
type Params struct {
	Channel  string         // ID or code; default DefaultChannel
	Currency money.Currency // default the channel's first
	Locale   string         // default the channel's
	Lines    []LineParams
	Changes  Update
}

// LineParams names goods by variant or SKU.
type LineParams struct {
	Variant  core.VariantID
	SKU      string
	Quantity int64
	Metadata map[string]string
}

// Create makes a cart. A signed-in customer's cart is theirs from the start.
func (s *Service) Create(ctx context.Context, p Params) (View, error) {
	var v View
	err := s.db.Update(ctx, func(tx Tx) error {
		v = View{}
		channel, err := s.channel(ctx, tx, p.Channel)
		if err != nil {
			return err
		}
		currency, err := channel.Currency(p.Currency)
		if err != nil {
			return err
		}
		c := cart.New(s.cfg.Clock.Now(), cart.Params{Channel: channel.ID, Currency: currency, Locale: channel.Locale(p.Locale),
			Customer: core.ActorFrom(ctx).Customer, TTL: s.cfg.TTL})
		if err := apply(&c, p.Changes); err != nil {
			return err
		}
		added, err := s.add(ctx, tx, &c, p.Lines)
		if err != nil {
			return err
		}
		if v, err = s.view(ctx, tx, c); err != nil {
			return err
		}
		if err := enough(v, added); err != nil {
			return err
		}
		see(&v, added)
		return tx.Carts().Insert(ctx, v.Cart)
	})
	return v, err
}

func (s *Service) channel(ctx context.Context, tx Tx, ref string) (catalog.Channel, error) {
	if ref == "" {
		ref = DefaultChannel
	}
	return s.pricer.loader.Channel(ctx, tx, ref)
}

// Get returns a cart with what it costs now.
func (s *Service) Get(ctx context.Context, id core.CartID) (View, error) {
	var v View
	err := s.db.View(ctx, func(tx Tx) error {
		c, err := s.read(ctx, id, tx.Carts().Cart)
		if err != nil {
			return err
		}
		v, err = s.view(ctx, tx, c)
		return err
	})
	return v, err
}

// Add puts goods into a cart, all or none. Less in stock than wanted is a
// *stock.InsufficientError.
func (s *Service) Add(ctx context.Context, id core.CartID, lines ...LineParams) (View, error) {
	return s.change(ctx, id, func(tx Tx, c *cart.Cart) ([]core.LineID, error) { return s.add(ctx, tx, c, lines) })
}

// SetQuantity changes a line; 0 removes it.
func (s *Service) SetQuantity(ctx context.Context, id core.CartID, line core.LineID, quantity int64) (View, error) {
	return s.change(ctx, id, func(_ Tx, c *cart.Cart) ([]core.LineID, error) {
		before := lineOf(c, line)
		grows := before != nil && quantity > before.Quantity
		if err := c.SetQuantity(line, quantity); err != nil || !grows {
			return nil, err // fewer is always possible
		}
		return []core.LineID{line}, nil
	})
}

// Update changes addresses, email, shipping method and the like.
func (s *Service) Update(ctx context.Context, id core.CartID, u Update) (View, error) {
	return s.change(ctx, id, func(_ Tx, c *cart.Cart) ([]core.LineID, error) { return nil, apply(c, u) })
}

// AddCode adds a promotion code that exists. Whether it applies, and why not,
// stands in the quote's Promotions.
func (s *Service) AddCode(ctx context.Context, id core.CartID, code string) (View, error) {
	return s.change(ctx, id, func(tx Tx, c *cart.Cart) ([]core.LineID, error) {
		norm := promo.NormalCode(code)
		if !validCode(norm) {
			return nil, unknownCode("code")
		}
		found, err := tx.Promos().ByCodes(ctx, []string{norm})
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, unknownCode("code")
		}
		if slices.ContainsFunc(c.Codes, func(have string) bool { return promo.NormalCode(have) == norm }) {
			return nil, nil
		}
		if len(c.Codes) >= cart.MaxCodes {
			return nil, core.Invalid("code", "a cart takes at most %d codes", cart.MaxCodes)
		}
		c.Codes = append(c.Codes, norm)
		return nil, nil
	})
}

// RemoveCode takes a promotion code off the cart.
func (s *Service) RemoveCode(ctx context.Context, id core.CartID, code string) (View, error) {
	return s.change(ctx, id, func(_ Tx, c *cart.Cart) ([]core.LineID, error) {
		norm := promo.NormalCode(code)
		c.Codes = slices.DeleteFunc(c.Codes, func(have string) bool { return promo.NormalCode(have) == norm })
		return nil, nil
	})
}

// Acknowledge accepts the prices and the total as they are now, so that they
// are no longer reported as changes.
func (s *Service) Acknowledge(ctx context.Context, id core.CartID) (View, error) {
	return s.change(ctx, id, func(_ Tx, c *cart.Cart) ([]core.LineID, error) {
		for i := range c.Lines {
			c.Lines[i].SeenPrice = money.Money{}
		}
		return nil, nil
	})
}

// Delete throws a cart away.
func (s *Service) Delete(ctx context.Context, id core.CartID) error {
	return s.db.Update(ctx, func(tx Tx) error {
		c, err := s.read(ctx, id, tx.Carts().Lock)
		if err != nil {
			return err
		}
		if err := c.CheckActive(s.cfg.Clock.Now()); core.CodeOf(err) == "cart_completed" {
			return err
		}
		return tx.Carts().Delete(ctx, id)
	})
}

// List returns carts for the back office, newest change first.
func (s *Service) List(ctx context.Context, f cart.Filter, page core.PageQuery) (core.Page[cart.Cart], error) {
	var out core.Page[cart.Cart]
	if err := core.Require(ctx, core.PermOrdersRead); err != nil {
		return out, err
	}
	err := s.db.View(ctx, func(tx Tx) (err error) {
		out, err = tx.Carts().List(ctx, f, page)
		return err
	})
	return out, err
}

// Prune deletes carts that have expired or were merged, and returns how many. A
// worker calls it.
func (s *Service) Prune(ctx context.Context) (int64, error) {
	const batch = 500
	var total int64
	for {
		var n int64
		err := s.db.Update(ctx, func(tx Tx) (err error) {
			n, err = tx.Carts().Prune(ctx, s.cfg.Clock.Now(), batch)
			return err
		})
		total += n
		if err != nil || n < batch {
			return total, err
		}
	}
}

func (s *Service) read(ctx context.Context, id core.CartID, get func(context.Context, core.CartID) (cart.Cart, error)) (cart.Cart, error) {
	if !core.ValidID(string(id), core.PrefixCart) {
		return cart.Cart{}, core.NotFound("cart", id)
	}
	c, err := get(ctx, id)
	if err != nil {
		return cart.Cart{}, err
	}
	return c, c.CheckAccess(core.ActorFrom(ctx))
}

// change locks a cart, changes it and saves it with the prices of the lines
// that edit returns as seen, after checking that they are in stock.
func (s *Service) change(ctx context.Context, id core.CartID, edit func(tx Tx, c *cart.Cart) ([]core.LineID, error)) (View, error) {
	var v View
	err := s.db.Update(ctx, func(tx Tx) error {
		v = View{}
		c, err := s.read(ctx, id, tx.Carts().Lock)
		if err != nil {
			return err
		}
		now := s.cfg.Clock.Now()
		if err := c.CheckActive(now); err != nil {
			return err
		}
		touched, err := edit(tx, &c)
		if err != nil {
			return err
		}
		c.Touch(now, s.cfg.TTL)
		c.SeenTotal = money.Money{} // the shopper changes it, and is told the new one
		if v, err = s.view(ctx, tx, c); err != nil {
			return err
		}
		if err := enough(v, touched); err != nil {
			return err
		}
		see(&v, touched)
		return tx.Carts().Save(ctx, &v.Cart)
	})
	return v, err
}

// view prices a cart and compares it with what was shown.
func (s *Service) view(ctx context.Context, tx Tx, c cart.Cart) (View, error) {
	p, err := s.pricer.Price(ctx, tx, &c)
	if err != nil {
		return View{}, err
	}
	if c.State != cart.Active { // nothing is left to decide
		return View{Cart: c, Quote: p.Quote, Goods: p.Goods}, nil
	}
	var items []core.StockItemID
	for _, g := range p.Goods {
		if g.StockItemID != "" {
			items = append(items, g.StockItemID)
		}
	}
	var levels map[core.StockItemID]stock.Availability
	if len(items) > 0 {
		slices.Sort(items)
		if levels, err = stock.AvailabilityOf(ctx, tx.Stock(), slices.Compact(items)); err != nil {
			return View{}, err
		}
	}
	return View{Cart: c, Quote: p.Quote, Goods: p.Goods, Changes: Changes(&c, p, levels), levels: levels}, nil
}

// add puts goods into the cart and returns the lines they are on.
func (s *Service) add(ctx context.Context, tx Tx, c *cart.Cart, lines []LineParams) ([]core.LineID, error) {
	if len(lines) == 0 {
		return nil, nil
	}
	if len(lines) > cart.MaxLines {
		return nil, core.Invalid("lines", "a cart holds at most %d lines", cart.MaxLines)
	}
	var skus []string
	for i, l := range lines {
		if l.Variant == "" && l.SKU == "" {
			return nil, core.Invalid(fmt.Sprintf("lines[%d]", i), "name a variant_id or a sku")
		}
		if l.Variant == "" && core.ValidText(l.SKU) {
			skus = append(skus, l.SKU)
		}
	}
	var bySKU map[string]core.VariantID
	if len(skus) > 0 {
		var err error
		if bySKU, err = tx.Catalog().VariantIDsBySKU(ctx, skus); err != nil {
			return nil, err
		}
	}
	var touched []core.LineID
	for i, l := range lines {
		if l.Variant == "" {
			l.Variant = bySKU[l.SKU]
		}
		if !core.ValidID(string(l.Variant), core.PrefixVariant) {
			return nil, &core.Error{Kind: core.KindNotFound, Code: "variant_not_found", Field: fmt.Sprintf("lines[%d]", i), Message: "no such variant"}
		}
		id, err := c.Add(s.cfg.IDs, s.cfg.Clock.Now(), l.Variant, l.Quantity, money.Money{}, l.Metadata)
		if err != nil {
			return nil, err
		}
		touched = append(touched, id)
	}
	return touched, nil
}
