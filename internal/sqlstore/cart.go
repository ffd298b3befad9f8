package sqlstore

import (
	"context"
	"encoding/json"
	"time"

	"github.com/bodega-commerce/bodega/commerce/cart"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

// Carts returns the cart store.
func (t *Tx) Carts() cart.Store { return cartStore{t.c} }

// cartStore keeps a cart as one document: it is always read and written whole.
// The columns beside it are what carts are found by, and win over the document.
type cartStore struct{ c sqldb.Conn }

const cartColumns = `id, channel_id, customer_id, email, state, doc, version, created_at, updated_at, expires_at`

func scanCart(s sqldb.Scanner) (cart.Cart, error) {
	var c, row cart.Cart
	var doc []byte
	var created, updated, expires int64
	if err := s.Scan(&row.ID, &row.Channel, &row.Customer, &row.Email, &row.State, &doc, &row.Version, &created, &updated, &expires); err != nil {
		return c, err
	}
	if err := json.Unmarshal(doc, &c); err != nil {
		return c, err
	}
	c.ID, c.Channel, c.Customer, c.Email, c.State, c.Version = row.ID, row.Channel, row.Customer, row.Email, row.State, row.Version
	c.CreatedAt, c.UpdatedAt, c.ExpiresAt = sqldb.Time(created), sqldb.Time(updated), sqldb.Time(expires)
	return c, nil
}

func (s cartStore) Insert(ctx context.Context, c cart.Cart) error {
	doc, err := toJSON(c)
	if err != nil {
		return err
	}
	return s.c.Defer(ctx, `insert into carts (`+cartColumns+`) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, c.ID, c.Channel, c.Customer,
		c.Email, c.State, doc, c.Version, sqldb.Micros(c.CreatedAt), sqldb.Micros(c.UpdatedAt), sqldb.Micros(c.ExpiresAt))
}

func (s cartStore) Cart(ctx context.Context, id core.CartID) (cart.Cart, error) {
	c, err := sqldb.One(ctx, s.c, scanCart, `select `+cartColumns+` from carts where id = $1`, id)
	return c, notFound(err, "cart", id)
}

func (s cartStore) Lock(ctx context.Context, id core.CartID) (cart.Cart, error) {
	c, err := sqldb.One(ctx, s.c, scanCart, `select `+cartColumns+` from carts where id = $1`+s.c.Dialect().ForUpdate, id)
	return c, notFound(err, "cart", id)
}

func (s cartStore) Save(ctx context.Context, c *cart.Cart) error {
	c.Version++
	doc, err := toJSON(c)
	if err != nil {
		return err
	}
	return s.c.Defer(ctx, `update carts set channel_id = $1, customer_id = $2, email = $3, state = $4, doc = $5, version = $6, updated_at = $7, expires_at = $8
		where id = $9`, c.Channel, c.Customer, c.Email, c.State, doc, c.Version, sqldb.Micros(c.UpdatedAt), sqldb.Micros(c.ExpiresAt), c.ID)
}

func (s cartStore) OfCustomer(ctx context.Context, customer core.CustomerID, channel core.ChannelID) (cart.Cart, error) {
	c, err := sqldb.One(ctx, s.c, scanCart, `select `+cartColumns+` from carts where customer_id = $1 and channel_id = $2 and customer_id <> '' and state = 'active'
		order by updated_at desc, id limit 1`+s.c.Dialect().ForUpdate, customer, channel)
	return c, notFound(err, "cart", customer)
}

func (s cartStore) List(ctx context.Context, f cart.Filter, q core.PageQuery) (core.Page[cart.Cart], error) {
	var at int64
	var id string
	later, err := core.DecodeCursor(q.After, &at, &id)
	if err != nil {
		return core.Page[cart.Cart]{}, err
	}
	rows, err := sqldb.All(ctx, s.c, scanCart, `select `+cartColumns+` from carts
		where ($1 = '' or state = $1) and ($2 = '' or customer_id = $2) and (not $3 or email <> '') and (cast($4 as bigint) = 0 or updated_at < cast($4 as bigint))
		and (not $5 or updated_at < $6 or (updated_at = $6 and id < $7))
		order by updated_at desc, id desc limit $8`, f.State, f.Customer, f.WithEmail, sqldb.Micros(f.UpdatedBefore), later, at, id, q.Size()+1)
	return core.Cut(rows, q, func(c cart.Cart) []any { return []any{c.UpdatedAt.UnixMicro(), c.ID} }), err
}

func (s cartStore) Delete(ctx context.Context, id core.CartID) error {
	return s.c.Defer(ctx, `delete from carts where id = $1`, id)
}

func (s cartStore) Prune(ctx context.Context, before time.Time, limit int) (int64, error) {
	return s.c.Exec(ctx, `delete from carts where id in (select id from carts where state <> 'completed' and (expires_at < $1 or (state = 'merged' and updated_at < $1)) limit $2)`,
		sqldb.Micros(before), limit)
}
