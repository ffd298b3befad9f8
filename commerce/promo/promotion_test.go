package promo_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/promo"
)

func TestValidateNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	for field, p := range map[string]promo.Promotion{
		"name":                           {Actions: []promo.Action{percentOrder(10)}},
		"actions":                        {Name: "x"},
		"actions[0].rate":                {Name: "x", Actions: []promo.Action{percentOrder(101)}},
		"actions[0].kind":                {Name: "x", Actions: []promo.Action{{Kind: "teleport"}}},
		"actions[0].amounts":             {Name: "x", Actions: []promo.Action{{Kind: promo.AmountOffOrder}}},
		"actions[0].amounts[1]":          {Name: "x", Actions: []promo.Action{{Kind: promo.AmountOffOrder, Amounts: []money.Money{eur(5), eur(6)}}}},
		"conditions[0].groups":           {Name: "x", Actions: []promo.Action{percentOrder(10)}, Conditions: []promo.Condition{{Kind: promo.CustomerGroups}}},
		"conditions[0].channel_ids":      {Name: "x", Actions: []promo.Action{percentOrder(10)}, Conditions: []promo.Condition{{Kind: promo.FirstOrder, ChannelIDs: []core.ChannelID{"c"}}}},
		"conditions[0].items.exclude":    {Name: "x", Actions: []promo.Action{percentOrder(10)}, Conditions: []promo.Condition{{Kind: promo.HasItems, Items: promo.Items{Exclude: &promo.Items{FullPriceOnly: true}}}}},
		"ends_at":                        {Name: "x", Actions: []promo.Action{percentOrder(10)}, StartsAt: now, EndsAt: now},
		"limits.budget":                  {Name: "x", Actions: []promo.Action{percentOrder(10)}, Limits: promo.Limits{Budget: eur(-1)}},
		"actions[0].shipping_method_ids": {Name: "x", Actions: []promo.Action{{Kind: promo.PercentOffOrder, Rate: 1, MethodIDs: []core.ShippingMethodID{"m"}}}},
	} {
		var v core.Violations
		require.ErrorAs(t, p.Validate(), &v, field)
		var fields []string
		for _, e := range v {
			fields = append(fields, e.Field)
		}
		require.Equal(t, []string{field}, fields)
	}
}

func TestCodes(t *testing.T) {
	t.Parallel()
	require.Equal(t, "SUMMER26", promo.NormalCode("  summer26\t"))
	for code, ok := range map[string]bool{"SUMMER26": true, "Ä-1": true, "AB": false, "A B C": false, "lower": false, "A\x00BC": false} {
		require.Equal(t, ok, promo.ValidCode(code), code)
	}
}

func FuzzPromotionJSON(f *testing.F) {
	for _, seed := range []string{
		`{"name":"x","actions":[{"kind":"percent_off_order","rate":"0.1","items":{"exclude":{"product_ids":["a"]}}}],"conditions":[{"kind":"min_subtotal","amounts":[{"amount":5,"currency":"EUR"}]}]}`,
		`{"name":"x","actions":[{"kind":"free_shipping"}],"limits":{"budget":{"amount":1,"currency":"EUR"}},"starts_at":"2026-01-01T00:00:00Z"}`,
		`{"name":"x","actions":[{"kind":"teleport"}]}`, `{"conditions":[{"kind":null}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var p promo.Promotion
		if json.Unmarshal(raw, &p) != nil || p.Validate() != nil {
			return
		}
		out, err := json.Marshal(p)
		require.NoError(t, err)
		var again promo.Promotion
		require.NoError(t, json.Unmarshal(out, &again), string(out))
		require.NoError(t, again.Validate(), "what is valid stays valid")
		second, err := json.Marshal(again)
		require.NoError(t, err)
		require.JSONEq(t, string(out), string(second))
		p.Active = true
		in := cart(line("a", 3, 1999), line("b", 1, 1))
		r, err := promo.Evaluate([]promo.Candidate{{Promotion: p}}, in, now)
		if err != nil { // only amounts beyond 64 bits
			require.Equal(t, core.KindInvalid, core.KindOf(err))
			return
		}
		for i, ds := range r.Lines {
			left := in.Lines[i].Quantity * in.Lines[i].UnitPrice.Amount
			for _, d := range ds {
				left -= d.Amount.Amount
			}
			require.GreaterOrEqual(t, left, int64(0))
		}
	})
}

func TestServiceNeedsPermission(t *testing.T) {
	t.Parallel()
	s := promo.New(nil, promo.Config{}) // never reached
	_, err := s.Create(context.Background(), promo.Params{})
	require.Equal(t, core.KindUnauthenticated, core.KindOf(err))
	ctx := core.WithActor(context.Background(), core.Actor{Kind: core.ActorStaff, Permissions: []core.Permission{core.PermPromosRead}})
	require.Equal(t, core.KindForbidden, core.KindOf(s.Delete(ctx, "promo_1")))
}

func ExampleEvaluate() {
	summer := promo.Candidate{Promotion: promo.Promotion{ID: "promo_1", Name: "Summer", Active: true,
		Conditions: []promo.Condition{{Kind: promo.MinSubtotal, Amounts: []money.Money{money.New(5000, "EUR")}}},
		Actions:    []promo.Action{{Kind: promo.PercentOffOrder, Rate: money.Percent(10)}}}}
	for _, price := range []int64{4999, 5000} {
		r, _ := promo.Evaluate([]promo.Candidate{summer}, promo.Input{Currency: "EUR",
			Lines: []promo.Line{{ID: "line_1", Quantity: 1, UnitPrice: money.New(price, "EUR")}}}, now)
		fmt.Println(r.Trace[0].Name, r.Trace[0].Applied, r.Trace[0].Message)
	}
	// Output:
	// Summer false the items come to 49.99 EUR, 50.00 EUR are needed
	// Summer true takes off 5.00 EUR
}
