package account

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bodega-commerce/bodega/commerce/core"
)

const (
	ringRefresh = time.Minute      // how long a process may not know of a new key
	ringRetry   = time.Second      // least time between two looks for an unknown key
	keyLead     = 30 * time.Second // a new key is there this long before it signs
	keyOverlap  = time.Hour        // how long a replaced key verifies: far above the lifetime of its tokens
)

const sealSigning = "signing key"

// ring is the keys that sign and verify access tokens, as this process knows
// them.
type ring struct {
	service *Service
	loading sync.Mutex
	known   atomic.Pointer[keys]
}

type keys struct {
	all      []opened // newest first
	loadedAt time.Time
}

type opened struct {
	SigningKey
	secret []byte
}

// signer returns the newest key that has started.
func (k *keys) signer(now time.Time) opened {
	for _, key := range k.all {
		if !key.StartsAt.After(now) {
			return key
		}
	}
	return k.all[len(k.all)-1]
}

// find returns the key with the ID unless it was replaced too long ago.
func (k *keys) find(id string, now time.Time) ([]byte, bool) {
	for i, key := range k.all {
		if key.ID == id {
			return key.secret, i == 0 || now.Before(k.all[i-1].StartsAt.Add(keyOverlap))
		}
	}
	return nil, false
}

// current returns the keys, read again when they are old. While one caller
// reads the others go on with what is known.
func (r *ring) current(ctx context.Context) (*keys, error) {
	k := r.known.Load()
	if k == nil {
		r.loading.Lock()
		defer r.loading.Unlock()
		if k = r.known.Load(); k != nil {
			return k, nil
		}
		return r.load(ctx)
	}
	if r.service.now().Sub(k.loadedAt) < ringRefresh || !r.loading.TryLock() {
		return k, nil
	}
	defer r.loading.Unlock()
	fresh, err := r.load(ctx)
	if err != nil {
		return k, nil // the known keys serve until the database answers again
	}
	return fresh, nil
}

// verifier returns the key with the ID. An unknown one is looked for, though
// not more often than each second: a new key is stored keyLead before its
// first token, so no valid token is refused for it.
func (r *ring) verifier(ctx context.Context, id string) ([]byte, error) {
	k, err := r.current(ctx)
	if err != nil {
		return nil, err
	}
	now := r.service.now()
	secret, ok := k.find(id, now)
	if !ok && now.Sub(k.loadedAt) >= ringRetry {
		r.loading.Lock()
		defer r.loading.Unlock()
		if k = r.known.Load(); now.Sub(k.loadedAt) >= ringRetry {
			if k, err = r.load(ctx); err != nil {
				return nil, err
			}
		}
		secret, ok = k.find(id, now)
	}
	if !ok {
		return nil, errBearer()
	}
	return secret, nil
}

// load reads the keys, with loading held. It makes the first one, and the next
// one when the newest is due.
func (r *ring) load(ctx context.Context) (*keys, error) {
	s := r.service
	now := s.now()
	k := &keys{loadedAt: now}
	newest := int64(0)
	read := func(tx Tx) error {
		stored, err := tx.Accounts().SigningKeys(ctx)
		if err != nil {
			return err
		}
		k.all = k.all[:0]
		for _, key := range stored {
			newest = max(newest, key.Number)
			secret, err := s.vault.open(sealSigning, key.Secret)
			if err != nil { // sealed with another Config.Secret: of no use here
				continue
			}
			k.all = append(k.all, opened{key, secret})
		}
		return nil
	}
	if err := s.db.View(ctx, read); err != nil {
		return nil, err
	}
	if len(k.all) == 0 || now.Sub(k.all[0].StartsAt) >= s.cfg.KeyLifetime {
		starts := now
		if len(k.all) > 0 {
			starts = now.Add(keyLead)
		}
		after := newest
		err := s.db.Update(ctx, func(tx Tx) error {
			if err := s.addSigningKey(ctx, tx, after, starts); err != nil {
				return err
			}
			return read(tx)
		})
		if err != nil {
			return nil, err
		}
	}
	if len(k.all) == 0 {
		return nil, errVault
	}
	r.known.Store(k)
	return k, nil
}

// addSigningKey adds the key after the one that was newest when it was found
// due. Of processes that find so at the same time one adds it, and the others
// use that.
func (s *Service) addSigningKey(ctx context.Context, tx Tx, after int64, starts time.Time) error {
	_, err := tx.Accounts().InsertSigningKey(ctx, SigningKey{ID: s.cfg.IDs.New("sig"), Number: after + 1,
		Secret: s.vault.seal(sealSigning, random(32)), StartsAt: starts})
	return err
}

// RotateSigningKey replaces the key that signs access tokens (permission
// keys:write). Nobody is signed out: the old key verifies until its tokens have
// expired. With revokeOld, for a key that leaked, the old keys are good for
// nothing at once here and within a minute in other processes; clients get a
// new access token by refreshing.
func (s *Service) RotateSigningKey(ctx context.Context, revokeOld bool) error {
	if err := core.Require(ctx, core.PermKeysWrite); err != nil {
		return err
	}
	s.ring.loading.Lock()
	defer s.ring.loading.Unlock()
	starts := s.now()
	if !revokeOld {
		starts = starts.Add(keyLead)
	}
	err := s.db.Update(ctx, func(tx Tx) error {
		have, err := tx.Accounts().SigningKeys(ctx)
		if err != nil {
			return err
		}
		newest := int64(0)
		if len(have) > 0 {
			newest = have[0].Number
		}
		if err := s.addSigningKey(ctx, tx, newest, starts); err != nil {
			return err
		}
		if revokeOld {
			if err := tx.Accounts().DeleteSigningKeys(ctx, newest+1); err != nil {
				return err
			}
		}
		return emit(ctx, s, tx, "security.signing_key_rotated", core.ActorFrom(ctx).String(), map[string]any{"revoked_old": revokeOld})
	})
	if err != nil {
		return err
	}
	_, err = s.ring.load(ctx)
	return err
}
