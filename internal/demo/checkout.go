package demo

import (
	"encoding/json"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/promo"
	"github.com/bodega-commerce/bodega/commerce/shipping"
	"github.com/bodega-commerce/bodega/commerce/tax"
)

// order lets a buyer order now; product is what they came for, or -1.
func (t *trade) order(who, product int) {
	items := t.basket(who, product)
	if len(items) == 0 {
		return
	}
	b := &t.buyers[who]
	c := t.currency(b)
	customer := &t.Customers[who]
	zero := money.Zero(c)
	o := order.Order{ID: newID[core.OrderID](t.maker, core.PrefixOrder), Number: order.NewNumber(t.ids), Channel: t.Channels[b.channel].ID,
		Currency: c, Locale: customer.Locale, Customer: customer.ID, Email: customer.Email, ShippingAddress: b.address, BillingAddress: b.address,
		States: order.States{Status: order.Placed, Payment: order.PaymentPending, Fulfilment: order.Unfulfilled}, Version: 1, CreatedAt: t.clock, UpdatedAt: t.clock,
		PlacedAt: t.clock}
	included := t.Channels[b.channel].PricesIncludeTax
	for _, it := range items {
		p := &t.Products[it.product]
		v := &p.Variants[it.variant]
		unit, list := t.price(it, c)
		l := order.Line{ID: newID[core.LineID](t.maker, core.PrefixLine), Variant: v.ID, Product: p.ID, StockItem: v.StockItemID, SKU: v.SKU, Title: p.Title,
			VariantTitle: v.Title, Options: v.Options, TaxClass: p.TaxClass, WeightGrams: v.WeightGrams, Ships: true, Quantity: it.quantity,
			UnitPrice: money.New(unit, c), Subtotal: money.New(unit*it.quantity, c), RefundedAmount: zero}
		if list > 0 {
			l.ListPrice = money.New(list, c)
		}
		if percent, campaign := t.discount(it.product); campaign != nil {
			t.takeOff(&l, campaign, percent)
		}
		o.Lines = append(o.Lines, l)
		t.take(t.shelf[t.first[it.product]+it.variant], it.quantity)
		t.remember(who, it)
	}
	code := t.useCode(&o, b)
	value, grams := int64(0), int64(0)
	for i := range o.Lines {
		l := &o.Lines[i]
		net := money.New(l.Subtotal.Amount-l.DiscountTotal(), c)
		l.Taxes, l.Total = t.tax(net, b.address, l.TaxClass, included)
		value += net.Amount
		grams += l.WeightGrams * l.Quantity
	}
	t.ship(&o, value, grams, code, included)
	var err error
	if o.Totals, err = order.SumTotals(c, o.Lines, o.Shipping); err != nil {
		panic(err) // amounts of one currency far below any limit
	}
	b.orders++
	t.redeem(&o)
	t.live(&o, items)
	t.Orders = append(t.Orders, o)
}

// takeOff gives a line a percentage off.
func (t *trade) takeOff(l *order.Line, c *campaign, percent int64) {
	off := (2*(l.Subtotal.Amount-l.DiscountTotal())*percent + 100) / 200
	if off > 0 {
		l.Discounts = append(l.Discounts, order.Discount{Promotion: c.ID, Code: c.code, Title: c.Name, Amount: money.New(off, l.Subtotal.Currency)})
	}
}

// useCode lets some buyers use a code.
func (t *trade) useCode(o *order.Order, b *buyer) *campaign {
	var c *campaign
	subtotal := int64(0)
	for _, l := range o.Lines {
		subtotal += l.Subtotal.Amount
	}
	switch {
	case b.orders == 0 && t.chance(.3):
		c = &t.campaigns[0]
	case subtotal >= 6500 && b.friends < 3 && t.chance(.05):
		b.friends++
		c = &t.campaigns[1]
	case subtotal >= 4000 && t.chance(.04):
		c = &t.campaigns[2]
	default:
		return nil
	}
	o.Codes = []string{c.code}
	if c.percent > 0 {
		for i := range o.Lines {
			t.takeOff(&o.Lines[i], c, c.percent)
		}
	}
	return c
}

