package account_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/core"
)

var home = core.Address{Name: "Anna", Line1: "Main Street 1", City: "Bern", PostalCode: "3000", Country: "ch"}

func TestProfile(t *testing.T) {
	t.Parallel()
	s := newShop(t, account.Config{})
	ctx := s.as(s.customer("anna@example.com"))
	c, err := s.Me(ctx)
	require.NoError(t, err)
	s.pass(time.Minute)
	c, err = s.UpdateProfile(ctx, account.ProfileUpdate{Name: ptr(" Anna M. "), Locale: ptr("de-CH"), Currency: ptr(c.Currency), Marketing: ptr(true),
		MarketingSource: "checkout", PersonalizationOptOut: ptr(true)}, c.Version)
	require.NoError(t, err)
	require.Equal(t, "Anna M.", c.Name)
	require.Equal(t, account.Consent{Granted: true, At: s.time(), Source: "checkout"}, c.Marketing)
	require.True(t, c.PersonalizationOptOut)
	given := s.time()
	s.pass(time.Minute)
	c, err = s.UpdateProfile(ctx, account.ProfileUpdate{Marketing: ptr(true), Name: ptr("")}, 0)
	require.NoError(t, err)
	require.Equal(t, given, c.Marketing.At, "saying the same again is not a new consent")
	require.Empty(t, c.Name)
	c, err = s.UpdateProfile(ctx, account.ProfileUpdate{Marketing: ptr(false)}, 0)
	require.NoError(t, err)
	require.Equal(t, account.Consent{At: s.time(), Source: "account"}, c.Marketing)
	_, err = s.UpdateProfile(ctx, account.ProfileUpdate{Name: ptr("late")}, c.Version-1)
	requireCode(t, "stale_version", err)
	for _, u := range []account.ProfileUpdate{{Locale: ptr("x")}, {Currency: ptr(c.Currency + "QQQ")}, {Name: ptr(strings.Repeat("x", 201))},
		{Phone: ptr("\x00")}, {DefaultShipping: ptr(core.AddressID("addr_other"))}} {
		_, err = s.UpdateProfile(ctx, u, 0)
		require.Equal(t, core.KindInvalid, core.KindOf(err))
	}
	after, err := s.Me(ctx)
	require.NoError(t, err)
	require.Equal(t, c, after)
}

func TestAddressBook(t *testing.T) {
	t.Parallel()
	s := newShop(t, account.Config{})
	ctx := s.as(s.customer("anna@example.com"))
	a, err := s.AddAddress(ctx, "", account.AddressParams{Address: home, Label: "home"})
	require.NoError(t, err)
	require.Equal(t, "CH", a.Address.Country)
	b, err := s.AddAddress(ctx, "", account.AddressParams{Address: home, DefaultBilling: true})
	require.NoError(t, err)
	me, err := s.Me(ctx)
	require.NoError(t, err)
	require.Equal(t, []core.AddressID{a.ID, b.ID}, []core.AddressID{me.DefaultShipping, me.DefaultBilling})
	moved := home
	moved.City = "Basel"
	b, err = s.UpdateAddress(ctx, "", b.ID, account.AddressParams{Address: moved}, b.Version)
	require.NoError(t, err)
	require.Equal(t, int64(2), b.Version)
	_, err = s.UpdateAddress(ctx, "", b.ID, account.AddressParams{Address: moved}, 1)
	requireCode(t, "stale_version", err)
	moved.City = ""
	_, err = s.UpdateAddress(ctx, "", b.ID, account.AddressParams{Address: moved}, 0)
	require.ErrorContains(t, err, "address.city")

	// Others do not even learn that it exists.
	eve := s.as(s.customer("eve@example.com"))
	for _, err := range []error{
		s.DeleteAddress(eve, "", a.ID), s.DeleteAddress(eve, me.ID, a.ID),
		second(s.Address(eve, "", a.ID)), second(s.Address(eve, me.ID, a.ID)), second(s.Addresses(eve, me.ID)), second(s.Customer(eve, me.ID)),
		second(s.UpdateAddress(eve, "", a.ID, account.AddressParams{Address: home}, 0)), second(s.AddAddress(eve, me.ID, account.AddressParams{Address: home})),
		second(s.PersonalData(eve, me.ID)),
	} {
		require.Equal(t, core.KindNotFound, core.KindOf(err))
	}
	_, err = s.Addresses(t.Context(), "")
	require.Equal(t, core.KindUnauthenticated, core.KindOf(err))
	_, err = s.Addresses(t.Context(), me.ID)
	require.Equal(t, core.KindUnauthenticated, core.KindOf(err))

	require.NoError(t, s.DeleteAddress(ctx, "", a.ID))
	require.Equal(t, core.KindNotFound, core.KindOf(s.DeleteAddress(ctx, "", a.ID)))
	me, err = s.Me(ctx)
	require.NoError(t, err)
	require.Empty(t, me.DefaultShipping)
	for range account.MaxAddresses - 1 {
		_, err = s.AddAddress(ctx, "", account.AddressParams{Address: home})
		require.NoError(t, err)
	}
	_, err = s.AddAddress(ctx, "", account.AddressParams{Address: home})
	requireCode(t, "too_many_addresses", err)
}

