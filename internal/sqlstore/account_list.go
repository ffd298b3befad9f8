package sqlstore

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

// containing is the pattern of "like ... escape '!'" for text that contains s,
// which is compared in lower case.
func containing(s string) string {
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(strings.ToLower(strings.TrimSpace(s))) + "%"
}

func (s accountStore) Customers(ctx context.Context, f account.CustomerFilter, q core.PageQuery) (core.Page[account.Customer], error) {
	var conds []string
	var args []any
	add := func(cond string, values ...any) {
		for _, v := range values {
			args = append(args, v)
			cond = strings.Replace(cond, "?", "$"+strconv.Itoa(len(args)), 1)
		}
		conds = append(conds, cond)
	}
	if strings.TrimSpace(f.Query) != "" {
		add(`c.search like ? escape '!'`, containing(f.Query))
	}
	if f.Email != "" {
		add(`c.email_normal = ?`, core.NormalEmail(f.Email))
	}
	if f.Group != "" {
		add(`exists (select 1 from account_customer_groups g where g.name = ? and g.customer_id = c.id)`, strings.ToLower(f.Group))
	}
	if f.Status != "" {
		add(`c.status = ?`, f.Status)
	} else {
		add(`c.status <> 'erased'`)
	}
	if f.Registered != nil {
		add(map[bool]string{true: `c.password_hash <> ''`, false: `c.password_hash = ''`}[*f.Registered])
	}
	if f.Marketing != nil {
		add(`c.marketing = ?`, *f.Marketing)
	}
	if !f.CreatedFrom.IsZero() {
		add(`c.created_at >= ?`, sqldb.Micros(f.CreatedFrom))
	}
	if !f.CreatedBefore.IsZero() {
		add(`c.created_at < ?`, sqldb.Micros(f.CreatedBefore))
	}
	if !f.UpdatedFrom.IsZero() {
		add(`c.updated_at >= ?`, sqldb.Micros(f.UpdatedFrom))
	}
	var at int64
	var email, id string
	order, after, key := `c.created_at desc, c.id desc`, `(c.created_at, c.id) < (?, ?)`, []any{&at, &id}
	cursor := func(c account.Customer) []any { return []any{sqldb.Micros(c.CreatedAt), c.ID} }
	switch f.Sort {
	case account.OldestFirst:
		order, after = `c.created_at, c.id`, `(c.created_at, c.id) > (?, ?)`
	case account.ByEmail:
		order, after, key = `coalesce(c.email_normal, ''), c.id`, `(coalesce(c.email_normal, ''), c.id) > (?, ?)`, []any{&email, &id}
		cursor = func(c account.Customer) []any { return []any{core.NormalEmail(c.Email), c.ID} }
	}
	more, err := core.DecodeCursor(q.After, key...)
	if err != nil {
		return core.Page[account.Customer]{}, err
	}
	if more && f.Sort == account.ByEmail {
		add(after, email, id)
	} else if more {
		add(after, at, id)
	}
	args = append(args, q.Size()+1)
	rows, err := sqldb.All(ctx, s.c, scanCustomer, `select `+customerColumns+` from account_customers c where `+strings.Join(conds, " and ")+
		` order by `+order+` limit $`+strconv.Itoa(len(args)), args...)
	return core.Cut(rows, q, cursor), err
}

const addressColumns = `id, customer_id, label, address, version, created_at, updated_at`

func scanAddress(s sqldb.Scanner) (a account.Address, err error) {
	var doc []byte
	var created, updated int64
	if err := s.Scan(&a.ID, &a.CustomerID, &a.Label, &doc, &a.Version, &created, &updated); err != nil {
		return a, err
	}
	a.CreatedAt, a.UpdatedAt = sqldb.Time(created), sqldb.Time(updated)
	return a, json.Unmarshal(doc, &a.Address)
}

func (s accountStore) InsertAddresses(ctx context.Context, as []account.Address) error {
	rows := make([][]any, len(as))
	for i, a := range as {
		doc, err := toJSON(a.Address)
		if err != nil {
			return err
		}
		rows[i] = []any{a.ID, a.CustomerID, a.Label, doc, a.Version, sqldb.Micros(a.CreatedAt), sqldb.Micros(a.UpdatedAt)}
	}
	return deferRows(ctx, s.c, "account_addresses", addressColumns, rows)
}

func (s accountStore) UpdateAddress(ctx context.Context, a account.Address, seen int64) error {
	doc, err := toJSON(a.Address)
	if err != nil {
		return err
	}
	n, err := s.c.Exec(ctx, `update account_addresses set label = $1, address = $2, updated_at = $3, version = version + 1
		where id = $4 and customer_id = $5 and version = $6`, a.Label, doc, sqldb.Micros(a.UpdatedAt), a.ID, a.CustomerID, seen)
	if err != nil {
		return err
	}
	return versioned(ctx, s.c, n, "address", "account_addresses", a.ID, seen)
}

func (s accountStore) Address(ctx context.Context, customer core.CustomerID, id core.AddressID) (account.Address, error) {
	a, err := sqldb.One(ctx, s.c, scanAddress, `select `+addressColumns+` from account_addresses where id = $1 and customer_id = $2`, id, customer)
	return a, notFound(err, "address", id)
}

func (s accountStore) Addresses(ctx context.Context, customer core.CustomerID) ([]account.Address, error) {
	return sqldb.All(ctx, s.c, scanAddress, `select `+addressColumns+` from account_addresses where customer_id = $1 order by created_at, id`, customer)
}

func (s accountStore) DeleteAddress(ctx context.Context, customer core.CustomerID, id core.AddressID) (bool, error) {
	n, err := s.c.Exec(ctx, `delete from account_addresses where id = $1 and customer_id = $2`, id, customer)
	return n > 0, err
}
