package payment

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// Config of a Service. The zero value works and knows no provider.
type Config struct {
	// Providers that can be paid with, by name. Default: none.
	Providers []Provider
	// IDs makes identifiers. Default: core's generator.
	IDs *core.IDs
	// Clock tells the time. Default: the system's.
	Clock core.Clock
	// MaxAttempts is how often a webhook is tried before people look at it.
	// Default: 20, over about a day.
	MaxAttempts int64
	// MaxWebhookBytes bounds the body of a webhook. Default: 1 MiB.
	MaxWebhookBytes int
}

func (c Config) withDefaults() Config {
	if c.MaxAttempts <= 0 {
		c.MaxAttempts = 20
	}
	if c.MaxWebhookBytes <= 0 {
		c.MaxWebhookBytes = 1 << 20
	}
	return c
}

// Service reads payments and the ledger and takes in webhooks. Safe for
// concurrent use.
type Service struct {
	db        core.Runner[Tx]
	cfg       Config
	providers map[string]Provider
}

// New makes a Service over a database. Of two providers with one name the
// later counts.
func New(db core.Runner[Tx], cfg Config) *Service {
	s := &Service{db: db, cfg: cfg.withDefaults(), providers: map[string]Provider{}}
	for _, p := range cfg.Providers {
		s.providers[p.Name()] = p
	}
	return s
}

// Provider returns a provider by name, or not found.
func (s *Service) Provider(name string) (Provider, error) {
	if p, ok := s.providers[name]; ok {
		return p, nil
	}
	return nil, core.NotFound("payment_provider", name)
}

// Providers returns all providers, by name.
func (s *Service) Providers() []Provider {
	out := make([]Provider, 0, len(s.providers))
	for _, p := range s.providers {
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b Provider) int { return strings.Compare(a.Name(), b.Name()) })
	return out
}

func view[T any](ctx context.Context, s *Service, read func(Store) (T, error)) (out T, err error) {
	if err := core.Require(ctx, core.PermPaymentsRead); err != nil {
		return out, err
	}
	err = s.db.View(ctx, func(tx Tx) error {
		out, err = read(tx.Payments())
		return err
	})
	return out, err
}

// Get returns a payment. Like all reading here it needs payments:read.
func (s *Service) Get(ctx context.Context, id core.PaymentID) (Payment, error) {
	return view(ctx, s, func(st Store) (Payment, error) { return st.Payment(ctx, id) })
}

// List returns payments, newest first.
func (s *Service) List(ctx context.Context, f Filter, page core.PageQuery) (core.Page[Payment], error) {
	return view(ctx, s, func(st Store) (core.Page[Payment], error) { return st.List(ctx, f, page) })
}

// OfOrder returns the payments of an order, oldest first.
func (s *Service) OfOrder(ctx context.Context, order core.OrderID) ([]Payment, error) {
	return view(ctx, s, func(st Store) ([]Payment, error) { return st.OfOrder(ctx, order) })
}

// Operations returns the captures, voids and refunds of a payment, oldest first.
func (s *Service) Operations(ctx context.Context, id core.PaymentID) ([]Operation, error) {
	return view(ctx, s, func(st Store) ([]Operation, error) { return st.Operations(ctx, id) })
}

// Ledger returns the postings of an order, oldest first.
func (s *Service) Ledger(ctx context.Context, order core.OrderID) ([]Posting, error) {
	return view(ctx, s, func(st Store) ([]Posting, error) { return st.Postings(ctx, order) })
}

// Balances sums the ledger by account and currency, of one order or of all
// with "".
func (s *Service) Balances(ctx context.Context, order core.OrderID) ([]Balance, error) {
	return view(ctx, s, func(st Store) ([]Balance, error) { return st.Balances(ctx, order) })
}

// Revenue sums sales and credit notes by day (UTC) and currency; zero times
// are open.
func (s *Service) Revenue(ctx context.Context, from, to time.Time) ([]DayRevenue, error) {
	return view(ctx, s, func(st Store) ([]DayRevenue, error) { return st.Revenue(ctx, from, to) })
}

// Webhooks returns stored messages, newest first, of a state or of all with "".
func (s *Service) Webhooks(ctx context.Context, state WebhookState, page core.PageQuery) (core.Page[Webhook], error) {
	return view(ctx, s, func(st Store) (core.Page[Webhook], error) { return st.Webhooks(ctx, state, page) })
}

// Receive verifies a provider's message and stores its events; after nil it
// can be acknowledged. It returns how many events were new: a message that
// comes again has none. A wrong signature is a *SignatureError and nothing is
// stored. Receive needs no permission, the signature is one.
func (s *Service) Receive(ctx context.Context, provider string, header http.Header, body []byte) (int64, error) {
	p, err := s.Provider(provider)
	if err != nil {
		return 0, err
	}
	if len(body) > s.cfg.MaxWebhookBytes {
		return 0, core.Errorf(core.KindTooLarge, "webhook_too_large", "a webhook has at most %d bytes", s.cfg.MaxWebhookBytes)
	}
	events, err := p.ParseWebhook(ctx, header, body)
	if err != nil || len(events) == 0 {
		return 0, err
	}
	now := s.cfg.Clock.Now()
	ws := make([]Webhook, len(events))
	for i, e := range events {
		if e.ID == "" || len(e.ID) > 255 {
			return 0, core.Invalid("id", "a webhook's event has an ID of 1 to 255 bytes")
		}
		ws[i] = Webhook{Provider: provider, Event: e, State: WebhookReceived, NextAt: now, ReceivedAt: now}
	}
	var fresh int64
	err = s.db.Update(ctx, func(tx Tx) error {
		fresh, err = tx.Payments().InsertWebhooks(ctx, ws...)
		return err
	})
	return fresh, err
}

// lease is how long a claimed message is left to who claimed it.
const lease = time.Minute

// Process hands stored messages that are due to handle, one by one, and
// returns how many were done. A handler that fails gets its message again,
// later each time: a message may come before the payment it is about. Handlers
// may see a message twice.
func (s *Service) Process(ctx context.Context, limit int, handle func(ctx context.Context, provider string, e Event) error) (int, error) {
	var due []Webhook
	now := s.cfg.Clock.Now()
	err := s.db.Update(ctx, func(tx Tx) (err error) {
		due, err = tx.Payments().ClaimWebhooks(ctx, now, now.Add(lease), limit)
		return err
	})
	if err != nil {
		return 0, err
	}
	done := 0
	for _, w := range due {
		err := handle(ctx, w.Provider, w.Event)
		if ctx.Err() != nil {
			return done, ctx.Err() // it is due again when its lease ends
		}
		now := s.cfg.Clock.Now()
		switch {
		case err == nil:
			done++
			w.State, w.Error, w.SettledAt = WebhookDone, "", now
		case w.Attempts >= s.cfg.MaxAttempts:
			w.State, w.Error, w.SettledAt = WebhookDead, err.Error(), now
		default:
			w.Error, w.NextAt = err.Error(), now.Add(pause(w.Attempts))
		}
		if err := s.db.Update(ctx, func(tx Tx) error { return tx.Payments().SaveWebhook(ctx, w) }); err != nil {
			return done, err
		}
	}
	return done, nil
}

// pause doubles from a second up to two hours.
func pause(attempts int64) time.Duration {
	return min(time.Second<<min(attempts-1, 20), 2*time.Hour)
}