func second[T any](_ T, err error) error { return err }

func TestEmailChangeIsProved(t *testing.T) {
	t.Parallel()
	s := newShop(t, account.Config{})
	ctx := s.as(s.customer("anna@example.com"))
	require.NoError(t, s.ConfirmEmail(t.Context(), s.mail(account.MailVerify).Token))
	requireCode(t, "wrong_password", s.ChangeEmail(ctx, "new@example.com", "wrong"))
	require.NoError(t, s.ChangeEmail(ctx, "new@example.com", goodPassword))
	sent := s.mail(account.MailVerify)
	require.Equal(t, "new@example.com", sent.Email)
	me, err := s.Me(ctx)
	require.NoError(t, err)
	require.Equal(t, "anna@example.com", me.Email, "not before it is proved")
	require.NoError(t, s.ConfirmEmail(t.Context(), sent.Token))
	require.Equal(t, "anna@example.com", s.mail(account.MailEmailChanged).Email)
	s.login("new@example.com", goodPassword)

	// A taken one answers alike, and its owner hears of it.
	s.customer("eve@example.com")
	require.NoError(t, s.ChangeEmail(ctx, "eve@example.com", goodPassword))
	require.Equal(t, "eve@example.com", s.mail(account.MailExists).Email)
	// Or was taken between the mail and the click.
	require.NoError(t, s.ChangeEmail(ctx, "late@example.com", goodPassword))
	sent = s.mail(account.MailVerify)
	s.customer("late@example.com")
	requireCode(t, "exists", s.ConfirmEmail(t.Context(), sent.Token))

	// Staff change it at once, unproved.
	require.NoError(t, s.RequestPasswordReset(t.Context(), core.ActorCustomer, "new@example.com", account.Client{}))
	stale := s.mail(account.MailReset)
	c, err := s.UpdateCustomer(s.system(), me.ID, account.CustomerUpdate{Email: ptr("staff@example.com")}, 0)
	require.NoError(t, err)
	require.True(t, c.EmailVerified.IsZero())
	requireCode(t, "invalid_token", s.ResetPassword(t.Context(), stale.Token, goodPassword))
	sent = s.mail(account.MailVerify)
	s.pass(24*time.Hour + time.Second)
	requireCode(t, "invalid_token", s.ConfirmEmail(t.Context(), sent.Token))
}

