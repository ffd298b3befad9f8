// Package flowtest has a small shop to test flows in: goods, orders that are
// paid by the payment simulator, a clock that tests move, and checks that the
// books agree.
package flowtest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/cart"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/order"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/commerce/payment/manual"
	"github.com/bodega-commerce/bodega/commerce/payment/simulator"
	"github.com/bodega-commerce/bodega/commerce/settlement"
	"github.com/bodega-commerce/bodega/commerce/stock"
	"github.com/bodega-commerce/bodega/internal/testenv"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/bodega-commerce/bodega/storage/memory"
	"github.com/bodega-commerce/bodega/storage/postgres"
)

// TB is what a shop needs of a test: *testing.T and *rapid.T have it.
type TB interface {
	require.TestingT
	Helper()
}

// Shop is a database with the services below the flows.
type Shop struct {
	DB       *storage.DB
	Clock    *Clock
	Sim      *simulator.Simulator // provider "simulator"
	Payments *payment.Service
	Settle   *settlement.Service
	Location core.LocationID // where goods are, active

	mu   sync.Mutex
	made int
}

// Clock is a clock that tests move.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// Now tells the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Move moves it on.
func (c *Clock) Move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// Panic is a TB for examples.
type Panic struct{}

// Errorf panics.
func (Panic) Errorf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

// FailNow panics.
func (Panic) FailNow() { panic("failed") }

// Helper does nothing.
func (Panic) Helper() {}

// Example opens a shop in memory that nobody closes.
func Example() *Shop {
	db, err := memory.Open(context.Background())
	require.NoError(Panic{}, err)
	return build(Panic{}, db)
}

// Memory opens a shop in memory.
func Memory(t testing.TB) *Shop {
	t.Helper()
	db, err := memory.Open(context.Background())
	require.NoError(t, err)
	return open(t, db)
}

// Postgres opens a shop in a PostgreSQL database of its own, or skips the test.
func Postgres(t testing.TB) *Shop {
	t.Helper()
	db, err := postgres.Open(context.Background(), testenv.Postgres(t), postgres.Config{})
	require.NoError(t, err)
	return open(t, db)
}

func open(t testing.TB, db *storage.DB) *Shop {
	t.Helper()
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return build(t, db)
}

func build(t TB, db *storage.DB) *Shop {
	t.Helper()
	_, err := db.Migrate(context.Background())
	require.NoError(t, err)
	s := &Shop{DB: db, Clock: &Clock{at: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)}, Location: "loc_main"}
	s.Sim = simulator.New(simulator.Config{Clock: s.Clock.Now, Late: 5 * time.Minute})
	s.Payments = payment.New(core.Narrow(db, func(tx storage.Tx) payment.Tx { return tx }), payment.Config{Clock: s.Clock.Now,
		Providers: []payment.Provider{s.Sim, manual.New(manual.Config{Name: "invoice"})}})
	s.Settle, err = settlement.New(core.Narrow(db, func(tx storage.Tx) settlement.Tx { return tx }), s.Payments, settlement.Config{Clock: s.Clock.Now})
	require.NoError(t, err)
	s.Update(t, func(ctx context.Context, tx storage.Tx) error {
		for i, l := range []core.LocationID{"loc_main", "loc_shop"} {
			if err := tx.Stock().InsertLocation(ctx, stock.Location{ID: l, Code: string(l), Name: string(l), Priority: i, Active: true, Version: 1, CreatedAt: s.Clock.Now()}); err != nil {
				return err
			}
		}
		return nil
	})
	return s
}

// Staff is a context of somebody who may do everything.
func Staff() context.Context {
	return core.WithActor(context.Background(), core.Actor{Kind: core.ActorStaff, ID: "staff_1", Permissions: []core.Permission{core.PermAll}})
}

// Update runs fn in a transaction as staff.
func (s *Shop) Update(t TB, fn func(ctx context.Context, tx storage.Tx) error) {
	t.Helper()
	ctx := Staff()
	require.NoError(t, s.DB.Update(ctx, func(tx storage.Tx) error { return fn(ctx, tx) }))
}

// View runs fn for reading.
func (s *Shop) View(t TB, fn func(ctx context.Context, tx storage.Tx) error) {
	t.Helper()
	ctx := Staff()
	require.NoError(t, s.DB.View(ctx, func(tx storage.Tx) error { return fn(ctx, tx) }))
}

func (s *Shop) next() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.made++
	return s.made
}

// Item makes a tracked item with so many pieces on hand at the main location.
func (s *Shop) Item(t TB, onHand int64) core.StockItemID {
	t.Helper()
	id := core.StockItemID(fmt.Sprintf("item_%d", s.next()))
	clerk := stock.Clerk{Clock: s.Clock.Now}
	s.Update(t, func(ctx context.Context, tx storage.Tx) error {
		if err := tx.Stock().InsertItems(ctx, stock.Item{ID: id, SKU: string(id), Tracked: true, Policy: stock.Deny, Version: 1, CreatedAt: s.Clock.Now()}); err != nil {
			return err
		}
		if onHand == 0 {
			return nil
		}
		_, err := clerk.Move(ctx, tx.Stock(), stock.Receive, stock.Change{ItemID: id, LocationID: s.Location, Quantity: onHand})
		return err
	})
	return id
}

