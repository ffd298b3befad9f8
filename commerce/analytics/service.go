package analytics

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// Config of a [Service]. The zero value is right.
type Config struct {
	// IDs makes identifiers. Default by the system clock and crypto/rand.
	IDs *core.IDs
	// Clock tells the time. Default the system clock.
	Clock core.Clock
	// Window is how long after a click a purchase counts as its success. Default
	// 7 days.
	Window time.Duration
	// Keep is how long events are kept. Default 400 days, so that a year can be
	// compared with the one before.
	Keep time.Duration
}

// Service records events and reports on them. Safe for concurrent use.
type Service struct {
	db       core.Runner[Tx]
	cfg      Config
	recorder atomic.Pointer[Recorder]
}

// New makes a service over a database.
func New(db core.Runner[Tx], cfg Config) *Service {
	if cfg.Window <= 0 {
		cfg.Window = 7 * 24 * time.Hour
	}
	if cfg.Keep <= 0 {
		cfg.Keep = 400 * 24 * time.Hour
	}
	return &Service{db: db, cfg: cfg}
}

// Attach lets the service know answers that wait to be recorded: a click may
// be faster. NewRecorder does it for its own service.
func (s *Service) Attach(r *Recorder) { s.recorder.Store(r) }

// NormalQuery is how a query is counted: in lower case, with single spaces.
func NormalQuery(q string) string {
	return strings.Join(strings.Fields(strings.ToLower(strings.ToValidUTF8(strings.ReplaceAll(q, "\x00", " "), " "))), " ")
}

// MaxBatch is how many events are recorded at once.
const MaxBatch = 500

// Record stores events and returns them as stored. Anybody may record views,
// clicks and carts, of oneself and as of now; the system records everything,
// of anybody and at any time. What follows an Answer takes placement, bucket,
// model and query from it, an unknown one is left out. A Purchase without one
// is put down to the latest click on the product within [Config.Window].
// Errors: KindInvalid.
func (s *Service) Record(ctx context.Context, events ...Event) ([]Event, error) {
	if len(events) == 0 {
		return nil, nil
	}
	var stored []Event
	err := s.db.Update(ctx, func(tx Tx) (err error) {
		stored, err = s.RecordIn(ctx, tx, events...)
		return err
	})
	return stored, err
}

// RecordIn is Record within a transaction that does more.
func (s *Service) RecordIn(ctx context.Context, tx Tx, events ...Event) ([]Event, error) {
	events, err := s.prepare(ctx, events)
	if err != nil {
		return nil, err
	}
	if err := s.link(ctx, tx.Analytics(), events); err != nil {
		return nil, err
	}
	return events, tx.Analytics().Insert(ctx, events...)
}

// prepare checks events and fills in who, when and their IDs.
func (s *Service) prepare(ctx context.Context, events []Event) ([]Event, error) {
	events = slices.Clone(events)
	actor, now := core.ActorFrom(ctx), s.cfg.Clock.Now()
	system := actor.Kind == core.ActorSystem
	var v core.Violations
	v.Check(len(events) <= MaxBatch, "events", "at most %d at a time", MaxBatch)
	for i := range events {
		e := &events[i]
		field := func(name string) string { return fmt.Sprintf("events[%d].%s", i, name) }
		if !system {
			v.Check(e.Kind == View || e.Kind == Click || e.Kind == Cart, field("kind"), "must be %s, %s or %s", View, Click, Cart)
			*e = Event{ID: e.ID, Kind: e.Kind, Session: e.Session, Region: e.Region, Product: e.Product, Quantity: e.Quantity, Answer: e.Answer, Position: e.Position}
			e.ID, e.Customer = "", actor.Customer
		}
		if e.ID == "" {
			e.ID = core.NewID[core.EventID](s.cfg.IDs, core.PrefixEvent)
		}
		if e.At.IsZero() || e.At.After(now) {
			e.At = now
		}
		e.Query = NormalQuery(e.Query)
		switch e.Kind {
		case View, Click, Cart, Purchase:
			v.Check(core.ValidID(string(e.Product), core.PrefixProduct), field("product_id"), "must be the ID of a product")
			v.Check(len(e.Shown) == 0, field("shown"), "is of kind %s only", Answer)
		case Answer:
			v.Check(e.Placement != "", field("placement"), "must be there")
			v.Check(len(e.Shown) <= MaxShown, field("shown"), "at most %d products", MaxShown)
		default:
			v.Check(false, field("kind"), "must be %s, %s, %s, %s or %s", Answer, View, Click, Cart, Purchase)
		}
		for _, f := range []struct{ name, value string }{{"session", e.Session}, {"region", e.Region}, {"placement", e.Placement}, {"bucket", e.Bucket}, {"model", e.Model}} {
			v.Check(len(f.value) <= MaxName && core.ValidText(f.value), field(f.name), "must be at most %d bytes of valid text", MaxName)
		}
		v.Check(len(e.Query) <= MaxQuery, field("query"), "must be at most %d bytes", MaxQuery)
		v.Check(e.Position >= 0 && e.Position <= 1_000_000, field("position"), "must be from 0 to 1000000")
		v.Check(e.Quantity >= 0, field("quantity"), "must not be negative")
		v.Check(e.Answer == "" || core.ValidID(string(e.Answer), core.PrefixEvent), field("answer_id"), "must be the ID of an answer")
	}
	return events, v.Err()
}

