package bench

import (
	"context"
	"fmt"
	"net/http"
	"strings"
)

// Checkout measures whole checkouts: a cart with two lines, email, address and
// shipping method, and its completion with the manual provider. On PostgreSQL
// pgbench's simplest write transaction is measured beside it, on the same server
// in the same run.
func (r Runner) Checkout(ctx context.Context) (*Result, error) {
	r = r.withDefaults(16)
	out := &Result{Name: fmt.Sprintf("checkout, %s, %d clients", scheme(r.Database), r.Clients)}
	s, err := r.start(ctx, 1000, 1_000_000_000)
	if err != nil {
		return nil, err
	}
	defer s.kill()
	ws := r.crew(s.Addr)
	defer ws.close()
	u, err := r.during(ctx, s, func(ctx context.Context) error {
		return ws.work(ctx, func(w *worker) error { _, err := w.buy(s, "manual", ""); return err })
	})
	if err != nil {
		return nil, err
	}
	took := ws.took()
	orders := float64(len(took))
	rate := orders / u.wall.Seconds()
	if r.Database == "memory:" || r.postgres() {
		out.add("orders", rate, "/s")
	} else {
		out.atLeast("orders", rate, "/s", 1000)
	}
	out.latencies("a checkout", took)
	out.atMost("statements of an order", float64(u.statements)/orders, "", 30)
	if r.postgres() {
		out.atMost("with begin and commit, at most", float64(u.statements+u.transaction+u.commits)/orders, "", 30)
		out.add("round trips of an order", float64(u.roundTrips)/orders, "")
	} else {
		out.add("transactions of a commit", float64(u.transaction)/float64(max(u.commits, 1)), "")
	}
	r.cost(out, u, orders, 3)
	out.add("peak memory of the shop", u.after.PeakRSS, "MiB")
	wrong, err := s.verify(ctx)
	if err != nil {
		return nil, err
	}
	out.Violations = append(out.Violations, wrong...)
	ws.close()
	if err := s.stop(); err != nil {
		return nil, err
	}
	if r.postgres() {
		if err := r.pgbench(ctx, out, rate); err != nil {
			out.Notes = append(out.Notes, "no comparison with pgbench: "+err.Error())
		}
	}
	return out, nil
}

// cost adds the CPU time of one of n things.
func (r Runner) cost(out *Result, u usage, n, limit float64) {
	switch {
	case !r.postgres():
		out.atMost("CPU of an order", u.server/n, "ms", limit)
	case u.known:
		out.atMost("CPU of an order", (u.server+u.database)/n, "ms", limit)
		out.add("of it the shop", u.server/n, "ms")
		out.add("of it PostgreSQL", u.database/n, "ms")
	default:
		out.add("CPU of an order, without the database", u.server/n, "ms")
	}
}

func (s *server) verify(ctx context.Context) (wrong []string, err error) {
	return wrong, s.ask(ctx, "/bench/verify", nil, &wrong)
}

func scheme(database string) string {
	name, _, _ := strings.Cut(database, ":")
	return name
}

// told is an order that a client was told of.
type told struct {
	Cart  string `json:"cart"`
	Order string `json:"order"`
}

const contact = `"email":"buyer%d@example.org","shipping_address":{"name":"Ann Buyer","line1":"Road %d","city":"Köln","postal_code":"50667","country":"DE"},"shipping_method_id":%q}`

// buy buys two things, in two requests. token is the provider's.
func (w *worker) buy(s *server, provider, token string) (told, error) {
	first := w.rand.IntN(len(s.Variants))
	second := (first + 1 + w.rand.IntN(len(s.Variants)-1)) % len(s.Variants)
	return w.order(s, fmt.Sprintf(`{"variant_id":%q,"quantity":1},{"variant_id":%q,"quantity":2}`, s.Variants[first], s.Variants[second]), provider, token)
}

// order buys the lines. A refusal is a *refusedError.
func (w *worker) order(s *server, lines, provider, token string) (told, error) {
	w.body = fmt.Appendf(w.body[:0], `{"lines":[%s],`+contact, lines, w.rand.IntN(1_000_000), w.n, s.Method)
	a, err := w.do(http.MethodPost, "/api/v1/store/carts", w.body)
	if err == nil {
		err = a.accepted(http.StatusCreated)
	}
	if err != nil {
		return told{}, err
	}
	cart := a.location
	w.body = fmt.Appendf(w.body[:0], `{"payment":{"provider":%q,"token":%q}}`, provider, token)
	if a, err = w.do(http.MethodPost, cart+"/complete", w.body); err == nil {
		err = a.accepted(http.StatusCreated)
	}
	if err != nil {
		return told{}, err
	}
	id, err := a.member("id")
	return told{Cart: cart[strings.LastIndexByte(cart, '/')+1:], Order: id}, err
}

// refusedError is an answer that is a problem.
type refusedError struct {
	status int
	code   string
	body   string
}

func (e *refusedError) Error() string { return fmt.Sprintf("%d %s: %s", e.status, e.code, e.body) }

// accepted is a *refusedError unless the status is the expected one.
func (a answer) accepted(status int) error {
	if a.status == status {
		return nil
	}
	code, err := a.member("code")
	if err != nil {
		code = "?"
	}
	return &refusedError{a.status, code, string(a.body[:min(len(a.body), 300)])}
}
