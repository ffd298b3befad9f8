// Package analytics records what shoppers do: which products they were shown,
// by a search or as recommendations, and what they viewed, clicked, put into
// their cart and bought after it. Reports tell which queries find nothing and
// what each placement is worth; rankers and recommenders learn from the stream.
//
//	shown, err := events.Record(ctx, analytics.Event{
//		Kind: analytics.Answer, Placement: "search", Session: session,
//		Query: "red sofa", Found: 12, Shown: ids,
//	})
//	// later, from the page that showed it
//	_, err = events.Record(ctx, analytics.Event{
//		Kind: analytics.Click, Session: session, Product: ids[2], Position: 3, Answer: shown[0].ID,
//	})
//	report, err := events.Queries(ctx, analytics.QueryReportParams{From: monthAgo})
//
// Events tell of people: they are kept for [Config.Keep], and [Service.Forget]
// cuts them off from a customer.
package analytics
