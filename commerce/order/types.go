package order

import (
	"encoding/json"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
)

// Order is what somebody bought, with every amount as it was computed when the
// order was made. Amounts never change afterwards; what happens to them
// (payment, refund) is kept beside them.
type Order struct {
	ID       core.OrderID    `json:"id"`
	Number   Number          `json:"number"`
	Cart     core.CartID     `json:"-"` // unique among orders that were placed or still may be
	Token    string          `json:"-"` // lets a guest see the order; unguessable
	Channel  core.ChannelID  `json:"channel_id"`
	Currency money.Currency  `json:"currency"`
	Locale   string          `json:"locale,omitempty"`
	Customer core.CustomerID `json:"customer_id,omitempty"`
	Email    string          `json:"email,omitempty"`

	ShippingAddress core.Address `json:"shipping_address,omitzero"`
	BillingAddress  core.Address `json:"billing_address,omitzero"`

	Lines    []Line   `json:"lines"`
	Shipping Shipping `json:"shipping,omitzero"`
	Codes    []string `json:"codes,omitempty"` // promotion codes that were used
	Totals   Totals   `json:"totals"`
	// Quote is a hash of the priced cart; payments are bound to it.
	Quote string `json:"-"`

	States
	Note     string            `json:"note,omitempty"` // the buyer's
	Metadata map[string]string `json:"metadata,omitempty"`

	Version     int64     `json:"version"`
	CreatedAt   time.Time `json:"created_at"`
	UpdatedAt   time.Time `json:"updated_at"`
	PlacedAt    time.Time `json:"placed_at,omitzero"`
	CancelledAt time.Time `json:"cancelled_at,omitzero"`
	CompletedAt time.Time `json:"completed_at,omitzero"`
}

// Line returns the line with the ID, or nil.
func (o *Order) Line(id core.LineID) *Line {
	for i := range o.Lines {
		if o.Lines[i].ID == id {
			return &o.Lines[i]
		}
	}
	return nil
}

// Units is how many pieces the order has in all.
func (o *Order) Units() int64 {
	var n int64
	for _, l := range o.Lines {
		n += l.Quantity
	}
	return n
}

// Line is a variant in an order, described as it was at the time. Subtotal,
// Discounts and Taxes are exact parts: Total = Subtotal - discounts + taxes
// that are not included in the price.
type Line struct {
	ID           core.LineID       `json:"id"` // the cart line's
	Variant      core.VariantID    `json:"variant_id"`
	Product      core.ProductID    `json:"product_id"`
	StockItem    core.StockItemID  `json:"stock_item_id,omitempty"`
	SKU          string            `json:"sku"`
	Title        string            `json:"title"` // the product's
	VariantTitle string            `json:"variant_title,omitempty"`
	Options      map[string]string `json:"options,omitempty"`
	Image        core.ImageID      `json:"image_id,omitempty"`
	TaxClass     core.TaxClassID   `json:"tax_class_id,omitempty"`
	WeightGrams  int64             `json:"weight_grams,omitempty"` // of one piece
	Ships        bool              `json:"requires_shipping"`

	Quantity  int64 `json:"quantity"`
	Fulfilled int64 `json:"fulfilled_quantity"`
	Returned  int64 `json:"returned_quantity"`
	Refunded  int64 `json:"refunded_quantity"`
	Cancelled int64 `json:"cancelled_quantity"`

	ListPrice money.Money `json:"list_price,omitzero"` // of one piece before price lists, to strike through
	UnitPrice money.Money `json:"unit_price"`          // of one piece, as the channel shows prices
	Subtotal  money.Money `json:"subtotal"`            // unit price times quantity
	Discounts []Discount  `json:"discounts,omitempty"`
	Taxes     []Tax       `json:"taxes,omitempty"`
	Total     money.Money `json:"total"` // what the buyer pays for the line

	RefundedAmount money.Money `json:"refunded_amount"` // of Total, given back so far

	Metadata map[string]string `json:"metadata,omitempty"`
}

// Open is how many pieces are still to be fulfilled.
func (l Line) Open() int64 { return l.Quantity - l.Cancelled - l.Fulfilled }

// Discount is what one promotion takes off a line or the shipping.
type Discount struct {
	Promotion core.PromotionID `json:"promotion_id,omitempty"`
	Code      string           `json:"code,omitempty"`
	Title     string           `json:"title"`
	Amount    money.Money      `json:"amount"` // positive
}

// Tax is one tax on a line or the shipping.
type Tax struct {
	Rate     core.TaxRateID `json:"rate_id,omitempty"`
	Title    string         `json:"title"`
	Percent  money.Rate     `json:"rate"`
	Included bool           `json:"included"` // in the price already, or added to it
	Amount   money.Money    `json:"amount"`
}

// Shipping is how the order goes to the buyer and what that costs. Its parts
// add up as a line's do.
type Shipping struct {
	Method    core.ShippingMethodID `json:"method_id,omitempty"`
	Title     string                `json:"title"`
	Pickup    bool                  `json:"pickup,omitempty"`
	Price     money.Money           `json:"price"`
	Discounts []Discount            `json:"discounts,omitempty"`
	Taxes     []Tax                 `json:"taxes,omitempty"`
	Total     money.Money           `json:"total"`

	RefundedAmount money.Money `json:"refunded_amount"` // of Total, given back so far
}

