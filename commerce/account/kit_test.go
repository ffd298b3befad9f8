package account_test

import (
	"context"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/commerce/outbox"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/bodega-commerce/bodega/storage/memory"
)

const goodPassword = "orange tractor 42"

// quick makes hashing cheap in tests.
var quick = account.HashParams{Memory: 64, Time: 1, Threads: 1}

// shop is a service over an empty database with a clock to be turned and the
// mails it sent.
type shop struct {
	*account.Service
	t   *testing.T
	db  *storage.DB
	cfg account.Config

	mu    sync.Mutex
	now   time.Time
	mails []account.Notification
}

func newShop(t *testing.T, cfg account.Config) *shop {
	t.Helper()
	db, err := memory.Open(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	_, err = db.Migrate(t.Context())
	require.NoError(t, err)
	s := &shop{t: t, db: db, now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	if cfg.Hash == (account.HashParams{}) {
		cfg.Hash = quick
	}
	cfg.Clock = s.time
	cfg.IDs = core.NewIDs(s.time, nil)
	cfg.Notify = func(_ context.Context, n account.Notification) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.mails = append(s.mails, n)
	}
	s.cfg = cfg
	s.Service = s.process()
	return s
}

// process is another process of the same shop.
func (s *shop) process() *account.Service {
	s.t.Helper()
	svc, err := account.New(core.Narrow(s.db, func(tx storage.Tx) account.Tx { return tx }), s.cfg)
	require.NoError(s.t, err)
	return svc
}

func (s *shop) time() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *shop) pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

// mail returns the newest mail of a kind and forgets the others.
func (s *shop) mail(kind account.NotificationKind) account.Notification {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := len(s.mails) - 1; i >= 0; i-- {
		if s.mails[i].Kind == kind {
			n := s.mails[i]
			s.mails = nil
			return n
		}
	}
	s.t.Fatalf("no mail %s among %v", kind, s.mails)
	return account.Notification{}
}

func (s *shop) system() context.Context {
	return core.WithActor(s.t.Context(), core.System("test"))
}

// as returns a context of who holds the grant, by its access token.
func (s *shop) as(g account.Grant) context.Context {
	s.t.Helper()
	a, err := s.Authenticate(s.t.Context(), g.AccessToken)
	require.NoError(s.t, err)
	return core.WithActor(s.t.Context(), a)
}

// customer registers and signs in.
func (s *shop) customer(email string) account.Grant {
	s.t.Helper()
	require.NoError(s.t, s.Register(s.t.Context(), account.Registration{Email: email, Password: goodPassword, Name: "Anna"}))
	return s.login(email, goodPassword)
}

func (s *shop) login(email, password string) account.Grant {
	s.t.Helper()
	g, err := s.LoginCustomer(s.t.Context(), account.Login{Email: email, Password: password})
	require.NoError(s.t, err)
	return g
}

// owner bootstraps and signs in with a password of their own.
func (s *shop) owner() account.Grant {
	s.t.Helper()
	once, created, err := s.Bootstrap(s.t.Context(), "owner@example.com")
	require.NoError(s.t, err)
	require.True(s.t, created)
	return s.staffLogin("owner@example.com", once)
}

// staffLogin signs in with a one-time password and replaces it.
func (s *shop) staffLogin(email, once string) account.Grant {
	s.t.Helper()
	g, err := s.LoginStaff(s.t.Context(), account.Login{Email: email, Password: once})
	require.NoError(s.t, err)
	require.True(s.t, g.MustChangePassword)
	g, err = s.ChangePassword(s.as(g), once, goodPassword, account.Client{})
	require.NoError(s.t, err)
	require.False(s.t, g.MustChangePassword)
	return g
}

// clerk adds somebody with a role of the permissions, and signs them in.
func (s *shop) clerk(name string, ps ...core.Permission) (account.Staff, account.Grant) {
	s.t.Helper()
	role, err := s.CreateRole(s.system(), account.RoleParams{Name: name, Permissions: ps})
	require.NoError(s.t, err)
	st, once, err := s.CreateStaff(s.system(), account.NewStaffParams{Email: name + "@example.com", Name: name, Roles: []core.RoleID{role.ID}})
	require.NoError(s.t, err)
	return st, s.staffLogin(st.Email, once)
}

// events returns the data of the events of a type so far.
func (s *shop) events(typ string) []map[string]any {
	s.t.Helper()
	var out []map[string]any
	for _, e := range s.allEvents() {
		if e.Type == typ {
			var data map[string]any
			require.NoError(s.t, json.Unmarshal(e.Data, &data))
			out = append(out, data)
		}
	}
	return out
}

func requireCode(t *testing.T, code string, err error) {
	t.Helper()
	require.Error(t, err)
	require.Equal(t, code, core.CodeOf(err), err.Error())
}

func ptr[T any](v T) *T { return &v }

func (s *shop) allEvents() []core.Event {
	s.t.Helper()
	var out []core.Event
	require.NoError(s.t, s.db.Update(s.t.Context(), func(tx storage.Tx) error {
		out = nil
		if _, err := tx.Outbox().Sequence(s.t.Context(), 10000); err != nil {
			return err
		}
		page, err := tx.Outbox().Events(s.t.Context(), outbox.Filter{}, core.PageQuery{Limit: core.MaxPageSize})
		for _, e := range page.Items {
			out = append(out, e.Event)
		}
		return err
	}))
	return out
}

func (s *shop) hash(kind core.ActorKind, email string) string {
	s.t.Helper()
	var hash string
	require.NoError(s.t, s.db.View(s.t.Context(), func(tx storage.Tx) error {
		c, err := tx.Accounts().Credential(s.t.Context(), kind, email)
		hash = c.PasswordHash
		return err
	}))
	return hash
}

func bcryptOf(t *testing.T, password string) string {
	t.Helper()
	h, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	require.NoError(t, err)
	return string(h)
}

func pbkdf2Of(t *testing.T, password string) string {
	t.Helper()
	key, err := pbkdf2.Key(sha256.New, password, []byte("seasalt"), 1000, 32)
	require.NoError(t, err)
	return "pbkdf2_sha256$1000$seasalt$" + base64.StdEncoding.EncodeToString(key)
}
