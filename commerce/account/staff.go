package account

import (
	"context"
	"slices"
	"strings"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// NewStaffParams is somebody to be added to the staff.
type NewStaffParams struct {
	Email string
	Name  string
	Roles []core.RoleID
}

// StaffUpdate changes a member of staff. Nil leaves a field as it is.
type StaffUpdate struct {
	Email  *string
	Name   *string
	Roles  *[]core.RoleID // ends their sessions
	Status *Status        // Active or Disabled; disabling ends their sessions
}

// oneTimePassword has 100 random bits, in groups that can be read out.
func oneTimePassword() string {
	t := secretText(13)[:20]
	return t[:5] + "-" + t[5:10] + "-" + t[10:15] + "-" + t[15:]
}

// Bootstrap makes the first owner with a one-time password if there is no
// staff yet, and returns the password, shown this once. Of processes that start
// at the same time one makes it; created is false for the others. It checks no
// permission: programs call it when they start.
func (s *Service) Bootstrap(ctx context.Context, email string) (password string, created bool, err error) {
	ctx = core.WithActor(ctx, core.System("bootstrap"))
	var n int64
	err = s.db.View(ctx, func(tx Tx) (err error) {
		n, err = tx.Accounts().CountStaff(ctx)
		return err
	})
	if err != nil || n > 0 {
		return "", false, err
	}
	st, err := s.newStaff(NewStaffParams{Email: email, Name: "Owner", Roles: []core.RoleID{OwnerRole}})
	if err != nil {
		return "", false, err
	}
	password = oneTimePassword()
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return "", false, err
	}
	err = s.db.Update(ctx, func(tx Tx) error {
		created = false
		if _, err := tx.Accounts().LockOwners(ctx); err != nil {
			return err
		}
		if n, err := tx.Accounts().CountStaff(ctx); err != nil || n > 0 {
			return err
		}
		created = true
		return s.insertStaff(ctx, tx, st, hash)
	})
	if err != nil || !created {
		return "", false, err
	}
	return password, true, nil
}

func (s *Service) newStaff(p NewStaffParams) (Staff, error) {
	now := s.now()
	st := Staff{ID: core.NewID[core.StaffID](s.cfg.IDs, core.PrefixStaff), Email: strings.TrimSpace(p.Email), Name: strings.TrimSpace(p.Name),
		Roles: uniq(p.Roles), Status: Active, MustChange: true, Version: 1, CreatedAt: now, UpdatedAt: now}
	return st, st.validate()
}

func (st Staff) validate() error {
	var v core.Violations
	v.Check(core.ValidEmail(st.Email), "email", "must be an email address")
	v.Check(st.Name != "" && line(st.Name, 200), "name", "must be 1 to 200 bytes of text in one line")
	v.Check(st.Status == Active || st.Status == Disabled, "status", "must be %s or %s", Active, Disabled)
	v.Check(len(st.Roles) <= 20, "role_ids", "must be at most 20")
	return v.Err()
}

func uniq[T ~string](list []T) []T {
	out := slices.Clone(list)
	slices.Sort(out)
	return slices.Compact(out)
}

func (s *Service) insertStaff(ctx context.Context, tx Tx, st Staff, hash string) error {
	if err := tx.Accounts().InsertStaff(ctx, st, hash); err != nil {
		return err
	}
	return emit(ctx, s, tx, "security.staff_created", st.ID, map[string]any{"staff_id": st.ID, "role_ids": st.Roles})
}

// CreateStaff adds somebody to the staff (staff:write) and returns a one-time
// password to be handed over, shown this once; they have to replace it when
// they sign in. Roles that hold what the caller does not are a *GrantError.
func (s *Service) CreateStaff(ctx context.Context, p NewStaffParams) (Staff, string, error) {
	if err := requireWrite(ctx, core.PermStaffWrite); err != nil {
		return Staff{}, "", err
	}
	st, err := s.newStaff(p)
	if err != nil {
		return Staff{}, "", err
	}
	password := oneTimePassword()
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return Staff{}, "", err
	}
	err = s.db.Update(ctx, func(tx Tx) error {
		if st.Permissions, err = rolePermissions(ctx, tx, st.Roles); err != nil {
			return err
		}
		if err := grantable(ctx, st.Permissions); err != nil {
			return err
		}
		return s.insertStaff(ctx, tx, st, hash)
	})
	if err != nil {
		return Staff{}, "", err
	}
	return st, password, nil
}

// rolePermissions returns what roles hold together; an unknown one is invalid.
func rolePermissions(ctx context.Context, tx Tx, ids []core.RoleID) ([]core.Permission, error) {
	var out []core.Permission
	roles, err := tx.Accounts().Roles(ctx)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		i := slices.IndexFunc(roles, func(r Role) bool { return r.ID == id })
		if i < 0 {
			return nil, core.Invalid("role_ids", "there is no role %q", string(id))
		}
		out = append(out, roles[i].Permissions...)
	}
	return uniq(out), nil
}

// MyStaff returns the signed-in member of staff.
func (s *Service) MyStaff(ctx context.Context) (Staff, error) {
	a := core.ActorFrom(ctx)
	if a.Kind != core.ActorStaff {
		return Staff{}, core.Errorf(core.KindUnauthenticated, "unauthenticated", "sign in as staff first")
	}
	return s.staff(ctx, core.StaffID(a.ID))
}