// Totals are the sums of an order.
type Totals struct {
	Subtotal money.Money `json:"subtotal"` // lines before discounts
	Discount money.Money `json:"discount"` // of lines and shipping, positive
	Shipping money.Money `json:"shipping"` // its price before discounts
	Tax      money.Money `json:"tax"`      // all taxes
	TaxAdded money.Money `json:"-"`        // those of Tax that are not included in prices
	Total    money.Money `json:"total"`    // what the buyer pays: Subtotal + Shipping - Discount + TaxAdded
}

// What is done with an order.
type (
	// Fulfilment is one parcel, or one hand-over: lines and quantities of an
	// order that go together.
	Fulfilment struct {
		ID             core.FulfilmentID `json:"id"`
		Order          core.OrderID      `json:"order_id"`
		Lines          []Quantity        `json:"lines"`
		State          ShipmentState     `json:"state"`
		Location       core.LocationID   `json:"location_id,omitempty"` // where all of it was taken from; "" if from several
		Sources        []Source          `json:"sources,omitempty"`     // what was taken from where; untracked goods are not listed
		Carrier        string            `json:"carrier,omitempty"`
		TrackingNumber string            `json:"tracking_number,omitempty"`
		TrackingURL    string            `json:"tracking_url,omitempty"`
		Metadata       map[string]string `json:"metadata,omitempty"`
		Version        int64             `json:"version"`
		CreatedAt      time.Time         `json:"created_at"`
		UpdatedAt      time.Time         `json:"updated_at"`
		ShippedAt      time.Time         `json:"shipped_at,omitzero"`
		DeliveredAt    time.Time         `json:"delivered_at,omitzero"`
		CancelledAt    time.Time         `json:"cancelled_at,omitzero"`
	}

	// Quantity is a number of pieces of a line.
	Quantity struct {
		Line     core.LineID `json:"line_id"`
		Quantity int64       `json:"quantity"`
	}

	// Source is a location that pieces of a line were taken from.
	Source struct {
		Line     core.LineID      `json:"line_id"`
		Item     core.StockItemID `json:"stock_item_id"`
		Location core.LocationID  `json:"location_id"`
		Quantity int64            `json:"quantity"`
	}

	// Refund is money given back, and for what: lines, shipping, goodwill.
	Refund struct {
		ID          core.RefundID   `json:"id"`
		Order       core.OrderID    `json:"order_id"`
		Lines       []RefundLine    `json:"lines,omitempty"`
		Shipping    money.Money     `json:"shipping"`
		ShippingTax money.Money     `json:"shipping_tax"`
		Goodwill    money.Money     `json:"goodwill"` // beyond any line: a gesture, with the reason below
		Amount      money.Money     `json:"amount"`   // lines + shipping + goodwill
		Tax         money.Money     `json:"tax"`      // contained in Amount
		Reason      string          `json:"reason,omitempty"`
		Payments    []RefundPayment `json:"payments"` // where the money goes back to; sums to Amount less Offset
		// Offset is the part of Amount that nobody is owed: the buyer had not paid
		// it yet, or had it back as goodwill before.
		Offset money.Money `json:"offset,omitzero"`
		// Cancellation is of goods that are not sent: it stands even if a provider
		// refuses to pay it back, and waits to be tried again.
		Cancellation bool `json:"cancellation,omitempty"`
		// NotifyBuyer says that the buyer is to be told when it is paid.
		NotifyBuyer bool        `json:"notify_buyer,omitempty"`
		State       RefundState `json:"state"`
		Actor       string      `json:"actor"`
		Version     int64       `json:"version"`
		CreatedAt   time.Time   `json:"created_at"`
		UpdatedAt   time.Time   `json:"updated_at"`
	}

	// RefundLine is the part of a refund for a line.
	RefundLine struct {
		Line     core.LineID `json:"line_id"`
		Quantity int64       `json:"quantity"`
		Amount   money.Money `json:"amount"`   // with tax
		Tax      money.Money `json:"tax"`      // contained in Amount
		Discount money.Money `json:"discount"` // what promotions had taken off for Amount
		Restock  bool        `json:"restock"`  // the pieces go back on hand
	}

	// RefundPayment is the part of a refund that one payment gives back.
	RefundPayment struct {
		Payment core.PaymentID `json:"payment_id"`
		Amount  money.Money    `json:"amount"`
	}
)

// Event is an entry of an order's timeline: who did what and why.
type Event struct {
	ID     core.EventID    `json:"id"`
	Order  core.OrderID    `json:"order_id"`
	Type   string          `json:"type"` // "order.placed", "payment.captured", "note"
	Text   string          `json:"text,omitempty"`
	Public bool            `json:"public"` // the buyer sees it too
	Actor  string          `json:"actor"`
	Data   json.RawMessage `json:"data,omitempty"`
	At     time.Time       `json:"at"`
}
