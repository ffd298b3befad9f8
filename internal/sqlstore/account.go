package sqlstore

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

// Accounts returns the store of customers, staff, sessions and keys.
func (t *Tx) Accounts() account.Store { return accountStore{t.c} }

type accountStore struct{ c sqldb.Conn }

const customerInsertColumns = `id, email, email_normal, email_verified_at, reference, name, phone, search, locale, currency, group_names, marketing, marketing_at, marketing_source, personalization_opt_out, default_shipping, default_billing, metadata, status, password_hash, version, created_at, updated_at`

func customerSearch(c account.Customer) string {
	return strings.ToLower(c.Name + "\n" + c.Email + "\n" + c.Phone + "\n" + c.Reference)
}

func customerRow(c account.Customer) ([]any, error) {
	groups, err := toJSON(c.Groups)
	if err != nil {
		return nil, err
	}
	metadata, err := toJSON(c.Metadata)
	return []any{c.ID, c.Email, nullable(core.NormalEmail(c.Email)), sqldb.Micros(c.EmailVerified), nullable(c.Reference), c.Name, c.Phone,
		customerSearch(c), c.Locale, c.Currency, groups, c.Marketing.Granted, sqldb.Micros(c.Marketing.At), c.Marketing.Source,
		c.PersonalizationOptOut, c.DefaultShipping, c.DefaultBilling, metadata, c.Status, c.PasswordHash, c.Version,
		sqldb.Micros(c.CreatedAt), sqldb.Micros(c.UpdatedAt)}, err
}

const customerColumns = `c.id, c.email, c.email_verified_at, coalesce(c.reference, ''), c.name, c.phone, c.locale, c.currency, c.group_names, c.marketing, c.marketing_at, c.marketing_source, c.personalization_opt_out, c.default_shipping, c.default_billing, c.metadata, c.status, c.password_hash <> '', c.version, c.created_at, c.updated_at`

func scanCustomer(s sqldb.Scanner) (c account.Customer, err error) {
	var groups, metadata []byte
	var verified, marketing, created, updated int64
	if err := s.Scan(&c.ID, &c.Email, &verified, &c.Reference, &c.Name, &c.Phone, &c.Locale, &c.Currency, &groups, &c.Marketing.Granted, &marketing,
		&c.Marketing.Source, &c.PersonalizationOptOut, &c.DefaultShipping, &c.DefaultBilling, &metadata, &c.Status, &c.Registered, &c.Version,
		&created, &updated); err != nil {
		return c, err
	}
	c.EmailVerified, c.Marketing.At = sqldb.Time(verified), sqldb.Time(marketing)
	c.CreatedAt, c.UpdatedAt = sqldb.Time(created), sqldb.Time(updated)
	if err := json.Unmarshal(groups, &c.Groups); err != nil {
		return c, err
	}
	return c, json.Unmarshal(metadata, &c.Metadata)
}

func customerTaken(err error) error {
	err = exists(err, "uq_account_customers__email_normal", "email", "a customer with this email exists")
	return exists(err, "uq_account_customers__reference", "reference", "a customer with this reference exists")
}

func (s accountStore) InsertCustomers(ctx context.Context, cs []account.Customer) error {
	rows := make([][]any, len(cs))
	for i, c := range cs {
		var err error
		if rows[i], err = customerRow(c); err != nil {
			return err
		}
	}
	if err := insertRows(ctx, s.c, "account_customers", customerInsertColumns, rows); err != nil {
		return customerTaken(err)
	}
	return s.insertGroups(ctx, cs...)
}

func (s accountStore) insertGroups(ctx context.Context, cs ...account.Customer) error {
	var rows [][]any
	for _, c := range cs {
		for _, g := range c.Groups {
			rows = append(rows, []any{c.ID, g})
		}
	}
	return deferRows(ctx, s.c, "account_customer_groups", "customer_id, name", rows)
}

