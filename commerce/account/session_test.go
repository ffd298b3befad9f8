package account_test

import (
	"context"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/core"
)

func TestRefreshRotates(t *testing.T) {
	t.Parallel()
	s := newShop(t, account.Config{})
	first := s.customer("anna@example.com")
	s.pass(time.Minute)
	second, err := s.Refresh(t.Context(), first.RefreshToken, account.Client{IP: "10.0.0.9"})
	require.NoError(t, err)
	require.NotEqual(t, first.RefreshToken, second.RefreshToken)
	require.Equal(t, first.SessionID, second.SessionID)

	// Within the grace the one before yields the same successor.
	s.pass(29 * time.Second)
	again, err := s.process().Refresh(t.Context(), first.RefreshToken, account.Client{})
	require.NoError(t, err)
	require.Equal(t, second.RefreshToken, again.RefreshToken)

	list, err := s.Sessions(s.as(second))
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.True(t, list[0].Current)
	require.Equal(t, "10.0.0.9", list[0].Client.IP)

	third, err := s.Refresh(t.Context(), second.RefreshToken, account.Client{})
	require.NoError(t, err)
	// The first is not the immediate predecessor any more: a theft, although it is seconds old.
	_, err = s.Refresh(t.Context(), first.RefreshToken, account.Client{IP: "6.6.6.6"})
	requireCode(t, "session_ended", err)
	_, err = s.Refresh(t.Context(), third.RefreshToken, account.Client{})
	requireCode(t, "session_ended", err)
	_, err = s.Authenticate(t.Context(), third.AccessToken)
	requireCode(t, "session_ended", err)
	reuse := s.events("security.token_reuse")
	require.Len(t, reuse, 1)
	require.Equal(t, "6.6.6.6", reuse[0]["ip"])
	require.Equal(t, "anna@example.com", s.mail(account.MailTokenReuse).Email)
}

func TestReuseAfterTheGraceEndsTheSession(t *testing.T) {
	t.Parallel()
	for _, grace := range []time.Duration{0, -1} {
		s := newShop(t, account.Config{RefreshGrace: grace})
		first := s.customer("anna@example.com")
		other := s.login("anna@example.com", goodPassword)
		second, err := s.Refresh(t.Context(), first.RefreshToken, account.Client{})
		require.NoError(t, err)
		s.pass(31 * time.Second)
		_, err = s.Refresh(t.Context(), first.RefreshToken, account.Client{})
		requireCode(t, "session_ended", err)
		_, err = s.Refresh(t.Context(), second.RefreshToken, account.Client{})
		requireCode(t, "session_ended", err)
		_, err = s.Refresh(t.Context(), other.RefreshToken, account.Client{}) // another family
		require.NoError(t, err)
	}
}

func TestSessionsEndByThemselves(t *testing.T) {
	t.Parallel()
	s := newShop(t, account.Config{CustomerIdle: time.Hour, CustomerMax: 3 * time.Hour})
	idle, g := s.customer("idle@example.com"), s.customer("anna@example.com")
	for range 3 {
		s.pass(50 * time.Minute)
		var err error
		g, err = s.Refresh(t.Context(), g.RefreshToken, account.Client{})
		require.NoError(t, err)
	}
	_, err := s.Refresh(t.Context(), idle.RefreshToken, account.Client{})
	requireCode(t, "session_ended", err)
	require.Equal(t, s.time().Add(30*time.Minute), g.RefreshExpiresAt) // never beyond the absolute end
	s.pass(31 * time.Minute)
	_, err = s.Refresh(t.Context(), g.RefreshToken, account.Client{})
	requireCode(t, "session_ended", err)
	require.Empty(t, s.events("security.token_reuse"))
	s.pass(25 * time.Hour)
	n, err := s.Clean(t.Context())
	require.NoError(t, err)
	require.Positive(t, n)
	_, err = s.Refresh(t.Context(), g.RefreshToken, account.Client{})
	requireCode(t, "session_ended", err)
}

func TestRevoking(t *testing.T) {
	t.Parallel()
	s := newShop(t, account.Config{})
	a, b, c := s.customer("anna@example.com"), s.login("anna@example.com", goodPassword), s.login("anna@example.com", goodPassword)
	foreign := s.customer("eve@example.com")
	ended := func(g account.Grant) {
		t.Helper()
		_, err := s.Authenticate(t.Context(), g.AccessToken)
		requireCode(t, "session_ended", err)
		_, err = s.Refresh(t.Context(), g.RefreshToken, account.Client{})
		requireCode(t, "session_ended", err)
	}
	require.Equal(t, core.KindNotFound, core.KindOf(s.RevokeSession(s.as(foreign), a.SessionID)))
	require.NoError(t, s.RevokeSession(s.as(a), b.SessionID))
	ended(b)
	require.NoError(t, s.Logout(t.Context(), c.RefreshToken))
	ended(c)
	require.NoError(t, s.Logout(t.Context(), "nonsense"))
	d := s.login("anna@example.com", goodPassword)
	require.NoError(t, s.RevokeSessions(s.as(d), true))
	ended(a)
	require.NoError(t, s.RevokeSessionsOf(s.system(), core.ActorCustomer, d.Actor.ID))
	ended(d)
	s.as(foreign)
}

