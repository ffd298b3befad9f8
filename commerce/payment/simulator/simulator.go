package simulator

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/money"
	"github.com/bodega-commerce/bodega/commerce/payment"
)

// The tokens, and what becomes of a payment with them. An empty or unknown
// token that does not begin with "sim_" works like OK; "sim_declined_<code>"
// is declined with that code.
const (
	OK                = "sim_ok"
	InsufficientFunds = "sim_declined_insufficient_funds" // may be tried again
	LostCard          = "sim_declined_lost_card"          // may not
	Invalid           = "sim_invalid"                     // failed: the provider does not know the token
	ThreeDSecure      = "sim_3ds"                         // waits for CompleteChallenge
	ThreeDSecureFail  = "sim_3ds_fail"                    // as well, and is declined whatever it says
	TimeoutBefore     = "sim_timeout_before"              // the first call of a key fails, nothing is done
	TimeoutAfter      = "sim_timeout_after"               // the first call of a key fails, but it is done
	Down              = "sim_down"                        // every call fails, nothing is done
	Pending           = "sim_pending"                     // waits for Settle
	LateSuccess       = "sim_late_success"                // pending, accepted after Config.Late
	LateFailure       = "sim_late_failure"                // pending, declined after Config.Late
	Dispute           = "sim_dispute"                     // a dispute opens Config.Late after the capture
	WrongAmount       = "sim_wrong_amount"                // accepted, one minor unit too little
	CaptureRefused    = "sim_capture_refused"             // authorized; every capture is refused
	RefundRefused     = "sim_refund_refused"              // every refund is refused
	RefundPending     = "sim_refund_pending"              // refunds are pending and succeed after Config.Late
)

// Config of a Simulator. The zero value works.
type Config struct {
	// Name under which payments are stored. Default: "simulator".
	Name string
	// Clock tells the time. Default: the system's.
	Clock core.Clock
	// Secrets sign and verify webhooks; the first signs. Default: one fixed
	// secret that everybody knows.
	Secrets []string
	// Live is the mode of messages; those of the other mode are refused.
	// Default: test mode.
	Live bool
	// Account is the merchant's; messages for another are refused. Default: "acct_sim".
	Account string
	// Late is how long what comes late takes. Default: 1 min.
	Late time.Duration
	// Seed varies references and the shuffling of deliveries. Default: 0.
	Seed uint64
}

// Simulator implements payment.Provider. Safe for concurrent use.
type Simulator struct {
	cfg Config

	mu       sync.Mutex
	payments map[string]*account // by authorization key
	refs     map[string]*account
	results  map[string]payment.Result // of operations, by key
	failed   map[string]bool           // keys whose first call failed
	open     map[string]opened         // refunds that are pending
	later    []task
	queue    []Message
	events   int
	rounds   uint64
}

// account is a payment in the simulator's books.
type account struct {
	key, token string
	capture    bool
	payment.Outcome
	capturable bool // authorized and not voided
}

// task is something that happens later.
type task struct {
	at time.Time
	do func()
}

// New makes a Simulator.
func New(cfg Config) *Simulator {
	if cfg.Name == "" {
		cfg.Name = "simulator"
	}
	if len(cfg.Secrets) == 0 {
		cfg.Secrets = []string{"whsec_simulator"}
	}
	if cfg.Account == "" {
		cfg.Account = "acct_sim"
	}
	if cfg.Late <= 0 {
		cfg.Late = time.Minute
	}
	return &Simulator{cfg: cfg, payments: map[string]*account{}, refs: map[string]*account{}, results: map[string]payment.Result{}, failed: map[string]bool{},
		open: map[string]opened{}}
}

// Name implements payment.Provider.
func (s *Simulator) Name() string { return s.cfg.Name }

// Capabilities implements payment.Provider.
func (s *Simulator) Capabilities() payment.Capabilities {
	return payment.Capabilities{PartialCapture: true, PartialRefund: true, Webhooks: true}
}

// enter takes the lock and lets happen what is due; the caller unlocks.
func (s *Simulator) enter() {
	s.mu.Lock()
	now := s.cfg.Clock.Now()
	for {
		next := -1
		for i, t := range s.later {
			if !t.at.After(now) && (next < 0 || t.at.Before(s.later[next].at)) {
				next = i
			}
		}
		if next < 0 {
			return
		}
		do := s.later[next].do
		s.later = append(s.later[:next:next], s.later[next+1:]...)
		do()
	}
}

func (s *Simulator) afterLate(do func()) {
	s.later = append(s.later, task{s.cfg.Clock.Now().Add(s.cfg.Late), do})
}

func unavailable() error {
	return core.Errorf(core.KindUnavailable, "provider_timeout", "the payment provider did not answer")
}

