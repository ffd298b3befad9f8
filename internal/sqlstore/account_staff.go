package sqlstore

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

const staffColumns = `id, email, name, status, must_change, totp_secret <> '', last_login_at, version, created_at, updated_at`

func scanStaff(s sqldb.Scanner) (v account.Staff, err error) {
	var login, created, updated int64
	err = s.Scan(&v.ID, &v.Email, &v.Name, &v.Status, &v.MustChange, &v.TOTP, &login, &v.Version, &created, &updated)
	v.LastLoginAt, v.CreatedAt, v.UpdatedAt = sqldb.Time(login), sqldb.Time(created), sqldb.Time(updated)
	return v, err
}

func (s accountStore) InsertStaff(ctx context.Context, v account.Staff, hash string) error {
	_, err := s.c.Exec(ctx, `insert into account_staff (id, email, email_normal, name, status, password_hash, must_change, totp_secret, totp_pending,
		totp_step, last_login_at, version, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, '', '', 0, 0, $8, $9, $10)`,
		v.ID, v.Email, core.NormalEmail(v.Email), v.Name, v.Status, hash, v.MustChange, v.Version, sqldb.Micros(v.CreatedAt), sqldb.Micros(v.UpdatedAt))
	if err != nil {
		return staffTaken(err)
	}
	return s.insertStaffRoles(ctx, v)
}

func staffTaken(err error) error {
	return exists(err, "uq_account_staff__email_normal", "email", "a member of staff with this email exists")
}

func (s accountStore) insertStaffRoles(ctx context.Context, v account.Staff) error {
	rows := make([][]any, len(v.Roles))
	for i, r := range v.Roles {
		rows[i] = []any{v.ID, r}
	}
	return insertRows(ctx, s.c, "account_staff_roles", "staff_id, role_id", rows)
}

func (s accountStore) UpdateStaff(ctx context.Context, v account.Staff, seen int64) error {
	n, err := s.c.Exec(ctx, `update account_staff set email = $1, email_normal = $2, name = $3, status = $4, updated_at = $5, version = version + 1
		where id = $6 and version = $7`, v.Email, core.NormalEmail(v.Email), v.Name, v.Status, sqldb.Micros(v.UpdatedAt), v.ID, seen)
	if err != nil {
		return staffTaken(err)
	}
	if err := versioned(ctx, s.c, n, "staff", "account_staff", v.ID, seen); err != nil {
		return err
	}
	if _, err := s.c.Exec(ctx, `delete from account_staff_roles where staff_id = $1`, v.ID); err != nil {
		return err
	}
	return s.insertStaffRoles(ctx, v)
}

func (s accountStore) Staff(ctx context.Context, id core.StaffID) (account.Staff, error) {
	v, err := sqldb.One(ctx, s.c, scanStaff, `select `+staffColumns+` from account_staff where id = $1`, id)
	if err != nil {
		return v, notFound(err, "staff", id)
	}
	list := []account.Staff{v}
	err = s.fillRoles(ctx, list)
	return list[0], err
}

// fillRoles reads the roles of a page of staff, and what they permit, at once.
func (s accountStore) fillRoles(ctx context.Context, list []account.Staff) error {
	if len(list) == 0 {
		return nil
	}
	ids := make([]core.StaffID, len(list))
	at := map[core.StaffID]*account.Staff{}
	for i := range list {
		ids[i] = list[i].ID
		list[i].Roles, list[i].Permissions = []core.RoleID{}, []core.Permission{}
		at[ids[i]] = &list[i]
	}
	type held struct {
		staff core.StaffID
		role  account.Role
	}
	rows, err := sqldb.All(ctx, s.c, func(r sqldb.Scanner) (h held, err error) {
		var doc []byte
		if err := r.Scan(&h.staff, &h.role.ID, &doc); err != nil {
			return h, err
		}
		return h, json.Unmarshal(doc, &h.role.Permissions)
	}, `select sr.staff_id, r.id, r.permissions from account_staff_roles sr join account_roles r on r.id = sr.role_id
		where sr.staff_id in `+sqldb.In(1, len(ids))+` order by sr.staff_id, r.id`, sqldb.PadArgs(ids)...)
	if err != nil {
		return err
	}
	for _, h := range rows {
		v := at[h.staff]
		v.Roles = append(v.Roles, h.role.ID)
		v.Permissions = append(v.Permissions, h.role.Permissions...)
	}
	for i := range list {
		slices.Sort(list[i].Permissions)
		list[i].Permissions = slices.Compact(list[i].Permissions)
	}
	return nil
}

