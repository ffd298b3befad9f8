// Package recommend gives each shopper what suits them, and says why.
//
//	engine, err := recommend.New(recommend.Config{})
//	err = engine.PutItems(ctx, items...)      // what is for sale, kept current
//	err = engine.Observe(ctx, interactions...) // what shoppers do; counts at once
//	report, err := engine.Train(ctx, history, recommend.TrainConfig{})
//	answer, err := engine.Home(ctx, recommend.Request{User: "cus_1"})
//
// An Engine is fed and does not query. Its answers come from several models
// (factors, neighbours, sessions, content, popularity) added up with weights
// learned on later events than the models were. Rules of the shop hold for every
// answer, whatever a model says. Serving reads an immutable model and never
// waits for training.
package recommend
