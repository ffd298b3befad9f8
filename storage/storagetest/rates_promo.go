package storagetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/promo"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/stretchr/testify/require"
)

func promoService(db *storage.DB) *promo.Service {
	return promo.New(core.Narrow(db, func(tx storage.Tx) promo.Tx { return tx }), promo.Config{Clock: clock()})
}

func tenPercent() []promo.Action {
	return []promo.Action{{Kind: promo.PercentOffOrder, Rate: money.Percent(10)}}
}

func redeem(ctx context.Context, db *storage.DB, rs ...promo.Redemption) error {
	return db.Update(ctx, func(tx storage.Tx) error { return tx.Promos().Redeem(ctx, rs) })
}

func release(ctx context.Context, t *testing.T, db *storage.DB, order core.OrderID) {
	t.Helper()
	require.NoError(t, db.Update(ctx, func(tx storage.Tx) error { return tx.Promos().Release(ctx, order, clock().Now()) }))
}

func use(order string, id core.PromotionID, amount int64) promo.Redemption {
	return promo.Redemption{OrderID: core.OrderID(order), PromotionID: id, Amount: money.New(amount, "EUR"), At: clock().Now()}
}

func exhausted(t *testing.T, reason promo.Reason, err error) {
	t.Helper()
	var e *promo.ExhaustedError
	require.ErrorAs(t, err, &e)
	require.Equal(t, reason, e.Reason)
	require.Equal(t, core.KindConflict, core.KindOf(err))
}

func promotions(t *testing.T, db *storage.DB) {
	ctx := system(t)
	s := promoService(db)
	now := clock().Now()
	full, err := s.Create(ctx, promo.Params{Name: "Sömmer 🌞", NeedsCode: true, StartsAt: now, EndsAt: now.Add(time.Hour), Priority: 3, Exclusive: true, Class: "x",
		CombinesWith: []string{"y"}, Actions: tenPercent(), Limits: promo.Limits{Uses: 5, PerCustomer: 1, Budget: money.New(1<<60, "EUR")},
		Conditions: []promo.Condition{{Kind: promo.HasItems, Quantity: 2, Items: promo.Items{Exclude: &promo.Items{CategoryIDs: []core.CategoryID{"cat_1"}}}}}})
	require.NoError(t, err)
	got, err := s.Promotion(ctx, full.ID)
	require.NoError(t, err)
	require.Equal(t, full, got)

	code, err := s.AddCode(ctx, full.ID, " summer26", 0)
	require.NoError(t, err)
	require.Equal(t, "SUMMER26", code.Code)
	_, err = s.AddCode(ctx, full.ID, "Summer26", 0)
	isKind(t, core.KindExists, err)
	codes, err := s.GenerateCodes(ctx, full.ID, promo.GenerateParams{Count: 500, Prefix: "vip-"})
	require.NoError(t, err)
	require.Len(t, codes, 500)
	require.Len(t, codes[0].Code, len("VIP-")+13, "13 signs of 5 bits each")
	seen := map[string]bool{}
	for after := ""; ; {
		page, err := s.Codes(ctx, full.ID, core.PageQuery{Limit: 200, After: after})
		require.NoError(t, err)
		for _, c := range page.Items {
			require.False(t, seen[c.Code])
			seen[c.Code] = true
		}
		if after = page.Next; after == "" {
			break
		}
	}
	require.Len(t, seen, 501)

	auto, err := s.Create(ctx, promo.Params{Name: "auto", Priority: 2, Actions: tenPercent()})
	require.NoError(t, err)
	later, err := s.Create(ctx, promo.Params{Name: "later", Priority: 1, StartsAt: now.Add(time.Hour), Actions: tenPercent()})
	require.NoError(t, err)
	for _, p := range []promo.Params{{Name: "over", EndsAt: now, Actions: tenPercent()}, {Name: "off", Inactive: true, Actions: tenPercent()}} {
		_, err := s.Create(ctx, p)
		require.NoError(t, err)
	}
	_, err = s.AddCode(ctx, auto.ID, "NOPE", 0)
	isKind(t, core.KindConflict, err)
	require.NoError(t, db.View(ctx, func(tx storage.Tx) error {
		cs, err := tx.Promos().Automatic(ctx, now)
		require.NoError(t, err)
		require.Len(t, cs, 2)
		require.Equal(t, []core.PromotionID{later.ID, auto.ID}, []core.PromotionID{cs[0].ID, cs[1].ID}, "by priority, with those that begin later")
		cs, err = tx.Promos().ByCodes(ctx, []string{"NONE", "SUMMER26", codes[0].Code})
		require.NoError(t, err)
		require.Len(t, cs, 2)
		require.Equal(t, full, cs[0].Promotion)
		require.Equal(t, code, cs[0].Code)
		return nil
	}))

	off, err := s.Promotions(ctx, promo.Query{Active: new(false)})
	require.NoError(t, err)
	require.Len(t, off.Items, 1)
	all, err := s.Promotions(ctx, promo.Query{PageQuery: core.PageQuery{Limit: 2}})
	require.NoError(t, err)
	require.NotEmpty(t, all.Next)
	rest, err := s.Promotions(ctx, promo.Query{PageQuery: core.PageQuery{After: all.Next}})
	require.NoError(t, err)
	require.Len(t, rest.Items, 3)

	auto, err = s.Update(ctx, auto.ID, 1, promo.Update{Active: new(false)})
	require.NoError(t, err)
	_, err = s.Update(ctx, auto.ID, 1, promo.Update{Active: new(true)})
	isKind(t, core.KindStale, err)
	_, err = s.Update(ctx, auto.ID, 0, promo.Update{Actions: &[]promo.Action{{Kind: "teleport"}}})
	require.ErrorContains(t, err, "teleport")
	require.NoError(t, s.DeleteCode(ctx, full.ID, "summer26"))
	require.NoError(t, s.Delete(ctx, full.ID))
	isKind(t, core.KindNotFound, s.Delete(ctx, full.ID))
}

