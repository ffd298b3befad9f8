// Package review keeps what customers say about products: one review per
// customer and product, moderated, with a summary per product that is always
// the sum of the approved ones.
//
//	reviews := review.New(db, review.Config{Purchased: orders.Bought})
//	ctx = core.WithActor(ctx, shopper)
//	r, err := reviews.Submit(ctx, review.Submission{ProductID: id, Rating: 5, Title: "Warm", Body: "Two winters and counting."})
//	...
//	ctx = core.WithActor(ctx, staff)
//	r, err = reviews.Approve(ctx, r.ID)
//	sum, err := reviews.Summaries(ctx, id) // sum[id].Average is 500: five stars
//
// Texts are plain: HTML is refused. The product's own rating, which lists show,
// is written in the transaction that changes the summary.
package review
