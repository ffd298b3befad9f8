package sqlstore

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/review"
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

// Reviews returns the store of reviews.
func (t *Tx) Reviews() review.Store { return reviewStore{t.c} }

// Ratings returns where products keep what their reviews amount to.
func (t *Tx) Ratings() review.Ratings { return ratings{t.Catalog()} }

type ratings struct{ products catalog.Store }

func (r ratings) SetRating(ctx context.Context, id core.ProductID, averageX100, count int64, at time.Time) error {
	return r.products.SetRating(ctx, id, catalog.Rating{Average: averageX100, Count: count}, at)
}

type reviewStore struct{ c sqldb.Conn }

const reviewColumns = `id, product_id, customer_id, rating, title, body, author, verified, status, reason, helpful, reply, reply_at, version, created_at, updated_at`

func scanReview(s sqldb.Scanner) (r review.Review, err error) {
	var reply string
	var replied, created, updated int64
	err = s.Scan(&r.ID, &r.ProductID, &r.Customer, &r.Rating, &r.Title, &r.Body, &r.Author, &r.Verified, &r.Status, &r.Reason, &r.Helpful, &reply, &replied,
		&r.Version, &created, &updated)
	r.CreatedAt, r.UpdatedAt = sqldb.Time(created), sqldb.Time(updated)
	if reply != "" {
		r.Reply = &review.Reply{Body: reply, At: sqldb.Time(replied)}
	}
	return r, err
}

func replyColumns(r review.Review) (string, int64) {
	if r.Reply == nil {
		return "", 0
	}
	return r.Reply.Body, sqldb.Micros(r.Reply.At)
}

func (s reviewStore) Insert(ctx context.Context, rs ...review.Review) error {
	rows := make([][]any, len(rs))
	for i, r := range rs {
		reply, replied := replyColumns(r)
		rows[i] = []any{r.ID, r.ProductID, r.Customer, r.Rating, r.Title, r.Body, r.Author, r.Verified, r.Status, r.Reason, r.Helpful, reply, replied,
			r.Version, sqldb.Micros(r.CreatedAt), sqldb.Micros(r.UpdatedAt)}
	}
	err := insertRows(ctx, s.c, "reviews", reviewColumns, rows)
	if sqldb.IsKind(err, sqldb.KindForeignKey) {
		return &core.Error{Kind: core.KindNotFound, Code: "product_not_found", Message: "there is no such product", Err: err}
	}
	return exists(err, "uq_reviews__product_id__customer_id", "product_id", "this customer has reviewed the product already")
}

func (s reviewStore) Lock(ctx context.Context, id core.ReviewID) (review.Review, error) {
	r, err := sqldb.One(ctx, s.c, scanReview, `select `+reviewColumns+` from reviews where id = $1`+s.c.Dialect().ForUpdate, id)
	return r, notFound(err, "review", id)
}

func (s reviewStore) Update(ctx context.Context, r review.Review) error {
	reply, replied := replyColumns(r)
	n, err := s.c.Exec(ctx, `update reviews set rating = $1, title = $2, body = $3, author = $4, verified = $5, status = $6, reason = $7, reply = $8, reply_at = $9,
		version = version + 1, updated_at = $10 where id = $11`,
		r.Rating, r.Title, r.Body, r.Author, r.Verified, r.Status, r.Reason, reply, replied, sqldb.Micros(r.UpdatedAt), r.ID)
	if err == nil && n == 0 {
		return core.NotFound("review", r.ID)
	}
	return err
}

func (s reviewStore) Delete(ctx context.Context, id core.ReviewID) error {
	n, err := s.c.Exec(ctx, `delete from reviews where id = $1`, id)
	if err == nil && n == 0 {
		return core.NotFound("review", id)
	}
	return err
}

func (s reviewStore) Review(ctx context.Context, id core.ReviewID) (review.Review, error) {
	r, err := sqldb.One(ctx, s.c, scanReview, `select `+reviewColumns+` from reviews where id = $1`, id)
	return r, notFound(err, "review", id)
}

// reviewOrders is the leading column of each order and whether it descends; the
// newest and then the highest ID come next.
var reviewOrders = map[review.Sort]struct{ column, direction, beyond string }{
	review.Newest:  {"0", "desc", "<"},
	review.Helpful: {"helpful", "desc", "<"},
	review.Highest: {"rating", "desc", "<"},
	review.Lowest:  {"rating", "", ">"},
}

