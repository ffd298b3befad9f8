package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/payment"
	"github.com/bodega-commerce/bodega/commerce/payment/simulator"
)

// tokens of the simulator that buyers pay with: most go well, of some the
// answer or the question is lost.
var tokens = []string{simulator.OK, simulator.OK, simulator.OK, simulator.OK, simulator.TimeoutAfter, simulator.TimeoutBefore}

// desk is a payment provider in another process than the shop's, which no
// crash of the shop touches.
type desk struct {
	url    string
	sim    *simulator.Simulator
	server *http.Server

	mu   sync.Mutex
	keys []string // of all authorizations that were asked for
}

func openDesk(ctx context.Context) (*desk, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	d := &desk{url: "http://" + listener.Addr().String(), sim: simulator.New(simulator.Config{})}
	mux := http.NewServeMux()
	counter(mux, "/authorize", func(ctx context.Context, r payment.AuthorizeRequest) (payment.Outcome, error) {
		d.mu.Lock()
		d.keys = append(d.keys, r.Key)
		d.mu.Unlock()
		return d.sim.Authorize(ctx, r)
	})
	counter(mux, "/capture", d.sim.Capture)
	counter(mux, "/void", d.sim.Void)
	counter(mux, "/refund", d.sim.Refund)
	counter(mux, "/lookup", d.sim.Lookup)
	d.server = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = d.server.Serve(listener) }()
	return d, nil
}

func (d *desk) close() { _ = d.server.Close() }

// held are the keys of payments that hold a buyer's money.
func (d *desk) held(ctx context.Context) ([]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	held := []string{}
	for _, key := range d.keys {
		o, err := d.sim.Lookup(ctx, payment.LookupRequest{Key: key})
		switch {
		case core.IsKind(err, core.KindNotFound): // the question was lost
		case err != nil:
			return nil, err
		case o.Captured.Amount > o.Refunded.Amount || o.Status == payment.Authorized:
			held = append(held, key)
		}
	}
	return held, nil
}

// counter answers one kind of request at the desk.
func counter[I, O any](mux *http.ServeMux, path string, answer func(context.Context, I) (O, error)) {
	mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
		var in I
		err := json.NewDecoder(r.Body).Decode(&in)
		var out O
		if err == nil {
			out, err = answer(r.Context(), in)
		}
		switch {
		case core.IsKind(err, core.KindNotFound):
			http.Error(w, err.Error(), http.StatusNotFound)
		case err != nil:
			http.Error(w, err.Error(), http.StatusBadGateway)
		default:
			_ = json.NewEncoder(w).Encode(out)
		}
	})
}

// remote is the shop's side of a desk.
type remote struct {
	url  string
	http *http.Client
}

func newRemote(url string) *remote {
	return &remote{url, &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
}

func (*remote) Name() string { return "simulator" }

func (*remote) Capabilities() payment.Capabilities {
	return payment.Capabilities{PartialCapture: true, PartialRefund: true}
}

func (p *remote) Authorize(ctx context.Context, r payment.AuthorizeRequest) (o payment.Outcome, err error) {
	return o, p.call(ctx, "/authorize", r, &o)
}

func (p *remote) Capture(ctx context.Context, r payment.OperationRequest) (v payment.Result, err error) {
	return v, p.call(ctx, "/capture", r, &v)
}

func (p *remote) Void(ctx context.Context, r payment.OperationRequest) (v payment.Result, err error) {
	return v, p.call(ctx, "/void", r, &v)
}

func (p *remote) Refund(ctx context.Context, r payment.OperationRequest) (v payment.Result, err error) {
	return v, p.call(ctx, "/refund", r, &v)
}

func (p *remote) Lookup(ctx context.Context, r payment.LookupRequest) (o payment.Outcome, err error) {
	return o, p.call(ctx, "/lookup", r, &o)
}

func (*remote) ParseWebhook(context.Context, http.Header, []byte) ([]payment.Event, error) {
	return nil, errors.New("this provider sends no webhooks")
}

func (p *remote) call(ctx context.Context, path string, in, out any) error {
	raw, err := json.Marshal(in)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url+path, bytes.NewReader(raw))
	if err != nil {
		return err
	}
	res, err := p.http.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	switch res.StatusCode {
	case http.StatusOK:
		return json.NewDecoder(res.Body).Decode(out)
	case http.StatusNotFound:
		return core.NotFound("payment", "of this key")
	}
	return fmt.Errorf("the provider answered %s", res.Status)
}
