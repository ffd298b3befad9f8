package tax

import (
	"math"
	"math/bits"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// Charge is a tax in money.
type Charge struct {
	Component
	Base   money.Money `json:"base"` // what the rate applies to: the net amount, for compound taxes with the taxes before
	Amount money.Money `json:"amount"`
}

// Charges computes the taxes on one amount, rounded half up to minor units.
// With included, the amount contains the taxes: their sum is
// round(amount·R/(1+R)) for the combined rate R, split among the components by
// the largest remainder. Otherwise they come on top, each rounded on its own.
// It fails with the errors of package money.
func Charges(amount money.Money, cs []Component, included bool) ([]Charge, error) {
	if len(cs) == 0 {
		return nil, nil
	}
	total := money.Money{}
	if included {
		var err error
		if total, err = contained(amount, cs); err != nil {
			return nil, err
		}
	}
	return spread(amount, total, cs, included)
}

// spread makes the charges of one amount; with included, total is their sum.
func spread(amount, total money.Money, cs []Component, included bool) ([]Charge, error) {
	out := make([]Charge, len(cs))
	if !included {
		sum := amount
		for i, c := range cs {
			base := amount
			if c.Compound {
				base = sum
			}
			tax, err := base.Portion(c.Rate, money.RoundHalfUp)
			if err != nil {
				return nil, err
			}
			if sum, err = sum.Add(tax); err != nil {
				return nil, err
			}
			out[i] = Charge{Component: c, Base: base, Amount: tax}
		}
		return out, nil
	}
	net, err := amount.Sub(total)
	if err != nil {
		return nil, err
	}
	parts := []money.Money{total}
	if len(cs) > 1 {
		if parts, err = total.Allocate(weights(cs)); err != nil {
			return nil, err
		}
	}
	sum := net
	for i, c := range cs {
		base := net
		if c.Compound {
			base = sum
		}
		if sum, err = sum.Add(parts[i]); err != nil {
			return nil, err
		}
		out[i] = Charge{Component: c, Base: base, Amount: parts[i]}
	}
	return out, nil
}

// Document computes the taxes on several amounts with one rounding for each
// set of rates: the tax on their sum, spread back to the amounts by the
// largest remainder, ties to the earlier one. components[i] are those of
// amounts[i].
func Document(amounts []money.Money, components [][]Component, included bool) ([][]Charge, error) {
	out := make([][]Charge, len(amounts))
	done := make([]bool, len(amounts))
	for i, cs := range components {
		if done[i] || len(cs) == 0 {
			continue
		}
		var at []int
		for j := i; j < len(amounts); j++ {
			if !done[j] && sameRates(cs, components[j]) {
				at, done[j] = append(at, j), true
			}
		}
		var err error
		if included {
			err = documentIncluded(out, amounts, components, at)
		} else {
			err = documentOnTop(out, amounts, components, at)
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func documentIncluded(out [][]Charge, amounts []money.Money, components [][]Component, at []int) error {
	sum, weight, err := sumOf(amounts, at)
	if err != nil {
		return err
	}
	total, err := contained(sum, components[at[0]])
	if err != nil {
		return err
	}
	parts, err := allocate(total, weight)
	if err != nil {
		return err
	}
	for k, i := range at {
		if out[i], err = spread(amounts[i], parts[k], components[i], true); err != nil {
			return err
		}
	}
	return nil
}

func documentOnTop(out [][]Charge, amounts []money.Money, components [][]Component, at []int) error {
	sums := make([]money.Money, len(amounts)) // with the taxes so far
	for _, i := range at {
		sums[i], out[i] = amounts[i], make([]Charge, len(components[i]))
	}
	for c := range components[at[0]] {
		bases := amounts
		if components[at[0]][c].Compound {
			bases = sums
		}
		sum, weight, err := sumOf(bases, at)
		if err != nil {
			return err
		}
		total, err := sum.Portion(components[at[0]][c].Rate, money.RoundHalfUp)
		if err != nil {
			return err
		}
		parts, err := allocate(total, weight)
		if err != nil {
			return err
		}
		for k, i := range at {
			out[i][c] = Charge{Component: components[i][c], Base: bases[i], Amount: parts[k]}
			if sums[i], err = sums[i].Add(parts[k]); err != nil {
				return err
			}
		}
	}
	return nil
}

func sumOf(amounts []money.Money, at []int) (money.Money, []int64, error) {
	var sum money.Money
	weight := make([]int64, len(at))
	for k, i := range at {
		var err error
		if sum, err = sum.Add(amounts[i]); err != nil {
			return sum, nil, err
		}
		weight[k] = amounts[i].Amount
	}
	return sum, weight, nil
}

// allocate is Allocate that accepts nothing to divide among nothing.
func allocate(total money.Money, weight []int64) ([]money.Money, error) {
	if total.IsZero() {
		parts := make([]money.Money, len(weight))
		for i := range parts {
			parts[i].Currency = total.Currency
		}
		return parts, nil
	}
	return total.Allocate(weight)
}

func sameRates(a, b []Component) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Rate != b[i].Rate || a[i].Compound != b[i].Compound {
			return false
		}
	}
	return true
}

// contained returns the tax inside a gross amount.
func contained(gross money.Money, cs []Component) (money.Money, error) {
	if len(cs) == 1 {
		return gross.IncludedPortion(cs[0].Rate, money.RoundHalfUp)
	}
	f, err := factor(cs)
	if err != nil {
		return money.Money{}, err
	}
	return gross.MulRatio(f.num-f.den, f.num, money.RoundHalfUp)
}

// Reprice returns a price that contains the taxes from with the taxes to in
// their place, rounded once. No taxes to leaves the net price.
func Reprice(price money.Money, from, to []Component) (money.Money, error) {
	if sameRates(from, to) {
		return price, nil
	}
	f, err := factor(from)
	if err != nil {
		return money.Money{}, err
	}
	t, err := factor(to)
	if err != nil {
		return money.Money{}, err
	}
	r, err := t.mul(fraction{f.den, f.num})
	if err != nil {
		return money.Money{}, err
	}
	return price.MulRatio(r.num, r.den, money.RoundHalfUp)
}

// fraction is an exact positive number in lowest terms.
type fraction struct{ num, den int64 }

// factor returns 1 + the combined rate, exactly.
func factor(cs []Component) (fraction, error) {
	total := fraction{1, 1}
	for _, c := range cs {
		if c.Rate < 0 || c.Rate > math.MaxInt64-money.RateOne {
			return total, errRates
		}
		if c.Compound {
			var err error
			if total, err = total.mul(fraction{int64(c.Rate + money.RateOne), int64(money.RateOne)}); err != nil {
				return total, err
			}
			continue
		}
		// total + r = (num·d + n·den) / (den·d), with r = n/d in lowest terms
		r := fraction{int64(c.Rate), int64(money.RateOne)}.lowest()
		a, ok1 := mul(total.num, r.den)
		b, ok2 := mul(r.num, total.den)
		den, ok3 := mul(total.den, r.den)
		if !ok1 || !ok2 || !ok3 || a > math.MaxInt64-b {
			return total, errRates
		}
		total = fraction{a + b, den}.lowest()
	}
	return total, nil
}

func (f fraction) mul(o fraction) (fraction, error) {
	a, b := fraction{f.num, o.den}.lowest(), fraction{o.num, f.den}.lowest()
	num, ok1 := mul(a.num, b.num)
	den, ok2 := mul(a.den, b.den)
	if !ok1 || !ok2 {
		return f, errRates
	}
	return fraction{num, den}, nil
}

func (f fraction) lowest() fraction {
	a, b := f.num, f.den
	for b != 0 {
		a, b = b, a%b
	}
	if a > 1 {
		return fraction{f.num / a, f.den / a}
	}
	return f
}

func mul(a, b int64) (int64, bool) {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	return int64(lo), hi == 0 && lo <= math.MaxInt64
}

var errRates = core.Invalid("rates", "are too large or too fine to be combined exactly")

// weights returns the components' shares of their sum, to a billionth.
func weights(cs []Component) []int64 {
	out := make([]int64, len(cs))
	one := money.New(int64(money.RateOne), "XXX") // any currency will do
	charges, err := spread(one, money.Money{}, cs, false)
	if err != nil { // absurd rates: share alike rather than fail
		for i := range out {
			out[i] = 1
		}
		return out
	}
	for i, c := range charges {
		out[i] = c.Amount.Amount
	}
	return out
}
