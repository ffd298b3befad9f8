package account_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

func TestSecretKey(t *testing.T) {
	t.Parallel()
	s := newShop(t, account.Config{KeyLabel: "test"})
	limit := money.New(5000, "EUR")
	k, err := s.CreateAPIKey(s.system(), account.NewKeyParams{Name: "erp", Scopes: []core.Permission{core.PermOrdersRead, core.PermStockWrite},
		Limits: core.Limits{MaxRefund: &limit, ReadOnlyPII: true}})
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(k.Key, "bk_test_"), k.Key)
	require.True(t, strings.HasPrefix(k.Key, k.Prefix+"_"))
	a, err := s.Authenticate(t.Context(), k.Key)
	require.NoError(t, err)
	require.Equal(t, core.ActorAPIKey, a.Kind)
	require.True(t, a.Can(core.PermStockWrite))
	require.False(t, a.Can(core.PermOrdersWrite))
	require.Equal(t, limit, *a.Limits.MaxRefund)
	_, err = s.Authenticate(t.Context(), k.Key[:len(k.Key)-1]+"a")
	if k.Key[len(k.Key)-1] != 'a' {
		requireCode(t, "invalid_token", err)
	}

	stored, err := s.APIKey(s.system(), k.ID)
	require.NoError(t, err)
	require.Equal(t, s.time(), stored.LastUsedAt)
	s.pass(59 * time.Second)
	_, err = s.Authenticate(t.Context(), k.Key)
	require.NoError(t, err)
	again, err := s.APIKey(s.system(), k.ID)
	require.NoError(t, err)
	require.Equal(t, stored.LastUsedAt, again.LastUsedAt, "written at most once a minute")
	s.pass(2 * time.Second)
	_, err = s.Authenticate(t.Context(), k.Key)
	require.NoError(t, err)
	again, err = s.APIKey(s.system(), k.ID)
	require.NoError(t, err)
	require.Equal(t, s.time(), again.LastUsedAt)

	other := s.process()
	_, err = other.Authenticate(t.Context(), k.Key)
	require.NoError(t, err)
	require.NoError(t, s.RevokeAPIKey(s.system(), k.ID))
	_, err = s.Authenticate(t.Context(), k.Key)
	requireCode(t, "invalid_token", err)
	s.pass(5 * time.Second)
	_, err = other.Authenticate(t.Context(), k.Key)
	requireCode(t, "invalid_token", err)
	require.NoError(t, s.RevokeAPIKey(s.system(), k.ID))
	require.Len(t, s.events("security.api_key_revoked"), 1)
}

func TestKeysExpireAndRotate(t *testing.T) {
	t.Parallel()
	s := newShop(t, account.Config{})
	old, err := s.CreateAPIKey(s.system(), account.NewKeyParams{Name: "erp", Scopes: []core.Permission{core.PermOrdersRead}})
	require.NoError(t, err)
	works := func(key string) bool {
		_, err := s.Authenticate(t.Context(), key)
		return err == nil
	}
	require.True(t, works(old.Key))
	next, err := s.RotateAPIKey(s.system(), old.ID, time.Hour)
	require.NoError(t, err)
	require.Equal(t, old.ID, next.Replaces)
	require.Equal(t, old.Scopes, next.Scopes)
	require.NotEqual(t, old.Prefix, next.Prefix)
	s.pass(59 * time.Minute)
	require.True(t, works(old.Key))
	require.True(t, works(next.Key))
	s.pass(time.Minute)
	require.False(t, works(old.Key))
	require.True(t, works(next.Key))
	_, err = s.RotateAPIKey(s.system(), old.ID, time.Hour)
	requireCode(t, "api_key_ended", err)

	short, err := s.CreateAPIKey(s.system(), account.NewKeyParams{Name: "s", ExpiresAt: s.time().Add(time.Second)})
	require.NoError(t, err)
	require.True(t, works(short.Key))
	s.pass(time.Second)
	require.False(t, works(short.Key), "also while it is remembered")
}

func TestPublishableKey(t *testing.T) {
	t.Parallel()
	s := newShop(t, account.Config{})
	channel := core.NewID[core.ChannelID](nil, core.PrefixChannel)
	k, err := s.CreateAPIKey(s.system(), account.NewKeyParams{Kind: account.PublishableKey, Name: "web", Channel: channel})
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(k.Key, "pk_live_"))
	a, err := s.Authenticate(t.Context(), k.Key)
	require.NoError(t, err)
	require.Equal(t, channel, a.Channel)
	require.Empty(t, a.Permissions)
	for _, p := range []account.NewKeyParams{
		{Kind: account.PublishableKey, Name: "x"}, {Name: "x", Channel: channel}, {Name: ""},
		{Kind: account.PublishableKey, Name: "x", Channel: channel, Scopes: []core.Permission{core.PermOrdersRead}},
		{Name: "x", Scopes: []core.Permission{"orders:steal"}}, {Name: "x", Scopes: []core.Permission{core.PermAll}},
		{Name: "x", ExpiresAt: s.time()},
	} {
		_, err := s.CreateAPIKey(s.system(), p)
		require.Equal(t, core.KindInvalid, core.KindOf(err), p)
	}
	page, err := s.APIKeys(s.system(), core.PageQuery{})
	require.NoError(t, err)
	require.Len(t, page.Items, 1)
}

func TestLimitsAreHandedOn(t *testing.T) {
	t.Parallel()
	s := newShop(t, account.Config{})
	limit := money.New(5000, "EUR")
	k, err := s.CreateAPIKey(s.system(), account.NewKeyParams{Name: "agent", Limits: core.Limits{MaxRefund: &limit, ReadOnlyPII: true},
		Scopes: []core.Permission{core.PermKeysWrite, core.PermCustomersRead, core.PermCustomersWrite}})
	require.NoError(t, err)
	a, err := s.Authenticate(t.Context(), k.Key)
	require.NoError(t, err)
	ctx := core.WithActor(t.Context(), a)
	child, err := s.CreateAPIKey(ctx, account.NewKeyParams{Name: "child"})
	require.NoError(t, err)
	require.Equal(t, k.Limits, child.Limits)
	more := money.New(5001, "EUR")
	_, err = s.CreateAPIKey(ctx, account.NewKeyParams{Name: "child", Limits: core.Limits{MaxRefund: &more}})
	require.Equal(t, core.KindInvalid, core.KindOf(err))

	c, err := s.CreateCustomer(s.system(), account.NewCustomer{Customer: account.Customer{Email: "a@example.com"}})
	require.NoError(t, err)
	_, err = s.Customer(ctx, c.ID)
	require.NoError(t, err)
	_, err = s.UpdateCustomer(ctx, c.ID, account.CustomerUpdate{}, 0)
	requireCode(t, "read_only_pii", err)
	requireCode(t, "read_only_pii", s.EraseCustomer(ctx, c.ID))
	_, err = s.AddAddress(ctx, c.ID, account.AddressParams{Address: core.Address{Name: "A", Line1: "B", City: "C", Country: "DE"}})
	requireCode(t, "read_only_pii", err)
}
