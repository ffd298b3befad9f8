package account_test

import (
	"encoding/base32"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/core"
)

func TestOneTimePasswordMustBeChanged(t *testing.T) {
	t.Parallel()
	s := newShop(t, account.Config{})
	once, created, err := s.Bootstrap(t.Context(), "owner@example.com")
	require.NoError(t, err)
	require.True(t, created)
	require.Len(t, once, 23) // 100 bits in four groups
	_, created, err = s.Bootstrap(t.Context(), "second@example.com")
	require.NoError(t, err)
	require.False(t, created)

	g, err := s.LoginStaff(t.Context(), account.Login{Email: "Owner@example.com", Password: once})
	require.NoError(t, err)
	require.True(t, g.MustChangePassword)
	_, err = s.Roles(s.as(g))
	require.Equal(t, core.KindForbidden, core.KindOf(err))
	_, err = s.ChangePassword(s.as(g), once, "owner@example.com", account.Client{})
	require.Equal(t, core.KindInvalid, core.KindOf(err))
	_, err = s.ChangePassword(s.as(g), "wrong", goodPassword, account.Client{})
	requireCode(t, "wrong_password", err)
	next, err := s.ChangePassword(s.as(g), once, goodPassword, account.Client{})
	require.NoError(t, err)
	roles, err := s.Roles(s.as(next))
	require.NoError(t, err)
	require.Equal(t, account.OwnerRole, roles[0].ID)
	require.NotEqual(t, g.SessionID, next.SessionID)
	_, err = s.Authenticate(t.Context(), g.AccessToken)
	requireCode(t, "session_ended", err)
	_, err = s.LoginStaff(t.Context(), account.Login{Email: "owner@example.com", Password: once})
	requireCode(t, "invalid_credentials", err)
}

func TestNobodyGivesWhatTheyLack(t *testing.T) {
	t.Parallel()
	s := newShop(t, account.Config{})
	owner := s.owner()
	ownerCtx := s.as(owner)
	hr, g := s.clerk("hr", core.PermStaffRead, core.PermStaffWrite, core.PermKeysWrite, core.PermCatalogRead)
	ctx := s.as(g)
	boss, err := s.CreateRole(ownerCtx, account.RoleParams{Name: "boss", Permissions: []core.Permission{core.PermOrdersRefund}})
	require.NoError(t, err)
	seller, err := s.CreateRole(ctx, account.RoleParams{Name: "seller", Permissions: []core.Permission{core.PermCatalogRead}})
	require.NoError(t, err)

	var missing *account.GrantError
	denied := func(err error) {
		t.Helper()
		require.ErrorAs(t, err, &missing)
		require.Equal(t, core.KindForbidden, core.KindOf(err))
	}
	_, err = s.CreateRole(ctx, account.RoleParams{Name: "x", Permissions: []core.Permission{core.PermOrdersRefund}})
	denied(err)
	_, err = s.UpdateRole(ctx, seller.ID, account.RoleParams{Name: "x", Permissions: []core.Permission{core.PermStockWrite}}, 0)
	denied(err)
	_, err = s.UpdateRole(ctx, boss.ID, account.RoleParams{Name: "boss"}, 0)
	denied(err)
	denied(s.DeleteRole(ctx, boss.ID))
	_, _, err = s.CreateStaff(ctx, account.NewStaffParams{Email: "x@example.com", Name: "X", Roles: []core.RoleID{account.OwnerRole}})
	denied(err)
	_, err = s.UpdateStaff(ctx, hr.ID, account.StaffUpdate{Roles: &[]core.RoleID{account.OwnerRole}}, 0)
	denied(err)
	// Taking over somebody who holds more is giving it to oneself.
	ownerID := core.StaffID(owner.Actor.ID)
	_, err = s.ResetStaffPassword(ctx, ownerID)
	denied(err)
	_, err = s.UpdateStaff(ctx, ownerID, account.StaffUpdate{Email: ptr("mine@example.com")}, 0)
	denied(err)
	denied(s.ResetStaffTOTP(ctx, ownerID))
	denied(s.RevokeSessionsOf(ctx, core.ActorStaff, owner.Actor.ID))
	_, err = s.CreateAPIKey(ctx, account.NewKeyParams{Name: "x", Scopes: []core.Permission{core.PermOrdersRefund}})
	denied(err)
	_, err = s.CreateRole(ownerCtx, account.RoleParams{Name: "x", Permissions: []core.Permission{core.PermAll}})
	require.Equal(t, core.KindInvalid, core.KindOf(err))
	_, err = s.UpdateRole(ownerCtx, account.OwnerRole, account.RoleParams{Name: "x"}, 0)
	requireCode(t, "built_in_role", err)

	// What they hold they can give.
	st, _, err := s.CreateStaff(ctx, account.NewStaffParams{Email: "sel@example.com", Name: "Sel", Roles: []core.RoleID{seller.ID}})
	require.NoError(t, err)
	requireCode(t, "role_in_use", s.DeleteRole(ctx, seller.ID))
	_, err = s.UpdateStaff(ctx, st.ID, account.StaffUpdate{Roles: &[]core.RoleID{}}, st.Version)
	require.NoError(t, err)
	_, err = s.UpdateStaff(ctx, st.ID, account.StaffUpdate{Name: ptr("Late")}, st.Version)
	requireCode(t, "stale_version", err)
	require.NoError(t, s.DeleteRole(ctx, seller.ID))
	_, err = s.CreateRole(ctx, account.RoleParams{Name: "boss"})
	requireCode(t, "exists", err)
}

