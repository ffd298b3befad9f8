package account

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

const (
	keyCacheFor  = 5 * time.Second // how long another process may not know of a revocation
	keyCacheMost = 10_000
	keyTouch     = time.Minute
	secretPrefix = "bk"
	publicPrefix = "pk"
)

// NewKeyParams is an API key to be made.
type NewKeyParams struct {
	Kind      KeyKind // default SecretKey
	Name      string
	Scopes    []core.Permission // of secret keys
	Channel   core.ChannelID    // of publishable keys, required
	Limits    core.Limits
	ExpiresAt time.Time // zero is never
}

// newKeyText makes "bk_live_<prefix>_<secret>": 60 random bits that name the
// key and 256 that prove it.
func (s *Service) newKeyText(kind KeyKind) (prefix, key string) {
	mark := secretPrefix
	if kind == PublishableKey {
		mark = publicPrefix
	}
	prefix = mark + "_" + s.cfg.KeyLabel + "_" + secretText(8)[:12]
	return prefix, prefix + "_" + secretText(32)
}

// parseKey reports whether text has the shape of an API key.
func parseKey(key string) bool {
	p := strings.Split(key, "_")
	if len(p) != 4 || p[0] != secretPrefix && p[0] != publicPrefix || !validLabel(p[1]) || len(p[2]) != 12 || len(p[3]) != 52 {
		return false
	}
	for _, r := range p[2] + p[3] {
		if (r < 'a' || r > 'z') && (r < '2' || r > '7') {
			return false
		}
	}
	return true
}

// CreateAPIKey makes a key (keys:write). Its scopes must be held by the caller,
// else *GrantError; a caller with limits gives them on. The key is in the
// result this once.
func (s *Service) CreateAPIKey(ctx context.Context, p NewKeyParams) (NewKey, error) {
	if err := core.Require(ctx, core.PermKeysWrite); err != nil {
		return NewKey{}, err
	}
	def(&p.Kind, SecretKey)
	p.Name, p.Scopes = strings.TrimSpace(p.Name), uniq(p.Scopes)
	now := s.now()
	var v core.Violations
	v.Check(p.Name != "" && line(p.Name, 100), "name", "must be 1 to 100 bytes of text in one line")
	v.Check(p.Kind == SecretKey || p.Kind == PublishableKey, "kind", "must be %s or %s", SecretKey, PublishableKey)
	v.Check(p.ExpiresAt.IsZero() || p.ExpiresAt.After(now), "expires_at", "must be in the future")
	if p.Kind == PublishableKey {
		v.Check(core.ValidID(string(p.Channel), core.PrefixChannel), "channel_id", "must be a sales channel's ID")
		v.Check(len(p.Scopes) == 0, "scopes", "a publishable key has none: everybody can read it")
	} else {
		v.Check(p.Channel == "", "channel_id", "is for publishable keys")
	}
	if m := p.Limits.MaxRefund; m != nil {
		v.Check(m.Valid() && m.Amount >= 0, "limits.max_refund", "must be an amount of a known currency, not negative")
	}
	if err := gather(v.Err(), knownPermissions("scopes", p.Scopes)).Err(); err != nil {
		return NewKey{}, err
	}
	if err := grantable(ctx, p.Scopes); err != nil {
		return NewKey{}, err
	}
	limits, err := narrowed(core.ActorFrom(ctx).Limits, p.Limits)
	if err != nil {
		return NewKey{}, err
	}
	k := APIKey{ID: core.NewID[core.APIKeyID](s.cfg.IDs, core.PrefixAPIKey), Kind: p.Kind, Name: p.Name, Scopes: p.Scopes, Channel: p.Channel,
		Limits: limits, CreatedBy: core.ActorFrom(ctx).String(), CreatedAt: now, ExpiresAt: p.ExpiresAt}
	return s.insertKey(ctx, k, nil)
}

// narrowed returns limits that are no wider than those of who gives them.
func narrowed(mine, given core.Limits) (core.Limits, error) {
	given.ReadOnlyPII = given.ReadOnlyPII || mine.ReadOnlyPII
	switch {
	case mine.MaxRefund == nil:
	case given.MaxRefund == nil:
		given.MaxRefund = mine.MaxRefund
	case given.MaxRefund.Currency != mine.MaxRefund.Currency || given.MaxRefund.Amount > mine.MaxRefund.Amount:
		return given, core.Invalid("limits.max_refund", "must not be more than your own limit")
	}
	return given, nil
}

func (s *Service) insertKey(ctx context.Context, k APIKey, also func(tx Tx) error) (NewKey, error) {
	prefix, key := s.newKeyText(k.Kind)
	k.Prefix, k.Hash = prefix, digest(key)
	err := s.db.Update(ctx, func(tx Tx) error {
		if err := tx.Accounts().InsertAPIKey(ctx, k); err != nil {
			return err
		}
		if also != nil {
			if err := also(tx); err != nil {
				return err
			}
		}
		return emit(ctx, s, tx, "security.api_key_created", k.ID, map[string]any{"api_key_id": k.ID, "kind": k.Kind, "scopes": k.Scopes, "replaces": k.Replaces})
	})
	if err != nil {
		return NewKey{}, err
	}
	return NewKey{APIKey: k, Key: key}, nil
}