func redemptions(t *testing.T, db *storage.DB) {
	ctx := system(t)
	s := promoService(db)
	p, err := s.Create(ctx, promo.Params{Name: "p", NeedsCode: true, Actions: tenPercent(), Limits: promo.Limits{Uses: 3, PerCustomer: 1, Budget: money.New(1000, "EUR")}})
	require.NoError(t, err)
	_, err = s.AddCode(ctx, p.ID, "ONCE", 1)
	require.NoError(t, err)
	_, err = s.AddCode(ctx, p.ID, "MANY", 0)
	require.NoError(t, err)
	by := func(order, customer, code string, amount int64) promo.Redemption {
		r := use(order, p.ID, amount)
		r.Customer, r.Code = customer, code
		return r
	}
	require.NoError(t, redeem(ctx, db, by("ord_1", "cus_1", "ONCE", 400)))
	require.NoError(t, redeem(ctx, db, by("ord_1", "cus_1", "ONCE", 400)), "the same use again counts once")
	exhausted(t, promo.CodeUsedUp, redeem(ctx, db, by("ord_2", "cus_2", "ONCE", 100)))
	exhausted(t, promo.CustomerUsedUp, redeem(ctx, db, by("ord_2", "cus_1", "MANY", 100)))
	exhausted(t, promo.BudgetSpent, redeem(ctx, db, by("ord_2", "cus_2", "MANY", 601)))
	exhausted(t, promo.UnknownCode, redeem(ctx, db, by("ord_2", "cus_2", "GONE", 1)))
	isKind(t, core.KindInvalid, redeem(ctx, db, by("ord_2", "", "MANY", 1)))
	dollars := by("ord_2", "cus_2", "MANY", 1)
	dollars.Amount.Currency = "USD"
	exhausted(t, promo.OtherCurrency, redeem(ctx, db, dollars))
	require.NoError(t, redeem(ctx, db, by("ord_2", "cus_2", "MANY", 600)), "what was refused left nothing behind")
	usage, err := s.Usage(ctx, []core.PromotionID{p.ID})
	require.NoError(t, err)
	require.Equal(t, promo.Usage{Uses: 2, Spent: 1000}, usage[p.ID])

	release(ctx, t, db, "ord_1")
	release(ctx, t, db, "ord_1")
	usage, err = s.Usage(ctx, []core.PromotionID{p.ID})
	require.NoError(t, err)
	require.Equal(t, promo.Usage{Uses: 1, Spent: 600}, usage[p.ID])
	require.NoError(t, db.View(ctx, func(tx storage.Tx) error {
		cs, err := tx.Promos().ByCodes(ctx, []string{"ONCE"})
		require.NoError(t, err)
		require.Equal(t, promo.Usage{Uses: 1, Spent: 600}, cs[0].Usage, "the counter agrees with the redemptions")
		require.Zero(t, cs[0].Code.Uses)
		uses, err := tx.Promos().CustomerUses(ctx, "cus_1", []core.PromotionID{p.ID})
		require.NoError(t, err)
		require.Zero(t, uses[p.ID])
		rs, err := tx.Promos().Redemptions(ctx, "ord_1")
		require.NoError(t, err)
		require.Len(t, rs, 1)
		require.Equal(t, clock().Now(), rs[0].Released)
		return nil
	}))
	require.NoError(t, redeem(ctx, db, by("ord_3", "cus_1", "ONCE", 400)), "released uses are free again")
	require.NoError(t, redeem(ctx, db, by("ord_1", "cus_1", "ONCE", 400)), "an order that gave back does not take again")
	usage, err = s.Usage(ctx, []core.PromotionID{p.ID})
	require.NoError(t, err)
	require.EqualValues(t, 2, usage[p.ID].Uses)

	isKind(t, core.KindConflict, s.Delete(ctx, p.ID))
	_, err = s.Update(ctx, p.ID, 0, promo.Update{Active: new(false)})
	require.NoError(t, err)
	exhausted(t, promo.Inactive, redeem(ctx, db, by("ord_9", "cus_9", "MANY", 1)))
}

