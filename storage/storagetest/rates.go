package storagetest

import (
	"testing"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/shipping"
	"github.com/bodega-commerce/bodega/commerce/tax"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/stretchr/testify/require"
)

// Rates tests the tax, shipping and promotion stores through their services.
func Rates(t *testing.T, open func(t *testing.T) *storage.DB) {
	t.Run("taxes", func(t *testing.T) { t.Parallel(); taxes(t, open(t)) })
	t.Run("tax defaults race", func(t *testing.T) { t.Parallel(); taxDefaults(t, open(t)) })
	t.Run("shipping", func(t *testing.T) { t.Parallel(); shippingMethods(t, open(t)) })
	t.Run("promotions", func(t *testing.T) { t.Parallel(); promotions(t, open(t)) })
	t.Run("redemptions", func(t *testing.T) { t.Parallel(); redemptions(t, open(t)) })
	t.Run("redemption races", func(t *testing.T) { t.Parallel(); redemptionRaces(t, open(t)) })
	t.Run("limits that come later", func(t *testing.T) { t.Parallel(); lateLimits(t, open(t)) })
}

func clock() core.Clock {
	return func() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 123000, time.UTC) }
}

func isKind(t *testing.T, kind core.Kind, err error) {
	t.Helper()
	require.Error(t, err)
	require.Equal(t, kind, core.KindOf(err), "%v", err)
}

func taxes(t *testing.T, db *storage.DB) {
	ctx := system(t)
	changes := 0
	s := tax.New(core.Narrow(db, func(tx storage.Tx) tax.Tx { return tx }), tax.Config{Clock: clock(), OnChange: func() { changes++ }})
	de, err := s.CreateZone(ctx, tax.ZoneParams{Code: "de", Areas: []core.Area{{Country: "de"}, {Country: "DE", PostalPrefix: "27 498"}}, ReverseCharge: true})
	require.NoError(t, err)
	got, err := s.Zone(ctx, de.ID)
	require.NoError(t, err)
	require.Equal(t, de, got)
	require.Equal(t, []core.Area{{Country: "DE"}, {Country: "DE", PostalPrefix: "27498"}}, got.Areas, "areas are kept normalized, in their order")

	_, err = s.CreateZone(ctx, tax.ZoneParams{Code: "de", Areas: []core.Area{{Country: "AT"}}})
	isKind(t, core.KindExists, err)
	_, err = s.CreateZone(ctx, tax.ZoneParams{Code: "again", Areas: []core.Area{{Country: "AT"}, {Country: "DE"}}})
	isKind(t, core.KindExists, err)
	zones, err := s.Zones(ctx)
	require.NoError(t, err)
	require.Len(t, zones, 1, "nothing of a refused zone remains")

	std, err := s.CreateClass(ctx, tax.ClassParams{Code: "standard"})
	require.NoError(t, err)
	require.True(t, std.Default, "the first class is the default")
	red, err := s.CreateClass(ctx, tax.ClassParams{Code: "reduced", Default: true})
	require.NoError(t, err)
	classes, err := s.Classes(ctx)
	require.NoError(t, err)
	require.Len(t, classes, 2)
	require.True(t, classes[0].Default && !classes[1].Default, "one class is the default: the newest that asked")
	isKind(t, core.KindConflict, s.DeleteClass(ctx, red.ID))
	_, err = s.UpdateClass(ctx, std.ID, 1, tax.ClassUpdate{Default: new(true)})
	isKind(t, core.KindStale, err) // losing the default counted its version on
	std, err = s.UpdateClass(ctx, std.ID, 0, tax.ClassUpdate{Default: new(true)})
	require.NoError(t, err)

	_, err = s.SetRates(ctx, de.ID, std.ID, []tax.Component{{Name: "old", Rate: money.Percent(16)}})
	require.NoError(t, err)
	_, err = s.SetRates(ctx, de.ID, std.ID, []tax.Component{{Name: "A", Rate: money.Percent(5)}, {Name: "B", Rate: 99_750_000, Compound: true}})
	require.NoError(t, err)
	_, err = s.SetRates(ctx, de.ID, red.ID, []tax.Component{{Name: "R", Rate: money.Percent(7)}})
	require.NoError(t, err)
	_, err = s.SetRates(ctx, "txz_none", std.ID, nil)
	isKind(t, core.KindNotFound, err)

	table, err := s.Table(ctx)
	require.NoError(t, err)
	cs := tax.Resolve(table, core.Address{Country: "DE"}, "")
	require.Len(t, cs, 2)
	require.Equal(t, "A", cs[0].Name)
	require.True(t, cs[1].Compound)
	require.Equal(t, "0.09975", cs[1].Rate.String())

	v, err := s.UpdateSettings(ctx, 1, tax.SettingsUpdate{ShippingClassID: &red.ID, CrossBorder: new(tax.FixedNet)})
	require.NoError(t, err)
	_, err = s.UpdateSettings(ctx, 1, tax.SettingsUpdate{})
	isKind(t, core.KindStale, err)
	stored, err := s.Settings(ctx)
	require.NoError(t, err)
	require.Equal(t, v, stored)

	require.NoError(t, s.DeleteClass(ctx, red.ID))
	stored, err = s.Settings(ctx)
	require.NoError(t, err)
	require.Empty(t, stored.ShippingClassID)
	require.NoError(t, s.DeleteZone(ctx, de.ID))
	isKind(t, core.KindNotFound, s.DeleteZone(ctx, de.ID))
	rates, err := s.Rates(ctx)
	require.NoError(t, err)
	require.Empty(t, rates)
	require.Equal(t, 10, changes, "each change that was made is told of")
}

