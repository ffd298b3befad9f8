package httpapi

import (
	"context"
	"hash/maphash"
	"net/netip"
	"sync"
	"time"

	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/promo"
)

// Guesses bounds how often one may be wrong about what can be guessed: a
// guest's order by number and email, a promotion code. It is counted for each
// client's address, each order's number and each cart, in each process for
// itself. Right answers cost nothing. (Signing in has bounds of its own, which
// the database keeps: see package account.)
type Guesses struct {
	// Burst is how many may be wrong at once. Default 20; negative is no bound.
	Burst int
	// Every is how long it takes until one more may. Default 15 s.
	Every time.Duration
}

// guesses counts wrong guesses in token buckets, all of them in a table of
// fixed size: keys that share a slot share its bucket, which only makes it
// stricter. Safe for concurrent use.
type guesses struct {
	burst, every int64 // every in microseconds; burst 0 is no bound
	seed         maphash.Seed
	mu           sync.Mutex
	full         []int64 // when each bucket is full again, in microseconds (GCRA)
}

const guessSlots = 1 << 14 // 128 KiB

func newGuesses(g Guesses) *guesses {
	if g.Burst == 0 {
		g.Burst = 20
	}
	if g.Every <= 0 {
		g.Every = 15 * time.Second
	}
	return &guesses{burst: int64(max(g.Burst, 0)), every: max(1, g.Every.Microseconds()), seed: maphash.MakeSeed(), full: make([]int64, guessSlots)}
}

// take takes n tokens of each key, or of none: then it returns how long to wait.
func (g *guesses) take(now time.Time, n int64, keys ...string) time.Duration {
	if g.burst == 0 {
		return 0
	}
	n = min(n, g.burst) // or it could never be had
	at := now.UnixMicro()
	g.mu.Lock()
	defer g.mu.Unlock()
	var wait int64
	for _, k := range keys {
		wait = max(wait, max(at, g.full[g.slot(k)])+(n-g.burst)*g.every-at)
	}
	if wait > 0 {
		return time.Duration(wait) * time.Microsecond
	}
	for _, k := range keys {
		s := g.slot(k)
		g.full[s] = max(at, g.full[s]) + n*g.every
	}
	return 0
}

// giveBack returns n tokens to each key.
func (g *guesses) giveBack(n int64, keys ...string) {
	if g.burst == 0 {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, k := range keys {
		g.full[g.slot(k)] -= min(n, g.burst) * g.every
	}
}

func (g *guesses) slot(key string) uint64 { return maphash.String(g.seed, key) % guessSlots }

// guess runs do, which tells how many of the n guesses in a request were right.
// Tokens are taken before, so that many requests at once are not checked side by
// side, and given back for what was right.
func (a *api) guess(ctx context.Context, n int, about string, do func() (right int, err error)) error {
	if n == 0 {
		_, err := do()
		return err
	}
	var keys []string
	if about != "" {
		keys = append(keys, about)
	}
	if network := networkOf(clientIP(ctx)); network != "" {
		keys = append(keys, "from "+network)
	}
	if wait := a.guesses.take(a.cfg.Clock.Now(), int64(n), keys...); wait > 0 {
		return &account.RateLimitedError{RetryAfter: wait}
	}
	right, err := do()
	switch {
	case err == nil:
		a.guesses.giveBack(int64(right), keys...)
	case !core.IsKind(err, core.KindNotFound) && core.CodeOf(err) != string(promo.UnknownCode): // it says nothing about the guess
		a.guesses.giveBack(int64(n), keys...)
	}
	return err
}

// networkOf is the address, or of IPv6 its /64: one client has all of that.
func networkOf(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return ""
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is6() {
		if p, err := ip.Prefix(64); err == nil {
			return p.String()
		}
	}
	return ip.String()
}