// Level is what there is of an item in all locations.
func (s *Shop) Level(t TB, item core.StockItemID) (onHand, reserved int64) {
	t.Helper()
	s.View(t, func(ctx context.Context, tx storage.Tx) error {
		ls, err := tx.Stock().Levels(ctx, []core.StockItemID{item})
		for _, l := range ls {
			onHand, reserved = onHand+l.OnHand, reserved+l.Reserved
		}
		return err
	})
	return onHand, reserved
}

// Line is an order line with 19 % tax in its price.
func Line(item core.StockItemID, quantity, unit, discount int64) order.Line {
	l := order.Line{StockItem: item, Variant: "var_1", Product: "prod_1", SKU: "sku", Title: "Thing", Ships: true, Quantity: quantity,
		UnitPrice: EUR(unit), Subtotal: EUR(unit * quantity), Total: EUR(unit*quantity - discount), RefundedAmount: EUR(0)}
	if discount > 0 {
		l.Discounts = []order.Discount{{Promotion: "promo_1", Title: "Sale", Amount: EUR(discount)}}
	}
	if tax := l.Total.Amount * 19 / 119; tax > 0 {
		l.Taxes = []order.Tax{{Title: "VAT", Percent: money.Percent(19), Included: true, Amount: EUR(tax)}}
	}
	return l
}

// EUR is an amount in cents.
func EUR(cents int64) money.Money { return money.New(cents, "EUR") }

// Params of an order. Shipping is charged without discount, with 19 % in it.
type Params struct {
	Provider string // default "simulator"
	Token    string // of the simulator
	Capture  bool   // take the money at once
	Customer core.CustomerID
	Shipping int64
	Lines    []order.Line
}

// Open makes an order that waits for its payment, as checkout does: its stock
// is held, its cart closed, its payment stored.
func (s *Shop) Open(t TB, p Params) (order.Order, payment.Payment) {
	t.Helper()
	now, n := s.Clock.Now(), s.next()
	if p.Provider == "" {
		p.Provider = s.Sim.Name()
	}
	c := cart.New(now, cart.Params{Channel: "chan_1", Currency: "EUR", TTL: time.Hour})
	o := order.Order{ID: core.OrderID(fmt.Sprintf("ord_%d", n)), Number: order.NewNumber(nil), Cart: c.ID, Token: order.NewToken(), Channel: "chan_1",
		Currency: "EUR", Customer: p.Customer, Email: "ann@example.org", Lines: p.Lines, Version: 1, CreatedAt: now, UpdatedAt: now,
		States:   order.States{Status: order.Pending, Payment: order.PaymentPending, Fulfilment: order.Unfulfilled},
		Shipping: order.Shipping{Title: "Post", Price: EUR(p.Shipping), Total: EUR(p.Shipping), RefundedAmount: EUR(0)}}
	for i := range o.Lines {
		o.Lines[i].ID = core.LineID(fmt.Sprintf("line_%d", i))
	}
	if tax := p.Shipping * 19 / 119; tax > 0 {
		o.Shipping.Taxes = []order.Tax{{Title: "VAT", Percent: money.Percent(19), Included: true, Amount: EUR(tax)}}
	}
	var err error
	o.Totals, err = order.SumTotals("EUR", o.Lines, o.Shipping)
	require.NoError(t, err)
	c.State, c.Order = cart.Completed, o.ID
	stockClerk, payments := stock.Clerk{Clock: s.Clock.Now}, payment.Clerk{Clock: s.Clock.Now}
	pay := payments.New(payment.Params{Order: o.ID, Provider: p.Provider, Amount: o.Totals.Total, Capture: p.Capture})
	s.Update(t, func(ctx context.Context, tx storage.Tx) error {
		if err := tx.Carts().Insert(ctx, c); err != nil {
			return err
		}
		if _, err := stockClerk.Reserve(ctx, tx.Stock(), string(o.ID), settlement.Requests(&o), now.Add(s.Settle.Hold())); err != nil {
			return err
		}
		if err := payments.Insert(ctx, tx, &pay, nil); err != nil {
			return err
		}
		return tx.Orders().Insert(ctx, &o)
	})
	return o, pay
}

// Ask asks the provider for the money of a payment.
func (s *Shop) Ask(pay payment.Payment, token string) (payment.Outcome, error) {
	provider, err := s.Payments.Provider(pay.Provider)
	if err != nil {
		return payment.Outcome{}, err
	}
	return provider.Authorize(Staff(), payment.AuthorizeRequest{Key: pay.Key, Payment: pay.ID, Order: pay.Order, Amount: pay.Amount, Capture: pay.Capture, Token: token})
}

// Place makes an order whose payment came through.
func (s *Shop) Place(t TB, p Params) order.Order {
	t.Helper()
	o, pay := s.Open(t, p)
	outcome, err := s.Ask(pay, p.Token)
	require.NoError(t, err)
	r, err := s.Settle.Settle(Staff(), pay.ID, outcome)
	require.NoError(t, err)
	require.Equal(t, order.Placed, r.Order.Status)
	o = s.Order(t, o.ID)
	return o
}
