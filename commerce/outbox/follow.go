package outbox

import (
	"context"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// FollowConfig says how a process follows events. The zero value is right.
type FollowConfig struct {
	Types []string      // patterns, see [Match]. Default all
	Poll  time.Duration // how often to look. Default 200 ms
	Batch int           // events a call, at most. Default 200
	// Failed is told of errors; the same events come again after a second.
	// Default: nobody.
	Failed func(error)
}

// Follow hands events that come after a place to handle, in order, and with
// them the place up to which there are no others, until ctx ends. Unlike a
// Relay it keeps no place and shares nothing: every process that follows sees
// every event, as what keeps state in memory needs. Start from [Last], taken
// before that state was read.
func Follow(ctx context.Context, db core.Runner[Tx], after int64, cfg FollowConfig, handle func(ctx context.Context, events []Stored, through int64) error) {
	if cfg.Poll <= 0 {
		cfg.Poll = 200 * time.Millisecond
	}
	if cfg.Batch <= 0 {
		cfg.Batch = 200
	}
	for ctx.Err() == nil {
		var events []Stored
		var through int64
		err := db.View(ctx, func(tx Tx) (err error) {
			events, through, err = tx.Outbox().After(ctx, after, cfg.Types, cfg.Batch)
			return err
		})
		if err == nil && len(events) > 0 {
			err = handle(ctx, events, through)
		}
		pause := cfg.Poll
		switch {
		case err == nil:
			after = max(after, through)
			if len(events) > 0 {
				continue
			}
		case ctx.Err() == nil:
			if cfg.Failed != nil {
				cfg.Failed(err)
			}
			pause = max(time.Second, cfg.Poll)
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// Last returns the newest place that was given.
func Last(ctx context.Context, db core.Runner[Tx]) (seq int64, err error) {
	err = db.View(ctx, func(tx Tx) error {
		st, err := tx.Outbox().Status(ctx, time.Time{})
		seq = st.Last
		return err
	})
	return seq, err
}
