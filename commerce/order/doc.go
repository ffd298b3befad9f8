// Package order keeps what was bought: orders with every amount as it was
// computed when they were made, their three states, shipments, refunds and a
// timeline of who did what and why.
//
//	clerk := order.Clerk{}
//	err := db.Update(ctx, func(tx storage.Tx) error {
//		o, err := tx.Orders().Lock(ctx, id) // lock first, decide then
//		if err != nil {
//			return err
//		}
//		next := o.States
//		next.Status = order.Placed
//		return clerk.Move(ctx, tx, &o, next, order.Why{}) // *order.TransitionError if the table forbids it
//	})
//	orders := order.New(runner, order.Config{})
//	page, err := orders.List(ctx, order.Filter{Statuses: []order.Status{order.Placed}}, core.PageQuery{})
//
// States change by one table per machine, printed by [Diagram]. Quantities and
// refunded amounts change by guarded updates with a database check behind them.
// An order's [Number] is short and tells nothing; alone it gives no access.
package order