func (s reviewStore) List(ctx context.Context, q review.Query, page core.PageQuery) (core.Page[review.Review], error) {
	order, ok := reviewOrders[q.Sort]
	if !ok {
		order = reviewOrders[review.Newest]
	}
	var where []string
	var args []any
	bind := func(v any) string {
		args = append(args, v)
		return "$" + strconv.Itoa(len(args))
	}
	for _, f := range []struct{ column, value string }{{"product_id", string(q.ProductID)}, {"customer_id", string(q.Customer)}, {"status", string(q.Status)}} {
		if f.value != "" {
			where = append(where, f.column+" = "+bind(f.value))
		}
	}
	if q.Customer != "" {
		where = append(where, "customer_id <> ''") // lets the index on it be used
	}
	if q.Rating != 0 {
		where = append(where, "rating = "+bind(q.Rating))
	}
	if q.Verified {
		where = append(where, "verified")
	}
	var lead, created int64
	var id string
	more, err := core.DecodeCursor(page.After, &lead, &created, &id)
	if err != nil {
		return core.Page[review.Review]{}, err
	}
	byLead := order.column != "0"
	if more {
		later := "(created_at, id) < (" + bind(created) + ", " + bind(id) + ")"
		if byLead {
			l := bind(lead)
			later = "(" + order.column + " " + order.beyond + " " + l + " or " + order.column + " = " + l + " and " + later + ")"
		}
		where = append(where, later)
	}
	sql := `select ` + reviewColumns + ` from reviews`
	if len(where) > 0 {
		sql += ` where ` + strings.Join(where, ` and `)
	}
	sql += ` order by `
	if byLead {
		sql += order.column + ` ` + order.direction + `, `
	}
	rows, err := sqldb.All(ctx, s.c, scanReview, sql+`created_at desc, id desc limit `+bind(page.Size()+1), args...)
	return core.Cut(rows, page, func(r review.Review) []any {
		lead := int64(0)
		switch order.column {
		case "helpful":
			lead = r.Helpful
		case "rating":
			lead = int64(r.Rating)
		}
		return []any{lead, sqldb.Micros(r.CreatedAt), r.ID}
	}), err
}

func (s reviewStore) Vote(ctx context.Context, id core.ReviewID, customer core.CustomerID, helpful bool) (bool, error) {
	query, step := `insert into review_votes (review_id, customer_id) values ($1, $2) on conflict (review_id, customer_id) do nothing`, 1
	if !helpful {
		query, step = `delete from review_votes where review_id = $1 and customer_id = $2`, -1
	}
	n, err := s.c.Exec(ctx, query, id, customer)
	if sqldb.IsKind(err, sqldb.KindForeignKey) {
		return false, core.NotFound("review", id)
	}
	if err != nil || n == 0 {
		return false, err
	}
	_, err = s.c.Exec(ctx, `update reviews set helpful = helpful + $1 where id = $2`, step, id)
	return true, err
}

func (s reviewStore) Forget(ctx context.Context, customer core.CustomerID, author string) (int64, error) {
	// The counts stay: who is gone cannot vote again.
	if err := s.c.Defer(ctx, `delete from review_votes where customer_id = $1`, customer); err != nil {
		return 0, err
	}
	return s.c.Exec(ctx, `update reviews set customer_id = '', author = $1, version = version + 1 where customer_id = $2`, author, customer)
}

const starColumns = `product_id, stars1, stars2, stars3, stars4, stars5`

func (s reviewStore) AddStars(ctx context.Context, id core.ProductID, d [5]int64) ([5]int64, error) {
	// The row is made first: a negative change could not be inserted.
	if err := s.c.Defer(ctx, `insert into review_summaries (`+starColumns+`) values ($1, 0, 0, 0, 0, 0) on conflict (product_id) do nothing`, id); err != nil {
		return [5]int64{}, err
	}
	stars, err := sqldb.One(ctx, s.c, func(r sqldb.Scanner) (v [5]int64, err error) {
		return v, r.Scan(&v[0], &v[1], &v[2], &v[3], &v[4])
	}, `update review_summaries set stars1 = stars1 + $1, stars2 = stars2 + $2, stars3 = stars3 + $3, stars4 = stars4 + $4, stars5 = stars5 + $5
		where product_id = $6 returning stars1, stars2, stars3, stars4, stars5`, d[0], d[1], d[2], d[3], d[4], id)
	return stars, notFound(err, "product", id)
}

func (s reviewStore) Stars(ctx context.Context, ids []core.ProductID) (map[core.ProductID][5]int64, error) {
	out := make(map[core.ProductID][5]int64, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	type row struct {
		id    core.ProductID
		stars [5]int64
	}
	rows, err := sqldb.All(ctx, s.c, func(r sqldb.Scanner) (v row, err error) {
		return v, r.Scan(&v.id, &v.stars[0], &v.stars[1], &v.stars[2], &v.stars[3], &v.stars[4])
	}, `select `+starColumns+` from review_summaries where product_id in `+sqldb.In(1, len(ids)), sqldb.PadArgs(ids)...)
	for _, r := range rows {
		out[r.id] = r.stars
	}
	return out, err
}

func (s reviewStore) Unbalanced(ctx context.Context) ([]core.ProductID, error) {
	return sqldb.All(ctx, s.c, sqldb.Column[core.ProductID], `select p.id from products p
		left join review_summaries s on s.product_id = p.id
		left join (select product_id, count(*) n, cast(sum(rating) as bigint) total, sum(case when rating = 1 then 1 else 0 end) r1, sum(case when rating = 2 then 1 else 0 end) r2,
				sum(case when rating = 3 then 1 else 0 end) r3, sum(case when rating = 4 then 1 else 0 end) r4, sum(case when rating = 5 then 1 else 0 end) r5
			from reviews where status = 'approved' group by product_id) r on r.product_id = p.id
		where coalesce(s.stars1, 0) <> coalesce(r.r1, 0) or coalesce(s.stars2, 0) <> coalesce(r.r2, 0) or coalesce(s.stars3, 0) <> coalesce(r.r3, 0)
			or coalesce(s.stars4, 0) <> coalesce(r.r4, 0) or coalesce(s.stars5, 0) <> coalesce(r.r5, 0) or p.rating_count <> coalesce(r.n, 0)
			or p.rating_average <> coalesce((200 * r.total + r.n) / (2 * r.n), 0)
		order by p.id`)
}
