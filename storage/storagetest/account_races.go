package storagetest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/storage"
)

func accountParallelRefresh(t *testing.T, open func(t *testing.T) *storage.DB) {
	a := newAccounts(t, open)
	g := a.customer("anna@example.com")
	for range 3 {
		grants := make([]account.Grant, 8)
		errs := together(len(grants), func(i int) (err error) {
			grants[i], err = a.Refresh(a.ctx, g.RefreshToken, account.Client{})
			return err
		})
		for i, err := range errs {
			require.NoError(t, err)
			require.Equal(t, grants[0].RefreshToken, grants[i].RefreshToken, "one successor for all")
			_, err = a.Authenticate(a.ctx, grants[i].AccessToken)
			require.NoError(t, err)
		}
		require.NotEqual(t, g.RefreshToken, grants[0].RefreshToken)
		g = grants[0]
	}
	list, err := a.SessionsOf(a.ctx, core.ActorCustomer, g.Actor.ID)
	require.NoError(t, err)
	require.Len(t, list, 1)
}

func accountReuse(t *testing.T, open func(t *testing.T) *storage.DB) {
	a := newAccounts(t, open)
	first := a.customer("anna@example.com")
	second, err := a.Refresh(a.ctx, first.RefreshToken, account.Client{})
	require.NoError(t, err)
	third, err := a.Refresh(a.ctx, second.RefreshToken, account.Client{})
	require.NoError(t, err)
	// Thieves with the oldest token race each other; the owner may win once more, and then all is over.
	for _, err := range together(6, func(int) error { _, err := a.Refresh(a.ctx, first.RefreshToken, account.Client{}); return err }) {
		require.Equal(t, "session_ended", core.CodeOf(err))
	}
	_, err = a.Refresh(a.ctx, third.RefreshToken, account.Client{})
	require.Equal(t, "session_ended", core.CodeOf(err))
	a.mu.Lock()
	defer a.mu.Unlock()
	told := 0
	for _, m := range a.mails {
		if m.Kind == account.MailTokenReuse {
			told++
		}
	}
	require.Equal(t, 1, told)
}

func accountTokensOnce(t *testing.T, open func(t *testing.T) *storage.DB) {
	a := newAccounts(t, open)
	a.customer("anna@example.com")
	verify := a.mail(account.MailVerify)
	exactlyOne(t, "invalid_token", together(20, func(int) error { return a.ConfirmEmail(a.ctx, verify.Token) }))
	require.NoError(t, a.RequestPasswordReset(a.ctx, core.ActorCustomer, "anna@example.com", account.Client{}))
	reset := a.mail(account.MailReset)
	passwords := make([]string, 20)
	errs := together(20, func(i int) error {
		passwords[i] = fmt.Sprintf("new password %d!", i)
		return a.ResetPassword(a.ctx, reset.Token, passwords[i])
	})
	exactlyOne(t, "invalid_token", errs)
	for i, err := range errs {
		if err == nil {
			_, err = a.LoginCustomer(a.ctx, account.Login{Email: "anna@example.com", Password: passwords[i]})
			require.NoError(t, err)
		}
	}
	// Recovery codes and TOTP steps are claimed once, too.
	_, _, err := a.Bootstrap(a.ctx, "owner@example.com")
	require.NoError(t, err)
	page, err := a.StaffPage(a.ctx, "OWNER@", core.PageQuery{})
	require.NoError(t, err)
	id := page.Items[0].ID
	require.NoError(t, a.store(func(st account.Store) error { return st.SetRecoveryCodes(a.ctx, id, []string{"x", "y"}) }))
	for _, claim := range []func(st account.Store) (bool, error){
		func(st account.Store) (bool, error) { return st.UseRecoveryCode(a.ctx, id, "x") },
		func(st account.Store) (bool, error) { return st.UseTOTPStep(a.ctx, id, 5) },
	} {
		exactlyOne(t, "lost", together(20, func(int) error {
			return a.store(func(st account.Store) error {
				ok, err := claim(st)
				if err == nil && !ok {
					err = core.Errorf(core.KindConflict, "lost", "somebody was faster")
				}
				return err
			})
		}))
	}
}

func accountGuesses(t *testing.T, open func(t *testing.T) *storage.DB) {
	a := newAccounts(t, open)
	a.customer("anna@example.com")
	// Guesses made at once count like guesses made one after the other, over all processes.
	other := a.process()
	errs := together(20, func(i int) error {
		svc := a.Service
		if i%2 == 0 {
			svc = other
		}
		_, err := svc.LoginCustomer(a.ctx, account.Login{Email: "anna@example.com", Password: fmt.Sprint("guess ", i)})
		return err
	})
	checked := 0
	for _, err := range errs {
		if core.CodeOf(err) == "invalid_credentials" {
			checked++
			continue
		}
		require.Equal(t, core.KindRateLimited, core.KindOf(err), err.Error())
	}
	require.LessOrEqual(t, checked, 7) // five free ones, and what a slow machine lets by after a wait
	require.GreaterOrEqual(t, checked, 5)
}