func TestPasswordReset(t *testing.T) {
	t.Parallel()
	s := newShop(t, account.Config{})
	g := s.customer("anna@example.com")
	for _, email := range []string{"anna@example.com", "nobody@example.com"} {
		for range 5 {
			require.NoError(t, s.RequestPasswordReset(t.Context(), core.ActorCustomer, email, account.Client{}))
		}
		require.Equal(t, core.KindRateLimited, core.KindOf(s.RequestPasswordReset(t.Context(), core.ActorCustomer, email, account.Client{})))
	}
	m := s.mail(account.MailReset)
	requireCode(t, "invalid", s.ResetPassword(t.Context(), m.Token, "short"))
	requireCode(t, "invalid_token", s.ConfirmEmail(t.Context(), m.Token)) // good for one purpose
	require.NoError(t, s.ResetPassword(t.Context(), m.Token, "violet tractor 43"))
	requireCode(t, "invalid_token", s.ResetPassword(t.Context(), m.Token, "violet tractor 44"))
	_, err := s.Refresh(t.Context(), g.RefreshToken, account.Client{})
	requireCode(t, "session_ended", err)
	_, err = s.Authenticate(t.Context(), g.AccessToken)
	requireCode(t, "session_ended", err)
	s.login("anna@example.com", "violet tractor 43")
	s.mail(account.MailPassword)

	require.NoError(t, s.RequestPasswordReset(t.Context(), core.ActorCustomer, "anna@example.com", account.Client{}))
	m = s.mail(account.MailReset)
	s.pass(30 * time.Minute)
	requireCode(t, "invalid_token", s.ResetPassword(t.Context(), m.Token, goodPassword))
}

func TestErase(t *testing.T) {
	t.Parallel()
	s := newShop(t, account.Config{})
	g := s.customer("anna@example.com")
	ctx, id := s.as(g), g.Actor.Customer
	_, err := s.AddAddress(ctx, "", account.AddressParams{Address: home})
	require.NoError(t, err)
	_, err = s.UpdateCustomer(s.system(), id, account.CustomerUpdate{Reference: ptr("4711"), Groups: &[]string{"VIP", "vip"}, Metadata: &map[string]string{"k": "v"}}, 0)
	require.NoError(t, err)
	data, err := s.PersonalData(ctx, "")
	require.NoError(t, err)
	require.Len(t, data.Addresses, 1)
	require.Len(t, data.Sessions, 1)
	require.Equal(t, []string{"vip"}, data.Customer.Groups)

	requireCode(t, "wrong_password", s.EraseMe(ctx, "wrong"))
	require.NoError(t, s.EraseMe(ctx, goodPassword))
	require.NoError(t, s.EraseCustomer(s.system(), id))
	c, err := s.Customer(s.system(), id)
	require.NoError(t, err)
	require.Equal(t, account.Customer{ID: id, Status: account.Erased, PersonalizationOptOut: true, Version: c.Version, CreatedAt: c.CreatedAt,
		UpdatedAt: c.UpdatedAt}, c)
	list, err := s.Addresses(s.system(), id)
	require.NoError(t, err)
	require.Empty(t, list)
	_, err = s.Refresh(t.Context(), g.RefreshToken, account.Client{})
	requireCode(t, "session_ended", err)
	require.Len(t, s.events("customer.deleted"), 1)
	for _, e := range s.allEvents() {
		require.NotContains(t, string(e.Data), "anna@example.com", e.Type)
	}
	_, err = s.UpdateCustomer(s.system(), id, account.CustomerUpdate{}, 0)
	requireCode(t, "customer_erased", err)
	s.customer("anna@example.com") // the email is free again
}

func TestImportTakesFiveThousand(t *testing.T) {
	t.Parallel()
	s := newShop(t, account.Config{})
	list := make([]account.NewCustomer, account.MaxImport)
	for i := range list {
		list[i].Reference = strconv.Itoa(i)
	}
	ids, err := s.ImportCustomers(s.system(), list)
	require.NoError(t, err)
	require.Len(t, ids, account.MaxImport)
	n := 0
	for c, err := range s.AllCustomers(s.system(), account.CustomerFilter{Sort: account.OldestFirst}) {
		require.NoError(t, err)
		require.Equal(t, account.Active, c.Status)
		n++
	}
	require.Equal(t, account.MaxImport, n)
	_, err = s.ImportCustomers(s.system(), append(list, account.NewCustomer{}))
	require.Equal(t, core.KindTooLarge, core.KindOf(err))
}
