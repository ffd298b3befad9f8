// Package simulator is a payment provider without money, for tests and
// demonstrations. It behaves as the token says: it declines, asks for 3-D
// Secure, loses answers, succeeds late, opens disputes, and sends signed
// webhooks twice, late and in the wrong order. Everything follows from tokens,
// the clock and the seed: a run repeats exactly.
//
//	sim := simulator.New(simulator.Config{Clock: clock})
//	outcome, err := sim.Authorize(ctx, payment.AuthorizeRequest{Key: "k1", Amount: amount, Token: simulator.ThreeDSecure})
//	// outcome.Status == payment.RequiresAction
//	err = sim.CompleteChallenge(outcome.Ref, true)
//	sent, err := sim.Deliver(ctx, simulator.Script{Copies: 2, Shuffle: true}, func(ctx context.Context, h http.Header, body []byte) error {
//		_, err := payments.Receive(ctx, sim.Name(), h, body)
//		return err
//	})
//
// It keeps its books in memory and lives as long as the program.
package simulator