func TestLastOwnerStays(t *testing.T) {
	t.Parallel()
	s := newShop(t, account.Config{})
	owner := s.owner()
	ctx, id := s.as(owner), core.StaffID(owner.Actor.ID)
	for _, u := range []account.StaffUpdate{{Status: ptr(account.Disabled)}, {Roles: &[]core.RoleID{}}} {
		_, err := s.UpdateStaff(ctx, id, u, 0)
		requireCode(t, "last_owner", err)
	}
	second, _, err := s.CreateStaff(ctx, account.NewStaffParams{Email: "b@example.com", Name: "B", Roles: []core.RoleID{account.OwnerRole}})
	require.NoError(t, err)
	_, err = s.UpdateStaff(ctx, id, account.StaffUpdate{Status: ptr(account.Disabled)}, 0)
	require.NoError(t, err)
	_, err = s.UpdateStaff(s.system(), second.ID, account.StaffUpdate{Roles: &[]core.RoleID{}}, 0)
	requireCode(t, "last_owner", err)
	_, err = s.Authenticate(t.Context(), owner.AccessToken)
	requireCode(t, "session_ended", err)
	_, err = s.LoginStaff(t.Context(), account.Login{Email: "owner@example.com", Password: goodPassword})
	requireCode(t, "invalid_credentials", err)
}

func TestSecondFactor(t *testing.T) {
	t.Parallel()
	s := newShop(t, account.Config{Secret: []byte("0123456789abcdef0123456789abcdef")})
	g := s.owner()
	other, err := s.LoginStaff(t.Context(), account.Login{Email: "owner@example.com", Password: goodPassword})
	require.NoError(t, err)
	_, err = s.EnrolTOTP(s.as(g), "wrong")
	requireCode(t, "wrong_password", err)
	e, err := s.EnrolTOTP(s.as(g), goodPassword)
	require.NoError(t, err)
	require.Contains(t, e.URL, "otpauth://totp/bodega:owner@example.com?issuer=bodega&secret="+e.Secret)
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(e.Secret)
	require.NoError(t, err)
	login := func(code string) (account.Grant, error) {
		return s.LoginStaff(t.Context(), account.Login{Email: "owner@example.com", Password: goodPassword, Code: code})
	}
	_, err = login("") // not confirmed yet
	require.NoError(t, err)
	_, err = s.ConfirmTOTP(s.as(g), "000000")
	require.Equal(t, core.KindInvalid, core.KindOf(err))
	codes, err := s.ConfirmTOTP(s.as(g), account.TOTPCode(secret, s.time()))
	require.NoError(t, err)
	require.Len(t, codes, 10)
	_, err = s.Authenticate(t.Context(), other.AccessToken)
	requireCode(t, "session_ended", err)

	_, err = login("")
	var needed *account.TOTPRequiredError
	require.ErrorAs(t, err, &needed)
	_, err = login(account.TOTPCode(secret, s.time())) // was used to confirm
	requireCode(t, "invalid_credentials", err)
	s.pass(time.Minute)
	_, err = login(account.TOTPCode(secret, s.time()))
	require.NoError(t, err)
	_, err = login(account.TOTPCode(secret, s.time()))
	requireCode(t, "invalid_credentials", err)
	_, err = login(codes[3])
	require.NoError(t, err)
	_, err = login(codes[3])
	requireCode(t, "invalid_credentials", err)

	require.Error(t, s.DisableTOTP(s.as(g), goodPassword, "123"))
	require.NoError(t, s.DisableTOTP(s.as(g), goodPassword, codes[4]))
	_, err = login("")
	require.NoError(t, err)
}

func TestSecondFactorCodesCannotBeGuessed(t *testing.T) {
	t.Parallel()
	s := newShop(t, account.Config{})
	g := s.owner()
	e, err := s.EnrolTOTP(s.as(g), goodPassword)
	require.NoError(t, err)
	secret, _ := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(e.Secret)
	_, err = s.ConfirmTOTP(s.as(g), account.TOTPCode(secret, s.time()))
	require.NoError(t, err)
	tried := 0
	for range 50 { // signing in without a code in between does not reset the count
		_, _ = s.LoginStaff(t.Context(), account.Login{Email: "owner@example.com", Password: goodPassword})
		_, err = s.LoginStaff(t.Context(), account.Login{Email: "owner@example.com", Password: goodPassword, Code: "999999"})
		if core.KindOf(err) == core.KindRateLimited {
			break
		}
		tried++
	}
	require.LessOrEqual(t, tried, 6)
}

func TestTOTPCanBeRequired(t *testing.T) {
	t.Parallel()
	s := newShop(t, account.Config{RequireTOTP: true})
	g := s.owner()
	require.True(t, g.MustEnrolTOTP)
	_, err := s.Roles(s.as(g))
	require.Equal(t, core.KindForbidden, core.KindOf(err))
	e, err := s.EnrolTOTP(s.as(g), goodPassword)
	require.NoError(t, err)
	secret, _ := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(e.Secret)
	_, err = s.ConfirmTOTP(s.as(g), account.TOTPCode(secret, s.time()))
	require.NoError(t, err)
	g, err = s.Refresh(t.Context(), g.RefreshToken, account.Client{})
	require.NoError(t, err)
	_, err = s.Roles(s.as(g))
	require.NoError(t, err)
}
