package promo_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/promo"
)

var now = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

func eur(n int64) money.Money { return money.New(n, "EUR") }

func one(id string, actions ...promo.Action) promo.Candidate {
	return promo.Candidate{Promotion: promo.Promotion{ID: core.PromotionID(id), Name: id, Active: true, Actions: actions}}
}

func percentItems(n int64) promo.Action {
	return promo.Action{Kind: promo.PercentOffItems, Rate: money.Percent(n)}
}
func percentOrder(n int64) promo.Action {
	return promo.Action{Kind: promo.PercentOffOrder, Rate: money.Percent(n)}
}
func amountOrder(n int64) promo.Action {
	return promo.Action{Kind: promo.AmountOffOrder, Amounts: []money.Money{eur(n)}}
}

func cart(lines ...promo.Line) promo.Input {
	return promo.Input{Currency: "EUR", Country: "DE", Lines: lines}
}

func line(id string, quantity, price int64) promo.Line {
	return promo.Line{ID: core.LineID(id), ProductID: core.ProductID("prod_" + id), VariantID: core.VariantID("var_" + id), Quantity: quantity, UnitPrice: eur(price)}
}

// outcome is "line=amount..." and "promotion:reason" of those not applied.
func outcome(t require.TestingT, in promo.Input, candidates ...promo.Candidate) string {
	r, err := promo.Evaluate(candidates, in, now)
	require.NoError(t, err)
	s := ""
	for i, ds := range r.Lines {
		for _, d := range ds {
			s += fmt.Sprintf("%s:%s=%d ", d.PromotionID, in.Lines[i].ID, d.Amount.Amount)
		}
	}
	for _, d := range r.Shipping {
		s += fmt.Sprintf("%s:shipping=%d ", d.PromotionID, d.Amount.Amount)
	}
	for _, v := range r.Trace {
		require.NotEmpty(t, v.Message)
		if !v.Applied {
			s += fmt.Sprintf("%s%s(%s) ", v.PromotionID, v.Code, v.Reason)
		}
	}
	return s
}

func TestActions(t *testing.T) {
	t.Parallel()
	in := cart(line("a", 3, 1999), line("b", 1, 500))
	for _, c := range []struct {
		name string
		in   promo.Input
		with []promo.Candidate
		want string
	}{
		{"half up, once per line", cart(line("a", 1, 1999)), []promo.Candidate{one("p", percentItems(25))}, "p:a=500 "},
		{"per item", in, []promo.Candidate{one("p", promo.Action{Kind: promo.AmountOffItems, Amounts: []money.Money{eur(600)}})}, "p:a=1800 p:b=500 "},
		{"order share by largest remainder", in, []promo.Candidate{one("p", amountOrder(100))}, "p:a=92 p:b=8 "},
		{"ties by line id, not by place", cart(line("z", 1, 100), line("a", 1, 100), line("m", 1, 100)), []promo.Candidate{one("p", amountOrder(100))}, "p:z=33 p:a=34 p:m=33 "},
		{"never more than there is", in, []promo.Candidate{one("p", amountOrder(999999))}, "p:a=5997 p:b=500 "},
		{"line actions come first", in, []promo.Candidate{one("a", amountOrder(497)), one("b", percentItems(50))}, "b:a=2999 a:a=459 b:b=250 a:b=38 "},
		{"hundred percent leaves nothing", in, []promo.Candidate{one("a", percentOrder(100)), one("b", percentOrder(10))}, "a:a=5997 a:b=500 b(nothing_to_discount) "},
		{"only the selected", in, []promo.Candidate{one("p", promo.Action{Kind: promo.PercentOffOrder, Rate: money.Percent(10), Items: promo.Items{ProductIDs: []core.ProductID{"prod_b"}}})}, "p:b=50 "},
		{"none selected", in, []promo.Candidate{one("p", promo.Action{Kind: promo.PercentOffItems, Rate: money.Percent(10), Items: promo.Items{CategoryIDs: []core.CategoryID{"cat_x"}}})}, "p(missing_items) "},
		{"all but the excluded", in, []promo.Candidate{one("p", promo.Action{Kind: promo.PercentOffItems, Rate: money.Percent(10), Items: promo.Items{Exclude: &promo.Items{VariantIDs: []core.VariantID{"var_a"}}}})}, "p:b=50 "},
		{"another currency", in, []promo.Candidate{one("p", promo.Action{Kind: promo.AmountOffOrder, Amounts: []money.Money{money.New(5, "USD")}})}, "p(other_currency) "},
		{"empty cart", cart(), []promo.Candidate{one("p", percentOrder(10))}, "p(missing_items) "},
		{"shipping not chosen", in, []promo.Candidate{one("p", promo.Action{Kind: promo.FreeShipping})}, "p(no_shipping_chosen) "},
	} {
		require.Equal(t, c.want, outcome(t, c.in, c.with...), c.name)
	}
}