// lose reports whether the first call with a key is one that fails.
func (s *Simulator) lose(key string) bool {
	had := s.failed[key]
	s.failed[key] = true
	return !had
}

func (s *Simulator) ref(kind, key string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d/%s/%s", s.cfg.Seed, s.cfg.Name, key))
	return "sim" + kind + "_" + hex.EncodeToString(sum[:12])
}

// Authorize implements payment.Provider.
func (s *Simulator) Authorize(ctx context.Context, r payment.AuthorizeRequest) (payment.Outcome, error) {
	s.enter()
	defer s.mu.Unlock()
	switch {
	case ctx.Err() != nil:
		return payment.Outcome{}, ctx.Err()
	case r.Key == "":
		return payment.Outcome{}, core.Invalid("key", "is required")
	case r.Token == Down, r.Token == TimeoutBefore && s.lose(r.Key):
		return payment.Outcome{}, unavailable()
	}
	if a, ok := s.payments[r.Key]; ok {
		if a.Amount != r.Amount && r.Token != WrongAmount {
			return payment.Outcome{}, core.Errorf(core.KindConflict, "idempotency_conflict", "the key %s was used for another amount", r.Key)
		}
		return a.Outcome, nil
	}
	a := &account{key: r.Key, token: r.Token, capture: r.Capture, Outcome: payment.Outcome{Ref: s.ref("pay", r.Key), Amount: r.Amount}}
	s.payments[r.Key], s.refs[a.Ref] = a, a
	s.tell("payment.created", a)
	s.begin(a)
	if r.Token == TimeoutAfter && s.lose(r.Key) {
		return payment.Outcome{}, unavailable()
	}
	return a.Outcome, nil
}

// begin does with a new payment what its token says.
func (s *Simulator) begin(a *account) {
	code, declined := strings.CutPrefix(a.token, "sim_declined_")
	switch {
	case !a.Amount.Valid() || a.Amount.IsNegative():
		s.end(a, payment.Failed, "invalid_amount")
	case declined:
		s.end(a, payment.Declined, code)
	case a.token == ThreeDSecure, a.token == ThreeDSecureFail:
		a.Status = payment.RequiresAction
		a.Action = &payment.Action{Type: "redirect", RedirectURL: "https://simulator.invalid/3ds/" + a.Ref}
		s.tell("payment.requires_action", a)
	case a.token == Pending:
		a.Status = payment.Pending
		s.tell("payment.pending", a)
	case a.token == LateSuccess, a.token == LateFailure:
		a.Status = payment.Pending
		s.tell("payment.pending", a)
		s.afterLate(func() { s.decide(a, a.token == LateSuccess) })
	case a.token == WrongAmount:
		a.Amount.Amount--
		s.accept(a)
	default:
		known := a.token == OK || a.token == TimeoutBefore || a.token == TimeoutAfter || a.token == Dispute || a.token == CaptureRefused ||
			a.token == RefundRefused || a.token == RefundPending
		if strings.HasPrefix(a.token, "sim_") && !known {
			s.end(a, payment.Failed, "invalid_token")
			return
		}
		s.accept(a)
	}
}

// decide ends what is open, once.
func (s *Simulator) decide(a *account, ok bool) {
	if a.Status != payment.Pending && a.Status != payment.RequiresAction {
		return
	}
	if ok {
		s.accept(a)
	} else {
		s.end(a, payment.Declined, "authentication_failed")
	}
}

func (s *Simulator) end(a *account, status payment.Status, code string) {
	a.Status, a.Code, a.Action = status, code, nil
	a.Message = "The payment was declined: " + strings.ReplaceAll(code, "_", " ") + "."
	a.Retryable = code == "insufficient_funds" || code == "authentication_failed"
	s.tell("payment.failed", a)
}

func (s *Simulator) accept(a *account) {
	a.Status, a.Action, a.Authorized, a.capturable = payment.Authorized, nil, a.Amount, true
	s.tell("payment.authorized", a)
	if a.capture {
		s.take(a, a.Amount)
	}
}

func (s *Simulator) take(a *account, amount money.Money) {
	a.Status = payment.Captured
	a.Captured = money.New(a.Captured.Amount+amount.Amount, a.Amount.Currency)
	s.tell("payment.captured", a)
	if a.token == Dispute && a.Dispute == payment.NoDispute {
		s.afterLate(func() { s.dispute(a) })
	}
}

func (s *Simulator) dispute(a *account) {
	if a.Dispute != payment.NoDispute || !a.Captured.IsPositive() {
		return
	}
	a.Dispute, a.Disputed = payment.DisputeOpen, money.New(a.Captured.Amount-a.Refunded.Amount, a.Amount.Currency)
	s.tell("dispute.opened", a)
}
