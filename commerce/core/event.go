package core

import (
	"context"
	"encoding/json"
	"time"
)

// Event is something that happened, written in the transaction that did it
// and delivered after it, at least once and in order per aggregate.
type Event struct {
	ID        EventID         `json:"id"`
	Type      string          `json:"type"`      // "product.updated", "order.placed"
	Aggregate string          `json:"aggregate"` // ID of what it is about; order is kept per aggregate
	Data      json.RawMessage `json:"data"`
	Actor     string          `json:"actor"` // who caused it: Actor.String()
	At        time.Time       `json:"at"`
}

// EventWriter appends events within a transaction. Stores that record events
// hand one out.
type EventWriter interface {
	Append(ctx context.Context, events ...Event) error
}

// NewEvent makes an event about an aggregate. data must marshal to JSON.
func NewEvent[T ~string](ctx context.Context, ids *IDs, now time.Time, typ string, aggregate T, data any) (Event, error) {
	raw, err := json.Marshal(data)
	if err != nil {
		return Event{}, Errorf(KindInternal, "event_encoding", "encoding event %s: %v", typ, err)
	}
	return Event{ID: NewID[EventID](ids, PrefixEvent), Type: typ, Aggregate: string(aggregate), Data: raw,
		Actor: ActorFrom(ctx).String(), At: now}, nil
}
