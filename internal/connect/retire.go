package connect

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync"
	"time"
)

// lastAnswer is how long an answer that began before indexes were retired may
// still use them.
const lastAnswer = time.Minute

// dropLimit is how long dropping may take when a program ends.
const dropLimit = 10 * time.Second

// retired are indexes that others took the place of. The zero value is ready.
type retired struct {
	mu   sync.Mutex
	sets []retiredSet // in the order of time
}

type retiredSet struct {
	since   time.Time // by the process clock
	indexes []any
}

// indexName names indexes for good.
func indexName(of string) string { return of + "-" + strings.ToLower(rand.Text()[:12]) }

// dropper is an index that keeps something outside of the process.
type dropper interface {
	Drop(ctx context.Context) error
}

// outside reports whether there is something to drop or close.
func outside(index any) bool {
	_, drops := index.(dropper)
	_, closes := index.(io.Closer)
	return drops || closes
}

// add notes indexes that answer no more.
func (r *retired) add(indexes ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sets = append(r.sets, retiredSet{time.Now(), indexes})
}

// discard drops what was retired before a time.
func (r *retired) discard(ctx context.Context, before time.Time, logger *slog.Logger) {
	r.mu.Lock()
	n := 0
	for n < len(r.sets) && r.sets[n].since.Before(before) {
		n++
	}
	gone := r.sets[:n]
	r.sets = r.sets[n:]
	r.mu.Unlock()
	for _, set := range gone {
		discard(ctx, set.indexes, logger)
	}
}

// discard drops and closes indexes. What fails is told and left.
func discard(ctx context.Context, indexes []any, logger *slog.Logger) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), dropLimit)
	defer cancel()
	for _, index := range indexes {
		var err error
		if d, ok := index.(dropper); ok {
			err = d.Drop(ctx)
		}
		if c, ok := index.(io.Closer); ok {
			err = errors.Join(err, c.Close())
		}
		if err != nil {
			logger.WarnContext(ctx, "dropping an index", "error", err)
		}
	}
}
