package storagetest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/storage"
)

const accountPassword = "orange tractor 42"

// accounts is a service over a database of its own, with the mails it sent.
type accounts struct {
	*account.Service
	t   *testing.T
	db  *storage.DB
	ctx context.Context

	mu    sync.Mutex
	mails []account.Notification
}

func newAccounts(t *testing.T, open func(t *testing.T) *storage.DB) *accounts {
	t.Helper()
	a := &accounts{t: t, db: open(t), ctx: system(t)}
	a.Service = a.process()
	return a
}

// process is one more process of the same shop.
func (a *accounts) process() *account.Service {
	a.t.Helper()
	svc, err := account.New(core.Narrow(a.db, func(tx storage.Tx) account.Tx { return tx }), account.Config{
		Hash: account.HashParams{Memory: 64, Time: 1, Threads: 1},
		Notify: func(_ context.Context, n account.Notification) {
			a.mu.Lock()
			defer a.mu.Unlock()
			a.mails = append(a.mails, n)
		},
	})
	require.NoError(a.t, err)
	return svc
}

func (a *accounts) mail(kind account.NotificationKind) account.Notification {
	a.t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	for i := len(a.mails) - 1; i >= 0; i-- {
		if a.mails[i].Kind == kind {
			return a.mails[i]
		}
	}
	a.t.Fatalf("no mail %s", kind)
	return account.Notification{}
}

func (a *accounts) customer(email string) account.Grant {
	a.t.Helper()
	require.NoError(a.t, a.Register(a.ctx, account.Registration{Email: email, Password: accountPassword, Name: "Anna"}))
	g, err := a.LoginCustomer(a.ctx, account.Login{Email: email, Password: accountPassword})
	require.NoError(a.t, err)
	return g
}

// store runs fn over the store in a transaction.
func (a *accounts) store(fn func(st account.Store) error) error {
	return a.db.Update(a.ctx, func(tx storage.Tx) error { return fn(tx.Accounts()) })
}

// exactlyOne asserts that of racing calls one succeeded and the others got the code.
func exactlyOne(t *testing.T, code string, errs []error) {
	t.Helper()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
			continue
		}
		require.Equal(t, code, core.CodeOf(err), err.Error())
	}
	require.Equal(t, 1, won)
}

// Account tests customers, staff, sessions and keys.
func Account(t *testing.T, open func(t *testing.T) *storage.DB) {
	for _, part := range []struct {
		name string
		run  func(t *testing.T, open func(t *testing.T) *storage.DB)
	}{
		{"import", accountImport}, {"list", accountList}, {"unique", accountUnique}, {"parallel refresh", accountParallelRefresh},
		{"reuse", accountReuse}, {"tokens work once", accountTokensOnce}, {"parallel guesses", accountGuesses}, {"bootstrap", accountBootstrap},
		{"last owners", accountLastOwners}, {"first signing key", accountSigningKey}, {"guests meet", accountGuests}, {"keys", accountKeys},
	} {
		t.Run(part.name, func(t *testing.T) {
			t.Parallel()
			part.run(t, open)
		})
	}
}

func accountImport(t *testing.T, open func(t *testing.T) *storage.DB) {
	a := newAccounts(t, open)
	born := time.Date(2010, 12, 1, 8, 26, 0, 123456000, time.UTC)
	list := make([]account.NewCustomer, 700) // several statements' worth
	for i := range list {
		list[i] = account.NewCustomer{Customer: account.Customer{Reference: fmt.Sprint(i), CreatedAt: born, Name: "Zoë 😀", Groups: []string{"imported"},
			Metadata: map[string]string{"source": "ledger"}}}
		if i%2 == 0 {
			list[i].Email = fmt.Sprintf("c%d@example.com", i)
			list[i].Addresses = []account.Address{{Address: core.Address{Name: "A", Line1: "1", City: "C", Country: "GB"}}}
		}
	}
	ids, err := a.ImportCustomers(a.ctx, list)
	require.NoError(t, err)
	require.Len(t, ids, len(list))
	c, err := a.Customer(a.ctx, ids[4])
	require.NoError(t, err)
	require.Equal(t, born, c.CreatedAt)
	require.Equal(t, "Zoë 😀", c.Name)
	require.Equal(t, "4", c.Reference)
	require.Equal(t, []string{"imported"}, c.Groups)
	require.Equal(t, map[string]string{"source": "ledger"}, c.Metadata)
	addresses, err := a.Addresses(a.ctx, ids[4])
	require.NoError(t, err)
	require.Len(t, addresses, 1)
	require.Equal(t, addresses[0].ID, c.DefaultBilling)
	require.NoError(t, a.store(func(st account.Store) error {
		found, err := st.CustomersByReference(a.ctx, []string{"7", "nobody", "9"})
		require.Len(t, found, 2)
		return err
	}))
	// One that is taken refuses all, and says which.
	_, err = a.ImportCustomers(a.ctx, []account.NewCustomer{{Customer: account.Customer{Email: "new@example.com"}}, {Customer: account.Customer{Email: "C4@example.com"}}})
	require.Equal(t, core.KindExists, core.KindOf(err))
	require.ErrorContains(t, err, "customers[1].email")
	_, err = a.ImportCustomers(a.ctx, []account.NewCustomer{{Customer: account.Customer{Email: "x@example.com"}}, {Customer: account.Customer{Email: "X@example.com"}}})
	require.Equal(t, core.KindInvalid, core.KindOf(err))
	page, err := a.Customers(a.ctx, account.CustomerFilter{Email: "new@example.com"}, core.PageQuery{})
	require.NoError(t, err)
	require.Empty(t, page.Items)
}

