package storagetest

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/idempotency"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/stretchr/testify/require"
)

// Idempotency tests the store and the service of idempotency keys.
func Idempotency(t *testing.T, open func(t *testing.T) *storage.DB) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	claim := func(key, hash string) idempotency.Claim {
		return idempotency.Claim{Scope: "cus_1 POST /orders", Key: key, Hash: hash, Now: now}
	}
	answer := idempotency.Response{Status: 201, Header: map[string]string{"Location": "/ä"}, Body: []byte(`{"id":"猫"}`)}
	service := func(db *storage.DB, clock core.Clock) *idempotency.Service {
		return idempotency.New(core.Narrow(db, func(tx storage.Tx) idempotency.Tx { return tx }), idempotency.Config{Clock: clock})
	}

	t.Run("once within a transaction", func(t *testing.T) {
		ctx, db := system(t), open(t)
		var ran atomic.Int64
		do := func(c idempotency.Claim, r idempotency.Response, fail error) (got idempotency.Response, replayed bool, err error) {
			err = db.Update(ctx, func(tx storage.Tx) error {
				got, replayed, err = idempotency.Do(ctx, tx.Idempotency(), c, func() (idempotency.Response, error) {
					ran.Add(1)
					return r, errors.Join(fail, putIn(ctx, tx, "effect", 1))
				})
				return err
			})
			return got, replayed, err
		}
		_, _, err := do(claim("k", "h"), answer, errors.New("no"))
		require.Error(t, err)
		missing(t, db, "effect")
		ran.Store(0)
		// All at once: one works, the others wait for its transaction or are told.
		for i, err := range together(8, func(int) error {
			got, _, err := do(claim("k", "h"), answer, nil)
			if err == nil && got.Status != 201 {
				return fmt.Errorf("answer %v", got)
			}
			return err
		}) {
			require.NoError(t, err, i)
		}
		require.EqualValues(t, 1, ran.Load())
		got, replayed, err := do(claim("k", "h"), answer, nil)
		require.NoError(t, err)
		require.True(t, replayed)
		require.Equal(t, answer, got)

		var mismatch *idempotency.MismatchError
		_, _, err = do(claim("k", "other"), answer, nil)
		require.ErrorAs(t, err, &mismatch)
		other := claim("k", "other")
		other.Scope = "cus_2 POST /orders"
		_, replayed, err = do(other, answer, nil)
		require.NoError(t, err)
		require.False(t, replayed, "scopes never meet")

		_, _, err = do(claim("bad", "h"), idempotency.Response{Status: 503}, nil)
		require.NoError(t, err)
		_, replayed, err = do(claim("bad", "h"), answer, nil)
		require.NoError(t, err)
		require.False(t, replayed, "5xx is never stored")

		expired := claim("k", "third")
		expired.Now = now.Add(25 * time.Hour)
		_, replayed, err = do(expired, answer, nil)
		require.NoError(t, err)
		require.False(t, replayed)
		for _, c := range []idempotency.Claim{{}, claim("", "h"), claim(string(make([]byte, 300)), "h"), claim("a\x00", "h")} {
			_, _, err = do(c, answer, nil)
			require.True(t, core.IsKind(err, core.KindInvalid))
		}
	})

	t.Run("over several transactions", func(t *testing.T) {
		ctx, db := system(t), open(t)
		at := now
		s := service(db, func() time.Time { return at })
		var running *idempotency.InFlightError
		got, replayed, err := s.Do(ctx, "scope", "k", "h", func(ctx context.Context, run *idempotency.Run) (idempotency.Response, error) {
			require.False(t, run.Resumed)
			_, _, err := s.Do(ctx, "scope", "k", "h", nil)
			require.ErrorAs(t, err, &running)
			require.Positive(t, running.RetryAfter)
			return answer, put(ctx, db, "effect", 1) // no transaction is open meanwhile
		})
		require.NoError(t, err)
		require.False(t, replayed)
		require.Equal(t, answer, got)
		got, replayed, err = s.Do(ctx, "scope", "k", "h", nil)
		require.NoError(t, err)
		require.True(t, replayed)
		require.Equal(t, answer, got)

		no := errors.New("no")
		for range 2 { // a failure leaves no claim
			_, _, err = s.Do(ctx, "scope", "failing", "h", func(context.Context, *idempotency.Run) (idempotency.Response, error) { return answer, no })
			require.ErrorIs(t, err, no)
		}
	})

	t.Run("a run that died is resumed", func(t *testing.T) {
		ctx, db := system(t), open(t)
		at := now
		s := service(db, func() time.Time { return at })
		var dead *idempotency.Run
		require.Panics(t, func() { // stands for the end of the program
			_, _, _ = s.Do(ctx, "scope", "k", "h", func(ctx context.Context, run *idempotency.Run) (idempotency.Response, error) {
				require.NoError(t, run.Reach(ctx, "charged"))
				dead = run
				panic("kill -9")
			})
		})
		var running *idempotency.InFlightError
		_, _, err := s.Do(ctx, "scope", "k", "h", nil)
		require.ErrorAs(t, err, &running)
		at = at.Add(61 * time.Second)
		_, _, err = s.Do(ctx, "scope", "k", "h", func(ctx context.Context, run *idempotency.Run) (idempotency.Response, error) {
			require.True(t, run.Resumed)
			require.Equal(t, "charged", run.Point)
			require.True(t, core.IsKind(dead.Reach(ctx, "late"), core.KindConflict), "the one before is locked out")
			return answer, nil
		})
		require.NoError(t, err)
		_, replayed, err := s.Do(ctx, "scope", "k", "h", nil)
		require.NoError(t, err)
		require.True(t, replayed)

		at = at.Add(25 * time.Hour)
		n, err := s.Prune(ctx)
		require.NoError(t, err)
		require.EqualValues(t, 1, n)
		n, err = s.Prune(ctx)
		require.NoError(t, err)
		require.Zero(t, n)
	})
}
