package payment

import (
	"fmt"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// Account is a column of the ledger. Amounts are debits; credits are negative.
type Account string

// The chart of accounts. A sale debits what the customer owes; a capture moves
// that to the provider; a refund moves it back and a credit note settles it.
// Whoever owes nothing has a receivable of 0.
const (
	Receivable    Account = "receivable"     // what customers owe; below 0: what they are owed
	Clearing      Account = "clearing"       // money at the providers
	Revenue       Account = "revenue"        // sales without tax (credits)
	Tax           Account = "tax"            // tax owed to the state (credits)
	RefundsGiven  Account = "refunds"        // credit notes without tax (debits)
	Disputes      Account = "disputes"       // money held back while a dispute runs
	DisputeLosses Account = "dispute_losses" // disputes that were lost
)

// Accounts lists the chart.
func Accounts() []Account {
	return []Account{Receivable, Clearing, Revenue, Tax, RefundsGiven, Disputes, DisputeLosses}
}

// PostingKind says what a posting is about.
type PostingKind string

// The kinds of posting.
const (
	PostSale    PostingKind = "sale"
	PostCapture PostingKind = "capture"
	PostRefund  PostingKind = "refund" // money went back
	PostCredit  PostingKind = "credit" // a claim was given up: refund or cancellation
	PostDispute PostingKind = "dispute"
)

// Posting is one transaction of the ledger: entries that sum to zero. It is
// written once and never changed.
type Posting struct {
	ID      core.EntryID   `json:"id"`
	Order   core.OrderID   `json:"order_id"`
	Payment core.PaymentID `json:"payment_id,omitempty"`
	Kind    PostingKind    `json:"kind"`
	Ref     string         `json:"ref,omitempty"` // a refund's ID
	Actor   string         `json:"actor"`
	At      time.Time      `json:"at"`
	Entries []Entry        `json:"entries"`
}

// Entry is one line of a posting.
type Entry struct {
	Account Account     `json:"account"`
	Amount  money.Money `json:"amount"` // debit; negative is a credit
}

// Check returns nil when the entries are in one currency and sum to zero.
func (p Posting) Check() error {
	if len(p.Entries) < 2 {
		return &UnbalancedError{Posting: p.ID}
	}
	amounts := make([]money.Money, len(p.Entries))
	for i, e := range p.Entries {
		amounts[i] = e.Amount
	}
	sum, err := money.Sum(p.Entries[0].Amount.Currency, amounts...)
	if err != nil {
		return err
	}
	if !sum.IsZero() {
		return &UnbalancedError{Posting: p.ID, Sum: sum}
	}
	return nil
}

// UnbalancedError is a posting that does not sum to zero.
type UnbalancedError struct {
	Posting core.EntryID
	Sum     money.Money
}

func (e *UnbalancedError) Error() string {
	return fmt.Sprintf("the entries of posting %s sum to %s", e.Posting, e.Sum)
}

// ErrorKind implements core.Classified.
func (e *UnbalancedError) ErrorKind() core.Kind { return core.KindInternal }

// ErrorCode implements core.Classified.
func (e *UnbalancedError) ErrorCode() string { return "ledger_unbalanced" }

// Sale is the posting of a placed order: the customer owes total, of which tax
// is the state's. An order over nothing has none; ok is false then.
func (k Clerk) Sale(order core.OrderID, total, tax money.Money, actor string, at time.Time) (p Posting, ok bool) {
	return k.claim(PostSale, Revenue, order, "", total.Amount, tax.Amount, total.Currency, actor, at)
}

// Credit is the posting of a claim given up: a refund decided, an order or a
// line cancelled. ref names the refund. ok is false when there is nothing to
// give up.
func (k Clerk) Credit(order core.OrderID, ref string, total, tax money.Money, actor string, at time.Time) (p Posting, ok bool) {
	return k.claim(PostCredit, RefundsGiven, order, ref, -total.Amount, -tax.Amount, total.Currency, actor, at)
}

func (k Clerk) claim(kind PostingKind, account Account, order core.OrderID, ref string, total, tax int64, c money.Currency, actor string, at time.Time) (Posting, bool) {
	p := Posting{ID: core.NewID[core.EntryID](k.IDs, core.PrefixEntry), Order: order, Kind: kind, Ref: ref, Actor: actor, At: at,
		Entries: entries(c, amount{Receivable, total}, amount{account, tax - total}, amount{Tax, -tax})}
	return p, len(p.Entries) > 0
}

type amount struct {
	account Account
	minor   int64
}

// entries leaves out what is nothing.
func entries(c money.Currency, amounts ...amount) []Entry {
	var out []Entry
	for _, a := range amounts {
		if a.minor != 0 {
			out = append(out, Entry{a.account, money.New(a.minor, c)})
		}
	}
	return out
}

// Balance is the sum of an account in a currency.
type Balance struct {
	Account Account     `json:"account"`
	Amount  money.Money `json:"amount"`
}

// DayRevenue is what was earned on a day: the sales and credit notes of the
// ledger.
type DayRevenue struct {
	Day      time.Time   `json:"day"` // midnight UTC
	Sales    money.Money `json:"sales"`
	Refunds  money.Money `json:"refunds"` // positive
	Tax      money.Money `json:"tax"`     // on sales, less that on refunds
	Orders   int64       `json:"orders"`  // with a sale on the day
	Currency string      `json:"currency"`
}
