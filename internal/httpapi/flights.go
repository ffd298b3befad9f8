package httpapi

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// flights lets calls for the same thing share one read. A call never gets what
// was read before it was made: while a read runs, those who come wait together
// for the next, which begins when that one has ended. So many shoppers who look
// at one page cost one statement at a time, and everybody sees their own writes.
type flights[T any] struct {
	mu      sync.Mutex
	running map[string]*flight[T]
}

type flight[T any] struct {
	next  *flight[T] // for those who came after this one began; guarded by flights.mu
	done  chan struct{}
	value T // set before done is closed, like err
	err   error
}

// flightTimeout bounds a read that others wait for.
const flightTimeout = 10 * time.Second

// do returns what read returns, of a run that begins after do was called. read
// gets a context with the values of a caller's that ends with flightTimeout:
// a caller who leaves takes nothing away from the others.
func (s *flights[T]) do(ctx context.Context, key string, read func(context.Context) (T, error)) (T, error) {
	s.mu.Lock()
	f, running := s.running[key]
	switch {
	case !running:
		f = &flight[T]{done: make(chan struct{})}
		if s.running == nil {
			s.running = map[string]*flight[T]{}
		}
		s.running[key] = f
		go s.run(context.WithoutCancel(ctx), key, f, read)
	case f.next == nil:
		f.next = &flight[T]{done: make(chan struct{})}
		go s.after(context.WithoutCancel(ctx), key, f, read)
		f = f.next
	default:
		f = f.next
	}
	s.mu.Unlock()
	select {
	case <-f.done:
		return f.value, f.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

// after runs the flight behind f.
func (s *flights[T]) after(ctx context.Context, key string, f *flight[T], read func(context.Context) (T, error)) {
	<-f.done
	s.run(ctx, key, f.next, read)
}

func (s *flights[T]) run(ctx context.Context, key string, f *flight[T], read func(context.Context) (T, error)) {
	ctx, cancel := context.WithTimeout(ctx, flightTimeout)
	defer cancel()
	defer func() {
		if r := recover(); r != nil {
			f.err = fmt.Errorf("httpapi: reading panicked: %v", r)
		}
		s.mu.Lock()
		if f.next != nil {
			s.running[key] = f.next
		} else {
			delete(s.running, key)
		}
		s.mu.Unlock()
		close(f.done)
	}()
	f.value, f.err = read(ctx)
}
