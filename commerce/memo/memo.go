package memo

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// Memo is bytes under a key.
type Memo struct {
	Key    string
	Value  []byte
	UsedAt time.Time // about: noted once a day
}

// MaxKey bounds a key, in bytes.
const MaxKey = 200

// Store keeps memos.
type Store interface {
	// Get returns the memos of those keys that are there, by key.
	Get(ctx context.Context, keys []string) ([]Memo, error)
	// Put writes memos, each in place of the one under its key.
	Put(ctx context.Context, memos []Memo) error
	// Touch notes when memos were used; keys that are not there are ignored.
	Touch(ctx context.Context, keys []string, at time.Time) error
	// Prune deletes memos that were last used before the time, at most limit of
	// them, and returns how many.
	Prune(ctx context.Context, before time.Time, limit int) (int64, error)
}

// Tx is what the service needs of a transaction.
type Tx interface{ Memos() Store }

// Config of a [Service]. The zero value is right.
type Config struct {
	// Keep is how long a memo that nobody asks for is kept. Default 30 days.
	Keep time.Duration
	// Clock tells the time. Default the system clock.
	Clock core.Clock
}

// Service keeps memos. Safe for concurrent use.
type Service struct {
	db  core.Runner[Tx]
	cfg Config
}

// New makes a service over a database.
func New(db core.Runner[Tx], cfg Config) *Service {
	if cfg.Keep <= 0 {
		cfg.Keep = 30 * 24 * time.Hour
	}
	return &Service{db, cfg}
}

const (
	batch = 500
	fresh = 24 * time.Hour // a use is not noted again within
)

// Get returns the values of those keys that are kept, and notes their use.
func (s *Service) Get(ctx context.Context, keys []string) (map[string][]byte, error) {
	values := make(map[string][]byte, len(keys))
	now := s.cfg.Clock.Now()
	for part := range slices.Chunk(unique(keys), batch) {
		var found []Memo
		if err := s.db.View(ctx, func(tx Tx) (err error) {
			found, err = tx.Memos().Get(ctx, part)
			return err
		}); err != nil {
			return nil, err
		}
		var stale []string
		for _, m := range found {
			values[m.Key] = m.Value
			if now.Sub(m.UsedAt) > fresh {
				stale = append(stale, m.Key)
			}
		}
		if len(stale) == 0 {
			continue
		}
		if err := s.db.Update(ctx, func(tx Tx) error { return tx.Memos().Touch(ctx, stale, now) }); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// Put keeps values, each in place of the one under its key. KindInvalid for a
// key that is empty, too long or no text; then none is kept.
func (s *Service) Put(ctx context.Context, values map[string][]byte) error {
	keys := slices.Sorted(maps.Keys(values)) // writers that meet do not block each other
	for _, key := range keys {
		if key == "" || len(key) > MaxKey || !core.ValidText(key) {
			return core.Errorf(core.KindInvalid, "memo_key", "the key %.40q of a memo must be text of 1 to %d bytes", key, MaxKey)
		}
	}
	now := s.cfg.Clock.Now()
	for part := range slices.Chunk(keys, batch) {
		memos := make([]Memo, len(part))
		for i, key := range part {
			memos[i] = Memo{key, values[key], now}
		}
		if err := s.db.Update(ctx, func(tx Tx) error { return tx.Memos().Put(ctx, memos) }); err != nil {
			return err
		}
	}
	return nil
}

// Prune forgets what nobody asked for and returns how many memos that were.
func (s *Service) Prune(ctx context.Context) (int64, error) {
	var total int64
	for {
		var n int64
		err := s.db.Update(ctx, func(tx Tx) (err error) {
			n, err = tx.Memos().Prune(ctx, s.cfg.Clock.Now().Add(-s.cfg.Keep), batch)
			return err
		})
		total += n
		if err != nil || n < batch {
			return total, err
		}
	}
}

func unique(keys []string) []string { return slices.Compact(slices.Sorted(slices.Values(keys))) }