// RotateAPIKey makes a successor with the same name, scopes and limits
// (keys:write, all scopes held by the caller). The old key works on for the
// overlap, at most 30 days, so that services can be moved over.
func (s *Service) RotateAPIKey(ctx context.Context, id core.APIKeyID, overlap time.Duration) (NewKey, error) {
	old, err := s.APIKey(ctx, id)
	if err == nil {
		err = core.Require(ctx, core.PermKeysWrite)
	}
	if err == nil {
		err = grantable(ctx, old.Scopes)
	}
	if err != nil {
		return NewKey{}, err
	}
	now := s.now()
	if overlap < 0 || overlap > 30*24*time.Hour {
		return NewKey{}, core.Invalid("overlap", "must be between 0 and 30 days")
	}
	if !old.RevokedAt.IsZero() || !old.ExpiresAt.IsZero() && !old.ExpiresAt.After(now) {
		return NewKey{}, core.Errorf(core.KindConflict, "api_key_ended", "the key was revoked or has expired")
	}
	next := old
	next.ID, next.Replaces = core.NewID[core.APIKeyID](s.cfg.IDs, core.PrefixAPIKey), old.ID
	next.CreatedAt, next.LastUsedAt, next.CreatedBy = now, time.Time{}, core.ActorFrom(ctx).String()
	if next.Limits, err = narrowed(core.ActorFrom(ctx).Limits, old.Limits); err != nil {
		return NewKey{}, err
	}
	made, err := s.insertKey(ctx, next, func(tx Tx) error { return tx.Accounts().ExpireAPIKey(ctx, old.ID, now.Add(overlap)) })
	s.keys.forget()
	return made, err
}

// RevokeAPIKey ends a key (keys:write): at once in this process, within five
// seconds in others. Revoking twice is no error.
func (s *Service) RevokeAPIKey(ctx context.Context, id core.APIKeyID) error {
	if err := core.Require(ctx, core.PermKeysWrite); err != nil {
		return err
	}
	err := s.db.Update(ctx, func(tx Tx) error {
		if _, err := tx.Accounts().APIKey(ctx, id); err != nil {
			return err
		}
		ok, err := tx.Accounts().RevokeAPIKey(ctx, id, s.now())
		if err != nil || !ok {
			return err
		}
		return emit(ctx, s, tx, "security.api_key_revoked", id, map[string]any{"api_key_id": id})
	})
	s.keys.forget()
	return err
}

// APIKey returns a key without its secret (keys:read).
func (s *Service) APIKey(ctx context.Context, id core.APIKeyID) (k APIKey, err error) {
	if err := core.Require(ctx, core.PermKeysRead); err != nil {
		return k, err
	}
	err = s.db.View(ctx, func(tx Tx) (err error) {
		k, err = tx.Accounts().APIKey(ctx, id)
		return err
	})
	return k, err
}

// APIKeys lists the keys without their secrets, newest first (keys:read).
func (s *Service) APIKeys(ctx context.Context, q core.PageQuery) (page core.Page[APIKey], err error) {
	if err := core.Require(ctx, core.PermKeysRead); err != nil {
		return page, err
	}
	err = s.db.View(ctx, func(tx Tx) (err error) {
		page, err = tx.Accounts().APIKeys(ctx, q)
		return err
	})
	return page, err
}

func (s *Service) authenticateKey(ctx context.Context, key string) (core.Actor, error) {
	if !parseKey(key) {
		return core.Actor{}, errBearer()
	}
	hash, now := digest(key), s.now()
	k, generation, ok := s.keys.get(hash, now)
	if !ok {
		err := s.db.View(ctx, func(tx Tx) (err error) {
			k, err = tx.Accounts().APIKeyByHash(ctx, hash)
			return err
		})
		if err != nil {
			return core.Actor{}, either(err, errBearer())
		}
	}
	if !k.RevokedAt.IsZero() || !k.ExpiresAt.IsZero() && !k.ExpiresAt.After(now) {
		return core.Actor{}, errBearer()
	}
	if now.Sub(k.LastUsedAt) >= keyTouch {
		// Whether the time of use could be written does not change who asks.
		_ = s.db.Update(ctx, func(tx Tx) error { return tx.Accounts().TouchAPIKey(ctx, k.ID, now) })
		k.LastUsedAt = now
		ok = false
	}
	if !ok {
		s.keys.put(hash, k, generation, now)
	}
	return core.Actor{Kind: core.ActorAPIKey, ID: string(k.ID), Permissions: k.Scopes, Channel: k.Channel, Limits: k.Limits}, nil
}

// keyCache remembers keys for a few seconds.
type keyCache struct {
	mu         sync.Mutex
	generation int64 // grows when a key ends: what was read before is not kept
	known      map[string]cachedKey
}

type cachedKey struct {
	key  APIKey
	read time.Time
}

func (c *keyCache) get(hash string, now time.Time) (APIKey, int64, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, ok := c.known[hash]
	age := now.Sub(k.read)
	return k.key, c.generation, ok && age >= 0 && age < keyCacheFor
}

func (c *keyCache) put(hash string, k APIKey, generation int64, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if generation != c.generation {
		return
	}
	if c.known == nil || len(c.known) >= keyCacheMost {
		c.known = map[string]cachedKey{}
	}
	// An entry is as old as its reading, however often it is put back.
	if old, ok := c.known[hash]; ok && now.Sub(old.read) < keyCacheFor {
		now = old.read
	}
	c.known[hash] = cachedKey{k, now}
}

func (c *keyCache) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation++
	clear(c.known)
}
