package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/core"
)

type (
	// StaffInput is somebody to be added to the staff.
	StaffInput struct {
		Email string        `json:"email" minLength:"3" maxLength:"254"`
		Name  string        `json:"name" minLength:"1" maxLength:"200"`
		Roles []core.RoleID `json:"role_ids" maxItems:"20"`
	}
	// StaffPatch changes a member of staff.
	StaffPatch struct {
		Email  *string         `json:"email,omitempty" maxLength:"254"`
		Name   *string         `json:"name,omitempty" maxLength:"200"`
		Roles  *[]core.RoleID  `json:"role_ids,omitempty" maxItems:"20" doc:"Ends their sessions"`
		Status *account.Status `json:"status,omitempty" enum:"active,disabled" doc:"Disabling ends their sessions"`
	}
	newStaff struct {
		Staff    account.Staff `json:"staff"`
		Password string        `json:"one_time_password" doc:"Shown this once; it has to be replaced at the first sign-in"`
	}
	oneTimePassword struct {
		Password string `json:"one_time_password" doc:"Shown this once"`
	}
)

func (a *api) adminStaff() {
	const read, write = core.PermStaffRead, core.PermStaffWrite
	handle(a, route{method: http.MethodGet, path: "/admin/staff", perm: read, tag: tagAccess, summary: "List staff, newest first"},
		func(ctx context.Context, s Services, in *struct {
			PageQuery
			Query string `query:"q" maxLength:"200" doc:"Part of name or email"`
		}) (*body[core.Page[account.Staff]], error) {
			return paged(s.Accounts.StaffPage(ctx, in.Query, in.page()))
		})
	handle(a, route{method: http.MethodPost, path: "/admin/staff", perm: write, tag: tagAccess, status: http.StatusCreated, secret: true, summary: "Add somebody to the staff",
		description: "Nobody can give what they do not hold. An Idempotency-Key is passed over: the answer holds a password."},
		func(ctx context.Context, s Services, in *Post[StaffInput]) (*body[newStaff], error) {
			st, password, err := s.Accounts.CreateStaff(ctx, account.NewStaffParams(in.Body))
			return made(newStaff{st, password}, st.Version, err, "staff", string(st.ID))
		})
	handle(a, route{method: http.MethodGet, path: "/admin/staff/{id}", perm: read, tag: tagAccess, summary: "Show a member of staff"},
		func(ctx context.Context, s Services, in *Path[core.StaffID]) (*body[account.Staff], error) {
			st, err := s.Accounts.Staff(ctx, in.ID)
			return shownAt(st, st.Version, err)
		})
	handle(a, route{method: http.MethodPatch, path: "/admin/staff/{id}", perm: write, tag: tagAccess, summary: "Change a member of staff",
		description: "Nobody can act on who holds more than themselves. The last active owner stays one."},
		func(ctx context.Context, s Services, in *Change[core.StaffID, StaffPatch]) (*body[account.Staff], error) {
			seen, err := in.seen()
			if err != nil {
				return nil, err
			}
			st, err := s.Accounts.UpdateStaff(ctx, in.ID, account.StaffUpdate(in.Body), seen)
			return shownAt(st, st.Version, err)
		})
	handle(a, route{method: http.MethodPost, path: "/admin/staff/{id}/reset-password", perm: write, tag: tagAccess, secret: true, summary: "Replace a lost password by a one-time password"},
		func(ctx context.Context, s Services, in *Path[core.StaffID]) (*body[oneTimePassword], error) {
			password, err := s.Accounts.ResetStaffPassword(ctx, in.ID)
			return shown(oneTimePassword{password}, err)
		})
	handle(a, route{method: http.MethodDelete, path: "/admin/staff/{id}/totp", perm: write, tag: tagAccess, summary: "Switch off a lost second factor"},
		about(func(ctx context.Context, s Services, id core.StaffID) error {
			return s.Accounts.ResetStaffTOTP(ctx, id)
		}))
	handle(a, route{method: http.MethodGet, path: "/admin/staff/{id}/sessions", perm: read, tag: tagAccess, summary: "List where a member of staff is signed in"},
		func(ctx context.Context, s Services, in *Path[core.StaffID]) (*body[list[account.Session]], error) {
			return listed(s.Accounts.SessionsOf(ctx, core.ActorStaff, string(in.ID)))
		})
	handle(a, route{method: http.MethodDelete, path: "/admin/staff/{id}/sessions", perm: write, tag: tagAccess, summary: "Sign a member of staff out everywhere"},
		about(func(ctx context.Context, s Services, id core.StaffID) error {
			return s.Accounts.RevokeSessionsOf(ctx, core.ActorStaff, string(id))
		}))
}

// RoleInput is a named set of permissions.
type RoleInput struct {
	Name        string            `json:"name" minLength:"1" maxLength:"100"`
	Permissions []core.Permission `json:"permissions" maxItems:"100" doc:"See GET /admin/permissions"`
}

