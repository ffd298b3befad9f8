package account_test

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/core"
)

func TestRegisterAndSignIn(t *testing.T) {
	t.Parallel()
	s := newShop(t, account.Config{})
	g := s.customer("Anna@Example.com")
	me, err := s.Me(s.as(g))
	require.NoError(t, err)
	require.Equal(t, "Anna@Example.com", me.Email)
	require.True(t, me.Registered)
	require.True(t, me.EmailVerified.IsZero())

	verify := s.mail(account.MailVerify)
	require.NoError(t, s.ConfirmEmail(t.Context(), verify.Token))
	requireCode(t, "invalid_token", s.ConfirmEmail(t.Context(), verify.Token))
	me, err = s.Me(s.as(g))
	require.NoError(t, err)
	require.Equal(t, s.time(), me.EmailVerified)

	a, err := s.Authenticate(t.Context(), g.AccessToken)
	require.NoError(t, err)
	require.Equal(t, core.Actor{Kind: core.ActorCustomer, ID: string(me.ID), Customer: me.ID, Permissions: []core.Permission{core.PermSelf}, Session: g.SessionID}, a)
}

func TestRegistrationDoesNotTell(t *testing.T) {
	t.Parallel()
	s := newShop(t, account.Config{})
	s.customer("anna@example.com")
	r := account.Registration{Email: " ANNA@example.com", Password: "another pass 77"}
	require.NoError(t, s.Register(t.Context(), r))
	require.Equal(t, "anna@example.com", s.mail(account.MailExists).Email)
	_, err := s.LoginCustomer(t.Context(), account.Login{Email: "anna@example.com", Password: "another pass 77"})
	requireCode(t, "invalid_credentials", err)
	s.login("anna@example.com", goodPassword)
}

func TestGuestIsClaimedByMailOnly(t *testing.T) {
	t.Parallel()
	s := newShop(t, account.Config{})
	guest, err := s.CreateCustomer(s.system(), account.NewCustomer{Customer: account.Customer{Email: "guest@example.com", Name: "Gus"}})
	require.NoError(t, err)
	require.False(t, guest.Registered)
	// Somebody who only knows the email cannot put a password on it.
	require.NoError(t, s.Register(t.Context(), account.Registration{Email: "guest@example.com", Password: "of an intruder"}))
	_, err = s.LoginCustomer(t.Context(), account.Login{Email: "guest@example.com", Password: "of an intruder"})
	requireCode(t, "invalid_credentials", err)

	claim := s.mail(account.MailClaim)
	require.NoError(t, s.ResetPassword(t.Context(), claim.Token, goodPassword))
	me, err := s.Me(s.as(s.login("guest@example.com", goodPassword)))
	require.NoError(t, err)
	require.Equal(t, guest.ID, me.ID)
	require.False(t, me.EmailVerified.IsZero())
}

func TestSignInAnswersAlike(t *testing.T) {
	t.Parallel()
	s := newShop(t, account.Config{})
	g := s.customer("anna@example.com")
	off := s.customer("off@example.com")
	_, err := s.UpdateCustomer(s.system(), off.Actor.Customer, account.CustomerUpdate{Status: ptr(account.Disabled)}, 0)
	require.NoError(t, err)
	_, err = s.CreateCustomer(s.system(), account.NewCustomer{Customer: account.Customer{Email: "guest@example.com"}})
	require.NoError(t, err)
	var said string
	for _, l := range []account.Login{
		{Email: "anna@example.com", Password: "wrong"}, {Email: "nobody@example.com", Password: goodPassword}, {Email: "not an email", Password: "x"},
		{Email: "off@example.com", Password: goodPassword}, {Email: "guest@example.com", Password: ""}, {Email: "anna@example.com", Password: string(make([]byte, 2000))},
	} {
		_, err := s.LoginCustomer(t.Context(), l)
		requireCode(t, "invalid_credentials", err)
		if said == "" {
			said = err.Error()
		}
		require.Equal(t, said, err.Error())
	}
	// Disabling ended the session as well; the other one lives.
	_, err = s.Authenticate(t.Context(), off.AccessToken)
	requireCode(t, "session_ended", err)
	_, err = s.Refresh(t.Context(), off.RefreshToken, account.Client{})
	requireCode(t, "session_ended", err)
	s.as(g)
}