func accountBootstrap(t *testing.T, open func(t *testing.T) *storage.DB) {
	a := newAccounts(t, open)
	made := make([]string, 6)
	for _, err := range together(len(made), func(i int) (err error) {
		made[i], _, err = a.process().Bootstrap(a.ctx, fmt.Sprintf("owner%d@example.com", i))
		return err
	}) {
		require.NoError(t, err)
	}
	password := strings.Join(made, "")
	require.Len(t, password, 23, "exactly one")
	page, err := a.StaffPage(a.ctx, "", core.PageQuery{})
	require.NoError(t, err)
	require.Len(t, page.Items, 1)
	require.Equal(t, []core.Permission{core.PermAll}, page.Items[0].Permissions)
	_, err = a.LoginStaff(a.ctx, account.Login{Email: page.Items[0].Email, Password: password})
	require.NoError(t, err)
}

func accountLastOwners(t *testing.T, open func(t *testing.T) *storage.DB) {
	a := newAccounts(t, open)
	ids := make([]core.StaffID, 4)
	for i := range ids {
		st, _, err := a.CreateStaff(a.ctx, account.NewStaffParams{Email: fmt.Sprintf("o%d@example.com", i), Name: "O", Roles: []core.RoleID{account.OwnerRole}})
		require.NoError(t, err)
		ids[i] = st.ID
	}
	// All are demoted or disabled at once: one stays.
	disabled := account.Disabled
	errs := together(len(ids), func(i int) error {
		u := account.StaffUpdate{Status: &disabled}
		if i%2 == 0 {
			u = account.StaffUpdate{Roles: &[]core.RoleID{}}
		}
		_, err := a.UpdateStaff(a.ctx, ids[i], u, 0)
		return err
	})
	refused := 0
	for _, err := range errs {
		if err != nil {
			require.Equal(t, "last_owner", core.CodeOf(err), err.Error())
			refused++
		}
	}
	require.Equal(t, 1, refused)
	require.NoError(t, a.store(func(st account.Store) error {
		n, err := st.LockOwners(a.ctx)
		require.Equal(t, int64(1), n)
		return err
	}))
}

func accountSigningKey(t *testing.T, open func(t *testing.T) *storage.DB) {
	a := newAccounts(t, open)
	require.NoError(t, a.Register(a.ctx, account.Registration{Email: "anna@example.com", Password: accountPassword}))
	grants := make([]account.Grant, 4)
	services := make([]*account.Service, len(grants))
	for i := range services {
		services[i] = a.process()
	}
	for _, err := range together(len(grants), func(i int) (err error) {
		grants[i], err = services[i].LoginCustomer(a.ctx, account.Login{Email: "anna@example.com", Password: accountPassword})
		return err
	}) {
		require.NoError(t, err)
	}
	for _, svc := range services {
		for _, g := range grants {
			_, err := svc.Authenticate(a.ctx, g.AccessToken)
			require.NoError(t, err)
		}
	}
	require.NoError(t, a.store(func(st account.Store) error {
		keys, err := st.SigningKeys(a.ctx)
		require.Len(t, keys, 1)
		return err
	}))
}

func accountGuests(t *testing.T, open func(t *testing.T) *storage.DB) {
	a := newAccounts(t, open)
	ids, made := make([]core.CustomerID, 10), make([]bool, 10)
	for _, err := range together(len(ids), func(i int) error {
		return a.store(func(st account.Store) error {
			c, created, err := account.Clerk{}.Guest(a.ctx, st, account.Customer{Email: "Guest@example.com", Groups: []string{"guests"}})
			ids[i], made[i] = c.ID, created
			return err
		})
	}) {
		require.NoError(t, err)
	}
	created := 0
	for i, id := range ids {
		require.Equal(t, ids[0], id)
		if made[i] {
			created++
		}
	}
	require.Equal(t, 1, created)
}

func accountKeys(t *testing.T, open func(t *testing.T) *storage.DB) {
	a := newAccounts(t, open)
	var newest account.NewKey
	for i := range 5 {
		k, err := a.CreateAPIKey(a.ctx, account.NewKeyParams{Name: fmt.Sprint("key ", i), Scopes: []core.Permission{core.PermStockRead}})
		require.NoError(t, err)
		newest = k
	}
	var names []string
	q := core.PageQuery{Limit: 2}
	for {
		page, err := a.APIKeys(a.ctx, q)
		require.NoError(t, err)
		for _, k := range page.Items {
			names = append(names, k.Name)
		}
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	require.ElementsMatch(t, []string{"key 0", "key 1", "key 2", "key 3", "key 4"}, names)
	_, err := a.Authenticate(a.ctx, newest.Key)
	require.NoError(t, err)
	stored, err := a.APIKey(a.ctx, newest.ID)
	require.NoError(t, err)
	require.WithinDuration(t, time.Now(), stored.LastUsedAt, time.Minute)
	require.Equal(t, newest.Hash, stored.Hash)
	require.NotContains(t, newest.Key, stored.Hash)
	_, err = a.RotateAPIKey(a.ctx, newest.ID, 0)
	require.NoError(t, err)
	_, err = a.Authenticate(a.ctx, newest.Key)
	require.Equal(t, core.KindUnauthenticated, core.KindOf(err))
}