func (a *api) adminRoles() {
	const read, write = core.PermStaffRead, core.PermStaffWrite
	handle(a, route{method: http.MethodGet, path: "/admin/permissions", perm: read, tag: tagAccess, summary: "List the permissions that can be granted"},
		func(context.Context, Services, *struct{}) (*body[list[core.Permission]], error) {
			return listed(core.Permissions(), nil)
		})
	handle(a, route{method: http.MethodGet, path: "/admin/roles", perm: read, tag: tagAccess, summary: "List roles by name"},
		func(ctx context.Context, s Services, _ *struct{}) (*body[list[account.Role]], error) {
			return listed(s.Accounts.Roles(ctx))
		})
	handle(a, route{method: http.MethodPost, path: "/admin/roles", perm: write, tag: tagAccess, status: http.StatusCreated, summary: "Make a role of permissions one holds"},
		func(ctx context.Context, s Services, in *Post[RoleInput]) (*body[account.Role], error) {
			r, err := s.Accounts.CreateRole(ctx, account.RoleParams(in.Body))
			return made(r, r.Version, err, "roles", string(r.ID))
		})
	handle(a, route{method: http.MethodGet, path: "/admin/roles/{id}", perm: read, tag: tagAccess, summary: "Show a role"},
		func(ctx context.Context, s Services, in *Path[core.RoleID]) (*body[account.Role], error) {
			r, err := s.Accounts.Role(ctx, in.ID)
			return shownAt(r, r.Version, err)
		})
	handle(a, route{method: http.MethodPut, path: "/admin/roles/{id}", perm: write, tag: tagAccess, summary: "Replace a role's name and permissions"},
		func(ctx context.Context, s Services, in *Change[core.RoleID, RoleInput]) (*body[account.Role], error) {
			seen, err := in.seen()
			if err != nil {
				return nil, err
			}
			r, err := s.Accounts.UpdateRole(ctx, in.ID, account.RoleParams(in.Body), seen)
			return shownAt(r, r.Version, err)
		})
	handle(a, route{method: http.MethodDelete, path: "/admin/roles/{id}", perm: write, tag: tagAccess, summary: "Delete a role nobody has"},
		about(func(ctx context.Context, s Services, id core.RoleID) error { return s.Accounts.DeleteRole(ctx, id) }))
}

type (
	// KeyInput is an API key to be made.
	KeyInput struct {
		Kind      account.KeyKind   `json:"kind,omitempty" enum:"secret,publishable" doc:"Default: secret"`
		Name      string            `json:"name" minLength:"1" maxLength:"100"`
		Scopes    []core.Permission `json:"scopes,omitempty" maxItems:"100" doc:"Of secret keys; only what one holds oneself"`
		Channel   core.ChannelID    `json:"channel_id,omitempty" doc:"Of publishable keys, required"`
		Limits    core.Limits       `json:"limits,omitzero"`
		ExpiresAt time.Time         `json:"expires_at,omitzero" doc:"Default: never"`
	}
	rotation struct {
		Overlap int64 `json:"overlap_seconds,omitempty" minimum:"0" maximum:"2592000" doc:"How long the old key works on"`
	}
)

func (a *api) adminKeys() {
	const read, write = core.PermKeysRead, core.PermKeysWrite
	handle(a, route{method: http.MethodGet, path: "/admin/api-keys", perm: read, tag: tagAccess, summary: "List API keys"},
		func(ctx context.Context, s Services, in *PageQuery) (*body[core.Page[account.APIKey]], error) {
			return paged(s.Accounts.APIKeys(ctx, in.page()))
		})
	handle(a, route{method: http.MethodPost, path: "/admin/api-keys", perm: write, tag: tagAccess, status: http.StatusCreated, secret: true, summary: "Make an API key",
		description: "The key is shown this once."},
		func(ctx context.Context, s Services, in *Post[KeyInput]) (*body[account.NewKey], error) {
			k, err := s.Accounts.CreateAPIKey(ctx, account.NewKeyParams(in.Body))
			return made(k, 0, err, "api-keys", string(k.ID))
		})
	handle(a, route{method: http.MethodGet, path: "/admin/api-keys/{id}", perm: read, tag: tagAccess, summary: "Show an API key without its secret"},
		func(ctx context.Context, s Services, in *Path[core.APIKeyID]) (*body[account.APIKey], error) {
			k, err := s.Accounts.APIKey(ctx, in.ID)
			return shown(k, err)
		})
	handle(a, route{method: http.MethodPost, path: "/admin/api-keys/{id}/rotate", perm: write, tag: tagAccess, status: http.StatusCreated, secret: true, summary: "Replace an API key",
		description: "The new key has the same name, scopes and limits, and is shown this once. It takes `keys:read`, too."},
		func(ctx context.Context, s Services, in *To[core.APIKeyID, rotation]) (*body[account.NewKey], error) {
			k, err := s.Accounts.RotateAPIKey(ctx, in.ID, time.Duration(in.Body.Overlap)*time.Second)
			return made(k, 0, err, "api-keys", string(k.ID))
		})
	handle(a, route{method: http.MethodDelete, path: "/admin/api-keys/{id}", perm: write, tag: tagAccess, summary: "Revoke an API key"},
		about(func(ctx context.Context, s Services, id core.APIKeyID) error { return s.Accounts.RevokeAPIKey(ctx, id) }))
}
