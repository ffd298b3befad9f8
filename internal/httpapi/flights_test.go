package httpapi

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFlightsShareWhatBeginsLater(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var s flights[int]
		reads := 0
		read := func(context.Context) (int, error) {
			reads++
			n := reads
			time.Sleep(time.Second)
			return n, nil
		}
		get := func() int {
			n, err := s.do(t.Context(), "page", read)
			assert.NoError(t, err)
			return n
		}
		var wg sync.WaitGroup
		wg.Go(func() { assert.Equal(t, 1, get()) })
		time.Sleep(time.Millisecond)
		for range 50 { // while the first runs: they must not get what it reads
			wg.Go(func() { assert.Equal(t, 2, get()) })
		}
		wg.Go(func() {
			n, err := s.do(t.Context(), "another", func(context.Context) (int, error) { return 100, nil })
			assert.NoError(t, err)
			assert.Equal(t, 100, n, "other keys do not wait")
		})
		time.Sleep(1500 * time.Millisecond) // the second runs
		wg.Go(func() { assert.Equal(t, 3, get()) })
		wg.Wait()
		assert.Equal(t, 3, reads)
		assert.Empty(t, s.running)
	})
}

func TestFlightsOutliveTheirCallers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var s flights[string]
		read := func(ctx context.Context) (string, error) {
			select {
			case <-time.After(time.Second):
				return "read", nil
			case <-ctx.Done():
				return "", ctx.Err()
			}
		}
		ctx, leave := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer leave()
		var wg sync.WaitGroup
		for range 2 { // one begins a read, one waits for the next
			wg.Go(func() {
				_, err := s.do(ctx, "k", read)
				assert.ErrorIs(t, err, context.DeadlineExceeded)
			})
		}
		time.Sleep(time.Millisecond)
		wg.Go(func() {
			v, err := s.do(t.Context(), "k", read)
			assert.NoError(t, err)
			assert.Equal(t, "read", v)
		})
		wg.Wait()
	})
}

func TestFlightsEndByErrorPanicAndTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var s flights[int]
		failure := errors.New("no database")
		_, err := s.do(t.Context(), "k", func(context.Context) (int, error) { return 0, failure })
		require.ErrorIs(t, err, failure)
		_, err = s.do(t.Context(), "k", func(context.Context) (int, error) { panic("oh") })
		require.ErrorContains(t, err, "oh")
		_, err = s.do(t.Context(), "k", func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, ctx.Err() })
		require.ErrorIs(t, err, context.DeadlineExceeded)
		n, err := s.do(t.Context(), "k", func(context.Context) (int, error) { return 1, nil })
		require.NoError(t, err)
		assert.Equal(t, 1, n)
	})
}

func TestFlightsNeverAnswerWithThePast(t *testing.T) {
	t.Parallel()
	var s flights[int64]
	var written atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 500 {
				mine := written.Add(1)
				seen, err := s.do(t.Context(), "k", func(context.Context) (int64, error) { return written.Load(), nil })
				if !assert.NoError(t, err) || !assert.GreaterOrEqual(t, seen, mine) {
					return
				}
			}
		})
	}
	wg.Wait()
}