func TestFreeShippingSeesTheGoodsAfterDiscounts(t *testing.T) {
	t.Parallel()
	in := cart(line("a", 1, 6000))
	in.Shipping = func(value money.Money) (promo.Shipping, error) { // free from 50 on
		if value.Amount >= 5000 {
			return promo.Shipping{MethodID: "m", Charge: eur(0)}, nil
		}
		return promo.Shipping{MethodID: "m", Charge: eur(490)}, nil
	}
	free := one("ship", promo.Action{Kind: promo.FreeShipping})
	require.Equal(t, "ship(nothing_to_discount) ", outcome(t, in, free))
	in.Lines[0].UnitPrice = eur(4000)
	require.Equal(t, "ship:shipping=490 ", outcome(t, in, free))
	free.Actions[0].MethodIDs = []core.ShippingMethodID{"other"}
	require.Equal(t, "ship(other_shipping) ", outcome(t, in, free))
}

func TestConditions(t *testing.T) {
	t.Parallel()
	in := cart(line("a", 2, 2000), line("b", 1, 500))
	in.Channel = "chan_a"
	in.Customer = promo.Customer{ID: "cus_1", Groups: []string{"vip"}}
	in.Lines[1].Reduced, in.Lines[1].CategoryIDs = true, []core.CategoryID{"cat_x"}
	for _, c := range []struct {
		cond promo.Condition
		want promo.Reason
	}{
		{promo.Condition{Kind: promo.MinSubtotal, Amounts: []money.Money{eur(4500)}}, ""},
		{promo.Condition{Kind: promo.MinSubtotal, Amounts: []money.Money{eur(4501)}}, promo.BelowMinimum},
		{promo.Condition{Kind: promo.MinSubtotal, Amounts: []money.Money{eur(4001)}, Items: promo.Items{FullPriceOnly: true}}, promo.BelowMinimum},
		{promo.Condition{Kind: promo.MinSubtotal, Amounts: []money.Money{money.New(1, "USD")}}, promo.OtherCurrency},
		{promo.Condition{Kind: promo.HasItems, Quantity: 3}, ""},
		{promo.Condition{Kind: promo.HasItems, Quantity: 2, Items: promo.Items{CategoryIDs: []core.CategoryID{"cat_x"}}}, promo.MissingItems},
		{promo.Condition{Kind: promo.HasItems, Not: true, Items: promo.Items{CategoryIDs: []core.CategoryID{"cat_x"}}}, promo.MissingItems},
		{promo.Condition{Kind: promo.CustomerGroups, Groups: []string{"b2b", "vip"}}, ""},
		{promo.Condition{Kind: promo.CustomerGroups, Not: true, Groups: []string{"vip"}}, promo.OtherCustomer},
		{promo.Condition{Kind: promo.Customers, CustomerIDs: []core.CustomerID{"cus_2"}}, promo.OtherCustomer},
		{promo.Condition{Kind: promo.FirstOrder}, promo.NotFirstOrder},
		{promo.Condition{Kind: promo.Channels, ChannelIDs: []core.ChannelID{"chan_b"}}, promo.OtherChannel},
		{promo.Condition{Kind: promo.Currencies, Currencies: []money.Currency{"EUR"}}, ""},
		{promo.Condition{Kind: promo.Countries, Countries: []string{"FR"}}, promo.OtherCountry},
		{promo.Condition{Kind: promo.Countries, Not: true, Countries: []string{"FR"}}, ""},
	} {
		p := one("p", percentOrder(10))
		p.Conditions = []promo.Condition{c.cond}
		r, err := promo.Evaluate([]promo.Candidate{p}, in, now)
		require.NoError(t, err)
		require.Equal(t, c.want, r.Trace[0].Reason, "%+v", c.cond)
		require.Equal(t, c.want == "", r.Trace[0].Applied)
	}
	// The reason says in words what would be needed.
	p := one("p", percentOrder(10))
	p.Conditions = []promo.Condition{{Kind: promo.MinSubtotal, Amounts: []money.Money{eur(5000)}}}
	r, err := promo.Evaluate([]promo.Candidate{p}, in, now)
	require.NoError(t, err)
	require.Equal(t, "the items come to 45.00 EUR, 50.00 EUR are needed", r.Trace[0].Message)
}

