package account

import (
	"context"
	"net/netip"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// Back-off: the first attempts are free, then each failure doubles the wait.
const (
	accountFree  = 5
	addressFree  = 20 // many people may share an address
	firstWait    = time.Second
	longestWait  = 15 * time.Minute
	attemptsLast = 24 * time.Hour // without a failure for that long, counting begins anew
)

// attempt names what attempts are counted under. Keys are hashes, since what
// people type into an email field may be anything.
type attempt struct {
	key  string
	free int64
}

func accountAttempt(action string, kind core.ActorKind, who string) attempt {
	return attempt{action + ":" + digest(string(kind) + "\x00" + who)[:32], accountFree}
}

// addressAttempt counts by IP, whole /64 networks of IPv6; ok is false for an
// unknown address.
func addressAttempt(action string, c Client) (attempt, bool) {
	ip, err := netip.ParseAddr(c.IP)
	if err != nil {
		return attempt{}, false
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is6() {
		if p, err := ip.Prefix(64); err == nil {
			ip = p.Addr()
		}
	}
	return attempt{action + "-ip:" + ip.String(), addressFree}, true
}

// tally is the attempts one request counts under.
type tally []attempt

func newTally(action string, kind core.ActorKind, who string, c Client) tally {
	t := tally{accountAttempt(action, kind, who)}
	if a, ok := addressAttempt(action, c); ok {
		t = append(t, a)
	}
	return t
}

// count counts an attempt before its outcome is known, so that many at once
// are not checked side by side. It reports whether the account is blocked from
// now on, should the attempt fail; a *RateLimitedError when it was already.
func (t tally) count(ctx context.Context, st Store, now time.Time) (blocks bool, err error) {
	for i, a := range t {
		n, blocked, err := st.CountAttempt(ctx, a.key, now, now.Add(-attemptsLast))
		if err != nil {
			return false, err
		}
		if blocked.After(now) {
			return false, &RateLimitedError{RetryAfter: blocked.Sub(now)}
		}
		if n < a.free {
			continue
		}
		wait := longestWait
		if over := n - a.free; over < 10 {
			wait = min(firstWait<<over, longestWait)
		}
		blocks = blocks || i == 0
		if err := st.BlockAttempts(ctx, a.key, now.Add(wait)); err != nil {
			return false, err
		}
	}
	return blocks, nil
}

// succeeded forgets the account's attempts and takes back this one of the
// address: one good account does not clear a guesser's address.
func (t tally) succeeded(ctx context.Context, st Store) error {
	for i, a := range t {
		forget := st.UncountAttempt
		if i == 0 {
			forget = st.ForgetAttempts
		}
		if err := forget(ctx, a.key); err != nil {
			return err
		}
	}
	return nil
}

// takeBack uncounts this attempt only.
func (t tally) takeBack(ctx context.Context, st Store) error {
	for _, a := range t {
		if err := st.UncountAttempt(ctx, a.key); err != nil {
			return err
		}
	}
	return nil
}