func accountList(t *testing.T, open func(t *testing.T) *storage.DB) {
	a := newAccounts(t, open)
	base := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var list []account.NewCustomer
	for i := range 25 {
		n := account.NewCustomer{Customer: account.Customer{Email: fmt.Sprintf("c%02d@example.com", (i*7)%25), Name: fmt.Sprintf("Name %d 100%%_", i),
			CreatedAt: base.Add(time.Duration(i/2) * time.Hour)}} // pairs share a time
		if i%5 == 0 {
			n.Email, n.Groups, n.Marketing.Granted = "", []string{"vip"}, true
		}
		list = append(list, n)
	}
	ids, err := a.ImportCustomers(a.ctx, list)
	require.NoError(t, err)
	require.NoError(t, a.EraseCustomer(a.ctx, ids[24]))
	for sort, less := range map[account.CustomerSort]func(x, y account.Customer) bool{
		account.NewestFirst: func(x, y account.Customer) bool { return x.CreatedAt.Before(y.CreatedAt) },
		account.OldestFirst: func(x, y account.Customer) bool { return y.CreatedAt.Before(x.CreatedAt) },
		account.ByEmail:     func(x, y account.Customer) bool { return x.Email > y.Email },
	} {
		seen := map[core.CustomerID]bool{}
		var last *account.Customer
		q := core.PageQuery{Limit: 4}
		for {
			page, err := a.Customers(a.ctx, account.CustomerFilter{Sort: sort}, q)
			require.NoError(t, err)
			for _, c := range page.Items {
				require.False(t, seen[c.ID])
				require.False(t, last != nil && less(*last, c), "%s: %v then %v", sort, last, c)
				seen[c.ID], last = true, &c
			}
			if q.After = page.Next; q.After == "" {
				break
			}
			// What is inserted meanwhile moves nobody.
			_, err = a.ImportCustomers(a.ctx, []account.NewCustomer{{Customer: account.Customer{CreatedAt: base.AddDate(map[bool]int{true: 1, false: -1}[sort == account.NewestFirst], 0, 0)}}})
			require.NoError(t, err)
		}
		for _, id := range ids[:24] {
			require.True(t, seen[id], sort)
		}
		require.False(t, seen[ids[24]])
	}
	yes := true
	for want, f := range map[int][]account.CustomerFilter{
		1: {{Query: "name 17"}, {Query: "C03@EXAMPLE"}, {Email: " C03@example.com "}, {Status: account.Erased}, {Query: "17 100%_"}},
		0: {{Query: "17 100x"}, {Query: "'; drop table"}, {Group: "nobody"}, {Registered: &yes}, {CreatedFrom: base.AddDate(5, 0, 0)}},
		5: {{Group: "VIP"}, {Marketing: &yes}},
		2: {{CreatedFrom: base.Add(time.Hour), CreatedBefore: base.Add(2 * time.Hour)}},
	} {
		for _, f := range f {
			page, err := a.Customers(a.ctx, f, core.PageQuery{Limit: 100})
			require.NoError(t, err)
			require.Len(t, page.Items, want, "%+v", f)
		}
	}
	_, err = a.Customers(a.ctx, account.CustomerFilter{}, core.PageQuery{After: "nonsense"})
	require.Equal(t, core.KindInvalid, core.KindOf(err))
}

func accountUnique(t *testing.T, open func(t *testing.T) *storage.DB) {
	a := newAccounts(t, open)
	// Twenty people create the same customer: one row, and a clear answer.
	errs := together(20, func(i int) error {
		_, err := a.CreateCustomer(a.ctx, account.NewCustomer{Customer: account.Customer{Email: strings.Repeat("A", i%2) + "nna" + "@example.com"[:12]}})
		return err
	})
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else {
			require.Equal(t, core.KindExists, core.KindOf(err), err.Error())
		}
	}
	require.Equal(t, 2, won) // "nna@..." and "Anna@..."
	errs = together(10, func(int) error {
		return a.Register(a.ctx, account.Registration{Email: "same@example.com", Password: accountPassword})
	})
	for _, err := range errs {
		if err != nil { // counted: too many tries for one address
			require.Equal(t, core.KindRateLimited, core.KindOf(err))
		}
	}
	// Versions: of many that saw the same one, one writes.
	c, err := a.CreateCustomer(a.ctx, account.NewCustomer{Customer: account.Customer{Email: "v@example.com"}})
	require.NoError(t, err)
	exactlyOne(t, "stale_version", together(10, func(i int) error {
		name := fmt.Sprint("name ", i)
		_, err := a.UpdateCustomer(a.ctx, c.ID, account.CustomerUpdate{ProfileUpdate: account.ProfileUpdate{Name: &name}}, c.Version)
		return err
	}))
}
