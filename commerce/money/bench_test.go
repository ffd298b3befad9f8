package money_test

import (
	"encoding/json"
	"testing"

	"github.com/bodega-commerce/bodega/commerce/money"
)

func BenchmarkAdd(b *testing.B) {
	b.ReportAllocs()
	m, one := eur(0), eur(1)
	for b.Loop() {
		m, _ = m.Add(one)
	}
}

func BenchmarkSum10(b *testing.B) {
	b.ReportAllocs()
	ms := make([]money.Money, 10)
	for b.Loop() {
		_, _ = money.Sum("EUR", ms...)
	}
}

func BenchmarkIncludedPortion(b *testing.B) {
	b.ReportAllocs()
	gross, r := eur(1600), money.Percent(19)
	for b.Loop() {
		_, _ = gross.IncludedPortion(r, money.RoundHalfUp)
	}
}

func BenchmarkAllocate10(b *testing.B) {
	b.ReportAllocs()
	weights := []int64{1999, 250, 250, 9900, 1, 1200, 333, 333, 334, 5000}
	m := eur(1000)
	for b.Loop() {
		_, _ = m.Allocate(weights)
	}
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_, _ = money.Parse("1234.56", "EUR")
	}
}

func BenchmarkDecimal(b *testing.B) {
	b.ReportAllocs()
	m := eur(123456)
	for b.Loop() {
		_ = m.Decimal()
	}
}

func BenchmarkUnmarshalJSON(b *testing.B) {
	b.ReportAllocs()
	raw := []byte(`{"amount":5800,"currency":"EUR"}`)
	var m money.Money
	for b.Loop() {
		_ = json.Unmarshal(raw, &m)
	}
}
