package httpapi

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/idempotency"
)

// replayed are the headers a stored answer keeps.
var replayed = []string{"Content-Type", "Location", "Etag"}

type (
	servicesKey struct{}
	failureKey  struct{}
	failure     struct{ err error }
)

// servicesOf returns the services a handler uses: the shop's, or those bound to
// the transaction of the request's idempotency key.
func (a *api) servicesOf(ctx context.Context) Services {
	if s, ok := ctx.Value(servicesKey{}).(Services); ok {
		return s
	}
	return a.services
}

// idempotent makes a POST with an Idempotency-Key happen once. The key, the
// answer and the effect are committed in one transaction, so a repetition gets
// the first one's answer and no crash can part the three; refusals and failures
// leave nothing behind. Routes that reach outside of the database (a payment
// provider) or compute for long span several transactions, and the claim is
// committed around them.
func (a *api) idempotent(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := r.Header.Get("Idempotency-Key")
		if key == "" || r.Method != http.MethodPost {
			next.ServeHTTP(w, r)
			return
		}
		_, pattern := a.mux.Handler(r)
		if a.secret[pattern] {
			next.ServeHTTP(w, r)
			return
		}
		in := r.Body
		if most := a.bodies[pattern]; most > 0 {
			in = http.MaxBytesReader(w, in, most)
		}
		body, err := io.ReadAll(in)
		if err != nil {
			a.writeProblem(w, r, core.Errorf(core.KindTooLarge, "too_large", "the body is too large"))
			return
		}
		// Different people's keys never meet, and neither do those of different
		// routes. Anonymous shoppers share a scope where the path names their cart.
		scope := core.ActorFrom(r.Context()).String() + " " + r.URL.Path
		if core.ActorFrom(r.Context()).Kind == core.ActorAnonymous && !strings.Contains(r.URL.Path, "/"+core.PrefixCart+"_") {
			scope += " " + clientIP(r.Context()) // or a guessed key would open the cart another shopper made with it
		}
		hash := idempotency.HashBytes(body)
		if isJSON(r) {
			if h, err := idempotency.HashJSON(body); err == nil {
				hash = h
			}
		}
		var answer idempotency.Response
		var header http.Header
		var stored bool
		run := func(ctx context.Context) (idempotency.Response, error) {
			rec := &capture{header: http.Header{}}
			box := &failure{}
			r2 := r.WithContext(context.WithValue(ctx, failureKey{}, box))
			r2.Body = io.NopCloser(bytes.NewReader(body))
			next.ServeHTTP(rec, r2)
			header = rec.header
			given := rec.answer()
			if given.Status >= 400 {
				// The transaction must be undone, and a retryable failure of the
				// database must be seen as one.
				return given, &refusal{given, box.err}
			}
			return given, nil
		}
		if a.outside[pattern] {
			answer, stored, err = a.services.Idempotency.Do(r.Context(), scope, key, hash, func(ctx context.Context, _ *idempotency.Run) (idempotency.Response, error) {
				return run(ctx)
			})
		} else {
			err = a.cfg.Within(r.Context(), func(s Services, keys idempotency.Store) error {
				claim := idempotency.Claim{Scope: scope, Key: key, Hash: hash, Now: a.cfg.Clock.Now()}
				if err := claim.Validate(); err != nil {
					return err
				}
				answer, stored, err = idempotency.Do(r.Context(), keys, claim, func() (idempotency.Response, error) {
					return run(context.WithValue(r.Context(), servicesKey{}, s))
				})
				return err
			})
		}
		var refused *refusal
		switch {
		case errors.As(err, &refused):
			answer = refused.answer
		case err != nil:
			a.writeProblem(w, r, err)
			return
		}
		if stored {
			w.Header().Set("Idempotent-Replayed", "true")
		}
		for k, v := range answer.Header {
			w.Header().Set(k, v)
		}
		if !stored {
			for k, v := range header {
				w.Header()[k] = v
			}
		}
		w.WriteHeader(answer.Status)
		_, _ = w.Write(answer.Body)
	})
}

// refusal is an answer of 400 and above on its way out of a transaction.
type refusal struct {
	answer idempotency.Response
	err    error
}

func (*refusal) Error() string   { return "refused" }
func (r *refusal) Unwrap() error { return r.err }

// capture is a response held back until its transaction is committed.
type capture struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (c *capture) Header() http.Header { return c.header }

func (c *capture) WriteHeader(status int) {
	if c.status == 0 {
		c.status = status
	}
}

func (c *capture) Write(b []byte) (int, error) {
	c.WriteHeader(http.StatusOK)
	return c.body.Write(b)
}

func (c *capture) answer() idempotency.Response {
	a := idempotency.Response{Status: max(c.status, http.StatusOK), Header: map[string]string{}, Body: c.body.Bytes()}
	for _, name := range replayed {
		if v := c.header.Get(name); v != "" {
			a.Header[name] = v
		}
	}
	return a
}
