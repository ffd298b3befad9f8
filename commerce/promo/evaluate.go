package promo

import (
	"cmp"
	"slices"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// Input is a cart as promotions see it. All amounts are in one currency.
type Input struct {
	Channel  core.ChannelID
	Currency money.Currency
	Country  string // where the goods go
	Lines    []Line
	Customer Customer
	// Codes are what the buyer gave, in any spelling. Those without a candidate
	// are reported as unknown.
	Codes []string
	// Shipping returns the chosen method and its charge for goods of a value;
	// nil while nothing is chosen.
	Shipping func(value money.Money) (Shipping, error)
}

// Line is a line of the cart.
type Line struct {
	ID            core.LineID // unique in the cart; breaks ties
	ProductID     core.ProductID
	VariantID     core.VariantID
	CategoryIDs   []core.CategoryID // with those above them, where rules should reach down
	CollectionIDs []core.CollectionID
	Quantity      int64
	UnitPrice     money.Money
	Reduced       bool // the price is below its compare-at price
}

// Customer is what rules may ask about the buyer.
type Customer struct {
	ID         core.CustomerID // "" for a guest
	Groups     []string
	FirstOrder bool
	Uses       map[core.PromotionID]int64 // orders that used promotions limited per customer
}

// Shipping is the shipping charge before promotions.
type Shipping struct {
	MethodID core.ShippingMethodID
	Charge   money.Money
}

// Level says what a discount was given on.
type Level string

// The levels.
const (
	OnLine     Level = "line"
	OnOrder    Level = "order" // the line's share of a discount on the order
	OnShipping Level = "shipping"
)

// Discount is money taken off a line or the shipping charge by one promotion.
type Discount struct {
	PromotionID core.PromotionID `json:"promotion_id"`
	Name        string           `json:"name"`
	Code        string           `json:"code,omitempty"`
	Level       Level            `json:"level"`
	Amount      money.Money      `json:"amount"` // positive
}

// Result is what promotions do to a cart.
type Result struct {
	Lines    [][]Discount // of each line of the input, in its order
	Shipping []Discount
	// Trace says of each promotion, in the order they are tried, and of each
	// code without one, whether it applied and why not.
	Trace []Verdict
}

// Verdict is what became of one promotion or code.
type Verdict struct {
	PromotionID core.PromotionID `json:"promotion_id,omitempty"`
	Name        string           `json:"name,omitempty"`
	Code        string           `json:"code,omitempty"`
	Applied     bool             `json:"applied"`
	Amount      money.Money      `json:"amount,omitzero"`  // all it took off
	Reason      Reason           `json:"reason,omitempty"` // why it did not apply
	Message     string           `json:"message"`          // the same in words
}

type source struct {
	*Candidate
	verdict int
}

type state struct {
	in           *Input
	broke        map[core.PromotionID]bool // those that would overdraw their budget
	order        []int                     // lines by ID
	left         []money.Money
	shipping     Shipping
	shippingLeft money.Money
	out          Result
}

// Evaluate decides which promotions apply to a cart and what each takes off.
// It is a pure function: the same promotions and cart give the same result,
// in whatever order they are passed.
//
// Promotions are tried by priority, then ID. One that is in force, whose
// conditions hold, that could take something off, and that combines with those
// chosen before it, is chosen. Then, each in that order, line actions are
// taken, order actions on what they left, spread over the lines by the largest
// remainder with ties to the lower line ID, and shipping actions. Percentages
// are of what is left, rounded half up, once per line or once per order.
// Nothing ever falls below zero. Conditions look at the cart before promotions.
// A promotion that would take more than is left of its budget does not apply.
//
// It fails with the errors of package money, and for a kind of condition or
// action it does not know with an error that names it.
func Evaluate(candidates []Candidate, in Input, now time.Time) (Result, error) {
	if len(candidates) == 0 && len(in.Codes) == 0 {
		return Result{Lines: make([][]Discount, len(in.Lines))}, nil
	}
	sorted := inOrder(candidates)
	var broke map[core.PromotionID]bool
	for { // at most once per promotion with a budget
		out, err := evaluate(sorted, &in, now, broke)
		if err != nil {
			return Result{}, err
		}
		over := overBudget(sorted, out.Trace)
		if over == "" {
			return out, nil
		}
		if broke == nil {
			broke = map[core.PromotionID]bool{}
		}
		broke[over] = true
	}
}

// overBudget returns the first promotion that took more than it has left.
func overBudget(candidates []*Candidate, trace []Verdict) core.PromotionID {
	for i, c := range candidates { // the trace begins with a verdict on each
		if left := c.Limits.Budget.Amount - c.Usage.Spent; c.Limits.Budget.Amount > 0 && trace[i].Amount.Amount > left {
			return c.ID
		}
	}
	return ""
}

func evaluate(candidates []*Candidate, in *Input, now time.Time, broke map[core.PromotionID]bool) (Result, error) {
	s := state{in: in, broke: broke, order: make([]int, len(in.Lines)), left: make([]money.Money, len(in.Lines))}
	s.out.Lines = make([][]Discount, len(in.Lines))
	subtotal := money.Zero(in.Currency)
	for i, l := range in.Lines {
		s.order[i] = i
		var err error
		if s.left[i], err = l.UnitPrice.Mul(l.Quantity); err != nil {
			return Result{}, err
		}
		if subtotal, err = subtotal.Add(s.left[i]); err != nil {
			return Result{}, err
		}
	}
	slices.SortStableFunc(s.order, func(a, b int) int { return cmp.Compare(in.Lines[a].ID, in.Lines[b].ID) })
	shipping := in.Shipping != nil && slices.ContainsFunc(candidates, (*Candidate).touchesShipping)
	if shipping {
		var err error
		if s.shipping, err = in.Shipping(subtotal); err != nil {
			return Result{}, err
		}
	}
	chosen, err := s.choose(candidates, subtotal, now)
	if err != nil {
		return Result{}, err
	}
	for p := linePhase; p < phases; p++ {
		if p == shippingPhase {
			if !shipping || len(chosen) == 0 {
				break
			}
			value, err := money.Sum(in.Currency, s.left...)
			if err != nil {
				return Result{}, err
			}
			if s.shipping, err = in.Shipping(value); err != nil {
				return Result{}, err
			}
			s.shippingLeft = s.shipping.Charge
		}
		for _, c := range chosen {
			for i := range c.Actions {
				if a := &c.Actions[i]; actionPhases[a.Kind] == p {
					if err := a.take(&s, &c); err != nil {
						return Result{}, err
					}
				}
			}
		}
	}
	for _, c := range chosen {
		if v := &s.out.Trace[c.verdict]; v.Amount.IsZero() {
			v.Applied, v.Reason, v.Message = false, NothingToDiscount, "the promotions before it left nothing to take off"
		} else {
			v.Message = "takes off " + v.Amount.String()
		}
	}
	s.unknownCodes(candidates)
	return s.out, nil
}

// inOrder sorts by priority, ID and code: of several codes of one promotion the
// lowest that applies counts.
func inOrder(candidates []Candidate) []*Candidate {
	out := make([]*Candidate, len(candidates))
	for i := range candidates {
		out[i] = &candidates[i]
	}
	slices.SortFunc(out, func(a, b *Candidate) int {
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Code.Code, b.Code.Code))
	})
	return out
}