// redemptionRaces: a single-use code, a total and a customer's limit, each
// fought for by many at once. PrestaShop#9839 let two have the same one.
func redemptionRaces(t *testing.T, db *storage.DB) {
	ctx := system(t)
	s := promoService(db)
	single, err := s.Create(ctx, promo.Params{Name: "single", NeedsCode: true, Actions: tenPercent()})
	require.NoError(t, err)
	_, err = s.AddCode(ctx, single.ID, "ONCE", 1)
	require.NoError(t, err)
	total, err := s.Create(ctx, promo.Params{Name: "total", Actions: tenPercent(), Limits: promo.Limits{Uses: 3}})
	require.NoError(t, err)
	each, err := s.Create(ctx, promo.Params{Name: "each", Actions: tenPercent(), Limits: promo.Limits{PerCustomer: 2}})
	require.NoError(t, err)
	budget, err := s.Create(ctx, promo.Params{Name: "budget", Actions: tenPercent(), Limits: promo.Limits{Budget: money.New(500, "EUR")}})
	require.NoError(t, err)
	for name, c := range map[string]struct {
		r      promo.Redemption
		reason promo.Reason
		wins   int
	}{
		"code":     {promo.Redemption{PromotionID: single.ID, Code: "ONCE"}, promo.CodeUsedUp, 1},
		"total":    {promo.Redemption{PromotionID: total.ID}, promo.UsedUp, 3},
		"customer": {promo.Redemption{PromotionID: each.ID, Customer: "cus_1"}, promo.CustomerUsedUp, 2},
		"budget":   {promo.Redemption{PromotionID: budget.ID}, promo.BudgetSpent, 5},
	} {
		wins := 0
		for _, err := range together(16, func(i int) error {
			r := c.r
			r.OrderID, r.Amount, r.At = core.OrderID(fmt.Sprintf("ord_%s_%d", name, i)), money.New(100, "EUR"), clock().Now()
			return redeem(ctx, db, r)
		}) {
			if err == nil {
				wins++
			} else {
				exhausted(t, c.reason, err)
			}
		}
		require.Equal(t, c.wins, wins, name)
	}
	// The same order completed twice at once counts once.
	free, err := s.Create(ctx, promo.Params{Name: "free", Actions: tenPercent(), Limits: promo.Limits{Uses: 1}})
	require.NoError(t, err)
	for _, err := range together(8, func(int) error { return redeem(ctx, db, use("ord_same", free.ID, 1)) }) {
		require.NoError(t, err)
	}
	together(8, func(int) error {
		return db.Update(ctx, func(tx storage.Tx) error { return tx.Promos().Release(ctx, "ord_same", clock().Now()) })
	})
	require.NoError(t, redeem(ctx, db, use("ord_next", free.ID, 1)))
	exhausted(t, promo.UsedUp, redeem(ctx, db, use("ord_last", free.ID, 1)))
}

// lateLimits: a limit set after orders used the promotion counts them, also
// those that complete while it is set.
func lateLimits(t *testing.T, db *storage.DB) {
	ctx := system(t)
	s := promoService(db)
	p, err := s.Create(ctx, promo.Params{Name: "p", Actions: tenPercent()})
	require.NoError(t, err)
	r := func(i int) promo.Redemption {
		r := use(fmt.Sprint("ord_", i), p.ID, 10)
		r.Customer = fmt.Sprint("cus_", i%2)
		return r
	}
	for _, err := range together(9, func(i int) error {
		if i == 8 {
			_, err := s.Update(ctx, p.ID, 0, promo.Update{Limits: &promo.Limits{Uses: 10, PerCustomer: 5, Budget: money.New(95, "EUR")}})
			return err
		}
		return redeem(ctx, db, r(i))
	}) {
		require.NoError(t, err)
	}
	require.NoError(t, redeem(ctx, db, r(8)))
	exhausted(t, promo.BudgetSpent, redeem(ctx, db, r(9)))
	_, err = s.Update(ctx, p.ID, 0, promo.Update{Limits: &promo.Limits{PerCustomer: 5}})
	require.NoError(t, err)
	exhausted(t, promo.CustomerUsedUp, redeem(ctx, db, r(10)))
	require.NoError(t, redeem(ctx, db, r(11)))
}
