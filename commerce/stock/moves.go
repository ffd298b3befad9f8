package stock

import (
	"context"
	"strconv"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// Change is a quantity of an item that comes to a location, or leaves it.
type Change struct {
	ItemID     core.StockItemID `json:"item_id"`
	LocationID core.LocationID  `json:"location_id"`
	Quantity   int64            `json:"quantity"`      // negative only for Adjust
	Ref        string           `json:"ref,omitempty"` // what caused it: a delivery note, a refund
	Note       string           `json:"note,omitempty"`
}

// Count is what was found when a location was counted.
type Count struct {
	ItemID     core.StockItemID `json:"item_id"`
	LocationID core.LocationID  `json:"location_id"`
	OnHand     int64            `json:"on_hand"` // from 0 to MaxQuantity
	Note       string           `json:"note,omitempty"`
}

// TransferParams moves goods from one location to another.
type TransferParams struct {
	ItemID   core.StockItemID `json:"item_id"`
	From     core.LocationID  `json:"from"`
	To       core.LocationID  `json:"to"`
	Quantity int64            `json:"quantity"`
	Note     string           `json:"note,omitempty"`
}

// Move changes what is on hand within a transaction: kind is Receive, Adjust
// or Return. An Adjust below what is promised is an *InsufficientError.
func (k Clerk) Move(ctx context.Context, s Store, kind MovementKind, changes ...Change) ([]Movement, error) {
	moves := make([]Movement, len(changes))
	var v core.Violations
	for n, c := range changes {
		path := "changes[" + strconv.Itoa(n) + "]."
		low := int64(1)
		if kind == Adjust {
			low = -MaxQuantity
		}
		v.Check(c.Quantity >= low && c.Quantity <= MaxQuantity && c.Quantity != 0, path+"quantity", "must be between %d and %d, and not 0", low, MaxQuantity)
		v.Check(len(c.Note) <= 1000 && core.ValidText(c.Note), path+"note", "must be at most 1000 bytes of valid text")
		v.Check(len(c.Ref) <= 200 && core.ValidText(c.Ref), path+"ref", "must be at most 200 bytes of valid text")
		moves[n] = k.move(ctx, kind, c)
	}
	if err := v.Err(); err != nil {
		return nil, err
	}
	return moves, s.Apply(ctx, moves)
}

func (k Clerk) move(ctx context.Context, kind MovementKind, c Change) Movement {
	return Movement{ID: core.NewID[core.MovementID](k.IDs, core.PrefixMovement), ItemID: c.ItemID, LocationID: c.LocationID, Kind: kind,
		DeltaOnHand: c.Quantity, Ref: c.Ref, Note: c.Note, Actor: core.ActorFrom(ctx).String(), At: k.Clock.Now()}
}

// ReleaseExpired gives back what is held for a reference and expired before
// the time; it reports whether there was any. Committed reservations stay.
func (k Clerk) ReleaseExpired(ctx context.Context, s Store, ref string, before time.Time) (bool, error) {
	moves, err := k.close(ctx, s, ref, nil, Released, Release, ref, func(r Reservation) bool {
		return r.State == Held && !r.ExpiresAt.IsZero() && r.ExpiresAt.Before(before)
	})
	return len(moves) > 0, err
}

// Receive books goods that came in and returns the ledger's entries.
func (s *Service) Receive(ctx context.Context, changes ...Change) ([]Movement, error) {
	return s.change(ctx, func(st Store) ([]Movement, error) { return s.clerk.Move(ctx, st, Receive, changes...) })
}

// Adjust books goods found or lost. Going below what is promised is an
// *InsufficientError.
func (s *Service) Adjust(ctx context.Context, changes ...Change) ([]Movement, error) {
	return s.change(ctx, func(st Store) ([]Movement, error) { return s.clerk.Move(ctx, st, Adjust, changes...) })
}

// Count sets what is on hand to what was counted; the difference is an
// Adjust in the ledger, and there is no entry where nothing differs.
func (s *Service) Count(ctx context.Context, counts ...Count) ([]Movement, error) {
	for n, c := range counts {
		if c.OnHand < 0 || c.OnHand > MaxQuantity {
			return nil, core.Invalid("counts["+strconv.Itoa(n)+"].on_hand", "must be between 0 and %d", MaxQuantity)
		}
	}
	return s.change(ctx, func(st Store) ([]Movement, error) {
		var changes []Change
		for _, c := range counts {
			// The lock keeps the level still between reading and changing it.
			b, err := st.Balance(ctx, c.ItemID, c.LocationID)
			if err != nil {
				return nil, err
			}
			if d := c.OnHand - b.OnHand; d != 0 {
				changes = append(changes, Change{ItemID: c.ItemID, LocationID: c.LocationID, Quantity: d, Note: c.Note})
			}
		}
		return s.clerk.Move(ctx, st, Adjust, changes...)
	})
}

// Transfer moves goods between locations and returns the two entries. What is
// reserved at the origin stays there.
func (s *Service) Transfer(ctx context.Context, p TransferParams) ([]Movement, error) {
	var v core.Violations
	v.Check(p.Quantity > 0 && p.Quantity <= MaxQuantity, "quantity", "must be between 1 and %d", MaxQuantity)
	v.Check(p.From != p.To, "to", "must be another location")
	v.Check(len(p.Note) <= 1000 && core.ValidText(p.Note), "note", "must be at most 1000 bytes of valid text")
	if err := v.Err(); err != nil {
		return nil, err
	}
	return s.change(ctx, func(st Store) ([]Movement, error) {
		out := s.clerk.move(ctx, Transfer, Change{ItemID: p.ItemID, LocationID: p.From, Quantity: -p.Quantity, Note: p.Note})
		in := s.clerk.move(ctx, Transfer, Change{ItemID: p.ItemID, LocationID: p.To, Quantity: p.Quantity, Note: p.Note})
		out.Ref, in.Ref = string(in.ID), string(out.ID) // each names its other half
		moves := []Movement{out, in}
		return moves, st.Apply(ctx, moves)
	})
}

// change runs what changes levels and records an event per entry.
func (s *Service) change(ctx context.Context, fn func(Store) ([]Movement, error)) (moves []Movement, err error) {
	if err := core.Require(ctx, core.PermStockWrite); err != nil {
		return nil, err
	}
	err = s.db.Update(ctx, func(tx Tx) error {
		var err error
		if moves, err = fn(tx.Stock()); err != nil {
			return err
		}
		for _, m := range moves {
			e, err := core.NewEvent(ctx, s.clerk.IDs, m.At, "stock.adjusted", m.ItemID, adjusted{m.ItemID, m.LocationID, m.ID, m.Kind, m.DeltaOnHand})
			if err != nil {
				return err
			}
			if err := tx.Events().Append(ctx, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return moves, nil
}

// adjusted is the data of the event stock.adjusted.
type adjusted struct {
	ItemID      core.StockItemID `json:"item_id"`
	LocationID  core.LocationID  `json:"location_id"`
	MovementID  core.MovementID  `json:"movement_id"`
	Kind        MovementKind     `json:"kind"`
	DeltaOnHand int64            `json:"delta_on_hand"`
}

// Verify returns the levels that do not agree with the ledger or with the open
// reservations; none in a sound shop.
func (s *Service) Verify(ctx context.Context) (out []Imbalance, err error) {
	err = s.read(ctx, func(st Store) error {
		out, err = st.Unbalanced(ctx)
		return err
	})
	return out, err
}

// Repair makes levels right again and returns what it found: on hand becomes
// the sum of the ledger, and reserved the sum of the open reservations, with an
// entry in the ledger where that differs. A level whose true sums are oversold
// is left as it is, and named with that problem.
func (s *Service) Repair(ctx context.Context) ([]Imbalance, error) {
	if err := core.Require(ctx, core.PermStockWrite); err != nil {
		return nil, err
	}
	var found []Imbalance
	err := s.db.Update(ctx, func(tx Tx) error {
		st := tx.Stock()
		var err error
		if found, err = st.Unbalanced(ctx); err != nil {
			return err
		}
		for n, f := range found {
			b, err := st.Balance(ctx, f.ItemID, f.LocationID)
			if err != nil {
				return err
			}
			l := b.Level
			l.OnHand, l.Reserved = b.LedgerOnHand, b.OpenReserved
			if l.Available() < -l.Cap || l.OnHand < 0 {
				found[n].Problem = "oversold: count the goods and release reservations"
				continue
			}
			if err := st.SetLevel(ctx, l); err != nil {
				return err
			}
			if d := b.OpenReserved - b.LedgerReserved; d != 0 {
				// The level is right now; the entry only makes the ledger say so.
				m := s.clerk.move(ctx, Adjust, Change{ItemID: l.ItemID, LocationID: l.LocationID, Note: "repair"})
				m.DeltaReserved = d
				if err := st.InsertMovements(ctx, []Movement{m}); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return found, err
}