func (s *state) choose(candidates []*Candidate, subtotal money.Money, now time.Time) ([]source, error) {
	var chosen []source
	s.out.Trace = make([]Verdict, 0, len(candidates)+len(s.in.Codes))
	for _, c := range candidates {
		reason, message, err := s.judge(c, chosen, subtotal, now)
		if err != nil {
			return nil, err
		}
		s.out.Trace = append(s.out.Trace, Verdict{PromotionID: c.ID, Name: c.Name, Code: c.Code.Code, Applied: reason == "", Reason: reason, Message: message})
		if reason == "" {
			chosen = append(chosen, source{c, len(s.out.Trace) - 1})
		}
	}
	return chosen, nil
}

// judge returns why a promotion does not apply, or "".
func (s *state) judge(c *Candidate, chosen []source, subtotal money.Money, now time.Time) (Reason, string, error) {
	if reason := c.standing(s.in, now); reason != "" {
		return reason, reason.Words(), nil
	}
	if s.broke[c.ID] {
		return BudgetSpent, "what is left of its budget does not cover this cart", nil
	}
	for i := range c.Conditions {
		reason, message, err := c.Conditions[i].met(s.in, func(items *Items) (money.Money, error) {
			if items.IsZero() {
				return subtotal, nil
			}
			sum := money.Zero(s.in.Currency)
			for i := range s.in.Lines {
				if items.Match(&s.in.Lines[i]) {
					var err error
					if sum, err = sum.Add(s.left[i]); err != nil {
						return sum, err
					}
				}
			}
			return sum, nil
		})
		if reason != "" || err != nil {
			return reason, message, err
		}
	}
	var first Reason
	var message string
	able := false
	for i := range c.Actions {
		if _, ok := actionPhases[c.Actions[i].Kind]; !ok {
			return "", "", unknownKind("action", string(c.Actions[i].Kind))
		}
		reason, words := c.Actions[i].promises(s.in, s.shipping)
		able = able || reason == ""
		if first == "" {
			first, message = reason, words
		}
	}
	if !able {
		return first, message, nil
	}
	for _, o := range chosen {
		switch {
		case o.ID == c.ID:
			return AnotherCode, AnotherCode.Words(), nil
		case o.Exclusive:
			return NotCombinable, `"` + o.Name + `" applies alone`, nil
		case c.Exclusive:
			return NotCombinable, `it applies alone, and "` + o.Name + `" comes first`, nil
		case !c.tolerates(o.Class) || !o.tolerates(c.Class):
			return NotCombinable, `it does not combine with "` + o.Name + `"`, nil
		}
	}
	return "", "", nil
}