func (s accountStore) InsertGuest(ctx context.Context, c account.Customer) (bool, error) {
	row, err := customerRow(c)
	if err != nil {
		return false, err
	}
	stmt := sqldb.InsertRows("account_customers", columns(customerInsertColumns), [][]any{row})
	n, err := s.c.Exec(ctx, stmt.SQL+` on conflict (email_normal) do nothing`, stmt.Args...)
	if err != nil || n == 0 {
		return false, customerTaken(err)
	}
	return true, s.insertGroups(ctx, c)
}

func (s accountStore) UpdateCustomer(ctx context.Context, c account.Customer, seen int64) error {
	row, err := customerRow(c)
	if err != nil {
		return err
	}
	args := append(row[1:19:19], sqldb.Micros(c.UpdatedAt), c.ID, seen) // email to status
	n, err := s.c.Exec(ctx, `update account_customers set email = $1, email_normal = $2, email_verified_at = $3, reference = $4, name = $5, phone = $6,
		search = $7, locale = $8, currency = $9, group_names = $10, marketing = $11, marketing_at = $12, marketing_source = $13,
		personalization_opt_out = $14, default_shipping = $15, default_billing = $16, metadata = $17, status = $18, updated_at = $19,
		version = version + 1 where id = $20 and version = $21`, args...)
	if err != nil {
		return customerTaken(err)
	}
	if err := versioned(ctx, s.c, n, "customer", "account_customers", c.ID, seen); err != nil {
		return err
	}
	if err := s.c.Defer(ctx, `delete from account_customer_groups where customer_id = $1`, c.ID); err != nil {
		return err
	}
	return s.insertGroups(ctx, c)
}

func (s accountStore) Customer(ctx context.Context, id core.CustomerID) (account.Customer, error) {
	c, err := sqldb.One(ctx, s.c, scanCustomer, `select `+customerColumns+` from account_customers c where id = $1`, id)
	return c, notFound(err, "customer", id)
}

func (s accountStore) LockCustomer(ctx context.Context, id core.CustomerID) (account.Customer, error) {
	c, err := sqldb.One(ctx, s.c, scanCustomer, `select `+customerColumns+` from account_customers c where id = $1`+s.c.Dialect().ForUpdate, id)
	return c, notFound(err, "customer", id)
}

func (s accountStore) CustomersByID(ctx context.Context, ids []core.CustomerID) ([]account.Customer, error) {
	return customersIn(ctx, s.c, "id", ids)
}

func (s accountStore) CustomersByEmail(ctx context.Context, emails []string) ([]account.Customer, error) {
	normal := make([]string, len(emails))
	for i, e := range emails {
		normal[i] = core.NormalEmail(e)
	}
	return customersIn(ctx, s.c, "email_normal", normal)
}

func (s accountStore) CustomersByReference(ctx context.Context, refs []string) ([]account.Customer, error) {
	return customersIn(ctx, s.c, "reference", refs)
}

func customersIn[T ~string](ctx context.Context, c sqldb.Conn, column string, values []T) ([]account.Customer, error) {
	if len(values) == 0 {
		return nil, nil
	}
	return sqldb.All(ctx, c, scanCustomer, `select `+customerColumns+` from account_customers c where c.`+column+` in `+sqldb.In(1, len(values))+
		` order by c.id`, sqldb.PadArgs(values)...)
}

func (s accountStore) ForgetCustomer(ctx context.Context, id core.CustomerID) error {
	for _, q := range []string{
		`delete from account_addresses where customer_id = $1`,
		`delete from account_tokens where subject = $1`,
		`delete from account_refresh_tokens where session_id in (select id from account_sessions where subject = $1)`,
		`delete from account_sessions where subject = $1`,
		`update account_customers set password_hash = '' where id = $1`,
	} {
		if err := s.c.Defer(ctx, q, id); err != nil {
			return err
		}
	}
	return nil
}
