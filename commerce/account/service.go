package account

import (
	"context"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// Service is everything about customers, staff, sessions and keys. Methods
// check the permission of the actor in the context; those about "own" things
// act on the actor only. Safe for concurrent use.
type Service struct {
	db     core.Runner[Tx]
	cfg    Config
	hasher *hasher
	vault  vault
	ring   ring
	keys   keyCache
	denied denyList
}

// New makes a service. It touches no database; the key that signs tokens is
// made at first use.
func New(db core.Runner[Tx], cfg Config) (*Service, error) {
	cfg = cfg.withDefaults()
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	v, err := newVault(cfg.Secret)
	if err != nil {
		return nil, err
	}
	s := &Service{db: db, cfg: cfg, hasher: newHasher(cfg.Hash, cfg.MaxHashMemory), vault: v}
	s.ring.service = s
	return s, nil
}

func (s *Service) now() time.Time { return s.cfg.Clock.Now() }

// emit appends an event about an aggregate.
func emit[T ~string](ctx context.Context, s *Service, tx Tx, typ string, about T, data map[string]any) error {
	e, err := core.NewEvent(ctx, s.cfg.IDs, s.now(), typ, about, data)
	if err != nil {
		return err
	}
	return tx.Events().Append(ctx, e)
}

// outcome runs fn in a transaction. What fn reports as refused is returned
// after the commit: a wrong code has to be counted, a theft has to be
// recorded, although the caller gets an error.
func (s *Service) outcome(ctx context.Context, fn func(tx Tx) (refused, err error)) error {
	var refused error
	err := s.db.Update(ctx, func(tx Tx) error {
		var err error
		refused, err = fn(tx)
		return err
	})
	if err != nil {
		return err
	}
	return refused
}

// grantable returns a *GrantError unless the actor holds all permissions.
func grantable(ctx context.Context, ps []core.Permission) error {
	actor := core.ActorFrom(ctx)
	for _, p := range ps {
		if !actor.Can(p) {
			return &GrantError{Missing: p}
		}
	}
	return nil
}

// writesPII refuses keys that may only read personal data.
func writesPII(ctx context.Context) error {
	if core.ActorFrom(ctx).Limits.ReadOnlyPII {
		return core.Errorf(core.KindForbidden, "read_only_pii", "this key may read personal data, not change it")
	}
	return nil
}

// requireWrite is core.Require for what changes personal data.
func requireWrite(ctx context.Context, p core.Permission) error {
	if err := core.Require(ctx, p); err != nil {
		return err
	}
	return writesPII(ctx)
}

// self returns the signed-in customer or member of staff.
func self(ctx context.Context) (core.Actor, error) {
	a := core.ActorFrom(ctx)
	if a.Kind != core.ActorCustomer && a.Kind != core.ActorStaff || a.ID == "" {
		return a, core.Errorf(core.KindUnauthenticated, "unauthenticated", "sign in first")
	}
	return a, nil
}
