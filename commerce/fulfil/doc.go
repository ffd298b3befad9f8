// Package fulfil sends orders to their buyers: parcels with tracking, hand-over
// at the counter, delivery, and goods that come back.
//
//	fulfilment := fulfil.New(db, settle, fulfil.Config{})
//	f, err := fulfilment.Create(ctx, id, fulfil.Params{ // no lines: everything that is open
//		Tracking:    fulfil.Tracking{Carrier: "DHL", Number: "00340434161094021501"},
//		Ship:        true,
//		NotifyBuyer: true,
//	})
//	if err != nil {
//		return err // *order.QuantityError when the pieces are gone already
//	}
//	f, err = fulfilment.Deliver(ctx, f.ID, fulfil.DeliverParams{})
//
// A fulfilment counts its pieces when it is made and takes them out of stock
// when it ships. Every step is one transaction; the order's fulfilment state
// follows from its lines and shipments, and an order that is paid and delivered
// is completed.
package fulfil
