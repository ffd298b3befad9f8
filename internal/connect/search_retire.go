package connect

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"strings"
	"time"
)

// lastAnswer is how long a search that began before a rebuild may still use the
// indexes from before it.
const lastAnswer = time.Minute

// dropLimit is how long dropping may take when a program ends.
const dropLimit = 10 * time.Second

// retired are indexes that a rebuild took the place of.
type retired struct {
	since   time.Time // by the process clock
	indexes []any
}

// indexName names the indexes of an engine, for good.
func indexName(locale string) string {
	return "products-" + locale + "-" + strings.ToLower(rand.Text()[:12])
}

// dropper is an index that keeps something outside of the process.
type dropper interface {
	Drop(ctx context.Context) error
}

// retire notes the indexes of a state that answers no more.
func (s *Search) retire(st *searchState) {
	if st == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.retired = append(s.retired, retired{time.Now(), st.indexes})
}

// discardRetired drops what was retired before a time.
func (s *Search) discardRetired(ctx context.Context, before time.Time) {
	s.mu.Lock()
	n := 0
	for n < len(s.retired) && s.retired[n].since.Before(before) {
		n++
	}
	gone := s.retired[:n]
	s.retired = s.retired[n:]
	s.mu.Unlock()
	for _, r := range gone {
		s.discard(ctx, r.indexes)
	}
}

// discard drops and closes indexes. What fails is told and left.
func (s *Search) discard(ctx context.Context, indexes []any) {
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
			s.cfg.Logger.WarnContext(ctx, "search: dropping an index", "error", err)
		}
	}
}

// finish drops and closes all indexes, so that a program that ends leaves none
// behind. Those in memory stay and answer on.
func (s *Search) finish(ctx context.Context) {
	if st := s.current.Load(); st != nil {
		for _, index := range st.indexes {
			_, drops := index.(dropper)
			_, closes := index.(io.Closer)
			if drops || closes {
				s.current.Store(nil)
				s.retire(st)
				break
			}
		}
	}
	s.building.Lock()
	if s.halfway != nil {
		s.discard(ctx, s.halfway.st.indexes)
		s.halfway = nil
	}
	s.building.Unlock()
	s.discardRetired(ctx, time.Now().Add(time.Hour))
}
