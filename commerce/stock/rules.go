package stock

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// MaxQuantity bounds a single quantity, far above any real one and far below
// overflow.
const MaxQuantity = 1_000_000_000

// Clerk is what the rules need to know of their surroundings: who acts, when,
// and where new IDs come from. Flows hold one and use it inside their
// transactions.
type Clerk struct {
	IDs   *core.IDs  // nil is the default generator
	Clock core.Clock // nil is the system clock
}

// Reserve sets quantities aside for a reference until the expiry, taking from
// active locations by priority. All requests are served or none: short stock is
// an *InsufficientError. Items that are not tracked need no reservation. A
// reservation without expiry is committed at once.
func (k Clerk) Reserve(ctx context.Context, s Store, ref string, requests []Request, expires time.Time) ([]Reservation, error) {
	ids := make([]core.StockItemID, 0, len(requests))
	for _, r := range requests {
		if r.Quantity <= 0 || r.Quantity > MaxQuantity {
			return nil, core.Invalid("quantity", "must be between 1 and %d", MaxQuantity)
		}
		ids = append(ids, r.ItemID)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if len(ids) == 0 {
		return nil, nil
	}
	items, err := s.ItemLevels(ctx, ids)
	if err != nil {
		return nil, err
	}
	known := map[core.StockItemID]Item{}
	left := map[core.StockItemID][]Level{}
	for _, i := range items {
		known[i.ID] = i.Item
		for _, l := range i.Levels {
			if l.Active {
				left[i.ID] = append(left[i.ID], l)
			}
		}
	}
	for _, id := range ids {
		if _, ok := known[id]; !ok {
			return nil, core.NotFound("stock_item", id)
		}
	}
	now := k.Clock.Now()
	state := Held
	if expires.IsZero() {
		state = Committed
	}
	var out []Reservation
	var moves []Movement
	actor := core.ActorFrom(ctx).String()
	for _, r := range requests {
		item := known[r.ItemID]
		if !item.Tracked {
			continue
		}
		wanted := r.Quantity
		ls := left[r.ItemID]
		take := func(l *Level, n int64) {
			l.Reserved += n
			wanted -= n
			out = append(out, Reservation{ID: core.NewID[core.ReservationID](k.IDs, core.PrefixReservation), ItemID: r.ItemID, LocationID: l.LocationID,
				Quantity: n, Ref: ref, Line: r.Line, State: state, ExpiresAt: expires, CreatedAt: now})
			moves = append(moves, Movement{ID: core.NewID[core.MovementID](k.IDs, core.PrefixMovement), ItemID: r.ItemID, LocationID: l.LocationID,
				Kind: Reserve, DeltaReserved: n, Ref: ref, Actor: actor, At: now})
		}
		// One location that has it all spares a split shipment.
		for i := range ls {
			if ls[i].Available() >= wanted {
				take(&ls[i], wanted)
				break
			}
		}
		for i := range ls { // then what is really there, then what may be promised
			if n := min(ls[i].Available(), wanted); n > 0 {
				take(&ls[i], n)
			}
		}
		for i := range ls {
			if n := min(ls[i].Available()+ls[i].Cap, wanted); n > 0 {
				take(&ls[i], n)
			}
		}
		if wanted > 0 {
			return nil, &InsufficientError{ItemID: r.ItemID, SKU: item.SKU, Wanted: r.Quantity, Available: r.Quantity - wanted}
		}
	}
	if len(out) == 0 {
		return nil, nil
	}
	if err := s.Apply(ctx, moves); err != nil {
		var short *InsufficientError // somebody was faster
		if errors.As(err, &short) {
			short.SKU = known[short.ItemID].SKU
		}
		return nil, err
	}
	return out, s.InsertReservations(ctx, out)
}

// Available is what a shopper is told about an item with these levels.
func Available(i ItemLevels) Availability {
	a := Availability{ItemID: i.ID, Tracked: i.Tracked, Policy: i.Policy, PromisedAt: i.PromisedAt}
	if !i.Tracked {
		a.Sellable = -1
		return a
	}
	for _, l := range i.Levels {
		if l.Active {
			a.Available += max(l.Available(), 0)
			a.Sellable += max(l.Available()+l.Cap, 0)
		}
	}
	return a
}

// AvailabilityOf returns what shoppers are told about items, in one statement.
// Items that do not exist are left out.
func AvailabilityOf(ctx context.Context, s Store, ids []core.StockItemID) (map[core.StockItemID]Availability, error) {
	items, err := s.ItemLevels(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[core.StockItemID]Availability, len(items))
	for _, i := range items {
		out[i.ID] = Available(i)
	}
	return out, nil
}

// Commit makes the held reservations of a reference permanent, when its order
// is placed. It reports false when there were none: they expired.
func (k Clerk) Commit(ctx context.Context, s Store, ref string) (bool, error) {
	n, err := s.CommitReservations(ctx, ref)
	return n > 0, err
}

// Release gives back everything still reserved for a reference, or only for
// the given lines and quantities. Releasing twice does nothing the second time.
func (k Clerk) Release(ctx context.Context, s Store, ref string, only map[core.LineID]int64) error {
	_, err := k.close(ctx, s, ref, only, Released, Release, ref, open)
	return err
}

// Ship takes reserved goods of a reference out of stock for a fulfilment and
// returns from which locations. Lines of untracked items have no reservation
// and are passed over.
func (k Clerk) Ship(ctx context.Context, s Store, ref string, lines map[core.LineID]int64, fulfilment string) ([]Movement, error) {
	return k.close(ctx, s, ref, lines, Shipped, Ship, fulfilment, open)
}

// open reservations still set goods aside.
func open(r Reservation) bool { return r.State == Held || r.State == Committed }

func (k Clerk) close(ctx context.Context, s Store, ref string, only map[core.LineID]int64, state ReservationState, kind MovementKind, moveRef string, which func(Reservation) bool) ([]Movement, error) {
	rs, err := s.Reservations(ctx, ref)
	if err != nil {
		return nil, err
	}
	want := map[core.LineID]int64{}
	for l, n := range only {
		want[l] = n
	}
	now, actor := k.Clock.Now(), core.ActorFrom(ctx).String()
	var moves []Movement
	for _, r := range rs {
		if !which(r) {
			continue
		}
		n := r.Quantity
		if only != nil {
			n = min(n, want[r.Line])
			want[r.Line] -= n
		}
		if n <= 0 {
			continue
		}
		next := state
		if n < r.Quantity { // a part goes; the rest stays reserved
			next = r.State
		}
		ok, err := s.SetReservation(ctx, r, next, r.Quantity-n)
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, core.Errorf(core.KindConflict, "reservation_changed", "the reservations of %s changed meanwhile", ref)
		}
		m := Movement{ID: core.NewID[core.MovementID](k.IDs, core.PrefixMovement), ItemID: r.ItemID, LocationID: r.LocationID,
			Kind: kind, DeltaReserved: -n, Ref: moveRef, Actor: actor, At: now}
		if kind == Ship {
			m.DeltaOnHand = -n
		}
		moves = append(moves, m)
	}
	if len(moves) == 0 {
		return nil, nil
	}
	return moves, s.Apply(ctx, moves)
}

// Net sums movements per item and location, in the order guarded updates must
// take them: the same everywhere, so that transactions cannot wait for each
// other in a circle. Stores use it.
func Net(moves []Movement) []Level {
	sums := map[[2]string]*Level{}
	for _, m := range moves {
		key := [2]string{string(m.ItemID), string(m.LocationID)}
		l := sums[key]
		if l == nil {
			l = &Level{ItemID: m.ItemID, LocationID: m.LocationID}
			sums[key] = l
		}
		l.OnHand += m.DeltaOnHand
		l.Reserved += m.DeltaReserved
	}
	out := make([]Level, 0, len(sums))
	for _, l := range sums {
		out = append(out, *l)
	}
	slices.SortFunc(out, func(a, b Level) int {
		return cmp.Or(cmp.Compare(a.ItemID, b.ItemID), cmp.Compare(a.LocationID, b.LocationID))
	})
	return out
}
