// Package outbox delivers events: what happened is written in the transaction
// that did it, and handed to each handler after the commit, at least once and
// in order per aggregate.
//
//	relay := outbox.NewRelay(core.Narrow(db, func(tx storage.Tx) outbox.Tx { return tx }), outbox.RelayConfig{})
//	err := relay.Subscribe(outbox.Handler{
//		Name:  "mail",
//		Types: []string{"order.*"},
//		Handle: func(ctx context.Context, e core.Event) error {
//			return mailer.Send(ctx, string(e.ID), e) // the event's ID is the key of the side effect
//		},
//	})
//	go relay.Run(ctx) // returns when ctx ends
//
// Delivery state is kept per handler and apart from the events, so appending
// costs one insert, however many handlers there are. A handler that fails is
// tried again with growing pauses; meanwhile the later events of the same
// aggregate are held back for that handler alone, and all others go on. After
// RelayConfig.MaxAttempts the event is dead and its aggregate stays held for
// that handler until somebody replays or skips it ([Service.Replay],
// [Service.Skip]): a handler never sees an aggregate's events out of order.
//
// Several processes may run relays on one database. Each handler is worked on
// by one of them at a time, under a lease; when that one dies, another goes on
// after the lease. Since delivery is at least once, handlers key their effects
// by the event's ID, or use [Once] where the effect is in this database.
//
// A [Service] shows and repairs delivery, for people.
package outbox