func TestFailuresWaitLonger(t *testing.T) {
	t.Parallel()
	s := newShop(t, account.Config{})
	s.customer("anna@example.com")
	wrong := account.Login{Email: "anna@example.com", Password: "wrong"}
	for range 5 {
		_, err := s.LoginCustomer(t.Context(), wrong)
		requireCode(t, "invalid_credentials", err)
	}
	require.Len(t, s.events("security.login_blocked"), 1)
	s.mail(account.MailLocked)
	// Also with the right password, also in another process, and for unknown emails.
	var limited *account.RateLimitedError
	_, err := s.process().LoginCustomer(t.Context(), account.Login{Email: "ANNA@example.com", Password: goodPassword})
	require.ErrorAs(t, err, &limited)
	require.Equal(t, time.Second, limited.RetryAfter)
	require.Equal(t, core.KindRateLimited, core.KindOf(err))
	last := time.Duration(0)
	for range 20 {
		s.pass(time.Hour)
		_, err := s.LoginCustomer(t.Context(), wrong)
		requireCode(t, "invalid_credentials", err)
		_, err = s.LoginCustomer(t.Context(), wrong)
		require.ErrorAs(t, err, &limited)
		require.GreaterOrEqual(t, limited.RetryAfter, last)
		last = limited.RetryAfter
	}
	require.Equal(t, 15*time.Minute, last)
	s.pass(time.Hour)
	s.login("anna@example.com", goodPassword) // and a success forgets
	_, err = s.LoginCustomer(t.Context(), wrong)
	requireCode(t, "invalid_credentials", err)
	s.login("anna@example.com", goodPassword)

	for i := range 6 {
		_, err = s.LoginCustomer(t.Context(), account.Login{Email: "nobody@example.com", Password: "x"})
		require.Equal(t, i == 5, errors.As(err, &limited), i)
	}
}

func TestAddressesAreLimitedToo(t *testing.T) {
	t.Parallel()
	s := newShop(t, account.Config{})
	s.customer("anna@example.com")
	// One /64 network guesses at many accounts.
	var limited *account.RateLimitedError
	for i := range 20 {
		_, err := s.LoginCustomer(t.Context(), account.Login{Email: "x" + strconv.Itoa(i) + "@example.com", Password: "wrong",
			Client: account.Client{IP: "2001:db8::" + strconv.Itoa(i)}})
		requireCode(t, "invalid_credentials", err)
	}
	_, err := s.LoginCustomer(t.Context(), account.Login{Email: "anna@example.com", Password: goodPassword, Client: account.Client{IP: "2001:db8::ffff"}})
	require.ErrorAs(t, err, &limited)
	_, err = s.LoginCustomer(t.Context(), account.Login{Email: "anna@example.com", Password: goodPassword, Client: account.Client{IP: "2001:db8:1::"}})
	require.NoError(t, err)
	// Own successes do not clear the address.
	s.pass(2 * time.Second)
	_, err = s.LoginCustomer(t.Context(), account.Login{Email: "anna@example.com", Password: goodPassword, Client: account.Client{IP: "2001:db8::1"}})
	require.NoError(t, err)
	_, err = s.LoginCustomer(t.Context(), account.Login{Email: "b@example.com", Password: "wrong", Client: account.Client{IP: "2001:db8::1"}})
	requireCode(t, "invalid_credentials", err)
	_, err = s.LoginCustomer(t.Context(), account.Login{Email: "c@example.com", Password: "wrong", Client: account.Client{IP: "2001:db8::1"}})
	require.ErrorAs(t, err, &limited)
}

func TestHashIsMadeAnewWhenParametersRise(t *testing.T) {
	t.Parallel()
	s := newShop(t, account.Config{})
	s.customer("anna@example.com")
	s.cfg.Hash = account.HashParams{Memory: 128, Time: 2, Threads: 1}
	s.Service = s.process()
	s.login("anna@example.com", goodPassword)
	require.Contains(t, s.hash(core.ActorCustomer, "anna@example.com"), "$m=128,t=2,p=1$")
	s.login("anna@example.com", goodPassword)
}

func TestForeignHashesAreUpgraded(t *testing.T) {
	t.Parallel()
	s := newShop(t, account.Config{})
	for email, hash := range map[string]string{
		// Both of "correct horse", by PHP and by Django.
		"b@example.com": bcryptOf(t, "correct horse"),
		"p@example.com": pbkdf2Of(t, "correct horse"),
	} {
		_, err := s.ImportCustomers(s.system(), []account.NewCustomer{{Customer: account.Customer{Email: email}, PasswordHash: hash}})
		require.NoError(t, err)
		_, err = s.LoginCustomer(t.Context(), account.Login{Email: email, Password: "correct hors"})
		requireCode(t, "invalid_credentials", err)
		s.login(email, "correct horse")
		require.Contains(t, s.hash(core.ActorCustomer, email), "$argon2id$")
		s.login(email, "correct horse")
	}
	_, err := s.ImportCustomers(s.system(), []account.NewCustomer{{Customer: account.Customer{Email: "x@example.com"},
		PasswordHash: "$argon2id$v=19$m=4194304,t=99,p=1$c29tZXNhbHQ$c29tZWhhc2hzb21laGFzaA"}})
	require.ErrorContains(t, err, "password_hash")
}

func TestVerifiedEmailCanBeRequired(t *testing.T) {
	t.Parallel()
	s := newShop(t, account.Config{RequireVerifiedEmail: true})
	require.NoError(t, s.Register(t.Context(), account.Registration{Email: "anna@example.com", Password: goodPassword}))
	_, err := s.LoginCustomer(t.Context(), account.Login{Email: "anna@example.com", Password: goodPassword})
	requireCode(t, "email_unverified", err)
	require.NoError(t, s.ConfirmEmail(t.Context(), s.mail(account.MailVerify).Token))
	s.login("anna@example.com", goodPassword)
}