func TestStanding(t *testing.T) {
	t.Parallel()
	in := cart(line("a", 1, 1000))
	in.Codes = []string{" summer26 "}
	in.Customer.Uses = map[core.PromotionID]int64{"p": 2}
	for name, c := range map[string]struct {
		change func(*promo.Candidate)
		want   promo.Reason
	}{
		"begins this second": {func(c *promo.Candidate) { c.StartsAt = now }, ""},
		"begins next second": {func(c *promo.Candidate) { c.StartsAt = now.Add(time.Second) }, promo.NotStarted},
		"ended this second":  {func(c *promo.Candidate) { c.EndsAt = now }, promo.Ended},
		"last second":        {func(c *promo.Candidate) { c.EndsAt = now.Add(time.Second) }, ""},
		"off":                {func(c *promo.Candidate) { c.Active = false }, promo.Inactive},
		"code in other case": {func(c *promo.Candidate) { c.NeedsCode, c.Code.Code = true, "SUMMER26" }, ""},
		"other code":         {func(c *promo.Candidate) { c.NeedsCode, c.Code.Code = true, "WINTER" }, promo.NeedsCode},
		"uses left":          {func(c *promo.Candidate) { c.Limits.Uses, c.Usage.Uses = 5, 4 }, ""},
		"used up":            {func(c *promo.Candidate) { c.Limits.Uses, c.Usage.Uses = 5, 5 }, promo.UsedUp},
		"customer used up":   {func(c *promo.Candidate) { c.Limits.PerCustomer = 2 }, promo.CustomerUsedUp},
		"code used up": {func(c *promo.Candidate) {
			c.NeedsCode, c.Code = true, promo.Code{Code: "SUMMER26", UsageLimit: 1, Uses: 1}
		}, promo.CodeUsedUp},
		"budget just enough":  {func(c *promo.Candidate) { c.Limits.Budget, c.Usage.Spent = eur(1000), 900 }, ""},
		"budget too small":    {func(c *promo.Candidate) { c.Limits.Budget, c.Usage.Spent = eur(1000), 901 }, promo.BudgetSpent},
		"budget in other one": {func(c *promo.Candidate) { c.Limits.Budget = money.New(1, "USD") }, promo.OtherCurrency},
	} {
		p := one("p", percentOrder(10))
		c.change(&p)
		r, err := promo.Evaluate([]promo.Candidate{p}, in, now)
		require.NoError(t, err)
		require.Equal(t, c.want, r.Trace[0].Reason, name)
	}
	require.Equal(t, "SUMMER26(unknown_code) ", outcome(t, in))
}

func TestStacking(t *testing.T) {
	t.Parallel()
	in := cart(line("a", 1, 1000))
	mk := func(id string, priority int, change func(*promo.Candidate)) promo.Candidate {
		c := one(id, percentOrder(10))
		c.Priority = priority
		if change != nil {
			change(&c)
		}
		return c
	}
	exclusive := func(c *promo.Candidate) { c.Exclusive = true }
	class := func(own string, with ...string) func(*promo.Candidate) {
		return func(c *promo.Candidate) { c.Class, c.CombinesWith = own, with }
	}
	for _, c := range []struct {
		name string
		with []promo.Candidate
		want string
	}{
		{"of what is left", []promo.Candidate{mk("a", 0, nil), mk("b", 0, nil)}, "a:a=100 b:a=90 "},
		{"priority before id", []promo.Candidate{mk("a", 2, nil), mk("b", 1, nil)}, "b:a=100 a:a=90 "},
		{"exclusive first", []promo.Candidate{mk("a", 0, exclusive), mk("b", 1, nil)}, "a:a=100 b(not_combinable) "},
		{"exclusive too late", []promo.Candidate{mk("a", 0, nil), mk("b", 1, exclusive)}, "a:a=100 b(not_combinable) "},
		{"both tolerate", []promo.Candidate{mk("a", 0, class("x", "y")), mk("b", 0, class("y", "x"))}, "a:a=100 b:a=90 "},
		{"one does not", []promo.Candidate{mk("a", 0, class("x", "y")), mk("b", 0, class("y", "z"))}, "a:a=100 b(not_combinable) "},
		{"one tolerates all", []promo.Candidate{mk("a", 0, class("x")), mk("b", 0, class("y", "x"))}, "a:a=100 b:a=90 "},
		{"an idle exclusive one is no bar", []promo.Candidate{mk("a", 0, func(c *promo.Candidate) { c.Exclusive, c.Active = true, false }), mk("b", 1, nil)}, "b:a=100 a(inactive) "},
	} {
		require.Equal(t, c.want, outcome(t, in, c.with...), c.name)
	}
	// Two codes of one promotion count once.
	in.Codes = []string{"one", "two"}
	a, b := mk("a", 0, func(c *promo.Candidate) { c.NeedsCode, c.Code.Code = true, "ONE" }), mk("a", 0, func(c *promo.Candidate) { c.NeedsCode, c.Code.Code = true, "TWO" })
	require.Equal(t, "a:a=100 aTWO(another_code) ", outcome(t, in, b, a))
}

