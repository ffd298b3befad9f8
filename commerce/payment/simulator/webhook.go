package simulator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"github.com/bodega-commerce/bodega/commerce/payment"
)

// SignatureHeader carries the signature of a webhook.
const SignatureHeader = "Simulator-Signature"

// Message is a webhook that waits to be delivered.
type Message struct {
	ID   string
	Type string // "payment.captured"
	Body []byte
}

// wire is the body of a webhook.
type wire struct {
	Account string        `json:"account"`
	Live    bool          `json:"live"`
	Event   payment.Event `json:"event"`
}

func (s *Simulator) tell(typ string, a *account) { s.tellOperation(typ, a, "", "") }

func (s *Simulator) tellOperation(typ string, a *account, key string, state payment.OperationState) {
	s.events++
	e := payment.Event{ID: s.ref("evt", fmt.Sprintf("%s/%d", a.key, s.events)), Type: typ, Key: a.key, Ref: a.Ref, At: s.cfg.Clock.Now(),
		Outcome: a.Outcome, OperationKey: key, Operation: state}
	body, err := json.Marshal(wire{s.cfg.Account, s.cfg.Live, e})
	if err != nil { // nothing in it can fail to encode
		return
	}
	s.queue = append(s.queue, Message{e.ID, typ, body})
}

// Messages returns the webhooks that wait, oldest first, and leaves them.
func (s *Simulator) Messages() []Message {
	s.enter()
	defer s.mu.Unlock()
	return slices.Clone(s.queue)
}

// Header returns the signed header of a message, as of now.
func (s *Simulator) Header(m Message) http.Header {
	h := http.Header{}
	h.Set("Content-Type", "application/json")
	h.Set(SignatureHeader, s.signature().Sign(m.Body))
	return h
}

func (s *Simulator) signature() payment.Signature {
	return payment.Signature{Secrets: s.cfg.Secrets, Clock: s.cfg.Clock}
}

// Script says how badly webhooks are delivered. The zero value delivers each
// once, in order.
type Script struct {
	Copies  int           // how often each is sent; default 1
	Shuffle bool          // in any order; the seed and the round decide
	Drop    int           // of so many each last one is lost; default none
	Delay   time.Duration // only those this old; default all
}

// Deliver sends the waiting webhooks as the script says and returns how many
// were sent. Those whose delivery fails wait for the next round, as do those
// that are too young; errors are joined.
func (s *Simulator) Deliver(ctx context.Context, script Script, send func(ctx context.Context, header http.Header, body []byte) error) (int, error) {
	s.enter()
	var batch, keep []Message
	now := s.cfg.Clock.Now()
	for i, m := range s.queue {
		var w wire
		if script.Delay > 0 && json.Unmarshal(m.Body, &w) == nil && now.Sub(w.Event.At) < script.Delay {
			keep = append(keep, m)
			continue
		}
		if script.Drop > 0 && i%script.Drop == script.Drop-1 {
			continue
		}
		for range max(1, script.Copies) {
			batch = append(batch, m)
		}
	}
	s.queue = keep
	s.rounds++
	if script.Shuffle {
		rand.New(rand.NewPCG(s.cfg.Seed, s.rounds)).Shuffle(len(batch), func(i, j int) { batch[i], batch[j] = batch[j], batch[i] })
	}
	s.mu.Unlock()

	sent := 0
	var errs []error
	for _, m := range batch {
		err := ctx.Err()
		if err == nil {
			err = send(ctx, s.Header(m), m.Body)
		}
		if err == nil {
			sent++
			continue
		}
		errs = append(errs, err)
		s.mu.Lock()
		if !slices.ContainsFunc(s.queue, func(have Message) bool { return have.ID == m.ID }) {
			s.queue = append(s.queue, m)
		}
		s.mu.Unlock()
	}
	return sent, errors.Join(errs...)
}

// ParseWebhook implements payment.Provider.
func (s *Simulator) ParseWebhook(_ context.Context, header http.Header, body []byte) ([]payment.Event, error) {
	refuse := func(why payment.SignatureReason) ([]payment.Event, error) {
		return nil, &payment.SignatureError{Provider: s.cfg.Name, Reason: why}
	}
	if why := s.signature().Verify(header.Get(SignatureHeader), body); why != "" {
		return refuse(why)
	}
	var w wire
	if err := json.Unmarshal(body, &w); err != nil || w.Event.ID == "" {
		return refuse(payment.SignatureMismatch)
	}
	switch {
	case w.Live != s.cfg.Live:
		return refuse(payment.SignatureMode)
	case w.Account != s.cfg.Account:
		return refuse(payment.SignatureAccount)
	}
	return []payment.Event{w.Event}, nil
}
