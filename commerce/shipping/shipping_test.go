package shipping_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/shipping"
)

func eur(n int64) money.Money { return money.New(n, "EUR") }

func table() shipping.Table {
	return shipping.NewTable([]shipping.Zone{
		{ID: "eu", Areas: []core.Area{{Country: "DE"}, {Country: "FR"}}},
		{ID: "island", Areas: []core.Area{{Country: "DE", PostalPrefix: "27498"}}},
		{ID: "world", Areas: []core.Area{{}}},
	}, []shipping.Method{
		{ID: "flat", ZoneID: "eu", Code: "flat", Kind: shipping.Flat, Active: true, Position: 2, FreeAbove: []money.Money{eur(5000)},
			Prices: []shipping.Price{{Price: eur(490)}, {Price: money.New(800, "JPY")}}, MinDays: 2, MaxDays: 4},
		{ID: "weight", ZoneID: "eu", Code: "weight", Kind: shipping.ByWeight, Active: true, Position: 1, MaxGrams: 30000,
			Prices: []shipping.Price{{From: 2000, Price: eur(900)}, {From: 1, Price: eur(300)}, {From: 10000, Price: eur(1500)}}},
		{ID: "value", ZoneID: "world", Code: "value", Kind: shipping.ByValue, Active: true,
			Prices: []shipping.Price{{From: 0, Price: eur(2000)}, {From: 10000, Price: eur(1000)}}, MinValue: []money.Money{eur(1000)}, MaxValue: []money.Money{eur(20000)}},
		{ID: "shop", Code: "shop", Kind: shipping.PickUp, Active: true, Position: 9, Prices: []shipping.Price{{Price: eur(0)}},
			LocationID: "loc_1", Address: core.Address{Country: "DE", City: "Berlin"}},
		{ID: "off", ZoneID: "eu", Code: "off", Kind: shipping.Flat, Prices: []shipping.Price{{Price: eur(1)}}},
		{ID: "b2b", ZoneID: "eu", Code: "b2b", Kind: shipping.Flat, Active: true, Position: 2, Prices: []shipping.Price{{Price: eur(490)}}, Channels: []core.ChannelID{"chan_b2b"}},
	})
}

func TestOptions(t *testing.T) {
	t.Parallel()
	de, jp := core.Address{Country: "DE", PostalCode: "10115"}, core.Address{Country: "JP"}
	p := func(grams, value int64) shipping.Parcel {
		return shipping.Parcel{Channel: "chan_a", Grams: grams, Value: eur(value), RequiresShipping: true}
	}
	for _, c := range []struct {
		name   string
		addr   core.Address
		parcel shipping.Parcel
		want   string
	}{
		{"sorted by position", de, p(500, 3000), "weight 3.00 EUR, flat 4.90 EUR, shop 0.00 EUR"},
		{"second tier begins", de, p(2000, 3000), "weight 9.00 EUR, flat 4.90 EUR, shop 0.00 EUR"},
		{"just before it", de, p(1999, 3000), "weight 3.00 EUR, flat 4.90 EUR, shop 0.00 EUR"},
		{"free from the amount on", de, p(10000, 5000), "weight 15.00 EUR, flat 0.00 EUR free, shop 0.00 EUR"},
		{"too heavy", de, p(30001, 4999), "flat 4.90 EUR, shop 0.00 EUR"},
		{"below the first tier", de, p(0, 4999), "flat 4.90 EUR, shop 0.00 EUR"},
		{"the most specific zone has none", core.Address{Country: "DE", PostalCode: "27498"}, p(500, 3000), "shop 0.00 EUR"},
		{"by value", jp, p(500, 10000), "value 10.00 EUR, shop 0.00 EUR"},
		{"value below the minimum", jp, p(500, 999), "shop 0.00 EUR"},
		{"value above the maximum", jp, p(500, 20001), "shop 0.00 EUR"},
		{"nowhere yet", core.Address{}, p(500, 3000), "shop 0.00 EUR"},
		{"another channel", de, shipping.Parcel{Channel: "chan_b2b", Value: eur(100), RequiresShipping: true}, "b2b 4.90 EUR, flat 4.90 EUR, shop 0.00 EUR"},
		{"another currency", de, shipping.Parcel{Grams: 5, Value: money.New(1, "JPY"), RequiresShipping: true}, "flat 800 JPY"},
		{"digital", de, shipping.Parcel{Value: eur(100)}, ""},
	} {
		got := ""
		for i, o := range shipping.Options(table(), c.addr, c.parcel) {
			if i > 0 {
				got += ", "
			}
			got += o.Code + " " + o.Price.String()
			if o.Free {
				got += " free"
			}
			again, err := shipping.Choose(table(), c.addr, c.parcel, o.MethodID)
			require.NoError(t, err)
			require.Equal(t, o, again)
		}
		require.Equal(t, c.want, got, c.name)
	}
}

func TestChooseSaysWhyNot(t *testing.T) {
	t.Parallel()
	p := shipping.Parcel{Channel: "chan_a", Grams: 40000, Value: eur(100), RequiresShipping: true}
	for id, reason := range map[core.ShippingMethodID]shipping.Reason{"off": shipping.Inactive, "nope": shipping.UnknownMethod, "value": shipping.OtherZone,
		"weight": shipping.TooHeavy, "b2b": shipping.OtherChannel} {
		_, err := shipping.Choose(table(), core.Address{Country: "FR"}, p, id)
		var not *shipping.UnavailableError
		require.ErrorAs(t, err, &not)
		require.Equal(t, reason, not.Reason)
		require.Equal(t, core.KindConflict, core.KindOf(err))
		require.NotContains(t, err.Error(), string(reason)+":", "words, not codes")
	}
}

func ExampleOptions() {
	table := shipping.NewTable([]shipping.Zone{{ID: "eu", Areas: []core.Area{{Country: "DE"}}}}, []shipping.Method{
		{ID: "std", ZoneID: "eu", Name: "Standard", Kind: shipping.Flat, Active: true, Prices: []shipping.Price{{Price: money.New(490, "EUR")}}, MinDays: 2, MaxDays: 4},
	})
	parcel := shipping.Parcel{Grams: 800, Value: money.New(3000, "EUR"), RequiresShipping: true}
	for _, o := range shipping.Options(table, core.Address{Country: "DE"}, parcel) {
		fmt.Printf("%s %s in %d to %d days\n", o.Name, o.Price, o.MinDays, o.MaxDays)
	}
	// Output: Standard 4.90 EUR in 2 to 4 days
}