func TestUnknownKindsAreNamed(t *testing.T) {
	t.Parallel()
	in := cart(line("a", 1, 1000))
	_, err := promo.Evaluate([]promo.Candidate{one("p", promo.Action{Kind: "teleport"})}, in, now)
	require.ErrorContains(t, err, "teleport")
	p := one("p", percentOrder(10))
	p.Conditions = []promo.Condition{{Kind: "full_moon"}}
	_, err = promo.Evaluate([]promo.Candidate{p}, in, now)
	require.ErrorContains(t, err, "full_moon")
}

func TestEvaluateProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := promo.Input{Currency: "EUR"}
		for i := range rapid.IntRange(0, 6).Draw(t, "lines") {
			in.Lines = append(in.Lines, line(fmt.Sprint("l", i), rapid.Int64Range(1, 9).Draw(t, "quantity"), rapid.Int64Range(0, 5000).Draw(t, "price")))
		}
		charge := eur(rapid.Int64Range(0, 900).Draw(t, "shipping"))
		in.Shipping = func(money.Money) (promo.Shipping, error) { return promo.Shipping{MethodID: "m", Charge: charge}, nil }
		var cs []promo.Candidate
		for i := range rapid.IntRange(0, 6).Draw(t, "promotions") {
			a := promo.Action{Kind: rapid.SampledFrom([]promo.ActionKind{promo.PercentOffItems, promo.AmountOffItems, promo.PercentOffOrder, promo.AmountOffOrder, promo.FreeShipping}).Draw(t, "kind")}
			a.Rate, a.Amounts = money.Percent(rapid.Int64Range(1, 100).Draw(t, "percent")), []money.Money{eur(rapid.Int64Range(1, 9000).Draw(t, "amount"))}
			c := one(fmt.Sprint("p", i), a)
			c.Priority, c.Exclusive = rapid.IntRange(0, 2).Draw(t, "priority"), rapid.IntRange(0, 5).Draw(t, "exclusive") == 0
			if rapid.IntRange(0, 3).Draw(t, "budgeted") == 0 {
				c.Limits.Budget = eur(rapid.Int64Range(1, 5000).Draw(t, "budget"))
			}
			cs = append(cs, c)
		}
		r, err := promo.Evaluate(cs, in, now)
		require.NoError(t, err)
		took := map[core.PromotionID]int64{}
		for i, ds := range r.Lines {
			left := in.Lines[i].Quantity * in.Lines[i].UnitPrice.Amount
			for _, d := range ds {
				require.Positive(t, d.Amount.Amount)
				left -= d.Amount.Amount
				took[d.PromotionID] += d.Amount.Amount
			}
			require.GreaterOrEqual(t, left, int64(0))
		}
		var off int64
		for _, d := range r.Shipping {
			off += d.Amount.Amount
			took[d.PromotionID] += d.Amount.Amount
		}
		require.LessOrEqual(t, off, charge.Amount)
		require.Len(t, r.Trace, len(cs))
		for i, v := range r.Trace {
			require.Equal(t, took[v.PromotionID], v.Amount.Amount, "each cent names its rule")
			require.Equal(t, v.Applied, v.Amount.IsPositive())
			_ = i
		}
		for _, c := range cs {
			require.True(t, c.Limits.Budget.IsZero() || took[c.ID] <= c.Limits.Budget.Amount)
		}
		rand.Shuffle(len(cs), func(a, b int) { cs[a], cs[b] = cs[b], cs[a] })
		again, err := promo.Evaluate(cs, in, now)
		require.NoError(t, err)
		require.Equal(t, r, again, "the order promotions are passed in does not matter")
	})
}
