package outbox

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestMatch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		patterns string
		typ      string
		want     bool
	}{
		{"", "order.placed", true}, {"*", "order.placed", true}, {"order.*", "order.placed", true}, {"order.placed", "order.placed", true},
		{"order.*", "orders.placed", false}, {"order.placed", "order.placed2", false}, {"product.* order.paid", "order.paid", true}, {"product.* order.paid", "order.placed", false},
	} {
		require.Equal(t, c.want, Match(strings.Fields(c.patterns), c.typ), "%s %s", c.patterns, c.typ)
	}
	require.True(t, validPatterns([]string{"*", "order.*", "order.placed"}))
	for _, bad := range []string{"", "ord*", "*.placed", "order.**", "a\x00b"} {
		require.False(t, validPatterns([]string{bad}), bad)
	}
}

func TestPause(t *testing.T) {
	t.Parallel()
	r := NewRelay(nil, RelayConfig{})
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 1000).Draw(t, "attempts")
		base := 15 * time.Minute
		if n < 11 {
			base = min(base, time.Second<<(n-1))
		}
		p := r.pause(n)
		require.GreaterOrEqual(t, p, base*3/4)
		require.LessOrEqual(t, p, base*5/4)
	})
}

func TestPermanent(t *testing.T) {
	t.Parallel()
	no := errors.New("no")
	require.NoError(t, Permanent(nil))
	require.ErrorIs(t, Permanent(no), no)
	require.True(t, isPermanent(Permanent(no)))
	require.False(t, isPermanent(no))
	require.LessOrEqual(t, len(shorten(strings.Repeat("猫", 1000))), 1003)
	require.Equal(t, "a?b?", shorten("a\x00b\xff"))
}

func TestSubscribeRefuses(t *testing.T) {
	t.Parallel()
	r := NewRelay(nil, RelayConfig{})
	require.Error(t, r.Subscribe(Handler{}))
	require.Error(t, r.Subscribe(Handler{Name: "a"}))
}