// taxDefaults: whoever wins, one class is the default.
func taxDefaults(t *testing.T, db *storage.DB) {
	ctx := system(t)
	s := tax.New(core.Narrow(db, func(tx storage.Tx) tax.Tx { return tx }), tax.Config{})
	var ids []core.TaxClassID
	for _, code := range []string{"a", "b", "c", "d"} {
		c, err := s.CreateClass(ctx, tax.ClassParams{Code: code})
		require.NoError(t, err)
		ids = append(ids, c.ID)
	}
	for _, err := range together(len(ids), func(i int) error {
		_, err := s.UpdateClass(ctx, ids[i], 0, tax.ClassUpdate{Default: new(true)})
		return err
	}) {
		if err != nil {
			require.Contains(t, []core.Kind{core.KindExists, core.KindStale}, core.KindOf(err), "%v", err)
		}
	}
	classes, err := s.Classes(ctx)
	require.NoError(t, err)
	n := 0
	for _, c := range classes {
		if c.Default {
			n++
		}
	}
	require.Equal(t, 1, n)
}

func shippingMethods(t *testing.T, db *storage.DB) {
	ctx := system(t)
	s := shipping.New(core.Narrow(db, func(tx storage.Tx) shipping.Tx { return tx }), shipping.Config{Clock: clock()})
	eu, err := s.CreateZone(ctx, shipping.ZoneParams{Code: "eu", Areas: []core.Area{{Country: "FR"}, {Country: "DE"}}})
	require.NoError(t, err)
	got, err := s.Zone(ctx, eu.ID)
	require.NoError(t, err)
	require.Equal(t, eu, got)
	_, err = s.CreateZone(ctx, shipping.ZoneParams{Code: "fr", Areas: []core.Area{{Country: "FR"}}})
	isKind(t, core.KindExists, err)

	m, err := s.CreateMethod(ctx, shipping.MethodParams{ZoneID: eu.ID, Code: "std", Name: "Päckchen 📦", Kind: shipping.ByWeight, MaxGrams: 30000, MinDays: 1, MaxDays: 3,
		Prices:    []shipping.Price{{Price: money.New(490, "EUR")}, {From: 5000, Price: money.New(990, "EUR")}, {Price: money.New(1<<60, "JPY")}},
		FreeAbove: []money.Money{money.New(5000, "EUR")}, Channels: []core.ChannelID{"chan_a"}})
	require.NoError(t, err)
	stored, err := s.Method(ctx, m.ID)
	require.NoError(t, err)
	require.Equal(t, m, stored)
	shop, err := s.CreateMethod(ctx, shipping.MethodParams{Code: "shop", Kind: shipping.PickUp, Prices: []shipping.Price{{Price: money.New(0, "EUR")}}, LocationID: "loc_1",
		Address: core.Address{Name: "Shop", Line1: "Weg 1", City: "Köln", Country: "de"}, Position: -1})
	require.NoError(t, err)
	require.Equal(t, "DE", shop.Address.Country)

	for field, p := range map[string]shipping.MethodParams{
		"zone_id":         {Code: "x", Prices: []shipping.Price{{Price: money.New(1, "EUR")}}},
		"prices":          {Code: "x", ZoneID: eu.ID},
		"prices[0].price": {Code: "x", ZoneID: eu.ID, Prices: []shipping.Price{{Price: money.New(-1, "EUR")}}},
		"prices[1]":       {Code: "x", ZoneID: eu.ID, Prices: []shipping.Price{{Price: money.New(1, "EUR")}, {Price: money.New(2, "EUR")}}},
		"kind":            {Code: "x", ZoneID: eu.ID, Kind: "drone", Prices: []shipping.Price{{Price: money.New(1, "EUR")}}},
	} {
		_, err := s.CreateMethod(ctx, p)
		isKind(t, core.KindInvalid, err)
		require.ErrorContains(t, err, field)
	}
	_, err = s.CreateMethod(ctx, shipping.MethodParams{Code: "x", ZoneID: "shz_none", Prices: []shipping.Price{{Price: money.New(1, "EUR")}}})
	isKind(t, core.KindInvalid, err)
	_, err = s.CreateMethod(ctx, shipping.MethodParams{Code: "std", ZoneID: eu.ID, Prices: []shipping.Price{{Price: money.New(1, "EUR")}}})
	isKind(t, core.KindExists, err)

	table, err := s.Table(ctx)
	require.NoError(t, err)
	parcel := shipping.Parcel{Channel: "chan_a", Grams: 6000, Value: money.New(100, "EUR"), RequiresShipping: true}
	options := shipping.Options(table, core.Address{Country: "DE"}, parcel)
	require.Len(t, options, 2)
	require.Equal(t, shop.ID, options[0].MethodID)
	require.Equal(t, money.New(990, "EUR"), options[1].Price)

	m, err = s.UpdateMethod(ctx, m.ID, 1, shipping.MethodUpdate{Active: new(false)})
	require.NoError(t, err)
	require.EqualValues(t, 2, m.Version)
	_, err = s.UpdateMethod(ctx, m.ID, 1, shipping.MethodUpdate{Active: new(true)})
	isKind(t, core.KindStale, err)
	stored, err = s.Method(ctx, m.ID)
	require.NoError(t, err)
	require.Equal(t, m, stored)

	isKind(t, core.KindConflict, s.DeleteZone(ctx, eu.ID))
	require.NoError(t, s.DeleteMethod(ctx, m.ID))
	require.NoError(t, s.DeleteZone(ctx, eu.ID))
	isKind(t, core.KindNotFound, s.DeleteMethod(ctx, m.ID))
	methods, err := s.Methods(ctx)
	require.NoError(t, err)
	require.Len(t, methods, 1)
}
