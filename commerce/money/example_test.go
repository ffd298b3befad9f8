package money_test

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/bodega-commerce/bodega/commerce/money"
)

func Example() {
	price, err := money.Parse("16.00", "EUR")
	if err != nil {
		fmt.Println(err)
		return
	}
	vat, _ := money.ParsePercent("19")
	tax, _ := price.IncludedPortion(vat, money.RoundHalfUp)
	net, _ := price.Sub(tax)
	fmt.Println(net, "+", tax, "=", price)
	// Output: 13.45 EUR + 2.55 EUR = 16.00 EUR
}

func ExampleParse() {
	eur, _ := money.Parse("58.00", "EUR")
	yen, _ := money.Parse("1200", "JPY")
	fmt.Println(eur.Amount, yen.Amount)
	_, err := money.Parse("1,234.50", "EUR")
	fmt.Println(err)
	_, err = money.Parse("1200.00", "JPY")
	fmt.Println(err)
	// Output:
	// 5800 1200
	// "1,234.50": not a plain decimal number such as 1234.5
	// "1200.00": at most 0 decimals are possible
}

func ExampleMoney_Add() {
	_, err := money.New(500, "EUR").Add(money.New(500, "USD"))
	var mismatch *money.CurrencyMismatchError
	fmt.Println(errors.As(err, &mismatch), err)
	sum, _ := money.New(500, "EUR").Add(money.Money{})
	fmt.Println(sum)
	// Output:
	// true amounts in "EUR" and "USD" cannot be combined
	// 5.00 EUR
}

func ExampleMoney_Allocate() {
	discount := money.New(1000, "EUR")
	parts, _ := discount.Allocate([]int64{1999, 1999, 1999})
	fmt.Println(parts)
	// Output: [3.34 EUR 3.33 EUR 3.33 EUR]
}

func ExampleMoney_Split() {
	parts, _ := money.New(-1000, "JPY").Split(3)
	fmt.Println(parts)
	// Output: [-334 JPY -333 JPY -333 JPY]
}

func ExampleMoney_Portion() {
	net := money.New(16402, "CHF")
	vat, _ := money.ParsePercent("2.6")
	tax, _ := net.Portion(vat, money.RoundHalfUp)
	fmt.Println(tax)
	// Output: 4.26 CHF
}

func ExampleMoney_Display() {
	fmt.Println(money.New(5800, "EUR").Display(), money.New(1200, "JPY").Display(), money.New(-1234, "KWD").Display())
	// Output: €58.00 ¥1200 -KWD 1.234
}

func ExampleSum() {
	total, _ := money.Sum("EUR", money.New(1999, "EUR"), money.New(499, "EUR"))
	fmt.Println(total)
	// Output: 24.98 EUR
}

func ExampleRate() {
	r, _ := money.ParsePercent("8.875")
	raw, _ := json.Marshal(r)
	fmt.Println(r, r.PercentString(), string(raw))
	// Output: 0.08875 8.875% "0.08875"
}

func ExampleMoney_UnmarshalJSON() {
	var m money.Money
	err := json.Unmarshal([]byte(`{"amount":58.00,"currency":"EUR"}`), &m)
	fmt.Println(err)
	err = json.Unmarshal([]byte(`{"amount":5800,"currency":"EUR"}`), &m)
	fmt.Println(m, err)
	// Output:
	// "{\"amount\":58.00,\"currency\":\"EUR\"}": the amount is a whole number of minor units
	// 58.00 EUR <nil>
}
