package sqlstore

import (
	"context"
	"encoding/json"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/promo"
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

// Promos returns the promotion store.
func (t *Tx) Promos() promo.Store { return promoStore{t.c} }

type promoStore struct{ c sqldb.Conn }

func (s promoStore) Insert(ctx context.Context, p promo.Promotion) error {
	document, err := toJSON(p)
	if err != nil {
		return err
	}
	_, err = s.c.ExecBatch(ctx, []sqldb.Stmt{{SQL: `insert into promotions (id, needs_code, active, ends_at, priority, max_uses, per_customer, budget, budget_currency,
		document, version, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		Args: []any{p.ID, p.NeedsCode, p.Active, sqldb.Micros(p.EndsAt), p.Priority, p.Limits.Uses, p.Limits.PerCustomer, p.Limits.Budget.Amount,
			p.Limits.Budget.Currency, document, p.Version, sqldb.Micros(p.CreatedAt), sqldb.Micros(p.UpdatedAt)}},
		{SQL: `insert into promotion_counters (promotion_id, uses, spent) values ($1, 0, 0)`, Args: []any{p.ID}}})
	return err
}

// Update also counts anew: uses are counted only while there is a limit. The
// row's lock keeps redemptions out meanwhile.
func (s promoStore) Update(ctx context.Context, p promo.Promotion, seen int64) error {
	document, err := toJSON(p)
	if err != nil {
		return err
	}
	n, err := s.c.Exec(ctx, `update promotions set needs_code = $1, active = $2, ends_at = $3, priority = $4, max_uses = $5, per_customer = $6, budget = $7,
		budget_currency = $8, document = $9, version = version + 1, updated_at = $10 where id = $11 and version = $12`,
		p.NeedsCode, p.Active, sqldb.Micros(p.EndsAt), p.Priority, p.Limits.Uses, p.Limits.PerCustomer, p.Limits.Budget.Amount,
		p.Limits.Budget.Currency, document, sqldb.Micros(p.UpdatedAt), p.ID, seen)
	if err != nil {
		return err
	}
	if err := versioned(ctx, s.c, n, "promotion", "promotions", p.ID, seen); err != nil {
		return err
	}
	var stmts []sqldb.Stmt
	if p.Limits.Uses > 0 || p.Limits.Budget.Amount > 0 {
		stmts = append(stmts, sqldb.Stmt{SQL: `update promotion_counters set
			uses = (select count(*) from promotion_redemptions r where r.promotion_id = $1 and r.released_at = 0),
			spent = (select cast(coalesce(sum(r.amount), 0) as bigint) from promotion_redemptions r where r.promotion_id = $1 and r.released_at = 0 and r.currency = $2)
			where promotion_id = $1`, Args: []any{p.ID, p.Limits.Budget.Currency}})
	}
	if p.Limits.PerCustomer > 0 {
		stmts = append(stmts, sqldb.Stmt{SQL: `delete from promotion_customers where promotion_id = $1`, Args: []any{p.ID}},
			sqldb.Stmt{SQL: `insert into promotion_customers (promotion_id, customer, uses) select promotion_id, customer, count(*) from promotion_redemptions
				where promotion_id = $1 and released_at = 0 and customer <> '' group by promotion_id, customer`, Args: []any{p.ID}})
	}
	if len(stmts) > 0 {
		_, err = s.c.ExecBatch(ctx, stmts)
	}
	return err
}

func (s promoStore) Delete(ctx context.Context, id core.PromotionID) error {
	err := deleteWith(ctx, s.c, "promotion", id, `delete from promotion_codes where promotion_id = $1`, `delete from promotion_customers where promotion_id = $1`,
		`delete from promotion_counters where promotion_id = $1`, `delete from promotions where id = $1`)
	if sqldb.IsKind(err, sqldb.KindForeignKey) {
		return &core.Error{Kind: core.KindConflict, Code: "promotion_redeemed", Message: "orders used the promotion: switch it off instead", Err: err}
	}
	return err
}

func decodePromotion(document []byte, version int64) (p promo.Promotion, err error) {
	err = json.Unmarshal(document, &p)
	p.Version = version
	return p, err
}

func scanPromotion(s sqldb.Scanner) (p promo.Promotion, err error) {
	var document []byte
	var version int64
	if err := s.Scan(&document, &version); err != nil {
		return p, err
	}
	return decodePromotion(document, version)
}

func (s promoStore) Promotion(ctx context.Context, id core.PromotionID) (promo.Promotion, error) {
	p, err := sqldb.One(ctx, s.c, scanPromotion, `select document, version from promotions where id = $1`, id)
	return p, notFound(err, "promotion", id)
}

func (s promoStore) Promotions(ctx context.Context, q promo.Query) (core.Page[promo.Promotion], error) {
	var after string
	if _, err := core.DecodeCursor(q.After, &after); err != nil {
		return core.Page[promo.Promotion]{}, err
	}
	where := ``
	if q.Active != nil {
		where = ` and active`
		if !*q.Active {
			where = ` and not active`
		}
	}
	rows, err := sqldb.All(ctx, s.c, scanPromotion, `select document, version from promotions where ($1 = '' or id < $1)`+where+` order by id desc limit $2`, after, q.Size()+1)
	return core.Cut(rows, q.PageQuery, func(p promo.Promotion) []any { return []any{string(p.ID)} }), err
}

func (s promoStore) Usage(ctx context.Context, ids []core.PromotionID) (map[core.PromotionID]promo.Usage, error) {
	out := make(map[core.PromotionID]promo.Usage, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	_, err := sqldb.All(ctx, s.c, func(r sqldb.Scanner) (struct{}, error) {
		var id core.PromotionID
		var u promo.Usage
		err := r.Scan(&id, &u.Uses, &u.Spent)
		out[id] = u
		return struct{}{}, err
	}, `select p.id, count(r.order_id), cast(coalesce(sum(case when r.currency = p.budget_currency then r.amount else 0 end), 0) as bigint)
		from promotions p left join promotion_redemptions r on r.promotion_id = p.id and r.released_at = 0
		where p.id in `+sqldb.In(1, len(ids))+` group by p.id`, sqldb.PadArgs(ids)...)
	return out, err
}

func scanCandidate(code bool) func(sqldb.Scanner) (promo.Candidate, error) {
	return func(s sqldb.Scanner) (c promo.Candidate, err error) {
		var document []byte
		var version, created int64
		to := []any{&document, &version, &c.Usage.Uses, &c.Usage.Spent}
		if code {
			to = append(to, &c.Code.Code, &c.Code.PromotionID, &c.Code.UsageLimit, &c.Code.Uses, &created)
		}
		if err := s.Scan(to...); err != nil {
			return c, err
		}
		c.Code.CreatedAt = sqldb.Time(created)
		c.Promotion, err = decodePromotion(document, version)
		return c, err
	}
}

func (s promoStore) Automatic(ctx context.Context, now time.Time) ([]promo.Candidate, error) {
	return sqldb.All(ctx, s.c, scanCandidate(false), `select p.document, p.version, k.uses, k.spent from promotions p join promotion_counters k on k.promotion_id = p.id
		where p.active and not p.needs_code and (p.ends_at = 0 or p.ends_at > $1) order by p.priority, p.id`, sqldb.Micros(now))
}

func (s promoStore) ByCodes(ctx context.Context, codes []string) ([]promo.Candidate, error) {
	if len(codes) == 0 {
		return nil, nil
	}
	return sqldb.All(ctx, s.c, scanCandidate(true), `select p.document, p.version, k.uses, k.spent, c.code, c.promotion_id, c.usage_limit, c.uses, c.created_at
		from promotion_codes c join promotions p on p.id = c.promotion_id join promotion_counters k on k.promotion_id = p.id
		where c.code in `+sqldb.In(1, len(codes))+` order by c.code`, sqldb.PadArgs(codes)...)
}

func (s promoStore) CustomerUses(ctx context.Context, customer string, ids []core.PromotionID) (map[core.PromotionID]int64, error) {
	out := map[core.PromotionID]int64{}
	if len(ids) == 0 {
		return out, nil
	}
	_, err := sqldb.All(ctx, s.c, func(r sqldb.Scanner) (struct{}, error) {
		var id core.PromotionID
		var n int64
		err := r.Scan(&id, &n)
		out[id] = n
		return struct{}{}, err
	}, `select promotion_id, count(*) from promotion_redemptions where customer = $1 and released_at = 0 and promotion_id in `+sqldb.In(2, len(ids))+
		` group by promotion_id`, append([]any{customer}, sqldb.PadArgs(ids)...)...)
	return out, err
}

const promoCodeColumns = `code, promotion_id, usage_limit, uses, created_at`

func (s promoStore) InsertCodes(ctx context.Context, codes []promo.Code) error {
	rows := make([][]any, len(codes))
	for i, c := range codes {
		rows[i] = []any{c.Code, c.PromotionID, c.UsageLimit, c.Uses, sqldb.Micros(c.CreatedAt)}
	}
	err := insertRows(ctx, s.c, "promotion_codes", promoCodeColumns, rows)
	return exists(err, "uq_promotion_codes__code", "code", "this code exists already")
}

func (s promoStore) DeleteCode(ctx context.Context, promotion core.PromotionID, code string) error {
	n, err := s.c.Exec(ctx, `delete from promotion_codes where promotion_id = $1 and code = $2`, promotion, code)
	if err == nil && n == 0 {
		return core.NotFound("promotion_code", code)
	}
	return err
}

func (s promoStore) Codes(ctx context.Context, promotion core.PromotionID, q core.PageQuery) (core.Page[promo.Code], error) {
	var after string
	if _, err := core.DecodeCursor(q.After, &after); err != nil {
		return core.Page[promo.Code]{}, err
	}
	rows, err := sqldb.All(ctx, s.c, func(r sqldb.Scanner) (c promo.Code, err error) {
		var created int64
		err = r.Scan(&c.Code, &c.PromotionID, &c.UsageLimit, &c.Uses, &created)
		c.CreatedAt = sqldb.Time(created)
		return c, err
	}, `select `+promoCodeColumns+` from promotion_codes where promotion_id = $1 and code > $2 order by code limit $3`, promotion, after, q.Size()+1)
	return core.Cut(rows, q, func(c promo.Code) []any { return []any{c.Code} }), err
}