// link fills in what answers tell.
func (s *Service) link(ctx context.Context, st Store, events []Event) error {
	var ids []core.EventID
	for _, e := range events {
		if e.Answer != "" {
			ids = append(ids, e.Answer)
		}
	}
	answers, err := st.Answers(ctx, ids)
	if err != nil {
		return err
	}
	bought := map[buyer][]int{}
	for i := range events {
		e := &events[i]
		if e.Kind == Answer {
			continue
		}
		if e.Answer == "" && e.Kind == Purchase {
			who := buyer{e.Session, e.Customer, e.At}
			bought[who] = append(bought[who], i)
			continue
		}
		answer, ok := answers[e.Answer]
		if r := s.recorder.Load(); !ok && r != nil {
			answer, ok = r.pending(e.Answer)
		}
		if !ok {
			e.Answer, e.Position = "", 0
			continue
		}
		follow(e, answer)
		if e.Position == 0 {
			e.Position = slices.Index(answer.Shown, e.Product) + 1
		}
	}
	for who, at := range bought {
		if who.session == "" && who.customer == "" {
			continue
		}
		products := make([]core.ProductID, len(at))
		for n, i := range at {
			products[n] = events[i].Product
		}
		touches, err := st.Touches(ctx, who.session, who.customer, products, who.at.Add(-s.cfg.Window))
		if err != nil {
			return err
		}
		for _, t := range touches {
			for _, i := range at {
				if events[i].Product == t.Product {
					follow(&events[i], t.Event)
					events[i].Answer, events[i].Position = t.Event.Answer, t.Event.Position
				}
			}
		}
	}
	return nil
}

// buyer is who bought, and when.
type buyer struct {
	session  string
	customer core.CustomerID
	at       time.Time
}

func follow(e *Event, from Event) {
	e.Placement, e.Bucket, e.Model, e.Query = from.Placement, from.Bucket, from.Model, from.Query
}

// QueryReportParams says what a report of queries covers.
type QueryReportParams struct {
	From, To time.Time  // From <= at < To; zero: all that is kept
	Order    QueryOrder // default ByCount
	Limit    int        // default 50, at most 1000
}

