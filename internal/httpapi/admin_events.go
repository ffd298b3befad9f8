package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/outbox"
)

// EventFilter selects events.
type EventFilter struct {
	Types     []string  `query:"type" maxItems:"50" doc:"Event types; patterns such as order.*" example:"order.placed"`
	Aggregate string    `query:"aggregate" maxLength:"200" doc:"ID of what they are about"`
	From      time.Time `query:"from" doc:"Happened at this time or later"`
	To        time.Time `query:"to" doc:"Happened before this time"`
}

func (f EventFilter) filter(handler string) outbox.Filter {
	return outbox.Filter{Types: f.Types, Aggregate: f.Aggregate, From: f.From, To: f.To, Handler: handler}
}

type (
	replayInput struct {
		Handler   string    `json:"handler" minLength:"1" maxLength:"100"`
		Types     []string  `json:"types,omitempty" maxItems:"50" doc:"Patterns such as order.*"`
		Aggregate string    `json:"aggregate,omitempty" maxLength:"200"`
		From      time.Time `json:"from,omitzero"`
		To        time.Time `json:"to,omitzero"`
	}
	replayAnswer struct {
		Events int64 `json:"events" doc:"How many will be delivered again"`
	}
	// ParkedEvent names an event that is parked for a handler.
	ParkedEvent struct {
		Handler string `path:"handler" maxLength:"100"`
		Seq     int64  `path:"seq" minimum:"1" doc:"The event's place in the order of delivery"`
	}
)

func (a *api) adminEvents() {
	const read, write = core.PermEventsRead, core.PermEventsWrite
	handle(a, route{method: http.MethodGet, path: "/admin/events", perm: read, tag: tagEvents, summary: "List events, newest first"},
		func(ctx context.Context, s Services, in *struct {
			PageQuery
			EventFilter
		}) (*body[core.Page[outbox.Stored]], error) {
			return paged(s.Events.Events(ctx, in.filter(""), in.page()))
		})
	handle(a, route{method: http.MethodGet, path: "/admin/events/parked", perm: read, tag: tagEvents, summary: "List events whose delivery failed or waits",
		description: "Dead ones failed too often and wait for a replay or a skip; held ones wait behind an earlier event about the same thing."},
		func(ctx context.Context, s Services, in *struct {
			PageQuery
			EventFilter
			Handler string       `query:"handler" maxLength:"100" doc:"Whose. Default: all"`
			State   outbox.State `query:"state" enum:"retry,held,dead" doc:"Default: all"`
		}) (*body[core.Page[outbox.Parked]], error) {
			return paged(s.Events.Parked(ctx, in.filter(in.Handler), in.State, in.page()))
		})
	handle(a, route{method: http.MethodGet, path: "/admin/events/stats", perm: read, tag: tagEvents, summary: "Show how delivery does, by handler"},
		func(ctx context.Context, s Services, _ *struct{}) (*body[outbox.Metrics], error) {
			m, err := s.Events.Metrics(ctx)
			return shown(m, err)
		})
	handle(a, route{method: http.MethodPost, path: "/admin/events/replay", perm: write, tag: tagEvents, ownKeys: true, summary: "Deliver events to a handler again"},
		func(ctx context.Context, s Services, in *Post[replayInput]) (*body[replayAnswer], error) {
			b := in.Body
			n, err := s.Events.Replay(ctx, outbox.Filter{Handler: b.Handler, Types: b.Types, Aggregate: b.Aggregate, From: b.From, To: b.To})
			return shown(replayAnswer{n}, err)
		})
	handle(a, route{method: http.MethodPost, path: "/admin/events/handlers/{handler}/{seq}/replay", perm: write, tag: tagEvents, summary: "Deliver one event to a handler again"},
		func(ctx context.Context, s Services, in *ParkedEvent) (*none, error) {
			return none204(s.Events.ReplayEvent(ctx, in.Handler, in.Seq))
		})
	handle(a, route{method: http.MethodPost, path: "/admin/events/handlers/{handler}/{seq}/skip", perm: write, tag: tagEvents, summary: "Give an event up for a handler",
		description: "What was held behind it goes on."},
		func(ctx context.Context, s Services, in *ParkedEvent) (*none, error) {
			return none204(s.Events.Skip(ctx, in.Handler, in.Seq))
		})
}