func (c *Candidate) touchesShipping() bool {
	return slices.ContainsFunc(c.Actions, func(a Action) bool { return actionPhases[a.Kind] == shippingPhase })
}

func (p *Promotion) tolerates(class string) bool {
	return len(p.CombinesWith) == 0 || slices.Contains(p.CombinesWith, class)
}

// standing looks at what does not depend on the cart's items.
func (c *Candidate) standing(in *Input, now time.Time) Reason {
	switch l := c.Limits; {
	case !c.Active:
		return Inactive
	case !c.StartsAt.IsZero() && now.Before(c.StartsAt):
		return NotStarted
	case !c.EndsAt.IsZero() && !now.Before(c.EndsAt):
		return Ended
	case c.NeedsCode && !c.given(in.Codes):
		return NeedsCode
	case l.Uses > 0 && c.Usage.Uses >= l.Uses:
		return UsedUp
	case c.Code.UsageLimit > 0 && c.Code.Uses >= c.Code.UsageLimit:
		return CodeUsedUp
	case l.PerCustomer > 0 && in.Customer.Uses[c.ID] >= l.PerCustomer:
		return CustomerUsedUp
	case l.Budget.Amount > 0 && l.Budget.Currency != in.Currency:
		return OtherCurrency
	case l.Budget.Amount > 0 && c.Usage.Spent >= l.Budget.Amount:
		return BudgetSpent
	}
	return ""
}

func (c *Candidate) given(codes []string) bool {
	if c.Code.Code == "" {
		return false
	}
	return slices.ContainsFunc(codes, func(code string) bool { return NormalCode(code) == c.Code.Code })
}

func (s *state) unknownCodes(candidates []*Candidate) {
	for i, code := range s.in.Codes {
		normal := NormalCode(code)
		known := slices.ContainsFunc(candidates, func(c *Candidate) bool { return c.Code.Code == normal }) ||
			slices.ContainsFunc(s.in.Codes[:i], func(o string) bool { return NormalCode(o) == normal })
		if !known {
			s.out.Trace = append(s.out.Trace, Verdict{Code: normal, Reason: UnknownCode, Message: UnknownCode.Words()})
		}
	}
}

func (s *state) discount(line int, amount money.Money, who *source, p phase) error {
	amount.Amount = min(amount.Amount, s.left[line].Amount)
	if !amount.IsPositive() {
		return nil
	}
	level := OnLine
	if p == orderPhase {
		level = OnOrder
	}
	s.left[line].Amount -= amount.Amount
	s.out.Lines[line] = addDiscount(s.out.Lines[line], Discount{PromotionID: who.ID, Name: who.Name, Code: who.Code.Code, Level: level, Amount: amount})
	return s.count(amount, who)
}

func (s *state) discountShipping(amount money.Money, who *source) error {
	if !amount.IsPositive() {
		return nil
	}
	s.shippingLeft.Amount -= amount.Amount
	s.out.Shipping = addDiscount(s.out.Shipping, Discount{PromotionID: who.ID, Name: who.Name, Code: who.Code.Code, Level: OnShipping, Amount: amount})
	return s.count(amount, who)
}

// addDiscount merges what two actions of one promotion do to the same line.
func addDiscount(to []Discount, d Discount) []Discount {
	for i := range to {
		if to[i].PromotionID == d.PromotionID && to[i].Level == d.Level {
			to[i].Amount.Amount += d.Amount.Amount
			return to
		}
	}
	return append(to, d)
}

func (s *state) count(amount money.Money, who *source) error {
	v := &s.out.Trace[who.verdict]
	var err error
	v.Amount, err = v.Amount.Add(amount)
	return err
}