func TestStrictSessionsSeeOtherProcesses(t *testing.T) {
	t.Parallel()
	s := newShop(t, account.Config{})
	loose := s.process()
	s.cfg.StrictSessions = true
	strict := s.process()
	g := s.customer("anna@example.com")
	_, err := strict.Authenticate(t.Context(), g.AccessToken)
	require.NoError(t, err)
	require.NoError(t, s.Logout(t.Context(), g.RefreshToken))
	_, err = strict.Authenticate(t.Context(), g.AccessToken)
	requireCode(t, "session_ended", err)
	_, err = loose.Authenticate(t.Context(), g.AccessToken)
	require.NoError(t, err, "bounded by the token's lifetime")
	s.pass(11 * time.Minute)
	_, err = loose.Authenticate(t.Context(), g.AccessToken)
	requireCode(t, "token_expired", err)
}

func TestKeyRotationSignsNobodyOut(t *testing.T) {
	t.Parallel()
	s := newShop(t, account.Config{})
	other := s.process()
	before := s.customer("anna@example.com")
	check := func(svc *account.Service, g account.Grant) {
		t.Helper()
		_, err := svc.Authenticate(t.Context(), g.AccessToken)
		require.NoError(t, err)
	}
	check(other, before)
	require.NoError(t, s.RotateSigningKey(s.system(), false))
	check(s.Service, before)
	s.pass(31 * time.Second)
	after := s.login("anna@example.com", goodPassword)
	require.NotEqual(t, kid(t, before), kid(t, after))
	check(other, after) // it has not heard of the key yet
	check(other, before)
	check(s.Service, before)
	s.pass(2 * time.Hour)
	_, err := s.Refresh(t.Context(), before.RefreshToken, account.Client{})
	require.NoError(t, err)

	// A leaked key is void at once, and still nobody has to sign in.
	now := s.login("anna@example.com", goodPassword)
	require.NoError(t, s.RotateSigningKey(s.system(), true))
	_, err = s.Authenticate(t.Context(), now.AccessToken)
	requireCode(t, "invalid_token", err)
	fresh, err := s.Refresh(t.Context(), now.RefreshToken, account.Client{})
	require.NoError(t, err)
	check(s.Service, fresh)
	check(other, fresh)

	// And keys grow old by themselves.
	s.pass(91 * 24 * time.Hour)
	s.login("anna@example.com", goodPassword)
	s.pass(time.Minute)
	require.NotEqual(t, kid(t, fresh), kid(t, s.login("anna@example.com", goodPassword)))
}

func kid(t *testing.T, g account.Grant) any {
	t.Helper()
	tok, _, err := jwt.NewParser().ParseUnverified(g.AccessToken, jwt.MapClaims{})
	require.NoError(t, err)
	return tok.Header["kid"]
}

func TestForgedTokensAreRefused(t *testing.T) {
	t.Parallel()
	s := newShop(t, account.Config{})
	g := s.customer("anna@example.com")
	parts := strings.Split(g.AccessToken, ".")
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","kid":"` + kid(t, g).(string) + `"}`))
	claims := jwt.MapClaims{"iss": "bodega", "aud": "bodega", "sub": "cus_x", "sid": "sess_x", "knd": "customer", "exp": s.time().Add(time.Hour).Unix()}
	guess := jwt.NewWithClaims(jwt.SigningMethodHS256, claims)
	guess.Header["kid"] = kid(t, g)
	signed, err := guess.SignedString([]byte("secret"))
	require.NoError(t, err)
	for _, bad := range []string{"", "x", none + "." + parts[1] + ".", parts[0] + "." + parts[1] + "." + parts[2][1:] + "A", signed,
		g.RefreshToken, strings.Repeat("a", 9000), "bk_live_aaaaaaaaaaaa_" + strings.Repeat("a", 52)} {
		_, err := s.Authenticate(t.Context(), bad)
		require.Equal(t, core.KindUnauthenticated, core.KindOf(err), bad)
	}
	// Tokens of another shop over the same keys.
	for _, change := range []func(*account.Config){func(c *account.Config) { c.Issuer = "other" }, func(c *account.Config) { c.Audience = "other" }} {
		cfg := s.cfg
		change(&s.cfg)
		_, err := s.process().Authenticate(t.Context(), g.AccessToken)
		requireCode(t, "invalid_token", err)
		s.cfg = cfg
	}
	// The clock may differ by the skew, not more.
	s.pass(10*time.Minute + 29*time.Second)
	_, err = s.Authenticate(t.Context(), g.AccessToken)
	require.NoError(t, err)
	s.pass(2 * time.Second)
	_, err = s.Authenticate(t.Context(), g.AccessToken)
	requireCode(t, "token_expired", err)
}

func TestCancelledContext(t *testing.T) {
	t.Parallel()
	s := newShop(t, account.Config{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.LoginCustomer(ctx, account.Login{Email: "anna@example.com", Password: "x"})
	require.Equal(t, core.KindCanceled, core.KindOf(err))
}
