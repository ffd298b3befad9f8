package account

import (
	"context"
	"slices"
	"strings"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// RoleParams is a role to be stored.
type RoleParams struct {
	Name        string
	Permissions []core.Permission
}

func (p *RoleParams) check(ctx context.Context) error {
	p.Name = strings.TrimSpace(p.Name)
	p.Permissions = uniq(p.Permissions)
	var v core.Violations
	v.Check(p.Name != "" && line(p.Name, 100), "name", "must be 1 to 100 bytes of text in one line")
	if err := gather(v.Err(), knownPermissions("permissions", p.Permissions)).Err(); err != nil {
		return err
	}
	return grantable(ctx, p.Permissions)
}

// knownPermissions refuses permissions that cannot be granted. All of them at
// once is for the owner role only.
func knownPermissions(field string, ps []core.Permission) error {
	all := core.Permissions()
	for _, p := range ps {
		if !slices.Contains(all, p) {
			return core.Invalid(field, "there is no permission %q to be granted", string(p))
		}
	}
	return nil
}

// Roles lists the roles by name (staff:read).
func (s *Service) Roles(ctx context.Context) (out []Role, err error) {
	if err := core.Require(ctx, core.PermStaffRead); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx Tx) (err error) {
		out, err = tx.Accounts().Roles(ctx)
		return err
	})
	return out, err
}

// Role returns a role (staff:read).
func (s *Service) Role(ctx context.Context, id core.RoleID) (r Role, err error) {
	if err := core.Require(ctx, core.PermStaffRead); err != nil {
		return r, err
	}
	err = s.db.View(ctx, func(tx Tx) (err error) {
		r, err = tx.Accounts().Role(ctx, id)
		return err
	})
	return r, err
}

// CreateRole makes a role (staff:write) of permissions the caller holds.
func (s *Service) CreateRole(ctx context.Context, p RoleParams) (Role, error) {
	if err := requireWrite(ctx, core.PermStaffWrite); err != nil {
		return Role{}, err
	}
	if err := p.check(ctx); err != nil {
		return Role{}, err
	}
	r := Role{ID: core.NewID[core.RoleID](s.cfg.IDs, core.PrefixRole), Name: p.Name, Permissions: p.Permissions, Version: 1,
		CreatedAt: s.now(), UpdatedAt: s.now()}
	err := s.db.Update(ctx, func(tx Tx) error {
		if err := tx.Accounts().InsertRole(ctx, r); err != nil {
			return err
		}
		return emit(ctx, s, tx, "security.role_created", r.ID, map[string]any{"role_id": r.ID, "permissions": r.Permissions})
	})
	return r, err
}

// UpdateRole replaces a role's name and permissions (staff:write); the caller
// must hold those it had and those it gets. Staff who have it get the change
// when they refresh next, within Config.AccessTTL, or with
// Config.StrictSessions at once. seen is the version the caller saw, 0 any.
func (s *Service) UpdateRole(ctx context.Context, id core.RoleID, p RoleParams, seen int64) (Role, error) {
	if err := requireWrite(ctx, core.PermStaffWrite); err != nil {
		return Role{}, err
	}
	if err := p.check(ctx); err != nil {
		return Role{}, err
	}
	var r Role
	err := s.db.Update(ctx, func(tx Tx) (err error) {
		if r, err = s.changeableRole(ctx, tx, id); err != nil {
			return err
		}
		if seen == 0 {
			seen = r.Version
		}
		r.Name, r.Permissions, r.UpdatedAt = p.Name, p.Permissions, s.now()
		if err := tx.Accounts().UpdateRole(ctx, r, seen); err != nil {
			return err
		}
		r.Version = seen + 1
		return emit(ctx, s, tx, "security.role_updated", r.ID, map[string]any{"role_id": r.ID, "permissions": r.Permissions})
	})
	if err != nil {
		return Role{}, err
	}
	return r, nil
}

// DeleteRole deletes a role nobody has (staff:write).
func (s *Service) DeleteRole(ctx context.Context, id core.RoleID) error {
	if err := requireWrite(ctx, core.PermStaffWrite); err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx Tx) error {
		if _, err := s.changeableRole(ctx, tx, id); err != nil {
			return err
		}
		if err := tx.Accounts().DeleteRole(ctx, id); err != nil {
			return err
		}
		return emit(ctx, s, tx, "security.role_deleted", id, map[string]any{"role_id": id})
	})
}

func (s *Service) changeableRole(ctx context.Context, tx Tx, id core.RoleID) (Role, error) {
	r, err := tx.Accounts().Role(ctx, id)
	if err != nil {
		return r, err
	}
	if r.BuiltIn {
		return r, core.Errorf(core.KindConflict, "built_in_role", "the role %q is built in", r.Name)
	}
	return r, grantable(ctx, r.Permissions)
}
