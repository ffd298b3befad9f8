package sqlstore

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/promo"
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

// promoLimits is what Redeem must hold.
type promoLimits struct {
	active            bool
	uses, perCustomer int64
	budget            money.Money
}

// Redeem keeps to one order of locks: promotions by ID (shared, so that only a
// change of limits waits), then per promotion its counter, code and customer.
// Where nothing is limited nothing is written but the redemption, so that
// popular promotions do not make orders queue.
func (s promoStore) Redeem(ctx context.Context, rs []promo.Redemption) error {
	if len(rs) == 0 {
		return nil
	}
	rs = slices.Clone(rs)
	slices.SortFunc(rs, func(a, b promo.Redemption) int {
		return cmp.Or(cmp.Compare(a.PromotionID, b.PromotionID), cmp.Compare(a.OrderID, b.OrderID))
	})
	limits, err := s.limits(ctx, rs)
	if err != nil {
		return err
	}
	codes, err := s.codeLimits(ctx, rs)
	if err != nil {
		return err
	}
	inserts := make([]sqldb.Stmt, len(rs))
	for i, r := range rs {
		if l, ok := limits[r.PromotionID]; !ok || !l.active {
			return &promo.ExhaustedError{PromotionID: r.PromotionID, Code: r.Code, Reason: promo.Inactive}
		}
		if _, ok := codes[r.Code]; r.Code != "" && !ok {
			return &promo.ExhaustedError{PromotionID: r.PromotionID, Code: r.Code, Reason: promo.UnknownCode}
		}
		inserts[i] = sqldb.Stmt{SQL: `insert into promotion_redemptions (order_id, promotion_id, code, customer, amount, currency, at, released_at)
			values ($1, $2, $3, $4, $5, $6, $7, 0) on conflict (order_id, promotion_id) do nothing`,
			Args: []any{r.OrderID, r.PromotionID, r.Code, r.Customer, r.Amount.Amount, r.Amount.Currency, sqldb.Micros(r.At)}}
	}
	fresh, err := s.c.ExecBatch(ctx, inserts)
	if err != nil {
		return err
	}
	var guards []sqldb.Stmt
	var refusals []promo.ExhaustedError
	for i, r := range rs {
		if fresh[i] == 0 {
			continue // recorded before: counted then
		}
		l := limits[r.PromotionID]
		guard := func(reason promo.Reason, sql string, args ...any) {
			guards = append(guards, sqldb.Stmt{SQL: sql, Args: args})
			refusals = append(refusals, promo.ExhaustedError{PromotionID: r.PromotionID, Code: r.Code, Reason: reason})
		}
		if l.budget.Amount > 0 && r.Amount.Currency != l.budget.Currency {
			return &promo.ExhaustedError{PromotionID: r.PromotionID, Code: r.Code, Reason: promo.OtherCurrency}
		}
		switch {
		case l.budget.Amount > 0: // first: what refuses names its reason
			guard(promo.BudgetSpent, `update promotion_counters set spent = spent + $1 where promotion_id = $2 and spent + $1 <= $3`,
				r.Amount.Amount, r.PromotionID, l.budget.Amount)
			fallthrough
		case l.uses > 0:
			guard(promo.UsedUp, `update promotion_counters set uses = uses + 1 where promotion_id = $1 and (cast($2 as bigint) = 0 or uses < $2)`, r.PromotionID, l.uses)
		}
		if r.Code != "" && codes[r.Code] > 0 {
			guard(promo.CodeUsedUp, `update promotion_codes set uses = uses + 1 where code = $1 and promotion_id = $2 and uses < usage_limit`, r.Code, r.PromotionID)
		}
		if l.perCustomer > 0 {
			if r.Customer == "" {
				return core.Invalid("customer", "a promotion limited per customer needs one")
			}
			guard(promo.CustomerUsedUp, `insert into promotion_customers (promotion_id, customer, uses) values ($1, $2, 1)
				on conflict (promotion_id, customer) do update set uses = promotion_customers.uses + 1 where promotion_customers.uses < $3`,
				r.PromotionID, r.Customer, l.perCustomer)
		}
	}
	if len(guards) == 0 {
		return nil
	}
	counts, err := s.c.ExecBatch(ctx, guards)
	if err != nil {
		return err
	}
	if i := slices.Index(counts, 0); i >= 0 {
		return &refusals[i]
	}
	return nil
}

