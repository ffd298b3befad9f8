package bench

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/bodega-commerce/bodega/internal/testenv"
	"github.com/stretchr/testify/require"
)

// TestMain lets the test program be its own child.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "child" {
		if err := Child(context.Background(), os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// runner measures little: what is tested is that the runs work and that the
// shop keeps its promises, not how fast it is.
func runner(t *testing.T, database string) Runner {
	t.Helper()
	exe, err := os.Executable()
	require.NoError(t, err)
	return Runner{Child: []string{exe, "child"}, Database: database, Clients: 8, Duration: 300 * time.Millisecond, Warmup: 100 * time.Millisecond, Log: io.Discard}
}

func durable(t *testing.T, test func(t *testing.T, r Runner)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, runner(t, "sqlite://"+filepath.Join(t.TempDir(), "shop.db")))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, runner(t, testenv.Postgres(t)))
	})
}

func figure(t *testing.T, r *Result, name string) float64 {
	t.Helper()
	for _, f := range r.Figures {
		if f.Name == name {
			return f.Value
		}
	}
	require.Fail(t, "no figure "+name, "%+v", r.Figures)
	return 0
}

func TestKilledServersLoseNothing(t *testing.T) {
	t.Parallel()
	durable(t, func(t *testing.T, r Runner) {
		result, err := r.Kill(t.Context(), 3)
		require.NoError(t, err)
		require.Empty(t, result.Violations)
		require.Positive(t, figure(t, result, "orders told of"))
	})
}

func TestNobodyBuysWhatIsGone(t *testing.T) {
	t.Parallel()
	sell := func(t *testing.T, r Runner) {
		r.Clients = 200
		result, err := r.Oversell(t.Context())
		require.NoError(t, err)
		require.Empty(t, result.Violations)
		require.InDelta(t, units, figure(t, result, "orders"), 0)
		require.InDelta(t, 200-units, figure(t, result, "told that it is out of stock"), 0)
	}
	durable(t, sell)
	t.Run("memory", func(t *testing.T) {
		t.Parallel()
		sell(t, runner(t, "memory:"))
	})
}

func TestACheckoutTakesFewStatements(t *testing.T) {
	t.Parallel()
	durable(t, func(t *testing.T, r Runner) {
		r.Duration = 2 * time.Second
		result, err := r.Checkout(t.Context())
		require.NoError(t, err)
		require.Empty(t, result.Violations)
		// What the shop does beside, some looks for news a second, is in it.
		const looks = 150
		require.LessOrEqual(t, figure(t, result, "statements of an order"), 24+looks/figure(t, result, "orders"))
	})
}

func TestAListTakesFewStatements(t *testing.T) {
	t.Parallel()
	durable(t, func(t *testing.T, r Runner) {
		result, err := r.List(t.Context())
		require.NoError(t, err)
		require.LessOrEqual(t, figure(t, result, "statements of a page"), 4.0)
	})
}