// remember notes what a buyer has, and when it will be used up.
func (t *trade) remember(who int, it item) {
	b, d := &t.buyers[who], t.goods[it.product].demand
	again := b.bought[it.product]
	b.bought[it.product] = true
	if d.repeat == 0 || !t.chance(map[bool]float64{false: .3, true: .72}[again]) {
		return
	}
	days := float64(d.repeat) * b.cadence
	if it.quantity > 1 {
		days *= 1.25
	}
	when := t.day + max(4, int(t.around(days, days*.13)))
	if when < history {
		t.due[when] = append(t.due[when], errand{who, it.product})
	}
}

// taxed finds the rates for an address and class.
func (t *trade) taxed(a core.Address, class core.TaxClassID) []tax.Rate {
	if class == "" {
		class = t.TaxClasses[0].ID
	}
	var out []tax.Rate
	best := 0
	var zone core.TaxZoneID
	for i := range t.TaxZones {
		if score := t.TaxZones[i].Areas[0].Match(a); score > best {
			best, zone = score, t.TaxZones[i].ID
		}
	}
	for _, r := range t.TaxRates {
		if r.ZoneID == zone && r.ClassID == class {
			out = append(out, r)
		}
	}
	return out
}

// tax is what lies in an amount or comes on top of it, and what is paid then.
func (t *trade) tax(net money.Money, a core.Address, class core.TaxClassID, included bool) (taxes []order.Tax, total money.Money) {
	total = net
	for _, r := range t.taxed(a, class) {
		share, err := net.Portion(r.Rate, money.RoundHalfUp)
		if included {
			share, err = net.IncludedPortion(r.Rate, money.RoundHalfUp)
		}
		if err != nil {
			panic(err) // amounts far below any limit
		}
		taxes = append(taxes, order.Tax{Rate: r.RateID, Title: r.Name, Percent: r.Rate, Included: included, Amount: share})
		if !included {
			total.Amount += share.Amount
		}
	}
	return taxes, total
}

func (t *trade) ship(o *order.Order, value, grams int64, code *campaign, included bool) {
	var offered []shipping.Method
	for _, m := range t.Methods {
		for _, z := range t.ShippingZones {
			if z.ID != m.ZoneID || m.MaxGrams > 0 && grams > m.MaxGrams {
				continue
			}
			for _, a := range z.Areas {
				if a.Country == o.ShippingAddress.Country {
					offered = append(offered, m)
				}
			}
		}
	}
	m := offered[0]
	if len(offered) > 1 && t.chance(.08) {
		m = offered[1]
	}
	price := money.Zero(o.Currency)
	for _, p := range m.Prices {
		if m.Kind != shipping.ByWeight || p.From <= grams {
			price = p.Price
		}
	}
	for _, free := range m.FreeAbove {
		if value >= free.Amount {
			price.Amount = 0
		}
	}
	s := order.Shipping{Method: m.ID, Title: m.Name, Price: price, RefundedAmount: money.Zero(o.Currency)}
	if code != nil && code.Actions[0].Kind == promo.FreeShipping && price.Amount > 0 {
		s.Discounts = []order.Discount{{Promotion: code.ID, Code: code.code, Title: code.Name, Amount: price}}
		price.Amount = 0
	}
	s.Taxes, s.Total = t.tax(price, o.ShippingAddress, "", included)
	o.Shipping = s
}

func (t *trade) redeem(o *order.Order) {
	sum := map[core.PromotionID]int64{}
	codes := map[core.PromotionID]string{}
	var ids []core.PromotionID
	note := func(ds []order.Discount) {
		for _, d := range ds {
			if sum[d.Promotion] == 0 {
				ids = append(ids, d.Promotion)
			}
			sum[d.Promotion] += d.Amount.Amount
			codes[d.Promotion] = d.Code
		}
	}
	for _, l := range o.Lines {
		note(l.Discounts)
	}
	note(o.Shipping.Discounts)
	for _, id := range ids {
		t.Redemptions = append(t.Redemptions, promo.Redemption{OrderID: o.ID, PromotionID: id, Code: codes[id], Customer: string(o.Customer),
			Amount: money.New(sum[id], o.Currency), At: t.clock})
	}
}

// tell writes an entry of an order's timeline.
func (t *trade) tell(o *order.Order, at time.Time, typ, text string, public bool) {
	t.clock = at
	t.Events = append(t.Events, order.Event{ID: newID[core.EventID](t.maker, core.PrefixEvent), Order: o.ID, Type: typ, Text: text, Public: public, Actor: actor,
		Data: json.RawMessage("{}"), At: at})
}
