package connect

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// kept is an index outside of the process.
type kept struct {
	dropped, closed int
	err             error
}

func (k *kept) Drop(ctx context.Context) error {
	k.dropped++
	return errors.Join(k.err, ctx.Err())
}

func (k *kept) Close() error { k.closed++; return nil }

func TestIndexesAreDroppedAfterTheLastAnswer(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := &Search{cfg: SearchConfig{Logger: slog.New(slog.NewTextHandler(&log, nil))}}
	first, second := &kept{}, &kept{err: errors.New("out of reach")}
	s.retired.add(first, "in memory")
	s.retired.discard(t.Context(), time.Now().Add(-lastAnswer), s.cfg.Logger)
	require.Equal(t, kept{}, *first, "a search may still use it")
	s.retired.discard(t.Context(), time.Now().Add(time.Second), s.cfg.Logger)
	require.Equal(t, kept{dropped: 1, closed: 1}, *first)

	s.current.Store(&searchState{indexes: []any{"in memory", second}})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s.finish(ctx)
	require.Equal(t, 1, first.dropped)
	require.Equal(t, 1, second.dropped)
	require.Equal(t, 1, second.closed)
	require.Nil(t, s.current.Load())
	require.Contains(t, log.String(), "out of reach")
	require.NotContains(t, log.String(), "context canceled")

	stays := &searchState{indexes: []any{"in memory"}}
	s.current.Store(stays)
	s.finish(t.Context())
	require.Same(t, stays, s.current.Load())
}