func (s promoStore) limits(ctx context.Context, rs []promo.Redemption) (map[core.PromotionID]promoLimits, error) {
	ids := make([]core.PromotionID, len(rs))
	for i, r := range rs {
		ids[i] = r.PromotionID
	}
	out := make(map[core.PromotionID]promoLimits, len(ids))
	_, err := sqldb.All(ctx, s.c, func(r sqldb.Scanner) (struct{}, error) {
		var id core.PromotionID
		var l promoLimits
		err := r.Scan(&id, &l.active, &l.uses, &l.perCustomer, &l.budget.Amount, &l.budget.Currency)
		out[id] = l
		return struct{}{}, err
	}, `select id, active, max_uses, per_customer, budget, budget_currency from promotions where id in `+sqldb.In(1, len(ids))+` order by id`+s.c.Dialect().ForShare,
		sqldb.PadArgs(ids)...)
	return out, err
}

func (s promoStore) codeLimits(ctx context.Context, rs []promo.Redemption) (map[string]int64, error) {
	var codes []string
	for _, r := range rs {
		if r.Code != "" {
			codes = append(codes, r.Code)
		}
	}
	if len(codes) == 0 {
		return nil, nil
	}
	out := make(map[string]int64, len(codes))
	_, err := sqldb.All(ctx, s.c, func(r sqldb.Scanner) (struct{}, error) {
		var code string
		var limit int64
		err := r.Scan(&code, &limit)
		out[code] = limit
		return struct{}{}, err
	}, `select code, usage_limit from promotion_codes where code in `+sqldb.In(1, len(codes)), sqldb.PadArgs(codes)...)
	return out, err
}

const redemptionColumns = `order_id, promotion_id, code, customer, amount, currency, at, released_at`

func scanRedemption(s sqldb.Scanner) (r promo.Redemption, err error) {
	var at, released int64
	err = s.Scan(&r.OrderID, &r.PromotionID, &r.Code, &r.Customer, &r.Amount.Amount, &r.Amount.Currency, &at, &released)
	r.At, r.Released = sqldb.Time(at), sqldb.Time(released)
	return r, err
}

func (s promoStore) Redemptions(ctx context.Context, order core.OrderID) ([]promo.Redemption, error) {
	return sqldb.All(ctx, s.c, scanRedemption, `select `+redemptionColumns+` from promotion_redemptions where order_id = $1 order by promotion_id`, order)
}

// Release locks as Redeem does. Counters of what is not limited now may be
// behind; Update sets them right when a limit comes.
func (s promoStore) Release(ctx context.Context, order core.OrderID, at time.Time) error {
	ids, err := sqldb.All(ctx, s.c, sqldb.Column[core.PromotionID], `select p.id from promotions p where p.id in
		(select r.promotion_id from promotion_redemptions r where r.order_id = $1 and r.released_at = 0) order by p.id`+s.c.Dialect().ForShare, order)
	if err != nil || len(ids) == 0 {
		return err
	}
	rs, err := sqldb.All(ctx, s.c, scanRedemption, `update promotion_redemptions set released_at = $1 where order_id = $2 and released_at = 0 returning `+redemptionColumns,
		sqldb.Micros(at), order)
	if err != nil {
		return err
	}
	slices.SortFunc(rs, func(a, b promo.Redemption) int { return cmp.Compare(a.PromotionID, b.PromotionID) })
	var back []sqldb.Stmt
	for _, r := range rs {
		back = append(back, sqldb.Stmt{SQL: `update promotion_counters set uses = uses - 1,
			spent = spent - case when exists (select 1 from promotions p where p.id = $1 and p.budget > 0 and p.budget_currency = $2) then cast($3 as bigint) else 0 end
			where promotion_id = $1 and uses > 0`, Args: []any{r.PromotionID, r.Amount.Currency, r.Amount.Amount}})
		if r.Code != "" {
			back = append(back, sqldb.Stmt{SQL: `update promotion_codes set uses = uses - 1 where code = $1 and promotion_id = $2 and uses > 0`, Args: []any{r.Code, r.PromotionID}})
		}
		if r.Customer != "" {
			back = append(back, sqldb.Stmt{SQL: `update promotion_customers set uses = uses - 1 where promotion_id = $1 and customer = $2 and uses > 0`,
				Args: []any{r.PromotionID, r.Customer}})
		}
	}
	if len(back) == 0 {
		return nil
	}
	_, err = s.c.ExecBatch(ctx, back)
	return err
}