func (s accountStore) StaffPage(ctx context.Context, query string, q core.PageQuery) (core.Page[account.Staff], error) {
	var after string
	if _, err := core.DecodeCursor(q.After, &after); err != nil {
		return core.Page[account.Staff]{}, err
	}
	rows, err := sqldb.All(ctx, s.c, scanStaff, `select `+staffColumns+` from account_staff
		where (lower(name) like $1 escape '!' or email_normal like $1 escape '!') and ($2 = '' or id < $2) order by id desc limit $3`,
		containing(query), after, q.Size()+1)
	if err != nil {
		return core.Page[account.Staff]{}, err
	}
	page := core.Cut(rows, q, func(v account.Staff) []any { return []any{v.ID} })
	return page, s.fillRoles(ctx, page.Items)
}

func (s accountStore) CountStaff(ctx context.Context) (int64, error) {
	return sqldb.One(ctx, s.c, sqldb.Column[int64], `select count(*) from account_staff`)
}

func (s accountStore) LockOwners(ctx context.Context) (int64, error) {
	if _, err := sqldb.One(ctx, s.c, sqldb.Column[string], `select id from account_roles where id = $1`+s.c.Dialect().ForUpdate, account.OwnerRole); err != nil {
		return 0, notFound(err, "role", account.OwnerRole)
	}
	return sqldb.One(ctx, s.c, sqldb.Column[int64], `select count(*) from account_staff_roles r join account_staff s on s.id = r.staff_id
		where r.role_id = $1 and s.status = 'active'`, account.OwnerRole)
}

const roleColumns = `id, name, permissions, built_in, version, created_at, updated_at`

func scanRole(s sqldb.Scanner) (r account.Role, err error) {
	var doc []byte
	var created, updated int64
	if err := s.Scan(&r.ID, &r.Name, &doc, &r.BuiltIn, &r.Version, &created, &updated); err != nil {
		return r, err
	}
	r.CreatedAt, r.UpdatedAt = sqldb.Time(created), sqldb.Time(updated)
	return r, json.Unmarshal(doc, &r.Permissions)
}

func roleTaken(err error, name string) error {
	return exists(err, "uq_account_roles__name", "name", "a role with the name %q exists", name)
}

func (s accountStore) InsertRole(ctx context.Context, r account.Role) error {
	doc, err := toJSON(r.Permissions)
	if err != nil {
		return err
	}
	_, err = s.c.Exec(ctx, `insert into account_roles (`+roleColumns+`) values ($1, $2, $3, $4, $5, $6, $7)`,
		r.ID, r.Name, doc, r.BuiltIn, r.Version, sqldb.Micros(r.CreatedAt), sqldb.Micros(r.UpdatedAt))
	return roleTaken(err, r.Name)
}

func (s accountStore) UpdateRole(ctx context.Context, r account.Role, seen int64) error {
	doc, err := toJSON(r.Permissions)
	if err != nil {
		return err
	}
	n, err := s.c.Exec(ctx, `update account_roles set name = $1, permissions = $2, updated_at = $3, version = version + 1
		where id = $4 and version = $5`, r.Name, doc, sqldb.Micros(r.UpdatedAt), r.ID, seen)
	if err != nil {
		return roleTaken(err, r.Name)
	}
	return versioned(ctx, s.c, n, "role", "account_roles", r.ID, seen)
}

func (s accountStore) DeleteRole(ctx context.Context, id core.RoleID) error {
	n, err := s.c.Exec(ctx, `delete from account_roles where id = $1`, id)
	if sqldb.IsKind(err, sqldb.KindForeignKey) {
		return &core.Error{Kind: core.KindConflict, Code: "role_in_use", Message: "somebody has this role: take it from them first", Err: err}
	}
	if err == nil && n == 0 {
		err = core.NotFound("role", id)
	}
	return err
}

func (s accountStore) Role(ctx context.Context, id core.RoleID) (account.Role, error) {
	r, err := sqldb.One(ctx, s.c, scanRole, `select `+roleColumns+` from account_roles where id = $1`, id)
	return r, notFound(err, "role", id)
}

func (s accountStore) Roles(ctx context.Context) ([]account.Role, error) {
	return sqldb.All(ctx, s.c, scanRole, `select `+roleColumns+` from account_roles order by name, id`)
}
