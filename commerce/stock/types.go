package stock

import (
	"context"
	"fmt"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// Location is a place that holds stock: a warehouse, a shop floor.
type Location struct {
	ID        core.LocationID `json:"id"`
	Code      string          `json:"code"` // unique, short: "main"
	Name      string          `json:"name"`
	Address   core.Address    `json:"address,omitzero"`
	Priority  int             `json:"priority"` // lower is taken from first
	Active    bool            `json:"active"`
	Version   int64           `json:"version"`
	CreatedAt time.Time       `json:"created_at"`
	UpdatedAt time.Time       `json:"updated_at"`
}

// Policy says what happens when nothing is left.
type Policy string

// The policies.
const (
	Deny      Policy = "deny"      // no sale; the default
	Backorder Policy = "backorder" // sell up to a cap, delivered when it comes in
	Preorder  Policy = "preorder"  // sell up to a cap before the first delivery
)

// Item is what is counted. A variant sells one item; several variants may
// share one (a bundle's component, a multi-pack).
type Item struct {
	ID      core.StockItemID `json:"id"`
	SKU     string           `json:"sku"` // for people; unique
	Tracked bool             `json:"tracked"`
	Policy  Policy           `json:"policy"`
	// Cap bounds how far reserved may exceed on hand, per location, with the
	// policies Backorder and Preorder.
	Cap        int64     `json:"cap,omitempty"`
	PromisedAt time.Time `json:"promised_at,omitzero"` // when what is back- or pre-ordered is due
	Version    int64     `json:"version"`
	CreatedAt  time.Time `json:"created_at"`
	UpdatedAt  time.Time `json:"updated_at"`
}

// Level is how much of an item a location has.
type Level struct {
	ItemID     core.StockItemID `json:"item_id"`
	LocationID core.LocationID  `json:"location_id"`
	OnHand     int64            `json:"on_hand"`
	Reserved   int64            `json:"reserved"`
	Cap        int64            `json:"cap,omitempty"` // the item's, in force here
	Priority   int              `json:"-"`             // the location's
	Active     bool             `json:"-"`             // the location's
}

// Available is what can still be reserved without back-ordering; it is
// negative while more is promised than there is.
func (l Level) Available() int64 { return l.OnHand - l.Reserved }

// ItemLevels is an item with its levels, by the locations' priority. An item
// that no location has had yet has one empty level at the first active one.
type ItemLevels struct {
	Item
	Levels []Level `json:"levels"`
}

// Availability is what a shopper is told about an item.
type Availability struct {
	ItemID    core.StockItemID `json:"item_id"`
	Tracked   bool             `json:"tracked"`
	Available int64            `json:"available"` // in active locations, never below 0
	// Sellable is how much can be ordered now, with back- or pre-orders; -1
	// means any quantity (not tracked).
	Sellable   int64     `json:"sellable"`
	Policy     Policy    `json:"policy"`
	PromisedAt time.Time `json:"promised_at,omitzero"`
}

// CanSell reports whether the quantity can be ordered now.
func (a Availability) CanSell(quantity int64) bool { return a.Sellable < 0 || a.Sellable >= quantity }

// MovementKind says why a level changed.
type MovementKind string

// The kinds of movement.
const (
	Receive  MovementKind = "receive"  // on hand up
	Adjust   MovementKind = "adjust"   // on hand up or down: a count, damage, theft
	Transfer MovementKind = "transfer" // on hand down here, up there
	Reserve  MovementKind = "reserve"  // reserved up
	Release  MovementKind = "release"  // reserved down: cancelled or expired
	Ship     MovementKind = "ship"     // on hand and reserved down
	Return   MovementKind = "return"   // on hand up: goods came back
)

// Movement is one entry of the ledger. The level of an item at a location is
// the sum of its movements, always.
type Movement struct {
	ID            core.MovementID  `json:"id"`
	ItemID        core.StockItemID `json:"item_id"`
	LocationID    core.LocationID  `json:"location_id"`
	Kind          MovementKind     `json:"kind"`
	DeltaOnHand   int64            `json:"delta_on_hand"`
	DeltaReserved int64            `json:"delta_reserved"`
	Ref           string           `json:"ref,omitempty"` // what caused it: an order, a fulfilment, a transfer
	Note          string           `json:"note,omitempty"`
	Actor         string           `json:"actor"`
	At            time.Time        `json:"at"`
}

// ReservationState is the state of a reservation.
type ReservationState string

// The states. Held may become committed, released or shipped; committed may
// become released or shipped; the others are final.
const (
	Held      ReservationState = "held"      // expires
	Committed ReservationState = "committed" // belongs to a placed order, does not expire
	Released  ReservationState = "released"
	Shipped   ReservationState = "shipped"
)

// Reservation is a quantity of an item at a location that is spoken for.
type Reservation struct {
	ID         core.ReservationID `json:"id"`
	ItemID     core.StockItemID   `json:"item_id"`
	LocationID core.LocationID    `json:"location_id"`
	Quantity   int64              `json:"quantity"` // what is still reserved: shipping a part lowers it
	Ref        string             `json:"ref"`      // whose: an order ID
	Line       core.LineID        `json:"line"`     // which line of it
	State      ReservationState   `json:"state"`
	ExpiresAt  time.Time          `json:"expires_at,omitzero"` // of held ones
	CreatedAt  time.Time          `json:"created_at"`
}

// Request asks for a quantity of an item for a line.
type Request struct {
	ItemID   core.StockItemID
	Line     core.LineID
	Quantity int64
}

// Store keeps stock. Its guards are the last word: Apply refuses what would
// oversell whoever calls it.
type Store interface {
	InsertLocation(ctx context.Context, l Location) error
	UpdateLocation(ctx context.Context, l Location, seen int64) error // stale versions are refused
	Location(ctx context.Context, id core.LocationID) (Location, error)
	Locations(ctx context.Context) ([]Location, error) // by priority

	InsertItems(ctx context.Context, items ...Item) error
	UpdateItem(ctx context.Context, i Item, seen int64) error // its levels take over the cap
	// DeleteLocation deletes a location that nothing is stored at;
	// KindConflict otherwise.
	DeleteLocation(ctx context.Context, id core.LocationID) error
	Items(ctx context.Context, ids []core.StockItemID) ([]Item, error)
	// ItemBySKU returns an item; KindNotFound when there is none.
	ItemBySKU(ctx context.Context, sku string) (Item, error)
	// ListItems lists items whose SKU begins with the prefix, by SKU.
	ListItems(ctx context.Context, prefix string, page core.PageQuery) (core.Page[Item], error)
	// DeleteItem deletes an item of which nothing is on hand or reserved;
	// KindConflict otherwise. Its ledger stays.
	DeleteItem(ctx context.Context, id core.StockItemID) error
	// ItemLevels returns items with their levels, by item. Items that do not
	// exist are left out.
	ItemLevels(ctx context.Context, ids []core.StockItemID) ([]ItemLevels, error)
	// Levels returns the levels of items, by item, priority and location.
	Levels(ctx context.Context, ids []core.StockItemID) ([]Level, error)

	// Apply sums the movements per item and location, changes the levels in the
	// order of their keys, each by one guarded update, and writes the ledger.
	// A level that would fall below what the item's cap allows is an
	// *InsufficientError and nothing of the call remains once the transaction
	// is rolled back.
	Apply(ctx context.Context, moves []Movement) error
	Movements(ctx context.Context, item core.StockItemID, page core.PageQuery) (core.Page[Movement], error)

	InsertReservations(ctx context.Context, rs []Reservation) error
	// Reservations returns those of a reference, by ID, and locks them.
	Reservations(ctx context.Context, ref string) ([]Reservation, error)
	// SetReservation moves a reservation to a state and quantity if it still has
	// the state and quantity of from; it reports whether it had.
	SetReservation(ctx context.Context, from Reservation, state ReservationState, quantity int64) (bool, error)
	// CommitReservations makes the held reservations of a reference committed
	// and returns how many there were.
	CommitReservations(ctx context.Context, ref string) (int64, error)
	// ExpiredRefs returns references with held reservations that expired before
	// the time, oldest first.
	ExpiredRefs(ctx context.Context, before time.Time, limit int) ([]string, error)

	// Unbalanced returns the levels that differ from the sum of their
	// movements, and those whose reserved quantity differs from the sum of
	// their open reservations. It is empty in a sound shop.
	Unbalanced(ctx context.Context) ([]Imbalance, error)
	// Balance locks a level and returns it beside what it should be.
	Balance(ctx context.Context, item core.StockItemID, location core.LocationID) (Balance, error)
	// InsertMovements writes entries of the ledger that change no level: for
	// repairs only.
	InsertMovements(ctx context.Context, moves []Movement) error
	// SetLevel overwrites a level without a movement: for repairs only.
	SetLevel(ctx context.Context, l Level) error
}

// Balance is a level beside the sums it is held against.
type Balance struct {
	Level                // as stored; zero quantities when there is none
	LedgerOnHand   int64 // sums of the movements
	LedgerReserved int64
	OpenReserved   int64 // sum of the open reservations
}

// Imbalance is a level that does not agree with its ledger.
type Imbalance struct {
	ItemID     core.StockItemID `json:"item_id"`
	LocationID core.LocationID  `json:"location_id"`
	Problem    string           `json:"problem"`
}

// InsufficientError says that less is available than was asked for.
type InsufficientError struct {
	ItemID    core.StockItemID
	SKU       string // filled in where it is known
	Wanted    int64
	Available int64 // what could still be sold
}

func (e *InsufficientError) Error() string {
	name := e.SKU
	if name == "" {
		name = string(e.ItemID)
	}
	if e.Available <= 0 {
		return fmt.Sprintf("%s is out of stock", name)
	}
	return fmt.Sprintf("only %d of %s left, %d wanted", e.Available, name, e.Wanted)
}

// ErrorKind implements core.Classified.
func (e *InsufficientError) ErrorKind() core.Kind { return core.KindOutOfStock }

// ErrorCode implements core.Classified.
func (e *InsufficientError) ErrorCode() string { return "out_of_stock" }

// ErrorDetails implements core.Detailed.
func (e *InsufficientError) ErrorDetails() map[string]any {
	return map[string]any{"item_id": e.ItemID, "sku": e.SKU, "wanted": e.Wanted, "available": max(e.Available, 0)}
}