func (s *Service) staff(ctx context.Context, id core.StaffID) (st Staff, err error) {
	err = s.db.View(ctx, func(tx Tx) (err error) {
		st, err = tx.Accounts().Staff(ctx, id)
		return err
	})
	return st, err
}

// Staff returns a member of staff (staff:read).
func (s *Service) Staff(ctx context.Context, id core.StaffID) (Staff, error) {
	if err := core.Require(ctx, core.PermStaffRead); err != nil {
		return Staff{}, err
	}
	return s.staff(ctx, id)
}

// StaffPage lists staff, newest first (staff:read). query is part of a name or
// an email; "" lists all.
func (s *Service) StaffPage(ctx context.Context, query string, q core.PageQuery) (page core.Page[Staff], err error) {
	if err := core.Require(ctx, core.PermStaffRead); err != nil {
		return page, err
	}
	if !text(query, 200) {
		return page, core.Invalid("q", "must be short valid text")
	}
	err = s.db.View(ctx, func(tx Tx) (err error) {
		page, err = tx.Accounts().StaffPage(ctx, query, q)
		return err
	})
	return page, err
}

// UpdateStaff changes a member of staff (staff:write). Nobody can act on who
// holds more than themselves, nor give what they do not hold; the last active
// owner cannot be demoted or disabled. seen is the version the caller saw, 0 any.
func (s *Service) UpdateStaff(ctx context.Context, id core.StaffID, u StaffUpdate, seen int64) (Staff, error) {
	reason := ""
	if u.Roles != nil || u.Status != nil {
		reason = "privileges_changed"
	}
	return s.changeStaff(ctx, id, seen, reason, func(tx Tx, st *Staff) error {
		set(&st.Email, u.Email)
		set(&st.Name, u.Name)
		set(&st.Status, u.Status)
		st.Email, st.Name = strings.TrimSpace(st.Email), strings.TrimSpace(st.Name)
		if u.Roles != nil {
			st.Roles = uniq(*u.Roles)
			held, err := rolePermissions(ctx, tx, st.Roles)
			if err != nil {
				return err
			}
			if err := grantable(ctx, held); err != nil {
				return err
			}
			st.Permissions = held
		}
		return st.validate()
	})
}

// changeStaff changes a member of staff on whom the actor may act. With a
// reason their sessions end.
func (s *Service) changeStaff(ctx context.Context, id core.StaffID, seen int64, reason string, change func(tx Tx, st *Staff) error) (Staff, error) {
	if err := requireWrite(ctx, core.PermStaffWrite); err != nil {
		return Staff{}, err
	}
	var st Staff
	var ended []core.SessionID
	err := s.db.Update(ctx, func(tx Tx) (err error) {
		ended = nil
		store, now := tx.Accounts(), s.now()
		// Also keeps two owners from demoting each other at the same time.
		owners, err := store.LockOwners(ctx)
		if err != nil {
			return err
		}
		if st, err = store.Staff(ctx, id); err != nil {
			return err
		}
		if seen != 0 && seen != st.Version {
			return core.Stale("staff", id, seen, st.Version)
		}
		if err := grantable(ctx, st.Permissions); err != nil {
			return err
		}
		before := st
		if err := change(tx, &st); err != nil {
			return err
		}
		if owner(before) && !owner(st) && owners <= 1 {
			return errLastOwner()
		}
		st.UpdatedAt = now
		if err := store.UpdateStaff(ctx, st, st.Version); err != nil {
			return err
		}
		st.Version++
		if reason != "" {
			if ended, err = store.EndSessions(ctx, core.ActorStaff, string(id), "", now, reason); err != nil {
				return err
			}
		}
		if core.NormalEmail(before.Email) != core.NormalEmail(st.Email) {
			if err := store.DeleteTokens(ctx, core.ActorStaff, string(id)); err != nil {
				return err
			}
		}
		return emit(ctx, s, tx, "security.staff_updated", id, map[string]any{"staff_id": id, "role_ids": st.Roles, "status": st.Status, "reason": reason})
	})
	if err != nil {
		return Staff{}, err
	}
	s.deny(ended...)
	return st, nil
}

func owner(st Staff) bool { return st.Status == Active && slices.Contains(st.Roles, OwnerRole) }

// ResetStaffPassword replaces a password somebody lost by a one-time password
// (staff:write, of those who hold no more than oneself). Their sessions end.
func (s *Service) ResetStaffPassword(ctx context.Context, id core.StaffID) (string, error) {
	if err := requireWrite(ctx, core.PermStaffWrite); err != nil {
		return "", err
	}
	password := oneTimePassword()
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return "", err
	}
	_, err = s.changeStaff(ctx, id, 0, "password_replaced", func(tx Tx, st *Staff) error {
		st.MustChange = true
		if err := tx.Accounts().DeleteTokens(ctx, core.ActorStaff, string(id)); err != nil {
			return err
		}
		return tx.Accounts().SetPassword(ctx, core.ActorStaff, string(id), hash, true, s.now())
	})
	if err != nil {
		return "", err
	}
	return password, nil
}
