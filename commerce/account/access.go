package account

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/bodega-commerce/bodega/commerce/core"
)

// maxBearer bounds what is parsed, far above any token made here.
const maxBearer = 8192

// claims of an access token. Permissions are those held when it was made.
type claims struct {
	jwt.RegisteredClaims
	Kind        core.ActorKind    `json:"knd"`
	Session     core.SessionID    `json:"sid"`
	Permissions []core.Permission `json:"prm,omitempty"`
}

// newAccess signs an access token for an actor.
func (s *Service) newAccess(ctx context.Context, a core.Actor, now time.Time) (string, time.Time, error) {
	k, err := s.ring.current(ctx)
	if err != nil {
		return "", time.Time{}, err
	}
	key := k.signer(now)
	expires := now.Add(s.cfg.AccessTTL)
	t := jwt.NewWithClaims(jwt.SigningMethodHS256, claims{
		RegisteredClaims: jwt.RegisteredClaims{Issuer: s.cfg.Issuer, Subject: a.ID, Audience: jwt.ClaimStrings{s.cfg.Audience},
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(expires)},
		Kind: a.Kind, Session: a.Session, Permissions: a.Permissions,
	})
	t.Header["kid"] = key.ID
	signed, err := t.SignedString(key.secret)
	return signed, expires, err
}

// parseAccess verifies an access token: the algorithm is pinned, issuer,
// audience and times are required.
func (s *Service) parseAccess(ctx context.Context, token string) (core.Actor, error) {
	var c claims
	parser := jwt.NewParser(jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithIssuer(s.cfg.Issuer),
		jwt.WithAudience(s.cfg.Audience), jwt.WithLeeway(s.cfg.Skew), jwt.WithExpirationRequired(), jwt.WithIssuedAt(),
		jwt.WithTimeFunc(s.now))
	var broken error // of ours, as opposed to the token's
	_, err := parser.ParseWithClaims(token, &c, func(t *jwt.Token) (any, error) {
		kid, _ := t.Header["kid"].(string)
		if !core.ValidID(kid, "sig") {
			return nil, errBearer()
		}
		secret, err := s.ring.verifier(ctx, kid)
		if err != nil && !core.IsKind(err, core.KindUnauthenticated) {
			broken = err
		}
		return secret, err
	})
	switch {
	case broken != nil:
		return core.Actor{}, broken
	case errors.Is(err, jwt.ErrTokenExpired) && !errors.Is(err, jwt.ErrTokenSignatureInvalid):
		return core.Actor{}, core.Errorf(core.KindUnauthenticated, "token_expired", "the access token has expired: refresh it")
	case err != nil:
		return core.Actor{}, errBearer()
	}
	a := core.Actor{Kind: c.Kind, ID: c.Subject, Permissions: c.Permissions, Session: c.Session}
	switch {
	case a.ID == "" || a.Session == "":
		return core.Actor{}, errBearer()
	case a.Kind == core.ActorCustomer:
		a.Customer = core.CustomerID(a.ID)
	case a.Kind != core.ActorStaff:
		return core.Actor{}, errBearer()
	}
	return a, nil
}

// Authenticate returns who a bearer token belongs to: an access token or an
// API key, without the word "Bearer". Put the result into the context with
// core.WithActor. For access tokens it runs no statement unless
// Config.StrictSessions; keys are remembered for a few seconds.
func (s *Service) Authenticate(ctx context.Context, bearer string) (core.Actor, error) {
	if bearer == "" || len(bearer) > maxBearer {
		return core.Actor{}, errBearer()
	}
	if strings.Contains(bearer, "_") && !strings.Contains(bearer, ".") {
		return s.authenticateKey(ctx, bearer)
	}
	a, err := s.parseAccess(ctx, bearer)
	if err != nil {
		return core.Actor{}, err
	}
	if s.denied.has(a.Session) {
		return core.Actor{}, errSession()
	}
	if !s.cfg.StrictSessions {
		return a, nil
	}
	err = s.db.View(ctx, func(tx Tx) error {
		se, err := tx.Accounts().Session(ctx, a.Session)
		if err != nil || !live(se, s.now()) {
			return either(err, errSession())
		}
		if a.Kind != core.ActorStaff {
			return nil
		}
		st, err := tx.Accounts().Staff(ctx, core.StaffID(a.ID))
		if err != nil || st.Status != Active {
			return either(err, errSession())
		}
		a.Permissions = s.staffPermissions(st)
		return nil
	})
	if err != nil {
		return core.Actor{}, err
	}
	return a, nil
}

// either returns instead where err is nil or says that something is gone.
func either(err, instead error) error {
	if err == nil || core.IsKind(err, core.KindNotFound) {
		return instead
	}
	return err
}

// staffPermissions are those a session of the member of staff holds now.
func (s *Service) staffPermissions(st Staff) []core.Permission {
	own := []core.Permission{core.PermSelf}
	if st.MustChange || s.cfg.RequireTOTP && !st.TOTP {
		return own
	}
	return append(own, st.Permissions...)
}

// denyList remembers the sessions this process ended until their access tokens
// have expired.
type denyList struct {
	mu    sync.RWMutex
	until map[core.SessionID]time.Time
}

func (d *denyList) has(id core.SessionID) bool {
	d.mu.RLock()
	defer d.mu.RUnlock()
	_, ok := d.until[id]
	return ok
}

func (s *Service) deny(ids ...core.SessionID) {
	if len(ids) == 0 {
		return
	}
	now := s.now()
	d := &s.denied
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.until == nil {
		d.until = map[core.SessionID]time.Time{}
	}
	for id, until := range d.until {
		if until.Before(now) {
			delete(d.until, id)
		}
	}
	for _, id := range ids {
		d.until[id] = now.Add(s.cfg.AccessTTL + 2*s.cfg.Skew)
	}
}
