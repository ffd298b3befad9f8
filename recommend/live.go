package recommend

import (
	"container/list"
	"context"
	"slices"
	"sync"
)

// live holds what users did lately: of each the newest perUser interactions, of
// as many users as there is room for, the longest silent forgotten first.
type live struct {
	perUser int
	load    func(ctx context.Context, user string) ([]Interaction, error)
	shards  [64]shard
	room    int // users of a shard
}

type shard struct {
	mu    sync.Mutex
	users map[string]*list.Element // of *userState
	order list.List                // the longest silent in front
}

type userState struct {
	user   string
	events []Interaction // immutable once there; the newest last
	loaded bool          // the History port was asked
}

func newLive(users, perUser int, load func(context.Context, string) ([]Interaction, error)) *live {
	l := &live{perUser: perUser, load: load}
	l.room = max((users+len(l.shards)-1)/len(l.shards), 1)
	for i := range l.shards {
		l.shards[i].users = map[string]*list.Element{}
	}
	return l
}

func (l *live) shard(user string) *shard { return &l.shards[hash(user)%uint64(len(l.shards))] }

// touch returns the user's state, made if need be. The shard is locked.
func (l *live) touch(s *shard, user string) *userState {
	if e, ok := s.users[user]; ok {
		s.order.MoveToBack(e)
		return e.Value.(*userState)
	}
	for s.order.Len() >= l.room {
		delete(s.users, s.order.Remove(s.order.Front()).(*userState).user)
	}
	u := &userState{user: user}
	s.users[user] = s.order.PushBack(u)
	return u
}

// add puts in what a user did.
func (l *live) add(user string, events []Interaction) {
	s := l.shard(user)
	s.mu.Lock()
	defer s.mu.Unlock()
	u := l.touch(s, user)
	u.events = l.merged(u.events, events)
}

// merged is both in the order of time, each interaction once.
func (l *live) merged(a, b []Interaction) []Interaction {
	all := slices.Concat(a, b)
	slices.SortStableFunc(all, func(x, y Interaction) int { return x.Time.Compare(y.Time) })
	all = slices.CompactFunc(all, func(x, y Interaction) bool {
		return x.Item == y.Item && x.Kind == y.Kind && x.Time.Equal(y.Time)
	})
	return slices.Clone(all[max(len(all)-l.perUser, 0):])
}

// history of a user, the newest last. The port is asked once, outside of the
// lock.
func (l *live) history(ctx context.Context, user string) ([]Interaction, error) {
	if user == "" {
		return nil, nil
	}
	s := l.shard(user)
	s.mu.Lock()
	if e, ok := s.users[user]; ok && (e.Value.(*userState).loaded || l.load == nil) {
		s.order.MoveToBack(e)
		defer s.mu.Unlock()
		return e.Value.(*userState).events, nil
	}
	s.mu.Unlock()
	if l.load == nil {
		return nil, nil
	}
	loaded, err := l.load(ctx, user)
	if err != nil {
		return nil, err
	}
	var usable []Interaction
	for _, x := range loaded {
		if x = x.withDefaults(); x.User == user && x.check(x.Time) == nil {
			usable = append(usable, x)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	u := l.touch(s, user)
	u.loaded = true
	u.events = l.merged(usable, u.events)
	return u.events, nil
}
