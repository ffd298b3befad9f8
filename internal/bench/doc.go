// Package bench measures a shop the way its users meet it: a server in a
// process of its own, real HTTP over loopback, real durability. Each
// measurement returns a Result of figures with their targets.
//
//	r := bench.Runner{Child: []string{os.Args[0], "bench", "child"}, Database: "postgres://..."}
//	result, err := r.Checkout(ctx)
//	result.Print(os.Stdout)
//
// The server is the same program, started again as a child (see Child), so that
// its CPU time and memory are not mixed up with those of the load's maker. A
// child ends when its standard input does, so none outlives its parent. What
// the runs do is deterministic: the same seed makes the same goods, carts and
// buyers.
package bench