// Queries reports on searches by query. Needs PermAnalyticsRead.
func (s *Service) Queries(ctx context.Context, p QueryReportParams) ([]QueryReport, error) {
	if err := core.Require(ctx, core.PermAnalyticsRead); err != nil {
		return nil, err
	}
	if p.Order == "" {
		p.Order = ByCount
	}
	if p.Limit == 0 {
		p.Limit = 50
	}
	var v core.Violations
	v.Check(p.Order == ByCount || p.Order == ByEmpty, "order", "must be %s or %s", ByCount, ByEmpty)
	v.Check(p.Limit > 0 && p.Limit <= 1000, "limit", "must be from 1 to 1000")
	from, to := s.span(p.From, p.To, &v)
	if err := v.Err(); err != nil {
		return nil, err
	}
	var out []QueryReport
	err := s.db.View(ctx, func(tx Tx) (err error) {
		out, err = tx.Analytics().Queries(ctx, from, to, p.Order, p.Limit)
		return err
	})
	for i := range out {
		out[i].ClickRate = float64(out[i].Clicked) / float64(out[i].Searches)
		out[i].MRR = out[i].Reciprocal / float64(out[i].Searches)
	}
	return out, err
}

// Placements reports what came of what each placement showed, per bucket and
// model. Needs PermAnalyticsRead.
func (s *Service) Placements(ctx context.Context, from, to time.Time) ([]PlacementReport, error) {
	if err := core.Require(ctx, core.PermAnalyticsRead); err != nil {
		return nil, err
	}
	var v core.Violations
	from, to = s.span(from, to, &v)
	if err := v.Err(); err != nil {
		return nil, err
	}
	var out []PlacementReport
	err := s.db.View(ctx, func(tx Tx) (err error) {
		out, err = tx.Analytics().Placements(ctx, from, to)
		return err
	})
	return out, err
}

func (s *Service) span(from, to time.Time, v *core.Violations) (time.Time, time.Time) {
	if to.IsZero() {
		to = s.cfg.Clock.Now().Add(time.Second)
	}
	if from.IsZero() {
		from = to.Add(-s.cfg.Keep)
	}
	v.Check(from.Before(to), "from", "must be before to")
	return from, to
}

// Stream yields the events of the kinds (none: all) since a time, oldest first,
// for what learns from them. Needs PermAnalyticsRead.
func (s *Service) Stream(ctx context.Context, since time.Time, kinds ...Kind) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		if err := core.Require(ctx, core.PermAnalyticsRead); err != nil {
			yield(Event{}, err)
			return
		}
		if len(kinds) == 0 {
			kinds = []Kind{Answer, View, Click, Cart, Purchase}
		}
		at, id := since, core.EventID("")
		for {
			var page []Event
			if err := s.db.View(ctx, func(tx Tx) (err error) {
				page, err = tx.Analytics().After(ctx, kinds, at, id, MaxBatch)
				return err
			}); err != nil {
				yield(Event{}, err)
				return
			}
			for _, e := range page {
				if !yield(e, nil) {
					return
				}
				at, id = e.At, e.ID
			}
			if len(page) < MaxBatch {
				return
			}
		}
	}
}

// Of returns the newest events of the kinds of a customer or of a session, the
// newest first, at most 1,000. Needs PermAnalyticsRead.
func (s *Service) Of(ctx context.Context, customer core.CustomerID, session string, kinds ...Kind) ([]Event, error) {
	if err := core.Require(ctx, core.PermAnalyticsRead); err != nil {
		return nil, err
	}
	var out []Event
	err := s.db.View(ctx, func(tx Tx) (err error) {
		out, err = tx.Analytics().Of(ctx, customer, session, kinds, 1000)
		return err
	})
	return out, err
}

// Forget cuts what was recorded off from a customer. Needs PermCustomersWrite.
func (s *Service) Forget(ctx context.Context, customer core.CustomerID) (n int64, err error) {
	if err := core.Require(ctx, core.PermCustomersWrite); err != nil {
		return 0, err
	}
	err = s.db.Update(ctx, func(tx Tx) (err error) {
		n, err = tx.Analytics().Forget(ctx, customer)
		return err
	})
	return n, err
}

// Prune deletes events that are older than [Config.Keep] and returns how many.
func (s *Service) Prune(ctx context.Context) (total int64, err error) {
	before := s.cfg.Clock.Now().Add(-s.cfg.Keep)
	for {
		var n int64
		err = s.db.Update(ctx, func(tx Tx) (err error) {
			n, err = tx.Analytics().Prune(ctx, before, 1000)
			return err
		})
		total += n
		if err != nil || n < 1000 {
			return total, err
		}
	}
}
