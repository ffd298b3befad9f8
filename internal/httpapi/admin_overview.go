package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/payment"
)

// overview is how the shop does.
type overview struct {
	Today  []revenue            `json:"today" doc:"By currency; days are UTC"`
	Week   []revenue            `json:"last_7_days" doc:"Today and the six days before"`
	Month  []revenue            `json:"last_30_days"`
	Series []payment.DayRevenue `json:"days" doc:"The days with sales or refunds, oldest first"`
}

// revenue sums days in one currency.
type revenue struct {
	Currency money.Currency `json:"currency"`
	Sales    money.Money    `json:"sales"`
	Refunds  money.Money    `json:"refunds"`
	Net      money.Money    `json:"net" doc:"Sales less refunds, with tax"`
	Tax      money.Money    `json:"tax"`
	Orders   int64          `json:"orders"`
}

// since sums up the days from one on, by currency in the order they come.
func since(days []payment.DayRevenue, from time.Time) ([]revenue, error) {
	out := []revenue{}
	at := map[string]int{}
	for _, d := range days {
		if d.Day.Before(from) {
			continue
		}
		i, there := at[d.Currency]
		if !there {
			i = len(out)
			at[d.Currency] = i
			zero := money.Zero(money.Currency(d.Currency))
			out = append(out, revenue{Currency: zero.Currency, Sales: zero, Refunds: zero, Net: zero, Tax: zero})
		}
		r := &out[i]
		var err error
		add := func(to *money.Money, m money.Money) {
			if err == nil {
				*to, err = to.Add(m)
			}
		}
		add(&r.Sales, d.Sales)
		add(&r.Refunds, d.Refunds)
		add(&r.Tax, d.Tax)
		if err == nil {
			r.Net, err = r.Sales.Sub(r.Refunds)
		}
		if err != nil {
			return nil, err
		}
		r.Orders += d.Orders
	}
	return out, nil
}

func (a *api) adminOverview() {
	handle(a, route{method: http.MethodGet, path: "/admin/me", perm: core.PermSelf, staff: true, tag: tagAccess, summary: "Show who is signed in, with the permissions in force"},
		func(ctx context.Context, s Services, _ *struct{}) (*body[account.Staff], error) {
			st, err := s.Accounts.MyStaff(ctx)
			return shownAt(st, st.Version, err)
		})
	handle(a, route{method: http.MethodGet, path: "/admin/overview", perm: core.PermPaymentsRead, tag: tagPayments, summary: "Sum up revenue today and over the last 7 and 30 days"},
		func(ctx context.Context, s Services, _ *struct{}) (*body[overview], error) {
			now := a.cfg.Clock.Now()
			today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
			days, err := s.Payments.Revenue(ctx, today.AddDate(0, 0, -29), time.Time{})
			if err != nil {
				return nil, err
			}
			out := overview{Series: append([]payment.DayRevenue{}, days...)}
			for back, into := range map[int]*[]revenue{0: &out.Today, 6: &out.Week, 29: &out.Month} {
				if *into, err = since(days, today.AddDate(0, 0, -back)); err != nil {
					return nil, err
				}
			}
			return ok(out), nil
		})
	handle(a, route{method: http.MethodGet, path: "/admin/revenue", perm: core.PermPaymentsRead, tag: tagPayments, summary: "Sum sales and refunds by day and currency"},
		func(ctx context.Context, s Services, in *struct {
			From time.Time `query:"from" doc:"From this time on. Default: the beginning"`
			To   time.Time `query:"to" doc:"Before this time. Default: now"`
		}) (*body[list[payment.DayRevenue]], error) {
			return listed(s.Payments.Revenue(ctx, in.From, in.To))
		})
}
